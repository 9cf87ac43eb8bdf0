import type { ReconnectOptions } from "../reconnect/options.js";
import type { ReconnectingClient } from "../reconnect/reconnecting-client.js";
import { resolveOptions } from "../reconnect/resolve-options.js";
import type { ReconnectPlatform } from "../reconnect/resolve-options.js";
import type { WsError } from "../errors/ws-error.js";
import {
  asSyntaxError,
  rejectOptions,
  requireArgument,
  toBinaryType,
  toCloseArguments,
  toProtocols,
  toSendable,
} from "./arguments.js";
import type { BinaryType } from "./arguments.js";
import { initHandlers } from "./event-handlers.js";
import { messageEvent } from "./events.js";
import { ReconnectingSession } from "./reconnecting-session.js";
import type { ReadyState } from "./session.js";
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
  platform: ReconnectPlatform,
): ReconnectingWebSocketConstructor {
  class ReconnectingWebSocket extends eventTargetClass() {
    readonly #session: ReconnectingSession;
    #binaryType: BinaryType = "blob";

    constructor(
      url: SocketUrl,
      ...[protocols, options = {}]: [SocketProtocols?, ReconnectingWebSocketOptions?]
    ) {
      super();
      requireArgument(arguments.length, "ReconnectingWebSocket");
      const given = withDefaults(protocols, options);
      const resolved = asSyntaxError(() => resolveOptions(url, given, platform));
      initHandlers(this);
      this.#session = new ReconnectingSession(
        {
          dispatch: (event) => this.dispatchEvent(event),
          dispatchMessage: (message) => {
            const { origin } = this.#session;
            this.dispatchEvent(messageEvent(message, this.#binaryType, origin));
          },
        },
        resolved,
      );
    }

    get url(): string {
      return this.#session.url;
    }

    get readyState(): ReadyState {
      return this.#session.state;
    }

    get bufferedAmount(): number {
      return this.#session.bufferedAmount;
    }

    get retryCount(): number {
      return this.#session.retryCount;
    }

    get shouldReconnect(): boolean {
      return this.#session.shouldReconnect;
    }

    get protocol(): string {
      return this.#session.connection?.protocol ?? "";
    }

    get extensions(): string {
      return this.#session.connection?.extensions ?? "";
    }

    get client(): ReconnectingClient {
      return this.#session.client;
    }

    get binaryType(): BinaryType {
      return this.#binaryType;
    }

    set binaryType(value: unknown) {
      this.#binaryType = toBinaryType(value) ?? this.#binaryType;
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

  defineInterface(ReconnectingWebSocket, "ReconnectingWebSocket");
  return ReconnectingWebSocket as unknown as ReconnectingWebSocketConstructor;
}

/** Returns the options for `reconnecting`. */
function withDefaults(
  protocols: SocketProtocols,
  options: ReconnectingWebSocketOptions,
): ReconnectOptions {
  rejectOptions("ReconnectingWebSocket", options, ["codec", "marker", "discardIncoming"]);
  const { shouldRetry, maxAttempts = MAX_ATTEMPTS } = options;
  return {
    ...options,
    ...protocolsOption(protocols),
    maxAttempts,
    shouldRetry: (error: WsError, attempt) =>
      shouldRetry?.(error, attempt) ?? !error.code.endsWith("_FORBIDDEN"),
  };
}

function protocolsOption(protocols: SocketProtocols): Pick<ReconnectOptions, "protocols"> {
  if (protocols === undefined || protocols === null) return {};
  if (typeof protocols !== "function") return { protocols: toProtocols(protocols) };
  return { protocols: async (info) => (await protocols(info)) ?? undefined };
}
