import type { COMPRESSION, CompressionMode } from "./constants.js";

// Copies of the values, so that a bundle does not contain the table.
const DISABLED: typeof COMPRESSION.DISABLED = 0;
const CONTEXT_TAKEOVER: typeof COMPRESSION.CONTEXT_TAKEOVER = 1;
const NO_CONTEXT: typeof COMPRESSION.NO_CONTEXT = 2;

/**
 * Returns the mode of permessage-deflate that is in force in both directions, according to the extensions
 * that the server accepted. A client that requested no context takeover does not use it, even if the
 * response does not repeat the parameter (RFC 7692 section 7.1.1.2).
 */
export function compressionMode(extensions: string, requested?: CompressionMode): CompressionMode {
  if (!/permessage-deflate/i.test(extensions)) return DISABLED;
  const sides = requested === NO_CONTEXT ? ["server"] : ["server", "client"];
  const isWithoutTakeover = (side: string): boolean =>
    new RegExp(`${side}_no_context_takeover`, "i").test(extensions);
  return sides.every(isWithoutTakeover) ? NO_CONTEXT : CONTEXT_TAKEOVER;
}
