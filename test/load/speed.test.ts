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
test.each<[name: string, minRatio: number, regression: string]>([
  ["receive 64 B text", 0.5, "each message armed a timer"],
  ["send 64 B text, un-awaited", 3, "each message were written separately"],
  ["send 64 B text, awaited one by one", 3, "each message took a turn of the event loop"],
])(
  "%s: bare ws uses more than %d times the CPU time of wschan (it would not if %s)",
  { timeout: ms(120_000) },
  async (name, minRatio) => {
    const { ours, theirs } = await compare(name, "wschan", "ws");
    const cpuOf = ({ cpu }: Sample) => cpu;
    expect(ratio(theirs.map(cpuOf), ours.map(cpuOf)).median).toBeGreaterThan(minRatio);
  },
);

/** Bytes of the heap, which other processes do not affect. The bounds are chosen as above. */
test.each<[name: string, way: string, maxBytes: number, baseline: string]>([
  ["a message through a channel, when a receiver waits", "Channel", 100, "by hand"],
  ["a message received, 64 B text", "wschan", 100, "ws"],
  ["a message received, 64 B text", "wschan-receive", 100, "ws"],
])(
  "%s: %s allocates at most %i bytes more than %s (it would not if each wait had options)",
  { timeout: ms(60_000) },
  async (name, way, maxBytes, baseline) => {
    const { ours, theirs } = await compare(name, way, baseline);
    const bytesOf = (samples: readonly Sample[]) =>
      spread(samples.flatMap(({ bytes }) => bytes ?? [])).median;
    expect(bytesOf(ours) - bytesOf(theirs)).toBeLessThan(maxBytes);
  },
);
