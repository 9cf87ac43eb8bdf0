export * from "../../../../../src/codec/browser.js";
