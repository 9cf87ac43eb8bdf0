import fc from "fast-check";
import type { TestContext } from "vitest";
import { conclude } from "./outcome.js";
import { ms } from "./time.js";

/** What all random cases grow from: the same in every run, unless `WSCHAN_FUZZ_SEED` says otherwise. */
export const SEED = Number(process.env.WSCHAN_FUZZ_SEED ?? 20_261_126);

/** How many times as many cases as usual are tried: `WSCHAN_FUZZ_RUNS`. */
export const RUNS = Number(process.env.WSCHAN_FUZZ_RUNS ?? 1);

/** How long one case may take, in milliseconds; a longer one hangs, and fails with its seed. */
const CASE_TIMEOUT = 10_000;

/** What holds for every case that can be made. */
export interface Property<T> {
  /** In a few words, as a page of results shows it. */
  readonly claim: string;
  /** How many cases are tried, before {@link RUNS}. */
  readonly runs: number;
  readonly given: fc.Arbitrary<T>;
  /** What has to come up among the cases, or they would show nothing. */
  readonly meets: readonly string[];
  /** Throws where the property does not hold; tells what came up. */
  check(value: T): Iterable<string> | Promise<Iterable<string>>;
}

/** Tries a property; where it does not hold, says the seed and the smallest case that was found. */
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
    timeout: ms(CASE_TIMEOUT),
    includeErrorInReport: true,
  });
  const tell = (kinds: Iterable<string>): string =>
    `${property.claim}; met: ${[...kinds].sort().join(", ")}`;
  conclude(context, {
    cases,
    expected: tell(property.meets),
    happened: fc.defaultReportMessage(result) ?? tell(met),
  });
}
