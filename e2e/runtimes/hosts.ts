import { basename } from "node:path";
import { build } from "esbuild";
import { runOrThrow } from "../../test/helpers/run.js";
import type { main } from "../fixtures/program.mjs";
import { launch } from "../helpers/browsers.js";
import { makeProject } from "../helpers/project.js";
import { startStaticServer } from "../helpers/static-server.js";
import { html } from "../helpers/visit.js";
import { launchWebKit } from "../helpers/webkit.js";
import type { Urls } from "./servers.js";

/** The result of fixtures/program.mjs, and the file of dist/ that the runtime loaded. */
export type Report = Awaited<ReturnType<typeof main>> & { readonly entry: string };

/** Runs fixtures/program.mjs on a runtime, in a project with the packed package. */
export type Host = (urls: Urls) => Promise<Report>;

/** Runs the program as an ES module, which imports the package. */
export function importing(command: string, ...args: readonly string[]): Host {
  return async (urls) => {
    const source = `
      import { connect, createContext } from "wschan";
      import * as codecs from "wschan/codec";
      import * as compat from "wschan/compat";
      import * as testing from "wschan/testing";
      import { reconnecting } from "wschan/reconnect";
      import { main } from "./program.mjs";
      const entry = import.meta.resolve("wschan");
      console.log(JSON.stringify({ entry, ...(await main({ connect, createContext, reconnecting }, codecs, compat, testing, ${JSON.stringify(urls)})) }));`;
    return runProgram(command, args, "import.mjs", source);
  };
}

/** Runs the program as a CommonJS module, which requires the package. */
export function requiring(command: string, ...args: readonly string[]): Host {
  return async (urls) => {
    const source = `
      const { connect, createContext } = require("wschan");
      const codecs = require("wschan/codec");
      const compat = require("wschan/compat");
      const testing = require("wschan/testing");
      const { reconnecting } = require("wschan/reconnect");
      const entry = require.resolve("wschan");
      import("./program.mjs")
        .then(({ main }) => main({ connect, createContext, reconnecting }, codecs, compat, testing, ${JSON.stringify(urls)}))
        .then((report) => console.log(JSON.stringify({ entry, ...report })));`;
    return runProgram(command, args, "require.cjs", source);
  };
}

/** Runs a file with the source `source`, and parses the report that it prints. */
async function runProgram(
  command: string,
  args: readonly string[],
  file: string,
  source: string,
): Promise<Report> {
  await using project = await makeProject({ [file]: source });
  const { stdout, stderr } = await runOrThrow(command, [...args, file], project.dir);
  // Users must not see warnings, so a warning is a failure.
  if (stderr !== "") throw new Error(`${command}: ${stderr}`);
  const report = JSON.parse(stdout) as Report;
  return { ...report, entry: basename(report.entry) };
}

/** Runs the program as a worker, bundled with the conditions that Cloudflare's tools use. */
export function inWorkerd(command: string): Host {
  return async (urls) => {
    const source = `
      import { connect, createContext } from "wschan";
      import * as codecs from "wschan/codec";
      import * as compat from "wschan/compat";
      import * as testing from "wschan/testing";
      import { reconnecting } from "wschan/reconnect";
      import { main } from "./program.mjs";
      export default {
        async test() {
          console.log(JSON.stringify(await main({ connect, createContext, reconnecting }, codecs, compat, testing, ${JSON.stringify(urls)})));
        },
      };`;
    await using project = await makeProject({ "main.mjs": source });
    const { metafile } = await build({
      absWorkingDir: project.dir,
      entryPoints: ["main.mjs"],
      outfile: "worker.js",
      bundle: true,
      format: "esm",
      conditions: ["workerd", "worker", "browser"],
      metafile: true,
    });
    const { stdout } = await runOrThrow(command, ["test", "workerd.capnp"], project.dir);
    const report = JSON.parse(stdout) as Omit<Report, "entry">;
    const isEntry = (path: string): boolean => /\/dist\/(node|browser)\.[cm]js$/.test(path);
    const [entry = ""] = Object.keys(metafile.inputs).filter(isEntry);
    return { ...report, entry: basename(entry) };
  };
}

/** Runs the program in a page, which imports the package by an import map. */
function inPage(visit: (url: string) => Promise<unknown>): Host {
  return async (urls) => {
    const entry = "browser.mjs";
    const page = html(`
      <script type="importmap">
        {
          "imports": {
            "wschan": "./node_modules/wschan/dist/${entry}",
            "wschan/codec": "./node_modules/wschan/dist/codec/${entry}",
            "wschan/compat": "./node_modules/wschan/dist/compat/${entry}",
            "wschan/testing": "./node_modules/wschan/dist/testing/${entry}",
            "wschan/reconnect": "./node_modules/wschan/dist/reconnect/${entry}",
            "fflate": "./node_modules/fflate/esm/browser.js"
          }
        }
      </script>
      <script>
        // A classic script, because a driver may evaluate \`report\` before a module has run.
        globalThis.report = (async () => {
          const { connect, createContext } = await import("wschan");
          const codecs = await import("wschan/codec");
          const compat = await import("wschan/compat");
          const testing = await import("wschan/testing");
          const { reconnecting } = await import("wschan/reconnect");
          const { main } = await import("./program.mjs");
          return main({ connect, createContext, reconnecting }, codecs, compat, testing, ${JSON.stringify(urls)});
        })();
      </script>`);
    await using project = await makeProject({ "index.html": page });
    await using files = await startStaticServer(project.dir);
    const report = (await visit(`${files.origin}/index.html`)) as Omit<Report, "entry">;
    return { ...report, entry };
  };
}

/** Runs the program in a page of a browser, with Playwright. */
export function inBrowser(name: "chromium" | "firefox"): Host {
  return inPage(async (url) => {
    const browser = await launch(name);
    try {
      const tab = await browser.newPage();
      await tab.goto(url);
      return await tab.evaluate("report");
    } finally {
      await browser.close();
    }
  });
}

/** Runs the program in a page of WebKitGTK. */
export const inWebKit: Host = inPage(async (url) => {
  await using browser = await launchWebKit();
  await browser.goto(url);
  // As text, because the driver crashes on deeply nested objects.
  const text = await browser.evaluate("return JSON.stringify(await report);");
  return JSON.parse(String(text)) as unknown;
});
