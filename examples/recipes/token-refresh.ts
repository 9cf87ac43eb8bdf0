import type { WsError } from "wschan";
import { reconnecting } from "wschan/reconnect";
import type { ReconnectingClient } from "wschan/reconnect";

/** Returns the current token; with `refresh: true`, a new one. */
export type GetToken = (options: { refresh: boolean; signal: AbortSignal }) => Promise<string>;

/** Two refusals within this time mean that a new token does not help. */
const RETRY_WINDOW_MS = 60_000;

/** True if the server refused the token: with the HTTP status 401, or with the close code 3000 or 4401. */
function isTokenRefused({ details }: WsError): boolean {
  return details.status === 401 || details.closeCode === 3000 || details.closeCode === 4401;
}

export function openWithToken(url: string, getToken: GetToken): ReconnectingClient {
  let refusedAt = -Infinity;
  return reconnecting(url, {
    // Called for every attempt, so that no attempt uses a token from an hour ago.
    protocols: async ({ lastError, signal }) => {
      const refresh = lastError !== undefined && isTokenRefused(lastError);
      return ["feed.v1", `token.${await getToken({ refresh, signal })}`];
    },
    shouldRetry: (error) => {
      if (!isTokenRefused(error)) return undefined; // The default decides.
      const isSecond = Date.now() - refusedAt < RETRY_WINDOW_MS;
      refusedAt = Date.now();
      return !isSecond;
    },
  });
}
