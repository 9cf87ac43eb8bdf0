/**
 * The core's own parts, for the sub-paths: what they take from `wschan` beside its public names, so that
 * none of their bundles holds a second copy. They reach it by `Context.kit`.
 */
import { QueueIterator } from "./channel.js";
import { toPayload } from "./client.js";
import { checkClose } from "./close.js";
import { DONE, startTimer, waitFor, waitForStarted } from "./deadline.js";
import type { Inbox } from "./inbox.js";
import { callable, duration, integer, must, object, oneOf, parseBy } from "./options.js";
import type { ConnectOptions } from "./options.js";
import { readableOf, writableOf } from "./streams.js";

/** What the sub-paths are built with. */
export interface Kit {
  readonly DONE: typeof DONE;
  readonly QueueIterator: typeof QueueIterator;
  readonly callable: typeof callable;
  readonly checkClose: typeof checkClose;
  readonly duration: typeof duration;
  readonly integer: typeof integer;
  readonly must: typeof must;
  readonly object: typeof object;
  readonly oneOf: typeof oneOf;
  readonly parseBy: typeof parseBy;
  readonly readableOf: typeof readableOf;
  readonly startTimer: typeof startTimer;
  readonly toPayload: typeof toPayload;
  readonly waitFor: typeof waitFor;
  readonly waitForStarted: typeof waitForStarted;
  readonly writableOf: typeof writableOf;
}

export const KIT: Kit = {
  DONE,
  QueueIterator,
  callable,
  checkClose,
  duration,
  integer,
  must,
  object,
  oneOf,
  parseBy,
  readableOf,
  startTimer,
  toPayload,
  waitFor,
  waitForStarted,
  writableOf,
};

/** What a client across connections stands on: see `Context.prepare`. */
export interface Ground {
  /** The context's defaults, and on top of them what was given; checked and copied. */
  readonly options: ConnectOptions;
  readonly dialTimeout: number;
  readonly inbox: Inbox;
}
