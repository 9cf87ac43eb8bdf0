import { Buffer } from "node:buffer";
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { InflateRaw } from "node:zlib";
import WebSocket from "isomorphic-ws";
import {
  ABNORMAL_CLOSURE,
  INVALID_PAYLOAD,
  NO_STATUS,
  MESSAGE_TOO_BIG,
  POLICY_VIOLATION,
  PROTOCOL_ERROR,
} from "../close.js";
import { COMPRESSION } from "../constants.js";
import { now } from "../deadline.js";
import { parseTraits, WsError } from "../errors.js";
import type { ErrorDetails } from "../errors.js";
import type {
  Backpressure,
  Dial,
  DialOptions,
  DialRequest,
  Handshake,
  Platform,
  Transport,
  TransportHandler,
} from "../transport.js";
import { displayUrl, parseUrl, sameOrigin, unixProblem } from "../url.js";
import { FrameReader, NONE } from "./frame-reader.js";
import type { FrameSink } from "./frame-reader.js";
import { FrameWriter } from "./frame-writer.js";
import type { FrameTarget } from "./frame-writer.js";
import { guardConnection } from "./guarded-connection.js";
import type { CreateConnection } from "./guarded-connection.js";
import { parseGuard } from "./private-networks.js";
import type { NetworkGuard } from "./private-networks.js";

/** How much of a refusal's body is read, in bytes, and how long it is waited for, in milliseconds. */
const BODY_LIMIT = 65_536;
const BODY_TIMEOUT = 1_000;

/**
 * How many fragments one message may have. Each holds some memory beside its bytes (CVE-2026-48779), so
 * there is a limit; conformance suites send 65,536.
 */
const MAX_FRAGMENTS = 65_536;

/** When `ws` cuts a connection whose close the core could not notice, in milliseconds. */
const LAST_RESORT = 600_000;

/** How many reads of the socket one frame may take. */
const MAX_CHUNKS = 262_144;

/** How many pings may await their pongs' writing: as many as one read of the socket holds. */
const MAX_PENDING_PONGS = 32_768;

const DEFAULT_MAX_REDIRECTS = 5;

/** A ping carries its number, so that its pong names it. */
const PING_BYTES = 4;

/**
 * Opens connections with `ws`, following redirects if asked to: one dial per hop, each authorized, and
 * watched by the guard if there is one.
 */
const dialBy =
  (guard?: NetworkGuard): Dial =>
  async (request) => {
    const { signal } = request;
    let hop: Hop = { url: request.url, options: request.options };
    for (let hops = 0; ; hops++) {
      try {
        await dialOnce(request, hop, guard);
        return;
      } catch (error) {
        hop = followRedirect(hop, error, hops);
        await request.authorize(hop.url);
        signal.throwIfAborted();
      }
    }
  };

/** Node, by `ws`. */
export const nodePlatform: Platform = {
  credentials: true,
  unix: unixProblem,
  base: undefined,
  dial: /* @__PURE__ */ dialBy(),
  contextParsers: {
    denyPrivateNetworks(value, name) {
      const guard = parseGuard(value, name);
      return guard && dialBy(guard);
    },
  },
};

/** The target of one dial, and the options that may travel to it. */
interface Hop {
  readonly url: URL;
  readonly options: DialOptions;
}

/** Where a refused dial leads; throws the refusal itself where it leads nowhere. */
function followRedirect(from: Hop, refusal: unknown, hops: number): Hop {
  const { followRedirects = false, maxRedirects = DEFAULT_MAX_REDIRECTS } = from.options.node;
  const location = redirectLocation(refusal);
  if (location === undefined || !followRedirects) throw refusal;
  const label = displayUrl(from.url);
  if (hops >= maxRedirects) {
    throw new WsError("HANDSHAKE_REJECTED", `dial ${label}: over ${maxRedirects} redirects`, {
      details: (refusal as WsError).details,
    });
  }
  const url = parseLocation(from.url, location, refusal as WsError);
  if (url.protocol === "ws+unix:" || (from.url.protocol === "wss:" && url.protocol === "ws:")) {
    throw new WsError(
      "URL_FORBIDDEN",
      `dial ${label}: not allowed: ${displayUrl(url)}: a redirect may not leave TLS or the network`,
    );
  }
  if (sameOrigin(from.url, url)) {
    url.username = from.url.username;
    url.password = from.url.password;
    return { url, options: from.options };
  }
  return { url, options: withoutSecrets(from.options, `dial ${label}`) };
}

