import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, get } from "node:http";
import type { IncomingMessage } from "node:http";
import { once } from "node:events";
import { lookup as dnsLookup } from "node:dns";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import type { TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect, createContext } from "../../src/node.js";
import type { Client, ConnectOptions, WebSocketClass, WsError } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { closeOf, frame, OPCODE, pingFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { freePort } from "../helpers/ports.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer, RawServerOptions } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { TunnelAgent } from "../helpers/tunnel.js";
import { codeOf, lookupSpy, rejectionOf, sleep, turn } from "./support.js";

checkLeaks();

const certificate = createCertificate();

/** Dials a server that has to refuse, and checks that nothing of the dial is left. */
async function refused(server: RawServer, options?: ConnectOptions): Promise<WsError> {
  const error = await rejectionOf(connect(server.url, options));
  expect(error.message).toMatch(/^dial (wss?|ws\+unix):\/\//);
  await server.idle();
  return error;
}

/** What a server that answers a request like this gets for it. */
async function refusedBy(
  onRequest: (connection: RawConnection) => void,
  options?: ConnectOptions,
): Promise<WsError> {
  await using server = await startRawServer({ onRequest });
  return await refused(server, options);
}

describe("no server", () => {
  test("a dead port", async () => {
    const error = await rejectionOf(
      connect(`ws://127.0.0.1:${await freePort()}/path?token=secret`),
    );
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    expect(error.details).toEqual({});
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(error.message).toMatch(/^dial ws:\/\/127\.0\.0\.1:\d+\/path\?\.\.\.: /);
  });

  test("a dead port on all addresses of a name", async () => {
    const error = await rejectionOf(connect(`ws://localhost:${await freePort()}`));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.message).toMatch(/ECONNREFUSED/);
  });

  test("a name that does not exist", async () => {
    const error = await rejectionOf(connect("wss://me:secret@nope.invalid/"));
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    expect(error.message).toMatch(/^dial wss:\/\/nope\.invalid\/: /);
    expect(error.message).not.toMatch(/secret/);
  });

  test.each(["ws", "wss"])("a port that accepts and says nothing, over %s:", async (scheme) => {
    await using server = await startRawServer({ onRequest: () => {} });
    const start = performance.now();
    const error = await rejectionOf(
      connect(`${scheme}://127.0.0.1:${server.port}/`, { dialTimeout: ms(200) }),
    );
    const time = performance.now() - start;
    expect(error).toMatchObject({ code: "DIAL_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(time).toBeGreaterThanOrEqual(ms(199));
    expect(time).toBeLessThan(ms(400));
    await server.idle();
  });

  test("an answer that trickles in byte by byte does not put off the deadline", async () => {
    let timer: NodeJS.Timeout | undefined;
    await using server = await startRawServer({
      onRequest: (peer) => {
        peer.write("HTTP/1.1 101 X\r\nX: ");
        timer = setInterval(() => peer.write("x"), 10);
      },
    });
    const error = await refused(server, { dialTimeout: ms(200) });
    clearInterval(timer);
    expect(error.code).toBe("DIAL_TIMEOUT");
  });

  test.each([
    ["before an answer", (peer: RawConnection) => peer.reset()],
    [
      "in the middle of one",
      (peer: RawConnection) =>
        void peer.socket.write("HTTP/1.1 101 Switching", () => setTimeout(() => peer.reset(), 20)),
    ],
  ])("a reset %s", async (_, onRequest) => {
    const error = await refusedBy(onRequest);
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test.each([
    ["before an answer", ""],
    ["in the middle of one", "HTTP/1.1 101 Switching"],
  ])("an end %s", async (_, text) => {
    const error = await refusedBy((peer) => {
      peer.write(text);
      peer.socket.end();
    });
    expect(error).toMatchObject({ kind: "INTERNAL" });
    expect(["DIAL_FAILED", "HANDSHAKE_REJECTED"]).toContain(error.code);
  });
});

describe("a refusal", () => {
  test.each([
    ["400 Bad Request", "INTERNAL", false],
    ["401 Unauthorized", "PERMISSION_DENIED", false],
    ["403 Forbidden", "PERMISSION_DENIED", false],
    ["404 Not Found", "NOT_FOUND", false],
    ["408 Request Timeout", "TIMEOUT", true],
    ["410 Gone", "NOT_FOUND", false],
    ["418 I'm a Teapot", "INTERNAL", false],
    ["426 Upgrade Required", "INTERNAL", false],
    ["429 Too Many Requests", "RATE_LIMITED", true],
    ["500 Internal Server Error", "UNAVAILABLE", true],
    ["501 Not Implemented", "UNAVAILABLE", false],
    ["502 Bad Gateway", "UNAVAILABLE", true],
    ["503 Service Unavailable", "UNAVAILABLE", true],
    ["505 HTTP Version Not Supported", "UNAVAILABLE", false],
    ["599 Made Up", "UNAVAILABLE", true],
    ["600 Made Up", "INTERNAL", false],
    ["200 OK", "INTERNAL", false],
    ["299 Made Up", "INTERNAL", false],
    ["300 Multiple Choices", "INTERNAL", false],
    ["302 Found", "INTERNAL", false],
    ["399 Made Up", "INTERNAL", false],
  ])("%s", async (status, kind, retryable) => {
    const error = await refusedBy((peer) =>
      peer.refuse(status, { "X-Why": "because", "Set-Cookie": "a=1" }, "go äway"),
    );
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind, retryable });
    const { headers, body } = error.details;
    // They are not enumerable.
    expect({ ...error.details, headers, body }).toEqual({
      status: Number(status.slice(0, 3)),
      statusText: status.slice(4),
      headers: { "content-length": "8", "x-why": "because", "set-cookie": ["a=1"] },
      body: "go äway",
    });
    expect(error.message).toContain(status);
    expect(error.message.includes("followRedirects")).toBe(status.startsWith("3"));
  });

  test("with Retry-After in seconds", async () => {
    const error = await refusedBy((peer) =>
      peer.refuse("429 Too Many Requests", { "Retry-After": "2" }),
    );
    expect(error).toMatchObject({ kind: "RATE_LIMITED", retryable: true });
    expect(error.details).toMatchObject({ status: 429, retryAfter: 2000, body: "" });
  });

  test.each([
    ["9999999999", 9_999_999_999_000],
    ["9999999999999", Number.MAX_SAFE_INTEGER],
    ["9".repeat(400), Number.MAX_SAFE_INTEGER],
  ])("with a Retry-After of %s seconds", async (value, retryAfter) => {
    const error = await refusedBy((peer) =>
      peer.refuse("429 Too Many Requests", { "Retry-After": value }),
    );
    expect(error.details).toMatchObject({ retryAfter });
  });

  test("with Retry-After as a date", async () => {
    const date = new Date(Date.now() + 90_000).toUTCString();
    const error = await refusedBy((peer) =>
      peer.refuse("503 Service Unavailable", { "Retry-After": date }),
    );
    // A date has no fractions of a second.
    expect(error.details.retryAfter).toBeGreaterThan(88_000 - ms(1_000));
    expect(error.details.retryAfter).toBeLessThanOrEqual(90_000);
  });

  test("with Retry-After in the past", async () => {
    const error = await refusedBy((peer) =>
      peer.refuse("503 Service Unavailable", { "Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT" }),
    );
    expect(error.details.retryAfter).toBe(0);
  });

  test.each(["", "soon", "1.5", "-5", "soon 5", "Wed", "1e3", "0x10", "Wed, soon GMT"])(
    "with a Retry-After that says nothing: %j",
    async (value) => {
      const error = await refusedBy((peer) =>
        peer.refuse("503 Service Unavailable", { "Retry-After": value }),
      );
      expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "UNAVAILABLE" });
      expect(error.details).toMatchObject({ headers: { "retry-after": value } });
      expect(error.details).not.toHaveProperty("retryAfter");
    },
  );

  test.each([65_535, 65_536, 65_537, 1_000_000])("with a body of %i bytes", async (size) => {
    const error = await refusedBy((peer) =>
      peer.refuse("503 Service Unavailable", {}, "x".repeat(size)),
    );
    expect(error.details.body).toHaveLength(Math.min(size, 65_536));
  });

  test("with a body that goes on and on, is not read on", async () => {
    const chunk = Buffer.alloc(65_536);
    let written = 0;
    const error = await refusedBy(({ socket }) => {
      const write = (): void => {
        do written += chunk.length;
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 1000000000000\r\n\r\n");
      socket.on("drain", write);
      write();
    });
    expect(error.details.body).toHaveLength(65_536);
    // What kernels hold between the two, and not what passes through them in a second.
    expect(written).toBeLessThan(32 * 1_048_576);
  });

  test("with a body that never ends", async () => {
    const start = performance.now();
    const error = await refusedBy((peer) =>
      peer.write("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    );
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", retryable: true });
    expect(error.details).toMatchObject({ status: 503, body: "hello" });
    expect(performance.now() - start).toBeLessThan(ms(2_000));
  });

  test("with a body that stalls is told within dialTimeout", async () => {
    const start = performance.now();
    const error = await refusedBy(
      (peer) => peer.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 100\r\n\r\npartial"),
      { dialTimeout: ms(200) },
    );
    expect(error).toMatchObject({
      code: "HANDSHAKE_REJECTED",
      kind: "PERMISSION_DENIED",
      retryable: false,
      details: { status: 401, body: "partial" },
    });
    expect(performance.now() - start).toBeLessThan(ms(400));
  });

  test("with a body that stalls can be aborted", async () => {
    await using server = await startRawServer({
      onRequest: (peer) =>
        peer.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 100\r\n\r\npartial"),
    });
    const controller = new AbortController();
    const start = performance.now();
    const dialled = refused(server, { dialTimeout: ms(2_000), signal: controller.signal });
    await server.connection();
    await sleep(50);
    controller.abort(new Error("enough"));
    expect(await dialled).toMatchObject({ code: "ABORTED", cause: { message: "enough" } });
    expect(performance.now() - start).toBeLessThan(ms(400));
  });

  test("with a body that is cut short", async () => {
    const error = await refusedBy((peer) => {
      peer.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nhello");
      peer.socket.end();
    });
    expect(error.details).toMatchObject({ status: 401, body: "hello" });
  });

  test("by a redirect that nobody asked to follow", async () => {
    const location = "ws://elsewhere.example/";
    const error = await refusedBy((peer) => peer.refuse("302 Found", { Location: location }));
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "INTERNAL", retryable: false });
    expect(error.details).toMatchObject({ status: 302, headers: { location } });
    expect(error.message).toMatch(/followRedirects/);
  });
});

describe("a handshake that breaks the protocol", () => {
  const rows: [string, Record<string, string | null>, ConnectOptions?][] = [
    ["a wrong Sec-WebSocket-Accept", { "Sec-WebSocket-Accept": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }],
    ["no Sec-WebSocket-Accept", { "Sec-WebSocket-Accept": null }],
    ["another Upgrade", { Upgrade: "h2c" }],
    ["no Upgrade", { Upgrade: null }],
    ["a subprotocol that was not asked for", { "Sec-WebSocket-Protocol": "chat" }],
    [
      "another subprotocol than those asked for",
      { "Sec-WebSocket-Protocol": "other" },
      { protocols: ["a", "b"] },
    ],
    ["no subprotocol though some were asked for", {}, { protocols: ["a", "b"] }],
    [
      "an extension that was not asked for",
      { "Sec-WebSocket-Extensions": "permessage-deflate" },
      {},
    ],
    [
      "another extension than was asked for",
      { "Sec-WebSocket-Extensions": "x-webkit-deflate-frame" },
      { compression: 1 },
    ],
    [
      "an extension with bad parameters",
      { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits=99" },
      { compression: 1 },
    ],
    ["an extension without a name", { "Sec-WebSocket-Extensions": "; =" }, { compression: 1 }],
  ];
  test.each(rows)("%s", async (_, headers, options) => {
    const error = await refusedBy((peer) => peer.accept(headers), options);
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "INTERNAL", retryable: false });
    expect(error.details).toMatchObject({ status: 101, statusText: "Switching Protocols" });
  });

  test.each(["SSH-2.0-OpenSSH_9.2p1\r\n", "\0\0\0\0", "HTTP/1.1 1x1 What\r\n\r\n"])(
    "%j in place of HTTP",
    async (text) => {
      const error = await refusedBy((peer) => peer.write(text));
      expect(error).toMatchObject({
        code: "HANDSHAKE_REJECTED",
        kind: "INTERNAL",
        retryable: false,
      });
    },
  );

  test("TLS to a port that speaks none is DIAL_FAILED", async () => {
    await using server = await startRawServer({
      onConnection: (peer) => peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
    });
    const error = await rejectionOf(connect(`wss://127.0.0.1:${server.port}/`));
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    await server.idle();
  });
});

describe("a certificate", () => {
  test("that is self-signed is refused, for good", async () => {
    await using server = await startRawServer({ tls: certificate });
    const error = await refused(server);
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: false });
    expect(error.cause).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(server.connections.every((peer) => peer.request === undefined)).toBe(true);
  });

  test("is trusted with node.tls.ca", async () => {
    await using server = await startEchoServer({ tls: certificate });
    const client = await connect(server.url, { node: { tls: { ca: certificate.cert } } });
    await client.send("over TLS");
    expect(await client.receive()).toMatchObject({ value: { data: "over TLS" } });
    await client.close();
  });

  test("of another host is refused, for good", async () => {
    const other = createCertificate(["elsewhere.example"]);
    await using server = await startRawServer({ tls: other });
    const error = await refused(server, { node: { tls: { ca: other.cert } } });
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
    expect(error.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("of the client is presented", async () => {
    let subject: string | undefined;
    await using server = await startRawServer({
      tls: { ...certificate, requestCert: true, rejectUnauthorized: false },
      onRequest: (peer) => {
        subject = (peer.socket as TLSSocket).getPeerCertificate().fingerprint;
        peer.accept();
      },
    });
    const mine = createCertificate();
    const client = await connect(server.url, { node: { tls: { ca: certificate.cert, ...mine } } });
    client.terminate();
    expect(subject).toMatch(/^[\dA-F:]{59}$/);
  });
});

describe("a dial error shows no secret", () => {
  const path = "path?token=t0ken";
  const headers = { "X-Key": "k3yvalue" };
  const secrets = ["hunter2", Buffer.from("me:hunter2").toString("base64"), "t0ken", "k3yvalue"];
  /** Dials with a secret wherever one may stand. */
  const dial = (target: string, options?: ConnectOptions): Promise<unknown> =>
    connect(`${target.replace("//", "//me:hunter2@")}${path}`, { headers, ...options });

  const expectNoSecret = async (dialled: Promise<unknown>, code: string): Promise<void> => {
    const error = await rejectionOf(dialled);
    expect(error.code).toBe(code);
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect(shown).toContain(code);
    for (const secret of secrets) expect(shown).not.toContain(secret);
  };

  interface Row extends RawServerOptions {
    readonly code: string;
    readonly options?: ConnectOptions;
  }
  const follow = { followRedirects: true };
  const redirect = (location: string) => (peer: RawConnection) =>
    peer.refuse("302 Found", { Location: location });
  const rows: Record<string, Row> = {
    "a refusal": {
      code: "HANDSHAKE_REJECTED",
      onRequest: (peer) => peer.refuse("401 Unauthorized", {}, "no"),
    },
    "a bad handshake": {
      code: "HANDSHAKE_REJECTED",
      onRequest: (peer) => peer.accept({ "Sec-WebSocket-Accept": null }),
    },
    "an answer that is not HTTP": {
      code: "HANDSHAKE_REJECTED",
      onRequest: (peer) => peer.write("SSH-2.0-OpenSSH_9.2p1\r\n"),
    },
    "a reset": { code: "DIAL_FAILED", onRequest: (peer) => peer.reset() },
    "an end": { code: "DIAL_FAILED", onRequest: (peer) => peer.socket.end() },
    "a certificate": { code: "DIAL_FAILED", tls: certificate },
    "a time-out": {
      code: "DIAL_TIMEOUT",
      onRequest: () => {},
      options: { dialTimeout: ms(50) },
    },
    "an abort": {
      code: "ABORTED",
      onRequest: () => {},
      options: { signal: AbortSignal.abort() },
    },
    "a redirect that is not followed": { code: "HANDSHAKE_REJECTED", onRequest: redirect("/") },
    "a redirect to a bad Location": {
      code: "HANDSHAKE_REJECTED",
      onRequest: redirect("http://[bad/?token=abc"),
      options: { node: follow },
    },
    "a redirect to another scheme": {
      code: "HANDSHAKE_REJECTED",
      onRequest: redirect("ftp://127.0.0.1/"),
      options: { node: follow },
    },
    "redirects without end": {
      code: "HANDSHAKE_REJECTED",
      onRequest: redirect("?again"),
      options: { node: follow },
    },
    "a redirect out of the network": {
      code: "URL_FORBIDDEN",
      onRequest: redirect("ws+unix:///run/app.sock"),
      options: { node: follow },
    },
    "a redirect to a dead port": {
      code: "DIAL_FAILED",
      onRequest: redirect("ws://127.0.0.1:1/"),
      options: { node: follow },
    },
    "a policy that forbids all": { code: "CONNECT_FORBIDDEN", options: { policy: () => false } },
    "a policy that forbids the URL": {
      code: "URL_FORBIDDEN",
      options: { policy: ({ action }) => action === "websocket.connect" },
    },
    "a bad option": { code: "INVALID_OPTION", options: { readLimit: -1 } },
    "a header with a line end": {
      code: "INVALID_OPTION",
      options: { headers: { "X-Key": "k3yvalue\r\n" } },
    },
    "a header that may not be given": {
      code: "INVALID_OPTION",
      options: { headers: { Host: "k3yvalue" } },
    },
    "TLS options that OpenSSL refuses": {
      code: "DIAL_FAILED",
      tls: certificate,
      options: { node: { tls: { minVersion: "none" } } },
    },
    "an agent that Node refuses": {
      code: "INVALID_OPTION",
      tls: certificate,
      options: { node: { agent: new Agent() } },
    },
    "a platform that takes no headers": {
      code: "UNSUPPORTED",
      options: { webSocket: WebSocket },
    },
  };
  test.each(Object.entries(rows))("%s", async (_, { code, options, ...given }) => {
    await using server = await startRawServer(given);
    await expectNoSecret(dial(server.url, options), code);
    await server.idle();
  });

  test("a dead port, and a name that does not exist", async () => {
    const port = await freePort();
    await expectNoSecret(dial(`ws://127.0.0.1:${port}/`), "DIAL_FAILED");
    await expectNoSecret(dial(`ws://localhost:${port}/`), "DIAL_FAILED");
    await expectNoSecret(dial("ws://nope.invalid/"), "DIAL_FAILED");
    await expectNoSecret(dial("ws+unix:///nowhere/wschan.sock:/"), "INVALID_URL");
  });

  test.each(["ws://127.0.0.1:99999/", "ws://[bad/", "ws:///", "ftp://127.0.0.1/", "//"])(
    "the bad URL %s",
    (target) => expectNoSecret(dial(target), "INVALID_URL"),
  );

  test.each([
    ["a fragment", `ws://me:hunter2@127.0.0.1/${path}#x`],
    ["a fragment that is secret", "ws://127.0.0.1/#t0ken"],
    ["credentials that nobody escaped", "ws://me:pa?ss#hunter2@127.0.0.1/"],
  ])("a URL with %s", (_, url) => expectNoSecret(connect(url), "INVALID_URL"));
});

describe("what the server is asked", () => {
  test("a plain handshake and nothing else", async () => {
    await using server = await startRawServer();
    const client = await connect(`${server.url}path/to?query=1`);
    const { request } = await server.connection();
    expect(request?.line).toBe("GET /path/to?query=1 HTTP/1.1");
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
      "connection",
      "host",
      "sec-websocket-key",
      "sec-websocket-version",
      "upgrade",
    ]);
    expect(request?.headers).toMatchObject({
      host: `127.0.0.1:${server.port}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
    });
    expect(request?.headers["sec-websocket-key"]).toMatch(/^[\w+/]{22}==$/);
    expect(client.handshake).toMatchObject({ status: 101, headers: { upgrade: "websocket" } });
    expect(client.handshake).toBe(client.handshake);
    expect(client.handshake?.headers).toSatisfy(Object.isFrozen);
    expect(client.url).toBe(`${server.url}path/to?query=1`);
    client.terminate();
  });

  test("headers as given, in a record or as Headers", async () => {
    await using server = await startRawServer();
    const given = { Authorization: "Bearer a.b-c", "X-Latin": "caf\u00e9", Cookie: "a=1; b=2" };
    (await connect(server.url, { headers: given })).terminate();
    expect((await server.connection()).request?.headers).toMatchObject({
      authorization: "Bearer a.b-c",
      "x-latin": "caf\u00e9",
      cookie: "a=1; b=2",
    });
    (await connect(server.url, { headers: new Headers({ "X-One": "1" }) })).terminate();
    expect((await server.connection(1)).request?.headers).toMatchObject({ "x-one": "1" });
  });

  test("Basic authorization for the credentials of the URL, which appear nowhere else", async () => {
    await using server = await startRawServer();
    const client = await connect(`ws://me%40home:p%C3%A4ss:w%2Frd@127.0.0.1:${server.port}/x`);
    const { request } = await server.connection();
    const [scheme, value = ""] = request?.headers.authorization?.split(" ") ?? [];
    expect(scheme).toBe("Basic");
    expect(Buffer.from(value, "base64").toString()).toBe("me@home:päss:w/rd");
    expect(request?.line).toBe("GET /x HTTP/1.1");
    expect(client.url).toBe(`ws://127.0.0.1:${server.port}/x`);
    client.terminate();
  });

  test("a header of the caller's wins over the URL's credentials", async () => {
    await using server = await startRawServer();
    const url = `ws://me:pass@127.0.0.1:${server.port}/`;
    (await connect(url, { headers: { authorization: "Bearer t" } })).terminate();
    expect((await server.connection()).request?.headers.authorization).toBe("Bearer t");
  });

  test("the origin of node.origin", async () => {
    await using server = await startRawServer();
    (await connect(server.url, { node: { origin: "https://app.example" } })).terminate();
    const { request } = await server.connection();
    expect(request?.headers.origin).toBe("https://app.example");
  });

  test("subprotocols, best first", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({ "Sec-WebSocket-Protocol": "b.v2" }),
    });
    const client = await connect(server.url, { protocols: ["a", "b.v2", "c"] });
    const { request } = await server.connection();
    expect(request?.headers["sec-websocket-protocol"]?.split(/, ?/)).toEqual(["a", "b.v2", "c"]);
    expect(client.protocol).toBe("b.v2");
    client.terminate();
  });
});

