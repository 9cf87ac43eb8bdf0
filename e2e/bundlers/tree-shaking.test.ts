import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { makeProject } from "../helpers/project.js";
import { html } from "../helpers/visit.js";
import { readScripts, type Bundler } from "./bundle.js";
import { esbuild } from "./esbuild.js";
import { rollup } from "./rollup.js";
import { vite } from "./vite.js";
import { webpack } from "./webpack.js";

beforeAll(() => void vi.stubEnv("NODE_ENV", "production"));
afterAll(() => void vi.unstubAllEnvs());

/**
 * What `bundler` makes of the script `main`. It finds the package as ./wschan.mjs: there no
 * package.json promises that it has no side effects, so the bundler must see it for itself.
 */
async function bundle(bundler: Bundler, main: string): Promise<string> {
  const page = html(`<script type="module" src="main.js"></script>`);
  await using project = await makeProject({ "main.js": main, "index.html": page });
  const entry = join(inject("packed").dir, "node_modules/wschan/dist/browser.mjs");
  await cp(entry, join(project.dir, "wschan.mjs"));
  await bundler(project.dir, "main.js", "page");
  return await readScripts(project.dir);
}

describe.each([
  ["Vite", vite, 0],
  // It goes on to name the globals that classes name: `Error`, `Symbol.asyncIterator`.
  ["webpack", webpack, 140],
  ["esbuild", esbuild, 0],
  ["rollup", rollup, 0],
])("%s", (_name, bundler, rest) => {
  test("drops the whole package where nothing of it is used", async () => {
    const imported = await bundle(bundler, `import "./wschan.mjs"; console.log(1000);`);
    const without = await bundle(bundler, `console.log(1000);`);
    expect(imported.length).toBeLessThanOrEqual(without.length + rest);
  });

  test("keeps of it only the constant that is used", async () => {
    const code = await bundle(
      bundler,
      `import { CLOSE_CODES } from "./wschan.mjs"; console.log(CLOSE_CODES.NORMAL);`,
    );
    expect(code).toContain("GOING_AWAY");
    expect(code).not.toMatch(/class|WebSocket|throw/);
  });
});
