import { createServer } from "node:http";
import { expect, test } from "vitest";
import { connectToFirst } from "../../examples/recipes/failover.js";
import { startEchoServer } from "../helpers/echo-server.js";

const REFUSING_URL = "ws://127.0.0.1:1/";

test("connects to the second server if the first is down", async () => {
  await using server = await startEchoServer();
  const client = connectToFirst([REFUSING_URL, server.url]);
  await client.flush();
  expect(client.connection?.url).toBe(server.url);
  await client.close();
});

test("goes on to the next server when the connection is cut, and back again", async () => {
  await using a = await startEchoServer();
  await using b = await startEchoServer();
  const client = connectToFirst([a.url, b.url]);
  (await a.connection()).ws.terminate();
  (await b.connection()).ws.terminate();
  await a.connection(1);
  expect([a.connections.length, b.connections.length]).toEqual([2, 1]);
  await client.close();
});

/** A server that refuses every handshake with 403. */
const startRefusing = async () => {
  const http = createServer();
  http.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void http.close(() => resolve())),
  };
};

test("a server that refuses does not end the client while another is left", async () => {
  await using refusing = await startRefusing();
  await using server = await startEchoServer();
  const client = connectToFirst([refusing.url, server.url]);
  await client.flush();
  expect(client.connection?.url).toBe(server.url);
  await client.close();
});

test("ends when the last server refuses", async () => {
  await using refusing = await startRefusing();
  const client = connectToFirst([refusing.url, REFUSING_URL, refusing.url]);
  expect((await client.closed).error).toMatchObject({ details: { status: 403 } });
});
