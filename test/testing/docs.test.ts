import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Program } from "../helpers/program.js";
import { ROOT } from "../helpers/root.js";

describe.each(["docs/TESTING.md", "docs/OBSERVING.md"])("the examples in %s", (path) => {
  const page = readFileSync(join(ROOT, path), "utf8");
  const blocks = [...page.matchAll(/^```[jt]s\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  // Others are fragments.
  const programs = blocks.filter((block) => block.includes("import "));

  test("are several", () => {
    expect(programs.length).toBeGreaterThan(1);
  });

  test.each(programs)("print what their comments say: %#", async (program) => {
    // Each `console.log` states its output in a comment.
    const expected = [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(
      ([, text]) => text,
    );
    expect(expected.length).toBeGreaterThan(0);
    const code = program.replace(/"wschan(\/.*)?"/g, '"./dist$1/node.mjs"');
    const { stdout, stderr } = await new Program("--input-type=module", "--eval", code).ended;
    expect({ stdout, stderr }).toEqual({ stdout: `${expected.join("\n")}\n`, stderr: "" });
  });
});
