import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { parseDuration } from "../../src/time/duration.js";
import { WsError } from "../../src/errors/ws-error.js";
import { explore } from "../helpers/fuzz.js";
import {
  fromMilliseconds,
  MAX_DURATION,
  NANOSECOND,
  readDuration,
  UNIT_NAMES,
} from "./go-duration.js";

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.nat(9).map(String), minLength, maxLength, size: "max" });

const number = fc.oneof(
  digits(1, 4),
  digits(1, 20),
  fc.tuple(digits(0, 7), digits(1, 25)).map(([whole, fraction]) => `${whole}.${fraction}`),
  digits(1, 7).map((whole) => `${whole}.`),
);

const term = fc.tuple(number, fc.constantFrom(...UNIT_NAMES)).map((pair) => pair.join(""));

/** Durations that Go accepts, of every form. */
const durations = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("0", "+0", "-0") },
  {
    weight: 30,
    arbitrary: fc
      .tuple(
        fc.constantFrom("", "", "", "", "+", "-"),
        fc.array(term, { minLength: 1, maxLength: 6 }),
      )
      .map(([sign, terms]) => sign + terms.join("")),
  },
  // Durations close to the longest one, above and below it.
  {
    weight: 4,
    arbitrary: fc
      .bigInt({ min: -(10n ** 5n), max: 10n ** 5n })
      .map((off) => `${(2n ** 63n + off).toString()}ns`),
  },
);

/** Characters and parts of durations, and others that look similar. */
const characters = fc.constantFrom(
  ...["+", "-", ".", "0", "7", "n", "u", "\u00b5", "\u03bc", "m", "s", "h", "d", "e", "E", "x"],
  ...[" ", "\n", "\0", "_", ",", "\u0663", "\uff11", "\u2212", "ms", "ns", "1h", "\ud83d"],
);

/** Changes texts in one to three places. */
function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drops: fc.nat(2) });
  return fc
    .tuple(texts, fc.array(fc.tuple(change, fc.option(characters)), { minLength: 1, maxLength: 3 }))
    .map(([text, changes]) =>
      changes.reduce((changed, [{ at, drops }, inserted]) => {
        const index = Math.round(at * changed.length);
        return changed.slice(0, index) + (inserted ?? "") + changed.slice(index + drops);
      }, text),
    );
}

/** Excess over the longest duration that a number of milliseconds cannot represent. */
const ROUNDING_MARGIN = 1_000n * NANOSECOND;

function parse(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    assert.ok(WsError.is(error));
    assert.equal(error.code, "INVALID_DURATION");
    return undefined;
  }
}

/** Compares the parsed duration with that of the exact parser, and returns the kind of text. */
function compare(text: string): string[] {
  const exact = readDuration(text);
  const ms = parse(text);
  if (exact === undefined || exact < 0n || exact > MAX_DURATION + ROUNDING_MARGIN) {
    assert.equal(ms, undefined);
    return [exact === undefined ? "invalid" : exact < 0n ? "negative" : "too long"];
  }
  if (ms === undefined) {
    assert.ok(exact > MAX_DURATION, "rejected although it is in range");
    return ["too long"];
  }
  if (exact === 0n) {
    assert.ok(Object.is(ms, 0));
    return ["zero"];
  }
  // Each term, each factor of minutes or hours, and each sum adds a rounding error of half a unit in the
  // last place.
  const terms = text.match(/[a-z\u00b5\u03bc]+/g) ?? [];
  const roundings = terms.length + (terms.some((unit) => /^[mh]$/.test(unit)) ? 1 : 0);
  const off = fromMilliseconds(ms) - exact;
  // A thousandth of one such error more allows for errors of a higher order.
  const bound = exact * BigInt(roundings * 1000 + 1);
  assert.ok((off < 0n ? -off : off) * 2n ** 53n * 1000n <= bound, `read as ${ms}`);
  return ["duration"];
}

const claim = "the duration that Go's documentation specifies, except for rounding";

test("parseDuration agrees with time.ParseDuration of Go on valid durations", (context) =>
  explore(context, {
    claim,
    runs: 10_000,
    given: durations,
    meets: ["duration", "negative", "too long", "zero"],
    check: compare,
  }));

test("parseDuration agrees with time.ParseDuration of Go on any other text", (context) =>
  explore(context, {
    claim,
    runs: 15_000,
    given: fc.oneof(
      { weight: 4, arbitrary: mutated(durations) },
      fc.string({ unit: characters, maxLength: 8 }),
      fc.string({ unit: "binary" }),
    ),
    meets: ["duration", "invalid", "negative", "too long", "zero"],
    check: compare,
  }));
