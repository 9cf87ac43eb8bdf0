import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LIMITS } from "./limits.js";
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

/** A suite of tests, which has a page of its own. */
interface Suite {
  readonly title: string;
  /** The faults or inputs, in a few words, for the summary. */
  readonly summary: string;
  /** An explanation, for the suite's own page. */
  readonly about: string;
  /** The folder or file of its tests. */
  readonly path: string;
}

export const SUITES: readonly Suite[] = [
  {
    title: "Faults",
    summary: "delays, throttling, splits, stalls, ends and resets of connections, in each phase",
    path: "test/faults/",
    about:
      'A TCP proxy between client and server delays, throttles, splits, joins, stalls, ends and resets connections, in each direction and in each phase. The tests whose names begin with "the fault proxy" check the proxy itself.',
  },
  {
    title: "Hostile servers",
    summary: "bytes that no correct server sends",
    path: "test/adversary/",
    about:
      "A server sends bytes that no correct server sends: usually the message `before`, the bytes under test, the message `after`, and a close frame with 1000. `received` lists the messages that the client delivered, and `wire` the frames that the server received.",
  },
  {
    title: "Fuzzing",
    summary: "generated programs, strings and byte streams, checked against a model",
    path: "test/fuzz/",
    about:
      "fast-check generates programs, strings and byte streams, and an independent model predicts the results. `kinds of results` lists those that have to occur. `WSCHAN_FUZZ_SEED` selects other cases, and `WSCHAN_FUZZ_RUNS` multiplies their number.",
  },
  {
    title: "Peers",
    summary: "servers and proxies of other projects",
    path: "test/peers/",
    about:
      "Servers of other projects, over real sockets: libwebsockets, Mosquitto, nginx, `websockets` of Python, and `ws`; and the proxies Squid, Tinyproxy, Dante and nginx. `source` and `built package` name the build of wschan that is tested.",
  },
  {
    title: "Leaks and soak",
    summary: "many connections, and long ones",
    path: "test/soak/",
    about:
      "Many connections and long connections, and the memory, listeners and timers that they leave.",
  },
  {
    title: "Reconnecting",
    summary: "cut connections, killed servers, suspended processes",
    path: "test/reconnect/",
    about:
      "`wschan/reconnect` with connections that are cut, servers that are killed, unreachable or refuse connections, and processes that were suspended.",
  },
  {
    title: "Payload codecs",
    summary: "truncated and corrupt messages, decompression bombs",
    path: "test/codec/",
    about:
      "`wschan/codec` decodes output of zlib of Node and Python, and corrupt messages: truncated at every byte, with each bit flipped, and decompression bombs that inflate 1 MB to 1 GiB. `(Node)` and `(browser)` name the entry: that for Node uses zlib, the other one does not.",
  },
  {
    title: "Invalid input",
    summary: "invalid arguments",
    path: "test/unit/bad-input.test.ts",
    about:
      "Each invalid argument is rejected before any network access, with the error code in the name of its test.",
  },
];

/** A generated page: its path, relative to the root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** The figures of a suite in the summary. */
export interface SuiteFigures {
  readonly title: string;
  readonly cases: number;
  readonly passed: number;
  readonly lost: number;
}

const NOTICE = "<!-- Written by `npm run reliability`. -->";

/** Returns the path of the page that has the results of a suite. */
export function pathOf({ title }: Pick<Suite, "title">): string {
  return `docs/reliability/${title.toLowerCase().replaceAll(" ", "-")}.md`;
}

/** Renders docs/RELIABILITY.md and the pages in docs/reliability/. */
export function renderPages(results: Results): Page[] {
  const parts = SUITES.map((suite) => ({ suite, cases: results.get(suite.title) ?? [] }));
  return [
    renderOverview(parts.map(({ suite, cases }) => figuresOf(suite.title, cases))),
    ...parts.map(({ suite, cases }) => renderSuite(suite, renderResults(cases))),
    renderMutationPage(),
  ];
}

function figuresOf(title: string, cases: readonly Case[]): SuiteFigures {
  return {
    title,
    cases: sum(cases, countOf),
    passed: sum(
      cases.filter(({ passed }) => passed),
      countOf,
    ),
    lost: sum(cases, ({ outcome }) => outcome?.lost ?? 0),
  };
}

