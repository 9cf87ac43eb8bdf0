import { COMPRESSION } from "../../protocol/constants.js";
import type { CompressionMode } from "../../protocol/constants.js";

/** The negotiated parameters of permessage-deflate (RFC 7692 section 7.1). */
export interface DeflateParameters {
  /** True if the server may refer to its earlier messages. */
  readonly serverContext: boolean;
  /** True if this side may refer to its earlier messages. */
  readonly clientContext: boolean;
  readonly serverWindowBits: number;
  readonly clientWindowBits: number;
}

const DEFAULT_WINDOW_BITS = 15;

/**
 * Reads the extension that the server accepted, which `ws` has validated; `undefined` if there is none.
 *
 * A client that asked for no context never uses one, even if the server's answer does not repeat that (RFC
 * 7692 section 7.1.1.2).
 */
export function readParameters(
  extensions: string,
  asked: CompressionMode,
): DeflateParameters | undefined {
  if (!/permessage-deflate/i.test(extensions)) return undefined;
  const has = (name: string): boolean => extensions.toLowerCase().includes(name);
  const bits = (side: string): number =>
    Number(new RegExp(`${side}_max_window_bits="?(\\d+)`, "i").exec(extensions)?.[1]) ||
    DEFAULT_WINDOW_BITS;
  return {
    serverContext: !has("server_no_context_takeover"),
    clientContext: asked !== COMPRESSION.NO_CONTEXT && !has("client_no_context_takeover"),
    serverWindowBits: bits("server"),
    clientWindowBits: bits("client"),
  };
}
