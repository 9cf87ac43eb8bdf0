import { ReceiveChannel, WsError } from "wschan";
import type {
  Client,
  CloseInfo,
  ConnectOptions,
  Data,
  Duration,
  Message,
  PingOptions,
  ReceiveResult,
  WaitOptions,
} from "wschan";
import type { Kit } from "../kit.js";
import { pauseAfter } from "./backoff.js";
import { makePlan } from "./options.js";
import type { AttemptInfo, Fresh, Plan, ReconnectOptions } from "./options.js";
import { Outbox, own, promiseOf } from "./outbox.js";
import type { Entry, OfflineQueue } from "./outbox.js";
import { Statuses } from "./status.js";
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

/** Options of one message. */
export interface SendOptions {
  /** `TEXT` or `BINARY`, as of `Client.send`. */
  readonly type?: 1 | 2 | undefined;
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

/**
 * A client that lives across connections: see `reconnecting`.
 */
export class ReconnectingClient<M = Message> implements AsyncIterable<M> {
  /** Settles once, when it has ended for good, with how. Never rejects. `error` is why it gave up. */
  readonly closed: Promise<CloseInfo>;

  readonly #plan: Plan;
  readonly #kit: Kit;
  readonly #outbox: Outbox;
  readonly #channel: ReceiveChannel<M>;
  readonly #statuses = new Statuses();
  /** Aborts when the client ends, and takes along all that waits and listens. */
  readonly #life = new AbortController();
  #settleClosed!: (info: CloseInfo) => void;
  /** Why it gave up. */
  #failure: WsError | undefined;

  /** The connection of this attempt; open for use only while the status says so. */
  #client: Client | undefined;
  /** Why this side ended it. */
  #why: WsError | undefined;
  /** Why the last attempt, or the last connection, ended. */
  #lastError: WsError | undefined;
  /** Whether the last connection was open for `stableAfter`. */
  #wasStable = false;
  /** Whether a connection has ever been open, and since when there is one, or none. */
  #resumed = false;
  #since = performance.now();
  /** What was handed to the connection and may not have left. */
  #handed: Entry[] = [];
  #isFlushing = false;
  #isProbing = false;
  /** How many messages were handed over and lost. */
  #losses = 0;
  /** Settles when what waited has been handed over. */
  #drained: Promise<void> | undefined;
  /** Ends a wait. */
  #wake: (() => void) | undefined;
  #stopElapsed: (() => void) | undefined;

  /** @internal */
  constructor(plan: Plan) {
    const { context, inbox, queue, onLost, signal } = plan;
    this.#plan = plan;
    this.#kit = context.kit;
    this.#outbox = new Outbox(queue, this.#kit.startTimer, onLost);
    this.#channel = ReceiveChannel.of(inbox) as unknown as ReceiveChannel<M>;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    const abort = (): void => {
      const error = new WsError("ABORTED", "reconnecting: aborted", { cause: signal?.reason });
      this.#giveUp({ ...LOST, by: "local", error });
    };
    signal?.addEventListener("abort", abort, { signal: this.#life.signal });
    onWake(this.#life.signal, (isBack) => {
      if (this.connection) void this.#probe(this.connection);
      else if (isBack) this.#wake?.();
    });
    this.#startElapsed();
    if (signal?.aborted) abort();
    void this.#run();
  }

  /** Where it stands now. */
  get state(): Status {
    return this.#statuses.current;
  }

  /**
   * Where it stands, then every change, until it has closed. What an iterator does not fetch waits, the
   * latest 100.
   */
  status(): AsyncIterableIterator<Status, undefined> {
    return this.#statuses.watch();
  }

  /** The connection that is open now, for what only it can tell: `stats`, `protocol`, `handshake`, ... */
  get connection(): Client | undefined {
    return this.state.type === "open" ? this.#client : undefined;
  }

  /** What waits for a connection. */
  get queue(): OfflineQueue {
    return this.#outbox;
  }

  /** The channel on which the messages of all connections arrive; always the same one. */
  channel(): ReceiveChannel<M> {
    return this.#channel;
  }

  /** Short for `channel().receive(options)`. */
  receive(options?: WaitOptions): Promise<ReceiveResult<M>> {
    return this.#channel.receive(options);
  }

