import type { Data, Message } from "./message.js";

/**
 * Decodes received messages to values and encodes values to send. `wschan/codec` has several; implement this
 * interface for a format of your own.
 *
 * @typeParam In The type of received values.
 * @typeParam Out The type of values that can be sent.
 */
export interface Codec<In = Message, Out = Data> {
  /** The name of the codec in errors. */
  readonly name: string;
  /**
   * Creates the decoder of one connection. It is called once for each connection, so that a decoder may keep
   * state between messages.
   *
   * @param readLimit Option `readLimit` of the connection: the largest size that a message may decode to, in
   * bytes. A decoder should throw `MESSAGE_TOO_BIG` instead of exceeding it.
   */
  decoder(readLimit: number): Decode<In>;
  /**
   * Encodes a value that was passed to `Client.send`. It is called for all connections that use the codec, in
   * the order of the sends, and must not modify the value. Default: data is sent unchanged.
   *
   * An exception rejects the `send`: `UNSUPPORTED` with the same error, anything else with `INVALID_MESSAGE`
   * and the exception as its `cause`.
   *
   * @param value The value to send.
   * @param type The `type` that was passed to `send`: {@link TEXT}, {@link BINARY} or `undefined`.
   * @returns The data to send: a string is sent as text, bytes as binary. `type` applies only if this is
   * `value` itself.
   */
  encode?(value: Out, type?: 1 | 2): Data;
}

/**
 * Decodes one message, and calls `emit` for each value that the message contains or completes. It is
 * synchronous, so that values keep the order of the messages.
 *
 * An exception ends the connection: a `WsError` with that error, and with close code 1009 for
 * `MESSAGE_TOO_BIG`, 1011 for `UNSUPPORTED` and 1007 for any other code; anything else with
 * `INVALID_MESSAGE` and 1007, and with the exception as the error's `cause`.
 *
 * The `size` passed to `emit` is the number of bytes that the value holds in memory. While the value is
 * unread, it counts against option `bufferLimit`, with 64 bytes of overhead added.
 */
export type Decode<In> = (message: Message, emit: (value: In, size: number) => void) => void;

/** Any codec. */
export type AnyCodec = Codec<unknown, never>;

/** The type of the values that are received through a codec. */
export type Decoded<C extends AnyCodec> = C extends Codec<infer In, never> ? In : never;

/** The type of the values that can be sent through a codec. */
export type Encoded<C extends AnyCodec> = C extends Codec<unknown, infer Out> ? Out : never;
