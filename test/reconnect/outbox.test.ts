import { describe, expect, test, vi } from "vitest";
import { Outbox } from "../../src/reconnect/outbox.js";
import type { Entry, LostMessage, ResolvedQueueOptions } from "../../src/reconnect/outbox.js";
import { failureCode, microtasks, stateOf } from "../helpers/failure.js";
import { advance, useClock } from "../helpers/unit-clock.js";

useClock();

const SETTINGS: ResolvedQueueOptions = { maxMessages: 3, maxBytes: 1_000, whenFull: "reject" };

function open(settings: Partial<ResolvedQueueOptions> = {}) {
  const lost: LostMessage[] = [];
  const outbox = new Outbox({ ...SETTINGS, ...settings }, (messages) => {
    lost.push(...messages);
  });
  const add = (payload: string | Uint8Array, rest: Partial<Entry> = {}) =>
    outbox.add({ payload, key: undefined, expiresAt: Infinity, retry: false, ...rest });
  /** Removes all entries and returns their payloads in order. */
  const drain = () => {
    const payloads: unknown[] = [];
    for (let entry; (entry = outbox.next);) {
      payloads.push(entry.payload);
      outbox.remove(entry);
    }
    return payloads;
  };
  return { outbox, lost, add, drain };
}

describe("the bounds", () => {
  test("take as many messages as they say, and no more", async () => {
    const { outbox, add, lost, drain } = open();
    const sends = ["a", "b", "c"].map((text) => add(text));
    expect(await failureCode(add("d"))).toBe("QUEUE_FULL");
    expect(await Promise.all(sends.map(stateOf))).toEqual(["pending", "pending", "pending"]);
    expect(outbox.length).toBe(3);
    expect(lost).toEqual([{ data: "d", type: 1, key: undefined, reason: "dropped" }]);
    expect(drain()).toEqual(["a", "b", "c"]);
    expect(outbox.bytes).toBe(0);
  });

  test.each([
    ["bytes", new Uint8Array(36), 100],
    ["a text, at 2 bytes a unit", "x".repeat(18), 100],
  ])("count %s and 64 more", (_what, payload, bytes) => {
    const { outbox, add } = open();
    void add(payload);
    expect(outbox.bytes).toBe(bytes);
  });

  test.each([
    [99, "rejected"],
    [100, "pending"],
    [101, "pending"],
  ])("of %i bytes leave a message of 100 %s", async (maxBytes, state) => {
    const { add } = open({ maxBytes });
    expect(await stateOf(add(new Uint8Array(36)))).toBe(state);
  });

  test("of no messages let none wait", async () => {
    expect(await failureCode(open({ maxMessages: 0 }).add("a"))).toBe("QUEUE_FULL");
    const dropping = open({ maxMessages: 0, whenFull: "drop-oldest" });
    expect(await failureCode(dropping.add("a"))).toBe("QUEUE_FULL");
  });
});

describe('"drop-oldest"', () => {
  test("drops as many old messages as the new one needs", async () => {
    const { add, lost, drain } = open({ whenFull: "drop-oldest", maxBytes: 300 });
    const sends = ["a", "b", "c"].map((text) => add(new Uint8Array(36), { key: text }));
    await microtasks();
    expect(lost).toEqual([]);
    void add(new Uint8Array(136), { key: "big" });
    expect(await Promise.all(sends.map(stateOf))).toEqual(["rejected", "rejected", "pending"]);
    expect(await failureCode(sends[0] as Promise<void>)).toBe("QUEUE_FULL");
    expect(lost).toMatchObject([
      { key: "a", reason: "dropped" },
      { key: "b", reason: "dropped" },
    ]);
    expect(drain()).toHaveLength(2);
  });

  test("drops nothing for a message that can never fit", async () => {
    const { add, drain } = open({ whenFull: "drop-oldest", maxBytes: 200 });
    void add("a");
    expect(await failureCode(add(new Uint8Array(137)))).toBe("QUEUE_FULL");
    expect(drain()).toEqual(["a"]);
  });
});

