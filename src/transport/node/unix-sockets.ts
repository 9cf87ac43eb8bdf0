import type { Agent } from "node:http";
import { connect } from "node:net";
import { unescape } from "node:querystring";
import { connect as connectTls } from "node:tls";
import type { CreateConnection } from "./guarded-connection.js";

/** The name that goes out as `Host` and TLS server name: a Unix socket has none of its own. */
export const UNIX_HOST = "localhost";

/** The two parts of a `ws+unix:` or `wss+unix:` URL. */
export interface UnixTarget {
  /** The path of the socket, decoded; with a leading NUL for a socket of Linux's abstract namespace. */
  readonly path: string;
  /** What to request there. Its port cannot be dialled: a runtime without `createConnection` must fail. */
  readonly url: URL;
}

/** Takes the URL of a Unix socket apart; returns `undefined` for any other URL. */
export function parseUnixTarget({ protocol, pathname, search }: URL): UnixTarget | undefined {
  if (!protocol.endsWith("+unix:")) return undefined;
  const end = pathname.search(/:|$/);
  const scheme = protocol.replace("+unix", "");
  // In a `ws:` URL a backslash would become a slash, past the policy.
  const request = pathname.slice(end + 1).replace(/\\/g, "%5C") || "/";
  return {
    path: unescape(pathname.slice(0, end)).replace(/^\/\0/, "\0"),
    url: new URL(`${scheme}//${UNIX_HOST}:0${request}${search}`),
  };
}

/** Opens connections to a Unix socket, with TLS if `isSecure`. */
export function unixConnection(path: string, isSecure: boolean): CreateConnection {
  return (options) =>
    isSecure ? connectTls({ servername: UNIX_HOST, ...options, path }) : connect({ path });
}

type AddRequest = (request: object, options: object) => void;

/** Derives from an agent one that opens its connections to a Unix socket. */
export function unixAgent(agent: object, path: string): Agent {
  const { addRequest } = agent as { addRequest: AddRequest };
  const addUnixRequest: AddRequest = (request, options) =>
    addRequest.call(agent, request, { ...options, socketPath: path });
  return Object.create(agent, { addRequest: { value: addUnixRequest } }) as Agent;
}
