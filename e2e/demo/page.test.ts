import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { startDemoServer } from "../../examples/server/index.mjs";
import { servePage } from "../../examples/server/page.mjs";
import { Program } from "../../test/helpers/program.js";
import { ms } from "../../test/helpers/time.js";
import { launch } from "../helpers/browsers.js";

let browser: Browser;
beforeAll(async () => {
  browser = await launch("chromium");
});
afterAll(() => browser.close());

type DemoServer = Awaited<ReturnType<typeof startDemoServer>>;
let server: DemoServer;
beforeEach(async () => {
  server = await startDemoServer();
  onTestFinished(() => server.close());
});

/** A page in its own browser context, with a record of its output. */
interface Visit {
  readonly page: Page;
  /** Uncaught errors, and the lines of the console, including violations of the Content Security Policy. */
  readonly output: readonly string[];
  /** The URLs of all HTTP requests and WebSocket connections. */
  readonly requests: readonly string[];
}

/** Opens a page in a new browser context, which is closed after the test. */
async function visit(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  context.setDefaultTimeout(ms(15_000));
  const page = await context.newPage();
  const output: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => output.push(message.text()));
  page.on("pageerror", (error) => output.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => requests.push(socket.url()));
  await page.goto(url);
  return { page, output, requests };
}

/** Waits until the page shows a state of the connection. */
const state = (page: Page, text: string) =>
  page.locator("#state", { hasText: new RegExp(`^${text}$`) }).waitFor();
const textOf = (page: Page, id: string) => page.locator(`#${id}`).innerText();
/** Returns the id of the element that has the focus. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.id ?? "");
/** Waits until a meter shows at least `value`. */
const meterAbove = (page: Page, id: string, value: number) =>
  page.waitForFunction(
    ([id, value]) => (document.getElementById(id) as HTMLMeterElement).value >= value,
    [id, value] as const,
  );
/** Waits until a meter shows 0. */
const meterZero = (page: Page, id: string) =>
  page.waitForFunction((id) => (document.getElementById(id) as HTMLMeterElement).value === 0, id);
/** Waits until at least `count` messages have been received. */
const received = (page: Page, count: number) =>
  page.waitForFunction(
    (count) =>
      parseInt(document.getElementById("received")?.textContent.replaceAll(",", "") ?? "") >= count,
    count,
  );

const MIB = 1024 * 1024;

