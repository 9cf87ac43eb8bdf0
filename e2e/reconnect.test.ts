import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { Condition } from "../test/helpers/condition.js";
import { checkLeaks } from "../test/helpers/leaks.js";
import { freePort } from "../test/helpers/ports.js";
import { ms } from "../test/helpers/time.js";
import { launch } from "./helpers/browsers.js";
import { startSite } from "./helpers/site.js";

checkLeaks();

const RESTARTS = 20;
/** How many messages each server takes before it is gone. */
const SHARE = 30;

/** Sends numbered messages until it is told to stop, each again until it is acknowledged. */
const page = (url: string): string => `
  <link rel="icon" href="data:," />
  <script src="/dist/wschan.all.umd.js"></script>
  <script>
    const unacknowledged = new Set();
    let sent = 0;
    const client = wschan.reconnecting("${url}", {
      backoff: { min: 20, max: 200 },
      onConnect: (connection) => {
        client.queue.clear();
        for (const n of unacknowledged) connection.send(String(n)).catch(() => {});
      },
    });
    const timer = setInterval(() => {
      unacknowledged.add(++sent);
      client.send(String(sent));
    }, 3);
    async function stop() {
      clearInterval(timer);
      while (unacknowledged.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const { clean } = await client.close();
      return { sent, clean, state: client.state };
    }
    (async () => {
      for await (const { data } of client)
        for (const n of unacknowledged) if (n <= Number(data)) unacknowledged.delete(n);
    })();
  </script>`;

test(
  "a page loses nothing to a server that goes and comes back 20 times, in Chromium",
  { timeout: ms(180_000) },
  async () => {
    const port = await freePort();
    const taken: number[] = [];
    const changed = new Condition();
    /** Starts the server; resolves with what ends it, and all its connections, at once. */
    const start = async (): Promise<() => Promise<void>> => {
      const server = new WebSocketServer({ port, host: "127.0.0.1" });
      server.on("connection", (socket) => {
        socket.on("error", () => {});
        socket.on("message", (data) => {
          if (Number(data) === taken.length + 1) taken.push(Number(data));
          socket.send(String(taken.length));
          changed.notify();
        });
      });
      await once(server, "listening");
      return async () => {
        for (const socket of server.clients) socket.terminate();
        server.close();
        await once(server, "close");
      };
    };
    await using site = await startSite();
    site.pages.set("/", () => page(`ws://127.0.0.1:${port}/`));
    let stop = await start();
    const browser = await launch("chromium");
    try {
      const tab = await browser.newPage();
      const noise: string[] = [];
      tab.on("pageerror", (error) => noise.push(String(error)));
      await tab.goto(`${site.url}/`);
      for (let i = 0; i < RESTARTS; i++) {
        const enough = taken.length + SHARE;
        await changed.until(() => taken.length >= enough);
        await stop();
        // Some handshakes are refused, but few: Chromium delays the next ones after those.
        await wait(20);
        stop = await start();
      }
      const told = await tab.evaluate<{ sent: number }>("stop()");
      expect(told).toMatchObject({ clean: true, state: { type: "closed" } });
      expect(taken).toEqual(Array.from({ length: told.sent }, (_, i) => i + 1));
      expect(noise).toEqual([]);
    } finally {
      await browser.close();
      await stop();
    }
  },
);
