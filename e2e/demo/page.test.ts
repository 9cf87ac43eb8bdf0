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

/** A page in a context of its own, whose console is heard. */
interface Visit {
  readonly page: Page;
  /** What stands in the console, violations of the security policy included. */
  readonly noise: readonly string[];
  /** All that was asked for by HTTP, and all connections opened. */
  readonly requests: readonly string[];
}

async function visit(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  context.setDefaultTimeout(ms(15_000));
  const page = await context.newPage();
  const noise: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => noise.push(message.text()));
  page.on("pageerror", (error) => noise.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => requests.push(socket.url()));
  await page.goto(url);
  return { page, noise, requests };
}

const state = (page: Page, text: string) =>
  page.locator("#state", { hasText: new RegExp(`^${text}$`) }).waitFor();
const textOf = (page: Page, id: string) => page.locator(`#${id}`).innerText();
/** What is focused, by id. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.id ?? "");
/** Waits until a meter shows at least, or at most, so much. */
const meterAbove = (page: Page, id: string, value: number) =>
  page.waitForFunction(
    ([id, value]) => (document.getElementById(id) as HTMLMeterElement).value >= value,
    [id, value] as const,
  );
const meterZero = (page: Page, id: string) =>
  page.waitForFunction((id) => (document.getElementById(id) as HTMLMeterElement).value === 0, id);
/** Waits until so many messages have been received. */
const received = (page: Page, count: number) =>
  page.waitForFunction(
    (count) =>
      parseInt(document.getElementById("received")?.textContent.replaceAll(",", "") ?? "") >= count,
    count,
  );

const MIB = 1024 * 1024;

