import type { ErrorCode } from "../errors/error-codes.js";
import { WsError } from "../errors/ws-error.js";
import type { ErrorInit } from "../errors/ws-error.js";
import type { ResolvedOptions } from "../options/resolved-options.js";
import { ABNORMAL_CLOSURE, MESSAGE_TOO_BIG, NORMAL } from "../protocol/close-codes.js";
import type { ClientStats } from "../protocol/client-stats.js";
import { peerError } from "../protocol/close.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Message } from "../protocol/message.js";
import { readLimitError } from "../protocol/read-limit.js";
import type { Transport, TransportEnd, TransportHandler } from "../protocol/transport.js";
import { displayUrl } from "../protocol/url.js";
import { microtask, now } from "../time/clock.js";
import type { ConnectionHost } from "./connection-host.js";
import type { Events } from "./events.js";
import { Liveness } from "./liveness.js";
import { Receiving } from "./receiving.js";
import { Sending } from "./sending.js";
import { unreported } from "./unreported.js";

/**
 * State machine of one connection. Its components do the work: `sending` sends, `receiving` receives, `liveness`
 * runs the deadlines and the keep-alive. `receiving` and `liveness` can end the connection by calling `fail`.
 *
 * | state   | begins                         | a send               | messages of the peer              |
 * | ------- | ------------------------------ | -------------------- | --------------------------------- |
 * | open    | when the handshake succeeds    | is accepted          | are delivered                     |
 * | closing | when either side closes        | fails with `CLOSED`  | are discarded after `close`       |
 * | closed  | when the connection has ended  | fails with `CLOSED`  | no longer arrive                  |
 *
 * Messages that are already in the inbox can be received in every state.
 */
export class Connection<In> implements TransportHandler, ConnectionHost {
  /** Resolves when the connection has ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;
  readonly transport: Transport;
  readonly options: ResolvedOptions;
  readonly events: Events;
  /** The URL for error messages. It hides the query. */
  readonly label: string;
  readonly sending: Sending = new Sending(this);
  readonly receiving: Receiving<In>;
  state: "open" | "closing" | "closed" = "open";
  /** The result of `closed`, once the connection has ended. */
  info: CloseInfo | undefined;
  /** The end as the transport saw it; `undefined` if this side ended the connection at once. */
  end: TransportEnd | undefined;
  /** The arguments of `close`, once this side has called it. */
  closeRequest: Pick<CloseInfo, "code" | "reason"> | undefined;

  /** When it opened, by the clock of `now`, in milliseconds. */
  readonly openedAt: number = now();
  readonly liveness: Liveness;
  #settleClosed!: (info: CloseInfo) => void;
  /** When reading was paused last, by the clock of `now`, in milliseconds. */
  #pausedAt = 0;

  constructor(transport: Transport, url: URL, options: ResolvedOptions, events: Events) {
    this.transport = transport;
    this.options = options;
    this.events = events;
    this.label = displayUrl(url);
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    this.receiving = new Receiving(this);
    this.liveness = new Liveness(this);
  }

  /** Bytes that were sent and that the operating system has not accepted yet. */
  get bufferedAmount(): number {
    return this.state === "closed" ? 0 : (this.transport.bufferedAmount ?? 0);
  }

  /** A snapshot of the counters. */
  get stats(): ClientStats {
    const { sending, receiving, liveness, transport } = this;
    return {
      messagesReceived: receiving.messages,
      messagesSent: sending.messages,
      bytesReceived: receiving.bytes,
      bytesSent: sending.bytes,
      bytesBuffered: receiving.inbox.bytes,
      timesPaused: transport.timesPaused,
      roundTrip: liveness.roundTrip,
    };
  }

  /** Sends a payload. Returns `undefined`, and does not send it, if the connection is not open. */
  offer(payload: string | Uint8Array): Promise<void> | undefined {
    const wasIdle = this.bufferedAmount === 0;
    const sent = this.sending.offer(payload);
    // The transport may be the first to know that the connection is ending.
    if (!sent) this.onClosing();
    else if (wasIdle) this.liveness.onPending();
    return sent;
  }

  /** Begins the close handshake from this side. The close frame follows everything that was sent. */
  close(code: number, reason: string): void {
    this.receiving.own.close();
    this.#startClosing(code, reason);
    // Also if the connection is retiring: from now on its messages are discarded.
    this.receiving.stop();
  }

  /** Returns the error that an iteration over the messages ends with; `undefined` after a normal end. */
  failure(): WsError | undefined {
    return this.closeRequest ? undefined : this.info?.error;
  }

  get isRetiring(): boolean {
    return !!this.closeRequest && !this.receiving.own.closed;
  }

  /**
   * Begins the close handshake, because another connection replaces this one. Unlike after `close`, messages are
   * delivered until the peer's close frame, and reading is still paused for a slow consumer.
   */
  retire(): void {
    this.#startClosing(NORMAL, "");
  }

