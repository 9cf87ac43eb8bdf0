import type { FailureSource } from "../channel/iterator.js";
import { Inbox } from "../connection/inbox.js";
import { invalid } from "../errors/validation.js";
import type { AnyCodec } from "../protocol/codec.js";
import type { HubClient } from "./hub-client.js";

/** The parts of a client that a hub receives its messages from. */
export interface Source<In> {
  readonly inbox: Inbox<In>;
  /** Decodes the messages; without one they are text and bytes. */
  readonly codec: AnyCodec | undefined;
  /** Returns the error that an iteration over the messages ends with; `undefined` for a normal end. */
  readonly failure: FailureSource;
}

/** Returns the source of a client. Throws `INVALID_OPTION` if it is none. */
export function sourceOf<In, Out>(client: HubClient<In, Out>): Source<In> {
  const { internals } = (client as Partial<typeof client> | undefined) ?? {};
  const { codec } = internals?.options ?? {};
  const failure: FailureSource = () => internals?.failure();
  const own = internals && "receiving" in internals ? internals.receiving.own : undefined;
  const inbox: unknown = own ?? (internals?.options as { inbox?: unknown } | undefined)?.inbox;
  if (!(inbox instanceof Inbox)) {
    throw invalid("createHub: client", "a client of connect or reconnecting", client);
  }
  return { inbox: inbox as Inbox<In>, codec, failure };
}
