import { WsError } from "../errors/ws-error.js";
import { displayUrl, publicUrl } from "../protocol/url.js";
import type { Policy } from "./policy.js";

/** The parts of a {@link PolicyRequest} that come from the options. */
export interface PolicySubject {
  /** Option `actor` of the context. */
  readonly actor?: unknown;
  /** Option `meta` of the context and the call, merged. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Asks the policies, one after the other, if they allow a resource. Rejects at the first that does not.
 *
 * @param url The URL to connect to.
 * @param resource The URL without credentials, to ask about that URL, in which case a refusal is
 * `URL_FORBIDDEN`; or `""` to ask about connecting in general, in which case it is `CONNECT_FORBIDDEN`.
 */
export async function authorize(
  policies: readonly (Policy | undefined)[],
  { actor, meta }: PolicySubject,
  url: URL,
  resource: string = publicUrl(url),
): Promise<void> {
  for (const policy of policies) {
    if (!policy) continue;
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
