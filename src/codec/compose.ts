import type { Codec } from "../protocol/codec.js";
import type { Data } from "../protocol/message.js";

/**
 * Combines two codecs: `compose(gzip(), json())` inflates and then parses received messages, and stringifies and
 * then compresses sent values.
 *
 * @param outer The codec next to the wire. It decodes messages to messages.
 * @param inner The codec that decodes the messages of `outer` to values.
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
      // The caller's type applies only if `inner` has not replaced the data.
      return outer.encode?.(data, data === value ? type : undefined) ?? data;
    },
  };
}