describe("node.tls", () => {
  /** What would reach `ws` or the request, were it not held back. */
  const tls = {
    skipUTF8Validation: true,
    autoPong: false,
    protocolVersion: 8,
    perMessageDeflate: true,
    maxPayload: 1,
    handshakeTimeout: 1,
    generateMask: () => {
      throw new Error("used");
    },
    createConnection: () => {
      throw new Error("used");
    },
    finishRequest: () => {
      throw new Error("used");
    },
  };

  test.each([
    ["ws", undefined],
    ["wss", certificate],
  ])("switches off nothing that the client relies on, over %s:", async (_, secure) => {
    await using server = await startRawServer({
      ...(secure && { tls: secure }),
      onRequest: (peer) => setTimeout(() => peer.accept(), ms(20)),
    });
    const client = await connect(server.url, {
      node: { tls: { ...tls, ...(secure && { ca: secure.cert }) } },
    });
    const peer = await server.connection();
    expect(peer.request?.headers["sec-websocket-version"]).toBe("13");
    expect(peer.request?.headers).not.toHaveProperty("sec-websocket-extensions");
    await client.send("x".repeat(1_000));
    expect(await peer.frame(OPCODE.TEXT)).toMatchObject({ masked: true, rsv1: false });
    peer.write(pingFrame("p"), textFrame("long enough"));
    expect((await peer.frame(OPCODE.PONG)).payload.toString()).toBe("p");
    expect(await client.receive()).toMatchObject({ value: { data: "long enough" } });
    peer.write(frame({ opcode: OPCODE.TEXT, payload: Buffer.from([0xc3, 0x28]) }));
    expect(closeOf(await peer.closeFrame()).code).toBe(1007);
    peer.socket.end();
    expect((await client.closed).error?.code).toBe("PROTOCOL_ERROR");
  });
});

