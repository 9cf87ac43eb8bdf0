import { Agent } from "node:http";
import { createSecureContext } from "node:tls";
import type { TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { Client } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { lookupSpy, refused, sleep } from "./support.js";

checkLeaks();

const certificate = createCertificate();

describe("a redirect", () => {
  const follow = { node: { followRedirects: true } };

  test.each([301, 302, 303, 307, 308])("of %i is followed", async (status) => {
    await using server = await startRawServer({
      onRequest: (peer) => {
        if (peer.request?.path === "/old") peer.refuse(`${status} Moved`, { Location: "new?x=1" });
        else peer.accept();
      },
    });
    const client = await connect(`${server.url}old`, follow);
    expect(client.url).toBe(`${server.url}new?x=1`);
    expect((await server.connection(1)).request?.line).toBe("GET /new?x=1 HTTP/1.1");
    await server.connections[0]?.closed;
    client.terminate();
  });

  test.each([300, 304, 305, 306])("of %i is not followed", async (status) => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse(`${status} Redirect`, { Location: "/new" }),
    });
    const error = await refused(server, follow);
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", details: { status } });
    expect(server.connections).toHaveLength(1);
  });

  test("without a Location is reported as a refusal", async () => {
    await using server = await startRawServer({ onRequest: (peer) => peer.refuse("302 Found") });
    expect(await refused(server, follow)).toMatchObject({
      code: "HANDSHAKE_REJECTED",
      details: { status: 302 },
    });
  });

  test("within the origin keeps headers, credentials and subprotocols", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => {
        if (peer.request?.path === "/") {
          const location = `http://other:creds@127.0.0.1:${server.port}/next`;
          peer.refuse("307 Temporary Redirect", { Location: location });
        } else peer.accept({ "Sec-WebSocket-Protocol": "a" });
      },
    });
    const client = await connect(`ws://me:pass@127.0.0.1:${server.port}/`, {
      ...follow,
      headers: { "X-Mine": "1" },
      protocols: ["a"],
    });
    const { request } = await server.connection(1);
    expect(request?.headers).toMatchObject({
      "x-mine": "1",
      authorization: `Basic ${Buffer.from("me:pass").toString("base64")}`,
      "sec-websocket-protocol": "a",
    });
    expect(client.url).toBe(`ws://127.0.0.1:${server.port}/next`);
    client.terminate();
  });

  test("to another origin carries no header, no credentials and no origin", async () => {
    await using target = await startRawServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: target.url }),
    });
    const client = await connect(`ws://me:pass@127.0.0.1:${server.port}/`, {
      node: { followRedirects: true, origin: "https://internal.example" },
      headers: { Authorization: "Bearer secret", Cookie: "a=1", "X-Mine": "1" },
    });
    expect(client.url).toBe(target.url);
    const { request } = await target.connection();
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
      "connection",
      "host",
      "sec-websocket-key",
      "sec-websocket-version",
      "upgrade",
    ]);
    client.terminate();
  });

  test("to another origin is forbidden if subprotocols are given", async () => {
    await using target = await startRawServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: target.url }),
    });
    const error = await refused(server, { ...follow, protocols: ["feed", "bearer.secret"] });
    expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
    expect(error.message).toContain("protocols");
    expect(error.message).not.toContain("secret");
    expect(target.connections).toHaveLength(0);
  });

  test("to another origin carries no TLS server name", async () => {
    const names: unknown[] = [];
    const record = (peer: RawConnection): void => {
      names.push((peer.socket as TLSSocket & { servername?: unknown }).servername);
    };
    await using target = await startRawServer({
      tls: certificate,
      onRequest: (peer) => {
        record(peer);
        peer.accept();
      },
    });
    await using server = await startRawServer({
      tls: certificate,
      onRequest: (peer) => {
        record(peer);
        peer.refuse("302 Found", { Location: target.url });
      },
    });
    const tls = { rejectUnauthorized: false, servername: "internal.example" };
    (await connect(server.url, { node: { followRedirects: true, tls } })).terminate();
    expect(names).toEqual(["internal.example", false]);
  });

  test("back from another origin carries no secret again", async () => {
    const seen: (string | undefined)[] = [];
    await using target = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: `${server.url}back` }),
    });
    await using server: RawServer = await startRawServer({
      onRequest: (peer) => {
        seen.push(peer.request?.headers.authorization);
        if (peer.request?.path === "/back") peer.accept();
        else peer.refuse("302 Found", { Location: target.url });
      },
    });
    const client = await connect(server.url, { ...follow, headers: { Authorization: "Bearer s" } });
    expect(seen).toEqual(["Bearer s", undefined]);
    client.terminate();
  });

  test.each([
    ["cert and key", (mine: { key: string; cert: string }) => ({ ...mine })],
    [
      "a secureContext",
      (mine: { key: string; cert: string }) => ({
        secureContext: createSecureContext({ ...mine, ca: certificate.cert }),
      }),
    ],
  ])("to another origin carries no client certificate: %s", async (_, make) => {
    const seen: boolean[] = [];
    const tls = { ...certificate, requestCert: true, rejectUnauthorized: false };
    const record = (peer: RawConnection): void => {
      seen.push("subject" in (peer.socket as TLSSocket).getPeerCertificate());
    };
    await using target = await startRawServer({
      tls,
      onRequest: (peer) => {
        record(peer);
        peer.accept();
      },
    });
    await using server = await startRawServer({
      tls,
      onRequest: (peer) => {
        record(peer);
        peer.refuse("302 Found", { Location: target.url });
      },
    });
    const mine = createCertificate(["client"]);
    const dial = connect(server.url, {
      node: {
        followRedirects: true,
        tls: { ca: certificate.cert, rejectUnauthorized: false, ...make(mine) },
      },
    });
    await dial.then(
      (client) => client.terminate(),
      () => {},
    );
    expect(seen[0]).toBe(true);
    expect(seen.slice(1)).not.toContain(true);
  });

  test.each([
    ...["cert", "key", "pfx", "passphrase", "secureContext", "session", "pskCallback"],
    ...["clientCertEngine", "privateKeyEngine", "privateKeyIdentifier", "servername"],
  ])("to another origin is forbidden for an agent with the option %s", async (name) => {
    await using target = await startRawServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: target.url }),
    });
    const dial = (agent: Agent): Promise<Client> =>
      connect(server.url, { node: { followRedirects: true, agent } });
    const error = await failure(dial(new Agent({ [name]: "mine" })));
    expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
    expect(error.message).toContain(`option ${name} of node.agent`);
    expect(target.connections).toHaveLength(0);
    (await dial(new Agent({ timeout: 60_000 }))).terminate();
  });

  test("to another origin carries no credentials of the option auth in node.tls", async () => {
    await using target = await startRawServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: target.url }),
    });
    const client = await connect(server.url, {
      node: { followRedirects: true, tls: { auth: "me:pass" } },
    });
    expect((await target.connection()).request?.headers).not.toHaveProperty("authorization");
    client.terminate();
  });

  test("is followed up to maxRedirects times", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => {
        const left = Number(peer.request?.path.slice(1));
        if (left > 0) peer.refuse("302 Found", { Location: `/${left - 1}` });
        else peer.accept();
      },
    });
    const dial = (hops: number, maxRedirects?: number) =>
      connect(`${server.url}${hops}`, {
        node: { followRedirects: true, ...(maxRedirects !== undefined && { maxRedirects }) },
      });
    (await dial(5)).terminate();
    (await dial(2, 2)).terminate();
    (await dial(0, 0)).terminate();
    for (const [hops, limit] of [
      [6, undefined],
      [3, 2],
      [1, 0],
    ] as const) {
      const error = await failure(dial(hops, limit));
      expect(error).toMatchObject({
        code: "HANDSHAKE_REJECTED",
        kind: "INTERNAL",
        retryable: false,
        details: { status: 302 },
      });
    }
    expect(server.connections).toHaveLength(6 + 3 + 1 + 6 + 3 + 1);
    await server.idle();
  });

  test.each([
    ["from wss: to ws:", true, "ws://127.0.0.1:1/"],
    ["from wss: to http:", true, "http://127.0.0.1:1/"],
    ["to ws+unix:", false, "ws+unix:///run/secret.sock:/x"],
  ])("%s is forbidden", async (_, secure, location) => {
    await using server = await startRawServer({
      ...(secure && { tls: certificate }),
      onRequest: (peer) => peer.refuse("302 Found", { Location: location }),
    });
    const error = await refused(server, {
      node: { followRedirects: true, tls: { ca: certificate.cert } },
    });
    expect(error).toMatchObject({
      code: "URL_FORBIDDEN",
      kind: "PERMISSION_DENIED",
      retryable: false,
    });
  });

  test("from ws: to wss: is followed", async () => {
    await using target = await startRawServer({ tls: certificate });
    await using server = await startRawServer({
      onRequest: (peer) => {
        peer.refuse("302 Found", { Location: target.url.replace("wss:", "https:") });
      },
    });
    const client = await connect(server.url, {
      node: { followRedirects: true, tls: { ca: certificate.cert } },
    });
    expect(client.url).toBe(target.url);
    client.terminate();
  });

  test.each(["ftp://127.0.0.1/", "http://", "ws://127.0.0.1:99999/", "/x#fragment", "mailto:x"])(
    "to %s is refused, and the error has the redirect in its details",
    async (location) => {
      await using server = await startRawServer({
        onRequest: (peer) => peer.refuse("302 Found", { Location: location }),
      });
      const error = await refused(server, follow);
      expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "INTERNAL" });
      expect(error.details).toMatchObject({ status: 302, headers: { location } });
    },
  );

  test("is checked by the policies hop by hop, before each look-up", async () => {
    const events: string[] = [];
    const { lookup } = lookupSpy();
    const spy = ((...args: never[]) => {
      events.push(`look up ${String(args[0])}`);
      lookup(...args);
    }) as (...args: never[]) => void;
    await using server = await startRawServer({
      onRequest: (peer) => {
        const { port } = server;
        if (peer.request?.headers.host === `one.test:${port}`) {
          peer.refuse("302 Found", { Location: `ws://me:pass@two.test:${port}/a?b=c` });
        } else peer.refuse("302 Found", { Location: `ws://three.test:${port}/` });
      },
    });
    const context = createContext({
      policy: async ({ action, resource }) => {
        events.push(`context ${action} ${resource}`);
        await sleep(5);
        return !resource.includes("three.test");
      },
    });
    const { port } = server;
    const error = await failure(
      context.connect(`ws://me:secret@one.test:${port}/`, {
        policy: ({ action, resource }) => {
          events.push(`call ${action} ${resource}`);
          return true;
        },
        node: { followRedirects: true, lookup: spy },
      }),
    );
    expect(error).toMatchObject({ code: "URL_FORBIDDEN", retryable: false });
    expect(error.message).toContain(`dial ws://three.test:${port}/: `);
    expect(events).toEqual([
      "context websocket.connect ",
      "call websocket.connect ",
      `context websocket.connect.url ws://one.test:${port}/`,
      `call websocket.connect.url ws://one.test:${port}/`,
      "look up one.test",
      `context websocket.connect.url ws://two.test:${port}/a?b=c`,
      `call websocket.connect.url ws://two.test:${port}/a?b=c`,
      "look up two.test",
      `context websocket.connect.url ws://three.test:${port}/`,
    ]);
    await server.idle();
  });

  test("shares dialTimeout with the other redirects of the dial", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => {
        const next = Number(peer.request?.path.slice(1)) + 1;
        setTimeout(() => peer.refuse("302 Found", { Location: `/${next}` }), ms(60));
      },
    });
    const start = performance.now();
    const error = await refused(server, {
      dialTimeout: ms(200),
      node: { followRedirects: true, maxRedirects: 20 },
    });
    expect(error.code).toBe("DIAL_TIMEOUT");
    expect(performance.now() - start).toBeLessThan(ms(400));
    expect(server.connections.length).toBeGreaterThan(1);
  });
});
