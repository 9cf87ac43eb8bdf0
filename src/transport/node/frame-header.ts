/** Reads the header of a server's frame (RFC 6455 section 5.2). */
import type { Buffer } from "node:buffer";
import { BINARY, CLOSE, CONTINUATION, FIN, MASKED, OPCODE, PONG, RSV, RSV1 } from "./frames.js";

/** The header of an unmasked frame with a 64-bit length. */
export const MAX_HEADER_BYTES = 10;

/** The largest payload of a control frame (RFC 6455 section 5.5). */
const MAX_CONTROL_BYTES = 125;

/** Returns the size of a header, given its second byte. */
export function headerSize(second: number): number {
  const length = second & ~MASKED;
  return length < 126 ? 2 : length === 126 ? 4 : MAX_HEADER_BYTES;
}

/** Returns the payload size from a header of `size` bytes; inexact above 2^53, where every limit is exceeded. */
export function payloadSize(header: Buffer, size: number): number {
  if (size === 2) return header[1] as number;
  return size === 4 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}

/**
 * Returns the rule that the first two bytes of a frame violate, if any, before the rest of it has arrived.
 * `isInMessage` is true while a fragmented message is incomplete.
 */
export function headerProblem(
  first: number,
  second: number,
  isInMessage: boolean,
  isDeflateNegotiated: boolean,
): string | undefined {
  const opcode = first & OPCODE;
  if (second & MASKED) return "the server sent a masked frame (RFC 6455 section 5.1)";
  if (first & RSV & ~RSV1) {
    return "the server sent a frame with a reserved bit set (RFC 6455 section 5.2)";
  }
  if (first & RSV1 && (!isDeflateNegotiated || opcode > BINARY || opcode === CONTINUATION)) {
    return "the server set RSV1 on a frame that begins no compressed message (RFC 7692 section 6)";
  }
  if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) {
    return `the server sent a frame with the reserved opcode ${opcode} (RFC 6455 section 5.2)`;
  }
  return opcode >= CLOSE ? controlProblem(first, second) : dataProblem(opcode, isInMessage);
}

/** RFC 6455 section 5.5. */
function controlProblem(first: number, length: number): string | undefined {
  if (!(first & FIN)) return "the server sent a fragmented control frame (RFC 6455 section 5.5)";
  if (length <= MAX_CONTROL_BYTES) return undefined;
  return `the server sent a control frame of more than ${MAX_CONTROL_BYTES} bytes (RFC 6455 section 5.5)`;
}

/** RFC 6455 section 5.4. */
function dataProblem(opcode: number, isInMessage: boolean): string | undefined {
  if (opcode === CONTINUATION) {
    if (isInMessage) return undefined;
    return "the server sent a continuation frame outside a fragmented message (RFC 6455 section 5.4)";
  }
  if (!isInMessage) return undefined;
  return "the server began a message inside a fragmented message (RFC 6455 section 5.4)";
}
