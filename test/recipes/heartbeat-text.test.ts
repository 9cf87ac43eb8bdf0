import { expect, test } from "vitest";
import { TestClock, TestServer } from "wschan/testing";
import { openWithHeartbeat, withoutHeartbeats } from "../../examples/recipes/heartbeat-text.js";
import { ms } from "../helpers/time.js";
import { startTextServer } from "./text-server.js";

test("sends the text ping, and hides the pongs from the loop", async () => {
  await using server = await startTextServer((text, ws) =>
    ws.send(text === "ping" ? "pong" : text),
  );
  const client = await openWithHeartbeat(server.url, `${ms(10)}ms`);
  const messages = withoutHeartbeats(client);
  const next = messages.next();
  const peer = await server.peer();
  await peer.received(3);
  peer.ws.send("price");
  expect((await next).value).toEqual({ type: "text", data: "price" });
  expect(new Set(peer.texts)).toEqual(new Set(["ping"]));
  expect(client.stats.roundTrip).toBeGreaterThan(0);
  await client.close();
  expect(await messages.next()).toEqual({ done: true, value: undefined });
});

test("answers the ping of the server", async () => {
  await using server = await startTextServer();
  const client = await openWithHeartbeat(server.url, "1h");
  const end = withoutHeartbeats(client).next();
  const peer = await server.peer();
  peer.ws.send("ping");
  expect(await peer.received(1)).toEqual(["pong"]);
  peer.ws.close(1000);
  expect(await end).toEqual({ done: true, value: undefined });
});

test.each(["node", "browser"] as const)(
  "ends a connection whose server is silent, with the options of %s",
  async (platform) => {
    using clock = new TestClock();
    await using server = new TestServer("wss://heartbeat.example/", { platform });
    const client = await openWithHeartbeat("wss://heartbeat.example/");
    const peer = await server.accept();
    await clock.advance("20s");
    await peer.expect("ping");
    expect(client.state).toBe("open");
    await clock.advance("10s");
    expect((await client.closed).error?.code).toBe("KEEPALIVE_TIMEOUT");
  },
);
