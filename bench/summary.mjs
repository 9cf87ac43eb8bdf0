// @ts-check
// The summary at the top of docs/PERFORMANCE.md.
import { formatBytes, formatRatio, table } from "./format.mjs";

/** @typedef {import("./rounds.mjs").Spread} Spread */

/**
 * A result: a ratio of times, or bytes.
 *
 * @typedef {{ ratio: Spread } | { ours: number, peer: number }} Figure
 */

/**
 * Returns the result of a workload, or `undefined` if it was not measured.
 *
 * @typedef {(workload: string, api: string, peer: string) => Figure | undefined} FigureOf
 */

/**
 * The rows of the summary: work that most programs do, and the cases in which wschan is clearly slower.
 *
 * @type {readonly { workload: string, api: string, peer: string }[]}
 */
export const SUMMARY = [
  { workload: "receive 64 B text", api: "wschan", peer: "ws" },
  { workload: "receive 1 KiB text", api: "wschan", peer: "ws" },
  { workload: "receive 1 KiB binary", api: "wschan", peer: "ws" },
  { workload: "receive 64 KiB binary", api: "wschan", peer: "ws" },
  { workload: "receive 1 KiB of JSON, compressed", api: "wschan", peer: "ws" },
  { workload: "send 64 B text, un-awaited", api: "wschan", peer: "ws" },
  { workload: "send 64 KiB binary, awaited one by one", api: "wschan", peer: "ws" },
  { workload: "request and response, 64 B text", api: "wschan", peer: "ws" },
  { workload: "connect and close", api: "wschan", peer: "ws" },
  { workload: "deliver 64 B text to 10 subscribers", api: "wschan-hub", peer: "ws-emitter" },
  { workload: "memory of each of 1,000 idle connections", api: "wschan", peer: "ws" },
  { workload: "a slow consumer: held of 128 MiB offered", api: "wschan", peer: "ws" },
];

/**
 * Renders the summary.
 *
 * @param {FigureOf} figureOf
 * @param {{ targets: number, met: number, machine: readonly (readonly [string, string])[] }} setting
 *   `machine` has the rows of the table "Machine".
 */
export function renderSummary(figureOf, { targets, met, machine }) {
  const rows = SUMMARY.flatMap(({ workload, api, peer }) => {
    const figure = figureOf(workload, api, peer);
    return figure === undefined ? [] : [[workload, textOf(figure), resultOf(figure)]];
  });
  const of = new Map(machine);
  const versions = ["Node", "`ws`"].map((name) => `${name} ${of.get(name)?.replace(/^v/, "")}`);
  return `## Summary

The ratio is the time of bare \`ws\` divided by the time of wschan with \`for await\`, in the same run: 2.00 means that wschan needs half the time, 0.50 that it needs twice the time. In brackets are the lowest and the highest ratio of a round; wschan is "faster" or "slower" if all rounds agree. The rows about memory compare bytes. The row about subscribers compares \`wschan/hub\` with an \`EventEmitter\` over \`ws\`.

${table(["workload", "ratio, or bytes of wschan and `ws`", "wschan"], rows)}

This project has set itself ${targets} targets, and meets ${met}: see [Targets](#targets). [Method](#method) tells how it was measured. The figures are from one machine (${of.get("processors")}; ${versions.join("; ")}; ${of.get("rounds")} rounds; a load of ${of.get("load at the start")} at the start): see [Machine](#machine). They do not predict those of yours. \`npm run bench\` measures them there.`;
}

/** @param {Figure} figure */
function textOf(figure) {
  if ("ratio" in figure) return formatRatio(figure.ratio);
  return `${formatBytes(figure.ours)} and ${formatBytes(figure.peer)}`;
}

/**
 * Compares wschan with the peer. Times differ only if they did in each round, in the same direction.
 *
 * @param {Figure} figure
 */
function resultOf(figure) {
  if (!("ratio" in figure)) return figure.ours < figure.peer ? "smaller" : "larger";
  const { low, high } = figure.ratio;
  if (low > 1) return "faster";
  return high < 1 ? "slower" : "no clear difference";
}
