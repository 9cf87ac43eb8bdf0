import { nextTurn } from "../../time/clock.js";

/**
 * Runs tasks in order in the next turn of the event loop. A close frame or a fault is reported there, so that
 * messages that the consumer sends in response to earlier ones precede this side's close frame.
 */
export class DeferredTasks {
  #tasks: (() => void)[] = [];

  add(task: () => void): void {
    if (this.#tasks.push(task) === 1) nextTurn(() => this.run());
  }

  /** Runs the tasks now. */
  run(): void {
    for (const task of this.#tasks.splice(0)) task();
  }
}