function redirectLocation(refusal: unknown): string | undefined {
  if (!WsError.is(refusal)) return undefined;
  const { status = 0, headers } = refusal.details;
  const location = headers?.location;
  return [301, 302, 303, 307, 308].includes(status) && typeof location === "string"
    ? location
    : undefined;
}

/** A location is relative to where it came from (RFC 9110 section 10.2.2). Its credentials are not ours. */
function parseLocation(from: URL, location: string, refusal: WsError): URL {
  try {
    const url = parseUrl(new URL(location, from), { unix: unixProblem, credentials: true });
    url.username = url.password = "";
    return url;
  } catch {
    // No cause: Node's names both URLs, with their credentials and queries.
    throw new WsError("HANDSHAKE_REJECTED", `dial ${displayUrl(from)}: redirected to a bad URL`, {
      details: refusal.details,
    });
  }
}

/** What may travel to another origin: no user header, no client certificate. */
function withoutSecrets(options: DialOptions, operation: string): DialOptions {
  const { agent, tls } = options.node;
  if (holdsCertificate((agent as { options?: object } | undefined)?.options)) {
    throw new WsError(
      "URL_FORBIDDEN",
      `${operation}: not allowed: a redirect would take the agent's client certificate elsewhere`,
    );
  }
  const kept = Object.entries(tls ?? {}).filter(([name]) => !CERTIFICATE_OPTIONS.includes(name));
  return { ...options, headers: {}, node: { ...options.node, tls: Object.fromEntries(kept) } };
}

/** Of the options of a TLS connect, those that hold or may hold who we are. */
const CERTIFICATE_OPTIONS: readonly string[] = [
  "cert",
  "key",
  "pfx",
  "passphrase",
  "secureContext",
  "session",
  "pskCallback",
  "clientCertEngine",
  "privateKeyEngine",
  "privateKeyIdentifier",
];

function holdsCertificate(options: object = {}): boolean {
  return CERTIFICATE_OPTIONS.some((name) => name in options);
}

/** One dial to one URL. */
function dialOnce(
  { signal, open }: DialRequest,
  { url, options }: Hop,
  guard: NetworkGuard | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const label = displayUrl(url);
    let request: ClientRequest | undefined;
    let response: IncomingMessage | undefined;
    const createConnection = guard && guardConnection(guard, url, options, signal);
    const ws = createWebSocket(url, options, createConnection, (req) => (request = req));
    const abort = (): void => {
      fail(signal.reason);
      ws.terminate();
    };
    const fail = (error: unknown): void => {
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    signal.addEventListener("abort", abort);
    // For good: a late error without a listener would end the process.
    ws.on("error", (error) => fail(dialError(label, error, request, response)));
    ws.once("close", () => fail(new WsError("DIAL_FAILED", `dial ${label}: closed`)));
    ws.once("upgrade", (res: IncomingMessage) => {
      response = res;
      const fault = handshakeFault(res);
      if (fault === undefined) return;
      fail(dialError(label, new Error(fault), request, response));
      ws.terminate();
    });
    ws.once("unexpected-response", (req: ClientRequest, res: IncomingMessage) => {
      signal.removeEventListener("abort", abort);
      // What goes wrong with its body does not undo a refusal.
      ws.removeAllListeners().on("error", () => {});
      void readBody(res, signal).then((body) => {
        // Out of time with the refusal in hand: what is known says more than that.
        const timedOut = (signal.reason as WsError | undefined)?.code === "DIAL_TIMEOUT";
        const refused = !signal.aborted || timedOut;
        fail(refused ? refusalError(label, res, body) : signal.reason);
        // With this event listened to, `ws` leaves the end to us. The socket of a complete response
        // outlives its request: it goes back to the agent, or, without one, must go as well.
        if (options.node.agent) req.destroy();
        else ws.terminate();
      });
    });
    ws.once("open", () => {
      signal.removeEventListener("abort", abort);
      ws.removeAllListeners();
      const transport = new NodeTransport(ws, options, label, response);
      transport.attach(open(transport, url));
      resolve();
    });
    // The user's look-up has run in the meantime.
    if (signal.aborted) abort();
  });
}

