import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** The longest delay of a timer, in milliseconds. */
const MAX_DELAY_MS = 2_147_483_647;

/** A socket that is read. By default it keeps the process alive, also while it is paused, which Node's do not. */
export class PausableSocket {
  isPaused = false;

  readonly #socket: Duplex;
  #isRef = true;
  /** Keeps the process alive while the socket is paused. */
  #hold: NodeJS.Timeout | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  pause(): void {
    this.isPaused = true;
    this.#socket.pause();
    this.#updateHold();
  }

  resume(): void {
    this.isPaused = false;
    this.#socket.resume();
    this.#updateHold();
  }

  /** Sets whether the socket keeps the process alive. */
  setRef(isRef: boolean): void {
    this.#isRef = isRef;
    // A Duplex of an agent may have neither method.
    const socket = this.#socket as Duplex & Partial<Pick<Socket, "ref" | "unref">>;
    if (isRef) socket.ref?.();
    else socket.unref?.();
    this.#updateHold();
  }

  #updateHold(): void {
    clearTimeout(this.#hold);
    // Not a timer of time/: it never expires, so a test's clock must not see it.
    this.#hold =
      this.isPaused && this.#isRef ? setTimeout(() => this.#updateHold(), MAX_DELAY_MS) : undefined;
  }
}
