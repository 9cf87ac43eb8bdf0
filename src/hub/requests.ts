import type { WsError } from "../errors/ws-error.js";

/** A reply that is awaited. */
export interface Awaited<In> {
  readonly match: (message: In) => boolean;
  /** True if the reply goes to subscriptions as well. */
  readonly isShared: boolean;
  /** True once the connection has accepted the request. */
  isSent: boolean;
  /** Called once, with the reply or the error. */
  settle(outcome: In | WsError): void;
}

/** The requests of a hub whose replies have not arrived. */
export class Requests<In> {
  readonly #awaited = new Set<Awaited<In>>();

  /** Adds a request. Returns a function that removes it. */
  add(request: Awaited<In>): () => void {
    this.#awaited.add(request);
    return () => this.#awaited.delete(request);
  }

  /** Settles the oldest request that a message answers, and returns it. */
  settle(message: In): Awaited<In> | undefined {
    for (const request of this.#awaited) {
      try {
        if (!request.match(message)) continue;
        request.settle(message);
        return request;
      } catch (error) {
        request.settle(error as WsError);
      }
    }
    return undefined;
  }

  /** Rejects requests: all, or those that were sent. */
  reject(error: WsError, onlySent: boolean): void {
    for (const request of this.#awaited) {
      if (request.isSent || !onlySent) request.settle(error);
    }
  }
}