function createWebSocket(
  url: URL,
  { node, compression, readLimit, ...options }: DialOptions,
  createConnection: CreateConnection | undefined,
  onRequest: (request: ClientRequest) => void,
): WebSocket {
  const { agent, tls, lookup, family, localAddress, origin } = node;
  const compresses = compression !== COMPRESSION.DISABLED;
  const noContext = compression === COMPRESSION.NO_CONTEXT;
  const settings = {
    // First, so that nothing in it stands in for a setting of ours.
    ...tls,
    // Nor for one of `ws` or of requests.
    allowSynchronousEvents: true,
    auth: undefined,
    autoPong: true,
    createConnection,
    generateMask: undefined,
    handshakeTimeout: undefined,
    maxBufferedChunks: MAX_CHUNKS,
    protocolVersion: 13,
    skipUTF8Validation: false,
    agent,
    lookup: lookup && catching(lookup as Lookup),
    family,
    localAddress,
    origin,
    headers: options.headers,
    followRedirects: false,
    maxPayload: compresses ? deflatedLimit(readLimit) : readLimit,
    maxFragments: MAX_FRAGMENTS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    // The core's own deadline forgives this process's sleep; `ws`'s timer would not.
    closeTimeout: LAST_RESORT,
    perMessageDeflate: compresses && {
      // Not `false`, which would refuse a server that wants it (RFC 7692 section 7.1.1).
      ...(noContext && { serverNoContextTakeover: true, clientNoContextTakeover: true }),
      zlibInflateOptions: { transform: inflateAll },
      // We decide, message by message: `ws` would heed its own only without context take-over.
      threshold: 0,
    },
    finishRequest(request: ClientRequest) {
      // All of them count: Node would drop what is over 1,000, and has a limit in bytes as well.
      request.maxHeadersCount = 0;
      onRequest(request);
      request.end();
    },
  };
  try {
    return new WebSocket(
      url,
      [...options.protocols],
      settings as unknown as WebSocket.ClientOptions,
    );
  } catch (cause) {
    // What Node checks itself, of `tls` and `agent` for the most part.
    const why = (cause as Error).message;
    throw new WsError("INVALID_OPTION", `connect: option node: Node refuses it: ${why}`, { cause });
  }
}

/**
 * How long a message of so many bytes may be on the wire: deflate makes longer what it cannot compress, by
 * an eighth at worst (zlib's `deflateBound`). `ws` has one limit for both lengths; the core knows the exact
 * one.
 */
function deflatedLimit(readLimit: number): number {
  return readLimit + (readLimit >> 3) + 64;
}

/**
 * Inflates a part of a message, and fails where Node would drop the rest in silence: what stands behind
 * a final block (RFC 7692 section 7.2.1 lets more follow). Of that, empty blocks may be dropped.
 */
function inflateAll(
  this: InflateRaw,
  chunk: Buffer,
  encoding: BufferEncoding,
  done: (error?: Error | null) => void,
): void {
  const before = this.bytesWritten;
  const own = Object.getPrototypeOf(this) as InflateRaw;
  own._transform.call(this, chunk, encoding, (error) => {
    const rest = chunk.subarray(this.bytesWritten - before);
    if (error || rest.every((byte) => byte === 0 || byte === 0xff)) done(error);
    // As Node ends it for what is no deflate.
    else this.destroy(Object.assign(new Error("more behind the end"), { code: "Z_DATA_ERROR" }));
  });
}

type Lookup = (host: string, options: object, done: (error: Error) => void) => void;

/** A look-up whose exception is its answer; thrown through Node, it would leave a socket behind. */
function catching(lookup: Lookup): Lookup {
  return (host, options, done) => {
    try {
      lookup(host, options, done);
    } catch (error) {
      done(error as Error);
    }
  };
}

// The errors of a dial

/** One extension, and window bits as RFC 7692 section 7.1.2 writes them; `ws` checks the rest. */
const EXTENSION = /^[ \t]*permessage-deflate([ \t]*;[ \t]*\w+(="?([89]|1[0-5])"?)?)*[ \t]*$/;

