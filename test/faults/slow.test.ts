import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoConnection } from "../helpers/echo-server.js";
import type { Link } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { noise } from "../transport/support.js";
import {
  byName,
  connectThrough,
  optionsFor,
  readAll,
  serverFor,
  standstill,
  describeEnd,
  textOf,
  WAYS,
} from "./support.js";
import type { Linked, Way } from "./support.js";

checkLeaks();

const END_BOUND_MS = ms(5_000);
const PERIOD_MS = ms(300);
const LONG_DEADLINE_MS = ms(10_000);

/** Runs a case on a connection to a server that echoes nothing. */
async function open(
  way: Way,
  options: ConnectOptions,
  run: (linked: Linked, peer: EchoConnection) => Promise<void>,
  link?: Link,
): Promise<void> {
  await using server = await startEchoServer({ ...serverFor(way), echo: false });
  await using linked = await connectThrough(
    server.url,
    { ...optionsFor(way), closeTimeout: PERIOD_MS, ...options },
    link,
  );
  await run(linked, await server.connection());
}

describe.each(byName(WAYS))("while a slow consumer pauses it, by %s", (_, way) => {
  const count = 3_000;
  /** They hardly compress, so that they have about the same size on every kind of connection. */
  const messages = Array.from({ length: count }, (_, i) =>
    Buffer.from(noise(100, i + 1)).toString("base64"),
  );

  /** Sends all messages, and waits until the client has paused and no more bytes pass the proxy. */
  async function pauseWithAllSent(
    { client, connection }: Linked,
    { ws }: EchoConnection,
  ): Promise<void> {
    for (const message of messages) ws.send(message);
    await expect.poll(() => client.stats.timesPaused, { timeout: ms(10_000) }).toBeGreaterThan(0);
    await expect.poll(() => ws.bufferedAmount, { timeout: ms(10_000) }).toBe(0);
    await standstill(() => connection.toClient.bytes);
  }

  /** Describes whether `wanted` messages have arrived, and whether they are the first ones in order. */
  const describeMessages = (received: readonly string[], wanted: number): string => {
    const isPrefix = received.every((message, i) => message === messages[i]);
    return `${received.length >= wanted ? "all" : "not all"} ${isPrefix ? "in order" : "in disorder"}`;
  };

  test.for<["fin" | "half", (linked: Linked) => void]>([
    ["fin", ({ connection }) => connection.fin()],
    ["half", ({ connection }) => connection.toClient.endAfter(0, "half")],
  ])("an end behind the messages: %s", ([, cut], context) =>
    open(way, { channelCapacity: 4 }, async (linked, peer) => {
      await pauseWithAllSent(linked, peer);
      cut(linked);
      const received = await readAll(linked.client);
      conclude(context, {
        expected: "all in order; 1006 not clean, by none, CONNECTION_LOST",
        happened: `${describeMessages(received, count)}; ${describeEnd(await linked.client.closed)}`,
        lost: count - received.length,
      });
    }),
  );

  test("a reset, which takes what waits in the network and nothing that had arrived", (context) =>
    open(way, { channelCapacity: 4 }, async (linked, peer) => {
      const { client } = linked;
      await pauseWithAllSent(linked, peer);
      const arrived = client.stats.messagesReceived;
      linked.connection.reset();
      const received = await readAll(client);
      conclude(context, {
        expected: "all in order; 1006 not clean, by none, CONNECTION_LOST",
        happened: `${describeMessages(received, arrived)}; ${describeEnd(await client.closed)}`,
        lost: Math.max(0, arrived - received.length),
      });
    }));

  test("silence is not blamed on the peer, whatever readTimeout", (context) =>
    open(way, { channelCapacity: 4, readTimeout: PERIOD_MS }, async (linked, peer) => {
      const { client, connection } = linked;
      await pauseWithAllSent(linked, peer);
      connection.silence();
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS * 4));
      const { state } = client;
      connection.resume();
      const received: string[] = [];
      while (received.length < count) received.push(textOf(await client.receive()));
      peer.ws.close(1000);
      conclude(context, {
        expected: "open after 4 periods; all in order; 1000 clean, by peer",
        happened: `${state} after 4 periods; ${describeMessages(received, count)}; ${describeEnd(await client.closed)}`,
        lost: count - received.length,
      });
    }));
});

