import { connect as connectTo } from "node:net";
import { generate, parser } from "mqtt-packet";
import type { IPublishPacket, QoS } from "mqtt-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Channel } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { noise, timeOf } from "../transport/support.js";
import { startMosquitto } from "./mosquitto.js";
import type { Mosquitto } from "./mosquitto.js";
import { connectPacket, MqttSession } from "./mqtt.js";
import type { MqttVersion } from "./mqtt.js";
import { describeClose, describeDial, isSame, LOST } from "./support.js";

checkLeaks();

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker[Symbol.asyncDispose]());

const VERSIONS: readonly (readonly [name: string, version: MqttVersion])[] = [
  ["MQTT 3.1.1", 4],
  ["MQTT 5", 5],
];

/** Returns the payload of message number `n`. Most are small, some are large, and all differ. */
function payloadOf(n: number): Buffer {
  const sizes = [0, 1, 20, 125, 126, 127, 300, 1_000, 2_000, 4_000];
  const size = n % 400 === 399 ? 300_000 : n % 50 === 49 ? 20_000 : (sizes[n % 10] as number);
  return Buffer.from(noise(size, n + 1));
}

/**
 * Keeps the broker busy until it is disposed. Debian's Mosquitto writes messages over 4 KiB in pieces, one per
 * iteration of its event loop, and an idle loop iterates only ten times a second.
 */
async function keepBusy(): Promise<AsyncDisposable> {
  const session = await MqttSession.open(broker.url, { clientId: "busy", protocolVersion: 4 });
  let isOver = false;
  const busy = (async () => {
    while (!isOver) await session.ping();
  })();
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await busy;
      await session.disconnect();
    },
  };
}

/** Counts those of the next `count` messages that arrive in order and unchanged. */
async function countInOrder(published: Channel<IPublishPacket>, count: number): Promise<number> {
  let inOrder = 0;
  for (let n = 0; n < count; n++) {
    const { value } = await published.receive();
    if (isSame(payloadOf(n), value?.payload)) inOrder++;
  }
  return inOrder;
}

