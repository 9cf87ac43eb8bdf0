import { reconnecting } from "wschan/reconnect";
import type { ReconnectingClient } from "wschan/reconnect";

/**
 * Connects to the first URL that works, in the given order. After the loss of a stable connection it begins with the
 * first one again.
 */
export function connectToFirst(urls: readonly [string, ...string[]]): ReconnectingClient {
  // `attempt` counts from 1 since the last stable connection.
  const urlOf = (attempt: number): string => urls[(attempt - 1) % urls.length] ?? urls[0];
  return reconnecting(({ attempt }) => urlOf(attempt), {
    // The default of 30 s is a long time if the next server would answer.
    dialTimeout: "5s",
    backoff: { min: "100ms" },
    // One server may refuse while another accepts. The client gives up only if the last one refuses as well.
    shouldRetry: ({ code }, attempt) =>
      code === "HANDSHAKE_REJECTED" && attempt % urls.length !== 0 ? true : undefined,
  });
}
