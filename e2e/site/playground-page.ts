import type { Browser, BrowserContextOptions, Locator, Page } from "playwright";

/** The page of the playground. */
export interface Playground extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the page, and violations of its content security policy. */
  readonly problems: readonly string[];
  readonly output: Locator;
  readonly events: Locator;
  readonly status: Locator;
  readonly button: (name: string) => Locator;
  readonly control: (label: string) => Locator;
  /** Returns the value of a line of the picture. */
  readonly stage: (name: string) => Locator;
  /** Puts code into the editor. */
  readonly edit: (code: string) => Promise<void>;
  /** Selects a snippet, and runs it. */
  readonly run: (snippet: string) => Promise<void>;
  /** Waits until the code has run to its end, and no connection is left. */
  readonly untilEnded: () => Promise<void>;
}

/** Opens the page of the playground, in a context of its own, and waits until its editor has loaded. */
export async function openPlayground(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Playground> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  await page.exposeFunction("reportViolation", (text: string) => problems.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      const { reportViolation } = globalThis as unknown as Record<string, (text: string) => void>;
      reportViolation?.(`policy: ${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    const isIcon = message.location().url.endsWith("/favicon.ico");
    if (["error", "warning"].includes(message.type()) && !isIcon) problems.push(message.text());
  });
  await page.goto(url, { waitUntil: "domcontentloaded" });
  const editor = page.locator(".cm-content");
  await editor.waitFor();
  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const control = (label: string): Locator => page.getByLabel(label, { exact: true });
  return {
    page,
    problems,
    output: page.getByRole("region", { name: "Output" }),
    events: page.getByRole("region", { name: "Events" }),
    status: page.getByTestId("status"),
    button,
    control,
    stage: (name) => page.locator(`[data-stage="${name}"]`),
    edit: async (code) => {
      await editor.focus();
      await page.keyboard.press("Control+A");
      await page.keyboard.type(code);
    },
    run: async (snippet) => {
      await control("Snippet").selectOption(snippet);
      await button("Run").click();
    },
    untilEnded: () => page.locator('.pg[data-phase="ended"]').waitFor(),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Waits until an element has a text. */
export async function untilText(element: Locator, text: string | RegExp): Promise<void> {
  await element.filter({ hasText: text }).waitFor();
}
