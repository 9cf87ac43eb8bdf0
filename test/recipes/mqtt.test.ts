import { expect, test } from "vitest";
import { connectMqtt, subscribe } from "../../examples/recipes/mqtt.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { startFaultProxy } from "../helpers/fault-proxy.js";
import { startMosquitto } from "../peers/mosquitto.js";

checkLeaks();

test("delivers the messages of a topic, also after the connection was cut", async () => {
  await using broker = await startMosquitto();
  await using proxy = await startFaultProxy(broker.url);
  const client = connectMqtt(proxy.url);
  const prices = await subscribe(client, "prices/gold");
  await client.publishAsync("prices/silver", "30", { qos: 1 });
  await client.publishAsync("prices/gold", "4000", { qos: 1 });
  expect((await prices.receive()).value).toBe("4000");
  const restored = new Promise((resolve) => client.once("connect", resolve));
  (await proxy.connection()).reset();
  await restored;
  await client.publishAsync("prices/gold", "4001", { qos: 1 });
  expect((await prices.receive()).value).toBe("4001");
  await client.endAsync();
  // The channel ends with the client.
  expect(await prices.receive()).toMatchObject({ ok: false });
});

test("sends headers in the handshake, and the subprotocol of MQTT", async () => {
  await using server = await startEchoServer({ echo: false });
  const client = connectMqtt(server.url, { Authorization: "Bearer t0ken" });
  const { request } = await server.connection();
  expect(request.headers).toMatchObject({
    authorization: "Bearer t0ken",
    "sec-websocket-protocol": "mqtt",
  });
  await client.endAsync(true);
});
