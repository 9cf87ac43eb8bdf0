import type { ErrorCode } from "../../errors/error-codes.js";
import { WsError } from "../../errors/ws-error.js";
import type { ErrorInit } from "../../errors/ws-error.js";
import {
  ABNORMAL_CLOSURE,
  browserCode,
  GOING_AWAY,
  INTERNAL_ERROR,
} from "../../protocol/close-codes.js";
import type { CompressionMode } from "../../protocol/constants.js";
import type { DialOptions, DialRequest, Platform } from "../../protocol/dial.js";
import { compressionMode } from "../../protocol/extensions.js";
import { payloadSize } from "../../protocol/message.js";
import type {
  Backpressure,
  Pressure,
  Transport,
  TransportHandler,
} from "../../protocol/transport.js";
import { displayUrl } from "../../protocol/url.js";
import { startTimer } from "../../time/clock.js";

/** The event of a failed dial. Some platforms include a reason. */
interface FailureEvent {
  readonly message?: string;
}

/** The part of a W3C `WebSocket` that is used here, and the additional methods of `StreamSocket`. */
interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly protocol: string;
  readonly extensions: string | null | undefined;
  /** `undefined` in React Native and workerd. */
  readonly bufferedAmount: number | undefined;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: FailureEvent) => void) | null;
  onclose:
    ((event: FailureEvent & { readonly code: number; readonly reason?: string }) => void) | null;
  /** Called when `bufferedAmount` has decreased, if the class supports that. */
  ondrain?: (() => void) | null;
  /** `size` is the size of the data in bytes. */
  send(data: string | Uint8Array, size: number): void;
  close(code?: number, reason?: string): void;
  /** Pauses or resumes reading, if the class supports that. */
  setPaused?(paused: boolean): void;
}

type WebSocketLikeClass = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;

/** Advice for failed dials: browsers hide the reason, or report only "The operation is insecure". */
const DIAL_ADVICE = "see the console (CSP connect-src?)";

/** The interval between two checks of `bufferedAmount` while bytes are unsent. */
const POLL_INTERVAL_MS = 10;

/** The target of the page's events. Node and some workers do not have these methods. */
const page = globalThis as Partial<Pick<Window, "addEventListener" | "removeEventListener">>;

/**
 * Returns a platform that dials with a W3C `WebSocket`: the class of option `webSocket`; otherwise, if
 * `backpressure` is `"stream"`, the class that `streamSocket` returns; otherwise that of the platform.
 */
export function webSocketPlatform(
  streamSocket: () => object | undefined,
  observerOf?: Platform["observerOf"],
): Platform {
  const classFor = ({ webSocket, backpressure }: DialOptions): unknown =>
    webSocket ??
    (backpressure === "stream" ? streamSocket() : undefined) ??
    // Looked up by each dial, because a polyfill or a test may install it after the import.
    (globalThis as { WebSocket?: unknown }).WebSocket;
  return {
    observerOf,
    credentials: false,
    get base() {
      const { document, location } = globalThis as Partial<Pick<Window, "document" | "location">>;
      return document?.baseURI ?? location?.href;
    },
    dial: (request) => dial(request, classFor(request.options) as WebSocketLikeClass | undefined),
  };
}

function dial(
  { url, options, signal, open }: DialRequest,
  Class: WebSocketLikeClass | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { protocols, writeTimeout } = options;
    const label = displayUrl(url);
    // The messages of some platforms contain the URL, whose query may be a secret.
    const errorOf = (code: ErrorCode, text: string, init?: ErrorInit): WsError =>
      new WsError(code, `dial ${label}: ${text.replaceAll(url.href, label)}`, init);
    if (!Class) throw errorOf("UNSUPPORTED", "no WebSocket found; pass option webSocket");
    let socket: WebSocketLike;
    let transport: WebSocketTransport | undefined;
    try {
      socket = new Class(url.href, [...protocols]);
      socket.binaryType = "arraybuffer";
    } catch (cause) {
      const { message } = cause as Error;
      throw errorOf("DIAL_FAILED", `${message}: ${DIAL_ADVICE}`, { retryable: false, cause });
    }
    const fail = (code: ErrorCode, text: string, init?: ErrorInit): void => {
      discard(socket);
      reject(errorOf(code, text, init));
    };
    signal.addEventListener("abort", () => transport ?? discard(socket));
    // Node 22 fires only `error` if the server rejects the handshake. Other platforms fire both.
    socket.onerror = socket.onclose = ({ message }: FailureEvent) =>
      // Some events have an empty message.
      // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
      fail("DIAL_FAILED", `handshake failed: ${message || DIAL_ADVICE}`, {
        details: { opaque: true },
      });
    socket.onopen = () => {
      // Firefox and Deno open the connection even if the server selected no subprotocol.
      if (protocols.length > 0 && !protocols.includes(socket.protocol)) {
        fail("HANDSHAKE_REJECTED", "the server selected no offered subprotocol");
        return;
      }
      transport = new WebSocketTransport(socket);
      transport.attach(open(transport, url));
      resolve();
    };
    if (writeTimeout && socket.bufferedAmount === undefined) {
      fail("UNSUPPORTED", "option writeTimeout needs a WebSocket with bufferedAmount");
    }
  });
}

