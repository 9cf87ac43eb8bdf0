import { Inbox } from "../connection/inbox.js";
import type { Message } from "../protocol/message.js";

/** An inbox that keeps no messages: it passes each to a function. So it is never full, and nothing is paused. */
export class EventInbox extends Inbox {
  readonly #pass: (message: Message) => void;

  constructor(pass: (message: Message) => void) {
    super(1, Infinity);
    this.#pass = pass;
  }

  override put(message: Message): undefined {
    this.#pass(message);
  }
}
