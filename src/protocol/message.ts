/**
 * One message as the channel hands it out. Binary data is always a plain `Uint8Array` that owns its
 * buffer, never a `Buffer` or a `Blob`, so it may be kept, changed or transferred.
 */
export type Message = TextMessage | BinaryMessage;

/** A text message. */
export interface TextMessage {
  readonly type: "text";
  /**
   * The text. Of a {@link Message} it is a string only after `if (message.type === "text")`. If all messages
   * are JSON, give `connect` the option `codec: json()` of `wschan/codec` and receive the values instead.
   */
  readonly data: string;
}

/** A binary message. */
export interface BinaryMessage {
  readonly type: "binary";
  /** The bytes. Of a {@link Message} they are bytes only after `if (message.type === "binary")`. */
  readonly data: Bytes;
}

/** `Uint8Array<ArrayBuffer>`, or `Uint8Array` before TypeScript 5.7, which has no type parameter for it. */
type Bytes = ReturnType<Uint8Array["slice"]>;

/** Data of a message to send. */
export type Data = string | ArrayBuffer | ArrayBufferView;

/** What may stand between messages and is none: see `wschan/reconnect`. */
interface Marker {
  readonly type: "reconnected";
  readonly data?: undefined;
}

/** What every waiting message is taken to cost beside its payload, in bytes. */
export const OVERHEAD_BYTES = 64;

/**
 * The memory that an unread message is taken to hold, in bytes, for `bufferLimit` and
 * `stats.bytesBuffered`: its payload, a text's at two bytes a UTF-16 unit, and 64 bytes.
 */
export function memoryOf(message: Message | Marker): number {
  // A marker between connections has no payload.
  return OVERHEAD_BYTES + (message.data?.length ?? 0) * (message.type === "text" ? 2 : 1);
}

/** Returns the size of a text in bytes of UTF-8; a lone surrogate counts as U+FFFD, three bytes. */
export function utf8Size(text: string): number {
  let size = text.length;
  // Most texts are ASCII, and counting costs more than all else about receiving one.
  if (!/[\u0080-\uffff]/.test(text)) return size;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (code > 0x7f) size += code > 0x7ff ? 2 : 1;
    // A surrogate pair takes four bytes, two for each of its units.
    if (code > 0xffff) i++;
  }
  return size;
}
