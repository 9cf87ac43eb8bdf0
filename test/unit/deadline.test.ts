import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  abortError,
  checkMayWait,
  Deadline,
  guardWait,
  nextTurn,
  now,
  onAbort,
  parseWait,
  startTimer,
} from "../../src/deadline.js";
import type { Wait, WaitOptions } from "../../src/deadline.js";
import type { WsError } from "../../src/errors.js";
import { advance, startClock, turns, useClock } from "../helpers/unit-clock.js";
import { failure, failureCode } from "../helpers/unit-failure.js";
import { CountingController } from "../helpers/unit-signal.js";

useClock();

/** By how much the next timers are noticed late: the clock goes on, the event loop stood still. */
let late = 0;

beforeEach(() => {
  late = 0;
  const clock = performance.now.bind(performance);
  performance.now = () => clock() + late;
});

describe("a deadline", () => {
  function setUp(
    period: number,
    alive?: () => boolean,
  ): { deadline: Deadline; expire: ReturnType<typeof vi.fn> } {
    const expire = vi.fn();
    return { deadline: new Deadline(period, expire, alive), expire };
  }

  test.each([1, 3, 100, 1000, 30_000])("of %i ms expires in time, once", async (period) => {
    const { deadline, expire } = setUp(period);
    deadline.start();
    await advance(period - 1);
    expect(expire).not.toHaveBeenCalled();
    // The last look is confirmed by another one, a turn later.
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
    await advance(period * 5);
    expect(expire).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of less than a millisecond expires after one", async () => {
    const { deadline, expire } = setUp(0.5);
    deadline.start();
    expect(expire).not.toHaveBeenCalled();
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("beyond 2^31-1 ms waits that long", async () => {
    const { deadline, expire } = setUp(2 ** 34);
    deadline.start();
    await advance(2 ** 34 - 1);
    expect(expire).not.toHaveBeenCalled();
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("is put off by each sign of life, to a full period", async () => {
    const { deadline, expire } = setUp(1000);
    deadline.start();
    for (let i = 0; i < 20; i++) {
      await advance(990);
      deadline.touch();
    }
    await advance(999);
    expect(expire).not.toHaveBeenCalled();
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("costs one timer, however often it is touched", async () => {
    const { deadline } = setUp(1000);
    const set = vi.spyOn(globalThis, "setTimeout");
    deadline.start();
    for (let i = 0; i < 10_000; i++) deadline.touch();
    expect(vi.getTimerCount()).toBe(1);
    expect(set).toHaveBeenCalledOnce();
    deadline.stop();
  });

  test("asks for life each quarter of the period", async () => {
    const alive = vi.fn(() => true);
    const { deadline, expire } = setUp(1000, alive);
    deadline.start();
    expect(alive).toHaveBeenCalledOnce();
    await advance(1000);
    expect(alive).toHaveBeenCalledTimes(5);
    alive.mockReturnValue(false);
    await advance(999);
    expect(expire).not.toHaveBeenCalled();
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("forgets the life that was there before it started", async () => {
    let moved = true;
    const { deadline, expire } = setUp(1000, () => {
      const was = moved;
      moved = false;
      return was;
    });
    deadline.start();
    await advance(1003);
    expect(expire).toHaveBeenCalledOnce();
  });

  test.each([
    [999, 1003],
    [1000, 1003],
    [1001, 2001],
    [3_600_000, 2001],
  ])("noticed %i ms late ends at %i ms of running time", async (delay, end) => {
    const { deadline, expire } = setUp(1000);
    deadline.start();
    await advance(999);
    late = delay;
    await advance(end - 999 - 3);
    expect(expire).not.toHaveBeenCalled();
    await advance(6);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("noticed late at an earlier look grants a full period from then", async () => {
    const { deadline, expire } = setUp(4000);
    deadline.start();
    await advance(999);
    late = 1_000_000;
    await advance(1 + 3999);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("lets what had arrived be read before it expires", async () => {
    const { deadline, expire } = setUp(1000);
    deadline.start();
    await advance(1000);
    // Between the look that would end it and the one that confirms it.
    deadline.touch();
    await advance(998);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("confirms again after each life between two looks", async () => {
    const { deadline, expire } = setUp(1000);
    deadline.start();
    await advance(1000);
    late = 1001;
    // The confirming look itself is late: a full period more.
    await advance(999);
    expect(expire).not.toHaveBeenCalled();
    await advance(1);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("stopped does not expire, and starts anew", async () => {
    const { deadline, expire } = setUp(1000);
    deadline.stop();
    deadline.start();
    await advance(1000);
    deadline.stop();
    deadline.stop();
    expect(vi.getTimerCount()).toBe(0);
    await advance(5000);
    expect(expire).not.toHaveBeenCalled();
    deadline.start();
    await advance(999);
    expect(expire).not.toHaveBeenCalled();
    // Confirmed afresh: the confirmation of before does not count.
    await advance(1);
    expect(expire).not.toHaveBeenCalled();
    await advance(2);
    expect(expire).toHaveBeenCalledOnce();
    deadline.start();
    await advance(1003);
    expect(expire).toHaveBeenCalledTimes(2);
  });

  test("started twice goes by the first start", async () => {
    const { deadline, expire } = setUp(1000);
    deadline.start();
    await advance(500);
    deadline.start();
    expect(vi.getTimerCount()).toBe(1);
    await advance(503);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("not started costs nothing", () => {
    setUp(1000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

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
  ])("of %s ms expires after %i, in steps that setTimeout takes", async (delay, time) => {
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

  test.each([0, MAX + 5])("is stopped at any time (%i ms on)", async (time) => {
    const expire = vi.fn();
    const stop = startTimer(MAX * 2, expire);
    await advance(time);
    stop();
    stop();
    expect(vi.getTimerCount()).toBe(0);
    await advance(MAX * 2);
    expect(expire).not.toHaveBeenCalled();
  });

  test("is late rather than lost where the clock went on in its chain", async () => {
    const expire = vi.fn();
    startTimer(MAX + 1000, expire);
    late = 5000;
    await advance(MAX);
    await advance(1);
    expect(expire).toHaveBeenCalledOnce();
  });
});

describe("the next turn", () => {
  test("comes after the microtasks, with setImmediate or without", async () => {
    for (const immediate of [globalThis.setImmediate, undefined]) {
      vi.stubGlobal("setImmediate", immediate);
      const order: string[] = [];
      nextTurn(() => order.push("turn"));
      await Promise.resolve().then(() => order.push("microtask"));
      vi.unstubAllGlobals();
      await advance(1);
      expect(order).toEqual(["microtask", "turn"]);
    }
  });
});

describe("waits on one signal", () => {
  test("share a listener, and leave none", () => {
    const controller = new CountingController();
    const { signal } = controller;
    const stops = Array.from({ length: 1000 }, () => onAbort(signal, () => {}));
    expect(controller.added).toBe(1);
    for (const stop of stops.slice(1)) stop();
    expect(controller.listeners).toBe(1);
    stops[0]?.();
    stops[0]?.();
    expect(controller.listeners).toBe(0);
    const stop = onAbort(signal, () => {});
    stops[1]?.();
    expect(controller.listeners).toBe(1);
    stop();
    expect(controller.listeners).toBe(0);
  });

  test("are told once each, in order, also where one callback waits twice", () => {
    const controller = new CountingController();
    const { signal } = controller;
    const told: string[] = [];
    const say = (): void => void told.push("twice");
    onAbort(signal, () => told.push("first"));
    onAbort(signal, say);
    const stop = onAbort(signal, say);
    onAbort(signal, say);
    stop();
    controller.abort();
    expect(told).toEqual(["first", "twice", "twice"]);
    expect(controller.listeners).toBe(0);
    controller.abort();
    expect(told).toHaveLength(3);
  });

  test("that are given up while others are told are not told", () => {
    const controller = new CountingController();
    const told: string[] = [];
    onAbort(controller.signal, () => {
      told.push("first");
      stopSecond();
    });
    const stopSecond = onAbort(controller.signal, () => told.push("second"));
    controller.abort();
    expect(told).toEqual(["first"]);
  });

  test("are apart from those on another", () => {
    const [a, b] = [new CountingController(), new CountingController()];
    const told: string[] = [];
    onAbort(a.signal, () => told.push("a"));
    const stop = onAbort(b.signal, () => told.push("b"));
    a.abort();
    expect(told).toEqual(["a"]);
    expect(b.listeners).toBe(1);
    stop();
  });

  test("fail with its reason", () => {
    const signal = AbortSignal.abort("why");
    expect(abortError("dial x", signal)).toMatchObject({
      code: "ABORTED",
      message: "dial x: aborted",
      cause: "why",
    });
  });
});

describe("a wait", () => {
  const parse = (options: WaitOptions, timeout?: number): Wait =>
    parseWait("op", "RECEIVE_TIMEOUT", options, {
      ...(timeout !== undefined && { defaultTimeout: timeout }),
    });

  test("has its options checked and converted", () => {
    expect(parse({})).toEqual({
      operation: "op",
      timeoutCode: "RECEIVE_TIMEOUT",
      timeout: undefined,
      signal: undefined,
    });
    expect(parse({ timeout: "1s" })).toMatchObject({ timeout: 1000 });
    expect(parse({ timeout: undefined }, 7)).toMatchObject({ timeout: 7 });
    expect(parse({ timeout: 0 }, 7)).toMatchObject({ timeout: 0 });
  });

  test("takes a signal of another realm", () => {
    const signal = { aborted: false, addEventListener: () => {} } as unknown as AbortSignal;
    expect(parse({ signal }).signal).toBe(signal);
  });

  test("refuses a name it does not know, and says so", async () => {
    const error = await failure(() => parse({ timeOut: 5 } as WaitOptions));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toMatch(/^op: unknown option "timeOut".*timeout/);
  });

  test("checks its signal before it looks whether that was aborted, and that before its timeout", async () => {
    const signal = AbortSignal.abort();
    expect(await failureCode(() => parse({ signal, timeout: -1 }))).toBe("ABORTED");
    const fake = { aborted: true } as AbortSignal;
    expect(await failureCode(() => parse({ signal: fake }))).toBe("INVALID_OPTION");
  });

  test("may not begin with a timeout of 0 alone", async () => {
    expect(() => checkMayWait(parse({}))).not.toThrow();
    expect(() => checkMayWait(parse({ timeout: 0.001 }))).not.toThrow();
    const error = await failure(() => checkMayWait(parse({ timeout: 0 })));
    expect(error).toMatchObject({ code: "RECEIVE_TIMEOUT", message: "op: nothing within 0 ms" });
  });

  test("that is guarded fails once: by its time or by its signal", async () => {
    for (const first of ["time", "signal"]) {
      const controller = new CountingController();
      const errors: WsError[] = [];
      const wait = parse({ timeout: 10, signal: controller.signal });
      guardWait(wait, (error) => errors.push(error));
      if (first === "time") await advance(10);
      controller.abort();
      await advance(10);
      expect(errors.map(({ code }) => code)).toEqual([
        first === "time" ? "RECEIVE_TIMEOUT" : "ABORTED",
      ]);
      expect(controller.listeners).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test("that is released in the turn in which its time is up does not fail", async () => {
    const fail = vi.fn();
    const release = guardWait(parse({ timeout: 10 }), fail);
    await vi.advanceTimersByTimeAsync(9);
    vi.advanceTimersByTime(1);
    release();
    await turns();
    expect(fail).not.toHaveBeenCalled();
  });

  test("that is aborted in the turn in which its time is up fails once", async () => {
    const controller = new AbortController();
    const fail = vi.fn();
    guardWait(parse({ timeout: 10, signal: controller.signal }), fail);
    vi.advanceTimersByTime(10);
    controller.abort();
    await turns();
    expect(fail).toHaveBeenCalledOnce();
    expect(fail.mock.calls[0]?.[0]).toMatchObject({ code: "ABORTED" });
  });

  test("without limits is guarded for nothing", () => {
    const release = guardWait(parse({}), () => {});
    expect(vi.getTimerCount()).toBe(0);
    expect(release).not.toThrow();
  });
});

describe("the clock", () => {
  test("is one that nobody sets back", () => {
    vi.useRealTimers();
    const date = vi.spyOn(Date, "now").mockReturnValue(0);
    const first = now();
    expect(now()).toBeGreaterThanOrEqual(first);
    expect(date).not.toHaveBeenCalled();
    date.mockRestore();
    startClock();
  });
});
