import { expect, test } from "vitest";
import { Program } from "../helpers/program.js";

test("examples/opentelemetry passes with node:test", async () => {
  const program = new Program("--test", "examples/opentelemetry/observer.test.mjs");
  const { stdout, stderr, code } = await program.ended;
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(stdout).toMatch(/^# pass 4$/m);
});
