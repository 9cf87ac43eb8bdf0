/**
 * A received message. Binary data is always a plain `Uint8Array`, never a `Buffer` or a `Blob`. It owns its
 * buffer, unless option `node.binaryViews` is set, so that you may keep, modify or transfer it.
 */
export type Message = TextMessage | BinaryMessage;

/** A text message. */
export interface TextMessage {
  readonly type: "text";
  /**
   * The text. Check `message.type === "text"` first: the data of a {@link Message} may also be binary. If all
   * messages are JSON, pass `codec: json()` of `wschan/codec` to `connect` and receive the parsed values.
   */
  readonly data: string;
}

/** A binary message. */
export interface BinaryMessage {
  readonly type: "binary";
  /** The bytes. Check `message.type === "binary"` first: the data of a {@link Message} may also be text. */
  readonly data: Bytes;
}

/** `Uint8Array<ArrayBuffer>`; before TypeScript 5.7, where the type has no parameter, `Uint8Array`. */
type Bytes = ReturnType<Uint8Array["slice"]>;

/** The data of a message to send. */
export type Data = string | ArrayBuffer | ArrayBufferView;

/** Memory that an unread message is assumed to hold besides its payload, in bytes. */
export const OVERHEAD_BYTES = 64;

/** Returns the memory that a payload is assumed to hold, in bytes: two for each UTF-16 unit of a text. */
export function payloadMemory(payload: string | Uint8Array): number {
  return payload.length * (typeof payload === "string" ? 2 : 1);
}

/**
 * Returns the memory that a waiting message is assumed to hold, in bytes: that of its payload, and
 * {@link OVERHEAD_BYTES}. Counted for `bufferLimit`, `stats.bytesBuffered`, and the queue of `wschan/reconnect`.
 * A marker between connections has no payload.
 */
export function memoryOf(payload: string | Uint8Array | undefined): number {
  return OVERHEAD_BYTES + (payload ? payloadMemory(payload) : 0);
}

/** Returns the size of a payload in bytes, as it is sent. */
export function payloadSize(payload: string | Uint8Array): number {
  return typeof payload === "string" ? utf8Size(payload) : payload.length;
}

/** Returns the size of a text in UTF-8, in bytes. A lone surrogate counts as U+FFFD, three bytes. */
export function utf8Size(text: string): number {
  let size = text.length;
  // Fast path: most texts are ASCII, and counting would cost more than everything else about receiving them.
  if (!/[\u0080-\uffff]/.test(text)) return size;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code > 0x7f) size += code > 0x7ff ? 2 : 1;
    // A surrogate pair takes four bytes, two for each unit.
    if (code > 0xffff) i++;
  }
  return size;
}
