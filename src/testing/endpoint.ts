import { ABNORMAL_CLOSURE, NO_STATUS } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import type { Frame } from "./frame.js";
import type { Link } from "./link.js";
import { Pipe } from "./pipe.js";
import type { Meter } from "./pipe.js";

/** The body of a close frame. */
export interface CloseBody {
  readonly code: number;
  readonly reason: string;
}

/** The user of an endpoint. */
export interface EndpointEvents {
  onMessage(message: Message): void;
  onPong(id: number): void;
  /** The other side has sent a close frame. */
  onClose(): void;
  /** A frame was flushed, or bytes have arrived. */
  onProgress(): void;
  /** TCP has ended. */
  onEnd(): void;
}

/**
 * One side of a connection in memory: the frames of RFC 6455 without their bytes. It answers pings and close frames,
 * and ends when both close frames are there, as a server closes TCP then (RFC 6455 section 7.1.1).
 */
export class Endpoint {
  /** The messages and pings that the kernel has accepted so far. */
  flushed = 0;
  /** The bytes that have arrived so far. */
  received = 0;
  /** True if it answers neither pings nor close frames. */
  isSilent = false;
  isEnded = false;
  sentClose: CloseBody | undefined;
  receivedClose: CloseBody | undefined;

  readonly #isServer: boolean;
  #events: EndpointEvents | undefined;
  #onAccept: (() => void) | undefined;
  #out!: Pipe;
  #in!: Pipe;
  #other!: Endpoint;

  private constructor(isServer: boolean) {
    this.#isServer = isServer;
  }

  /** Creates both sides of a connection. */
  static pair(link: () => Link): { readonly client: Endpoint; readonly server: Endpoint } {
    const client = new Endpoint(false);
    const server = new Endpoint(true);
    let passed = 0;
    const cut = (): void => {
      client.#out.cut();
      server.#out.cut();
    };
    const meter: Meter = {
      admit(bytes) {
        const isAdmitted = passed + bytes <= link().cutAfter;
        if (isAdmitted) passed += bytes;
        else cut();
        return isAdmitted;
      },
      check() {
        if (passed >= link().cutAfter) cut();
      },
    };
    const pipe = (from: Endpoint, to: Endpoint): Pipe =>
      new Pipe(link, meter, {
        onFrame: (frame) => to.#receive(frame),
        onFlushed: (frame) => from.#onFlushed(frame),
        onArrived: (more) => to.#onArrived(more),
      });
    client.#out = server.#in = pipe(client, server);
    server.#out = client.#in = pipe(server, client);
    client.#other = server;
    server.#other = client;
    return { client, server };
  }

  /** Starts reporting to `events`. */
  attach(events: EndpointEvents): void {
    this.#events = events;
  }

  /** Sends the response that opens the connection: the first frame of the server. */
  accept(): void {
    this.#out.send({ type: "accept" });
  }

  /** Calls `open` when the response arrives, and `fail` if TCP ends before. `open` must attach the client. */
  whenAccepted(open: () => void, fail: () => void): void {
    this.#onAccept = open;
    const ignore = (): void => {};
    const events = { onMessage: ignore, onPong: ignore, onClose: ignore, onProgress: ignore };
    this.#events = { ...events, onEnd: fail };
  }

  /** Bytes that wait at this side. */
  get queued(): number {
    return this.#out.queued;
  }

  /** Bytes that the kernel of this side has accepted. */
  get sent(): number {
    return this.#out.accepted;
  }

  get isReceiving(): boolean {
    return this.#in.isReceiving;
  }

  /** True until a close frame was sent, or TCP has ended. */
  get isOpen(): boolean {
    return !this.sentClose && !this.isEnded;
  }

  send(message: Message): void {
    this.#out.send({ type: "message", message });
  }

  ping(id: number): void {
    this.#out.send({ type: "ping", id });
  }

  /** Sends a close frame, unless one was sent. */
  close(body: CloseBody): void {
    if (!this.isOpen) return;
    this.sentClose = body;
    this.#out.send({ type: "close", ...body });
    this.#endIfComplete();
  }

  setPaused(isPaused: boolean): void {
    this.#in.setPaused(isPaused);
  }

  /** Ends TCP on this side at once. The other side ends after it has received the bytes that are on the wire. */
  cut(): void {
    this.#out.cut();
    this.#end();
  }

  /** Discards the messages that have not arrived on this side. Returns their number. Call `abort` after it. */
  discardIncoming(): number {
    return this.#in.discard();
  }

  /** Ends both sides at once, and discards the bytes that are on the wire. */
  abort(): void {
    this.#end();
    this.#other.#end();
  }

  /** The close frame of the other side, or else 1006. */
  get outcome(): CloseBody {
    return this.receivedClose ?? { code: ABNORMAL_CLOSURE, reason: "" };
  }

  #receive(frame: Frame): void {
    if (this.isEnded) return;
    switch (frame.type) {
      case "accept":
        this.#onAccept?.();
        break;
      case "message":
        if (!this.receivedClose) this.#events?.onMessage(frame.message);
        break;
      case "ping":
        if (this.isOpen && !this.isSilent) this.#out.send({ type: "pong", id: frame.id });
        break;
      case "pong":
        this.#events?.onPong(frame.id);
        break;
      case "close":
        this.#onClose(frame);
        break;
      default:
        this.#end();
    }
  }

  #onClose({ code, reason }: CloseBody): void {
    this.receivedClose = { code, reason };
    this.#events?.onClose();
    // The answer has the same code (RFC 6455 section 5.5.1). Servers repeat the reason as well.
    if (!this.isSilent) this.close({ code, reason: this.#isServer ? reason : "" });
    this.#endIfComplete();
  }

  #onFlushed({ type }: Frame): void {
    if (type === "message" || type === "ping") this.flushed++;
    this.#events?.onProgress();
    this.#endIfComplete();
  }

  #onArrived(bytes: number): void {
    this.received += bytes;
    if (!this.isEnded) this.#events?.onProgress();
  }

  /** The server ends TCP when both close frames are there and its own has left. */
  #endIfComplete(): void {
    if (!this.#isServer || this.isEnded || !this.sentClose || !this.receivedClose) return;
    if (this.#out.queued > 0) return;
    this.#end();
    this.#out.send({ type: "end" });
  }

  #end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#in.close();
    this.#events?.onEnd();
  }
}

/** The close frame without a code. */
export const EMPTY_CLOSE: CloseBody = { code: NO_STATUS, reason: "" };
