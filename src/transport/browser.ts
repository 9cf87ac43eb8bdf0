import { CLOSE_CODES, wireCode } from "../close.js";
import { WsError } from "../errors.js";
import type {
  Capabilities,
  Dial,
  DialOptions,
  DialRequest,
  Platform,
  Transport,
  TransportHandler,
} from "../transport.js";
import { displayUrl } from "../url.js";

/** The part of a W3C `WebSocket` that is used here. */
interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly protocol: string;
  readonly extensions: string | null | undefined;
  /** React Native and workerd have none. */
  readonly bufferedAmount: number | undefined;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message?: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason?: string }) => void) | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

const OPEN = 1;

/** How often `bufferedAmount` is looked at while somebody waits for it, in milliseconds. */
const POLL = 10;

/** What a W3C `WebSocket` can do, be it a browser's or one given by option `webSocket`. */
const capabilities: Capabilities = {
  platform: "a browser, or with option webSocket",
  credentials: false,
  unix: false,
  get baseUrl() {
    return (globalThis as { location?: { href: string } }).location?.href;
  },
  anyCloseCode: false,
};

/** Opens a connection with a W3C `WebSocket`: the one given, or the platform's. */
const dial: Dial = ({ url, options, signal, open }: DialRequest) =>
  new Promise((resolve, reject) => {
    const label = displayUrl(url);
    const socket = createWebSocket(url, options, label);
    if (options.writeTimeout !== undefined && socket.bufferedAmount === undefined) {
      discard(socket);
      throw new WsError(
        "UNSUPPORTED",
        `connect: option writeTimeout needs a WebSocket with bufferedAmount: leave it out here`,
      );
    }
    const fail = (error: WsError): void => {
      signal.removeEventListener("abort", abort);
      discard(socket);
      reject(error);
    };
    const abort = (): void => fail(signal.reason as WsError);
    signal.addEventListener("abort", abort);
    // Node 22 tells of a refusal by `error` alone, others by both. No one tells why.
    const refuse = ({ message }: { readonly message?: unknown }): void => {
      const why = typeof message === "string" && message ? `: ${message}` : "";
      fail(
        new WsError("DIAL_FAILED", `dial ${label}: the connection was refused or failed${why}`, {
          details: { opaque: true },
        }),
      );
    };
    socket.onerror = refuse;
    socket.onclose = () => refuse({});
    socket.onopen = () => {
      // Firefox and Deno open where the server picked none.
      if (options.protocols.length > 0 && !options.protocols.includes(socket.protocol)) {
        fail(
          new WsError(
            "HANDSHAKE_REJECTED",
            `dial ${label}: the server picked no offered subprotocol`,
          ),
        );
        return;
      }
      signal.removeEventListener("abort", abort);
      const transport = new WebSocketTransport(socket, options, label);
      transport.attach(open(transport, url));
      resolve();
    };
  });

/** Any platform with a W3C `WebSocket`. */
export const webSocketPlatform: Platform = { dial, capabilities };

function createWebSocket(url: URL, options: DialOptions, label: string): WebSocketLike {
  type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;
  // Looked up now and not on import, by when a test or a polyfill may not have put it there.
  const platform = globalThis as unknown as { WebSocket?: WebSocketClass };
  const Class = (options.webSocket as unknown as WebSocketClass | undefined) ?? platform.WebSocket;
  if (Class === undefined) {
    throw new WsError(
      "UNSUPPORTED",
      `dial ${label}: this platform has no WebSocket: give one by option webSocket`,
    );
  }
  try {
    const socket = new Class(url.href, [...options.protocols]);
    socket.binaryType = "arraybuffer";
    return socket;
  } catch (cause) {
    // A page's security policy, or a scheme the class does not know.
    throw new WsError("DIAL_FAILED", `dial ${label}: ${(cause as Error).message}`, {
      retryable: false,
      cause,
    });
  }
}

/** Lets go of a socket: nothing it does matters any more, and what it throws neither. */
function discard(socket: WebSocketLike, code?: number, reason?: string): void {
  // First: some fire events from within `close`.
  socket.onopen = socket.onmessage = socket.onclose = null;
  // Node's `ws` as a class for tests ends the process over an error that nobody hears.
  socket.onerror = () => {};
  try {
    socket.close(code, reason);
  } catch {
    // Not open yet, and of a kind that throws then.
  }
}

