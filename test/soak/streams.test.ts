import { expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { memoryInUseAfterGc } from "../helpers/memory-in-use.mjs";
import { conclude } from "../helpers/outcome.js";
import { startSoakServer } from "./support.js";

checkLeaks();

const MEMORY_BOUND_BYTES = 5 * 2 ** 20;

/** The time for which the connections exchange messages: a minute if WSCHAN_LONG is set. */
const TALK_MS = process.env.WSCHAN_LONG === undefined ? 5_000 : 60_000;

const CONNECTION_COUNT = 1_000;

/** The length of a stream with a hundred messages per second. */
const MINUTES = 60;
const MESSAGES_PER_MINUTE = 6_000;

/** Sends numbered messages and receives their echoes until the time `until`. Returns the number of echoes. */
async function talk(client: Client, until: number): Promise<number> {
  let count = 0;
  while (performance.now() < until) {
    const data = `message ${count}`;
    await client.send(data);
    const { value } = await client.receive({ timeout: "30s" });
    if (value?.data !== data) throw new Error(`${String(value?.data)} instead of ${data}`);
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
    Array.from({ length: CONNECTION_COUNT }, () => connect(`${server.url}echo`, options)),
  );
  // Every connection exchanges messages once before the memory is measured.
  await Promise.all(clients.map((client) => talk(client, performance.now() + 500)));
  const before = await memoryInUseAfterGc();
  const until = performance.now() + TALK_MS;
  const counts = await Promise.all(clients.map((client) => talk(client, until)));
  const memory = (await memoryInUseAfterGc()) - before;
  const ends = await Promise.all(clients.map((client) => client.close()));
  const time = performance.now() - start;
  const silent = counts.filter((count) => count === 0).length;
  const unclean = ends.filter(({ clean, code }) => !clean || code !== 1000).length;
  const text = (mute: number, bad: number): string =>
    `every message is echoed once, in order; ${mute} connections are silent, ${bad} end uncleanly`;
  conclude(context, {
    cases: CONNECTION_COUNT,
    expected: text(0, 0),
    happened: text(silent, unclean),
    lost: clients.reduce((sum, { stats }) => sum + stats.messagesSent - stats.messagesReceived, 0),
    time: { value: time, bound: TALK_MS + 120_000 },
    memory: { value: memory, bound: MEMORY_BOUND_BYTES },
  });
});

test("an hour's stream of 360,000 messages in fast motion", async (context) => {
  await using server = await startSoakServer();
  const start = performance.now();
  const client = await connect(`${server.url}stream/${MINUTES * MESSAGES_PER_MINUTE}`, {
    readTimeout: "30s",
    writeTimeout: "30s",
    // The limit bounds the messages that are read while a ping is outstanding, which are no growth.
    bufferLimit: 4 * 2 ** 20,
    keepAlive: { interval: 50, timeout: "30s" },
  });
  let next = 0;
  let echoes = 0;
  let before = 0;
  let peak = 0;
  const receiveMinute = async (): Promise<void> => {
    const end = next + MESSAGES_PER_MINUTE;
    while (next < end) {
      const { value } = await client.receive({ timeout: "30s" });
      const text = String(value?.data);
      if (text.startsWith("echo")) echoes++;
      else if (text.startsWith(`${next} `)) next++;
      else throw new Error(`${text.slice(0, 20)} instead of ${next}`);
    }
  };
  for (let minute = 0; minute < MINUTES; minute++) {
    await receiveMinute();
    await client.send(`minute ${minute}`);
    // The consumer pauses for 100 ms, which is longer than the keep-alive interval of 50 ms.
    if (minute % 10 === 5) await new Promise((resolve) => setTimeout(resolve, 100));
    // The ping is not awaited, because its pong arrives after messages that are not read yet.
    if (minute % 10 === 7) void client.ping({ timeout: "60s" });
    if (minute % 10 !== 9) continue;
    const held = await memoryInUseAfterGc();
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
    expected: text(MINUTES * MESSAGES_PER_MINUTE, MINUTES, "clean 1000"),
    happened: text(next, echoes, `${clean ? "clean" : "not clean"} ${code}`),
    lost: MINUTES * MESSAGES_PER_MINUTE - next,
    time: { value: performance.now() - start, bound: 120_000 },
    memory: { value: peak - before, bound: MEMORY_BOUND_BYTES },
  });
});
