import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createHub } from "../../src/hub/node.js";
import type { SubscribeOptions, Subscription } from "../../src/hub/node.js";
import { connect } from "../../src/node.js";
import type { Message } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { collect, numbers, open, sendNumbers, textOf } from "./support.js";

checkLeaks();

/** Opens a subscription, lets 100 messages arrive, and returns what it then has. */
async function fill(options: SubscribeOptions): Promise<[string[], Subscription<Message>]> {
  const { hub, peer } = await open();
  const subscription = hub.subscribe(undefined, options);
  await sendNumbers(peer, 100);
  await peer.close();
  return [await collect(subscription), subscription];
}

describe("whenFull", () => {
  test.each([1, 31, 32, 33, 99])("drop-oldest keeps the last %d messages", async (capacity) => {
    const [texts, { dropped }] = await fill({ capacity, whenFull: "drop-oldest" });
    expect(texts).toEqual(numbers(101 - capacity, 100));
    expect(dropped).toBe(100 - capacity);
  });

  test.each([1, 31, 32, 33, 99])("drop-newest keeps the first %d messages", async (capacity) => {
    const [texts, { dropped }] = await fill({ capacity, whenFull: "drop-newest" });
    expect(texts).toEqual(numbers(1, capacity));
    expect(dropped).toBe(100 - capacity);
  });

  test.each([
    ["drop-oldest", 100],
    ["drop-oldest", 101],
    ["drop-newest", 100],
    ["drop-newest", 101],
  ] as const)("%s drops nothing of 100 with capacity %d", async (whenFull, capacity) => {
    const [texts, { dropped }] = await fill({ capacity, whenFull });
    expect(texts).toEqual(numbers(1, 100));
    expect(dropped).toBe(0);
  });

  test("drop-newest has room again for each message that was received", async () => {
    const { hub, peer } = await open();
    const subscription = hub.subscribe(undefined, { capacity: 4, whenFull: "drop-newest" });
    await sendNumbers(peer, 5);
    await vi.waitFor(() => expect(subscription.dropped).toBe(1));
    expect(textOf(subscription.tryReceive()?.value)).toBe("1");
    await peer.send("6");
    await peer.send("7");
    await peer.close();
    expect(await collect(subscription)).toEqual(["2", "3", "4", "6"]);
    expect(subscription.dropped).toBe(2);
  });

  test.each(["drop-oldest", "drop-newest"] as const)("%s holds at most 1 MiB", async (whenFull) => {
    const { hub, peer } = await open();
    const subscription = hub.subscribe(undefined, { capacity: 1_000, whenFull });
    // With their overhead, 16 of them are 1 MiB.
    const size = 65_536 - 64;
    for (let i = 1; i <= 20; i++) await peer.send(new Uint8Array(size).fill(i));
    await peer.close();
    const kept: number[] = [];
    for await (const { data } of subscription) kept.push((data as Uint8Array)[0] as number);
    expect(kept.map(String)).toEqual(whenFull === "drop-oldest" ? numbers(5, 20) : numbers(1, 16));
    expect(subscription.dropped).toBe(4);
  });

  test("pause stops the hub when the slowest subscription is full, and loses nothing", async () => {
    const { hub, peer, client } = await open({ channelCapacity: 8 });
    const slow = hub.subscribe(undefined, { capacity: 4 });
    const fast = hub.subscribe();
    const lossy = hub.subscribe(undefined, { capacity: 1, whenFull: "drop-oldest" });
    const fastTexts: string[] = [];
    const reading = (async () => {
      for await (const message of fast) fastTexts.push(textOf(message));
    })();
    const sending = sendNumbers(peer, 1_000);
    await vi.waitFor(() => expect(client.stats.timesPaused).toBe(1));
    expect(fastTexts).toEqual(numbers(1, 4));
    expect(slow.length).toBe(4);
    const slowTexts = collect(slow);
    await sending;
    await peer.close();
    await reading;
    expect(await slowTexts).toEqual(numbers(1, 1_000));
    expect(fastTexts).toEqual(numbers(1, 1_000));
    expect(slow.dropped).toBe(0);
    expect(lossy.dropped).toBe(999);
  });

  test("pause ends when the slow subscription ends", async () => {
    const { hub, peer } = await open();
    const slow = hub.subscribe(undefined, { capacity: 1 });
    const fast = hub.subscribe();
    await sendNumbers(peer, 3);
    await vi.waitFor(() => expect(slow.length).toBe(1));
    slow.unsubscribe();
    await peer.close();
    expect(await collect(fast)).toEqual(["1", "2", "3"]);
  });

  test("a message that is larger than 1 MiB passes", async () => {
    const { hub, peer } = await open();
    const subscription = hub.subscribe();
    await peer.send(new Uint8Array(2 ** 21));
    await peer.send("after");
    await peer.close();
    expect(await collect(subscription)).toEqual(["binary", "after"]);
  });
});

test("a subscription that pauses slows a real server down", async () => {
  let sent = 0;
  await using server = await startEchoServer({
    onConnection: ({ ws }) => {
      const payload = Buffer.alloc(65_536);
      const pump = (): void => {
        if (ws.readyState !== ws.OPEN || sent === 1_000) return;
        sent++;
        ws.send(payload, pump);
      };
      pump();
    },
  });
  const client = await connect(server.url);
  onTestFinished(() => client.terminate());
  const hub = createHub(client);
  const slow = hub.subscribe();
  const lossy = hub.subscribe(undefined, { whenFull: "drop-newest", capacity: 2 });
  let last = -1;
  // The server sends until all buffers on the way are full.
  while (last !== sent) {
    last = sent;
    await sleep(200);
  }
  expect(sent).toBeLessThan(1_000);
  expect(slow.length).toBe(16);
  for (let i = 0; i < 1_000; i++) await slow.receive();
  expect(sent).toBe(1_000);
  expect(lossy.length + lossy.dropped).toBe(1_000);
});
