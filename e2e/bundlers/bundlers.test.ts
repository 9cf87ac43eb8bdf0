import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { launch } from "../helpers/browsers.js";
import { makeProject } from "../helpers/project.js";
import { GOOD_VISIT, html, SERVER, visit } from "../helpers/visit.js";
import { readScripts, type Bundler, type Target } from "./bundle.js";
import { esbuild } from "./esbuild.js";
import { findForeign } from "./foreign.js";
import { rollup } from "./rollup.js";
import { vite } from "./vite.js";
import { webpack } from "./webpack.js";

let browser: Browser;
beforeAll(async () => {
  // Vitest sets NODE_ENV to "test", for which bundlers do not build as for production.
  vi.stubEnv("NODE_ENV", "production");
  browser = await launch("chromium");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await browser.close();
});

const IN_PAGE = `
  import { connect } from "wschan";
  import { talk } from "./talk.mjs";
  ${SERVER}
  globalThis.conversation = talk(connect, server);`;

const IN_PAGE_BY_REQUIRE = `
  const { connect } = require("wschan");
  const { talk } = require("./talk.mjs");
  ${SERVER}
  globalThis.conversation = talk(connect, server);`;

/** Sent bytes are compressed, and their echoes are inflated. */
const WITH_CODEC = `
  import { connect } from "wschan";
  import { gzip } from "wschan/codec";
  import { talk } from "./talk.mjs";
  ${SERVER}
  const codec = gzip({ type: "binary" });
  globalThis.conversation = talk((url) => connect(url, { codec }), server);`;

const WITH_CODEC_BY_REQUIRE = `
  const { connect } = require("wschan");
  const { gzip } = require("wschan/codec");
  const { talk } = require("./talk.mjs");
  ${SERVER}
  const codec = gzip({ type: "binary" });
  globalThis.conversation = talk((url) => connect(url, { codec }), server);`;

/** A script that imports the package, with a dependency that requires it. */
const BOTH_WAYS = `
  import { connect, WsError } from "wschan";
  import { fail } from "./required.cjs";
  import { talk } from "./talk.mjs";
  ${SERVER}
  if (!(fail() instanceof WsError)) throw new Error("two copies of the core");
  globalThis.conversation = talk(connect, server);`;

const REQUIRED = `
  const { reconnecting } = require("wschan/reconnect");
  exports.fail = () => {
    try {
      return reconnecting("nonsense:");
    } catch (error) {
      return error;
    }
  };`;

const IN_WORKER = `
  import { connect } from "wschan";
  import { talk } from "./talk.mjs";
  onmessage = async ({ data: server }) => postMessage(await talk(connect, server));`;

/** Returns the script of a page that gets its result from a worker; `create` is the expression that makes it. */
const askWorker = (create: string): string => `
  ${SERVER}
  globalThis.conversation = new Promise((resolve, reject) => {
    const worker = ${create};
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(server);
  });`;

const SCRIPT = html(`<script src="main.js" defer></script>`);
const MODULE = html(`<script type="module" src="main.js"></script>`);

interface Case {
  readonly how: string;
  readonly bundler: Bundler;
  readonly files: Readonly<Record<string, string>>;
  readonly target?: Target;
  /** The page that loads the bundle. Vite generates it. */
  readonly page?: string;
  /** The files of packages that the bundle must contain. */
  readonly entries?: readonly string[];
}

const IMPORTED = ["wschan/dist/browser.mjs", "wschan/dist/core.mjs"];
const CODEC = [
  ...IMPORTED,
  "wschan/dist/codec/browser.mjs",
  "wschan/dist/codec/core.mjs",
  "fflate/esm/browser.js",
];
const RECONNECT = [
  ...IMPORTED,
  "wschan/dist/reconnect/browser.mjs",
  "wschan/dist/reconnect/core.mjs",
];

/** The bundlers, each with the page that loads its output. */
const BUNDLERS: readonly (readonly [name: string, bundler: Bundler, page?: string])[] = [
  ["Vite", vite],
  ["webpack", webpack, SCRIPT],
  ["esbuild", esbuild, SCRIPT],
  ["rollup", rollup, MODULE],
];

