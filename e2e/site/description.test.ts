import { expect, test } from "vitest";
import { firstParagraph } from "../../docs/.vitepress/description.mjs";

test.each([
  ["# Title\n\nOne `two` [three](x.md).\n\nFour.", "One two three."],
  ["---\na: b\n---\n# Title\n\n```ts\nconst a = 1;\n\nconst b = 2;\n```\n\nText.", "Text."],
  [
    "# Title\n\n| a | b |\n| - | - |\n\n- list\n\n> quote\n\n1. one\n\n<Tag />\n\nText\nover lines.",
    "Text over lines.",
  ],
  ["Error `SLOW_CONSUMER`, **bold**.", "Error SLOW_CONSUMER, bold."],
  ["# Title\n\n<!-- with\nx\n\ny\n-->\n\nText.", "Text."],
  ["<script setup>\nx;\n\ny;\n</script>\n\n# Title\n\nText.", "Text."],
  ["# Title", ""],
  ["", ""],
])("the description of %j is %j", (markdown, expected) => {
  expect(firstParagraph(markdown)).toBe(expected);
});

test("a description of 160 characters stays, and a longer one ends with a sentence or a word", () => {
  const limit = `${"a".repeat(100)} ${"b".repeat(59)}`;
  expect(firstParagraph(limit)).toBe(limit);
  expect(firstParagraph(`${limit}c`)).toBe(`${"a".repeat(100)} …`);
  expect(firstParagraph(`Short. ${limit}`)).toBe("Short.");
});
