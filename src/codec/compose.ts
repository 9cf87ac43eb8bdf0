import type { Codec } from "../protocol/codec.js";
import type { Data } from "../protocol/message.js";

/**
 * One codec behind another: `compose(gzip(), json())` inflates what arrives and parses what comes out,
 * and stringifies what is sent and compresses that.
 *
 * @param outer What messages on the wire go through; it decodes to messages.
 * @param inner What makes values of them.
 */
export function compose<In, Out>(outer: Codec, inner: Codec<In, Out>): Codec<In, Out> {
  return {
    name: `${outer.name}+${inner.name}`,
    decoder(readLimit) {
      const decodeOuter = outer.decoder(readLimit);
      const decodeInner = inner.decoder(readLimit);
      return (message, emit) => {
        decodeOuter(message, (decoded) => decodeInner(decoded, emit));
      };
    },
    encode(value, type) {
      const data = inner.encode?.(value, type) ?? (value as Data);
      // What the inner one has made has a type of its own.
      return outer.encode?.(data, data === value ? type : undefined) ?? data;
    },
  };
}
