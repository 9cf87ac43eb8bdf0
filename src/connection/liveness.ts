import type { ErrorCode } from "../errors/error-codes.js";
import type { ResolvedKeepAlive } from "../options/keep-alive-options.js";
import { ABNORMAL_CLOSURE, INTERNAL_ERROR, TIMEOUT } from "../protocol/close-codes.js";
import type { Data } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import type { PingDone, Pressure } from "../protocol/transport.js";
import { microtask, now } from "../time/clock.js";
import { startDeadline } from "../time/deadline.js";
import type { Deadline } from "../time/deadline.js";
import type { ConnectionHost } from "./connection-host.js";
import { startKeepAlive } from "./keep-alive.js";
import type { KeepAlive } from "./keep-alive.js";
import type { Sending } from "./sending.js";

/** The longest time that a retiring connection receives after its close frame, in periods of `closeTimeout`. */
export const MAX_CLOSE_PERIODS = 10;

/** The connection that a {@link Liveness} monitors. */
export interface LivenessHost extends ConnectionHost {
  readonly sending: Sending;
  /** The inbox has pressure while the consumer is behind. */
  readonly receiving: {
    readonly messages: number;
    readonly inbox: { readonly pressure: Pressure };
  };
  /** True while messages are delivered although this side has begun to close. */
  readonly isRetiring: boolean;
  /** Sends the message of a keep-alive. */
  offer(payload: string | Uint8Array): unknown;
}

/**
 * Ends a connection that makes no progress: by `readTimeout`, `writeTimeout` and `keepAlive` while it is open,
 * and by `closeTimeout` while it is closing.
 */
export class Liveness {
  /** Latest round trip of a ping, in milliseconds. */
  roundTrip: number | undefined;

  readonly #connection: LivenessHost;
  /** False if the socket itself keeps a Node process alive, so that its deadlines need not. */
  readonly #keepsAlive: boolean;
  readonly #read: Deadline | undefined;
  readonly #write: Deadline | undefined;
  readonly #keepAlive: KeepAlive | undefined;
  #close: Deadline | undefined;
  /** Reports the answer to the message of the keep-alive, while one is outstanding. */
  #onAnswer: (() => void) | undefined;
  /** The transport's `progress` when it was last read. */
  #lastProgress: number | undefined;

  constructor(connection: LivenessHost) {
    this.#connection = connection;
    const { transport } = connection;
    this.#keepsAlive = !transport.setRef;
    const { readTimeout, writeTimeout, keepAlive } = connection.options;
    const hasMoved = hasChanged(() => transport.activity);
    // `readTimeout` does not apply within a message: `keepAlive` detects a peer that dies there.
    const isAlive = (): boolean => hasMoved() || transport.isReceiving === true;
    this.#read = this.#watch("READ_TIMEOUT", readTimeout, TIMEOUT, isAlive);
    // 1006, so that no close frame is sent: it would queue after the bytes that make no progress.
    const hasProgress = (): boolean => this.#hasProgress();
    this.#write = this.#watch("WRITE_TIMEOUT", writeTimeout, ABNORMAL_CLOSURE, hasProgress);
    if (keepAlive) this.#keepAlive = this.#startKeepAlive(keepAlive);
  }

  /** Called when a message has arrived. */
  onMessage(): void {
    this.#read?.touch();
    this.#onAnswer?.();
  }

  /**
   * Called when the pressure of the inbox has changed. The peer gets a new period, because reading has just been
   * paused or resumed.
   */
  onPressure(): void {
    this.#read?.touch();
    // This also cancels an outstanding ping, which would prevent the socket from being paused.
    this.#keepAlive?.touch();
  }

  /** Called when sent bytes begin to wait and none waited before. */
  onPending(): void {
    if (!this.#write) return;
    this.#write.touch();
    // Read the progress now, so that its current value does not count as progress later.
    this.#hasProgress();
  }

  /**
   * Sends a ping as `Transport.ping` does, or a message in its place. Records and reports the round trip.
   *
   * @param message Returns the message. Without it, the transport must have ping frames.
   */
  ping(done: PingDone, message?: () => Data): () => void {
    const { events, transport } = this.#connection;
    const onAnswer: PingDone = (roundTrip) => {
      if (roundTrip !== undefined) {
        this.roundTrip = roundTrip;
        events.emit("pong", () => ({ roundTrip }));
      }
      done(roundTrip);
    };
    const cancel = message
      ? this.#sendMessage(message, onAnswer)
      : (transport.ping?.(onAnswer) as () => void);
    events.emit("ping");
    return cancel;
  }

  /** Makes the keep-alive ping now, because the connection may be half-open. */
  probe(): void {
    this.#keepAlive?.pingNow();
  }

  /** Called when the close handshake begins: replaces the other deadlines by `closeTimeout`. */
  startClosing(): void {
    this.stop();
    const { transport, options } = this.#connection;
    const isReceiving = this.#whileReceiving(options.closeTimeout);
    let last = transport.unsent ?? 0;
    this.#close = startDeadline(
      options.closeTimeout,
      () => transport.destroy(),
      () => {
        const isShrinking = last > (last = transport.unsent ?? 0);
        const isSending = this.#connection.bufferedAmount > 0 && this.#hasProgress();
        return isShrinking || isSending || isReceiving();
      },
      undefined,
      this.#keepsAlive,
    );
  }

