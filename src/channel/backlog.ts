import { Queue } from "./queue.js";

/** A FIFO list whose first value can be read before it is removed. Each operation takes constant time. */
export class Backlog<T extends object> {
  #queue = new Queue<T>(Infinity);
  #first: T | undefined;

  get size(): number {
    return this.#queue.size + (this.#first ? 1 : 0);
  }

  /** The oldest value; `undefined` if there is none. */
  get first(): T | undefined {
    return (this.#first ??= this.#queue.take()?.value);
  }

  push(value: T): void {
    this.#queue.push(value);
  }

  /** Removes and returns the oldest value. */
  shift(): T | undefined {
    const { first } = this;
    this.#first = undefined;
    return first;
  }

  clear(): void {
    this.#queue = new Queue<T>(Infinity);
    this.#first = undefined;
  }
}
