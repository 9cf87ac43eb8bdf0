/**
 * Parses the frames of a server (RFC 6455 section 5, RFC 7692 section 6): bytes in, events out, no I/O.
 *
 * | state   | expects                                  | next state                                     |
 * | ------- | ---------------------------------------- | ---------------------------------------------- |
 * | HEADER  | the header of a frame, 2 to 10 bytes     | CONTROL, DATA; HEADER if the payload is empty  |
 * | CONTROL | the payload of a control frame           | HEADER; ENDED after a close frame              |
 * | DATA    | the payload of a data frame              | HEADER                                         |
 * | ENDED   | nothing: all bytes are discarded         |                                                |
 *
 * A fault leads from every state to ENDED. `halted` stops the parser between two messages and keeps the
 * bytes that follow, unparsed. `isFull` stops it only before data, so that the control frames and faults
 * that precede the next data frame are still found.
 */
import { Buffer } from "node:buffer";
import { PROTOCOL_ERROR } from "../../protocol/close-codes.js";
import { plainView } from "./binary-data.js";
import { parseClosePayload } from "./close-payload.js";
import type { FrameEvents } from "./frame-events.js";
import { invalidUtf8, messageTooBig, textTooLong } from "./frame-fault.js";
import type { FrameFault } from "./frame-fault.js";
import { headerProblem, headerSize, MAX_HEADER_BYTES, payloadSize } from "./frame-header.js";
import { BINARY, CLOSE, FIN, OPCODE, PING, PONG, RSV1, TEXT } from "./frames.js";
import { PartialMessage } from "./partial-message.js";
import { PayloadBuffer } from "./payload-buffer.js";
import { decodeUtf8, MAX_TEXT_BYTES } from "./utf8.js";

const HEADER = 0;
const CONTROL = 1;
const DATA = 2;
const ENDED = 3;

const NO_BYTES: Buffer = /* @__PURE__ */ Buffer.alloc(0);

/** Limits of a {@link FrameParser}, in bytes. */
export interface FrameLimits {
  /** The largest uncompressed message. */
  readonly message: number;
  /** The largest compressed message, before it is inflated; `undefined` if compression was not negotiated. */
  readonly compressed: number | undefined;
}

export class FrameParser {
  /** True to parse no further message. If the handler of an event sets it, the parser stops after that event. */
  halted = false;
  /** True to parse no data. If the handler of an event sets it, the parser stops after that event. */
  isFull = false;

  readonly #events: FrameEvents;
  readonly #limits: FrameLimits;
  #state: typeof HEADER | typeof CONTROL | typeof DATA | typeof ENDED = HEADER;
  #isParsing = false;

  /** The bytes to parse are those of `#chunk` from `#offset`, then those of `#chunks`. */
  #chunk: Buffer = NO_BYTES;
  #offset = 0;
  #chunks: Buffer[] = [];

  /** The beginning of a header that is still incomplete. */
  #headerStart: Buffer = NO_BYTES;

  // State of the frame whose payload is expected.
  #opcode = 0;
  #isFinal = false;
  #remaining = 0;
  #control: PayloadBuffer | undefined;

  #message: PartialMessage | undefined;

  constructor(limits: FrameLimits, events: FrameEvents) {
    this.#limits = limits;
    this.#events = events;
  }

  /** True while a frame or a message has begun and not ended. */
  get isInMessage(): boolean {
    const isBetween = this.#state === HEADER && !this.#message && this.#headerStart.length === 0;
    return !isBetween && this.#state !== ENDED;
  }

  /** True if all bytes have been parsed. */
  get isDrained(): boolean {
    return this.#offset === this.#chunk.length && this.#chunks.length === 0;
  }

