import { connect as connectTcp } from "node:net";
import { connect } from "../../../src/node.js";
import type { Client, ConnectOptions, NodeOptions, WsError } from "../../../src/node.js";
import { failure } from "../../helpers/failure.js";
import { startRawServer } from "../../helpers/raw-server.js";
import type { RawConnection, RawServer, RawServerOptions } from "../../helpers/raw-server.js";

/** The answer of a proxy that has connected to the target. */
export const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

/** Starts an HTTP proxy. By default it connects each tunnel to the requested port of 127.0.0.1, whatever the host. */
export function startProxy(options: RawServerOptions = {}): Promise<RawServer> {
  return startRawServer({ onRequest: (peer) => tunnel(peer), ...options });
}

/** Connects a client of a proxy to the port that it requests, after the answer `answer`. */
export function tunnel(peer: RawConnection, answer: Uint8Array | string = ESTABLISHED): void {
  const target = connectTcp(Number(targetOf(peer).port), "127.0.0.1");
  target.on("error", () => peer.refuse("502 Bad Gateway"));
  target.once("connect", () => {
    peer.write(answer);
    target.pipe(peer.socket);
  });
  peer.onData = (chunk) => void target.write(chunk);
  target.on("close", () => peer.socket.destroy());
  peer.socket.on("close", () => target.destroy());
}

/** Returns the target of a CONNECT request. */
export function targetOf({ request }: RawConnection): {
  readonly host: string;
  readonly port: string;
} {
  const [, host = "", port = ""] =
    /^CONNECT (.*):(\d+) HTTP\/1\.1$/.exec(request?.line ?? "") ?? [];
  return { host, port };
}

/** Returns the URL of a proxy, with credentials if they are given as "user:password". */
export function proxyUrl(proxy: RawServer, credentials = "", scheme = "http"): string {
  return `${scheme}://${credentials && `${credentials}@`}127.0.0.1:${proxy.port}`;
}

/** Dials a URL through a proxy. */
export function connectBy(
  proxy: NodeOptions["proxy"],
  url: string,
  { node, ...options }: ConnectOptions = {},
): Promise<Client> {
  return connect(url, { ...options, node: { ...node, ...(proxy !== undefined && { proxy }) } });
}

/** Dials through a proxy that answers by `onRequest`. Returns the error, after all sockets of the proxy have closed. */
export async function refusedBy(
  onRequest: (peer: RawConnection) => void,
  options: ConnectOptions = {},
  { url = "ws://target.test/", credentials = "", ...server }: RefusalOptions = {},
): Promise<WsError> {
  await using proxy = await startProxy({ onRequest, ...server });
  const error = await failure(connectBy(proxyUrl(proxy, credentials), url, options));
  await proxy.idle();
  return error;
}

interface RefusalOptions extends RawServerOptions {
  readonly url?: string;
  /** As "user:password". Default: none. */
  readonly credentials?: string;
}

/** Sends a text over a client, and returns the text that comes back. */
export async function echo(client: Client, text = "hello"): Promise<unknown> {
  await client.send(text);
  return (await client.receive()).value?.data;
}
