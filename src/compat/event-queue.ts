import { DONE } from "../time/wait.js";

/** Runs tasks in order, each in a microtask of its own. The tasks must not throw. */
export class EventQueue {
  #last: Promise<void> = DONE;

  push(task: () => void): void {
    this.#last = this.#last.then(task);
  }
}
