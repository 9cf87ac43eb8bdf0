import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMPRESSION, connect as connectAnywhere } from "../../src/node.js";
import type { Client, ConnectOptions, NodeOptions } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { noise, timeOf } from "../transport/support.js";
import { certificate, clientCertificate, startNginx } from "./nginx.js";
import type { Nginx } from "./nginx.js";
import {
  concludeEcho,
  describeClose,
  describeDial,
  echoAll,
  IMPLEMENTATIONS,
  isSame,
  LOST,
  messagesOf,
} from "./support.js";

checkLeaks();

const MIB = 1_048_576;

/** Adds nginx's certificate to the trusted ones. */
function trusting(options: ConnectOptions = {}, node: NodeOptions = {}): ConnectOptions {
  return { ...options, node: { ...node, tls: { ca: certificate.cert, ...node.tls } } };
}

function connect(url: string, options?: ConnectOptions): Promise<Client> {
  return connectAnywhere(url, trusting(options, options?.node));
}

const SERVER = `
    location = /down { proxy_pass http://127.0.0.1:1; }
    location = /busy { add_header Retry-After 7 always; return 503 "<title>busy</title>"; }
    location = /private { deny all; }
    location = /limited { return 429; }
    location = /gone { return 410; }
    location = /large { return 413; }
    location = /page { return 200 "<title>a page</title>"; }
    location ~ ^/guarded/to/(\\d+) {
      auth_basic "wschan";
      auth_basic_user_file passwords;
      proxy_pass http://127.0.0.1:$1;
    }
    location ~ ^/patient/to/(\\d+) { proxy_read_timeout 2s; proxy_pass http://127.0.0.1:$1; }
    location ~ ^/impatient/to/(\\d+) { proxy_read_timeout 1s; proxy_pass http://127.0.0.1:$1; }
    ${[301, 302, 303, 307, 308].map((status) => `location ~ ^/${status}(/.*) { return ${status} $1; }`).join("\n")}
    location = /loop { return 302 /loop; }
    location ~ ^/plain(/.*) { return 302 http://$http_host$1; }
`;

let nginx: Nginx;
let echo: EchoServer;
beforeAll(async () => {
  [nginx, echo] = await Promise.all([
    startNginx({ server: SERVER }),
    startEchoServer({ compression: true }),
  ]);
});
afterAll(async () => {
  await nginx[Symbol.asyncDispose]();
  await echo[Symbol.asyncDispose]();
});

describe.each(IMPLEMENTATIONS)("ws behind nginx, %s", (_, connect) => {
  test.for([
    ["uncompressed", COMPRESSION.DISABLED],
    ["compressed", COMPRESSION.CONTEXT_TAKEOVER],
  ] as const)(
    "echoes texts and binary data of 0 B to 16 MiB, %s",
    { timeout: ms(60_000) },
    async ([, compression], context) => {
      const url = `${nginx.url}/to/${echo.port}`;
      await concludeEcho(context, await connect(url, trusting({ compression })));
    },
  );
});

describe("headers through nginx", () => {
  test("a header of 7 KiB arrives whole", async (context) => {
    await using server = await startEchoServer();
    const value = "x".repeat(7 * 1024);
    const client = await connect(`${nginx.url}/to/${server.port}`, { headers: { "X-Big": value } });
    const { request } = await server.connection();
    client.terminate();
    conclude(context, {
      expected: "7168 B",
      happened: `${String(request.headers["x-big"]).length} B`,
    });
  });

  test("credentials of the URL open what auth_basic guards", async (context) => {
    const url = `${nginx.url}/guarded/to/${echo.port}`.replace("//", "//ada:secret@");
    const client = await connect(url);
    const echoes = await echoAll(client, ["in"]);
    client.terminate();
    conclude(context, { ...echoes, expected: "1 of 1 as sent" });
  });
});

