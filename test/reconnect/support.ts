import type { ReconnectingClient, ReconnectOptions, Status } from "../../src/reconnect/public.js";

/** Waits that are over at once. */
export const FAST = { backoff: { min: 1, max: 2 } } satisfies ReconnectOptions;

/** A port that refuses: nobody listens on it. */
export const NOBODY = "ws://127.0.0.1:1/";

type Of<T extends Status["type"]> = Extract<Status, { type: T }>;

/** The status as soon as it is of this type, and passes. */
export async function until<T extends Status["type"]>(
  client: Pick<ReconnectingClient, "status">,
  type: T,
  passes: (status: Of<T>) => boolean = () => true,
): Promise<Of<T>> {
  for await (const status of client.status()) {
    if (status.type === type && passes(status as Of<T>)) return status as Of<T>;
  }
  throw new Error(`it closed without ever being ${type}`);
}
