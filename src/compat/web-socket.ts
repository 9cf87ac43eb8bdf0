import type { Client } from "../connection/client.js";
import type { CreateContext } from "../context/connect.js";
import { contextOf, contextParser } from "../context/context-parser.js";
import type { Context } from "../context/context.js";
import { isObject } from "../errors/validation.js";
import type { ConnectOptions } from "../options/connect-options.js";
import {
  asSyntaxError,
  rejectOptions,
  requireArgument,
  toCloseArguments,
  toDomString,
  toProtocols,
  toSendable,
} from "./arguments.js";
import { Session } from "./session.js";
import type {
  WebSocketClassFactory,
  WebSocketConstructor,
  WebSocketOptions,
} from "./socket-types.js";
import { defineInterface, eventTargetClass } from "./web-idl.js";

/** A parser for each option that `connect` does not have. */
const PARSERS = { context: contextParser };

/** Creates the class `WebSocket` of an entry. The session does its work. */
export function bindWebSocket(
  createContext: CreateContext,
  closeEventClass: () => typeof CloseEvent,
): WebSocketConstructor {
  /** The context of sockets without option `context`. */
  let shared: Context | undefined;

  class WebSocket extends eventTargetClass() {
    static {
      defineInterface(this, "WebSocket", (socket: WebSocket) => socket.#session);
    }

    readonly #session: Session;

    constructor(url: unknown, ...[protocols, options = {}]: [unknown?, WebSocketOptions?]) {
      super();
      requireArgument(arguments.length, "WebSocket");
      rejectOptions("WebSocket", options, ["codec"]);
      const context = contextOf(options.context, () => (shared ??= createContext()));
      const given: ConnectOptions =
        protocols === undefined ? options : { ...options, protocols: toProtocols(protocols) };
      const text = toDomString(url);
      const prepared = asSyntaxError(() => context.prepare(text, given, PARSERS, "WebSocket"));
      // It is not a function.
      const target = prepared.url as URL;
      const open = (signal: AbortSignal): Promise<Client> =>
        prepared.open(target, prepared.options, { signal });
      const { signal } = prepared.options;
      this.#session = new Session(this, closeEventClass(), target, open, signal);
    }

    send(data: unknown): void {
      requireArgument(arguments.length, "send");
      this.#session.send(toSendable(data));
    }

    close(...[code, reason]: [unknown?, unknown?]): void {
      this.#session.close(toCloseArguments(code, reason));
    }
  }
  return WebSocket as unknown as WebSocketConstructor;
}

/** Creates the `webSocketClass` of an entry. */
export function bindWebSocketClass(Base: WebSocketConstructor): WebSocketClassFactory {
  return (preset) =>
    class WebSocket extends Base {
      constructor(...given: ConstructorParameters<WebSocketConstructor>) {
        const [url, protocols, options] = given;
        // The base class rejects a call without arguments.
        if (given.length > 0) given = [url, protocols, merge(preset, options)];
        super(...given);
      }
    };
}

/** Merges the options of a call over preset ones. An option that is `undefined` keeps the preset value. */
function merge(preset: WebSocketOptions, options: WebSocketOptions = {}): WebSocketOptions {
  // Any other value is left to the base class, which throws.
  if (!isObject(preset) || !isObject(options)) return isObject(preset) ? options : preset;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...preset, ...Object.fromEntries(given), ...mergeHeaders(preset, options) };
}

/** Merges option `headers` by name, if both have it, so that headers of a library do not remove the preset ones. */
function mergeHeaders(
  { headers: preset }: WebSocketOptions,
  { headers: given }: WebSocketOptions = {},
): Pick<WebSocketOptions, "headers"> {
  if (!preset || !given) return {};
  try {
    return { headers: { ...lowerCase(preset), ...lowerCase(given) } };
  } catch {
    // They are no headers, and the parser of the option throws.
    return { headers: given };
  }
}

function lowerCase(
  headers: Exclude<WebSocketOptions["headers"], undefined>,
): Record<string, string> {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}
