import { WsError } from "../../errors/ws-error.js";
import { isObject } from "../../errors/validation.js";
import { INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND } from "./rpc-error.js";
import type { RpcErrorObject } from "./rpc-error.js";
import type { Method } from "./types.js";
import type { Id, Item, Reply } from "./wire.js";

/** Runs the functions that answer the requests of the peer. */
export class Handlers {
  readonly #functions = new Map<string, Method>();
  /** The functions of which an exception was shown, so that a peer cannot fill the log. */
  readonly #shown = new WeakSet<Method>();

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

  /** Runs the function of a notification. Resolves when it has ended; `undefined` if there is none. Never rejects. */
  notify({ method, params }: Item): Promise<void> | undefined {
    const run = this.#functions.get(method as string);
    return (
      run &&
      settle(run, params).then(
        () => {},
        (error: unknown) => this.#warn(run, error),
      )
    );
  }

  /** Runs the function of a request. Resolves with its reply. Never rejects. */
  async answer({ id, method, params }: Item): Promise<Reply> {
    if (!isId(id) || !areParams(params)) return failure(isId(id) ? id : null, INVALID_REQUEST);
    const run = this.#functions.get(method as string);
    if (!run) return failure(id, METHOD_NOT_FOUND);
    try {
      const result = (await settle(run, params)) ?? null;
      // JSON has no functions and symbols: the reply would be without a result.
      if (/^(function|symbol)$/.test(typeof result)) throw new TypeError("the result has no JSON");
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      const rpc = WsError.is(error) ? error.details.rpc : undefined;
      if (rpc) return { jsonrpc: "2.0", id, error: rpc };
      this.#warn(run, error);
      return internalError(id);
    }
  }

  /**
   * Shows the first exception of a function. It is not reported as uncaught, because then a peer could end the process
   * with parameters that the function does not expect.
   */
  #warn(run: Method, error: unknown): void {
    if (this.#shown.has(run)) return;
    this.#shown.add(run);
    console.warn("wschan: a function of handle() failed; its later failures are not shown:", error);
  }
}

/** Returns the reply to an object that is neither a request nor a reply. */
export function invalidRequest({ id }: Item): Reply {
  return failure(isId(id) ? id : null, INVALID_REQUEST);
}

/** Returns the reply to a request that failed. */
export function internalError(id: Id): Reply {
  return failure(id, INTERNAL_ERROR);
}

/** Calls a function with parameters by position, or with one object that has their names. */
function settle(run: Method, params: unknown): Promise<unknown> {
  const list = params === undefined ? [] : Array.isArray(params) ? params : [params];
  return new Promise((resolve) => resolve(run(...(list as never[]))));
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

/** True if the parameters of a request may have this value (section 4.2). */
export function areParams(params: unknown): boolean {
  return params === undefined || Array.isArray(params) || isObject(params);
}
