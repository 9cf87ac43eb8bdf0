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

/** Texts of our inflater and of fflate's deflate, which every bundler keeps. */
const INFLATE = "invalid block type";
const DEFLATE = "65540,";

/**
 * Bundles the script `main`. It finds the package's modules in ./wschan: there no package.json promises
 * that they have no side effects, so the bundler must see it for itself.
 */
async function bundle(bundler: Bundler, main: string): Promise<string> {
  const page = html(`<script type="module" src="main.js"></script>`);
  await using project = await makeProject({ "main.js": main, "index.html": page });
  const dist = join(inject("packed").dir, "node_modules/wschan/dist");
  await cp(dist, join(project.dir, "wschan"), { recursive: true });
  await bundler(project.dir, "main.js", "page");
  return await readScripts(project.dir);
}

describe.each([
  ["Vite", vite, 0],
  // It goes on to name the globals that classes name: `Error`, `Symbol.asyncIterator`.
  ["webpack", webpack, 180],
  ["esbuild", esbuild, 0],
  ["rollup", rollup, 0],
])("%s", (_name, bundler, rest) => {
  test.each(["", "reconnect/", "codec/"])(
    "drops all of %sbrowser.mjs where nothing of it is used",
    async (folder) => {
      const main = `import "./wschan/${folder}browser.mjs"; console.log(1000);`;
      const imported = await bundle(bundler, main);
      const without = await bundle(bundler, `console.log(1000);`);
      expect(imported.length).toBeLessThanOrEqual(without.length + rest);
    },
  );

  test("keeps of it only the constant that is used", async () => {
    const code = await bundle(
      bundler,
      `import { CLOSE_CODES } from "./wschan/browser.mjs"; console.log(CLOSE_CODES.NORMAL);`,
    );
    expect(code).toContain("GOING_AWAY");
    expect(code).not.toMatch(/class|WebSocket|throw/);
  });

  test.each([
    ["json", "json()", []],
    ["compose", "compose({}, {})", []],
    ["gunzip", "gunzip()", [INFLATE]],
    ["zlibStream", "zlibStream()", [INFLATE]],
    ["gzip", "gzip()", [INFLATE, DEFLATE]],
  ])("keeps of inflating and deflating only what %s needs", async (name, call, kept) => {
    const code = await bundle(
      bundler,
      `import { ${name} } from "./wschan/codec/browser.mjs"; console.log(${call});`,
    );
    expect([INFLATE, DEFLATE].filter((mark) => code.includes(mark))).toEqual(kept);
  });
});
