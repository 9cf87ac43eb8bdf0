import { ABNORMAL_CLOSURE, browserCode, MESSAGE_TOO_BIG } from "../close.js";
import { WsError } from "../errors.js";
import type { ErrorCode, ErrorInit } from "../errors.js";
import { utf8Size } from "../message.js";
import type {
  Backpressure,
  Dial,
  DialOptions,
  Platform,
  Transport,
  TransportHandler,
} from "../transport.js";
import { displayUrl } from "../url.js";

/** What tells that a dial has failed; some platforms say why. */
interface Failure {
  readonly message?: unknown;
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
  pause?(paused: boolean): void;
}

type WebSocketLikeClass = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;

/** How often `bufferedAmount` is looked at while bytes wait, in milliseconds: there is no event for it. */
const POLL = 10;

/**
 * What dials with a W3C `WebSocket`: the class given by option `webSocket`; else, unless messages are to
 * be buffered, what `streamSocket` finds; else the platform's own.
 */
export function webSocketPlatform(streamSocket: () => object | undefined): Platform {
  const classFor = ({ webSocket, backpressure }: DialOptions): unknown =>
    webSocket ??
    (backpressure === "auto" ? streamSocket() : undefined) ??
    // Looked up now, not on import: a polyfill or a test may have put it there in between.
    (globalThis as { WebSocket?: unknown }).WebSocket;
  return {
    name: "a browser, or with option webSocket",
    credentials: false,
    unix: false,
    get base() {
      return (globalThis as { location?: { href: string } }).location?.href;
    },
    dial: (request) => dial(request, classFor(request.options) as WebSocketLikeClass | undefined),
  };
}

function dial(
  { url, options, signal, open }: Parameters<Dial>[0],
  Class: WebSocketLikeClass | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { protocols, writeTimeout } = options;
    const label = displayUrl(url);
    const errorOf = (code: ErrorCode, text: string, init?: ErrorInit): WsError =>
      new WsError(code, `dial ${label}: ${text}`, init);
    if (!Class) throw errorOf("UNSUPPORTED", "there is no WebSocket here: give option webSocket");
    let socket: WebSocketLike;
    try {
      socket = new Class(url.href, [...protocols]);
    } catch (cause) {
      // A page's security policy, or a scheme the class does not know.
      throw errorOf("DIAL_FAILED", (cause as Error).message, { retryable: false, cause });
    }
    socket.binaryType = "arraybuffer";
    const fail = (error: unknown): void => {
      discard(socket);
      reject(error);
    };
    signal.addEventListener("abort", () => fail(signal.reason));
    if (writeTimeout && socket.bufferedAmount === undefined) {
      fail(errorOf("UNSUPPORTED", "option writeTimeout needs a WebSocket with bufferedAmount"));
      return;
    }
    // Node 22 tells of a refusal by `error` alone, others by both. No one tells why.
    socket.onerror = socket.onclose = ({ message }: Failure) => {
      const why = typeof message === "string" && message ? `: ${message}` : "";
      const details = { opaque: true };
      fail(errorOf("DIAL_FAILED", `the connection was refused or failed${why}`, { details }));
    };
    socket.onopen = () => {
      // Firefox and Deno open where the server picked none.
      if (protocols.length > 0 && !protocols.includes(socket.protocol)) {
        fail(errorOf("HANDSHAKE_REJECTED", "the server picked no offered subprotocol"));
        return;
      }
      const transport = new WebSocketTransport(socket, options, label);
      transport.attach(open(transport, url));
      resolve();
    };
  });
}

/** Lets go of a socket: nothing it does matters any more, and what it throws neither. */
function discard(socket: WebSocketLike, code?: number): void {
  // First: some fire events from within `close`.
  socket.onopen = socket.onmessage = socket.onclose = socket.ondrain = null;
  // Node's `ws` as a class for tests ends the process over an error that nobody hears.
  socket.onerror = () => {};
  try {
    socket.close(code);
  } catch {
    // Not open yet, and of a kind that throws then.
  }
}

