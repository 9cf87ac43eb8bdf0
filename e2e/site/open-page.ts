import type { Browser, BrowserContext, Page } from "playwright";

/** Events of a page that readers would suffer from, and the files that it has loaded. */
export interface PageLog {
  /** Errors, warnings, failed requests and requests to other origins. */
  readonly problems: string[];
  /** The paths of the page itself and of the scripts, style sheets, fonts and images that it has requested. */
  readonly files: Set<string>;
}

/** Runs in each page before its own scripts. */
function observe(): void {
  const violations: string[] = [];
  let shift = 0;
  addEventListener("securitypolicyviolation", (event) => {
    violations.push(`${event.effectiveDirective}: ${event.blockedURI}`);
  });
  if (PerformanceObserver.supportedEntryTypes.includes("layout-shift")) {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shift += (entry as unknown as { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
  }
  Object.assign(globalThis, { observed: () => ({ violations, shift }) });
}

/** The results of {@link observe}. */
export interface Observed {
  readonly violations: readonly string[];
  /** The cumulative layout shift; 0 in browsers that do not measure it. */
  readonly shift: number;
}

/** Returns a context for pages of the site. */
export async function newContext(
  browser: Browser,
  options?: Parameters<Browser["newContext"]>[0],
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  await context.addInitScript(observe);
  return context;
}

/** Starts to log the events of a tab. `origin` is that of the site. */
export function logOf(page: Page, origin: string): PageLog {
  const problems: string[] = [];
  const files = new Set<string>();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${String(error)}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol === "data:" || url.protocol === "blob:") return;
    if (url.origin !== origin) problems.push(`request to another origin: ${url.href}`);
    else files.add(url.pathname.slice(1));
  });
  page.on("requestfailed", (request) => {
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return { problems, files };
}

/** Opens a page of the site. Waits until Vue controls it and its fonts are loaded. */
export async function openPage(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: "domcontentloaded" });
  await page.waitForFunction(() => {
    const app = document.getElementById("app");
    return app !== null && "__vue_app__" in app;
  });
  await page.evaluate(async () => {
    await document.fonts.ready;
    // The browser has painted the page when the second frame begins.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** Calls `visit` for each page, in a few tabs of the context at a time. */
export async function forEachPage(
  context: BrowserContext,
  pages: readonly string[],
  visit: (tab: Page, page: string) => Promise<void>,
  tabs = 3,
): Promise<void> {
  const queue = [...pages];
  const work = async (): Promise<void> => {
    const tab = await context.newPage();
    for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
      await visit(tab, page);
      // Leaves the page before the next visit listens, so that its last requests are not logged there.
      tab.removeAllListeners();
      await tab.goto("about:blank");
    }
    await tab.close();
  };
  await Promise.all(Array.from({ length: tabs }, work));
}
