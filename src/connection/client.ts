import { ReceiveChannel } from "../channel/channel.js";
import { QueueIterator } from "../channel/iterator.js";
import type { MessagesOptions } from "../channel/iterator.js";
import type { ReceiveResult } from "../channel/queue.js";
import type { ErrorCode } from "../errors/error-codes.js";
import { WsError } from "../errors/ws-error.js";
import type { ErrorInit } from "../errors/ws-error.js";
import type { ParsedKeepAlive } from "../options/keep-alive-options.js";
import type { ParsedOptions } from "../options/parsed-options.js";
import {
  ABNORMAL_CLOSURE,
  INTERNAL_ERROR,
  INVALID_PAYLOAD,
  MESSAGE_TOO_BIG,
  NORMAL,
  POLICY_VIOLATION,
} from "../protocol/close-codes.js";
import { checkClose, peerError } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Codec, Decode } from "../protocol/codec.js";
import type { CompressionMode } from "../protocol/constants.js";
import { OVERHEAD } from "../protocol/message.js";
import type { Data, Message } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import type {
  Backpressure,
  Handshake,
  Transport,
  TransportEnd,
  TransportHandler,
} from "../protocol/transport.js";
import { displayUrl, publicUrl } from "../protocol/url.js";
import { microtask, nextTurn, now } from "../time/clock.js";
import { startDeadline } from "../time/deadline.js";
import type { Deadline } from "../time/deadline.js";
import { DONE, WAIT_OPTIONS, waitFor, waitForStarted } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import type { ClientLike, SendOptions } from "./client-like.js";
import type { ClientStats } from "./client-stats.js";
import { Inbox } from "./inbox.js";
import type { InboxWatcher } from "./inbox.js";
import { startKeepAlive } from "./keep-alive.js";
import type { KeepAlive } from "./keep-alive.js";
import { readableOf, writableOf } from "./streams.js";
import { warnIfUnread } from "./unread-warning.js";

declare global {
  interface SymbolConstructor {
    // As the libraries declare it; here for users whose `lib` does not have it.
    readonly asyncDispose: unique symbol;
  }
}

/** How long a loop of awaited sends may keep the event loop to itself, in milliseconds. */
const TURN_LIMIT = 5;

/** What IANA registered for a peer that was too slow. */
const TIMEOUT_CODE = 3008;

const PING_TIMEOUT = 10_000;

/** How many there have been in this process. */
let clients = 0;

const SEND_OPTIONS: readonly string[] = /* @__PURE__ */ WAIT_OPTIONS.concat("type");

/** Options of {@link Client.ping}. */
export interface PingOptions extends WaitOptions {}

/** How it ended; what is `undefined` is left out of {@link CloseInfo}. */
type End = Omit<CloseInfo, "sentCode" | "error"> & {
  readonly sentCode?: number | undefined;
  readonly error?: WsError | undefined;
};

/**
 * One WebSocket connection.
 *
 * Any number of tasks may send and receive at the same time; each message goes to one receiver.
 * Messages wait in the channel from the moment the connection is open, so none is missed. After the
 * end, what had arrived can still be received. A client must be read until it is closed: in Node one
 * that is not read slows its server down and answers no ping, in a browser it fills up to `bufferLimit`.
 */
export class Client<In = Message, Out = Data> implements ClientLike<In, Out> {
  /** Unique in this process. */
  readonly id: string;
  /** Settles once, when the connection has ended, with how it ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;

  readonly #transport: Transport;
  readonly #options: ParsedOptions;
  /** Private, so that logs do not show its query. */
  readonly #url: string;
  readonly #label: string;
  readonly #handler: TransportHandler & InboxWatcher = new Client.#Handler(this as never);
  /** What waits in the client's own channel; closed from the end, or our own close, on. */
  readonly #own: Inbox<In>;
  /** Where messages go to: `#own`, until {@link deliverTo}. */
  #inbox: Inbox<In>;
  readonly #channel: ReceiveChannel<In>;
  readonly #codec: Codec<In, Out> | undefined;
  #decode: Decode<In> | undefined;
  #settleClosed!: (info: CloseInfo) => void;
  readonly #readDeadline: Deadline | undefined;
  readonly #writeDeadline: Deadline | undefined;
  readonly #keepAlive: KeepAlive | undefined;
  /** What waits for the answer to a message of `keepAlive`. */
  #answered: (() => void) | undefined;
  #closeDeadline: Deadline | undefined;

