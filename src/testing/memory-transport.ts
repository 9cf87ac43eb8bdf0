import { ABNORMAL_CLOSURE } from "../protocol/close-codes.js";
import type { CompressionMode } from "../protocol/constants.js";
import type { DialOptions } from "../protocol/dial.js";
import { compressionMode } from "../protocol/extensions.js";
import { payloadSize } from "../protocol/message.js";
import type { Message } from "../protocol/message.js";
import type {
  Backpressure,
  Handshake,
  PingDone,
  Pressure,
  Transport,
  TransportHandler,
} from "../protocol/transport.js";
import { now, startTimer } from "../time/clock.js";
import type { Endpoint, EndpointEvents } from "./endpoint.js";
import { toMessage } from "./frame.js";

/** A ping that awaits its pong. */
interface Ping {
  readonly id: number;
  readonly start: number;
  readonly done: PingDone;
}

/** A connection in memory with the abilities that connections have in Node. */
export class MemoryTransport implements Transport, EndpointEvents {
  readonly protocol: string;
  readonly extensions: string;
  readonly compression: CompressionMode;
  readonly handshake: Handshake;
  readonly backpressure: Backpressure;
  accepted = 0;
  timesPaused = 0;

  readonly #endpoint: Endpoint;
  readonly #options: DialOptions;
  #handler: TransportHandler | undefined;
  #pings: readonly Ping[] = [];
  #lastPing = 0;
  #pressure: Pressure = 0;
  #isPaused = false;
  #stopTimer: (() => void) | undefined;

  constructor(endpoint: Endpoint, options: DialOptions, headers: Handshake["headers"]) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.handshake = { status: 101, headers };
    this.protocol = String(headers["sec-websocket-protocol"] ?? "");
    this.extensions = String(headers["sec-websocket-extensions"] ?? "");
    this.compression = compressionMode(this.extensions, options.compression);
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    endpoint.attach(this);
  }

  /** Starts reporting events to `handler`. */
  attach(handler: TransportHandler): void {
    this.#handler = handler;
  }

  get bufferedAmount(): number {
    return this.#endpoint.queued;
  }

  get flushed(): number {
    return Math.min(this.#endpoint.flushed, this.accepted);
  }

  get progress(): number | undefined {
    return this.#endpoint.queued > 0 ? this.#endpoint.sent : undefined;
  }

  get activity(): number {
    return this.#endpoint.sent + this.#endpoint.received;
  }

  get isReceiving(): boolean {
    return this.#endpoint.isReceiving;
  }

  get received(): number {
    return this.#endpoint.received;
  }

  send(data: string | Uint8Array): number | undefined {
    if (!this.#endpoint.isOpen) return undefined;
    this.accepted++;
    this.#endpoint.send(toMessage(data));
    return payloadSize(data);
  }

  ping(done: PingDone): () => void {
    const ping: Ping = { id: ++this.#lastPing, start: now(), done };
    this.#pings = [...this.#pings, ping];
    this.#regulate();
    if (this.#endpoint.isOpen) {
      this.accepted++;
      this.#endpoint.ping(ping.id);
    }
    return () => {
      this.#pings = this.#pings.filter((other) => other !== ping);
      this.#regulate();
    };
  }

  pause(pressure: Pressure): void {
    this.#pressure = pressure;
    this.#regulate();
  }

  close(code: number, reason: string): void {
    this.#endpoint.close({ code, reason });
  }

  terminate(code: number): number | undefined {
    this.#detach();
    const endpoint = this.#endpoint;
    if (code === ABNORMAL_CLOSURE || !endpoint.isOpen) {
      endpoint.cut();
      return undefined;
    }
    const wasIdle = endpoint.queued === 0;
    this.#stopTimer = startTimer(this.#options.closeTimeout, () => endpoint.cut());
    endpoint.setPaused(false);
    endpoint.close({ code, reason: "" });
    return wasIdle ? code : undefined;
  }

  destroy(): void {
    this.#endpoint.cut();
  }

  // Events of the endpoint.

  onMessage(message: Message): void {
    this.#handler?.onMessage(message, payloadSize(message.data));
  }

  onPong(id: number): void {
    const answered = this.#pings.filter((ping) => ping.id <= id);
    this.#pings = this.#pings.filter((ping) => ping.id > id);
    for (const { start, done } of answered) done(now() - start);
    this.#regulate();
  }

  onClose(): void {
    this.#handler?.onClosing();
  }

  onProgress(): void {
    this.#handler?.onProgress();
  }

  onEnd(): void {
    this.#stopTimer?.();
    const handler = this.#detach();
    const { outcome, sentClose } = this.#endpoint;
    handler?.onEnd({ ...outcome, sentCode: sentClose?.code });
  }

  /** Pauses reading, except while a pong is awaited and the consumer is not far behind. */
  #regulate(): void {
    const mayPause = this.#pressure > 1 || this.#pings.length === 0;
    const isPaused = this.#pressure > 0 && mayPause;
    if (isPaused === this.#isPaused || this.backpressure === "buffer") return;
    this.#isPaused = isPaused;
    if (isPaused) this.timesPaused++;
    this.#endpoint.setPaused(isPaused);
    this.#handler?.onPaused(isPaused);
  }

  #detach(): TransportHandler | undefined {
    const handler = this.#handler;
    const pings = this.#pings;
    this.#handler = undefined;
    this.#pings = [];
    for (const { done } of pings) done(undefined);
    return handler;
  }
}
