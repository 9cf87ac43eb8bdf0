import { ReceiveChannel } from "../channel/channel.js";
import { QueueIterator } from "../channel/iterator.js";
import type { MessagesOptions } from "../channel/iterator.js";
import type { ReceiveResult } from "../channel/queue.js";
import type { ClientLike } from "../connection/client-like.js";
import type { Client, PingOptions } from "../connection/client.js";
import type { Inbox } from "../connection/inbox.js";
import { unreported } from "../connection/unreported.js";
import { readableOf, writableOf } from "../connection/streams.js";
import { callable, parseBy } from "../options/parser.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Data, Message } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import { waitForStarted } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { ConnectionLoop } from "./connection-loop.js";
import type { OfflineQueue } from "./outbox.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";
import { SEND_PARSERS } from "./send-options.js";
import type { SendOptions } from "./send-options.js";
import type { Status } from "./status.js";

/**
 * A client that opens a new connection whenever one is lost; made by `reconnecting`. It has the members of
 * a `Client`, and any number of tasks may use it at the same time. Like a `Client` it must be read until
 * it is closed.
 */
export class ReconnectingClient<In = Message, Out = Data> implements ClientLike<In, Out> {
  /**
   * Settles once, when the client has ended for good, with how its last connection ended. Never rejects.
   * `error` is the reason for which the client gave up.
   */
  readonly closed: Promise<CloseInfo>;

  readonly #options: ResolvedReconnectOptions;
  readonly #loop: ConnectionLoop;
  readonly #channel: ReceiveChannel<In>;
  #readable: ReadableStream<In> | undefined;
  #writable: WritableStream<Out> | undefined;

  /** @internal */
  constructor(options: ResolvedReconnectOptions) {
    this.#options = options;
    this.#channel = ReceiveChannel.of(options.inbox) as unknown as ReceiveChannel<In>;
    this.#loop = new ConnectionLoop(options);
    this.closed = this.#loop.closed;
  }

  /** The current status. */
  get state(): Status {
    return this.#loop.status.value;
  }

  /**
   * Iterates over the current status and then over every change, until the client has ended. Changes that
   * you do not fetch are kept from the first `next()` on, the latest 100 of them. You can stop at any time:
   * `return()` settles at once, and so does a pending `next()`, with `done: true`.
   */
  status(): AsyncGenerator<Status, void> {
    return this.#loop.status.watch();
  }

  /**
   * Calls `listener` with the new status at each change, in the turn of the change. With {@link state} it is the
   * store that React's `useSyncExternalStore` wants. An exception that the listener throws is reported as uncaught.
   *
   * Throws `INVALID_OPTION` if `listener` is not a function.
   *
   * @param listener Called with the status that `state` has from now on.
   * @returns A function that removes the listener.
   */
  onStatus(listener: (status: Status) => void): () => void {
    callable(listener, "onStatus: listener");
    return this.#loop.status.onChange(listener);
  }

  /**
   * The connection that is open now, or `undefined`. It has the members that a single connection has, such
   * as `stats`, `protocol` and `handshake`.
   */
  get connection(): Client | undefined {
    return this.#loop.connection;
  }

  /** The queue of messages that wait for a connection. */
  get queue(): OfflineQueue {
    return this.#loop.delivery.queue;
  }

  /** Returns the channel on which the messages of all connections arrive. It is always the same one. */
  channel(): ReceiveChannel<In> {
    return this.#channel;
  }

  /** Receives the next message: short for `channel().receive(options)`. */
  receive(options?: WaitOptions): Promise<ReceiveResult<In>> {
    return this.#channel.receive(options);
  }

  /** Receives the next message if that needs no waiting; returns `undefined` otherwise. */
  tryReceive(): ReceiveResult<In> | undefined {
    return this.#channel.tryReceive();
  }

