import { pickKnown } from "../errors/validation.js";
import { abortError, checkSignal, onAbort } from "../time/abort.js";
import { CLOSED } from "./queue.js";
import type { Queue, Receiver, ReceiveResult } from "./queue.js";
import { Waiters } from "./waiters.js";

/** Options of an iteration over messages or values. */
export interface MessagesOptions {
  /**
   * Ends the iteration with `ABORTED` when it is aborted; the error's `cause` is its reason. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
}

const MESSAGES_OPTIONS: readonly string[] = ["signal"];

/** Returns the error that an iteration ends with; `undefined` for a normal end. */
export type FailureSource = (() => Error | undefined | Promise<Error | undefined>) | undefined;

/** Iterates over a queue until it is closed and drained, or until `return()` or an abort. */
export class QueueIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #queue: Queue<T>;
  #failure: FailureSource;
  /** The receivers of all pending `next()` calls. */
  readonly #pending: Waiters<Receiver<T>> = new Waiters();
  /** True once iteration has ended: every later `next()` is done. */
  #isDone = false;
  /** Removes the listener from the signal, if there is one. */
  #unlisten: (() => void) | undefined;

  constructor(queue: Queue<T>, options: MessagesOptions = {}, failure?: FailureSource) {
    this.#queue = queue;
    this.#failure = failure;
    const { signal } = pickKnown("messages", options, MESSAGES_OPTIONS) as MessagesOptions;
    if (!checkSignal("messages", signal)) return;
    const abort = (): void => this.#end(() => abortError("messages", signal));
    this.#unlisten = onAbort(signal, abort);
    if (signal.aborted) abort();
  }

  // Not an async function, which would cost one more promise and two more microtasks for each message.
  next(): Promise<IteratorResult<T, undefined>> {
    const result = this.#isDone ? CLOSED : this.#queue.take();
    if (result) return Promise.resolve(this.#toResult(result));
    return new Promise((resolve) => {
      const receiver = (received: ReceiveResult<T>): void => {
        this.#pending.delete(receiver);
        resolve(this.#toResult(received));
      };
      this.#pending.add(receiver);
      this.#queue.park(receiver);
    });
  }

  #toResult({
    ok,
    value,
  }: ReceiveResult<T>): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> {
    if (ok) return { done: false, value };
    if (!this.#isDone) this.#end(this.#failure);
    return this.#finish();
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    return this.#finish();
  }

  /** Ends the iteration: every pending and later `next()` settles without a value. */
  #end(failure?: FailureSource): void {
    this.#isDone = true;
    this.#failure = failure;
    this.#unlisten?.();
    for (let receiver; (receiver = this.#pending.first);) {
      this.#queue.unpark(receiver);
      receiver(CLOSED);
    }
  }

  /** Returns the result of an iteration that has ended, or rejects with the error that ended it. */
  async #finish(): Promise<IteratorResult<T, undefined>> {
    const error = await this.#failure?.();
    if (error) throw error;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
