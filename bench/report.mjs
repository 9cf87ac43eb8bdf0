// @ts-check
// Writes docs/PERFORMANCE.md.
import { NAMES } from "./peers/index.mjs";
import { ratio, spread } from "./rounds.mjs";

/** @typedef {import("./work/index.mjs").Workload} Workload */
/** @typedef {import("./measure.mjs").Sample} Sample */
/** @typedef {{ workload: Workload, samples: Record<string, Partial<Sample>[]> }} Result */
/** @typedef {import("./rounds.mjs").Spread} Spread */

/** @param {string} contestant */
const nameOf = (contestant) =>
  /** @type {Readonly<Record<string, string>>} */ (NAMES)[contestant] ?? contestant;

/** What the page says of how it was measured. */
const METHOD = `
- **A ratio is the peer's time over wschan's**, so that 2.00 is twice as fast and 0.50 half as fast. It is taken within a round, in which every contestant does the same work once; odd rounds go through them in the reverse order. A cell shows the median over the rounds, and the least and the greatest of them.
- **Time is that of the clock**, since that is what a user waits for. Where the server had no rest either (column "server busy": its CPU time over the time of the fastest contestant) the clock tells how fast the server is; the ratio of CPU times beside it tells what the client had to do itself. It counts the threads of zlib and of the garbage collector as well, and it is the steadier of the two on a machine that does other things.
- **Each contestant is a process of its own**, which stays for all rounds of one workload. In one process the ratios were up to a fifth higher or lower: libraries over \`ws\` share its code with whatever the optimizer made of it for another's sake.
- **Warm**: two rounds go before those that count. Connections are opened before the clock starts and closed after it stops, and garbage is collected before, save where opening is what is measured.
- **The server** (\`bench/server/\`) is a process of its own and speaks frames by hand: it sends chunks made beforehand, compressed ones too, and reads nothing but frame headers. It was held against Bun's: it is as fast with large messages and when it answers them one by one, and needs an eighth of the CPU time to send small ones and half to take them in.
- **Peers are used as their users do**, each by one small file of \`bench/peers/\`; those that want a \`WebSocket\` class get that of \`ws\`. All look at every message, texts as strings.
- **Bytes** are V8's heap and what stands beside it (\`heapUsed + external\`) after a collection. Allocations are the growth of a young generation so large that nothing in it was collected.
- **In Chromium** one page does both, round by round; Chromium is started directly, since what drives it for automation slows it down unevenly.
`.trim();

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

## Targets

${met} of ${targets.length} are met.

${table(["what", "wschan's way", "beside", "ratio", "CPU ratio", "server busy", "target", ""], targets)}

${groups.map((group) => section(group, results)).join("\n\n")}

## Machine

${table(["", ""], [...Object.entries({ ...machine, chromium: chromium ?? "not found: not measured" }), ["rounds", String(rounds)]])}

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
      const row = [name, nameOf(way), nameOf(peer)];
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
      nameOf(way),
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

/** @param {Spread} spread */
export function formatRatio({ median, low, high }) {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (Math.abs(bytes) >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${Math.round(bytes).toLocaleString("en")} B`;
}

/**
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 */
function table(header, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
