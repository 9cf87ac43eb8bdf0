import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { attach, pipe } from "../../examples/recipes/unix-socket.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "wschan-"));
});
afterAll(() => rm(dir, { recursive: true }));

/** Starts a server on a Unix socket. Returns the path of the socket and the requested paths. */
async function startDocker(
  name: string,
  onConnection: (ws: WebSocket) => void,
): Promise<{ path: string; requests: (string | undefined)[] }> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const requests: (string | undefined)[] = [];
  server.on("connection", (ws, request) => {
    ws.on("error", () => {});
    requests.push(request.url);
    onConnection(ws);
  });
  const path = join(dir, name);
  http.listen(path);
  await once(http, "listening");
  onTestFinished(() => {
    for (const ws of server.clients) ws.terminate();
    server.close();
    http.close();
  });
  return { path, requests };
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

test("attaches to a container, and copies input and output until it ends", async () => {
  const { path, requests } = await startDocker("docker: 1.sock", (ws) => {
    ws.on("message", (data: Buffer) => {
      ws.send(Buffer.from(data.toString().toUpperCase()));
      ws.send("as text");
      ws.close(1000);
    });
  });
  const output: string[] = [];
  const client = await attach("my app", path);
  await pipe(client, bytes("hello"), (chunk) => output.push(new TextDecoder().decode(chunk)));
  expect(output).toEqual(["HELLO", "as text"]);
  expect(requests).toEqual(["/containers/my%20app/attach/ws?stream=1&stdin=1&stdout=1&stderr=1"]);
});

test("throws if the daemon goes away", async () => {
  const { path } = await startDocker("gone.sock", (ws) => ws.on("message", () => ws.terminate()));
  const client = await attach("app", path);
  const error = await failure(pipe(client, bytes("hello"), () => {}));
  expect(error.code).toBe("CONNECTION_LOST");
});

test("throws if there is no socket", async () => {
  const error = await failure(attach("app", join(dir, "missing.sock")));
  expect(error.code).toBe("DIAL_FAILED");
});
