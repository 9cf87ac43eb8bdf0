import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openPage } from "../../examples/recipes/chrome-devtools.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The answers of the browser to expressions. */
const ANSWERS: Readonly<Record<string, object>> = {
  "1 + 1": { result: { value: 2 } },
  fail: {
    result: {},
    exceptionDetails: { text: "Uncaught", exception: { description: "Error: no" } },
  },
};

/** Starts a small browser with one page and one worker. Returns its origin and the calls that arrive. */
async function startBrowser(): Promise<{ origin: string; calls: unknown[]; cut: () => void }> {
  const calls: unknown[] = [];
  const server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      ws.on("message", (data: Buffer) => {
        const call = JSON.parse(data.toString()) as Call;
        calls.push(call);
        const { id, method, params } = call;
        const expression = params?.expression as string;
        if (expression === "hang") return;
        if (method === "Page.navigate") {
          ws.send(JSON.stringify({ method: "Page.loadEventFired", params: { timestamp: 1 } }));
        }
        ws.send(JSON.stringify({ id, result: ANSWERS[expression] ?? {} }));
      });
    },
  });
  const http = createServer((request, response) => {
    const targets = [
      { type: "service_worker", webSocketDebuggerUrl: "ws://127.0.0.1:1/" },
      { type: "page", webSocketDebuggerUrl: `${server.url}devtools/page/1` },
    ];
    response.setHeader("connection", "close");
    response.end(JSON.stringify(request.url === "/json/list" ? targets : []));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(async () => {
    http.close();
    await server[Symbol.asyncDispose]();
  });
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { origin, calls, cut: () => server.connections[0]?.ws.terminate() };
}

test("evaluates expressions in the first page, and throws the exceptions of the page", async () => {
  const { origin, calls } = await startBrowser();
  const page = await openPage(origin);
  expect(await page.evaluate("1 + 1")).toBe(2);
  await expect(page.evaluate("fail")).rejects.toThrow("Error: no");
  const params = { expression: "1 + 1", returnByValue: true, awaitPromise: true };
  // Without the member `jsonrpc`, and with an id that is an integer.
  expect(calls[0]).toEqual({
    id: expect.any(Number) as number,
    method: "Runtime.evaluate",
    params,
  });
  await page.close();
});

test("receives the event of a loaded page", async () => {
  const { origin } = await startBrowser();
  const page = await openPage(origin);
  const loaded = page.rpc.on("Page.loadEventFired");
  await page.rpc.call("Page.navigate", { url: "https://example.com/" });
  expect((await loaded.receive()).value).toEqual({ timestamp: 1 });
  await page.close();
});

test("rejects a call whose connection is cut, as when the tab is closed", async () => {
  const { origin, cut, calls } = await startBrowser();
  const page = await openPage(origin);
  await page.evaluate("1 + 1");
  const pending = failure(page.evaluate("hang"));
  cut();
  expect((await pending).code).toBe("CLOSED");
  expect(calls.length).toBeGreaterThan(0);
});
