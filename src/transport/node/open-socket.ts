/** Opens sockets with the options that `ws` passes to `createConnection`. */
import { connect, isIP } from "node:net";
import type { LookupFunction, Socket, TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";

/** The options of the connection, of TLS and of the request, all in one object. */
export type SocketOptions = TcpNetConnectOpts & ConnectionOptions;

/** Node's option of this name: opens the connection of a request, and returns it or calls back with it. */
export type CreateConnection = (
  options: SocketOptions,
  done: (error: Error | null, socket?: Socket) => void,
) => Socket | undefined;

/**
 * Opens a TCP connection. Of the options, only those of the local end and of the choice of an address are used,
 * because another one could replace the socket or its behavior.
 */
export function openTcp(
  { host, port }: { readonly host?: string | undefined; readonly port: number },
  options: SocketOptions,
  lookup: LookupFunction,
): Socket {
  const { family, localAddress, autoSelectFamily, autoSelectFamilyAttemptTimeout } = options;
  return connect({
    port,
    ...(host !== undefined && { host }),
    ...(family !== undefined && { family }),
    ...(localAddress !== undefined && { localAddress }),
    ...(autoSelectFamily !== undefined && { autoSelectFamily }),
    ...(autoSelectFamilyAttemptTimeout !== undefined && { autoSelectFamilyAttemptTimeout }),
    lookup,
  });
}

/** Starts TLS on a connected socket, with the server name that `ws` would use. */
export function startTls(socket: Socket, options: ConnectionOptions): Socket {
  const { host = "" } = options;
  const { servername = isIP(host) ? "" : host } = options;
  return connectTls({ ...options, host, servername, socket });
}
