// What the endpoints share: bounded sending, and requests that are JSON objects with an `op`.

/**
 * How many unsent bytes a connection may hold. Beyond it the server produces nothing more for that
 * client and reads nothing more from it, so that a client that does not read cannot fill the memory.
 */
const MAX_BUFFERED = 1024 * 1024;

/** A request that cannot be done. Its message is for the client. */
export class BadRequest extends Error {}

/** @param {import("ws").WebSocket} ws */
export function isBehind(ws) {
  return ws.bufferedAmount > MAX_BUFFERED;
}

/**
 * Sends one message; nothing is sent once the connection is closing.
 *
 * @param {import("ws").WebSocket} ws
 * @param {string | import("ws").RawData} data
 * @param {{ binary?: boolean, compress?: boolean, onFlushed?: () => void }} [options] `onFlushed` is
 *   called when the message has left this process, or never will
 */
export function send(ws, data, { onFlushed, ...options } = {}) {
  if (ws.readyState !== ws.OPEN) {
    onFlushed?.();
    return;
  }
  ws.send(data, options, () => {
    onFlushed?.();
    // Whatever was sent last finds the buffer empty here, so a paused connection always resumes.
    if (ws.isPaused && !isBehind(ws)) ws.resume();
  });
}

/**
 * Calls `onMessage` for each message, and stops reading while the client is behind with our answers.
 *
 * @param {import("ws").WebSocket} ws
 * @param {(data: import("ws").RawData, isBinary: boolean) => void} onMessage
 */
export function receive(ws, onMessage) {
  ws.on("message", (data, isBinary) => {
    onMessage(data, isBinary);
    if (isBehind(ws)) ws.pause();
  });
}

/**
 * Answers requests of the form `{"op": ..., ...}` with the function of that name. One that throws
 * `BadRequest`, or is not there, is answered with `{"op":"error","message"}`.
 *
 * @param {import("ws").WebSocket} ws
 * @param {Record<string, (request: Record<string, unknown>) => void>} operations
 */
export function serveRequests(ws, operations) {
  /** @type {Map<unknown, (request: Record<string, unknown>) => void>} */
  const known = new Map(Object.entries(operations));
  receive(ws, (data, isBinary) => {
    try {
      const request = parseRequest(data, isBinary);
      const operation = known.get(request.op);
      if (!operation) throw new BadRequest(`unknown op; known: ${[...known.keys()].join(", ")}`);
      operation(request);
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      send(ws, JSON.stringify({ op: "error", message: error.message }));
    }
  });
}

/**
 * @param {import("ws").RawData} data
 * @param {boolean} isBinary
 * @returns {Record<string, unknown>}
 */
function parseRequest(data, isBinary) {
  if (isBinary) throw new BadRequest("a request is a text message");
  let request;
  try {
    request = JSON.parse(data.toString());
  } catch {
    throw new BadRequest("a request is JSON");
  }
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw new BadRequest("a request is a JSON object");
  }
  return request;
}
