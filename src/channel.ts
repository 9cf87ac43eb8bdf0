import { abortError, checkSignal, onAbort, waitFor } from "./deadline.js";
import type { WaitOptions } from "./deadline.js";
import { invalid, pickKnown, WsError } from "./errors.js";
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

const CLOSED: ReceiveResult<never> = /* @__PURE__ */ Object.freeze({ ok: false, value: undefined });

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
class SendQueue<T> extends Queue<T> {
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

/**
 * One way out of a {@link select}: what it waits for, and with which channel. All but `channel` is for
 * `select` to call.
 */
export interface Case<C, R> {
  /** The channel the case belongs to. */
  readonly channel: C;
  /** Makes it happen, if it can happen now. */
  attempt(): R | undefined;
  /** Waits until it happens; `done` gets the outcome. Returns what ends the wait without one. */
  park(done: (outcome: R) => void): () => void;
}

/** A case of {@link select} that receives; made by `caseReceive`. */
export type ReceiveCase<T, C = ReceiveChannel<T>> = Case<C, ReceiveResult<T>>;

/** A case of {@link select} that sends; made by `caseSend`. Its outcome says whether the value was sent. */
export type SendCase<T, C = Channel<T>> = Case<C, boolean>;

/** The receiving half of a channel: nobody who holds it can close or feed the channel. */
export class ReceiveChannel<T> {
  readonly #queue: Queue<T>;

  /** Handed out by clients and timers; to make a channel of your own, make a {@link Channel}. */
  protected constructor(queue: object) {
    if (!(queue instanceof Queue)) {
      throw new WsError("INVALID_OPTION", "ReceiveChannel: one is handed out: make a Channel");
    }
    this.#queue = queue as Queue<T>;
  }

  /** The receiving half of a queue. @internal */
  static of<T>(queue: Queue<T>): ReceiveChannel<T> {
    return new ReceiveChannel(queue);
  }

