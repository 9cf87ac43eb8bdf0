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
import { utf8Size } from "../../protocol/message.js";
import type {
  Backpressure,
  Pressure,
  Transport,
  TransportHandler,
} from "../../protocol/transport.js";
import { displayUrl } from "../../protocol/url.js";

/** The event of a dial that has failed; some platforms say why. */
interface Failure {
  readonly message?: string;
}

/** The part of a W3C `WebSocket` that is used here, and what `StreamSocket` has on top. */
interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly protocol: string;
  readonly extensions: string | null | undefined;
  /** React Native and workerd have none. */
  readonly bufferedAmount: number | undefined;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: Failure) => void) | null;
  onclose: ((event: Failure & { readonly code: number; readonly reason?: string }) => void) | null;
  /** Called, where it can be, when `bufferedAmount` has fallen. */
  ondrain?: (() => void) | null;
  /** `size` is that of the data in bytes. */
  send(data: string | Uint8Array, size: number): void;
  close(code?: number, reason?: string): void;
  /** Stops reading or goes on, where that can be. */
  setPaused?(paused: boolean): void;
}

type WebSocketLikeClass = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;

/** Browsers hide from scripts why a dial failed, or say only "The operation is insecure". */
const HINT = "see a browser's console (CSP connect-src?)";

/** How often `bufferedAmount` is looked at while bytes wait, in milliseconds. */
const POLL = 10;

/** Where a page's events arrive. Node has none, nor have all workers. */
const page = globalThis as Partial<Pick<Window, "addEventListener" | "removeEventListener">>;

/**
 * Dials with a W3C `WebSocket`: the class given by option `webSocket`; otherwise, if a stream is asked
 * for, the one that `streamSocket` returns; otherwise the platform's own.
 */
