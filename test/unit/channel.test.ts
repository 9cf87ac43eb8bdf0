import { describe, expect, test, vi } from "vitest";
import { Channel, ReceiveChannel } from "../../src/channel/channel.js";
import { offer, Queue } from "../../src/channel/queue.js";
import { QueueIterator } from "../../src/channel/iterator.js";
import type { ReceiveResult } from "../../src/channel/queue.js";
import type { WaitOptions } from "../../src/time/wait.js";
import { WsError } from "../../src/errors/ws-error.js";
import { ticker } from "../../src/channel/timer.js";
import { collectGarbage } from "../helpers/garbage.js";
import { advance, startClock, turns, useClock } from "../helpers/unit-clock.js";
import { failure, failureCode, microtasks, stateOf } from "../helpers/unit-failure.js";
import { Random } from "../helpers/unit-random.js";
import { CountingController } from "../helpers/unit-signal.js";

/** It has no `toString`. */
const bare: unknown = Object.create(null);

const END = { ok: false, value: undefined };

function got<T>(value: T): ReceiveResult<T> {
  return { ok: true, value };
}

useClock();

describe("a buffered channel", () => {
  test("holds as many values as its capacity, in order", async () => {
    const channel = new Channel<number>(3);
    expect([1, 2, 3, 4].map((n) => channel.trySend(n))).toEqual([true, true, true, false]);
    expect(channel).toMatchObject({ length: 3, capacity: 3, closed: false });
    expect(await channel.receive()).toEqual(got(1));
    expect(channel.trySend(5)).toBe(true);
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual(
      [2, 3, 5].map(got),
    );
    expect(channel.tryReceive()).toBeUndefined();
    expect(channel.length).toBe(0);
  });

  test("lets waiting senders follow, first come first served", async () => {
    const channel = new Channel<number>(1);
    const sends = [1, 2, 3].map((n) => channel.send(n));
    expect(await Promise.all(sends.map(stateOf))).toEqual(["resolved", "pending", "pending"]);
    expect(channel.length).toBe(1);
    expect(channel.tryReceive()).toEqual(got(1));
    expect(await Promise.all(sends.map(stateOf))).toEqual(["resolved", "resolved", "pending"]);
    expect(channel.length).toBe(1);
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual([
      got(2),
      got(3),
      undefined,
    ]);
    await Promise.all(sends);
  });

  test("hands a value to the receiver that waits longest, past the buffer", async () => {
    const channel = new Channel<number>(5);
    const order: string[] = [];
    const receives = ["a", "b", "c"].map(async (name) => {
      const { value } = await channel.receive();
      order.push(`${name}${value}`);
    });
    expect(channel.trySend(1) && channel.trySend(2)).toBe(true);
    expect(channel.length).toBe(0);
    await channel.send(3);
    await Promise.all(receives);
    expect(order).toEqual(["a1", "b2", "c3"]);
  });

  test.each([undefined, null, 0, "", NaN, false])("carries %s as a value", async (value) => {
    const channel = new Channel<unknown>(1);
    await channel.send(value);
    expect(await channel.receive()).toEqual(got(value));
    const waiting = channel.receive();
    await channel.send(value);
    expect(await waiting).toEqual(got(value));
  });
});

describe("a rendezvous channel", () => {
  test("is the default, and never holds a value", () => {
    const channel = new Channel<number>();
    expect(channel).toMatchObject({ length: 0, capacity: 0 });
    expect(channel.trySend(1)).toBe(false);
    expect(channel.tryReceive()).toBeUndefined();
  });

  test("keeps a sender until a receiver comes", async () => {
    const channel = new Channel<string>();
    const send = channel.send("x");
    expect(await stateOf(send)).toBe("pending");
    expect(channel.length).toBe(0);
    expect(await channel.receive()).toEqual(got("x"));
    expect(await stateOf(send)).toBe("resolved");
  });

  test("keeps a receiver until a sender comes", async () => {
    const channel = new Channel<string>();
    const receive = channel.receive();
    expect(await stateOf(receive)).toBe("pending");
    expect(channel.trySend("x")).toBe(true);
    expect(channel.trySend("y")).toBe(false);
    expect(await receive).toEqual(got("x"));
  });

  test("serves waiting senders in their order", async () => {
    const channel = new Channel<number>();
    const sends = Promise.all([channel.send(1), channel.send(2), channel.send(3)]);
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual(
      [1, 2, 3].map(got),
    );
    await sends;
    expect(channel.tryReceive()).toBeUndefined();
  });
});

