// A codec for packets with headers, several of them in one compressed body, as live streams send them.
//
//   node examples/codec-packets/index.mjs      runs it against a server of its own
//
// A packet begins with a header of 16 bytes, big-endian: the length of the packet with its header (4 bytes),
// the length of the header (2), the version (2), the operation (4) and a sequence number (4). The body of a
// packet of version 2 is zlib data, which contains further packets.
import { WsError } from "wschan";
import { unzlib } from "wschan/codec";

const NAME = "packets";
const HEADER_BYTES = 16;
const PLAIN_VERSION = 1;
const COMPRESSED_VERSION = 2;

/**
 * @typedef {object} Packet
 * @property {number} operation the kind of packet: 4 bytes, unsigned
 * @property {Uint8Array} body
 */

/**
 * Returns a codec that delivers packets one by one, however many a message contains, and sends each packet
 * as a message of its own. Invalid data ends the connection with `INVALID_MESSAGE`.
 *
 * @returns {import("wschan").Codec<Packet, Packet>}
 */
export function packets() {
  const zlib = unzlib({ type: "binary" });
  return {
    name: NAME,
    // Called once for each connection.
    decoder(readLimit) {
      const inflate = zlib.decoder(readLimit);
      return (message, emit) => {
        // `inflate` applies the limit to each body. This applies it to all bodies of a message together.
        let remaining = readLimit;
        /** @type {(bytes: Uint8Array<ArrayBuffer>, isInflated?: boolean) => void} */
        const read = (bytes, isInflated) => {
          for (const { version, operation, body } of split(bytes)) {
            if (version !== COMPRESSED_VERSION) {
              emit({ operation, body }, body.length);
              continue;
            }
            // Nested compression would let a small message expand without end.
            if (isInflated) throw invalid("compressed twice", 0);
            inflate({ type: "binary", data: body }, (inflated) => {
              remaining -= inflated.data.length;
              if (remaining < 0) throw tooBig(readLimit);
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
 * Encodes one packet as a message.
 *
 * @param {Packet} packet
 * @returns {Uint8Array<ArrayBuffer>}
 */
function pack({ operation, body }) {
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint16(4, HEADER_BYTES);
  view.setUint16(6, PLAIN_VERSION);
  view.setUint32(8, operation);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/**
 * Yields the packets in `bytes`.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function* split(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < bytes.length) {
    if (at + HEADER_BYTES > bytes.length) throw invalid("cut short", at);
    const end = at + view.getUint32(at);
    const start = at + view.getUint16(at + 4);
    // This also rejects a length of 0, with which the loop would never end.
    if (start < at + HEADER_BYTES || end < start || end > bytes.length)
      throw invalid("wrong length", at);
    yield {
      version: view.getUint16(at + 6),
      operation: view.getUint32(at + 8),
      // A copy, because a view would keep the whole message in memory.
      body: bytes.slice(start, end),
    };
    at = end;
  }
}

/**
 * Returns the error of a message that cannot be decoded.
 *
 * @param {string} problem
 * @param {number} position the index of the first byte of the packet
 */
function invalid(problem, position) {
  const details = { codec: NAME, position };
  return new WsError("INVALID_MESSAGE", `receive: ${NAME}: ${problem}`, { details });
}

/**
 * Returns the error of a message that decodes to more than the limit.
 *
 * @param {number} limit
 */
function tooBig(limit) {
  const text = `receive: ${NAME}: the decoded message exceeds readLimit (${limit}); raise readLimit`;
  return new WsError("MESSAGE_TOO_BIG", text, { details: { codec: NAME, limit } });
}
