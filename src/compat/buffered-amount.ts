import { Backlog } from "../channel/backlog.js";

/** A message that may not have been flushed. */
interface Unflushed {
  readonly size: number;
  /** The value of `flushed` of the transport at which the message is flushed. */
  readonly mark: number;
}

/** Counts the payload bytes that were sent and not flushed. The transport counts frame headers as well. */
export class BufferedAmount {
  readonly #messages = new Backlog<Unflushed>();
  #bytes = 0;

  /** Adds a message that the transport has accepted. `mark` is the value of `accepted` after it. */
  add(size: number, mark: number, flushed: number): void {
    this.#forget(flushed);
    this.#messages.push({ size, mark });
    this.#bytes += size;
  }

  /** Returns the number of bytes that are not flushed. */
  bytes(flushed: number): number {
    this.#forget(flushed);
    return this.#bytes;
  }

  #forget(flushed: number): void {
    for (let first; (first = this.#messages.first) && first.mark <= flushed;) {
      this.#bytes -= first.size;
      this.#messages.shift();
    }
  }
}