describe("a key", () => {
  test("lets a message replace the older one, at the end, and both settle alike", async () => {
    const { outbox, add, lost, drain } = open();
    const old = add("old", { key: "k" });
    void add("between");
    const fresh = add("new", { key: "k" });
    expect(outbox.length).toBe(2);
    expect(drain()).toEqual(["between", "new"]);
    expect(lost).toEqual([]);
    expect(fresh).toBe(old);
  });

  test("makes room for its own message in a full queue", async () => {
    const { add, drain } = open();
    void add("a", { key: "k" });
    void add("b");
    void add("c");
    expect(await stateOf(add("d", { key: "k" }))).toBe("pending");
    expect(drain()).toEqual(["b", "c", "d"]);
  });

  test.each(["reject", "drop-oldest"] as const)(
    "with %s, keeps the older one if the newer one can never fit",
    async (whenFull) => {
      const { outbox, add, lost, drain } = open({ whenFull, maxBytes: 200 });
      const old = add("old", { key: "k" });
      void add("other");
      expect(await failureCode(add(new Uint8Array(137), { key: "k" }))).toBe("QUEUE_FULL");
      expect(await stateOf(old)).toBe("pending");
      expect(lost).toMatchObject([{ type: 2, key: "k", reason: "dropped" }]);
      expect(outbox.bytes).toBe(70 + 74);
      expect(drain()).toEqual(["old", "other"]);
    },
  );

  test.each([
    [136, "pending"],
    [137, "rejected"],
  ])("counts the bytes it frees: beside 64 of 264 one of %i more is %s", async (size, state) => {
    const { add } = open({ maxBytes: 264 });
    void add("");
    void add("x".repeat(30), { key: "k" });
    expect(await stateOf(add(new Uint8Array(size), { key: "k" }))).toBe(state);
  });

  test("drops others, and not what it replaces, where old ones may be dropped", async () => {
    const { add, lost, drain } = open({ whenFull: "drop-oldest", maxBytes: 300 });
    void add("a");
    void add("b", { key: "k" });
    void add("c");
    void add(new Uint8Array(136), { key: "k" });
    await microtasks();
    expect(lost).toMatchObject([{ data: "a" }]);
    expect(drain()).toEqual(["c", new Uint8Array(136)]);
  });

  test("of another message does nothing", () => {
    const { add, drain } = open();
    void add("a", { key: "k" });
    void add("b", { key: "l" });
    void add("c");
    expect(drain()).toEqual(["a", "b", "c"]);
  });

  test("keeps nothing of those it has replaced", () => {
    const { outbox, add } = open();
    const promises = new Set<unknown>();
    for (let i = 0; i < 1_000; i++) promises.add(add(String(i), { key: "k" }));
    expect(promises.size).toBe(1);
    expect(outbox.length).toBe(1);
  });
});

describe("a ttl", () => {
  const in_ = (time: number) => ({ expiresAt: performance.now() + time });

  test("ends the wait in time, with no connection in sight", async () => {
    const { add, lost, drain } = open();
    const late = add("late", in_(50));
    void add("later", in_(80));
    void add("never");
    await advance(49);
    expect(lost).toEqual([]);
    await advance(2);
    expect(await failureCode(late)).toBe("CHANNEL_TIMEOUT");
    expect(lost).toMatchObject([{ data: "late", reason: "expired" }]);
    expect(drain()).toEqual(["later", "never"]);
    await advance(100);
    expect(lost).toHaveLength(1);
  });

  test("that is shorter than those before is over first", async () => {
    const { add, lost } = open();
    void add("long", in_(100));
    void add("short", in_(10));
    await advance(11);
    expect(lost).toMatchObject([{ data: "short" }]);
    await advance(90);
    expect(lost).toMatchObject([{ data: "short" }, { data: "long" }]);
  });

  test("costs one timer for all", () => {
    const { outbox, add } = open();
    for (const time of [30, 20, 10]) void add("x", in_(time));
    expect(vi.getTimerCount()).toBe(1);
    outbox.clear();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("what comes back", () => {
  const entry = (payload: string, key?: string): Entry => ({
    payload,
    key,
    expiresAt: Infinity,
    retry: true,
  });

  test("goes before all that waits, in its order", () => {
    const { outbox, add, drain } = open();
    void add("c");
    outbox.restore([entry("a"), entry("b")]);
    expect(outbox.bytes).toBe(3 * 66);
    expect(drain()).toEqual(["a", "b", "c"]);
    expect(outbox.bytes).toBe(0);
  });

  test("is left out if a newer one has its key", () => {
    const { outbox, add, drain, lost } = open();
    void add("new", { key: "k" });
    outbox.restore([entry("old", "k"), entry("b", "l")]);
    expect(drain()).toEqual(["b", "new"]);
    expect(lost).toEqual([]);
  });

  test("with the same key leave the latest, and count it alone", () => {
    const { outbox, drain } = open();
    outbox.restore([entry("old", "k"), entry("b", "l"), entry("new", "k")]);
    expect(outbox.length).toBe(2);
    expect(drain()).toEqual(["b", "new"]);
    expect(outbox.bytes).toBe(0);
  });
});

test("losing a message that has gone leaves a newer one with its key alone", async () => {
  const { outbox, add, drain, lost } = open();
  void add("new", { key: "k" });
  const gone: Entry = { payload: "old", key: "k", expiresAt: Infinity, retry: false };
  outbox.lose([gone], "unflushed", "CLOSED");
  await microtasks();
  expect(lost).toMatchObject([{ data: "old" }]);
  expect(drain()).toEqual(["new"]);
});

test("clear() rejects with ABORTED, tells, and leaves nothing", async () => {
  const { outbox, add, lost } = open();
  const send = add("a");
  outbox.clear();
  expect(await failureCode(send)).toBe("ABORTED");
  expect(lost).toMatchObject([{ data: "a", reason: "dropped" }]);
  expect(outbox).toMatchObject({ length: 0, bytes: 0 });
  outbox.clear();
  await microtasks();
  expect(lost).toHaveLength(1);
});
