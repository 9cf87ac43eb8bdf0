import type { ReconnectingClient, ReconnectOptions, Status } from "../../src/reconnect/public.js";

/** Options with waits of at most 2 ms. */
export const FAST_OPTIONS = { backoff: { min: 1, max: 2 } } satisfies ReconnectOptions;

/** A URL without a server: connections to its port are refused. */
export const REFUSING_URL = "ws://127.0.0.1:1/";

type StatusOf<T extends Status["type"]> = Extract<Status, { type: T }>;

/** Resolves with the first status that has this type and for which `passes` returns true. */
export async function until<T extends Status["type"]>(
  client: Pick<ReconnectingClient, "status">,
  type: T,
  passes: (status: StatusOf<T>) => boolean = () => true,
): Promise<StatusOf<T>> {
  for await (const status of client.status()) {
    if (status.type === type && passes(status as StatusOf<T>)) return status as StatusOf<T>;
  }
  throw new Error(`the client closed before a matching status "${type}"`);
}
