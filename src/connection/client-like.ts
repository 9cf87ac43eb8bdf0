import type { ReceiveChannel } from "../channel/channel.js";
import type { MessagesOptions } from "../channel/iterator.js";
import type { ReceiveResult } from "../channel/queue.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Data, Message } from "../protocol/message.js";
import type { WaitOptions } from "../time/wait.js";

/** Options of {@link ClientLike.send}. */
export interface SendOptions extends WaitOptions {
  /** `TEXT` (1) or `BINARY` (2). Default: a string is text, bytes are binary. */
  readonly type?: 1 | 2 | undefined;
}

/**
 * The members that a `Client` and a reconnecting client share. Declare it as the type of a parameter, and
 * tests may pass an object of their own; `new Channel()` can serve as its channel.
 */
export interface ClientLike<In = Message, Out = Data> extends AsyncIterable<In> {
  /** Settles once, when the connection has ended, with how it ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** The messages as a WHATWG stream. */
  readonly readable: ReadableStream<In>;
  /** A WHATWG stream that sends what is written. */
  readonly writable: WritableStream<Out>;
  /** Returns the channel on which messages arrive. */
  channel(): ReceiveChannel<In>;
  /** Receives the next message, waiting for one if need be. */
  receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
  /** Receives the next message if that needs no waiting; returns `undefined` otherwise. */
  tryReceive(): ReceiveResult<In> | undefined;
  /** Iterates over the messages until the connection ends. */
  messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
  /** Sends one message. */
  send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
  /** Settles when all that was sent has been handed to the operating system. */
  flush(options?: WaitOptions): Promise<void>;
  /** Sends a ping frame and resolves with the round trip in milliseconds. */
  ping(options?: WaitOptions): Promise<number>;
  /** Closes the connection; resolves with how it ended. */
  close(code?: number, reason?: string): Promise<CloseInfo>;
  /** Ends the connection now, without a closing handshake. */
  terminate(): void;
  [Symbol.asyncDispose](): Promise<void>;
}
