import { Buffer } from "node:buffer";
import { constants, createInflateRaw } from "node:zlib";
import type { InflateRaw } from "node:zlib";
import { INVALID_PAYLOAD } from "../../protocol/close-codes.js";
import { messageTooBig } from "./frame-fault.js";
import type { FrameFault } from "./frame-fault.js";
import { canRunSync, runSync, scratchBuffers } from "./zlib-handle.js";

/** Larger messages are inflated on zlib's thread, so that no message blocks the event loop for more than 5 ms. */
const MAX_SYNC_INPUT_BYTES = 32_768;
const MAX_SYNC_OUTPUT_BYTES = 524_288;

/** The empty block after a sync flush, which the sender removes (RFC 7692 section 7.2.2). */
const SYNC_FLUSH_TAIL: Buffer = /* @__PURE__ */ Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** Receives the result of a {@link MessageInflater}: one call per message. */
export interface InflateEvents {
  /** `bytes` is valid only during the call. */
  onInflated(isText: boolean, bytes: Buffer): void;
  onFault(fault: FrameFault): void;
}

/**
 * Inflates the messages of a connection, one at a time (RFC 7692 section 7.2.2), with a single stream: small
 * messages synchronously, large ones asynchronously.
 */
export class MessageInflater {
  readonly #windowBits: number;
  readonly #keepsContext: boolean;
  readonly #limit: number;
  readonly #events: InflateEvents;
  #stream: InflateRaw | undefined;
  /** The inflated bytes of the current message so far. */
  #parts: Buffer[] = [];
  #size = 0;

  /** @param limit - The size of the largest message after inflating, in bytes. */
  constructor(windowBits: number, keepsContext: boolean, limit: number, events: InflateEvents) {
    this.#windowBits = windowBits;
    this.#keepsContext = keepsContext;
    this.#limit = limit;
    this.#events = events;
  }

  /** Inflates a message. Reports it during the call or later. */
  inflate(isText: boolean, payload: Buffer): void {
    // Some servers send an empty message without any block. The tail is the end of a block and would be invalid.
    if (payload.length === 0) {
      this.#finish(isText, payload);
      return;
    }
    if (payload.length > MAX_SYNC_INPUT_BYTES || !canRunSync()) {
      this.#runAsync(isText, Buffer.concat([payload, SYNC_FLUSH_TAIL]));
      return;
    }
    const { input } = scratchBuffers();
    const end = payload.copy(input) + SYNC_FLUSH_TAIL.copy(input, payload.length);
    this.#runSync(isText, input, end);
  }

  /** Frees zlib's memory. No event follows. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#parts = [];
    this.#size = 0;
  }

  #open(): InflateRaw {
    if (this.#stream) return this.#stream;
    const stream = createInflateRaw({
      windowBits: this.#windowBits,
      flush: constants.Z_SYNC_FLUSH,
    });
    // After `close` the stream may have been replaced.
    stream.on("error", (cause) => {
      if (stream === this.#stream) this.#failInvalid(cause);
    });
    return (this.#stream = stream);
  }

  #runSync(isText: boolean, input: Buffer, end: number): void {
    const { output } = scratchBuffers();
    const stream = this.#open();
    for (let start = 0; ;) {
      const { produced, consumed } = runSync(stream, input, start, end, output);
      start += consumed;
      this.#size += produced;
      if (stream.destroyed) {
        this.#failInvalid(stream.errored);
      } else if (this.#size > this.#limit) {
        this.#failTooBig();
      } else if (produced === output.length) {
        this.#parts.push(Buffer.from(output));
        if (this.#size < MAX_SYNC_OUTPUT_BYTES) continue;
        this.#runAsync(isText, Buffer.from(input.subarray(start, end)));
      } else if (start < end) {
        // A final block has ended the stream, but more blocks may follow (RFC 7692 section 7.2.3.4).
        stream.reset();
        if (isOnlyTail(end - start)) {
          this.#finish(isText, output.subarray(0, produced));
          return;
        }
        if (produced > 0) this.#parts.push(Buffer.from(output.subarray(0, produced)));
        continue;
      } else {
        this.#finish(isText, output.subarray(0, produced));
      }
      return;
    }
  }

  /** Inflates the rest of a message through Node's public interface, which runs on another thread. */
  #runAsync(isText: boolean, input: Buffer): void {
    const stream = this.#open();
    const before = stream.bytesWritten;
    if (stream.listenerCount("data") === 0) {
      stream.on("data", (part: Buffer) => {
        if (stream === this.#stream) this.#add(part);
      });
    }
    stream.write(input);
    stream.flush(() => {
      if (stream !== this.#stream) return;
      const consumed = stream.bytesWritten - before;
      if (consumed === input.length) {
        this.#finish(isText, Buffer.alloc(0));
        return;
      }
      // A final block has ended the stream, as in `#runSync`.
      this.#stream = undefined;
      stream.close();
      if (isOnlyTail(input.length - consumed)) this.#finish(isText, Buffer.alloc(0));
      else this.#runAsync(isText, input.subarray(consumed));
    });
  }

  #add(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#limit) this.#failTooBig();
    else this.#parts.push(part);
  }

  #finish(isText: boolean, last: Buffer): void {
    const parts = this.#parts;
    const whole = parts.length > 0 ? Buffer.concat([...parts, last]) : last;
    if (parts.length > 0) this.#parts = [];
    this.#size = 0;
    if (!this.#keepsContext) this.#stream?.reset();
    this.#events.onInflated(isText, whole);
  }

  #failInvalid(cause: unknown): void {
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    this.#fail({
      closeCode: INVALID_PAYLOAD,
      problem: `the server sent a compressed message that is not valid deflate data${why}`,
      cause,
    });
  }

  #failTooBig(): void {
    this.#fail(messageTooBig());
  }

  #fail(fault: FrameFault): void {
    this.close();
    this.#events.onFault(fault);
  }
}

/**
 * True if the bytes after a final block are only the tail that this side has added. The server has omitted
 * the empty block that the tail would complete.
 */
function isOnlyTail(size: number): boolean {
  return size === SYNC_FLUSH_TAIL.length;
}
