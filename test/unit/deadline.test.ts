import { beforeEach, describe, expect, test, vi } from "vitest";
import { abortError, onAbort } from "../../src/time/abort.js";
import { DONE, waitFor, waitForStarted } from "../../src/time/wait.js";
import { now, startTimer } from "../../src/time/clock.js";
import { startDeadline } from "../../src/time/deadline.js";
import type * as clock from "../../src/time/clock.js";
import type { Deadline } from "../../src/time/deadline.js";
import type { Waiting, WaitOptions } from "../../src/time/wait.js";
import { WsError } from "../../src/errors/ws-error.js";
import { advance, startClock, turns, useClock } from "../helpers/unit-clock.js";
import { failure, failureCode, stateOf } from "../helpers/unit-failure.js";
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
  function start(
    period: number,
    alive?: () => boolean,
  ): { deadline: Deadline; expire: ReturnType<typeof vi.fn> } {
    const expire = vi.fn();
    return { deadline: startDeadline(period, expire, alive), expire };
  }

  test.each([1, 3, 100, 1000, 30_000])("of %i ms expires in time, once", async (period) => {
    const { expire } = start(period);
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
    const { expire } = start(0.5);
    expect(expire).not.toHaveBeenCalled();
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("of 2^31-1 ms, the longest there is, waits that long", async () => {
    const { expire } = start(2 ** 31 - 1);
    await advance(2 ** 31 - 2);
    expect(expire).not.toHaveBeenCalled();
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("is put off by each sign of life, to a full period", async () => {
    const { deadline, expire } = start(1000);
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
    const set = vi.spyOn(globalThis, "setTimeout");
    const { deadline } = start(1000);
    for (let i = 0; i < 10_000; i++) deadline.touch();
    expect(vi.getTimerCount()).toBe(1);
    expect(set).toHaveBeenCalledOnce();
    deadline.stop();
  });

  test("asks for life each quarter of the period", async () => {
    const alive = vi.fn(() => true);
    const { expire } = start(1000, alive);
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
    const { expire } = start(1000, () => {
      const was = moved;
      moved = false;
      return was;
    });
    await advance(1003);
    expect(expire).toHaveBeenCalledOnce();
  });

  test.each([
    [999, 1003],
    [1000, 1003],
    [1001, 2001],
    [3_600_000, 2001],
  ])("noticed %i ms late ends at %i ms of running time", async (delay, end) => {
    const { expire } = start(1000);
    await advance(999);
    late = delay;
    await advance(end - 999 - 3);
    expect(expire).not.toHaveBeenCalled();
    await advance(6);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("noticed late at an earlier look grants a full period from then", async () => {
    const { expire } = start(4000);
    await advance(999);
    late = 1_000_000;
    await advance(1 + 3999);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("noticed late again grants no second period, unless there was life", async () => {
    const { deadline, expire } = start(1000);
    // As in a hidden tab, where each timer fires late.
    late = 60_000;
    await advance(251);
    deadline.touch();
    late += 60_000;
    await advance(251);
    expect(expire).not.toHaveBeenCalled();
    late += 60_000;
    await advance(251);
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("lets what had arrived be read before it expires", async () => {
    const { deadline, expire } = start(1000);
    await advance(1000);
    // Between the look that would end it and the one that confirms it.
    deadline.touch();
    await advance(998);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("lets it be read as well where the very first look comes too late", async () => {
    const { deadline, expire } = start(100);
    late = 500;
    await advance(25);
    deadline.touch();
    await advance(98);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("confirms again after each life between two looks", async () => {
    const { expire } = start(1000);
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

  test.each([0, 500, 1000])("stopped after %i ms does not expire", async (time) => {
    const { deadline, expire } = start(1000);
    await advance(time);
    deadline.stop();
    deadline.stop();
    deadline.touch();
    expect(vi.getTimerCount()).toBe(0);
    await advance(5000);
    expect(expire).not.toHaveBeenCalled();
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
  /** A fresh copy of the module, imported where there are these globals alone. */
  async function imported(globals: object): Promise<typeof clock> {
    vi.resetModules();
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const copy = await import("../../src/time/clock.js");
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

  test.each(["nextTurn", "microtask"] as const)("%s ignores fake timers", async (name) => {
    vi.useRealTimers();
    const copy = await imported({});
    vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout", "queueMicrotask"] });
    const run = vi.fn();
    copy[name](run);
    vi.useRealTimers();
    await turns();
    expect(run).toHaveBeenCalledOnce();
  });

  test("needs nothing on import that is not there", async () => {
    const globals = ["setImmediate", "setTimeout", "queueMicrotask", "performance"];
    const none = Object.fromEntries(globals.map((name) => [name, undefined]));
    expect(await imported(none)).toHaveProperty("nextTurn");
  });
});

describe("a timer that keeps no process alive", () => {
  test("still calls back, and works where timers are numbers", () => {
    const expire = vi.fn();
    startTimer(10, expire, false);
    vi.advanceTimersByTime(10);
    expect(expire).toHaveBeenCalledOnce();
    vi.stubGlobal("setTimeout", () => 7);
    startTimer(10, expire, false)();
    vi.unstubAllGlobals();
  });

  test.each([true, false, undefined])("says so to Node: %s", (keepsAlive) => {
    vi.useRealTimers();
    const start = vi.spyOn(globalThis, "setTimeout");
    startTimer(1000, () => {}, keepsAlive)();
    const [timer] = start.mock.results.map(({ value }) => value as NodeJS.Timeout);
    start.mockRestore();
    expect(timer?.hasRef()).toBe(keepsAlive !== false);
  });
});

describe("a wait for what is started", () => {
  const start = vi.fn<() => Promise<void>>();
  const waitStarted = (options: WaitOptions): Promise<void> =>
    waitForStarted("op", "SEND_TIMEOUT", options, start);

  beforeEach(() => {
    start.mockReset();
  });

  test("starts it once, and is over at once where nothing has to be waited for", async () => {
    start.mockReturnValue(DONE);
    await waitStarted({ timeout: 0 });
    expect(start).toHaveBeenCalledOnce();
  });

  test("settles as what was started does", async () => {
    start.mockReturnValueOnce(new Promise((resolve) => setTimeout(resolve, 50)));
    const first = waitStarted({ timeout: 100 });
    await advance(49);
    expect(await stateOf(first)).toBe("pending");
    await advance(1);
    expect(await stateOf(first)).toBe("resolved");
    const error = new WsError("CLOSED", "x");
    start.mockReturnValueOnce(Promise.reject(error));
    expect(await failure(waitStarted({}))).toBe(error);
    start.mockImplementationOnce(() => {
      throw error;
    });
    expect(await failure(waitStarted({}))).toBe(error);
  });

  test.each<[WaitOptions, string]>([
    [{ timeout: -1 }, "INVALID_DURATION"],
    [{ signal: {} as AbortSignal }, "INVALID_OPTION"],
    [{ type: 1 } as WaitOptions, "INVALID_OPTION"],
    [{ signal: AbortSignal.abort() }, "ABORTED"],
  ])("does not start it with %j: %s", async (options, code) => {
    expect(await failureCode(waitStarted(options))).toBe(code);
    expect(start).not.toHaveBeenCalled();
  });

  test("takes no notice of what comes of it later", async () => {
    let reject!: (error: Error) => void;
    start.mockReturnValue(new Promise((_, fail) => (reject = fail)));
    const controller = new CountingController();
    const code = failureCode(waitStarted({ timeout: 10, signal: controller.signal }));
    await advance(11);
    expect(await code).toBe("SEND_TIMEOUT");
    expect(controller.listeners).toBe(0);
    reject(new Error("late"));
    await turns();
    start.mockReturnValue(Promise.reject(new Error("never waited for")));
    expect(await failureCode(waitStarted({ timeout: 0 }))).toBe("SEND_TIMEOUT");
    await turns();
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
    const stops = [
      onAbort(signal, () => told.push("first")),
      onAbort(signal, say),
      onAbort(signal, say),
      onAbort(signal, say),
    ];
    stops[2]?.();
    controller.abort();
    controller.abort();
    expect(told).toEqual(["first", "twice", "twice"]);
    for (const stop of stops) stop();
    expect(controller.listeners).toBe(0);
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
  /** What nothing but the test ends; it notes how often it was begun and left. */
  class Parking<T> {
    parked = 0;
    left = 0;
    done: (result: T | WsError) => void = () => {};
    readonly park = (done: (result: T | WsError) => void): (() => void) => {
      this.parked++;
      this.done = done;
      return () => this.left++;
    };
  }

  function wait<T>(options: WaitOptions, waiting: Waiting<T>): Promise<T> {
    return waitFor("op", "RECEIVE_TIMEOUT", options, waiting);
  }

  test("takes what there is without waiting, whatever its timeout", async () => {
    const parking = new Parking<unknown>();
    for (const options of [{}, { timeout: 0 }, { timeout: 5 }]) {
      for (const there of [7, 0, false, ""]) {
        expect(await wait(options, { park: parking.park, attempt: () => there })).toBe(there);
      }
    }
    expect(parking.parked).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends with what comes, and leaves nothing behind", async () => {
    const controller = new CountingController();
    for (const outcome of [7, new WsError("CLOSED", "x")]) {
      const parking = new Parking<number>();
      const waiting = wait({ timeout: 10, signal: controller.signal }, parking);
      const caught = waiting.catch((error: unknown) => error);
      expect(await stateOf(waiting)).toBe("pending");
      parking.done(outcome);
      expect([parking.parked, parking.left, controller.listeners]).toEqual([1, 1, 0]);
      expect(vi.getTimerCount()).toBe(0);
      // Whatever else comes is too late.
      parking.done(8);
      controller.signal.dispatchEvent(new Event("abort"));
      expect(await caught).toBe(outcome);
    }
  });

  test("without limits waits on, without a timer", async () => {
    const parking = new Parking<number>();
    const waiting = wait({}, parking);
    expect(vi.getTimerCount()).toBe(0);
    await advance(1e9);
    expect(await stateOf(waiting)).toBe("pending");
    parking.done(1);
    expect(await waiting).toBe(1);
  });

  test("waits as long as is usual, unless its options say otherwise", async () => {
    for (const [options, time] of [
      [{}, 7],
      [{ timeout: undefined }, 7],
      [{ timeout: 3 }, 3],
      [{ timeout: "1s" }, 1000],
      [{ timeout: 2 ** 31 }, 2 ** 31],
    ] as const) {
      const ended = failure(wait(options, { park: new Parking<number>().park, timeout: 7 }));
      await advance(time - 1);
      expect(await stateOf(ended)).toBe("pending");
      await advance(1);
      expect(await ended).toMatchObject({
        code: "RECEIVE_TIMEOUT",
        kind: "TIMEOUT",
        message: `op: timed out after ${time} ms`,
      });
    }
  });

  test("with a timeout of 0 does not begin", async () => {
    const parking = new Parking<number>();
    for (const waiting of [parking, { park: parking.park, timeout: 7 }]) {
      const error = await failure(wait({ timeout: 0 }, waiting));
      expect(error).toMatchObject({ code: "RECEIVE_TIMEOUT", message: "op: timed out after 0 ms" });
    }
    expect(parking.parked).toBe(0);
    const ended = failureCode(wait({ timeout: 0.001 }, parking));
    expect(parking.parked).toBe(1);
    await advance(1);
    expect(await ended).toBe("RECEIVE_TIMEOUT");
  });

  test("takes a signal of another realm", async () => {
    const signal = {
      aborted: false,
      addEventListener: vi.fn(),
      removeEventListener: vi.fn(),
    };
    const parking = new Parking<number>();
    const waiting = wait({ signal: signal as unknown as AbortSignal }, parking);
    expect(signal.addEventListener).toHaveBeenCalledOnce();
    parking.done(1);
    expect(await waiting).toBe(1);
    expect(signal.removeEventListener).toHaveBeenCalledOnce();
  });

  test("refuses a name it does not know, and says so", async () => {
    const error = await failure(wait({ timeOut: 5 } as WaitOptions, new Parking()));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toMatch(/^op: unknown option "timeOut".*timeout/);
  });

  test("checks all of its options before it looks whether its signal was aborted", async () => {
    const parking = new Parking();
    const attempt = vi.fn(() => 1);
    const check = (options: WaitOptions): Promise<string> =>
      failureCode(wait(options, { park: parking.park, attempt }));
    const signal = AbortSignal.abort();
    expect(await check({ signal, timeout: -1 })).toBe("INVALID_DURATION");
    expect(await check({ signal: { aborted: true } as AbortSignal })).toBe("INVALID_OPTION");
    expect(await check({ signal })).toBe("ABORTED");
    expect(attempt).not.toHaveBeenCalled();
    expect(parking.parked).toBe(0);
  });

  test("fails once: by its time or by its signal", async () => {
    for (const first of ["time", "signal"]) {
      const controller = new CountingController();
      const parking = new Parking();
      const ended = failure(wait({ timeout: 10, signal: controller.signal }, parking));
      if (first === "time") await advance(10);
      controller.abort("why");
      await advance(10);
      expect(await ended).toMatchObject(
        first === "time" ? { code: "RECEIVE_TIMEOUT" } : { code: "ABORTED", cause: "why" },
      );
      expect(parking.left).toBeGreaterThan(0);
      expect(controller.listeners).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test("that ends in the turn in which its time is up has not failed", async () => {
    const parking = new Parking<number>();
    const waiting = wait({ timeout: 10 }, parking);
    vi.advanceTimersByTime(10);
    parking.done(1);
    await turns();
    expect(await waiting).toBe(1);
  });

  test("that is aborted in the turn in which its time is up fails by that", async () => {
    const controller = new AbortController();
    const ended = failureCode(wait({ timeout: 10, signal: controller.signal }, new Parking()));
    vi.advanceTimersByTime(10);
    controller.abort();
    await turns();
    expect(await ended).toBe("ABORTED");
  });

  test("that cannot begin has failed, and leaves nothing behind", async () => {
    const controller = new CountingController();
    const park = (): never => {
      throw new WsError("NO_CONTEXT", "x");
    };
    expect(await failureCode(wait({ timeout: 10, signal: controller.signal }, { park }))).toBe(
      "NO_CONTEXT",
    );
    expect(controller.added).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
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
