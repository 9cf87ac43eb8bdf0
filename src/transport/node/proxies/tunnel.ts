/** Opens connections through a proxy. */
import { lookup as dnsLookup } from "node:dns";
import type { LookupFunction, Socket } from "node:net";
import { WsError } from "../../../errors/ws-error.js";
import type { DialRequest } from "../../../protocol/dial.js";
import { displayUrl } from "../../../protocol/url.js";
import { checkAddress } from "../guarded-connection.js";
import { dialError, tlsFaultError } from "../handshake-errors.js";
import { safeLookup } from "../lookup.js";
import { openTcp, startTls } from "../open-socket.js";
import type { CreateConnection, SocketOptions } from "../open-socket.js";
import type { NetworkGuard } from "../private-networks.js";
import type { Hop } from "../redirects.js";
import { safeTlsOptions } from "../tls-callbacks.js";
import { requestTunnel } from "./connect-request.js";
import { unreachableError } from "./errors.js";
import type { ProxiedDial } from "./errors.js";
import { isSocks } from "./proxy.js";
import type { Proxy } from "./proxy.js";
import { waitFor } from "./socket-events.js";
import { prepareSocks } from "./socks-request.js";
import { targetOf } from "./target.js";

/** Settings and callbacks of one dial through a proxy. */
export interface TunnelHooks {
  readonly guard: NetworkGuard | undefined;
  readonly dial: Pick<DialRequest, "signal" | "due">;
  /** The largest header of the proxy's answer, in bytes. */
  readonly maxHeaderSize: number;
  /** Called if there is no tunnel, after its sockets have been destroyed. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Returns a function that connects to the host of a URL through a proxy. With a network guard, names are resolved
 * and checked on this side, and the proxy gets the address; the address of the proxy itself is not checked.
 *
 * Throws `URL_FORBIDDEN` if the guard denies the host in the URL.
 */
export function tunnelConnection(proxy: Proxy, hop: Hop, hooks: TunnelHooks): CreateConnection {
  if (hooks.guard) checkAddress(hooks.guard, hop.url);
  const isSecure = hop.url.protocol === "wss:";
  return (requested, done) => {
    void openTunnel(proxy, hop, hooks, requested).then((socket) => {
      try {
        done(null, isSecure ? startTls(socket, requested) : socket);
      } catch (error) {
        socket.destroy();
        done(error as Error);
      }
    }, hooks.onFailure);
    return undefined;
  };
}

/** Opens a connection to the proxy, and asks it for a tunnel to the host of the URL. */
async function openTunnel(
  proxy: Proxy,
  { url, options }: Hop,
  { guard, dial, maxHeaderSize }: TunnelHooks,
  requested: SocketOptions,
): Promise<Socket> {
  const context: ProxiedDial = { proxy, label: displayUrl(url) };
  const requestBySocks = isSocks(proxy) ? await prepareSocks(context) : undefined;
  const lookup = (options.node.lookup ?? dnsLookup) as LookupFunction;
  const check = (address: string): void => guard && checkAddress(guard, url, address);
  const target = await targetOf(url, proxy, {
    mustResolve: guard !== undefined,
    lookup: safeLookup(lookup, check),
    family: options.node.family ?? 0,
  }).catch((error: unknown) => {
    if (WsError.is(error)) throw error;
    throw dialError(error as Error, { label: context.label, maxHeaderSize });
  });
  dial.signal.throwIfAborted();
  let latest: Socket | undefined;
  // Only the latest, which destroys those below it. Node crashes if a socket is destroyed before the TLS socket
  // above it.
  const destroy = (): void => void latest?.destroy();
  dial.signal.addEventListener("abort", destroy);
  try {
    const onSocket = (socket: Socket): void => void (latest = socket);
    const socket = await connectToProxy(context, requested, safeLookup(lookup), onSocket);
    if (requestBySocks) await requestBySocks(socket, target, dial.due);
    else await requestTunnel(socket, context, target, maxHeaderSize);
    return socket;
  } catch (error) {
    destroy();
    throw error;
  } finally {
    dial.signal.removeEventListener("abort", destroy);
  }
}

/** Connects to the proxy, with TLS if its URL says so. Calls `onSocket` with each socket when it is created. */
async function connectToProxy(
  context: ProxiedDial,
  requested: SocketOptions,
  lookup: LookupFunction,
  onSocket: (socket: Socket) => void,
): Promise<Socket> {
  const { scheme, host, tls } = context.proxy;
  let fault: WsError | undefined;
  const track = (socket: Socket): Socket => {
    // Stays attached: an error while no other listener is attached would end the process.
    socket.on("error", () => {});
    onSocket(socket);
    return socket;
  };
  try {
    const tcp = track(openTcp(context.proxy, requested, lookup));
    await waitFor(tcp, "connect", "it was open");
    if (scheme !== "https") return tcp;
    const safeTls = safeTlsOptions(tls, (name, error) => {
      fault = tlsFaultError(context.label, `node.proxy.tls.${name}`, error);
    });
    const secure = track(startTls(tcp, { ...safeTls, host }));
    await waitFor(secure, "secureConnect", "TLS with the proxy was established");
    if (fault) throw fault;
    return secure;
  } catch (error) {
    throw fault ?? unreachableError(context, error);
  }
}
