/**
 * A FIFO list of waiters. As a fast path, a waiter that is added to an empty list is kept in a field and
 * not in the set: usually there is only one waiter, which is added and removed again for each message.
 */
export class Waiters<T extends object> {
  #first: T | undefined;
  #others: Set<T> | undefined;

  /** The waiter that was added first. */
  get first(): T | undefined {
    if (this.#first || !this.#others?.size) return this.#first;
    const [next] = this.#others as Iterable<T>;
    return next;
  }

  get size(): number {
    return (this.#first ? 1 : 0) + (this.#others?.size ?? 0);
  }

  add(waiter: T): void {
    if (this.size === 0) this.#first = waiter;
    else (this.#others ??= new Set()).add(waiter);
  }

  delete(waiter: T): void {
    if (this.#first === waiter) this.#first = undefined;
    else this.#others?.delete(waiter);
  }
}
