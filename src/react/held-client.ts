import type { WsError } from "../errors/ws-error.js";
import type { Message } from "../protocol/message.js";
import type { Fresh, ReconnectOptions } from "../reconnect/options.js";
import type { Reconnected } from "../reconnect/reconnected.js";
import type { Reconnecting } from "../reconnect/reconnecting.js";
import type { ReconnectingClient } from "../reconnect/reconnecting-client.js";
import type { Status } from "../reconnect/status.js";
import { nextTurn } from "../time/clock.js";
import { forward, isEqual } from "./arguments.js";
import type { ReconnectingState } from "./types.js";

/** The arguments of `useReconnecting`: one object for as long as they are equal. */
export interface Target {
  url: Fresh<string | URL> | null;
  options: ReconnectOptions;
}

/** The values of a client that a component renders. Each change creates a new object. */
export type Snapshot = Omit<ReconnectingState<Message | Reconnected>, "send">;

/** A client that a component holds. */
export interface HeldClient {
  readonly client: ReconnectingClient<Message | Reconnected>;
  /** The arguments for which the component holds the client. */
  target: Target;
  snapshot?: Snapshot;
  /** Called when the snapshot has changed. */
  onChange?: (() => void) | undefined;
}

/** The clients that no component holds. Each is closed in the next turn of the event loop, unless one takes it. */
const released = /* @__PURE__ */ new Set<HeldClient>();

/**
 * Takes a client with the same connection that was released in this turn, or creates one, which dials at once. Throws
 * the errors of `reconnecting`.
 */
export function take(
  reconnecting: Reconnecting,
  target: Target,
  onChange?: () => void,
): HeldClient {
  const found = [...released].find((one) => isEqual(one.target, target, true));
  const held = found ?? create(reconnecting, target);
  released.delete(held);
  return Object.assign(held, { target, onChange });
}

/** Closes a client in the next turn of the event loop, unless a component takes it before. */
export function release(held: HeldClient): void {
  released.add(held);
  nextTurn(() => {
    if (released.delete(held)) void held.client.close();
  });
}

function create(reconnecting: Reconnecting, target: Target): HeldClient {
  const held: Partial<HeldClient> = { target };
  // Calls the functions of the component that holds the client at the time of the call.
  const { url, options } = forward(() => held, "target") as Target;
  const client = reconnecting(url as Fresh<string>, options);
  const show = (state: Status): void => {
    const { error } = state as { readonly error?: WsError };
    held.snapshot = { client, state, lastError: error ?? held.snapshot?.lastError };
    held.onChange?.();
  };
  show(client.state);
  client.onStatus(show);
  return Object.assign(held as HeldClient, { client });
}
