import type { ReconnectOptions } from "../reconnect/options.js";
import { resolveOptions } from "../reconnect/resolve-options.js";
import type { CreateContext } from "../context/connect.js";
import {
  asSyntaxError,
  rejectOptions,
  requireArgument,
  toCloseArguments,
  toProtocols,
  toSendable,
} from "./arguments.js";
import { ReconnectingSession } from "./reconnecting-session.js";
import type {
  ReconnectingWebSocketConstructor,
  ReconnectingWebSocketOptions,
  SocketProtocols,
  SocketUrl,
} from "./socket-types.js";
import { defineInterface, eventTargetClass } from "./web-idl.js";

/** Default of `maxAttempts`: practically unlimited. */
const MAX_ATTEMPTS = 2_147_483_647;

/** Creates the class `ReconnectingWebSocket` of an entry. The session does its work. */
export function bindReconnectingWebSocket(
  createContext: CreateContext,
  closeEventClass: () => typeof CloseEvent,
): ReconnectingWebSocketConstructor {
  class ReconnectingWebSocket extends eventTargetClass() {
    static {
      const own = ["retryCount", "shouldReconnect"] as const;
      const sessionOf = (socket: ReconnectingWebSocket): ReconnectingSession => socket.#session;
      defineInterface(this, "ReconnectingWebSocket", sessionOf, own);
    }

    readonly #session: ReconnectingSession;

    constructor(
      url: SocketUrl,
      ...[protocols, options = {}]: [SocketProtocols?, ReconnectingWebSocketOptions?]
    ) {
      super();
      requireArgument(arguments.length, "ReconnectingWebSocket");
      rejectOptions("ReconnectingWebSocket", options, ["codec", "marker", "discardIncoming"]);
      const { maxAttempts = MAX_ATTEMPTS } = options;
      const given = { ...options, ...protocolsOption(protocols), maxAttempts };
      const resolved = asSyntaxError(() => resolveOptions(url, given, createContext));
      const shouldRetry = retriesUnlessForbidden(resolved.shouldRetry);
      this.#session = new ReconnectingSession(this, closeEventClass(), {
        ...resolved,
        shouldRetry,
      });
    }

    send(data: unknown): void {
      requireArgument(arguments.length, "send");
      this.#session.send(toSendable(data));
    }

    close(...[code, reason]: [unknown?, unknown?]): void {
      this.#session.close(toCloseArguments(code, reason));
    }

    reconnect(...[code, reason]: [unknown?, unknown?]): void {
      this.#session.reconnect(toCloseArguments(code, reason));
    }
  }
  return ReconnectingWebSocket as unknown as ReconnectingWebSocketConstructor;
}

/** Returns the decision to retry: the application's, or else true unless a policy has denied the URL. */
function retriesUnlessForbidden(
  shouldRetry: ReconnectOptions["shouldRetry"],
): ReconnectOptions["shouldRetry"] {
  return (error, attempt) => shouldRetry?.(error, attempt) ?? !error.code.endsWith("_FORBIDDEN");
}

function protocolsOption(protocols: SocketProtocols): Pick<ReconnectOptions, "protocols"> {
  if (protocols === undefined || protocols === null) return {};
  if (typeof protocols !== "function") return { protocols: toProtocols(protocols) };
  return { protocols: async (info) => (await protocols(info)) ?? undefined };
}
