import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { waitFor } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { QueueIterator } from "./iterator.js";
import type { MessagesOptions } from "./iterator.js";
import { offer, Queue, SendQueue } from "./queue.js";
import type { Receiver, ReceiveResult, Sender } from "./queue.js";

/**
 * One case of a {@link select}: a receive from a channel or a send on it. Only `select` calls its methods.
 *
 * @typeParam C The type of the channel.
 * @typeParam R The type of the outcome.
 */
export interface Case<C, R> {
  /** The channel of the operation. */
  readonly channel: C;
  /** Runs the operation if it does not have to wait; returns `undefined` otherwise. */
  attempt(): R | undefined;
  /** Waits for the operation and calls `done` with its outcome. Returns a function that cancels the wait. */
  park(done: (outcome: R) => void): () => void;
}

/** A case of {@link select} that receives; created by {@link ReceiveChannel.caseReceive}. */
export type ReceiveCase<T, C = ReceiveChannel<T>> = Case<C, ReceiveResult<T>>;

/**
 * A case of {@link select} that sends; created by {@link Channel.caseSend}. Its outcome is true if the value
 * was sent.
 */
export type SendCase<T, C = Channel<T>> = Case<C, boolean>;

/**
 * The receiving half of a channel, like Go's `<-chan T`: it can neither send on the channel nor close it.
 *
 * Any number of tasks may receive at the same time; each value goes to one of them.
 *
 * @see https://go.dev/ref/spec#Channel_types
 */
export class ReceiveChannel<T> {
  readonly #queue: Queue<T>;

  /** Clients and timers create instances; create a {@link Channel} for a channel of your own. */
  protected constructor(queue: object) {
    if (!(queue instanceof Queue)) {
      throw new WsError("INVALID_OPTION", "ReceiveChannel: cannot be constructed; use Channel");
    }
    this.#queue = queue as Queue<T>;
  }

  /** Returns the receiving half of a queue. @internal */
  static of<T>(queue: Queue<T>): ReceiveChannel<T> {
    return new ReceiveChannel(queue);
  }

  /** The number of values in the channel, at most `capacity`; Go's `len`. */
  get length(): number {
    return Math.min(this.#queue.size, this.#queue.capacity);
  }

  /** The number of values that the channel buffers before a send has to wait; Go's `cap`. */
  get capacity(): number {
    return this.#queue.capacity;
  }

  /** True if the channel is closed: no more values can be sent, but buffered ones can still be received. */
  get closed(): boolean {
    return this.#queue.closed;
  }

  /**
   * Receives the next value, and waits for one if necessary. Resolves with `ok: true` and the value, or
   * with `ok: false` once the channel is closed and drained. A receive that times out or is aborted loses
   * no value.
   *
   * Rejects with `RECEIVE_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
   *
   * @param options `timeout` (milliseconds or a Go duration, by default for ever) and `signal`.
   *
   * @see https://go.dev/ref/spec#Receive_operator
   */
  receive(options?: WaitOptions): Promise<ReceiveResult<T>> {
    return receive(this.#queue, options);
  }

  /**
   * Receives the next value without waiting. Returns `undefined` if there is none yet, and `ok: false` once
   * the channel is closed and drained.
   */
  tryReceive(): ReceiveResult<T> | undefined {
    return this.#queue.take();
  }

  /**
   * Creates a case of `select` that receives from this channel. Its outcome is `ok: true` and the
   * value, or `ok: false` once the channel is closed and drained. A case may be used any number of times.
   */
  caseReceive(): ReceiveCase<T, this> {
    return { channel: this, ...receiveFrom(this.#queue) };
  }

  /**
   * Iterates over the values until the channel is closed and drained, like Go's `range`. Leaving the loop
   * does not close the channel. `return()` ends a pending `next()` with `done: true`, and no value is lost.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.messages();
  }

  /**
   * Iterates over the values as `for await` over the channel does. When `signal` is aborted, the iteration
   * throws `ABORTED`, and no value is lost.
   *
   * Throws `INVALID_OPTION`.
   *
   * @param options `signal`. Default: none.
   */
  messages(options?: MessagesOptions): AsyncIterableIterator<T, undefined> {
    return new QueueIterator(this.#queue, options);
  }
}

/**
 * A channel like those of Go: it passes values from senders to receivers in order, each value to one
 * receiver. A channel with a capacity buffers that many values before a send has to wait. With capacity 0,
 * each send waits for a receiver.
 *
 * @see https://go.dev/ref/spec#Channel_types
 */
export class Channel<T> extends ReceiveChannel<T> {
  readonly #queue: SendQueue<T>;

  /**
   * Creates an open channel. Throws `INVALID_OPTION`.
   *
   * @param capacity The number of values that the channel buffers, an integer from 0 to 2^32-1. Default: 0, a
   * rendezvous of sender and receiver.
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
   * Sends a value. Waits until the channel has room for it or a receiver takes it. If the send times out or
   * is aborted, the value is not sent.
   *
   * Rejects with `CHANNEL_CLOSED`, also if the channel is closed during the wait, and with `CHANNEL_TIMEOUT`,
   * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
   *
   * @param value Anything.
   * @param options `timeout` (milliseconds or a Go duration, by default for ever) and `signal`.
   *
   * @see https://go.dev/ref/spec#Send_statements
   */
  async send(value: T, options: WaitOptions = {}): Promise<void> {
    const operation = this.caseSend(value);
    const isSent = await waitFor("channel send", "CHANNEL_TIMEOUT", options, operation);
    if (!isSent) throw closedError();
  }

  /** Sends a value if that does not have to wait; returns true if it did. Throws `CHANNEL_CLOSED`. */
  trySend(value: T): boolean {
    if (this.#queue.closed) throw closedError();
    return offer(this.#queue, value);
  }

  /**
   * Creates a case of {@link select} that sends this value. A case may be used any number of times. If the
   * channel is closed, the case is ready, and choosing it rejects the `select` with `CHANNEL_CLOSED`.
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
   * Closes the channel. Buffered values can still be received. Pending and later sends reject with
   * `CHANNEL_CLOSED`. Closing a closed channel has no effect, unlike in Go.
   */
  close(): void {
    this.#queue.close();
  }
}

/** Creates the error of a send on a closed channel. */
export function closedError(): WsError {
  return new WsError("CHANNEL_CLOSED", "channel send: the channel is closed");
}

/** Receives from a queue: see {@link ReceiveChannel.receive}. */
export function receive<T>(queue: Queue<T>, options?: WaitOptions): Promise<ReceiveResult<T>> {
  if (options !== undefined) {
    return waitFor("receive", "RECEIVE_TIMEOUT", options, receiveFrom(queue));
  }
  const result = queue.take();
  return result ? Promise.resolve(result) : new Promise((resolve) => queue.park(resolve));
}

/**
 * Returns the operation that receives from a queue. Each `park` adds a new receiver, because a queue tells
 * receivers apart by identity.
 */
function receiveFrom<T>(queue: Queue<T>): Omit<Case<unknown, ReceiveResult<T>>, "channel"> {
  return {
    attempt: () => queue.take(),
    park(done) {
      const receiver: Receiver<T> = (result) => done(result);
      queue.park(receiver);
      return () => queue.unpark(receiver);
    },
  };
}
