import { afterAll, beforeAll, expect, test } from "vitest";
import { measure } from "../../bench/measure.mjs";
import type { Sample } from "../../bench/measure.mjs";
import { ratio, spread } from "../../bench/rounds.mjs";
import { startServer } from "../../bench/server/start.mjs";
import type { Server } from "../../bench/server/start.mjs";
import { WORKLOADS } from "../../bench/work/index.mjs";
import { ms } from "../helpers/time.js";

// A guard against a slip, not a measurement: that is `npm run bench`, which takes these workloads, too.

const ROUNDS = 5;

let server: Server;
beforeAll(async () => (server = await startServer()));
afterAll(() => server.stop());

/** Measures one of wschan's ways beside one peer; the samples of both. */
async function compare(name: string, way: string, peer: string) {
  const workload = WORKLOADS.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  const samples = await measure({ ...workload, ours: [way], peers: [peer] }, server, ROUNDS);
  return { ours: samples[way] ?? [], theirs: samples[peer] ?? [] };
}

/**
 * CPU time of bare `ws` over that of wschan, which other processes disturb less than the clock. The bounds
 * are far below what is measured, and above what came of it when the code was broken as `slip` says.
 */
test.each([
  { name: "receive 64 B text", least: 0.5, slip: "each message arms a timer" },
  { name: "send 64 B text, un-awaited", least: 3, slip: "each message is a write of its own" },
  { name: "send 64 B text, awaited one by one", least: 3, slip: "each takes a turn of its own" },
])(
  "$name: bare ws takes more than $least of the CPU time, which it does not if $slip",
  { timeout: ms(120_000) },
  async ({ name, least }) => {
    const { ours, theirs } = await compare(name, "wschan", "ws");
    const cpuOf = ({ cpu }: Sample) => cpu;
    expect(ratio(theirs.map(cpuOf), ours.map(cpuOf)).median).toBeGreaterThan(least);
  },
);

/** Bytes of the heap, which no other process disturbs; the bounds are as above. */
test.each([
  {
    name: "a message through a channel, when a receiver waits",
    way: "Channel",
    beside: "by hand",
    most: 100,
  },
  { name: "a message received, 64 B text", way: "wschan", beside: "ws", most: 100 },
  { name: "a message received, 64 B text", way: "wschan-receive", beside: "ws", most: 100 },
])(
  "$name: $way allocates at most $most bytes more than $beside, which it does not if each wait has options",
  { timeout: ms(60_000) },
  async ({ name, way, beside, most }) => {
    const { ours, theirs } = await compare(name, way, beside);
    const bytesOf = (samples: readonly Sample[]) =>
      spread(samples.map(({ bytes = NaN }) => bytes)).median;
    expect(bytesOf(ours) - bytesOf(theirs)).toBeLessThan(most);
  },
);
