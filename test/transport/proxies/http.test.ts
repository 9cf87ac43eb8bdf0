import { describe, expect, test } from "vitest";
import { createCertificate } from "../../helpers/certificates.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { connectBy, echo, proxyUrl, startProxy } from "./support.js";

checkLeaks();

const certificate = createCertificate(["db.test", "localhost", "127.0.0.1"]);

describe.each(["ws", "wss"])("a %s: URL through an HTTP proxy", (scheme) => {
  const tls = scheme === "wss" ? certificate : undefined;
  const trusting = { node: { tls: { ca: certificate.cert } } };

  test("is dialled with a CONNECT request that names the host", async () => {
    await using server = await startEchoServer(tls && { tls });
    await using proxy = await startProxy();
    const url = `${scheme}://db.test:${server.port}/path`;
    const client = await connectBy(proxyUrl(proxy), url, trusting);
    expect(await echo(client)).toBe("hello");
    const { request } = await server.connection();
    expect(request.headers.host).toBe(`db.test:${server.port}`);
    expect(request.url).toBe("/path");
    const peer = await proxy.connection();
    expect(peer.request).toEqual({
      line: `CONNECT db.test:${server.port} HTTP/1.1`,
      path: `db.test:${server.port}`,
      headers: { host: `db.test:${server.port}` },
    });
    expect(await client.close()).toMatchObject({ code: 1000, clean: true });
    await proxy.idle();
  });

  test("carries large messages in both directions", async () => {
    await using server = await startEchoServer(tls && { tls });
    await using proxy = await startProxy();
    const client = await connectBy(
      proxyUrl(proxy),
      `${scheme}://db.test:${server.port}/`,
      trusting,
    );
    const text = "x".repeat(4_000_000);
    expect(await echo(client, text)).toBe(text);
    await client.close();
  });
});
