import { describe, expect, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { FAST_OPTIONS, until } from "./support.js";

checkLeaks();

describe("a marker", () => {
  test("is received between two connections with option marker", async () => {
    await using server = await startEchoServer({ onConnection: ({ ws }) => ws.send("hello") });
    const client = reconnecting(server.url, { ...FAST_OPTIONS, marker: true });
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    await new Promise((resolve) => setTimeout(resolve, ms(200)));
    (await server.connection()).ws.terminate();
    const { value } = await client.receive();
    expect(value).toEqual({ type: "reconnected", attempt: 2, gap: expect.any(Number) as number });
    const { gap } = value as { gap: number };
    expect(gap).toBeGreaterThan(0);
    // The gap does not include the time while the connection was open.
    expect(gap).toBeLessThan(ms(190));
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    await client.close();
  });

  test("is not received without option marker", async () => {
    await using server = await startEchoServer({ onConnection: ({ ws }) => ws.send("hello") });
    const client = reconnecting(server.url, FAST_OPTIONS);
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    (await server.connection()).ws.terminate();
    expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
    await client.close();
  });
});

describe("the channel", () => {
  test("keeps the messages of a connection that has ended before those of the next", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => {
        const n = server.connections.length;
        for (const text of ["a", "b", "c"]) ws.send(`${n}${text}`);
        if (n === 1) ws.close(1001);
      },
    });
    // The channel is full when the close frame arrives, and the close does not wait for it.
    const client = reconnecting(server.url, { ...FAST_OPTIONS, channelCapacity: 3 });
    await until(client, "open", ({ attempt }) => attempt === 2);
    const got: unknown[] = [];
    for (let i = 0; i < 6; i++) got.push((await client.receive()).value?.data);
    expect(got).toEqual(["1a", "1b", "1c", "2a", "2b", "2c"]);
    await client.close();
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
  });

  test.each([
    ["small messages", 200, 10, 1],
    ["small messages", 200, 10, 32],
    ["large messages", 20, 300_000, 32],
  ])(
    "keeps the order of %s that arrive before the connection is open: %i of %i bytes, capacity %i",
    async (_, count, size, channelCapacity) => {
      const numbers = Array.from({ length: count }, (__, n) => String(n).padEnd(size));
      await using server = await startEchoServer({
        onConnection: ({ ws }) => {
          for (const text of numbers) ws.send(text);
        },
      });
      const client = reconnecting(server.url, {
        ...FAST_OPTIONS,
        channelCapacity,
        // The connection is paused while this runs, because its own channel is full.
        onConnect: () => new Promise((resolve) => setTimeout(resolve, ms(50))),
      });
      const got: unknown[] = [];
      while (got.length < count) got.push((await client.receive()).value?.data);
      expect(got).toEqual(numbers);
      await client.close();
    },
  );

  test("pauses a connection that opens while it is full", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => server.connections.length === 1 && ws.send("1"),
    });
    const client = reconnecting(server.url, { ...FAST_OPTIONS, channelCapacity: 1 });
    // The first message fills the channel.
    await vi.waitFor(() => expect(client.channel().length).toBe(1), ms(1_000));
    (await server.connection()).ws.terminate();
    await until(client, "open", ({ attempt }) => attempt === 2);
    (await server.connection(1)).ws.send("2");
    await vi.waitFor(() => expect(client.connection?.stats.timesPaused).toBe(1), ms(1_000));
    expect(await client.receive()).toMatchObject({ value: { data: "1" } });
    expect(await client.receive()).toMatchObject({ value: { data: "2" } });
    await client.close();
  });

  test("counts unread bytes across connections: exceeding bufferLimit ends one with SLOW_CONSUMER", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => ws.send(new Uint8Array(40_000)),
    });
    const options = { ...FAST_OPTIONS, bufferLimit: 65_536, backpressure: "buffer" } as const;
    const client = reconnecting(server.url, options);
    await vi.waitFor(() => expect(client.channel().length).toBe(1), ms(1_000));
    (await server.connection()).ws.terminate();
    expect((await until(client, "waiting", ({ attempt }) => attempt > 2)).error.code).toBe(
      "SLOW_CONSUMER",
    );
    await client.close();
  });
});
