import { useEffect, useInsertionEffect, useRef } from "react";
import type { HubClient } from "../hub/hub-client.js";
import { listen } from "./feed.js";

/**
 * Calls a function with every message of a client, once and in order, while the component is mounted. Several
 * components may use one client: each gets every message.
 *
 * ```tsx
 * function Log({ client }: { client: ReconnectingClient | null }) {
 *   const [lines, setLines] = useState<readonly string[]>([]);
 *   useMessages(client, ({ data }) => setLines((before) => [...before.slice(-99), String(data)]));
 *   return <pre>{lines.join("\n")}</pre>;
 * }
 * ```
 *
 * While no component listens to a client, its messages wait, and the next components to listen get them: see
 * `useReconnecting`. A component that mounts beside others gets the messages from then on.
 *
 * The hook reads the client through its hub: see `createHub` in `wschan/hub`. Do not receive from the client otherwise.
 *
 * @param client A client of `useReconnecting`, `reconnecting` or `connect`. `null` or `undefined`: none yet.
 * @param handler The one of the latest render is called. An exception is reported as uncaught, and ends nothing.
 */
export function useMessages<In>(
  client: HubClient<In, never> | null | undefined,
  handler: (message: In) => void,
): void {
  const latest = useRef(handler);
  // Before the effects of the same commit, and not on a server.
  useInsertionEffect(() => {
    latest.current = handler;
  });
  useEffect(
    () => (client ? listen(client, (message) => latest.current(message)) : undefined),
    [client],
  );
}