  /** Parses a chunk, whose bytes must not change afterwards. */
  push(chunk: Buffer): void {
    if (this.#state === ENDED) return;
    // If the handler of an event calls this, the current chunk must stay: its parsing continues afterwards.
    if (this.isDrained && !this.#isParsing) {
      this.#chunk = chunk;
      this.#offset = 0;
    } else {
      this.#chunks.push(chunk);
    }
    this.run();
  }

  /** Parses the bytes that have been pushed, until it is halted. Has no effect in the handler of an event. */
  run(): void {
    if (this.#isParsing) return;
    this.#isParsing = true;
    try {
      while (this.#mayContinue() && this.#step());
    } finally {
      this.#isParsing = false;
    }
  }

  /** Discards the bytes that have been pushed, and all further ones. */
  end(): void {
    this.#state = ENDED;
    this.#message = this.#control = undefined;
    this.#chunk = this.#headerStart = NO_BYTES;
    this.#offset = 0;
    this.#chunks = [];
  }

  #mayContinue(): boolean {
    if (this.halted || this.#state === ENDED) return false;
    if (this.isFull && this.#state === DATA) return false;
    if (this.#offset < this.#chunk.length) return true;
    this.#chunk = this.#chunks.shift() ?? NO_BYTES;
    this.#offset = 0;
    return this.#chunk.length > 0;
  }

  /** Takes one step of the state table. Returns false if it cannot. */
  #step(): boolean {
    if (this.#state !== HEADER) return this.#readPayload();
    if (this.#headerStart.length === 0) {
      this.#readShortMessages();
      if (this.halted || this.#offset === this.#chunk.length) return true;
    }
    return this.#readHeader();
  }

  /** Reads messages that are a single, complete frame in this chunk: the fast path. Stops at anything else. */
  #readShortMessages(): void {
    const chunk = this.#chunk;
    const { length } = chunk;
    const limit = this.#limits.message;
    let plain: Uint8Array<ArrayBuffer> | undefined;
    while (!this.halted && !this.isFull && !this.#message && this.#state === HEADER) {
      const start = this.#offset;
      if (start + 2 > length) return;
      const first = chunk[start] as number;
      const isCompressed = (first & RSV1) !== 0;
      const isText = (first & OPCODE) === TEXT;
      if ((first & ~(OPCODE | RSV1)) !== FIN || !(isText || (first & OPCODE) === BINARY)) return;
      if (isCompressed && this.#limits.compressed === undefined) return;
      let payload = start + 2;
      let size = chunk[start + 1] as number;
      if (size === 126) {
        if (payload + 2 > length) return;
        size = ((chunk[payload] as number) << 8) | (chunk[payload + 1] as number);
        payload += 2;
      } else if (size > 126) return;
      const end = payload + size;
      // A compressed message over the limit may inflate to fewer bytes, so `#beginData` has another limit for
      // it. Here it only leaves the fast path.
      if (end > length || size > limit) return;
      this.#offset = end;
      if (isCompressed) this.#events.onCompressed(isText, chunk.subarray(payload, end));
      else if (isText) this.#deliverText(chunk, payload, end);
      else this.#events.onBinary((plain ??= plainView(chunk)), payload, end);
    }
  }

  #deliverText(bytes: Buffer, start: number, end: number): void {
    const text = decodeUtf8(bytes, start, end);
    if (text === undefined) this.#fail(invalidUtf8("text message"));
    else this.#events.onText(text, end - start);
  }

  /** Reads a header. Returns false if `isFull` forbids the frame. */
  #readHeader(): boolean {
    const start = this.#headerStart;
    const next = this.#chunk.subarray(this.#offset, this.#offset + MAX_HEADER_BYTES - start.length);
    const bytes = start.length > 0 ? Buffer.concat([start, next]) : next;
    const [first, second = 0] = bytes as unknown as [number, number | undefined];
    const size = bytes.length < 2 ? 2 : headerSize(second);
    const problem = bytes.length < 2 ? undefined : this.#problemOf(first, second);
    if (problem !== undefined) {
      this.#fail({ closeCode: PROTOCOL_ERROR, problem });
    } else if (bytes.length < size) {
      // A copy, because a view would keep the chunk alive.
      this.#headerStart = Buffer.from(bytes);
      this.#offset += next.length;
    } else if (this.isFull && (first & OPCODE) < CLOSE) {
      return false;
    } else {
      this.#offset += size - start.length;
      this.#headerStart = NO_BYTES;
      this.#beginFrame(first, payloadSize(bytes, size));
    }
    return true;
  }

  #problemOf(first: number, second: number): string | undefined {
    const isDeflateNegotiated = this.#limits.compressed !== undefined;
    return headerProblem(first, second, this.#message !== undefined, isDeflateNegotiated);
  }

  #beginFrame(first: number, size: number): void {
    const opcode = first & OPCODE;
    this.#opcode = opcode;
    this.#isFinal = (first & FIN) !== 0;
    this.#remaining = size;
    if (opcode >= CLOSE) {
      this.#state = CONTROL;
      this.#control = new PayloadBuffer();
    } else {
      this.#beginData(opcode === TEXT, (first & RSV1) !== 0, size);
    }
    if (size === 0 && this.#state !== ENDED) this.#endFrame();
  }

  #beginData(isText: boolean, isCompressed: boolean, length: number): void {
    this.#state = DATA;
    const declaredSize = this.#isFinal ? length : undefined;
    const message = (this.#message ??= new PartialMessage(isText, isCompressed, declaredSize));
    const size = message.size + length;
    const { message: limit, compressed = limit } = this.#limits;
    if (size > (message.isCompressed ? compressed : limit)) {
      // `readLimit` is about inflated sizes, so the error does not show the size of a compressed message.
      this.#fail(messageTooBig(message.isCompressed ? undefined : size));
    } else if (message.isText && !message.isCompressed && size > MAX_TEXT_BYTES) {
      this.#fail(textTooLong(size));
    }
  }

  /** Reads payload up to the end of the frame or of the chunk. Returns false if it is not valid UTF-8. */
  #readPayload(): boolean {
    const end = Math.min(this.#offset + this.#remaining, this.#chunk.length);
    const part = this.#chunk.subarray(this.#offset, end);
    this.#offset = end;
    this.#remaining -= part.length;
    if (this.#state === CONTROL) {
      this.#control?.add(part);
    } else if (!(this.#message as PartialMessage).add(part)) {
      this.#fail(invalidUtf8("text message"));
      return false;
    }
    if (this.#remaining === 0) this.#endFrame();
    return true;
  }

  #endFrame(): void {
    const wasControl = this.#state === CONTROL;
    this.#state = HEADER;
    if (wasControl) {
      const payload = (this.#control as PayloadBuffer).finish();
      this.#control = undefined;
      this.#endControl(payload);
    } else if (this.#isFinal) {
      const message = this.#message as PartialMessage;
      this.#message = undefined;
      this.#endMessage(message);
    }
  }

  #endMessage(message: PartialMessage): void {
    const { isText, isCompressed, size } = message;
    const payload = message.finish();
    if (!payload) this.#fail(invalidUtf8("text message"));
    else if (isCompressed) this.#events.onCompressed(isText, payload);
    else if (isText) this.#events.onText(payload.toString(), size);
    else this.#events.onBinary(plainView(payload), 0, size);
  }

  #endControl(payload: Buffer): void {
    if (this.#opcode === PING) this.#events.onPing(payload);
    else if (this.#opcode === PONG) this.#events.onPong(payload);
    else this.#endClose(payload);
  }

  #endClose(payload: Buffer): void {
    const close = parseClosePayload(payload);
    if ("problem" in close) {
      this.#fail(close);
    } else {
      this.end();
      this.#events.onClose(close.code, close.reason);
    }
  }

  #fail(fault: FrameFault): void {
    this.end();
    this.#events.onFault(fault);
  }
}
