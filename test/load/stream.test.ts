import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { after, COMPRESSION, connect, select, WsError } from "wschan";
import type { Client, Message, WaitOptions } from "wschan";
import { linkTo } from "../helpers/links.js";
import { ms } from "../helpers/time.js";
import { Random } from "../helpers/unit-random.js";

/** Starts a server that sends numbered messages of mixed sizes and both types, every 50th compressed. */
async function startNumbers(): Promise<Worker & { url: string }> {
  const worker = new Worker(new URL("./numbers.mjs", import.meta.url));
  const [{ port }] = (await once(worker, "message")) as [AddressInfo];
  return Object.assign(worker, { url: `ws://127.0.0.1:${port}` });
}

/** Returns the number that a message carries; throws if its size or type does not match that number. */
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

/** The ways to receive. Each calls `take` with up to `count` messages. */
const RECEIVERS: readonly ((
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
    await using link = await linkTo(server.url);
    const client = await connect(`${link.url}/${total}`, {
      compression: COMPRESSION.CONTEXT_TAKEOVER,
    });
    let next = 0;
    const take = (message: Message): void => {
      if (numberOf(message) !== next) throw new Error(`${numberOf(message)} instead of ${next}`);
      next++;
    };
    for (let round = 0; next < total; round++) {
      await RECEIVERS[round % RECEIVERS.length]?.(client, 997, take);
    }
    expect(next).toBe(total);
    expect(client.stats).toMatchObject({ messagesReceived: total, bytesBuffered: 0 });
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
    expect(await client.closed).toMatchObject({ code: 1000, by: "peer", clean: true });
    await server.terminate();
  },
);

/** The options of a call that may end before its message arrives. The timers race the message. */
const LIMITS = {
  none: () => ({}),
  noWait: () => ({ timeout: 0 }),
  timer: (delay) => ({ timeout: delay }),
  abortByTimer: (delay) => abortBy((abort) => setTimeout(abort, delay)),
  abortNextTurn: () => abortBy(setImmediate),
  abortThisTurn: () => abortBy(queueMicrotask),
} satisfies Record<string, (delay: number) => WaitOptions>;

function abortBy(schedule: (abort: () => void) => unknown): WaitOptions {
  const controller = new AbortController();
  schedule(() => controller.abort());
  return { signal: controller.signal };
}

type Limit = keyof typeof LIMITS;

test(
  "no message is lost when half of the receives and selects are cancelled or time out",
  {
    timeout: ms(120_000),
  },
  async () => {
    const server = await startNumbers();
    const total = 50_000;
    await using link = await linkTo(server.url);
    const client = await connect(`${link.url}/${total}?burst=12`, { channelCapacity: 4 });
    const messages = client.channel();
    const limits = Object.keys(LIMITS) as Limit[];
    const seen: number[] = [];
    /** Counters of the calls for each kind of limit. */
    const newCounts = (): Record<Limit, number> =>
      Object.fromEntries(limits.map((limit) => [limit, 0])) as Record<Limit, number>;
    const received = newCounts();
    const cancelled = newCounts();
    const consumer = async (random: Random): Promise<void> => {
      for (;;) {
        const limit = random.pick(limits);
        const options = LIMITS[limit](1 + random.below(3));
        try {
          const result = random.chance(0.5)
            ? await client.receive(options)
            : await select([messages.caseReceive()], options);
          if (!result.ok) return;
          seen.push(numberOf(result.value));
          received[limit]++;
        } catch (error) {
          const code = WsError.is(error) ? error.code : "";
          if (!["RECEIVE_TIMEOUT", "CHANNEL_TIMEOUT", "ABORTED"].includes(code)) throw error;
          cancelled[limit]++;
          // Calls that never wait would starve the socket, so give it a turn of the event loop.
          if (random.chance(0.2)) await new Promise(setImmediate);
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, seed) => consumer(new Random(seed + 1))));
    expect(new Set(seen).size).toBe(total);
    expect(seen).toHaveLength(total);
    const sum = (counts: Record<Limit, number>): number =>
      Object.values(counts).reduce((a, b) => a + b);
    expect(sum(received)).toBe(total);
    expect(sum(cancelled)).toBeGreaterThan(0.4 * (sum(cancelled) + total));
    expect(cancelled.none).toBe(0);
    // Both sides of the race must have won many times.
    for (const limit of ["timer", "abortByTimer"] as const) {
      expect(cancelled[limit], limit).toBeGreaterThan(1_000);
      expect(received[limit], limit).toBeGreaterThan(1_000);
    }
    expect(cancelled.noWait, "noWait").toBeGreaterThan(1_000);
    await server.terminate();
  },
);
