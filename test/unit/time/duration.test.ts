import { describe, expect, test } from "vitest";

import { parseDuration } from "../../../src/time/duration.js";
import type { Duration } from "../../../src/time/duration.js";
import type { WsError } from "../../../src/errors/ws-error.js";
import { failure } from "../../helpers/failure.js";
import { ms } from "../../helpers/time.js";

/** Returns the error with which `parseDuration` rejects a value of any type. */
function refusal(value: unknown): Promise<WsError> {
  return failure(() => parseDuration(value as Duration));
}

describe("parseDuration reads", () => {
  test.each<[Duration, number]>([
    [0, 0],
    [-0, 0],
    [1, 1],
    [0.25, 0.25],
    [2 ** 31, 2 ** 31],
    ["0", 0],
    ["+0", 0],
    ["-0", 0],
    ["0s", 0],
    ["-0s", 0],
    ["-0.0h", 0],
    ["300ms", 300],
    ["1h15m30.5s", 4530500],
    ["+5s", 5000],
    ["5ns", 0.000005],
    ["2us", 0.002],
    ["2\u00b5s", 0.002],
    ["2\u03bcs", 0.002],
    ["1m", 60000],
    ["1h", 3600000],
    ["1.s", 1000],
    [".5s", 500],
    ["0.1h", 360000],
    ["007s", 7000],
    ["1s1s", 2000],
    ["1ms1h", 3600001],
    ["1.005s", 1005],
    ["4.35s", 4350],
    ["0.3333333333333333333h", 1200000],
    ["2562047h47m16.854775807s", 2 ** 63 / 1e6],
    ["9223372036854775807ns", 2 ** 63 / 1e6],
    [2 ** 63 / 1e6, 2 ** 63 / 1e6],
  ])("%o as %d ms", (value, expected) => {
    expect(parseDuration(value)).toBe(expected);
  });

  test("every whole millisecond exactly, with a point or without", () => {
    for (let n = 0; n < 5000; n++) {
      expect(parseDuration(`${(n / 1000).toFixed(3)}s`)).toBe(n);
      expect(parseDuration(`${n}ms`)).toBe(n);
    }
  });
});

describe("parseDuration rejects with INVALID_DURATION", () => {
  test.each([
    ["", '""'],
    ["-", '"-"'],
    ["+", '"+"'],
    ["s", '"s"'],
    [".", '"."'],
    [".s", '".s"'],
    ["+.s", '"+.s"'],
    ["+-5s", '"+-5s"'],
    ["--5s", '"--5s"'],
    ["5", '"5"'],
    ["00", '"00"'],
    ["0.0", '"0.0"'],
    ["1s5", '"1s5"'],
    ["1.2.3s", '"1.2.3s"'],
    ["10 parsecs", '"10 parsecs"'],
    ["1 s", '"1 s"'],
    [" 1s", '" 1s"'],
    ["1s ", '"1s "'],
    ["1s\n", '"1s\\n"'],
    ["1s-1s", '"1s-1s"'],
    ["1d", '"1d"'],
    ["1S", '"1S"'],
    ["1sm", '"1sm"'],
    ["1e3s", '"1e3s"'],
    ["0x10s", '"0x10s"'],
    ["Infinity", '"Infinity"'],
    ["\u0661s", '"\u0661s"'],
    ["5constructor", '"5constructor"'],
    ["5__proto__", '"5__proto__"'],
    [NaN, "NaN"],
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [5n, "5"],
    [Symbol("s"), "Symbol(s)"],
    [[1], "an array"],
    [{ valueOf: () => 5 }, "an object"],
    [() => 5, "a function"],
    [-1, "-1"],
    [-Number.MIN_VALUE, "-5e-324"],
    [-Infinity, "-Infinity"],
    [Infinity, "Infinity"],
    [9223372036854.777, "9223372036854.777"],
    ["-5s", '"-5s"'],
    ["-1ns", '"-1ns"'],
    ["2562047h47m16.857s", '"2562047h47m16.857s"'],
    ["2562048h", '"2562048h"'],
    ["9223372036854777ns9223372036854777us", '"9223372036854777ns9223372036854777us"'],
  ])("%o, with the range and an example", async (value, shown) => {
    const error = await refusal(value);
    expect(error.code).toBe("INVALID_DURATION");
    expect(error.message).toBe(
      `duration must be 0 to 9223372036854.775 ms or a Go duration such as "1h15m30.5s", not ${shown}`,
    );
  });

  test("a long text, and shows 60 characters of it", async () => {
    expect((await refusal("x".repeat(60))).message).toContain(`not "${"x".repeat(60)}"`);
    expect((await refusal("x".repeat(61))).message).toContain(`not "${"x".repeat(60)}..."`);
  });

  const million = 1_000_000;
  test.each([
    ["digits", "1".repeat(million)],
    ["digits and no known unit", "1".repeat(million) + "x"],
    ["points", ".".repeat(million)],
    ["digits with points", "1.".repeat(million / 2) + "s"],
    ["signs", "-".repeat(million)],
    ["units", "s".repeat(million)],
    ["spaces", " ".repeat(million)],
    ["good terms and a bad one", "1s".repeat(million / 2) + "!"],
    ["a number beyond all range", "9".repeat(million) + "h"],
  ])("a million characters of %s, in linear time", async (_, text) => {
    const start = performance.now();
    expect((await refusal(text)).code).toBe("INVALID_DURATION");
    expect(performance.now() - start).toBeLessThan(ms(1000));
  });
});