  /**
   * Iterates over the messages of all connections until the client has ended; `state` is `closed` then.
   * Returns after a local close or a normal close by the peer, and otherwise throws the `WsError` for which
   * the client gave up. Leaving the loop leaves the client open, and no message is lost.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.messages();
  }

  /**
   * Iterates over the messages like the client itself. `signal` ends the iteration with `ABORTED`. Throws
   * `INVALID_OPTION`.
   */
  messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined> {
    const inbox = this.#options.inbox as Inbox<unknown> as Inbox<In>;
    return new QueueIterator(inbox, options, () => this.#loop.failure());
  }

  /** The messages of all connections as a WHATWG stream: see `Client.readable`. */
  get readable(): ReadableStream<In> {
    return (this.#readable ??= readableOf(this));
  }

  /** A WHATWG stream that sends what you write: see `Client.writable`. */
  get writable(): WritableStream<Out> {
    return (this.#writable ??= writableOf(this));
  }

  /**
   * Sends one message: at once if a connection is open, otherwise as soon as one is, in call order. It
   * settles like `send` of the connection, and stays pending while no connection is open. You may reuse the
   * bytes when `send` has returned.
   *
   * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
   * over, `SEND_TIMEOUT`, `ABORTED` by `signal` or `queue.clear()`, or `CLOSED`. A failure that you do not
   * await is not an unhandled rejection.
   *
   * @param data Same as for `Client.send`; a codec encodes it at once.
   * @param options `TEXT` or `BINARY`, or {@link SendOptions}. `timeout` and `signal` only bound the wait:
   * the message is sent, or stays in the queue.
   */
  send(data: Out, options?: 1 | 2 | SendOptions): Promise<void> {
    let sent;
    try {
      if (typeof options === "object") {
        const { timeout, signal, ...own } = parseBy(SEND_PARSERS, options, "send");
        const wait = { timeout, signal } as WaitOptions;
        sent = waitForStarted("send", "SEND_TIMEOUT", wait, () => this.#send(data, own));
      } else sent = this.#send(data, { type: options });
    } catch (error) {
      sent = Promise.reject(error);
    }
    return unreported(sent);
  }

  #send(data: Out, { type, ...options }: SendOptions & { ttl?: number }): Promise<void> {
    const payload = toPayload(data, type, this.#options.codec);
    if (this.#loop.signal.aborted) throw this.#loop.closedError("send");
    return this.#loop.delivery.send(payload, options);
  }

  /**
   * Settles when the queue is empty and the connection has flushed what was sent. Messages that were lost
   * before are reported to `onLost`.
   *
   * Rejects with `CLOSED` if the connection ends meanwhile or the client has ended, and with
   * `FLUSH_TIMEOUT`, `ABORTED`, `INVALID_OPTION` or `UNSUPPORTED`.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    if (this.#loop.signal.aborted) throw this.#loop.closedError("flush");
    if (this.connection && !this.queue.length) return this.connection.flush(options);
    const changes = this.status();
    const flush = async (): Promise<void> => {
      for await (const { type } of changes) {
        if (type === "open") await this.#loop.delivery.drained();
        if (this.connection && !this.queue.length) return this.connection.flush();
      }
      throw this.#loop.closedError("flush");
    };
    const flushed = waitForStarted("flush", "FLUSH_TIMEOUT", options, flush);
    return flushed.finally(() => changes.return());
  }

  /**
   * Sends a ping frame over the open connection: see `Client.ping`. Rejects with `CLOSED` if none is open,
   * which is retryable until the client has ended.
   */
  async ping(options?: PingOptions): Promise<number> {
    if (!this.connection) throw this.#loop.closedError("ping");
    return this.connection.ping(options);
  }

  /**
   * Ends the client. Queued messages are lost, an open connection is closed like by its own `close`, and a
   * dial and all waits end at once. Resolves with how the client ended; `clean` is false if a message was
   * lost. Calling it again returns the same promise.
   *
   * Rejects with `INVALID_CLOSE`, and the client does not end.
   *
   * @param code Same as for `Client.close`; default 1000.
   * @param reason Same as for `Client.close`; default `""`.
   */
  close(code = 1000, reason = ""): Promise<CloseInfo> {
    try {
      this.#loop.close(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.closed;
  }

  /**
   * Dials now. What that means depends on the state:
   *
   * - `open`: replaces the connection without an interruption. The new one is dialled, and its `onConnect` runs,
   *   while the old one still works. Then sends move to the new connection, and the old one is closed with 1000 and
   *   delivers what the server sent before its close frame. The state stays `open`. If the attempt fails, the old
   *   connection stays open, and the next attempt follows by `backoff`. A call during an attempt has no effect.
   * - `connecting` or `waiting`: cuts the attempt or the pause short, and dials again with the backoff and the
   *   counts of attempts reset.
   * - `suspended`: starts the client.
   * - `closed`: has no effect.
   */
  reconnect(): void {
    this.#loop.reconnect();
  }

  /**
   * Starts a client that is suspended: it dials at once. Has no effect otherwise.
   */
  start(): void {
    this.#loop.start();
  }

  /**
   * Closes the open connection with 1000, or cancels a dial or a wait, and dials no more until `start()`. Until then
   * what you send waits in the queue. Resolves when the connection has ended, which `closeTimeout` bounds. Has no
   * effect after the end.
   */
  suspend(): Promise<void> {
    return this.#loop.suspend();
  }

  /** Ends the client now. An open connection ends without a close handshake. */
  terminate(): void {
    this.#loop.terminate();
  }

  /** Lets the client keep the Node process alive again, after {@link unref}. Elsewhere it has no effect. */
  ref(): void {
    this.#loop.setRef(true);
  }

  /**
   * Lets the Node process exit while a connection is open or while the client waits for its next attempt; a dial still
   * keeps it alive. By default the client keeps it alive. Elsewhere it has no effect.
   */
  unref(): void {
    this.#loop.setRef(false);
  }

  /** The loop that opens the connections, for other sub-paths of this package. @internal */
  get internals(): ConnectionLoop {
    return this.#loop;
  }

  /** Calls `close()`, for `await using` on platforms that have the symbol. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
