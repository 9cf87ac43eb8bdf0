/**
 * The closing of a connection (RFC 6455 section 7.1):
 *
 * | state      | meaning                                | next state                                         |
 * | ---------- | -------------------------------------- | -------------------------------------------------- |
 * | OPEN       | this side has sent no close frame      | CLOSING, LINGERING, DISCARDING                     |
 * | CLOSING    | this side awaits the server's frame    | LINGERING                                          |
 * | LINGERING  | both are sent: the server closes TCP   |                                                    |
 * | DISCARDING | frame sent, end reported               |                                                    |
 *
 * In state DISCARDING, input is read and discarded: closing a socket with unread bytes resets TCP, and the close
 * frame would not reach a server that is still writing.
 *
 * In every state the connection ends with the event `close` of its socket.
 */
import type { Duplex } from "node:stream";
import { ABNORMAL_CLOSURE, NO_STATUS } from "../../protocol/close-codes.js";
import { startTimer } from "../../time/clock.js";
import type { ClosePayload } from "./close-payload.js";
import type { MessageSender } from "./message-sender.js";

const OPEN = 0;
const CLOSING = 1;
const LINGERING = 2;
const DISCARDING = 3;

/** The longest wait for the server to close TCP after both close frames (RFC 6455 section 7.1.1). */
const MAX_LINGER_MS = 1_000;

export class CloseHandshake {
  readonly #socket: Duplex;
  readonly #sender: MessageSender;
  #state: typeof OPEN | typeof CLOSING | typeof LINGERING | typeof DISCARDING = OPEN;
  #sentCode: number | undefined;
  #received: ClosePayload = { code: ABNORMAL_CLOSURE, reason: "" };
  #stopTimer: (() => void) | undefined;

  constructor(socket: Duplex, sender: MessageSender) {
    this.#socket = socket;
    this.#sender = sender;
  }

  /** True until this side has sent a close frame. */
  get isOpen(): boolean {
    return this.#state === OPEN;
  }

  /** The server's close frame; code 1006 if none has arrived. */
  get received(): ClosePayload {
    return this.#received;
  }

  /** The code of this side's close frame; `undefined` if it sent none, or one without a code. */
  get sentCode(): number | undefined {
    return sentCodeOf(this.#sentCode, this.#received.code);
  }

  /** Sends a close frame, and awaits the server's. */
  send(code: number, reason: string): void {
    this.#state = CLOSING;
    this.#sentCode = code;
    this.#sender.close(code, reason);
  }

  /** Records the server's close frame. */
  receive(frame: ClosePayload): void {
    this.#received = frame;
  }

  /** Answers the server's close frame with the same code (RFC 6455 section 5.5.1), and awaits the end of TCP. */
  answer(): void {
    if (this.#state === OPEN) this.#sender.close(this.#received.code, "");
    if (this.#state !== DISCARDING) this.#state = LINGERING;
    this.linger();
  }

  /** Limits the wait for the server to close TCP, in state LINGERING and once all bytes are flushed. */
  linger(): void {
    if (this.#state !== LINGERING || this.#stopTimer) return;
    if (this.#sender.size + this.#socket.writableLength === 0) this.#destroyAfter(MAX_LINGER_MS);
  }

  /** Sends a close frame, and discards input for at most `timeoutMs` or until the server closes TCP. */
  discard(code: number, timeoutMs: number): void {
    this.#state = DISCARDING;
    this.#sender.close(code, "");
    this.#destroyAfter(timeoutMs);
    this.#socket.resume();
  }

  /** Cancels the timer, because the socket has closed. */
  end(): void {
    this.#stopTimer?.();
  }

  #destroyAfter(delayMs: number): void {
    this.#stopTimer = startTimer(delayMs, () => this.#socket.destroy());
  }
}

/**
 * Returns the code of this side's close frame. `ownCode` is that of a close frame that this side sent first.
 * Otherwise this side has answered with the code of the server's frame, if that frame had one.
 */
export function sentCodeOf(ownCode: number | undefined, receivedCode: number): number | undefined {
  const hasNoCode = receivedCode === NO_STATUS || receivedCode === ABNORMAL_CLOSURE;
  return ownCode ?? (hasNoCode ? undefined : receivedCode);
}
