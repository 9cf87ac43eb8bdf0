import type { FailureSource } from "../channel/iterator.js";
import type { AnyCodec } from "../protocol/codec.js";
import type { Inbox } from "./inbox.js";

/** Where the messages of a client, of one connection or of many, can be received. */
export interface Source<In> {
  readonly inbox: Inbox<In>;
  /** Decodes the messages; without one they are text and bytes. */
  readonly codec: AnyCodec | undefined;
  /** Returns the error that an iteration over the messages ends with; `undefined` for a normal end. */
  readonly failure: FailureSource;
}
