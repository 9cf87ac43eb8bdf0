/** The entry of the script that holds the core and all sub-paths in one global variable. */
export * from "./browser.js";
export { default } from "./browser.js";
export * as codec from "./codec/browser.js";
export * as compat from "./compat/browser.js";
export * as hub from "./hub/browser.js";
export { reconnecting } from "./reconnect/browser.js";
export * as testing from "./testing/browser.js";
