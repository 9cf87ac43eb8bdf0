import { useState } from "react";
import type { HubClient } from "../hub/hub-client.js";
import { atNextFrame } from "./frames.js";
import { useMessages } from "./use-messages.js";

type Select = (message: unknown) => unknown;

/** A message, and the client that received it. */
interface Received {
  readonly client: unknown;
  message: unknown;
}

const itself: Select = (message) => message;

/**
 * Returns the latest message of a client, and `undefined` until there is one. However many messages arrive, the
 * component renders at most once per frame.
 *
 * ```tsx
 * function Price({ client }: { client: ReconnectingClient<Tick> | null }) {
 *   return <output>{useLatest(client)?.price}</output>;
 * }
 * ```
 *
 * In a hidden page, which has no frames, it renders at most once per second. As with `useMessages`, several components
 * may use one client, and messages that arrive while no component listens wait.
 *
 * @param client A client of `useReconnecting`, `reconnecting` or `connect`. `null` or `undefined`: none yet.
 */
export function useLatest<In>(client: HubClient<In, never> | null | undefined): In | undefined;
/**
 * Returns a value that is selected from the latest message of a client, and `undefined` until there is one. However
 * many messages arrive, the component renders at most once per frame.
 *
 * ```tsx
 * function Price({ client, symbol }: PriceProps) {
 *   const price = useLatest(client, (tick) => (tick.symbol === symbol ? tick.price : undefined));
 *   return <output>{price}</output>;
 * }
 * ```
 *
 * @param client A client of `useReconnecting`, `reconnecting` or `connect`. `null` or `undefined`: none yet.
 * @param select Called with each message, and while rendering. It must be pure. A message for which it returns
 * `undefined` is skipped. The function of the latest render is called. An exception for a message is reported as
 * uncaught.
 * @param isEqual Returns true for values that need no render. Default: `Object.is`.
 */
export function useLatest<In, T>(
  client: HubClient<In, never> | null | undefined,
  select: (message: In) => T | undefined,
  isEqual?: (a: T, b: T) => boolean,
): T | undefined;
export function useLatest(
  client: HubClient<unknown, never> | null | undefined,
  select: Select = itself,
  isEqual: (a: never, b: never) => boolean = Object.is,
): unknown {
  const [shown, setShown] = useState<Received>();
  const [waiting] = useState<{ next?: Received | undefined; shown?: Received }>({});
  useMessages(client, (message) => {
    if (select(message) === undefined) return;
    if (!waiting.next) atNextFrame(show);
    waiting.next = { client, message };
  });
  const show = (): void => {
    const { next, shown: before } = waiting;
    if (!next) return;
    waiting.next = undefined;
    if (
      before &&
      before.client === next.client &&
      isEqual(select(before.message) as never, select(next.message) as never)
    ) {
      // The state is the same object, so that the component does not render.
      before.message = next.message;
    } else setShown((waiting.shown = next));
  };
  return shown && shown.client === client ? select(shown.message) : undefined;
}
