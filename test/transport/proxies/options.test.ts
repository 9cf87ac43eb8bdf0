import { Agent } from "node:http";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect, createContext } from "../../../src/node.js";
import type { NodeOptions } from "../../../src/node.js";
import { reconnecting } from "../../../src/reconnect/node.js";
import { until } from "../../reconnect/support.js";
import { createCertificate } from "../../helpers/certificates.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { freePort } from "../../helpers/ports.js";
import { ms } from "../../helpers/time.js";
import { lookupSpy } from "../support.js";
import {
  connectBy,
  echo,
  ESTABLISHED,
  proxyUrl,
  refusedBy,
  startProxy,
  tunnel,
} from "./support.js";

checkLeaks();

const certificate = createCertificate(["proxy.test", "127.0.0.1"]);
const URL = "wss://target.test/";

describe("option node.proxy", () => {
  const invalid: [value: unknown, text: string][] = [
    ["", "not a URL"],
    ["proxy.example", "not a URL"],
    ["127.0.0.1:8080", "not a URL"],
    ["localhost:8080", "scheme"],
    ["me:hunter2@proxy.example:8080", "scheme"],
    ["ftp://proxy.example", "scheme"],
    ["socks://proxy.example", "scheme"],
    ["ws://proxy.example", "scheme"],
    ["http://", "not a URL"],
    ["http://proxy.example:99999", "not a URL"],
    ["socks5://", "host"],
    ["socks5:proxy.example:1080", "host"],
    ["socks5://pro%20xy:1080", "host"],
    ["http://proxy.example/path", "path"],
    ["http://proxy.example?query", "query"],
    ["http://proxy.example/#fragment", "fragment"],
    ["socks5://proxy.example/path", "path"],
    [true, "true"],
    [5, "5"],
    [null, "null"],
    [["http://proxy.example"], "an array"],
    [{}, "node.proxy.url"],
    [{ url: "hunter2" }, "node.proxy.url"],
    [{ url: 5 }, "node.proxy.url"],
    [{ url: "env" }, "node.proxy.url"],
    [{ url: "http://proxy.example", agent: {} }, "unknown option"],
    [{ url: "http://proxy.example", headers: "hunter2" }, "node.proxy.headers"],
    [{ url: "http://proxy.example", headers: { "X-Key": "hunter2\r\n" } }, "node.proxy.headers"],
    [{ url: "http://proxy.example", headers: { Host: "hunter2" } }, "node.proxy.headers"],
    [{ url: "https://proxy.example", tls: 5 }, "node.proxy.tls"],
    [{ url: "https://proxy.example", tls: { pskCallback: 5 } }, "node.proxy.tls.pskCallback"],
    [{ url: "http://proxy.example", tls: {} }, "node.proxy.tls needs an https: URL"],
    [{ url: "socks5://proxy.example", headers: {} }, "node.proxy.headers needs an http: or https:"],
  ];
  test.each(invalid)("rejects %j", async (proxy, text) => {
    const error = await failure(connect(URL, { node: { proxy: proxy as string } }));
    expect(error).toMatchObject({ code: "INVALID_OPTION", retryable: false });
    expect(error.message).toContain("connect: option node.proxy");
    expect(error.message).toContain(text);
    expect(inspect(error)).not.toContain("hunter2");
  });

  test.each<[string, NodeOptions]>([
    ["agent", { agent: new Agent() }],
    ["tls.socket", { tls: { socket: {} } }],
  ])("is INVALID_OPTION together with node.%s", async (name, node) => {
    for (const proxy of ["http://proxy.example", "env", false] as const) {
      const error = await failure(connect(URL, { node: { ...node, proxy } }));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toContain(`node.${name}`);
    }
  });

  test("is UNSUPPORTED with option webSocket", async () => {
    const node = { proxy: "http://proxy.example" };
    const error = await failure(connect(URL, { webSocket: WebSocket, node }));
    expect(error).toMatchObject({ code: "UNSUPPORTED" });
  });

  test("may be a default of a context, and false turns it off for a call", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const context = createContext({ defaults: { node: { proxy: proxyUrl(proxy) } } });
    const url = `ws://127.0.0.1:${server.port}/`;
    const client = await context.connect(url);
    expect(proxy.connections).toHaveLength(1);
    await client.close();
    const direct = await context.connect(url, { node: { proxy: false } });
    expect(proxy.connections).toHaveLength(1);
    await direct.close();
    await context.close();
  });

  test.each<NodeOptions>([{}, { family: 4 }, { followRedirects: true }, { tls: {} }])(
    "of a context is kept by a call with the other options %o",
    async (node) => {
      await using server = await startEchoServer();
      await using proxy = await startProxy();
      const context = createContext({ defaults: { node: { proxy: proxyUrl(proxy) } } });
      const url = `ws://127.0.0.1:${server.port}/`;
      const client = await context.connect(url, { node });
      expect(proxy.connections).toHaveLength(1);
      await client.close();
      const retrying = reconnecting(url, { context, node });
      await until(retrying, "open");
      expect(proxy.connections).toHaveLength(2);
      await retrying.close();
      await context.close();
    },
  );

  test("of a context is replaced by the agent of a call, and the other way round", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const agent = new Agent();
    const url = `ws://127.0.0.1:${server.port}/`;
    const proxied = createContext({ defaults: { node: { proxy: proxyUrl(proxy) } } });
    await (await proxied.connect(url, { node: { agent } })).close();
    expect(proxy.connections).toHaveLength(0);
    const pooled = createContext({ defaults: { node: { agent } } });
    await (await pooled.connect(url, { node: { proxy: proxyUrl(proxy) } })).close();
    expect(proxy.connections).toHaveLength(1);
    await Promise.all([proxied.close(), pooled.close()]);
  });
});