describe("a refusal behind nginx", () => {
  const long = "x".repeat(9_000);
  const headers = (length: number, count: number): ConnectOptions => ({
    headers: Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`X-${n}`, "x".repeat(length)]),
    ),
  });
  const rejected = (status: number, traits: string, title: string): string =>
    `HANDSHAKE_REJECTED ${status} ${traits}, body: ${title}`;

  test.for<[what: string, path: string, expected: string, options?: ConnectOptions]>([
    ["no upstream", "/down", rejected(502, "UNAVAILABLE retryable", "502 Bad Gateway")],
    ["busy", "/busy", `${rejected(503, "UNAVAILABLE retryable", "busy")}, after 7000 ms`],
    [
      "no password",
      "/guarded/to/1",
      rejected(401, "PERMISSION_DENIED not retryable", "401 Authorization Required"),
    ],
    [
      "a wrong password",
      "/guarded/to/1",
      rejected(401, "PERMISSION_DENIED not retryable", "401 Authorization Required"),
      { headers: { Authorization: `Basic ${btoa("ada:guess")}` } },
    ],
    ["not allowed", "/private", rejected(403, "PERMISSION_DENIED not retryable", "403 Forbidden")],
    ["no such path", "/nowhere", rejected(404, "NOT_FOUND not retryable", "404 Not Found")],
    ["gone", "/gone", rejected(410, "NOT_FOUND not retryable", "410 Gone")],
    [
      "too many requests",
      "/limited",
      rejected(429, "RATE_LIMITED retryable", "429 Too Many Requests"),
    ],
    [
      "too large",
      "/large",
      rejected(413, "INTERNAL not retryable", "413 Request Entity Too Large"),
    ],
    ["a page, no upgrade", "/page", rejected(200, "INTERNAL not retryable", "a page")],
    [
      "a long URL",
      `/?${long}`,
      rejected(414, "INTERNAL not retryable", "414 Request-URI Too Large"),
    ],
    [
      "a header of 9 kB",
      "/",
      rejected(400, "INTERNAL not retryable", "400 Request Header Or Cookie Too Large"),
      headers(9_000, 1),
    ],
  ])("%s", async ([, path, expected, options], context) => {
    conclude(context, {
      expected,
      happened: await describeRefusal(connect(nginx.url + path, options)),
    });
  });

  test("more headers than the upstream takes", async (context) => {
    const dial = connect(`${nginx.url}/to/${echo.port}`, headers(7_000, 3));
    conclude(context, {
      expected: "HANDSHAKE_REJECTED 431 INTERNAL not retryable",
      happened: await describeDial(dial),
    });
  });

  test("an upstream that does not answer within proxy_read_timeout", async (context) => {
    await using mute = await startRawServer({ onRequest: () => {} });
    conclude(context, {
      expected: rejected(504, "UNAVAILABLE retryable", "504 Gateway Time-out"),
      happened: await describeRefusal(connect(`${nginx.url}/impatient/to/${mute.port}`)),
    });
  });

  /** Describes a refusal with the title of its body, which identifies a page of nginx. */
  async function describeRefusal(dial: Promise<Client>): Promise<string> {
    const { body = "", retryAfter } = (await failure(dial)).details;
    const title = /<title>(.*)<\/title>/.exec(body)?.[1] ?? body;
    const after = retryAfter === undefined ? "" : `, after ${retryAfter} ms`;
    return `${await describeDial(dial)}, body: ${title}${after}`;
  }
});

