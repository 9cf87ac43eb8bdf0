import type { ErrorCode } from "../errors/error-codes.js";
import type { ResolvedKeepAlive } from "../options/keep-alive-options.js";
import { ABNORMAL_CLOSURE, INTERNAL_ERROR, TIMEOUT } from "../protocol/close-codes.js";
import type { Data } from "../protocol/message.js";
import { toPayload } from "../protocol/payload.js";
import type { PingDone, Pressure, Transport } from "../protocol/transport.js";
import { microtask, now } from "../time/clock.js";
import { startDeadline } from "../time/deadline.js";
import type { Deadline } from "../time/deadline.js";
import type { ConnectionHost } from "./connection-host.js";
import { startKeepAlive } from "./keep-alive.js";
import type { KeepAlive } from "./keep-alive.js";
import type { Sending } from "./sending.js";

/** The connection that a {@link Liveness} watches. */
export interface LivenessHost extends ConnectionHost {
  readonly sending: Sending;
  /** Its inbox has pressure while reading waits for a slow consumer. */
  readonly delivery: { readonly messages: number; readonly inbox: { readonly pressure: Pressure } };
  /** Sends the message of a keep-alive. */
  offer(payload: string | Uint8Array): unknown;
}

/**
 * Bounds the silence of a connection: `readTimeout`, `writeTimeout` and `keepAlive` while it is open,
 * `closeTimeout` while it closes.
 */
export class Liveness {
  /** The latest round trip of a ping, in milliseconds. */
  roundTrip: number | undefined;

  readonly #connection: LivenessHost;
  readonly #read: Deadline | undefined;
  readonly #write: Deadline | undefined;
  readonly #keepAlive: KeepAlive | undefined;
  #close: Deadline | undefined;
  /** Settles a keep-alive that waits for the answer to its message. */
  #onAnswer: (() => void) | undefined;
  /** The transport's progress when it was last read. */
  #lastProgress: number | undefined;

  constructor(connection: LivenessHost) {
    this.#connection = connection;
    const { transport } = connection;
    const { readTimeout, writeTimeout, keepAlive } = connection.options;
    const hasMoved = hasChanged(() => transport.activity);
    // Within a message, silence is for `keepAlive` to detect.
    const isAlive = (): boolean => hasMoved() || transport.isReceiving === true;
    this.#read = this.#watch("READ_TIMEOUT", readTimeout, TIMEOUT, isAlive);
    // No close frame: it would wait for the bytes that do not move.
    const hasProgress = (): boolean => this.#hasProgress();
    this.#write = this.#watch("WRITE_TIMEOUT", writeTimeout, ABNORMAL_CLOSURE, hasProgress);
    if (keepAlive) this.#keepAlive = this.#startKeepAlive(keepAlive);
  }

  /** A message has arrived. */
  onMessage(): void {
    this.#read?.touch();
    this.#onAnswer?.();
  }

  /** The consumer fell behind or caught up, so something has arrived. */
  onPressure(): void {
    this.#read?.touch();
    // Ends an outstanding ping as well, which would keep the socket from being paused.
    this.#keepAlive?.touch();
  }

  /** Bytes begin to wait to be sent; none did before. */
  onPending(): void {
    if (!this.#write) return;
    this.#write.touch();
    // The start of the wait must not count as progress.
    this.#hasProgress();
  }

  /** Has the keep-alive ping now, because the connection may have died unnoticed. */
  probe(): void {
    this.#keepAlive?.askNow();
  }

  /** The closing handshake has begun: `closeTimeout` replaces the other deadlines. */
  startClosing(): void {
    this.stop();
    const { transport, options } = this.#connection;
    let last = transport.unsent ?? 0;
    this.#close = startDeadline(
      options.closeTimeout,
      () => transport.destroy(),
      () => {
        const isShrinking = last > (last = transport.unsent ?? 0);
        return isShrinking || (this.#connection.bufferedAmount > 0 && this.#hasProgress());
      },
    );
  }

  /** The close frame has been sent: the peer has the whole `closeTimeout` to answer it. */
  onCloseFrame(): void {
    this.#close?.touch();
  }

  stop(): void {
    for (const deadline of [this.#read, this.#write, this.#keepAlive, this.#close])
      deadline?.stop();
  }

  /** True if bytes have left since the last call, or if none wait. */
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
    const expire = (): void => this.#fail(closeCode, code, `nothing moved for ${period} ms`);
    // While this side reads nothing, the peer's silence may be its fault: the peer may wait for it to read.
    return startDeadline(period, expire, () => isAlive() || this.#isFull());
  }

  #startKeepAlive({ interval, timeout, message, onPong }: ResolvedKeepAlive): KeepAlive {
    const { transport, delivery, sending } = this.#connection;
    // Bytes that the peer accepts count as life; bytes that the operating system accepts prove nothing.
    const hasArrived = hasChanged(
      () => (transport.received ?? delivery.messages) + (transport.progress ?? 0),
    );
    // Messages count as well as bytes, because browsers count no bytes for an empty message.
    const hasSent = hasChanged(
      () => transport.accepted + sending.messages + (transport.progress ?? 0),
    );
    const isPaused = (): boolean => transport.backpressure !== "buffer" && this.#isFull();
    // Options without a message are refused where there are no ping frames.
    const byMessage: Transport["ping"] = (done) => this.#sendMessage(message as () => Data, done);
    const ping = transport.ping?.bind(transport) ?? byMessage;
    return startKeepAlive(interval, timeout, {
      alive: () => hasArrived() || isPaused(),
      sent: () => hasSent() || isPaused(),
      ask: (answered) =>
        ping((roundTrip) => {
          // The connection has ended without an answer.
          if (roundTrip === undefined) return;
          this.roundTrip = roundTrip;
          answered();
          // In a microtask, so that an exception does not pass through the transport.
          microtask(() => onPong?.(roundTrip));
        }),
      flushed: () => sending.flushed("keepAlive"),
      expire: () =>
        this.#fail(TIMEOUT, "KEEPALIVE_TIMEOUT", `nothing arrived for ${timeout} ms after a ping`),
    });
  }

  /** Sends the message of a keep-alive in place of a ping; the next message that arrives answers it. */
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

  #isFull(): boolean {
    return this.#connection.delivery.inbox.pressure > 0;
  }

  #fail(closeCode: number, code: ErrorCode, text: string, cause?: unknown): void {
    const error = this.#connection.error(code, "connection", text, { cause });
    this.#connection.fail(closeCode, error);
  }
}

/** Returns a function that tells whether a value has changed since it was last called. */
function hasChanged(read: () => number | undefined): () => boolean {
  let last: number | undefined;
  return () => last !== (last = read());
}
