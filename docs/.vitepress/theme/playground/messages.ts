// The messages between the page and the worker in which a snippet runs.

/** The values of the controls. */
export interface Settings {
  /** Time that each byte takes, one way, in milliseconds. */
  readonly latency: number;
  /** Messages per second that the server sends on `/feed` and `/bulk`. */
  readonly rate: number;
  /** Time that `work()` takes, in milliseconds. */
  readonly work: number;
  /** True if the server refuses all dials with 503. */
  readonly refuse: boolean;
  /** The platform that is simulated. A change applies to the next run. */
  readonly platform: "node" | "browser";
}

/** A message to the worker. */
export type Command =
  { readonly type: "settings"; readonly settings: Settings } | { readonly type: "cut" };

/** Messages on their way in one direction. */
export interface Lane {
  /** The number of messages, also those that `progress` leaves out. */
  readonly count: number;
  readonly bytes: number;
  /** The progress of the first messages, from 0 (just sent) to 1 (arrived, but not read by the receiver). */
  readonly progress: readonly number[];
}

export interface ConnectionView {
  readonly number: number;
  readonly url: string;
  readonly state: "dialling" | "failed" | "open" | "paused" | "closing" | "closed";
  /** The end of the connection, in words. */
  readonly end?: string;
  /** Messages that the server has sent and that its operating system has not accepted. */
  readonly held: { readonly count: number; readonly bytes: number };
  readonly down: Lane;
  readonly up: Lane;
  /** Bytes that the client has sent and that its operating system has not accepted. */
  readonly waiting: number;
  readonly channel: {
    readonly length: number;
    readonly capacity: number;
    /** Memory of the unread messages. */
    readonly bytes: number;
  };
  readonly canPause: boolean;
  readonly timesPaused: number;
  readonly received: number;
  readonly sent: number;
}

export interface ReconnectingView {
  readonly type: "connecting" | "open" | "waiting" | "suspended" | "closed";
  readonly attempt?: number;
  /** The pause before the next attempt, in milliseconds, and its part that has passed. */
  readonly delay?: number;
  readonly elapsed?: number;
  /** The code of the error that ended the last attempt or connection. */
  readonly error?: string;
  /** Messages in the queue. */
  readonly queued: number;
}

/** A picture of the connections at one moment. */
export interface Picture {
  /** The newest connection that has not ended, or else the newest. */
  readonly connection?: ConnectionView;
  readonly reconnecting?: ReconnectingView;
  /** The number of connections that are open. */
  readonly open: number;
  /** The number of clients that have not ended: dials, connections and reconnecting clients. */
  readonly active: number;
}

/** A line of the snippet's output, or of the list of events. */
export interface Line {
  readonly kind: "log" | "warn" | "error";
  readonly text: string;
  /** Time since the start, in milliseconds. */
  readonly time: number;
}

/** A message from the worker. */
export interface Update {
  readonly picture: Picture;
  readonly output: readonly Line[];
  readonly events: readonly Line[];
  /** Lines of output that were left out, because there were too many. */
  readonly dropped: number;
  /** `ended`: the code of the snippet has run to its end. `failed`: an error was not caught. */
  readonly outcome: "running" | "ended" | "failed";
}