describe("the credentials of a proxy", () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  test.each([
    ["me:hunter2", "me:hunter2"],
    ["me", "me:"],
    [":hunter2", ":hunter2"],
    ["m%C3%A4:h%3A%40%2F", "mä:h:@/"],
    ["me:100%", "me:100%"],
    ["mä:ü", "mä:ü"],
  ])("%s are sent to it as Basic authorization", async (credentials, decoded) => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const by = proxyUrl(proxy, credentials);
    const client = await connectBy(by, `ws://target.test:${server.port}/`);
    const { request } = await proxy.connection();
    expect(request?.headers["proxy-authorization"]).toBe(basic(decoded));
    const { headers } = (await server.connection()).request;
    expect(headers).not.toHaveProperty("proxy-authorization");
    expect(headers).not.toHaveProperty("authorization");
    await client.close();
  });

  test("are not sent if there are none", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const client = await connectBy(proxyUrl(proxy), `ws://me:pw@target.test:${server.port}/`, {
      headers: { "X-Key": "for the server" },
    });
    const { request } = await proxy.connection();
    expect(Object.keys(request?.headers ?? {})).toEqual(["host"]);
    expect((await server.connection()).request.headers).toMatchObject({
      authorization: basic("me:pw"),
      "x-key": "for the server",
    });
    await client.close();
  });

  test("are replaced by a header Proxy-Authorization, and headers go only to the proxy", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    for (const headers of [
      { "proxy-authorization": "Bearer t0ken", "X-Team": "ä" },
      new Headers({ "proxy-authorization": "Bearer t0ken", "X-Team": "ä" }),
    ]) {
      const by = { url: proxyUrl(proxy, "me:hunter2"), headers };
      const client = await connectBy(by, `ws://target.test:${server.port}/`);
      await client.close();
    }
    for (const { request } of proxy.connections) {
      expect(request?.headers).toMatchObject({
        "proxy-authorization": "Bearer t0ken",
        "x-team": "ä",
      });
    }
    for (const { request } of server.connections) {
      expect(request.headers).not.toHaveProperty("proxy-authorization");
      expect(request.headers).not.toHaveProperty("x-team");
    }
  });

  const secrets = ["hunter2", "s3cret-user", basic("s3cret-user:hunter2").slice(6), "k3yvalue"];
  const reflected = secrets.join(" ");
  const rows: Record<string, Parameters<typeof refusedBy>> = {
    "a 407 that repeats them": [
      (peer) => peer.refuse(`407 ${reflected}`, { "X-Echo": reflected }, reflected),
    ],
    "another refusal that repeats them": [(peer) => peer.refuse(`503 ${reflected}`, {}, reflected)],
    "an answer that is not HTTP": [(peer) => peer.write(reflected)],
    "an answer without a status": [(peer) => peer.write(`HTTP/1.1 ${reflected}\r\n\r\n`)],
    "a hang-up": [(peer) => peer.socket.end()],
    "a reset": [(peer) => peer.reset()],
    "a time-out": [() => {}, { dialTimeout: ms(50) }],
    "a closed tunnel": [(peer) => peer.socket.end(ESTABLISHED)],
    "a refused handshake in the tunnel": [
      (peer) => peer.write(`${ESTABLISHED}HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n`),
    ],
    "a lost TLS handshake in the tunnel": [
      (peer) => peer.socket.end(ESTABLISHED),
      {},
      { url: "wss://target.test/" },
    ],
  };
  test.each(Object.entries(rows))(
    "never show in the error of %s",
    async (_, [answer, options, more]) => {
      const error = await refusedBy(answer, options, {
        ...more,
        credentials: "s3cret-user:hunter2",
      });
      expectNoSecret(error);
    },
  );

  test.each(["http", "https", "socks5", "socks4"])(
    "never show in the error of an unreachable %s: proxy",
    async (scheme) => {
      const by = `${scheme}://s3cret-user:hunter2@127.0.0.1:${await freePort()}`;
      expectNoSecret(await failure(connectBy(by, URL)));
      const headers = { "Proxy-Authorization": "k3yvalue" };
      if (scheme.startsWith("http")) {
        expectNoSecret(await failure(connectBy({ url: by, headers }, URL)));
      }
    },
  );

  test("never show when a client is inspected", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const by = proxyUrl(proxy, "s3cret-user:hunter2");
    const client = await connectBy(by, `ws://target.test:${server.port}/`);
    expectNoSecret(client);
    expectNoSecret(createContext({ defaults: { node: { proxy: by } } }));
    expect(JSON.stringify(client)).not.toContain("hunter2");
    await client.close();
  });

  function expectNoSecret(value: unknown): void {
    const shown = inspect(value, { depth: 9, showHidden: true });
    for (const secret of secrets) expect(shown).not.toContain(secret);
  }
});

