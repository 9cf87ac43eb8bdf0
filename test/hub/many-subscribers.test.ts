// 100 subscribers and 100,000 messages over a real socket, one subscriber slow.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { createHub } from "../../src/hub/node.js";
import type { Hub, Subscription, WhenFull } from "../../src/hub/node.js";
import { connect } from "../../src/node.js";
import type { Message } from "../../src/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { textOf } from "./support.js";

checkLeaks();

const MESSAGES = 100_000;
const SUBSCRIBERS = 100;
/** The fast subscribers that get every message; each other one gets every hundredth. */
const WITHOUT_FILTER = 10;
const FILLER = " ".repeat(200);

interface Feed {
  readonly hub: Hub;
  /** Number of messages that the server has handed to its socket. */
  readonly sent: () => number;
  /** Begins to send the numbers from 0, as fast as the client reads, and then closes the connection. */
  readonly start: () => void;
}

async function openFeed(): Promise<Feed> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const connected = once(server, "connection") as Promise<[WebSocket]>;
  const client = await connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = await connected;
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  let sent = 0;
  const pump = (): void => {
    while (sent < MESSAGES && socket.bufferedAmount < 65_536) socket.send(`${sent++}${FILLER}`);
    if (sent === MESSAGES) socket.close();
    else setImmediate(pump);
  };
  return { hub: createHub(client), sent: () => sent, start: pump };
}

/** Reads a subscription to its end, and counts the messages. Fails unless their numbers rise by `step`. */
async function count(subscription: Subscription<Message>, step: number): Promise<number> {
  let received = 0;
  let expected: number | undefined;
  for await (const message of subscription) {
    const number = Number.parseInt(textOf(message));
    if (number !== (expected ?? number)) throw new Error(`${number} after ${String(expected)}`);
    expected = number + step;
    received++;
  }
  return received;
}

function subscribeFast(hub: Hub): Promise<number>[] {
  return Array.from({ length: SUBSCRIBERS - 1 }, (_, i) => {
    if (i < WITHOUT_FILTER) return count(hub.subscribe(), 1);
    return count(
      hub.subscribe((message) => Number.parseInt(textOf(message)) % 100 === i),
      100,
    );
  });
}

const EXPECTED = Array.from({ length: SUBSCRIBERS - 1 }, (_, i) =>
  i < WITHOUT_FILTER ? MESSAGES : MESSAGES / 100,
);

test("with pause the server waits for the slow one, and nobody loses a message", async () => {
  const { hub, sent, start } = await openFeed();
  const fast = subscribeFast(hub);
  const slow = hub.subscribe();
  start();
  let last = -1;
  while (last !== sent()) {
    last = sent();
    await sleep(ms(300));
  }
  expect(sent()).toBeLessThan(MESSAGES);
  expect(await count(slow, 1)).toBe(MESSAGES);
  expect(await Promise.all(fast)).toEqual(EXPECTED);
}, 60_000);

test.each<WhenFull>(["drop-oldest", "drop-newest"])(
  "with %s the counts of what was received and dropped add up, in bounded memory",
  async (whenFull) => {
    const { hub, start } = await openFeed();
    const fast = subscribeFast(hub);
    const slow = hub.subscribe(undefined, { whenFull });
    const before = usedHeap();
    start();
    expect(await Promise.all(fast)).toEqual(EXPECTED);
    expect(usedHeap() - before).toBeLessThan(8 * 2 ** 20);
    expect(slow.length).toBe(32);
    expect(slow.dropped).toBe(MESSAGES - 32);
    const first = Number.parseInt(textOf((await slow.receive()).value));
    expect(first).toBe(whenFull === "drop-oldest" ? MESSAGES - 32 : 0);
    expect(hub.unclaimed.length + hub.unclaimed.dropped).toBe(0);
  },
  60_000,
);

function usedHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
