import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { waitFor } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { QueueIterator } from "./iterator.js";
import type { MessagesOptions } from "./iterator.js";
import { offer, Queue, SendQueue } from "./queue.js";
import type { Receiver, ReceiveResult, Sender } from "./queue.js";

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
