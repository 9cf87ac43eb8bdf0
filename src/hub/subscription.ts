import { ReceiveChannel } from "../channel/channel.js";
import { QueueIterator } from "../channel/iterator.js";
import type { FailureSource, MessagesOptions } from "../channel/iterator.js";
import { Inbox } from "../connection/inbox.js";
import { integer, oneOf, parseBy } from "../options/parser.js";

/** The treatment of messages for a full subscription: see {@link SubscribeOptions.whenFull}. */
export type WhenFull = "pause" | "drop-oldest" | "drop-newest";

/** Options of {@link Hub.subscribe}. */
export interface SubscribeOptions {
  /**
   * Number of messages that wait in the subscription before it is full; it is also full at 1 MiB. An integer from 1
   * to 2^32-1. Default: 32.
   */
  readonly capacity?: number | undefined;
  /**
   * The treatment of messages while the subscription is full:
   *
   * - `"pause"`, the default: the hub stops reading from its client, so the server is slowed down as by a client that
   *   is not read. Nothing is lost, and every other subscription of the hub waits as well.
   * - `"drop-oldest"`: the messages that have waited longest make room.
   * - `"drop-newest"`: the new message is dropped.
   *
   * `dropped` counts what was dropped.
   */
  readonly whenFull?: WhenFull | undefined;
}

const DEFAULT_CAPACITY = 32;

const PARSERS = {
  capacity: /* @__PURE__ */ integer(1, 2 ** 32 - 1),
  whenFull: /* @__PURE__ */ oneOf("pause", "drop-oldest", "drop-newest"),
};

/** The hub that a subscription belongs to. */
export interface SubscriptionHost {
  /** Largest number of unread bytes of the client. */
  readonly bufferLimit: number;
  /** Called when the pressure of a buffer that pauses the hub has changed: see `Inbox.pressure`. */
  onPressure(before: number, now: number): void;
}

/** The buffer of a {@link Subscription}, which the hub fills. */
export class SubscriptionBuffer<T> {
  readonly inbox: Inbox<T>;
  dropped = 0;
  /** Returns the error that an iteration ends with. */
  failure: FailureSource;

  readonly #host: SubscriptionHost;
  readonly #whenFull: WhenFull;
  readonly #onEnd: () => void;
  /** The pressure that the host knows of. */
  #pressure = 0;

  /**
   * Throws `INVALID_OPTION`.
   *
   * @param onEnd Called when the subscription ends.
   */
  constructor(host: SubscriptionHost, options: SubscribeOptions, onEnd: () => void) {
    const parsed = parseBy(PARSERS, options, "subscribe") as SubscribeOptions;
    const { capacity = DEFAULT_CAPACITY, whenFull = "pause" } = parsed;
    this.#host = host;
    this.#whenFull = whenFull;
    this.#onEnd = onEnd;
    const inbox = (this.inbox = new Inbox<T>(capacity, host.bufferLimit, true));
    if (whenFull === "pause") inbox.onPressure = () => this.#setPressure(inbox.pressure);
  }

  /** Appends a value of `size` bytes, unless the subscription drops it or has ended. */
  put(value: T, size: number): void {
    const { inbox } = this;
    if (inbox.closed) return;
    if (this.#whenFull === "drop-newest" && inbox.isFull) {
      this.dropped++;
      return;
    }
    while (this.#whenFull === "drop-oldest" && inbox.isFull) {
      inbox.take();
      this.dropped++;
    }
    // Without a limit: the hub stops in time, and what its client has received must not be lost.
    inbox.put(value, size, Infinity);
  }

  /** Ends the subscription. Values in the buffer can still be received. */
  end(failure?: FailureSource): void {
    const { inbox } = this;
    if (inbox.closed) return;
    this.failure = failure;
    inbox.onPressure = undefined;
    inbox.close();
    this.#onEnd();
    // Last, because the hub may go on at once.
    this.#setPressure(0);
  }

  #setPressure(pressure: number): void {
    const before = this.#pressure;
    this.#pressure = pressure;
    if (before !== pressure) this.#host.onPressure(before, pressure);
  }
}

/**
 * The messages of a hub that pass a filter: a channel of its own, so that it can be received from, iterated over, and
 * used in `select`. Read it until it ends, or end it with `unsubscribe()`: with `whenFull: "pause"`, a subscription
 * that nobody reads stops its hub.
 *
 * The messages themselves are shared by all subscriptions that match. Do not modify their bytes.
 */
export class Subscription<T> extends ReceiveChannel<T> {
  readonly #buffer: SubscriptionBuffer<T>;

  /** Hubs create subscriptions. @internal */
  constructor(buffer: SubscriptionBuffer<T>) {
    super(buffer.inbox);
    this.#buffer = buffer;
  }

  /** Number of messages that were dropped because the subscription was full; 0 with `whenFull: "pause"`. */
  get dropped(): number {
    return this.#buffer.dropped;
  }

  /** Ends the subscription. The messages that it has received can still be read. A second call has no effect. */
  unsubscribe(): void {
    this.#buffer.end();
  }

  /**
   * Iterates over the messages until the subscription ends. The loop ends after `unsubscribe()` and `hub.close()`, and
   * otherwise as a loop over the client does: it throws the `WsError` of an abnormal end. If the filter of the
   * subscription has thrown, the loop throws the same. Leaving the loop does not end the subscription.
   *
   * `signal` cancels the iteration, which throws `ABORTED`; no message is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  override messages(options?: MessagesOptions): AsyncIterableIterator<T, undefined> {
    const buffer = this.#buffer;
    return new QueueIterator(buffer.inbox, options, () => buffer.failure?.());
  }

  /** Same as `unsubscribe()`, for `using`, on platforms that have the symbol. */
  [Symbol.dispose](): void {
    this.unsubscribe();
  }
}
