import { WsError } from "../errors/ws-error.js";
import {
  INTERNAL_ERROR,
  INVALID_PAYLOAD,
  MESSAGE_TOO_BIG,
  POLICY_VIOLATION,
} from "../protocol/close-codes.js";
import type { AnyCodec, Decode } from "../protocol/codec.js";
import { OVERHEAD_BYTES } from "../protocol/message.js";
import type { Message } from "../protocol/message.js";
import type { ConnectionHost } from "./connection-host.js";
import { Inbox } from "./inbox.js";
import { warnIfUnread } from "./unread-warning.js";

/** The connection that a {@link Receiving} reports to. */
export interface ReceivingHost extends ConnectionHost {
  readonly label: string;
  /** The consumer fell behind or caught up. */
  onPressure(): void;
}

/** Decodes received messages into an inbox, and pauses the transport while the inbox is full. */
export class Receiving<In> {
  /** The client's own inbox. It is closed when this side closes, and when the connection ends. */
  readonly own: Inbox<In>;
  /** The inbox that receives the messages: `own`, until {@link deliverTo} replaces it. */
  inbox: Inbox<In>;

  /** Number and payload bytes of the messages received so far. */
  messages = 0;
  bytes = 0;

  readonly #connection: ReceivingHost;
  #decode: Decode<In> | undefined;
  #isStopped = false;
  /** Stops the timer of the warning about an unread connection, while it is running. */
  #stopWarning: (() => void) | undefined;

  constructor(connection: ReceivingHost) {
    const { channelCapacity, bufferLimit, codec } = connection.options;
    this.#connection = connection;
    this.own = new Inbox(channelCapacity, bufferLimit, !!codec);
    this.inbox = this.own;
    this.own.onPressure = () => this.regulate();
  }

  /** Counts a message with a payload of `size` bytes. */
  count(size: number): void {
    this.messages++;
    this.bytes += size;
  }

  /** Delivers a message. Ends the connection if `bufferLimit` is exceeded or the codec fails. */
  deliver(message: Message): void {
    const { codec, discardIncoming } = this.#connection.options;
    if (discardIncoming) return;
    try {
      if (codec) this.#decodeBy(codec, message);
      else this.checkLimit(this.inbox.put(message as In));
    } catch (cause) {
      // If it were thrown, the transport would ignore it, and the message would be lost silently.
      this.#refuse(cause);
    }
  }

  /** Resumes reading and never pauses it again. */
  stop(): void {
    this.#isStopped = true;
    this.#stopWarning?.();
    this.#connection.transport.pause(0);
  }

  #decodeBy(codec: AnyCodec, message: Message): void {
    this.#decode ??= codec.decoder(this.#connection.options.readLimit) as Decode<In>;
    this.#decode(message, (value, size) => {
      // An earlier value of this message may have exceeded the limit and ended the connection.
      if (!this.own.closed) this.checkLimit(this.inbox.put(value, OVERHEAD_BYTES + (size || 0)));
    });
  }

  /** Ends the connection because a message could not be decoded. */
  #refuse(cause: unknown): void {
    const text = `codec ${this.#connection.options.codec?.name ?? "none"} failed`;
    const error = WsError.is(cause)
      ? cause
      : this.#connection.error("INVALID_MESSAGE", "receive", text, { cause });
    // UNSUPPORTED means that this platform lacks a class, so the close code must not blame the payload.
    const invalid = error.code === "UNSUPPORTED" ? INTERNAL_ERROR : INVALID_PAYLOAD;
    this.#connection.fail(error.code === "MESSAGE_TOO_BIG" ? MESSAGE_TOO_BIG : invalid, error);
  }

  /** Ends the connection if an inbox has refused a value because `size` bytes would then be unread. */
  checkLimit(size: number | undefined): void {
    if (!size) return;
    const { bufferLimit: limit } = this.#connection.options;
    const text = `${size} unread bytes exceed bufferLimit (${limit}); read faster or raise it`;
    const init = { details: { limit, size } };
    const error = this.#connection.error("SLOW_CONSUMER", "receive", text, init);
    this.#connection.fail(POLICY_VIOLATION, error);
  }

  /** Pauses or resumes reading according to the pressure of the inbox. */
  regulate(): void {
    const { transport } = this.#connection;
    this.#connection.onPressure();
    if (this.#isStopped || transport.backpressure === "buffer") return;
    const { pressure } = this.inbox;
    transport.pause(pressure);
    // The timer keeps running when reading resumes, because starting one for every pause would be costly.
    if (pressure > 0) this.#stopWarning ??= this.#startWarning();
  }

  #startWarning(): () => void {
    const { label, transport } = this.#connection;
    return warnIfUnread(label, this.inbox, transport, () => {
      this.#stopWarning = undefined;
      this.regulate();
    });
  }
}
