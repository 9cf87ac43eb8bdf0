// @ts-check
import { fork } from "node:child_process";
import { once } from "node:events";

/** A process that answers each message with one. */
export class Child {
  #process;
  #failed;

  /**
   * @param {URL} script
   * @param {readonly string[]} args
   * @param {readonly string[]} flags Node's own
   */
  constructor(script, args, flags = []) {
    this.#process = fork(script, args, { execArgv: [...flags] });
    this.#failed = once(this.#process, "exit").then(([code]) => {
      throw new Error(`${script.pathname} ${args.join(" ")}: ended with ${code}`);
    });
    // Nobody may be waiting when it ends.
    this.#failed.catch(() => {});
  }

  /** What it says next; fails if it ends instead. */
  async next() {
    const [message] = await Promise.race([once(this.#process, "message"), this.#failed]);
    return message;
  }

  /** @param {import("node:child_process").Serializable} message */
  ask(message) {
    const answer = this.next();
    this.#process.send(message);
    return answer;
  }

  stop() {
    if (this.#process.connected) this.#process.disconnect();
  }
}
