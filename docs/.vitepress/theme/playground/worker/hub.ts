export * from "../../../../../src/hub/browser.js";