describe.each(VERSIONS)("Mosquitto with %s", (_, protocolVersion) => {
  const open = (clientId: string, url = broker.url): Promise<MqttSession> =>
    MqttSession.open(url, { clientId: `${clientId} ${protocolVersion}`, protocolVersion });

  describe("delivers 2,000 messages of 0 B to 300 kB", () => {
    let busy: AsyncDisposable;
    beforeAll(async () => {
      busy = await keepBusy();
    });
    afterAll(() => busy[Symbol.asyncDispose]());

    test.for<[qos: QoS, what: string]>([
      [0, "at most once"],
      [1, "at least once"],
      [2, "exactly once"],
    ])("with QoS %i (%s)", { timeout: ms(60_000) }, async ([qos], context) => {
      const MESSAGE_COUNT = 2_000;
      await using subscriber = await open("subscriber");
      await using publisher = await open("publisher");
      const topic = `messages/${qos}/${protocolVersion}`;
      await subscriber.subscribe(topic, qos);
      const counted = countInOrder(subscriber.published, MESSAGE_COUNT);
      // This broker allows MQTT 5 clients twenty unacknowledged messages.
      for (let n = 0; n < MESSAGE_COUNT; n += 20) {
        const batch = Array.from({ length: 20 }, (_, i) => n + i);
        await Promise.all(
          batch.map((one) => publisher.publish({ topic, qos, payload: payloadOf(one) })),
        );
      }
      const inOrder = await counted;
      // A last message shows that no further message arrived before it.
      await publisher.publish({ topic, qos, payload: "the end" });
      const { value } = await subscriber.published.receive();
      conclude(context, {
        cases: MESSAGE_COUNT,
        expected: `${MESSAGE_COUNT} messages in order, then "the end"; subprotocol mqtt`,
        happened: `${inOrder} messages in order, then "${String(value?.payload)}"; subprotocol ${subscriber.client.protocol}`,
        lost: MESSAGE_COUNT - inOrder,
      });
    });
  });

  test("accepts MQTT packets that are split over messages, and several in one message", async (context) => {
    const MESSAGE_COUNT = 50;
    const options = { protocolVersion };
    const topic = `cut/${protocolVersion}`;
    const payload = (n: number): Buffer => Buffer.from(noise(n * 7, n + 1));
    const seen: string[] = [];
    for (const size of [1, 7, 1_000]) {
      const bytes = Buffer.concat([
        generate(connectPacket({ clientId: `cut ${size}`, ...options }), options),
        generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] }, options),
        ...Array.from({ length: MESSAGE_COUNT }, (_, n) =>
          generate(
            { cmd: "publish", topic, qos: 0, dup: false, retain: false, payload: payload(n) },
            options,
          ),
        ),
      ]);
      const client = await connect(broker.url, { protocols: "mqtt" });
      for (let at = 0; at < bytes.length; at += size) {
        await client.send(bytes.subarray(at, at + size));
      }
      const published: IPublishPacket[] = [];
      const packets = parser(options);
      packets.on("packet", (packet) => {
        if (packet.cmd === "publish") published.push(packet);
      });
      while (published.length < MESSAGE_COUNT) {
        const { value } = await client.receive();
        packets.parse(Buffer.from(value?.data as Uint8Array));
      }
      client.terminate();
      seen.push(
        `${published.filter((one, n) => isSame(payload(n), one.payload)).length} packets in messages of ${size} B`,
      );
    }
    conclude(context, {
      cases: 3 * MESSAGE_COUNT,
      expected: [1, 7, 1_000]
        .map((size) => `${MESSAGE_COUNT} packets in messages of ${size} B`)
        .join(", "),
      happened: seen.join(", "),
    });
  });

  test("delivers messages through a relay that splits and joins packets", async (context) => {
    const MESSAGE_COUNT = 2_000;
    // Like websockify, the relay sends the bytes of each socket read as one message.
    await using relay = await startEchoServer({
      echo: false,
      onConnection: ({ ws }) => {
        const socket = connectTo(broker.socket);
        socket.on("data", (bytes) => ws.send(bytes));
        socket.on("error", () => {});
        ws.on("message", (bytes) => socket.write(bytes as Buffer));
        ws.on("close", () => socket.destroy());
      },
    });
    await using subscriber = await open("relayed", relay.url);
    await using publisher = await open("relaying", relay.url);
    const topic = `relayed/${protocolVersion}`;
    await subscriber.subscribe(topic, 0);
    const counted = countInOrder(subscriber.published, MESSAGE_COUNT);
    for (let n = 0; n < MESSAGE_COUNT; n++) {
      await publisher.publish({ topic, qos: 0, payload: payloadOf(n) });
    }
    const inOrder = await counted;
    const { messages, packets } = subscriber.counts;
    // If messages and packets were one to one, the test would not cover reassembly.
    expect(messages).not.toBe(packets);
    conclude(context, {
      cases: MESSAGE_COUNT,
      expected: `${MESSAGE_COUNT} messages in order`,
      happened: `${inOrder} messages in order`,
      lost: MESSAGE_COUNT - inOrder,
    });
  });

  test("delivers a retained message to a later subscriber", async (context) => {
    const topic = `retained/${protocolVersion}`;
    await using publisher = await open("retaining");
    await publisher.publish({ topic, qos: 1, retain: true, payload: "the latest" });
    await using subscriber = await open("late");
    await subscriber.subscribe(topic, 1);
    const { value } = await subscriber.published.receive();
    conclude(context, {
      expected: '"the latest", retained',
      happened: `"${String(value?.payload)}", ${value?.retain ? "retained" : "not retained"}`,
    });
  });

  test("publishes the will of a client that terminates, and not of one that disconnects", async (context) => {
    const topic = `wills/${protocolVersion}`;
    await using subscriber = await open("will subscriber");
    await subscriber.subscribe(topic, 1);
    const openWithWill = (clientId: string): Promise<MqttSession> =>
      MqttSession.open(broker.url, {
        clientId: `${clientId} ${protocolVersion}`,
        protocolVersion,
        will: { topic, payload: `will of ${clientId}`, qos: 1 },
      });
    const disconnecting = await openWithWill("disconnecting client");
    await disconnecting.disconnect();
    const terminating = await openWithWill("terminating client");
    terminating.client.terminate();
    const { value } = await subscriber.published.receive();
    const closes = [await disconnecting.client.closed, await terminating.client.closed].map(
      describeClose,
    );
    conclude(context, {
      cases: 2,
      expected: `will of terminating client; disconnecting: ${LOST}; terminating: closed by the client with 1006 (not clean), no error`,
      happened: `${String(value?.payload)}; disconnecting: ${closes.join("; terminating: ")}`,
    });
  });
});

