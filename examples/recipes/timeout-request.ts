import type { Client } from "wschan";
import { createHub } from "wschan/hub";
import type { ReconnectingClient } from "wschan/reconnect";

/** The reply to a request: it has the same `id`, and a result or an error. */
export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

type JsonClient = Client<Reply, unknown> | ReconnectingClient<Reply, unknown>;

interface RequestOptions {
  /** The longest wait for the reply. Default: `"5s"`. */
  readonly timeout?: number | string;
  readonly signal?: AbortSignal;
}

/** Returns a function that calls a method of the server. */
export function createRequest(client: JsonClient) {
  const hub = createHub(client);
  let lastId = 0;
  return async (method: string, params: unknown, options: RequestOptions = {}) => {
    const id = ++lastId;
    const reply = await hub.request(
      { id, method, params },
      { timeout: "5s", ...options, match: (message) => message.id === id },
    );
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error}`);
    return reply.result;
  };
}
