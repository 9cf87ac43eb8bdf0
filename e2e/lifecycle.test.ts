import { once } from "node:events";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { checkLeaks } from "../test/helpers/leaks.js";
import { ms } from "../test/helpers/time.js";
import { launch } from "./helpers/browsers.js";
import type { BrowserName } from "./helpers/find-browsers.mjs";
import { startSite } from "./helpers/site.js";
import { launchWebKit } from "./helpers/webkit.js";
import type { WebKit } from "./helpers/webkit.js";

checkLeaks();

/** Opens a connection and leaves; when it is there again, it reports what it has seen. */
const page = (options: object): string => `
  <script src="/dist/wschan.umd.js"></script>
  <script>
    const report = (seen) => {
      const ended = sessionStorage.getItem("ended");
      return fetch("/report", { method: "POST", body: JSON.stringify({ ended, ...seen }) });
    };
    addEventListener("load", () => setTimeout(async () => {
      if (sessionStorage.getItem("ended")) return report({ kept: false });
      const client = await wschan.connect("/", ${JSON.stringify(options)});
      addEventListener("pageshow", async () => {
        const late = new Promise((resolve) => setTimeout(resolve, ${ms(1_000)}, "not settled"));
        await report({ kept: true, closed: await Promise.race([client.closed, late]) });
      });
      location.href = "/elsewhere";
    }));
  </script>`;

/** Goes back when the server has seen the connection end, or has waited long enough for it. */
const elsewhere = `
  <script>
    addEventListener("load", () => setTimeout(async () => {
      sessionStorage.setItem("ended", await (await fetch("/ended")).text());
      history.back();
    }));
  </script>`;

/** A browser with its back/forward cache or, where that can be chosen, without. */
async function start(
  name: BrowserName,
  cache: boolean,
): Promise<Pick<WebKit, "goto"> & AsyncDisposable> {
  if (name === "webkit") return launchWebKit();
  // Playwright turns Chromium's off.
  const off = "--disable-back-forward-cache";
  const browser = await launch(name, cache ? { ignoreDefaultArgs: [off] } : {});
  const page = await browser.newPage();
  return {
    goto: async (url) => {
      await page.goto(url);
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** How the client's end looks to a page that was kept and is shown again. */
const LOST = {
  code: 1006,
  reason: "",
  clean: false,
  by: "none",
  error: { code: "CONNECTION_LOST", kind: "UNAVAILABLE", retryable: true },
};

interface Row {
  readonly browser: BrowserName;
  readonly backpressure: "auto" | "stream";
  readonly cache: boolean;
  /** Whether the page is kept in the back/forward cache. */
  readonly kept: boolean;
  /** The close code that the server gets: the browser's own, or ours for a page that is kept. */
  readonly code: 1001 | 4001;
}

test.each<Row>([
  { browser: "chromium", backpressure: "auto", cache: true, kept: true, code: 4001 },
  { browser: "chromium", backpressure: "stream", cache: true, kept: true, code: 4001 },
  { browser: "chromium", backpressure: "auto", cache: false, kept: false, code: 1001 },
  { browser: "chromium", backpressure: "stream", cache: false, kept: false, code: 1001 },
  // It keeps no page that has a connection when it is left.
  { browser: "firefox", backpressure: "auto", cache: true, kept: false, code: 1001 },
  { browser: "webkit", backpressure: "auto", cache: true, kept: true, code: 4001 },
])(
  "a page that is left leaves no half-open client: $browser, backpressure $backpressure, back/forward cache $cache",
  { timeout: ms(30_000) },
  async ({ browser, backpressure, cache, kept, code }) => {
    await using site = await startSite();
    const ended = once(site.sockets, "connection").then(async ([socket]) => {
      // The page leaves as soon as it has the connection.
      const signal = AbortSignal.timeout(ms(3_000));
      const [closeCode] = (await once(socket as WebSocket, "close", { signal })) as [number];
      return closeCode;
    });
    const report = new Promise((resolve) => {
      site.pages.set("/report", (body) => {
        resolve(JSON.parse(body));
        return "";
      });
    });
    site.pages.set("/", () => page({ backpressure }));
    site.pages.set("/elsewhere", () => elsewhere);
    site.pages.set("/ended", () => ended.then(String, () => "not yet"));
    await using visitor = await start(browser, cache);
    await visitor.goto(`${site.url}/`);
    expect(await report).toMatchObject({
      kept,
      ended: String(code),
      ...(kept && { closed: LOST }),
    });
  },
);
