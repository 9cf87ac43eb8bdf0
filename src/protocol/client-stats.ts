/** Counters of a {@link Client}. */
export interface ClientStats {
  readonly messagesReceived: number;
  readonly messagesSent: number;
  /** Total payload of received messages, in bytes. */
  readonly bytesReceived: number;
  /** Total payload of sent messages, in bytes. */
  readonly bytesSent: number;
  /**
   * Size of the unread messages, in bytes. Each counts as its payload plus 64 bytes; the payload of a text counts
   * as 2 x `length`.
   */
  readonly bytesBuffered: number;
  /** Number of times that reading was paused because the consumer was slow. */
  readonly timesPaused: number;
  /** Latest round trip of a ping or of option `keepAlive`, in milliseconds; `undefined` before the first. */
  readonly roundTrip: number | undefined;
}
