import { Channel, ReceiveChannel } from "../channel/channel.js";
import { QueueIterator } from "../channel/iterator.js";
import type { MessagesOptions } from "../channel/iterator.js";
import type { ReceiveResult } from "../channel/queue.js";
import type { ClientLike, SendOptions as CoreSendOptions } from "../connection/client-like.js";
import type { Client, PingOptions } from "../connection/client.js";
import { readableOf, writableOf } from "../connection/streams.js";
import { WsError } from "../errors/ws-error.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { parseBy } from "../options/parser.js";
import { checkClose } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import type { AnyCodec, Decoded, Encoded } from "../protocol/codec.js";
import type { Data, Message } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import { startTimer } from "../time/clock.js";
import type { Duration } from "../time/duration.js";
import { DONE, waitFor, waitForStarted } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { pauseAfter } from "./backoff.js";
import { makePlan } from "./options.js";
import type { AttemptInfo, Fresh, Plan, ReconnectOptions, ReconnectPlatform } from "./options.js";
import { Outbox } from "./outbox.js";
import type { Entry, OfflineQueue } from "./outbox.js";
import type { Status } from "./status.js";
import { onWake } from "./wake.js";

/** Stands in the channel between two connections, for those who ask for it by option `marker`. */
export interface Reconnected {
  readonly type: "reconnected";
  /** The attempt that opened the connection. */
  readonly attempt: number;
  /** How long there was none, in milliseconds. */
  readonly gap: number;
}

/** Options of one message: those of `Client.send`, and its own. */
export interface SendOptions extends CoreSendOptions {
  /** How long it may wait for a connection. Default: the queue's. 0: the default. */
  readonly ttl?: Duration | undefined;
  /** Replaces a message with the same key that waits; it goes to the end. Default: none. */
  readonly key?: string | undefined;
  /**
   * Sends it again, before all that waits, if the connection ends before it can be known to have left: it
   * may arrive twice. Default: false.
   */
  readonly retry?: boolean | undefined;
}

/** How it ends where there is no connection to tell. */
const LOST: CloseInfo = { code: 1006, reason: "", clean: false, by: "none" };

/** Attempts until a first connection has opened, unless `maxAttempts` is given. */
const FIRST_ATTEMPTS = 10;

/** How many changes of status wait for whoever does not fetch them: the latest. */
const KEPT = 100;

/**
 * A client that lives across connections; made by `reconnecting`. It has the face of a `Client`, and any
 * number of tasks may use it at the same time. Like one it must be read until it is closed.
 */
export class ReconnectingClient<In = Message, Out = Data> implements ClientLike<In, Out> {
  /** Settles once, when it has ended for good, with how. Never rejects. `error` is why it gave up. */
  readonly closed: Promise<CloseInfo>;

  readonly #plan: Plan;
  readonly #outbox: Outbox;
  readonly #channel: ReceiveChannel<In>;
  readonly #watchers = new Set<Channel<Status>>();
  /** Aborts when the client ends, and takes along all that waits and listens. */
  readonly #life = new AbortController();
  readonly #signal: AbortSignal = this.#life.signal;
  #settleClosed!: (info: CloseInfo) => void;
  /** Why it gave up. */
  #failure: WsError | undefined;

  #state: Status = { type: "connecting", attempt: 1 };
  /** The connection of this attempt, if it has come so far. */
  #client: Client | undefined;
  /** Why this side ended it. */
  #why: WsError | undefined;
  /** Why the last attempt, or the last connection, ended. */
  #lastError: WsError | undefined;
  /** Whether a connection has ever been open, and since when there is one, or none. */
  #resumed = false;
  #since = performance.now();
  /** What was handed to the connection and may not have left. */
  #handed: Entry[] = [];
  /** Settles when what waited has been handed over. */
  #drained: Promise<void> | undefined;
  /** Ends a wait. */
  #wake: (() => void) | undefined;
  #readable: ReadableStream<In> | undefined;
  #writable: WritableStream<Out> | undefined;