describe("a webSocket that does not tell bufferedAmount", () => {
  /** As React Native and workerd have it. */
  class Unmeasured extends WebSocket {}
  Object.defineProperty(Unmeasured.prototype, "bufferedAmount", { value: undefined });
  const webSocket = Unmeasured as unknown as WebSocketClass;

  test("cannot keep a writeTimeout", async () => {
    await using server = await startRawServer();
    const error = await rejectionOf(connect(server.url, { webSocket, writeTimeout: ms(500) }));
    expect(error).toMatchObject({ code: "UNSUPPORTED", retryable: false });
    expect(error.message).toMatch(/writeTimeout.*bufferedAmount/);
    await server.idle();
  });

  test("cannot flush, and sends, receives and closes all the same", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url, { webSocket });
    expect(await rejectionOf(client.flush())).toMatchObject({
      code: "UNSUPPORTED",
      retryable: false,
    });
    expect(client.state).toBe("open");
    await client.send("x".repeat(1_000_000));
    expect((await client.receive()).value?.data).toHaveLength(1_000_000);
    expect(client.bufferedAmount).toBe(0);
    expect(await client.close(3_000)).toMatchObject({ code: 3_000, clean: true, by: "local" });
    expect(await codeOf(client.flush())).toBe("UNSUPPORTED");
    expect((await (await server.connection()).closed).code).toBe(3_000);
  });
});

