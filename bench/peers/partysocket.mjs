// @ts-check
import { WebSocket as PartySocket } from "partysocket";
import WebSocket from "ws";
import { openW3C } from "./w3c.mjs";

/** @param {string} url */
export const open = (url) => openW3C(new PartySocket(url, [], { WebSocket }));
