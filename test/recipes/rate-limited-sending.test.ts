import { describe, expect, test } from "vitest";
import { connect } from "wschan";
import { TestClock, TestServer } from "wschan/testing";
import { RateLimitedSender } from "../../examples/recipes/rate-limited-sending.js";
import { failureCode } from "../helpers/failure.js";
import { startTextServer } from "./text-server.js";

describe("a limit of 5 messages per second with a burst of 3", () => {
  const LIMIT = { perSecond: 5, burst: 3 };

  test("lets 3 through at once, and then one each 200 ms", async () => {
    using clock = new TestClock();
    await using server = new TestServer("wss://limit.example/");
    const client = await connect("wss://limit.example/");
    const sender = new RateLimitedSender(client, LIMIT);
    for (let i = 1; i <= 10; i++) void sender.send(String(i));
    const sent: number[] = [];
    for (const wait of [0, 199, 1, 200, 1_000]) {
      await clock.advance(wait);
      sent.push(client.stats.messagesSent);
    }
    expect(sent).toEqual([3, 3, 4, 5, 10]);
    const peer = await server.accept();
    for (let i = 1; i <= 10; i++) await peer.expect(String(i));
    await client.close();
  });

  test("saves up 3 tokens in an idle time, and no more", async () => {
    using clock = new TestClock();
    await using server = new TestServer("wss://limit.example/");
    const client = await connect("wss://limit.example/");
    const sender = new RateLimitedSender(client, LIMIT);
    await clock.advance("1m");
    const sends = Array.from({ length: 10 }, (_, i) => sender.send(String(i)));
    void Promise.allSettled(sends);
    await clock.advance(0);
    expect(client.stats.messagesSent).toBe(3);
    expect(server.connections).toHaveLength(1);
    await client.close();
  });

  test("does not send what has waited for too long", async () => {
    await using server = await startTextServer();
    await using client = await connect(server.url);
    const sender = new RateLimitedSender(client, { perSecond: 0.001, burst: 1 });
    await sender.send("a");
    expect(await failureCode(sender.send("b", { timeout: 10 }))).toBe("RECEIVE_TIMEOUT");
    await client.close();
    expect((await server.peer()).texts).toEqual(["a"]);
  });

  test("fails the sends that wait when the connection is cut", async () => {
    await using server = await startTextServer();
    const client = await connect(server.url);
    const sender = new RateLimitedSender(client, { perSecond: 0.001, burst: 1 });
    await sender.send("a");
    const waiting = failureCode(sender.send("b"));
    const peer = await server.peer();
    await peer.received(1);
    peer.ws.terminate();
    expect(await waiting).toBe("CLOSED");
  });
});
