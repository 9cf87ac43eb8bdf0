import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { after, connect, ticker } from "../../src/node.js";
import type { Client, ConnectOptions } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { TestClock, TestServer } from "../../src/testing/node.js";
import type { LinkOptions, TestPeer } from "../../src/testing/node.js";
import { failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();
afterEach(() => void vi.useRealTimers());

function startClock(): TestClock {
  const clock = new TestClock();
  onTestFinished(() => clock.dispose());
  return clock;
}

function serve(): TestServer {
  const server = new TestServer();
  onTestFinished(() => server.close());
  return server;
}

async function open(
  server: TestServer,
  options?: ConnectOptions,
): Promise<{ client: Client; peer: TestPeer }> {
  const client = await connect("wss://a.test/", options);
  return { client, peer: await server.accept() };
}

/** Collects the elapsed times at which a promise settles. */
function settledAt(clock: TestClock, promise: Promise<unknown>): { time: number | undefined } {
  const result: { time: number | undefined } = { time: undefined };
  const settle = (): void => {
    result.time = clock.now;
  };
  promise.then(settle, settle);
  return result;
}

describe("advance", () => {
  test("fires a timer at exactly its due time", async () => {
    const clock = startClock();
    const received = settledAt(clock, after("1s").receive());
    await clock.advance(999);
    expect(received.time).toBeUndefined();
    await clock.advance(1);
    expect(received.time).toBe(1_000);
    expect(clock.now).toBe(1_000);
  });

  test("runs timers in the order of their times, and those that they start", async () => {
    const clock = startClock();
    const log: [string, number][] = [];
    const wait = async (name: string, ms: number): Promise<void> => {
      await after(ms).receive();
      log.push([name, clock.now]);
    };
    void wait("c", 30).then(() => wait("d", 10));
    void wait("a", 10);
    void wait("b", 10);
    await clock.advance("1s");
    expect(log).toEqual([
      ["a", 10],
      ["b", 10],
      ["c", 30],
      ["d", 40],
    ]);
  });

  test("drives tickers", async () => {
    const clock = startClock();
    const tenSeconds = ticker("10s");
    const times: number[] = [];
    const start = Date.now();
    void (async () => {
      for await (const tick of tenSeconds.channel) times.push(tick.getTime() - start);
    })();
    await clock.advance("35s");
    expect(times.map((time) => Math.round(time / 100) * 100)).toEqual([10_000, 20_000, 30_000]);
    tenSeconds.stop();
  });

  test.each(["soon", -1, NaN])("rejects the duration %j", async (duration) => {
    expect(await failureCode(startClock().advance(duration))).toBe("INVALID_DURATION");
  });
});

test("next() runs the first timer only", async () => {
  const clock = startClock();
  void after(500).receive();
  const second = settledAt(clock, after("1h").receive());
  expect(await clock.next()).toBe(500);
  expect(await clock.next()).toBe(3_600_000);
  expect(second.time).toBe(3_600_000);
  expect(await clock.next()).toBe(3_600_000);
});

test("there is one clock at a time", async () => {
  const clock = startClock();
  expect(await failureCode(() => new TestClock())).toBe("INVALID_OPTION");
  clock.dispose();
  clock.dispose();
  startClock();
});

test("a clock that is disposed of leaves real time", async () => {
  startClock().dispose();
  expect((await after(5).receive()).ok).toBe(true);
});

describe("deadlines follow it", () => {
  test("dialTimeout", async () => {
    const clock = startClock();
    serve().stall();
    const dialled = settledAt(clock, connect("wss://a.test/", { dialTimeout: "30s" }));
    await clock.advance("29s");
    expect(dialled.time).toBeUndefined();
    await clock.advance("1s");
    expect(dialled.time).toBe(30_000);
  });

  test("readTimeout", async () => {
    const clock = startClock();
    const { client } = await open(serve(), { readTimeout: "1m" });
    await clock.advance("2m");
    expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  });

  test("keepAlive against a silent peer", async () => {
    const clock = startClock();
    const { client, peer } = await open(serve(), { keepAlive: { interval: "20s", timeout: "5s" } });
    await clock.advance("10m");
    expect(client.state).toBe("open");
    peer.silence();
    await clock.advance("26s");
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  });

  test("the timeouts of waits, and of a close handshake", async () => {
    const clock = startClock();
    const { client, peer } = await open(serve(), { closeTimeout: "10s" });
    const received = failureCode(client.receive({ timeout: "1h" }));
    await clock.advance("1h");
    expect(await received).toBe("RECEIVE_TIMEOUT");
    peer.silence();
    const closed = settledAt(clock, client.close());
    await clock.advance("10s");
    expect(closed.time).toBe(3_610_000);
  });
});

describe("fake timers of the test runner", () => {
  test.each([
    ["before", true],
    ["after", false],
  ])("that are installed %s it do not disturb it", async (_, isBefore) => {
    if (isBefore) vi.useFakeTimers();
    const clock = startClock();
    if (!isBefore) vi.useFakeTimers();
    const { client } = await open(serve(), { readTimeout: "1m" });
    let fired = 0;
    setTimeout(() => fired++, 60_000);
    await clock.advance("61s");
    expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
    expect(fired).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(fired).toBe(1);
  });
});

test("calls of advance() at the same time run one after the other", async () => {
  const clock = startClock();
  await Promise.all([clock.advance(10), clock.advance("5ms"), clock.next()]);
  expect(clock.now).toBe(15);
});

describe("a reconnecting client", () => {
  test("is refused, told to wait, cut and back, without waiting", async () => {
    const start = performance.now();
    const clock = startClock();
    const server = serve();
    server.refuse({ status: 503 });
    server.refuse({ status: 429, headers: { "retry-after": "120" } });
    const client = reconnecting("wss://a.test/");
    const statuses: string[] = [];
    void (async () => {
      for await (const { type } of client.status()) statuses.push(type);
    })();
    await clock.advance("10s");
    expect(client.state).toMatchObject({ type: "waiting", error: { kind: "RATE_LIMITED" } });
    await clock.advance("5m");
    const peer = await server.accept();
    peer.link = { cutAfter: 3 };
    await peer.send("abc");
    expect((await client.receive()).value).toMatchObject({ data: "abc" });
    void client.send("de").catch(() => {});
    await clock.advance("5m");
    expect(client.state.type).toBe("open");
    expect(statuses.filter((type) => type === "open")).toHaveLength(2);
    await client.close();
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test("makes 10,000 attempts", { timeout: 20_000 }, async () => {
    const clock = startClock();
    const server = serve();
    server.fail(undefined, { times: 10_000 });
    const client = reconnecting("wss://a.test/", { maxAttempts: 20_000 });
    let attempts = 0;
    void (async () => {
      for await (const { type } of client.status()) if (type === "connecting") attempts++;
    })();
    while (client.state.type !== "open") await clock.advance("10h");
    expect(attempts).toBe(10_001);
    await client.close();
  });
});

describe("the link", () => {
  const sendAndWait = async (link: LinkOptions, bytes: number): Promise<number | undefined> => {
    const clock = startClock();
    const server = serve();
    const { client, peer } = await open(server);
    server.link = link;
    const received = settledAt(clock, client.receive());
    void peer.send(new Uint8Array(bytes)).catch(() => {});
    await clock.advance("1h");
    clock.dispose();
    return received.time;
  };

  test("delays by its latency", async () => {
    expect(await sendAndWait({ latency: "150ms" }, 1)).toBe(150);
  });

  test("takes the time of its bandwidth", async () => {
    expect(await sendAndWait({ bandwidth: 1_000, latency: 50 }, 10_000)).toBe(10_050);
  });

  test("adds at most its jitter, and keeps the order", async () => {
    const clock = startClock();
    const server = serve();
    const { client, peer } = await open(server);
    peer.link = { latency: 100, jitter: 50 };
    const times: number[] = [];
    const texts: unknown[] = [];
    void (async () => {
      for await (const { data } of client) {
        texts.push(data);
        times.push(clock.now);
      }
    })();
    for (let i = 0; i < 20; i++) void peer.send(String(i));
    await clock.advance("1s");
    peer.link = {};
    await client.close();
    expect(texts).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...times)).toBeLessThanOrEqual(151);
  });

  test("has no rounding errors for many parts", async () => {
    expect(await sendAndWait({ bandwidth: 100_000 }, 1_000_000)).toBe(10_000);
  });

  test("that permits less than has passed still ends the connection", async () => {
    const { client, peer } = await open(serve());
    await peer.send("x".repeat(100));
    await client.receive();
    peer.link = { cutAfter: 10 };
    peer.terminate();
    expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
  });

  test("that permits no bytes cuts the connection when it has opened", async () => {
    const server = serve();
    server.link = { cutAfter: 0 };
    const { client } = await open(server);
    expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
  });

  test.each([
    [9, undefined],
    [10, "1234567890"],
    [11, "1234567890"],
  ])(
    "cut after %i bytes delivers a message of 10 bytes only if it fits",
    async (cutAfter, data) => {
      const server = serve();
      const { client, peer } = await open(server);
      server.link = { cutAfter };
      void peer.send("1234567890").catch(() => {});
      void peer.send("more").catch(() => {});
      expect((await client.receive()).value?.data).toBe(data);
      expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
      expect((await peer.closed).by).toBe("none");
    },
  );

  test("delays the dial", async () => {
    const clock = startClock();
    const server = serve();
    server.link = { latency: "2s" };
    const dialled = settledAt(clock, connect("wss://a.test/"));
    await clock.advance("1m");
    expect(dialled.time).toBe(4_000);
  });

  test("gives pings their round trip", async () => {
    const clock = startClock();
    const server = serve();
    const { client } = await open(server);
    server.link = { latency: 70 };
    const ping = client.ping();
    await clock.advance("1s");
    expect(await ping).toBe(140);
  });

  test.each([{ bandwidth: 0 }, { latency: -1 }, { cutAfter: -1 }, { speed: 5 }, null, 5])(
    "%j is INVALID_OPTION",
    async (link) => {
      const server = serve();
      const set = (): void => {
        server.link = link as LinkOptions;
      };
      expect(await failureCode(set)).toBe("INVALID_OPTION");
    },
  );
});
