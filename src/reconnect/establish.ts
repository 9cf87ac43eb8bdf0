import type { Client } from "../connection/client.js";
import type { WsError } from "../errors/ws-error.js";
import { ABNORMAL_CLOSURE } from "../protocol/close-codes.js";
import type { CloseInfo } from "../protocol/close.js";
import { abortError } from "../time/abort.js";
import { dial } from "./dial.js";
import type { AttemptInfo } from "./options.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";
import { runCallback } from "./waits.js";

/** Outcome of an attempt without a connection. */
export const NO_CONNECTION: CloseInfo = {
  code: ABNORMAL_CLOSURE,
  reason: "",
  clean: false,
  by: "none",
};

/** The result of an attempt: an open connection, or the end of the attempt. */
export type Outcome =
  | { readonly client: Client; readonly info?: undefined }
  | { readonly client?: undefined; readonly info: CloseInfo };

/**
 * Makes one attempt: dials, and runs `onConnect`. A connection on which that fails is terminated. Never
 * rejects.
 *
 * @param resumed True if an earlier connection was open.
 * @param dialled Called when the dial has succeeded.
 */
export async function establish(
  options: ResolvedReconnectOptions,
  attemptInfo: AttemptInfo,
  resumed: boolean,
  dialled: (client: Client) => void,
): Promise<Outcome> {
  const { attempt, signal } = attemptInfo;
  let client: Client | undefined;
  let error: WsError;
  try {
    const opened = (client = await dial(options, attemptInfo));
    dialled(opened);
    await runCallback("onConnect", options.dialTimeout, signal, () =>
      options.onConnect?.(opened, { attempt, resumed }),
    );
    // `close` and `reconnect` can be called between the end of `onConnect` and here.
    if (signal.aborted) throw abortError("onConnect", signal);
    return { client };
  } catch (cause) {
    error = cause as WsError;
  }
  if (!client) return { info: { ...NO_CONNECTION, error } };
  // If the connection has ended, its own error says more than that of `onConnect`.
  const isOpen = client.state === "open";
  const info = await discard(client);
  return { info: isOpen ? { ...info, error } : info };
}

/** Ends a connection at once, unless it is closing. Resolves when it has ended. */
export function discard(client: Client): Promise<CloseInfo> {
  if (client.state === "open") client.terminate();
  return client.closed;
}
