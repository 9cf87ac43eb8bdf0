import type { ClientRequest, IncomingMessage } from "node:http";
import type { WsError } from "../../errors/ws-error.js";
import type { Dial, DialRequest, Platform } from "../../protocol/dial.js";
import { displayUrl, unixProblem } from "../../protocol/url.js";
import { now } from "../../time/clock.js";
import { SocketConnection } from "./connection.js";
import { guardConnection } from "./guarded-connection.js";
import { dialError, refusalError, tlsFaultError } from "./handshake-errors.js";
import { parseGuard } from "./private-networks.js";
import type { NetworkGuard } from "./private-networks.js";
import { followRedirect } from "./redirects.js";
import type { Hop } from "./redirects.js";
import { readBody } from "./refusal-body.js";
import { prepareTakeover } from "./socket-takeover.js";
import { createWebSocket, handshakeFault } from "./upgrade.js";
import { WsConnection } from "./ws-connection.js";

/** The largest header of an answer, in bytes, where option `node.maxHeaderSize` is not given. */
const DEFAULT_MAX_HEADER_BYTES = 65_536;

/**
 * Opens connections with `ws`. Follows redirects if asked to: one dial per hop, each authorized by the
 * policy and checked by the network guard, if there is one.
 */
export const dialBy =
  (guard?: NetworkGuard, takeover: typeof prepareTakeover = prepareTakeover): Dial =>
  async (request) => {
    const { signal } = request;
    let hop: Hop = { url: request.url, options: request.options };
    for (let hops = 0; ; hops++) {
      try {
        await dialOnce(request, hop, guard, takeover);
        return;
      } catch (error) {
        hop = followRedirect(hop, error, hops);
        await request.authorize(hop.url);
        signal.throwIfAborted();
      }
    }
  };

/** Node, through `ws`. */
export const nodePlatform: Platform = {
  credentials: true,
  unix: unixProblem,
  base: undefined,
  dial: /* @__PURE__ */ dialBy(),
  contextParsers: {
    denyPrivateNetworks(value, name) {
      const guard = parseGuard(value, name);
      return guard && dialBy(guard);
    },
  },
};

/** Dials one URL. */
function dialOnce(
  { signal, due, open }: DialRequest,
  { url, options }: Hop,
  guard: NetworkGuard | undefined,
  takeover: typeof prepareTakeover,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const label = displayUrl(url);
    const { maxHeaderSize = DEFAULT_MAX_HEADER_BYTES } = options.node;
    let request: ClientRequest | undefined;
    let response: IncomingMessage | undefined;
    let takeSocket: ReturnType<typeof prepareTakeover> | undefined;
    const ws = createWebSocket(url, options, {
      createConnection: guard && guardConnection(guard, url, options, signal),
      maxHeaderSize,
      timeLeft: due - now(),
      onRequest: (made) => (request = made),
      onTlsFault: (name, error) => end(tlsFaultError(label, name, error)),
    });
    const fail = (error: unknown): void => {
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    const failBy = (error: Error): void =>
      fail(dialError(error, { label, maxHeaderSize, request, response }));
    const end = (error: unknown): void => {
      fail(error);
      ws.terminate();
    };
    const abort = (): void => end(signal.reason);
    signal.addEventListener("abort", abort);
    // Never removed: a late error without a listener would end the process.
    ws.on("error", failBy);
    ws.once("close", () => failBy(new Error("the connection ended before the server answered")));
    ws.once("upgrade", (res: IncomingMessage) => {
      response = res;
      takeSocket = takeover(res);
      const fault = handshakeFault(res);
      if (fault === undefined) return;
      failBy(new Error(fault));
      ws.terminate();
    });
    ws.once("unexpected-response", (req: ClientRequest, res: IncomingMessage) => {
      signal.removeEventListener("abort", abort);
      // An error while the body is read does not undo the refusal.
      ws.removeAllListeners().on("error", () => {});
      void readBody(res, signal).then((body) => {
        // The refusal says more than that its body took too long.
        const timedOut = (signal.reason as WsError | undefined)?.code === "DIAL_TIMEOUT";
        const refused = !signal.aborted || timedOut;
        fail(refused ? refusalError(label, res, body) : signal.reason);
        // With a listener for this event, `ws` leaves the request to us. The socket of a complete response
        // outlives the request: it returns to the agent; without one, it has to be destroyed as well.
        if (options.node.agent) req.destroy();
        else ws.terminate();
      });
    });
    ws.once("open", () => {
      signal.removeEventListener("abort", abort);
      ws.removeAllListeners();
      const socket = takeSocket?.();
      const transport =
        socket && response
          ? new SocketConnection(socket, response, options, label)
          : new WsConnection(ws, response, options, label);
      transport.attach(open(transport, url));
      resolve();
    });
    // The user's lookup function has been called in the meantime, and may have aborted the dial.
    if (signal.aborted) abort();
  });
}