describe("the page", () => {
  test("loads from its server alone, and has nothing to complain about", async () => {
    const { page, noise, requests } = await visit(server.page);
    await state(page, "Open");
    await received(page, 100);
    expect(noise).toEqual([]);
    expect(requests.length).toBeGreaterThan(5);
    for (const url of requests) {
      expect(new URL(url).host).toBe(new URL(server.page).host);
    }
    expect(requests).toContain(`${server.page}wschan.umd.js`);
  });

  test("draws the prices as they come", async () => {
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

  test("shows the connection's URL, kind of backpressure and counts", async () => {
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

  test("draws once a second for those who ask for little motion", async () => {
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

  test("is dark for those who like it dark", async () => {
    const lightness = async (colorScheme: "light" | "dark") => {
      const { page } = await visit(server.page, { colorScheme });
      const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      return Math.max(...[...color.matchAll(/\d+/g)].map(Number));
    };
    expect(await lightness("light")).toBeGreaterThan(200);
    expect(await lightness("dark")).toBeLessThan(50);
  });

  test.each([375, 1280])("fits into a width of %i without scrolling sideways", async (width) => {
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
  });
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

  test("lets two pages talk, and says who comes and goes", async () => {
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
    // The server may have told Ann before it has answered Bob.
    await expect.poll(() => textOf(bob, "chat-state"), { timeout: ms(5_000) }).toBe("Not joined");
    // Whoever was in the form that went away is in the one that came.
    expect(await focused(bob)).toBe("name");
    await join(bob, "Bob");
    await ann.getByRole("listitem").filter({ hasText: "Bob joined" }).nth(1).waitFor();
  });

  test("says why a name cannot be had, and takes another", async () => {
    const [ann, bob] = [(await visit(server.page)).page, (await visit(server.page)).page];
    await join(ann, "Ann");
    await bob.getByLabel("Name").fill("Ann");
    await bob.keyboard.press("Enter");
    await bob.getByRole("alert").filter({ hasText: "name: taken in this room" }).waitFor();
    await bob.locator("#chat-state", { hasText: "Not joined" }).waitFor();
    await join(bob, "Bob");
    expect(await textOf(bob, "chat-error")).toBe("");
  });

  test("says that it was lost, and joins again when asked to", async () => {
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
  test("is lost, with the error's code, when the server dies; the keyboard brings it back", async () => {
    const program = new Program("examples/demo.mjs", "--serve");
    const [, url = ""] = await program.wroteMatch(/^page: (\S+)/);
    const { page, requests } = await visit(url);
    await state(page, "Open");
    await received(page, 10);
    program.child.kill("SIGKILL");
    await state(page, "Lost");
    expect(await textOf(page, "alert")).toMatch(/^Connection lost: CONNECTION_LOST \S/);
    const dialed = requests.length;
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("action");
    await page.keyboard.press("Enter");
    await page.locator("#alert-code", { hasText: "DIAL_FAILED" }).waitFor();
    expect(await textOf(page, "state")).toBe("Lost");
    // One attempt, because one was asked for.
    expect(requests.length).toBe(dialed + 1);
    const successor = await startDemoServer({ port: Number(new URL(url).port) });
    onTestFinished(() => successor.close());
    expect(await focused(page)).toBe("action");
    await page.keyboard.press("Enter");
    await state(page, "Open");
    await received(page, 10);
    expect(await page.locator("#alert").isVisible()).toBe(false);
  });

  test("is lost, with the close code, when the server says goodbye", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await server.close();
    await state(page, "Lost");
    expect(await textOf(page, "alert")).toBe(
      "Connection lost: 1001 the server closed the connection: server is shutting down",
    );
    expect(await textOf(page, "server-note")).toBe("not connected");
  });

  test("is closed when it was closed here, and opened again by the same button", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await page.getByRole("button", { name: "Disconnect" }).click();
    await state(page, "Closed");
    expect(await page.locator("#alert").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Reconnect" }).click();
    await state(page, "Open");
  });

  test("can be given up while it is being opened", async () => {
    const { page } = await visit(await startPageServer(() => {}));
    await state(page, "Connecting");
    await page.getByRole("button", { name: "Cancel" }).click();
    await state(page, "Closed");
    expect(await page.locator("#alert").isVisible()).toBe(false);
  });

  test("can be cut while it is closing", async () => {
    const upgrader = new WebSocketServer({ noServer: true });
    const url = await startPageServer((request, socket, head) => {
      // One that reads nothing answers no close frame.
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

/** A server that has the page, and leaves what it connects to to `onUpgrade`. Resolves with its URL. */
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

  test("leaves a backlog, wherever it is, that goes when it is slow no more", async () => {
    const { page } = await visit(server.page);
    await received(page, 10);
    await slow(page).check();
    // At the server or in the page: about half of what fits there.
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

  test("holds the server back where a stream can be paused, and little waits in the page", async () => {
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

  test("fills the page up where nothing can be paused, and is slow no more in time", async () => {
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

  test("is cut off with SLOW_CONSUMER where nothing can be paused, and may come again", async () => {
    const { page } = await visit(server.page);
    await stream(page).uncheck();
    await slow(page).check();
    await page.locator("#alert-code", { hasText: "SLOW_CONSUMER" }).waitFor();
    expect(await textOf(page, "state")).toBe("Lost");
    await slow(page).uncheck();
    // What had arrived is read to its end.
    await meterZero(page, "page-meter");
    await page.getByRole("button", { name: "Reconnect" }).click();
    await state(page, "Open");
    expect(await textOf(page, "mode")).toBe("buffer");
  });

  test("is switched by the keyboard, as is the kind of backpressure", async () => {
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
  /** Where Tab leads, from the first control until it leaves the page, with a visible focus. */
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

  test("reaches every control, in the order in which they stand", async () => {
    const { page } = await visit(server.page);
    await state(page, "Open");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("action");
    expect(await tour(page)).toEqual(["action", "slow", "stream", "name", "room", "Join", "log"]);
    await join(page, "Ann");
    expect(await tour(page)).toEqual(["action", "slow", "stream", "log", "text", "Send", "leave"]);
  });

  test("has a name for all it reaches", async () => {
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