  /** Called when the close frame has been sent: restarts `closeTimeout`. */
  onCloseFrame(): void {
    this.#close?.touch();
  }

  /** Stops all deadlines and the keep-alive. */
  stop(): void {
    this.#onAnswer = undefined;
    for (const deadline of [this.#read, this.#write, this.#keepAlive, this.#close])
      deadline?.stop();
  }

  /**
   * Returns a function that returns true while a retiring connection may still deliver messages: reading is paused,
   * or bytes have arrived since the last call. A peer that never stops sending is cut off after
   * {@link MAX_CLOSE_PERIODS} periods.
   */
  #whileReceiving(period: number): () => boolean {
    const hasArrived = this.#arrivals();
    let end = now() + MAX_CLOSE_PERIODS * period;
    return () => {
      const isMoving = hasArrived() && now() < end;
      // After a pause the peer gets the whole time again.
      const isPaused = this.#isPaused();
      if (isPaused) end = now() + MAX_CLOSE_PERIODS * period;
      return this.#connection.isRetiring && (isMoving || isPaused);
    };
  }

  /** Returns true if bytes have left since the last call, or if none wait. */
  #hasProgress(): boolean {
    const { progress } = this.#connection.transport;
    return this.#lastProgress !== (this.#lastProgress = progress) || progress === undefined;
  }

  #watch(
    code: "READ_TIMEOUT" | "WRITE_TIMEOUT",
    period: number | undefined,
    closeCode: number,
    isAlive: () => boolean,
  ): Deadline | undefined {
    if (period === undefined) return undefined;
    const expire = (): void => this.#fail(closeCode, code, `no progress for ${period} ms`);
    // While reading is paused, the peer may be silent because it waits for this side to read.
    const hasLife = (): boolean => isAlive() || this.#isFull();
    return startDeadline(period, expire, hasLife, undefined, this.#keepsAlive);
  }

  #startKeepAlive({ interval, timeout, message, prefer, onPong }: ResolvedKeepAlive): KeepAlive {
    const { transport, sending } = this.#connection;
    const hasArrived = this.#arrivals();
    // Count messages too, because in browsers an empty message adds nothing to `accepted`.
    const hasSent = hasChanged(
      () => transport.accepted + sending.messages + (transport.progress ?? 0),
    );
    const isPaused = (): boolean => this.#isPaused();
    return startKeepAlive(interval, timeout, {
      isAlive: () => hasArrived() || isPaused(),
      hasSent: () => hasSent() || isPaused(),
      ping: (onAnswer) =>
        this.ping(
          (roundTrip) => {
            // `undefined`: the connection ended without an answer.
            if (roundTrip === undefined) return;
            onAnswer();
            // In a microtask, so that an exception of the callback does not reach the transport.
            microtask(() => onPong?.(roundTrip));
          },
          // Where there are no ping frames, validation guarantees that the options have a `message`.
          transport.ping && prefer !== "message" ? undefined : message,
        ),
      flushed: () => sending.flushed("keepAlive"),
      keepsAlive: this.#keepsAlive,
      expire: () =>
        this.#fail(TIMEOUT, "KEEPALIVE_TIMEOUT", `nothing arrived for ${timeout} ms after a ping`),
    });
  }

  /** Sends the keep-alive message in place of a ping. The next message that arrives counts as its answer. */
  #sendMessage(message: () => Data, done: PingDone): () => void {
    const start = now();
    this.#onAnswer = () => done(now() - start);
    try {
      this.#connection.offer(toPayload(message()));
    } catch (cause) {
      this.#fail(INTERNAL_ERROR, "INVALID_MESSAGE", "keepAlive.message failed", cause);
    }
    return () => (this.#onAnswer = undefined);
  }

  /** Returns a function that returns true if the peer has shown life since its last call. */
  #arrivals(): () => boolean {
    const { transport, receiving } = this.#connection;
    // Bytes that waited and then left show that the peer is reading. Bytes that the operating system accepts at
    // once show nothing.
    return hasChanged(() => (transport.received ?? receiving.messages) + (transport.progress ?? 0));
  }

  /** Returns true if reading is paused, because the consumer is behind. */
  #isPaused(): boolean {
    return this.#connection.transport.backpressure !== "buffer" && this.#isFull();
  }

  /** Returns true if the consumer is behind, so that reading is paused where that is possible. */
  #isFull(): boolean {
    return this.#connection.receiving.inbox.pressure > 0;
  }

  #fail(closeCode: number, code: ErrorCode, text: string, cause?: unknown): void {
    const error = this.#connection.error(code, "connection", text, { cause });
    this.#connection.fail(closeCode, error);
  }
}

/** Returns a function that returns true if the value of `read` has changed since the last call. */
function hasChanged(read: () => number | undefined): () => boolean {
  let last: number | undefined;
  return () => last !== (last = read());
}
