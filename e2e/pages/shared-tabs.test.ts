// The recipe of docs/guide/hub.md for one connection of several tabs.
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Page } from "playwright";
import { expect, onTestFinished, test, vi } from "vitest";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import type { EchoServer } from "../../test/helpers/echo-server.js";
import { checkLeaks } from "../../test/helpers/leaks.js";
import { ROOT } from "../../test/helpers/root.js";
import { launch } from "../helpers/browsers.js";
import { startStaticServer } from "../helpers/static-server.js";

checkLeaks();

/** The global variables of the test page. */
interface Tab {
  seen: unknown[];
  dropped: number;
  /** Ends the wait of the handler for the message "wait". */
  go(): void;
  send(text: string): void;
}

const PAGE = `
  import { openShared } from "./tab.js";
  const wait = new Promise((resolve) => (globalThis.go = resolve));
  globalThis.seen = [];
  const url = new URL(location.href).searchParams.get("url");
  globalThis.send = openShared(url, async (data, dropped) => {
    seen.push(data);
    globalThis.dropped = dropped;
    if (data === "wait" && location.hash === "#slow") await wait;
  });`;

async function buildSite(): Promise<string> {
  const dir = await mkdtemp(join(ROOT, "node_modules/.tabs-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["examples/shared-tabs/tab.js", "examples/shared-tabs/worker.js"],
    bundle: true,
    format: "esm",
    outdir: dir,
  });
  await writeFile(join(dir, "page.js"), PAGE);
  const head = '<!doctype html><link rel="icon" href="data:,">';
  await writeFile(join(dir, "index.html"), `${head}<script type="module" src="page.js"></script>`);
  return dir;
}

const seenBy = (tab: Page): Promise<unknown[]> =>
  tab.evaluate(() => (globalThis as unknown as Tab).seen);

function broadcast(server: EchoServer, texts: readonly string[]): void {
  for (const { ws } of server.connections) for (const text of texts) ws.send(text);
}

test("several tabs share one connection; a slow one loses only its own messages", async () => {
  await using server = await startEchoServer();
  await using site = await startStaticServer(await buildSite());
  await using browser = await launch("chromium");
  const context = await browser.newContext();
  const open = async (hash: string): Promise<Page> => {
    const tab = await context.newPage();
    await tab.goto(`${site.origin}/index.html?url=${encodeURIComponent(server.url)}${hash}`);
    await tab.waitForFunction(() => typeof (globalThis as unknown as Tab).send === "function");
    return tab;
  };
  const [first, slow] = [await open(""), await open("#slow")];
  await first.evaluate(() => (globalThis as unknown as Tab).send("wait"));
  for (const tab of [first, slow])
    await vi.waitFor(async () => expect(await seenBy(tab)).toEqual(["wait"]));
  expect(server.connections).toHaveLength(1);

  const texts = Array.from({ length: 1_000 }, (_, n) => String(n));
  // As fast as the first tab handles them: a larger burst would exceed its subscription, too.
  for (let n = 0; n < 1_000; n += 100) {
    broadcast(server, texts.slice(n, n + 100));
    await vi.waitFor(async () => expect((await seenBy(first)).length).toBe(1 + n + 100));
  }
  expect(await seenBy(first)).toEqual(["wait", ...texts]);
  expect(await seenBy(slow)).toEqual(["wait"]);
  // Its handler returns at last: it gets the messages of its window, and the last 100.
  await slow.evaluate(() => (globalThis as unknown as Tab).go());
  await vi.waitFor(async () => expect((await seenBy(slow)).at(-1)).toBe("999"));
  const { seen, dropped } = await slow.evaluate(() => {
    const tab = globalThis as unknown as Tab;
    return { seen: tab.seen, dropped: tab.dropped };
  });
  expect(seen.length).toBeLessThanOrEqual(1 + 16 + 1 + 100);
  expect(seen.length + dropped).toBe(1_001);

  // The connection stays while a tab is left.
  await first.close();
  broadcast(server, ["after"]);
  await vi.waitFor(async () => expect((await seenBy(slow)).at(-1)).toBe("after"));
  expect(server.sockets).toBe(1);
});

test("without SharedWorker each tab has a connection", async () => {
  await using server = await startEchoServer();
  await using site = await startStaticServer(await buildSite());
  await using browser = await launch("chromium");
  const context = await browser.newContext();
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
  const tabs: Page[] = [];
  for (let i = 0; i < 2; i++) {
    const tab = await context.newPage();
    await tab.goto(`${site.origin}/index.html?url=${encodeURIComponent(server.url)}`);
    tabs.push(tab);
  }
  await vi.waitFor(() => expect(server.connections).toHaveLength(2));
  broadcast(server, ["hello"]);
  for (const tab of tabs)
    await vi.waitFor(async () => expect(await seenBy(tab)).toEqual(["hello"]));
});

test("docs/guide/hub.md shows the sources of the recipe", () => {
  const page = readFileSync(join(ROOT, "docs/guide/hub.md"), "utf8");
  for (const name of ["worker", "tab"]) {
    const source = readFileSync(join(ROOT, `examples/shared-tabs/${name}.js`), "utf8");
    expect(page).toContain(`\`\`\`js\n${source}\`\`\`\n`);
  }
});
