import { describe, expect, test, vi } from "vitest";
import type { ConnectOptions } from "../../../src/options/connect-options.js";
import type { KeepAliveOptions } from "../../../src/options/keep-alive-options.js";
import { WsError } from "../../../src/errors/ws-error.js";
import { microtasks } from "../../helpers/failure.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";
import { useClockSkew } from "../../helpers/unit-clock-skew.js";
import { BROWSER, FakeTransport, openClient } from "../../helpers/unit-transport.js";
import type { Opened } from "../../helpers/unit-transport.js";

useClock();
const skew = useClockSkew();

const PERIODS = { interval: 1000, timeout: 400 };

/** Opens a client that pings after 1 s of silence and waits 400 ms for the answer. */
function open(keepAlive: KeepAliveOptions = {}, options: ConnectOptions = {}): Opened {
  return openClient({ ...options, keepAlive: { ...PERIODS, ...keepAlive } });
}

/** The same on a platform without ping frames: it sends the text "?". */
function openWithoutPings(keepAlive: KeepAliveOptions = {}, options: ConnectOptions = {}): Opened {
  const transport = new FakeTransport();
  delete transport.ping;
  transport.backpressure = "buffer";
  const given = { ...options, keepAlive: { ...PERIODS, message: () => "?", ...keepAlive } };
  return openClient(given, transport, BROWSER);
}

/** Answers the last pending ping with a round trip in milliseconds. */
function pong({ transport }: Opened, roundTrip = 5): void {
  transport.bytesRead += 6;
  transport.pings.pop()?.(roundTrip);
}

