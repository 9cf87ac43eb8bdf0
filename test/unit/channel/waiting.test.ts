import { describe, expect, test, vi } from "vitest";
import { Channel, ReceiveChannel } from "../../../src/channel/channel.js";
import { offer, Queue } from "../../../src/channel/queue.js";
import type { WaitOptions } from "../../../src/time/wait.js";
import { failure, failureCode, microtasks, stateOf } from "../../helpers/failure.js";
import { advance, startClock, useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";
import { received } from "./support.js";

useClock();

describe("a wait", () => {
  const waits: [string, (options: WaitOptions) => Promise<unknown>, string][] = [
    ["receive", (options) => new Channel<number>().receive(options), "RECEIVE_TIMEOUT"],
    ["send", (options) => new Channel<number>().send(1, options), "CHANNEL_TIMEOUT"],
  ];

  describe.each(waits)("to %s", (name, wait, code) => {
    test("with a timeout of 0 does not wait", async () => {
      const error = await failure(wait({ timeout: 0 }));
      expect(error).toMatchObject({ code, kind: "TIMEOUT", retryable: true });
      expect(error.message).toContain(name);
    });

    test.each<[number | string, number]>([
      [1, 1],
      [0.001, 1],
      ["5ns", 1],
      [1.2, 2],
      [250, 250],
      ["1m30s", 90_000],
      [2 ** 31 - 1, 2 ** 31 - 1],
      [2 ** 31, 2 ** 31],
      [2 ** 33 + 5, 2 ** 33 + 5],
    ])("with a timeout of %s ends after %i ms, not before", async (timeout, time) => {
      let ended: string | undefined;
      void failureCode(wait({ timeout })).then((found) => (ended = found));
      await advance(time - 1);
      expect(ended).toBeUndefined();
      await advance(1);
      expect(ended).toBe(code);
    });

    test.each([-1, -0.001, NaN, Infinity, "-1s", "abc", "", "5", null, true, {}])(
      "with a timeout of %s is rejected before it begins",
      async (timeout) => {
        const error = await failure(wait({ timeout: timeout as number }));
        expect(error.code).toBe("INVALID_DURATION");
      },
    );

    test("names the rejected option and its value", async () => {
      const { message } = await failure(wait({ timeout: -5 }));
      expect(message).toContain("timeout");
      expect(message).toContain("-5");
    });

    test.each([null, 1, "signal", {}, { aborted: false }])(
      "with %s as its signal is rejected",
      async (signal) => {
        const error = await failure(wait({ signal: signal as unknown as AbortSignal }));
        expect(error.code).toBe("INVALID_OPTION");
        expect(error.message).toMatch(
          new RegExp(`${name}: option signal must be an AbortSignal, not `),
        );
      },
    );

    test.each([null, 5, "5s"])("with %s as its options is rejected", async (options) => {
      const error = await failure(wait(options as WaitOptions));
      expect(error.code).toBe("INVALID_OPTION");
    });

    test("with an aborted signal does not begin", async () => {
      const cause = new Error("why");
      const error = await failure(wait({ signal: AbortSignal.abort(cause) }));
      expect(error).toMatchObject({ code: "ABORTED", kind: "CANCELED", retryable: false, cause });
      expect(error.message).toContain(name);
    });

    test("ends when its signal fires, and removes its listener", async () => {
      const controller = new CountingController();
      const promise = wait({ signal: controller.signal, timeout: "1h" });
      expect(await stateOf(promise)).toBe("pending");
      expect(controller.listeners).toBe(1);
      const ended = failure(promise);
      controller.abort("reason");
      expect(await ended).toMatchObject({ code: "ABORTED", cause: "reason" });
      expect(controller.listeners).toBe(0);
    });

    test("with undefined options waits", async () => {
      expect(await stateOf(wait({ timeout: undefined, signal: undefined }))).toBe("pending");
    });
  });

  test.each<WaitOptions>([{ timeout: 0 }, { timeout: 5 }, {}])(
    "that can complete at once uses no timer and no listener: %j",
    async (options) => {
      const channel = new Channel<number>(1);
      const controller = new CountingController();
      await channel.send(1, { ...options, signal: controller.signal });
      expect(await channel.receive({ ...options, signal: controller.signal })).toEqual(received(1));
      expect(controller.added).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("that has begun removes its timer and its listener when it succeeds", async () => {
    const channel = new Channel<number>();
    const controller = new CountingController();
    const options = { timeout: 1000, signal: controller.signal };
    const receive = channel.receive(options);
    await channel.send(1);
    expect(await receive).toEqual(received(1));
    const send = channel.send(2, options);
    expect(await stateOf(send)).toBe("pending");
    expect(channel.tryReceive()).toEqual(received(2));
    await send;
    expect(vi.getTimerCount()).toBe(0);
    expect(controller.listeners).toBe(0);
  });

  test("shares one listener with all other waits on its signal", async () => {
    const controller = new CountingController();
    const channels = Array.from({ length: 500 }, () => new Channel<number>());
    const receives = channels.map((channel) => channel.receive({ signal: controller.signal }));
    const sends = channels.map((_, i) =>
      new Channel<number>().send(i, { signal: controller.signal }),
    );
    await microtasks();
    expect(controller.listeners).toBe(1);
    // The listener stays as long as other waits need it.
    for (const channel of channels.slice(1)) channel.trySend(1);
    expect(await Promise.all(receives.slice(1))).toEqual(channels.slice(1).map(() => received(1)));
    expect(controller.listeners).toBe(1);
    const all = [receives[0], ...sends].map((wait) => failureCode(wait as Promise<unknown>));
    controller.abort();
    expect(new Set(await Promise.all(all))).toEqual(new Set(["ABORTED"]));
    expect(controller.listeners).toBe(0);
    expect(controller.added).toBe(1);
  });

  test("adds its listener again after all other waits on the signal have ended", async () => {
    const controller = new CountingController();
    const { signal } = controller;
    const channel = new Channel<number>();
    for (let round = 1; round <= 3; round++) {
      const receive = channel.receive({ signal });
      expect(controller.listeners).toBe(1);
      expect(channel.trySend(round)).toBe(true);
      expect(await receive).toEqual(received(round));
      expect(controller.listeners).toBe(0);
    }
    const last = failureCode(channel.receive({ signal }));
    controller.abort();
    expect(await last).toBe("ABORTED");
  });
});

describe("a cancelled receive", () => {
  test.each([["by its signal"], ["by its timeout"]])("%s receives no value", async (how) => {
    const queue = new Queue<number>(1);
    const channel = ReceiveChannel.of(queue);
    const controller = new AbortController();
    const ended = failureCode(channel.receive({ timeout: 10, signal: controller.signal }));
    await microtasks();
    expect(queue.receivers.size).toBe(1);
    if (how === "by its signal") controller.abort();
    else await advance(10);
    await ended;
    expect(queue.receivers.size).toBe(0);
    expect(offer(queue, 1)).toBe(true);
    expect(channel.tryReceive()).toEqual(received(1));
  });

  test("has received the value if the send came before the abort", async () => {
    const channel = new Channel<number>(1);
    const controller = new AbortController();
    const receive = channel.receive({ signal: controller.signal });
    await microtasks();
    channel.trySend(1);
    controller.abort();
    expect(await receive).toEqual(received(1));
    expect(channel.tryReceive()).toBeUndefined();
  });

  test("gives its place to the next receiver", async () => {
    const channel = new Channel<number>();
    const first = failureCode(channel.receive({ timeout: 10 }));
    const second = channel.receive();
    await advance(10);
    expect(await first).toBe("RECEIVE_TIMEOUT");
    expect(channel.trySend(1)).toBe(true);
    expect(await second).toEqual(received(1));
  });

  test("by a late timeout still receives a value that was sent before", async () => {
    vi.useRealTimers();
    const channel = new Channel<number>();
    const receive = channel.receive({ timeout: 1 });
    // Both timers fire in the same turn, the timeout first. The value still wins.
    setTimeout(() => channel.trySend(1), 1);
    const end = performance.now() + 20;
    while (performance.now() < end);
    expect(await receive).toEqual(received(1));
    startClock();
  });
});

describe("a cancelled send", () => {
  test.each([["by its signal"], ["by its timeout"]])("%s has sent nothing", async (how) => {
    const channel = new Channel<number>(1);
    const controller = new AbortController();
    await channel.send(1);
    const ended = failureCode(channel.send(2, { timeout: 10, signal: controller.signal }));
    const third = channel.send(3);
    await microtasks();
    if (how === "by its signal") controller.abort();
    else await advance(10);
    expect(await ended).toBe(how === "by its signal" ? "ABORTED" : "CHANNEL_TIMEOUT");
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual([
      received(1),
      received(3),
      undefined,
    ]);
    await third;
  });

  test("leaves no value to a receiver", async () => {
    const channel = new Channel<number>();
    const ended = failureCode(channel.send(1, { timeout: 1 }));
    await advance(1);
    expect(await ended).toBe("CHANNEL_TIMEOUT");
    expect(channel.tryReceive()).toBeUndefined();
  });
});
