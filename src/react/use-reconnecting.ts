import { useCallback, useInsertionEffect, useState, useSyncExternalStore } from "react";
import { unreported } from "../connection/unreported.js";
import { WsError } from "../errors/ws-error.js";
import type { Data, Message } from "../protocol/message.js";
import type { Fresh, ReconnectOptions } from "../reconnect/options.js";
import type { Reconnected } from "../reconnect/reconnected.js";
import type { Reconnecting } from "../reconnect/reconnecting.js";
import type { SendOptions } from "../reconnect/send-options.js";
import type { Status } from "../reconnect/status.js";
import { isEqual } from "./arguments.js";
import { release, take } from "./held-client.js";
import type { HeldClient, Snapshot, Target } from "./held-client.js";
import type { ReconnectingState, UseReconnecting } from "./types.js";

const CONNECTING: Status = { type: "connecting", attempt: 1 };
const SUSPENDED: Status = { type: "suspended" };

/** Creates the `useReconnecting` of an entry. */
export function bindUseReconnecting(reconnecting: Reconnecting): UseReconnecting {
  const useReconnecting = (
    givenUrl: Fresh<string | URL> | null,
    options: ReconnectOptions = {},
  ): ReconnectingState<Message | Reconnected> => {
    const url = (givenUrl as URL | null)?.href ?? givenUrl;
    const latest = { url, options };
    const [store] = useState(() => createStore(reconnecting));
    const [kept, keep] = useState<Target>(latest);
    const target = isEqual(kept, latest) ? kept : latest;
    // While rendering, so that no child sees the client of other arguments: React renders again at once.
    if (target !== kept) keep(target);
    const snapshot = useSyncExternalStore(
      // Another function for another target, for which React then subscribes.
      useCallback((onChange: () => void) => store.hold(onChange), [store, target]),
      () => store.snapshotFor(target),
      () => undefined,
    );
    // Before all other effects of the commit, and not on a server.
    useInsertionEffect(() => store.commit(Object.assign(target, latest)));
    return {
      client: null,
      state: url === null || options.autoStart === false ? SUSPENDED : CONNECTING,
      lastError: undefined,
      ...snapshot,
      send: store.send,
    };
  };
  return useReconnecting as UseReconnecting;
}

/** Creates the store of one component. */
function createStore(reconnecting: Reconnecting) {
  let target: Target = { url: null, options: {} };
  let held: HeldClient | undefined;
  /** The target for which `held` was taken. Another component may have taken it over since. */
  let heldFor: Target | undefined;
  /** Holds a client from the effects of the component to their clean-up, which is as long as React subscribes. */
  const hold = (onChange?: () => void): (() => void) => {
    if (target.url === null) return () => {};
    const taken = (held = take(reconnecting, target, onChange));
    heldFor = target;
    return () => release(taken);
  };
  const send = (data: Data, options?: 1 | 2 | SendOptions): Promise<void> => {
    // The effect of a child runs before that of this component, which then takes the client in the same turn.
    if (heldFor !== target) hold()();
    return held && target.url !== null
      ? held.client.send(data, options)
      : unreported(Promise.reject(new WsError("CLOSED", "send: no URL")));
  };
  return {
    hold,
    send,
    /** Sets the target of the latest commit. */
    commit: (committed: Target): void => {
      target = committed;
    },
    /** Returns what to show for a target; `undefined` if there is no client for it yet. */
    snapshotFor: (shown: Target): Snapshot | undefined =>
      held?.target === shown ? held.snapshot : undefined,
  };
}
