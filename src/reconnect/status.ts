import type { WsError } from "../errors/ws-error.js";

/** Where a reconnecting client stands; told apart by `type`. */
export type Status =
  | {
      /** Asks for the URL and credentials, dials, or runs `onConnect`. */
      readonly type: "connecting";
      /** Counts from 1 since the last stable connection. */
      readonly attempt: number;
    }
  | {
      readonly type: "open";
      /** The attempt that opened it. */
      readonly attempt: number;
      /** For how long it has been open, in milliseconds, as of now. */
      readonly duration: number;
    }
  | {
      readonly type: "waiting";
      /** The attempt that comes next. */
      readonly attempt: number;
      /** How long it waits, in milliseconds, unless it is woken. */
      readonly delay: number;
      /** Why it is not open. */
      readonly error: WsError;
    }
  | {
      readonly type: "closed";
      /** Why it gave up; none after a local close and the peer's normal end. */
      readonly error?: WsError | undefined;
    };
