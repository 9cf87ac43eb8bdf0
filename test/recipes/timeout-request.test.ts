import { expect, test } from "vitest";
import { connect } from "wschan";
import { json } from "wschan/codec";
import { reconnecting } from "wschan/reconnect";
import { createRequest } from "../../examples/recipes/timeout-request.js";
import type { Reply } from "../../examples/recipes/timeout-request.js";
import { failure, failureCode } from "../helpers/failure.js";
import { startTextServer } from "./text-server.js";

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

/** Starts a server that echoes parameters, does not answer "silence", and fails everything else. */
const startServer = () =>
  startTextServer((text, ws) => {
    const { id, method, params } = JSON.parse(text) as Request;
    if (method === "echo") ws.send(JSON.stringify({ id, result: params }));
    else if (method !== "silence") ws.send(JSON.stringify({ id, error: "unknown method" }));
  });

const codec = json<Reply>();

test("each request gets the reply with its id, in any order", async () => {
  const waiting: Request[] = [];
  await using server = await startTextServer((text, ws) => {
    waiting.unshift(JSON.parse(text) as Request);
    if (waiting.length < 3) return;
    for (const { id, params } of waiting) ws.send(JSON.stringify({ id, result: params }));
  });
  await using client = await connect(server.url, { codec });
  const request = createRequest(client);
  const results = await Promise.all([1, 2, 3].map((n) => request("echo", n)));
  expect(results).toEqual([1, 2, 3]);
});

test("an error of the server rejects", async () => {
  await using server = await startServer();
  await using client = await connect(server.url, { codec });
  await expect(createRequest(client)("fly", null)).rejects.toThrow("fly: unknown method");
});

test("a request without a reply times out, and the connection stays open", async () => {
  await using server = await startServer();
  await using client = await connect(server.url, { codec });
  const request = createRequest(client);
  expect(await failureCode(request("silence", null, { timeout: 10 }))).toBe("REQUEST_TIMEOUT");
  expect(await request("echo", "still open")).toBe("still open");
});

test("a signal cancels a request", async () => {
  await using server = await startServer();
  await using client = await connect(server.url, { codec });
  const controller = new AbortController();
  const cancelled = createRequest(client)("silence", null, { signal: controller.signal });
  await (await server.peer()).received(1);
  controller.abort();
  expect(await failureCode(cancelled)).toBe("ABORTED");
});

test("a cut rejects the request at once, and the next one works", async () => {
  await using server = await startServer();
  await using client = reconnecting(server.url, { codec });
  const request = createRequest(client);
  const lost = failure(request("silence", null));
  const peer = await server.peer();
  await peer.received(1);
  peer.ws.terminate();
  expect(await lost).toMatchObject({ code: "CLOSED", retryable: true });
  expect(await request("echo", "back")).toBe("back");
});
