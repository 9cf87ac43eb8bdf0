import { WsError } from "../../errors/ws-error.js";
import { isObject } from "../../errors/validation.js";
import { callListener } from "../../connection/call-listener.js";
import { INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND } from "./rpc-error.js";
import type { RpcErrorObject } from "./rpc-error.js";
import type { Method } from "./types.js";
import type { Id, Item, Reply } from "./wire.js";

/** Runs the functions that answer the requests of the peer. */
export class Handlers {
  readonly #functions = new Map<string, Method>();

  /** Registers a function. Throws `INVALID_OPTION` if its method has one. Returns what removes it. */
  add(method: string, run: Method): () => void {
    if (this.#functions.has(method)) {
      throw new WsError("INVALID_OPTION", `handle ${method}: has a function already`);
    }
    this.#functions.set(method, run);
    return () => this.#functions.delete(method);
  }

  clear(): void {
    this.#functions.clear();
  }

  /** Runs the function of a notification, if there is one. */
  notify({ method, params }: Item): boolean {
    const run = this.#functions.get(method as string);
    if (run) void settle(run, params).catch(report);
    return run !== undefined;
  }

  /** Runs the function of a request. Resolves with its reply. Never rejects. */
  async answer({ id, method, params }: Item): Promise<Reply> {
    if (!isId(id) || !areParams(params)) return failure(isId(id) ? id : null, INVALID_REQUEST);
    const run = this.#functions.get(method as string);
    if (!run) return failure(id, METHOD_NOT_FOUND);
    try {
      return { jsonrpc: "2.0", id, result: (await settle(run, params)) ?? null };
    } catch (error) {
      const rpc = WsError.is(error) ? error.details.rpc : undefined;
      if (rpc) return { jsonrpc: "2.0", id, error: rpc };
      return internalError(id, error);
    }
  }
}

/** Returns the reply to an object that is neither a request nor a reply. */
export function invalidRequest({ id }: Item): Reply {
  return failure(isId(id) ? id : null, INVALID_REQUEST);
}

/** Reports an exception of the application as uncaught, and returns the reply to the request that failed. */
export function internalError(id: Id, error: unknown): Reply {
  report(error);
  return failure(id, INTERNAL_ERROR);
}

/** Calls a function with parameters by position, or with one object that has their names. */
function settle(run: Method, params: unknown): Promise<unknown> {
  const list = params === undefined ? [] : Array.isArray(params) ? params : [params];
  return new Promise((resolve) => resolve(run(...(list as never[]))));
}

/** Reports an exception of the application as uncaught. */
function report(error: unknown): void {
  callListener(() => {
    throw error;
  }, undefined);
}

const TEXTS: Readonly<Record<number, string>> = {
  [INVALID_REQUEST]: "Invalid Request",
  [METHOD_NOT_FOUND]: "Method not found",
  [INTERNAL_ERROR]: "Internal error",
};

function failure(id: Id, code: number): Reply {
  const error: RpcErrorObject = { code, message: TEXTS[code] as string };
  return { jsonrpc: "2.0", id, error };
}

function isId(id: unknown): id is Id {
  return id === null || typeof id === "string" || typeof id === "number";
}

/** True for what a request may have as parameters (section 4.2). */
export function areParams(params: unknown): boolean {
  return params === undefined || Array.isArray(params) || isObject(params);
}
