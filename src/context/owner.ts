import type { Client } from "../connection/client.js";
import type { WsError } from "../errors/ws-error.js";
import type { Settings } from "./context-options.js";

/** The part of a context that a dial uses. */
export interface Owner {
  readonly settings: Settings;
  /**
   * Registers a dial by the function that cancels it. Returns a function that removes it. Throws `NO_CONTEXT` if
   * the context is closed.
   */
  readonly addDial: (cancel: (error: WsError) => void) => () => void;
  /** Registers a client whose connection has opened. */
  readonly addClient: (client: Client) => void;
}
