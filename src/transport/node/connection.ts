import type { Buffer } from "node:buffer";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { ABNORMAL_CLOSURE } from "../../protocol/close-codes.js";
import type { CompressionMode } from "../../protocol/constants.js";
import type { DialOptions } from "../../protocol/dial.js";
import { compressionMode } from "../../protocol/extensions.js";
import type { Message } from "../../protocol/message.js";
import type {
  Backpressure,
  Handshake,
  PingDone,
  Pressure,
  Transport,
  TransportHandler,
} from "../../protocol/transport.js";
import { now } from "../../time/clock.js";
import { CloseHandshake } from "./close-handshake.js";
import { DeferredTasks } from "./deferred-tasks.js";
import { MessageDeflater } from "./deflate.js";
import { readParameters } from "./extension.js";
import { faultError } from "./frame-fault.js";
import type { FrameFault } from "./frame-fault.js";
import { FrameWriter } from "./frame-writer.js";
import { FIN, PING, PONG } from "./frames.js";
import { KernelCounters } from "./kernel-counters.js";
import { MessageReader } from "./message-reader.js";
import type { ReaderEvents } from "./message-reader.js";
import { MessageSender } from "./message-sender.js";
import { Pings } from "./pings.js";
import { copyHeaders } from "./response-details.js";
import { SocketWriter } from "./socket-writer.js";
import type { WriteEvents } from "./socket-writer.js";
import { flushOnExit, stopFlushingOnExit } from "./turn-end.js";

/** While more bytes than this are unsent, only the latest ping is answered (RFC 6455 section 5.5.3). */
const MAX_BYTES_BEFORE_PONG = 65_536;

/** An open connection that reads and writes its socket directly. It ends as {@link CloseHandshake} describes. */
export class SocketConnection implements Transport, ReaderEvents, WriteEvents {
  readonly protocol: string;
  readonly extensions: string;
  readonly compression: CompressionMode;
  readonly backpressure: Backpressure;
  /** The number of messages and pings that were sent, and of those that were flushed. */
  accepted = 0;
  flushed = 0;

  readonly #socket: Duplex;
  readonly #options: DialOptions;
  readonly #label: string;
  readonly #headers: IncomingHttpHeaders;
  readonly #counters: KernelCounters;
  readonly #reader: MessageReader;
  readonly #writer: FrameWriter;
  readonly #sender: MessageSender;
  readonly #pings: Pings = new Pings();
  readonly #closeHandshake: CloseHandshake;
  readonly #deferred: DeferredTasks = new DeferredTasks();
  #handshake: Handshake | undefined;
  #handler: TransportHandler | undefined;

  /** The payload of the latest ping that has not been answered. */
  #unansweredPing: Buffer | undefined;
  #cause: unknown;
  /** True if the server has closed its half of TCP and that has not been reported yet. */
  #isEndPending = false;
  #isSocketClosed = false;