describe("a redirect by nginx", () => {
  const follow: ConnectOptions = { node: { followRedirects: true } };

  test.for([301, 302, 303, 307, 308])("%i is followed", async (status, context) => {
    await using server = await startEchoServer();
    const headers = { Authorization: "Bearer token" };
    const client = await connect(`${nginx.url}/${status}/to/${server.port}`, {
      ...follow,
      headers,
    });
    const echoes = await echoAll(client, ["here"]);
    const { request } = await server.connection();
    client.terminate();
    conclude(context, {
      lost: echoes.lost,
      expected: "1 of 1 as sent, at /to/PORT, with Bearer token",
      happened: `${echoes.happened}, at ${String(request.url).replace(/\d+/, "PORT")}, with ${String(request.headers.authorization)}`,
    });
  });

  test.for<[what: string, path: string, expected: string, options: ConnectOptions]>([
    [
      "is a refusal where none is to be followed",
      "/301/page",
      "HANDSHAKE_REJECTED 301 INTERNAL not retryable",
      {},
    ],
    ["in a circle ends", "/loop", "HANDSHAKE_REJECTED 302 INTERNAL not retryable", follow],
    [
      "out of TLS is forbidden",
      "/plain/page",
      "URL_FORBIDDEN PERMISSION_DENIED not retryable",
      follow,
    ],
    [
      "to a refusal is that refusal",
      "/307/busy",
      "HANDSHAKE_REJECTED 503 UNAVAILABLE retryable",
      follow,
    ],
  ])("%s", async ([, path, expected, options], context) => {
    conclude(context, {
      expected,
      happened: await describeDial(connect(nginx.url + path, options)),
    });
  });
});

describe("TLS of nginx", () => {
  const UNTRUSTED = "DIAL_FAILED INTERNAL not retryable";

  test("a certificate that nobody vouches for is refused", async (context) => {
    conclude(context, {
      expected: UNTRUSTED,
      happened: await describeDial(connectAnywhere(`${nginx.url}/to/${echo.port}`)),
    });
  });

  test("a certificate for another host is refused", async (context) => {
    const node = { tls: { servername: "elsewhere.example" } };
    conclude(context, {
      expected: UNTRUSTED,
      happened: await describeDial(connect(`${nginx.url}/to/${echo.port}`, { node })),
    });
  });

  test("a client's certificate opens what asks for one", async (context) => {
    await using mutual = await startNginx({
      server: "ssl_verify_client on; ssl_client_certificate client.pem;",
    });
    const url = `${mutual.url}/to/${echo.port}`;
    const without = await describeDial(connect(url));
    const client = await connect(url, { node: { tls: { ...clientCertificate } } });
    const echoes = await echoAll(client, ["it is me"]);
    client.terminate();
    conclude(context, {
      cases: 2,
      expected: "without: HANDSHAKE_REJECTED 400 INTERNAL not retryable; with: 1 of 1 as sent",
      happened: `without: ${without}; with: ${echoes.happened}`,
    });
  });

  test("a listener of HTTP/2 is spoken to in HTTP/1.1", async (context) => {
    await using modern = await startNginx({
      listen: "ssl http2",
      server: 'add_header X-Spoken "$server_protocol" always;',
    });
    const client = await connect(`${modern.url}/to/${echo.port}`);
    const echoes = await echoAll(client, messagesOf([0, 1, 65_536]));
    const { "x-spoken": spoken } = client.handshake?.headers ?? {};
    client.terminate();
    conclude(context, {
      ...echoes,
      expected: "HTTP/1.1: 6 of 6 as sent",
      happened: `${String(spoken)}: ${echoes.happened}`,
    });
  });
});

