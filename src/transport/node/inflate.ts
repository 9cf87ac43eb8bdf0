import { Buffer } from "node:buffer";
import { constants, createInflateRaw } from "node:zlib";
import type { InflateRaw } from "node:zlib";
import { INVALID_PAYLOAD, MESSAGE_TOO_BIG } from "../../protocol/close-codes.js";
import type { FrameFault } from "./frame-fault.js";
import { canRunSync, runSync, scratch } from "./zlib-handle.js";

/** Larger messages are inflated on zlib's thread, so that none holds the event loop for more than 5 ms. */
const MAX_SYNC_INPUT_BYTES = 32_768;
const MAX_SYNC_OUTPUT_BYTES = 524_288;

/** The end of a sync flush, which is not on the wire (RFC 7692 section 7.2.2). */
const TAIL: Buffer = /* @__PURE__ */ Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** Receives what a {@link MessageInflater} makes of a message: one call for each. */
export interface InflateEvents {
  /** `bytes` is valid during the call. */
  onInflated(isText: boolean, bytes: Buffer): void;
  onFault(fault: FrameFault): void;
}

/**
 * Inflates the messages of a connection, one at a time (RFC 7692 section 7.2.2): small ones at once, large
 * ones asynchronously, on one stream.
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

  /** @param limit The largest message, inflated, in bytes. */
  constructor(windowBits: number, keepsContext: boolean, limit: number, events: InflateEvents) {
    this.#windowBits = windowBits;
    this.#keepsContext = keepsContext;
    this.#limit = limit;
    this.#events = events;
  }

  /** Begins a message. The event comes within the call, or later. */
  inflate(isText: boolean, payload: Buffer): void {
    // Some servers send an empty message like this. The tail belongs to a block that has begun before it.
    if (payload.length === 0) {
      this.#finish(isText, payload);
      return;
    }
    if (payload.length > MAX_SYNC_INPUT_BYTES || !canRunSync()) {
      this.#runAsync(isText, Buffer.concat([payload, TAIL]));
      return;
    }
    const { input } = scratch();
    const end = payload.copy(input) + TAIL.copy(input, payload.length);
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
    // After `close` another stream is in its place, or none.
    stream.on("error", (cause) => {
      if (stream === this.#stream) this.#failInvalid(cause);
    });
    return (this.#stream = stream);
  }

  #runSync(isText: boolean, input: Buffer, end: number): void {
    const { output } = scratch();
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
        // A final block has ended the stream; more blocks may follow it (RFC 7692 section 7.2.3.4).
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

  /** Goes on by Node's public interface, which runs on another thread. */
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
      // A final block has ended the stream, see above.
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
      problem: `a compressed message is no valid deflate data${why}`,
      cause,
    });
  }

  #failTooBig(): void {
    this.#fail({ closeCode: MESSAGE_TOO_BIG, problem: "a message is too big" });
  }

  #fail(fault: FrameFault): void {
    this.close();
    this.#events.onFault(fault);
  }
}

/**
 * True if nothing follows a final block but the tail that this side has added: the server has left out the
 * empty block which the tail would complete.
 */
function isOnlyTail(size: number): boolean {
  return size === TAIL.length;
}