  /** @internal */
  constructor(plan: Plan) {
    const { inbox, queue, onLost, signal } = plan;
    this.#plan = plan;
    this.#outbox = new Outbox(queue, onLost);
    this.#channel = ReceiveChannel.of(inbox) as unknown as ReceiveChannel<In>;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    const abort = (): void =>
      this.#terminate(new WsError("ABORTED", "reconnecting: aborted", { cause: signal?.reason }));
    signal?.addEventListener("abort", abort, { signal: this.#signal });
    onWake(this.#signal, (isBack) => {
      if (this.connection) this.connection.probe();
      else if (isBack) this.#wake?.();
    });
    if (signal?.aborted) abort();
    // Nothing rejects but for what a user's function throws.
    this.#run().catch((cause: unknown) => this.#terminate(toError("shouldRetry", cause)));
  }

  /** Where it stands now. */
  get state(): Status {
    return this.#state;
  }

  /**
   * Iterates over where it stands now, then over every change, until it has closed. What is not fetched
   * waits from the first fetch on, the latest 100. It can be left at any time: a `return()` settles at once,
   * and so does a pending `next()`, with `done: true`.
   */
  status(): AsyncGenerator<Status, void> {
    const watcher = new Channel<Status>(KEPT);
    const changes = this.#changes(watcher);
    // A generator would keep a `return()` waiting for the `next()` that is pending.
    const leave = changes.return.bind(changes);
    changes.return = () => {
      this.#watchers.delete(watcher);
      watcher.close();
      return leave();
    };
    return changes;
  }

  async *#changes(watcher: Channel<Status>): AsyncGenerator<Status, void> {
    this.#watchers.add(watcher);
    this.#tell(watcher);
    yield* watcher;
  }

  /** The connection that is open now, for what only it can tell: `stats`, `protocol`, `handshake`, ... */
  get connection(): Client | undefined {
    return this.#state.type === "open" ? this.#client : undefined;
  }

  /** What waits for a connection. */
  get queue(): OfflineQueue {
    return this.#outbox;
  }

  /** The channel on which the messages of all connections arrive; always the same one. */
  channel(): ReceiveChannel<In> {
    return this.#channel;
  }

  /** Short for `channel().receive(options)`. */
  receive(options?: WaitOptions): Promise<ReceiveResult<In>> {
    return this.#channel.receive(options);
  }

  /** Returns the next message if that needs no waiting, as `Client.tryReceive`. */
  tryReceive(): ReceiveResult<In> | undefined {
    return this.#channel.tryReceive();
  }

