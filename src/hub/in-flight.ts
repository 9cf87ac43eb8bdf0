import type { WsError } from "../errors/ws-error.js";

/** Requests whose replies have not arrived. */
export interface InFlight {
  /**
   * The connection is lost. Returns a function to call when what had arrived before was handled: it ends the requests
   * that were sent over the connection and have no reply.
   */
  onLoss(): (error: WsError) => void;
  /** Rejects all requests, because no reply can arrive any more. */
  end(error: WsError): void;
}
