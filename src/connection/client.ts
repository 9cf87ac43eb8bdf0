/** The public face of a connection. It is long because each public member is documented here. */
import { ReceiveChannel } from "../channel/channel.js";
import { QueueIterator } from "../channel/iterator.js";
import type { MessagesOptions } from "../channel/iterator.js";
import type { ReceiveResult } from "../channel/queue.js";
import type { WsError } from "../errors/ws-error.js";
import { checkClose } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import { ABNORMAL_CLOSURE, NORMAL } from "../protocol/close-codes.js";
import type { Codec } from "../protocol/codec.js";
import type { CompressionMode } from "../protocol/constants.js";
import type { Data, Message } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import type { Backpressure, Handshake } from "../protocol/transport.js";
import { publicUrl } from "../protocol/url.js";
import { DONE, WAIT_OPTIONS, waitFor, waitForStarted } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import type { ClientLike, SendOptions } from "./client-like.js";
import type { ClientStats } from "./client-stats.js";
import type { Connection } from "./connection.js";
import type { Inbox } from "./inbox.js";
import { readableOf, writableOf } from "./streams.js";
import { unreported } from "./unreported.js";

declare global {
  interface SymbolConstructor {
    // As the libraries declare it; here for users whose `lib` does not have it.
    readonly asyncDispose: unique symbol;
  }
}

const DEFAULT_PING_TIMEOUT_MS = 10_000;

/** Counts the clients of this process, for their ids. */
let clientCount = 0;

const SEND_OPTIONS: readonly string[] = /* @__PURE__ */ WAIT_OPTIONS.concat("type");

/** Options of {@link Client.ping}. */
export interface PingOptions extends WaitOptions {}

/**
 * One WebSocket connection.
 *
 * Any number of tasks may send and receive at the same time; each message goes to one receiver.
 * Messages wait in the channel from the moment the connection is open, so none is missed. After the
 * end, messages that had arrived can still be received. Read a client until it is closed: in Node, a
 * client that is not read slows its server down and answers no ping; in a browser, it fills up to
 * `bufferLimit`.
 */
export class Client<In = Message, Out = Data> implements ClientLike<In, Out> {
  /** Unique in this process. */
  readonly id: string;
  /** Settles once, when the connection has ended, with how it ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;

  readonly #connection: Connection<In>;
  /** Private, so that logs do not show its query. */
  readonly #url: string;
  readonly #channel: ReceiveChannel<In>;
  #readable: ReadableStream<In> | undefined;
  #writable: WritableStream<Out> | undefined;

  /** @internal */
  constructor(connection: Connection<In>, url: URL) {
    this.id = `wschan-${++clientCount}`;
    this.closed = connection.closed;
    this.#connection = connection;
    this.#url = publicUrl(url);
    this.#channel = ReceiveChannel.of(connection.delivery.own);
  }

  /** `"open"`, `"closing"` after the first close frame of either side, `"closed"` after the end. */
  get state(): "open" | "closing" | "closed" {
    return this.#connection.state;
  }

  /** The URL of the connection, after redirects, without credentials. */
  get url(): string {
    return this.#url;
  }

  /** The subprotocol that the server picked; `""` for none. */
  get protocol(): string {
    return this.#connection.transport.protocol;
  }

  /** The extensions that the server accepted, as it wrote them; `""` for none. */
  get extensions(): string {
    return this.#connection.transport.extensions;
  }

  /** The compression mode in force in both directions: see {@link COMPRESSION}. */
  get compression(): CompressionMode {
    return this.#connection.transport.compression;
  }