describe("ways to a server", () => {
  test("node.lookup in place of the system's", async () => {
    await using server = await startEchoServer();
    const { names, lookup } = lookupSpy();
    const url = `ws://made-up.test:${server.port}/`;
    const client = await connect(url, { node: { lookup } });
    expect(names).toEqual(["made-up.test"]);
    expect(server.connections[0]?.request.headers.host).toBe(`made-up.test:${server.port}`);
    await client.close();
  });

  test("node.lookup that fails", async () => {
    const failure = Object.assign(new Error("no such name"), { code: "EMINE" });
    const lookup = (...[, , done]: [string, object, (error: Error) => void]): void => done(failure);
    const error = await rejectionOf(connect("ws://made-up.test/", { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toBe(failure);
  });

  test("node.lookup that throws", async () => {
    const failure = new Error("broken");
    const lookup = (): void => {
      throw failure;
    };
    const error = await rejectionOf(connect("ws://made-up.test/", { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toBe(failure);
  });

  test("node.family and node.localAddress", async () => {
    const families: unknown[] = [];
    await using server = await startRawServer();
    const lookup = (...args: Parameters<typeof dnsLookup>): void => {
      families.push((args[1] as { family?: number }).family);
      dnsLookup(...args);
    };
    const client = await connect(`ws://localhost:${server.port}/`, {
      node: {
        lookup: lookup as unknown as (...args: never[]) => void,
        family: 4,
        localAddress: "127.0.0.2",
      },
    });
    expect(families).toEqual([4]);
    expect(server.connections[0]?.socket.remoteAddress).toBe("127.0.0.2");
    client.terminate();
  });

  test("a Unix socket, with and without a path", async () => {
    const dir = await mkdtemp(join(tmpdir(), "wschan-"));
    try {
      await using server = await startRawServer({ unix: join(dir, "app.sock") });
      for (const [suffix, path] of [
        [":/chat?room=1", "/chat?room=1"],
        ["", "/"],
      ] as const) {
        const client = await connect(server.url + suffix);
        const peer = server.connections.at(-1);
        expect(peer?.request?.path).toBe(path);
        peer?.write(textFrame("hello"));
        expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
        client.terminate();
      }
      await server.idle();
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  test("a Unix socket that nobody listens on", async () => {
    const error = await rejectionOf(connect("ws+unix:///nowhere/wschan.sock:/x"));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toMatchObject({ code: "ENOENT" });
  });

  test("an agent of the caller's", async () => {
    await using server = await startEchoServer();
    class Counting extends Agent {
      calls = 0;
      override createConnection(...args: Parameters<Agent["createConnection"]>) {
        this.calls++;
        return super.createConnection(...args);
      }
    }
    const agent = new Counting();
    const client = await connect(server.url, { node: { agent } });
    expect(agent.calls).toBe(1);
    await client.close();
    agent.destroy();
  });

  test("an agent whose connections are no sockets", async () => {
    await using server = await startEchoServer();
    const agent = new TunnelAgent();
    const client = await connect(server.url, { node: { agent }, readTimeout: ms(200) });
    const bytes = new Uint8Array(1_000_000).fill(7);
    await client.send(bytes);
    const { value } = await client.receive();
    // `toEqual` would take seconds.
    expect(Buffer.compare(value?.data as Uint8Array, bytes)).toBe(0);
    // An exception in the deadline's timer would fail the run, and leave this pending.
    const info = await client.closed;
    expect(info).toMatchObject({ code: 3008, clean: false, by: "local", sentCode: 3008 });
    expect(info.error?.code).toBe("READ_TIMEOUT");
    expect((await (await server.connection()).closed).code).toBe(3008);
    const other = await connect(server.url, { node: { agent } });
    expect(await other.close()).toMatchObject({ code: 1000, clean: true });
    agent.destroy();
  });

  test("a refusal harms no other request that waits for the agent's socket", async () => {
    // Without a listener for upgrades it answers them like any other request.
    const server = createServer((request, response) => {
      response.writeHead(request.headers.upgrade ? 401 : 200).end("hello");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const dialled = rejectionOf(connect(`ws://127.0.0.1:${port}/`, { node: { agent } }));
    await turn();
    const other = get({ port, host: "127.0.0.1", agent });
    expect((await dialled).details).toMatchObject({ status: 401, body: "hello" });
    const [response] = (await once(other, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    await once(response, "close");
    agent.destroy();
    server.close();
    await once(server, "close");
  });

  test("an agent that cannot be used is INVALID_OPTION", async () => {
    const agent = new Agent();
    const error = await rejectionOf(connect("wss://127.0.0.1:1/", { node: { agent } }));
    expect(error.code).toBe("INVALID_OPTION");
    agent.destroy();
  });
});

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
      onRequest: (peer) => peer.refuse(`${status} What`, { Location: "/new" }),
    });
    const error = await refused(server, follow);
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", details: { status } });
    expect(server.connections).toHaveLength(1);
  });

  test("without a Location is the refusal it is", async () => {
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

  test("to another origin takes no header, no credentials and no origin", async () => {
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

  test("to another origin is forbidden where a subprotocol is demanded", async () => {
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

  test("to another origin takes no server name", async () => {
    const names: unknown[] = [];
    const note = (peer: RawConnection): void => {
      names.push((peer.socket as TLSSocket & { servername?: unknown }).servername);
    };
    await using target = await startRawServer({
      tls: certificate,
      onRequest: (peer) => {
        note(peer);
        peer.accept();
      },
    });
    await using server = await startRawServer({
      tls: certificate,
      onRequest: (peer) => {
        note(peer);
        peer.refuse("302 Found", { Location: target.url });
      },
    });
    const tls = { rejectUnauthorized: false, servername: "internal.example" };
    (await connect(server.url, { node: { followRedirects: true, tls } })).terminate();
    expect(names).toEqual(["internal.example", false]);
  });

  test("back from another origin brings no secret back", async () => {
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
  ])("to another origin takes no client certificate: %s", async (_, make) => {
    const seen: boolean[] = [];
    const tls = { ...certificate, requestCert: true, rejectUnauthorized: false };
    const note = (peer: RawConnection): void => {
      seen.push("subject" in (peer.socket as TLSSocket).getPeerCertificate());
    };
    await using target = await startRawServer({
      tls,
      onRequest: (peer) => {
        note(peer);
        peer.accept();
      },
    });
    await using server = await startRawServer({
      tls,
      onRequest: (peer) => {
        note(peer);
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
  ])("to another origin is forbidden to an agent that holds %s", async (name) => {
    await using target = await startRawServer();
    await using server = await startRawServer({
      onRequest: (peer) => peer.refuse("302 Found", { Location: target.url }),
    });
    const dial = (agent: Agent): Promise<Client> =>
      connect(server.url, { node: { followRedirects: true, agent } });
    const error = await rejectionOf(dial(new Agent({ [name]: "mine" })));
    expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
    expect(error.message).toContain(`option ${name} of node.agent`);
    expect(target.connections).toHaveLength(0);
    (await dial(new Agent({ timeout: 60_000 }))).terminate();
  });

  test("to another origin takes no credentials that came among the TLS options", async () => {
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

  test("is followed maxRedirects times and no more", async () => {
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
      const error = await rejectionOf(dial(hops, limit));
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
    "to %s is refused with the redirect as its details",
    async (location) => {
      await using server = await startRawServer({
        onRequest: (peer) => peer.refuse("302 Found", { Location: location }),
      });
      const error = await refused(server, follow);
      expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "INTERNAL" });
      expect(error.details).toMatchObject({ status: 302, headers: { location } });
    },
  );

  test("is asked of the policies before any look-up, hop by hop", async () => {
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
    const error = await rejectionOf(
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

  test("shares one deadline with all others", async () => {
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