describe("the page", () => {
  test("loads only from its server, without errors or warnings", async () => {
    const { page, output, requests } = await visit(server.page);
    await state(page, "Open");
    await received(page, 100);
    expect(output).toEqual([]);
    expect(requests.length).toBeGreaterThan(5);
    for (const url of requests) {
      expect(new URL(url).host).toBe(new URL(server.page).host);
    }
    expect(requests).toContain(`${server.page}wschan.umd.js`);
  });

  test("draws prices as they arrive", async () => {
    const { page } = await visit(server.page);
    const charts = page.locator("figure");
    await received(page, 100);
    const before = await Promise.all([charts.nth(0).screenshot(), charts.nth(1).screenshot()]);
    await received(page, 400);
    const after = await Promise.all([charts.nth(0).screenshot(), charts.nth(1).screenshot()]);
    expect(after[0].equals(before[0])).toBe(false);
    expect(after[1].equals(before[1])).toBe(false);
    expect(await charts.nth(0).innerText()).toMatch(/^BTC-USD\s+6\d,\d{3}\.\d\d\s+[+−]\d\.\d\d %/);
    expect(await charts.nth(1).innerText()).toMatch(/^ETH-USD\s+3,\d{3}\.\d\d\s+[+−]\d\.\d\d %/);
  });

  test("shows the URL, the kind of backpressure and the counters of the connection", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    expect(await textOf(page, "url")).toMatch(`${server.url}/prices?id=`);
    expect(await textOf(page, "received")).toMatch(/^[\d,]+ messages, [\d.]+ (K|M)iB$/);
    expect(await textOf(page, "sent")).toMatch(/^1 message, \d+ B$/);
    const sentences = { buffer: /^At work: the buffer\./, stream: /^At work: a WebSocketStream\./ };
    const mode = await textOf(page, "mode");
    expect(Object.keys(sentences)).toContain(mode);
    expect(await textOf(page, "pressure-text")).toMatch(sentences[mode as keyof typeof sentences]);
  });

  test("draws once a second if the user prefers reduced motion", async () => {
    const { page } = await visit(server.page, { reducedMotion: "reduce" });
    await received(page, 10);
    const pause = await page.evaluate(async () => {
      const line = document.querySelector(".line");
      const drawn = () =>
        new Promise<number>((resolve) => {
          const observer = new MutationObserver(() => {
            observer.disconnect();
            resolve(performance.now());
          });
          observer.observe(line as Node, { attributes: true });
        });
      const first = await drawn();
      return (await drawn()) - first;
    });
    expect(pause).toBeGreaterThan(900);
  });

  test("is dark if the user prefers a dark color scheme", async () => {
    const lightness = async (colorScheme: "light" | "dark") => {
      const { page } = await visit(server.page, { colorScheme });
      const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      return Math.max(...[...color.matchAll(/\d+/g)].map(Number));
    };
    expect(await lightness("light")).toBeGreaterThan(200);
    expect(await lightness("dark")).toBeLessThan(50);
  });

  test.each([375, 1280])(
    "fits into a width of %i pixels without horizontal scrolling",
    async (width) => {
      const { page } = await visit(server.page, { viewport: { width, height: 800 } });
      const overflow = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.body.clientWidth);
      await received(page, 10);
      expect(await overflow()).toBeLessThanOrEqual(0);
      await join(page, "N".repeat(32));
      await say(page, "x".repeat(1000));
      await page.getByRole("listitem").filter({ hasText: "xxx" }).waitFor();
      await server.close();
      await state(page, "Lost");
      expect(await overflow()).toBeLessThanOrEqual(0);
    },
  );
});

