// @ts-check
// A minimal reader and writer of frames (RFC 6455 section 5.2), so that the server is never the bottleneck.

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;

/** The bit in the first byte of a frame that marks a compressed message (RFC 7692 section 6). */
const RSV1 = 0x40;

/**
 * Makes an unmasked frame that contains a whole message.
 *
 * @param {number} opcode
 * @param {Buffer} payload
 */
export function frame(opcode, payload, { compressed = false } = {}) {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x80 | opcode | (compressed ? RSV1 : 0);
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

/**
 * Returns a function that reads a client's frames from chunks of any length, and calls `onFrame` with the
 * opcode of each complete frame. Payloads are skipped.
 *
 * @param {(opcode: number) => void} onFrame
 * @returns {(chunk: Buffer) => void}
 */
export function frameReader(onFrame) {
  /** @type {Buffer} */
  let rest = Buffer.alloc(0);
  let skip = 0;
  let opcode = 0;
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (at < bytes.length) {
      if (skip > 0) {
        const step = Math.min(skip, bytes.length - at);
        at += step;
        skip -= step;
        if (skip === 0) onFrame(opcode);
        continue;
      }
      const length = at + 2 <= bytes.length ? Number(bytes[at + 1]) & 0x7f : 127;
      const extended = length === 127 ? 8 : length === 126 ? 2 : 0;
      const start = at + 2 + extended;
      if (start > bytes.length) break;
      opcode = Number(bytes[at]) & 0x0f;
      const payload =
        extended === 8
          ? Number(bytes.readBigUInt64BE(at + 2))
          : extended === 2
            ? bytes.readUInt16BE(at + 2)
            : length;
      // The payload follows the four bytes of the masking key.
      skip = 4 + payload;
      at = start;
    }
    rest = bytes.subarray(at);
  };
}
