// @ts-check
// The server of the benchmarks, in its own process. It writes prepared frames, without a library, so that it needs
// far less time per message than any client. (It is at least as fast as Bun's server in every job, and needs a half
// to an eighth of its CPU time for small messages.) A URL contains a job:
// `/?{"job":"blast","size":64,"count":1000}`. It sends its port by IPC, and answers each IPC message with the CPU
// time that it has used.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { CLOSE, frame, frameReader } from "./frames.mjs";
import { JOBS } from "./jobs.mjs";

/** RFC 6455 section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Answers the opening handshake, and starts the job in the URL of the request.
 *
 * @param {import("node:net").Socket} socket
 * @param {string} request
 */
function upgrade(socket, request) {
  const [, query = ""] = /^GET \/\?(\S+)/.exec(request) ?? [];
  const job = JSON.parse(decodeURIComponent(query));
  const [, key = ""] = /^sec-websocket-key: *(\S+)/im.exec(request) ?? [];
  const deflates = /^sec-websocket-extensions:.*permessage-deflate/im.test(request);
  const accept = createHash("sha1").update(key + GUID);
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept.digest("base64")}`,
    ...(job.deflate && deflates ? [extension(job)] : []),
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const start = JOBS[job.job];
  if (start === undefined) throw new Error(`unknown job: ${job.job}`);
  const onMessage = start(socket, job);
  const read = frameReader((opcode) => {
    if (opcode === CLOSE) socket.end(frame(CLOSE, Buffer.from([3, 232])));
    else onMessage();
  });
  socket.on("data", read);
}

/**
 * Returns the header that accepts permessage-deflate.
 *
 * @param {{ readonly context?: boolean }} job
 */
function extension({ context = true }) {
  const parameters = context ? "" : "; server_no_context_takeover; client_no_context_takeover";
  return `Sec-WebSocket-Extensions: permessage-deflate${parameters}`;
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  let head = "";
  socket.on("data", function read(chunk) {
    head += chunk.toString("latin1");
    if (!head.includes("\r\n\r\n")) return;
    socket.off("data", read);
    upgrade(socket, head);
  });
});

server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());
