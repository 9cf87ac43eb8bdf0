import { Buffer, constants, isUtf8 } from "node:buffer";

/** The largest text that V8 can decode, in bytes: about 512 MiB. `Buffer.toString` throws for a larger one. */
export const MAX_TEXT_BYTES: number = /* @__PURE__ */ (() => constants.MAX_STRING_LENGTH)();

/** The valid range of a sequence's second byte, by its first byte, where it is not 80 to BF (RFC 3629). */
const SECOND_BYTE_RANGES: Readonly<Record<number, readonly [number, number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
};

const NO_BYTES: Buffer = /* @__PURE__ */ Buffer.alloc(0);

/** Decodes a complete text. Returns `undefined` if it is not valid UTF-8. */
export function decodeUtf8(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString("utf8", start, end);
  // A replacement character either is in the text or replaced invalid bytes.
  return text.includes("\ufffd") && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
}

/** Validates a text that arrives in parts. An invalid byte is found in the part that contains it. */
export class Utf8Validator {
  /** An incomplete sequence at the end of the last part: at most 3 bytes. */
  #incomplete: Buffer = NO_BYTES;

  /** Adds a part. Returns true if the parts so far can be the beginning of a text. */
  accepts(part: Buffer): boolean {
    const bytes = this.#incomplete.length > 0 ? Buffer.concat([this.#incomplete, part]) : part;
    const end = bytes.length - incompleteSize(bytes);
    this.#incomplete = end < bytes.length ? Buffer.from(bytes.subarray(end)) : NO_BYTES;
    return isUtf8(bytes.subarray(0, end)) && mayBeginSequence(this.#incomplete);
  }

  /** True if the parts so far are a complete text. */
  get isComplete(): boolean {
    return this.#incomplete.length === 0;
  }
}

/** Returns the size of an incomplete sequence at the end; 0 if there is none. */
function incompleteSize(bytes: Buffer): number {
  for (let size = 1; size <= 3 && size <= bytes.length; size++) {
    const byte = bytes[bytes.length - size] as number;
    if (byte >= 0xc0) return sequenceSize(byte) > size ? size : 0;
    // An ASCII byte: any sequence before it is complete or invalid.
    if (byte < 0x80) return 0;
  }
  return 0;
}

function sequenceSize(firstByte: number): number {
  return firstByte >= 0xf0 ? 4 : firstByte >= 0xe0 ? 3 : 2;
}

/** True if the bytes are the beginning of a valid sequence. The first one is not a continuation byte. */
function mayBeginSequence(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if (first === undefined) return true;
  if (first < 0xc2 || first > 0xf4) return false;
  if (second === undefined) return true;
  const [min, max] = SECOND_BYTE_RANGES[first] ?? [0x80, 0xbf];
  return second >= min && second <= max;
}
