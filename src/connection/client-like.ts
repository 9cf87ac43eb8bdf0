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
 * The members that a `Client` and a reconnecting client share. Use it as the type of a parameter, so that tests
 * can pass a fake; a `Channel` can serve as the fake's channel.
 */
export interface ClientLike<In = Message, Out = Data> extends AsyncIterable<In> {
  /** Resolves when the connection has ended, with the way it ended. Never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** A WHATWG stream of the messages. */
  readonly readable: ReadableStream<In>;
  /** A WHATWG stream that sends each chunk that is written. */
  readonly writable: WritableStream<Out>;
  /** Returns the channel on which messages arrive. */
  channel(): ReceiveChannel<In>;
  /** Receives the next message; waits if there is none. */
  receive(options?: WaitOptions): Promise<ReceiveResult<In>>;
  /** Receives the next message without waiting; returns `undefined` if there is none. */
  tryReceive(): ReceiveResult<In> | undefined;
  /** Iterates over the messages until the connection ends. */
  messages(options?: MessagesOptions): AsyncIterableIterator<In, undefined>;
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined>;
  /** Sends one message. */
  send(data: Out, options?: 1 | 2 | SendOptions): Promise<void>;
  /** Resolves when the operating system has accepted everything that was sent. */
  flush(options?: WaitOptions): Promise<void>;
  /** Sends a ping frame and resolves with the round trip in milliseconds. */
  ping(options?: WaitOptions): Promise<number>;
  /** Closes the connection; resolves with the way it ended. */
  close(code?: number, reason?: string): Promise<CloseInfo>;
  /** Ends the connection immediately, without a close handshake. */
  terminate(): void;
  [Symbol.asyncDispose](): Promise<void>;
}
