import { WsError } from "../errors/ws-error.js";
import { DONE } from "../time/wait.js";
import { isBlob, sizeOf } from "./arguments.js";
import { startTimer } from "../time/clock.js";
import type { Sendable } from "./arguments.js";

/** Passes data on in call order, although the bytes of a `Blob` must be read first. */
export class Outgoing {
  /** Size of the data that waits for a `Blob`, in bytes. */
  bytes = 0;
  readonly #pass: (payload: string | Uint8Array) => void;
  readonly #onUnreadable: (error: WsError) => void;
  /** Settles when nothing waits any more; `undefined` if nothing waits. Never rejects. */
  #idle: Promise<void> | undefined;

  constructor(
    pass: (payload: string | Uint8Array) => void,
    onUnreadable: (error: WsError) => void,
  ) {
    this.#pass = pass;
    this.#onUnreadable = onUnreadable;
  }

  push(data: Sendable): void {
    if (!this.#idle && !isBlob(data)) {
      this.#pass(data);
      return;
    }
    const size = sizeOf(data);
    // The caller may reuse its bytes when `push` has returned.
    const copy = data instanceof Uint8Array ? data.slice() : data;
    const previous = this.#idle ?? DONE;
    this.bytes += size;
    const idle = (this.#idle = previous
      .then(async () => {
        this.#pass(isBlob(copy) ? new Uint8Array(await copy.arrayBuffer()) : copy);
      })
      .catch((cause: unknown) =>
        this.#onUnreadable(new WsError("INVALID_MESSAGE", "send: cannot read the Blob", { cause })),
      )
      .then(() => {
        this.bytes -= size;
        if (this.#idle === idle) this.#idle = undefined;
      }));
  }

  /**
   * Calls `run` when nothing waits any more, which may be now, or after `timeoutMs`, because the bytes of a `Blob` may
   * never arrive. May call it twice.
   */
  afterwards(timeoutMs: number, run: () => void): void {
    if (!this.#idle) {
      run();
      return;
    }
    const stop = startTimer(timeoutMs, run);
    void this.#idle.then(stop).then(run);
  }
}
