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

/** The connection that a {@link Delivery} reports to. */
export interface DeliveryHost extends ConnectionHost {
  readonly label: string;
  /** The consumer fell behind or caught up. */
  onPressure(): void;
}

/** Puts received messages into an inbox, through the codec, and pauses the transport while that is full. */
export class Delivery<In> {
  /** The client's own inbox. Closed once the connection has ended or is being closed from this side. */
  readonly own: Inbox<In>;
  /** Receives the messages: `own`, until {@link deliverTo}. */
  inbox: Inbox<In>;

  messages = 0;
  bytes = 0;

  readonly #connection: DeliveryHost;
  #decode: Decode<In> | undefined;
  #isStopped = false;
  /** Stops the timer of the warning about an unread connection, if one is running. */
  #stopWarning: (() => void) | undefined;

  constructor(connection: DeliveryHost) {
    const { channelCapacity, bufferLimit, codec } = connection.options;
    this.#connection = connection;
    this.own = new Inbox(channelCapacity, bufferLimit, !!codec);
    this.inbox = this.own;
    this.own.onPressure = () => this.#regulate();
  }

  /**
   * Counts and delivers a message of `size` bytes. Ends the connection if that exceeds `bufferLimit` or the
   * codec fails.
   */
  deliver(message: Message, size: number): void {
    const { codec, discardIncoming } = this.#connection.options;
    this.messages++;
    this.bytes += size;
    if (discardIncoming) return;
    try {
      if (codec) this.#decodeBy(codec, message);
      else this.#checkLimit(this.inbox.put(message as In));
    } catch (cause) {
      // A transport would ignore the exception, and the message would be lost silently.
      this.#refuse(cause);
    }
  }

  /**
   * Delivers messages to `inbox` from now on. It decides when reading is paused, and stays open when this
   * connection ends. Unread messages of the client's own inbox are moved there first.
   */
  deliverTo(inbox: Inbox<In>): void {
    this.inbox = inbox;
    inbox.onPressure = () => this.#regulate();
    this.#checkLimit(inbox.putAll(this.own));
    // The inbox may have been full before.
    this.#regulate();
  }

  /** Resumes reading, for good. */
  stop(): void {
    this.#isStopped = true;
    this.#stopWarning?.();
    this.#connection.transport.pause(0);
  }

  #decodeBy(codec: AnyCodec, message: Message): void {
    this.#decode ??= codec.decoder(this.#connection.options.readLimit) as Decode<In>;
    this.#decode(message, (value, size) => {
      // An earlier value of this message may have exceeded the limit and ended the connection.
      if (!this.own.closed) this.#checkLimit(this.inbox.put(value, OVERHEAD_BYTES + (size || 0)));
    });
  }

  /** Ends the connection because a message could not be decoded. */
  #refuse(cause: unknown): void {
    const text = `codec ${this.#connection.options.codec?.name ?? "none"} failed`;
    const error = WsError.is(cause)
      ? cause
      : this.#connection.error("INVALID_MESSAGE", "receive", text, { cause });
    // UNSUPPORTED: the platform lacks a class, so the message is not at fault.
    const invalid = error.code === "UNSUPPORTED" ? INTERNAL_ERROR : INVALID_PAYLOAD;
    this.#connection.fail(error.code === "MESSAGE_TOO_BIG" ? MESSAGE_TOO_BIG : invalid, error);
  }

  /** Ends the connection if an inbox has refused a value, since `size` bytes would be unread. */
  #checkLimit(size: number | undefined): void {
    if (!size) return;
    const { bufferLimit: limit } = this.#connection.options;
    const text = `${size} unread bytes exceed bufferLimit (${limit}); read faster or raise it`;
    const init = { details: { limit, size } };
    const error = this.#connection.error("SLOW_CONSUMER", "receive", text, init);
    this.#connection.fail(POLICY_VIOLATION, error);
  }

  /** Pauses or resumes reading as the consumer falls behind or catches up. */
  #regulate(): void {
    const { transport } = this.#connection;
    this.#connection.onPressure();
    if (this.#isStopped || transport.backpressure === "buffer") return;
    const { pressure } = this.inbox;
    transport.pause(pressure);
    // Not stopped when reading resumes, because pauses come often.
    if (pressure > 0) this.#stopWarning ??= this.#startWarning();
  }

  #startWarning(): () => void {
    const { label, transport } = this.#connection;
    return warnIfUnread(label, this.inbox, transport, () => {
      this.#stopWarning = undefined;
      this.#regulate();
    });
  }
}
