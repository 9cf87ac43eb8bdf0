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

/** A page that connects and navigates away. When it is shown or loaded again, it reports the state of its client. */
const page = (options: object): string => `
  <script src="/dist/wschan.umd.js"></script>
  <script>
    const report = (state) => {
      const ended = sessionStorage.getItem("ended");
      return fetch("/report", { method: "POST", body: JSON.stringify({ ended, ...state }) });
    };
    addEventListener("load", () => setTimeout(async () => {
      if (sessionStorage.getItem("ended")) return report({ kept: false });
      const client = await wschan.connect("/", ${JSON.stringify(options)});
      addEventListener("pageshow", async () => {
        const timeout = new Promise((resolve) => setTimeout(resolve, ${ms(1_000)}, "not settled"));
        await report({ kept: true, closed: await Promise.race([client.closed, timeout]) });
      });
      location.href = "/elsewhere";
    }));
  </script>`;

/** A page that goes back when the server has seen the end of the connection, or has waited 3 s for it. */
const elsewhere = `
  <script>
    addEventListener("load", () => setTimeout(async () => {
      sessionStorage.setItem("ended", await (await fetch("/ended")).text());
      history.back();
    }));
  </script>`;

/** Launches a browser. `cache` turns on the back/forward cache of Chromium; other browsers ignore it. */
async function start(
  name: BrowserName,
  cache: boolean,
): Promise<Pick<WebKit, "goto"> & AsyncDisposable> {
  if (name === "webkit") return launchWebKit();
  // Playwright starts Chromium with this option.
  const disableCache = "--disable-back-forward-cache";
  const browser = await launch(name, cache ? { ignoreDefaultArgs: [disableCache] } : {});
  const page = await browser.newPage();
  return {
    goto: async (url) => {
      await page.goto(url);
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** The end of the connection as a page sees it that was kept and is shown again. */
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
  /** True if the browser keeps the page in the back/forward cache. */
  readonly kept: boolean;
  /** The close code that the server receives: the browser's, or that of the client if the page is kept. */
  readonly code: 1001 | 4001;
}

test.each<Row>([
  { browser: "chromium", backpressure: "auto", cache: true, kept: true, code: 4001 },
  { browser: "chromium", backpressure: "stream", cache: true, kept: true, code: 4001 },
  { browser: "chromium", backpressure: "auto", cache: false, kept: false, code: 1001 },
  { browser: "chromium", backpressure: "stream", cache: false, kept: false, code: 1001 },
  // Firefox does not keep a page that has an open connection.
  { browser: "firefox", backpressure: "auto", cache: true, kept: false, code: 1001 },
  { browser: "webkit", backpressure: "auto", cache: true, kept: true, code: 4001 },
])(
  "navigating away leaves no half-open client: $browser, backpressure $backpressure, back/forward cache $cache",
  { timeout: ms(30_000) },
  async ({ browser, backpressure, cache, kept, code }) => {
    await using site = await startSite();
    const ended = once(site.sockets, "connection").then(async ([socket]) => {
      // The page navigates away as soon as the connection is open.
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