/** What `ws` lets pass in an answer of 101, and is none of RFC 6455 section 4.1 or RFC 7692 section 5. */
function handshakeFault({ httpVersion, headers }: IncomingMessage): string | undefined {
  // RTSP/1.0 as well, which Node reads.
  if (httpVersion !== "1.1") return `Not HTTP/1.1 but ${httpVersion}`;
  const extensions = headers["sec-websocket-extensions"];
  if (extensions === undefined || EXTENSION.test(extensions)) return undefined;
  return "Invalid Sec-WebSocket-Extensions header";
}

/** OpenSSL's names of what is wrong with a certificate, as Node hands them on. */
const CERTIFICATE_ERROR =
  /CERT|CRL|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;

function dialError(
  label: string,
  cause: Error & { code?: string },
  request: ClientRequest | undefined,
  response: IncomingMessage | undefined,
): WsError {
  const { code = "" } = cause;
  // The guard's.
  if (WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const why = cause.message || code;
  if (response !== undefined || code.startsWith("HPE_")) {
    return new WsError("HANDSHAKE_REJECTED", `dial ${label}: bad handshake: ${why}`, {
      details: response ? responseDetails(response) : {},
      cause,
    });
  }
  const socket = request?.socket as (Socket & { authorizationError?: unknown }) | null | undefined;
  if (socket?.authorizationError || CERTIFICATE_ERROR.test(code)) {
    return new WsError("DIAL_FAILED", `dial ${label}: certificate not trusted: ${why}`, {
      retryable: false,
      cause,
    });
  }
  return new WsError("DIAL_FAILED", `dial ${label}: ${why}`, { cause });
}

/** The kinds by HTTP status; a `+` marks one that is retryable. Of the others, 5xx is UNAVAILABLE. */
const STATUS_TRAITS: Readonly<Record<number, string>> = {
  401: "PERMISSION_DENIED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  408: "+TIMEOUT",
  410: "NOT_FOUND",
  429: "+RATE_LIMITED",
  501: "UNAVAILABLE",
  505: "UNAVAILABLE",
};

function refusalError(label: string, response: IncomingMessage, body: string): WsError {
  const details = { ...responseDetails(response), body };
  const { status = 0, statusText = "" } = details;
  const traits =
    STATUS_TRAITS[status] ?? (status >= 500 && status < 600 ? "+UNAVAILABLE" : "INTERNAL");
  const hint = redirectHint(status);
  return new WsError(
    "HANDSHAKE_REJECTED",
    `dial ${label}: the server answered ${status} ${statusText}${hint}`,
    { ...parseTraits(traits), details },
  );
}

function redirectHint(status: number): string {
  return status >= 300 && status < 400 ? ": option node.followRedirects follows redirects" : "";
}

function responseDetails(response: IncomingMessage): ErrorDetails {
  const { statusCode = 0, statusMessage = "" } = response;
  const retryAfter = parseRetryAfter(response.headers["retry-after"]);
  return {
    status: statusCode,
    statusText: statusMessage,
    headers: copyHeaders(response.headers),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

function copyHeaders(headers: IncomingHttpHeaders): Handshake["headers"] {
  return Object.freeze({ ...headers }) as Handshake["headers"];
}

/** A date as HTTP writes it (RFC 9110 section 5.6.7); `Date.parse` makes one of almost anything. */
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;

/** Seconds, or a date (RFC 9110 section 10.2.3); in milliseconds. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000;
  const date = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** The start of a body: what comes within the limits, be it cut short or stalled. */
function readBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString());
    };
    const timer = setTimeout(done, BODY_TIMEOUT);
    signal.addEventListener("abort", done);
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= BODY_LIMIT) done();
    });
    response.on("end", done);
    response.on("error", done);
    response.on("close", done);
  });
}

// The open connection

/** A handle's counts; Node has no public name for bytes that the kernel has taken. */
interface Handle {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
  /** TLS: the handle below, where the bytes come and leave. */
  readonly _parent?: Handle;
}

/** The codes `ws` sends for the errors that it names. All others: 1002. */
const ERROR_CLOSE_CODES: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: INVALID_PAYLOAD,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: POLICY_VIOLATION,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: MESSAGE_TOO_BIG,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: MESSAGE_TOO_BIG,
};

/** A ping whose pong is awaited. */
interface Ping {
  readonly id: number;
  start: number;
  readonly done: (roundTrip: number) => void;
}

