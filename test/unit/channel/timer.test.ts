import { describe, expect, test, vi } from "vitest";
import { ReceiveChannel } from "../../../src/channel/channel.js";
import { select } from "../../../src/channel/select.js";
import { after, ticker } from "../../../src/channel/timer.js";
import { failure, failureCode, microtasks, stateOf } from "../../helpers/failure.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";

useClock();

describe("after", () => {
  test("delivers the time once, when it is due", async () => {
    const channel = after(100);
    expect(channel).toBeInstanceOf(ReceiveChannel);
    expect(channel).toMatchObject({ capacity: 1, length: 0, closed: false });
    const receive = channel.receive();
    await advance(99);
    expect(await stateOf(receive)).toBe("pending");
    await advance(1);
    const { value } = await receive;
    expect(value).toBeInstanceOf(Date);
    expect(value?.getTime()).toBe(Date.now());
    await advance(1000);
    expect(channel.tryReceive()).toBeUndefined();
    expect(channel).toMatchObject({ length: 0, closed: false });
  });

  test.each([0, "0", "0s", -0])("of %o is due at once", async (delay) => {
    expect(after(delay).length).toBe(1);
    expect(after(delay).tryReceive()?.ok).toBe(true);
    expect((await after(delay).receive({ timeout: 0 })).ok).toBe(true);
    expect((await select([after(delay).caseReceive()], { default: true })).index).toBe(0);
  });

  test("is available without a timer once it is due", async () => {
    const checks: ((channel: ReceiveChannel<Date>) => unknown)[] = [
      (channel) => channel.length === 1,
      (channel) => channel.tryReceive()?.ok,
      (channel) => channel.caseReceive().attempt()?.ok,
    ];
    for (const check of checks) {
      const channel = after("10ms");
      await advance(9.5);
      expect(check(channel)).not.toBe(true);
      await advance(0.5);
      expect(check(channel)).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test("delivers the time at which it was due, however late it is received", async () => {
    const due = Date.now() + 10;
    const channel = after("10ms");
    await advance(25);
    expect(channel.tryReceive()?.value?.getTime()).toBe(due);
  });

  test("goes to one of several receivers", async () => {
    const channel = after(10);
    const receives = [channel.receive(), channel.receive({ timeout: 50 })];
    expect(vi.getTimerCount()).toBe(2);
    const second = failureCode(receives[1] as Promise<unknown>);
    await advance(10);
    expect((await receives[0])?.ok).toBe(true);
    await advance(40);
    expect(await second).toBe("RECEIVE_TIMEOUT");
  });

  test("arms a timer only while a receiver waits", async () => {
    const channel = after("1h");
    expect(vi.getTimerCount()).toBe(0);
    const controller = new AbortController();
    const { signal } = controller;
    const waits = [channel.receive({ signal }), channel.receive({ signal })].map(failureCode);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort();
    expect(await Promise.all(waits)).toEqual(["ABORTED", "ABORTED"]);
    expect(vi.getTimerCount()).toBe(0);
    const again = channel.receive();
    await advance(3_600_000);
    expect((await again).ok).toBe(true);
  });

  test("once fired never arms a timer again", async () => {
    const channel = after(10);
    await advance(10);
    expect(channel.tryReceive()?.ok).toBe(true);
    const receive = failureCode(channel.receive({ timeout: 20 }));
    expect(vi.getTimerCount()).toBe(1);
    await advance(20);
    expect(await receive).toBe("RECEIVE_TIMEOUT");
  });

  test("accepts more than 2^31-1 ms", async () => {
    const receive = after(2 ** 32).receive();
    await advance(2 ** 32 - 1);
    expect(await stateOf(receive)).toBe("pending");
    await advance(1);
    expect((await receive).ok).toBe(true);
  });

  test("without a receiver does not keep the process alive", async () => {
    vi.useRealTimers();
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const channels = Array.from({ length: 100 }, () => after("1h"));
    const tick = ticker("1h");
    expect(timers()).toBe(before);
    const controller = new AbortController();
    const { signal } = controller;
    const cases = [...channels, tick.channel].map((channel) => channel.caseReceive());
    const waiting = failureCode(select(cases, { signal }));
    await microtasks();
    expect(timers()).toBe(before + 101);
    controller.abort();
    expect(await waiting).toBe("ABORTED");
    expect(timers()).toBe(before);
  });

  test.each([-1, NaN, Infinity, "x", "-1ms", null, undefined, {}])(
    "of %o throws INVALID_DURATION",
    async (delay) => {
      expect(await failureCode(() => after(delay as number))).toBe("INVALID_DURATION");
      expect(await failureCode(() => ticker(delay as number))).toBe("INVALID_DURATION");
      const tick = ticker(10);
      expect(await failureCode(() => tick.reset(delay as number))).toBe("INVALID_DURATION");
      // The rejected reset has changed nothing.
      await advance(10);
      expect(tick.channel.length).toBe(1);
    },
  );
});

describe("a ticker", () => {
  /** Collects the times at which a loop receives ticks, in milliseconds from the start. */
  async function listen(tick: { channel: ReceiveChannel<Date> }): Promise<number[]> {
    const start = performance.now();
    const times: number[] = [];
    for await (const time of tick.channel) {
      expect(time.getTime()).toBe(Date.now());
      times.push(performance.now() - start);
    }
    return times;
  }

  test("ticks at each period until it is stopped", async () => {
    const tick = ticker("10ms");
    const times = listen(tick);
    await advance(55);
    tick.stop();
    expect(await times).toEqual([10, 20, 30, 40, 50]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([31, 37])(
    "drops ticks that are not received within %i ms, and stays aligned with its period",
    async (time) => {
      const tick = ticker(10);
      await advance(time);
      expect(vi.getTimerCount()).toBe(0);
      expect(tick.channel.length).toBe(1);
      expect(tick.channel.tryReceive()?.ok).toBe(true);
      expect(tick.channel.tryReceive()).toBeUndefined();
      const receive = tick.channel.receive();
      await advance(39 - time);
      expect(await stateOf(receive)).toBe("pending");
      await advance(1);
      expect((await receive).ok).toBe(true);
      await advance(10);
      expect(tick.channel.tryReceive()?.ok).toBe(true);
    },
  );

  test("buffers at most one tick, which is available exactly when it is due", async () => {
    const tick = ticker(10);
    await advance(10);
    expect(tick.channel.length).toBe(1);
    await advance(10);
    expect(tick.channel.length).toBe(1);
    tick.channel.tryReceive();
    expect(tick.channel.length).toBe(0);
    await advance(9);
    expect(tick.channel.length).toBe(0);
    await advance(1);
    expect(tick.channel.length).toBe(1);
  });

  test("delivers each tick to one of several receivers", async () => {
    const tick = ticker(10);
    const receives = [1, 2, 3].map(() => tick.channel.receive());
    expect(vi.getTimerCount()).toBe(1);
    for (const done of [1, 2, 3]) {
      await advance(10);
      const states = await Promise.all(receives.map(stateOf));
      expect(states.filter((state) => state === "resolved")).toHaveLength(done);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  test("uses its new period from the moment of the reset, also for pending receivers", async () => {
    const tick = ticker(100);
    const times = listen(tick);
    await advance(150);
    tick.reset(20);
    await advance(50);
    tick.reset("1h");
    await advance(1000);
    tick.stop();
    expect(await times).toEqual([100, 170, 190]);
  });

  test.each([false, true])(
    "discards an old tick when it is reset (checked before: %s)",
    async (look) => {
      const tick = ticker(10);
      await advance(15);
      if (look) expect(tick.channel.length).toBe(1);
      tick.reset(100);
      expect(tick.channel.length).toBe(0);
      await advance(99);
      expect(tick.channel.length).toBe(0);
      await advance(1);
      expect(tick.channel.length).toBe(1);
    },
  );

  test.each([false, true])(
    "discards an old tick when it is stopped (checked before: %s)",
    async (look) => {
      const tick = ticker(10);
      await advance(15);
      if (look) expect(tick.channel.length).toBe(1);
      tick.stop();
      expect(tick.channel.length).toBe(0);
      expect(tick.channel.tryReceive()).toEqual({ ok: false, value: undefined });
    },
  );

  test("arms no timer when it is reset without a receiver", () => {
    const tick = ticker(10);
    tick.reset(20);
    expect(vi.getTimerCount()).toBe(0);
    expect(tick.channel.closed).toBe(false);
  });

  test("once stopped stays closed", async () => {
    const tick = ticker(10);
    const waiting = tick.channel.receive();
    tick.stop();
    tick.stop();
    expect(await waiting).toEqual({ ok: false, value: undefined });
    expect(tick.channel.closed).toBe(true);
    await advance(100);
    expect(tick.channel.tryReceive()).toEqual({ ok: false, value: undefined });
    const error = await failure(() => tick.reset(10));
    expect(error.code).toBe("CHANNEL_CLOSED");
    expect(error.message).toMatch(/^ticker/);
    expect(await failureCode(() => tick.reset(-1))).toBe("INVALID_DURATION");
  });

  test("with a period below 1 ms ticks each millisecond", async () => {
    const tick = ticker("1us");
    const times = listen(tick);
    await advance(5);
    tick.stop();
    expect(await times).toEqual([1, 2, 3, 4, 5]);
    const slower = ticker(1);
    slower.reset(0.001);
    await advance(0.5);
    expect(slower.channel.length).toBe(0);
  });

  test.each([0, "0", "0ms", -0])("of %o throws INVALID_DURATION", async (period) => {
    const error = await failure(() => ticker(period));
    expect(error.code).toBe("INVALID_DURATION");
    expect(error.message).toMatch(/^ticker: .*more than 0/);
    const tick = ticker(10);
    expect(await failureCode(() => tick.reset(period))).toBe("INVALID_DURATION");
  });

  test("keeps ticking after a loop was left by break", async () => {
    const tick = ticker(10);
    const loop = (async () => {
      for await (const time of tick.channel) return time;
      return undefined;
    })();
    await advance(10);
    expect(await loop).toBeInstanceOf(Date);
    await turns();
    expect(tick.channel.closed).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
