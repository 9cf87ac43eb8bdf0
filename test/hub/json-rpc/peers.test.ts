// JSON-RPC with servers of other packages.
import { once } from "node:events";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createMessageConnection, ErrorCodes, ResponseError } from "vscode-jsonrpc/node";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { WebSocketServer } from "ws";
import { createHub, jsonRpc, rpcError } from "../../../src/hub/node.js";
import { connect } from "../../../src/node.js";
import { failure } from "../../helpers/failure.js";
import { SocketReader, SocketWriter } from "../../helpers/json-rpc-socket.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ROOT } from "../../helpers/root.js";
import { textOf } from "../support.js";

checkLeaks();

interface Methods {
  add(a: number, b: number): number;
  fail(): never;
  unknown(): void;
  askBack(question: string): string;
  log(text: string): void;
}

/** Starts a server that speaks JSON-RPC by vscode-jsonrpc. Resolves with its URL and its connections. */
async function startVscodeServer(): Promise<{ url: string; connections: MessageConnection[] }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const connections: MessageConnection[] = [];
  server.on("connection", (socket) => {
    const connection = createMessageConnection(new SocketReader(socket), new SocketWriter(socket));
    connection.onRequest("add", (a: number, b: number) => a + b);
    connection.onRequest("fail", () => new ResponseError(17, "on purpose", { why: "test" }));
    connection.onRequest("askBack", (question: string) => connection.sendRequest("ask", question));
    connection.onNotification("log", (text: string) => connection.sendNotification("logged", text));
    connection.listen();
    connections.push(connection);
  });
  await once(server, "listening");
  onTestFinished(() => {
    for (const connection of connections) connection.dispose();
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, connections };
}

describe("vscode-jsonrpc", () => {
  test("calls, errors, notifications and requests of both sides", async () => {
    const { url, connections } = await startVscodeServer();
    await using client = await connect(url);
    const rpc = jsonRpc<Methods, { logged: [text: string] }>(client);
    const sums = await Promise.all([1, 2, 3].map((n) => rpc.call("add", [n, n])));
    expect(sums).toEqual([2, 4, 6]);
    expect((await failure(rpc.call("fail"))).details.rpc).toEqual({
      code: 17,
      message: "on purpose",
      data: { why: "test" },
    });
    expect((await failure(rpc.call("unknown"))).details.rpc?.code).toBe(ErrorCodes.MethodNotFound);

    rpc.handle("ask", (question: string) => `${question}!`);
    expect(await rpc.call("askBack", ["really"])).toBe("really!");
    rpc.handle("refuse", () => {
      throw rpcError(4, "no");
    });
    await expect(connections[0]?.sendRequest("refuse")).rejects.toMatchObject({ code: 4 });
    await expect(connections[0]?.sendRequest("missing")).rejects.toMatchObject({
      code: ErrorCodes.MethodNotFound,
    });

    const logged = rpc.on("logged");
    await rpc.notify("log", ["line"]);
    expect((await logged.receive()).value).toEqual(["line"]);
    expect(rpc.unknownReplies).toBe(0);
  });
});

/** The parts of the server of rpc-websockets that the test uses. */
interface RpcServer {
  readonly wss: WebSocketServer;
  register(name: string, run: (params: never) => unknown): void;
  event(name: string): void;
  emit(name: string, params: unknown): void;
  close(): Promise<void>;
}

const require = createRequire(`${ROOT}.runtimes/rpc-websockets/`);

describe("rpc-websockets", () => {
  test("calls, errors, batches and events", async () => {
    const { Server } = require("rpc-websockets") as {
      Server: new (options: object) => RpcServer;
    };
    const server = new Server({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => server.close());
    server.register("add", ([a, b]: [number, number]) => a + b);
    server.register("fail", () => {
      throw new Error("on purpose");
    });
    server.event("news");
    await once(server.wss, "listening");
    await using client = await connect(
      `ws://127.0.0.1:${(server.wss.address() as AddressInfo).port}`,
    );
    const hub = createHub(client);
    const rpc = jsonRpc<Methods & { "rpc.on": (event: string) => object }>(hub);
    expect(await rpc.call("add", [1, 2])).toBe(3);
    expect((await failure(rpc.call("fail"))).details.rpc).toMatchObject({ data: "on purpose" });
    expect((await failure(rpc.call("unknown"))).details.rpc?.code).toBe(-32_601);
    expect(
      await rpc.batch([{ method: "add", params: [1, 1] }, { method: "unknown" }]),
    ).toMatchObject([
      { status: "fulfilled", value: 2 },
      { status: "rejected", reason: { details: { rpc: { code: -32_601 } } } },
    ]);
    // Its events are not notifications of JSON-RPC 2.0, so they go to the subscriptions of the hub.
    const news = hub.subscribe((message) => textOf(message).includes('"notification":"news"'));
    expect(await rpc.call("rpc.on", ["news"])).toEqual({ news: "ok" });
    server.emit("news", ["headline"]);
    const message = (await news.receive({ timeout: 2_000 })).value;
    expect(JSON.parse(textOf(message))).toMatchObject({ params: ["headline"] });
    await vi.waitFor(() => expect(rpc.unknownReplies).toBe(0));
  });
});
