import type { Client } from "../connection/client.js";
import type { WsError } from "../errors/ws-error.js";
import type { Settings } from "./context-options.js";

/** A context as its connections see it. */
export interface Owner {
  readonly settings: Settings;
  /** Registers a dial by the function that aborts it. Returns a function that removes it. Throws `NO_CONTEXT`. */
  readonly enter: (abort: (error: WsError) => void) => () => void;
  /** Adds a client that is open. */
  readonly adopt: (client: Client) => void;
}
