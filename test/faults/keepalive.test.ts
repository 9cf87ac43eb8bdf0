import { describe, test } from "vitest";
import type { ConnectOptions } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoConnection } from "../helpers/echo-server.js";
import { both } from "../helpers/fault-proxy.js";
import type { Link } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { noise } from "../transport/support.js";
import {
  connectThrough,
  optionsFor,
  range,
  readAll,
  runAll,
  serverFor,
  tally,
  describeEnd,
  textOf,
  WAYS,
} from "./support.js";
import type { Linked, Way } from "./support.js";

checkLeaks();

const PERIOD_MS = ms(300);
const keepAlive = { interval: PERIOD_MS, timeout: PERIOD_MS };

/** The time bound: an interval of silence, the timeout for the answer, and 5 s for a loaded machine. */
const END_BOUND_MS = PERIOD_MS * 2 + ms(5_000);

const KEEPALIVE_END =
  "closed by the client with 3008 (not clean), sentCode 3008, KEEPALIVE_TIMEOUT";

async function open(
  way: Way,
  options: ConnectOptions,
  run: (linked: Linked, peer: EchoConnection) => Promise<void>,
  link?: Link,
): Promise<void> {
  await using server = await startEchoServer({ ...serverFor(way), echo: false });
  await using linked = await connectThrough(
    server.url,
    { ...optionsFor(way), keepAlive, ...options },
    link,
  );
  await run(linked, await server.connection());
}

const wait = (timeMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, timeMs));

// The tests of one kind of connection run concurrently, because they mostly wait.
describe.each(byName(WAYS))("keepAlive over %s", (_, way) => {
  test.concurrent.for<[string, (linked: Linked) => void]>([
    ["the cable is pulled", ({ connection }) => connection.silence()],
    ["no bytes reach the peer", ({ connection }) => connection.toServer.stall()],
    ["no bytes of the peer arrive", ({ connection }) => connection.toClient.stall()],
  ])("ends an idle connection if %s", ([, cut], context) =>
    open(way, {}, async (linked, { ws }) => {
      ws.send("before");
      const { client } = linked;
      const read = textOf(await client.receive());
      const start = performance.now();
      cut(linked);
      const end = describeEnd(await client.closed);
      conclude(context, {
        expected: `received: before, then the end; ${KEEPALIVE_END}`,
        happened: `received: ${[read, ...(await readAll(client)), "then the end"].join(", ")}; ${end}`,
        time: { value: performance.now() - start, bound: END_BOUND_MS },
      });
    }),
  );

  test.concurrent(
    "ends the connection if the peer stalls at any byte of a message",
    async (context) => {
      const start = performance.now();
      // With TLS and compression, the offset counts the encrypted and compressed bytes.
      const results = await runAll(range(0, 40), (byte) => {
        let result = "";
        return open(way, {}, async ({ client, connection }, { ws }) => {
          ws.send("before");
          const read = textOf(await client.receive());
          connection.toClient.endAfter(byte, "stall");
          ws.send(noise(100));
          const end = describeEnd(await client.closed);
          result = `received: ${[read, ...(await readAll(client)), "then the end"].join(", ")}; ${end}`;
        }).then(() => result);
      });
      conclude(context, {
        cases: results.length,
        expected: `received: before, then the end; ${KEEPALIVE_END}`,
        happened: tally(results),
        time: { value: performance.now() - start, bound: END_BOUND_MS * 4 },
      });
    },
  );

  test.concurrent("ends the connection if the cable is pulled while the client sends", (context) =>
    open(way, {}, async ({ client, connection }) => {
      connection.silence();
      const start = performance.now();
      // The kernel buffers accept all of these bytes, so no write shows that the peer receives none.
      while (client.state === "open") {
        void client.send("hello?");
        await wait(10);
      }
      // The last messages and the close frame may still be buffered, so sentCode is not compared.
      const end = describeEnd(await client.closed).replace(", sentCode 3008", "");
      conclude(context, {
        expected: "closed by the client with 3008 (not clean), KEEPALIVE_TIMEOUT",
        happened: end,
        time: { value: performance.now() - start, bound: END_BOUND_MS },
      });
    }),
  );
});

