import fc from "fast-check";
import type { TestContext } from "vitest";
import { conclude } from "./outcome.js";
import { ms } from "./time.js";

/** Seed of all random cases: the same in every run, unless `WSCHAN_FUZZ_SEED` sets another one. */
export const SEED = Number(process.env.WSCHAN_FUZZ_SEED ?? 20_261_126);

/** Factor of the number of cases, set by `WSCHAN_FUZZ_RUNS`. Default: 1. */
export const RUNS = Number(process.env.WSCHAN_FUZZ_RUNS ?? 1);

/** Longest duration of one case, in milliseconds. A longer one is a hang, and fails with its seed. */
const CASE_TIMEOUT_MS = 10_000;

/** A property that has to hold for every generated case. */
export interface Property<T> {
  /** Summary in a few words, for docs/reliability/fuzzing.md. */
  readonly claim: string;
  /** Number of cases, before the factor {@link RUNS}. */
  readonly runs: number;
  readonly given: fc.Arbitrary<T>;
  /** Kinds of results that have to occur. Otherwise the generated cases would be too narrow. */
  readonly meets: readonly string[];
  /** Throws if the property does not hold; returns the kinds of results that occurred. */
  check(value: T): Iterable<string> | Promise<Iterable<string>>;
}

/** Checks a property with random cases. A failure reports the seed and the smallest failing case. */
export async function explore<T>(context: TestContext, property: Property<T>): Promise<void> {
  const met = new Set<string>();
  let cases = 0;
  const attempt = async (value: T): Promise<void> => {
    cases++;
    for (const kind of await property.check(value)) met.add(kind);
  };
  const result = await fc.check(fc.asyncProperty(property.given, attempt), {
    seed: SEED,
    numRuns: property.runs * RUNS,
    timeout: ms(CASE_TIMEOUT_MS),
    includeErrorInReport: true,
  });
  const summarize = (kinds: Iterable<string>): string =>
    `${property.claim}; kinds of results: ${[...kinds].sort().join(", ")}`;
  conclude(context, {
    cases,
    expected: summarize(property.meets),
    happened: fc.defaultReportMessage(result) ?? summarize(met),
  });
}