async function join(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Room").fill("lobby");
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByLabel("Message", { exact: true }).waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

describe("the chat", () => {
  const heard = (page: Page, text: string) =>
    page.getByRole("log").getByRole("listitem").filter({ hasText: text }).waitFor();

  test("delivers messages between two pages, and reports who joins and leaves", async () => {
    const [ann, bob] = [(await visit(server.page)).page, (await visit(server.page)).page];
    await join(ann, "Ann");
    await join(bob, "Bob");
    await heard(ann, "Bob joined");
    await say(ann, "Hello, <b>Bob</b>");
    await heard(bob, "Ann Hello, <b>Bob</b>");
    await say(bob, "Hello, Ann");
    for (const page of [ann, bob]) await heard(page, "Bob Hello, Ann");
    expect(await textOf(ann, "chat-state")).toBe("lobby, 2 here");
    await bob.getByRole("button", { name: "Leave" }).click();
    await heard(ann, "Bob left");
    // The server may notify Ann before it answers Bob.
    await expect.poll(() => textOf(bob, "chat-state"), { timeout: ms(5_000) }).toBe("Not joined");
    // The focus moves from the form that disappears to the one that appears.
    expect(await focused(bob)).toBe("name");
    await join(bob, "Bob");
    await ann.getByRole("listitem").filter({ hasText: "Bob joined" }).nth(1).waitFor();
  });

  test("shows why a name is refused, and accepts another", async () => {
    const [ann, bob] = [(await visit(server.page)).page, (await visit(server.page)).page];
    await join(ann, "Ann");
    await bob.getByLabel("Name").fill("Ann");
    await bob.keyboard.press("Enter");
    await bob.getByRole("alert").filter({ hasText: "name: taken in this room" }).waitFor();
    await bob.locator("#chat-state", { hasText: "Not joined" }).waitFor();
    await join(bob, "Bob");
    expect(await textOf(bob, "chat-error")).toBe("");
  });

  test("shows that the connection was lost, and joins again on request", async () => {
    const { page } = await visit(server.page);
    await join(page, "Ann");
    await server.close();
    await page.locator("#chat-state", { hasText: "Lost" }).waitFor();
    expect(await textOf(page, "chat-error")).toBe(
      "1001: the server closed the connection: server is shutting down",
    );
    const successor = await startDemoServer({ port: server.port });
    onTestFinished(() => successor.close());
    await join(page, "Ann");
    expect(await textOf(page, "chat-state")).toBe("lobby, 1 here");
  });
});

describe("the connection", () => {
  test("is shown as lost, with the error's code, when the server dies, and is restored with the keyboard", async () => {
    const program = new Program("examples/demo.mjs", "--serve");
    const [, url = ""] = await program.wroteMatch(/^page: (\S+)/);
    const { page, requests } = await visit(url);
    await state(page, "Open");
    await received(page, 10);
    program.child.kill("SIGKILL");
    await state(page, "Lost");
    expect(await textOf(page, "alert")).toMatch(/^Connection lost: CONNECTION_LOST \S/);
    const requestCount = requests.length;
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("action");
    await page.keyboard.press("Enter");
    await page.locator("#alert-code", { hasText: "DIAL_FAILED" }).waitFor();
    expect(await textOf(page, "state")).toBe("Lost");
    // The page makes one attempt for each request of the user.
    expect(requests.length).toBe(requestCount + 1);
    const successor = await startDemoServer({ port: Number(new URL(url).port) });
    onTestFinished(() => successor.close());
    expect(await focused(page)).toBe("action");
    await page.keyboard.press("Enter");
    await state(page, "Open");
    await received(page, 10);
    expect(await page.locator("#alert").isVisible()).toBe(false);
  });

  test("is shown as lost, with the close code, when the server closes it", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await server.close();
    await state(page, "Lost");
    expect(await textOf(page, "alert")).toBe(
      "Connection lost: 1001 the server closed the connection: server is shutting down",
    );
    expect(await textOf(page, "server-note")).toBe("not connected");
  });

  test("is shown as closed after Disconnect, and is opened again by the same button", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await page.getByRole("button", { name: "Disconnect" }).click();
    await state(page, "Closed");
    expect(await page.locator("#alert").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Reconnect" }).click();
    await state(page, "Open");
  });

  test("can be cancelled while it is being opened", async () => {
    const { page } = await visit(await startPageServer(() => {}));
    await state(page, "Connecting");
    await page.getByRole("button", { name: "Cancel" }).click();
    await state(page, "Closed");
    expect(await page.locator("#alert").isVisible()).toBe(false);
  });

  test("can be terminated while it is closing", async () => {
    const upgrader = new WebSocketServer({ noServer: true });
    const url = await startPageServer((request, socket, head) => {
      // A server that does not read does not answer the close frame.
      upgrader.handleUpgrade(request, socket, head, (ws) => ws.pause());
    });
    const { page } = await visit(url);
    await state(page, "Open");
    await page.getByRole("button", { name: "Disconnect" }).click();
    await state(page, "Closing");
    await page.getByRole("button", { name: "Cut off" }).click();
    await state(page, "Closed");
  });
});

