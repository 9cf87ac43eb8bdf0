/**
 * An open connection on its socket. How it ends (RFC 6455 section 7.1):
 *
 * | state      | meaning                                | next state                                         |
 * | ---------- | -------------------------------------- | -------------------------------------------------- |
 * | OPEN       | no close frame has been sent           | CLOSING, LINGERING, DISCARDING                     |
 * | CLOSING    | ours is sent, the server's is awaited  | LINGERING                                          |
 * | LINGERING  | both are sent: the server closes TCP   |                                                    |
 * | DISCARDING | ours is sent, and reported as the end: | the rest only lets it reach a server that still    |
 * |            | what arrives is discarded              | writes, whose bytes would cause a reset otherwise  |
 *
 * In every state the socket's `close` is the end.
 */
import type { Buffer } from "node:buffer";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { ABNORMAL_CLOSURE, NO_STATUS } from "../../protocol/close-codes.js";
import type { CompressionMode } from "../../protocol/constants.js";
import type { DialOptions } from "../../protocol/dial.js";
import { compressionMode } from "../../protocol/extensions.js";
import type { Message } from "../../protocol/message.js";
import type {
  Backpressure,
  Handshake,
  Pressure,
  Transport,
  TransportHandler,
} from "../../protocol/transport.js";
import { now } from "../../time/clock.js";
import { MessageDeflater } from "./deflate.js";
import { readParameters } from "./extension.js";
import { faultError } from "./frame-fault.js";
import type { FrameFault } from "./frame-fault.js";
import { FrameWriter } from "./frame-writer.js";
import type { FrameTarget } from "./frame-writer.js";
import { FIN, PING, PONG } from "./frames.js";
import { copyHeaders } from "./handshake-errors.js";
import { KernelCounters } from "./kernel-counters.js";
import { MessageReader } from "./message-reader.js";
import type { ReaderEvents } from "./message-reader.js";
import { MessageSender } from "./message-sender.js";
import { Pings } from "./pings.js";
import { nextTurn } from "../../time/clock.js";
import { flushOnExit, stopFlushingOnExit } from "./turn-end.js";

const OPEN = 0;
const CLOSING = 1;
const LINGERING = 2;
const DISCARDING = 3;

/** The longest wait for the server to close TCP after both close frames (RFC 6455 section 7.1.1). */
const LINGER_MS = 1_000;

/** While more bytes than this wait, only the latest ping is answered (RFC 6455 section 5.5.3). */
const MAX_BYTES_BEFORE_PONG = 65_536;

export class SocketConnection implements Transport, ReaderEvents, FrameTarget {
  readonly protocol: string;
  readonly extensions: string;
  readonly compression: CompressionMode;
  readonly backpressure: Backpressure;
  /** Messages and pings that were sent, and those that were flushed. */
  taken = 0;
  written = 0;

  readonly #socket: Duplex;
  readonly #options: DialOptions;
  readonly #label: string;
  readonly #headers: IncomingHttpHeaders;
  readonly #counters: KernelCounters;
  readonly #reader: MessageReader;
  readonly #writer: FrameWriter = new FrameWriter(this);
  readonly #sender: MessageSender;
  readonly #pings: Pings = new Pings();
  #handshake: Handshake | undefined;
  #handler: TransportHandler | undefined;

  #state: typeof OPEN | typeof CLOSING | typeof LINGERING | typeof DISCARDING = OPEN;
  #sentCode: number | undefined;
  #peerClose: { readonly code: number; readonly reason: string } | undefined;
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;
  #cause: unknown;
  /** The server has ended its half of TCP; that is reported once all its bytes are parsed. */
  #hasPeerEnded = false;
  #isSocketClosed = false;
  /** Tasks for a close frame, a fault or an end, run after the consumer has handled earlier messages. */
  #deferred: (() => void)[] = [];

  /** The payload of the latest ping that has not been answered. */
  #unansweredPing: Buffer | undefined;