/** Renders docs/RELIABILITY.md. */
export function renderOverview(figures: readonly SuiteFigures[]): Page {
  const tests = sum(PROMISES, ({ tests }) => tests.length);
  const text = toText([
    NOTICE,
    "# Reliability",
    "## Summary",
    `wschan makes ${PROMISES.length} [promises](#promises), and ${tests} tests fail if one of them is broken. The suites below try to break them. A case is one connection, program or input of a test. "Messages lost" counts messages that were delivered or acknowledged, and then lost.`,
    renderFigures(figures),
    `${renderMutationCount()} The [limits](#limits) are the things that wschan does not guarantee.`,
    "`npm run reliability` runs these tests and writes these pages, and every test run checks that its results are on them. Times and memory are those of one run on a small shared machine, each with the bound that its test enforces.",
    "## Limits",
    "Each limit, and a test that shows it. [Platforms](reference/platforms.md) lists all limits of the platforms.",
    table(
      "| limit | test | in |",
      LIMITS.map(({ limit, test }) => `| ${limit} | ${displayName(test)} | \`${test.file}\` |`),
    ),
    "## Promises",
    "Each promise, and the tests that fail if it is broken.",
    renderPromises(),
  ]);
  return { path: "docs/RELIABILITY.md", text };
}

function renderPromises(): string {
  const rows = PROMISES.flatMap(({ promise, tests }) =>
    tests.map(
      (test, i) => `| ${i === 0 ? promise : ""} | ${displayName(test)} | \`${test.file}\` |`,
    ),
  );
  return table("| promise | test | in |", rows);
}

function renderFigures(figures: readonly SuiteFigures[]): string {
  const all = {
    cases: sum(figures, ({ cases }) => cases),
    passed: sum(figures, ({ passed }) => passed),
    lost: sum(figures, ({ lost }) => lost),
  };
  const row = (first: string, summary: string, { cases, passed, lost }: typeof all): string => {
    const counts = [cases, passed, lost].map((count) => count.toLocaleString("en"));
    return `| ${first} | ${summary} | ${counts.join(" | ")} |`;
  };
  const rows = figures.map((one) => {
    const summary = SUITES.find(({ title }) => title === one.title)?.summary ?? "";
    return row(`[${one.title}](${pathOf(one).replace("docs/", "")})`, summary, one);
  });
  return table("| suite | faults and inputs | cases | passed | messages lost |", [
    ...rows,
    row("all", "", all),
  ]);
}

/** Renders the page of a suite. `results` is its table, or `undefined` if its tests only pass or fail. */
export function renderSuite(suite: Suite, results: string | undefined): Page {
  const legend =
    "Error codes are in capitals. `closed by the client with 3001 (not clean)` describes the `by`, `code` and `clean` of `CloseInfo`; `lost` means that neither side closed the connection.";
  const text = toText([
    NOTICE,
    `# ${suite.title}`,
    `${suite.about} Tests: \`${suite.path}\`.`,
    ...(results === undefined ? [] : [legend, results]),
  ]);
  return { path: pathOf(suite), text };
}

function renderResults(cases: readonly Case[]): string | undefined {
  const rows = cases.filter(({ outcome }) => outcome).map(renderWholeRow);
  const header =
    "| test | expected result | actual result | cases | messages lost | time (bound) | memory (bound) |";
  return rows.length > 0 ? table(header, rows) : undefined;
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

const MUTATION_PATH = "docs/reliability/mutation-testing.md";

/** Renders the page with the results of mutation testing. */
export function renderMutationPage(): Page {
  const rows = Object.entries(readMutants()).map(([file, of]) => {
    const counts = [of.mutants, of.killed + of.timeout, of.survived + of.noCoverage, of.errors];
    return `| \`${file}\` | ${counts.join(" | ")} | ${of.score.toFixed(1)} % |`;
  });
  const text = toText([
    NOTICE,
    "# Mutation testing",
    "`npm run mutation` changes `src/` in thousands of ways, one at a time, and runs the tests: a change is killed if a test fails. [Mutations that survive](../mutation-survivors.md) explains why the changes that survived are acceptable.",
    table("| file | changes | killed | not killed | no result | score |", rows),
  ]);
  return { path: MUTATION_PATH, text };
}

function renderMutationCount(): string {
  const files = Object.values(readMutants());
  const all = sum(files, ({ mutants }) => mutants);
  const alive = sum(files, ({ survived, noCoverage }) => survived + noCoverage);
  const counts = [all, alive].map((count) => count.toLocaleString("en"));
  return `[Mutation testing](${MUTATION_PATH.replace("docs/", "")}) made ${counts[0]} changes to the source, one at a time. The tests did not notice ${counts[1]} of them.`;
}

function readMutants(): Readonly<Record<string, Mutants>> {
  const { files } = JSON.parse(readFileSync(resolve(ROOT, "docs/mutation.json"), "utf8")) as {
    readonly files: Readonly<Record<string, Mutants>>;
  };
  return files;
}

/** Joins the paragraphs of a page. */
function toText(paragraphs: readonly string[]): string {
  return `${paragraphs.join("\n\n")}\n`;
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
