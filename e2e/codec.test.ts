import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FEEDS, startFeed } from "../test/helpers/feeds.js";
import { checkLeaks } from "../test/helpers/leaks.js";
import { ROOT } from "../test/helpers/root.js";
import { launch } from "./helpers/browsers.js";
import { makeProject } from "./helpers/project.js";
import type { Project } from "./helpers/project.js";
import { startStaticServer } from "./helpers/static-server.js";
import type { StaticServer } from "./helpers/static-server.js";
import { html } from "./helpers/visit.js";

checkLeaks();

/** A page that imports the built package by an import map. */
const PAGE = html(`
  <script type="importmap">
    {
      "imports": {
        "wschan": "/node_modules/wschan/dist/browser.mjs",
        "wschan/reconnect": "/node_modules/wschan/dist/reconnect/browser.mjs",
        "wschan/codec": "/node_modules/wschan/dist/codec/browser.mjs",
        "fflate": "/node_modules/fflate/esm/browser.js"
      }
    }
  </script>
  <script type="module">
    import { connect } from "wschan";
    import { reconnecting } from "wschan/reconnect";
    import * as codecs from "wschan/codec";
    import { packets } from "/codec-packets.mjs";
    import { consume } from "/feed-clients.mjs";
    const kit = { ...codecs, connect, reconnecting, packets };
    globalThis.read = (name, url) => consume(name, kit, url);
  </script>`);

const readText = (path: string): Promise<string> => readFile(join(ROOT, path), "utf8");

let project: Project;
let site: StaticServer;
beforeAll(async () => {
  project = await makeProject({
    "index.html": PAGE,
    "codec-packets.mjs": await readText("examples/codec-packets.mjs"),
    "feed-clients.mjs": await readText("test/helpers/feed-clients.mjs"),
  });
  site = await startStaticServer(project.dir);
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

describe.each(["chromium", "firefox"] as const)("in %s", (name) => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    browser = await launch(name);
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`${site.origin}/index.html`);
  });
  afterAll(() => browser.close());

  test.each(FEEDS)("a page reads messages framed like those of $name", async (feed) => {
    await using server = await startFeed(feed);
    const call = `read(${JSON.stringify(feed.name)}, ${JSON.stringify(server.url)})`;
    expect(await page.evaluate(call)).toEqual(feed.expected);
    expect(errors).toEqual([]);
  });
});
