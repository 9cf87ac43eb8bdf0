/**
 * The line between the core and a platform's WebSocket. A transport moves messages and tells what
 * happened; deadlines, limits of waiting bytes, close-code rules and errors' timing are the core's.
 * Types only.
 */
import type { WsError } from "../errors/ws-error.js";
import type { CompressionMode } from "./constants.js";
import type { Message } from "./message.js";

/** How a slow consumer is answered: see {@link Client.backpressure}. */
export type Backpressure = "socket" | "stream" | "buffer";

/** The HTTP response that opened a connection. Node alone can see it. */
export interface Handshake {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The backlog of the consumer. 0: none; 1: its channel is full; 2: so much is unread that even a pong
 * that is awaited is no reason to read on.
 */
export type Pressure = 0 | 1 | 2;

/** An open connection, as the core drives it. */
export interface Transport {
  /** The subprotocol the server picked; `""` for none. */
  readonly protocol: string;
  /** The extensions the server accepted, as it wrote them; `""` for none. */
  readonly extensions: string;
  /** The mode of permessage-deflate that is in force in both directions. */
  readonly compression: CompressionMode;
  readonly handshake?: Handshake | undefined;
  /** `"buffer"`: it is never paused, be it that it cannot be or that option `backpressure` says so. */
  readonly backpressure: Backpressure;
  /** Bytes that wait to be handed to the operating system; `undefined` where the platform hides it. */
  readonly bufferedAmount: number | undefined;
  /** Bytes that the operating system has accepted and the peer's has not, where it can be told. */
  readonly unsent?: number;
  /** Counts what was handed to `send` and `ping`, in a unit of the transport's own. */
  readonly taken: number;
  /** How much of `taken` the operating system has. Stands still once the connection has ended. */
  readonly written: number;
  /** Changes whenever the operating system has taken bytes; NaN while none wait for the peer. */
  readonly progress: number;
  /** Changes whenever bytes came or went; NaN while a message is half received. Where it can be told. */
  readonly life?: number;
  /** How many bytes have come, where it can be told. */
  readonly received?: number | undefined;
  /** How often reading has really been paused. */
  readonly timesPaused: number;
  /** Takes over one message, in call order. Returns its payload in bytes; -1: it takes no more. */
  send(data: string | Uint8Array): number;
  /**
   * Sends a ping frame, where the platform has them. `done` gets the round trip in milliseconds, from
   * the flushed ping, when its pong or a later one's arrives; NaN when the connection has ended. Returns
   * what gives it up.
   */
  ping?(done: (roundTrip: number) => void): () => void;
  /** Prints a warning for the developer, where the platform has a way of its own. Otherwise: `console.warn`. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Stops or continues reading, where the platform can. */
  pause(pressure: Pressure): void;
  /** Sends a close frame, then ends as the peer answers. */
  close(code: number, reason: string): void;
  /** Ends at once, and tells by `onEnd`, with the code of the peer's close frame if that had come. */
  cut(): void;
  /**
   * Ends at once, without callbacks; with a close frame if one fits, but for code 1006: that is none.
   * Returns the code that goes out: browsers may send but few.
   */
  terminate(code: number): number | undefined;
}

/** What a transport tells the core. Nothing is told after `onEnd`. */
export interface TransportHandler {
  /** A whole message arrived; `size` is its payload in bytes. */
  onMessage(message: Message, size: number): void;
  /** `written` or `bufferedAmount` may have changed. */
  onProgress(): void;
  /** The peer broke a rule or a limit: nothing more can be received. `closeCode` is to tell it why. */
  onError(error: WsError, closeCode: number): void;
  /** The peer has begun to close: nothing more can be sent. */
  onClosing(): void;
  onEnd(end: TransportEnd): void;
}

/** How a connection ended, as the transport saw it. */
export interface TransportEnd {
  /** The code of the peer's close frame; 1005: it had none; 1006: there was no close frame. */
  readonly code: number;
  readonly reason: string;
  /** What broke it, where the platform tells. */
  readonly cause?: unknown;
  /** The code that `close` sent, or would have: none if the peer's own came first, without a code. */
  readonly sentCode?: number | undefined;
}
