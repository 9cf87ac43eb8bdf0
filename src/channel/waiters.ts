/**
 * Those who wait, in order. The first is in no set: mostly there is one, who comes and goes with each
 * message.
 */
export class Waiters<T extends object> {
  #first: T | undefined;
  #others: Set<T> | undefined;

  /** Who has waited longest. */
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
