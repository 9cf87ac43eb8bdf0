import { afterAll, beforeAll, describe, test } from "vitest";
import { COMPRESSION, connect } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { noise, sleep } from "../transport/support.js";
import { startPython } from "./python.js";
import type { Python, PythonOptions } from "./python.js";
import {
  concludeEcho,
  concludePeerCloses,
  describeClose,
  describeDial,
  drain,
  echoAll,
  IMPLEMENTATIONS,
  LOST,
  messagesOf,
  PEER_CLOSES,
  prose,
} from "./support.js";
import type { Echoes } from "./support.js";

checkLeaks();

const WITHOUT_DEFLATE = "no compression";
const DEFAULT_DEFLATE = "default parameters";

/** The settings of permessage-deflate, each with the extensions that the server negotiates. */
const DEFLATES: readonly (readonly [
  name: string,
  deflate: NonNullable<PythonOptions["deflate"]>,
  extensions: string,
])[] = [
  [DEFAULT_DEFLATE, {}, "permessage-deflate"],
  [
    "a server window of 512 B",
    { server_max_window_bits: 9 },
    "permessage-deflate; server_max_window_bits=9",
  ],
  [
    "a client window of 512 B",
    { client_max_window_bits: 9 },
    "permessage-deflate; client_max_window_bits=9",
  ],
  [
    "windows of 4 KiB (its default)",
    { server_max_window_bits: 12, client_max_window_bits: 12 },
    "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
  ],
  [
    "server_no_context_takeover",
    { server_no_context_takeover: true },
    "permessage-deflate; server_no_context_takeover",
  ],
  [
    "client_no_context_takeover",
    { client_no_context_takeover: true },
    "permessage-deflate; client_no_context_takeover",
  ],
  [
    "no context takeover and windows of 1 KiB",
    {
      server_no_context_takeover: true,
      client_no_context_takeover: true,
      server_max_window_bits: 10,
      client_max_window_bits: 10,
    },
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=10",
  ],
];

let python: Python;
beforeAll(async () => {
  python = await startPython({
    [WITHOUT_DEFLATE]: {},
    small: { max_size: 1_024 },
    pinging: { ping_interval: 0.1, ping_timeout: 2 },
    strict: { ping_interval: 0.1, ping_timeout: 0.3 },
    ...Object.fromEntries(DEFLATES.map(([name, deflate]) => [name, { deflate }])),
  });
});
afterAll(() => python[Symbol.asyncDispose]());

test.for(IMPLEMENTATIONS)(
  "Python's websockets (%s) echoes text and binary messages of 0 B to 16 MiB",
  { timeout: ms(60_000) },
  async ([, connect], context) => {
    await concludeEcho(context, await connect(`${python.url(WITHOUT_DEFLATE)}/echo`));
  },
);

describe("permessage-deflate with Python's websockets", () => {
  // The data repeats within a small window, beyond it, and across messages.
  const messages = [
    ...messagesOf([0, 1, 600, 65_536]),
    prose(600),
    "ab".repeat(50_000),
    prose(600),
  ];

  const NO_CONTEXT = "server_no_context_takeover; client_no_context_takeover";

  test.for<[name: string, mode: keyof typeof COMPRESSION, extensions: string]>([
    ...DEFLATES.map<[string, "CONTEXT_TAKEOVER", string]>(([name, , extensions]) => [
      name,
      "CONTEXT_TAKEOVER",
      extensions,
    ]),
    [DEFAULT_DEFLATE, "NO_CONTEXT", `permessage-deflate; ${NO_CONTEXT}`],
    [WITHOUT_DEFLATE, "CONTEXT_TAKEOVER", ""],
  ])(
    "works if the server uses %s and the client asks for %s",
    async ([name, mode, extensions], context) => {
      const client = await connect(`${python.url(name)}/echo`, {
        compression: COMPRESSION[mode],
        compressionThreshold: 0,
      });
      const echoes = await echoAll(client, [...messages, ...messages]);
      await client.close();
      conclude(context, {
        ...echoes,
        expected: `${echoes.cases} of ${echoes.cases} echoed unchanged, extensions "${extensions}"`,
        happened: `${echoes.happened}, extensions "${client.extensions}"`,
      });
    },
  );

  test.for([
    ["uncompressed", WITHOUT_DEFLATE],
    ["compressed", DEFAULT_DEFLATE],
  ] as const)("works if the server fragments its messages, %s", async ([, name], context) => {
    const seen: Echoes[] = [];
    for (const size of [1, 7, 1_000]) {
      const client = await connect(`${python.url(name)}/fragments?size=${size}`, {
        compression: COMPRESSION.CONTEXT_TAKEOVER,
      });
      seen.push(await echoAll(client, ["aä€😀\0".repeat(1_000), noise(5_000), "x", noise(1)]));
      client.terminate();
    }
    conclude(context, {
      cases: seen.reduce((sum, { cases }) => sum + cases, 0),
      expected: "4 of 4 echoed unchanged, 4 of 4 echoed unchanged, 4 of 4 echoed unchanged",
      happened: seen.map(({ happened }) => happened).join(", "),
      lost: seen.reduce((sum, { lost }) => sum + lost, 0),
    });
  });
});

