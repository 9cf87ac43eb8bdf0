// @ts-check
// Writes docs/PERFORMANCE.md.
import { formatBytes, formatRatio, table } from "./format.mjs";
import { METHOD } from "./method.mjs";
import { NAMES } from "./peers/index.mjs";
import { ratio, spread } from "./rounds.mjs";

/** @typedef {import("./work/index.mjs").Workload} Workload */
/** @typedef {import("./measure.mjs").Sample} Sample */
/** @typedef {{ workload: Workload, samples: Record<string, Partial<Sample>[]> }} Result */

/** @param {string} contestant */
const nameOf = (contestant) =>
  /** @type {Readonly<Record<string, string>>} */ (NAMES)[contestant] ?? contestant;

/**
 * @param {readonly Result[]} results
 * @param {readonly import("./sizes.mjs").Size[]} sizes
 * @param {{ machine: import("./machine.mjs").Machine, chromium: string | undefined, rounds: number }} setting
 */
export function toPage(results, sizes, { machine, chromium, rounds }) {
  const groups = [...new Set(results.map(({ workload }) => workload.group))];
  const targets = [...results.flatMap(targetRows), ...sizes.map(sizeRow)];
  const met = targets.filter((row) => row.at(-1) === MET).length;
  return `# Performance

Written by \`npm run bench\`: do not edit. All figures are ratios of one run, or bytes.
${machine.isBusy ? "\n**The machine had other work to do meanwhile: these figures mean little.**\n" : ""}
## Targets

${met} of ${targets.length} are met.

${table(["what", "wschan's way", "beside", "ratio", "CPU ratio", "server busy", "target", ""], targets)}

${groups.map((group) => section(group, results)).join("\n\n")}

## Machine

${table(["what", "which"], [...machine.rows, ["Chromium", chromium ?? "not found, not measured"], ["rounds", String(rounds)]])}

## Method

${METHOD}
`;
}

/**
 * The same for a terminal, of one workload.
 *
 * @param {Result} result
 */
export function summarize({ workload, samples }) {
  const { name, unit, ours, peers } = workload;
  const lines =
    unit === "bytes"
      ? contestantsOf(workload).map((each) => [each, formatBytes(bytesOf(samples[each] ?? []))])
      : ours.flatMap((way) =>
          peers.map((peer) => [`${way} : ${peer}`, formatRatio(wallRatio(samples, peer, way))]),
        );
  return [name, ...lines.map(([what = "", told = ""]) => `  ${what.padEnd(48)} ${told}`)].join(
    "\n",
  );
}

const MET = "met";

/** @param {boolean} isMet */
const verdict = (isMet) => (isMet ? MET : "**not met**");

/**
 * A row for each target of a workload.
 *
 * @param {Result} result
 */
function targetRows({ workload, samples }) {
  const { name, unit, ours, targets = {} } = workload;
  return Object.entries(targets).flatMap(([peer, target]) =>
    ours.map((way) => {
      const us = samples[way] ?? [];
      const them = samples[peer] ?? [];
      const row = [name, ours.length > 1 ? nameOf(way) : "", nameOf(peer)];
      if (unit === "bytes") {
        const over = bytesOf(us) - bytesOf(them);
        const told = `${formatBytes(bytesOf(us))} to ${formatBytes(bytesOf(them))}`;
        return [...row, told, "", "", `${formatBytes(target)} over`, verdict(over <= target)];
      }
      const wall = wallRatio(samples, peer, way);
      return [
        ...row,
        formatRatio(wall),
        them.every(({ cpu }) => cpu !== undefined)
          ? formatRatio(ratio(them.map(cpuOf), us.map(cpuOf)))
          : "",
        busy(samples),
        target.toFixed(2),
        // As it is told: 0.996 is 1.00.
        verdict(Number(wall.median.toFixed(2)) >= target),
      ];
    }),
  );
}

/** @param {import("./sizes.mjs").Size} size */
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
 * @param {string} group
 * @param {readonly Result[]} results
 */
function section(group, results) {
  const inGroup = results.filter(({ workload }) => workload.group === group);
  // Workloads that have the same contestants share a table.
  const contestants = new Set(inGroup.map(({ workload }) => contestantsOf(workload).join()));
  const tables = [...contestants].map((names) =>
    groupTable(inGroup.filter(({ workload }) => contestantsOf(workload).join() === names)),
  );
  return [`## ${group}`, ...tables].join("\n\n");
}

/** @param {Workload} workload */
const contestantsOf = ({ ours, peers }) => [...ours, ...peers];

/** @param {readonly Result[]} results */
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
    ours.map((way) => [
      workload.name,
      ours.length > 1 ? nameOf(way) : "",
      ...peers.map((peer) => formatRatio(wallRatio(samples, peer, way))),
      busy(samples),
    ]),
  );
  return table(["wschan's speed beside", "way", ...peers.map(nameOf), "server busy"], rows);
}

/** @param {Partial<Sample>} sample */
const wallOf = ({ wall = NaN }) => wall;

/** @param {Partial<Sample>} sample */
const cpuOf = ({ cpu = NaN }) => cpu;

/**
 * @param {Result["samples"]} samples
 * @param {string} peer
 * @param {string} way
 */
const wallRatio = (samples, peer, way) =>
  ratio((samples[peer] ?? []).map(wallOf), (samples[way] ?? []).map(wallOf));

/** @param {readonly Partial<Sample>[]} samples */
const bytesOf = (samples) => spread(samples.map(({ bytes = NaN }) => bytes)).median;

/**
 * How much of its time the server was at work, for the contestant that gave it the least rest.
 *
 * @param {Record<string, Partial<Sample>[]>} samples
 */
function busy(samples) {
  const shares = Object.values(samples).map((each) => {
    const measured = each.flatMap(({ server, wall = NaN }) =>
      server === undefined ? [] : server / wall,
    );
    return measured.length > 0 ? spread(measured).median : 0;
  });
  const most = Math.max(...shares);
  return most > 0 ? `${Math.round(most * 100)} %` : "";
}
