import { now, startTimer } from "../time/clock.js";

/** Runs the timer of a client's pauses, of which there is at most one at a time. */
export class PauseTimer {
  #keepsAlive = true;
  /** Starts the timer again, while one is running. */
  #restart: (() => void) | undefined;

  /** Sets whether the timer keeps a Node process alive; by default it does. */
  setRef(isRef: boolean): void {
    this.#keepsAlive = isRef;
    this.#restart?.();
  }

  /** Calls `expire` after `delayMs`. Returns a function that stops the timer. */
  start(delayMs: number, expire: () => void): () => void {
    const due = now() + delayMs;
    let stop = (): void => {};
    const restart = (): void => {
      stop();
      stop = startTimer(due - now(), expire, this.#keepsAlive);
    };
    this.#restart = restart;
    restart();
    return () => {
      this.#restart = undefined;
      stop();
    };
  }
}