const CASES: readonly Case[] = [
  { how: "Vite", bundler: vite, files: { "index.html": MODULE, "main.js": IN_PAGE } },
  {
    how: "Vite, in a worker",
    bundler: vite,
    files: {
      "index.html": MODULE,
      "main.js": askWorker(
        `new Worker(new URL("./worker.js", import.meta.url), { type: "module" })`,
      ),
      "worker.js": IN_WORKER,
    },
  },
  { how: "webpack", bundler: webpack, files: { "main.js": IN_PAGE }, page: SCRIPT },
  {
    how: "webpack, by require",
    bundler: webpack,
    files: { "main.js": IN_PAGE_BY_REQUIRE },
    page: SCRIPT,
  },
  {
    how: "webpack, in a worker",
    bundler: webpack,
    files: { "main.js": IN_WORKER },
    target: "worker",
    page: html(`<script>${askWorker(`new Worker("main.js")`)}</script>`),
  },
  { how: "esbuild", bundler: esbuild, files: { "main.js": IN_PAGE }, page: SCRIPT },
  {
    how: "esbuild, by require",
    bundler: esbuild,
    files: { "main.js": IN_PAGE_BY_REQUIRE },
    page: SCRIPT,
  },
  { how: "rollup", bundler: rollup, files: { "main.js": IN_PAGE }, page: MODULE },
  ...BUNDLERS.map(([name, bundler, page]) => ({
    how: `${name}, with a codec`,
    bundler,
    files: { "index.html": MODULE, "main.js": WITH_CODEC },
    ...(page && { page }),
    entries: CODEC,
  })),
  {
    how: "esbuild, with a codec by require",
    bundler: esbuild,
    files: { "main.js": WITH_CODEC_BY_REQUIRE },
    page: SCRIPT,
    entries: CODEC,
  },
  // Not with rollup: it needs a plugin for CommonJS, and supports no condition by which `import` and `require` load
  // the same module.
  ...BUNDLERS.filter(([name]) => name !== "rollup").map(([name, bundler, page]) => ({
    how: `${name}, with the package imported and required`,
    bundler,
    files: { "index.html": MODULE, "main.js": BOTH_WAYS, "required.cjs": REQUIRED },
    ...(page && { page }),
    entries: RECONNECT,
  })),
];

test.each(CASES)(
  "$how: builds a working page from only the browser entries, without warnings",
  async ({ bundler, files, target = "page", page, entries = IMPORTED }) => {
    await using project = await makeProject(files);
    const { modules, warnings } = await bundler(project.dir, "main.js", target);
    if (page !== undefined) await writeFile(join(project.dir, "out/index.html"), page);

    expect(warnings).toEqual([]);
    const installed = modules.filter((path) => path.includes("node_modules/"));
    const names = installed.map((path) => path.replace(/^.*node_modules\//, ""));
    expect(new Set(names)).toEqual(new Set(entries));
    expect(findForeign(await readScripts(project.dir))).toEqual([]);
    expect(await visit(browser, join(project.dir, "out"))).toEqual(GOOD_VISIT);
  },
);

describe("code that does not run in browsers", () => {
  test.each([
    ...["browser.mjs", "browser.cjs", "core.mjs", "core.cjs", "reconnect/core.mjs"],
    ...["codec/core.mjs", "codec/browser.mjs", "wschan.umd.js", "wschan.umd.min.js"],
    ...["wschan.all.umd.js", "wschan.all.umd.min.js"],
  ])("is absent from dist/%s", async (name) => {
    const { dir } = inject("packed");
    const code = await readFile(join(dir, "node_modules/wschan/dist", name), "utf8");
    expect(findForeign(code)).toEqual([]);
  });

  test.each([
    `import"ws"`,
    `import{a}from"ws"`,
    `import("ws")`,
    `require("ws")`,
    `load("node:http")`,
    `Buffer.from("a")`,
    `process.env.A`,
    `"WS_ERR_INVALID_UTF8"`,
  ])("is detected in %s", (code) => {
    expect(findForeign(code)).not.toEqual([]);
  });
});
