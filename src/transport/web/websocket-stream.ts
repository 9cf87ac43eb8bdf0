import { ABNORMAL_CLOSURE } from "../../protocol/close-codes.js";
import { startTimer } from "../../time/clock.js";

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

/** A read that is pending for this long has consumed all messages that the browser had buffered. */
const CAUGHT_UP_MS = 100;

/** Returns the class to dial with if the platform has `WebSocketStream`. */
export function streamSocket(): typeof StreamSocket | undefined {
  return "WebSocketStream" in globalThis ? StreamSocket : undefined;
}

/**
 * A `WebSocketStream` with the interface of a W3C `WebSocket` that can also be paused: while the stream is not
 * read, the browser does not read from the network, and TCP backpressure reaches the server.
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
  /** Pending while reading is paused. */
  #gate: Promise<void> | undefined;
  /** Resolves `#gate`. */
  #openGate: (() => void) | undefined;
  /**
   * True while the browser may have messages buffered because of a pause. Chromium discards them when the
   * server's close frame arrives, and does not report it.
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
        const catchUp = (): void => {
          this.#isBehind = false;
        };
        const stop = this.#isBehind ? startTimer(CAUGHT_UP_MS, catchUp) : undefined;
        const { done, value } = await reader.read();
        stop?.();
        if (done) break;
        this.onmessage?.({ data: value });
        if (this.#gate) await this.#gate;
      }
    } catch {
      // The connection did not open or was lost: `closed` has the reason.
    }
    // Reported last, after the messages that arrived before the end.
    this.onclose?.({ ...(await closed), ...(isLossy && { code: ABNORMAL_CLOSURE }) });
  }

  send(data: string | Uint8Array, size: number): void {
    // An empty message also has to count as unsent.
    const unsent = size + 1;
    this.bufferedAmount += unsent;
    this.#writer?.write(data).then(
      () => {
        this.bufferedAmount -= unsent;
        this.ondrain?.();
      },
      () => {
        // The connection has ended: `closed` has the reason.
      },
    );
  }

  setPaused(paused: boolean): void {
    this.#openGate?.();
    if (paused) this.#isBehind = true;
    this.#gate = paused ? new Promise((resolve) => (this.#openGate = resolve)) : undefined;
  }

  close(closeCode?: number, reason?: string): void {
    // The server's close frame follows the messages that have not been read.
    this.setPaused(false);
    this.readyState = 2;
    this.#stream.close({ closeCode, reason });
    // Chromium 156 crashes the page if the connection ends while writes are pending.
    this.#writer?.abort().catch(() => {});
  }
}
