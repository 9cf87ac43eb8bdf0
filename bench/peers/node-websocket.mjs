// @ts-check
// The `WebSocket` of undici. Node before 22 has it only with --experimental-websocket.
import { openW3C } from "./w3c.mjs";

/** @param {string} url */
export const open = (url) => openW3C(new WebSocket(url));
