import { describe, expect, test, vi } from "vitest";
import { Channel } from "../../../src/channel/channel.js";
import { Queue } from "../../../src/channel/queue.js";
import { QueueIterator } from "../../../src/channel/iterator.js";
import { WsError } from "../../../src/errors/ws-error.js";
import { ticker } from "../../../src/channel/timer.js";
import { failure, failureCode, stateOf } from "../../helpers/failure.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";
import { DONE, received } from "./support.js";

useClock();

describe("an iteration over a channel", () => {
  test("ends when the channel is closed and drained", async () => {
    const channel = new Channel<number>(5);
    for (const n of [1, 2, 3]) channel.trySend(n);
    channel.close();
    const seen: number[] = [];
    for await (const n of channel) seen.push(n);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("waits for later values", async () => {
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

  test("left by break leaves the channel open and the other values in it", async () => {
    const channel = new Channel<number>(5);
    for (const n of [1, 2, 3]) channel.trySend(n);
    for await (const n of channel) {
      if (n === 2) break;
    }
    expect(channel.closed).toBe(false);
    expect(channel.tryReceive()).toEqual(received(3));
    expect(channel.trySend(4)).toBe(true);
  });

  test("serves concurrent next() calls in order", async () => {
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

  test("over a failed queue throws once it is drained", async () => {
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

  test("over a closed queue ends when the reason is known", async () => {
    const queue = new Queue<number>(1);
    let settle!: (error: WsError) => void;
    const why = new Promise<WsError>((resolve) => (settle = resolve));
    const next = new QueueIterator(queue, {}, () => why).next();
    queue.close();
    expect(await stateOf(next)).toBe("pending");
    const error = new WsError("CONNECTION_LOST", "x");
    settle(error);
    expect(await failure(next)).toBe(error);
  });
});

describe("return() of an iteration", () => {
  test("ends each pending next(), and leaves the next value to another receiver", async () => {
    const channel = new Channel<number>(1);
    const iterator = channel.messages();
    const nexts = [iterator.next(), iterator.next()];
    const receive = channel.receive();
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await Promise.all(nexts)).toEqual([DONE, DONE]);
    channel.trySend(1);
    expect(await receive).toEqual(received(1));
    channel.trySend(2);
    expect(channel.tryReceive()).toEqual(received(2));
  });

  test("makes later next() calls receive nothing", async () => {
    const channel = new Channel<number>(1);
    channel.trySend(1);
    const iterator = channel[Symbol.asyncIterator]();
    await iterator.return?.();
    expect(await iterator.next()).toEqual(DONE);
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
    expect(channel.length).toBe(1);
  });

  test("does not affect a next() that has received its value", async () => {
    const channel = new Channel<number>(1);
    const iterator = channel.messages();
    const next = iterator.next();
    channel.trySend(1);
    void iterator.return?.();
    expect(await next).toEqual({ done: false, value: 1 });
  });

  test("does not throw although the queue failed", async () => {
    const queue = new Queue<number>(1);
    const iterator = new QueueIterator(queue, {}, () => new WsError("CONNECTION_LOST", "x"));
    const next = iterator.next();
    expect(await iterator.return()).toEqual(DONE);
    queue.close();
    expect(await next).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  test("after the channel was closed leaves no next() pending", async () => {
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
  test("ends with ABORTED, and leaves the next value to another receiver", async () => {
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
    expect(channel.tryReceive()).toEqual(received(1));
    expect(controller.listeners).toBe(0);
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  test("that was aborted before receives nothing", async () => {
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
    "is rejected with the options %j",
    async (options) => {
      const channel = new Channel<number>(1);
      const messages = (): unknown => channel.messages(options as never);
      expect(await failureCode(messages)).toBe("INVALID_OPTION");
    },
  );
});
