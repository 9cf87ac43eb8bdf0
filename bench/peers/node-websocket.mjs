// @ts-check
// Of undici; Node before 22 has it behind --experimental-websocket.
import { openW3C } from "./w3c.mjs";

/** @param {string} url */
export const open = (url) => openW3C(new WebSocket(url));
