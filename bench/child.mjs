// @ts-check
import { fork } from "node:child_process";
import { once } from "node:events";

/** A child process that answers each message with one message. */
export class Child {
  #process;
  #failed;

  /**
   * @param {URL} script
   * @param {readonly string[]} args
   * @param {readonly string[]} flags command-line options of Node
   */
  constructor(script, args, flags = []) {
    this.#process = fork(script, args, { execArgv: [...flags] });
    this.#failed = once(this.#process, "exit").then(([code]) => {
      throw new Error(`${script.pathname} ${args.join(" ")}: exited with code ${code}`);
    });
    // Without a handler, an exit while no call of `next` is pending would be an unhandled rejection.
    this.#failed.catch(() => {});
  }

  /** Resolves with the next message of the process; rejects if the process exits first. */
  async next() {
    const [message] = await Promise.race([once(this.#process, "message"), this.#failed]);
    return message;
  }

  /**
   * Sends a message, and resolves with the answer.
   *
   * @param {import("node:child_process").Serializable} message
   */
  ask(message) {
    const answer = this.next();
    this.#process.send(message);
    return answer;
  }

  /** Disconnects the process, which exits then. */
  stop() {
    if (this.#process.connected) this.#process.disconnect();
  }
}
