import { describe, expect, test, vi } from "vitest";
import { now, startTimer } from "../../../src/time/clock.js";
import { advance, startClock, turns, useClock } from "../../helpers/unit-clock.js";
import type * as clock from "../../../src/time/clock.js";
import { useClockSkew } from "../../helpers/unit-clock-skew.js";

useClock();
const skew = useClockSkew();

describe("a timer", () => {
  const MAX = 2 ** 31 - 1;

  test.each([
    [0, 1],
    [0.2, 1],
    [1, 1],
    [1.5, 2],
    [1000, 1000],
    [MAX, MAX],
    [MAX + 0.5, MAX + 1],
    [MAX + 1, MAX + 1],
    [MAX * 3 + 7, MAX * 3 + 7],
  ])("of %s ms expires after %i ms, in steps that setTimeout supports", async (delay, time) => {
    const expire = vi.fn();
    const set = vi.spyOn(globalThis, "setTimeout");
    startTimer(delay, expire);
    await advance(time - 1);
    if (delay >= 1) expect(expire).not.toHaveBeenCalled();
    await advance(1);
    expect(expire).toHaveBeenCalledOnce();
    for (const [, step] of set.mock.calls) expect(step).toBeLessThanOrEqual(MAX);
    set.mockRestore();
  });

  test.each([0, MAX + 5])("can be stopped at any time (after %i ms)", async (time) => {
    const expire = vi.fn();
    const stop = startTimer(MAX * 2, expire);
    await advance(time);
    stop();
    stop();
    expect(vi.getTimerCount()).toBe(0);
    await advance(MAX * 2);
    expect(expire).not.toHaveBeenCalled();
  });

  test("fires late if the clock jumps between its steps", async () => {
    const expire = vi.fn();
    startTimer(MAX + 1000, expire);
    skew.ms = 5000;
    await advance(MAX);
    await advance(1);
    expect(expire).toHaveBeenCalledOnce();
  });
});

describe("the next turn", () => {
  /** Imports a fresh copy of the module with the given globals. */
  async function imported(globals: object): Promise<typeof clock> {
    vi.resetModules();
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const copy = await import("../../../src/time/clock.js");
    vi.unstubAllGlobals();
    return copy;
  }

  test.each([
    ["with setImmediate", {}],
    ["without", { setImmediate: undefined }],
  ])("comes after the microtasks, %s", async (_, globals) => {
    const { nextTurn: schedule } = await imported(globals);
    const order: string[] = [];
    schedule(() => order.push("turn"));
    await Promise.resolve().then(() => order.push("microtask"));
    await advance(1);
    expect(order).toEqual(["microtask", "turn"]);
  });

  test.each(["nextTurn", "microtask"] as const)("by %s ignores fake timers", async (name) => {
    vi.useRealTimers();
    const copy = await imported({});
    vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout", "queueMicrotask"] });
    const run = vi.fn();
    copy[name](run);
    vi.useRealTimers();
    await turns();
    expect(run).toHaveBeenCalledOnce();
  });

  test("can be imported without any of these globals", async () => {
    const globals = ["setImmediate", "setTimeout", "queueMicrotask", "performance"];
    const none = Object.fromEntries(globals.map((name) => [name, undefined]));
    expect(await imported(none)).toHaveProperty("nextTurn");
  });
});

describe("the keepsAlive option of a timer", () => {
  test("does not prevent the callback, and works if timers are numbers", () => {
    const expire = vi.fn();
    startTimer(10, expire, false);
    vi.advanceTimersByTime(10);
    expect(expire).toHaveBeenCalledOnce();
    vi.stubGlobal("setTimeout", () => 7);
    startTimer(10, expire, false)();
    vi.unstubAllGlobals();
  });

  test.each([true, false, undefined])(
    "unrefs Node's timer only if it is false: %s",
    (keepsAlive) => {
      vi.useRealTimers();
      const start = vi.spyOn(globalThis, "setTimeout");
      startTimer(1000, () => {}, keepsAlive)();
      const [timer] = start.mock.results.map(({ value }) => value as NodeJS.Timeout);
      start.mockRestore();
      expect(timer?.hasRef()).toBe(keepsAlive !== false);
    },
  );
});

describe("the clock", () => {
  test("is monotonic", () => {
    vi.useRealTimers();
    const date = vi.spyOn(Date, "now").mockReturnValue(0);
    const first = now();
    expect(now()).toBeGreaterThanOrEqual(first);
    expect(date).not.toHaveBeenCalled();
    date.mockRestore();
    startClock();
  });
});
