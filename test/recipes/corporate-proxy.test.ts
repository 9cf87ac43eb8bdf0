import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectByProxy } from "../../examples/recipes/corporate-proxy.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { startProxy, targetOf, tunnel } from "../transport/proxies/support.js";

checkLeaks();

// The proxy and the server have the same certificate, as if the proxy had signed both.
const certificate = createCertificate(["localhost", "127.0.0.1", "api.example.com"]);
let dir = "";
let caFile = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "wschan-"));
  caFile = join(dir, "company.pem");
  await writeFile(caFile, certificate.cert);
});
afterAll(() => rm(dir, { recursive: true }));

/** Opens a tunnel for the user "ann" with the password "p@ss:word". */
function authenticate(peer: RawConnection): void {
  const expected = `Basic ${Buffer.from("ann:p@ss:word").toString("base64")}`;
  if (peer.request?.headers["proxy-authorization"] === expected) tunnel(peer);
  else peer.refuse("407 Proxy Authentication Required");
}

test("connects by a proxy with TLS, credentials and an own authority", async () => {
  await using server = await startEchoServer({ tls: certificate });
  await using proxy = await startProxy({ onRequest: authenticate, tls: certificate });
  const settings = { host: "127.0.0.1", port: proxy.port, user: "ann", password: "p@ss:word" };
  const url = `wss://api.example.com:${server.port}/feed`;
  const client = await connectByProxy(url, { ...settings, caFile });
  await client.send("hello");
  expect((await client.receive()).value?.data).toBe("hello");
  expect(targetOf(await proxy.connection()).host).toBe("api.example.com");
  // Only the proxy gets the credentials.
  expect(server.connections[0]?.request.headers).not.toHaveProperty("proxy-authorization");
  await client.close();
});

test("says that the proxy rejects the credentials, without showing them", async () => {
  await using proxy = await startProxy({ onRequest: authenticate, tls: certificate });
  const settings = { host: "127.0.0.1", port: proxy.port, user: "ann", password: "wrong-one" };
  const attempt = connectByProxy("wss://api.example.com/feed", { ...settings, caFile });
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(error?.message).toBe("The proxy 127.0.0.1 rejects the user name or the password");
  expect((error?.cause as Error).message).not.toContain("wrong-one");
});

test("does not trust a proxy of another authority", async () => {
  await using proxy = await startProxy({ onRequest: authenticate, tls: createCertificate() });
  const settings = { host: "127.0.0.1", port: proxy.port, user: "ann", password: "p@ss:word" };
  const error = await failure(connectByProxy("wss://api.example.com/", { ...settings, caFile }));
  expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
});
