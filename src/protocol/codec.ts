import type { Data, Message } from "./message.js";

/**
 * Turns messages into values and back: see `wschan/codec`, or make one for a format of your own.
 *
 * @typeParam In What is received.
 * @typeParam Out What can be sent.
 */
export interface Codec<In = Message, Out = Data> {
  /** Names it in errors. */
  readonly name: string;
  /**
   * Makes what decodes the messages of one connection; called for each connection anew, with its
   * `readLimit`: what a message decodes to should be no larger, in bytes, or be `MESSAGE_TOO_BIG`.
   */
  decoder(readLimit: number): Decode<In>;
  /**
   * Makes what goes out, as data of `Client.send`; what it returns unchanged goes out by the `type` that
   * the caller gave. It is called in the order of the sends, for all connections, and must not change
   * what it is given. What it throws rejects the `send`: an `UNSUPPORTED` error as it is, all else
   * as the cause of `INVALID_MESSAGE`. Default: data goes out as it is.
   */
  encode?(value: Out, type?: 1 | 2): Data;
}

/**
 * Decodes one message: hands each value that it holds, or completes, to `emit`, with how many bytes that
 * is taken to hold while it is unread; 64 are added to it. Synchronous, for messages keep their order. What
 * it throws ends the connection: a `WsError` as it is, with 1009 for `MESSAGE_TOO_BIG` and 1007 for any
 * other, and all else as `INVALID_MESSAGE`.
 */
export type Decode<In> = (message: Message, emit: (value: In, size: number) => void) => void;

/** Any codec. */
export type AnyCodec = Codec<unknown, never>;

/** What is received through a codec. */
export type Decoded<C extends AnyCodec> = C extends Codec<infer In, never> ? In : never;

/** What can be sent through a codec. */
export type Encoded<C extends AnyCodec> = C extends Codec<unknown, infer Out> ? Out : never;
