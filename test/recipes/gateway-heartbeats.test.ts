import { constants, createDeflate } from "node:zlib";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { gatewayEvents } from "../../examples/recipes/gateway-heartbeats.js";
import type { Payload } from "../../examples/recipes/gateway-heartbeats.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";

checkLeaks();

type Send = (payload: Payload) => void;
type Handle = (payload: Payload, send: Send, connection: number, ws: WebSocket) => void;

/** Returns a function that sends payloads as parts of one zlib stream. */
function sender(ws: WebSocket): Send {
  const stream = createDeflate();
  let chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  ws.on("close", () => stream.destroy());
  return (payload) => {
    stream.write(JSON.stringify(payload));
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      ws.send(Buffer.concat(chunks));
      chunks = [];
    });
  };
}

/** Starts a gateway that says hello on each connection. Collects what it receives, by connection. */
async function startGateway(
  handle: Handle,
  heartbeat: number,
): Promise<{ server: EchoServer; received: Payload[][] }> {
  const received: Payload[][] = [];
  const server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      const send = sender(ws);
      const own: Payload[] = [];
      const connection = received.push(own) - 1;
      ws.on("message", (data: Buffer) => {
        const payload = JSON.parse(data.toString()) as Payload;
        own.push(payload);
        handle(payload, send, connection, ws);
      });
      send({ op: 10, d: { heartbeat_interval: heartbeat } });
    },
  });
  return { server, received };
}

const ready = (server: EchoServer): Payload => ({
  op: 0,
  t: "READY",
  s: 1,
  d: { session_id: "abc", resume_gateway_url: `${server.url}resume` },
});

test("identifies, and resumes the session on its own URL after the connection was cut", async () => {
  const { server: started, received } = await startGateway((payload, send, connection, ws) => {
    if (payload.op === 2) send(ready(server));
    if (payload.op === 2) send({ op: 0, t: "MESSAGE_CREATE", s: 2, d: "one" });
    if (payload.op === 6) send({ op: 0, t: "RESUMED", s: 3, d: {} });
    if (connection > 1) ws.close(1000);
  }, 60_000);
  await using server = started;
  const types: unknown[] = [];
  for await (const { type } of gatewayEvents(server.url, "t0ken", 1)) {
    types.push(type);
    if (type === "MESSAGE_CREATE") server.connections[0]?.ws.terminate();
    if (type === "RESUMED") break;
  }
  expect(types).toEqual(["READY", "MESSAGE_CREATE", "RESUMED"]);
  expect(received[0]).toMatchObject([{ op: 2, d: { token: "t0ken", intents: 1 } }]);
  expect(received[1]).toEqual([{ op: 6, d: { token: "t0ken", session_id: "abc", seq: 2 } }]);
  expect(server.connections.map(({ request }) => request.url)).toEqual(["/", "/resume"]);
});

test("sends heartbeats with the last sequence number while they are acknowledged", async () => {
  let beats = 0;
  const { server: started, received } = await startGateway((payload, send) => {
    if (payload.op === 2) send(ready(server));
    if (payload.op === 1) send({ op: 11 });
    if (payload.op === 1 && ++beats === 2) send({ op: 0, t: "DONE", s: 2, d: {} });
  }, ms(1_000));
  await using server = started;
  for await (const { type } of gatewayEvents(server.url, "t", 1)) if (type === "DONE") break;
  const sent = received[0]?.filter(({ op }) => op === 1);
  expect(sent).toEqual([1, 1].map((d) => ({ op: 1, d })));
  expect(server.connections).toHaveLength(1);
});

test("resumes on a new connection if a heartbeat is not acknowledged", async () => {
  const { server: started } = await startGateway((payload, send) => {
    if (payload.op === 2) send(ready(server));
    if (payload.op === 6) send({ op: 0, t: "RESUMED", s: 2, d: {} });
  }, ms(100));
  await using server = started;
  for await (const { type } of gatewayEvents(server.url, "t", 1)) if (type === "RESUMED") break;
  // No close frame: it would end the session.
  expect(await server.connections[0]?.closed).toEqual({ code: 1006, reason: "" });
});

test("starts a new session after the server has called the old one invalid", async () => {
  const { server: started, received } = await startGateway((payload, send, connection) => {
    if (payload.op === 2) send(ready(server));
    if (payload.op === 2 && connection === 0) send({ op: 9, d: false });
  }, 60_000);
  await using server = started;
  let sessions = 0;
  for await (const { type } of gatewayEvents(server.url, "t", 1)) {
    if (type === "READY" && ++sessions === 2) break;
  }
  expect(received.map(([first]) => first?.op)).toEqual([2, 2]);
});

test("throws the close code of a wrong token", async () => {
  const { server: started } = await startGateway(
    (_payload, _send, _connection, ws) => ws.close(4004),
    60_000,
  );
  await using server = started;
  const error = await failure(gatewayEvents(server.url, "wrong", 1).next());
  expect(error).toMatchObject({ code: "CLOSED_BY_PEER", details: { closeCode: 4004 } });
  expect(server.connections).toHaveLength(1);
});
