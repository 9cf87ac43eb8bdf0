import type { ClientRequest, IncomingMessage } from "node:http";
import { WsError } from "../../errors.js";
import type { Dial, DialRequest, Platform } from "../../transport.js";
import { displayUrl, unixProblem } from "../../url.js";
import { SocketConnection } from "./connection.js";
import { guardConnection } from "./guarded-connection.js";
import { dialError, readBody, refusalError } from "./handshake-errors.js";
import { parseGuard } from "./private-networks.js";
import type { NetworkGuard } from "./private-networks.js";
import { followRedirect } from "./redirects.js";
import type { Hop } from "./redirects.js";
import { prepareTakeover } from "./socket-takeover.js";
import { createWebSocket, handshakeFault } from "./upgrade.js";
import { WsConnection } from "./ws-connection.js";

/**
 * Opens connections with `ws`, following redirects if asked to: one dial per hop, each authorized, and
 * watched by the guard if there is one.
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

/** Node, by `ws`. */
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

/** One dial to one URL. */
function dialOnce(
  { signal, open }: DialRequest,
  { url, options }: Hop,
  guard: NetworkGuard | undefined,
  takeover: typeof prepareTakeover,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const label = displayUrl(url);
    let request: ClientRequest | undefined;
    let response: IncomingMessage | undefined;
    let takeSocket: ReturnType<typeof prepareTakeover> | undefined;
    const createConnection = guard && guardConnection(guard, url, options, signal);
    const ws = createWebSocket(url, options, createConnection, (req) => (request = req));
    const abort = (): void => {
      fail(signal.reason);
      ws.terminate();
    };
    const fail = (error: unknown): void => {
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    signal.addEventListener("abort", abort);
    // For good: a late error without a listener would end the process.
    ws.on("error", (error) => fail(dialError(label, error, request, response)));
    ws.once("close", () => fail(new WsError("DIAL_FAILED", `dial ${label}: closed`)));
    ws.once("upgrade", (res: IncomingMessage) => {
      response = res;
      takeSocket = takeover(res);
      const fault = handshakeFault(res);
      if (fault === undefined) return;
      fail(dialError(label, new Error(fault), request, response));
      ws.terminate();
    });
    ws.once("unexpected-response", (req: ClientRequest, res: IncomingMessage) => {
      signal.removeEventListener("abort", abort);
      // What goes wrong with its body does not undo a refusal.
      ws.removeAllListeners().on("error", () => {});
      void readBody(res, signal).then((body) => {
        // Out of time with the refusal in hand: what is known says more than that.
        const timedOut = (signal.reason as WsError | undefined)?.code === "DIAL_TIMEOUT";
        const refused = !signal.aborted || timedOut;
        fail(refused ? refusalError(label, res, body) : signal.reason);
        // With this event listened to, `ws` leaves the end to us. The socket of a complete response
        // outlives its request: it goes back to the agent, or, without one, must go as well.
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
    // The user's look-up has run in the meantime.
    if (signal.aborted) abort();
  });
}
