import { pickKnown } from "../errors/validation.js";
import type { WsError } from "../errors/ws-error.js";
import { abortError, checkSignal, onAbort } from "../time/abort.js";
import { CLOSED } from "./queue.js";
import type { Queue, Receiver, ReceiveResult } from "./queue.js";
import { Waiters } from "./waiters.js";

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