class NodeTransport implements Transport, FrameSink, FrameTarget {
  readonly protocol: string;
  readonly extensions: string;
  readonly backpressure: Backpressure;
  timesPaused = 0;
  /** Writes begun, and those that are done. */
  taken = 0;
  written = 0;

  readonly #ws: WebSocket;
  readonly #socket: Socket | undefined;
  readonly #options: DialOptions;
  readonly #label: string;
  readonly #headers: IncomingHttpHeaders | undefined;
  #handshake: Handshake | undefined;
  #frames: FrameReader | undefined;
  /** The listener of `ws`. */
  #leave: ((this: Socket | undefined, bytes: Buffer) => void) | undefined;
  /** Writes past `ws`; without a socket nothing can. */
  readonly #writer: FrameWriter | undefined;
  readonly #deflates: boolean;
  #socketError: Error | undefined;
  #handler: TransportHandler | undefined;

  #sentCode: number | undefined;
  #hasToldFault = false;
  #awaitsTurnEnd = false;
  /** How many messages `ws` has that are not written. */
  #deflating = 0;
  #pings: readonly Ping[] = [];
  #pingsSent = 0;
  #pauseAsked = false;
  #pauseFirmly = false;
  #paused = false;

  constructor(
    ws: WebSocket,
    options: DialOptions,
    label: string,
    response: IncomingMessage | undefined,
  ) {
    this.#ws = ws;
    this.#options = options;
    this.#label = label;
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    this.#socket = response?.socket;
    this.#writer = this.#socket && new FrameWriter(this);
    this.#deflates = ws.extensions !== "";
    this.protocol = ws.protocol;
    this.extensions = response?.headers["sec-websocket-extensions"] ?? ws.extensions;
    this.#headers = response?.headers;
  }

  get handshake(): Handshake | undefined {
    const headers = this.#headers;
    // Not before somebody asks: what is frozen holds as much again. `ws` opens at no other status.
    return (this.#handshake ??= headers && { status: 101, headers: copyHeaders(headers) });
  }

  /** Begins to report. */
  attach(handler: TransportHandler): void {
    this.#handler = handler;
    const ws = this.#ws;
    ws.on("message", (data: Buffer, isBinary: boolean) => {
      this.#handler?.onMessage(
        isBinary ? { type: "binary", data: own(data) } : { type: "text", data: data.toString() },
        data.length,
      );
    });
    ws.on("pong", (payload) => this.#onPong(payload));
    ws.on("error", (error) => this.#onError(error));
    ws.on("close", (code, reason) => {
      // Where the peer's frame came first, ours was its answer: with its code (RFC 6455 section 5.5.1), or
      // none as it had none.
      const echoed = code === NO_STATUS || code === ABNORMAL_CLOSURE ? undefined : code;
      this.#detach()?.onEnd({
        code,
        reason: reason.toString(),
        sentCode: this.#sentCode ?? echoed,
        cause: this.#socketError,
      });
    });
    // `ws` keeps a socket's error to itself.
    this.#socket?.on("error", (error) => (this.#socketError = error));
    // `ws` does not tell when the peer begins to close: its close frame, or an end without one.
    const onClosing = (): void => {
      if (ws.readyState !== WebSocket.OPEN) this.#handler?.onClosing();
    };
    this.#readAhead();
    this.#socket?.on("data", onClosing).on("end", onClosing).on("finish", onClosing);
  }

  /** Puts a reader before `ws`, whose listener is the only one yet; Bun's own `ws` has none. */
  #readAhead(): void {
    const socket = this.#socket;
    const [leave, ...others] = (socket?.listeners("data") ?? []) as ((chunk: Buffer) => void)[];
    if (!socket || !leave || others.length > 0) return;
    // With compression none is taken: it might have to wait for one that is being inflated.
    const reader = new FrameReader(this.#deflates ? NONE : this.#options.readLimit, this);
    this.#frames = reader;
    this.#leave = leave;
    const read = (chunk: Buffer): void => reader.read(chunk);
    socket.off("data", leave).prependListener("data", read);
    // Before `ws` does: it reads what is left by then.
    socket.prependOnceListener("close", () => {
      socket.off("data", read);
      reader.end();
    });
  }

