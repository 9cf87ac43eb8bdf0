/** Message type of {@link Client.send}: text (opcode 1, RFC 6455 section 5.6). */
export const TEXT = 1;
/** Message type of {@link Client.send}: binary (opcode 2, RFC 6455 section 5.6). */
export const BINARY = 2;

/** `Message.type` of a text message. */
export const TYPE_TEXT = "text";
/** `Message.type` of a binary message. */
export const TYPE_BINARY = "binary";
/** Name of the ping frame (RFC 6455 section 5.5.2). */
export const TYPE_PING = "ping";
/** Name of the pong frame (RFC 6455 section 5.5.3). */
export const TYPE_PONG = "pong";
/** Name of the close frame (RFC 6455 section 5.5.1). */
export const TYPE_CLOSE = "close";

/** The modes of permessage-deflate (RFC 7692), for option `compression`. */
export const COMPRESSION: {
  /** Messages are not compressed. */
  readonly DISABLED: 0;
  /** Each direction keeps one compression context for all messages (RFC 7692 section 7.1.1). */
  readonly CONTEXT_TAKEOVER: 1;
  /** Each message is compressed with a new context. */
  readonly NO_CONTEXT: 2;
} = /* @__PURE__ */ Object.freeze({ DISABLED: 0, CONTEXT_TAKEOVER: 1, NO_CONTEXT: 2 });

/** A value of `COMPRESSION`. */
export type CompressionMode = 0 | 1 | 2;
