// Builds an app with React for production, from the packed package, and visits its page in Chromium.
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawn } from "node:child_process";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startEchoServer } from "../../test/helpers/echo-server.js";
import { checkLeaks } from "../../test/helpers/leaks.js";
import { ROOT } from "../../test/helpers/root.js";
import { runOrThrow } from "../../test/helpers/run.js";
import { ms } from "../../test/helpers/time.js";
import { readScripts } from "../bundlers/bundle.js";
import { findForeign } from "../bundlers/foreign.js";
import { vite } from "../bundlers/vite.js";
import { launch } from "../helpers/browsers.js";
import { makeProject } from "../helpers/project.js";
import type { Project } from "../helpers/project.js";
import { startStaticServer } from "../helpers/static-server.js";
import { html } from "../helpers/visit.js";

checkLeaks();

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

/** A component that connects, sends a message when it is clicked, and shows the echo. */
const FEED = `"use client";
import { createElement } from "react";
import { useLatest, useMessages, useReconnecting } from "wschan/react";

export function Feed({ url }) {
  const { client, state, send } = useReconnecting(url);
  const latest = useLatest(client, ({ data }) => data);
  useMessages(client, () => {});
  return createElement("button", { onClick: () => send("hello") }, [state.type, latest].join(" "));
}
`;

/** Makes a project with the packed package and links to other packages of this repository. */
async function makeApp(files: Readonly<Record<string, string>>, ...packages: string[]) {
  const project = await makeProject(files);
  for (const name of packages) {
    const link = join(project.dir, "node_modules", name);
    await symlink(join(ROOT, "node_modules", name), link, "junction");
  }
  return project;
}

/** Visits an app, and checks that it connects to the server in its query, and shows the echo of a message. */
async function check(url: string): Promise<void> {
  await using echo = await startEchoServer();
  const page = await browser.newPage();
  const output: string[] = [];
  page.on("console", (message) => output.push(message.text()));
  page.on("pageerror", (error) => output.push(String(error)));
  try {
    await page.goto(`${url}?server=${encodeURIComponent(echo.url)}`);
    await page.getByText("open").click();
    await page.getByText("open hello").waitFor();
  } finally {
    await page.close();
  }
  expect(output).toEqual([]);
  expect(echo.connections.length).toBe(1);
  expect(await echo.connections[0]?.closed).toMatchObject({ code: 1001 });
}

test("Vite builds a page from only the browser entries", { timeout: ms(60_000) }, async () => {
  const main = `
    import { createElement, StrictMode } from "react";
    import { createRoot } from "react-dom/client";
    import { Feed } from "./feed.js";
    const url = new URLSearchParams(location.search).get("server");
    createRoot(document.body).render(createElement(StrictMode, null, createElement(Feed, { url })));`;
  const page = html(`<script type="module" src="main.js"></script>`);
  const files = { "index.html": page, "main.js": main, "feed.js": FEED };
  await using app = await makeApp(files, "react", "react-dom");
  const { modules, warnings } = await vite(app.dir, "main.js", "page");
  // The directive "use client" is for other bundlers. Vite's plugin for React silences this warning.
  expect(warnings.filter((text) => !text.includes("MODULE_LEVEL_DIRECTIVE"))).toEqual([]);
  const own = modules.filter((path) => path.includes("wschan/dist/"));
  expect(own.map((path) => path.replace(/^.*wschan\/dist\//, "")).sort()).toEqual(
    ["", "reconnect/", "hub/", "react/"]
      .flatMap((folder) => [`${folder}browser.mjs`, `${folder}core.mjs`])
      .filter((name) => name !== "hub/browser.mjs")
      .sort(),
  );
  const scripts = await readScripts(app.dir);
  // React DOM reads a global variable of this name.
  expect(findForeign(scripts).filter((found) => !found.startsWith("process."))).toEqual([]);
  await using site = await startStaticServer(join(app.dir, "out"));
  await check(`${site.origin}/index.html`);
});

test(
  "Next.js renders a page on its server without a dial, and it connects in the browser",
  { timeout: ms(120_000) },
  async () => {
    const layout = `
      export default ({ children }) => <html lang="en"><head>
        <link rel="icon" href="data:," /></head><body>{children}</body></html>;`;
    const page = `
      import { Feed } from "./feed.js";
      export default async ({ searchParams }) => <Feed url={(await searchParams).server} />;`;
    // The links to packages lead out of the folder.
    const config = `export default { turbopack: { root: "/" } };`;
    await using app = await makeApp({ "next.config.mjs": config }, "next", "react", "react-dom");
    await mkdir(join(app.dir, "app"));
    const files = { "layout.js": layout, "page.js": page, "feed.js": FEED };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(app.dir, "app", name), text);
    }
    const next = join(ROOT, "node_modules/next/dist/bin/next");
    const { stdout } = await runOrThrow(process.execPath, [next, "build"], app.dir);
    expect(stdout).toContain("Compiled successfully");
    await using server = await startNext(app, next);
    await using echo = await startEchoServer();
    const rendered = await fetch(`${server.url}?server=${encodeURIComponent(echo.url)}`);
    expect(await rendered.text()).toMatch(/<button>connecting <\/button>/);
    expect(echo.sockets).toBe(0);
    await check(server.url);
  },
);

/** Starts the server of a built Next.js app on a free port. */
async function startNext({ dir }: Project, next: string) {
  const server = spawn(process.execPath, [next, "start", "-p", "0", "-H", "127.0.0.1"], {
    cwd: dir,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let url: string | undefined;
  for await (const chunk of server.stdout.setEncoding("utf8")) {
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(chunk))?.[0];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error("next start: no URL");
  return {
    url: `${url}/`,
    async [Symbol.asyncDispose]() {
      server.kill();
      await once(server, "close");
    },
  };
}
