import type { Policy } from "../policy/policy.js";
import type { AnyCodec, Codec } from "../protocol/codec.js";
import type { CompressionMode } from "../protocol/constants.js";
import type { WebSocketClass } from "../protocol/dial.js";
import type { NodeOptions } from "../protocol/node-options.js";
import type { Duration } from "../time/duration.js";
import type { KeepAliveOptions } from "./keep-alive-options.js";

/** The ways to name a compression mode: see {@link COMPRESSION}. */
export type Compression = CompressionMode | "disabled" | "context_takeover" | "no_context_takeover";

/**
 * Options of `connect`. All are copied when the call is made. A number where a duration is wanted is
 * milliseconds; a string is a Go duration (`"1m30s"`). A duration, `readLimit` or `bufferLimit` of `0`
 * means the default. Whatever is wrong rejects with `INVALID_OPTION`, and what the platform cannot do
 * with `UNSUPPORTED`, before anything is looked up or sent.
 */
export interface ConnectOptions<C extends AnyCodec = Codec> {
  /**
   * Headers of the opening request, in Node. `Authorization` replaces the credentials of the URL. Not
   * the WebSocket's own, nor `Host`, `Origin`, `Connection`, `Upgrade`, `Content-Length` or
   * `Transfer-Encoding`. Default: none. Browsers cannot send any: `UNSUPPORTED`.
   */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /**
   * Subprotocols to offer, best first (RFC 6455 section 1.9). If the server picks none of them, or
   * another one, the dial is `HANDSHAKE_REJECTED`; `DIAL_FAILED` where the platform does not tell why it
   * failed, as Chromium. Default: none.
   */
  readonly protocols?: string | readonly string[] | undefined;
  /**
   * The longest time until the connection is open: policy, name look-up, TCP, TLS, redirects and
   * upgrade together; then `DIAL_TIMEOUT`. Default: 30 s. At most 2^31-1 ms. 0: the default.
   */
  readonly dialTimeout?: Duration | undefined;
  /**
   * The longest wait for the next message while the channel has room and no message is half received;
   * then `READ_TIMEOUT` ends the connection. In Node, any byte that is received or written counts as
   * life; elsewhere whole messages alone can be seen. A peer that dies in the middle of a message is
   * `keepAlive`'s to find. Default: off. At most 2^31-1 ms. 0: the default.
   */
  readonly readTimeout?: Duration | undefined;
  /**
   * The longest time without progress while sent bytes wait; then `WRITE_TIMEOUT` ends the connection.
   * In a browser by `bufferedAmount`; `UNSUPPORTED` where there is none, as in React Native. Default:
   * off. At most 2^31-1 ms. 0: the default.
   *
   * In Node progress is what the peer's system has acknowledged (Linux) or our system has accepted. Once
   * its buffer is full, a peer's system may acknowledge in steps of some 400 kB: at 50 kB/s that is one in
   * 8 s, and the timeout has to be longer.
   */
  readonly writeTimeout?: Duration | undefined;
  /**
   * The longest wait for the peer's answer to our close frame, and for progress of what must leave
   * before it. A peer that reads slowly gets no time for what its system has accepted.
   * Default: 5 s. At most 2^31-1 ms. 0: the default.
   */
  readonly closeTimeout?: Duration | undefined;
  /**
   * permessage-deflate (RFC 7692): see {@link COMPRESSION}. In a browser, which negotiates by itself, a
   * hint that has no effect; `client.compression` tells what was agreed on. Default: `DISABLED`.
   */
  readonly compression?: Compression | undefined;
  /**
   * Messages smaller than this many bytes go uncompressed. In a browser a hint that has no effect.
   * Default: 512. 0 to 104857600; 0: none.
   */
  readonly compressionThreshold?: number | undefined;
  /**
   * The largest message to receive, in bytes after decompression. A larger one is `MESSAGE_TOO_BIG`
   * and ends the connection with 1009. In a browser it is known only when the message has arrived.
   * Default: 16 MiB. At most 134217728. 0: the default.
   */
  readonly readLimit?: number | undefined;
  /**
   * How many messages the receive channel holds. At this many unread, or at 1 MiB, the socket or stream
   * is paused; where there is nothing to pause, what follows waits behind it. Default: 32. 1 to 10000.
   */
  readonly channelCapacity?: number | undefined;
  /**
   * How many bytes may be unread, at payload + 64 a message (a text's payload at 2 x `length`); over
   * it the connection ends with `SLOW_CONSUMER`. Default: 64 MiB. 64 KiB to 1 GiB. 0: the default.
   */
  readonly bufferLimit?: number | undefined;
  /**
   * For publishers that receive nothing: drops each message when it arrives, counted in `client.stats`, so
   * that the connection is never paused and notices its end. `receive` and iteration then wait until the
   * connection ends. Default: false.
   */
  readonly discardIncoming?: boolean | undefined;
  /** `send` waits while this many bytes have not left. Default: 256 KiB. 1 B to 1 GiB. */
  readonly sendHighWaterMark?: number | undefined;
  /** Aborts policy and dial (`ABORTED`); it never ends an open connection. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Asked in addition to the context's policy: both must allow. Default: none. */
  readonly policy?: Policy | undefined;
  /** Handed to the policies with each request. Default: none. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Finds a dead peer, and keeps a live one from taking this side for dead: sends a ping, or where there
   * are no ping frames `keepAlive.message`, after each `interval` in which nothing arrived or nothing was
   * sent. `KEEPALIVE_TIMEOUT` ends the connection when nothing at all arrives for `timeout` after the ping
   * has left. Progress of waiting bytes counts as life as well; use `writeTimeout` to detect a peer that
   * has stopped reading. It stands still while the socket is paused for a slow consumer. After a sleep of
   * this process it pings at once. Default: off. `false`: off, whatever the defaults of the context.
   */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /**
   * `"auto"` pauses the socket of a slow consumer in Node; in a browser, whose `WebSocket` cannot be
   * paused, it is as `"buffer"`: nothing is paused, and only `bufferLimit` bounds what waits. `"stream"`
   * uses `WebSocketStream` in place of `WebSocket` where a browser has it, and pauses that; elsewhere it
   * is as `"auto"`. Its price, in Chromium: when the peer closes while the stream is paused, what the
   * browser holds is lost, and the end is `CONNECTION_LOST`; a connection that is cut while a large send
   * waits crashes the page; and `writeTimeout` and `closeTimeout` see progress message by message.
   * Default: `"auto"`.
   */
  readonly backpressure?: "auto" | "buffer" | "stream" | undefined;
  /**
   * A W3C `WebSocket` class to use in place of the platform's: it can do what a browser's can, and the
   * options a browser cannot honour are `UNSUPPORTED` with it. Default: the platform's.
   */
  readonly webSocket?: WebSocketClass | undefined;
  /** Options for Node alone. Default: none. Elsewhere `UNSUPPORTED`. */
  readonly node?: NodeOptions | undefined;
  /**
   * Decodes what arrives and encodes what is sent, and gives both their types: see `wschan/codec`. A
   * message of `keepAlive` goes out as it is. Default: none.
   */
  readonly codec?: C | undefined;
}
