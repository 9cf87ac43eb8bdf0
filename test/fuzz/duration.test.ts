import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { parseDuration } from "../../src/time/duration.js";
import { WsError } from "../../src/errors/ws-error.js";
import { explore } from "../helpers/fuzz.js";
import { exactly, LONGEST, NANOSECOND, readDuration, UNIT_NAMES } from "./go-duration.js";

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.nat(9).map(String), minLength, maxLength, size: "max" });

const number = fc.oneof(
  digits(1, 4),
  digits(1, 20),
  fc.tuple(digits(0, 7), digits(1, 25)).map(([whole, fraction]) => `${whole}.${fraction}`),
  digits(1, 7).map((whole) => `${whole}.`),
);

const term = fc.tuple(number, fc.constantFrom(...UNIT_NAMES)).map((pair) => pair.join(""));

/** What Go reads, of every form. */
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
  // Close to the longest there is, on either side.
  {
    weight: 4,
    arbitrary: fc
      .bigInt({ min: -(10n ** 5n), max: 10n ** 5n })
      .map((off) => `${(2n ** 63n + off).toString()}ns`),
  },
);

/** The characters of durations, and what looks like them. */
const characters = fc.constantFrom(
  ...["+", "-", ".", "0", "7", "n", "u", "\u00b5", "\u03bc", "m", "s", "h", "d", "e", "E", "x"],
  ...[" ", "\n", "\0", "_", ",", "\u0663", "\uff11", "\u2212", "ms", "ns", "1h", "\ud83d"],
);

/** A text that was changed in one place, or a few. */
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

/** Where a number of milliseconds cannot tell a duration from the longest one. */
const MARGIN = 1_000n * NANOSECOND;

function parse(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    assert.ok(WsError.is(error));
    assert.equal(error.code, "INVALID_DURATION");
    return undefined;
  }
}

/** Compares what is read with what the exact reader of this suite reads; tells what kind it is. */
function compare(text: string): string[] {
  const exact = readDuration(text);
  const ms = parse(text);
  if (exact === undefined || exact < 0n || exact > LONGEST + MARGIN) {
    assert.equal(ms, undefined);
    return [exact === undefined ? "no duration" : exact < 0n ? "negative" : "too long"];
  }
  if (ms === undefined) {
    assert.ok(exact > LONGEST, "refused");
    return ["too long"];
  }
  if (exact === 0n) {
    assert.ok(Object.is(ms, 0));
    return ["zero"];
  }
  // Off by half a unit in the last place for each term, for its minutes or hours, and for each sum.
  const terms = text.match(/[a-z\u00b5\u03bc]+/g) ?? [];
  const roundings = terms.length + (terms.some((unit) => /^[mh]$/.test(unit)) ? 1 : 0);
  const off = exactly(ms) - exact;
  // A thousandth more, for what roundings of roundings come to.
  const bound = exact * BigInt(roundings * 1000 + 1);
  assert.ok((off < 0n ? -off : off) * 2n ** 53n * 1000n <= bound, `read as ${ms}`);
  return ["duration"];
}

const claim = "read as Go's documentation has it, to the last place";

test("what Go reads is read alike", (context) =>
  explore(context, {
    claim,
    runs: 10_000,
    given: durations,
    meets: ["duration", "negative", "too long", "zero"],
    check: compare,
  }));

test("any other text is read or refused as Go does", (context) =>
  explore(context, {
    claim,
    runs: 15_000,
    given: fc.oneof(
      { weight: 4, arbitrary: mutated(durations) },
      fc.string({ unit: characters, maxLength: 8 }),
      fc.string({ unit: "binary" }),
    ),
    meets: ["duration", "negative", "no duration", "too long", "zero"],
    check: compare,
  }));