/** Starts a server that serves the page and passes connections to `onUpgrade`. Resolves with its URL. */
async function startPageServer(
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    void servePage(request.url ?? "", request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    onTestFinished(() => void socket.destroy());
    onUpgrade(request, socket, head);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("the slow consumer", () => {
  const slow = (page: Page) => page.getByRole("switch", { name: "Slow consumer" });
  const stream = (page: Page) => page.getByRole("switch", { name: "Real backpressure" });

  test("causes a backlog, which disappears when the consumer is fast again", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await slow(page).check();
    // The backlog is in the server or in the page, and fills about half of the capacity.
    await page.waitForFunction(() =>
      [...document.querySelectorAll("meter")].some(
        ({ id, value, max }) => id !== "way-meter" && value > max / 2,
      ),
    );
    expect(await textOf(page, "waiting")).toMatch(/^[1-9]\d? of 32$/);
    expect(await textOf(page, "prices-age")).toMatch(/^\d+\.\d s behind$/);
    await slow(page).uncheck();
    await Promise.all(["server-meter", "page-meter"].map((id) => meterZero(page, id)));
    await page.locator("#prices-age", { hasText: "live" }).waitFor();
    await state(page, "Open");
  });

  test("slows the server down over a stream, with little buffered in the page", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    expect(await textOf(page, "mode")).toBe("stream");
    await slow(page).check();
    await meterAbove(page, "server-meter", MIB);
    await page.locator("#skipped", { hasText: /^[1-9]/ }).waitFor();
    expect(Number(await textOf(page, "paused"))).toBeGreaterThan(0);
    const buffered = await page.locator("#page-meter").evaluate((m: HTMLMeterElement) => m.value);
    expect(buffered).toBeLessThan(2 * MIB);
    await slow(page).uncheck();
    await meterZero(page, "server-meter");
    await state(page, "Open");
  });

  test("fills the buffer of the page over a WebSocket, which is drained when the consumer is fast again", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await stream(page).uncheck();
    await page.locator("#mode", { hasText: "buffer" }).waitFor();
    await received(page, 10);
    await slow(page).check();
    await meterAbove(page, "page-meter", 4 * MIB);
    expect(await textOf(page, "paused")).toBe("0");
    expect(await textOf(page, "skipped")).toBe("0 prices");
    await slow(page).uncheck();
    await meterZero(page, "page-meter");
    await state(page, "Open");
  });

  test("ends the connection over a WebSocket with SLOW_CONSUMER, and can reconnect", async () => {
    const { page } = await visit(server.page);
    await stream(page).uncheck();
    await slow(page).check();
    await page.locator("#alert-code", { hasText: "SLOW_CONSUMER" }).waitFor();
    expect(await textOf(page, "state")).toBe("Lost");
    await slow(page).uncheck();
    // Messages that had arrived are still read.
    await meterZero(page, "page-meter");
    await page.getByRole("button", { name: "Reconnect" }).click();
    await state(page, "Open");
    expect(await textOf(page, "mode")).toBe("buffer");
  });

  test("can be switched with the keyboard, like the kind of backpressure", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await slow(page).focus();
    await page.keyboard.press("Space");
    expect(await slow(page).isChecked()).toBe(true);
    await page.keyboard.press("Space");
    expect(await slow(page).isChecked()).toBe(false);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("stream");
    await page.keyboard.press("Space");
    await page.locator("#mode", { hasText: "buffer" }).waitFor();
    await state(page, "Open");
  });
});

describe("the keyboard", () => {
  /** Returns the elements that Tab reaches, from the first control on. Expects each to show its focus. */
  async function tour(page: Page): Promise<string[]> {
    const stops = ["action"];
    await page.locator("#action").focus();
    for (;;) {
      await page.keyboard.press("Tab");
      const { name, outline } = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return {
          name: element === document.body ? "" : element.id || element.innerText,
          outline: `${outlineStyle} ${outlineWidth}`,
        };
      });
      if (name === "" || stops.includes(name)) return stops;
      expect([name, outline]).toEqual([name, "solid 2px"]);
      stops.push(name);
    }
  }

  test("reaches every control, in visual order", async () => {
    const { page } = await visit(server.page);
    await state(page, "Open");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("action");
    expect(await tour(page)).toEqual(["action", "slow", "stream", "name", "room", "Join", "log"]);
    await join(page, "Ann");
    expect(await tour(page)).toEqual(["action", "slow", "stream", "log", "text", "Send", "leave"]);
  });

  test("finds an accessible name on every control", async () => {
    const { page } = await visit(server.page);
    await state(page, "Open");
    await page.getByRole("switch", { name: /^Slow consumer$/ }).waitFor();
    await page.getByRole("switch", { name: /^Real backpressure where the browser can$/ }).waitFor();
    await page.getByRole("textbox", { name: /^Name$/ }).waitFor();
    await page.getByRole("textbox", { name: /^Room$/ }).waitFor();
    await page.getByRole("log", { name: /^Messages$/ }).waitFor();
    for (const name of ["Held by the server", "On the way", "Buffered by this page"]) {
      await page.getByRole("meter", { name }).waitFor();
    }
    await page.getByRole("status").filter({ hasText: "Open" }).waitFor();
  });
});
