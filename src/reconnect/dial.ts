import type { Client } from "../connection/client.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { DONE } from "../time/wait.js";
import type { AttemptInfo } from "./options.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";
import { runCallback } from "./waits.js";

/**
 * Dials once: calls the functions for URL, headers and protocols, and connects; each of these steps takes
 * at most `dialTimeout`. Rejects with the errors of `connect` or of `runCallback`.
 */
export async function dial(options: ResolvedReconnectOptions, info: AttemptInfo): Promise<Client> {
  const { dialOptions, dialTimeout, open, perAttempt } = options;
  const { attempt, signal } = info;
  // Later, so that the functions can use the client that is being created.
  await DONE;
  const evaluate = (): Promise<unknown[]> =>
    Promise.all(perAttempt.map(async (valueFor) => await valueFor(info)));
  const values = await runCallback("url, headers or protocols", dialTimeout, signal, evaluate);
  const [url, headers, protocols] = values;
  return open(url, dialOptions, { headers, protocols, signal } as ConnectOptions, attempt);
}
