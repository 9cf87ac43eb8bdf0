export * from "../../../../../dist/hub/browser.mjs";
