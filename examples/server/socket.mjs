// Shared by all endpoints: bounded sending, and requests that are JSON objects with an `op`.

/**
 * The largest number of unsent bytes per connection. Above it the server neither produces messages for that
 * client nor reads from it, so that a client that does not read cannot fill the memory.
 */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** The error of an invalid request. Its message is sent to the client. */
export class BadRequest extends Error {}

/**
 * Returns true if more than {@link MAX_BUFFERED_BYTES} are unsent.
 *
 * @param {import("ws").WebSocket} ws
 */
export function isBehind(ws) {
  return ws.bufferedAmount > MAX_BUFFERED_BYTES;
}

/**
 * Sends one message. Does nothing if the connection is closing or closed.
 *
 * @param {import("ws").WebSocket} ws
 * @param {string | import("ws").RawData} data
 * @param {{ binary?: boolean, compress?: boolean, onFlushed?: () => void }} [options] `onFlushed` is
 *   called when the message has left this process, or if it never will
 */
export function send(ws, data, { onFlushed, ...options } = {}) {
  if (ws.readyState !== ws.OPEN) {
    onFlushed?.();
    return;
  }
  ws.send(data, options, () => {
    onFlushed?.();
    // A paused connection always resumes, because the buffer is empty when the last message has left.
    if (ws.isPaused && !isBehind(ws)) ws.resume();
  });
}

/**
 * Calls `onMessage` for each message. Stops reading while the client is behind with the answers.
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
 * Calls the operation that a request of the form `{"op": ..., ...}` names. If it throws `BadRequest` or does
 * not exist, the answer is `{"op":"error","message"}`.
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
  if (isBinary) throw new BadRequest("a request must be a text message");
  let request;
  try {
    request = JSON.parse(data.toString());
  } catch {
    throw new BadRequest("a request must be JSON");
  }
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw new BadRequest("a request must be a JSON object");
  }
  return request;
}
