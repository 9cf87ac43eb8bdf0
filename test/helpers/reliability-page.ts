import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Measure, Outcome } from "./outcome.js";
import { PROMISES } from "./promises.js";
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
      "A TCP proxy between client and server delays, throttles, splits, joins, stalls, resets and cuts, in each direction and at each phase of a connection.",
  },
  {
    title: "Adversary",
    path: "test/adversary/",
    about:
      "A server sends bytes that no library would send. The close code is the one it received.",
  },
  {
    title: "Fuzzing",
    path: "test/fuzz/",
    about:
      "fast-check draws programs, strings and byte streams, and an independent model says what must come of them. `WSCHAN_FUZZ_SEED` and `WSCHAN_FUZZ_RUNS` explore further.",
  },
  {
    title: "Peers",
    path: "test/peers/",
    about: "Servers that others wrote, over real sockets.",
  },
  {
    title: "Leaks and soak",
    path: "test/soak/",
    about: "Many connections, and long ones: what is left of them.",
  },
  {
    title: "Reconnecting",
    path: "test/reconnect/",
    about:
      "`wschan/reconnect` over connections that are cut, servers that are killed, refuse or stay away, and processes that sleep.",
  },
  {
    title: "Payload codecs",
    path: "test/codec/",
    about:
      "`wschan/codec` is given what Node's and Python's zlib make, and what they would not: messages cut short at every byte, with each bit flipped, and those of 1 MB that hold 1 GiB.",
  },
  {
    title: "Bad input",
    path: "test/unit/bad-input.test.ts",
    about: "Each is refused at once, with the code and the words that its test names.",
  },
];

/** The whole of docs/RELIABILITY.md. */
export function renderPage(results: Results): string {
  const parts = SUITES.map(({ title }) => ({ title, cases: results.get(title) ?? [] }));
  return [
    "<!-- Written by `npm run reliability`. -->",
    "# Reliability",
    "What wschan promises, and what was done to break it. `npm run reliability` runs it all and writes this page; every test run checks that what it sees stands here. Times and memory are those of one run on a small shared machine, each with the bound that its test holds it to.",
    "## The promises",
    "Each promise, and the tests that fail if it is broken.",
    renderPromises(),
    "## In numbers",
    renderSummary(parts),
    ...SUITES.flatMap((suite) => renderSuite(suite, results.get(suite.title) ?? [])),
    "## Mutation testing",
    "`npm run mutation` changes `src/` in thousands of ways, one at a time, and runs the tests: a change that fails one is killed. [mutation-survivors.md](mutation-survivors.md) says why the others may live.",
    renderMutation(),
  ]
    .join("\n\n")
    .concat("\n");
}

function renderPromises(): string {
  const rows = PROMISES.flatMap(({ promise, tests }) =>
    tests.map(({ file, name }, i) => `| ${i === 0 ? promise : ""} | ${name} | \`${file}\` |`),
  );
  return table("| promise | test | in |", rows);
}

function renderSummary(parts: readonly { title: string; cases: readonly Case[] }[]): string {
  const rows = parts.map(({ title, cases }) => {
    const good = cases.filter(({ passed }) => passed);
    const lost = sum(cases, ({ outcome }) => outcome?.lost ?? 0);
    const counts = [cases, good].map((some) => sum(some, countOf).toLocaleString("en"));
    return `| ${title} | ${counts.join(" | ")} | ${lost} |`;
  });
  return table("| suite | cases | as expected | messages lost |", rows);
}

function renderSuite({ title, about, path }: Suite, cases: readonly Case[]): string[] {
  const rows = cases.filter(({ outcome }) => outcome).map(renderWholeRow);
  const header = "| case | expected | happened | cases | lost | time (bound) | memory (bound) |";
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
  return table("| file | mutants | killed | not killed | no result | score |", rows);
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
