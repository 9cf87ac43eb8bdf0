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

/** Texts of the inflater of this package and of fflate's deflate, which no minifier changes. */
const INFLATE = "invalid block type";
const DEFLATE = "65540,";

/**
 * Bundles the script `main`. It imports the modules of the package from ./wschan, which has no package.json that
 * declares them free of side effects, so the bundler has to find that out by itself.
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
  // webpack keeps references to globals that classes mention: `Error`, `Symbol.asyncIterator`.
  ["webpack", webpack, 180],
  ["esbuild", esbuild, 0],
  ["rollup", rollup, 0],
])("%s", (_name, bundler, maxRest) => {
  test.each(["", "reconnect/", "codec/"])(
    "drops an unused import of %sbrowser.mjs",
    async (folder) => {
      const main = `import "./wschan/${folder}browser.mjs"; console.log(1000);`;
      const imported = await bundle(bundler, main);
      const without = await bundle(bundler, `console.log(1000);`);
      expect(imported.length).toBeLessThanOrEqual(without.length + maxRest);
    },
  );

  test("keeps only the constant that is used", async () => {
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
  ])("keeps only the parts of inflating and deflating that %s needs", async (name, call, kept) => {
    const code = await bundle(
      bundler,
      `import { ${name} } from "./wschan/codec/browser.mjs"; console.log(${call});`,
    );
    expect([INFLATE, DEFLATE].filter((mark) => code.includes(mark))).toEqual(kept);
  });
});
