export * from "../../../../../dist/codec/browser.mjs";
