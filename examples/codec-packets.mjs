// A codec of packets with headers, several in one compressed body, as live streams send them.
//
//   node examples/codec-packets/index.mjs      runs it, with a server behind it
//
// A packet begins with 16 bytes, big-endian: its length with them (4 bytes), their own length (2), the
// version (2), the operation (4) and a sequence number (4). A body of version 2 is zlib of more packets.
import { WsError } from "wschan";
import { unzlib } from "wschan/codec";

const NAME = "packets";
const HEADER = 16;
const PLAIN = 1;
const COMPRESSED = 2;

/**
 * @typedef {object} Packet
 * @property {number} operation what it is about: 4 bytes, unsigned
 * @property {Uint8Array} body
 */

/**
 * Packets are received one by one, however they were sent, and each is sent as a message of its own. What
 * is no packet ends the connection with `INVALID_MESSAGE`.
 *
 * @returns {import("wschan").Codec<Packet, Packet>}
 */
export function packets() {
  const zlib = unzlib({ type: "binary" });
  return {
    name: NAME,
    // Called for each connection.
    decoder(readLimit) {
      const inflate = zlib.decoder(readLimit);
      return (message, emit) => {
        // It keeps the limit for each body; here it is kept for all bodies of a message together.
        let left = readLimit;
        /** @type {(bytes: Uint8Array<ArrayBuffer>, isInflated?: boolean) => void} */
        const read = (bytes, isInflated) => {
          for (const { version, operation, body } of split(bytes)) {
            if (version !== COMPRESSED) {
              emit({ operation, body }, body.length);
              continue;
            }
            // Else a small message could go on and on.
            if (isInflated) throw invalid("compressed twice", 0);
            inflate({ type: "binary", data: body }, (inflated) => {
              left -= inflated.data.length;
              if (left < 0) throw tooBig(readLimit);
              if (inflated.type === "binary") read(inflated.data, true);
            });
          }
        };
        if (message.type === "text") throw invalid("a text", 0);
        read(message.data);
      };
    },
    encode: pack,
  };
}

/**
 * A message of one packet.
 *
 * @param {Packet} packet
 * @returns {Uint8Array<ArrayBuffer>}
 */
function pack({ operation, body }) {
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint16(4, HEADER);
  view.setUint16(6, PLAIN);
  view.setUint32(8, operation);
  bytes.set(body, HEADER);
  return bytes;
}

/**
 * The packets that bytes are made of.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function* split(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < bytes.length) {
    if (at + HEADER > bytes.length) throw invalid("cut short", at);
    const end = at + view.getUint32(at);
    const start = at + view.getUint16(at + 4);
    // With a length of 0 it would never end.
    if (start < at + HEADER || end < start || end > bytes.length) throw invalid("wrong length", at);
    yield {
      version: view.getUint16(at + 6),
      operation: view.getUint32(at + 8),
      // A copy: whoever keeps it does not keep all the others.
      body: bytes.slice(start, end),
    };
    at = end;
  }
}

/**
 * @param {string} problem
 * @param {number} position the byte where the packet begins
 */
function invalid(problem, position) {
  const details = { codec: NAME, position };
  return new WsError("INVALID_MESSAGE", `receive: ${NAME}: ${problem}`, { details });
}

/** @param {number} limit */
function tooBig(limit) {
  const text = `receive: ${NAME}: decoded, it is over readLimit ${limit}`;
  return new WsError("MESSAGE_TOO_BIG", text, { details: { codec: NAME, limit } });
}