class WebSocketTransport implements Transport {
  readonly protocol: string;
  readonly extensions: string;
  readonly backpressure: Backpressure;
  // A message is what the platform tells; the core notes the time of each by itself.
  readonly bytesRead = 0;
  timesPaused = 0;

  readonly #socket: WebSocketLike;
  readonly #options: DialOptions;
  readonly #label: string;
  #handler: TransportHandler | undefined;
  /** Bytes that were handed to the socket, as it counts them. */
  #taken = 0;
  #flushes: (() => void)[] = [];
  #poll: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocketLike, options: DialOptions, label: string) {
    this.#socket = socket;
    this.#options = options;
    this.#label = label;
    this.protocol = socket.protocol;
    this.extensions = socket.extensions ?? "";
    this.backpressure = socket.pause ? "stream" : "buffer";
  }

  /** Begins to report. */
  attach(handler: TransportHandler): void {
    const socket = this.#socket;
    this.#handler = handler;
    socket.onmessage = ({ data }) => this.#onMessage(data);
    // A `close` follows, or the deadline of whoever waits for one.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason = "" }) => this.#end(code || ABNORMAL_CLOSURE, reason);
    socket.ondrain = () => this.#look();
  }

  get bufferedAmount(): number | undefined {
    return this.#socket.bufferedAmount;
  }

  get flushed(): boolean {
    return !this.bufferedAmount;
  }

  get blocked(): boolean {
    return !this.flushed;
  }

  get bytesWritten(): number {
    return this.#taken - (this.bufferedAmount ?? 0);
  }

  send(data: string | Uint8Array): number {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) return -1;
    const size = typeof data === "string" ? utf8Size(data) : data.length;
    const before = this.bytesWritten;
    // A browser copies what it takes; of a class that was given nobody knows.
    const copy = typeof data !== "string" && this.#options.webSocket;
    socket.send(copy ? data.slice() : data, size);
    // It may count the frame's header, too; and what did not have to wait has left.
    this.#taken = before + Math.max(size, this.bufferedAmount ?? 0);
    this.#watch();
    return size;
  }

  flush(done: () => void): void {
    this.#flushes.push(done);
    this.#look();
  }

  pause(paused: boolean): void {
    const socket = this.#socket;
    // Where there is nothing to pause, `bufferLimit` bounds what waits.
    if (!socket.pause) return;
    socket.pause(paused);
    if (paused) this.timesPaused++;
  }

  wireCode(code: number): number {
    return browserCode(code);
  }

  close(code: number, reason: string): void {
    // Some end a closing handshake by a timer of their own, which must not run while data still leaves.
    this.flush(() => this.#socket.close(browserCode(code), reason));
  }

  cut(): void {
    discard(this.#socket);
    this.#end(ABNORMAL_CLOSURE, "");
  }

  terminate(code?: number): void {
    this.#detach();
    discard(this.#socket, code && browserCode(code));
  }

  #end(code: number, reason: string): void {
    this.#detach()?.onEnd({ code, reason });
  }

  #detach(): TransportHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    clearTimeout(this.#poll);
    this.#flushes = [];
    return handler;
  }

  #onMessage(data: unknown): void {
    const message =
      typeof data === "string"
        ? ({ type: "text", data } as const)
        : ({ type: "binary", data: new Uint8Array(data as ArrayBuffer) } as const);
    const size = message.type === "text" ? utf8Size(message.data) : message.data.length;
    const limit = this.#options.readLimit;
    if (size <= limit) {
      this.#handler?.onMessage(message, size);
      return;
    }
    const text = `receive ${this.#label}: a message of ${size} bytes, over the limit of ${limit}`;
    const error = new WsError("MESSAGE_TOO_BIG", text, { details: { limit, size } });
    this.#handler?.onError(error, MESSAGE_TOO_BIG);
    this.close(MESSAGE_TOO_BIG, "");
  }

  /** While bytes wait, somebody has to look. */
  #watch(): void {
    if (this.flushed) return;
    this.#poll ??= setTimeout(() => {
      this.#poll = undefined;
      this.#look();
    }, POLL);
  }

  #look(): void {
    this.#handler?.onProgress();
    if (this.flushed) for (const done of this.#flushes.splice(0)) done();
    this.#watch();
  }
}
