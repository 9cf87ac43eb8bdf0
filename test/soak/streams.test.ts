import { expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client } from "../../src/node.js";
import { heldForGood } from "../helpers/held.mjs";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { startSoakServer } from "./support.js";

checkLeaks();

const MEMORY_BOUND = 5 * 2 ** 20;

/** How long many connections talk, in milliseconds: a minute, where there is the time for it. */
const TALK = process.env.WSCHAN_LONG === undefined ? 5_000 : 60_000;

const CONNECTIONS = 1_000;

/** Of a stream that sends a hundred messages a second. */
const MINUTES = 60;
const PER_MINUTE = 6_000;

/** Sends numbered messages and takes their echoes, until the time is up. Returns how many came back. */
async function talk(client: Client, until: number): Promise<number> {
  let count = 0;
  while (performance.now() < until) {
    const data = `message ${count}`;
    await client.send(data);
    const { value } = await client.receive({ timeout: "30s" });
    if (value?.data !== data) throw new Error(`${String(value?.data)} in place of ${data}`);
    count++;
  }
  return count;
}

test("1,000 connections at once, each with a keep-alive and all deadlines, talk", async (context) => {
  await using server = await startSoakServer();
  const options = {
    dialTimeout: "60s",
    readTimeout: "60s",
    writeTimeout: "60s",
    keepAlive: { interval: 500, timeout: "60s" },
  };
  const start = performance.now();
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => connect(`${server.url}echo`, options)),
  );
  // Everybody has talked once before the memory counts.
  await Promise.all(clients.map((client) => talk(client, performance.now() + 500)));
  const before = await heldForGood();
  const until = performance.now() + TALK;
  const counts = await Promise.all(clients.map((client) => talk(client, until)));
  const memory = (await heldForGood()) - before;
  const ends = await Promise.all(clients.map((client) => client.close()));
  const time = performance.now() - start;
  const silent = counts.filter((count) => count === 0).length;
  const unclean = ends.filter(({ clean, code }) => !clean || code !== 1000).length;
  const text = (mute: number, bad: number): string =>
    `every message is echoed once, in order; ${mute} connections are silent, ${bad} end uncleanly`;
  conclude(context, {
    cases: CONNECTIONS,
    expected: text(0, 0),
    happened: text(silent, unclean),
    lost: clients.reduce((sum, { stats }) => sum + stats.messagesSent - stats.messagesReceived, 0),
    time: { value: time, bound: TALK + 120_000 },
    memory: { value: memory, bound: MEMORY_BOUND },
  });
});

test("an hour's stream of 360,000 messages in fast motion", async (context) => {
  await using server = await startSoakServer();
  const start = performance.now();
  const client = await connect(`${server.url}stream/${MINUTES * PER_MINUTE}`, {
    readTimeout: "30s",
    writeTimeout: "30s",
    // What may wait while a ping is out is no growth.
    bufferLimit: 4 * 2 ** 20,
    keepAlive: { interval: 50, timeout: "30s" },
  });
  let next = 0;
  let echoes = 0;
  let before = 0;
  let peak = 0;
  const takeMinute = async (): Promise<void> => {
    const end = next + PER_MINUTE;
    while (next < end) {
      const { value } = await client.receive({ timeout: "30s" });
      const text = String(value?.data);
      if (text.startsWith("echo")) echoes++;
      else if (text.startsWith(`${next} `)) next++;
      else throw new Error(`${text.slice(0, 20)} in place of ${next}`);
    }
  };
  for (let minute = 0; minute < MINUTES; minute++) {
    await takeMinute();
    await client.send(`minute ${minute}`);
    // A consumer that falls behind for longer than the keep-alive's patience with a peer.
    if (minute % 10 === 5) await new Promise((resolve) => setTimeout(resolve, 100));
    // Not awaited here: its pong stands behind what is still to be read.
    if (minute % 10 === 7) void client.ping({ timeout: "60s" });
    if (minute % 10 !== 9) continue;
    const held = await heldForGood();
    if (minute === 9) before = held;
    peak = Math.max(peak, held);
  }
  while (echoes < MINUTES) {
    const { value } = await client.receive({ timeout: "30s" });
    if (String(value?.data).startsWith("echo")) echoes++;
  }
  expect(client.stats.timesPaused).toBeGreaterThan(0);
  expect(client.stats.roundTrip).toBeGreaterThan(0);
  const { clean, code } = await client.close();
  const text = (messages: number, replies: number, end: string): string =>
    `${messages} messages in order, ${replies} replies, ${end}`;
  conclude(context, {
    expected: text(MINUTES * PER_MINUTE, MINUTES, "clean 1000"),
    happened: text(next, echoes, `${clean ? "clean" : "not clean"} ${code}`),
    lost: MINUTES * PER_MINUTE - next,
    time: { value: performance.now() - start, bound: 120_000 },
    memory: { value: peak - before, bound: MEMORY_BOUND },
  });
});
