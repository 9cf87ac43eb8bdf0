import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import { createContext } from "../../../src/node.js";
import type { ConnectOptions, NodeOptions } from "../../../src/node.js";
import { createCertificate } from "../../helpers/certificates.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { denying, expectForbidden } from "../private-networks/support.js";
import type { LookupDone } from "../support.js";
import { startSocksProxy } from "./socks-proxy.js";
import { echo, ESTABLISHED, proxyUrl, startProxy } from "./support.js";

checkLeaks();

const PUBLIC = "8.8.8.8";
const certificate = createCertificate(["target.test"]);

/** Creates a `node.lookup` with fixed answers, by name, and a list of the names that it is called with. */
function lookupOf(answers: Readonly<Record<string, readonly string[]>>) {
  const names: string[] = [];
  const lookup = (name: string, { all }: { all?: boolean }, done: LookupDone): void => {
    names.push(name);
    const found = (answers[name] ?? []).map((address) => ({ address, family: isIP(address) }));
    if (all) done(null, found);
    else done(null, found[0]?.address, found[0]?.family);
  };
  return { names, lookup };
}

const options = (node: NodeOptions): ConnectOptions => ({
  node: { tls: { ca: certificate.cert }, ...node },
});

describe("with denyPrivateNetworks", () => {
  test.each(["ws", "wss"])("a proxy gets the public address of a %s: URL", async (scheme) => {
    await using server = await startEchoServer(scheme === "wss" ? { tls: certificate } : {});
    await using proxy = await startProxy();
    const { names, lookup } = lookupOf({
      "target.test": [PUBLIC, "1.1.1.1"],
      "proxy.test": ["127.0.0.1"],
    });
    const url = `${scheme}://target.test:${server.port}/`;
    const by = `http://proxy.test:${proxy.port}`;
    const client = await denying().connect(url, options({ proxy: by, lookup }));
    expect(await echo(client)).toBe("hello");
    // The proxy itself may be private.
    expect(names).toEqual(["target.test", "proxy.test"]);
    const { request } = await proxy.connection();
    expect(request?.line).toBe(`CONNECT ${PUBLIC}:${server.port} HTTP/1.1`);
    expect(request?.headers.host).toBe(`${PUBLIC}:${server.port}`);
    expect((await server.connection()).request.headers.host).toBe(`target.test:${server.port}`);
    await client.close();
  });

  test.each(["socks5", "socks5h", "socks4", "socks4a"])(
    "a %s: proxy gets the public address, too",
    async (scheme) => {
      await using server = await startEchoServer();
      await using proxy = await startSocksProxy();
      const { lookup } = lookupOf({ "target.test": [PUBLIC] });
      const client = await denying().connect(
        `ws://target.test:${server.port}/`,
        options({ proxy: `${scheme}://127.0.0.1:${proxy.port}`, lookup }),
      );
      expect(proxy.requests).toMatchObject([{ kind: "IPv4", host: PUBLIC }]);
      await client.close();
    },
  );

  test.each(["socks4", "socks4a"])("a %s: proxy gets no IPv6 address", async (scheme) => {
    await using server = await startEchoServer();
    await using proxy = await startSocksProxy();
    const families: unknown[] = [];
    const lookup = (_: string, { family }: { family?: number }, done: LookupDone): void => {
      families.push(family);
      done(null, [{ address: PUBLIC, family: 4 }]);
    };
    const client = await denying().connect(
      `ws://target.test:${server.port}/`,
      options({ proxy: `${scheme}://127.0.0.1:${proxy.port}`, lookup, family: 6 }),
    );
    expect(families).toEqual([4]);
    expect(proxy.requests).toMatchObject([{ kind: "IPv4", host: PUBLIC }]);
    await client.close();
  });

  test("an IPv6 address is written in brackets", async () => {
    await using proxy = await startProxy({ onRequest: (peer) => peer.refuse("403 No") });
    const { lookup } = lookupOf({ "target.test": ["2a00:1450:4001::1"] });
    for (const url of ["wss://target.test/", "wss://[2a00:1450:4001::1]/"]) {
      const error = await failure(
        denying().connect(url, options({ proxy: proxyUrl(proxy), lookup })),
      );
      expect(error.code).toBe("PROXY_REJECTED");
    }
    for (const { request } of proxy.connections) {
      expect(request?.line).toBe("CONNECT [2a00:1450:4001::1]:443 HTTP/1.1");
    }
  });

  test("node.family selects the address", async () => {
    await using proxy = await startProxy({ onRequest: (peer) => peer.refuse("403 No") });
    const { lookup } = lookupOf({ "target.test": ["2a00:1450:4001::1", PUBLIC] });
    for (const family of [4, 6] as const) {
      await failure(
        denying().connect(
          "wss://target.test/",
          options({ proxy: proxyUrl(proxy), lookup, family }),
        ),
      );
    }
    expect(proxy.connections.map(({ request }) => request?.path)).toEqual([
      `${PUBLIC}:443`,
      "[2a00:1450:4001::1]:443",
    ]);
  });

  test.each([
    ["ws://127.0.0.1/", "127.0.0.1"],
    ["ws://[::1]/", "::1"],
    ["ws://localhost/", "localhost"],
    ["ws://target.test/", "10.0.0.1"],
    ["ws://rebound.test/", "192.168.0.1"],
  ])("%s is refused before the proxy is asked", async (url, address) => {
    await using proxy = await startProxy();
    await using socks = await startSocksProxy();
    const { lookup } = lookupOf({
      "target.test": ["10.0.0.1"],
      "rebound.test": [PUBLIC, "192.168.0.1"],
    });
    const proxies = [proxyUrl(proxy), `socks5h://127.0.0.1:${socks.port}`];
    for (const by of proxies) {
      const error = await failure(denying().connect(url, options({ proxy: by, lookup })));
      expectForbidden(error, url, address);
    }
    expect(proxy.connections).toEqual([]);
    expect(socks.requests).toEqual([]);
  });

  test("an allowed name is resolved here, too, and may lead anywhere", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const { lookup } = lookupOf({ "target.test": ["10.0.0.1"] });
    const client = await denying("target.test").connect(
      `ws://target.test:${server.port}/`,
      options({ proxy: proxyUrl(proxy), lookup }),
    );
    expect((await proxy.connection()).request?.path).toBe(`10.0.0.1:${server.port}`);
    await client.close();
  });

  test("a redirect is checked in the same way", async () => {
    await using proxy = await startProxy({
      onRequest: (peer) =>
        peer.write(
          `${ESTABLISHED}HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ws://10.0.0.1/\r\n\r\n`,
        ),
    });
    const { lookup } = lookupOf({ "target.test": [PUBLIC] });
    const node = { proxy: proxyUrl(proxy), lookup, followRedirects: true };
    const error = await failure(denying().connect("ws://target.test/", { node }));
    expectForbidden(error, "ws://10.0.0.1/", "10.0.0.1");
    expect(proxy.connections).toHaveLength(1);
  });

  test("a name without an address fails the dial", async () => {
    await using proxy = await startProxy();
    const { lookup } = lookupOf({});
    const error = await failure(
      denying().connect("ws://target.test/", options({ proxy: proxyUrl(proxy), lookup })),
    );
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(proxy.connections).toEqual([]);
  });
});

test("the policy is asked about the target, before anything else", async () => {
  await using proxy = await startProxy();
  const asked: unknown[] = [];
  const context = createContext({
    policy: ({ action, resource }) => {
      asked.push(resource);
      return action === "websocket.connect";
    },
  });
  const { names, lookup } = lookupOf({});
  const node = { proxy: proxyUrl(proxy), lookup };
  const error = await failure(context.connect("ws://target.test/feed", { node }));
  expect(error.code).toBe("URL_FORBIDDEN");
  expect(asked).toContain("ws://target.test/feed");
  expect(asked.join()).not.toContain(String(proxy.port));
  expect(names).toEqual([]);
  expect(proxy.connections).toEqual([]);
});
