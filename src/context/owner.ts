import type { Client } from "../connection/client.js";
import type { WsError } from "../errors/ws-error.js";
import type { ConnectOptions } from "../options/connect-options.js";
import type { Settings } from "./context-options.js";

/** What a connection needs of the context it lives in. */
export interface Owner {
  readonly settings: Settings;
  /** Registers a dial that can be aborted; returns what ends it. Throws `NO_CONTEXT`. */
  readonly enter: (abort: (error: WsError) => void) => () => void;
  /** Takes over a client that is open. */
  readonly adopt: (client: Client) => void;
}

/** Opens a connection, which belongs to `owner` if to anybody. */
export type Connector = (
  url: string | URL,
  options: ConnectOptions | undefined,
  owner?: Owner,
) => Promise<Client>;
