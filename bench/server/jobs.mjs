// @ts-check
// The jobs of the server, by the name in the URL of a connection. A job is a function that returns the handler of
// the client's messages.
import { constants, deflateRawSync } from "node:zlib";
import { BINARY, frame, TEXT } from "./frames.mjs";
import { jsonMessage } from "./json.mjs";

/** @typedef {import("node:net").Socket} Socket */
/** @typedef {{ job: string, size?: number, count?: number, type?: "text" | "binary", context?: boolean }} Job */

/** The size of one write. */
const CHUNK_BYTES = 1 << 18;

/**
 * Makes the frame of a message with the size and type of a job.
 *
 * @param {Job} job
 */
const messageFrame = ({ size = 0, type = "text" }) =>
  frame(type === "text" ? TEXT : BINARY, Buffer.alloc(size, "a"));

/**
 * Writes a chunk `times` times, as fast as the client reads.
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
 * Sends `count` messages after each message of the client.
 *
 * @param {Socket} socket
 * @param {Job} job
 */
function blast(socket, job) {
  const { count = 0 } = job;
  const one = messageFrame(job);
  const perChunk = Math.min(count, Math.max(1, Math.floor(CHUNK_BYTES / one.length)));
  const chunk = Buffer.concat(Array.from({ length: perChunk }, () => one));
  const rest = chunk.subarray(0, (count % perChunk) * one.length);
  return () => {
    if (rest.length > 0) socket.write(rest);
    pour(socket, chunk, Math.floor(count / perChunk));
  };
}

/** The approximate size of the JSON that a round of {@link blastDeflated} deflates: many times zlib's window. */
const ROUND_BYTES = 524_288;

const WINDOW_BYTES = 32_768;

/**
 * Makes the frames of a round of compressed messages: without context, or in the context of the text before them.
 *
 * @param {number} size
 * @param {boolean} hasContext
 * @param {string} before
 */
function deflatedRound(size, hasContext, before) {
  let history = before;
  const length = roundLength(size);
  const frames = Array.from({ length }, (_, number) => {
    const text = jsonMessage(number, size);
    const bytes = deflatedFrame(text, hasContext ? history : "");
    history = (history + text).slice(-WINDOW_BYTES);
    return bytes;
  });
  return { bytes: Buffer.concat(frames), history };
}

/**
 * Makes the frame of a compressed text, in the deflate context of the text before it.
 *
 * @param {string} text
 * @param {string} before
 */
function deflatedFrame(text, before) {
  const bytes = deflateRawSync(text, {
    ...(before && { dictionary: Buffer.from(before).subarray(-WINDOW_BYTES) }),
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  // The last four bytes of the flush are not sent (RFC 7692 section 7.2.1).
  return frame(TEXT, bytes.subarray(0, -4), { compressed: true });
}

/**
 * Returns the number of messages in a round.
 *
 * @param {number} size
 */
export const roundLength = (size) => Math.max(8, Math.round(ROUND_BYTES / size));

/**
 * Sends compressed messages of JSON, like {@link blast}. `count` is a multiple of the round's length.
 *
 * @param {Socket} socket
 * @param {Job} job
 */
function blastDeflated(socket, { size = 1024, count = 0, context = true }) {
  const first = deflatedRound(size, context, "");
  // The second round ends with the window that it began with, so it is repeated without deflating again.
  const next = deflatedRound(size, context, first.history);
  return () => {
    socket.write(first.bytes);
    pour(socket, next.bytes, count / roundLength(size) - 1);
  };
}

/**
 * Reads `count` messages, then sends one.
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
 * Answers each message with a message of `size` bytes.
 *
 * @param {Socket} socket
 * @param {Job} job
 */
function answer(socket, job) {
  const reply = messageFrame(job);
  return () => socket.write(reply);
}

const DEFLATED_ANSWER = deflatedFrame(jsonMessage(0, 1024), "");

/**
 * Answers each message with the same compressed message.
 *
 * @param {Socket} socket
 */
function answerDeflated(socket) {
  return () => socket.write(DEFLATED_ANSWER);
}

/** Ignores all messages. */
function idle() {
  return () => {};
}

/** @type {Readonly<Record<string, (socket: Socket, job: Job) => () => unknown>>} */
export const JOBS = { blast, blastDeflated, swallow, answer, answerDeflated, idle };