describe("an https: proxy", () => {
  const trusted = { ca: certificate.cert };

  test.each(["ws", "wss"])(
    "carries a %s: connection, by TLS in TLS if that is secure",
    async (scheme) => {
      const targetCertificate = createCertificate(["target.test"]);
      await using server = await startEchoServer(
        scheme === "wss" ? { tls: targetCertificate } : {},
      );
      await using proxy = await startProxy({ tls: certificate });
      const by = { url: proxyUrl(proxy, "me:pw", "https"), tls: trusted };
      const client = await connectBy(by, `${scheme}://target.test:${server.port}/`, {
        node: { tls: { ca: targetCertificate.cert } },
      });
      const text = "x".repeat(3_000_000);
      expect(await echo(client, text)).toBe(text);
      expect((await proxy.connection()).request?.headers).toHaveProperty("proxy-authorization");
      expect(await client.close()).toMatchObject({ code: 1000, clean: true });
      await proxy.idle();
    },
  );

  test("must have a trusted certificate", async () => {
    await using proxy = await startProxy({ tls: certificate });
    const url = proxyUrl(proxy, "me:hunter2", "https");
    // The certificates that the target may have are not those of the proxy.
    const error = await failure(connectBy(url, URL, { node: { tls: trusted } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
    expect(error.cause).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(error.message).toContain("node.proxy.tls.ca");
    const tls = { ...trusted, servername: "other.test" };
    expect(await failure(connectBy({ url, tls }, URL))).toMatchObject({
      code: "DIAL_FAILED",
      retryable: false,
      cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
    await proxy.idle();
    expect(proxy.connections.every(({ request }) => request === undefined)).toBe(true);
  });

  test("is sent its name, and the target its own", async () => {
    const names: unknown[] = [];
    const SNICallback = (name: string, done: (error: null) => void): void => {
      names.push(name);
      done(null);
    };
    await using server = await startEchoServer({ tls: { ...certificate, SNICallback } as never });
    await using proxy = await startProxy({ tls: { ...certificate, SNICallback } });
    const { lookup } = lookupSpy();
    const by = { url: `https://proxy.test:${proxy.port}`, tls: trusted };
    const client = await connectBy(by, `wss://target.test:${server.port}/`, {
      node: { lookup, tls: { ca: certificate.cert, checkServerIdentity: () => undefined } },
    });
    expect(names).toEqual(["proxy.test", "target.test"]);
    await client.close();
  });

  test.each([true, false])(
    "whose checkServerIdentity fails gets no request (rejectUnauthorized: %s)",
    async (rejectUnauthorized) => {
      await using proxy = await startProxy({ tls: certificate });
      const checkServerIdentity = (): never => {
        throw new Error("bad identity");
      };
      const tls = { ...trusted, rejectUnauthorized, checkServerIdentity };
      const error = await failure(connectBy({ url: proxyUrl(proxy, "", "https"), tls }, URL));
      expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
      expect(error.message).toContain("node.proxy.tls.checkServerIdentity");
      await proxy.idle();
      expect(proxy.connections.every(({ request }) => request === undefined)).toBe(true);
    },
  );

  test("that does not speak TLS fails the dial", async () => {
    await using proxy = await startProxy({
      onConnection: (peer) => peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
    });
    const error = await failure(connectBy(proxyUrl(proxy, "", "https"), URL));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    await proxy.idle();
  });

  test.each([
    [{ minVersion: "none" }, "INVALID_OPTION"],
    [{ passphrase: 5, key: "hunter2" }, "INVALID_OPTION"],
    [{ key: "hunter2" }, "DIAL_FAILED"],
  ])("whose TLS options Node rejects fails the dial: %j", async (tls, code) => {
    await using proxy = await startProxy({ tls: certificate });
    const error = await failure(connectBy({ url: proxyUrl(proxy, "", "https"), tls }, URL));
    expect(error.code).toBe(code);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2");
    await proxy.idle();
  });
});

describe("the TLS handshake in a tunnel", () => {
  test("fails the dial if the certificate of the target is not trusted", async () => {
    await using server = await startEchoServer({ tls: certificate });
    await using proxy = await startProxy();
    const error = await failure(connectBy(proxyUrl(proxy), `wss://127.0.0.1:${server.port}/`));
    expect(error).toMatchObject({
      code: "DIAL_FAILED",
      retryable: false,
      cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    });
    expect(error.message).toContain("node.tls.ca");
    await proxy.idle();
  });

  test("calls checkServerIdentity with the host of the URL", async () => {
    await using server = await startEchoServer({ tls: certificate });
    await using proxy = await startProxy();
    const hosts: unknown[] = [];
    const checkServerIdentity = (host: string): undefined => void hosts.push(host);
    const client = await connectBy(proxyUrl(proxy), `wss://target.test:${server.port}/`, {
      node: { tls: { ca: certificate.cert, checkServerIdentity } },
    });
    expect(hosts).toEqual(["target.test"]);
    await client.close();
  });
});

describe("the connection to a proxy", () => {
  test("uses node.lookup, and the name of the target is not looked up", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const { names, lookup } = lookupSpy();
    const client = await connectBy(
      `http://proxy.test:${proxy.port}`,
      `ws://target.test:${server.port}/`,
      { node: { lookup } },
    );
    expect(names).toEqual(["proxy.test"]);
    await client.close();
  });

  test("is made from node.localAddress", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const client = await connectBy(proxyUrl(proxy), `ws://target.test:${server.port}/`, {
      node: { localAddress: "127.0.0.3" },
    });
    expect((await proxy.connection()).socket.remoteAddress).toBe("127.0.0.3");
    await client.close();
  });

  test("tries several addresses of its name", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const { lookup } = lookupSpy(() => ["127.0.0.2", "127.0.0.1"]);
    const client = await connectBy(
      `http://proxy.test:${proxy.port}`,
      `ws://target.test:${server.port}/`,
      { node: { lookup } },
    );
    expect(await echo(client)).toBe("hello");
    await client.close();
  });

  test("fails the dial if node.lookup fails", async () => {
    const lookup = (): never => {
      throw new Error("no names today");
    };
    const error = await failure(connectBy("http://proxy.test:1", URL, { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.message).toContain("no names today");
  });
});

describe("a Unix socket", () => {
  test("is never dialled through a proxy", async () => {
    await using proxy = await startProxy();
    const error = await failure(connectBy(proxyUrl(proxy), "ws+unix:///nowhere/app.sock"));
    expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { code: "ENOENT" } });
    expect(proxy.connections).toEqual([]);
  });
});

describe("a redirect", () => {
  test("to another origin uses the same proxy, and shows the target nothing of it", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy({
      onRequest: (peer) => {
        if (proxy.connections.length > 1) tunnel(peer);
        else {
          peer.write(
            `${ESTABLISHED}HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ws://other.test:${server.port}/there\r\n\r\n`,
          );
        }
      },
    });
    const by = { url: proxyUrl(proxy, "me:pw"), headers: { "X-Team": "blue" } };
    const client = await connectBy(by, "ws://target.test/here", {
      headers: { "X-Key": "secret" },
      node: { followRedirects: true },
    });
    expect(proxy.connections.map(({ request }) => request?.path)).toEqual([
      "target.test:80",
      `other.test:${server.port}`,
    ]);
    for (const { request } of proxy.connections) {
      expect(request?.headers).toMatchObject({ "x-team": "blue" });
      expect(request?.headers).toHaveProperty("proxy-authorization");
    }
    const { headers } = (await server.connection()).request;
    expect(Object.keys(headers)).not.toContain("x-key");
    expect(Object.keys(headers)).not.toContain("x-team");
    await client.close();
  });
});