/** Closes a socket, and ignores its events and errors. */
function discard(socket: WebSocketLike, code?: number): void {
  // Before `close`, because some sockets fire events during the call. Not null, because `ws`, if it is given
  // as a class, ends the process if an error has no listener.
  socket.onopen = socket.onmessage = socket.onclose = socket.ondrain = socket.onerror = () => {};
  try {
    socket.close(code);
  } catch {
    // Some sockets throw before they are open.
  }
}

class WebSocketTransport implements Transport {
  readonly protocol: string;
  readonly extensions: string;
  readonly compression: CompressionMode;
  readonly backpressure: Backpressure;
  timesPaused = 0;
  accepted = 0;

  readonly #socket: WebSocketLike;
  #handler: TransportHandler | undefined;
  #sentCode: number | undefined;
  #paused = false;
  #stopPolling: (() => void) | undefined;

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
    this.protocol = socket.protocol;
    this.extensions = socket.extensions ?? "";
    this.compression = compressionMode(this.extensions);
    this.backpressure = socket.setPaused ? "stream" : "buffer";
  }

  /** Starts reporting events to `handler`. */
  attach(handler: TransportHandler): void {
    const socket = this.#socket;
    this.#handler = handler;
    socket.onmessage = ({ data }) => this.#onMessage(data);
    // A `close` follows. If it does not, as in workerd after a message that is too large, a deadline applies.
    socket.onerror = () => this.#handler?.onClosing();
    socket.onclose = ({ code, reason = "" }) => {
      this.#detach();
      // Deno reports 0 instead of 1006.
      handler.onEnd({ code: code || ABNORMAL_CLOSURE, reason, sentCode: this.#sentCode });
    };
    socket.ondrain = () => this.#handler?.onProgress();
    page.addEventListener?.("pagehide", this.#onPageHide);
  }

  get bufferedAmount(): number | undefined {
    return this.#socket.bufferedAmount;
  }

  get flushed(): number {
    return this.accepted - (this.bufferedAmount ?? 0);
  }

  get progress(): number | undefined {
    return this.bufferedAmount ? this.flushed : undefined;
  }

  send(data: string | Uint8Array): number | undefined {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) return undefined;
    const size = payloadSize(data);
    this.accepted -= this.bufferedAmount ?? 0;
    // Copied, because a stream or a user's class may read it later, and browsers reject shared memory.
    socket.send(data.slice(), size);
    // In the unit of `bufferedAmount`, which may include more than the payload.
    this.accepted += this.bufferedAmount ?? 0;
    this.#watch();
    return size;
  }

  pause(pressure: Pressure): void {
    const paused = pressure > 0;
    if (paused === this.#paused) return;
    if (paused) this.timesPaused++;
    this.#paused = paused;
    this.#socket.setPaused?.(paused);
    this.#handler?.onPaused(paused);
  }

  close(code: number, reason: string): void {
    const sentCode = (this.#sentCode = browserCode(code));
    // Chromium takes a code of `undefined`, followed by a reason, for code 0.
    if (sentCode) this.#socket.close(sentCode, reason);
    else this.#socket.close();
  }

  destroy(code: number = ABNORMAL_CLOSURE): void {
    const handler = this.#handler;
    this.terminate(code);
    handler?.onEnd({ code: ABNORMAL_CLOSURE, reason: "", sentCode: this.#sentCode });
  }

  terminate(code: number): number | undefined {
    const sentCode = code === ABNORMAL_CLOSURE ? undefined : browserCode(code);
    this.#detach();
    discard(this.#socket, sentCode);
    return sentCode;
  }

  /**
   * Closes the connection when the page enters the back/forward cache, which freezes it: Chromium would close
   * the connection only when the page is shown again. If the page is unloaded, the browser itself sends 1001.
   */
  readonly #onPageHide = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) this.destroy(GOING_AWAY);
  };

  #detach(): void {
    this.#handler = undefined;
    this.#stopPolling?.();
    page.removeEventListener?.("pagehide", this.#onPageHide);
  }

  #onMessage(data: unknown): void {
    const handler = this.#handler;
    if (typeof data === "string") {
      handler?.onMessage({ type: "text", data }, payloadSize(data));
    } else if ((data as ArrayBuffer | null)?.byteLength === undefined) {
      const text = "receive: option webSocket must deliver ArrayBuffers";
      handler?.onError(new WsError("UNSUPPORTED", text), INTERNAL_ERROR);
    } else {
      const bytes = new Uint8Array(data as ArrayBuffer);
      handler?.onMessage({ type: "binary", data: bytes }, bytes.length);
    }
  }

  /** Polls `bufferedAmount` while bytes are unsent, because there is no event for its changes. */
  #watch(): void {
    if (!this.bufferedAmount) return;
    this.#stopPolling ??= startTimer(POLL_INTERVAL_MS, () => {
      this.#stopPolling = undefined;
      this.#handler?.onProgress();
      this.#watch();
    });
  }
}
