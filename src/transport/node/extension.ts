import { COMPRESSION } from "../../protocol/constants.js";
import type { CompressionMode } from "../../protocol/constants.js";

/** The negotiated parameters of permessage-deflate (RFC 7692 section 7.1). */
export interface DeflateParameters {
  /** True if the server compresses with context takeover. */
  readonly serverContext: boolean;
  /** True if this side compresses with context takeover. */
  readonly clientContext: boolean;
  readonly serverWindowBits: number;
  readonly clientWindowBits: number;
}

const DEFAULT_WINDOW_BITS = 15;

/**
 * Parses a `Sec-WebSocket-Extensions` header that `ws` has validated. Returns `undefined` if it does not
 * contain permessage-deflate.
 *
 * A client that requested no context takeover never uses it, even if the response does not repeat the
 * parameter (RFC 7692 section 7.1.1.2).
 */
export function readParameters(
  extensions: string,
  requested: CompressionMode,
): DeflateParameters | undefined {
  if (!/permessage-deflate/i.test(extensions)) return undefined;
  const has = (name: string): boolean => extensions.toLowerCase().includes(name);
  const bits = (side: string): number =>
    Number(new RegExp(`${side}_max_window_bits="?(\\d+)`, "i").exec(extensions)?.[1]) ||
    DEFAULT_WINDOW_BITS;
  return {
    serverContext: !has("server_no_context_takeover"),
    clientContext: requested !== COMPRESSION.NO_CONTEXT && !has("client_no_context_takeover"),
    serverWindowBits: bits("server"),
    clientWindowBits: bits("client"),
  };
}