  /**
   * The messages, until it ends. Returns after a local close or the peer's normal end, and throws the
   * `WsError` for which it gave up otherwise. Leaving the loop leaves it open.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<M, undefined> {
    const iterator: unknown = this.#kit.iterate(this.#plan.inbox, () => this.#failure);
    return iterator as AsyncIterableIterator<M, undefined>;
  }

  /**
   * Sends one message: at once if a connection is open, and otherwise when one is, in call order. Settles
   * as the connection's own `send`; while there is none, it waits. Bytes that wait are copied.
   *
   * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
   * over, `ABORTED` by `queue.clear()`, or `CLOSED`. A failure that nobody awaits is no unhandled
   * rejection.
   */
  send(data: Data, options?: 1 | 2 | SendOptions): Promise<void> {
    const { duration, must, oneOf, parseBy, toPayload } = this.#kit;
    try {
      const { type, ttl, key, retry } = (
        typeof options === "object"
          ? parseBy(
              {
                type: (value) => value,
                ttl: duration,
                key: must((value) => typeof value === "string", "a string"),
                retry: oneOf(false, true),
              },
              options,
              "send",
            )
          : { type: options }
      ) as { type?: 1 | 2; ttl?: number; key?: string; retry?: boolean };
      const payload = toPayload(data, type);
      if (this.#life.signal.aborted) throw this.#closedError("send");
      const due = performance.now() + (ttl ?? this.#plan.queue.ttl ?? Infinity);
      const entry: Entry = { payload, key, due, retry };
      const { connection } = this;
      // Behind what waits.
      const sent = connection && !this.#outbox.next && this.#hand(connection, entry);
      if (!sent) return this.#outbox.add(entry);
      return entry.promise ?? sent;
    } catch (error) {
      const failed = Promise.reject(error);
      failed.catch(() => {});
      return failed;
    }
  }

  /**
   * Settles when nothing waits and what was sent is with the operating system, as the connection's own
   * `flush`. Rejects with `CLOSED` if some of it was lost, or the client has ended, and with `UNSUPPORTED`.
   */
  async flush(): Promise<void> {
    const losses = this.#losses;
    for await (const { type } of this.status()) {
      const { connection } = this;
      if (type !== "open" || !connection) continue;
      await this.#drained;
      const failure = await connection.flush().catch((error: unknown) => error as WsError);
      if (failure?.code === "UNSUPPORTED") throw failure;
      if (losses !== this.#losses) break;
      if (!failure) return;
    }
    throw this.#closedError("flush");
  }

  /** As the connection's own `ping`. Rejects with `CLOSED`, which is retryable, while none is open. */
  async ping(options?: PingOptions): Promise<number> {
    const { connection } = this;
    if (!connection) throw this.#closedError("ping");
    return connection.ping(options);
  }

  /**
   * Ends it: what waits is lost, an open connection is closed as by its own `close`, a dial and all waits
   * end at once. Resolves with how it ended; `clean` is false if anything was lost. Calling it again
   * returns the same promise.
   *
   * Rejects with `INVALID_CLOSE`, and nothing ends.
   */
  close(code = 1000, reason = ""): Promise<CloseInfo> {
    if (this.#life.signal.aborted) return this.closed;
    try {
      this.#kit.checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    const clean = !this.#outbox.next;
    const ended = this.#client?.close(code, reason);
    this.#end(
      ended
        ? ended.then((info) => ({ ...info, clean: clean && info.clean }))
        : { code, reason, clean, by: "local" },
    );
    return this.closed;
  }

  /** Ends it now, without a closing handshake. */
  terminate(): void {
    this.#giveUp({ ...LOST, by: "local" });
  }

  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // Connecting

  async #run(): Promise<void> {
    const { backoff, maxAttempts, shouldRetry } = this.#plan;
    let failures = 0;
    for (let attempt = 1; !this.#life.signal.aborted; attempt++) {
      this.#statuses.set({ type: "connecting", attempt });
      const info = await this.#attempt(attempt);
      if (this.#life.signal.aborted) return;
      const error = (this.#lastError = info.error ?? endError(info));
      let retry: unknown;
      try {
        retry = shouldRetry?.(error, attempt) ?? error.retryable;
      } catch (cause) {
        this.#giveUp({ ...info, error: toError("shouldRetry", cause) });
        return;
      }
      if (retry !== true) {
        this.#giveUp(info);
        return;
      }
      if (this.#wasStable) attempt = failures = 0;
      if (attempt >= (maxAttempts ?? (this.#resumed ? Infinity : FIRST_ATTEMPTS))) {
        this.#giveUp({ ...info, error: usedUp(`${attempt} attempts`, error) });
        return;
      }
      const { least, spread } = pauseAfter(failures++, backoff, error.details);
      const jitter = Math.random() * spread;
      this.#statuses.set({ type: "waiting", attempt: attempt + 1, delay: least + jitter, error });
      // What a server asked for is not cut short.
      await this.#sleep(least);
      // All that are woken by the same event do not come at once, either.
      if (await this.#sleep(jitter, true)) await this.#sleep(Math.random() * backoff.min);
    }
  }

  /** One attempt, up to the end of the connection that it has opened. */
  async #attempt(attempt: number): Promise<CloseInfo> {
    const { onConnect, stableAfter } = this.#plan;
    const { signal } = this.#life;
    this.#wasStable = false;
    this.#why = undefined;
    let client: Client;
    try {
      client = this.#client = await this.#dial(attempt);
    } catch (error) {
      return { ...LOST, error: error as WsError };
    }
    try {
      if (onConnect) {
        await this.#within("onConnect", () =>
          onConnect(client, { attempt, resumed: this.#resumed }),
        );
      }
      signal.throwIfAborted();
      this.#start(client, attempt);
    } catch (error) {
      // If the connection has ended, that says more than what the hook made of it.
      this.#drop(client, error as WsError);
    }
    const info = await client.closed;
    const time = performance.now();
    if (this.connection) {
      this.#wasStable = time - this.#since >= stableAfter;
      this.#since = time;
      this.#startElapsed();
    }
    this.#client = undefined;
    this.#takeBack(info.clean ? [] : this.#handed);
    return this.#why ? { ...info, error: this.#why } : info;
  }

  async #dial(attempt: number): Promise<Client> {
    const { context, dial, fresh } = this.#plan;
    const { signal } = this.#life;
    const info: AttemptInfo = { attempt, lastError: this.#lastError, signal };
    const [url, headers, protocols] = await this.#within("credentials", () =>
      Promise.all(
        fresh.map((value: unknown) => (typeof value === "function" ? value(info) : value)),
      ),
    );
    return context.connect(
      url as string,
      { ...dial, headers, protocols, signal } as ConnectOptions,
    );
  }

  /** The connection is ready: it feeds the channel, and what waits goes out. */
  #start(client: Client, attempt: number): void {
    const { inbox, marker } = this.#plan;
    const start = performance.now();
    const channel = client.channel();
    const gap = start - this.#since;
    const mark = marker && this.#resumed && { type: "reconnected", attempt, gap };
    client.deliverTo(inbox);
    let next = mark || channel.tryReceive()?.value;
    for (; next; next = channel.tryReceive()?.value) {
      if (inbox.put(next as Message)) {
        this.#drop(client, new WsError("SLOW_CONSUMER", "reconnecting: bufferLimit: read faster"));
        return;
      }
    }
    // It may have been full before.
    inbox.changed?.();
    this.#stopElapsed?.();
    this.#since = start;
    this.#resumed = true;
    this.#statuses.set({
      type: "open",
      attempt,
      get duration() {
        return performance.now() - start;
      },
    });
    this.#outbox.expire();
    this.#drained = this.#drain(client);
  }

  /** Ends the connection for a reason of our own. */
  #drop(client: Client, why: WsError): void {
    if (client.state !== "open") return;
    this.#why = why;
    client.terminate();
  }

  // Sending

  async #drain(client: Client): Promise<void> {
    for (let entry; (entry = this.#outbox.next);) {
      const sent = this.#hand(client, entry);
      if (!sent) return;
      this.#outbox.remove(entry);
      await sent.catch(() => {});
    }
  }

  /** Hands a message to the connection, if that takes it. */
  #hand(client: Client, entry: Entry): Promise<void> | undefined {
    const sent = client.offer(entry.payload);
    if (!sent) return undefined;
    const { retry } = entry;
    if (!entry.promise && (retry || this.#plan.onLost)) own(entry);
    // If it goes again, its sender waits on.
    if (retry) {
      void promiseOf(entry);
      sent.then(
        () => entry.resolve?.(),
        () => {},
      );
    } else {
      entry.resolve?.(sent);
    }
    this.#handed.push(entry);
    void this.#trim(client);
    return sent;
  }

  /** Forgets what has left. */
  async #trim(client: Client): Promise<void> {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const handed = this.#handed;
    while (handed.length > 0) {
      const count = handed.length;
      const failure = await client.flush().catch((error: unknown) => error as WsError);
      // Where that is hidden, what was handed over has left.
      if (failure && failure.code !== "UNSUPPORTED") break;
      handed.splice(0, count);
    }
    this.#isFlushing = false;
  }

  /** What the connection may not have sent goes again, if its sender says so, or is lost. */
  #takeBack(left: readonly Entry[]): void {
    const goesAgain = ({ retry }: Entry): unknown => retry && !this.#life.signal.aborted;
    const lost = left.filter((entry) => !goesAgain(entry));
    this.#handed = [];
    this.#losses += lost.length;
    this.#outbox.restore(left.filter(goesAgain));
    this.#outbox.lose(lost, "unflushed", "CLOSED", "the connection ended");
  }

  // Waiting

  /** One step of an attempt, within `dialTimeout`. */
  #within<T>(step: string, run: () => T | Promise<T>): Promise<T> {
    return this.#kit.waitFor<T>(
      step,
      "DIAL_TIMEOUT",
      { timeout: this.#plan.dialTimeout, signal: this.#life.signal },
      {
        park(done) {
          (async () => run())().then(done, (cause: unknown) => done(toError(step, cause)));
          return () => {};
        },
      },
    );
  }

  /** Resolves with whether it was woken; at once when the client ends. */
  #sleep(timeout: number, mayWake = false): Promise<boolean> {
    const park = (done: (isWoken: boolean) => void): (() => void) => {
      if (mayWake) this.#wake = () => done(true);
      return () => (this.#wake = undefined);
    };
    const { signal } = this.#life;
    return this.#kit
      .waitFor("wait", "CHANNEL_TIMEOUT", { timeout, signal }, { park })
      .catch(() => false);
  }

  #startElapsed(): void {
    const { maxElapsed } = this.#plan;
    if (!maxElapsed) return;
    this.#stopElapsed = this.#kit.startTimer(maxElapsed, () =>
      this.#giveUp({ ...LOST, error: usedUp(`${maxElapsed} ms`, this.#lastError) }),
    );
  }

