/** The header of a server's frame (RFC 6455 section 5.2). */
import type { Buffer } from "node:buffer";
import { BINARY, CLOSE, CONTINUATION, FIN, MASKED, OPCODE, PONG, RSV, RSV1 } from "./frames.js";

export const MAX_HEADER_BYTES = 10;

/** RFC 6455 section 5.5. */
const MAX_CONTROL_BYTES = 125;

/** The size of a header, by its second byte. */
export function headerSize(second: number): number {
  const length = second & ~MASKED;
  return length < 126 ? 2 : length === 126 ? 4 : MAX_HEADER_BYTES;
}

/** The size of a frame's payload; not exact above 2^53, where every limit is exceeded. */
export function payloadSize(header: Buffer, size: number): number {
  if (size === 2) return header[1] as number;
  return size === 4 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}

/**
 * Says what is wrong with the first two bytes of a frame, before the rest of it has arrived.
 * `isInMessage`: a fragmented message has begun and not ended.
 */
export function headerProblem(
  first: number,
  second: number,
  isInMessage: boolean,
  isDeflateNegotiated: boolean,
): string | undefined {
  const opcode = first & OPCODE;
  if (second & MASKED) return "a masked frame (RFC 6455 section 5.1)";
  if (first & RSV & ~RSV1) return "a reserved bit is set (RFC 6455 section 5.2)";
  if (first & RSV1 && (!isDeflateNegotiated || opcode > BINARY || opcode === CONTINUATION)) {
    return "RSV1 is set where no compressed message begins (RFC 7692 section 6)";
  }
  if (opcode >= CLOSE) {
    if (opcode > PONG) return `a frame with the reserved opcode ${opcode}`;
    if (!(first & FIN)) return "a fragmented control frame (RFC 6455 section 5.5)";
    return second > MAX_CONTROL_BYTES ? "a control frame of more than 125 bytes" : undefined;
  }
  if (opcode > BINARY) return `a frame with the reserved opcode ${opcode}`;
  // RFC 6455 section 5.4.
  if (opcode === CONTINUATION) {
    return isInMessage ? undefined : "a continuation frame without a message to continue";
  }
  return isInMessage ? "a new message before the end of a fragmented one" : undefined;
}
