import { BadRequest, isBehind, send, serveRequests } from "./socket.mjs";

const MAX_ROOMS = 100;
const MAX_MEMBERS = 50;
const MAX_NAME = 32;
const MAX_TEXT = 1000;

/** @typedef {Map<string, import("ws").WebSocket>} Members the connections of a room by name */

/**
 * `/chat` has rooms whose members hear each other.
 *
 *     -> {"op":"join","room":"lobby","name":"Ann"}               leaves the room one was in before
 *     <- {"op":"joined","room":"lobby","name":"Ann","members":1}      to all in the room, Ann included
 *     -> {"op":"say","text":"Hello"}
 *     <- {"op":"message","room":"lobby","from":"Ann","text":"Hello","time":1700000000000}
 *     <- {"op":"left","room":"lobby","name":"Ann","members":1}        when she leaves or disconnects
 *
 * @returns {(ws: import("ws").WebSocket) => void}
 */
export function createChat() {
  /** @type {Map<string, Members>} a room is there as long as somebody is in it */
  const rooms = new Map();

  return function serveChat(ws) {
    /** @type {{ room: string, name: string, members: Members } | undefined} */
    let seat;

    function leave() {
      if (!seat) return;
      const { room, name, members } = seat;
      seat = undefined;
      members.delete(name);
      if (members.size === 0) rooms.delete(room);
      broadcast(members, { op: "left", room, name, members: members.size });
    }

    serveRequests(ws, {
      join(request) {
        const room = parseText("room", request.room, MAX_NAME);
        const name = parseText("name", request.name, MAX_NAME);
        /** @type {Members} */
        const members = rooms.get(room) ?? new Map();
        if (members.has(name)) throw new BadRequest("name: taken in this room");
        if (members.size >= MAX_MEMBERS) throw new BadRequest("room: full");
        if (!rooms.has(room) && rooms.size >= MAX_ROOMS) throw new BadRequest("room: none free");
        leave();
        rooms.set(room, members.set(name, ws));
        seat = { room, name, members };
        broadcast(members, { op: "joined", room, name, members: members.size });
      },
      say(request) {
        const text = parseText("text", request.text, MAX_TEXT);
        if (!seat) throw new BadRequest("join a room first");
        const { room, name, members } = seat;
        broadcast(members, { op: "message", room, from: name, text, time: Date.now() });
      },
    });
    ws.on("close", leave);
  };
}

/**
 * @param {Members} members
 * @param {object} event
 */
function broadcast(members, event) {
  const text = JSON.stringify(event);
  for (const member of members.values()) {
    // To wait for one slow member would hold up the room, and to queue for it has no end.
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
    throw new BadRequest(`${field}: a text of 1 to ${limit} characters`);
  }
  // They are printed on the terminals of others, which obey control characters.
  if (/\p{Cc}/u.test(value)) throw new BadRequest(`${field}: no control characters`);
  return value;
}
