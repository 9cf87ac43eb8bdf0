import type { Dial, Platform } from "../../protocol/dial.js";
import { unixProblem } from "../../protocol/url.js";
import { observerOf } from "./diagnostics.js";
import { attemptDial } from "./dial-attempt.js";
import { parseGuard } from "./private-networks.js";
import type { NetworkGuard } from "./private-networks.js";
import { followRedirect } from "./redirects.js";
import type { Hop } from "./redirects.js";
import { prepareTakeover } from "./socket-takeover.js";

/**
 * Returns a function that opens connections with `ws` and follows redirects if that is requested. Each target
 * is authorized by the policy and checked by the network guard, if there is one.
 */
export const dialBy =
  (guard?: NetworkGuard, takeover: typeof prepareTakeover = prepareTakeover): Dial =>
  async (request) => {
    const { signal } = request;
    let hop: Hop = { url: request.url, options: request.options };
    for (let redirectCount = 0; ; redirectCount++) {
      try {
        await attemptDial(request, hop, guard, takeover);
        return;
      } catch (error) {
        hop = followRedirect(hop, error, redirectCount);
        await request.authorize(hop.url);
        signal.throwIfAborted();
      }
    }
  };

/** The platform of Node, which dials with `ws`. */
export const nodePlatform: Platform = {
  credentials: true,
  unix: unixProblem,
  base: undefined,
  dial: /* @__PURE__ */ dialBy(),
  observerOf,
  contextParsers: {
    denyPrivateNetworks(value, name) {
      const guard = parseGuard(value, name);
      return guard && dialBy(guard);
    },
  },
};
