// @ts-check
// What the server does on a connection, by the name in its URL. Each job returns what is to happen at each
// message of the client.
import { constants, deflateRawSync } from "node:zlib";
import { BINARY, frame, TEXT } from "./frames.mjs";
import { jsonMessage } from "./json.mjs";

/** @typedef {import("node:net").Socket} Socket */
/** @typedef {{ job: string, size?: number, count?: number, type?: "text" | "binary" }} Job */

/** How much one write holds. */
const CHUNK = 1 << 18;

/** @param {Job} job */
const messageFrame = ({ size = 0, type = "text" }) =>
  frame(type === "text" ? TEXT : BINARY, Buffer.alloc(size, "a"));

/**
 * Writes a chunk so many times, as fast as it is taken.
 *
 * @param {Socket} socket
 * @param {Buffer} chunk
 * @param {number} times
 */
function pour(socket, chunk, times) {
  let sent = 0;
  const more = () => {
    while (sent < times && socket.writable) {
      sent++;
      if (socket.write(chunk)) continue;
      socket.once("drain", more);
      return;
    }
  };
  more();
}

/**
 * Sends `count` messages as soon as the client has sent one.
 *
 * @param {Socket} socket
 * @param {Job} job
 */
function blast(socket, job) {
  const { count = 0 } = job;
  const one = messageFrame(job);
  const perChunk = Math.min(count, Math.max(1, Math.floor(CHUNK / one.length)));
  const chunk = Buffer.concat(Array.from({ length: perChunk }, () => one));
  const rest = chunk.subarray(0, (count % perChunk) * one.length);
  return () => {
    if (rest.length > 0) socket.write(rest);
    pour(socket, chunk, Math.floor(count / perChunk));
  };
}

/** How many messages are deflated for {@link blastDeflated}: more than zlib's window of 32 KiB holds. */
const ROUND = 100;

const WINDOW = 32_768;

/**
 * A round of messages that share one deflate context with the text before them.
 *
 * @param {string} before
 */
function deflatedRound(before) {
  let history = before;
  const frames = Array.from({ length: ROUND }, (_, number) => {
    const text = jsonMessage(number);
    const bytes = deflateRawSync(text, {
      ...(history && { dictionary: Buffer.from(history).subarray(-WINDOW) }),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    history += text;
    // Without the end of the flush (RFC 7692 section 7.2.1).
    return frame(TEXT, bytes.subarray(0, -4), { compressed: true });
  });
  return { bytes: Buffer.concat(frames), history };
}

const FIRST = deflatedRound("");
/** What follows the first round can follow itself for ever, and costs the server nothing. */
const NEXT = deflatedRound(FIRST.history);

/**
 * As {@link blast}, messages of 1 KiB of JSON, compressed; `count` in whole rounds.
 *
 * @param {Socket} socket
 * @param {Job} job
 */
function blastDeflated(socket, { count = 0 }) {
  return () => {
    socket.write(FIRST.bytes);
    pour(socket, NEXT.bytes, count / ROUND - 1);
  };
}

/**
 * Takes in `count` messages and says so with one.
 *
 * @param {Socket} socket
 * @param {Job} job
 */
function swallow(socket, { count = 0 }) {
  let left = count;
  return () => {
    if (--left === 0) socket.write(frame(TEXT, Buffer.from("done")));
  };
}

/**
 * Answers each message with one of `size` bytes.
 *
 * @param {Socket} socket
 * @param {Job} job
 */
function answer(socket, job) {
  const reply = messageFrame(job);
  return () => socket.write(reply);
}

/** Does nothing. */
function idle() {
  return () => {};
}

/** @type {Readonly<Record<string, (socket: Socket, job: Job) => () => unknown>>} */
export const JOBS = { blast, blastDeflated, swallow, answer, idle };
