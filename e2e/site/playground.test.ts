import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions } from "playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { ms } from "../../test/helpers/time.js";
import { launch } from "../helpers/browsers.js";
import { startStaticServer } from "../helpers/static-server.js";
import type { StaticServer } from "../helpers/static-server.js";
import { openPlayground, untilText } from "./playground-page.js";
import type { Playground } from "./playground-page.js";

/** The width of a small phone, in CSS pixels. */
const PHONE = { width: 360, height: 740 };

/** Runs each snippet until it has shown its subject. */
const SNIPPETS: Readonly<Record<string, (playground: Playground) => Promise<void>>> = {
  async hello({ output, untilEnded }) {
    await untilEnded();
    await untilText(output, /text hello\s*closed with 1000 and clean/);
  },
  async json({ output, control, untilEnded }) {
    await control("Messages per second").selectOption("50");
    await untilEnded();
    await untilText(output, "messagesReceived: 8");
  },
  async "slow-consumer"({ status, stage, events }) {
    await untilText(status, "Connected, reading is paused");
    await untilText(stage("reading"), /^paused/);
    await untilText(stage("channel"), /of 16 messages/);
    await untilText(stage("down"), "256.0 KiB");
    // A message has 16 KiB, and none of these can be accepted by the operating system.
    await untilText(stage("held"), /messages, .*[KM]iB/);
    await untilText(events, "paused");
  },
  async reconnecting({ output, events, stage, button, control }) {
    await control("Messages per second").selectOption("50");
    await untilText(output, "10 messages");
    await untilText(stage("reconnecting"), "open, attempt 1");
    await button("Cut the connection").click();
    await untilText(events, /closed with 1006: CONNECTION_LOST/);
    await untilText(events, /retry: attempt 2 begins in \d/);
    await untilText(output, /CONNECTION_LOST - attempt 2 in \d+ ms/);
    await untilText(output, "20 messages");
  },
  async refusal({ output, events, stage, control, untilEnded }) {
    await untilText(events, "dial failed: HANDSHAKE_REJECTED (503)");
    await untilText(output, /HANDSHAKE_REJECTED UNAVAILABLE 503 - wait \d+ ms/);
    await untilText(stage("reconnecting"), "1 message in the queue");
    await control("Refuse dials with 503").uncheck();
    await untilEnded();
    await untilText(output, "the server sent back: hello");
  },
  async select({ output, untilEnded }) {
    await untilEnded();
    await untilText(output, /messages so far: \d+[^]*messages in 3 seconds: \d+/);
  },
  async hub({ output, control, untilEnded }) {
    await control("Messages per second").selectOption("50");
    await untilEnded();
    await untilText(output, /gold costs \d+[^]*20 messages[^]*the hub has ended/);
  },
  async errors({ output, untilEnded }) {
    await untilEnded();
    for (const code of ["RECEIVE_TIMEOUT", "PING_TIMEOUT", "ABORTED", "INVALID_CLOSE"]) {
      await untilText(output, code);
    }
    await untilText(output, /INVALID_OPTION[^]*and not clean[^]*send: CLOSED/);
  },
};

/** The name of each control, in the order of the Tab key. */
const TAB_ORDER = [
  "Snippet",
  "Run",
  "Stop",
  "Reset",
  "Copy link",
  "Code of the snippet",
  "Output",
  "Latency, one way",
  "Messages per second",
  "Time per message",
  "Platform of the next run",
  "Refuse dials with 503",
  "Cut the connection",
  "Events",
];

/** The part of the global variable of axe-core that is used. */
interface Axe {
  run(context: object): Promise<AxeResults>;
}

let site: StaticServer;
beforeAll(async () => {
  site = await startStaticServer(inject("site").dir);
});
afterAll(() => site[Symbol.asyncDispose]());

const open = (browser: Browser, options?: BrowserContextOptions) =>
  openPlayground(browser, `${site.origin}/playground.html`, options);