  constructor(socket: Duplex, response: IncomingMessage, options: DialOptions, label: string) {
    const { headers } = response;
    const { compression, compressionThreshold } = options;
    this.#socket = socket;
    this.#options = options;
    this.#label = label;
    this.#headers = headers;
    this.protocol = headers["sec-websocket-protocol"] ?? "";
    this.extensions = headers["sec-websocket-extensions"] ?? "";
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    this.#counters = new KernelCounters(socket);
    const deflate = readParameters(this.extensions, compression);
    this.compression = compressionMode(this.extensions, compression);
    this.#reader = new MessageReader(socket, options, deflate, this.#pings, this);
    this.#sender = new MessageSender(
      this.#writer,
      deflate && new MessageDeflater(deflate.clientWindowBits, deflate.clientContext),
      compressionThreshold,
      (error) => this.#fail(error),
    );
  }

  get handshake(): Handshake {
    // Copied on first use, because a copy of the headers takes as much memory again. `ws` opens only at 101.
    return (this.#handshake ??= { status: 101, headers: copyHeaders(this.#headers) });
  }

  /** Begins to read, and to report to `handler`. */
  attach(handler: TransportHandler): void {
    this.#handler = handler;
    flushOnExit();
    const socket = this.#socket;
    // The answer to the server's close frame may have to be written after the server has ended its half.
    socket.allowHalfOpen = true;
    socket
      .on("data", (chunk: Buffer) => {
        this.#counters.emitted += chunk.length;
        this.#reader.read(chunk);
      })
      .on("end", () => {
        this.#hasPeerEnded = true;
        this.onParsed();
      })
      .on("error", (error) => (this.#cause ??= error))
      .on("close", () => this.#onSocketClose());
  }

  get bufferedAmount(): number {
    return this.#sender.size + this.#socket.writableLength;
  }

  get progress(): number {
    // With TLS `writableLength` also counts what the kernel has just accepted, which is no sign of life.
    const isIdle = this.#counters.isAccepted ?? this.#socket.writableLength === 0;
    return isIdle ? NaN : this.#counters.sent;
  }

  get unsent(): number {
    return this.#counters.unsent;
  }

  get life(): number {
    return this.#reader.isInMessage ? NaN : this.#counters.received + this.#counters.sent;
  }

  get timesPaused(): number {
    return this.#reader.timesPaused;
  }

  get received(): number {
    return this.#counters.received;
  }

  // Sending

  send(data: string | Uint8Array): number {
    if (this.#state !== OPEN || !this.#socket.writable) return -1;
    this.taken++;
    return this.#sender.send(data);
  }

  /** Writes to the socket, for the {@link FrameWriter}. */
  write(bytes: Buffer, frames: number): void {
    const { maxWriteBytes } = this.#counters;
    const { length } = bytes;
    const onWritten = (error?: Error | null): void => this.#onWritten(error, frames);
    this.#counters.given += length;
    try {
      if (length <= maxWriteBytes) this.#socket.write(bytes, onWritten);
      else this.#writeInParts(bytes, maxWriteBytes, onWritten);
    } catch (error) {
      // A Duplex of the user's may throw.
      this.#fail(error);
    }
  }

  #writeInParts(bytes: Buffer, size: number, onWritten: (error?: Error | null) => void): void {
    let start = 0;
    for (; start + size < bytes.length; start += size) {
      this.#socket.write(bytes.subarray(start, start + size));
    }
    this.#socket.write(bytes.subarray(start), onWritten);
  }

  #onWritten(error: Error | null | undefined, frames: number): void {
    // The connection reports an error as its end. A destroyed socket drops bytes without one.
    if (error || this.#socket.destroyed) return;
    this.written += frames;
    this.#pings.onFlushed(this.written);
    this.#answerPing();
    this.#startLinger();
    this.#handler?.onProgress();
  }

  ping(done: (roundTrip: number) => void): () => void {
    const isOpen = this.#state === OPEN;
    const ping = this.#pings.add(isOpen ? ++this.taken : Infinity, done);
    this.#reader.regulate();
    if (isOpen) this.#writer.add(FIN | PING, ping.payload);
    return () => {
      this.#pings.remove(ping);
      this.#reader.regulate();
    };
  }

  onPong(payload: Buffer): void {
    for (const { start, done } of this.#pings.answeredBy(payload)) done(now() - start);
    this.#reader.regulate();
  }

  onPing(payload: Buffer): void {
    this.#unansweredPing = payload;
    this.#answerPing();
  }

  #answerPing(): void {
    const payload = this.#unansweredPing;
    if (!payload || this.#state !== OPEN || this.bufferedAmount > MAX_BYTES_BEFORE_PONG) return;
    this.#unansweredPing = undefined;
    this.#writer.add(FIN | PONG, payload, false);
  }

  // Receiving

  onMessage(message: Message, size: number): void {
    this.#handler?.onMessage(message, size);
  }

  warn(text: string): void {
    process.emitWarning(text);
  }

  pause(pressure: Pressure): void {
    this.#reader.pause(pressure);
  }

  /** Reports the end of the socket, once all that arrived before it has been delivered. */
  onParsed(): void {
    if (!this.#reader.isDrained) return;
    if (this.#hasPeerEnded) {
      this.#hasPeerEnded = false;
      this.#defer(() => this.#endHalf());
    }
    if (this.#isSocketClosed) this.#end();
  }

  // Ending

  /**
   * Runs the task in the next turn: what the consumer answers to the messages before a close frame or a
   * fault is sent before this side's close frame.
   */
  #defer(task: () => void): void {
    if (this.#deferred.push(task) === 1) nextTurn(() => this.#runDeferred());
  }

  #runDeferred(): void {
    for (const task of this.#deferred.splice(0)) task();
  }

  onClose(code: number, reason: string): void {
    this.#defer(() => {
      this.#peerClose = { code, reason };
      this.#handler?.onClosing();
      // The answer has the same code (RFC 6455 section 5.5.1).
      if (this.#state === OPEN) this.#sender.close(code, "");
      if (this.#state !== DISCARDING) this.#state = LINGERING;
      this.#startLinger();
    });
  }

  onFault(fault: FrameFault): void {
    const error = faultError(this.#label, this.#options.readLimit, fault);
    this.#defer(() => this.#handler?.onError(error, fault.closeCode));
  }

  close(code: number, reason: string): void {
    if (this.#state !== OPEN || !this.#socket.writable) return;
    this.#state = CLOSING;
    this.#sentCode = code;
    this.#sender.close(code, reason);
  }

  terminate(code: number): number | undefined {
    this.#detach();
    const canSend = this.#state === OPEN && this.#socket.writable;
    if (code === ABNORMAL_CLOSURE || !canSend) {
      this.#socket.destroy();
      return undefined;
    }
    this.#state = DISCARDING;
    const wasIdle = this.bufferedAmount === 0;
    this.#sender.close(code, "");
    this.#lingerTimer = setTimeout(() => this.#socket.destroy(), this.#options.closeTimeout);
    this.#socket.resume();
    this.onParsed();
    return (this.#counters.isAccepted ?? wasIdle) ? code : undefined;
  }

  cut(): void {
    this.#socket.destroy();
    this.#onSocketClose();
  }

  /** Ends this side's half, after the server's. */
  #endHalf(): void {
    this.#handler?.onClosing();
    // Not before a message that is still being deflated, and our close frame after it.
    this.#sender.drain(() => this.#socket.end());
  }

  /** Once both close frames are there, the server closes TCP; it may not take long. */
  #startLinger(): void {
    if (this.#state !== LINGERING || this.#lingerTimer || this.bufferedAmount > 0) return;
    this.#lingerTimer = setTimeout(() => this.#socket.destroy(), LINGER_MS);
  }

  /** Ends the connection because of an error on this side. */
  #fail(cause: unknown): void {
    this.#cause ??= cause;
    // Not within the call that failed.
    this.#defer(() => this.cut());
  }

  #onSocketClose(): void {
    this.#isSocketClosed = true;
    // Messages that have already arrived are delivered first.
    this.#reader.finish();
  }

  #end(): void {
    this.#runDeferred();
    clearTimeout(this.#lingerTimer);
    this.#sender.end();
    const { code, reason } = this.#peerClose ?? { code: ABNORMAL_CLOSURE, reason: "" };
    // Where the server's close frame came first, ours had its code, if any.
    const echoed = code === NO_STATUS || code === ABNORMAL_CLOSURE ? undefined : code;
    const sentCode = this.#sentCode ?? echoed;
    this.#detach()?.onEnd({ code, reason, sentCode, cause: this.#cause });
  }

  /** Stops reporting, and discards what arrives from now on. */
  #detach(): TransportHandler | undefined {
    const handler = this.#handler;
    if (handler) stopFlushingOnExit();
    this.#handler = undefined;
    this.#reader.end();
    this.#pings.end();
    return handler;
  }
}
