// The peer of the benchmarks: speaks frames by hand, so that it is never the limit, in its own process.
import { createHash } from "node:crypto";
import { createServer } from "node:net";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const CHUNK = 1 << 18;

/** A server's frame: unmasked, whole. */
function frame(opcode, payload) {
  const { length } = payload;
  const header =
    length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  header[0] = 0x80 | opcode;
  if (length < 126) header[1] = length;
  else if (length < 65_536) {
    header[1] = 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, payload]);
}

/** Sends `count` messages of `size` bytes as fast as the client takes them. */
function blast(socket, { opcode, size, count }) {
  const one = frame(opcode, Buffer.alloc(size, "a"));
  const batch = Math.min(count, Math.max(1, Math.floor(CHUNK / one.length)));
  const many = Buffer.concat(Array.from({ length: batch }, () => one));
  let left = count;
  const more = () => {
    while (left > 0) {
      const n = Math.min(left, batch);
      left -= n;
      if (!socket.write(n === batch ? many : many.subarray(0, n * one.length))) {
        socket.once("drain", more);
        return;
      }
    }
  };
  more();
}

/** Takes in `bytes` bytes of whatever frames, then says so with one message. */
function swallow(socket, { bytes }) {
  let left = bytes;
  const read = (chunk) => {
    left -= chunk.length;
    if (left > 0) return;
    socket.off("data", read);
    socket.write(frame(1, Buffer.from("done")));
  };
  socket.on("data", read);
}

/** Answers each masked small frame with one as large. */
function answer(socket, { size }) {
  const reply = frame(1, Buffer.alloc(size, "a"));
  const request = size + (size < 126 ? 6 : 8);
  let got = 0;
  socket.on("data", (chunk) => {
    got += chunk.length;
    for (; got >= request; got -= request) socket.write(reply);
  });
}

const JOBS = { blast, swallow, answer };

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.once("data", (chunk) => {
    const head = chunk.toString("latin1");
    const key = /sec-websocket-key: *(\S+)/i.exec(head)[1];
    const { job, ...settings } = JSON.parse(decodeURIComponent(/^GET \/\?(\S+)/.exec(head)[1]));
    const accept = createHash("sha1")
      .update(key + GUID)
      .digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    JOBS[job](socket, settings);
  });
});

server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
