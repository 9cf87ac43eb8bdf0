/** What a {@link Client} has received and sent so far, and what waits in it. */
export interface ClientStats {
  readonly messagesReceived: number;
  readonly messagesSent: number;
  /** Payloads of received messages, in bytes. */
  readonly bytesReceived: number;
  /** Payloads of sent messages, in bytes. */
  readonly bytesSent: number;
  /** What unread messages hold: payload + 64 bytes each, a text's payload at 2 x `length`. */
  readonly bytesBuffered: number;
  /** How often reading was paused because the consumer was slow. */
  readonly timesPaused: number;
  /** The latest round trip of a ping or of option `keepAlive`, in milliseconds; at first `undefined`. */
  readonly roundTrip: number | undefined;
}
