import WebSocket from "isomorphic-ws";
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import {
  ABNORMAL_CLOSURE,
  INVALID_PAYLOAD,
  MESSAGE_TOO_BIG,
  PROTOCOL_ERROR,
} from "../../protocol/close-codes.js";
import type { CompressionMode } from "../../protocol/constants.js";
import type { DialOptions } from "../../protocol/dial.js";
import { compressionMode } from "../../protocol/extensions.js";
import type {
  Backpressure,
  Handshake,
  PingDone,
  Pressure,
  Transport,
  TransportHandler,
} from "../../protocol/transport.js";
import { nextTurn, now, startTimer } from "../../time/clock.js";
import { ownBytes, plainView } from "./binary-data.js";
import { sentCodeOf } from "./close-handshake.js";
import { faultError } from "./frame-fault.js";
import { Pings } from "./pings.js";
import { copyHeaders } from "./response-details.js";

/** The close codes for error codes of `ws`. All other errors have 1002. */
const ERROR_CLOSE_CODES: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: INVALID_PAYLOAD,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: MESSAGE_TOO_BIG,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: MESSAGE_TOO_BIG,
};

/**
 * An open connection that uses the public interface of `ws`, for runtimes such as Bun whose sockets cannot be
 * taken over. Its backpressure is less exact and its compression slower than those of `SocketConnection`.
 */
export class WsConnection implements Transport {
  readonly protocol: string;
  readonly extensions: string;
  readonly compression: CompressionMode;
  readonly backpressure: Backpressure;
  readonly handshake: Handshake | undefined;
  timesPaused = 0;
  /** The number of messages and pings that were sent, and of those that were flushed. */
  accepted = 0;
  flushed = 0;

  readonly #ws: WebSocket;
  readonly #options: DialOptions;
  readonly #label: string;
  readonly #pings: Pings = new Pings();
  #handler: TransportHandler | undefined;
  #sentCode: number | undefined;
  #hasFailed = false;
  #pressure: Pressure = 0;
  #isPaused = false;

  constructor(
    ws: WebSocket,
    response: IncomingMessage | undefined,
    options: DialOptions,
    label: string,
  ) {
    this.#ws = ws;
    this.#options = options;
    this.#label = label;
    this.protocol = ws.protocol;
    this.extensions = response?.headers["sec-websocket-extensions"] ?? ws.extensions;
    this.compression = compressionMode(this.extensions, options.compression);
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    this.handshake = response && { status: 101, headers: copyHeaders(response.headers) };
  }

  /** Starts reporting events to `handler`. */
  attach(handler: TransportHandler): void {
    this.#handler = handler;
    const ws = this.#ws;
    ws.on("message", (data: Buffer, isBinary: boolean) => {
      this.#handler?.onMessage(
        isBinary
          ? { type: "binary", data: ownBytes(plainView(data), 0, data.length) }
          : { type: "text", data: data.toString() },
        data.length,
      );
    });
    ws.on("pong", (payload: Uint8Array) => {
      for (const { start, done } of this.#pings.answeredBy(payload)) done(now() - start);
      this.#regulate();
    });
    ws.on("error", (error: Error & { readonly code?: string }) => this.#onError(error));
    ws.on("close", (code, reason) => {
      const sentCode = sentCodeOf(this.#sentCode, code);
      this.#detach()?.onEnd({ code, reason: reason.toString(), sentCode });
    });
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  get progress(): number | undefined {
    return this.bufferedAmount > 0 ? this.flushed - this.bufferedAmount : undefined;
  }

  send(data: string | Uint8Array): number | undefined {
    if (this.#ws.readyState !== WebSocket.OPEN) return undefined;
    const isText = typeof data === "string";
    const size = isText ? Buffer.byteLength(data) : data.length;
    const compress = size >= this.#options.compressionThreshold;
    this.accepted++;
    // A copy, because `ws` may read the data later.
    this.#ws.send(isText ? data : data.slice(), { binary: !isText, compress }, (error) =>
      this.#onFlushed(error),
    );
    return size;
  }

  ping(done: PingDone): () => void {
    const isOpen = this.#ws.readyState === WebSocket.OPEN;
    const ping = this.#pings.add(isOpen ? ++this.accepted : Infinity, done);
    this.#regulate();
    if (isOpen) this.#ws.ping(ping.payload, true, (error) => this.#onFlushed(error));
    return () => {
      this.#pings.remove(ping);
      this.#regulate();
    };
  }

  #onFlushed(error: Error | null | undefined): void {
    if (error) return;
    this.flushed++;
    this.#pings.onFlushed(this.flushed);
    this.#handler?.onProgress();
  }

  warn(text: string): void {
    process.emitWarning(text);
  }

  pause(pressure: Pressure): void {
    this.#pressure = pressure;
    this.#regulate();
  }

  #regulate(): void {
    const mayPause = this.#pressure > 1 || this.#pings.size === 0;
    const isPauseDue = this.#pressure > 0 && mayPause;
    if (this.#isPaused === isPauseDue) return;
    this.#isPaused = isPauseDue;
    if (isPauseDue) {
      this.timesPaused++;
      this.#ws.pause();
    } else {
      this.#ws.resume();
    }
    this.#handler?.onPaused(isPauseDue);
  }

  close(code: number, reason: string): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#sentCode = code;
    this.#ws.close(code, reason);
  }

  terminate(code: number): number | undefined {
    const ws = this.#ws;
    this.#detach();
    const isOpen = ws.readyState === WebSocket.OPEN;
    // After an error `ws` has already sent a close frame.
    if (code === ABNORMAL_CLOSURE || !(isOpen || this.#hasFailed)) {
      ws.terminate();
      return undefined;
    }
    this.pause(0);
    if (isOpen) ws.close(code);
    ws.once(
      "close",
      startTimer(this.#options.closeTimeout, () => ws.terminate()),
    );
    return code;
  }

  destroy(): void {
    this.#ws.terminate();
  }

  #onError(cause: Error & { readonly code?: string }): void {
    this.#hasFailed = true;
    const closeCode = ERROR_CLOSE_CODES[cause.code ?? ""] ?? PROTOCOL_ERROR;
    const problem = cause.message;
    const error = faultError(this.#label, this.#options.readLimit, { closeCode, problem, cause });
    nextTurn(() => this.#handler?.onError(error, closeCode));
  }

  #detach(): TransportHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#pings.end();
    return handler;
  }
}
