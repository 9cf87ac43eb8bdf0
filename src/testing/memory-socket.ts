import { ABNORMAL_CLOSURE } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import { EMPTY_CLOSE } from "./endpoint.js";
import type { Endpoint, EndpointEvents } from "./endpoint.js";
import { toMessage } from "./frame.js";

/** A connection that the server has accepted. */
export interface Accepted {
  readonly endpoint: Endpoint;
  readonly protocol: string;
  readonly extensions: string;
}

/**
 * The part of a browser's `WebSocket` that this package uses, over a connection in memory. It hides what browsers
 * hide: why a dial has failed, pings, and when the kernel accepts bytes of its own frames.
 */
export class MemorySocket implements EndpointEvents {
  binaryType = "arraybuffer";
  readyState = 0;
  protocol = "";
  extensions = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onerror: ((event: object) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  ondrain: (() => void) | null = null;

  readonly #controller = new AbortController();
  #endpoint: Endpoint | undefined;

  /** @param dial Calls `open` when the server has accepted. Rejects if it refuses, or when the signal aborts. */
  constructor(dial: (signal: AbortSignal, open: (accepted: Accepted) => void) => Promise<void>) {
    dial(this.#controller.signal, (accepted) => this.#open(accepted)).catch(() => this.#fail());
  }

  get bufferedAmount(): number {
    return this.#endpoint?.queued ?? 0;
  }

  send(data: string | Uint8Array): void {
    this.#endpoint?.send(toMessage(data));
  }

  close(code?: number, reason = ""): void {
    this.readyState = Math.max(this.readyState, 2);
    this.#controller.abort();
    this.#endpoint?.close(code === undefined ? EMPTY_CLOSE : { code, reason });
  }

  #open({ endpoint, protocol, extensions }: Accepted): void {
    if (this.readyState !== 0) {
      endpoint.cut();
      return;
    }
    this.#endpoint = endpoint;
    this.readyState = 1;
    this.protocol = protocol;
    this.extensions = extensions;
    endpoint.attach(this);
    this.onopen?.();
  }

  #fail(): void {
    this.readyState = 3;
    this.onerror?.({});
    this.onclose?.({ code: ABNORMAL_CLOSURE, reason: "" });
  }

  // Events of the endpoint.

  onMessage({ data }: Message): void {
    if (this.readyState !== 1) return;
    this.onmessage?.({ data: typeof data === "string" ? data : data.slice().buffer });
  }

  onPong(): void {
    // Browsers do not report pongs.
  }

  onClose(): void {
    this.readyState = 2;
  }

  onProgress(): void {
    this.ondrain?.();
  }

  onEnd(): void {
    const { code, reason } = this.#endpoint?.outcome ?? { code: ABNORMAL_CLOSURE, reason: "" };
    this.readyState = 3;
    if (code === ABNORMAL_CLOSURE) this.onerror?.({});
    this.onclose?.({ code, reason });
  }
}
