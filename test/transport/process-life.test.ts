import { describe, expect, test } from "vitest";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServerOptions } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { Program } from "../helpers/program.js";
import { ms } from "../helpers/time.js";

checkLeaks();

const certificate = createCertificate();

/** Opens `client`, with every timer that a connection can have. */
const CONNECT = `
  const periods = { keepAlive: { interval: "1h" }, readTimeout: "1h", writeTimeout: "1h" };
  const node = { tls: { rejectUnauthorized: false } };
  const client = await connect(url, { ...periods, node, channelCapacity: 1 });`;

/** Creates a reconnecting client, and waits until it is open. */
const RECONNECT = `
  const client = reconnecting(url, { keepAlive: { interval: "1h" } });
  for await (const { type } of client.status()) if (type === "open") break;`;

/** Creates a reconnecting client that waits for its second attempt. */
const WAIT = `
  const client = reconnecting("ws://127.0.0.1:1/", { backoff: { min: "1h", max: "1h" } });
  for await (const { type } of client.status()) if (type === "waiting") break;`;

/** Runs a program that has imported wschan and knows the `url` of the server. */
function run(url: string, code: string): Program {
  const head = `
    import { connect } from "./dist/node.mjs";
    import { reconnecting } from "./dist/reconnect/node.mjs";
    import { once } from "node:events";
    const url = ${JSON.stringify(url)};`;
  return new Program("--input-type=module", "--eval", `${head}${code}; console.log("ready");`);
}

/** Returns whether the program exits by itself soon after it is ready. */
async function exits(program: Program): Promise<boolean> {
  await program.wrote("ready");
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), ms(500)));
  return Promise.race([late, program.ended.then(({ code }) => code === 0)]);
}

/** Sends more than the client reads. */
const flooding: EchoServerOptions = {
  onConnection: ({ ws }) => {
    for (let i = 0; i < 100; i++) ws.send("x".repeat(100_000));
  },
};
const UNTIL_PAUSED = "while (client.stats.timesPaused === 0) await new Promise(setImmediate);";
const PAUSED = `${CONNECT} ${UNTIL_PAUSED}`;

describe("the process", () => {
  const rows: [string, boolean, string, EchoServerOptions?][] = [
    ["lives as long as a connection is open", false, CONNECT],
    ["lives as long as a connection is open, although it is paused", false, PAUSED, flooding],
    ["exits although a connection is open, after unref()", true, `${CONNECT} client.unref()`],
    ["exits after unref() with TLS", true, `${CONNECT} client.unref()`, { tls: certificate }],
    ["exits after unref() while paused", true, `${PAUSED} client.unref()`, flooding],
    [
      "exits after unref() before a pause",
      true,
      `${CONNECT} client.unref(); ${UNTIL_PAUSED}`,
      flooding,
    ],
    ["lives after ref()", false, `${CONNECT} client.unref(); client.ref()`],
    ["lives after ref() while paused", false, `${PAUSED} client.unref(); client.ref()`, flooding],
    [
      "exits after unref() of a client that is closing",
      true,
      `${CONNECT} void client.close(); client.unref()`,
      { onConnection: ({ ws }) => ws.pause() },
    ],
    ["lives as long as a reconnecting client waits", false, WAIT],
    ["exits although a reconnecting client waits, after unref()", true, `${WAIT} client.unref()`],
    [
      "exits after unref() of a client before it waits",
      true,
      WAIT.replace(" for", " client.unref(); for"),
    ],
    ["lives after ref() of a waiting client", false, `${WAIT} client.unref(); client.ref()`],
    ["lives as long as a reconnecting client is open", false, RECONNECT],
    [
      "exits although a reconnecting client is open, after unref()",
      true,
      `${RECONNECT} client.unref()`,
    ],
    [
      "exits after unref() of a client before it is open",
      true,
      RECONNECT.replace(" for", " client.unref(); for"),
    ],
  ];
  test.each(rows)("%s", async (_, isExit, code, options = {}) => {
    await using server = await startEchoServer(options);
    expect(await exits(run(server.url, code))).toBe(isExit);
  });
});
