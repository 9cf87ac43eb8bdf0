import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { run } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

test(
  "the example sends each text exactly once over connections that break",
  { timeout: ms(30_000) },
  async () => {
    const result = await run(process.execPath, ["examples/exactly-once/index.mjs"], ROOT);
    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(
      /^1000 texts arrived, each once and in order\nconnections broken: [1-9]\d*\n$/,
    );
    expect(result.code).toBe(0);
  },
);

test("docs/guide/reconnecting.md contains the source of the example's client", () => {
  const readText = (path: string): string => readFileSync(join(ROOT, path), "utf8");
  const client = readText("examples/exactly-once/mailer.mjs");
  expect(readText("docs/guide/reconnecting.md")).toContain(`\`\`\`js\n${client}\`\`\`\n`);
});
