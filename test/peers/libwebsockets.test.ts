import { afterAll, beforeAll, describe, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import type { Certificate } from "../helpers/certificates.js";
import { requirePeer } from "../helpers/find-peers.mjs";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { freePort } from "../helpers/ports.js";
import { ServerProcess } from "./server-process.js";
import { describeClose, describeDial, drain, LOST, prose } from "./support.js";

checkLeaks();

interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly process: ServerProcess;
}

async function startTestServer(tls?: Certificate): Promise<TestServer> {
  const port = await freePort();
  const process = await ServerProcess.start({
    command: requirePeer("libwebsockets"),
    args: () => [`--port=${port}`, ...(tls ? ["--ssl", "-C", "cert.pem", "-K", "key.pem"] : [])],
    files: () => (tls ? { "cert.pem": tls.cert, "key.pem": tls.key } : {}),
    ready: (server) => server.listens(port),
  });
  return {
    url: `${tls ? "wss" : "ws"}://127.0.0.1:${port}/`,
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A protocol whose server counts up from 0 every 50 ms. "reset\n" restarts, and "closeme\n" closes. */
const INCREMENT_PROTOCOL = "dumb-increment-protocol";
/** A protocol whose server sends every message to all clients, in pieces of up to 4 KiB. */
const MIRROR_PROTOCOL = "lws-mirror-protocol";

async function read(client: Client, count: number): Promise<string> {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) texts.push(String((await client.receive()).value?.data));
  return texts.join(" ");
}

/** Receives texts until they have `length` characters in total. Returns them joined. */
async function readLength(client: Client, length: number): Promise<string> {
  let text = "";
  for await (const { data } of client) {
    text += String(data);
    if (text.length >= length) break;
  }
  return text;
}

describe("the increment protocol of libwebsockets", () => {
  test("sends numbers in order, and starts again after a reset", async (context) => {
    const client = await connect(server.url, { protocols: INCREMENT_PROTOCOL });
    const first = await read(client, 20);
    await client.send("reset\n");
    // Numbers that were in transit before the reset arrive first.
    let value = "";
    while (value !== "0") value = await read(client, 1);
    const second = await read(client, 3);
    const info = await client.close();
    conclude(context, {
      cases: 20 + 4,
      expected: `received: ${Array.from({ length: 20 }, (_, n) => n).join(" ")}, then 0 1 2 3; closed by the client with 1000 (clean), no error`,
      happened: `received: ${first}, then 0 ${second}; ${describeClose(info)}`,
    });
  });

  test("works without compression if the client offers it and the server lacks it", async (context) => {
    const client = await connect(server.url, { protocols: INCREMENT_PROTOCOL, compression: 1 });
    const numbers = await read(client, 3);
    await client.close();
    conclude(context, {
      expected: 'compression 0, extensions "", received: 0 1 2',
      happened: `compression ${client.compression}, extensions "${client.extensions}", received: ${numbers}`,
    });
  });

  test("closes the connection on request", async (context) => {
    const client = await connect(server.url, { protocols: INCREMENT_PROTOCOL });
    await client.send("closeme\n");
    await drain(client);
    conclude(context, {
      expected: 'closed by the peer with 1001 "seeya" (clean), no error',
      happened: describeClose(await client.closed),
    });
  });

  test("loses the connection when the server is interrupted", async (context) => {
    await using stopped = await startTestServer();
    const client = await connect(stopped.url, { protocols: INCREMENT_PROTOCOL });
    await stopped.process.stop("SIGINT");
    conclude(context, { expected: LOST, happened: describeClose(await client.closed) });
  });
});

describe("the mirror protocol of libwebsockets", () => {
  test("delivers all messages of one client to both clients in order", async (context) => {
    const [a, b] = await Promise.all([
      connect(server.url, { protocols: MIRROR_PROTOCOL }),
      connect(server.url, { protocols: MIRROR_PROTOCOL }),
    ]);
    const messages = Array.from({ length: 2_000 }, (_, n) => `${n} ${prose(n % 100)};`);
    messages.push(prose(1_048_576));
    const all = messages.join("");
    const seen = Promise.all([readLength(a, all.length), readLength(b, all.length)]);
    for (const message of messages) await a.send(message);
    const texts = await seen;
    const infos = await Promise.all([a.close(4_000, "seen"), b.close()]);
    conclude(context, {
      cases: 2 * messages.length,
      expected:
        'unchanged, unchanged; closed by the client with 4000 "seen" (clean), no error; closed by the client with 1000 (clean), no error',
      happened: `${texts.map((text) => (text === all ? "unchanged" : "changed")).join(", ")}; ${infos.map(describeClose).join("; ")}`,
      lost: texts.filter((text) => text !== all).length,
    });
  });
});

test("libwebsockets answers pings", async (context) => {
  const client = await connect(server.url, { protocols: MIRROR_PROTOCOL });
  const roundTrips = [await client.ping(), await client.ping()];
  await client.close();
  conclude(context, {
    cases: 2,
    expected: "2 pongs",
    happened: `${roundTrips.filter((time) => time >= 0).length} pongs`,
  });
});

test("the increment protocol of libwebsockets works over TLS", async (context) => {
  const certificate = createCertificate();
  await using secure = await startTestServer(certificate);
  const client = await connect(secure.url, {
    protocols: INCREMENT_PROTOCOL,
    node: { tls: { ca: certificate.cert } },
  });
  const numbers = await read(client, 3);
  const info = await client.close();
  conclude(context, {
    expected: "received: 0 1 2; closed by the client with 1000 (clean), no error",
    happened: `received: ${numbers}; ${describeClose(info)}`,
  });
});

test("libwebsockets ends the TCP connection if it does not know the subprotocol", async (context) => {
  conclude(context, {
    expected: "DIAL_FAILED (INTERNAL, retryable)",
    happened: await describeDial(connect(server.url, { protocols: "unheard-of" })),
  });
});
