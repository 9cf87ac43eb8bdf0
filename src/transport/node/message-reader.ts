import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { INVALID_PAYLOAD } from "../../protocol/close-codes.js";
import type { DialOptions } from "../../protocol/dial.js";
import type { Message } from "../../protocol/message.js";
import type { Pressure } from "../../protocol/transport.js";
import { ownBytes, plainView } from "./binary-data.js";
import type { DeflateParameters } from "./extension.js";
import type { FrameFault } from "./frame-fault.js";
import { FrameParser } from "./frame-parser.js";
import type { FrameEvents } from "./frame-parser.js";
import { MessageInflater } from "./inflate.js";
import type { InflateEvents } from "./inflate.js";
import type { Pings } from "./pings.js";
import { atTurnEnd } from "./turn-end.js";
import type { TurnEndTask } from "./turn-end.js";
import { decodeUtf8 } from "./utf8.js";

/** Receives what a {@link MessageReader} reads, in the order of arrival. */
export interface ReaderEvents {
  onMessage(message: Message, size: number): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  /** The server's close frame. Nothing follows it. */
  onClose(code: number, reason: string): void;
  /** The server broke a rule or a limit. Nothing follows it. */
  onFault(fault: FrameFault): void;
  /** Bytes have been parsed: see {@link MessageReader.isDrained}. */
  onParsed(): void;
}

/**
 * Reads the messages of a socket. It stops where the consumer falls behind, and while a large message is
 * inflated on zlib's thread.
 */
export class MessageReader implements FrameEvents, InflateEvents, TurnEndTask {
  /** Counts the pauses that a slow consumer caused. */
  timesPaused = 0;

  readonly #socket: Duplex;
  readonly #pings: Pings;
  readonly #events: ReaderEvents;
  readonly #parser: FrameParser;
  readonly #inflater: MessageInflater | undefined;
  readonly #binaryViews: boolean;
  #isInflating = false;
  #pressure: Pressure = 0;
  #isPaused = false;
  /** Nothing arrives any more, so what is there is delivered whatever the consumer does. */
  #isFinishing = false;

  constructor(
    socket: Duplex,
    { readLimit, node }: Pick<DialOptions, "readLimit" | "node">,
    deflate: DeflateParameters | undefined,
    pings: Pings,
    events: ReaderEvents,
  ) {
    this.#socket = socket;
    this.#pings = pings;
    this.#events = events;
    this.#binaryViews = node.binaryViews ?? false;
    const compressed = deflate && maxDeflatedSize(readLimit);
    this.#parser = new FrameParser({ message: readLimit, compressed }, this);
    this.#inflater =
      deflate &&
      new MessageInflater(deflate.serverWindowBits, deflate.serverContext, readLimit, this);
  }

  /** True while a message has begun to arrive, or is being inflated. */
  get isInMessage(): boolean {
    return this.#isInflating || this.#parser.isInMessage;
  }

  /** True if all bytes that have arrived are parsed, and their messages delivered. */
  get isDrained(): boolean {
    return !this.#isInflating && this.#parser.isDrained;
  }

  read(chunk: Buffer): void {
    this.#parser.push(chunk);
    this.#afterParsing();
  }

  /** Sets how far the consumer is behind. */
  pause(pressure: Pressure): void {
    this.#pressure = pressure;
    this.regulate();
  }

  /** Delivers what has arrived, even to a consumer that is behind. */
  finish(): void {
    this.#isFinishing = true;
    this.regulate();
  }

  /** Discards what has arrived and what will. No event follows. */
  end(): void {
    this.#parser.end();
    this.#inflater?.close();
    this.#isInflating = false;
    this.#pressure = 0;
    this.#resume();
  }

  /** Parses what may be parsed now, and stops or continues reading accordingly. */
  regulate(): void {
    this.#parser.halted = this.#isInflating;
    this.#parser.isFull = this.#isPauseDue;
    this.#parser.run();
    this.#afterParsing();
  }

  #afterParsing(): void {
    if (this.#isBlocked) {
      if (!this.#isPaused) atTurnEnd(this);
    } else {
      this.#resume();
    }
    this.#events.onParsed();
  }

  /** This turn's microtasks are done: a consumer that is still behind, or zlib, takes longer. */
  onTurnEnd(): void {
    if (this.#isPaused || !this.#isBlocked) return;
    this.#isPaused = true;
    if (this.#isPauseDue) this.timesPaused++;
    this.#socket.pause();
  }

  #resume(): void {
    if (this.#isPaused) this.#socket.resume();
    this.#isPaused = false;
  }

  get #isPauseDue(): boolean {
    // A paused socket would not see a pong that is awaited.
    const mayPause = this.#pressure > 1 || this.#pings.size === 0;
    return this.#pressure > 0 && mayPause && !this.#isFinishing;
  }

  /**
   * True if bytes wait that may not be parsed yet. A full channel alone does not stop reading: pings are
   * answered, and a close frame or a fault is found, up to the next message.
   */
  get #isBlocked(): boolean {
    return this.#isInflating || (this.#isPauseDue && !this.#parser.isDrained);
  }

  onText(text: string, size: number): void {
    this.#events.onMessage({ type: "text", data: text }, size);
  }

  onBinary(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.#deliverBinary(
      this.#binaryViews ? bytes.subarray(start, end) : ownBytes(bytes, start, end),
    );
  }

  #deliverBinary(data: Uint8Array<ArrayBuffer>): void {
    this.#events.onMessage({ type: "binary", data }, data.length);
  }

  onCompressed(isText: boolean, payload: Buffer): void {
    this.#setInflating(true);
    this.#inflater?.inflate(isText, payload);
    if (this.#isInflating) this.regulate();
  }

  onInflated(isText: boolean, bytes: Buffer): void {
    this.#setInflating(false);
    const text = isText ? decodeUtf8(bytes, 0, bytes.length) : undefined;
    // Never a view: the next message is inflated to the same buffer.
    if (!isText) this.#deliverBinary(ownBytes(plainView(bytes), 0, bytes.length));
    else if (text !== undefined) this.onText(text, bytes.length);
    else this.onFault({ closeCode: INVALID_PAYLOAD, problem: "a text message is not valid UTF-8" });
    this.regulate();
  }

  /** While a message is inflated, what follows it waits. */
  #setInflating(isInflating: boolean): void {
    this.#isInflating = this.#parser.halted = isInflating;
  }

  onFault(fault: FrameFault): void {
    this.#events.onFault(fault);
    this.end();
    this.#events.onParsed();
  }

  onPing(payload: Buffer): void {
    this.#events.onPing(payload);
  }

  onPong(payload: Buffer): void {
    this.#events.onPong(payload);
  }

  onClose(code: number, reason: string): void {
    this.#events.onClose(code, reason);
  }
}

/**
 * The most that a message within the limit may take on the wire: deflate lengthens what it cannot compress,
 * at worst by an eighth (zlib's `deflateBound`).
 */
function maxDeflatedSize(readLimit: number): number {
  return readLimit + (readLimit >> 3) + 64;
}
