import { expect } from "vitest";
import type { TestContext } from "vitest";

/** A measured value and the bound it has to stay within. */
export interface Measure {
  readonly value: number;
  readonly bound: number;
}

/** What a case of the reliability suites has shown: a line of docs/RELIABILITY.md. */
export interface Outcome {
  /** How many cases this stands for: the runs of a property, the rows of a table. Default: 1. */
  readonly cases?: number;
  /** In words and codes that are the same in every run: "PROTOCOL_ERROR, 1002 on the wire". */
  readonly expected: string;
  /** What was seen, put together from what was seen and in the same form. */
  readonly happened: string;
  /** Messages that were delivered or acknowledged, and then lost. Left out where none are sent. */
  readonly lost?: number;
  /** In milliseconds. */
  readonly time?: Measure;
  /** Growth in bytes. */
  readonly memory?: Measure;
}

declare module "vitest" {
  interface TaskMeta {
    outcome?: Outcome;
  }
}

/** Notes what a case has shown, and fails it where that is not what was to be. */
export function conclude({ task }: TestContext, outcome: Outcome): void {
  task.meta.outcome = outcome;
  const { expected, happened, lost = 0, time, memory } = outcome;
  expect(happened).toBe(expected);
  expect(lost).toBe(0);
  if (time) expect(time.value, "milliseconds").toBeLessThanOrEqual(time.bound);
  if (memory) expect(memory.value, "bytes").toBeLessThanOrEqual(memory.bound);
}

/** Each of what was seen has to be one of these, and there has to be something. */
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
