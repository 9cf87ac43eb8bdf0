/** A condition variable: `until` waits for a predicate, which is checked again after each `notify`. */
export class Condition {
  readonly #checks = new Set<() => void>();

  /** Checks the predicates of all waiters. */
  readonly notify = (): void => this.#checks.forEach((check) => check());

  /** Settles as soon as `holds` returns true: immediately, or after a notification. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
      check();
    });
  }
}