describe("closing", () => {
  test("lets receivers drain, then tells them, again and again", async () => {
    const channel = new Channel<number>(3);
    channel.trySend(1);
    channel.trySend(2);
    channel.close();
    expect(channel).toMatchObject({ closed: true, length: 2 });
    expect(await channel.receive()).toEqual(got(1));
    expect(channel.tryReceive()).toEqual(got(2));
    expect(channel.tryReceive()).toEqual(END);
    expect(await channel.receive()).toEqual(END);
    expect(await channel.receive({ timeout: 0 })).toEqual(END);
  });

  test("wakes every receiver that waits", async () => {
    const channel = new Channel<number>();
    const { signal } = new AbortController();
    const receives = [
      channel.receive(),
      channel.receive({ timeout: 1000 }),
      channel.receive({ signal }),
    ];
    channel.close();
    expect(await Promise.all(receives)).toEqual([END, END, END]);
  });

  test("refuses senders that wait, and keeps what was sent before", async () => {
    const channel = new Channel<number>(1);
    await channel.send(1);
    const { signal } = new AbortController();
    const sends = [
      channel.send(2),
      channel.send(3, { timeout: 1000 }),
      channel.send(4, { signal }),
    ];
    channel.close();
    for (const send of sends) expect(await failureCode(send)).toBe("CHANNEL_CLOSED");
    expect(await channel.receive()).toEqual(got(1));
    expect(await channel.receive()).toEqual(END);
  });

  test("refuses whoever sends afterwards", async () => {
    const channel = new Channel<number>(1);
    channel.close();
    const error = await failure(channel.send(1));
    expect(error).toMatchObject({ code: "CHANNEL_CLOSED", kind: "INVALID", retryable: false });
    expect(error.message).toMatch(/^channel send: /);
    expect(await failureCode(() => channel.trySend(1))).toBe("CHANNEL_CLOSED");
    expect(await failureCode(channel.send(1, { timeout: 0 }))).toBe("CHANNEL_CLOSED");
    expect(channel.length).toBe(0);
  });

  test("twice is fine", async () => {
    const channel = new Channel<number>();
    channel.close();
    channel.close();
    expect(channel.closed).toBe(true);
    expect(await channel.receive()).toEqual(END);
  });

  test("yields a result that nobody can change for others", () => {
    const channel = new Channel<number>();
    channel.close();
    expect(Object.isFrozen(channel.tryReceive())).toBe(true);
  });
});

