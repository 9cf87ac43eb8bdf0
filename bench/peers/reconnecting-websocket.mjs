// @ts-check
import ReconnectingWebSocket from "reconnecting-websocket";
import WebSocket from "ws";
import { openW3C } from "./w3c.mjs";

/** @param {string} url */
export const open = (url) => openW3C(new ReconnectingWebSocket(url, [], { WebSocket }));