class WebSocketTransport implements Transport {
  readonly protocol: string;
  readonly extensions: string;
  readonly handshake: undefined;
  readonly backpressure = "buffer";
  readonly canPing = false;
  readonly canFlush: boolean;
  readonly receiving = false;
  readonly timesPaused = 0;
  bytesRead = 0;

  readonly #socket: WebSocketLike;
  readonly #label: string;
  readonly #readLimit: number;
  readonly #copies: boolean;
  #handler: TransportHandler | undefined;
  #taken = 0;
  #flushes: (() => void)[] = [];
  #poll: ReturnType<typeof setTimeout> | undefined;
  #polled = 0;

  constructor(socket: WebSocketLike, { readLimit, webSocket }: DialOptions, label: string) {
    this.#socket = socket;
    this.#label = label;
    this.#readLimit = readLimit;
    this.#copies = webSocket !== undefined;
    this.canFlush = socket.bufferedAmount !== undefined;
    this.protocol = socket.protocol;
    this.extensions = socket.extensions ?? "";
  }

  /** Begins to report. */
  attach(handler: TransportHandler): void {
    this.#handler = handler;
    const socket = this.#socket;
    socket.onmessage = ({ data }) => this.#onMessage(data);
    // A `close` follows, or the deadline of whoever waits for one.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => {
      this.#detach()?.onEnd({
        code: code || CLOSE_CODES.ABNORMAL_CLOSURE,
        reason: reason ?? "",
      });
    };
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount ?? 0;
  }

  get blocked(): boolean {
    return !this.flushed;
  }

  get flushed(): boolean {
    return this.bufferedAmount === 0;
  }

  get bytesWritten(): number {
    return this.#taken - this.bufferedAmount;
  }

  send(data: string | Uint8Array): number {
    if (this.#socket.readyState !== OPEN) return -1;
    const before = this.bufferedAmount;
    // A browser copies what it takes; of a class that was given nobody knows.
    this.#socket.send(typeof data !== "string" && this.#copies ? data.slice() : data);
    const size = typeof data === "string" ? utf8Size(data) : data.byteLength;
    // What the platform counts, where it does: it may add the frame's header.
    this.#taken += Math.max(this.bufferedAmount - before, size);
    this.#watch();
    return size;
  }

  ping(): void {
    // Never called: `canPing` is false.
  }

  flush(done: () => void): void {
    this.#flushes.push(done);
    this.#look();
  }

  pause(): void {
    // Nothing to pause: `bufferLimit` bounds what waits.
  }

  resume(): void {
    // See `pause`.
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  cut(): void {
    const handler = this.#detach();
    discard(this.#socket);
    handler?.onEnd({ code: CLOSE_CODES.ABNORMAL_CLOSURE, reason: "" });
  }

  terminate(code?: number, reason?: string): void {
    this.#detach();
    discard(this.#socket, code, reason);
  }

  #detach(): TransportHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    clearTimeout(this.#poll);
    this.#flushes = [];
    return handler;
  }

  #onMessage(data: unknown): void {
    const isText = typeof data === "string";
    const size = isText ? utf8Size(data) : (data as ArrayBuffer).byteLength;
    this.bytesRead += size;
    if (size > this.#readLimit) {
      this.#refuse(size);
      return;
    }
    this.#handler?.onMessage(
      isText
        ? { type: "text", data }
        : { type: "binary", data: new Uint8Array(data as ArrayBuffer) },
      size,
    );
  }

  #refuse(size: number): void {
    const limit = this.#readLimit;
    const error = new WsError(
      "MESSAGE_TOO_BIG",
      `receive ${this.#label}: a message of ${size} bytes, over the limit of ${limit}`,
      { details: { limit, size } },
    );
    const code = CLOSE_CODES.MESSAGE_TOO_BIG;
    this.#handler?.onError(error, code);
    this.close(wireCode(code, capabilities.anyCloseCode), "");
  }

  /** There is no event for it: while bytes wait, somebody has to look. */
  #watch(): void {
    if (this.#poll === undefined && this.bufferedAmount > 0) {
      this.#poll = setTimeout(() => {
        this.#poll = undefined;
        this.#look();
      }, POLL);
    }
  }

  #look(): void {
    const { bytesWritten } = this;
    if (bytesWritten !== this.#polled) this.#handler?.onProgress();
    this.#polled = bytesWritten;
    if (this.flushed) for (const done of this.#flushes.splice(0)) done();
    this.#watch();
  }
}

/** The size of a text as UTF-8; its lone surrogates count as U+FFFD. */
function utf8Size(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
