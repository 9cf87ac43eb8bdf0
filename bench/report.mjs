// @ts-check
// Renders the results: docs/PERFORMANCE.md, and a summary for the terminal.
import { formatBytes, formatRatio, table } from "./format.mjs";
import { METHOD } from "./method.mjs";
import { NAMES } from "./peers/index.mjs";
import { ratio, spread } from "./rounds.mjs";
import { renderSummary } from "./summary.mjs";

/** @typedef {import("./work/index.mjs").Workload} Workload */
/** @typedef {import("./measure.mjs").Sample} Sample */
/** @typedef {{ workload: Workload, samples: Record<string, Partial<Sample>[]> }} Result */

/**
 * Returns the display name of a contestant.
 *
 * @param {string} contestant
 */
const nameOf = (contestant) =>
  /** @type {Readonly<Record<string, string>>} */ (NAMES)[contestant] ?? contestant;

/**
 * Renders docs/PERFORMANCE.md.
 *
 * @param {readonly Result[]} results
 * @param {readonly import("./sizes.mjs").Size[]} sizes
 * @param {{ machine: import("./machine.mjs").Machine, chromium: string | undefined, rounds: number }} setting
 */
export function toPage(results, sizes, { machine, chromium, rounds }) {
  const groups = [...new Set(results.map(({ workload }) => workload.group))];
  return renderPage({
    figureOf: (workload, api, peer) => figureIn(results, workload, api, peer),
    targets: [...results.flatMap(targetRows), ...sizes.map(sizeRow)],
    sections: groups.map((group) => section(group, results)),
    isBusy: machine.isBusy,
    machine: [
      ...machine.rows,
      ["Chromium", chromium ?? "not found, not measured"],
      ["rounds", String(rounds)],
    ],
  });
}

/**
 * Puts the parts of docs/PERFORMANCE.md together.
 *
 * @param {object} parts
 * @param {import("./summary.mjs").FigureOf} parts.figureOf
 * @param {readonly (readonly string[])[]} parts.targets the rows of the table "Targets"
 * @param {readonly string[]} parts.sections the sections of the groups of workloads
 * @param {boolean} parts.isBusy true if the machine was busy with other work
 * @param {readonly (readonly [string, string])[]} parts.machine the rows of the table "Machine"
 */
export function renderPage({ figureOf, targets, sections, isBusy, machine }) {
  const met = targets.filter((row) => row.at(-1) === MET).length;
  return `# Performance

Written by \`npm run bench\`: do not edit.
${isBusy ? "\n**The machine was busy with other work during this run, so these figures mean little.**\n" : ""}
${renderSummary(figureOf, { targets: targets.length, met, machine })}

${sections.join("\n\n")}

## Targets

${met} of ${targets.length} are met.

${table(["workload", "wschan API", "peer", "ratio", "CPU ratio", "server busy", "target", ""], targets)}

## Machine

${table(["component", "version"], machine)}

## Method

${METHOD}
`;
}

/**
 * Returns a result of the run for the summary.
 *
 * @param {readonly Result[]} results
 * @param {string} name
 * @param {string} api
 * @param {string} peer
 * @returns {import("./summary.mjs").Figure | undefined}
 */
function figureIn(results, name, api, peer) {
  const result = results.find(({ workload }) => workload.name === name);
  if (result === undefined) return undefined;
  const { workload, samples } = result;
  if (workload.unit !== "bytes") return { ratio: wallRatio(samples, peer, api) };
  return { ours: bytesOf(samples[api] ?? []), peer: bytesOf(samples[peer] ?? []) };
}

/**
 * Summarizes the result of one workload for the terminal.
 *
 * @param {Result} result
 */
export function summarize({ workload, samples }) {
  const { name, unit, ours, peers } = workload;
  const lines =
    unit === "bytes"
      ? contestantsOf(workload).map((each) => [each, formatBytes(bytesOf(samples[each] ?? []))])
      : ours.flatMap((api) =>
          peers.map((peer) => [`${api} : ${peer}`, formatRatio(wallRatio(samples, peer, api))]),
        );
  const rows = lines.map(([label = "", figure = ""]) => `  ${label.padEnd(48)} ${figure}`);
  return [name, ...rows].join("\n");
}

const MET = "met";

/** @param {boolean} isMet */
const verdict = (isMet) => (isMet ? MET : "**not met**");

/**
 * Makes one row of the table for each target of a workload.
 *
 * @param {Result} result
 */
