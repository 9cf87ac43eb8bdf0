// @ts-check
// Runs in the page: measures the workloads in `/settings`, and posts the samples to `/report`.
import { takeTurns, WARM_UP } from "../rounds.mjs";
import { workloads } from "./workloads.mjs";

const settings = await (await fetch("/settings")).json();

try {
  /** @type {Record<string, object>} */
  const samples = {};
  for (const { name, url } of settings.tasks) samples[name] = await measure(name, url);
  await post({ version: /Chrome\/([\d.]+)/.exec(navigator.userAgent)?.[1], samples });
} catch (error) {
  await post({ error: String(error) });
}

/**
 * Measures one workload, round by round.
 *
 * @param {string} name
 * @param {string} url
 */
async function measure(name, url) {
  const workload = workloads.find((each) => each.name === name);
  if (workload === undefined) throw new Error(`unknown workload: ${name}`);
  const { ours, peers, prepare } = workload;
  const runOnce = async (/** @type {string} */ contestant) => {
    const round = await prepare(contestant, url);
    // Otherwise a contestant would pay for the collection of the previous contestant's garbage.
    if (gc === undefined) throw new Error("Chromium must be started with --js-flags=--expose-gc");
    gc();
    const start = performance.now();
    await round.run();
    const wall = performance.now() - start;
    await round.end?.();
    return { wall };
  };
  await takeTurns([...ours, ...peers], WARM_UP, runOnce);
  return takeTurns([...ours, ...peers], settings.rounds, runOnce);
}

/**
 * Posts the report.
 *
 * @param {object} report
 */
function post(report) {
  return fetch("/report", { method: "POST", body: JSON.stringify(report) });
}
