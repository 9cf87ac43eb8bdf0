import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { servePrices } from "../../../examples/server/prices.mjs";
import { useDemoServer } from "./demo-server.js";
import type { Body } from "./demo-server.js";
import { StubSocket } from "./stub-socket.js";

const { open } = useDemoServer();

describe("/prices", () => {
  test("streams the prices of the requested symbols, numbered from 1 without a gap", async () => {
    const { send, next } = await open("/prices");
    const symbols = ["BTC-USD", "ETH-USD"];
    send({ op: "subscribe", symbols, rate: 2000 });
    expect(await next()).toEqual({ op: "subscribed", symbols, rate: 2000 });
    for (let sequence = 1; sequence <= 500; sequence++) {
      const price = await next();
      expect(price).toEqual({
        symbol: expect.toBeOneOf(symbols) as unknown,
        price: expect.any(Number) as unknown,
        time: expect.any(Number) as unknown,
        sequence,
      });
    }
  });

  test("continues the sequence when a second subscription replaces the first", async () => {
    const { send, next } = await open("/prices");
    send({ op: "subscribe", symbols: ["BTC-USD"], rate: 1000 });
    send({ op: "subscribe", symbols: ["ETH-USD"], rate: 1000 });
    expect(await next()).toMatchObject({ op: "subscribed", symbols: ["BTC-USD"] });
    expect(await next()).toMatchObject({ op: "subscribed", symbols: ["ETH-USD"] });
    expect(await next()).toMatchObject({ symbol: "ETH-USD", sequence: 1 });
    send({ op: "subscribe", symbols: ["SOL-USD"], rate: 1000 });
    let sequence = 1;
    for (let message = await next(); message.symbol !== "SOL-USD"; message = await next()) {
      if (message.op === undefined) expect(message.sequence).toBe(++sequence);
    }
    expect(await next()).toMatchObject({ symbol: "SOL-USD", sequence: sequence + 2 });
  });

  test("pads prices to the requested size and does not compress them", async () => {
    const { ws, send, next } = await open("/prices");
    send({ op: "subscribe", symbols: ["BTC-USD"], rate: 100, padding: 4096 });
    expect(await next()).toMatchObject({ op: "subscribed" });
    const raw = (await once((ws as unknown as { _socket: Socket })._socket, "data"))[0] as Buffer;
    expect(raw.length).toBeGreaterThan(4096);
    expect(await next()).toMatchObject({ sequence: 1, padding: ".".repeat(4096) });
  });

  test("offers compression", async () => {
    const { ws } = await open("/prices");
    expect(ws.extensions).toContain("permessage-deflate");
  });

  const subscribe = (fields: Body) => ({ op: "subscribe", symbols: ["BTC-USD"], ...fields });
  test.each<[string, unknown, RegExp]>([
    ["text that is not JSON", "{", /JSON/],
    ["JSON that is not an object", "[1]", /object/],
    ["null", "null", /object/],
    ["a missing op", {}, /unknown op; known: subscribe, unsubscribe/],
    ["an unknown op", { op: "buy" }, /unknown op/],
    ["an op named like an inherited property", { op: "toString" }, /unknown op/],
    ["an op that is not a string", { op: ["subscribe"] }, /unknown op/],
    ["missing symbols", { op: "subscribe" }, /^symbols/],
    ["an empty list of symbols", subscribe({ symbols: [] }), /^symbols/],
    ["21 symbols", subscribe({ symbols: Array(21).fill("A-B") }), /^symbols/],
    ["an invalid symbol", subscribe({ symbols: ["BTC/USD"] }), /^symbols/],
    ["a symbol that is not a string", subscribe({ symbols: [1] }), /^symbols/],
    ["a symbol followed by a line break", subscribe({ symbols: ["A-B\n"] }), /^symbols/],
    ["a rate of 0", subscribe({ rate: 0 }), /^rate/],
    ["a rate of 10001", subscribe({ rate: 10_001 }), /^rate/],
    ["a rate that is a string", subscribe({ rate: "50" }), /^rate/],
    ["a rate of null", subscribe({ rate: null }), /^rate/],
    ["a padding below 0", subscribe({ padding: -1 }), /^padding/],
    ["a padding of 16385", subscribe({ padding: 16_385 }), /^padding/],
    ["a padding of half a byte", subscribe({ padding: 0.5 }), /^padding/],
    ["a padding that is a string", subscribe({ padding: "4096" }), /^padding/],
  ])("answers %s with an error and keeps the connection open", async (_what, request, message) => {
    const { send, next } = await open("/prices");
    send(request);
    expect(await next()).toEqual({
      op: "error",
      message: expect.stringMatching(message) as unknown,
    });
    send({ op: "subscribe", symbols: ["BTC-USD"] });
    expect(await next()).toEqual({ op: "subscribed", symbols: ["BTC-USD"], rate: 50 });
  });

  test("answers a binary request with an error", async () => {
    const { ws, next } = await open("/prices");
    ws.send(Buffer.from('{"op":"unsubscribe"}'));
    expect(await next()).toMatchObject({ op: "error" });
  });

  describe("with a fake clock", () => {
    beforeEach(
      () => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }),
    );
    afterEach(() => void vi.useRealTimers());

    const prices = (socket: StubSocket) => socket.sent.filter(({ op }) => op === undefined);
    function subscribed(rate: number): StubSocket {
      const socket = new StubSocket();
      servePrices(socket.asWebSocket());
      socket.request({ op: "subscribe", symbols: ["BTC-USD"], rate });
      return socket;
    }

    test("counts the unsent, produced and skipped prices", () => {
      const socket = new StubSocket();
      const backlog = servePrices(socket.asWebSocket());
      expect(backlog()).toEqual({ bufferedAmount: 0, unsent: 0, produced: 0, skipped: 0 });
      socket.request({ op: "subscribe", symbols: ["BTC-USD"], rate: 1000 });
      vi.advanceTimersByTime(20);
      expect(backlog()).toEqual({ bufferedAmount: 0, unsent: 20, produced: 20, skipped: 0 });
      // The first message to be flushed is the reply to the request.
      for (let n = 0; n < 6; n++) socket.flushed();
      socket.bufferedAmount = 1024 * 1024 + 1;
      vi.advanceTimersByTime(60);
      expect(backlog()).toEqual({
        bufferedAmount: 1024 * 1024 + 1,
        unsent: 15,
        produced: 20,
        skipped: 60,
      });
    });

    test("stops in the middle of a tick when its prices fill the buffer", () => {
      const socket = subscribed(10_000);
      const send = socket.send.bind(socket);
      vi.spyOn(socket, "send").mockImplementation((data, options, flushed) => {
        socket.bufferedAmount += 512 * 1024;
        send(data, options, flushed);
      });
      vi.advanceTimersByTime(20);
      expect(prices(socket)).toHaveLength(3);
    });

    test.each([1, 50, 333, 10_000])("sends %i prices per second", (rate) => {
      const socket = subscribed(rate);
      vi.advanceTimersByTime(10_000);
      const sent = prices(socket).length;
      // A rounding error may move the last price to the next tick.
      expect(sent).toBeGreaterThanOrEqual(10 * rate - 1);
      expect(sent).toBeLessThanOrEqual(10 * rate);
    });

    test("skips prices while the client is behind, but not sequence numbers", () => {
      const socket = subscribed(1000);
      vi.advanceTimersByTime(1000);
      const before = prices(socket).length;
      socket.bufferedAmount = 1024 * 1024 + 1;
      vi.advanceTimersByTime(60_000);
      expect(prices(socket)).toHaveLength(before);
      socket.bufferedAmount = 0;
      vi.advanceTimersByTime(1000);
      expect(prices(socket).length).toBeLessThanOrEqual(before + 1000);
      expect(prices(socket).map(({ sequence }) => sequence)).toEqual(
        Array.from(prices(socket), (_, index) => index + 1),
      );
    });

    test("sends the same prices to each client", () => {
      const walks = [subscribed(100), subscribed(100)];
      vi.advanceTimersByTime(1000);
      const [first, second] = walks.map((socket) => prices(socket).map(({ price }) => price));
      expect(first).toEqual(second);
      expect(new Set(first).size).toBeGreaterThan(50);
    });

    test("stops when the client unsubscribes", () => {
      const socket = subscribed(1000);
      vi.advanceTimersByTime(100);
      socket.request({ op: "unsubscribe" });
      expect(socket.sent.at(-1)).toEqual({ op: "unsubscribed" });
      expect(vi.getTimerCount()).toBe(0);
    });

    test("stops when the connection ends", () => {
      const socket = subscribed(1000);
      socket.emit("close");
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