describe("keepAlive", () => {
  test("pings after an interval of silence, not before", async () => {
    const { client, transport } = open();
    await advance(999);
    expect(transport.pings).toHaveLength(0);
    await advance(3);
    expect(transport.pings).toHaveLength(1);
    client.terminate();
  });

  test("keeps pinging while the peer answers", async () => {
    const opened = open();
    for (let i = 0; i < 5; i++) {
      await advance(1005);
      expect(opened.transport.pings).toHaveLength(1);
      pong(opened);
    }
    expect(opened.client.state).toBe("open");
    opened.client.terminate();
  });

  test("ends the connection if nothing arrives after the ping was flushed", async () => {
    const { client, transport } = open();
    await advance(1395);
    expect(client.state).toBe("open");
    await advance(15);
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 3008, sentCode: 3008, reason: "", clean: false, by: "local" });
    expect(error).toMatchObject({ code: "KEEPALIVE_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(error?.message).toBe(
      "connection ws://host.test/path?...: nothing arrived for 400 ms after a ping",
    );
    expect(transport.calls).toEqual(["terminate 3008", "give up ping"]);
  });

  const arrivals: [string, (opened: Opened) => void][] = [
    ["messages", ({ text, client }) => (text("x"), void client.channel().tryReceive())],
    ["bytes", () => {}],
  ];
  /** Lets something arrive every 300 ms; returns the number of pings that were sent. */
  async function feed(opened: Opened, arrive: (opened: Opened) => void): Promise<number> {
    await advance(300);
    opened.transport.bytesRead += 1;
    arrive(opened);
    return opened.transport.pings.length;
  }

  test.each(arrivals)("sends no ping while %s arrive and something is sent", async (_, arrive) => {
    const opened = open();
    for (let i = 0; i < 20; i++) {
      void opened.client.send("x");
      expect(await feed(opened, arrive)).toBe(0);
    }
    opened.client.terminate();
  });

  test.each(arrivals)(
    "pings each interval in which %s arrive and nothing is sent",
    async (_, arrive) => {
      const opened = open();
      let pings = 0;
      for (let i = 0; i < 40; i++) {
        if ((await feed(opened, arrive)) === 0) continue;
        pings++;
        pong(opened);
      }
      // 12 s of the feed; the interval restarts at most 300 ms after each ping.
      expect(pings).toBeGreaterThanOrEqual(9);
      expect(pings).toBeLessThanOrEqual(12);
      expect(opened.client.state).toBe("open");
      opened.client.terminate();
    },
  );

  test.each<[string, (opened: Opened) => void]>([
    ["a message", ({ client }) => void client.send("x")],
    [
      "an empty message (0 bytes on some platforms)",
      ({ client, transport }) => {
        const { accepted: taken } = transport;
        void client.send("");
        transport.accepted = taken;
      },
    ],
    [
      "a ping of the caller",
      ({ client, transport }) => {
        void client.ping();
        transport.accepted += 6;
        transport.pings.pop()?.(1);
      },
    ],
    [
      "a part of a large message",
      ({ transport }) => {
        transport.blocked = true;
        transport.bytesWritten += 1;
      },
    ],
  ])("counts %s as sent data", async (_, send) => {
    const opened = open();
    for (let i = 0; i < 10; i++) {
      if (i % 2 > 0) send(opened);
      expect(await feed(opened, () => {})).toBe(0);
    }
    opened.client.terminate();
  });

  test("does not ping for lack of sent data while the socket is paused", async () => {
    const { client, transport, text } = open({}, { channelCapacity: 1 });
    void client.send("x");
    text("x");
    await advance(60_000);
    expect(transport.pings).toHaveLength(0);
    client.terminate();
  });

  test("does not count sent messages as a sign of life from the peer", async () => {
    const { client, transport } = open();
    for (let i = 0; i < 3; i++) {
      await advance(400);
      void client.send("x");
      transport.bytesWritten += 3;
    }
    expect(transport.pings).toHaveLength(1);
    client.terminate();
  });

  test("counts the flush of buffered bytes as a sign of life", async () => {
    const { client, transport } = open();
    transport.blocked = true;
    for (let i = 0; i < 10; i++) {
      await advance(500);
      transport.bytesWritten += 1;
    }
    expect(transport.pings).toHaveLength(0);
    // The other bytes are still buffered and make no progress.
    await advance(1500);
    expect(transport.pings).toHaveLength(1);
    await advance(500);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("counts any byte after the ping as a sign of life, and cancels the ping after its timeout", async () => {
    const { client, transport } = open();
    await advance(1005);
    transport.bytesRead += 1;
    await advance(405);
    expect(client.state).toBe("open");
    expect(transport.calls).toEqual(["give up ping"]);
    await advance(1005);
    expect(transport.pings).toHaveLength(2);
    await advance(405);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("counts an incomplete message as a sign of life only while it grows", async () => {
    const { client, transport } = open();
    transport.receiving = true;
    transport.bytesRead += 100;
    await advance(500);
    transport.bytesRead += 100;
    await advance(2_000);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("does not time out before its ping is flushed", async () => {
    const { client, transport } = open();
    transport.holds = true;
    void client.send("abc");
    transport.accepted += 1;
    await advance(60_000);
    expect(client.state).toBe("open");
    transport.drain();
    await advance(395);
    expect(client.state).toBe("open");
    await advance(15);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("does not wait for data that was sent after the ping", async () => {
    const { client, transport } = open();
    await advance(1005);
    transport.holds = true;
    void client.send("abc");
    await advance(405);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("is suspended while the socket is paused, and restarts when it resumes", async () => {
    const { client, transport, text } = open({}, { channelCapacity: 1 });
    text("x");
    await advance(60_000);
    expect(transport.pings).toHaveLength(0);
    client.channel().tryReceive();
    await advance(999);
    expect(transport.pings).toHaveLength(0);
    await advance(255);
    expect(transport.pings).toHaveLength(1);
    client.terminate();
  });

  test("continues if a slow consumer's socket cannot be paused", async () => {
    const { client, transport, text } = open({}, { channelCapacity: 1, backpressure: "buffer" });
    text("x");
    await advance(1255);
    expect(transport.pings).toHaveLength(1);
    client.terminate();
  });

  test("cancels its ping when the channel is full, so that the socket can be paused", async () => {
    const { client, transport, text } = open({}, { channelCapacity: 1 });
    await advance(1005);
    text("x");
    expect(transport.calls).toEqual(["give up ping", "pause"]);
    await advance(60_000);
    expect(client.state).toBe("open");
    client.terminate();
  });

  test.each(["before it pings", "after it pinged"])(
    "stops when the connection begins to close, %s",
    async (when) => {
      const { client, transport, handler, text } = open(
        {},
        { channelCapacity: 1, closeTimeout: "1h" },
      );
      if (when === "after it pinged") await advance(1005);
      const { length } = transport.pings;
      void client.close();
      // This would restart keepAlive if it had not stopped.
      text("late");
      client.channel().tryReceive();
      await advance(10_000);
      expect(transport.pings).toHaveLength(length);
      handler.onEnd({ code: 1000, reason: "" });
      expect((await client.closed).error).toBeUndefined();
    },
  );

  test("stays stopped when a full channel is drained after the end", async () => {
    const { client, transport, text } = open({}, { channelCapacity: 1 });
    text("x");
    client.terminate();
    client.channel().tryReceive();
    await advance(5000);
    expect(transport.pings).toHaveLength(0);
  });

  test("reports each round trip to onPong and in stats", async () => {
    const onPong = vi.fn();
    const opened = open({ onPong });
    expect(opened.client.stats.roundTrip).toBeUndefined();
    for (const roundTrip of [5, 7]) {
      await advance(1005);
      pong(opened, roundTrip);
      expect(opened.client.stats.roundTrip).toBe(roundTrip);
    }
    await microtasks();
    expect(onPong.mock.calls).toEqual([[5], [7]]);
    opened.client.terminate();
  });

  test("does not count the end of the connection as an answer", async () => {
    const onPong = vi.fn();
    const { client, transport } = open({ onPong });
    await advance(1005);
    transport.end({ code: 1006, reason: "" });
    expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
    expect(client.stats.roundTrip).toBeUndefined();
    expect(onPong).not.toHaveBeenCalled();
  });

  test("continues when onPong throws, and reports the error", async () => {
    const reported: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => reported.push(error));
    try {
      const error = new Error("thrown by onPong");
      const opened = open({
        onPong() {
          throw error;
        },
      });
      for (let i = 0; i < 2; i++) {
        await advance(1005);
        pong(opened);
      }
      await turns();
      expect(reported).toEqual([error, error]);
      opened.client.terminate();
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
  });

  test.each([
    ["ping", 1, []],
    ["message", 0, ["?"]],
    [undefined, 1, []],
  ] as const)(
    "with prefer %j sends %i ping frames and the messages %j",
    async (prefer, pings, sent) => {
      const { client, transport } = open({ prefer, message: () => "?" });
      await advance(1005);
      expect(transport.pings).toHaveLength(pings);
      expect(transport.sent).toEqual(sent);
      client.terminate();
    },
  );

  test("also reports the round trips of ping()", async () => {
    const { client, transport } = openClient();
    const pinged = client.ping();
    transport.pings[0]?.(3);
    expect(await pinged).toBe(3);
    expect(client.stats.roundTrip).toBe(3);
    client.terminate();
  });
});

describe("keepAlive that is asked to probe at once", () => {
  test("pings, and detects a dead peer within one timeout", async () => {
    const { client, transport } = open();
    await advance(100);
    client.internals.liveness.probe();
    expect(transport.pings).toHaveLength(1);
    await advance(395);
    expect(client.state).toBe("open");
    await advance(15);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("starts a new interval at the answer", async () => {
    const opened = open();
    await advance(900);
    opened.client.internals.liveness.probe();
    pong(opened);
    await advance(995);
    expect(opened.transport.pings).toHaveLength(0);
    await advance(10);
    expect(opened.transport.pings).toHaveLength(1);
    opened.client.terminate();
  });

  test("neither pings twice nor restarts a pending ping", async () => {
    const { client, transport } = open();
    client.internals.liveness.probe();
    await advance(300);
    client.internals.liveness.probe();
    expect(transport.pings).toHaveLength(1);
    await advance(105);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("does not end the connection while the socket is paused", async () => {
    const { client, text } = open({}, { channelCapacity: 1 });
    text("x");
    client.internals.liveness.probe();
    await advance(60_000);
    expect(client.state).toBe("open");
    client.terminate();
  });

  test("does nothing while closing or without the option", async () => {
    for (const { client, transport } of [open({}, { closeTimeout: "1h" }), openClient()]) {
      void client.close();
      client.internals.liveness.probe();
      await advance(1_000);
      expect(transport.pings).toHaveLength(0);
      client.terminate();
    }
  });

  test("sends its message on a platform without ping frames", async () => {
    const { client, transport } = openWithoutPings();
    client.internals.liveness.probe();
    expect(transport.sent).toEqual(["?"]);
    await advance(405);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });
});

describe("keepAlive after the process was suspended for an hour", () => {
  test("pings at once, and detects a dead peer within one timeout", async () => {
    const { client, transport } = open();
    await advance(100);
    skew.ms = 3_600_000;
    // The next check comes a quarter of the interval after the first.
    await advance(155);
    expect(transport.pings).toHaveLength(1);
    await advance(405);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("keeps the connection if the peer answers", async () => {
    const opened = open();
    await advance(100);
    skew.ms = 3_600_000;
    await advance(155);
    pong(opened);
    await advance(900);
    expect(opened.client.state).toBe("open");
    opened.client.terminate();
  });

  test("grants one more timeout if a ping was pending", async () => {
    const opened = open();
    await advance(1005);
    skew.ms = 3_600_000;
    await advance(390);
    expect(opened.client.state).toBe("open");
    pong(opened);
    await advance(900);
    expect(opened.client.state).toBe("open");
    opened.client.terminate();
  });

  test("detects a dead peer after one more timeout if a ping was pending", async () => {
    const { client } = open();
    await advance(1005);
    skew.ms = 3_600_000;
    await advance(520);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });
});

describe("keepAlive on a platform without ping frames", () => {
  test("begins a whole interval with the answer to its message", async () => {
    const { client, transport, text } = openWithoutPings();
    const asked = (): number => transport.sent.filter((data) => data === "?").length;
    await advance(1005);
    text("answer");
    expect(asked()).toBe(1);
    // The application sends, so that only the silence of the peer counts.
    for (let time = 0; time < 1_010; time += 101) {
      await advance(101);
      await client.send("x");
    }
    expect(asked()).toBe(2);
    client.terminate();
  });

  test("ignores a late answer to a message that the transport refused", async () => {
    const onPong = vi.fn();
    const { client, transport, text } = openWithoutPings({ onPong });
    transport.refuses = true;
    await advance(1005);
    text("too late");
    await microtasks();
    expect(onPong).not.toHaveBeenCalled();
    expect(client.stats.roundTrip).toBeUndefined();
    client.terminate();
  });

  test("sends its message after an interval of silence, created again each time", async () => {
    let count = 0;
    const { client, transport, text } = openWithoutPings({ message: () => `? ${++count}` });
    await advance(999);
    expect(transport.sent).toEqual([]);
    await advance(5);
    text("!");
    client.channel().tryReceive();
    await advance(1005);
    expect(transport.sent).toEqual(["? 1", "? 2"]);
    expect(client.stats.messagesSent).toBe(2);
    client.terminate();
  });

  test("sends bytes as bytes", async () => {
    const bytes = new Uint8Array([1, 2]);
    const { client, transport } = openWithoutPings({ message: () => bytes.buffer });
    await advance(1005);
    expect(transport.sent).toEqual([bytes]);
    client.terminate();
  });

  test("accepts any message as the answer, and reports the round trip", async () => {
    const onPong = vi.fn();
    const { client, text } = openWithoutPings({ onPong });
    await advance(1005);
    const { length } = onPong.mock.calls;
    await advance(30);
    text("anything");
    await microtasks();
    expect(length).toBe(0);
    expect(onPong).toHaveBeenCalledOnce();
    const { roundTrip } = client.stats;
    expect(roundTrip).toBeGreaterThanOrEqual(30);
    expect(roundTrip).toBeLessThan(40);
    expect(onPong).toHaveBeenCalledWith(roundTrip);
    // A later message is not an answer.
    await advance(30);
    text("more");
    expect(client.stats.roundTrip).toBe(roundTrip);
    client.terminate();
  });

  test("ends the connection when nothing arrives", async () => {
    const { client } = openWithoutPings();
    await advance(1410);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("continues while the channel is full", async () => {
    const { client, text } = openWithoutPings({}, { channelCapacity: 1 });
    text("x");
    await advance(1700);
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test.each<[string, () => unknown]>([
    ["throws", () => JSON.parse("{") as unknown],
    ["returns a value that cannot be sent", () => 5],
    ["returns a promise", () => Promise.resolve("?")],
  ])("ends the connection when message %s", async (_, message) => {
    const { client, transport } = openWithoutPings({ message: message as () => string });
    await advance(1005);
    const { error, ...info } = await client.closed;
    expect(info).toMatchObject({ code: 1011, clean: false, by: "local" });
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", kind: "INVALID", retryable: false });
    expect(error?.message).toMatch(/^connection ws:.*: keepAlive\.message failed$/);
    expect(error?.cause).toBeDefined();
    expect(WsError.is(error)).toBe(true);
    expect(transport.sent).toEqual([]);
  });

  test("does nothing if the transport accepts no more messages", async () => {
    const { client, transport } = openWithoutPings();
    transport.refuses = true;
    await advance(1005);
    expect(client.state).toBe("closing");
    transport.end({ code: 1000, reason: "" });
    expect((await client.closed).error).toBeUndefined();
  });
});
