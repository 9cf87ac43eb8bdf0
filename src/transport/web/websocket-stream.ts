import { ABNORMAL_CLOSURE } from "../../protocol/close-codes.js";

/** The part of a `WebSocketStream` that is used here. */
interface WebSocketStreamLike {
  readonly opened: Promise<{
    readonly protocol: string;
    readonly extensions: string;
    readonly readable: ReadableStream<string | ArrayBuffer>;
    readonly writable: WritableStream<string | Uint8Array>;
  }>;
  readonly closed: Promise<{ readonly closeCode: number; readonly reason: string }>;
  close(info: { closeCode: number | undefined; reason: string | undefined }): void;
}

type WebSocketStreamClass = new (url: string, options: object) => WebSocketStreamLike;

interface EndEvent {
  readonly code: number;
  readonly reason?: string;
  readonly message?: unknown;
}

/** A read that waits this long has caught up with what the browser held, in milliseconds. */
const CAUGHT_UP = 100;

/** The class to dial with where the platform has `WebSocketStream`. */
export function streamSocket(): typeof StreamSocket | undefined {
  return "WebSocketStream" in globalThis ? StreamSocket : undefined;
}

/**
 * A `WebSocketStream` in the shape of a W3C `WebSocket`, which can be paused on top of that: while
 * nobody reads the stream, the browser reads nothing from the network, and the server has to wait.
 *
 * @see https://github.com/ricea/websocketstream-explainer
 */
export class StreamSocket {
  readyState = 0;
  protocol = "";
  extensions = "";
  bufferedAmount = 0;
  onopen?: (() => void) | null;
  onmessage?: ((event: { readonly data: unknown }) => void) | null;
  onerror?: (() => void) | null;
  onclose?: ((event: EndEvent) => void) | null;
  ondrain?: (() => void) | null;

  readonly #stream: WebSocketStreamLike;
  #writer: WritableStreamDefaultWriter<string | Uint8Array> | undefined;
  /** Pending while reading is paused, and what settles it. */
  #gate: Promise<void> | undefined;
  #openGate: (() => void) | undefined;
  /**
   * Whether the browser may hold messages from the time of a pause. Chromium drops them when the peer's
   * close frame comes, and does not say so.
   */
  #isBehind = false;

  constructor(url: string, protocols: string[]) {
    const { WebSocketStream } = globalThis as unknown as { WebSocketStream: WebSocketStreamClass };
    this.#stream = new WebSocketStream(url, { protocols });
    void this.#run();
  }

  async #run(): Promise<void> {
    const closed = this.#stream.closed.then(
      ({ closeCode: code, reason }) => ({ code, reason }),
      (error: unknown) => ({ code: ABNORMAL_CLOSURE, message: (error as Error).message }),
    );
    let isLossy = false as boolean;
    try {
      const { protocol, extensions, readable, writable } = await this.#stream.opened;
      this.protocol = protocol;
      this.extensions = extensions;
      this.#writer = writable.getWriter();
      this.readyState = 1;
      const reader = readable.getReader();
      const onEnd = (): void => {
        isLossy = this.#isBehind && this.readyState === 1;
        this.setPaused(false);
        this.readyState = 2;
      };
      reader.closed.then(onEnd, onEnd);
      this.onopen?.();
      for (;;) {
        const caughtUp = this.#isBehind && setTimeout(() => (this.#isBehind = false), CAUGHT_UP);
        const { done, value } = await reader.read();
        if (caughtUp) clearTimeout(caughtUp);
        if (done) break;
        this.onmessage?.({ data: value });
        if (this.#gate) await this.#gate;
      }
    } catch {
      // Not open, or cut off: `closed` tells.
    }
    // Only now: what had arrived before the end comes first.
    this.onclose?.({ ...(await closed), ...(isLossy && { code: ABNORMAL_CLOSURE }) });
  }

  send(data: string | Uint8Array, size: number): void {
    // An empty message waits as well.
    const waiting = size + 1;
    this.bufferedAmount += waiting;
    this.#writer?.write(data).then(
      () => {
        this.bufferedAmount -= waiting;
        this.ondrain?.();
      },
      () => {
        // It has ended, which `closed` tells.
      },
    );
  }

  setPaused(paused: boolean): void {
    this.#openGate?.();
    if (paused) this.#isBehind = true;
    this.#gate = paused ? new Promise((resolve) => (this.#openGate = resolve)) : undefined;
  }

  close(closeCode?: number, reason?: string): void {
    // The answer comes behind what has not been read.
    this.setPaused(false);
    this.readyState = 2;
    this.#stream.close({ closeCode, reason });
    // Chromium 156 crashes the page if the connection ends with writes under way.
    this.#writer?.abort().catch(() => {});
  }
}
