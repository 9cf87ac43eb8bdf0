import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import { Condition } from "../helpers/condition.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { freePort } from "../helpers/ports.js";
import { Program } from "../helpers/program.js";
import { ms } from "../helpers/time.js";

checkLeaks();

const RESTARTS = 20;
/** Largest number of messages without an acknowledgement. */
const MAX_UNACKNOWLEDGED = 50;
/** Number of messages that each server accepts before it is killed. */
const MESSAGES_PER_SERVER = 100;

test(
  "every message arrives once and in order at a server that is killed 20 times under load; the client sends a fresh token after each 401, and gives up when that is refused as well",
  { timeout: ms(120_000) },
  async (context) => {
    const port = await freePort();
    const unacknowledged = new Map<number, string>();
    const acknowledged = new Condition();
    let token = "none";
    let valid = "";
    let isFresh = false;
    let refusals = 0;
    await using client = reconnecting(`ws://127.0.0.1:${port}/`, {
      backoff: { min: 5, max: 50 },
      maxAttempts: 10_000,
      headers: ({ lastError }) => {
        isFresh = lastError?.details.status === 401;
        if (isFresh) token = valid;
        return { authorization: token };
      },
      shouldRetry: ({ details }) => {
        if (details.status !== 401) return undefined;
        refusals++;
        return !isFresh;
      },
      onConnect: (connection) => {
        client.queue.clear();
        for (const message of unacknowledged.values())
          void connection.send(message).catch(() => {});
      },
    });
    const accepted: number[] = [];
    let sent = 0;
    let isOver = false;
    const sending = (async () => {
      while (!isOver) {
        await acknowledged.until(() => unacknowledged.size < MAX_UNACKNOWLEDGED);
        const message = `${++sent} ${"x".repeat(sent % 500)}`;
        unacknowledged.set(sent, message);
        void client.send(message);
        if (sent % 10 === 0) await wait(1);
      }
    })();
    const reading = (async () => {
      for await (const { data } of client.channel()) {
        for (const n of unacknowledged.keys()) if (n <= Number(data)) unacknowledged.delete(n);
        acknowledged.notify();
      }
    })();
    /** Starts a server that accepts this token. */
    const start = (validToken: string): Program => {
      const args = [port, accepted.at(-1) ?? 0, validToken].map(String);
      return new Program("test/reconnect/fixtures/server.mjs", ...args);
    };
    for (let i = 1; i <= RESTARTS; i++) {
      const server = start((valid = `token ${i}`));
      await server.wrote(`\n${accepted.length + MESSAGES_PER_SERVER}\n`);
      if (i === RESTARTS) {
        isOver = true;
        await sending;
        await acknowledged.until(() => unacknowledged.size === 0);
      }
      server.child.kill("SIGKILL");
      const { stdout } = await server.ended;
      accepted.push(...(stdout.match(/^\d+$/gm) ?? []).map(Number));
    }
    start("another token");
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", details: { status: 401 } });
    await reading;
    expect(accepted).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
    conclude(context, {
      cases: RESTARTS,
      expected: `${RESTARTS + 2} responses with 401, then the client gave up`,
      happened: `${refusals} responses with 401, then the client gave up`,
    });
  },
);
