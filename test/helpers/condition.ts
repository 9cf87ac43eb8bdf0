/** Lets others wait for what holds only after some change, of which it is told. */
export class Condition {
  readonly #checks = new Set<() => void>();

  /** Something has changed. */
  readonly notify = (): void => this.#checks.forEach((check) => check());

  /** Settles as soon as it holds: now, or after a change. */
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
