// @ts-check
import * as wschan from "./wschan.mjs";

/** The number of events. */
let count = 0;

/**
 * Opens a connection with an observer that counts its events.
 *
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 */
export const open = (url, options) => wschan.open(url, { ...options, observe: () => void count++ });
