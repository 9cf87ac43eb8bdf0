import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Measure, Outcome } from "./outcome.js";
import { displayName, PROMISES } from "./promises.js";
import { ROOT } from "./root.js";

/** A case of a suite and its result. */
export interface Case {
  readonly name: string;
  /** The values that the case has recorded; `undefined` for a test that only passes or fails. */
  readonly outcome: Outcome | undefined;
  readonly passed: boolean;
}

/** The cases of each suite, by its title. */
export type Results = ReadonlyMap<string, readonly Case[]>;

/** A part of the page. */
interface Suite {
  readonly title: string;
  readonly about: string;
  /** The folder or file of its tests. */
  readonly path: string;
}

export const SUITES: readonly Suite[] = [
  {
    title: "Faults",
    path: "test/faults/",
    about:
      'A TCP proxy between client and server delays, throttles, splits, joins, stalls, ends and resets connections, in each direction and in each phase. The tests whose names begin with "the fault proxy" check the proxy itself.',
  },
  {
    title: "Hostile servers",
    path: "test/adversary/",
    about:
      "A server sends bytes that no correct server sends: usually the message `before`, the bytes under test, the message `after`, and a close frame with 1000. `received` lists the messages that the client delivered, and `wire` the frames that the server received.",
  },
  {
    title: "Fuzzing",
    path: "test/fuzz/",
    about:
      "fast-check generates programs, strings and byte streams, and an independent model predicts the results. `kinds of results` lists those that have to occur. `WSCHAN_FUZZ_SEED` selects other cases, and `WSCHAN_FUZZ_RUNS` multiplies their number.",
  },
  {
    title: "Peers",
    path: "test/peers/",
    about:
      "Servers of other projects, over real sockets: libwebsockets, Mosquitto, nginx, `websockets` of Python, and `ws`; and the proxies Squid, Tinyproxy, Dante and nginx. `source` and `built package` name the build of wschan that is tested.",
  },
  {
    title: "Leaks and soak",
    path: "test/soak/",
    about:
      "Many connections and long connections, and the memory, listeners and timers that they leave.",
  },
  {
    title: "Reconnecting",
    path: "test/reconnect/",
    about:
      "`wschan/reconnect` with connections that are cut, servers that are killed, unreachable or refuse connections, and processes that were suspended.",
  },
  {
    title: "Payload codecs",
    path: "test/codec/",
    about:
      "`wschan/codec` decodes output of zlib of Node and Python, and corrupt messages: truncated at every byte, with each bit flipped, and decompression bombs that inflate 1 MB to 1 GiB. `(Node)` and `(browser)` name the entry: that for Node uses zlib, the other one does not.",
  },
  {
    title: "Invalid input",
    path: "test/unit/bad-input.test.ts",
    about:
      "Each invalid argument is rejected before any network access, with the error code in the name of its test.",
  },
];

/** The whole of docs/RELIABILITY.md. */
export function renderPage(results: Results): string {
  const parts = SUITES.map(({ title }) => ({ title, cases: results.get(title) ?? [] }));
  return [
    "<!-- Written by `npm run reliability`. -->",
    "# Reliability",
    "This page lists the promises of wschan and the results of the tests that try to break them. `npm run reliability` runs these tests and writes the page, and every test run checks that its results are on it. Times and memory are those of one run on a small shared machine, each with the bound that its test enforces.",
    "Error codes are in capitals. `closed by the client with 3001 (not clean)` describes the `by`, `code` and `clean` of `CloseInfo`; `lost` means that neither side closed the connection.",
    "## Promises",
    "Each promise, and the tests that fail if it is broken.",
    renderPromises(),
    "## Summary",
    renderSummary(parts),
    ...SUITES.flatMap((suite) => renderSuite(suite, results.get(suite.title) ?? [])),
    "## Mutation testing",
    "`npm run mutation` changes `src/` in thousands of ways, one at a time, and runs the tests: a change is killed if a test fails. [mutation-survivors.md](mutation-survivors.md) explains why the changes that survived are acceptable.",
    renderMutation(),
  ]
    .join("\n\n")
    .concat("\n");
}

function renderPromises(): string {
  const rows = PROMISES.flatMap(({ promise, tests }) =>
    tests.map(
      (test, i) => `| ${i === 0 ? promise : ""} | ${displayName(test)} | \`${test.file}\` |`,
    ),
  );
  return table("| promise | test | in |", rows);
}

function renderSummary(parts: readonly { title: string; cases: readonly Case[] }[]): string {
  const rows = parts.map(({ title, cases }) => {
    const passed = cases.filter((one) => one.passed);
    const lost = sum(cases, ({ outcome }) => outcome?.lost ?? 0);
    const counts = [cases, passed].map((some) => sum(some, countOf).toLocaleString("en"));
    return `| ${title} | ${counts.join(" | ")} | ${lost} |`;
  });
  return table("| suite | cases | passed | messages lost |", rows);
}

function renderSuite({ title, about, path }: Suite, cases: readonly Case[]): string[] {
  const rows = cases.filter(({ outcome }) => outcome).map(renderWholeRow);
  const header =
    "| test | expected result | actual result | cases | messages lost | time (bound) | memory (bound) |";
  const body = rows.length > 0 ? [table(header, rows)] : [];
  return [`## ${title}`, `${about} Tests: \`${path}\`.`, ...body];
}

/** The part of a row that is the same in every run. */
export function renderRow({ name, outcome }: Case): string {
  return outcome ? `| ${escape(name)} | ${escape(outcome.expected)} |` : "";
}

function renderWholeRow(one: Case): string {
  const { expected = "", happened = "", lost, time, memory } = one.outcome ?? {};
  const cells = [
    happened === expected ? (one.passed ? "as expected" : "failed") : escape(happened),
    countOf(one).toLocaleString("en"),
    lost ?? "",
    measure(time, (value) => `${(value / 1000).toFixed(2)} s`),
    measure(memory, (value) => `${(value / 2 ** 20).toFixed(1)} MiB`),
  ];
  return `${renderRow(one)} ${cells.join(" | ")} |`;
}

/** The counts of a file in docs/mutation.json. */
interface Mutants {
  readonly mutants: number;
  readonly killed: number;
  readonly timeout: number;
  readonly survived: number;
  readonly noCoverage: number;
  readonly errors: number;
  readonly score: number;
}

function renderMutation(): string {
  const { files } = JSON.parse(readFileSync(join(ROOT, "docs/mutation.json"), "utf8")) as {
    readonly files: Readonly<Record<string, Mutants>>;
  };
  const rows = Object.entries(files).map(([file, of]) => {
    const counts = [of.mutants, of.killed + of.timeout, of.survived + of.noCoverage, of.errors];
    return `| \`${file}\` | ${counts.join(" | ")} | ${of.score.toFixed(1)} % |`;
  });
  return table("| file | changes | killed | not killed | no result | score |", rows);
}

function table(header: string, rows: readonly string[]): string {
  const rule = header.replace(/[^|]+/g, " --- ");
  return [header, rule, ...rows].join("\n");
}

function measure(given: Measure | undefined, show: (value: number) => string): string {
  return given ? `${show(Math.max(0, given.value))} (${show(given.bound)})` : "";
}

function countOf({ outcome }: Case): number {
  return outcome?.cases ?? 1;
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}
