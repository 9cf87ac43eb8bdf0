import { Waiters } from "./waiters.js";

/** What a receive yields: a value, or `ok: false` once the channel is closed and drained. */
export type ReceiveResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly value: undefined };

/** A receive that waits. Each one is a function of its own: the queue knows it by identity. */
export type Receiver<T> = (result: ReceiveResult<T>) => void;

/** A send that waits; `settle(false)` says that the channel was closed. */
export interface Sender<T> {
  readonly value: T;
  settle(sent: boolean): void;
}

/** How many places that are empty a queue may keep, beside as many as are taken. */
const SPARE = 64;

export const CLOSED: ReceiveResult<never> = /* @__PURE__ */ Object.freeze({
  ok: false,
  value: undefined,
});

/**
 * What is received from. Invariants: somebody waits to receive only while no value is held; after
 * `close`, nobody waits. Only `push` may hold more than `capacity` values; those wait in order behind
 * the channel.
 */
export class Queue<T> {
  readonly capacity: number;
  readonly receivers: Waiters<Receiver<T>> = new Waiters();
  closed = false;
  /** What is held, from `#head` on; the places before it are empty. */
  #values: (T | undefined)[] = [];
  #head = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many values are held, those behind the channel included. */
  get size(): number {
    return this.#values.length - this.#head;
  }

  /** Hands the value over or holds it, beyond the capacity if need be. */
  push(value: T): void {
    const receiver = this.receivers.first;
    if (receiver) {
      this.unpark(receiver);
      receiver({ ok: true, value });
    } else this.#values.push(value);
  }

  /** Takes the next value, or the news of the close; `undefined` if that needs waiting. */
  take(): ReceiveResult<T> | undefined {
    const values = this.#values;
    if (this.#head === values.length) return this.closed ? CLOSED : undefined;
    const value = values[this.#head] as T;
    values[this.#head++] = undefined;
    // Now and then, so that no more values are moved than are taken; anew, or V8 keeps the places.
    if (this.#head * 2 > values.length + SPARE) {
      this.#values = values.splice(this.#head);
      this.#head = 0;
    }
    return { ok: true, value };
  }

  park(receiver: Receiver<T>): void {
    this.receivers.add(receiver);
  }

  unpark(receiver: Receiver<T>): void {
    this.receivers.delete(receiver);
  }

  /** Ends it: receivers drain what is held. */
  close(): void {
    this.closed = true;
    for (let receiver; (receiver = this.receivers.first);) {
      this.unpark(receiver);
      receiver(CLOSED);
    }
  }
}

/** Hands the value over or holds it, if that needs no waiting. */
export function offer<T>(queue: Queue<T>, value: T): boolean {
  if (queue.receivers.size === 0 && queue.size >= queue.capacity) return false;
  queue.push(value);
  return true;
}

/**
 * A queue that senders wait for, too: only while `capacity` values are held, and while nobody waits to
 * receive, but for a select that waits for both.
 */
export class SendQueue<T> extends Queue<T> {
  readonly senders: Waiters<Sender<T>> = new Waiters();

  /** Takes the next value, and lets the first sender that waits fill the place that was freed. */
  override take(): ReceiveResult<T> | undefined {
    const result = super.take();
    const sender = this.senders.first;
    if (!sender) return result;
    this.senders.delete(sender);
    sender.settle(true);
    // Without a capacity there is no place between the two.
    if (!result) return { ok: true, value: sender.value };
    this.push(sender.value);
    return result;
  }

  /** Ends it for senders as well: those that wait are refused. */
  override close(): void {
    super.close();
    for (let sender; (sender = this.senders.first);) {
      this.senders.delete(sender);
      sender.settle(false);
    }
  }
}
