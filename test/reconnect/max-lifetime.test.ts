import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { after } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectingClient, ReconnectOptions } from "../../src/reconnect/node.js";
import { TestClock, TestServer } from "../../src/testing/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { until } from "./support.js";

checkLeaks();
afterEach(() => vi.restoreAllMocks());

const URL = "wss://api.example.com/feed";

async function open(
  options: ReconnectOptions & { marker?: false },
): Promise<{ server: TestServer; clock: TestClock; client: ReconnectingClient }> {
  const clock = new TestClock();
  const server = new TestServer("*");
  const client = reconnecting(URL, options);
  onTestFinished(async () => {
    client.terminate();
    await server.close();
    clock[Symbol.dispose]();
  });
  await until(client, "open");
  return { server, clock, client };
}

describe("maxLifetime", () => {
  test.each([
    ["the earliest", 0, 54_000],
    ["the latest", 1, 58_800],
  ])("replaces the connection at %s moment", async (_, random, expectedMs) => {
    vi.spyOn(Math, "random").mockReturnValue(random);
    const { server, clock, client } = await open({ maxLifetime: "1m" });
    const first = await server.accept();
    await clock.advance(expectedMs - 1);
    expect(server.connections).toEqual([first]);
    await clock.advance(1);
    expect(await first.closed).toMatchObject({ code: 1000, by: "peer" });
    expect(server.connections.length).toBe(1);
    expect(client.state).toMatchObject({ type: "open", attempt: 1 });
  });

  test("replaces every connection, and each gets the whole time", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { server, clock, client } = await open({ maxLifetime: "1m", keepAlive: false });
    const statuses: string[] = [];
    client.onStatus(({ type }) => statuses.push(type));
    let accepted = 0;
    server.on(() => accepted++);
    await clock.advance(54_000 * 10 + 500);
    expect(accepted).toBe(10);
    expect(statuses).toEqual([]);
  });

  test("counts from the opening handshake, however long onConnect and the hand-over take", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { server, clock } = await open({
      maxLifetime: "1m",
      keepAlive: false,
      onConnect: async (_connection, { resumed }) => {
        if (resumed) await after("10s").receive();
      },
    });
    const accepted: number[] = [];
    server.on(() => accepted.push(clock.now));
    await clock.advance("3m");
    expect(accepted).toEqual([54_000, 108_000, 162_000]);
  });

  test("tries again by backoff while the server refuses, and keeps the connection", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const { server, clock, client } = await open({
      maxLifetime: "1m",
      keepAlive: false,
      backoff: { min: "1s", max: "1s" },
    });
    const first = await server.accept();
    server.refuse({ status: 503, times: 3 });
    await clock.advance("1m");
    expect(await first.closed).toMatchObject({ code: 1000 });
    expect(client.state).toMatchObject({ type: "open", attempt: 4 });
  });

  test("goes on after the connection was lost and opened again", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { server, clock, client } = await open({ maxLifetime: "1m", keepAlive: false });
    const first = await server.accept();
    await clock.advance("30s");
    first.terminate();
    await clock.advance(0);
    await until(client, "open");
    const second = await server.accept();
    await clock.advance(53_999);
    expect(server.connections).toEqual([second]);
    await clock.advance(1);
    expect(await second.closed).toMatchObject({ code: 1000 });
  });

  test("bounds a dial that stalls, and keeps the connection", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { server, clock, client } = await open({
      maxLifetime: "1m",
      keepAlive: false,
      dialTimeout: "5s",
    });
    const first = await server.accept();
    server.stall({ times: 1 });
    await clock.advance(54_000 + 4_999);
    await client.send("still on the first");
    expect((await first.receive()).value?.data).toBe("still on the first");
    await clock.advance(1);
    expect(await first.closed).toMatchObject({ code: 1000 });
  });

  test.each([999, "999ms", -1, 2_147_483_648, "x", null])("rejects %o", (maxLifetime) => {
    const make = (): unknown => reconnecting(URL, { maxLifetime: maxLifetime as never });
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  test.each([0, 1_000, 1_001, "1s", 2_147_483_647, undefined])(
    "accepts %o",
    async (maxLifetime) => {
      const client = reconnecting(URL, { maxLifetime, autoStart: false });
      expect(client.state.type).toBe("suspended");
      await client.close();
    },
  );

  test("works on a platform without pings", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const clock = new TestClock();
    const server = new TestServer("*", { platform: "browser" });
    const client = reconnecting(URL, { maxLifetime: "1m" });
    onTestFinished(async () => {
      client.terminate();
      await server.close();
      clock[Symbol.dispose]();
    });
    await until(client, "open");
    const first = await server.accept();
    await clock.advance("54s");
    const second = await server.accept();
    // Still on its way when the new connection opens.
    await first.send("1");
    await second.send("2");
    await clock.advance("1s");
    expect(await first.closed).toMatchObject({ code: 1000, by: "peer" });
    expect((await client.receive()).value?.data).toBe("1");
    expect((await client.receive()).value?.data).toBe("2");
  });
});
