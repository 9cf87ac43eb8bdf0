import { Buffer, isUtf8 } from "node:buffer";

/** The first byte of a sequence, and the range of its second byte where that is not 80 to BF (RFC 3629). */
const SECOND_BYTE: Readonly<Record<number, readonly [number, number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
};

const NO_BYTES: Buffer = /* @__PURE__ */ Buffer.alloc(0);

/** Decodes a whole text; `undefined` if it is not UTF-8. */
export function decodeUtf8(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString("utf8", start, end);
  // Either the text has this character, or it replaced invalid bytes.
  return text.includes("\ufffd") && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
}

/** Validates a text that arrives in parts: an invalid byte is found in the part that holds it. */
export class Utf8Validator {
  /** The beginning of a sequence that the last part cut off: at most 3 bytes. */
  #incomplete: Buffer = NO_BYTES;

  /** True if a text may begin with all the parts so far. */
  accepts(part: Buffer): boolean {
    const bytes = this.#incomplete.length > 0 ? Buffer.concat([this.#incomplete, part]) : part;
    const end = bytes.length - incompleteSize(bytes);
    this.#incomplete = end < bytes.length ? Buffer.from(bytes.subarray(end)) : NO_BYTES;
    return isUtf8(bytes.subarray(0, end)) && mayBeginSequence(this.#incomplete);
  }

  /** True if the text may end after the parts so far. */
  get isComplete(): boolean {
    return this.#incomplete.length === 0;
  }
}

/** The size of a sequence at the end that needs more bytes; 0 if there is none. */
function incompleteSize(bytes: Buffer): number {
  for (let size = 1; size <= 3 && size <= bytes.length; size++) {
    const byte = bytes[bytes.length - size] as number;
    if (byte >= 0xc0) return sequenceSize(byte) > size ? size : 0;
    // Not a continuation byte: the sequence before it is complete or invalid.
    if (byte < 0x80) return 0;
  }
  return 0;
}

function sequenceSize(firstByte: number): number {
  return firstByte >= 0xf0 ? 4 : firstByte >= 0xe0 ? 3 : 2;
}

/** True if the bytes, of which only the first is known to be no continuation byte, begin a valid sequence. */
function mayBeginSequence(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if (first === undefined) return true;
  if (first < 0xc2 || first > 0xf4) return false;
  if (second === undefined) return true;
  const [least, most] = SECOND_BYTE[first] ?? [0x80, 0xbf];
  return second >= least && second <= most;
}
