import type { Agent } from "node:http";
import { connect } from "node:net";
import { unescape } from "node:querystring";
import { connect as connectTls } from "node:tls";
import type { CreateConnection } from "./open-socket.js";

/** The `Host` header and TLS server name of a Unix socket, which has no host name. */
export const UNIX_HOST = "localhost";

/** The two parts of a `ws+unix:` or `wss+unix:` URL. */
export interface UnixTarget {
  /** The decoded path of the socket. A leading NUL denotes the abstract namespace of Linux. */
  readonly path: string;
  /** The URL to request. Port 0 cannot be dialled, so a runtime that ignores `createConnection` fails. */
  readonly url: URL;
}

/** Splits the URL of a Unix socket. Returns `undefined` for any other URL. */
export function parseUnixTarget({ protocol, pathname, search }: URL): UnixTarget | undefined {
  if (!protocol.endsWith("+unix:")) return undefined;
  const end = pathname.search(/:|$/);
  const scheme = protocol.replace("+unix", "");
  // A `ws:` URL would turn a backslash into a slash after the policy has checked the path.
  const request = pathname.slice(end + 1).replace(/\\/g, "%5C") || "/";
  return {
    path: unescape(pathname.slice(0, end)).replace(/^\/\0/, "\0"),
    url: new URL(`${scheme}//${UNIX_HOST}:0${request}${search}`),
  };
}

/** Returns a function that opens connections to a Unix socket, with TLS if `isSecure` is true. */
export function unixConnection(path: string, isSecure: boolean): CreateConnection {
  return (options) =>
    isSecure ? connectTls({ servername: UNIX_HOST, ...options, path }) : connect({ path });
}

type AddRequest = (request: object, options: object) => void;

/** Derives an agent that opens its connections to a Unix socket. */
export function unixAgent(agent: object, path: string): Agent {
  const { addRequest } = agent as { addRequest: AddRequest };
  const addUnixRequest: AddRequest = (request, options) =>
    addRequest.call(agent, request, { ...options, socketPath: path });
  return Object.create(agent, { addRequest: { value: addUnixRequest } }) as Agent;
}