export function webSocketPlatform(streamSocket: () => object | undefined): Platform {
  const classFor = ({ webSocket, backpressure }: DialOptions): unknown =>
    webSocket ??
    (backpressure === "stream" ? streamSocket() : undefined) ??
    // Looked up by each dial, not on import: a polyfill or a test may install it later.
    (globalThis as { WebSocket?: unknown }).WebSocket;
  return {
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
    // The texts of some platforms hold the URL, whose query may be a secret.
    const errorOf = (code: ErrorCode, text: string, init?: ErrorInit): WsError =>
      new WsError(code, `dial ${label}: ${text.replaceAll(url.href, label)}`, init);
    if (!Class) throw errorOf("UNSUPPORTED", "no WebSocket here: give option webSocket");
    let socket: WebSocketLike;
    let transport: WebSocketTransport | undefined;
    try {
      socket = new Class(url.href, [...protocols]);
      socket.binaryType = "arraybuffer";
    } catch (cause) {
      const { message } = cause as Error;
      throw errorOf("DIAL_FAILED", `${message}: ${HINT}`, { retryable: false, cause });
    }
    const fail = (code: ErrorCode, text: string, init?: ErrorInit): void => {
      discard(socket);
      reject(errorOf(code, text, init));
    };
    signal.addEventListener("abort", () => transport ?? discard(socket));
    // Node 22 fires only `error` for a refusal, others fire both.
    socket.onerror = socket.onclose = ({ message }: Failure) =>
      // Some events have an empty message.
      // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
      fail("DIAL_FAILED", `refused, or failed: ${message || HINT}`, { details: { opaque: true } });
    socket.onopen = () => {
      // Firefox and Deno open where the server picked none.
      if (protocols.length > 0 && !protocols.includes(socket.protocol)) {
        fail("HANDSHAKE_REJECTED", "the server picked no offered subprotocol");
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

/** Lets go of a socket: nothing it does matters any more, and what it throws neither. */
function discard(socket: WebSocketLike, code?: number): void {
  // First: some fire events from within `close`. Not null: Node's `ws` as a class for tests ends the
  // process over an error that nobody hears.
  socket.onopen = socket.onmessage = socket.onclose = socket.ondrain = socket.onerror = () => {};
  try {
    socket.close(code);
  } catch {
    // Not open yet, and of a kind that throws then.
  }
}

class WebSocketTransport implements Transport {
  readonly protocol: string;
  readonly extensions: string;
  readonly compression: CompressionMode;
  readonly backpressure: Backpressure;
  timesPaused = 0;
  taken = 0;

  readonly #socket: WebSocketLike;
  #handler: TransportHandler | undefined;
  #sentCode: number | undefined;
  #paused = false;
  #poll: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
    this.protocol = socket.protocol;
    this.extensions = socket.extensions ?? "";
    this.compression = compressionMode(this.extensions);
    this.backpressure = socket.setPaused ? "stream" : "buffer";
  }

  /** Begins to report. */
  attach(handler: TransportHandler): void {
    const socket = this.#socket;
    this.#handler = handler;
    socket.onmessage = ({ data }) => this.#onMessage(data);
    // A `close` follows; where it does not, as in workerd for what is too large, its deadline ends it.
    socket.onerror = () => this.#handler?.onClosing();
    socket.onclose = ({ code, reason = "" }) => {
      this.#detach();
      // Deno has a 0 for what others call 1006.
      handler.onEnd({ code: code || ABNORMAL_CLOSURE, reason, sentCode: this.#sentCode });
    };
    socket.ondrain = () => this.#handler?.onProgress();
    page.addEventListener?.("pagehide", this.#onPageHide);
  }

  get bufferedAmount(): number | undefined {
    return this.#socket.bufferedAmount;
  }

  get written(): number {
    return this.taken - (this.bufferedAmount ?? 0);
  }

  get progress(): number {
    return this.bufferedAmount ? this.written : NaN;
  }

  send(data: string | Uint8Array): number {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) return -1;
    const isText = typeof data === "string";
    const size = isText ? utf8Size(data) : data.length;
    this.taken -= this.bufferedAmount ?? 0;
    // Copied: a stream or a class of the user's may read it later, and browsers refuse shared memory.
    socket.send(isText ? data : data.slice(), size);
    // In the socket's own unit, which may count more than the payload.
    this.taken += this.bufferedAmount ?? 0;
    this.#watch();
    return size;
  }

  pause(pressure: Pressure): void {
    const paused = pressure > 0;
    if (paused && !this.#paused) this.timesPaused++;
    this.#paused = paused;
    this.#socket.setPaused?.(paused);
  }

  close(code: number, reason: string): void {
    this.#sentCode = browserCode(code);
    this.#socket.close(this.#sentCode, reason);
  }

  cut(code: number = ABNORMAL_CLOSURE): void {
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
   * A page in the back/forward cache is frozen: Chromium tells the server of its end only when the page
   * is shown again. Of a page that is gone for good the browser itself tells it, with 1001.
   */
  readonly #onPageHide = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) this.cut(GOING_AWAY);
  };

  #detach(): void {
    this.#handler = undefined;
    clearTimeout(this.#poll);
    page.removeEventListener?.("pagehide", this.#onPageHide);
  }

  #onMessage(data: unknown): void {
    const handler = this.#handler;
    if (typeof data === "string") {
      handler?.onMessage({ type: "text", data }, utf8Size(data));
    } else if ((data as ArrayBuffer | null)?.byteLength === undefined) {
      const text = "receive: option webSocket must give ArrayBuffers";
      handler?.onError(new WsError("UNSUPPORTED", text), INTERNAL_ERROR);
    } else {
      const bytes = new Uint8Array(data as ArrayBuffer);
      handler?.onMessage({ type: "binary", data: bytes }, bytes.length);
    }
  }

  /** There is no event for it: while bytes wait, somebody has to look. */
  #watch(): void {
    if (!this.bufferedAmount) return;
    this.#poll ??= setTimeout(() => {
      this.#poll = undefined;
      this.#handler?.onProgress();
      this.#watch();
    }, POLL);
  }
}
