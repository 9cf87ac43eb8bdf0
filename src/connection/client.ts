// This file is long because every public member of a client is documented here.
import { ReceiveChannel } from "../channel/channel.js";
import { QueueIterator } from "../channel/iterator.js";
import type { MessagesOptions } from "../channel/iterator.js";
import type { ReceiveResult } from "../channel/queue.js";
import type { ClientStats } from "../protocol/client-stats.js";
import { ABNORMAL_CLOSURE, NORMAL } from "../protocol/close-codes.js";
import { checkClose } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Codec } from "../protocol/codec.js";
import type { CompressionMode } from "../protocol/constants.js";
import type { Data, Message } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import type { Backpressure, Handshake, PingDone } from "../protocol/transport.js";
import { publicUrl } from "../protocol/url.js";
import { DONE, WAIT_OPTIONS, waitFor, waitForStarted } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import type { ClientLike, SendOptions } from "./client-like.js";
import type { Connection } from "./connection.js";
import { readableOf, writableOf } from "./streams.js";
import { unreported } from "./unreported.js";

declare global {
  interface SymbolConstructor {
    // Declared as in TypeScript's own libraries, for users whose `lib` lacks it.
    readonly asyncDispose: unique symbol;
    readonly dispose: unique symbol;
  }
}

const DEFAULT_PING_TIMEOUT_MS = 10_000;

const SEND_OPTIONS: readonly string[] = /* @__PURE__ */ WAIT_OPTIONS.concat("type");

/** Options of {@link Client.ping}. */
export interface PingOptions extends WaitOptions {}

/**
 * One WebSocket connection.
 *
 * Any number of tasks may send and receive concurrently; each message goes to one receiver. Messages wait in
 * the channel from the moment the connection opened, so none is missed, and messages that arrived before the
 * end can still be received after it. Read a client until it is closed: in Node, an unread client slows its
 * server down and answers no pings; in a browser, its messages accumulate up to `bufferLimit`.
 */
export class Client<In = Message, Out = Data> implements ClientLike<In, Out> {
  /** An identifier that is unique in this process: `connection` of the events of option `observe`. */
  readonly id: string;
  /** Resolves when the connection has ended, with the way it ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;

  readonly #connection: Connection<In>;
  /** Private, so that logging the client does not reveal the query. */
  readonly #url: string;
  readonly #channel: ReceiveChannel<In>;
  #readable: ReadableStream<In> | undefined;
  #writable: WritableStream<Out> | undefined;

  /** @internal */
  constructor(connection: Connection<In>, url: URL) {
    this.id = connection.events.id;
    this.closed = connection.closed;
    this.#connection = connection;
    this.#url = publicUrl(url);
    this.#channel = ReceiveChannel.of(connection.receiving.own);
  }

  /** `"open"`; `"closing"` after `close()` or the close frame of the peer; `"closed"` after the end. */
  get state(): "open" | "closing" | "closed" {
    return this.#connection.state;
  }

  /** The URL of the connection, after redirects, without credentials. */
  get url(): string {
    return this.#url;
  }

  /** The subprotocol that the server selected; `""` for none. */
  get protocol(): string {
    return this.#connection.transport.protocol;
  }

  /** The extensions that the server accepted, as it wrote them; `""` for none. */
  get extensions(): string {
    return this.#connection.transport.extensions;
  }

  /** The compression mode that was negotiated for both directions: see `COMPRESSION`. */
  get compression(): CompressionMode {
    return this.#connection.transport.compression;
  }

  /** The number of sent bytes that the operating system has not accepted yet. */
  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  /**
   * The way a slow consumer is handled. `"socket"`, `"stream"`: the socket or stream is paused, which slows the
   * server down. `"buffer"`: messages wait in memory, up to `bufferLimit`.
   */
  get backpressure(): Backpressure {
    return this.#connection.transport.backpressure;
  }

  /** True if this platform has ping frames. */
  get canPing(): boolean {
    return this.#connection.transport.ping !== undefined;
  }

