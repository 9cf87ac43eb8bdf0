import { beforeEach, describe, expect, test, vi } from "vitest";
import { DONE, waitFor, waitForStarted } from "../../../src/time/wait.js";
import type { Waiting, WaitOptions } from "../../../src/time/wait.js";
import { WsError } from "../../../src/errors/ws-error.js";
import { failure, failureCode, stateOf } from "../../helpers/failure.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";

useClock();

describe("a wait for a started operation", () => {
  const start = vi.fn<() => Promise<void>>();
  const waitStarted = (options: WaitOptions): Promise<void> =>
    waitForStarted("op", "SEND_TIMEOUT", options, start);

  beforeEach(() => {
    start.mockReset();
  });

  test("starts the operation once, and ends at once if it has nothing to wait for", async () => {
    start.mockReturnValue(DONE);
    await waitStarted({ timeout: 0 });
    expect(start).toHaveBeenCalledOnce();
  });

  test("settles as the operation does", async () => {
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
  ])("does not start the operation with %j: %s", async (options, code) => {
    expect(await failureCode(waitStarted(options))).toBe(code);
    expect(start).not.toHaveBeenCalled();
  });

  test("ignores a result of the operation after its own end", async () => {
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

describe("a wait", () => {
  /** A wait that only the test ends. Counts how often it was started and stopped. */
  class ManualWaiting<T> {
    started = 0;
    stopped = 0;
    done: (result: T | WsError) => void = () => {};
    readonly park = (done: (result: T | WsError) => void): (() => void) => {
      this.started++;
      this.done = done;
      return () => this.stopped++;
    };
  }

  function wait<T>(options: WaitOptions, waiting: Waiting<T>): Promise<T> {
    return waitFor("op", "RECEIVE_TIMEOUT", options, waiting);
  }

  test("returns an available value without waiting, whatever its timeout", async () => {
    const manual = new ManualWaiting<unknown>();
    for (const options of [{}, { timeout: 0 }, { timeout: 5 }]) {
      for (const there of [7, 0, false, ""]) {
        expect(await wait(options, { park: manual.park, attempt: () => there })).toBe(there);
      }
    }
    expect(manual.started).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends with the result, and leaves no timer and no listener", async () => {
    const controller = new CountingController();
    for (const outcome of [7, new WsError("CLOSED", "x")]) {
      const manual = new ManualWaiting<number>();
      const waiting = wait({ timeout: 10, signal: controller.signal }, manual);
      const caught = waiting.catch((error: unknown) => error);
      expect(await stateOf(waiting)).toBe("pending");
      manual.done(outcome);
      expect([manual.started, manual.stopped, controller.listeners]).toEqual([1, 1, 0]);
      expect(vi.getTimerCount()).toBe(0);
      // A later result is ignored.
      manual.done(8);
      controller.signal.dispatchEvent(new Event("abort"));
      expect(await caught).toBe(outcome);
    }
  });

  test("without limits keeps waiting, without a timer", async () => {
    const manual = new ManualWaiting<number>();
    const waiting = wait({}, manual);
    expect(vi.getTimerCount()).toBe(0);
    await advance(1e9);
    expect(await stateOf(waiting)).toBe("pending");
    manual.done(1);
    expect(await waiting).toBe(1);
  });

  test("waits for its default timeout unless its options set another", async () => {
    for (const [options, time] of [
      [{}, 7],
      [{ timeout: undefined }, 7],
      [{ timeout: 3 }, 3],
      [{ timeout: "1s" }, 1000],
      [{ timeout: 2 ** 31 }, 2 ** 31],
    ] as const) {
      const ended = failure(wait(options, { park: new ManualWaiting<number>().park, timeout: 7 }));
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
    const manual = new ManualWaiting<number>();
    for (const waiting of [manual, { park: manual.park, timeout: 7 }]) {
      const error = await failure(wait({ timeout: 0 }, waiting));
      expect(error).toMatchObject({ code: "RECEIVE_TIMEOUT", message: "op: timed out after 0 ms" });
    }
    expect(manual.started).toBe(0);
    const ended = failureCode(wait({ timeout: 0.001 }, manual));
    expect(manual.started).toBe(1);
    await advance(1);
    expect(await ended).toBe("RECEIVE_TIMEOUT");
  });

  test("accepts a signal of another realm", async () => {
    const signal = {
      aborted: false,
      addEventListener: vi.fn(),
      removeEventListener: vi.fn(),
    };
    const manual = new ManualWaiting<number>();
    const waiting = wait({ signal: signal as unknown as AbortSignal }, manual);
    expect(signal.addEventListener).toHaveBeenCalledOnce();
    manual.done(1);
    expect(await waiting).toBe(1);
    expect(signal.removeEventListener).toHaveBeenCalledOnce();
  });

  test("rejects an unknown option by its name", async () => {
    const error = await failure(wait({ timeOut: 5 } as WaitOptions, new ManualWaiting()));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toMatch(/^op: unknown option "timeOut".*timeout/);
  });

  test("validates all options before it checks its signal", async () => {
    const manual = new ManualWaiting();
    const attempt = vi.fn(() => 1);
    const check = (options: WaitOptions): Promise<string> =>
      failureCode(wait(options, { park: manual.park, attempt }));
    const signal = AbortSignal.abort();
    expect(await check({ signal, timeout: -1 })).toBe("INVALID_DURATION");
    expect(await check({ signal: { aborted: true } as AbortSignal })).toBe("INVALID_OPTION");
    expect(await check({ signal })).toBe("ABORTED");
    expect(attempt).not.toHaveBeenCalled();
    expect(manual.started).toBe(0);
  });

  test("fails once: by its timeout or by its signal", async () => {
    for (const first of ["time", "signal"]) {
      const controller = new CountingController();
      const manual = new ManualWaiting();
      const ended = failure(wait({ timeout: 10, signal: controller.signal }, manual));
      if (first === "time") await advance(10);
      controller.abort("why");
      await advance(10);
      expect(await ended).toMatchObject(
        first === "time" ? { code: "RECEIVE_TIMEOUT" } : { code: "ABORTED", cause: "why" },
      );
      expect(manual.stopped).toBeGreaterThan(0);
      expect(controller.listeners).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test("that gets a result in the turn of its timeout succeeds", async () => {
    const manual = new ManualWaiting<number>();
    const waiting = wait({ timeout: 10 }, manual);
    vi.advanceTimersByTime(10);
    manual.done(1);
    await turns();
    expect(await waiting).toBe(1);
  });

  test("that is aborted in the turn of its timeout fails with ABORTED", async () => {
    const controller = new AbortController();
    const ended = failureCode(
      wait({ timeout: 10, signal: controller.signal }, new ManualWaiting()),
    );
    vi.advanceTimersByTime(10);
    controller.abort();
    await turns();
    expect(await ended).toBe("ABORTED");
  });

  test("that cannot begin fails, and leaves no timer and no listener", async () => {
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
