/**
 * Parses the frames of a server (RFC 6455 section 5, RFC 7692 section 6): bytes in, events out, no I/O.
 *
 * | state   | expects                                  | next state                                     |
 * | ------- | ---------------------------------------- | ---------------------------------------------- |
 * | HEADER  | a frame's header, 2 to 10 bytes          | CONTROL, DATA; HEADER if the frame is complete |
 * | CONTROL | the payload of a control frame           | HEADER; ENDED after a close frame              |
 * | DATA    | the payload of a data frame              | HEADER                                         |
 * | ENDED   | nothing: all bytes are discarded         |                                                |
 *
 * A fault leads from every state to ENDED. `halted` stops the parser between two messages: it keeps the
 * bytes that follow, unparsed. `isFull` stops it only at data: control frames and faults before the next
 * data frame are still found.
 */
import { Buffer } from "node:buffer";
import {
  INVALID_PAYLOAD,
  isFrameCode,
  MESSAGE_TOO_BIG,
  NO_STATUS,
  PROTOCOL_ERROR,
} from "../../protocol/close-codes.js";
import { plainView } from "./binary-data.js";
import type { FrameFault } from "./frame-fault.js";
import { headerProblem, headerSize, MAX_HEADER_BYTES, payloadSize } from "./frame-header.js";
import { BINARY, CLOSE, FIN, OPCODE, PING, PONG, RSV1, TEXT } from "./frames.js";
import { PayloadBuffer } from "./payload-buffer.js";
import { decodeUtf8, Utf8Validator } from "./utf8.js";

const HEADER = 0;
const CONTROL = 1;
const DATA = 2;
const ENDED = 3;

const NO_BYTES: Buffer = /* @__PURE__ */ Buffer.alloc(0);

/** Receives the events of a {@link FrameParser}. Payloads are views, valid during the call. */
export interface FrameEvents {
  onText(text: string, size: number): void;
  /** The message is the part of `bytes` from `start` to `end`. */
  onBinary(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void;
  /** A compressed message, still compressed. */
  onCompressed(isText: boolean, payload: Buffer): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  /** The server's close frame: 1005 if it has no code. Nothing follows it. */
  onClose(code: number, reason: string): void;
  /** Nothing follows it. */
  onFault(fault: FrameFault): void;
}

/** Limits of a {@link FrameParser}, in bytes. */
export interface FrameLimits {
  /** The largest message. */
  readonly message: number;
  /** The largest compressed message as it is on the wire; `undefined` if compression was not negotiated. */
  readonly compressed: number | undefined;
}

/** A data message of which at least one frame has begun. */
interface OpenMessage {
  readonly isText: boolean;
  readonly isCompressed: boolean;
  readonly payload: PayloadBuffer;
  /** Checks the text of an uncompressed message as it arrives. */
  readonly utf8: Utf8Validator | undefined;
}

export class FrameParser {
  /** While true, no further message is parsed. Set it within an event to stop after that message. */
  halted = false;
  /** While true, no data is parsed. Set it within an event to stop after that message. */
  isFull = false;

  readonly #events: FrameEvents;
  readonly #limits: FrameLimits;
  #state: typeof HEADER | typeof CONTROL | typeof DATA | typeof ENDED = HEADER;
  #isParsing = false;

  /** The bytes to parse: `#chunk` from `#offset` on, then `#chunks`. */
  #chunk: Buffer = NO_BYTES;
  #offset = 0;
  #chunks: Buffer[] = [];

  /** The beginning of a header that is still incomplete. */
  #headerStart: Buffer = NO_BYTES;

  // The frame whose payload is expected.
  #opcode = 0;
  #isFinal = false;
  #remaining = 0;
  #control: PayloadBuffer | undefined;

  #message: OpenMessage | undefined;

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