describe("nginx ends a connection", () => {
  test("after proxy_read_timeout of silence", async (context) => {
    const client = await connect(`${nginx.url}/impatient/to/${echo.port}`);
    const time = await timeOf(client.closed);
    conclude(context, {
      expected: LOST,
      happened: describeClose(await client.closed),
      time: { value: time, bound: ms(5_000) },
    });
  });

  test("but not while pings are answered", async (context) => {
    const client = await connect(`${nginx.url}/patient/to/${echo.port}`);
    const end = performance.now() + 3_000;
    let pongs = 0;
    while (performance.now() < end) {
      await client.ping();
      pongs++;
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 100)), client.closed]);
    }
    const echoes = await echoAll(client, ["still here"]);
    client.terminate();
    expect(pongs).toBeGreaterThan(1);
    conclude(context, { ...echoes, expected: "1 of 1 as sent" });
  });

  test("when it is stopped, and refuses the next dial", async (context) => {
    await using stopped = await startNginx();
    const client = await connect(`${stopped.url}/to/${echo.port}`);
    await stopped.process.stop();
    const closed = describeClose(await client.closed);
    conclude(context, {
      expected: `${LOST}; then DIAL_FAILED INTERNAL retryable`,
      happened: `${closed}; then ${await describeDial(connect(`${stopped.url}/to/${echo.port}`))}`,
    });
  });

  test("when its old worker has to go", async (context) => {
    await using reloaded = await startNginx({ shutdownTimeout: "200ms" });
    const client = await connect(`${reloaded.url}/to/${echo.port}`);
    reloaded.process.signal("SIGHUP");
    const closed = describeClose(await client.closed);
    const next = await connect(`${reloaded.url}/to/${echo.port}`);
    const echoes = await echoAll(next, ["here"]);
    next.terminate();
    conclude(context, {
      expected: `${LOST}; the next one: 1 of 1 as sent`,
      happened: `${closed}; the next one: ${echoes.happened}`,
      lost: echoes.lost,
    });
  });

  test("but not when its old worker may stay", async (context) => {
    await using reloaded = await startNginx();
    const client = await connect(`${reloaded.url}/to/${echo.port}`);
    reloaded.process.signal("SIGHUP");
    await reloaded.process.wrote(/gracefully shutting down/);
    await concludeEcho(context, client, messagesOf([1, MIB]));
  });

  test("as its upstream does", async (context) => {
    await using server = await startEchoServer();
    const [closing, cut] = await Promise.all([
      connect(`${nginx.url}/to/${server.port}`),
      connect(`${nginx.url}/to/${server.port}?cut`),
    ]);
    for (const { ws, request } of [await server.connection(0), await server.connection(1)]) {
      if (request.url?.endsWith("?cut")) ws.terminate();
      else ws.close(1012, "restart");
    }
    const ends = [describeClose(await closing.closed), describeClose(await cut.closed)];
    conclude(context, {
      cases: 2,
      expected: `1012 "restart", clean, by peer: CLOSED_BY_PEER UNAVAILABLE retryable; ${LOST}`,
      happened: ends.join("; "),
    });
  });
});

test("a slow consumer slows the upstream down through nginx", async (context) => {
  const MESSAGE_BYTES = 65_536;
  const MESSAGE_COUNT = 1_536; // 96 MiB
  /** The bound of the bytes in the kernel buffers of four sockets, in nginx and in the client. */
  const MAX_AHEAD_BYTES = 56 * MIB;
  const message = noise(MESSAGE_BYTES);
  let sent = 0;
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      const send = (): void => {
        if (sent === MESSAGE_COUNT) return;
        const copy = Buffer.from(message);
        copy.writeUInt32BE(sent++);
        // The callback sends the next message when the kernel has accepted this one.
        ws.send(copy, send);
      };
      send();
    },
  });
  const client = await connect(`${nginx.url}/to/${server.port}`);
  const stalledAt = (await standstill(() => sent)) * MESSAGE_BYTES;
  const { bytesBuffered } = client.stats;
  let inOrder = 0;
  for (let i = 0; i < MESSAGE_COUNT; i++) {
    const { value } = await client.receive();
    Buffer.from(message.buffer).writeUInt32BE(i);
    if (isSame(message, value?.data)) inOrder++;
  }
  client.terminate();
  conclude(context, {
    cases: MESSAGE_COUNT,
    expected: `stalled within ${MAX_AHEAD_BYTES / MIB} MiB, then ${MESSAGE_COUNT} in order`,
    happened: `${stalledAt <= MAX_AHEAD_BYTES ? `stalled within ${MAX_AHEAD_BYTES / MIB}` : `ran on to ${stalledAt / MIB}`} MiB, then ${inOrder} in order`,
    lost: MESSAGE_COUNT - inOrder,
    memory: { value: bytesBuffered, bound: 2 * MIB },
  });
});

/** Waits until a count has not changed for 500 ms. Returns it. */
async function standstill(read: () => number): Promise<number> {
  for (let last = -1; last !== read();) {
    last = read();
    await new Promise((resolve) => setTimeout(resolve, ms(500)));
  }
  return read();
}
