import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import type { HubConnection } from "@microsoft/signalr";
import { expect, test } from "vitest";
import { Condition } from "../../helpers/condition.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { freePort } from "../../helpers/ports.js";
import { ms } from "../../helpers/time.js";
import { webSocketClass } from "../class.js";
import { startSignalrServer } from "../servers/signalr.js";

checkLeaks();

const interval = ms(20);

async function start(url: string): Promise<HubConnection & AsyncDisposable> {
  // #region setup
  const options = {
    // Kept in a variable, because SignalR's types do not declare this option.
    WebSocket: webSocketClass({ keepAlive: { interval } }),
    transport: HttpTransportType.WebSockets,
    // #endregion
    skipNegotiation: true,
    headers: { "X-Api-Key": "k3y" },
    // #region setup
  };
  const connection = new HubConnectionBuilder()
    .withUrl(url, options)
    .withAutomaticReconnect()
    // #endregion
    .withKeepAliveInterval(ms(20))
    .withServerTimeout(ms(2_000))
    .configureLogging(LogLevel.None)
    // #region setup
    .build();
  await connection.start();
  // #endregion
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.stop() });
}

test("SignalR invokes methods of the hub, and gets results and errors", async () => {
  await using server = await startSignalrServer(ms(20));
  await using connection = await start(server.url);
  expect(await connection.invoke("add", 1, 2)).toBe(3);
  await expect(connection.invoke("fail")).rejects.toThrow("fail failed");
});

test("the options that SignalR passes to the class apply together with those of the class", async () => {
  await using server = await startSignalrServer(ms(10_000));
  const pinged = new Promise<void>((resolve) => {
    server.wss.on("connection", (socket) => socket.on("ping", () => resolve()));
  });
  const connection = await start(server.url);
  const { headers } = (await server.connection()).request;
  expect(headers["x-api-key"]).toBe("k3y");
  expect(headers["user-agent"]).toMatch(/^Microsoft SignalR/);
  await pinged;
  await connection.stop();
});

test("SignalR gets the items of a stream in order", async () => {
  await using server = await startSignalrServer(ms(20));
  await using connection = await start(server.url);
  const items: number[] = [];
  await new Promise<void>((complete, error) => {
    connection.stream<number>("count", 100).subscribe({
      next: (item) => items.push(item),
      complete,
      error,
    });
  });
  expect(items).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
});

test("the hub invokes methods of a SignalR client", async () => {
  await using server = await startSignalrServer(ms(20));
  await using connection = await start(server.url);
  const invoked = new Promise((resolve) => {
    connection.on("greet", (...args) => resolve(args));
  });
  server.invoke("greet", "Ada", 1);
  expect(await invoked).toEqual(["Ada", 1]);
});

test("SignalR reconnects after the server has cut the connection, and not after stop", async () => {
  await using server = await startSignalrServer(ms(20));
  const connection = await start(server.url);
  const events: string[] = [];
  connection.onreconnecting((error) => events.push(error?.message ?? "no error"));
  connection.onclose((error) => events.push(`closed: ${error?.message}`));
  const reconnected = new Promise((resolve) => connection.onreconnected(resolve));
  server.cut();
  await reconnected;
  expect(await connection.invoke("add", 1, 2)).toBe(3);
  await connection.stop();
  expect(events).toEqual([expect.stringContaining("1006"), "closed: undefined"]);
  expect(server.connections).toHaveLength(2);
});

test("SignalR ends, without a new attempt, when the hub forbids to reconnect", async () => {
  await using server = await startSignalrServer(ms(20));
  const connection = await start(server.url);
  const closed = new Promise((resolve) => connection.onclose(resolve));
  server.close(false);
  expect(await closed).toBe(undefined);
  await server.connections[0]?.closed;
  expect(server.connections).toHaveLength(1);
});

test("the pings of SignalR and of the hub keep an idle connection open", async () => {
  await using server = await startSignalrServer(ms(20));
  const changed = new Condition();
  server.wss.on("connection", (socket) => socket.on("message", changed.notify));
  await using connection = await start(server.url);
  await changed.until(() => server.pings >= 3);
  expect(connection.state).toBe("Connected");
  expect(server.connections).toHaveLength(1);
});

test("start of SignalR fails if the dial fails", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  await expect(start(url)).rejects.toThrow("WebSocket failed to connect");
});
