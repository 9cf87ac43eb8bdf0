import type { WsError } from "../errors/ws-error.js";
import type { ClientStats } from "./client-stats.js";
import type { CloseInfo } from "./close.js";
import type { CompressionMode } from "./constants.js";

/** The reason why a message of a reconnecting client was lost: see `LostMessage.reason`. */
export type LostReason = "unflushed" | "expired" | "dropped" | "closed";

interface EventBase<T extends string> {
  readonly type: T;
  /** The `id` of the client. It is given when the dial begins. */
  readonly connection: string;
  /** The milliseconds since 1970. */
  readonly time: number;
}

interface Attempt {
  /** The number of the attempt of a reconnecting client; absent for `connect`. */
  readonly attempt?: number;
}

interface DialEvent extends EventBase<"dial">, Attempt {
  /** The requested URL, without credentials and query. */
  readonly url: string;
}

interface OpenEvent extends EventBase<"open">, Attempt {
  /** The URL after redirects, without credentials and query. */
  readonly url: string;
  /** The time since the event `dial`, in milliseconds. */
  readonly duration: number;
  /** The subprotocol that the server selected; `""` for none. */
  readonly protocol: string;
  /** The compression mode that was negotiated. */
  readonly compression: CompressionMode;
  /** The HTTP status of the response, in Node. */
  readonly status?: number | undefined;
}

interface DialFailedEvent extends EventBase<"dial-failed">, Attempt {
  /** The error with which `connect` rejects. */
  readonly error: WsError;
  /** The time since the event `dial`, in milliseconds. */
  readonly duration: number;
}

interface PauseEvent extends EventBase<"pause"> {
  /** The size of the unread messages, as in `ClientStats`. */
  readonly bytesBuffered: number;
}

interface ResumeEvent extends EventBase<"resume"> {
  /** The size of the unread messages, as in `ClientStats`. */
  readonly bytesBuffered: number;
  /** The time since the event `pause`, in milliseconds. */
  readonly duration: number;
}

interface PingEvent extends EventBase<"ping"> {}

interface PongEvent extends EventBase<"pong"> {
  /** The time from the flush of the ping to its answer, in milliseconds. */
  readonly roundTrip: number;
}

interface MessagePassedEvent extends EventBase<"message"> {
  readonly direction: "in" | "out";
  readonly kind: "text" | "binary";
  /** The size of the payload in bytes, encoded by the codec and not compressed; a text counts as UTF-8. */
  readonly size: number;
}

interface ClosedEvent extends EventBase<"close"> {
  /** The result of `closed`. */
  readonly info: CloseInfo;
  /** The counters of the client at the end. */
  readonly stats: ClientStats;
  /** The time since the event `open`, in milliseconds. */
  readonly lifetime: number;
}

interface RetryEvent extends EventBase<"retry"> {
  /** The pause before the next attempt, in milliseconds. */
  readonly delay: number;
  /** The error that ended the last attempt or connection. */
  readonly error: WsError;
  /** The number of the next attempt. */
  readonly attempt: number;
}

interface LostEvent extends EventBase<"lost"> {
  /** The reason why the messages were lost: see `LostMessage.reason`. */
  readonly reason: LostReason;
  /** The number of lost messages. */
  readonly count: number;
  /** The size of their payloads in bytes; a text counts as UTF-8. */
  readonly bytes: number;
}

/**
 * An event in the life of a connection, for option `observe`. `type` tells the variants apart. An event is frozen, and
 * holds no payload, no header value, no credentials and no query that a log would show: what `details` of an error has
 * of a refusing server's answer is not enumerable.
 *
 * Each `dial` is followed by one `open` or one `dial-failed`, and each `open` by one `close`, which is the last event
 * of its connection. `retry` and `lost` come from reconnecting clients; their `connection` is that of the latest dial.
 */
export type ConnectionEvent =
  | DialEvent
  | OpenEvent
  | DialFailedEvent
  | PauseEvent
  | ResumeEvent
  | PingEvent
  | PongEvent
  | MessagePassedEvent
  | ClosedEvent
  | RetryEvent
  | LostEvent;

/** A value of {@link ConnectionEvent.type}. */
export type EventType = ConnectionEvent["type"];

/** The fields that only events of this type have. */
export type EventFields<T extends EventType> = Omit<
  Extract<ConnectionEvent, { readonly type: T }>,
  keyof EventBase<T>
>;

/** A function that is called with events: option `observe`. */
export type Observer = (event: ConnectionEvent) => void;
