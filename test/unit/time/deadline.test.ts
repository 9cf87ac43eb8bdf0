import { describe, expect, test, vi } from "vitest";
import { startDeadline } from "../../../src/time/deadline.js";
import type { Deadline } from "../../../src/time/deadline.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { useClockSkew } from "../../helpers/unit-clock-skew.js";

useClock();
const skew = useClockSkew();

describe("a deadline", () => {
  function start(
    period: number,
    alive?: () => boolean,
  ): { deadline: Deadline; expire: ReturnType<typeof vi.fn> } {
    const expire = vi.fn();
    return { deadline: startDeadline(period, expire, alive), expire };
  }

  test.each([1, 3, 100, 1000, 30_000])("of %i ms expires once, when it is due", async (period) => {
    const { expire } = start(period);
    await advance(period - 1);
    expect(expire).not.toHaveBeenCalled();
    // The last check is confirmed by another one, a turn later.
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

  test("of 2^31-1 ms, the longest possible, waits that long", async () => {
    const { expire } = start(2 ** 31 - 1);
    await advance(2 ** 31 - 2);
    expect(expire).not.toHaveBeenCalled();
    await advance(3);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("is extended by each sign of life to a full period", async () => {
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

  test("uses one timer, however often it is extended", async () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const { deadline } = start(1000);
    for (let i = 0; i < 10_000; i++) deadline.touch();
    expect(vi.getTimerCount()).toBe(1);
    expect(set).toHaveBeenCalledOnce();
    deadline.stop();
  });

  test("checks for life each quarter of the period", async () => {
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

  test("ignores signs of life from before it started", async () => {
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
  ])("checked %i ms late ends after %i ms of running time", async (delay, end) => {
    const { expire } = start(1000);
    await advance(999);
    skew.ms = delay;
    await advance(end - 999 - 3);
    expect(expire).not.toHaveBeenCalled();
    await advance(6);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("checked late before its end grants a full period from then", async () => {
    const { expire } = start(4000);
    await advance(999);
    skew.ms = 1_000_000;
    await advance(1 + 3999);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("checked late again grants no second period without a sign of life", async () => {
    const { deadline, expire } = start(1000);
    // In a hidden tab each timer fires late.
    skew.ms = 60_000;
    await advance(251);
    deadline.touch();
    skew.ms += 60_000;
    await advance(251);
    expect(expire).not.toHaveBeenCalled();
    skew.ms += 60_000;
    await advance(251);
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("lets received data be read before it expires", async () => {
    const { deadline, expire } = start(1000);
    await advance(1000);
    // This happens between the check that finds it expired and the check that confirms it.
    deadline.touch();
    await advance(998);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("lets received data be read even if its first check comes too late", async () => {
    const { deadline, expire } = start(100);
    skew.ms = 500;
    await advance(25);
    deadline.touch();
    await advance(98);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("confirms again after each sign of life between two checks", async () => {
    const { expire } = start(1000);
    await advance(1000);
    skew.ms = 1001;
    // The confirming check itself is late, so it grants a full period more.
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
