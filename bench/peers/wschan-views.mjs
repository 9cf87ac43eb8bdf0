// @ts-check
import * as wschan from "./wschan.mjs";

/**
 * Opens a connection that receives binary messages as views on the socket's buffer.
 *
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 */
export const open = (url, options) => wschan.open(url, { ...options, binaryViews: true });
