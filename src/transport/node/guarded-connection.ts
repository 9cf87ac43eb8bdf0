import { lookup as dnsLookup } from "node:dns";
import { connect, isIP } from "node:net";
import type { LookupFunction, Socket, TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { WsError } from "../../errors/ws-error.js";
import type { DialOptions } from "../../protocol/dial.js";
import { displayUrl } from "../../protocol/url.js";
import { safeLookup } from "./lookup.js";
import type { NetworkGuard } from "./private-networks.js";

/** Opens the connection of a request, as Node's option of this name does: returns it or calls back. */
export type CreateConnection = (
  options: TcpNetConnectOpts & ConnectionOptions,
  done: (error: Error | null, socket?: Socket) => void,
) => Socket | undefined;

/**
 * Opens connections to the host of a URL, provided that the guard allows its name, all its addresses, and
 * the address at which the connection arrives. TCP connects first: the request, or the first message of TLS,
 * waits for the guard's last verdict.
 *
 * Throws `URL_FORBIDDEN`, or `UNSUPPORTED` if an option would connect in its place.
 */
export function guardConnection(
  guard: NetworkGuard,
  url: URL,
  options: DialOptions,
  signal: AbortSignal,
): CreateConnection {
  const label = displayUrl(url);
  const rival = findRival(url, options);
  if (rival) {
    const why = "it connects where the guard cannot see the address: leave it out";
    throw new WsError(
      "UNSUPPORTED",
      `dial ${label}: ${rival} cannot be used with denyPrivateNetworks: ${why}`,
    );
  }
  /** Throws if the guard forbids this address of the host. */
  const check = (address?: string): void => {
    const problem = guard.problem(url.hostname, address);
    if (!problem) return;
    throw new WsError(
      "URL_FORBIDDEN",
      `dial ${label}: not allowed: ${label}: ${problem}, and option denyPrivateNetworks is set: ` +
        "to allow it, add it to denyPrivateNetworks.allow",
    );
  };
  check();
  const isSecure = url.protocol === "wss:";
  const lookup = safeLookup((options.node.lookup ?? dnsLookup) as LookupFunction, check);
  return (given, done) => {
    const { host, port, family, localAddress, ...rest } = given;
    const { autoSelectFamily, autoSelectFamilyAttemptTimeout } = given;
    // No other option: they come from the user, and could pass in a socket, or change what it does.
    const socket = connect({
      port,
      ...(host !== undefined && { host }),
      ...(family !== undefined && { family }),
      ...(localAddress !== undefined && { localAddress }),
      ...(autoSelectFamily !== undefined && { autoSelectFamily }),
      ...(autoSelectFamilyAttemptTimeout !== undefined && { autoSelectFamilyAttemptTimeout }),
      lookup,
    });
    const abort = (): void => void socket.destroy();
    signal.addEventListener("abort", abort);
    // The user's lookup function may have aborted the dial.
    if (signal.aborted) abort();
    const settle = (error: Error | null, opened?: Socket): void => {
      signal.removeEventListener("abort", abort);
      socket.off("error", settle);
      if (error) socket.destroy();
      done(error, opened);
    };
    socket.on("error", settle);
    socket.once("connect", () => {
      try {
        const { remoteAddress } = socket;
        if (!remoteAddress) throw new Error("the connection ended before it was used");
        check(remoteAddress);
        settle(null, isSecure ? startTls(socket, host, rest) : socket);
      } catch (error) {
        settle(error as Error);
      }
    });
    return undefined;
  };
}

/** Names what would open the connection in the guard's place, if anything. */
function findRival({ protocol }: URL, { webSocket, node }: DialOptions): string | undefined {
  if (webSocket) return "option webSocket";
  if (node.agent) return "option node.agent";
  if (node.tls?.socket) return "option node.tls.socket";
  return protocol.endsWith("+unix:") ? `a ${protocol} URL` : undefined;
}

/** Starts TLS over a connected socket, with the server name that `ws` would use. */
function startTls(socket: Socket, host = "", options: ConnectionOptions): Socket {
  const { servername = isIP(host) ? "" : host } = options;
  return connectTls({ ...options, host, servername, socket });
}
