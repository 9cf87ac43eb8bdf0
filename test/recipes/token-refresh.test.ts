import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { WebSocketServer } from "ws";
import { openWithToken } from "../../examples/recipes/token-refresh.js";
import { startEchoServer } from "../helpers/echo-server.js";

const handleProtocols = () => "feed.v1";

/** Returns a function that makes "t1", and the next token with each refresh; and the list of its calls. */
function tokens() {
  let number = 1;
  const refreshes: boolean[] = [];
  const getToken = ({ refresh }: { refresh: boolean }) => {
    refreshes.push(refresh);
    if (refresh) number++;
    return Promise.resolve(`t${number}`);
  };
  return { getToken, refreshes };
}

test.each([4401, 3000])("refreshes a token that the server closes with %i", async (code) => {
  await using server = await startEchoServer({ handleProtocols });
  const { getToken, refreshes } = tokens();
  await using client = openWithToken(server.url, getToken);
  const first = await server.connection();
  expect(first.request.headers["sec-websocket-protocol"]).toBe("feed.v1,token.t1");
  first.ws.close(code, "token expired");
  const second = await server.connection(1);
  expect(second.request.headers["sec-websocket-protocol"]).toBe("feed.v1,token.t2");
  expect(refreshes).toEqual([false, true]);
  await client.send("still works");
  expect((await client.receive()).value).toMatchObject({ data: "still works" });
});

test("uses the same token after a loss that is not about the token", async () => {
  await using server = await startEchoServer({ handleProtocols });
  const { getToken, refreshes } = tokens();
  await using client = openWithToken(server.url, getToken);
  (await server.connection()).ws.terminate();
  const second = await server.connection(1);
  expect(second.request.headers["sec-websocket-protocol"]).toBe("feed.v1,token.t1");
  expect(refreshes).toEqual([false, false]);
  expect(client.state.type).not.toBe("closed");
});

test("ends after a second refusal, and refreshes again after a minute", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  await using server = await startEchoServer({ handleProtocols });
  const { getToken, refreshes } = tokens();
  await using client = openWithToken(server.url, getToken);
  (await server.connection()).ws.close(4401);
  const second = await server.connection(1);
  vi.setSystemTime(Date.now() + 60_000);
  second.ws.close(4401);
  (await server.connection(2)).ws.close(4401);
  expect((await client.closed).error).toMatchObject({ details: { closeCode: 4401 } });
  expect(refreshes).toEqual([false, true, true]);
});

/** Starts a server that answers each handshake with 401, unless it offers this token. */
async function startStrictServer(token: string): Promise<string> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, handleProtocols });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    http.close();
  });
  http.on("upgrade", (request, socket, head) => {
    if (request.headers["sec-websocket-protocol"] === `feed.v1,token.${token}`) {
      server.handleUpgrade(request, socket, head, () => {});
    } else socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test("refreshes a token that the server refuses with 401", async () => {
  const { getToken, refreshes } = tokens();
  await using client = openWithToken(await startStrictServer("t2"), getToken);
  await client.flush();
  expect(client.state.type).toBe("open");
  expect(refreshes).toEqual([false, true]);
});

test("gives up if the server answers 401 to a new token", async () => {
  const { getToken, refreshes } = tokens();
  await using client = openWithToken(await startStrictServer("another"), getToken);
  expect((await client.closed).error).toMatchObject({ details: { status: 401 } });
  expect(refreshes).toEqual([false, true]);
});
