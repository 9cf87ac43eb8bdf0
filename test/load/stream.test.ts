import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { after, COMPRESSION, connect, select } from "wschan";
import type { Client, Message } from "wschan";
import { ms } from "../helpers/time.js";

/** Sends numbered messages of mixed sizes and both types, every 50th compressed. */
async function startNumbers(): Promise<Worker & { url: string }> {
  const worker = new Worker(new URL("./numbers.mjs", import.meta.url));
  const [{ port }] = (await once(worker, "message")) as [AddressInfo];
  return Object.assign(worker, { url: `ws://127.0.0.1:${port}` });
}

/** The number a message carries; throws if its size or type is not what that number's must be. */
function numberOf(message: Message): number {
  const number =
    message.type === "text"
      ? Number.parseInt(message.data, 10)
      : new DataView(message.data.buffer).getUint32(0);
  const size = 10 + ((number * 7919) % 200) + (number % 1000 === 0 ? 70_000 : 0);
  if ((message.type === "text") !== (number % 2 === 0)) throw new Error(`${number}: wrong type`);
  if (message.data.length !== size) throw new Error(`${number}: ${message.data.length} bytes`);
  return number;
}

/** The ways to take up to `count` messages. */
const WAYS: readonly ((
  client: Client,
  count: number,
  take: (message: Message) => void,
) => Promise<void>)[] = [
  async (client, count, take) => {
    for await (const message of client) {
      take(message);
      if (--count === 0) return;
    }
  },
  async (client, count, take) => {
    for (; count > 0; count--) {
      const { ok, value } = await client.receive();
      if (!ok) return;
      take(value);
    }
  },
  async (client, count, take) => {
    const messages = client.channel();
    const timeout = after("1m");
    for (; count > 0; count--) {
      const result = await select([messages.caseReceive(), timeout.caseReceive()]);
      if (result.index === 1) throw new Error("no message for a minute");
      if (!result.ok) return;
      take(result.value);
    }
  },
];

test(
  "1,000,000 mixed messages arrive complete and in order by every way to receive",
  {
    timeout: ms(120_000),
  },
  async () => {
    const server = await startNumbers();
    const total = 1_000_000;
    const client = await connect(`${server.url}/${total}`, {
      compression: COMPRESSION.CONTEXT_TAKEOVER,
    });
    let next = 0;
    const take = (message: Message): void => {
      if (numberOf(message) !== next) throw new Error(`${numberOf(message)} in place of ${next}`);
      next++;
    };
    for (let round = 0; next < total; round++) {
      await WAYS[round % WAYS.length]?.(client, 997, take);
    }
    expect(next).toBe(total);
    expect(client.stats).toMatchObject({ messagesReceived: total, bytesBuffered: 0 });
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
    expect(await client.closed).toMatchObject({ code: 1000, by: "peer", clean: true });
    await server.terminate();
  },
);

test(
  "loses no message when half of the receives and selects are cancelled or time out",
  {
    timeout: ms(120_000),
  },
  async () => {
    const server = await startNumbers();
    const total = 100_000;
    const client = await connect(`${server.url}/${total}`, { channelCapacity: 4 });
    const messages = client.channel();
    const seen: number[] = [];
    let given = 0;
    let calls = 0;
    const consumer = async (seed: number): Promise<void> => {
      for (let random = seed; ;) {
        random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
        const controller = new AbortController();
        const { signal } = controller;
        const cancelled = random % 4 < 2;
        if (cancelled) {
          // At different moments: before the wait, within the turn, in the next one.
          const moment = random % 3;
          if (moment === 0) controller.abort();
          else if (moment === 1) queueMicrotask(() => controller.abort());
          else setImmediate(() => controller.abort());
        }
        calls++;
        try {
          const limits = random % 8 === 5 ? { signal, timeout: 0 } : { signal };
          const result =
            random % 5 < 3
              ? await client.receive(limits)
              : await select([messages.caseReceive()], limits);
          if (!result.ok) return;
          seen.push(numberOf(result.value));
        } catch {
          given++;
          // A turn for the socket: a cancelled call alone would never wait.
          if (given % 16 === 0) await new Promise(setImmediate);
        }
      }
    };
    await Promise.all([1, 2, 3, 4].map(consumer));
    expect(new Set(seen).size).toBe(total);
    expect(seen).toHaveLength(total);
    expect(given).toBeGreaterThan(calls / 4);
    await server.terminate();
  },
);
