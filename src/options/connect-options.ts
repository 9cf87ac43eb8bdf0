import type { Policy } from "../policy/policy.js";
import type { AnyCodec, Codec } from "../protocol/codec.js";
import type { ConnectionEvent } from "../protocol/connection-event.js";
import type { CompressionMode } from "../protocol/constants.js";
import type { WebSocketClass } from "../protocol/dial.js";
import type { NodeOptions } from "../protocol/node-options.js";
import type { Duration } from "../time/duration.js";
import type { KeepAliveOptions } from "./keep-alive-options.js";

/** A value of option `compression`: a mode of `COMPRESSION`, by number or by name. */
export type Compression = CompressionMode | "disabled" | "context_takeover" | "no_context_takeover";

/**
 * Options of `connect`. They are validated and copied when it is called: an unknown or invalid option rejects
 * with `INVALID_OPTION`, and an option that the platform cannot honour with `UNSUPPORTED`, before anything is
 * looked up or sent.
 *
 * A duration is a number of milliseconds or a Go duration such as `"1m30s"`. `0` selects the default for a
 * duration, `readLimit` and `bufferLimit`.
 */
export interface ConnectOptions<C extends AnyCodec = Codec> {
  /**
   * Headers of the opening request, in Node. `Authorization` replaces the credentials of the URL. `Host`,
   * `Origin`, `Connection`, `Upgrade`, `Content-Length`, `Transfer-Encoding` and `Sec-WebSocket-*` are
   * rejected with `INVALID_OPTION`, because the handshake sets them. Default: none. In browsers, which cannot
   * send headers, the option is rejected with `UNSUPPORTED`.
   */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /**
   * Subprotocols to offer, in order of preference (RFC 6455 section 1.9). The dial fails with
   * `HANDSHAKE_REJECTED` if the server selects none of them, or one that was not offered; with `DIAL_FAILED`
   * where the platform hides the reason, as Chromium does. Default: none.
   */
  readonly protocols?: string | readonly string[] | undefined;
  /**
   * Time limit for opening the connection: policy, name look-up, TCP, TLS, redirects and handshake together.
   * When it passes, the dial fails with `DIAL_TIMEOUT`. Default: 30 s. At most 2^31-1 ms. 0: the default.
   */
  readonly dialTimeout?: Duration | undefined;
  /**
   * The longest silence of the peer. When it passes, the connection ends with `READ_TIMEOUT`. In Node every
   * byte received or sent restarts it; in browsers only a whole message does. It does not run out while the
   * channel is full or a message is partly received: use `keepAlive` to detect a peer that dies in the middle
   * of a message. Default: off. At most 2^31-1 ms. 0: the default.
   */
  readonly readTimeout?: Duration | undefined;
  /**
   * The longest time without progress while sent bytes wait. When it passes, the connection ends with
   * `WRITE_TIMEOUT`. Default: off. At most 2^31-1 ms. 0: the default.
   *
   * In Node, progress means that the peer's system has acknowledged bytes (Linux) or that the local kernel
   * buffer has accepted some. A peer whose kernel buffer is full may acknowledge in steps of about 400 kB: at
   * 50 kB/s it does so once in 8 s, so the timeout must be longer. In browsers, progress is read from
   * `bufferedAmount`; where that is missing, as in React Native, the option is rejected with `UNSUPPORTED`.
   */
  readonly writeTimeout?: Duration | undefined;
  /**
   * The longest wait for the peer's answer to the close frame, and, before the close frame can be sent, the
   * longest time without progress of the bytes ahead of it. Progress counts until the peer's kernel has
   * acknowledged the bytes: a program that then reads them slowly gets no extra time. When it passes, the connection ends, with
   * `WRITE_TIMEOUT` if sent bytes have not left. Default: 5 s. At most 2^31-1 ms. 0: the default.
   */
  readonly closeTimeout?: Duration | undefined;
  /**
   * The mode of permessage-deflate (RFC 7692) to offer: see `COMPRESSION`. Browsers negotiate it
   * themselves and ignore this option. `client.compression` is the mode that was negotiated.
   * Default: `DISABLED`.
   */
  readonly compression?: Compression | undefined;
  /**
   * Messages smaller than this many bytes are sent uncompressed. Browsers ignore this option. Default: 512.
   * 0 to 104857600. 0: every message is compressed.
   */
  readonly compressionThreshold?: number | undefined;
  /**
   * The largest message to receive, in bytes after decompression. A larger one ends the connection with
   * `MESSAGE_TOO_BIG` and close code 1009. Browsers reveal the size only after the whole message has arrived.
   * Default: 16 MiB. At most 1 GiB. 0: the default. In Node, a text of more than about 512 MiB, the longest string
   * of V8, is also `MESSAGE_TOO_BIG`.
   */
  readonly readLimit?: number | undefined;
  /**
   * The number of unread messages at which the channel is full; it is also full at 1 MiB. While it is full,
   * the socket or stream is paused, which slows the server down. Where nothing can be paused, as with a
   * browser's `WebSocket`, further messages also wait in memory, up to `bufferLimit`. Default: 32. 1 to 10000.
   */
  readonly channelCapacity?: number | undefined;
  /**
   * The largest size of all unread messages, in bytes. When it is exceeded, the connection ends with
   * `SLOW_CONSUMER`. Each message counts as its payload plus 64 bytes; the payload of a text counts as
   * 2 x `length`. Default: 64 MiB. 64 KiB to 1 GiB. 0: the default.
   */
  readonly bufferLimit?: number | undefined;
  /**
   * True to discard every message on arrival, for clients that only send. Discarded messages are counted in
   * `client.stats`. The connection is then never paused, and its end is noticed at once; `receive` and iteration wait
   * until the connection ends. Default: false.
   */
  readonly discardIncoming?: boolean | undefined;
  /**
   * High-water mark: `send` waits while this many bytes or more have not left. Default: 256 KiB. 1 B to 1 GiB.
   */
  readonly sendHighWaterMark?: number | undefined;
  /**
   * Cancels the policy check and the dial: `connect` rejects with `ABORTED`. It has no effect on an open connection. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
  /** A policy for this call. If the context has one, both must allow the connection. Default: none. */
  readonly policy?: Policy | undefined;
  /** Passed to the policies with each request. Default: none. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Detects a dead peer, and shows the peer that this side is alive. When nothing was received, or nothing was
   * sent, for `interval`, it sends a ping; where there are no ping frames, as in browsers, it sends
   * `keepAlive.message`. If nothing arrives for `timeout` after the ping was flushed, the connection ends with
   * `KEEPALIVE_TIMEOUT`.
   *
   * While sent bytes wait, their progress counts as a sign of life: use `writeTimeout` to detect a peer that has
   * stopped reading. The keep-alive does not run while the socket is paused for a slow consumer, and it pings at once after this
   * process was suspended. Default: off. `false`: off, even if the context's defaults have it.
   */
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  /**
   * Called with the events of the connection: see {@link ConnectionEvent}. It is called during the operation, after the
   * observer of the context, and should return quickly. An exception from it is reported as uncaught and changes
   * nothing. Default: none.
   */
  readonly observe?: ((event: ConnectionEvent) => void) | undefined;
  /**
   * True to also emit an event for each message, in both directions, to the observers of the call and of the context.
   * Default: false.
   */
  readonly observeMessages?: boolean | undefined;
  /**
   * The way to handle a slow consumer. `"auto"` pauses the socket in Node; a browser's `WebSocket` cannot be
   * paused, so there it is the same as `"buffer"`. `"buffer"` pauses nothing: messages wait up to
   * `bufferLimit`. `"stream"` uses and pauses `WebSocketStream` in browsers that have it; elsewhere it is the
   * same as `"auto"`. Default: `"auto"`.
   *
   * `"stream"` has drawbacks in Chromium. If the peer closes while the stream is paused, messages that the
   * browser holds are lost and the connection ends with `CONNECTION_LOST`. A connection that breaks while a
   * large send waits crashes the page. `writeTimeout` and `closeTimeout` see progress only per message.
   */
  readonly backpressure?: "auto" | "buffer" | "stream" | undefined;
  /**
   * A W3C `WebSocket` class to use in place of the platform's. It is treated as a browser's, so options that a
   * browser cannot honour are rejected with `UNSUPPORTED`. Default: the platform's.
   */
  readonly webSocket?: WebSocketClass | undefined;
  /** Options that only Node has. Elsewhere they are rejected with `UNSUPPORTED`. Default: none. */
  readonly node?: NodeOptions | undefined;
  /**
   * Decodes received messages and encodes sent ones, and determines the types of both: see `wschan/codec`.
   * The message of `keepAlive` is sent without it. Default: none.
   */
  readonly codec?: C | undefined;
}
