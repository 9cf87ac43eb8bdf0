import type { COMPRESSION, CompressionMode } from "./constants.js";

// By value, so that a bundle does not have to hold the table.
const DISABLED: typeof COMPRESSION.DISABLED = 0;
const CONTEXT_TAKEOVER: typeof COMPRESSION.CONTEXT_TAKEOVER = 1;
const NO_CONTEXT: typeof COMPRESSION.NO_CONTEXT = 2;

/**
 * The mode of permessage-deflate that is in force in both directions, by the extensions that the server
 * accepted. A client that asked for no context uses none, even if the answer does not repeat that (RFC 7692
 * section 7.1.1.2).
 */
export function compressionMode(extensions: string, asked?: CompressionMode): CompressionMode {
  if (!/permessage-deflate/i.test(extensions)) return DISABLED;
  const sides = asked === NO_CONTEXT ? ["server"] : ["server", "client"];
  const isWithout = (side: string): boolean =>
    new RegExp(`${side}_no_context_takeover`, "i").test(extensions);
  return sides.every(isWithout) ? NO_CONTEXT : CONTEXT_TAKEOVER;
}