test("Mosquitto keeps connections that send PINGREQ in time, and ends those that do not", async (context) => {
  const open = (what: string, version: MqttVersion, pingInterval?: number): Promise<MqttSession> =>
    MqttSession.open(broker.url, {
      clientId: `${what} ${version}`,
      protocolVersion: version,
      // The broker waits one and a half times as long as the keepalive.
      keepalive: 2,
      ...(pingInterval !== undefined && { pingInterval }),
    });
  const [lively4, lively5, silent4, silent5] = await Promise.all([
    open("lively", 4, ms(300)),
    open("lively", 5, ms(300)),
    open("silent", 4),
    open("silent", 5),
  ]);
  const lively = [lively4, lively5];
  const silent = [silent4, silent5];
  const time = await timeOf(Promise.all(silent.map(({ client }) => client.closed)));
  const states = lively.map(
    ({ client, counts }) => `${client.state}${counts.pongs > 3 ? ", with PINGRESP" : ""}`,
  );
  await Promise.all(lively.map((session) => session.disconnect()));
  const ends = await Promise.all(
    silent.map(async ({ client }) => describeClose(await client.closed)),
  );
  conclude(context, {
    cases: 4,
    expected: `with PINGREQ: open, with PINGRESP; open, with PINGRESP; without: ${LOST}; ${LOST}`,
    happened: `with PINGREQ: ${states.join("; ")}; without: ${ends.join("; ")}`,
    time: { value: time, bound: ms(15_000) },
  });
});

test("Mosquitto delivers the properties of an MQTT 5 message", async (context) => {
  await using session = await MqttSession.open(broker.url, { clientId: "own", protocolVersion: 5 });
  await session.subscribe("properties", 1);
  await session.publish({
    topic: "properties",
    qos: 1,
    payload: "21",
    properties: {
      contentType: "text/plain",
      correlationData: Buffer.from([0, 1, 255]),
      responseTopic: "answers",
      userProperties: { unit: "°C" },
    },
  });
  const { value } = await session.published.receive();
  const { contentType, correlationData, responseTopic, userProperties } = value?.properties ?? {};
  conclude(context, {
    expected: "21: text/plain, 0001ff, answers, °C",
    happened: `${String(value?.payload)}: ${contentType}, ${correlationData?.toString("hex")}, ${responseTopic}, ${String(userProperties?.unit)}`,
  });
});

test("Mosquitto answers WebSocket pings and does not compress", async (context) => {
  const client = await connect(broker.url, { protocols: "mqtt", compression: 1 });
  const roundTrip = await client.ping();
  const info = await client.close();
  conclude(context, {
    cases: 2,
    expected:
      'a pong, compression 0, extensions "", closed by the client with 1000 (clean), no error',
    happened: `${roundTrip >= 0 ? "a" : "no"} pong, compression ${client.compression}, extensions "${client.extensions}", ${describeClose(info)}`,
  });
});

describe("Mosquitto", () => {
  test("serves the next session after a restart on the same port", async (context) => {
    const seen: string[] = [];
    let port: number;
    {
      await using first = await startMosquitto();
      ({ port } = first);
      const session = await MqttSession.open(first.url, { clientId: "one", protocolVersion: 5 });
      await first.process.stop();
      seen.push(describeClose(await session.client.closed));
      seen.push(`next dial: ${await describeDial(connect(first.url, { protocols: "mqtt" }))}`);
    }
    await using second = await startMosquitto(port);
    await using session = await MqttSession.open(second.url, {
      clientId: "one",
      protocolVersion: 5,
    });
    await session.ping();
    seen.push(`after the restart: ${session.counts.pongs} PINGRESP`);
    conclude(context, {
      cases: 3,
      expected: `${LOST}; next dial: DIAL_FAILED (INTERNAL, retryable); after the restart: 1 PINGRESP`,
      happened: seen.join("; "),
    });
  });

  test("ends a connection that sends other data than MQTT", async (context) => {
    const client = await connect(broker.url, { protocols: "mqtt" });
    await client.send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    conclude(context, { expected: LOST, happened: describeClose(await client.closed) });
  });
});
