import { afterAll, beforeAll, expect, test } from "vitest";
import { measure } from "../../bench/measure.mjs";
import type { Sample } from "../../bench/measure.mjs";
import { ratio, spread } from "../../bench/rounds.mjs";
import { startServer } from "../../bench/server/start.mjs";
import type { Server } from "../../bench/server/start.mjs";
import { WORKLOADS } from "../../bench/work/index.mjs";
import { ms } from "../helpers/time.js";

// These tests guard against regressions. `npm run bench` measures the same workloads.

const ROUNDS = 5;

let server: Server;
beforeAll(async () => (server = await startServer()));
afterAll(() => server.stop());

/** Measures one workload with wschan, used in one way, and with one other library. Returns both samples. */
async function compare(name: string, way: string, peer: string) {
  const workload = WORKLOADS.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  const samples = await measure({ ...workload, ours: [way], peers: [peer] }, server, ROUNDS);
  return { ours: samples[way] ?? [], theirs: samples[peer] ?? [] };
}

/**
 * The CPU time of bare `ws` divided by that of wschan. Other processes affect CPU time less than wall-clock
 * time. Each bound is far below the usual ratio, and above the ratio that was measured with the regression.
 */
test.each([
  { name: "receive 64 B text", minRatio: 0.5, regression: "each message arms a timer" },
  {
    name: "send 64 B text, un-awaited",
    minRatio: 3,
    regression: "each message is written separately",
  },
  {
    name: "send 64 B text, awaited one by one",
    minRatio: 3,
    regression: "each message takes a turn of the event loop",
  },
])(
  "$name: bare ws uses more than $minRatio times the CPU time of wschan; it would not if $regression",
  { timeout: ms(120_000) },
  async ({ name, minRatio }) => {
    const { ours, theirs } = await compare(name, "wschan", "ws");
    const cpuOf = ({ cpu }: Sample) => cpu;
    expect(ratio(theirs.map(cpuOf), ours.map(cpuOf)).median).toBeGreaterThan(minRatio);
  },
);

/** Bytes of the heap, which other processes do not affect. The bounds are chosen as above. */
test.each([
  {
    name: "a message through a channel, when a receiver waits",
    way: "Channel",
    baseline: "by hand",
    maxBytes: 100,
  },
  { name: "a message received, 64 B text", way: "wschan", baseline: "ws", maxBytes: 100 },
  { name: "a message received, 64 B text", way: "wschan-receive", baseline: "ws", maxBytes: 100 },
])(
  "$name: $way allocates at most $maxBytes bytes more than $baseline; it would not if each wait had options",
  { timeout: ms(60_000) },
  async ({ name, way, baseline, maxBytes }) => {
    const { ours, theirs } = await compare(name, way, baseline);
    const bytesOf = (samples: readonly Sample[]) =>
      spread(samples.flatMap(({ bytes }) => bytes ?? [])).median;
    expect(bytesOf(ours) - bytesOf(theirs)).toBeLessThan(maxBytes);
  },
);
