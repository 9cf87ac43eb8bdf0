// @ts-check
// The server of the benchmarks, a process of its own. It speaks frames by hand and sends what it has made
// beforehand, so that it has far less to do for each message than any client. (Held against Bun's it is as
// fast or faster in every job, for a half to an eighth of the CPU time with small messages.) Its URLs name a job:
// `/?{"job":"blast","size":64,"count":1000}`. By IPC it tells its port, and its CPU time to whoever asks.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { CLOSE, frame, frameReader } from "./frames.mjs";
import { JOBS } from "./jobs.mjs";

/** RFC 6455 section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Opens the connection that the request asks for.
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
  if (start === undefined) throw new Error(`no job ${job.job}`);
  const onMessage = start(socket, job);
  const read = frameReader((opcode) => {
    if (opcode === CLOSE) socket.end(frame(CLOSE, Buffer.from([3, 232])));
    else onMessage();
  });
  socket.on("data", read);
}

/** @param {{ readonly context?: boolean }} job */
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
