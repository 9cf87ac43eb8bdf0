import type { Client } from "../connection/client.js";
import type { CreateContext } from "../context/connect.js";
import { contextParser } from "../context/context-parser.js";
import { Context } from "../context/context.js";
import type { ConnectOptions } from "../options/connect-options.js";
import {
  asSyntaxError,
  rejectOptions,
  requireArgument,
  toBinaryType,
  toCloseArguments,
  toDomString,
  toProtocols,
  toSendable,
} from "./arguments.js";
import type { BinaryType } from "./arguments.js";
import { initHandlers } from "./event-handlers.js";
import { messageEvent } from "./events.js";
import { CONNECTING, Session } from "./session.js";
import type { ReadyState } from "./session.js";
import type {
  WebSocketClassFactory,
  WebSocketConstructor,
  WebSocketOptions,
} from "./socket-types.js";
import { defineInterface, eventTargetClass } from "./web-idl.js";

/** A parser for each option that `connect` does not have. */
const PARSERS = { context: contextParser };

/** Creates the class `WebSocket` of an entry. The session does its work. */
export function bindWebSocket(createContext: CreateContext): WebSocketConstructor {
  /** The context of sockets without option `context`. */
  let shared: Context | undefined;

  class WebSocket extends eventTargetClass() {
    readonly #url: URL;
    readonly #session: Session;
    #binaryType: BinaryType = "blob";

    constructor(url: unknown, ...[protocols, options = {}]: [unknown?, WebSocketOptions?]) {
      super();
      requireArgument(arguments.length, "WebSocket");
      rejectOptions("WebSocket", options, ["codec"]);
      // If it is something else, the parser of the option throws.
      const context =
        options.context instanceof Context ? options.context : (shared ??= createContext());
      const given: ConnectOptions =
        protocols === undefined ? options : { ...options, protocols: toProtocols(protocols) };
      const text = toDomString(url);
      const prepared = asSyntaxError(() => context.prepare(text, given, PARSERS, "WebSocket"));
      initHandlers(this);
      this.#url = prepared.url as URL;
      const { origin } = this.#url;
      this.#session = new Session(
        {
          dispatch: (event) => this.dispatchEvent(event),
          dispatchMessage: (message) =>
            this.dispatchEvent(messageEvent(message, this.#binaryType, origin)),
        },
        (signal) => prepared.open(this.#url, prepared.options, { signal }),
        prepared.options.signal,
      );
    }

    get url(): string {
      return this.#url.href;
    }

    get readyState(): ReadyState {
      return this.#session.readyState;
    }

    get bufferedAmount(): number {
      return this.#session.bufferedAmount;
    }

    get protocol(): string {
      return this.#session.client?.protocol ?? "";
    }

    get extensions(): string {
      return this.#session.client?.extensions ?? "";
    }

    get client(): Client | undefined {
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
      const sendable = toSendable(data);
      if (this.#session.state === CONNECTING) {
        throw new DOMException("send: the connection is not open yet", "InvalidStateError");
      }
      this.#session.send(sendable);
    }

    close(...[code, reason]: [unknown?, unknown?]): void {
      this.#session.close(toCloseArguments(code, reason));
    }
  }

  defineInterface(WebSocket, "WebSocket");
  return WebSocket as unknown as WebSocketConstructor;
}

/** Creates the `webSocketClass` of an entry. */
export function bindWebSocketClass(Base: WebSocketConstructor): WebSocketClassFactory {
  return (preset) =>
    class WebSocket extends Base {
      constructor(
        url: string | URL,
        ...[protocols, options]: [(string | readonly string[])?, WebSocketOptions?]
      ) {
        super(url, protocols, { ...preset, ...options, ...mergeHeaders(preset, options) });
      }
    };
}

/** Merges option `headers` by name, if both have it, so that headers of a library do not remove the preset ones. */
function mergeHeaders(
  { headers: preset }: WebSocketOptions,
  { headers: given }: WebSocketOptions = {},
): Pick<WebSocketOptions, "headers"> {
  if (!preset || !given) return {};
  return { headers: { ...lowerCase(preset), ...lowerCase(given) } };
}

function lowerCase(
  headers: Exclude<WebSocketOptions["headers"], undefined>,
): Record<string, string> {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}
