import { once } from "node:events";
import { get } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { connect as tcpConnect, createServer } from "node:net";
import { text as readText } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startDemoServer } from "../../../examples/server/index.mjs";
import { ms } from "../../helpers/time.js";
import { useDemoServer } from "./demo-server.js";

const demo = useDemoServer();
const { open, openRaw } = demo;

describe("the server", () => {
  test("listens on a free port of 127.0.0.1", () => {
    expect(demo.server.port).toBeGreaterThan(0);
    expect(demo.server.url).toBe(`ws://127.0.0.1:${demo.server.port}`);
    expect(demo.server.page).toBe(`http://127.0.0.1:${demo.server.port}/`);
  });

  test("fails to start if its port is in use", async () => {
    await expect(startDemoServer({ port: demo.server.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  test("ignores the query when it selects an endpoint", async () => {
    const { ws } = await open("/echo?token=1");
    expect(ws.readyState).toBe(WebSocket.OPEN);
  });

  test.each(["/", "/price", "/prices/", "/echo/..%2f", "/__proto__"])(
    "answers an upgrade of %s with 404",
    async (path) => {
      const ws = new WebSocket(demo.server.url + path);
      const [request, response] = (await once(ws, "unexpected-response")) as [
        ClientRequest,
        IncomingMessage,
      ];
      expect(response.statusCode).toBe(404);
      expect(await readText(response)).toBe("Not Found\n");
      request.destroy();
    },
  );

  test.each([
    ["/nothing", 404, "Not Found\n"],
    ["/prices", 426, "Upgrade Required\n"],
    ["/prices?id=1", 426, "Upgrade Required\n"],
    ["/chat", 426, "Upgrade Required\n"],
    ["/echo", 426, "Upgrade Required\n"],
    ["/status", 426, "Upgrade Required\n"],
  ])("answers a plain request for %s with %i", async (path, status, body) => {
    const [response] = (await once(
      get(`http://127.0.0.1:${demo.server.port}${path}`),
      "response",
    )) as [IncomingMessage];
    expect(response.statusCode).toBe(status);
    expect(await readText(response)).toBe(body);
  });

  test("answers an upgrade of //, which is not a URL, with 404", async () => {
    const socket = tcpConnect(demo.server.port, "127.0.0.1");
    socket.write(
      "GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    expect(await readText(socket)).toMatch(/^HTTP\/1\.1 404 /);
  });

  test("survives a client that violates the protocol, and one that resets the connection", async () => {
    const violating = await openRaw("/echo");
    violating.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    // A close frame with 1002, protocol error.
    const [answer] = (await once(violating, "data")) as [Buffer];
    expect([answer[0], answer.readUInt16BE(2)]).toEqual([0x88, 1002]);
    const reset = await openRaw("/prices");
    reset.resetAndDestroy();
    await once(reset, "close");
    const { send, next } = await open("/chat");
    send({ op: "join", room: "lobby", name: "Ann" });
    expect(await next()).toMatchObject({ op: "joined" });
  });

  test("closes connections with 1001 at shutdown and frees the port", async () => {
    const peers = await Promise.all(["/prices", "/chat", "/echo", "/status"].map(open));
    peers[0]?.send({ op: "subscribe", symbols: ["BTC-USD"], rate: 10_000 });
    const codes = peers.map(async ({ ws }) => (await once(ws, "close"))[0] as number);
    await demo.server.close();
    expect(await Promise.all(codes)).toEqual([1001, 1001, 1001, 1001]);
    const successor = createServer().listen(demo.server.port, "127.0.0.1");
    await once(successor, "listening");
    successor.close();
  });

  test("terminates connections that do not answer at shutdown, in any state", async () => {
    const silent = await openRaw("/echo");
    const withoutRequest = tcpConnect(demo.server.port, "127.0.0.1");
    onTestFinished(() => void withoutRequest.destroy());
    await once(withoutRequest, "connect");
    const { ws: paused } = await open("/prices");
    paused.pause();
    const ended = once(silent, "close");
    const began = performance.now();
    await demo.server.close();
    expect(performance.now() - began).toBeLessThan(ms(3000));
    silent.resume();
    await ended;
  });

  test("shuts down only once if close is called several times", async () => {
    expect(demo.server.close()).toBe(demo.server.close());
    await demo.server.close();
  });
});
