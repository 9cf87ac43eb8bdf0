import { transform } from "esbuild";
import { describe, expect, test } from "vitest";
import { blocksOf, pagesOf, problemsOf } from "../helpers/code-blocks.js";
import { Program } from "../helpers/program.js";
import { ms } from "../helpers/time.js";

const blocks = pagesOf().flatMap(blocksOf);

test("every code block of the documentation compiles", { timeout: ms(120_000) }, () => {
  expect(blocks.length).toBeGreaterThan(50);
  expect(problemsOf(blocks)).toEqual([]);
});

describe.each(blocks.filter(({ isRunnable }) => isRunnable))("the block at $where", (block) => {
  test("runs, and prints what its comments say", { timeout: ms(20_000) }, async () => {
    const { code } = await transform(block.prelude + block.code, { loader: "ts", format: "esm" });
    const server = ["--import", "./test/helpers/docs-server.mjs"];
    const result = await new Program(...server, "--input-type=module", "--eval", code).ended;
    // The comment after each `console.log` states its output. In a loop, the output differs from turn to turn.
    const stated = [...block.code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(
      ([, text]) => text,
    );
    expect(result).toMatchObject({ stderr: "", code: 0 });
    if (stated.length > 0) expect(result.stdout).toBe(`${stated.join("\n")}\n`);
    else expect(result.stdout).not.toBe("");
  });
});
