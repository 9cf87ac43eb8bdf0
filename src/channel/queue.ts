import { Waiters } from "./waiters.js";

/** The result of a receive: `ok: true` and a value, or `ok: false` once the channel is closed and drained. */
export type ReceiveResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly value: undefined };

/**
 * A waiting receive. Each needs its own function, because a queue tells receivers apart by identity. `size` is the
 * size of the value in bytes, if it was given.
 */
export type Receiver<T> = (result: ReceiveResult<T>, size?: number) => void;

/** A waiting send. */
export interface Sender<T> {
  readonly value: T;
  /** Called once: with true if the value was sent, with false if the channel was closed. */
  settle(sent: boolean): void;
}

/** A queue is compacted when its empty slots outnumber its values by more than this. */
const MAX_SURPLUS_SLOTS = 64;

/** The result of a receive from a queue that is closed and drained. */
export const CLOSED: ReceiveResult<never> = /* @__PURE__ */ Object.freeze({
  ok: false,
  value: undefined,
});

/**
 * A FIFO queue of values with waiting receivers.
 *
 * Invariants: values and waiting receivers never exist at the same time; after `close` there are no waiting
 * receivers. Only `push` may exceed `capacity`; the values beyond it stay in order.
 */
export class Queue<T> {
  readonly capacity: number;
  readonly receivers: Waiters<Receiver<T>> = new Waiters();
  closed = false;
  /** The values, starting at index `#head`; the slots before it are empty. */
  #values: (T | undefined)[] = [];
  #head = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** The number of values, including those beyond `capacity`. */
  get size(): number {
    return this.#values.length - this.#head;
  }

  /** Delivers the value to the first waiting receiver, or appends it, even beyond `capacity`. */
  push(value: T, size?: number): void {
    const receiver = this.receivers.first;
    if (receiver) {
      this.unpark(receiver);
      receiver({ ok: true, value }, size);
    } else this.#values.push(value);
  }

  /** Removes the next value. Returns `undefined` if there is none yet, `CLOSED` once the queue is drained. */
  take(): ReceiveResult<T> | undefined {
    const values = this.#values;
    if (this.#head === values.length) return this.closed ? CLOSED : undefined;
    const value = values[this.#head] as T;
    values[this.#head++] = undefined;
    // Compaction this late moves fewer values than were taken since the last one, so the cost per value is
    // constant. It creates a new array, because V8 would keep the slots of the old one.
    if (this.#head * 2 > values.length + MAX_SURPLUS_SLOTS) {
      this.#values = values.splice(this.#head);
      this.#head = 0;
    }
    return { ok: true, value };
  }

  /** Adds a waiting receiver. */
  park(receiver: Receiver<T>): void {
    this.receivers.add(receiver);
  }

  /** Removes a waiting receiver, if it still waits. */
  unpark(receiver: Receiver<T>): void {
    this.receivers.delete(receiver);
  }

  /** Closes the queue. The values can still be taken; waiting receivers get `CLOSED`. */
  close(): void {
    this.closed = true;
    for (let receiver; (receiver = this.receivers.first);) {
      this.unpark(receiver);
      receiver(CLOSED);
    }
  }
}

/** Delivers or appends the value if a receiver waits or there is room. Returns false otherwise. */
export function offer<T>(queue: Queue<T>, value: T): boolean {
  if (queue.receivers.size === 0 && queue.size >= queue.capacity) return false;
  queue.push(value);
  return true;
}

/**
 * A queue with waiting senders as well.
 *
 * Invariants: senders wait only while the queue is full. Senders and receivers never wait at the same time,
 * except those of one `select` that waits for both.
 */
export class SendQueue<T> extends Queue<T> {
  readonly senders: Waiters<Sender<T>> = new Waiters();

  /** Removes the next value, and appends that of the first waiting sender in its place. */
  override take(): ReceiveResult<T> | undefined {
    const result = super.take();
    const sender = this.senders.first;
    if (!sender) return result;
    this.senders.delete(sender);
    sender.settle(true);
    // With capacity 0 the value goes from sender to receiver directly.
    if (!result) return { ok: true, value: sender.value };
    this.push(sender.value);
    return result;
  }

  /** Closes the queue. Waiting senders are refused. */
  override close(): void {
    super.close();
    for (let sender; (sender = this.senders.first);) {
      this.senders.delete(sender);
      sender.settle(false);
    }
  }
}