describe.each(["chromium", "firefox"] as const)("the playground in %s", (name) => {
  let browser: Browser;
  let playground: Playground;
  beforeAll(async () => {
    browser = await launch(name);
    playground = await open(browser);
  }, ms(60_000));
  afterAll(() => browser.close());
  beforeEach(async () => {
    await playground.control("Snippet").selectOption("hello");
    await playground.button("Reset").click();
  });

  test("runs each snippet without an error of the page", { timeout: ms(60_000) }, async () => {
    const { problems, output, run, control } = playground;
    const names = await control("Snippet")
      .locator("option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(names).toEqual(Object.keys(SNIPPETS));
    for (const [snippet, observe] of Object.entries(SNIPPETS)) {
      await run(snippet);
      await observe(playground);
      expect(await output.innerText()).not.toContain("Uncaught");
    }
    expect(problems).toEqual([]);
  });

  test("runs what the visitor writes, and shows errors with their line", async () => {
    const { edit, button, output, status } = playground;
    const cases = [
      ["console.log({ sum: 1 + 2 });", "{ sum: 3 }", "Ended"],
      ["await 0; throw new RangeError('thrown');", /line 1: RangeError: thrown/, "with an error"],
      ["setTimeout(() => null.x);", /Uncaught in line 1: TypeError/, "with an error"],
      ["const = 1;", "Line 1: ", "with an error"],
      ['import "lodash";', 'Line 1 imports "lodash"', "with an error"],
      ["export const a = 1;", "Line 1: a snippet cannot export", "with an error"],
      ['import { nothing } from "wschan";', /nothing|could not be loaded/, "with an error"],
    ] as const;
    for (const [code, text, end] of cases) {
      await edit(code);
      await button("Run").click();
      await untilText(output, text);
      await untilText(status, end);
    }
  });

  test("stops an endless loop, and runs again", async () => {
    const { edit, button, output, status, untilEnded } = playground;
    await edit('console.log("begin"); for (;;);');
    await button("Run").click();
    await untilText(output, "begin");
    await untilText(status, "Running");
    await button("Stop").click();
    await untilText(status, "Stopped");
    await edit('console.log("again");');
    await button("Run").click();
    await untilEnded();
    await untilText(output, "again");
  });

  test("keeps a snippet from sending requests to other origins", async () => {
    await using other = await startStaticServer(inject("site").dir);
    const { edit, button, output } = playground;
    for (const [origin, result] of [
      [site.origin, "200"],
      [other.origin, "TypeError"],
    ] as const) {
      const url = `${origin}/index.html`;
      await edit(`console.log(await fetch("${url}").then((r) => r.status, (e) => e.name));`);
      await button("Run").click();
      await untilText(output, result);
    }
  });

  test("shows that a browser's WebSocket cannot be paused", async () => {
    const { control, button, stage } = playground;
    await control("Snippet").selectOption("slow-consumer");
    await control("Platform of the next run").selectOption("browser");
    await button("Run").click();
    await untilText(stage("channel"), "16 of 16 messages");
    await untilText(stage("reading"), "cannot be paused");
  });

  test("can be used by keyboard", async () => {
    const { page, output, status, events, control, button, untilEnded } = playground;
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        const [label] = (element as HTMLSelectElement | null)?.labels ?? [];
        return element?.getAttribute("aria-label") ?? (label ?? element)?.textContent.trim() ?? "";
      });
    await control("Snippet").focus();
    const order = [await focused()];
    while (order.length < TAB_ORDER.length) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    expect(order).toEqual(TAB_ORDER);

    await control("Code of the snippet").focus();
    await page.keyboard.press("Control+Enter");
    await untilEnded();
    await untilText(output, "closed with 1000");

    await control("Snippet").focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
    expect(await control("Snippet").inputValue()).toBe("reconnecting");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await untilText(status, "Connected");
    for (const [label, value] of [
      ["Latency, one way", "500"],
      ["Messages per second", "50"],
      ["Time per message", "50"],
      ["Platform of the next run", "browser"],
    ] as const) {
      await control(label).focus();
      await page.keyboard.press("ArrowDown");
      expect(await control(label).inputValue()).toBe(value);
    }
    await control("Refuse dials with 503").focus();
    await page.keyboard.press("Space");
    expect(await control("Refuse dials with 503").isChecked()).toBe(true);
    await button("Cut the connection").focus();
    await page.keyboard.press("Enter");
    await untilText(events, "you cut the connection");
    await untilText(output, "CONNECTION_LOST");
    await button("Stop").focus();
    await page.keyboard.press("Space");
    await untilText(status, "Stopped");
    await button("Reset").focus();
    await page.keyboard.press("Enter");
    await untilText(status, "Not running");
    expect(await control("Refuse dials with 503").isChecked()).toBe(false);
  });

  test("keeps the code in a link that runs nothing by itself", async () => {
    const { page, problems, edit, button, control, output, status, untilEnded } = playground;
    const before = problems.length;
    const code = 'console.log("Grüße, 世界");';
    await edit(code);
    expect(new URL(page.url()).hash).toBe("");
    await button("Copy link").click();
    await untilText(page.locator(".pg-notice"), "in the address bar");
    const { hash } = new URL(page.url());

    // The browser loads the page, because this address differs in its query.
    await page.goto(`${site.origin}/playground.html?visitor${hash}`);
    await untilText(control("Code of the snippet"), code);
    expect(await control("Snippet").inputValue()).toBe("link");
    await untilText(status, "Not running");
    expect(page.workers()).toEqual([]);
    await button("Run").click();
    await untilEnded();
    await untilText(output, "Grüße, 世界");
    expect(problems.slice(before)).toEqual([]);
  });

  test("has no horizontal scroll bar on a phone, and one live region", async () => {
    const { page, run, status } = playground;
    await page.setViewportSize(PHONE);
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBeLessThanOrEqual(PHONE.width);
    await run("slow-consumer");
    await untilText(status, "paused");
    expect(await width()).toBeLessThanOrEqual(PHONE.width);
    await untilText(page.getByRole("status"), "paused");
    // The editor has one of its own in its shadow root, which this does not find.
    const live = ".pg :is([aria-live], [role=status], [role=log], [role=alert])";
    expect(await page.evaluate((q) => document.querySelectorAll(q).length, live)).toBe(1);
  });
});

