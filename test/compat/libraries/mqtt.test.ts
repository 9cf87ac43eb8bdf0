import mqtt from "mqtt";
import type { IClientOptions, MqttClient, MqttClientEventCallbacks } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noise } from "../../transport/support.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { startMosquitto } from "../../peers/mosquitto.js";
import type { Mosquitto } from "../../peers/mosquitto.js";
import { WebSocket } from "../class.js";

checkLeaks();

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker[Symbol.asyncDispose]());

function open(
  url: string,
  options: Pick<IClientOptions, "keepalive"> = {},
): MqttClient & AsyncDisposable {
  const reconnectPeriod = ms(20);
  // #region setup
  const client = mqtt.connect(url, {
    createWebsocket: (url, protocols) => new WebSocket(url, protocols),
    // For Node, where mqtt.js would call methods that only the package `ws` has.
    forceNativeWebSocket: true,
    // #endregion
    reconnectPeriod,
    ...options,
    // #region setup
  });
  // #endregion
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync() });
}

/** Settles with the arguments of the client's next event. */
function next<Name extends keyof MqttClientEventCallbacks>(
  client: MqttClient,
  event: Name,
): Promise<Parameters<MqttClientEventCallbacks[Name]>> {
  return new Promise((resolve) => {
    client.once(event, ((...values: Parameters<MqttClientEventCallbacks[Name]>) => {
      resolve(values);
    }) as MqttClientEventCallbacks[Name]);
  });
}

test.each([0, 1, 2] as const)("mqtt.js delivers messages in order with QoS %i", async (qos) => {
  await using client = open(broker.url);
  const topic = `order/${qos}`;
  await client.subscribeAsync(topic, { qos });
  const payloads = [0, 1, 125, 126, 4_000, 10_000, 3].map((size) => noise(size, size + 1));
  const received: Buffer[] = [];
  const all = new Promise<void>((resolve) => {
    client.on("message", (_, payload) => {
      received.push(payload);
      if (received.length === payloads.length) resolve();
    });
  });
  await Promise.all(payloads.map((one) => client.publishAsync(topic, Buffer.from(one), { qos })));
  await all;
  expect(received.map((one, n) => one.equals(payloads[n] as Uint8Array))).not.toContain(false);
});

test("mqtt.js publishes more than it lets the socket buffer", async () => {
  await using client = open(broker.url);
  const payload = Buffer.from(noise(300_000));
  // While more than 512 KiB are buffered, mqtt.js waits. Nobody subscribes, because this broker sends large messages slowly.
  const published = Array.from({ length: 4 }, () =>
    client.publishAsync("bulk", payload, { qos: 1 }),
  );
  await Promise.all(published);
});

test("mqtt.js subscribes again after the broker was restarted", async () => {
  const first = await startMosquitto();
  const { port, url } = first;
  await using client = open(url);
  try {
    await client.subscribeAsync("news", { qos: 1 });
  } finally {
    await first[Symbol.asyncDispose]();
  }
  // The second attempt begins after the first one has failed, because nothing listens.
  await next(client, "reconnect");
  await next(client, "reconnect");
  await using second = await startMosquitto(port);
  await next(client, "connect");
  expect(second.url).toBe(url);
  const received = next(client, "message");
  await client.publishAsync("news", "again", { qos: 1 });
  const [topic, payload] = await received;
  expect([topic, payload.toString()]).toEqual(["news", "again"]);
});

test("mqtt.js publishes what it was given before the connection was open", async () => {
  await using listener = open(broker.url);
  await listener.subscribeAsync("early", { qos: 1 });
  const received = next(listener, "message");
  await using client = open(broker.url);
  expect(client.connected).toBe(false);
  await client.publishAsync("early", "bird", { qos: 1 });
  const [, payload] = await received;
  expect(payload.toString()).toBe("bird");
});

test("the keep-alive of mqtt.js gets answers", async () => {
  // The broker ends a connection on which it receives nothing for one and a half seconds.
  await using client = open(broker.url, { keepalive: 1 });
  let answers = 0;
  await new Promise<void>((resolve) => {
    client.on("packetreceive", ({ cmd }) => {
      if (cmd === "pingresp" && ++answers === 2) resolve();
    });
  });
  expect(client.connected).toBe(true);
});
