import { describe, expect, test } from "vitest";
import { Channel, ReceiveChannel } from "../../../src/channel/channel.js";
import { offer, Queue } from "../../../src/channel/queue.js";
import { failure, failureCode, stateOf } from "../../helpers/failure.js";
import { useClock } from "../../helpers/unit-clock.js";
import { CLOSED_RESULT, received } from "./support.js";

useClock();

const withoutToString: unknown = Object.create(null);

describe("a buffered channel", () => {
  test("buffers up to its capacity, in order", async () => {
    const channel = new Channel<number>(3);
    expect([1, 2, 3, 4].map((n) => channel.trySend(n))).toEqual([true, true, true, false]);
    expect(channel).toMatchObject({ length: 3, capacity: 3, closed: false });
    expect(await channel.receive()).toEqual(received(1));
    expect(channel.trySend(5)).toBe(true);
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual(
      [2, 3, 5].map(received),
    );
    expect(channel.tryReceive()).toBeUndefined();
    expect(channel.length).toBe(0);
  });

  test("accepts the values of pending senders in order as room appears", async () => {
    const channel = new Channel<number>(1);
    const sends = [1, 2, 3].map((n) => channel.send(n));
    expect(await Promise.all(sends.map(stateOf))).toEqual(["resolved", "pending", "pending"]);
    expect(channel.length).toBe(1);
    expect(channel.tryReceive()).toEqual(received(1));
    expect(await Promise.all(sends.map(stateOf))).toEqual(["resolved", "resolved", "pending"]);
    expect(channel.length).toBe(1);
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual([
      received(2),
      received(3),
      undefined,
    ]);
    await Promise.all(sends);
  });

  test("passes a value directly to the longest waiting receiver", async () => {
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
    expect(await channel.receive()).toEqual(received(value));
    const waiting = channel.receive();
    await channel.send(value);
    expect(await waiting).toEqual(received(value));
  });
});

describe("a rendezvous channel", () => {
  test("is the default, and never buffers a value", () => {
    const channel = new Channel<number>();
    expect(channel).toMatchObject({ length: 0, capacity: 0 });
    expect(channel.trySend(1)).toBe(false);
    expect(channel.tryReceive()).toBeUndefined();
  });

  test("blocks a sender until there is a receiver", async () => {
    const channel = new Channel<string>();
    const send = channel.send("x");
    expect(await stateOf(send)).toBe("pending");
    expect(channel.length).toBe(0);
    expect(await channel.receive()).toEqual(received("x"));
    expect(await stateOf(send)).toBe("resolved");
  });

  test("blocks a receiver until there is a sender", async () => {
    const channel = new Channel<string>();
    const receive = channel.receive();
    expect(await stateOf(receive)).toBe("pending");
    expect(channel.trySend("x")).toBe(true);
    expect(channel.trySend("y")).toBe(false);
    expect(await receive).toEqual(received("x"));
  });

  test("serves pending senders in order", async () => {
    const channel = new Channel<number>();
    const sends = Promise.all([channel.send(1), channel.send(2), channel.send(3)]);
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual(
      [1, 2, 3].map(received),
    );
    await sends;
    expect(channel.tryReceive()).toBeUndefined();
  });
});

describe("closing a channel", () => {
  test("lets receivers drain the buffer, then gives every receive ok false", async () => {
    const channel = new Channel<number>(3);
    channel.trySend(1);
    channel.trySend(2);
    channel.close();
    expect(channel).toMatchObject({ closed: true, length: 2 });
    expect(await channel.receive()).toEqual(received(1));
    expect(channel.tryReceive()).toEqual(received(2));
    expect(channel.tryReceive()).toEqual(CLOSED_RESULT);
    expect(await channel.receive()).toEqual(CLOSED_RESULT);
    expect(await channel.receive({ timeout: 0 })).toEqual(CLOSED_RESULT);
  });

  test("settles every pending receive", async () => {
    const channel = new Channel<number>();
    const { signal } = new AbortController();
    const receives = [
      channel.receive(),
      channel.receive({ timeout: 1000 }),
      channel.receive({ signal }),
    ];
    channel.close();
    expect(await Promise.all(receives)).toEqual([CLOSED_RESULT, CLOSED_RESULT, CLOSED_RESULT]);
  });

  test("rejects pending sends, and keeps buffered values", async () => {
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
    expect(await channel.receive()).toEqual(received(1));
    expect(await channel.receive()).toEqual(CLOSED_RESULT);
  });

  test("makes later sends reject", async () => {
    const channel = new Channel<number>(1);
    channel.close();
    const error = await failure(channel.send(1));
    expect(error).toMatchObject({ code: "CHANNEL_CLOSED", kind: "INVALID", retryable: false });
    expect(error.message).toMatch(/^channel send: /);
    expect(await failureCode(() => channel.trySend(1))).toBe("CHANNEL_CLOSED");
    expect(await failureCode(channel.send(1, { timeout: 0 }))).toBe("CHANNEL_CLOSED");
    expect(channel.length).toBe(0);
  });

  test("twice has no further effect", async () => {
    const channel = new Channel<number>();
    channel.close();
    channel.close();
    expect(channel.closed).toBe(true);
    expect(await channel.receive()).toEqual(CLOSED_RESULT);
  });

  test("makes receives return a frozen result", () => {
    const channel = new Channel<number>();
    channel.close();
    expect(Object.isFrozen(channel.tryReceive())).toBe(true);
  });
});

describe("a channel's capacity", () => {
  test.each([0, 1, 2, 1000, 2 ** 32 - 1])("may be %s", (capacity) => {
    expect(new Channel(capacity).capacity).toBe(capacity);
  });

  test.each([-1, 0.5, NaN, Infinity, 2 ** 32, "1", null, {}, [], true, withoutToString])(
    "may not be %s",
    async (capacity) => {
      const error = await failure(() => new Channel(capacity as number));
      expect(error.code).toBe("INVALID_OPTION");
      expect(error.message).toMatch(/^channel: capacity must be .* 0 to 2\^32-1, not /);
    },
  );
});

describe("a ReceiveChannel", () => {
  test.each([undefined, null, {}, 5, "x", new Channel<number>(), { capacity: 1 }])(
    "cannot be constructed from %s",
    async (queue) => {
      const Constructor = ReceiveChannel as unknown as new (queue: unknown) => unknown;
      const error = await failure(() => new Constructor(queue));
      expect(error).toMatchObject({ code: "INVALID_OPTION" });
      expect(error.message).toContain("ReceiveChannel");
      expect(await failureCode(() => ReceiveChannel.of(queue as Queue<number>))).toBe(
        "INVALID_OPTION",
      );
    },
  );

  test("can neither send nor close", () => {
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

  test("reports at most its capacity as length, however many values the queue holds", () => {
    const queue = new Queue<number>(2);
    const half = ReceiveChannel.of(queue);
    for (let i = 0; i < 5; i++) queue.push(i);
    expect(half.length).toBe(2);
    expect(queue.size).toBe(5);
    expect(offer(queue, 9)).toBe(false);
    for (let i = 0; i < 4; i++) expect(half.tryReceive()).toEqual(received(i));
    expect(half.length).toBe(1);
  });
});
