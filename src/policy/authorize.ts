import { WsError } from "../errors/ws-error.js";
import { displayUrl, publicUrl } from "../protocol/url.js";
import type { Policy } from "./policy.js";

/** On whose behalf a policy is asked. */
export interface PolicySubject {
  readonly actor?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Asks all policies about a resource: the URL, or `""` for connections as such. Rejects with
 * `URL_FORBIDDEN` or `CONNECT_FORBIDDEN` at the first that does not allow it.
 */
export async function authorize(
  policies: readonly Policy[],
  { actor, meta }: PolicySubject,
  url: URL,
  resource: string = publicUrl(url),
): Promise<void> {
  for (const policy of policies) {
    let allowed: unknown;
    let cause: unknown;
    try {
      allowed = await policy(
        Object.freeze({
          action: resource ? "websocket.connect.url" : "websocket.connect",
          resource,
          ...(resource && { url: new URL(resource) }),
          ...(actor !== undefined && { actor }),
          ...(meta && { meta }),
        }),
      );
    } catch (error) {
      cause = error;
    }
    if (allowed === true) continue;
    throw new WsError(
      resource ? "URL_FORBIDDEN" : "CONNECT_FORBIDDEN",
      `dial ${displayUrl(url)}: not allowed by the policy`,
      { cause },
    );
  }
}
