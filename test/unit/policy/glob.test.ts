import { expect, test } from "vitest";
import { compileGlob } from "../../../src/policy/glob.js";

const matches = (pattern: string, text: string): boolean =>
  compileGlob(pattern, (piece) => piece)(text);

test.each([
  ["", ""],
  ["a", "a"],
  ["*", ""],
  ["*", "abc"],
  ["a*", "a"],
  ["*a", "ba"],
  ["a*c", "abc"],
  ["a*b*c", "a-b-c"],
  // The second piece must be found as early as possible, and the last one at the end.
  ["a*b*bc", "abbc"],
  ["a*b", "abab"],
  ["a**b", "ab"],
])("%j matches %j", (pattern, text) => {
  expect(matches(pattern, text)).toBe(true);
});

test.each([
  ["", "a"],
  ["a", ""],
  ["a", "aa"],
  ["a", "ba"],
  ["a*", "ba"],
  ["*a", "ab"],
  ["a*a", "a"],
  ["ab*ba", "aba"],
  ["a*b*c", "acb"],
  ["a*b*bc", "abc"],
])("%j does not match %j", (pattern, text) => {
  expect(matches(pattern, text)).toBe(false);
});