function targetRows({ workload, samples }) {
  const { name, unit, ours, targets = {} } = workload;
  return Object.entries(targets).flatMap(([peer, target]) =>
    ours.map((api) => {
      const ourSamples = samples[api] ?? [];
      const peerSamples = samples[peer] ?? [];
      const row = [name, ours.length > 1 ? nameOf(api) : "", nameOf(peer)];
      if (unit === "bytes") {
        const [ourBytes, peerBytes] = [bytesOf(ourSamples), bytesOf(peerSamples)];
        const comparison = `${formatBytes(ourBytes)} to ${formatBytes(peerBytes)}`;
        const isMet = ourBytes - peerBytes <= target;
        return [...row, comparison, "", "", `${formatBytes(target)} over`, verdict(isMet)];
      }
      const wall = wallRatio(samples, peer, api);
      return [
        ...row,
        formatRatio(wall),
        peerSamples.every(({ cpu }) => cpu !== undefined)
          ? formatRatio(ratio(peerSamples.map(cpuOf), ourSamples.map(cpuOf)))
          : "",
        serverLoad(samples),
        target.toFixed(2),
        // Compares the rounded ratio that the table shows: 0.996 counts as 1.00.
        verdict(Number(wall.median.toFixed(2)) >= target),
      ];
    }),
  );
}

/**
 * Makes the row of the table for the target of a bundle's size.
 *
 * @param {import("./sizes.mjs").Size} size
 */
function sizeRow({ what, bytes, target }) {
  return [
    `${what}, min+gzip`,
    "",
    "",
    formatBytes(bytes),
    "",
    "",
    formatBytes(target),
    verdict(bytes <= target),
  ];
}

/**
 * Renders the section of a group of workloads.
 *
 * @param {string} group
 * @param {readonly Result[]} results
 */
function section(group, results) {
  const inGroup = results.filter(({ workload }) => workload.group === group);
  // Workloads with the same contestants share a table.
  const contestants = new Set(inGroup.map(({ workload }) => contestantsOf(workload).join()));
  const tables = [...contestants].map((names) =>
    groupTable(inGroup.filter(({ workload }) => contestantsOf(workload).join() === names)),
  );
  return [`## ${group}`, ...tables].join("\n\n");
}

/** @param {Workload} workload */
const contestantsOf = ({ ours, peers }) => [...ours, ...peers];

/**
 * Renders the table of workloads that have the same contestants.
 *
 * @param {readonly Result[]} results
 */
function groupTable(results) {
  const [first] = results;
  if (first === undefined) return "";
  const { unit, ours, peers } = first.workload;
  if (unit === "bytes") {
    const rows = results.map(({ workload, samples }) => [
      workload.name,
      ...contestantsOf(workload).map((name) => formatBytes(bytesOf(samples[name] ?? []))),
    ]);
    return table(["", ...contestantsOf(first.workload).map(nameOf)], rows);
  }
  const rows = results.flatMap(({ workload, samples }) =>
    ours.map((api) => [
      workload.name,
      ours.length > 1 ? nameOf(api) : "",
      ...peers.map((peer) => formatRatio(wallRatio(samples, peer, api))),
      serverLoad(samples),
    ]),
  );
  return table(["workload", "wschan API", ...peers.map(nameOf), "server busy"], rows);
}

/** @param {Partial<Sample>} sample */
const wallOf = ({ wall = NaN }) => wall;

/** @param {Partial<Sample>} sample */
const cpuOf = ({ cpu = NaN }) => cpu;

/**
 * Returns the ratio of the peer's wall time to that of wschan, read by the API `api`.
 *
 * @param {Result["samples"]} samples
 * @param {string} peer
 * @param {string} api
 */
const wallRatio = (samples, peer, api) =>
  ratio((samples[peer] ?? []).map(wallOf), (samples[api] ?? []).map(wallOf));

/**
 * Returns the median of the measured bytes.
 *
 * @param {readonly Partial<Sample>[]} samples
 */
const bytesOf = (samples) => spread(samples.map(({ bytes = NaN }) => bytes)).median;

/**
 * Returns the share of time in which the server used the CPU, for the contestant that kept it busiest.
 *
 * @param {Record<string, Partial<Sample>[]>} samples
 */
function serverLoad(samples) {
  const shares = Object.values(samples).map((each) => {
    const measured = each.flatMap(({ server, wall = NaN }) =>
      server === undefined ? [] : server / wall,
    );
    return measured.length > 0 ? spread(measured).median : 0;
  });
  const highest = Math.max(...shares);
  return highest > 0 ? `${Math.round(highest * 100)} %` : "";
}
