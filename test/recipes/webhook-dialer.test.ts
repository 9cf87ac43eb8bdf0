import { expect, test } from "vitest";
import { createDialer, dial } from "../../examples/recipes/webhook-dialer.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { freePort } from "../helpers/ports.js";

checkLeaks();

const certificate = createCertificate();
const node = { tls: { ca: certificate.cert } };

test("refuses the own network, and sends nothing to it", async () => {
  await using server = await startEchoServer({ tls: certificate });
  const context = createDialer({ node });
  for (const host of ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"]) {
    const result = await dial(context, `wss://${host}:${server.port}/`);
    expect(result).toEqual({ problem: "This URL is not allowed." });
  }
  expect(server.sockets).toBe(0);
  await context.close();
});

test("refuses a public name that leads to the own network", async () => {
  await using server = await startEchoServer({ tls: certificate });
  const lookup = (_host: string, options: { all?: boolean }, done: (...args: unknown[]) => void) =>
    options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
  const context = createDialer({ node: { ...node, lookup } });
  const result = await dial(context, `wss://hooks.example.com:${server.port}/`);
  expect(result).toEqual({ problem: "This URL is not allowed." });
  expect(server.sockets).toBe(0);
  await context.close();
});

test("refuses URLs without TLS, of Unix sockets and of other schemes", async () => {
  const context = createDialer();
  for (const url of ["ws://example.com/", "ws+unix:///run/app.sock"]) {
    expect(await dial(context, url)).not.toHaveProperty("client");
  }
  for (const url of ["file:///etc/passwd", "example"]) {
    expect(await dial(context, url)).toEqual({ problem: "This is not a WebSocket URL." });
  }
  await context.close();
});

test("dials a host that is allowed, and ends it at a message of more than 64 KiB", async () => {
  await using server = await startEchoServer({ tls: certificate });
  const context = createDialer({ allow: ["127.0.0.1"], node });
  const result = await dial(context, server.url);
  if (!("client" in result)) throw new Error(result.problem);
  const { client } = result;
  await client.send("hello");
  expect((await client.receive()).value?.data).toBe("hello");
  await client.send("x".repeat(65_537));
  expect((await client.closed).error?.code).toBe("MESSAGE_TOO_BIG");
  await context.close();
});

test("tells the user the same about an untrusted server and a closed port", async () => {
  await using server = await startEchoServer({ tls: certificate });
  // Without the authority, its certificate is not trusted.
  const context = createDialer({ allow: ["127.0.0.1"] });
  for (const port of [server.port, await freePort()]) {
    const result = await dial(context, `wss://127.0.0.1:${port}/`);
    expect(result).toEqual({ problem: "The server could not be reached." });
  }
  await context.close();
});
