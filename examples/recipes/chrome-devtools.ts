// The DevTools protocol of Chrome: JSON-RPC without the member `jsonrpc`.
import { connect } from "wschan";
import type { Codec } from "wschan";
import { jsonRpc } from "wschan/hub";
import type { JsonRpc } from "wschan/hub";

type Item = Record<string, unknown>;

const devTools: Codec<Item, Item> = {
  name: "devtools",
  encode: (item) => JSON.stringify({ ...item, jsonrpc: undefined }),
  decoder: () => (message, emit) => {
    const text = message.data as string;
    emit({ jsonrpc: "2.0", ...(JSON.parse(text) as Item) }, text.length * 2);
  },
};

/** The methods and events that you use. The package devtools-protocol has the types of all. */
interface Methods {
  "Page.enable"(): object;
  "Page.navigate"(params: { url: string }): { frameId: string; errorText?: string };
  "Runtime.evaluate"(params: { expression: string; returnByValue: true; awaitPromise: true }): {
    result: { value?: unknown };
    exceptionDetails?: { text: string; exception?: { description?: string } };
  };
}
interface Events {
  "Page.loadEventFired": { timestamp: number };
}

export interface Page {
  readonly rpc: JsonRpc<Methods, Events>;
  /** Evaluates an expression in the page. Its value, or that of its promise, must have JSON. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Connects to the first page of a browser that was started with --remote-debugging-port=9222. */
export async function openPage(origin = "http://127.0.0.1:9222"): Promise<Page> {
  const response = await fetch(`${origin}/json/list`);
  const targets = (await response.json()) as { type: string; webSocketDebuggerUrl: string }[];
  const target = targets.find(({ type }) => type === "page");
  if (!target) throw new Error(`${origin} has no page`);
  // Screenshots and heap snapshots are single, large messages.
  const client = await connect(target.webSocketDebuggerUrl, {
    codec: devTools,
    readLimit: 268_435_456,
  });
  const rpc = jsonRpc<Methods, Events>(client);
  const evaluate = async (expression: string) => {
    const params = { expression, returnByValue: true, awaitPromise: true } as const;
    const { result, exceptionDetails } = await rpc.call("Runtime.evaluate", params);
    if (!exceptionDetails) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  };
  return { rpc, evaluate, close: () => client.close() };
}
