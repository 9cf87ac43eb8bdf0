import { BadRequest, isBehind, send, serveRequests } from "./socket.mjs";

const MAX_ROOMS = 100;
const MAX_MEMBERS = 50;
const MAX_NAME_LENGTH = 32;
const MAX_TEXT_LENGTH = 1000;

/** @typedef {Map<string, import("ws").WebSocket>} Members the connections of a room by name */

/**
 * Creates the endpoint `/chat`: rooms whose members receive each other's messages.
 *
 *     -> {"op":"join","room":"lobby","name":"Ann"}               leaves the previous room
 *     <- {"op":"joined","room":"lobby","name":"Ann","members":1}      to all members, Ann included
 *     -> {"op":"say","text":"Hello"}
 *     <- {"op":"message","room":"lobby","from":"Ann","text":"Hello","time":1700000000000}
 *     <- {"op":"left","room":"lobby","name":"Ann","members":1}        when Ann leaves or disconnects
 *
 * @returns {(ws: import("ws").WebSocket) => void}
 */
export function createChat() {
  /** @type {Map<string, Members>} a room exists while it has members */
  const rooms = new Map();

  return function serveChat(ws) {
    /** @type {{ room: string, name: string, members: Members } | undefined} */
    let membership;

    function leave() {
      if (!membership) return;
      const { room, name, members } = membership;
      membership = undefined;
      members.delete(name);
      if (members.size === 0) rooms.delete(room);
      broadcast(members, { op: "left", room, name, members: members.size });
    }

    serveRequests(ws, {
      join(request) {
        const room = parseText("room", request.room, MAX_NAME_LENGTH);
        const name = parseText("name", request.name, MAX_NAME_LENGTH);
        /** @type {Members} */
        const members = rooms.get(room) ?? new Map();
        if (members.has(name)) throw new BadRequest("name: taken in this room");
        if (members.size >= MAX_MEMBERS) throw new BadRequest("room: full");
        if (!rooms.has(room) && rooms.size >= MAX_ROOMS) throw new BadRequest("room: none free");
        leave();
        rooms.set(room, members.set(name, ws));
        membership = { room, name, members };
        broadcast(members, { op: "joined", room, name, members: members.size });
      },
      say(request) {
        const text = parseText("text", request.text, MAX_TEXT_LENGTH);
        if (!membership) throw new BadRequest("join a room first");
        const { room, name, members } = membership;
        broadcast(members, { op: "message", room, from: name, text, time: Date.now() });
      },
    });
    ws.on("close", leave);
  };
}

/**
 * Sends an event to all members.
 *
 * @param {Members} members
 * @param {object} event
 */
function broadcast(members, event) {
  const text = JSON.stringify(event);
  for (const member of members.values()) {
    // Waiting for a slow member would delay the whole room, and queueing for it would be unbounded.
    if (isBehind(member)) member.terminate();
    else send(member, text);
  }
}

/**
 * @param {string} field
 * @param {unknown} value
 * @param {number} limit
 */
function parseText(field, value, limit) {
  if (typeof value !== "string" || value.trim() === "" || value.length > limit) {
    throw new BadRequest(`${field}: must be a text of 1 to ${limit} characters`);
  }
  // The text is printed on terminals of other members, which interpret control characters.
  if (/\p{Cc}/u.test(value)) throw new BadRequest(`${field}: no control characters are allowed`);
  return value;
}
