import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoConnection } from "../helpers/echo-server.js";
import type { Link } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { noise } from "../transport/support.js";
import {
  connectThrough,
  optionsFor,
  readAll,
  serverFor,
  standstill,
  describeEnd,
  ENDING_TEXTS,
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

describe.each(byName(WAYS))("a connection over %s that a slow consumer pauses", (_, way) => {
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
    return `${received.length >= wanted ? "all" : "not all"} messages, ${isPrefix ? "in order" : "not in order"}`;
  };

  test.for<[string, (linked: Linked) => void]>([
    [ENDING_TEXTS.fin, ({ connection }) => connection.fin()],
    [ENDING_TEXTS.half, ({ connection }) => connection.toClient.endAfter(0, "half")],
  ])("delivers all messages if %s after the last one", ([, cut], context) =>
    open(way, { channelCapacity: 4 }, async (linked, peer) => {
      await pauseWithAllSent(linked, peer);
      cut(linked);
      const received = await readAll(linked.client);
      conclude(context, {
        expected: "all messages, in order; lost with 1006 (not clean), CONNECTION_LOST",
        happened: `${describeMessages(received, count)}; ${describeEnd(await linked.client.closed)}`,
        lost: count - received.length,
      });
    }),
  );

  test("delivers all messages that have arrived if the connection is reset (RST)", (context) =>
    open(way, { channelCapacity: 4 }, async (linked, peer) => {
      const { client } = linked;
      await pauseWithAllSent(linked, peer);
      const arrived = client.stats.messagesReceived;
      linked.connection.reset();
      const received = await readAll(client);
      conclude(context, {
        expected: "all messages, in order; lost with 1006 (not clean), CONNECTION_LOST",
        happened: `${describeMessages(received, arrived)}; ${describeEnd(await client.closed)}`,
        lost: Math.max(0, arrived - received.length),
      });
    }));

  test("is not ended by readTimeout while no bytes arrive", (context) =>
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
        expected:
          "open after 4 times readTimeout; all messages, in order; closed by the peer with 1000 (clean)",
        happened: `${state} after 4 times readTimeout; ${describeMessages(received, count)}; ${describeEnd(await client.closed)}`,
        lost: count - received.length,
      });
    }));
});

describe.each(byName(WAYS))("a send over %s that waits at the high-water mark", (_, way) => {
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
      name: "rejects if the connection is reset (RST)",
      fault: ({ connection }) => connection.reset(),
      expected: "send rejects with CLOSED; lost with 1006 (not clean), CONNECTION_LOST",
    },
    {
      name: "rejects if the peer ends its direction (FIN)",
      fault: ({ connection }) => connection.toClient.endAfter(0, "half"),
      expected: "send rejects with CLOSED; lost with 1006 (not clean), CONNECTION_LOST",
    },
    {
      name: "rejects at writeTimeout if the peer accepts no bytes",
      options: { writeTimeout: PERIOD_MS },
      fault: ({ connection }) => connection.silence(),
      expected:
        "send rejects with CLOSED; closed by the client with 1006 (not clean), WRITE_TIMEOUT",
    },
    {
      name: "rejects if the client closes and the peer accepts no bytes",
      fault({ connection, client }) {
        connection.silence();
        void client.close(3001);
      },
      expected:
        "send rejects with CLOSED; closed by the client with 3001 (not clean), WRITE_TIMEOUT",
    },
    {
      name: "rejects if the client terminates and the peer accepts no bytes",
      fault({ connection, client }) {
        connection.silence();
        client.terminate();
      },
      expected: "send rejects with CLOSED; closed by the client with 1006 (not clean)",
    },
    {
      name: "rejects if the peer closes and accepts no bytes",
      fault: (_, peer) => peer.ws.close(3001),
      expected:
        "send rejects with CLOSED; closed by the peer with 3001 (not clean), CLOSED_BY_PEER",
    },
  ];

  test("delivers its message if the connection stalls and then resumes", (context) =>
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
        expected: "1 message, unchanged; closed by the client with 1000 (clean), sentCode 1000",
        happened: `${received.length} message, ${received[0]?.equals(bytes) ? "unchanged" : "changed"}; ${end}`,
      });
    }));

  test.for(byName(rows))("%s", ([, { options, fault, expected }], context) =>
    open(way, { ...options }, async (linked, peer) => {
      const { client, connection } = linked;
      connection.toServer.stall();
      const sent = client.send(bytes).then(
        () => "resolves",
        (error: unknown) => `rejects with ${(error as { code: string }).code}`,
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
        happened: `send ${await sent}; ${end}`,
        time: { value: performance.now() - start, bound: PERIOD_MS + END_BOUND_MS },
      });
    }),
  );
});

describe.each(byName(WAYS))("a slow but live connection over %s", (_, way) => {
  test("is not ended by readTimeout while one message takes longer to arrive", (context) =>
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
        expected: "message unchanged, after more than 3 times readTimeout, open",
        happened: `message ${same ? "unchanged" : "changed"}, after ${periods > 3 ? "more" : "less"} than 3 times readTimeout, ${client.state}`,
      });
    }));

  // Compressing takes time in which no bytes move; test/transport/write-timeout.test.ts covers that.
  if (way.compression) return;

  const rate = 14_000_000;
  const period = 1_000;
  // These tests run concurrently, because they mostly wait.
  test.concurrent.for<[string, ConnectOptions]>([
    // These deadlines are suspended during the close, which has its own deadline.
    ["readTimeout and writeTimeout", { readTimeout: ms(period), writeTimeout: ms(period) }],
    // closeTimeout starts when the kernel has accepted all bytes, which then take another half second.
    ["closeTimeout", { closeTimeout: ms(period) }],
  ])("is not ended by %s while one message takes longer to send", ([, options], context) =>
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
          expected: `${size} bytes received, after more than 2 timeouts; closed by the client with 1000 (clean), sentCode 1000`,
          happened: `${sizes.join()} bytes received, after ${periods > 2 ? "more" : "less"} than 2 timeouts; ${end}`,
        });
      },
    ),
  );
});
