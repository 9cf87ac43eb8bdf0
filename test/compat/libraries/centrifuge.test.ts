import { Centrifuge } from "centrifuge";
import type { Options, Subscription } from "centrifuge";
import { expect, test } from "vitest";
import { Condition } from "../../helpers/condition.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { freePort } from "../../helpers/ports.js";
import { ms } from "../../helpers/time.js";
import { WebSocket } from "../class.js";
import { startCentrifugeServer } from "../servers/centrifuge.js";

checkLeaks();

function open(
  url: string,
  options: Partial<Options> = {},
): Disposable & { readonly client: Centrifuge } {
  // #region setup
  const client = new Centrifuge(url, {
    websocket: WebSocket,
    // #endregion
    minReconnectDelay: ms(10),
    ...options,
    // #region setup
  });
  client.connect();
  // #endregion
  return { client, [Symbol.dispose]: () => client.disconnect() };
}

/** Subscribes to a channel, and collects the data that is published in it. */
async function subscribe(client: Centrifuge, channel: string) {
  const subscription: Subscription = client.newSubscription(channel);
  const published: unknown[] = [];
  const changed = new Condition();
  subscription.on("publication", ({ data }) => {
    published.push(data);
    changed.notify();
  });
  subscription.subscribe();
  await subscription.ready();
  return {
    subscription,
    published,
    received: (count: number) => changed.until(() => published.length >= count),
  };
}

test("centrifuge subscribes, publishes, and calls procedures", async () => {
  await using server = await startCentrifugeServer(ms(20));
  using one = open(server.url);
  const { subscription, published, received } = await subscribe(one.client, "news");
  server.publish("other", "not for this client");
  server.publish("news", { text: "hello" });
  await subscription.publish("second");
  await received(2);
  expect(published).toEqual([{ text: "hello" }, "second"]);
  expect(await one.client.rpc("double", 21)).toEqual({ data: 42 });
  await expect(one.client.rpc("nonsense", 1)).rejects.toMatchObject({ code: 104 });
});

test("centrifuge recovers what was published after the server had cut the connection", async () => {
  await using server = await startCentrifugeServer(ms(20));
  using one = open(server.url);
  const { published, received } = await subscribe(one.client, "news");
  server.publish("news", 1);
  await received(1);
  server.cut();
  server.publish("news", 2);
  await received(2);
  server.publish("news", 3);
  await received(3);
  expect(published).toEqual([1, 2, 3]);
  expect(server.connections).toHaveLength(2);
});

test("centrifuge answers the pings of the server", async () => {
  await using server = await startCentrifugeServer(ms(20));
  const changed = new Condition();
  server.wss.on("connection", (socket) => socket.on("message", changed.notify));
  using one = open(server.url);
  await changed.until(() => server.pongs >= 3);
  expect(one.client.state).toBe("connected");
});

test("centrifuge reads the close code, and does not come back after 3500", async () => {
  await using server = await startCentrifugeServer(ms(20));
  using one = open(server.url);
  await one.client.ready();
  const disconnected = new Promise((resolve) => one.client.on("disconnected", resolve));
  server.connections[0]?.socket.close(3500, "invalid token");
  expect(await disconnected).toEqual({ code: 3500, reason: "invalid token" });
  expect(server.connections).toHaveLength(1);
});

test("centrifuge reports failed dials, and keeps trying", async () => {
  const url = `ws://127.0.0.1:${await freePort()}`;
  using one = open(url);
  const codes: number[] = [];
  await new Promise<void>((resolve) => {
    one.client.on("error", ({ error }) => {
      codes.push(error.code);
      if (codes.length === 2) resolve();
    });
  });
  // The code 2 is `transportClosed` of centrifuge.
  expect(codes).toEqual([2, 2]);
});