  /** Something tells that the connection may have died: if nobody answers it has. */
  async #probe(client: Client): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const isAlive = await this.#answers(client);
    this.#isProbing = false;
    const text = "connection: no answer";
    if (!isAlive) this.#drop(client, new WsError("KEEPALIVE_TIMEOUT", text));
  }

  async #answers(client: Client): Promise<boolean> {
    const { timeout, message } = this.#plan.dial.keepAlive ?? {};
    try {
      if (client.canPing) {
        await client.ping({ timeout });
      } else if (message) {
        const { messagesReceived } = client.stats;
        await client.send(message());
        await this.#sleep(timeout as number);
        return client.stats.messagesReceived > messagesReceived;
      }
      return true;
    } catch {
      return false;
    }
  }

  // The end

  #giveUp(info: CloseInfo): void {
    const client = this.#client;
    this.#end(client ? client.closed.then(() => info) : info, info.error);
    client?.terminate();
  }

  /** The one way into `closed`. */
  #end(outcome: CloseInfo | Promise<CloseInfo>, failure?: WsError): void {
    if (this.#life.signal.aborted) return;
    this.#failure = failure;
    this.#life.abort();
    this.#stopElapsed?.();
    this.#plan.inbox.close();
    this.#outbox.dropAll("closed", "CLOSED", "the client has ended");
    const settle = (info: CloseInfo): void => {
      this.#statuses.set({ type: "closed", error: info.error });
      this.#settleClosed(Object.freeze(info));
    };
    if (outcome instanceof Promise) void outcome.then(settle);
    else settle(outcome);
  }

  #closedError(operation: string): WsError {
    const hasEnded = this.#life.signal.aborted;
    return new WsError(
      "CLOSED",
      `${operation}: ${hasEnded ? "the client has ended" : "not connected"}`,
      {
        retryable: !hasEnded,
        cause: this.#failure,
      },
    );
  }
}

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

/** The last error, after which there is no more of what it takes to go on. */
function usedUp(limit: string, cause?: WsError): WsError {
  const text = `reconnecting: gave up after ${limit}`;
  return new WsError(cause?.code ?? "DIAL_TIMEOUT", text, { ...cause, cause });
}

/** Makes a {@link ReconnectingClient}: the first dial starts at once. */
export interface Reconnecting {
  /** See option `marker`. */
  (
    url: Fresh<string | URL>,
    options: ReconnectOptions & { readonly marker: true },
  ): ReconnectingClient<Message | Reconnected>;
  (
    url: Fresh<string | URL>,
    options?: ReconnectOptions & { readonly marker?: false | undefined },
  ): ReconnectingClient;
}

/** Binds `reconnecting` to an entry; `pings` says whether its platform has ping frames. */
export function bindReconnecting(pings: boolean): Reconnecting {
  const make = (url: Fresh<string | URL>, options: ReconnectOptions = {}): unknown =>
    new ReconnectingClient(makePlan(url, options, pings));
  return make as Reconnecting;
}
