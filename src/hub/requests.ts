import { WsError } from "../errors/ws-error.js";
import type { InFlight } from "./in-flight.js";

/** A reply that is awaited. */
export interface Awaited<In> {
  readonly match: (message: In) => boolean;
  /** True if the reply goes to subscriptions as well. */
  readonly isShared: boolean;
  /** The number of messages that had arrived before the request, which cannot be the reply. */
  readonly since: number;
  /** True once the connection has accepted the request, until that connection is lost. */
  isSent: boolean;
  /** Called with the reply or the error. Later calls have no effect. */
  settle(outcome: In | Error): void;
}

/** The requests of a hub whose replies have not arrived. */
export class Requests<In> implements InFlight {
  readonly #awaited = new Set<Awaited<In>>();

  add(request: Awaited<In>): void {
    this.#awaited.add(request);
  }

  delete(request: Awaited<In>): void {
    this.#awaited.delete(request);
  }

  /** Settles the oldest request that the `n`th message answers, and returns it. */
  settle(message: In, n: number): Awaited<In> | undefined {
    for (const request of this.#awaited) {
      try {
        if (n <= request.since || !request.match(message)) continue;
        request.settle(message);
        return request;
      } catch (error) {
        request.settle(errorOf(error, "request: option match"));
      }
    }
    return undefined;
  }

  onLoss(): (error: WsError) => void {
    const lost = [...this.#awaited].filter(({ isSent }) => isSent);
    for (const request of lost) request.isSent = false;
    return (error) => {
      for (const request of lost) request.settle(error);
    };
  }

  end(error: WsError): void {
    for (const request of this.#awaited) request.settle(error);
  }
}

/** Returns an exception of the application; if it is no `Error`, one that has it as its cause. */
export function errorOf(thrown: unknown, what: string): Error {
  if (thrown instanceof Error) return thrown;
  return new WsError("INVALID_OPTION", `${what} threw a value that is no Error`, { cause: thrown });
}