  /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
  get handshake(): Handshake | undefined {
    return this.#connection.transport.handshake;
  }

  /** A snapshot of the counters of this connection. */
  get stats(): ClientStats {
    return this.#connection.stats;
  }

  /** Returns the channel on which messages arrive, always the same one. It closes when the connection ends. */
  channel(): ReceiveChannel<In> {
    return this.#channel;
  }

  /** Receives the next message; waits if there is none. Same as `channel().receive(options)`. */
  receive(options?: WaitOptions): Promise<ReceiveResult<In>> {
    return this.#channel.receive(options);
  }

  /**
   * Returns the next message without waiting: `undefined` if there is none, `ok: false` once the connection has
   * ended and every message was received. Same as `channel().tryReceive()`.
   */
  tryReceive(): ReceiveResult<In> | undefined {
    return this.#channel.tryReceive();
  }

  /**
   * Iterates over the messages until the connection ends. The loop ends after a normal end (1000, 1001, 1005)
   * or a local close, and throws the connection's `WsError` after any other. Leaving the loop keeps the
   * connection open and loses no message: `return()` resolves a pending `next()` with `done: true`.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.messages();
  }

  /**
   * Iterates in the same way as the client itself, with options. `signal` cancels the iteration, which throws
   * `ABORTED`; no message is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined> {
    const connection = this.#connection;
    return new QueueIterator(connection.receiving.own, options, () => connection.failure());
  }

  /**
   * A WHATWG stream of the messages, always the same one. It receives a message from the channel only when it
   * is read, so a slow reader exerts backpressure. It closes where iteration would end, and errors where
   * iteration would throw. Cancelling it closes the connection with 1000. Throws `UNSUPPORTED` where there is
   * no `ReadableStream`.
   */
  get readable(): ReadableStream<In> {
    return (this.#readable ??= readableOf(this));
  }

  /**
   * A WHATWG stream that sends each chunk as a message, always the same one. A write settles when `send` would.
   * Closing it closes the connection with 1000 and waits for the end; aborting it terminates the connection,
   * even while a write is pending. It errors with `CLOSED` when the connection ends, and with
   * `INVALID_MESSAGE` for a chunk that cannot be sent, which leaves the connection open. Throws `UNSUPPORTED`
   * where there is no `WritableStream`.
   */
  get writable(): WritableStream<Out> {
    return (this.#writable ??= writableOf(this));
  }

  /**
   * Sends one message. Messages leave in call order. The promise settles as soon as fewer than
   * `sendHighWaterMark` bytes wait, which is usually immediately. You may reuse the bytes once `send` has
   * returned, before the promise settles.
   *
   * @param data A string; an `ArrayBuffer` or a view of one; or, with option `codec`, a value that it encodes.
   * @param options {@link TEXT} or {@link BINARY}, or an object with one of them as `type`. By default a string
   * is sent as text, and bytes as binary. With `BINARY`, a string is sent as its UTF-8 bytes; with `TEXT`, bytes
   * must be valid UTF-8. `timeout` and `signal` bound only the wait: they do not withdraw the message.
   *
   * Rejects with `INVALID_MESSAGE` for data that cannot be sent, and with `CLOSED` if the connection is closing
   * or ends during the wait; with options, also with `SEND_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or
   * `INVALID_OPTION`. If `signal` was aborted before the call, the message is not sent. You need not await the
   * promise: its rejection is never reported as unhandled, and `closed` also reports the end of the connection.
   */
  send(data: Out, options?: 1 | 2 | SendOptions): Promise<void> {
    try {
      if (!options || typeof options !== "object") return this.#send(data, options);
      const operation = `send ${this.#connection.label}`;
      const send = (): Promise<void> => this.#send(data, options.type);
      return unreported(waitForStarted(operation, "SEND_TIMEOUT", options, send, SEND_OPTIONS));
    } catch (error) {
      return unreported(Promise.reject(error));
    }
  }

  #send(data: Out, type?: 1 | 2): Promise<void> {
    const connection = this.#connection;
    const codec = connection.options.codec as Codec<In, Out> | undefined;
    const sent = connection.offer(toPayload(data, type, codec));
    if (!sent) throw connection.closedError("send");
    return sent;
  }

  /**
   * Resolves when the operating system has accepted everything that was sent; in a browser, when
   * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ends first; with `FLUSH_TIMEOUT`, `ABORTED`,
   * `INVALID_DURATION` or `INVALID_OPTION`; and with `UNSUPPORTED` where there is no `bufferedAmount`.
   */
  flush(options: WaitOptions = {}): Promise<void> {
    const connection = this.#connection;
    const { sending } = connection;
    const flush = (): Promise<void> => {
      if (connection.transport.bufferedAmount === undefined) {
        const text = "no bufferedAmount here; let the peer answer";
        throw connection.error("UNSUPPORTED", "flush", text);
      }
      if (this.state === "closed") throw connection.closedError("flush");
      return sending.isFlushed ? DONE : sending.flushed("flush");
    };
    return unreported(waitForStarted(`flush ${connection.label}`, "FLUSH_TIMEOUT", options, flush));
  }

  /**
   * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, measured from the
   * flush of the ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). `timeout` is 10 s
   * by default.
   *
   * While a ping is outstanding, the socket is paused only if more than half of `bufferLimit` is unread. A pong
   * that follows a longer backlog arrives only after you have read the backlog.
   *
   * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
   * `UNSUPPORTED` where {@link canPing} is false.
   */
  ping(options: PingOptions = {}): Promise<number> {
    // A caller need not await it, because `closed` also reports the end of the connection.
    return unreported(this.#ping(options));
  }

  async #ping(options: PingOptions): Promise<number> {
    const connection = this.#connection;
    const { transport, label, liveness } = connection;
    if (!transport.ping) {
      const text = "no ping frames here; use keepAlive.message";
      throw connection.error("UNSUPPORTED", "ping", text);
    }
    const park = (done: PingDone): (() => void) => liveness.ping(done);
    const wait = { timeout: DEFAULT_PING_TIMEOUT_MS, park };
    const roundTrip =
      this.state === "open"
        ? await waitFor<number | undefined>(`ping ${label}`, "PING_TIMEOUT", options, wait)
        : undefined;
    if (roundTrip === undefined) throw connection.closedError("ping");
    return roundTrip;
  }

  /**
   * Closes the connection. The channel closes at once. Messages that were sent still leave, followed by the
   * close frame, which the peer must answer within `closeTimeout`. Resolves with the way the connection ended.
   * Another call returns the same promise.
   *
   * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. Browsers may only send close codes 1000
   * and 3000-4999 (WHATWG): there any other code is sent as `code + 3000`.
   * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
   *
   * Rejects with `INVALID_CLOSE` for an invalid code or reason, and the connection stays open.
   */
  close(code: number = NORMAL, reason = ""): Promise<CloseInfo> {
    if (this.state === "open") {
      try {
        checkClose(code, reason);
      } catch (error) {
        return Promise.reject(error);
      }
      this.#connection.close(code, reason);
    }
    return this.closed;
  }

  /** Ends the connection immediately, without a close handshake. Messages that have not left are discarded. */
  terminate(): void {
    this.#connection.fail(ABNORMAL_CLOSURE);
  }

  /** Lets the open connection keep the Node process alive again, after {@link unref}. Elsewhere it has no effect. */
  ref(): void {
    this.#connection.transport.setRef?.(true);
  }

  /**
   * Lets the Node process exit while the connection is open. The connection is then lost, as if the process had been
   * killed; timeouts that you wait for, such as that of `receive`, still keep the process alive. By default an open
   * connection keeps it alive. Elsewhere it has no effect.
   */
  unref(): void {
    this.#connection.transport.setRef?.(false);
  }

  /** Same as `close()`, for `await using`, on platforms that have the symbol. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The connection itself, for the sub-paths of this package. @internal */
  get internals(): Connection<In> {
    return this.#connection;
  }
}