  mayTake(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  leave(bytes: Buffer): void {
    // `ws` may answer a close frame, behind which nothing may follow (RFC 6455 section 5.5.1).
    this.#writer?.flush();
    this.#leave?.call(this.#socket, bytes);
  }

  /** Takes a message from a chunk, unless it is damaged: then `ws` shall say so. */
  take(isText: boolean, chunk: Buffer, start: number, end: number): boolean {
    const handler = this.#handler;
    if (!handler) return false;
    if (isText) {
      const data = chunk.toString("utf8", start, end);
      // In place of what is no UTF-8; or it was sent.
      if (data.includes("\ufffd")) return false;
      handler.onMessage({ type: "text", data }, end - start);
    } else {
      const data = own(chunk.subarray(start, end));
      handler.onMessage({ type: "binary", data }, end - start);
    }
    return true;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount + (this.#writer?.size ?? 0);
  }

  get progress(): number {
    // Not `bufferedAmount`, which counts what is still being compressed.
    return this.#socket?.writableLength ? takenOf(this.#handle) : NaN;
  }

  get life(): number {
    return this.#frames?.inMessage ? NaN : this.received + takenOf(this.#handle);
  }

  get received(): number {
    const { bytesRead = 0 } = lowest(this.#handle);
    return bytesRead;
  }

  get #handle(): Handle | null | undefined {
    return (this.#socket as (Socket & { readonly _handle?: Handle | null }) | undefined)?._handle;
  }

  send(data: string | Uint8Array): number {
    if (this.#ws.readyState !== WebSocket.OPEN) return -1;
    this.taken++;
    const writer = this.#writer;
    if (!writer || this.#deflates) {
      const size = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
      const compress = this.#deflates && size >= this.#options.compressionThreshold;
      // What `ws` is compressing goes first.
      if (!writer || compress || this.#deflating > 0) {
        this.#sendByWs(data, compress);
        return size;
      }
    }
    this.#awaitTurnEnd();
    return writer.add(data);
  }

  #sendByWs(data: string | Uint8Array, compress: boolean): void {
    this.#writer?.flush();
    this.#deflating++;
    // While one message is compressed the next ones wait, uncopied.
    const payload = typeof data !== "string" && this.#deflates ? data.slice() : data;
    this.#ws.send(payload, { binary: typeof data !== "string", compress }, (error) => {
      this.#deflating--;
      this.#onWritten(error);
    });
  }

  #awaitTurnEnd(): void {
    if (this.#awaitsTurnEnd) return;
    this.#awaitsTurnEnd = true;
    atTurnEnd(this);
  }

  /** This turn's microtasks are done. */
  onTurnEnd(): void {
    this.#awaitsTurnEnd = false;
    this.#writer?.flush();
    // Who has drained by now what had just arrived needs no pause.
    if (this.#paused || !this.#isPauseDue) return;
    this.#paused = true;
    this.timesPaused++;
    this.#ws.pause();
  }

  write(bytes: Buffer, messages: number): void {
    this.#socket?.write(bytes, (error) => this.#onWritten(error, messages));
  }

  ping(done: (roundTrip: number) => void): () => void {
    const ping: Ping = { id: ++this.#pingsSent, start: now(), done };
    this.#pings = [...this.#pings, ping];
    this.#regulate();
    if (this.#ws.readyState === WebSocket.OPEN) {
      const payload = Buffer.alloc(PING_BYTES);
      payload.writeUInt32BE(ping.id);
      this.#writer?.flush();
      this.taken++;
      this.#ws.ping(payload, true, (error?: Error | null) => {
        ping.start = now();
        this.#onWritten(error);
      });
    }
    return () => this.#takePings((one) => one === ping);
  }

  #onPong(payload: Buffer): void {
    if (payload.byteLength !== PING_BYTES) return;
    const id = payload.readUInt32BE();
    // One that was never asked for settles nothing; that of a ping that was given up the earlier ones.
    if (id > this.#pingsSent) return;
    for (const { start, done } of this.#takePings((ping) => ping.id <= id)) done(now() - start);
  }

  /** Takes out pings that wait no longer. */
  #takePings(isOver: (ping: Ping) => boolean): readonly Ping[] {
    const over = this.#pings.filter(isOver);
    this.#pings = this.#pings.filter((ping) => !isOver(ping));
    this.#regulate();
    return over;
  }

  pause(paused: boolean, firmly = false): void {
    this.#pauseAsked = paused;
    this.#pauseFirmly = firmly;
    this.#regulate();
  }

  get #isPauseDue(): boolean {
    // A paused socket would not see the pong, and what waits for it would be our own doing.
    return this.#pauseAsked && (this.#pauseFirmly || this.#pings.length === 0);
  }

