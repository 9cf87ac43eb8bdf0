import { expect } from "vitest";
import type { TestContext } from "vitest";

/** A measured value and its upper bound. */
export interface Measure {
  readonly value: number;
  readonly bound: number;
}

/** Result of a test of the reliability suites: a line of a page in docs/reliability/. */
export interface Outcome {
  /** Number of cases in the test: the runs of a property, the rows of a table. Default: 1. */
  readonly cases?: number;
  /** Expected result, in words and codes that are the same in every run: "PROTOCOL_ERROR, 1002 on the wire". */
  readonly expected: string;
  /** Observed result, in the same form as `expected` and derived only from observations. */
  readonly happened: string;
  /** Number of messages that were delivered or acknowledged, and then lost. Omitted if none are sent. */
  readonly lost?: number;
  /** Duration in milliseconds. */
  readonly time?: Measure;
  /** Memory growth in bytes. */
  readonly memory?: Measure;
}

declare module "vitest" {
  interface TaskMeta {
    outcome?: Outcome;
  }
}

/** Records the result of a test, and fails the test if the result is not as expected. */
export function conclude({ task }: TestContext, outcome: Outcome): void {
  task.meta.outcome = outcome;
  const { expected, happened, lost = 0, time, memory } = outcome;
  expect(happened).toBe(expected);
  expect(lost).toBe(0);
  if (time) expect(time.value, "milliseconds").toBeLessThanOrEqual(time.bound);
  if (memory) expect(memory.value, "bytes").toBeLessThanOrEqual(memory.bound);
}

/** Returns an outcome that is as expected if at least one value was seen and all are among `allowed`. */
export function oneOf(
  allowed: readonly string[],
  seen: ReadonlySet<string>,
): Pick<Outcome, "expected" | "happened"> {
  const expected = allowed.join(" or ");
  const others = [...seen].filter((one) => !allowed.includes(one));
  return {
    expected,
    happened: seen.size > 0 && others.length === 0 ? expected : others.join(", "),
  };
}
