import { lookup as dnsLookup } from "node:dns";
import type { LookupFunction, Socket } from "node:net";
import { WsError } from "../../errors/ws-error.js";
import type { DialOptions } from "../../protocol/dial.js";
import { displayUrl } from "../../protocol/url.js";
import { safeLookup } from "./lookup.js";
import { openTcp, startTls } from "./open-socket.js";
import type { CreateConnection } from "./open-socket.js";
import type { NetworkGuard } from "./private-networks.js";

/**
 * Returns a function that opens connections to the host of a URL if the guard allows the name, all its
 * addresses, and the address that the socket is connected to. Nothing is sent, neither a TLS handshake nor a
 * request, before TCP is connected and that last check has passed.
 *
 * Throws `URL_FORBIDDEN`, or `UNSUPPORTED` if an option opens the connection itself.
 */
export function guardConnection(
  guard: NetworkGuard,
  url: URL,
  options: DialOptions,
  signal: AbortSignal,
): CreateConnection {
  checkOptions(url, options);
  const check = (address?: string): void => checkAddress(guard, url, address);
  check();
  const isSecure = url.protocol === "wss:";
  const lookup = safeLookup((options.node.lookup ?? dnsLookup) as LookupFunction, check);
  return (requested, done) => {
    const socket = openTcp(requested, requested, lookup);
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
        if (!remoteAddress) throw new Error("the connection closed before the request was sent");
        check(remoteAddress);
        settle(null, isSecure ? startTls(socket, requested) : socket);
      } catch (error) {
        settle(error as Error);
      }
    });
    return undefined;
  };
}

/** Throws if an option or the URL would open the connection without the guard. */
function checkOptions(url: URL, options: DialOptions): void {
  const conflict = findConflict(url, options);
  if (!conflict) return;
  const problem = "it opens the connection itself, so the address cannot be checked; omit it";
  throw new WsError(
    "UNSUPPORTED",
    `dial ${displayUrl(url)}: ${conflict} cannot be used with denyPrivateNetworks: ${problem}`,
  );
}

/** Throws `URL_FORBIDDEN` if the guard denies the host of a URL, or this address of it. */
export function checkAddress(guard: NetworkGuard, url: URL, address?: string): void {
  const problem = guard.problem(url.hostname, address);
  if (!problem) return;
  throw new WsError(
    "URL_FORBIDDEN",
    `dial ${displayUrl(url)}: not allowed: ${problem}; to allow it, add it to denyPrivateNetworks.allow`,
  );
}

/** Returns the name of an option or a URL that would open the connection without the guard, if there is one. */
function findConflict({ protocol }: URL, { webSocket, node }: DialOptions): string | undefined {
  if (webSocket) return "option webSocket";
  if (node.agent) return "option node.agent";
  if (node.tls?.socket) return "option node.tls.socket";
  return protocol.endsWith("+unix:") ? `a ${protocol} URL` : undefined;
}