  #regulate(): void {
    if (this.#paused === this.#isPauseDue) return;
    if (!this.#paused) {
      this.#awaitTurnEnd();
      return;
    }
    this.#paused = false;
    this.#ws.resume();
  }

  close(code: number, reason: string): void {
    this.#writer?.flush();
    if (this.#ws.readyState === WebSocket.OPEN) this.#sentCode = code;
    this.#ws.close(code, reason);
  }

  terminate(code: number): number | undefined {
    const ws = this.#ws;
    this.#detach();
    const isOpen = ws.readyState === WebSocket.OPEN;
    if (code === ABNORMAL_CLOSURE || (!isOpen && !this.#hasToldFault)) {
      ws.terminate();
      return undefined;
    }
    this.pause(false);
    if (isOpen) {
      this.#writer?.flush();
      ws.close(code);
      this.#socket?.end(() => this.#socket?.destroy());
    }
    // A peer that takes nothing any more will not take the frame either.
    const stop = setTimeout(() => ws.terminate(), this.#options.closeTimeout);
    ws.once("close", () => clearTimeout(stop));
    return code;
  }

  cut(): void {
    this.#ws.terminate();
  }

  #detach(): TransportHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    for (const { done } of this.#takePings(() => true)) done(NaN);
    return handler;
  }

  #onWritten(error: Error | null | undefined, messages = 1): void {
    const handler = this.#handler;
    // An error is the connection's, which reports it as its end. And a socket that was destroyed calls
    // back without one for bytes that it dropped.
    if (error || handler === undefined || this.#socket?.destroyed) return;
    this.written += messages;
    handler.onProgress();
  }

  /**
   * `ws` found a fault with the peer, and has sent a close frame that tells it; unless the peer had ended
   * its side while the message was inflated, at which `ws` ends this one.
   */
  #onError(cause: Error & { code?: string }): void {
    this.#frames?.stop();
    this.#hasToldFault = !this.#socket?.writableEnded;
    const closeCode = errorCloseCode(cause.code);
    const limit = this.#options.readLimit;
    const error =
      closeCode === MESSAGE_TOO_BIG
        ? new WsError("MESSAGE_TOO_BIG", `receive ${this.#label}: a message over ${limit} bytes`, {
            details: { limit },
            cause,
          })
        : new WsError("PROTOCOL_ERROR", `receive ${this.#label}: ${cause.message}`, { cause });
    this.#handler?.onError(error, closeCode);
  }
}

/** With TLS the handle of TCP: bytes come there before they can be read, and leave there. */
function lowest(handle: Handle | null | undefined): Handle {
  return handle?._parent ?? handle ?? {};
}

/** How many bytes the kernel has taken. */
function takenOf(handle: Handle | null | undefined): number {
  const { bytesWritten = 0, writeQueueSize = 0 } = lowest(handle);
  return bytesWritten - writeQueueSize;
}

function errorCloseCode(code = ""): number {
  // zlib's errors: the payload is not what it says it is (RFC 7692 section 7.2.2).
  if (code.startsWith("Z_")) return INVALID_PAYLOAD;
  return ERROR_CLOSE_CODES[code] ?? PROTOCOL_ERROR;
}

/** Who waits for the end of this turn. */
let waiting: NodeTransport[] = [];

/** Tells when this turn's microtasks are done; a tick alone would come before them in some turns. */
function atTurnEnd(transport: NodeTransport): void {
  if (waiting.push(transport) === 1) queueMicrotask(awaitTick);
}

function awaitTick(): void {
  process.nextTick(endTurn);
}

function endTurn(): void {
  const transports = waiting;
  waiting = [];
  for (const transport of transports) transport.onTurnEnd();
}

/**
 * A message's bytes in a buffer of their own: a view would keep the socket's 64 KiB alive while it
 * waits, or share a pool with others.
 */
function own(data: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = data;
  // An empty one is shared by `ws` among all of its connections.
  const isWhole = data.byteLength > 0 && buffer.byteLength === data.byteLength;
  return isWhole && buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(data);
}
