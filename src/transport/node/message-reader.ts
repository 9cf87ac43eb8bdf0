import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { DialOptions } from "../../protocol/dial.js";
import type { Message } from "../../protocol/message.js";
import type { Pressure } from "../../protocol/transport.js";
import { ownBytes, plainView } from "./binary-data.js";
import type { DeflateParameters } from "./extension.js";
import type { FrameEvents } from "./frame-events.js";
import { invalidUtf8, textTooLong } from "./frame-fault.js";
import type { FrameFault } from "./frame-fault.js";
import { FrameParser } from "./frame-parser.js";
import { MessageInflater } from "./inflate.js";
import type { InflateEvents } from "./inflate.js";
import { PausableSocket } from "./pausable-socket.js";
import type { Pings } from "./pings.js";
import { atTurnEnd } from "./turn-end.js";
import type { TurnEndTask } from "./turn-end.js";
import { decodeUtf8, MAX_TEXT_BYTES } from "./utf8.js";

/** Receives the events of a {@link MessageReader}, in order of arrival. */
export interface ReaderEvents {
  onMessage(message: Message, size: number): void;
  /** Reading was paused because the consumer is slow, or was resumed after that. */
  onPaused(isPaused: boolean): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  /** The server's close frame. No message, ping or fault follows. */
  onClose(code: number, reason: string): void;
  /** A violation of the protocol, or a message over the limit. No message or ping follows. */
  onFault(fault: FrameFault): void;
  /** Bytes have been parsed: {@link MessageReader.isDrained} may have changed. */
  onParsed(): void;
}

/**
 * Reads the messages of a socket. It stops reading while the consumer is behind, and while a large message is
 * being inflated on zlib's thread.
 */
export class MessageReader implements FrameEvents, InflateEvents, TurnEndTask {
  /** The number of times that a slow consumer has paused the socket. */
  timesPaused = 0;

  readonly #socket: PausableSocket;
  readonly #pings: Pings;
  readonly #events: ReaderEvents;
  readonly #parser: FrameParser;
  readonly #inflater: MessageInflater | undefined;
  readonly #binaryViews: boolean;
  #isInflating = false;
  #pressure: Pressure = 0;
  /** True if a slow consumer has paused the socket, not only zlib. */
  #isPauseCounted = false;
  /** True once no more bytes can arrive: the remaining messages are delivered even if the consumer is behind. */
  #isFlushing = false;

  constructor(
    socket: Duplex,
    { readLimit, node }: Pick<DialOptions, "readLimit" | "node">,
    deflate: DeflateParameters | undefined,
    pings: Pings,
    events: ReaderEvents,
  ) {
    this.#socket = new PausableSocket(socket);
    this.#pings = pings;
    this.#events = events;
    this.#binaryViews = node.binaryViews ?? false;
    const compressed = deflate && maxDeflatedSize(readLimit);
    this.#parser = new FrameParser({ message: readLimit, compressed }, this);
    this.#inflater =
      deflate &&
      new MessageInflater(deflate.serverWindowBits, deflate.serverContext, readLimit, this);
  }

  /** True while a message is incomplete or is being inflated. */
  get isInMessage(): boolean {
    return this.#isInflating || this.#parser.isInMessage;
  }

  /** True if all bytes that have arrived are parsed and their messages delivered. */
  get isDrained(): boolean {
    return !this.#isInflating && this.#parser.isDrained;
  }

  /** Reads a chunk of the socket. */
  read(chunk: Buffer): void {
    this.#parser.push(chunk);
    this.#afterParsing();
  }

  /** Sets the pressure of the inbox, and pauses or resumes accordingly. */
  pause(pressure: Pressure): void {
    this.#pressure = pressure;
    this.regulate();
  }

  /** Sets whether the socket keeps the process alive. */
  setRef(isRef: boolean): void {
    this.#socket.setRef(isRef);
  }

  /** Delivers the messages that have arrived, even to a consumer that is behind. */
  flush(): void {
    this.#isFlushing = true;
    this.regulate();
  }

  /** Discards the bytes that have arrived, and all further ones. No event follows. */
  end(): void {
    this.#parser.end();
    this.#inflater?.close();
    this.#isInflating = false;
    this.#pressure = 0;
    this.#resume();
  }

  /** Parses as far as backpressure and zlib permit, and pauses or resumes the socket accordingly. */
  regulate(): void {
    this.#parser.halted = this.#isInflating;
    this.#parser.isFull = this.#isPauseDue;
    this.#parser.run();
    this.#afterParsing();
  }

  #afterParsing(): void {
    if (this.#isBlocked) {
      if (!this.#socket.isPaused) atTurnEnd(this);
    } else {
      this.#resume();
    }
    this.#events.onParsed();
  }

  /** Pauses the socket if the consumer or zlib is still behind after the microtasks of this turn. */
  onTurnEnd(): void {
    if (this.#socket.isPaused || !this.#isBlocked) return;
    this.#socket.pause();
    if (!this.#isPauseDue) return;
    this.timesPaused++;
    this.#isPauseCounted = true;
    this.#events.onPaused(true);
  }

  #resume(): void {
    if (!this.#socket.isPaused) return;
    this.#socket.resume();
    if (!this.#isPauseCounted) return;
    this.#isPauseCounted = false;
    this.#events.onPaused(false);
  }

  get #isPauseDue(): boolean {
    // While a ping awaits its pong, only pressure 2 pauses the socket: the pong could not be read.
    const mayPause = this.#pressure > 1 || this.#pings.size === 0;
    return this.#pressure > 0 && mayPause && !this.#isFlushing;
  }

  /**
   * True if there are bytes that must not be parsed yet. A full channel alone does not block: the
   * parser goes on to the next data frame, so pings are answered and a close frame or a fault is found.
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
    if (isText) this.#deliverInflatedText(bytes);
    // Always a copy, because the next message is inflated into the same buffer.
    else this.#deliverBinary(ownBytes(plainView(bytes), 0, bytes.length));
    this.regulate();
  }

  #deliverInflatedText(bytes: Buffer): void {
    const { length } = bytes;
    const text = length > MAX_TEXT_BYTES ? undefined : decodeUtf8(bytes, 0, length);
    if (text !== undefined) this.onText(text, length);
    else this.onFault(length > MAX_TEXT_BYTES ? textTooLong(length) : invalidUtf8("text message"));
  }

  /** Halts the parser while a message is being inflated, so that later messages stay in order. */
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
 * Returns the largest size on the wire of a message within the limit. Deflate enlarges data that it cannot
 * compress, by an eighth at most (zlib's `deflateBound`).
 */
function maxDeflatedSize(readLimit: number): number {
  return readLimit + (readLimit >> 3) + 64;
}
