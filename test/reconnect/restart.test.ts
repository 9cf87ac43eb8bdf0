import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import { Condition } from "../helpers/condition.js";
import { checkLeaks } from "../helpers/leaks.js";
import { freePort } from "../helpers/ports.js";
import { Program } from "../helpers/program.js";
import { ms } from "../helpers/time.js";

checkLeaks();

const RESTARTS = 20;
/** Messages under way at any time, and how many each server takes before it is killed. */
const WINDOW = 50;
const SHARE = 100;

test(
  "a server that is killed and started again 20 times under load takes every message once and in order, each time for a fresh token",
  { timeout: ms(120_000) },
  async () => {
    const port = await freePort();
    const unacknowledged = new Map<number, string>();
    const acknowledged = new Condition();
    let token = "none";
    let refusals = 0;
    await using client = reconnecting(`ws://127.0.0.1:${port}/`, {
      backoff: { min: 5, max: 50 },
      maxAttempts: 10_000,
      // It has the token of the server before until it is refused.
      headers: ({ lastError }) => {
        if (lastError?.details.status === 401) token = valid;
        return { authorization: token };
      },
      shouldRetry: ({ details }) => {
        if (details.status === 401) refusals++;
        return details.status === 401 || undefined;
      },
      onConnect: (connection) => {
        client.queue.clear();
        for (const message of unacknowledged.values())
          void connection.send(message).catch(() => {});
      },
    });
    let valid = "";
    const taken: number[] = [];
    let sent = 0;
    const sending = (async () => {
      while (sent < RESTARTS * SHARE) {
        await acknowledged.until(() => unacknowledged.size < WINDOW);
        const message = `${++sent} ${"x".repeat(sent % 500)}`;
        unacknowledged.set(sent, message);
        void client.send(message);
        if (sent % 10 === 0) await wait(1);
      }
    })();
    const reading = (async () => {
      for await (const { data } of client) {
        for (const n of unacknowledged.keys()) if (n <= Number(data)) unacknowledged.delete(n);
        acknowledged.notify();
      }
    })();
    for (let start = 1; start <= RESTARTS; start++) {
      valid = `token ${start}`;
      const last = taken.at(-1) ?? 0;
      const args = [port, last, valid].map(String);
      const server = new Program("test/reconnect/fixtures/server.mjs", ...args);
      const enough = Math.min(last + SHARE, RESTARTS * SHARE);
      if (start < RESTARTS) await server.wrote(`\n${enough}\n`);
      else await acknowledged.until(() => sent === RESTARTS * SHARE && unacknowledged.size === 0);
      server.child.kill("SIGKILL");
      const { stdout } = await server.ended;
      taken.push(...(stdout.match(/^\d+$/gm) ?? []).map(Number));
    }
    await Promise.all([client.close(), sending, reading]);
    expect(taken).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
    expect(refusals).toBe(RESTARTS);
  },
);
