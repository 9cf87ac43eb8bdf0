import { isObject } from "../../errors/validation.js";
import { WsError } from "../../errors/ws-error.js";
import type { InFlight } from "../in-flight.js";
import { rpcError } from "./rpc-error.js";
import type { Item } from "./wire.js";

/** A call whose reply is awaited. */
export interface PendingCall {
  readonly method: string;
  /** True once the connection has accepted it, until that connection is lost. */
  isSent: boolean;
  /** Sends it again; `undefined` if it must not be repeated. */
  readonly resend: (() => void) | undefined;
  /** Called with the result or the error. Later calls have no effect. */
  settle(outcome: unknown): void;
}

/** The calls of one hub whose replies have not arrived, by their identifiers. */
export class Calls implements InFlight {
  /** Number of replies that belong to no call: it has timed out, was answered before, or never existed. */
  unknownReplies = 0;
  readonly #pending = new Map<unknown, PendingCall>();
  #lastId = 0;

  /** Returns an identifier that no call of this hub has had. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Adds a call. Returns a function that removes it. */
  add(id: number, call: PendingCall): () => void {
    this.#pending.set(id, call);
    return () => this.#pending.delete(id);
  }

  /** Settles the call of a reply. */
  settle(reply: Item): void {
    const call = this.#pending.get(reply.id);
    if (call) call.settle(outcomeOf(reply, call.method));
    else this.unknownReplies++;
  }

  /** Calls that must not be repeated are rejected; the others are sent again. */
  onLoss(): (error: WsError) => void {
    const lost = [...this.#pending].filter(([, { isSent }]) => isSent);
    for (const [, call] of lost) call.isSent = false;
    return (error) => {
      for (const [id, call] of lost) {
        // It may have been answered by what had arrived before.
        if (this.#pending.get(id) !== call) continue;
        if (call.resend) call.resend();
        else call.settle(error);
      }
    };
  }

  /** Rejects all calls. */
  end(error: WsError): void {
    for (const call of this.#pending.values()) call.settle(error);
  }
}

/** Returns the result of a reply, or its error as a `WsError`. */
function outcomeOf(reply: Item, method: string): unknown {
  const { result, error } = reply;
  // Some servers write both members.
  if ("result" in reply && (error === undefined || error === null)) return result;
  const isValid =
    isObject(error) && Number.isInteger(error.code) && typeof error.message === "string";
  if (isValid) return rpcError(error.code as number, error.message as string, error.data);
  return new WsError("INVALID_MESSAGE", `call ${method}: the reply has no valid error object`);
}