  #state: "open" | "closing" | "closed" = "open";
  /** What `close` was asked for. */
  #asked: Pick<End, "code" | "reason"> | undefined;
  /** Why it ended; nothing after a normal end. */
  #failure: WsError | undefined;

  readonly #stats = {
    messagesReceived: 0,
    messagesSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    roundTrip: undefined as number | undefined,
  };

  /** What the transport's progress was when it was last asked for. */
  #lastProgress = NaN;
  /** What this turn of the event loop has sent, in bytes, and when it began to. */
  #spent = 0;
  #turnStart = 0;
  /** A message has arrived, and nothing was sent since. */
  #hasArrived = false;
  /** Promise shared by every send above the high-water mark. */
  #pace: Promise<void> | undefined;
  /** Settles on the next progress, or the end; and what settles it. */
  #progress: Promise<void> | undefined;
  #tellProgress: (() => void) | undefined;
  #readable: ReadableStream<In> | undefined;
  #writable: WritableStream<Out> | undefined;
  /** Stops the timer of `warnIfUnread`, if that has not run out. */
  #stopWarning: (() => void) | undefined;

  private constructor(transport: Transport, url: URL, options: ParsedOptions) {
    this.id = `wschan-${++clients}`;
    this.#url = publicUrl(url);
    this.#label = displayUrl(url);
    this.#transport = transport;
    this.#options = options;
    this.#codec = options.codec as Codec<In, Out> | undefined;
    this.#own = new Inbox(options.channelCapacity, options.bufferLimit, !!this.#codec);
    this.#own.watcher = this.#handler;
    this.#inbox = this.#own;
    this.#channel = ReceiveChannel.of(this.#own);
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    const hasMoved = changes(() => transport.life);
    const hasWritten = (): boolean => this.#hasWritten();
    const { readTimeout, writeTimeout, keepAlive } = options;
    this.#readDeadline = this.#watch("READ_TIMEOUT", readTimeout, TIMEOUT_CODE, hasMoved);
    // Bytes that do not move would keep a close frame waiting, too.
    const code = ABNORMAL_CLOSURE;
    this.#writeDeadline = this.#watch("WRITE_TIMEOUT", writeTimeout, code, hasWritten);
    if (keepAlive) this.#keepAlive = this.#startKeepAlive(keepAlive);
  }

  /** Makes a client on an open transport, and the handler that the transport reports to. @internal */
  static open(transport: Transport, url: URL, options: ParsedOptions): [Client, TransportHandler] {
    const client = new Client(transport, url, options);
    return [client, client.#handler];
  }

  /** A class: of closures V8 forgets with each client what it has optimized. */
  static readonly #Handler = class implements TransportHandler, InboxWatcher {
    readonly #client: Client;

    constructor(client: Client) {
      this.#client = client;
    }

    onMessage(message: Message, size: number): void {
      this.#client.#onMessage(message, size);
    }

    onPressure(): void {
      this.#client.#regulate();
    }

    onProgress(): void {
      this.#client.#onProgress();
    }

    onError(error: WsError, closeCode: number): void {
      // During our own close it is no news that the peer broke a rule.
      if (!this.#client.#asked) this.#client.#giveUp(closeCode, error);
    }

    onClosing(): void {
      this.#client.#startClosing();
    }

    onEnd(end: TransportEnd): void {
      this.#client.#onEnd(end);
    }
  };

  /** `"open"`, `"closing"` from the first close frame either way, `"closed"` when all is over. */
  get state(): "open" | "closing" | "closed" {
    return this.#state;
  }

  /** The URL it is connected to, after redirects, without credentials. */
  get url(): string {
    return this.#url;
  }

  /** The subprotocol the server picked; `""` for none. */
  get protocol(): string {
    return this.#transport.protocol;
  }

  /** The extensions the server accepted, as it wrote them; `""` for none. */
  get extensions(): string {
    return this.#transport.extensions;
  }

  /** The mode of compression that is in force in both directions: see {@link COMPRESSION}. */
  get compression(): CompressionMode {
    return this.#transport.compression;
  }

  /** How many sent bytes the operating system has not taken yet. */
  get bufferedAmount(): number {
    return this.#state === "closed" ? 0 : (this.#transport.bufferedAmount ?? 0);
  }

  /**
   * What a slow consumer leads to: the `"socket"` or the `"stream"` is paused, which slows the server
   * down; or messages `"buffer"` here, up to `bufferLimit`.
   */
  get backpressure(): Backpressure {
    return this.#transport.backpressure;
  }

  /** Whether this platform has ping frames. */
  get canPing(): boolean {
    return this.#transport.ping !== undefined;
  }

  /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
  get handshake(): Handshake | undefined {
    return this.#transport.handshake;
  }

  /** What was received and sent so far, and what waits to be read. A snapshot. */
  get stats(): ClientStats {
    return {
      ...this.#stats,
      bytesBuffered: this.#inbox.bytes,
      timesPaused: this.#transport.timesPaused,
    };
  }

  /** The channel on which messages arrive; always the same one. It closes when the connection ends. */
  channel(): ReceiveChannel<In> {
    return this.#channel;
  }

  /** Short for `channel().receive(options)`. */
  receive(options?: WaitOptions): Promise<ReceiveResult<In>> {
    return this.#channel.receive(options);
  }

  /**
   * Returns the next message if there is one, without waiting; `undefined` if there is none, `ok: false`
   * once the connection has ended and all was received. Short for `channel().tryReceive()`.
   */
  tryReceive(): ReceiveResult<In> | undefined {
    return this.#channel.tryReceive();
  }

  /**
   * Iterates over the messages until the connection ends. Returns after a normal end (1000, 1001, 1005) or
   * a local close, and throws the connection's `WsError` after any other. Leaving the loop leaves the
   * connection open. A `return()` ends a pending `next()` with `done: true`, and no message is lost.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.messages();
  }

  /**
   * As iterating over the client itself; `signal` ends it with `ABORTED`, and no message is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined> {
    return new QueueIterator(this.#own, options, () => (this.#asked ? undefined : this.#failure));
  }

  /**
   * The messages as a WHATWG stream, always the same one. It takes them from the channel one by one as it
   * is read, so that a slow reader slows the server down. It closes and errors as iteration ends;
   * cancelling it closes the connection with 1000. Throws `UNSUPPORTED` where there is no `ReadableStream`.
   */
  get readable(): ReadableStream<In> {
    return (this.#readable ??= readableOf(this));
  }

  /**
   * A WHATWG stream that sends what is written, always the same one; a write settles as `send` does.
   * Closing it closes the connection with 1000 and waits until it has ended; aborting it terminates the
   * connection, also while a write waits. It errors with `CLOSED` when the connection ends, and with
   * `INVALID_MESSAGE`, while the connection lives on. Throws `UNSUPPORTED` where there is no `WritableStream`.
   */
  get writable(): WritableStream<Out> {
    return (this.#writable ??= writableOf(this));
  }

  /**
   * Sends one message: handed over at once, in call order. Settles as soon as fewer than
   * `sendHighWaterMark` bytes wait, which is usually at once. The bytes may be reused when `send` has
   * returned.
   *
   * @param data A string; or an `ArrayBuffer` or a view, as bytes; or what option `codec` takes.
   * @param options {@link TEXT} or {@link BINARY}, or an object with these as `type`. By default a string
   * is text and bytes are binary. A string as `BINARY` goes out as its UTF-8 bytes; bytes as `TEXT` must be
   * valid UTF-8. `timeout` and `signal` bound the wait only: what was handed over stays sent.
   *
   * Rejects with `INVALID_MESSAGE`, or `CLOSED` when the connection has ended or ends while it waits; with
   * options also with `SEND_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and what was
   * aborted before the call is not sent. A failure that nobody awaits stands in `closed` as well and is no
   * unhandled rejection.
   */
  send(data: Out, options?: 1 | 2 | SendOptions): Promise<void> {
    try {
      if (!options || typeof options !== "object") return this.#send(data, options);
      const operation = `send ${this.#label}`;
      const send = (): Promise<void> => this.#send(data, options.type);
      return unreported(waitForStarted(operation, "SEND_TIMEOUT", options, send, SEND_OPTIONS));
    } catch (error) {
      return unreported(Promise.reject(error));
    }
  }

  #send(data: Out, type?: 1 | 2): Promise<void> {
    const sent = this.offer(toPayload(data, type, this.#codec));
    if (!sent) throw this.#closedError("send");
    return sent;
  }

  /** As `send`; `undefined` if the connection takes no more, and the payload was not handed over. @internal */
  offer(payload: string | Uint8Array): Promise<void> | undefined {
    const wasIdle = this.bufferedAmount === 0;
    const size = this.#state === "open" ? this.#transport.send(payload) : -1;
    if (size < 0) return undefined;
    if (wasIdle && this.#writeDeadline) {
      this.#writeDeadline.touch();
      // That bytes wait from now on is no progress of theirs.
      this.#hasWritten();
    }
    this.#stats.messagesSent++;
    this.#stats.bytesSent += size;
    return this.#settleSend(size);
  }

  /**
   * Settles when all that was sent has been handed to the operating system; in a browser, when
   * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ended first, with `FLUSH_TIMEOUT`,
   * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and with `UNSUPPORTED` where the platform has no
   * `bufferedAmount`.
   */
  flush(options: WaitOptions = {}): Promise<void> {
    const flush = (): Promise<void> => {
      if (this.#transport.bufferedAmount === undefined) {
        throw this.#error("UNSUPPORTED", "flush", "hidden here: let the peer answer instead");
      }
      if (this.#state === "closed") throw this.#closedError("flush");
      return this.#isFlushed() ? DONE : this.#untilFlushed("flush");
    };
    return unreported(waitForStarted(`flush ${this.#label}`, "FLUSH_TIMEOUT", options, flush));
  }

  /**
   * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, from the
   * flushed ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). While a ping
   * is out the socket is not paused, until half of `bufferLimit` is unread: a pong that stands behind a
   * longer backlog comes when that is read. `timeout` is 10 s by default.
   *
   * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
   * `UNSUPPORTED` where {@link canPing} is false.
   */
  ping(options: PingOptions = {}): Promise<number> {
    // For a keep-alive that nobody awaits: if the connection ends, `closed` tells.
    return unreported(this.#ping(options));
  }

  async #ping(options: PingOptions): Promise<number> {
    const park = this.#transport.ping?.bind(this.#transport);
    if (!park) {
      throw this.#error("UNSUPPORTED", "ping", "no ping frames here: use option keepAlive.message");
    }
    const roundTrip =
      this.#state === "open"
        ? await waitFor<number>(`ping ${this.#label}`, "PING_TIMEOUT", options, {
            timeout: PING_TIMEOUT,
            park,
          })
        : NaN;
    if (Number.isNaN(roundTrip)) throw this.#closedError("ping");
    this.#stats.roundTrip = roundTrip;
    return roundTrip;
  }

  /**
   * Closes the connection: the channel closes at once, what was sent still goes out, then the close
   * frame, and the peer has `closeTimeout` to answer it. Resolves with how it ended. Calling it again
   * returns the same promise.
   *
   * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. A browser may send only 1000 and
   * 3000-4999 (WHATWG): there the others go out as `code + 3000`.
   * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
   *
   * Rejects with `INVALID_CLOSE`, and the connection stays open.
   */
  close(code: number = NORMAL, reason = ""): Promise<CloseInfo> {
    if (this.#state === "open") {
      try {
        checkClose(code, reason);
      } catch (error) {
        return Promise.reject(error);
      }
      this.#asked = { code, reason };
      this.#own.close();
      this.#startClosing();
      const sendFrame = (): void => {
        // Terminated in between.
        if (this.#state === "closed") return;
        this.#transport.close(code, reason);
        this.#closeDeadline?.touch();
      };
      // Platforms end a closing handshake by timers of their own, which must not run while data leaves.
      void unreported(this.#until("close", () => this.#isFlushed()).then(sendFrame));
    }
    return this.closed;
  }

  /** Ends the connection now, without a closing handshake; what was sent and has not left is dropped. */
  terminate(): void {
    this.#giveUp(ABNORMAL_CLOSURE);
  }

  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // Receiving

  #onMessage(message: Message, size: number): void {
    if (this.#channel.closed) return;
    const stats = this.#stats;
    const { readLimit } = this.#options;
    // Where the platform has no limit of its own.
    if (size > readLimit) {
      this.#refuse("MESSAGE_TOO_BIG", "readLimit", size, MESSAGE_TOO_BIG);
      return;
    }
    // A stream hands over all that it holds in one turn.
    if (this.backpressure !== "stream") {
      this.#spent = 0;
      this.#hasArrived = true;
    }
    stats.messagesReceived++;
    stats.bytesReceived += size;
    this.#readDeadline?.touch();
    this.#answered?.();
    if (this.#options.discardIncoming) return;
    try {
      if (this.#codec) this.#decodeBy(this.#codec, message);
      else this.#refuseIfOver(this.#inbox.put(message as In));
    } catch (cause) {
      // A transport would swallow it, and the message with it.
      this.#refuseMessage(cause);
    }
  }

  #decodeBy(codec: Codec<In, Out>, message: Message): void {
    this.#decode ??= codec.decoder(this.#options.readLimit);
    this.#decode(message, (value, size) => {
      // The one before it may have been one too many.
      if (!this.#channel.closed) this.#refuseIfOver(this.#inbox.put(value, OVERHEAD + (size || 0)));
    });
  }

  /** Ends the connection because of a message that could not be taken in. */
  #refuseMessage(cause: unknown): void {
    const text = `codec ${this.#codec?.name ?? "none"} failed`;
    const error = WsError.is(cause)
      ? cause
      : this.#error("INVALID_MESSAGE", "receive", text, { cause });
    // The platform lacks a class: the message is not at fault.
    const own = error.code === "UNSUPPORTED" ? INTERNAL_ERROR : INVALID_PAYLOAD;
    this.#giveUp(error.code === "MESSAGE_TOO_BIG" ? MESSAGE_TOO_BIG : own, error);
  }

  /**
   * From now on messages go to `inbox`, which says when reading is paused, and stays open when this
   * connection ends. What waits in the client's own channel goes there, too, or as much as it takes.
   * @internal
   */
  deliverTo(inbox: Inbox<In>): void {
    this.#inbox = inbox;
    inbox.watcher = this.#handler;
    this.#refuseIfOver(inbox.putAll(this.#own));
    // It may have been full before.
    this.#regulate();
  }

  #refuseIfOver(unread: number | undefined): void {
    if (!unread) return;
    this.#refuse("SLOW_CONSUMER", "bufferLimit", unread, POLICY_VIOLATION, " or read faster");
  }

  #refuse(
    code: ErrorCode,
    option: "readLimit" | "bufferLimit",
    size: number,
    closeCode: number,
    wayOut = "",
  ): void {
    const limit = this.#options[option];
    const text = `${size} bytes to read, over ${option} ${limit}: raise it${wayOut}`;
    this.#giveUp(closeCode, this.#error(code, "receive", text, { details: { limit, size } }));
  }

  /** Pauses and resumes reading as the consumer falls behind and catches up. */
  #regulate(): void {
    this.#readDeadline?.touch();
    // Something has arrived; and a ping that is out would keep the socket from being paused.
    this.#keepAlive?.touch();
    if (this.#state === "open" && this.backpressure !== "buffer") {
      const { pressure } = this.#inbox;
      this.#transport.pause(pressure);
      // Left to run out when reading goes on: pauses come often.
      if (pressure > 0) this.#stopWarning ??= this.#startWarning();
    }
  }

  #startWarning(): () => void {
    return warnIfUnread(this.#label, this.#inbox, this.#transport, () => {
      this.#stopWarning = undefined;
      this.#regulate();
    });
  }

  // Sending

  /** A promise that settles when this send may be followed by another. */
  #settleSend(size: number): Promise<void> {
    if (this.#spent === 0) {
      this.#turnStart = now();
      // Who answers what arrives is told of the next turn by the next arrival, at no cost.
      if (!this.#hasArrived) nextTurn(() => (this.#spent = 0));
      this.#hasArrived = false;
    }
    // An empty message is work, too.
    this.#spent += size + 1;
    const { sendHighWaterMark } = this.#options;
    const mayGoOn =
      this.#spent < sendHighWaterMark &&
      this.bufferedAmount < sendHighWaterMark &&
      now() - this.#turnStart < TURN_LIMIT;
    return mayGoOn ? DONE : (this.#pace ??= unreported(this.#startPace()));
  }

  async #startPace(): Promise<void> {
    const { sendHighWaterMark } = this.#options;
    try {
      // In a later turn: a socket that takes everything at once would otherwise starve the timers.
      await new Promise<void>((resolve) => nextTurn(resolve));
      this.#spent = 0;
      // Flushed, and still bytes wait: the platform's own pongs.
      const mayGoOn = (): boolean => this.bufferedAmount < sendHighWaterMark || this.#isFlushed();
      await this.#until("send", mayGoOn);
    } finally {
      this.#pace = undefined;
    }
  }

  // Waiting

  #isFlushed(): boolean {
    return this.#transport.written >= this.#transport.taken;
  }

  /** Settles when all that has been sent so far has left. */
  #untilFlushed(operation: string): Promise<void> {
    const { taken } = this.#transport;
    return this.#until(operation, () => this.#transport.written >= taken);
  }

  /** Settles when it holds, looked at after all progress; rejects once the connection has ended. */
  async #until(operation: string, holds: () => boolean): Promise<void> {
    for (;;) {
      if (this.#state === "closed") throw this.#closedError(operation);
      if (holds()) return;
      await (this.#progress ??= new Promise((resolve) => (this.#tellProgress = resolve)));
    }
  }

  #onProgress(): void {
    this.#tellProgress?.();
    this.#progress = this.#tellProgress = undefined;
  }

  /** Whether the transport has made progress since this was last asked. */
  #hasWritten(): boolean {
    return this.#lastProgress !== (this.#lastProgress = this.#transport.progress);
  }

  #watch(
    code: "READ_TIMEOUT" | "WRITE_TIMEOUT",
    period: number | undefined,
    closeCode: number,
    hasMoved: () => boolean,
  ): Deadline | undefined {
    if (period === undefined) return undefined;
    const expire = (): void =>
      this.#giveUp(closeCode, this.#error(code, "connection", `nothing moved for ${period} ms`));
    // A slow consumer of ours is not the peer's fault; and it may wait for us to read before it reads on.
    return startDeadline(period, expire, () => hasMoved() || this.#inbox.pressure > 0);
  }

  // Keeping alive

  /** Has option `keepAlive` ask now, because the connection may have died unnoticed. @internal */
  probe(): void {
    this.#keepAlive?.askNow();
  }

  #startKeepAlive({ interval, timeout, message, onPong }: ParsedKeepAlive): KeepAlive {
    const transport = this.#transport;
    // Whatever arrives, and what the peer takes: bytes that the system takes at once prove nothing.
    const hasMoved = changes(
      () => (transport.received ?? this.#stats.messagesReceived) + (transport.progress || 0),
    );
    // Browsers count no bytes for an empty message.
    const hasSent = changes(
      () => transport.taken + this.#stats.messagesSent + (transport.progress || 0),
    );
    const isPaused = (): boolean => this.#inbox.pressure > 0 && transport.backpressure !== "buffer";
    // Without ping frames the message is there: see option `keepAlive`.
    const byMessage: Transport["ping"] = (done) => this.#askBy(message as () => Data, done);
    const ping = transport.ping?.bind(transport) ?? byMessage;
    return startKeepAlive(interval, timeout, {
      alive: () => hasMoved() || isPaused(),
      sent: () => hasSent() || isPaused(),
      ask: (answered) =>
        ping((roundTrip) => {
          // Not answered but ended.
          if (Number.isNaN(roundTrip)) return;
          this.#stats.roundTrip = roundTrip;
          answered();
          // Later: an exception is the caller's, and must not pass through the transport.
          microtask(() => onPong?.(roundTrip));
        }),
      flushed: () => this.#untilFlushed("keepAlive"),
      expire: () => {
        const text = `nothing arrived for ${timeout} ms after a ping`;
        this.#giveUp(TIMEOUT_CODE, this.#error("KEEPALIVE_TIMEOUT", "connection", text));
      },
    });
  }

  /** As `ping` of a transport, by a message: whatever arrives next counts as its answer. */
  #askBy(message: () => Data, done: (roundTrip: number) => void): () => void {
    const start = now();
    this.#answered = () => done(now() - start);
    try {
      void this.offer(toPayload(message()));
    } catch (cause) {
      const error = this.#error("INVALID_MESSAGE", "keepAlive.message", "failed", { cause });
      this.#giveUp(INTERNAL_ERROR, error);
    }
    return () => (this.#answered = undefined);
  }

  // The end

  /** From our close frame or the peer's on; it should be done in as long as it would have to answer. */
  #startClosing(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#stopDeadlines();
    const transport = this.#transport;
    let unsent = transport.unsent ?? 0;
    this.#closeDeadline = startDeadline(
      this.#options.closeTimeout,
      () => transport.cut(),
      () =>
        unsent > (unsent = transport.unsent ?? 0) ||
        (this.bufferedAmount > 0 && this.#hasWritten()),
    );
    this.#transport.pause(0);
  }

  /** This side ends it at once; what had arrived can still be read. */
  #giveUp(code: number, error?: WsError): void {
    if (this.#state === "closed") return;
    const sentCode = this.#transport.terminate(code);
    this.#finish({ code, reason: "", clean: false, by: "local", sentCode, error });
  }

  #onEnd(end: TransportEnd): void {
    const { code, reason, sentCode } = end;
    const asked = this.#asked;
    const isAnswered = code !== ABNORMAL_CLOSURE;
    this.#finish({
      code,
      // Some platforms have one of their own where there was no close frame.
      reason: isAnswered ? reason : "",
      ...asked,
      clean: isAnswered && this.#isFlushed(),
      by: asked ? "local" : isAnswered ? "peer" : "none",
      sentCode: asked && sentCode,
      error: this.#endError(end),
    });
  }

  #endError({ code, reason, cause }: TransportEnd): WsError | undefined {
    if (!this.#asked) {
      if (code !== ABNORMAL_CLOSURE) return peerError(this.#label, code, reason);
      return this.#error("CONNECTION_LOST", "connection", "ended without a close frame", { cause });
    }
    if (this.#isFlushed()) return undefined;
    return this.#error("WRITE_TIMEOUT", "close", "what was sent could not all leave", { cause });
  }

  /** The one way into `closed`: settles all that waits. */
  #finish({ sentCode, error, ...info }: End): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failure = error;
    this.#stopDeadlines();
    this.#own.close();
    this.#onProgress();
    this.#settleClosed(
      Object.freeze({
        ...info,
        // Behind what could not leave, a close frame could not either.
        ...(sentCode && this.#isFlushed() && { sentCode }),
        ...(error && { error }),
      }),
    );
  }

  #stopDeadlines(): void {
    this.#readDeadline?.stop();
    this.#writeDeadline?.stop();
    this.#keepAlive?.stop();
    this.#closeDeadline?.stop();
    this.#stopWarning?.();
  }

  #closedError(operation: string): WsError {
    const cause = this.#failure;
    // The transport may know first that nothing more can be sent.
    const state = this.#state === "closed" ? "closed" : "closing";
    const init = cause && { retryable: cause.retryable, cause };
    return this.#error("CLOSED", operation, `the connection is ${state}`, init);
  }

  #error(code: ErrorCode, operation: string, text: string, init?: ErrorInit): WsError {
    return new WsError(code, `${operation} ${this.#label}: ${text}`, init);
  }
}

/** Tells whether something has changed since it was last asked. */
function changes(read: () => number | undefined): () => boolean {
  let last: number | undefined;
  return () => last !== (last = read());
}

/** A promise whose rejection is for whoever awaits it, and never reported: `closed` tells as well. */
function unreported<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
