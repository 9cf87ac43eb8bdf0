import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import WebSocket from "isomorphic-ws";
import {
  ABNORMAL_CLOSURE,
  INVALID_PAYLOAD,
  NO_STATUS,
  MESSAGE_TOO_BIG,
  POLICY_VIOLATION,
  PROTOCOL_ERROR,
} from "../../close.js";
import { now } from "../../deadline.js";
import { WsError } from "../../errors.js";
import type {
  Backpressure,
  DialOptions,
  Handshake,
  Transport,
  TransportHandler,
} from "../../transport.js";
import { FrameReader, NONE } from "./frame-reader.js";
import type { FrameSink } from "./frame-reader.js";
import { FrameWriter } from "./frame-writer.js";
import type { FrameTarget } from "./frame-writer.js";
import { copyHeaders } from "./handshake-errors.js";

/** A ping carries its number, so that its pong names it. */
const PING_BYTES = 4;

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

export class NodeTransport implements Transport, FrameSink, FrameTarget {
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