  /** How many values wait in the channel, at most `capacity`. */
  get length(): number {
    return Math.min(this.#queue.size, this.#queue.capacity);
  }

  /** How many values the channel holds before a sender waits. */
  get capacity(): number {
    return this.#queue.capacity;
  }

  /** Whether it takes no more values. What it holds can still be received. */
  get closed(): boolean {
    return this.#queue.closed;
  }

  /**
   * Receives the next value, waiting for one if need be; `ok: false` once the channel is closed and
   * drained. A receive that is cancelled or too late has taken nothing.
   *
   * Rejects with `RECEIVE_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
   */
  receive(options?: WaitOptions): Promise<ReceiveResult<T>> {
    return receive(this.#queue, options);
  }

  /** Receives the next value if that needs no waiting; `undefined` otherwise. */
  tryReceive(): ReceiveResult<T> | undefined {
    return this.#queue.take();
  }

  /** A case of {@link select} that receives from this channel. It may be used again and again. */
  caseReceive(): ReceiveCase<T, this> {
    return { channel: this, ...waitingFor(this.#queue) };
  }

  /**
   * Iterates over the values until the channel is closed and drained. Leaving the loop leaves the channel
   * open. A `return()` ends a pending `next()` with `done: true`, and no value is lost.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.messages();
  }

  /**
   * As iterating over the channel itself; `signal` ends it with `ABORTED`, and no value is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  messages(options?: MessagesOptions): AsyncIterableIterator<T, undefined> {
    return new QueueIterator(this.#queue, options);
  }
}

/**
 * A channel as in Go: values pass from senders to receivers in order, each to one of them. With a
 * capacity, that many wait in it before a sender has to; without one, sender and receiver meet.
 *
 * @see https://go.dev/ref/spec#Channel_types
 */
export class Channel<T> extends ReceiveChannel<T> {
  readonly #queue: SendQueue<T>;

  /**
   * `capacity` is how many values wait before a sender does: 0 (the default, a rendezvous) to 2^32-1.
   * Throws `INVALID_OPTION`.
   */
  constructor(capacity = 0) {
    if (!Number.isInteger(capacity) || capacity < 0 || capacity >= 2 ** 32) {
      throw invalid("channel: capacity", "an integer from 0 to 2^32-1", capacity);
    }
    const queue = new SendQueue<T>(capacity);
    super(queue);
    this.#queue = queue;
  }

  /**
   * Sends a value, waiting for room or a receiver if need be. A send that is cancelled or too late has
   * sent nothing.
   *
   * Rejects with `CHANNEL_CLOSED` (also when the channel closes while it waits), `CHANNEL_TIMEOUT`,
   * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
   */
  async send(value: T, options: WaitOptions = {}): Promise<void> {
    const sending = this.caseSend(value);
    const isSent = await waitFor("channel send", "CHANNEL_TIMEOUT", options, sending);
    if (!isSent) throw closedError();
  }

  /** Sends a value if that needs no waiting, and says whether it did. Throws `CHANNEL_CLOSED`. */
  trySend(value: T): boolean {
    if (this.#queue.closed) throw closedError();
    return offer(this.#queue, value);
  }

  /**
   * A case of {@link select} that sends this value. On a closed channel it is ready, and rejects with
   * `CHANNEL_CLOSED`. It may be used again and again.
   */
  caseSend(value: T): SendCase<T, this> {
    const queue = this.#queue;
    return {
      channel: this,
      attempt: () => (queue.closed ? false : offer(queue, value) || undefined),
      park: (done) => {
        const sender: Sender<T> = { value, settle: done };
        queue.senders.add(sender);
        return () => queue.senders.delete(sender);
      },
    };
  }

  /**
   * Closes the channel: no more can be sent; what it holds can still be received. Senders that wait get
   * `CHANNEL_CLOSED`. Closing twice is fine.
   */
  close(): void {
    this.#queue.close();
  }
}

/** The error of a send on a closed channel. */
export function closedError(): WsError {
  return new WsError("CHANNEL_CLOSED", "channel send: the channel is closed");
}

/** See {@link ReceiveChannel.receive}. */
export function receive<T>(queue: Queue<T>, options?: WaitOptions): Promise<ReceiveResult<T>> {
  if (options !== undefined) {
    return waitFor("receive", "RECEIVE_TIMEOUT", options, waitingFor(queue));
  }
  const result = queue.take();
  return result ? Promise.resolve(result) : new Promise((resolve) => queue.park(resolve));
}

/** What it takes to wait in a queue, as somebody of its own each time. */
function waitingFor<T>(queue: Queue<T>): Omit<Case<unknown, ReceiveResult<T>>, "channel"> {
  return {
    attempt: () => queue.take(),
    park(done) {
      const receiver: Receiver<T> = (result) => done(result);
      queue.park(receiver);
      return () => queue.unpark(receiver);
    },
  };
}

/** Options of an iteration. */
export interface MessagesOptions {
  /** Ends the iteration with `ABORTED`, its reason as the cause. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

const MESSAGES_OPTIONS: readonly string[] = ["signal"];

/** Yields the error that an iteration ends with, `undefined` for none. */
type Failure = (() => WsError | undefined | Promise<WsError | undefined>) | undefined;

/** Iterates over a queue until it is closed and drained, or until `return()` or an abort. */
export class QueueIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #queue: Queue<T>;
  #failure: Failure;
  /** Every `next()` that is pending. */
  readonly #pending: Waiters<Receiver<T>> = new Waiters();
  /** True after `return()` or an abort. */
  #isOver = false;
  /** Stops listening to the signal. */
  #ignore: (() => void) | undefined;

  constructor(queue: Queue<T>, options: MessagesOptions = {}, failure?: Failure) {
    this.#queue = queue;
    this.#failure = failure;
    const { signal } = pickKnown("messages", options, MESSAGES_OPTIONS) as MessagesOptions;
    if (!checkSignal("messages", signal)) return;
    const abort = (): void => this.#end(() => abortError("messages", signal));
    this.#ignore = onAbort(signal, abort);
    if (signal.aborted) abort();
  }

  /** Not an async function, which would cost one more promise and two more turns for each message. */
  next(): Promise<IteratorResult<T, undefined>> {
    const result = this.#isOver ? CLOSED : this.#queue.take();
    if (result) return Promise.resolve(this.#step(result));
    return new Promise((resolve) => {
      const receiver = (late: ReceiveResult<T>): void => {
        this.#pending.delete(receiver);
        resolve(this.#step(late));
      };
      this.#pending.add(receiver);
      this.#queue.park(receiver);
    });
  }

  #step({
    ok,
    value,
  }: ReceiveResult<T>): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> {
    if (ok) return { done: false, value };
    if (!this.#isOver) this.#end(this.#failure);
    return this.#last();
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    return this.#last();
  }

  /** Ends every `next()` that is pending, and those to come, without a value. */
  #end(failure?: Failure): void {
    this.#isOver = true;
    this.#failure = failure;
    this.#ignore?.();
    for (let receiver; (receiver = this.#pending.first);) {
      this.#queue.unpark(receiver);
      receiver(CLOSED);
    }
  }

  async #last(): Promise<IteratorResult<T, undefined>> {
    const error = await this.#failure?.();
    if (error) throw error;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
