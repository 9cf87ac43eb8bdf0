/**
 * The contract between the core and a platform's WebSocket, in types. A transport moves messages and
 * reports events. Deadlines, limits on unread bytes and the rules of close codes belong to the core.
 */
import type { WsError } from "../errors/ws-error.js";
import type { CompressionMode } from "./constants.js";
import type { Message } from "./message.js";

/** The way a slow consumer is handled: see {@link Client.backpressure}. */
export type Backpressure = "socket" | "stream" | "buffer";

/** The HTTP response that opened a connection. Only Node can see it. */
export interface Handshake {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The backlog of the consumer. 0: none. 1: its channel is full. 2: more than half of `bufferLimit` is
 * unread, so that reading stops even while a pong is awaited.
 */
export type Pressure = 0 | 1 | 2;

/** Called with the round trip of a ping in milliseconds; `undefined` if the connection ends first. */
export type PingDone = (roundTrip: number | undefined) => void;

/** An open connection, as the core drives it. */
export interface Transport {
  /** The subprotocol that the server picked; `""` for none. */
  readonly protocol: string;
  /** The extensions that the server accepted, as it wrote them; `""` for none. */
  readonly extensions: string;
  /** The mode of permessage-deflate that is in force in both directions. */
  readonly compression: CompressionMode;
  readonly handshake?: Handshake | undefined;
  /** `"buffer"` if reading is never paused: the platform cannot, or option `backpressure` says so. */
  readonly backpressure: Backpressure;
  /** Bytes that the operating system has not accepted yet; `undefined` if the platform hides the number. */
  readonly bufferedAmount: number | undefined;
  /** Bytes that the operating system has accepted and the peer's has not; absent if that is unknown. */
  readonly unsent?: number;
  /** Counts the frames or bytes that `send` and `ping` have accepted, in the transport's own unit. */
  readonly accepted: number;
  /** The part of `accepted` that the operating system has accepted. It does not change after the end. */
  readonly flushed: number;
  /** Changes whenever bytes have left; `undefined` while no bytes wait. */
  readonly progress: number | undefined;
  /** Changes whenever bytes were received or sent; absent if that is unknown. */
  readonly activity?: number;
  /** True while a message is partly received; absent if that is unknown. */
  readonly isReceiving?: boolean;
  /** The number of received bytes; absent if that is unknown. */
  readonly received?: number | undefined;
  /** The number of times that reading was paused. */
  readonly timesPaused: number;
  /**
   * Sends a message. Messages leave in call order. Returns its size in bytes, or `undefined` if nothing
   * more can be sent.
   */
  send(data: string | Uint8Array): number | undefined;
  /**
   * Sends a ping frame; absent on platforms without them. The round trip begins when the ping is flushed
   * and ends with its pong or a later one. Returns a function that cancels the wait for the pong.
   */
  ping?(done: PingDone): () => void;
  /** Prints a warning for the developer. Default: `console.warn`. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Sets whether the open socket keeps the process alive; by default it does. Absent if there is no socket. */
  setRef?(isRef: boolean): void;
  /** Pauses or resumes reading, on platforms that can. */
  pause(pressure: Pressure): void;
  /** Sends a close frame, and ends when the peer has answered it. */
  close(code: number, reason: string): void;
  /** Ends at once and calls `onEnd`, with the code of the peer's close frame if it has arrived. */
  destroy(): void;
  /**
   * Ends at once, without callbacks. Sends a close frame if that is possible, unless the code is 1006.
   * Returns the code that was sent; browsers may only send some codes.
   */
  terminate(code: number): number | undefined;
}

/** The core as a transport sees it. A transport calls nothing after `onEnd`. */
export interface TransportHandler {
  /** A message has arrived; `size` is its payload in bytes. */
  onMessage(message: Message, size: number): void;
  /** `flushed` or `bufferedAmount` may have changed. */
  onProgress(): void;
  /** Reading was paused because the consumer is slow, or was resumed after that. */
  onPaused(isPaused: boolean): void;
  /** The peer broke the protocol or a limit. Nothing more is received. `closeCode` is for the peer. */
  onError(error: WsError, closeCode: number): void;
  /** The peer has begun to close. Nothing more can be sent. */
  onClosing(): void;
  onEnd(end: TransportEnd): void;
}

/** The end of a connection, as the transport saw it. */
export interface TransportEnd {
  /** The code of the peer's close frame: 1005 if it has none, 1006 if there was no close frame. */
  readonly code: number;
  readonly reason: string;
  /** The error that ended it, if the platform reports one. */
  readonly cause?: unknown;
  /**
   * The code that `close` sent or would have sent. Absent if a close frame without a code arrived from the
   * peer first.
   */
  readonly sentCode?: number | undefined;
}
