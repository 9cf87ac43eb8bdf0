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

const RESTART_COUNT = 20;
/** The number of messages that each server accepts before it stops. */
const MESSAGES_PER_SERVER = 30;

/** A page that sends numbered messages until `stop` is called, and repeats each until it is acknowledged. */
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
  "a page in Chromium loses no message when its server restarts 20 times",
  { timeout: ms(180_000) },
  async () => {
    const port = await freePort();
    const accepted: number[] = [];
    const changed = new Condition();
    /** Starts the server. Resolves with a function that stops it and cuts all of its connections. */
    const start = async (): Promise<() => Promise<void>> => {
      const server = new WebSocketServer({ port, host: "127.0.0.1" });
      server.on("connection", (socket) => {
        socket.on("error", () => {});
        socket.on("message", (data) => {
          if (Number(data) === accepted.length + 1) accepted.push(Number(data));
          socket.send(String(accepted.length));
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
      const errors: string[] = [];
      tab.on("pageerror", (error) => errors.push(String(error)));
      await tab.goto(`${site.url}/`);
      for (let i = 0; i < RESTART_COUNT; i++) {
        const count = accepted.length + MESSAGES_PER_SERVER;
        await changed.until(() => accepted.length >= count);
        await stop();
        // Short, because Chromium delays new handshakes after some have been refused.
        await wait(20);
        stop = await start();
      }
      const result = await tab.evaluate<{ sent: number }>("stop()");
      expect(result).toMatchObject({ clean: true, state: { type: "closed" } });
      expect(accepted).toEqual(Array.from({ length: result.sent }, (_, i) => i + 1));
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      await stop();
    }
  },
);