// Playwright cannot emulate these preferences in every Firefox.
describe("the preferences of a visitor", () => {
  let browser: Browser;
  let playground: Playground;
  beforeAll(async () => {
    browser = await launch("chromium");
    // Only these tests need a script of its own in the page.
    playground = await open(browser, { bypassCSP: true });
    const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await playground.page.addScriptTag({ content: await readFile(path, "utf8") });
  }, ms(30_000));
  afterAll(() => browser.close());

  test.each(["light", "dark"] as const)(
    "axe finds no fault with %s colours",
    async (colorScheme) => {
      const { page, edit, run, button, output, status, events } = playground;
      await page.emulateMedia({ colorScheme });
      const isDark = await page.evaluate(() => document.documentElement.classList.contains("dark"));
      expect(isDark).toBe(colorScheme === "dark");
      // Colours change slowly if the visitor changes the scheme.
      await page.evaluate(async () => {
        const transitions = document.getAnimations().filter((one) => one instanceof CSSTransition);
        await Promise.allSettled(transitions.map(({ finished }) => finished));
      });
      await button("Reset").click();
      const audit = (): Promise<string[]> =>
        page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: Axe };
          const { violations } = await axe.run({ include: [".vp-doc"] });
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        });
      expect(await audit()).toEqual([]);

      await run("slow-consumer");
      await untilText(status, "paused");
      await untilText(events, "paused");
      await button("Stop").click();
      expect(await audit()).toEqual([]);

      await edit('console.warn("careful"); console.error("wrong");');
      await button("Run").click();
      await untilText(output, /careful[^]*wrong/);
      expect(await audit()).toEqual([]);
    },
  );

  test("moves nothing if the visitor prefers reduced motion", async () => {
    const { page, run, status, button } = playground;
    await page.emulateMedia({ reducedMotion: "reduce" });
    await button("Reset").click();
    await run("slow-consumer");
    await untilText(status, "paused");
    const positions = await page
      .locator(".pg-dot")
      .evaluateAll((dots) => dots.slice(0, 3).map((dot) => (dot as HTMLElement).style.left));
    expect(positions).toEqual(["0%", "3%", "6%"]);
  });
});
