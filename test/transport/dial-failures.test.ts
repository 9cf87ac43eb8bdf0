import type { TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { ConnectOptions, WsError } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { freePort } from "../helpers/ports.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { refused, sleep } from "./support.js";

checkLeaks();

const certificate = createCertificate();

/** Dials a server that answers the request with `onRequest`. Returns the error of the dial. */
async function refusedBy(
  onRequest: (connection: RawConnection) => void,
  options?: ConnectOptions,
): Promise<WsError> {
  await using server = await startRawServer({ onRequest });
  return await refused(server, options);
}

describe("a dial without a handshake response fails:", () => {
  test("a closed port", async () => {
    const error = await failure(connect(`ws://127.0.0.1:${await freePort()}/path?token=secret`));
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    expect(error.details).toEqual({});
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(error.message).toMatch(/^dial ws:\/\/127\.0\.0\.1:\d+\/path\?\.\.\.: /);
  });

  test("a closed port on all addresses of a name", async () => {
    const error = await failure(connect(`ws://localhost:${await freePort()}`));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.message).toMatch(/ECONNREFUSED/);
  });

  test("a name that does not exist", async () => {
    const error = await failure(connect("wss://me:secret@nope.invalid/"));
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    expect(error.message).toMatch(/^dial wss:\/\/nope\.invalid\/: /);
    expect(error.message).not.toMatch(/secret/);
  });

  test.each(["ws", "wss"])(
    "a server that accepts the connection and stays silent, over %s:",
    async (scheme) => {
      await using server = await startRawServer({ onRequest: () => {} });
      const start = performance.now();
      const error = await failure(
        connect(`${scheme}://127.0.0.1:${server.port}/`, { dialTimeout: ms(200) }),
      );
      const time = performance.now() - start;
      expect(error).toMatchObject({ code: "DIAL_TIMEOUT", kind: "TIMEOUT", retryable: true });
      expect(time).toBeGreaterThanOrEqual(ms(199));
      expect(time).toBeLessThan(ms(400));
      await server.idle();
    },
  );

  test("a response that arrives byte by byte does not extend dialTimeout", async () => {
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
    ["before the response", (peer: RawConnection) => peer.reset()],
    [
      "in the middle of the response",
      (peer: RawConnection) =>
        void peer.socket.write("HTTP/1.1 101 Switching", () => setTimeout(() => peer.reset(), 20)),
    ],
  ])("a reset %s", async (_, onRequest) => {
    const error = await refusedBy(onRequest);
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    expect(error.cause).toMatchObject({ code: "ECONNRESET" });
  });

  test.each([
    ["before the response", ""],
    ["in the middle of the response", "HTTP/1.1 101 Switching"],
  ])("an end of the connection %s", async (_, text) => {
    const error = await refusedBy((peer) => {
      peer.write(text);
      peer.socket.end();
    });
    expect(error).toMatchObject({ kind: "INTERNAL" });
    expect(["DIAL_FAILED", "HANDSHAKE_REJECTED"]).toContain(error.code);
  });
});