describe("pings", () => {
  test("are answered by Python's websockets and by the client", async (context) => {
    const client = await connect(`${python.url(WITHOUT_DEFLATE)}/ping`);
    const { value } = await client.receive();
    const roundTrips = [await client.ping(), await client.ping(), await client.ping()];
    await client.close();
    conclude(context, {
      cases: 4,
      expected: "server: ponged; client: 3 pongs",
      happened: `server: ${String(value?.data)}; client: ${roundTrips.filter((time) => time >= 0).length} pongs`,
    });
  });

  test("of Python's websockets keep an idle connection open", async (context) => {
    const client = await connect(`${python.url("pinging")}/echo`);
    await Promise.race([sleep(2_500), client.closed]);
    const echoes = await echoAll(client, ["still here"]);
    client.terminate();
    conclude(context, { ...echoes, expected: "1 of 1 echoed unchanged" });
  });

  test("of Python's websockets end a connection whose consumer reads nothing, and all received messages stay readable", async (context) => {
    const client = await connect(`${python.url("strict")}/stream?count=200&size=1000`);
    await sleep(2_000);
    const texts = await drain(client);
    const inOrder = texts.filter((text, n) => Number(text) === n).length;
    conclude(context, {
      expected: `200 messages in order; closed by the peer with 1011 "keepalive ping timeout" (clean), CLOSED_BY_PEER (INTERNAL, retryable)`,
      happened: `${inOrder} messages in order; ${describeClose(await client.closed)}`,
      lost: 200 - inOrder,
    });
  });
});

describe("a connection to Python's websockets", () => {
  test("can be closed with every code that a client may send, and a reason", async (context) => {
    const seen: string[] = [];
    for (const [code] of PEER_CLOSES) {
      const client = await connect(`${python.url(WITHOUT_DEFLATE)}/echo`);
      await client.close(code, `for ${code}`);
      const [, got = ""] = await python.process.wrote(
        new RegExp(`^closed (.*for ${code}.*)$`, "m"),
      );
      seen.push(got);
    }
    conclude(context, {
      cases: PEER_CLOSES.length,
      expected: PEER_CLOSES.map(([code]) => `[${code}, "for ${code}"]`).join(", "),
      happened: seen.join(", "),
    });
  });

  test("reports every close code of the server, and delivers the message before it", async (context) => {
    await concludePeerCloses(context, (code) =>
      connect(`${python.url(WITHOUT_DEFLATE)}/close?code=${code}&reason=grüße`),
    );
  });

  test("is closed with 1009 after a message over max_size, and not after one of that size", async (context) => {
    const client = await connect(`${python.url("small")}/echo`);
    const echoes = await echoAll(client, [noise(1_024)]);
    await client.send(noise(1_025));
    conclude(context, {
      cases: 2,
      expected:
        "1 of 1 echoed unchanged; closed by the peer with 1009 (clean), CLOSED_BY_PEER (INTERNAL, not retryable)",
      happened: `${echoes.happened}; ${describeClose(await client.closed)}`,
    });
  });

  test("is closed with 1001 when the server stops, and the next dial fails", async (context) => {
    await using stopped = await startPython({ one: {} });
    const url = `${stopped.url("one")}/echo`;
    const client = await connect(url);
    await stopped.process.stop();
    const { done } = await client[Symbol.asyncIterator]().next();
    conclude(context, {
      expected:
        "closed by the peer with 1001 (clean), no error; iteration: done; next dial: DIAL_FAILED (INTERNAL, retryable)",
      happened: `${describeClose(await client.closed)}; iteration: ${done ? "done" : "not done"}; next dial: ${await describeDial(connect(url))}`,
    });
  });

  test("is lost when the server is killed during a stream", async (context) => {
    await using killed = await startPython({ one: {} });
    const client = await connect(`${killed.url("one")}/stream?count=1000000&size=1000`);
    for (let i = 0; i < 100; i++) await client.receive();
    await killed.process.stop("SIGKILL");
    const rest = await drain(client);
    const inOrder = rest.filter((text, n) => Number(text) === n + 100).length;
    conclude(context, {
      expected: `received messages in order; ${LOST}`,
      happened: `received messages ${inOrder === rest.length ? "" : "not "}in order; ${describeClose(await client.closed)}`,
    });
  });
});
