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
    skew.ms = delay;
    await advance(end - 999 - 3);
    expect(expire).not.toHaveBeenCalled();
    await advance(6);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("noticed late at an earlier look grants a full period from then", async () => {
    const { expire } = start(4000);
    await advance(999);
    skew.ms = 1_000_000;
    await advance(1 + 3999);
    expect(expire).not.toHaveBeenCalled();
    await advance(5);
    expect(expire).toHaveBeenCalledOnce();
  });

  test("noticed late again grants no second period, unless there was life", async () => {
    const { deadline, expire } = start(1000);
    // As in a hidden tab, where each timer fires late.
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
    skew.ms = 500;
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
    skew.ms = 1001;
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