  #startClosing(code: number, reason: string): void {
    if (this.state !== "open") return;
    this.closeRequest = { code, reason };
    this.state = "closing";
    this.liveness.startClosing();
    const sendCloseFrame = (): void => {
      // The connection may have been terminated in the meantime.
      if (this.state === "closed") return;
      this.transport.close(code, reason);
      this.liveness.onCloseFrame();
    };
    // Flush first: when the frame is sent, platforms start timers of their own for the close handshake, which
    // would cut off bytes that still wait.
    const flushed = this.sending.until("close", () => this.sending.isFlushed);
    void unreported(flushed.then(sendCloseFrame));
  }

  // Events of the transport.

  onMessage(message: Message, size: number): void {
    if (this.receiving.own.closed) return;
    const { readLimit } = this.options;
    // Node's transport checks the limit while a message arrives; browsers deliver whole messages.
    if (size > readLimit) {
      this.fail(MESSAGE_TOO_BIG, readLimitError(`receive ${this.label}`, readLimit, { size }));
      return;
    }
    // A new message begins a new turn, except from a stream: that delivers all its messages in microtasks, so
    // a loop of replies could block the event loop.
    if (this.transport.backpressure !== "stream") this.sending.onMessage();
    this.receiving.count(size);
    this.liveness.onMessage();
    this.events.message("in", message.type, size);
    this.receiving.deliver(message);
  }

  onProgress(): void {
    this.sending.onProgress();
  }

  onPaused(isPaused: boolean): void {
    const time = now();
    const duration = time - this.#pausedAt;
    const { bytes: bytesBuffered } = this.receiving.inbox;
    if (isPaused) {
      this.#pausedAt = time;
      this.events.emit("pause", () => ({ bytesBuffered }));
    } else this.events.emit("resume", () => ({ bytesBuffered, duration }));
  }

  onError(error: WsError, closeCode: number): void {
    // After `close`, an invalid frame of the peer must not change how the connection ends.
    if (!this.closeRequest || this.isRetiring) this.fail(closeCode, error);
  }

  /** Called when either side begins the close handshake. */
  onClosing(): void {
    if (this.state !== "open") return;
    this.state = "closing";
    this.liveness.startClosing();
    this.receiving.stop();
  }

  onEnd(end: TransportEnd): void {
    const { code, reason, sentCode } = end;
    this.end = end;
    const request = this.closeRequest;
    const hasCloseFrame = code !== ABNORMAL_CLOSURE;
    const info: CloseInfo = {
      code,
      // Some platforms invent a reason if there was no close frame.
      reason: hasCloseFrame ? reason : "",
      ...request,
      clean: hasCloseFrame && this.sending.isFlushed,
      by: request ? "local" : hasCloseFrame ? "peer" : "none",
    };
    this.#finish(info, request && sentCode, this.#endError(end));
  }

  // Events of the components.

  onPressure(): void {
    this.liveness.onPressure();
  }

  /** Ends the connection at once from this side. Delivered messages can still be received. */
  fail(code: number, error?: WsError): void {
    if (this.state === "closed") return;
    const sentCode = this.transport.terminate(code);
    this.#finish({ code, reason: "", clean: false, by: "local" }, sentCode, error);
  }

  /** Creates the error of an operation on a connection that is closing or closed. */
  closedError(operation: string): WsError {
    const cause = this.info?.error;
    const init = cause && { retryable: cause.retryable, cause };
    return this.error("CLOSED", operation, `the connection is ${this.state}`, init);
  }

  error(code: ErrorCode, operation: string, text: string, init?: ErrorInit): WsError {
    return new WsError(code, `${operation} ${this.label}: ${text}`, init);
  }

  #endError({ code, reason, cause }: TransportEnd): WsError | undefined {
    if (!this.closeRequest) {
      if (code !== ABNORMAL_CLOSURE) return peerError(this.label, code, reason);
      return this.error("CONNECTION_LOST", "connection", "ended without a close frame", { cause });
    }
    if (this.sending.isFlushed) return undefined;
    return this.error("WRITE_TIMEOUT", "close", "ended before all sent bytes had left", {
      cause,
    });
  }

  /** Settles `closed` and all waits. Every way to end the connection calls it; later calls have no effect. */
  #finish(base: CloseInfo, sentCode: number | undefined, error: WsError | undefined): void {
    if (this.state === "closed") return;
    this.state = "closed";
    const info = (this.info = Object.freeze({
      ...base,
      // If data has not left, neither has the close frame that follows it.
      ...(sentCode && this.sending.isFlushed && { sentCode }),
      ...(error && { error }),
    }));
    this.liveness.stop();
    this.receiving.stop();
    this.receiving.own.close();
    this.sending.onProgress();
    // In a microtask, so that `close` is last even if an observer of another event ends the connection. It still precedes
    // everything that waits for `closed`.
    microtask(() => {
      this.events.emit("close", () => {
        const lifetime = now() - this.openedAt;
        return { info, stats: Object.freeze(this.stats), lifetime };
      });
    });
    this.#settleClosed(info);
  }
}