describe.each(byName(WAYS))("keepAlive over %s", (_, way) => {
  test.concurrent("keeps the connection over a link with a round trip of 80 ms", (context) => {
    let pongs = 0;
    const given = { ...keepAlive, timeout: ms(5_000), onPong: () => (pongs += 1) };
    return open(
      way,
      { keepAlive: given },
      async ({ client }) => {
        while (pongs < 5 && client.state === "open") await wait(10);
        const isSlow = (client.stats.roundTrip ?? 0) >= 80;
        const end = describeEnd(await client.close());
        conclude(context, {
          expected:
            "5 pongs after 80 ms or more; closed by the client with 1000 (clean), sentCode 1000",
          happened: `${pongs} pongs after ${isSlow ? "80 ms or more" : "less than 80 ms"}; ${end}`,
        });
      },
      both({ delay: 40, jitter: 10 }),
    );
  });

  test.concurrent(
    "keeps the connection while one message takes longer than interval and timeout to arrive",
    (context) =>
      open(way, {}, async ({ client, connection }, { ws }) => {
        const bytes = noise(8_000);
        connection.toClient.set({ rate: (bytes.length / PERIOD_MS / 6) * 1_000 });
        const start = performance.now();
        ws.send(bytes);
        const { value } = await client.receive();
        const periods = (performance.now() - start) / PERIOD_MS;
        const same = value?.type === "binary" && Buffer.from(value.data).equals(bytes);
        conclude(context, {
          expected: "message unchanged, after more than 4 intervals, open",
          happened: `message ${same ? "unchanged" : "changed"}, after ${periods > 4 ? "more" : "less"} than 4 intervals, ${client.state}`,
          lost: same ? 0 : 1,
        });
      }),
  );

  test.concurrent("keeps the connection while its consumer is slow", (context) =>
    open(way, { channelCapacity: 1 }, async ({ client, connection }, { ws }) => {
      for (const text of ["a", "b", "c"]) ws.send(text);
      await connection.toClient.passed(1);
      while (client.stats.timesPaused === 0) await wait(10);
      connection.silence();
      await wait(PERIOD_MS * 4);
      const { state } = client;
      connection.resume();
      const read = [textOf(await client.receive()), textOf(await client.receive())];
      read.push(textOf(await client.receive()));
      const end = describeEnd(await client.close());
      conclude(context, {
        expected:
          "open after 4 intervals; received: a, b, c; closed by the client with 1000 (clean), sentCode 1000",
        happened: `${state} after 4 intervals; received: ${read.join(", ")}; ${end}`,
        lost: 3 - read.filter((text) => text !== "the end").length,
      });
    }),
  );

  // Compressing takes time in which no bytes move.
  if (way.compression) return;

  // This test does not only wait, so it runs after the others.
  test("keeps the connection while one message takes longer than interval and timeout to send", (context) => {
    const rate = 14_000_000;
    return open(way, { closeTimeout: ms(10_000) }, async ({ client, connection }, peer) => {
      const sizes: number[] = [];
      peer.ws.on("message", (data: Buffer) => sizes.push(data.length));
      connection.toServer.set({ rate: rate / ms(1) });
      const size = rate * 2;
      const start = performance.now();
      void client.send(new Uint8Array(size));
      await client.flush();
      const periods = (performance.now() - start) / PERIOD_MS;
      const end = describeEnd(await client.close());
      conclude(context, {
        expected: `${size} bytes received, after more than 3 intervals; closed by the client with 1000 (clean), sentCode 1000`,
        happened: `${sizes.join()} bytes received, after ${periods > 3 ? "more" : "less"} than 3 intervals; ${end}`,
      });
    });
  });
});