  /** @param label - The URL as errors show it. */
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
    const deflate = readParameters(this.extensions, compression);
    this.compression = compressionMode(this.extensions, compression);
    this.#counters = new KernelCounters(socket);
    this.#reader = new MessageReader(socket, options, deflate, this.#pings, this);
    this.#writer = new FrameWriter(new SocketWriter(socket, this.#counters, this));
    this.#sender = new MessageSender(
      this.#writer,
      deflate && new MessageDeflater(deflate.clientWindowBits, deflate.clientContext),
      compressionThreshold,
      (error) => this.#fail(error),
    );
    this.#closeHandshake = new CloseHandshake(socket, this.#sender);
  }

  get handshake(): Handshake {
    // Copied on first use, because the copy doubles the memory of the headers. The status is always
    // 101, because `ws` accepts no other.
    return (this.#handshake ??= { status: 101, headers: copyHeaders(this.#headers) });
  }

  /** Starts reading, and reports events to `handler`. */
  attach(handler: TransportHandler): void {
    this.#handler = handler;
    flushOnExit();
    const socket = this.#socket;
    // After the server has closed its half, the answer to its close frame may still have to be written.
    socket.allowHalfOpen = true;
    socket
      .on("data", (chunk: Buffer) => {
        this.#counters.emittedBytes += chunk.length;
        this.#reader.read(chunk);
      })
      .on("end", () => {
        this.#isEndPending = true;
        this.onParsed();
      })
      .on("error", (error) => (this.#cause ??= error))
      .on("close", () => this.#onSocketClose());
  }

  get bufferedAmount(): number {
    return this.#sender.size + this.#socket.writableLength;
  }

  get progress(): number | undefined {
    // With TLS, `writableLength` still includes bytes that the kernel has just accepted, so the counters come
    // first.
    const isIdle = this.#counters.isAccepted ?? this.#socket.writableLength === 0;
    return isIdle ? undefined : this.#counters.sent;
  }

  get unsent(): number {
    return this.#counters.unsent;
  }

  get activity(): number {
    return this.#counters.received + this.#counters.sent;
  }

  get isReceiving(): boolean {
    return this.#reader.isInMessage;
  }

  get timesPaused(): number {
    return this.#reader.timesPaused;
  }

  get received(): number {
    return this.#counters.received;
  }

  // Sending

  send(data: string | Uint8Array): number | undefined {
    if (!this.#canSend) return undefined;
    this.accepted++;
    return this.#sender.send(data);
  }

  get #canSend(): boolean {
    return this.#closeHandshake.isOpen && this.#socket.writable;
  }

  onFlushed(frames: number): void {
    this.flushed += frames;
    this.#pings.onFlushed(this.flushed);
    this.#answerPing();
    this.#closeHandshake.linger();
    this.#handler?.onProgress();
  }

  onWriteError(error: unknown): void {
    this.#fail(error);
  }

  ping(done: PingDone): () => void {
    const { isOpen } = this.#closeHandshake;
    const ping = this.#pings.add(isOpen ? ++this.accepted : Infinity, done);
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
    if (!payload || !this.#closeHandshake.isOpen) return;
    if (this.bufferedAmount > MAX_BYTES_BEFORE_PONG) return;
    this.#unansweredPing = undefined;
    this.#writer.add(FIN | PONG, payload, false);
  }

  // Receiving

  onMessage(message: Message, size: number): void {
    this.#handler?.onMessage(message, size);
  }

  onPaused(isPaused: boolean): void {
    this.#handler?.onPaused(isPaused);
  }

  setRef(isRef: boolean): void {
    this.#reader.setRef(isRef);
  }

  warn(text: string): void {
    process.emitWarning(text);
  }

  pause(pressure: Pressure): void {
    this.#reader.pause(pressure);
  }

  /** Reports the end of the socket once all earlier messages have been delivered. */
  onParsed(): void {
    if (!this.#reader.isDrained) return;
    if (this.#isEndPending) {
      this.#isEndPending = false;
      this.#deferred.add(() => this.#endHalf());
    }
    if (this.#isSocketClosed) this.#end();
  }

  onClose(code: number, reason: string): void {
    this.#deferred.add(() => {
      this.#closeHandshake.receive({ code, reason });
      this.#handler?.onClosing();
      this.#closeHandshake.answer();
    });
  }

  onFault(fault: FrameFault): void {
    const error = faultError(this.#label, this.#options.readLimit, fault);
    this.#deferred.add(() => this.#handler?.onError(error, fault.closeCode));
  }

  // Ending

  close(code: number, reason: string): void {
    if (this.#canSend) this.#closeHandshake.send(code, reason);
  }

  terminate(code: number): number | undefined {
    this.#detach();
    if (code === ABNORMAL_CLOSURE || !this.#canSend) {
      this.#socket.destroy();
      return undefined;
    }
    const wasIdle = this.bufferedAmount === 0;
    this.#closeHandshake.discard(code, this.#options.closeTimeout);
    this.onParsed();
    return (this.#counters.isAccepted ?? wasIdle) ? code : undefined;
  }

  destroy(): void {
    this.#socket.destroy();
    this.#onSocketClose();
  }

  /** Closes this side's half of TCP after the server has closed its half. */
  #endHalf(): void {
    this.#handler?.onClosing();
    // A message that is still being deflated, and the close frame after it, are written first.
    this.#sender.drain(() => this.#socket.end());
  }

  /** Ends the connection because of an error on this side. */
  #fail(cause: unknown): void {
    this.#cause ??= cause;
    // Deferred, because the core does not expect the end during the call that failed.
    this.#deferred.add(() => this.destroy());
  }

  #onSocketClose(): void {
    this.#isSocketClosed = true;
    // Messages that have already arrived are delivered first.
    this.#reader.flush();
  }

  #end(): void {
    this.#deferred.run();
    this.#closeHandshake.end();
    this.#sender.end();
    const { received, sentCode } = this.#closeHandshake;
    this.#detach()?.onEnd({ ...received, sentCode, cause: this.#cause });
  }

  /** Stops reporting, and discards all further input. */
  #detach(): TransportHandler | undefined {
    const handler = this.#handler;
    if (handler) stopFlushingOnExit();
    this.#handler = undefined;
    this.#reader.end();
    this.#pings.end();
    return handler;
  }
}
