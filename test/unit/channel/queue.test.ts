import { describe, expect, test, vi } from "vitest";
import { Channel } from "../../../src/channel/channel.js";
import { Queue } from "../../../src/channel/queue.js";
import { collectGarbage } from "../../helpers/collect-garbage.js";
import { turns, useClock } from "../../helpers/unit-clock.js";
import { Random } from "../../helpers/unit-random.js";

useClock();

describe("the queue of a channel", () => {
  test("keeps the order of a plain array through growth and wrap-around", () => {
    const random = new Random(1);
    const channel = new Channel<number>(5000);
    const model: number[] = [];
    let next = 0;
    let bad = 0;
    for (let round = 0; round < 100; round++) {
      // Uneven steps put the head at varying places when the queue grows.
      for (let left = random.below(2000); left > 0; left--) {
        const sent = channel.trySend(next);
        if (sent !== model.length < 5000) bad++;
        if (sent) model.push(next);
        next++;
      }
      for (let left = random.below(2000); left > 0; left--) {
        if (channel.tryReceive()?.value !== model.shift()) bad++;
      }
      if (channel.length !== model.length) bad++;
    }
    expect(bad).toBe(0);
    expect(next).toBeGreaterThan(80_000);
    while (model.length > 0) if (channel.tryReceive()?.value !== model.shift()) bad++;
    expect(bad).toBe(0);
    expect(channel.tryReceive()).toBeUndefined();
  });

  test.each([4, 5, 8, 9, 1024, 1025, 1026, 2049, 4096])(
    "can be filled with %i values and drained repeatedly",
    (count) => {
      const channel = new Channel<number>(count);
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < count; i++) expect(channel.trySend(i)).toBe(true);
        expect(channel.trySend(-1)).toBe(false);
        let sum = 0;
        for (let i = 0; i < count; i++) sum += channel.tryReceive()?.value === i ? 1 : 0;
        expect(sum).toBe(count);
        expect(channel.tryReceive()).toBeUndefined();
      }
    },
  );

  test("releases a value once it is taken", async () => {
    const queue = new Queue<object>(1);
    const made: WeakRef<object>[] = [];
    const held = async (): Promise<number> => {
      // A WeakRef keeps its target alive for the turn in which it was created or dereferenced.
      await turns();
      collectGarbage();
      return made.filter((ref) => ref.deref() !== undefined).length;
    };
    // A separate function, because this function's suspended frame would keep the last value alive.
    const push = (value: object): void => {
      made.push(new WeakRef(value));
      queue.push(value);
    };
    for (let i = 0; i < 5000; i++) push({});
    expect(await held()).toBe(5000);
    for (let i = 0; i < 1000; i++) queue.take();
    expect(await held()).toBe(4000);
    for (let i = 0; i < 4000; i++) queue.take();
    expect(await held()).toBe(0);
  });

  test("releases the memory of a burst", () => {
    const queue = new Queue<number>(1);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1_000_000; i++) queue.push(i);
    for (let i = 0; i < 1_000_000; i++) queue.take();
    collectGarbage();
    // The burst took about 8 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
    expect(queue.size).toBe(0);
  });

  test.each([0, 10, 5000])("moves at most as many values as are taken (%i queued)", (held) => {
    const queue = new Queue<number>(1);
    for (let i = 0; i < held; i++) queue.push(i);
    const splice = vi.spyOn(Array.prototype, "splice");
    let moved = 0;
    for (let i = 0; i < 20_000; i++) {
      queue.push(i);
      queue.take();
      // Each splice has copied the remaining values.
      if (splice.mock.calls.length > 0) moved += queue.size;
      splice.mockClear();
    }
    splice.mockRestore();
    expect(moved > 0).toBe(held > 0);
    expect(moved).toBeLessThanOrEqual(20_000);
  });
});
