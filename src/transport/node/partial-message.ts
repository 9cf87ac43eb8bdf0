import type { Buffer } from "node:buffer";
import { PayloadBuffer } from "./payload-buffer.js";
import { Utf8Validator } from "./utf8.js";

/** A data message of which at least one frame has begun. */
export class PartialMessage {
  readonly isText: boolean;
  readonly isCompressed: boolean;
  readonly #payload: PayloadBuffer;
  /** Validates an uncompressed text as it arrives. */
  readonly #utf8: Utf8Validator | undefined;

  /** @param declaredSize - The size of the whole payload in bytes; `undefined` if the message is fragmented. */
  constructor(isText: boolean, isCompressed: boolean, declaredSize: number | undefined) {
    this.isText = isText;
    this.isCompressed = isCompressed;
    this.#payload = new PayloadBuffer(declaredSize);
    this.#utf8 = isText && !isCompressed ? new Utf8Validator() : undefined;
  }

  /** The number of payload bytes so far. */
  get size(): number {
    return this.#payload.size;
  }

  /** Adds a part of the payload. Returns false if it makes the text invalid UTF-8. */
  add(part: Buffer): boolean {
    if (this.#utf8?.accepts(part) === false) return false;
    this.#payload.add(part);
    return true;
  }

  /** Returns the payload of the complete message, or `undefined` if the text ends within a character. */
  finish(): Buffer | undefined {
    return this.#utf8?.isComplete === false ? undefined : this.#payload.finish();
  }
}
