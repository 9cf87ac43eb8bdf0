import { Buffer } from "node:buffer";
import { constants, createDeflateRaw } from "node:zlib";
import type { DeflateRaw } from "node:zlib";
import { canRunSync, MAX_SYNC_INPUT_BYTES, runSync, scratchBuffers } from "./zlib-handle.js";

/** The size of the empty block after a sync flush, which is not sent (RFC 7692 section 7.2.1). */
const SYNC_FLUSH_TAIL_BYTES = 4;

/** Deflates the messages of a connection, one at a time (RFC 7692 section 7.2.1). */
export class MessageDeflater {
  readonly #windowBits: number;
  readonly #keepsContext: boolean;
  #stream: DeflateRaw | undefined;
  // State of the message that is being deflated asynchronously.
  #done: ((error: Error | undefined, deflated: Buffer) => void) | undefined;
  #parts: Buffer[] = [];

  constructor(windowBits: number, keepsContext: boolean) {
    this.#windowBits = windowBits;
    this.#keepsContext = keepsContext;
  }

  /**
   * Deflates a message of `size` bytes synchronously. Returns `undefined` if that would block the event loop
   * for too long: use {@link deflateAsync} instead. The result is valid until the next call.
   */
  deflateSync(data: string | Uint8Array, size: number): Buffer | undefined {
    if (size > MAX_SYNC_INPUT_BYTES || !canRunSync()) return undefined;
    const { input, output } = scratchBuffers();
    let bytes: Uint8Array = input;
    if (typeof data === "string") input.write(data);
    else bytes = data;
    const stream = this.#open();
    const { produced } = runSync(stream, bytes, 0, size, output);
    if (!this.#keepsContext) stream.reset();
    return output.subarray(0, produced - SYNC_FLUSH_TAIL_BYTES);
  }

  /** Deflates a message on zlib's thread. Deflate no other message before `done` is called. */
  deflateAsync(
    bytes: Uint8Array,
    done: (error: Error | undefined, deflated: Buffer) => void,
  ): void {
    const stream = this.#open();
    this.#done = done;
    if (stream.listenerCount("data") === 0) {
      stream.on("data", (part: Buffer) => void this.#parts.push(part));
    }
    stream.write(bytes);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      if (stream !== this.#stream) return;
      const deflated = Buffer.concat(this.#parts).subarray(0, -SYNC_FLUSH_TAIL_BYTES);
      if (!this.#keepsContext) stream.reset();
      this.#settle(undefined, deflated);
    });
  }

  /** Frees zlib's memory. Does not call `done` of a pending message. */
  close(): void {
    this.#stream?.close();
    this.#stream = this.#done = undefined;
  }

  #settle(error: Error | undefined, deflated: Buffer): void {
    const done = this.#done;
    this.#done = undefined;
    this.#parts = [];
    done?.(error, deflated);
  }

  #open(): DeflateRaw {
    if (this.#stream) return this.#stream;
    const stream = createDeflateRaw({ windowBits: this.#windowBits });
    stream.on("error", (error) => {
      if (stream === this.#stream) this.#settle(error, Buffer.alloc(0));
    });
    return (this.#stream = stream);
  }
}
