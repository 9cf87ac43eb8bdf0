// Dials WebSocket URLs that users enter, without reaching your own network.
import { createContext, definePolicy, errors, WsError } from "wschan";
import type { Client, Context, NodeOptions } from "wschan";

export interface DialerOptions {
  /** Hosts and blocks of your network that users may reach: see `denyPrivateNetworks`. */
  allow?: string[];
  node?: NodeOptions;
}

/** Creates the context in which all URLs of users are dialled. */
export function createDialer({ allow = [], node }: DialerOptions = {}): Context {
  return createContext({
    denyPrivateNetworks: { allow },
    policy: definePolicy([
      { actions: "websocket.connect", effect: "allow" },
      // Only TLS. Credentials and headers of yours are never sent.
      { actions: "websocket.connect.url", resources: "wss://*:*/*", effect: "allow" },
    ]),
    defaults: {
      dialTimeout: "5s",
      readTimeout: "1m",
      writeTimeout: "10s",
      readLimit: 65_536,
      bufferLimit: 1_048_576,
      node: { ...node, proxy: false, maxHeaderSize: 8_192 },
    },
  });
}

/** The result of a dial: the client, or a text that may be shown to the user. */
export type Dialed = { client: Client } | { problem: string };

export async function dial(context: Context, url: string): Promise<Dialed> {
  try {
    return { client: await context.connect(url) };
  } catch (error) {
    if (!WsError.is(error)) throw error;
    // Nothing more exact: the difference between "refused" and "timeout" would map your network.
    if (error.code === "INVALID_URL") return { problem: "This is not a WebSocket URL." };
    if (errors.is(error, errors.PERMISSION_DENIED)) return { problem: "This URL is not allowed." };
    return { problem: "The server could not be reached." };
  }
}