  /** Parses a chunk, which must not change any more. */
  push(chunk: Buffer): void {
    if (this.#state === ENDED) return;
    // Within an event the current chunk stays, because its parsing goes on.
    if (this.isDrained && !this.#isParsing) {
      this.#chunk = chunk;
      this.#offset = 0;
    } else {
      this.#chunks.push(chunk);
    }
    this.run();
  }

  /** Parses what has been pushed, until it is halted. An event that calls this changes nothing. */
  run(): void {
    if (this.#isParsing) return;
    this.#isParsing = true;
    try {
      while (this.#mayContinue() && this.#step());
    } finally {
      this.#isParsing = false;
    }
  }

  /** Discards all that has been pushed and all that will be. */
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

  /** Takes one step of the state table; returns false if it cannot. */
  #step(): boolean {
    if (this.#state !== HEADER) return this.#readPayload();
    if (this.#headerStart.length === 0) {
      this.#readShortMessages();
      if (this.halted || this.#offset === this.#chunk.length) return true;
    }
    return this.#readHeader();
  }

  /** The fast path: reads messages that are one complete frame of this chunk. Stops at anything else. */
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
      // Also a compressed message that is longer than the limit, which may inflate to less.
      if (end > length || size > limit) return;
      this.#offset = end;
      if (isCompressed) this.#events.onCompressed(isText, chunk.subarray(payload, end));
      else if (isText) this.#deliverText(chunk, payload, end);
      else this.#events.onBinary((plain ??= plainView(chunk)), payload, end);
    }
  }

  #deliverText(bytes: Buffer, start: number, end: number): void {
    const text = decodeUtf8(bytes, start, end);
    if (text === undefined) this.#failUtf8("a text message");
    else this.#events.onText(text, end - start);
  }

  /** Reads a header; returns false if it may not. */
  #readHeader(): boolean {
    const start = this.#headerStart;
    const next = this.#chunk.subarray(this.#offset, this.#offset + MAX_HEADER_BYTES - start.length);
    const bytes = start.length > 0 ? Buffer.concat([start, next]) : next;
    const [first, second = 0] = bytes as unknown as [number, number | undefined];
    const size = bytes.length < 2 ? 2 : headerSize(second);
    const problem = bytes.length < 2 ? undefined : this.#problemOf(first, second);
    if (problem !== undefined) {
      this.#fail(PROTOCOL_ERROR, problem);
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
    const message = (this.#message ??= {
      isText,
      isCompressed,
      payload: new PayloadBuffer(this.#isFinal ? length : undefined),
      utf8: isText && !isCompressed ? new Utf8Validator() : undefined,
    });
    const size = message.payload.size + length;
    const { message: limit, compressed = limit } = this.#limits;
    if (size > (message.isCompressed ? compressed : limit)) {
      // The size of a compressed message is that on the wire, which the limit is not about.
      this.#fail(MESSAGE_TOO_BIG, "a message is too big", message.isCompressed ? undefined : size);
    }
  }

  /** Reads payload, up to the end of the frame or the chunk. */
  #readPayload(): boolean {
    const end = Math.min(this.#offset + this.#remaining, this.#chunk.length);
    const part = this.#chunk.subarray(this.#offset, end);
    this.#offset = end;
    this.#remaining -= part.length;
    if (this.#state === CONTROL) {
      this.#control?.add(part);
    } else {
      const message = this.#message as OpenMessage;
      if (message.utf8?.accepts(part) === false) {
        this.#failUtf8("a text message");
        return false;
      }
      message.payload.add(part);
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
      const message = this.#message as OpenMessage;
      this.#message = undefined;
      this.#endMessage(message);
    }
  }

  #endMessage({ isText, isCompressed, payload, utf8 }: OpenMessage): void {
    if (utf8?.isComplete === false) this.#failUtf8("a text message");
    else if (isCompressed) this.#events.onCompressed(isText, payload.finish());
    else if (isText) this.#events.onText(payload.finish().toString(), payload.size);
    else this.#events.onBinary(plainView(payload.finish()), 0, payload.size);
  }

  #endControl(payload: Buffer): void {
    if (this.#opcode === PING) this.#events.onPing(payload);
    else if (this.#opcode === PONG) this.#events.onPong(payload);
    else this.#endClose(payload);
  }

  /** RFC 6455 sections 5.5.1 and 7.4. */
  #endClose(payload: Buffer): void {
    const isEmpty = payload.length === 0;
    const code = isEmpty ? NO_STATUS : payload.length < 2 ? 0 : payload.readUInt16BE();
    if (!isEmpty && !isFrameCode(code)) {
      this.#fail(PROTOCOL_ERROR, `a close frame with the invalid code ${code}`);
      return;
    }
    const reason = isEmpty ? "" : decodeUtf8(payload, 2, payload.length);
    if (reason === undefined) {
      this.#failUtf8("a close reason");
      return;
    }
    this.end();
    this.#events.onClose(code, reason);
  }

  #failUtf8(what: string): void {
    this.#fail(INVALID_PAYLOAD, `${what} is not valid UTF-8`);
  }

  #fail(closeCode: number, problem: string, size?: number): void {
    this.end();
    this.#events.onFault({ closeCode, problem, ...(size !== undefined && { size }) });
  }
}
