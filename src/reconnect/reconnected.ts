/** Stands in the channel between the messages of two connections, if option `marker` is on. */
export interface Reconnected {
  readonly type: "reconnected";
  /** Number of the attempt that opened the new connection. */
  readonly attempt: number;
  /** Time without an open connection, in milliseconds; 0 if the connection was replaced while it was open. */
  readonly gap: number;
}
