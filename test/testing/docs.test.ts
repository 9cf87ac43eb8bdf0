import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Program } from "../helpers/program.js";
import { ROOT } from "../helpers/root.js";

const page = readFileSync(join(ROOT, "docs/TESTING.md"), "utf8");
const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, block = ""]) => block);

test("docs/TESTING.md has examples", () => {
  expect(blocks.length).toBeGreaterThan(1);
});

test.each(blocks)("prints what its comments say: %#", async (block) => {
  // Each `console.log` states its output in a comment.
  const expected = [...block.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  expect(expected.length).toBeGreaterThan(0);
  const code = block.replace(/"wschan(.*?)"/g, '"./dist$1/node.mjs"');
  const { stdout, stderr } = await new Program("--input-type=module", "--eval", code).ended;
  expect({ stdout, stderr }).toEqual({ stdout: `${expected.join("\n")}\n`, stderr: "" });
});
