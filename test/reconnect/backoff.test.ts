import { describe, expect, test } from "vitest";
import { pauseAfter } from "../../src/reconnect/backoff.js";

const HOUR_MS = 3_600_000;
const SETTINGS = { min: 500, max: 30_000, factor: 2 };

describe("the backoff window", () => {
  test.each([
    [0, 500],
    [1, 1_000],
    [5, 16_000],
    [6, 30_000],
    [5_000, 30_000],
  ])("after %i failures is 0 to %i ms", (failures, spread) => {
    expect(pauseAfter(failures, SETTINGS, HOUR_MS)).toEqual([0, spread]);
  });

  test("does not grow with a factor of 1", () => {
    expect(pauseAfter(9, { ...SETTINGS, factor: 1 }, HOUR_MS)).toEqual([0, 500]);
  });
});

describe("the delay that a server asks for", () => {
  test.each([
    // The window after Retry-After has the same length, so that clients do not return at the same moment.
    [0, 7_000, [7_000, 7_000]],
    // The window is no longer than `max`.
    [0, 120_000, [120_000, 30_000]],
    // The window is no shorter than without Retry-After.
    [5, 1_000, [1_000, 16_000]],
  ])("is honoured after %i failures with a Retry-After of %i ms", (failures, retryAfter, pause) => {
    expect(pauseAfter(failures, SETTINGS, HOUR_MS, { retryAfter })).toEqual(pause);
  });

  test.each([
    [HOUR_MS - 1, HOUR_MS - 1],
    [HOUR_MS, HOUR_MS],
    [HOUR_MS + 1, HOUR_MS],
    [9_223_372_036_855, HOUR_MS],
    [Infinity, HOUR_MS],
  ])("with a Retry-After of %d ms is %d ms if the maximum is an hour", (retryAfter, least) => {
    expect(pauseAfter(0, SETTINGS, HOUR_MS, { retryAfter })).toEqual([least, 30_000]);
  });

  test("is limited to backoff.max if that is more than the maximum", () => {
    const pause = pauseAfter(0, SETTINGS, 1_000, { retryAfter: HOUR_MS });
    expect(pause).toEqual([30_000, 30_000]);
  });

  test.each([-1, NaN, 0])("is ignored if Retry-After is %d ms", (retryAfter) => {
    expect(pauseAfter(0, SETTINGS, HOUR_MS, { retryAfter })).toEqual([0, 500]);
  });

  test.each([1012, 1013])(
    "after close code %i is 5 to 30 seconds, as the IANA registry specifies",
    (closeCode) => {
      expect(pauseAfter(0, SETTINGS, HOUR_MS, { closeCode })).toEqual([5_000, 25_000]);
    },
  );

  test("after close code 1012 is limited to backoff.max", () => {
    expect(pauseAfter(0, { ...SETTINGS, max: 2_000 }, HOUR_MS, { closeCode: 1012 })).toEqual([
      2_000, 0,
    ]);
  });

  test("after any other close code is none", () => {
    expect(pauseAfter(0, SETTINGS, HOUR_MS, { closeCode: 1011 })).toEqual([0, 500]);
  });
});