describe.each(byName(WAYS))("while a send waits at the high-water mark, by %s", (_, way) => {
  /** More bytes than the kernel buffers and the proxy hold. */
  const size = 16 * 2 ** 20;
  const bytes = noise(size);

  interface Row {
    readonly name: string;
    readonly options?: ConnectOptions;
    readonly fault: (linked: Linked, peer: EchoConnection) => void;
    readonly expected: string;
  }

  const rows: readonly Row[] = [
    {
      name: "a cut by RST",
      fault: ({ connection }) => connection.reset(),
      expected: "the send: CLOSED; 1006 not clean, by none, CONNECTION_LOST",
    },
    {
      name: "an end of the other direction",
      fault: ({ connection }) => connection.toClient.endAfter(0, "half"),
      expected: "the send: CLOSED; 1006 not clean, by none, CONNECTION_LOST",
    },
    {
      name: "silence, with writeTimeout",
      options: { writeTimeout: PERIOD_MS },
      fault: ({ connection }) => connection.silence(),
      expected: "the send: CLOSED; 1006 not clean, by local, WRITE_TIMEOUT",
    },
    {
      name: "silence, and a close",
      fault({ connection, client }) {
        connection.silence();
        void client.close(3001);
      },
      expected: "the send: CLOSED; 3001 not clean, by local, WRITE_TIMEOUT",
    },
    {
      name: "silence, and a terminate",
      fault({ connection, client }) {
        connection.silence();
        client.terminate();
      },
      expected: "the send: CLOSED; 1006 not clean, by local",
    },
    {
      name: "the peer's close, and then silence from here",
      fault: (_, peer) => peer.ws.close(3001),
      expected: "the send: CLOSED; 3001 not clean, by peer, CLOSED_BY_PEER",
    },
  ];

  test("a stall that goes on loses nothing", (context) =>
    open(way, { closeTimeout: LONG_DEADLINE_MS }, async ({ client, connection }, peer) => {
      const received: Buffer[] = [];
      peer.ws.on("message", (data: Buffer) => received.push(data));
      connection.toServer.stall();
      const sent = client.send(bytes);
      await expect.poll(() => connection.toServer.held, { timeout: ms(15_000) }).toBeGreaterThan(0);
      await standstill(() => client.bufferedAmount);
      connection.toServer.resume();
      await sent;
      const end = describeEnd(await client.close());
      conclude(context, {
        expected: "1 message, the same; 1000 clean, by local, sent 1000",
        happened: `${received.length} message, ${received[0]?.equals(bytes) ? "the same" : "another"}; ${end}`,
      });
    }));

  test.for(byName(rows))("%s", ([, { options, fault, expected }], context) =>
    open(way, { ...options }, async (linked, peer) => {
      const { client, connection } = linked;
      connection.toServer.stall();
      const sent = client.send(bytes).then(
        () => "settled",
        (error: unknown) => (error as { code: string }).code,
      );
      // Wait until the message is compressed and the kernel buffers are full. On a busy machine writeTimeout, which
      // does not wait for that, may be earlier.
      await expect.poll(() => connection.toServer.held, { timeout: ms(15_000) }).toBeGreaterThan(0);
      await standstill(() => (client.state === "closed" ? 1 : client.bufferedAmount));
      const start = performance.now();
      fault(linked, peer);
      const end = describeEnd(await client.closed);
      conclude(context, {
        expected,
        happened: `the send: ${await sent}; ${end}`,
        time: { value: performance.now() - start, bound: PERIOD_MS + END_BOUND_MS },
      });
    }),
  );
});

describe.each(byName(WAYS))("slow but alive, by %s", (_, way) => {
  test("a message that takes longer than readTimeout", (context) =>
    open(way, { readTimeout: PERIOD_MS }, async ({ client, connection }, { ws }) => {
      // The bytes do not compress, and take four periods at this rate.
      const bytes = noise(4_000);
      connection.toClient.set({ rate: (bytes.length / PERIOD_MS / 4) * 1_000 });
      const start = performance.now();
      ws.send(bytes);
      const { value } = await client.receive();
      const periods = (performance.now() - start) / PERIOD_MS;
      const same = value?.type === "binary" && Buffer.from(value.data).equals(bytes);
      conclude(context, {
        expected: "the same, after 3 periods, open",
        happened: `${same ? "the same" : "another"}, ${periods > 3 ? "after" : "before"} 3 periods, ${client.state}`,
      });
    }));

  // Compressing takes time in which no bytes move; test/transport/liveness.test.ts covers that.
  if (way.compression) return;

  const rate = 14_000_000;
  const period = 1_000;
  test.for<[string, ConnectOptions]>([
    // These deadlines are suspended during the close, which has its own deadline.
    ["readTimeout and writeTimeout", { readTimeout: ms(period), writeTimeout: ms(period) }],
    // closeTimeout starts when the kernel has accepted all bytes, which then take another half second.
    ["closeTimeout", { closeTimeout: ms(period) }],
  ])("a message sent that takes longer than %s", ([, options], context) =>
    open(
      way,
      { closeTimeout: LONG_DEADLINE_MS, ...options },
      async ({ client, connection }, peer) => {
        const size = rate * 2.5;
        const sizes: number[] = [];
        peer.ws.on("message", (data: Buffer) => sizes.push(data.length));
        connection.toServer.set({ rate: rate / ms(1) });
        const start = performance.now();
        void client.send(new Uint8Array(size));
        if (options.closeTimeout === undefined) await client.flush();
        const end = describeEnd(await client.close());
        const periods = (performance.now() - start) / ms(period);
        conclude(context, {
          expected: `${size} bytes, after 2 periods; 1000 clean, by local, sent 1000`,
          happened: `${sizes.join()} bytes, ${periods > 2 ? "after" : "before"} 2 periods; ${end}`,
        });
      },
    ),
  );
});