  /** The number of sent bytes that the operating system has not accepted yet. */
  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  /**
   * The way a slow consumer is handled: the `"socket"` or the `"stream"` is paused, which slows the server
   * down; or messages `"buffer"` here, up to `bufferLimit`.
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
    const { sending, delivery, liveness, transport } = this.#connection;
    return {
      messagesReceived: delivery.messages,
      messagesSent: sending.messages,
      bytesReceived: delivery.bytes,
      bytesSent: sending.bytes,
      bytesBuffered: delivery.inbox.bytes,
      timesPaused: transport.timesPaused,
      roundTrip: liveness.roundTrip,
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
   * Returns the next message without waiting: `undefined` if there is none, `ok: false` once the
   * connection has ended and every message was received. Short for `channel().tryReceive()`.
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
   * Iterates as the client itself does, with options: `signal` ends the iteration with `ABORTED`, and no
   * message is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined> {
    const connection = this.#connection;
    const failure = (): WsError | undefined =>
      connection.closeRequest ? undefined : connection.failure;
    return new QueueIterator(connection.delivery.own, options, failure);
  }

  /**
   * The messages as a WHATWG stream, always the same one. It takes messages from the channel one by one as
   * it is read, so that a slow reader slows the server down. It closes or errors as iteration ends;
   * cancelling it closes the connection with 1000. Throws `UNSUPPORTED` where there is no `ReadableStream`.
   */
  get readable(): ReadableStream<In> {
    return (this.#readable ??= readableOf(this));
  }

  /**
   * A WHATWG stream that sends each chunk, always the same one; a write settles as `send` does. Closing it
   * closes the connection with 1000 and waits for the end; aborting it terminates the connection, even
   * while a write waits. It errors with `CLOSED` when the connection ends, and with `INVALID_MESSAGE` for
   * a chunk that cannot be sent, in which case the connection stays open. Throws `UNSUPPORTED` where there
   * is no `WritableStream`.
   */
  get writable(): WritableStream<Out> {
    return (this.#writable ??= writableOf(this));
  }

  /**
   * Sends one message. Messages leave in call order. The promise settles as soon as fewer than
   * `sendHighWaterMark` bytes wait, which is usually at once. You may reuse the bytes when `send` has
   * returned.
   *
   * @param data A string; or an `ArrayBuffer` or a view, as bytes; or a value that option `codec` encodes.
   * @param options {@link TEXT} or {@link BINARY}, or an object with one of them as `type`. By default a
   * string is text and bytes are binary. A string as `BINARY` is sent as its UTF-8 bytes; bytes as `TEXT`
   * must be valid UTF-8. `timeout` and `signal` bound only the wait: the message stays sent.
   *
   * Rejects with `INVALID_MESSAGE`, or `CLOSED` when the connection has ended or ends while it waits; with
   * options also with `SEND_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`. If `signal` was
   * aborted before the call, the message is not sent. You do not have to await the promise: `closed`
   * reports the end of the connection as well, and a rejection is never reported as unhandled.
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

  /** See {@link Connection.offer}. @internal */
  offer(payload: string | Uint8Array): Promise<void> | undefined {
    return this.#connection.offer(payload);
  }

  /**
   * Settles when the operating system has accepted everything that was sent; in a browser, when
   * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ends first, with `FLUSH_TIMEOUT`,
   * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and with `UNSUPPORTED` where the platform has no
   * `bufferedAmount`.
   */
  flush(options: WaitOptions = {}): Promise<void> {
    const connection = this.#connection;
    const { sending } = connection;
    const flush = (): Promise<void> => {
      if (connection.transport.bufferedAmount === undefined) {
        const text = "this platform has no bufferedAmount; let the peer answer instead";
        throw connection.error("UNSUPPORTED", "flush", text);
      }
      if (this.state === "closed") throw connection.closedError("flush");
      return sending.isFlushed ? DONE : sending.flushed("flush");
    };
    return unreported(waitForStarted(`flush ${connection.label}`, "FLUSH_TIMEOUT", options, flush));
  }

  /**
   * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, measured from
   * the flush of the ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). While a
   * ping is outstanding the socket is not paused until half of `bufferLimit` is unread: a pong that follows
   * a longer backlog arrives when that is read. `timeout` is 10 s by default.
   *
   * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
   * `UNSUPPORTED` where {@link canPing} is false.
   */
  ping(options: PingOptions = {}): Promise<number> {
    // For a loop of pings that is not awaited: `closed` reports the end of the connection.
    return unreported(this.#ping(options));
  }

  async #ping(options: PingOptions): Promise<number> {
    const connection = this.#connection;
    const { transport, label } = connection;
    const park = transport.ping?.bind(transport);
    if (!park) {
      const text = "no ping frames here; use option keepAlive.message";
      throw connection.error("UNSUPPORTED", "ping", text);
    }
    const wait = { timeout: DEFAULT_PING_TIMEOUT_MS, park };
    const roundTrip =
      this.state === "open"
        ? await waitFor<number | undefined>(`ping ${label}`, "PING_TIMEOUT", options, wait)
        : undefined;
    if (roundTrip === undefined) throw connection.closedError("ping");
    return (connection.liveness.roundTrip = roundTrip);
  }

  /**
   * Closes the connection. The channel closes at once; messages that were sent still leave, then the close
   * frame, and the peer has `closeTimeout` to answer it. Resolves with how the connection ended. Another
   * call returns the same promise.
   *
   * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. Browsers may only send close codes 1000
   * and 3000-4999 (WHATWG): there any other code is sent as `code + 3000`.
   * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
   *
   * Rejects with `INVALID_CLOSE`, and the connection stays open.
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

  /** Ends the connection now, without a closing handshake. Messages that have not left yet are dropped. */
  terminate(): void {
    this.#connection.fail(ABNORMAL_CLOSURE);
  }

  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** See {@link Delivery.deliverTo}. @internal */
  deliverTo(inbox: Inbox<In>): void {
    this.#connection.delivery.deliverTo(inbox);
  }

  /** See {@link Liveness.probe}. @internal */
  probe(): void {
    this.#connection.liveness.probe();
  }
}
