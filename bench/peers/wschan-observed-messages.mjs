// @ts-check
import * as observed from "./wschan-observed.mjs";

/**
 * Opens a connection with an observer that counts its events and its messages.
 *
 * @param {string} url
 * @param {import("./index.mjs").PeerOptions} options
 */
export const open = (url, options) => observed.open(url, { ...options, observeMessages: true });
