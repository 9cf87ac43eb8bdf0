import type { WsError } from "../errors/ws-error.js";
import { now } from "../time/clock.js";
import { DONE } from "../time/wait.js";
import { Outbox } from "./outbox.js";
import type { Entry } from "./outbox.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";

/** The part of a `Client` that messages are delivered to. */
interface Connection {
  readonly internals: {
    /** Sends a payload. Returns `undefined`, and does not send it, if the connection is not open. */
    offer(payload: string | Uint8Array): Promise<void> | undefined;
  };
  flush(): Promise<void>;
}

/** The options of a client that delivery needs. */
type DeliveryOptions = Pick<ResolvedReconnectOptions, "queue" | "onLost" | "outbox" | "events">;

/** Options of one message, validated. */
interface MessageOptions {
  /** Longest wait in milliseconds. */
  readonly ttl?: number | undefined;
  readonly key?: string | undefined;
  readonly retry?: boolean | undefined;
}

/**
 * Delivers messages to the connection that is open, and keeps them in a queue while there is none.
 *
 * Invariant: a message is in at most one place, the queue or the list of those that the connection has
 * accepted but may not have flushed.
 */
export class Delivery {
  readonly queue: Outbox;
  /** Settles when the connection has accepted the messages that were queued when it opened, or a hold begins. */
  #drained: Promise<void> | undefined;

  readonly #options: DeliveryOptions;
  #connection: Connection | undefined;
  #unflushed: Entry[] = [];
  /** Settles `drained` of a hold; `undefined` while there is none. */
  #endHold: ((drained: Promise<void> | undefined) => void) | undefined;
  /** True from `hold` until the messages of that time have been sent. */
  #isUnlimited = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.queue = options.outbox ?? new Outbox(options.queue, options.onLost, options.events);
  }

  /**
   * Sends a message over the open connection, after all queued ones, or queues it. The caller may reuse
   * the bytes of `payload` afterwards. Settles as `send` of the connection; rejects with the error of the
   * queue.
   */
  send(payload: string | Uint8Array, { ttl, key, retry }: MessageOptions): Promise<void> {
    const { queue, onLost } = this.#options;
    const entry: Entry = { payload, key, retry, expiresAt: now() + (ttl ?? queue.ttl ?? Infinity) };
    const connection = this.queue.next ? undefined : this.#connection;
    const accepted = connection && this.#offer(connection, entry);
    // A queued, retried or reported message outlives this call, after which the caller may reuse the bytes.
    if (!accepted || retry || onLost) entry.payload = payload.slice();
    return accepted ?? this.queue.add(entry, this.#isUnlimited);
  }

  /** Attaches a connection that has opened, and sends the queued messages over it. */
  attach(connection: Connection): void {
    this.#connection = connection;
    this.#drained = this.#drain(connection);
    this.#endHold?.(this.#drained);
    this.#endHold = undefined;
  }

  /**
   * Queues messages until `attach` or `detach`, although a connection is open. The limits of the queue do not apply
   * to them, because an open connection has none.
   */
  hold(): void {
    this.#connection = undefined;
    this.#isUnlimited = true;
    this.#drained = new Promise((resolve) => (this.#endHold = resolve));
  }

  /** Resolves when the messages that were queued have been accepted, by whichever connection, or there is none. */
  async drained(): Promise<void> {
    for (let last; last !== this.#drained;) await (last = this.#drained);
  }

  /** During a hold, sends what is queued over a connection that is about to close. */
  release(connection: Connection): void {
    while (this.#endHold && this.#sendNext(connection));
  }

  /** Detaches the connection after its end: see {@link settle}. */
  detach(isClean: boolean, mayRetry: boolean): void {
    this.#isUnlimited = false;
    this.#endHold?.(undefined);
    this.#endHold = undefined;
    this.settle(isClean, mayRetry);
  }

  /**
   * Settles what the connection has accepted, because it sends no more. Unless its end was clean, messages that it
   * may not have flushed are queued again, if they have option `retry` and `mayRetry` is true, or are lost.
   */
  settle(isClean: boolean, mayRetry: boolean): void {
    const unflushed = isClean ? [] : this.#unflushed;
    const isRetried = ({ retry }: Entry): unknown => retry && mayRetry;
    this.#connection = undefined;
    this.#unflushed = [];
    this.queue.restore(unflushed.filter(isRetried));
    this.queue.lose(
      unflushed.filter((entry) => !isRetried(entry)),
      "unflushed",
      "CLOSED",
    );
  }

  /** Sends all queued messages over the attached connection now, however many bytes wait in it. */
  drainNow(): void {
    while (this.#connection && this.#sendNext(this.#connection));
  }

  async #drain(connection: Connection): Promise<void> {
    // Until a hold begins, or the connection ends.
    while (this.#connection === connection) {
      const accepted = this.#sendNext(connection);
      if (!accepted) {
        this.#isUnlimited = false;
        return;
      }
      await accepted.catch(() => {});
    }
  }

  /** Sends the oldest queued message. Returns `undefined` if there is none or the connection is not open. */
  #sendNext(connection: Connection): Promise<void> | undefined {
    const entry = this.queue.next;
    const accepted = entry && this.#offer(connection, entry);
    if (!accepted) return undefined;
    this.queue.remove(entry);
    entry.pending?.resolve(accepted);
    // A message that is queued again has settled its promise already.
    entry.pending = undefined;
    return accepted;
  }

  /** Offers a message to a connection. Returns `undefined` if that is not open. */
  #offer(connection: Connection, entry: Entry): Promise<void> | undefined {
    const accepted = connection.internals.offer(entry.payload);
    if (!accepted) return undefined;
    if (this.#unflushed.push(entry) === 1) void this.#forgetFlushed(connection, this.#unflushed);
    // With `retry` the message is sent again after the connection has ended, so the send does not fail.
    return entry.retry && accepted !== DONE ? accepted.catch(() => {}) : accepted;
  }

  /** Removes messages from `unflushed` when the connection has flushed them, until none is left. */
  async #forgetFlushed(connection: Connection, unflushed: Entry[]): Promise<void> {
    try {
      while (unflushed[0]) {
        const { length } = unflushed;
        await connection.flush();
        unflushed.splice(0, length);
      }
    } catch (error) {
      // On platforms that do not report progress, accepted messages count as flushed.
      if ((error as WsError).code === "UNSUPPORTED") unflushed.length = 0;
    }
  }
}