describe("a wait", () => {
  const waits: [string, (options: WaitOptions) => Promise<unknown>, string][] = [
    ["receive", (options) => new Channel<number>().receive(options), "RECEIVE_TIMEOUT"],
    ["send", (options) => new Channel<number>().send(1, options), "CHANNEL_TIMEOUT"],
  ];

  describe.each(waits)("to %s", (name, wait, code) => {
    test("of 0 does not wait", async () => {
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
    ])("of %s ends after %i ms and not before", async (timeout, time) => {
      let ended: string | undefined;
      void failureCode(wait({ timeout })).then((found) => (ended = found));
      await advance(time - 1);
      expect(ended).toBeUndefined();
      await advance(1);
      expect(ended).toBe(code);
    });

    test.each([-1, -0.001, NaN, Infinity, "-1s", "abc", "", "5", null, true, {}])(
      "of %s is refused before it begins",
      async (timeout) => {
        const error = await failure(wait({ timeout: timeout as number }));
        expect(error.code).toBe("INVALID_DURATION");
      },
    );

    test("tells what it is that was refused", async () => {
      const { message } = await failure(wait({ timeout: -5 }));
      expect(message).toContain("timeout");
      expect(message).toContain("-5");
    });

    test.each([null, 1, "signal", {}, { aborted: false }])(
      "with %s for a signal is refused",
      async (signal) => {
        const error = await failure(wait({ signal: signal as unknown as AbortSignal }));
        expect(error.code).toBe("INVALID_OPTION");
        expect(error.message).toMatch(
          new RegExp(`${name}: option signal must be an AbortSignal, not `),
        );
      },
    );

    test.each([null, 5, "5s"])("with %s for options is refused", async (options) => {
      const error = await failure(wait(options as WaitOptions));
      expect(error.code).toBe("INVALID_OPTION");
    });

    test("with a signal that has fired does not begin", async () => {
      const cause = new Error("why");
      const error = await failure(wait({ signal: AbortSignal.abort(cause) }));
      expect(error).toMatchObject({ code: "ABORTED", kind: "CANCELED", retryable: false, cause });
      expect(error.message).toContain(name);
    });

    test("ends when its signal fires, and leaves the signal alone", async () => {
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
    "that need not be takes no time and no timer: %j",
    async (options) => {
      const channel = new Channel<number>(1);
      const controller = new CountingController();
      await channel.send(1, { ...options, signal: controller.signal });
      expect(await channel.receive({ ...options, signal: controller.signal })).toEqual(got(1));
      expect(controller.added).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("that has begun releases its timer and its signal when it succeeds", async () => {
    const channel = new Channel<number>();
    const controller = new CountingController();
    const options = { timeout: 1000, signal: controller.signal };
    const receive = channel.receive(options);
    await channel.send(1);
    expect(await receive).toEqual(got(1));
    const send = channel.send(2, options);
    expect(await stateOf(send)).toBe("pending");
    expect(channel.tryReceive()).toEqual(got(2));
    await send;
    expect(vi.getTimerCount()).toBe(0);
    expect(controller.listeners).toBe(0);
  });

  test("shares one listener with all others on its signal", async () => {
    const controller = new CountingController();
    const channels = Array.from({ length: 500 }, () => new Channel<number>());
    const receives = channels.map((channel) => channel.receive({ signal: controller.signal }));
    const sends = channels.map((_, i) =>
      new Channel<number>().send(i, { signal: controller.signal }),
    );
    await microtasks();
    expect(controller.listeners).toBe(1);
    // The listener stays for the sake of those that still wait.
    for (const channel of channels.slice(1)) channel.trySend(1);
    expect(await Promise.all(receives.slice(1))).toEqual(channels.slice(1).map(() => got(1)));
    expect(controller.listeners).toBe(1);
    const all = [receives[0], ...sends].map((wait) => failureCode(wait as Promise<unknown>));
    controller.abort();
    expect(new Set(await Promise.all(all))).toEqual(new Set(["ABORTED"]));
    expect(controller.listeners).toBe(0);
    expect(controller.added).toBe(1);
  });

  test("listens again on a signal on which all had stopped", async () => {
    const controller = new CountingController();
    const { signal } = controller;
    const channel = new Channel<number>();
    for (let round = 1; round <= 3; round++) {
      const receive = channel.receive({ signal });
      expect(controller.listeners).toBe(1);
      expect(channel.trySend(round)).toBe(true);
      expect(await receive).toEqual(got(round));
      expect(controller.listeners).toBe(0);
    }
    const last = failureCode(channel.receive({ signal }));
    controller.abort();
    expect(await last).toBe("ABORTED");
  });
});

describe("a receive that was given up", () => {
  test.each([["by its signal"], ["by its timeout"]])("%s takes nothing", async (how) => {
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
    expect(channel.tryReceive()).toEqual(got(1));
  });

  test("in the moment in which a value came has either taken it or not", async () => {
    const channel = new Channel<number>(1);
    const controller = new AbortController();
    const receive = channel.receive({ signal: controller.signal });
    await microtasks();
    channel.trySend(1);
    controller.abort();
    expect(await receive).toEqual(got(1));
    expect(channel.tryReceive()).toBeUndefined();
  });

  test("leaves its place to the next one", async () => {
    const channel = new Channel<number>();
    const first = failureCode(channel.receive({ timeout: 10 }));
    const second = channel.receive();
    await advance(10);
    expect(await first).toBe("RECEIVE_TIMEOUT");
    expect(channel.trySend(1)).toBe(true);
    expect(await second).toEqual(got(1));
  });

  test("loses to a value that arrived before its time was noticed to be up", async () => {
    vi.useRealTimers();
    const channel = new Channel<number>();
    const receive = channel.receive({ timeout: 1 });
    // Due one after the other, and noticed in the same turn: the value comes second, and wins.
    setTimeout(() => channel.trySend(1), 1);
    const end = performance.now() + 20;
    while (performance.now() < end);
    expect(await receive).toEqual(got(1));
    startClock();
  });
});

describe("a send that was given up", () => {
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
      got(1),
      got(3),
      undefined,
    ]);
    await third;
  });

  test("leaves nobody to a receiver", async () => {
    const channel = new Channel<number>();
    const ended = failureCode(channel.send(1, { timeout: 1 }));
    await advance(1);
    expect(await ended).toBe("CHANNEL_TIMEOUT");
    expect(channel.tryReceive()).toBeUndefined();
  });
});

describe("iteration", () => {
  test("ends when the channel is closed and drained", async () => {
    const channel = new Channel<number>(5);
    for (const n of [1, 2, 3]) channel.trySend(n);
    channel.close();
    const seen: number[] = [];
    for await (const n of channel) seen.push(n);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("waits for what is still to come", async () => {
    const channel = new Channel<number>();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const n of channel) seen.push(n);
      return "ended";
    })();
    for (const n of [1, 2, 3]) await channel.send(n);
    channel.close();
    expect(await loop).toBe("ended");
    expect(seen).toEqual([1, 2, 3]);
  });

  test("leaves the channel open and the rest in it when broken off", async () => {
    const channel = new Channel<number>(5);
    for (const n of [1, 2, 3]) channel.trySend(n);
    for await (const n of channel) {
      if (n === 2) break;
    }
    expect(channel.closed).toBe(false);
    expect(channel.tryReceive()).toEqual(got(3));
    expect(channel.trySend(4)).toBe(true);
  });

  test("serves next() calls in their order, also many at once", async () => {
    const channel = new Channel<number>(2);
    const iterator = channel[Symbol.asyncIterator]();
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
    const nexts = Array.from({ length: 5 }, () => iterator.next());
    for (const n of [1, 2, 3, 4]) await channel.send(n);
    channel.close();
    expect(await Promise.all(nexts)).toEqual([
      ...[1, 2, 3, 4].map((value) => ({ done: false, value })),
      { done: true, value: undefined },
    ]);
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
  });

  test("over a queue that failed throws once it is drained", async () => {
    const queue = new Queue<number>(2);
    const error = new WsError("CONNECTION_LOST", "x");
    let why: WsError | undefined;
    const iterator = new QueueIterator(queue, {}, () => why);
    queue.push(1);
    const results = [iterator.next(), iterator.next()];
    why = error;
    queue.close();
    expect(await results[0]).toEqual({ done: false, value: 1 });
    expect(await failure(results[1] as Promise<unknown>)).toBe(error);
    expect(await failure(iterator.next())).toBe(error);
    why = undefined;
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("over a queue that closed ends when the reason is known", async () => {
    const queue = new Queue<number>(1);
    let tell!: (error: WsError) => void;
    const why = new Promise<WsError>((resolve) => (tell = resolve));
    const next = new QueueIterator(queue, {}, () => why).next();
    queue.close();
    expect(await stateOf(next)).toBe("pending");
    const error = new WsError("CONNECTION_LOST", "x");
    tell(error);
    expect(await failure(next)).toBe(error);
  });
});

const DONE = { done: true, value: undefined };

describe("return() of an iteration", () => {
  test("ends each next() that is pending, and the value goes to another receiver", async () => {
    const channel = new Channel<number>(1);
    const iterator = channel.messages();
    const nexts = [iterator.next(), iterator.next()];
    const receive = channel.receive();
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await Promise.all(nexts)).toEqual([DONE, DONE]);
    channel.trySend(1);
    expect(await receive).toEqual(got(1));
    channel.trySend(2);
    expect(channel.tryReceive()).toEqual(got(2));
  });

  test("takes nothing from then on", async () => {
    const channel = new Channel<number>(1);
    channel.trySend(1);
    const iterator = channel[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(await iterator.next()).toEqual(DONE);
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
    expect(channel.length).toBe(1);
  });

  test("leaves a value that was handed over before with its next()", async () => {
    const channel = new Channel<number>(1);
    const iterator = channel.messages();
    const next = iterator.next();
    channel.trySend(1);
    void iterator.return?.();
    expect(await next).toEqual({ done: false, value: 1 });
  });

  test("throws nothing, though the queue failed", async () => {
    const queue = new Queue<number>(1);
    const iterator = new QueueIterator(queue, {}, () => new WsError("CONNECTION_LOST", "x"));
    const next = iterator.next();
    expect(await iterator.return()).toEqual(DONE);
    queue.close();
    expect(await next).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  test("while the channel closes leaves no next() behind", async () => {
    const channel = new Channel<number>();
    const iterator = channel.messages();
    const nexts = [iterator.next(), iterator.next(), iterator.next()];
    channel.close();
    await iterator.return?.();
    expect(await Promise.all(nexts)).toEqual([DONE, DONE, DONE]);
  });

  test("of a ticker's channel stops its timer", async () => {
    const { channel } = ticker(1000);
    const iterator = channel.messages();
    const next = iterator.next();
    expect(vi.getTimerCount()).toBe(1);
    await iterator.return?.();
    expect(vi.getTimerCount()).toBe(0);
    expect(await next).toEqual(DONE);
    const receive = channel.receive();
    await advance(1000);
    expect(await receive).toMatchObject({ ok: true });
  });
});

describe("an iteration with a signal", () => {
  test("ends with ABORTED, and the value goes to another receiver", async () => {
    const channel = new Channel<number>(1);
    const controller = new CountingController();
    const iterator = channel.messages({ signal: controller.signal });
    const nexts = [iterator.next(), iterator.next()];
    controller.abort("enough");
    for (const next of nexts) {
      expect(await failure(next)).toMatchObject({ code: "ABORTED", cause: "enough" });
    }
    channel.trySend(1);
    expect(await failureCode(iterator.next())).toBe("ABORTED");
    expect(channel.tryReceive()).toEqual(got(1));
    expect(controller.listeners).toBe(0);
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  test("that has fired takes nothing", async () => {
    const channel = new Channel<number>(1);
    channel.trySend(1);
    const iterator = channel.messages({ signal: AbortSignal.abort() });
    expect(await failureCode(iterator.next())).toBe("ABORTED");
    expect(channel.length).toBe(1);
  });

  test.each<[string, (channel: Channel<number>) => Promise<unknown>]>([
    ["a break", async (channel) => void channel.trySend(1)],
    ["the end of the channel", async (channel) => channel.close()],
  ])("leaves no listener after %s", async (_, end) => {
    const channel = new Channel<number>(1);
    const controller = new CountingController();
    const loop = (async () => {
      for await (const value of channel.messages({ signal: controller.signal })) {
        if (value === 1) break;
      }
    })();
    expect(controller.listeners).toBe(1);
    await end(channel);
    await loop;
    expect(controller.listeners).toBe(0);
  });

  test("adds no listener for each value", async () => {
    const channel = new Channel<number>(1);
    const controller = new CountingController();
    const iterator = channel.messages({ signal: controller.signal });
    for (let i = 0; i < 10; i++) {
      const next = iterator.next();
      channel.trySend(i);
      expect(await next).toEqual({ done: false, value: i });
    }
    expect(controller.added).toBe(1);
    await iterator.return?.();
  });

  test.each<[unknown]>([[null], [5], [{ signal: {} }], [{ signal: null }], [{ timeout: 5 }]])(
    "is refused with %j",
    async (options) => {
      const channel = new Channel<number>(1);
      const messages = (): unknown => channel.messages(options as never);
      expect(await failureCode(messages)).toBe("INVALID_OPTION");
    },
  );
});

describe("the receiving half", () => {
  test.each([undefined, null, {}, 5, "x", new Channel<number>(), { capacity: 1 }])(
    "cannot be made by hand from %s",
    async (queue) => {
      const Made = ReceiveChannel as unknown as new (queue: unknown) => unknown;
      const error = await failure(() => new Made(queue));
      expect(error).toMatchObject({ code: "INVALID_OPTION" });
      expect(error.message).toContain("ReceiveChannel");
      expect(await failureCode(() => ReceiveChannel.of(queue as Queue<number>))).toBe(
        "INVALID_OPTION",
      );
    },
  );

  test("can neither be fed nor closed", () => {
    const half = ReceiveChannel.of(new Queue<number>(1));
    for (const name of ["send", "trySend", "caseSend", "close"]) {
      expect(half).not.toHaveProperty(name);
    }
    for (const name of ["trySend", "caseSend", "close"]) {
      const borrowed = (Channel.prototype as unknown as Record<string, () => unknown>)[name];
      expect(() => borrowed?.call(half)).toThrow(TypeError);
    }
    expect(half.closed).toBe(false);
    expect(half).not.toBeInstanceOf(Channel);
    expect(new Channel()).toBeInstanceOf(ReceiveChannel);
  });

  test("tells at most its capacity for a length, however much waits behind it", () => {
    const queue = new Queue<number>(2);
    const half = ReceiveChannel.of(queue);
    for (let i = 0; i < 5; i++) queue.push(i);
    expect(half.length).toBe(2);
    expect(queue.size).toBe(5);
    expect(offer(queue, 9)).toBe(false);
    for (let i = 0; i < 4; i++) expect(half.tryReceive()).toEqual(got(i));
    expect(half.length).toBe(1);
  });
});

describe("a channel's capacity", () => {
  test.each([0, 1, 2, 1000, 2 ** 32 - 1])("may be %s", (capacity) => {
    expect(new Channel(capacity).capacity).toBe(capacity);
  });

  test.each([-1, 0.5, NaN, Infinity, 2 ** 32, "1", null, {}, [], true, bare])(
    "may not be %s",
    async (capacity) => {
      const error = await failure(() => new Channel(capacity as number));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toMatch(/^channel: capacity must be .* 0 to 2\^32-1, not /);
    },
  );
});

describe("the queue behind a channel", () => {
  test("keeps order through growth and wrap-around, as a plain list does", () => {
    const random = new Random(1);
    const channel = new Channel<number>(5000);
    const model: number[] = [];
    let next = 0;
    let bad = 0;
    for (let round = 0; round < 100; round++) {
      // Fill and drain in uneven steps, so that the head stands anywhere when the ring grows.
      for (let left = random.below(2000); left > 0; left--) {
        const sent = channel.trySend(next);
        if (sent !== model.length < 5000) bad++;
        if (sent) model.push(next);
        next++;
      }
      for (let left = random.below(2000); left > 0; left--) {
        if (channel.tryReceive()?.value !== model.shift()) bad++;
      }
      if (channel.length !== model.length) bad++;
    }
    expect(bad).toBe(0);
    expect(next).toBeGreaterThan(80_000);
    while (model.length > 0) if (channel.tryReceive()?.value !== model.shift()) bad++;
    expect(bad).toBe(0);
    expect(channel.tryReceive()).toBeUndefined();
  });

  test.each([4, 5, 8, 9, 1024, 1025, 1026, 2049, 4096])(
    "holds %i values, and is as good as new afterwards",
    (count) => {
      const channel = new Channel<number>(count);
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < count; i++) expect(channel.trySend(i)).toBe(true);
        expect(channel.trySend(-1)).toBe(false);
        let sum = 0;
        for (let i = 0; i < count; i++) sum += channel.tryReceive()?.value === i ? 1 : 0;
        expect(sum).toBe(count);
        expect(channel.tryReceive()).toBeUndefined();
      }
    },
  );

  test("lets go of a value once it is taken", async () => {
    const queue = new Queue<object>(1);
    const made: WeakRef<object>[] = [];
    const held = async (): Promise<number> => {
      // A weak reference keeps its value for the turn in which it was made or asked.
      await turns();
      collectGarbage();
      return made.filter((ref) => ref.deref() !== undefined).length;
    };
    // Of its own, so that no frame that waits here holds the last one.
    const push = (value: object): void => {
      made.push(new WeakRef(value));
      queue.push(value);
    };
    for (let i = 0; i < 5000; i++) push({});
    expect(await held()).toBe(5000);
    for (let i = 0; i < 1000; i++) queue.take();
    expect(await held()).toBe(4000);
    for (let i = 0; i < 4000; i++) queue.take();
    expect(await held()).toBe(0);
  });

  test("lets go of a burst's memory", () => {
    const queue = new Queue<number>(1);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1_000_000; i++) queue.push(i);
    for (let i = 0; i < 1_000_000; i++) queue.take();
    collectGarbage();
    // The burst took some 8 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
    expect(queue.size).toBe(0);
  });

  test.each([0, 10, 5000])("moves no more values than are taken (%i held)", (held) => {
    const queue = new Queue<number>(1);
    for (let i = 0; i < held; i++) queue.push(i);
    const splice = vi.spyOn(Array.prototype, "splice");
    let moved = 0;
    for (let i = 0; i < 20_000; i++) {
      queue.push(i);
      queue.take();
      // What is left has been copied.
      if (splice.mock.calls.length > 0) moved += queue.size;
      splice.mockClear();
    }
    splice.mockRestore();
    expect(moved > 0).toBe(held > 0);
    expect(moved).toBeLessThanOrEqual(20_000);
  });
});

/** Go's channel, as plainly as it can be said. */
class Model {
  readonly buffer: number[] = [];
  readonly receivers: number[] = [];
  readonly senders: { readonly id: number; readonly value: number }[] = [];
  /** What each operation came to, by its number. */
  readonly outcomes = new Map<number, string>();
  closed = false;

  constructor(readonly capacity: number) {}

  send(id: number, value: number, mayWait: boolean): void {
    const receiver = this.receivers.shift();
    if (this.closed) this.outcomes.set(id, "CHANNEL_CLOSED");
    else if (receiver !== undefined) {
      this.outcomes.set(receiver, String(value));
      this.outcomes.set(id, "sent");
    } else if (this.buffer.length < this.capacity) {
      this.buffer.push(value);
      this.outcomes.set(id, "sent");
    } else if (mayWait) this.senders.push({ id, value });
    else this.outcomes.set(id, "CHANNEL_TIMEOUT");
  }

  receive(id: number, mayWait: boolean): void {
    const held = this.buffer.shift();
    if (held !== undefined) this.outcomes.set(id, String(held));
    const sender = held === undefined || this.capacity > 0 ? this.senders.shift() : undefined;
    if (sender !== undefined) {
      this.outcomes.set(sender.id, "sent");
      if (held === undefined) this.outcomes.set(id, String(sender.value));
      else this.buffer.push(sender.value);
    }
    if (held !== undefined || sender !== undefined) return;
    if (this.closed) this.outcomes.set(id, "end");
    else if (mayWait) this.receivers.push(id);
    else this.outcomes.set(id, "RECEIVE_TIMEOUT");
  }

  /** Ends a wait from outside; false if it does not wait any more. */
  cancel(id: number, outcome: string): boolean {
    const receiver = this.receivers.indexOf(id);
    const sender = this.senders.findIndex((one) => one.id === id);
    if (receiver >= 0) this.receivers.splice(receiver, 1);
    if (sender >= 0) this.senders.splice(sender, 1);
    if (receiver < 0 && sender < 0) return false;
    this.outcomes.set(id, outcome);
    return true;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const id of this.receivers.splice(0)) this.outcomes.set(id, "end");
    for (const { id } of this.senders.splice(0)) this.outcomes.set(id, "CHANNEL_CLOSED");
  }
}

describe.each([0, 1, 3, 64])(
  "a channel of capacity %i behaves as the model of Go's",
  (capacity) => {
    test.each([1, 2, 3])("in 1500 random steps with seed %i", async (seed) => {
      const random = new Random(seed * 1000 + capacity);
      const channel = new Channel<number>(capacity);
      const model = new Model(capacity);
      const outcomes = new Map<number, string>();
      const aborts = new Map<number, AbortController>();
      const timeouts = new Map<number, number>();
      let clock = 0;

      const watch = (id: number, promise: Promise<unknown>): void => {
        promise.then(
          (result) => {
            const { ok, value } = (result ?? {}) as { ok?: boolean; value?: number };
            outcomes.set(id, ok === undefined ? "sent" : ok ? String(value) : "end");
          },
          (error: unknown) => outcomes.set(id, (error as WsError).code),
        );
      };

      for (let id = 0; id < 1500; id++) {
        const controller = new AbortController();
        const kind = random.below(20);
        const options: { timeout?: number; signal?: AbortSignal } = {};
        if (random.chance(0.3)) options.signal = controller.signal;
        if (random.chance(0.2)) options.timeout = random.below(3) * 10;
        if (options.signal) aborts.set(id, controller);
        if (options.timeout !== undefined) timeouts.set(id, clock + options.timeout);
        const mayWait = options.timeout !== 0;
        // Now senders, now receivers are in the majority.
        const sends = random.chance(id % 300 < 150 ? 0.65 : 0.35);
        if (kind < 15) {
          if (sends) {
            watch(id, channel.send(id, options));
            model.send(id, id, mayWait);
          } else {
            watch(id, channel.receive(options));
            model.receive(id, mayWait);
          }
        } else if (kind < 17) {
          const before = new Map(model.outcomes);
          if (sends) {
            model.send(id, id, false);
            let result: string;
            try {
              result = channel.trySend(id) ? "sent" : "CHANNEL_TIMEOUT";
            } catch (error) {
              result = (error as WsError).code;
            }
            outcomes.set(id, result);
          } else {
            model.receive(id, false);
            const result = channel.tryReceive();
            outcomes.set(
              id,
              !result ? "RECEIVE_TIMEOUT" : result.ok ? String(result.value) : "end",
            );
          }
          expect(before.has(id)).toBe(false);
        } else if (kind < 19) {
          const [target, abort] = random.pick([...aborts, [-1, controller] as const]);
          model.cancel(target, "ABORTED");
          abort.abort();
          aborts.delete(target);
        } else {
          clock += 10;
          await advance(10);
          for (const [waiting, due] of timeouts) {
            if (due > clock) continue;
            const sender = model.senders.some((one) => one.id === waiting);
            model.cancel(waiting, sender ? "CHANNEL_TIMEOUT" : "RECEIVE_TIMEOUT");
            timeouts.delete(waiting);
          }
        }
        if (id === 1450) {
          channel.close();
          model.close();
        }
        expect(channel.length).toBe(model.buffer.length);
        expect(channel.closed).toBe(model.closed);
        if (id % 50 === 0) {
          await microtasks();
          expect(outcomes).toEqual(model.outcomes);
        }
      }
      await microtasks();
      expect(outcomes).toEqual(model.outcomes);
      expect(outcomes.size).toBeGreaterThan(1000);
      expect(new Set(outcomes.values()).size).toBeGreaterThan(300);
    });
  },
);
