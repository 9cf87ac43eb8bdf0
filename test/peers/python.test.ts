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

const WITHOUT_DEFLATE = "not at all";
const DEFAULT_DEFLATE = "as it comes";

/** The settings of permessage-deflate, each with the extensions that the server negotiates. */
const DEFLATES: readonly (readonly [
  name: string,
  deflate: NonNullable<PythonOptions["deflate"]>,
  extensions: string,
])[] = [
  [DEFAULT_DEFLATE, {}, "permessage-deflate"],
  [
    "its own window of 512 B",
    { server_max_window_bits: 9 },
    "permessage-deflate; server_max_window_bits=9",
  ],
  [
    "our window of 512 B",
    { client_max_window_bits: 9 },
    "permessage-deflate; client_max_window_bits=9",
  ],
  [
    "both windows of 4 KiB, as is its default",
    { server_max_window_bits: 12, client_max_window_bits: 12 },
    "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
  ],
  [
    "no context of its own",
    { server_no_context_takeover: true },
    "permessage-deflate; server_no_context_takeover",
  ],
  [
    "no context of ours",
    { client_no_context_takeover: true },
    "permessage-deflate; client_no_context_takeover",
  ],
  [
    "no context at all and small windows",
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
    lively: { ping_interval: 0.1, ping_timeout: 2 },
    strict: { ping_interval: 0.1, ping_timeout: 0.3 },
    ...Object.fromEntries(DEFLATES.map(([name, deflate]) => [name, { deflate }])),
  });
});
afterAll(() => python[Symbol.asyncDispose]());

test.for(IMPLEMENTATIONS)(
  "websockets echoes texts and binary data of 0 B to 16 MiB, %s",
  { timeout: ms(60_000) },
  async ([, connect], context) => {
    await concludeEcho(context, await connect(`${python.url(WITHOUT_DEFLATE)}/echo`));
  },
);

describe("permessage-deflate with websockets", () => {
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
  ])("%s, asked for %s", async ([name, mode, extensions], context) => {
    const client = await connect(`${python.url(name)}/echo`, {
      compression: COMPRESSION[mode],
      compressionThreshold: 0,
    });
    const echoes = await echoAll(client, [...messages, ...messages]);
    await client.close();
    conclude(context, {
      ...echoes,
      expected: `${echoes.cases} of ${echoes.cases} as sent, "${extensions}"`,
      happened: `${echoes.happened}, "${client.extensions}"`,
    });
  });

  test.for([
    ["uncompressed", WITHOUT_DEFLATE],
    ["compressed", DEFAULT_DEFLATE],
  ] as const)("messages come in fragments, %s", async ([, name], context) => {
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
      expected: "4 of 4 as sent, 4 of 4 as sent, 4 of 4 as sent",
      happened: seen.map(({ happened }) => happened).join(", "),
      lost: seen.reduce((sum, { lost }) => sum + lost, 0),
    });
  });
});

describe("pings with websockets", () => {
  test("it answers ours, and we its", async (context) => {
    const client = await connect(`${python.url(WITHOUT_DEFLATE)}/ping`);
    const { value } = await client.receive();
    const roundTrips = [await client.ping(), await client.ping(), await client.ping()];
    await client.close();
    conclude(context, {
      cases: 4,
      expected: "ponged, 3 pongs",
      happened: `${String(value?.data)}, ${roundTrips.filter((time) => time >= 0).length} pongs`,
    });
  });

  test("its heartbeat finds an idle connection alive", async (context) => {
    const client = await connect(`${python.url("lively")}/echo`);
    await Promise.race([sleep(2_500), client.closed]);
    const echoes = await echoAll(client, ["still here"]);
    client.terminate();
    conclude(context, { ...echoes, expected: "1 of 1 as sent" });
  });

  test("its heartbeat gives up a consumer that reads nothing; what had come can be read", async (context) => {
    const client = await connect(`${python.url("strict")}/stream?count=200&size=1000`);
    await sleep(2_000);
    const texts = await drain(client);
    const inOrder = texts.filter((text, n) => Number(text) === n).length;
    conclude(context, {
      expected: `200 in order; 1011 "keepalive ping timeout", clean, by peer: CLOSED_BY_PEER INTERNAL retryable`,
      happened: `${inOrder} in order; ${describeClose(await client.closed)}`,
      lost: 200 - inOrder,
    });
  });
});

describe("the end", () => {
  test("websockets gets every code and reason that this side may send", async (context) => {
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

  test("websockets closes with every code, behind its last words", async (context) => {
    await concludePeerCloses(context, (code) =>
      connect(`${python.url(WITHOUT_DEFLATE)}/close?code=${code}&reason=grüße`),
    );
  });

  test("websockets refuses a message over its max_size, and takes one at it", async (context) => {
    const client = await connect(`${python.url("small")}/echo`);
    const echoes = await echoAll(client, [noise(1_024)]);
    await client.send(noise(1_025));
    conclude(context, {
      cases: 2,
      expected: "1 of 1 as sent; 1009, clean, by peer: CLOSED_BY_PEER INTERNAL not retryable",
      happened: `${echoes.happened}; ${describeClose(await client.closed)}`,
    });
  });

  test("websockets goes away: 1001, and refuses the next dial", async (context) => {
    await using stopped = await startPython({ one: {} });
    const url = `${stopped.url("one")}/echo`;
    const client = await connect(url);
    await stopped.process.stop();
    const { done } = await client[Symbol.asyncIterator]().next();
    conclude(context, {
      expected: "1001, clean, by peer: normal; loop: done; then DIAL_FAILED INTERNAL retryable",
      happened: `${describeClose(await client.closed)}; loop: ${done ? "done" : "not done"}; then ${await describeDial(connect(url))}`,
    });
  });

  test("websockets is killed in the middle of a stream", async (context) => {
    await using killed = await startPython({ one: {} });
    const client = await connect(`${killed.url("one")}/stream?count=1000000&size=1000`);
    for (let i = 0; i < 100; i++) await client.receive();
    await killed.process.stop("SIGKILL");
    const rest = await drain(client);
    const inOrder = rest.filter((text, n) => Number(text) === n + 100).length;
    conclude(context, {
      expected: `what came is in order; ${LOST}`,
      happened: `what came is ${inOrder === rest.length ? "" : "not "}in order; ${describeClose(await client.closed)}`,
    });
  });
});
