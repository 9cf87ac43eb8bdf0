// Seeing and steering a reconnecting client in a page, with the built script.
import { expect, test, vi } from "vitest";
import { checkLeaks } from "../test/helpers/leaks.js";
import { launch } from "./helpers/browsers.js";
import { startSite } from "./helpers/site.js";

checkLeaks();

const page = (url: string): string => `
  <link rel="icon" href="data:," />
  <script src="/dist/wschan.all.umd.js"></script>
  <script>
    Math.random = () => 0.99;
    const statuses = [], events = [];
    const network = new EventTarget();
    const client = wschan.reconnecting("${url}", {
      autoStart: false,
      backoff: { min: "1h", max: "1h" },
      observe: (event) => events.push(event),
      observeMessages: true,
      network,
    });
    const stop = client.onStatus(({ type }) => statuses.push(type));
  </script>`;

interface Page {
  readonly client: {
    start(): void;
    suspend(): Promise<void>;
    send(text: string): Promise<void>;
    close(): Promise<unknown>;
    readonly state: { readonly type: string };
  };
  readonly statuses: string[];
  readonly events: Record<string, unknown>[];
  readonly network: EventTarget;
  readonly stop: () => void;
}

test.each(["chromium", "firefox"] as const)(
  "autoStart, start, suspend, network, onStatus and observe work in a page (%s)",
  async (name) => {
    await using site = await startSite();
    site.pages.set("/", () => page(site.url.replace("http", "ws")));
    let accepted = 0;
    site.sockets.on("connection", (socket) => {
      accepted++;
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    await using browser = await launch(name);
    const tab = await browser.newPage();
    await tab.goto(`${site.url}/`);
    const run = <T>(code: (scope: Page) => T | Promise<T>): Promise<T> =>
      tab.evaluate(`(${code.toString()})({ client, statuses, events, network, stop })`);
    const state = (): Promise<string> => run(({ client }) => client.state.type);

    expect(await state()).toBe("suspended");
    expect(accepted).toBe(0);
    await run(({ client }) => client.start());
    await vi.waitFor(async () => expect(await state()).toBe("open"));
    await run(({ client }) => client.suspend());
    expect(await state()).toBe("suspended");
    await run(({ client }) => client.start());
    await vi.waitFor(async () => expect(await state()).toBe("open"));

    // The wait of almost an hour ends when the network is back.
    for (const socket of site.sockets.clients) socket.terminate();
    await vi.waitFor(async () => expect(await state()).toBe("waiting"));
    await run(({ network }) => {
      Math.random = () => 0;
      network.dispatchEvent(new Event("online"));
    });
    await vi.waitFor(async () => expect(await state()).toBe("open"));
    await run(({ client }) => client.send("h\u00e9"));
    await vi.waitFor(async () => {
      const types = await run(({ events }) => events.map(({ type }) => type));
      expect(types.filter((type) => type === "message")).toHaveLength(2);
    });
    await run(({ client }) => client.close());
    await run(({ stop }) => stop());

    const { statuses, events } = await run(({ statuses, events }) => ({ statuses, events }));
    expect(statuses).toEqual([
      "connecting",
      "open",
      "suspended",
      "connecting",
      "open",
      "waiting",
      "connecting",
      "open",
      "closed",
    ]);
    expect(events.map(({ type }) => type)).toEqual([
      "dial",
      "open",
      "close",
      "dial",
      "open",
      "close",
      "retry",
      "dial",
      "open",
      "message",
      "message",
      "close",
    ]);
    expect(events.filter(({ type }) => type === "message")).toMatchObject([
      { direction: "out", kind: "text", size: 3 },
      { direction: "in", kind: "text", size: 3 },
    ]);
    expect(accepted).toBe(3);
  },
);