describe("a dial that the server refuses", () => {
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
  ])("with %s fails with HANDSHAKE_REJECTED", async (status, kind, retryable) => {
    const error = await refusedBy((peer) =>
      peer.refuse(status, { "X-Why": "because", "Set-Cookie": "a=1" }, "go äway"),
    );
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind, retryable });
    const { headers, body } = error.details;
    // `headers` and `body` are not enumerable.
    expect({ ...error.details, headers, body }).toEqual({
      status: Number(status.slice(0, 3)),
      statusText: status.slice(4),
      headers: { "content-length": "8", "x-why": "because", "set-cookie": ["a=1"] },
      body: "go äway",
    });
    expect(error.message).toContain(status);
    // Without a Location there is nothing to follow.
    expect(error.message).not.toContain("followRedirects");
  });

  test("with Retry-After in seconds reports retryAfter in milliseconds", async () => {
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
  ])(
    "with a Retry-After of %s seconds reports at most Number.MAX_SAFE_INTEGER",
    async (value, retryAfter) => {
      const error = await refusedBy((peer) =>
        peer.refuse("429 Too Many Requests", { "Retry-After": value }),
      );
      expect(error.details).toMatchObject({ retryAfter });
    },
  );

  test("with Retry-After as a date reports the time until then", async () => {
    const date = new Date(Date.now() + 90_000).toUTCString();
    const error = await refusedBy((peer) =>
      peer.refuse("503 Service Unavailable", { "Retry-After": date }),
    );
    // A date has no fractions of a second.
    expect(error.details.retryAfter).toBeGreaterThan(88_000 - ms(1_000));
    expect(error.details.retryAfter).toBeLessThanOrEqual(90_000);
  });

  test("with Retry-After in the past reports 0", async () => {
    const error = await refusedBy((peer) =>
      peer.refuse("503 Service Unavailable", { "Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT" }),
    );
    expect(error.details.retryAfter).toBe(0);
  });

  test.each(["", "soon", "1.5", "-5", "soon 5", "Wed", "1e3", "0x10", "Wed, soon GMT"])(
    "with an invalid Retry-After reports none: %j",
    async (value) => {
      const error = await refusedBy((peer) =>
        peer.refuse("503 Service Unavailable", { "Retry-After": value }),
      );
      expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "UNAVAILABLE" });
      expect(error.details).toMatchObject({ headers: { "retry-after": value } });
      expect(error.details).not.toHaveProperty("retryAfter");
    },
  );

  test.each([65_535, 65_536, 65_537, 1_000_000])(
    "with a body of %i bytes reports up to 64 KiB of it",
    async (size) => {
      const error = await refusedBy((peer) =>
        peer.refuse("503 Service Unavailable", {}, "x".repeat(size)),
      );
      expect(error.details.body).toHaveLength(Math.min(size, 65_536));
    },
  );

  test("with an endless body stops reading it", async () => {
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
    // The kernel buffers hold less than 32 MiB. A client that kept reading would read far more within a second.
    expect(written).toBeLessThan(32 * 1_048_576);
  });

  test("with a body that stalls fails with the part that arrived", async () => {
    const start = performance.now();
    const error = await refusedBy((peer) =>
      peer.write("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    );
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", retryable: true });
    expect(error.details).toMatchObject({ status: 503, body: "hello" });
    expect(performance.now() - start).toBeLessThan(ms(2_000));
  });

  test("with a body that stalls fails within dialTimeout", async () => {
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

  test("with a body that is cut short reports the part that arrived", async () => {
    const error = await refusedBy((peer) => {
      peer.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nhello");
      peer.socket.end();
    });
    expect(error.details).toMatchObject({ status: 401, body: "hello" });
  });

  test("with a redirect, while followRedirects is off, names that option", async () => {
    const location = "ws://elsewhere.example/";
    const error = await refusedBy((peer) => peer.refuse("302 Found", { Location: location }));
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "INTERNAL", retryable: false });
    expect(error.details).toMatchObject({ status: 302, headers: { location } });
    expect(error.message).toMatch(/followRedirects/);
  });

  test("with a 300 and a Location does not advise followRedirects, which does not follow it", async () => {
    const headers = { Location: "ws://elsewhere.example/" };
    const error = await refusedBy((peer) => peer.refuse("300 Multiple Choices", headers));
    expect(error.code).toBe("HANDSHAKE_REJECTED");
    expect(error.message).not.toContain("followRedirects");
  });
});

describe("a handshake response that breaks the protocol is rejected:", () => {
  const rows: [string, Record<string, string | null>, ConnectOptions?][] = [
    ["a wrong Sec-WebSocket-Accept", { "Sec-WebSocket-Accept": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }],
    ["no Sec-WebSocket-Accept", { "Sec-WebSocket-Accept": null }],
    ["another value of Upgrade", { Upgrade: "h2c" }],
    ["no Upgrade", { Upgrade: null }],
    ["a subprotocol that was not offered", { "Sec-WebSocket-Protocol": "chat" }],
    [
      "another subprotocol than the offered ones",
      { "Sec-WebSocket-Protocol": "other" },
      { protocols: ["a", "b"] },
    ],
    ["no subprotocol although some were offered", {}, { protocols: ["a", "b"] }],
    ["an extension that was not offered", { "Sec-WebSocket-Extensions": "permessage-deflate" }, {}],
    [
      "another extension than the offered one",
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
    "%j instead of HTTP",
    async (text) => {
      const error = await refusedBy((peer) => peer.write(text));
      expect(error).toMatchObject({
        code: "HANDSHAKE_REJECTED",
        kind: "INTERNAL",
        retryable: false,
      });
    },
  );

  test("plain text from the server instead of TLS", async () => {
    await using server = await startRawServer({
      onConnection: (peer) => peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
    });
    const error = await failure(connect(`wss://127.0.0.1:${server.port}/`));
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: true });
    await server.idle();
  });
});

describe("a certificate", () => {
  test("that is self-signed fails the dial with an error that is not retryable", async () => {
    await using server = await startRawServer({ tls: certificate });
    const error = await refused(server);
    expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL", retryable: false });
    expect(error.cause).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(server.connections.every((peer) => peer.request === undefined)).toBe(true);
  });

  test("is trusted if node.tls.ca holds it", async () => {
    await using server = await startEchoServer({ tls: certificate });
    const client = await connect(server.url, { node: { tls: { ca: certificate.cert } } });
    await client.send("over TLS");
    expect(await client.receive()).toMatchObject({ value: { data: "over TLS" } });
    await client.close();
  });

  test("of another host fails the dial with an error that is not retryable", async () => {
    const other = createCertificate(["elsewhere.example"]);
    await using server = await startRawServer({ tls: other });
    const error = await refused(server, { node: { tls: { ca: other.cert } } });
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
    expect(error.cause).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("of the client is sent to a server that requests one", async () => {
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
