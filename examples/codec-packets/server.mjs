import { once } from "node:events";
import { deflateSync } from "node:zlib";
import { WebSocketServer } from "ws";

/** The operations of packets. */
export const SAID = 5;
export const AUTHENTICATE = 7;
const AUTHENTICATED = 8;

const PLAIN_VERSION = 1;
const COMPRESSED_VERSION = 2;

/**
 * Starts a live stream. It answers the client's first packet, sends three packets in one compressed message,
 * and closes.
 *
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function startStream() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    socket.once("message", () => {
      socket.send(pack(PLAIN_VERSION, AUTHENTICATED, '{"code":0}'));
      const said = ["hello", "how are you?", "bye"].map((text) =>
        pack(PLAIN_VERSION, SAID, JSON.stringify({ text })),
      );
      socket.send(pack(COMPRESSED_VERSION, SAID, deflateSync(Buffer.concat(said))));
      socket.close(1000);
    });
  });
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `ws://127.0.0.1:${port}`, close: () => server.close() };
}

/**
 * @param {number} version
 * @param {number} operation
 * @param {string | Uint8Array} body
 */
function pack(version, operation, body) {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(header.length + bytes.length, 0);
  header.writeUInt16BE(header.length, 4);
  header.writeUInt16BE(version, 6);
  header.writeUInt32BE(operation, 8);
  return Buffer.concat([header, bytes]);
}