  /**
   * Iterates over the messages of all connections until the client has ended; `state` is `closed` then.
   * Returns after a local close or the peer's normal end, and throws the `WsError` for which it gave up
   * otherwise. Leaving the loop leaves it open, and loses no message.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.messages();
  }

  /** As iterating over the client itself; `signal` ends it with `ABORTED`. Throws `INVALID_OPTION`. */
  messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined> {
    const failure = (): Promise<WsError | undefined> => this.closed.then(() => this.#failure);
    const iterator: unknown = new QueueIterator(this.#plan.inbox, options, failure);
    return iterator as AsyncIterableIterator<In, undefined>;
  }

  /** The messages of all connections as a WHATWG stream, as `Client.readable`. */
  get readable(): ReadableStream<In> {
    return (this.#readable ??= readableOf(this));
  }

  /** A WHATWG stream that sends what is written, as `Client.writable`. */
  get writable(): WritableStream<Out> {
    return (this.#writable ??= writableOf(this));
  }

  /**
   * Sends one message: at once if a connection is open, and otherwise when one is, in call order. Settles
   * as the connection's own `send`; while there is none, it waits. The bytes may be reused when `send` has
   * returned.
   *
   * @param data As of `Client.send`; a codec encodes it at once.
   * @param options `TEXT` or `BINARY`, or more: see {@link SendOptions}. `timeout` and `signal` bound the
   * wait only: the message is sent, or waits in the queue.
   *
   * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
   * over, `SEND_TIMEOUT`, `ABORTED` by `signal` or `queue.clear()`, or `CLOSED`. A failure that nobody
   * awaits is no unhandled rejection.
   */
  send(data: Out, options?: 1 | 2 | SendOptions): Promise<void> {
    let sent;
    try {
      if (typeof options === "object") {
        const { timeout, signal, ...own } = parseBy(this.#plan.message, options, "send");
        const wait = { timeout, signal } as WaitOptions;
        sent = waitForStarted("send", "SEND_TIMEOUT", wait, () => this.#send(data, own));
      } else sent = this.#send(data, { type: options });
    } catch (error) {
      sent = Promise.reject(error);
    }
    sent.catch(nothing);
    return sent;
  }

  #send(data: Out, { type, ttl, key, retry }: SendOptions & { ttl?: number }): Promise<void> {
    const { codec, onLost, queue } = this.#plan;
    const payload = toPayload(data, type, codec);
    if (this.#hasEnded()) throw this.#closedError("send");
    const due = performance.now() + (ttl ?? queue.ttl ?? Infinity);
    const entry: Entry = { payload, key, retry, due };
    // Behind what waits.
    const sent = this.#outbox.next ? undefined : this.#hand(this.connection, entry);
    if (!sent || retry || onLost) entry.payload = payload.slice();
    return sent ?? this.#outbox.add(entry);
  }

  /**
   * Settles when nothing waits and what was sent is with the operating system, as the connection's own
   * `flush`. Rejects with `CLOSED` if the connection ends meanwhile, or the client has ended, with
   * `FLUSH_TIMEOUT`, `ABORTED` or `INVALID_OPTION`, and with `UNSUPPORTED`. `onLost` reports what was lost
   * before.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    if (this.#hasEnded()) throw this.#closedError("flush");
    if (this.connection && !this.#outbox.next) return this.connection.flush(options);
    const changes = this.status();
    const flush = waitForStarted("flush", "FLUSH_TIMEOUT", options, () => this.#flush(changes));
    return flush.finally(() => changes.return());
  }

  async #flush(changes: AsyncIterable<Status>): Promise<void> {
    for await (const { type } of changes) {
      if (type === "open") await this.#drained;
      if (this.connection && !this.#outbox.next) return this.connection.flush();
    }
    throw this.#closedError("flush");
  }

  /** As the connection's own `ping`. Rejects with `CLOSED`, which is retryable, while none is open. */
  async ping(options?: PingOptions): Promise<number> {
    if (!this.connection) throw this.#closedError("ping");
    return this.connection.ping(options);
  }

  /**
   * Ends it: what waits is lost, an open connection is closed as by its own `close`, a dial and all waits
   * end at once. Resolves with how it ended; `clean` is false if anything was lost. Calling it again
   * returns the same promise.
   *
   * @param code As of `Client.close`; default 1000.
   * @param reason As of `Client.close`; default `""`.
   *
   * Rejects with `INVALID_CLOSE`, and nothing ends.
   */
  close(code = 1000, reason = ""): Promise<CloseInfo> {
    if (this.#hasEnded()) return this.closed;
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    const clean = !this.#outbox.next;
    const ended = this.#client
      ?.close(code, reason)
      .then((info) => ({ ...info, clean: clean && info.clean }));
    void this.#end(ended ?? { code, reason, clean, by: "local" });
    return this.closed;
  }

  /** Ends it now, without a closing handshake. */
  terminate(): void {
    this.#terminate();
  }

  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // Connecting

  async #run(): Promise<void> {
    const { backoff, retryAfterMax, shouldRetry, stableAfter } = this.#plan;
    let failures = 0;
    for (let attempt = 1; !this.#hasEnded(); attempt++) {
      this.#set({ type: "connecting", attempt });
      const info = await this.#attempt(attempt);
      if (this.#hasEnded()) return;
      const error = (this.#lastError = info.error ?? endError(info));
      // A promise would be truthy, and retry for ever.
      const verdict: unknown = shouldRetry?.(error, attempt) ?? error.retryable;
      if (verdict !== true) {
        return this.#end(info, info.error);
      }
      const time = performance.now();
      if (this.connection) {
        if (time - this.#since >= stableAfter) attempt = failures = 0;
        this.#since = time;
      }
      this.#client = undefined;
      const [least, spread] = pauseAfter(failures++, backoff, retryAfterMax, error.details);
      const jitter = Math.random() * spread;
      const delay = least + jitter;
      if (this.#isUsedUp(attempt, time + delay)) {
        const last = giveUpError(attempt, error);
        return this.#end({ ...info, error: last }, last);
      }
      this.#set({ type: "waiting", attempt: attempt + 1, delay, error });
      // What a server asked for is not cut short.
      if (least > 0) await this.#sleep(least);
      // All that are woken by the same event do not come at once, either.
      if (await this.#sleep(jitter, true)) await this.#sleep(Math.random() * backoff.min);
    }
  }

  /** Whether there may be no other attempt, which would begin then. */
  #isUsedUp(attempt: number, then: number): boolean {
    const { maxAttempts = this.#resumed ? Infinity : FIRST_ATTEMPTS, maxElapsed = Infinity } =
      this.#plan;
    return attempt >= maxAttempts || then - this.#since > maxElapsed;
  }

  /** One attempt, up to the end of the connection that it has opened. */
  async #attempt(attempt: number): Promise<CloseInfo> {
    const { onConnect } = this.#plan;
    let info = LOST;
    this.#why = undefined;
    try {
      const client = (this.#client = await this.#dial(attempt));
      try {
        const resumed = this.#resumed;
        await this.#within("onConnect", () => onConnect?.(client, { attempt, resumed }));
        this.#open(client, attempt);
      } catch (error) {
        // If the connection has ended, that says more than what the hook made of it.
        this.#drop(client, error);
      }
      info = await client.closed;
      this.#takeBack(info.clean ? [] : this.#handed);
    } catch (error) {
      this.#why = error as WsError;
    }
    return this.#why ? { ...info, error: this.#why } : info;
  }

  /** Asks for what may have changed, and dials. */
  async #dial(attempt: number): Promise<Client> {
    const { context, dial, fresh } = this.#plan;
    const signal = this.#signal;
    const info: AttemptInfo = { attempt, lastError: this.#lastError, signal };
    const [url, headers, protocols] = await this.#within("credentials", () =>
      Promise.all(fresh.map(async (value) => (typeof value === "function" ? value(info) : value))),
    );
    const options = { ...dial, headers, protocols, signal } as ConnectOptions;
    return context.connect(url as string, options);
  }

  /** The connection is ready: it feeds the channel, and what waits goes out. */
  #open(client: Client, attempt: number): void {
    // Closed in between.
    if (this.#hasEnded()) return;
    const { inbox, marker } = this.#plan;
    const start = performance.now();
    const gap = start - this.#since;
    const reconnected: unknown = { type: "reconnected", attempt, gap };
    if (
      marker &&
      !this.#plan.dial.discardIncoming &&
      this.#resumed &&
      inbox.put(reconnected as Message)
    ) {
      this.#drop(client, new WsError("SLOW_CONSUMER", "reconnecting: over bufferLimit"));
      return;
    }
    client.deliverTo(inbox);
    this.#since = start;
    this.#resumed = true;
    this.#set({
      type: "open",
      attempt,
      get duration() {
        return performance.now() - start;
      },
    });
    this.#drained = this.#drain(client);
  }

  /** Ends the connection for a reason of our own. */
  #drop(client: Client, why: unknown): void {
    if (client.state !== "open") return;
    this.#why = why as WsError;
    client.terminate();
  }

  // Sending

  async #drain(client: Client): Promise<void> {
    for (let entry; (entry = this.#outbox.next);) {
      const sent = this.#hand(client, entry);
      if (!sent) return;
      this.#outbox.remove(entry);
      entry.sender?.resolve(sent);
      // It may come back.
      entry.sender = undefined;
      await sent.catch(nothing);
    }
  }

  /** Hands a message to the connection, if there is one that takes it. */
  #hand(client: Client | undefined, entry: Entry): Promise<void> | undefined {
    const sent = client?.offer(entry.payload);
    if (!client || !sent) return undefined;
    if (this.#handed.push(entry) === 1) void this.#trim(client, this.#handed);
    // If the connection ends, it goes again.
    return entry.retry && sent !== DONE ? sent.catch(nothing) : sent;
  }

  /** Forgets what has left. */
  async #trim(client: Client, handed: Entry[]): Promise<void> {
    try {
      while (handed[0]) {
        const { length } = handed;
        await client.flush();
        handed.splice(0, length);
      }
    } catch (error) {
      // Where it is hidden, what was handed over has left.
      if ((error as WsError).code === "UNSUPPORTED") handed.length = 0;
    }
  }

  /** What the connection may not have sent goes again, if its sender says so, or is lost. */
  #takeBack(left: readonly Entry[]): void {
    const goesAgain = ({ retry }: Entry): unknown => retry && !this.#hasEnded();
    this.#handed = [];
    this.#outbox.restore(left.filter(goesAgain));
    const lost = left.filter((entry) => !goesAgain(entry));
    this.#outbox.lose(lost, "unflushed", "CLOSED");
  }

  // Waiting

  /** One step of an attempt, within `dialTimeout`. */
  #within<T>(step: string, run: () => T | Promise<T>): Promise<T> {
    const options = { timeout: this.#plan.dialTimeout, signal: this.#signal };
    return waitFor<T>(step, "DIAL_TIMEOUT", options, {
      park(done) {
        (async () => run())().then(done, (cause: unknown) => done(toError(step, cause)));
        return nothing;
      },
    });
  }

  /** Waits for `delay` milliseconds, or until it is woken or the client ends. Resolves with true if woken. */
  #sleep(delay: number, mayWake = false): Promise<boolean> {
    const options = { signal: this.#signal };
    const waiting = waitFor<boolean>("wait", "CHANNEL_TIMEOUT", options, {
      park: (done) => {
        // Called too late, it does nothing.
        if (mayWake) this.#wake = () => done(true);
        return startTimer(delay, () => done(false));
      },
    });
    // It rejects only if the signal fires.
    return waiting.catch(() => false);
  }

  // The end

  #hasEnded(): boolean {
    return this.#signal.aborted;
  }

  #terminate(error?: WsError): void {
    const client = this.#client;
    const info: CloseInfo = { ...LOST, by: "local", ...(error && { error }) };
    void this.#end(client?.closed.then(() => info) ?? info, error);
    client?.terminate();
  }

  /** The one way into `closed`. */
  async #end(outcome: CloseInfo | Promise<CloseInfo>, failure?: WsError): Promise<void> {
    if (this.#hasEnded()) return;
    this.#failure = failure;
    this.#life.abort();
    this.#plan.inbox.close();
    this.#outbox.clear("closed", "CLOSED");
    const info = await outcome;
    this.#set({ type: "closed", error: info.error });
    this.#settleClosed(Object.freeze(info));
  }

  #set(status: Status): void {
    this.#state = status;
    for (const watcher of this.#watchers) this.#tell(watcher);
  }

  #tell(watcher: Channel<Status>): void {
    while (!watcher.trySend(this.#state)) watcher.tryReceive();
    if (this.#state.type === "closed") watcher.close();
  }

  #closedError(operation: string): WsError {
    const init = { retryable: !this.#hasEnded(), cause: this.#failure };
    return new WsError("CLOSED", `${operation}: no connection`, init);
  }
}

const nothing = (): void => {};

function toError(step: string, cause: unknown): WsError {
  return WsError.is(cause) ? cause : new WsError("DIAL_FAILED", `${step}: failed`, { cause });
}

/** The error of an end that is none to `connect`. */
function endError({ code, reason, by }: CloseInfo): WsError {
  const isPeer = by === "peer";
  return new WsError(isPeer ? "CLOSED_BY_PEER" : "CLOSED", `connection: closed with code ${code}`, {
    kind: "UNAVAILABLE",
    retryable: !isPeer || code !== 1000,
    details: { closeCode: code, reason },
  });
}

/** The last error, after which there may be no other attempt. */
function giveUpError(attempts: number, cause: WsError): WsError {
  const { code, kind, retryable, details } = cause;
  const text = `reconnecting: gave up after ${attempts} attempts`;
  return new WsError(code, text, { kind, retryable, details, cause });
}

/** The values that option `marker` adds to those received. */
type Marker<M> = true extends M ? Reconnected : never;

/** The type of `reconnecting`. */
export interface Reconnecting {
  /**
   * Creates a {@link ReconnectingClient} whose messages go through a codec, which determines the client's
   * types. The first dial starts at once. Throws `INVALID_URL`, `INVALID_OPTION` or `UNSUPPORTED`.
   *
   * @param url As of `connect`, or a function, which is called for each attempt.
   * @param options See {@link ReconnectOptions}. With `marker: true` the channel has a {@link Reconnected}
   * between two connections.
   */
  <C extends AnyCodec, M extends boolean | undefined = false>(
    url: Fresh<string | URL>,
    options: ReconnectOptions<C> & { readonly codec: C; readonly marker?: M },
  ): ReconnectingClient<Decoded<C> | Marker<M>, Encoded<C>>;
  /**
   * Creates a {@link ReconnectingClient}, a client that opens a new connection when one is lost. The first
   * dial starts at once. Throws `INVALID_URL`, `INVALID_OPTION` or `UNSUPPORTED`.
   *
   * ```ts
   * const client = reconnecting("wss://api.example.com/feed");
   * for await (const message of client) console.log(message.data);
   * ```
   *
   * @param url As of `connect`, or a function, which is called for each attempt.
   * @param options See {@link ReconnectOptions}. With `marker: true` the channel has a {@link Reconnected}
   * between two connections.
   */
  <M extends boolean | undefined = false>(
    url: Fresh<string | URL>,
    options?: ReconnectOptions & { readonly marker?: M },
  ): ReconnectingClient<Message | Marker<M>>;
}

/** Binds `reconnecting` to an entry. */
export function bindReconnecting(platform: ReconnectPlatform): Reconnecting {
  const bound = (url: Fresh<string | URL>, options: ReconnectOptions = {}): unknown =>
    new ReconnectingClient(makePlan(url, options, platform));
  return bound as Reconnecting;
}
