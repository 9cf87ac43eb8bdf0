import { describe, expect, test, vi } from "vitest";
import { Channel, ReceiveChannel } from "../../../src/channel/channel.js";
import { Queue } from "../../../src/channel/queue.js";
import { select } from "../../../src/channel/select.js";
import type { SelectOptions } from "../../../src/channel/select.js";
import { after } from "../../../src/channel/timer.js";
import { failure, failureCode, microtasks, stateOf } from "../../helpers/failure.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";
import { Random } from "../../helpers/unit-random.js";
import { CountingController } from "../../helpers/unit-signal.js";

useClock();

function filled(...values: number[]): Channel<number> {
  const channel = new Channel<number>(Math.max(values.length, 1));
  for (const value of values) channel.trySend(value);
  return channel;
}

function closed(): Channel<number> {
  const channel = new Channel<number>();
  channel.close();
  return channel;
}

describe("a select with a ready case", () => {
  test("receives, and reports index and channel", async () => {
    const [empty, full] = [filled(), filled(7, 8)];
    const result = await select([empty.caseReceive(), full.caseReceive()]);
    expect(result).toEqual({ index: 1, channel: full, ok: true, value: 7 });
    expect(result.channel).toBe(full);
    expect(full.length).toBe(1);
  });

  test("sends", async () => {
    const channel = new Channel<number>(1);
    const result = await select([filled().caseReceive(), channel.caseSend(5)]);
    expect(result).toEqual({ index: 1, channel, ok: true, value: undefined });
    expect(channel.tryReceive()?.value).toBe(5);
  });

  test("reports a closed channel", async () => {
    const channel = closed();
    expect(await select([channel.caseReceive()])).toEqual({
      index: 0,
      channel,
      ok: false,
      value: undefined,
    });
  });

  test("rejects with CHANNEL_CLOSED if it sends on a closed channel, with or without a default", async () => {
    const channel = closed();
    for (const options of [{}, { default: true }, { timeout: 0 }]) {
      expect(await failureCode(select([channel.caseSend(1)], options))).toBe("CHANNEL_CLOSED");
    }
  });

  test("meets a pending sender and a pending receiver", async () => {
    const channel = new Channel<number>();
    const send = channel.send(3);
    expect(await select([channel.caseReceive()])).toMatchObject({ index: 0, value: 3 });
    await send;
    const receive = channel.receive();
    expect(await select([channel.caseSend(4)])).toMatchObject({ index: 0, ok: true });
    expect(await receive).toEqual({ ok: true, value: 4 });
  });

  test("uses no timer and no listener", async () => {
    const controller = new CountingController();
    const options = { timeout: 5, signal: controller.signal };
    await select([filled(1).caseReceive()], options);
    await select([new Channel(1).caseSend(1)], { ...options, timeout: 0 });
    expect(controller.added).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("executes exactly one of the ready cases", async () => {
    for (let round = 0; round < 100; round++) {
      const [a, b, c] = [filled(1), filled(2), filled(3)];
      const [d, e] = [new Channel<number>(1), new Channel<number>(1)];
      const channels = [a, b, c, d, e];
      const { index } = await select([
        a.caseReceive(),
        b.caseReceive(),
        c.caseReceive(),
        d.caseSend(4),
        e.caseSend(5),
      ]);
      const changed = channels.map(({ length }, i) => length !== (i < 3 ? 1 : 0));
      expect(changed).toEqual(channels.map((_, i) => i === index));
    }
  });

  test.each([2, 3, 8])("chooses fairly among %i cases", async (count) => {
    const ROUND_COUNT = 4000;
    const channels = Array.from({ length: count }, () => closed());
    // Cases that are never ready must not change the odds of the others.
    const idle = new Channel<number>();
    const cases = channels.flatMap((channel) => [idle.caseReceive(), channel.caseReceive()]);
    const counts = new Array<number>(count).fill(0);
    for (let i = 0; i < ROUND_COUNT; i++) {
      const { index } = await select(cases);
      expect(index % 2).toBe(1);
      counts[(index - 1) / 2] = (counts[(index - 1) / 2] ?? 0) + 1;
    }
    // Hoeffding: P(|X - n/count| >= t) <= 2 exp(-2 t^2 / n), n = ROUND_COUNT, for each of at most 8 counts, in 3
    // tests. With t = 230 that is 24 * 2 * exp(-26.45) < 1.6e-10, so a false alarm is not to be expected.
    for (const n of counts) expect(Math.abs(n - ROUND_COUNT / count)).toBeLessThan(230);
  });

  test("chooses at random among the ready cases, also at the limits of the random number", async () => {
    const random = vi.spyOn(Math, "random");
    try {
      const idle = new Channel<number>();
      const cases = [idle, closed(), closed(), closed()].map((channel) => channel.caseReceive());
      for (const [draws, index] of [
        // Draws first among all four cases, of which the first is not ready, then among the other three.
        [[0, 0.5], 2],
        [[0.1, 0], 1],
        [[0.2499, 1 - 2 ** -53], 3],
        [[0.25], 1],
        [[1 - 2 ** -53], 3],
      ] as const) {
        for (const draw of draws) random.mockReturnValueOnce(draw);
        expect((await select(cases)).index).toBe(index);
      }
    } finally {
      random.mockRestore();
    }
  });
});

describe("a select without a ready case", () => {
  test("returns the default", async () => {
    const channel = new Channel<number>();
    expect(await select([channel.caseReceive(), channel.caseSend(1)], { default: true })).toEqual({
      default: true,
      index: -1,
      ok: false,
      channel: undefined,
      value: undefined,
    });
    expect(channel.trySend(1)).toBe(false);
    expect(channel.tryReceive()).toBeUndefined();
    expect((await select([], { default: true })).index).toBe(-1);
  });

  test("prefers a ready case to the default, and the default to a timeout of 0", async () => {
    expect((await select([filled(1).caseReceive()], { default: true })).index).toBe(0);
    expect((await select([filled().caseReceive()], { default: true, timeout: 0 })).index).toBe(-1);
  });

  test.each<[unknown, string]>([
    [undefined, "select: cases must"],
    [{ length: 0 }, "select: cases must"],
    [new Channel(), "select: cases must"],
    [[filled()], "select: cases[0] must"],
    [[filled().caseReceive(), undefined], "select: cases[1] must"],
    [[filled().caseReceive(), null, 5], "select: cases[1] must"],
  ])("with the cases %j rejects with INVALID_OPTION and the reason", async (cases, start) => {
    const error = await failure(select(cases as never));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(start);
    expect(error.message).not.toContain("array, not an array");
  });

  test.each<[SelectOptions]>([[{}], [{ default: false }], [{ timeout: undefined }]])(
    "without any case rejects with INVALID_OPTION for %j",
    async (options) => {
      const error = await failure(select([], options));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toMatch(/^select: no cases/);
    },
  );

  test("without any case waits for its timeout", async () => {
    expect(await failureCode(select([], { timeout: 0 }))).toBe("CHANNEL_TIMEOUT");
    const ended = failureCode(select([], { timeout: 10 }));
    await advance(10);
    expect(await ended).toBe("CHANNEL_TIMEOUT");
  });

  test("waits for the first case to become ready", async () => {
    const [a, b] = [new Channel<number>(), new Channel<number>(1)];
    const result = select([a.caseReceive(), b.caseReceive()]);
    expect(await stateOf(result)).toBe("pending");
    b.trySend(9);
    expect(await result).toEqual({ index: 1, channel: b, ok: true, value: 9 });
    expect(b.length).toBe(0);
    expect(a.trySend(1)).toBe(false);
  });

  test("sends when there is a receiver, and when there is room", async () => {
    const [a, b] = [new Channel<number>(), filled(1)];
    const first = select([a.caseSend(5), filled().caseReceive()]);
    expect(await a.receive()).toEqual({ ok: true, value: 5 });
    expect(await first).toMatchObject({ index: 0, channel: a, ok: true });
    const second = select([a.caseSend(5), b.caseSend(2)]);
    await microtasks();
    expect(b.tryReceive()?.value).toBe(1);
    expect(await second).toMatchObject({ index: 1, channel: b });
    expect(b.tryReceive()?.value).toBe(2);
    expect(a.tryReceive()).toBeUndefined();
  });

  test("ends when a channel closes", async () => {
    const [a, b] = [new Channel<number>(), new Channel<number>()];
    const receiving = select([a.caseReceive(), b.caseReceive()]);
    b.close();
    expect(await receiving).toMatchObject({ index: 1, ok: false });
    const sending = failureCode(select([filled().caseReceive(), a.caseSend(1)]));
    await microtasks();
    a.close();
    expect(await sending).toBe("CHANNEL_CLOSED");
  });

  test("ends at its timeout", async () => {
    let code: string | undefined;
    void failureCode(select([filled().caseReceive()], { timeout: "50ms" })).then(
      (found) => (code = found),
    );
    await advance(49);
    expect(code).toBeUndefined();
    await advance(1);
    expect(code).toBe("CHANNEL_TIMEOUT");
    const error = await failure(select([filled().caseReceive()], { timeout: 0 }));
    expect(error).toMatchObject({ code: "CHANNEL_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(error.message).toMatch(/^select: /);
  });

  test("ends when its signal fires, before or during the wait", async () => {
    const controller = new CountingController();
    const { signal } = controller;
    const channel = new Channel<number>();
    const waits = Array.from({ length: 50 }, () =>
      failure(select([channel.caseReceive(), after("1h").caseReceive()], { signal })),
    );
    await microtasks();
    expect(controller.listeners).toBe(1);
    controller.abort("why");
    for (const wait of waits) expect(await wait).toMatchObject({ code: "ABORTED", cause: "why" });
    expect(controller.listeners).toBe(0);
    const late = select([filled(1).caseReceive()], { signal, default: true });
    expect(await failureCode(late)).toBe("ABORTED");
  });
});

describe("a select leaves no waiter, timer or listener", () => {
  interface Setting {
    readonly queues: readonly Queue<number>[];
    readonly controller: CountingController;
    readonly result: Promise<unknown>;
    readonly feed: () => void;
  }

  function setUp(): Setting {
    const queues = Array.from({ length: 5 }, () => new Queue<number>(1));
    const controller = new CountingController();
    const cases = queues.map((queue) => ReceiveChannel.of(queue).caseReceive());
    const result = select(cases, { timeout: 1000, signal: controller.signal });
    return { queues, controller, result, feed: () => queues[3]?.push(7) };
  }

  const ends: [string, (setting: Setting) => unknown, string][] = [
    ["when a case was executed", ({ feed }) => feed(), "resolved"],
    ["when it was aborted", ({ controller }) => controller.abort(), "rejected"],
    ["when it timed out", () => advance(1000), "rejected"],
    ["when a channel was closed", ({ queues }) => queues[0]?.close(), "resolved"],
  ];

  test.each(ends)("%s", async (_, end, state) => {
    const setting = setUp();
    const { queues, controller, result } = setting;
    const outcome = stateOf(result);
    await microtasks();
    expect(queues.map(({ receivers }) => receivers.size)).toEqual([1, 1, 1, 1, 1]);
    expect(vi.getTimerCount()).toBe(1);
    expect(await outcome).toBe("pending");
    result.catch(() => {});
    await end(setting);
    expect(await stateOf(result)).toBe(state);
    expect(queues.map(({ receivers }) => receivers.size)).toEqual([0, 0, 0, 0, 0]);
    expect(queues.map(({ size }) => size)).toEqual([0, 0, 0, 0, 0]);
    expect(controller.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("and no sender", async () => {
    const channels = [new Channel<number>(), new Channel<number>()];
    const controller = new AbortController();
    const ended = failureCode(
      select(
        channels.map((channel) => channel.caseSend(1)),
        { signal: controller.signal },
      ),
    );
    await microtasks();
    controller.abort();
    expect(await ended).toBe("ABORTED");
    for (const channel of channels) expect(channel.tryReceive()).toBeUndefined();
  });

  test("and loses no value that arrives in the moment of the abort", async () => {
    const channel = new Channel<number>(1);
    const controller = new AbortController();
    const result = select([channel.caseReceive()], { signal: controller.signal });
    await microtasks();
    channel.trySend(1);
    controller.abort();
    expect(await result).toMatchObject({ ok: true, value: 1 });
    const second = select([channel.caseReceive()], { signal: new AbortController().signal });
    const third = select([channel.caseReceive()], { timeout: 1000 });
    channel.trySend(2);
    channel.trySend(3);
    expect([await second, await third]).toMatchObject([{ value: 2 }, { value: 3 }]);
  });
});

describe("a select never sends to itself", () => {
  test("on a rendezvous channel", async () => {
    const channel = new Channel<number>();
    const result = select([channel.caseSend(1), channel.caseReceive()]);
    await turns();
    expect(await stateOf(result)).toBe("pending");
    expect(channel.trySend(2)).toBe(true);
    expect(await result).toMatchObject({ index: 1, value: 2 });
    expect(channel.tryReceive()).toBeUndefined();
    expect(channel.trySend(3)).toBe(false);
  });

  test("on a rendezvous channel, whatever the order of its cases", async () => {
    const channel = new Channel<number>();
    const result = select([channel.caseReceive(), channel.caseSend(1)], { timeout: 1000 });
    expect(await channel.receive()).toEqual({ ok: true, value: 1 });
    expect(await result).toMatchObject({ index: 1 });
    expect(channel.trySend(3)).toBe(false);
  });

  test("on a full or an empty buffer: it executes the only possible case", async () => {
    const full = filled(1);
    expect(await select([full.caseSend(2), full.caseReceive()])).toMatchObject({
      index: 1,
      value: 1,
    });
    expect(full.length).toBe(0);
    const empty = new Channel<number>(1);
    expect(await select([empty.caseReceive(), empty.caseSend(2)])).toMatchObject({ index: 1 });
    expect(empty.length).toBe(1);
  });

  test("but two selects meet, exactly once", async () => {
    for (let round = 0; round < 20; round++) {
      const channel = new Channel<number>();
      const a = select([channel.caseSend(1), channel.caseReceive()]);
      const b = select([channel.caseReceive(), channel.caseSend(2)]);
      const [first, second] = await Promise.all([a, b]);
      const sent = first.index === 0 ? 1 : 2;
      expect(first.index).toBe(second.index);
      expect([first.value, second.value].filter((value) => value !== undefined)).toEqual([sent]);
      expect(channel.trySend(3)).toBe(false);
      expect(channel.tryReceive()).toBeUndefined();
    }
  });

  test("and of three selects one keeps waiting", async () => {
    const channel = new Channel<number>();
    const cases = [channel.caseSend(1), channel.caseReceive()] as const;
    const selects = [select(cases), select(cases), select(cases)];
    const states = await Promise.all(selects.map(stateOf));
    expect(states.filter((state) => state === "resolved")).toHaveLength(2);
    expect(channel.trySend(9)).toBe(true);
    expect(await Promise.all(selects)).toHaveLength(3);
  });
});

describe("a case", () => {
  test("can be reused, also by several selects at once", async () => {
    const channel = new Channel<number>();
    const receive = channel.caseReceive();
    const results = [select([receive]), select([receive, receive]), select([receive])];
    for (const n of [1, 2, 3]) expect(channel.trySend(n)).toBe(true);
    expect(channel.trySend(4)).toBe(false);
    expect((await Promise.all(results)).map(({ value }) => value)).toEqual([1, 2, 3]);
    const send = channel.caseSend(7);
    const sends = [select([send, send]), select([send])];
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual([
      { ok: true, value: 7 },
      { ok: true, value: 7 },
      undefined,
    ]);
    await Promise.all(sends);
  });

  test("is unaffected if the caller changes the list during the select", async () => {
    const [a, b] = [new Channel<number>(), new Channel<number>()];
    const cases = [a.caseReceive()];
    const result = select(cases);
    cases[0] = b.caseReceive();
    cases.length = 0;
    expect(a.trySend(1)).toBe(true);
    expect(await result).toMatchObject({ index: 0, channel: a, value: 1 });
  });

  test("can be one of 64", async () => {
    const channels = Array.from({ length: 64 }, () => new Channel<number>());
    for (const winner of [0, 31, 63]) {
      const result = select(channels.map((channel) => channel.caseReceive()));
      expect(channels[winner]?.trySend(winner)).toBe(true);
      expect(await result).toMatchObject({
        index: winner,
        channel: channels[winner],
        value: winner,
      });
      for (const channel of channels) expect(channel.trySend(1)).toBe(false);
    }
  });

  test("of a timer arms it only while the select waits", async () => {
    const timeout = after("1h");
    const channel = new Channel<number>();
    const result = select([channel.caseReceive(), timeout.caseReceive()]);
    expect(vi.getTimerCount()).toBe(1);
    channel.trySend(1);
    expect((await result).index).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    const second = select([channel.caseReceive(), timeout.caseReceive()]);
    await advance(3_600_000);
    const { index, channel: fired } = await second;
    expect(index).toBe(1);
    expect(fired).toBe(timeout);
  });
});

describe("many senders and receivers", () => {
  test.each([
    [0, 1],
    [1, 2],
    [5, 3],
  ])(
    "neither lose nor duplicate a value over channels of capacity %i (seed %i)",
    async (capacity, seed) => {
      const random = new Random(seed);
      const channels = Array.from({ length: 4 }, () => new Channel<number>(capacity));
      const controllers = new Set<AbortController>();
      const sent = new Set<number>();
      const received: number[] = [];
      let next = 0;
      let cancelled = 0;

      const options = (): { signal?: AbortSignal; timeout?: number; done: () => void } => {
        const controller = new AbortController();
        if (random.chance(0.5)) return { timeout: 1 + random.below(5), done: () => {} };
        controllers.add(controller);
        return { signal: controller.signal, done: () => controllers.delete(controller) };
      };
      const attempt = async <T>(
        run: (options: { signal?: AbortSignal; timeout?: number }) => Promise<T>,
      ): Promise<T | undefined> => {
        const { done, ...rest } = options();
        try {
          return await run(rest);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/TIMEOUT|ABORTED/);
          cancelled++;
          return undefined;
        } finally {
          done();
        }
      };

      // Each side lags in turn, so that both have to wait.
      const pause = async (): Promise<void> => {
        if (random.chance(0.3))
          await new Promise((resolve) => setTimeout(resolve, random.below(10)));
      };
      const producers = Array.from({ length: 4 }, async () => {
        for (let i = 0; i < 250; i++) {
          await pause();
          const [a, b] = [random.pick(channels), random.pick(channels)];
          const [x, y] = [next++, next++];
          const winner = random.chance(0.5)
            ? await attempt((limits) => a.send(x, limits).then(() => x))
            : await attempt(async (limits) =>
                (await select([a.caseSend(x), b.caseSend(y)], limits)).index === 0 ? x : y,
              );
          if (winner !== undefined) sent.add(winner);
        }
      });
      let open = true;
      const consumers = Array.from({ length: 4 }, async () => {
        while (open) {
          await pause();
          const [a, b] = [random.pick(channels), random.pick(channels)];
          const result = random.chance(0.5)
            ? await attempt((limits) => a.receive(limits))
            : await attempt((limits) => select([a.caseReceive(), b.caseReceive()], limits));
          if (result?.ok) received.push(result.value);
        }
      });
      let turning = true;
      const world = (async () => {
        while (turning) {
          await advance(1);
          for (const controller of controllers) if (random.chance(0.2)) controller.abort();
        }
      })();
      await Promise.all(producers);
      for (const channel of channels) channel.close();
      open = false;
      await Promise.all(consumers);
      turning = false;
      await world;
      for (const channel of channels) {
        for (let rest = channel.tryReceive(); rest?.ok; rest = channel.tryReceive()) {
          received.push(rest.value);
        }
      }
      expect(received).toHaveLength(new Set(received).size);
      expect(new Set(received)).toEqual(sent);
      expect(sent.size).toBeGreaterThan(400);
      expect(cancelled).toBeGreaterThan(50);
    },
  );
});
