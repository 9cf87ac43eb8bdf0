import { describe, test } from "vitest";
import type { ConnectOptions } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { settle } from "../helpers/fault-proxy.js";
import { closeFrame, deflate, fragments, frame, OPCODE, pingFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import {
  connectThrough,
  optionsFor,
  range,
  readAll,
  runAll,
  tally,
  describeEnd,
  ENDING_TEXTS,
  textOf,
  WAYS,
} from "./support.js";
import type { Linked, Way } from "./support.js";

checkLeaks();

const END_BOUND_MS = ms(5_000);

/** Bytes that TLS 1.3 adds to each write: a header of 5, a type of 1, a tag of 16 (RFC 8446 section 5.2). */
const TLS_OVERHEAD_BYTES = 22;

/** Bytes that are sent in one write, and the message that their last byte completes, if any. */
interface Part {
  readonly bytes: Buffer;
  readonly message?: string;
}

/** Returns a message of three fragments with a ping between, two messages of one frame, and a close frame. */
function scriptFor({ compression: compressed }: Way): readonly Part[] {
  const encode = (text: string): Buffer => (compressed ? deflate(text) : Buffer.from(text));
  const [fragmented, binary, text] = ["in three fragments", "a\0b".repeat(43), "ä€😀"];
  const payload = encode(fragmented);
  const [first, second, third] = fragments(OPCODE.TEXT, payload, Math.ceil(payload.length / 3), {
    compressed,
  });
  const whole = (opcode: number, message: string): Part => ({
    bytes: frame({ opcode, payload: encode(message), rsv1: compressed }),
    message,
  });
  return [
    { bytes: first as Buffer },
    { bytes: pingFrame("between") },
    { bytes: second as Buffer },
    { bytes: third as Buffer, message: fragmented },
    whole(OPCODE.BINARY, binary),
    whole(OPCODE.TEXT, text),
    { bytes: closeFrame(1000, "bye") },
  ];
}

/** Returns the offsets at which the parts end, in bytes on the wire. */
function endsOf(parts: readonly Part[], { tls }: Way): number[] {
  let end = 0;
  return parts.map(({ bytes }) => (end += bytes.length + (tls ? TLS_OVERHEAD_BYTES : 0)));
}

/** Returns the messages that are complete after `byte` bytes. */
function completeAt(byte: number, parts: readonly Part[], ends: readonly number[]): string[] {
  return parts.flatMap(({ message }, i) =>
    message !== undefined && (ends[i] as number) <= byte ? [message] : [],
  );
}

function startServer({ compression, tls }: Way): Promise<RawServer> {
  const headers = compression ? { "Sec-WebSocket-Extensions": "permessage-deflate" } : {};
  return startRawServer({
    ...(tls && { tls }),
    onRequest(peer) {
      peer.accept(headers);
      // RFC 6455 section 7.1.1: the server closes the TCP connection first. The client waits a second for that.
      void peer.closeFrame().then(
        () => peer.socket.end(),
        () => {},
      );
    },
  });
}

/** Writes each part separately, so that each is one TLS record. */
async function play(peer: RawConnection, parts: readonly Part[]): Promise<void> {
  for (const { bytes } of parts) {
    await new Promise<unknown>((resolve) => peer.socket.write(bytes, resolve));
  }
}

/** Runs a case on a new connection, so that byte offsets count from the start of that connection. */
async function onConnection<Result>(
  server: RawServer,
  options: ConnectOptions,
  run: (linked: Linked, peer: RawConnection) => Promise<Result>,
): Promise<Result> {
  // The path identifies the connection to the server.
  const path = crypto.randomUUID();
  await using linked = await connectThrough(`${server.url}${path}`, options);
  const peer = server.connections.find(({ request }) => request?.path === `/${path}`);
  if (peer === undefined) throw new Error(`the server has no connection with the path /${path}`);
  return await run(linked, peer);
}

/** A TLS record is delivered completely or not at all, so testing every second offset is enough. */
const placesOf = ({ tls }: Way): { number: string; step: number } =>
  tls ? { number: "any even number", step: 2 } : { number: "any number", step: 1 };

const compare = (messages: readonly string[], expected: readonly string[]): string =>
  JSON.stringify(messages) === JSON.stringify(expected)
    ? "all complete messages"
    : `${JSON.stringify(messages)} in place of ${JSON.stringify(expected)}`;

const slowestOf = (
  results: readonly { readonly time: number }[],
): { value: number; bound: number } => ({
  value: Math.max(...results.map(({ time }) => time)),
  bound: END_BOUND_MS,
});

describe.each(byName(WAYS))("receiving over %s", (_, way) => {
  const { number, step } = placesOf(way);
  const parts = scriptFor(way);
  const ends = endsOf(parts, way);
  const size = ends.at(-1) as number;
  const all = completeAt(size, parts, ends);

  for (const then of ["fin", "reset", "half"] as const) {
    test(`delivers all complete messages if ${ENDING_TEXTS[then]} after ${number} of bytes`, async (context) => {
      await using server = await startServer(way);
      const places = range(0, size, step);
      const results = await runAll(places, (place) =>
        onConnection(server, optionsFor(way), async ({ client, connection }, peer) => {
          connection.toClient.endAfter(place, then);
          const start = performance.now();
          void play(peer, parts);
          // The messages are read after the end, which must not discard any that had arrived.
          const end = describeEnd(await client.closed);
          const messages = await readAll(client);
          const expected = completeAt(place, parts, ends);
          return {
            happened: `${compare(messages, expected)}; ${end}`,
            lost: expected.length - messages.length,
            time: performance.now() - start,
          };
        }),
      );
      conclude(context, {
        cases: places.length,
        expected: "all complete messages; lost with 1006 (not clean), CONNECTION_LOST",
        happened: tally(results.map(({ happened }) => happened)),
        lost: results.reduce((sum, { lost }) => sum + lost, 0),
        time: slowestOf(results),
      });
    });

    test(`delivers all messages and is closed cleanly if ${ENDING_TEXTS[then]} right after the close frame`, async (context) => {
      await using server = await startServer(way);
      await onConnection(server, optionsFor(way), async ({ client, connection }, peer) => {
        connection.toClient.endAfter(size, then);
        const start = performance.now();
        void play(peer, parts);
        const end = describeEnd(await client.closed);
        conclude(context, {
          expected: "all complete messages; closed by the peer with 1000 (clean)",
          happened: `${compare(await readAll(client), all)}; ${end}`,
          time: slowestOf([{ time: performance.now() - start }]),
        });
      });
    });
  }

  test(`loses nothing if the connection stalls after ${number} of bytes and then resumes`, async (context) => {
    await using server = await startServer(way);
    const places = range(0, size, step);
    const results = await runAll(places, (place) =>
      onConnection(server, optionsFor(way), async ({ client, connection }, peer) => {
        const start = connection.toClient.bytes;
        connection.toClient.endAfter(place, "stall");
        void play(peer, parts);
        await connection.toClient.passed(start + place);
        const before = completeAt(place, parts, ends);
        const messages: string[] = [];
        while (messages.length < before.length) messages.push(textOf(await client.receive()));
        await settle();
        const { state } = client;
        const isMore = client.channel().length > 0;
        connection.resume();
        messages.push(...(await readAll(client)));
        const end = describeEnd(await client.closed);
        return `at the stall: ${state}, ${isMore ? "more than the" : "only"} complete messages; in the end: ${compare(messages, all)}; ${end}`;
      }),
    );
    conclude(context, {
      cases: places.length,
      expected:
        "at the stall: open, only complete messages; in the end: all complete messages; closed by the peer with 1000 (clean)",
      happened: tally(results),
    });
  });

  test("ends with READ_TIMEOUT if no byte arrives for readTimeout after a complete message", async (context) => {
    await using server = await startServer(way);
    const places = [0, ...[3, 4, 5].map((part) => ends[part] as number)];
    const options = { ...optionsFor(way), readTimeout: ms(300), closeTimeout: ms(300) };
    const results = await runAll(places, (place) =>
      onConnection(server, options, async ({ client, connection }, peer) => {
        connection.toClient.endAfter(place, "stall");
        const start = performance.now();
        void play(peer, parts);
        const messages = await readAll(client);
        const end = describeEnd(await client.closed);
        return {
          happened: `${compare(messages, completeAt(place, parts, ends))}; ${end}`,
          time: performance.now() - start,
        };
      }),
    );
    conclude(context, {
      cases: places.length,
      expected:
        "all complete messages; closed by the client with 3008 (not clean), sentCode 3008, READ_TIMEOUT",
      happened: tally(results.map(({ happened }) => happened)),
      time: slowestOf(results),
    });
  });
});

describe.each(byName(WAYS))("sending over %s", (_, way) => {
  const { number, step } = placesOf(way);
  const messages = ["first", "\0\x01".repeat(65), "third and last"];

  /** Sends each message in its own write, so that each is one TLS record. */
  async function sendAll({ client }: Linked, sent?: () => Promise<void>): Promise<void> {
    for (const [i, message] of messages.entries()) {
      await client.send(i === 1 ? Buffer.from(message) : message);
      await client.flush();
      await sent?.();
    }
  }

  /** Returns the payloads of the complete frames, which identify the messages. */
  const framesOf = (peer: RawConnection): string[] =>
    peer.frames.map(({ payload }) => payload.toString("hex"));

  /** Measures the payloads on the wire, and the offset at which each frame ends. */
  async function measure(server: RawServer): Promise<{ payloads: string[]; ends: number[] }> {
    return onConnection(server, optionsFor(way), async (linked, peer) => {
      const start = linked.connection.toServer.bytes;
      const ends: number[] = [];
      await sendAll(linked, async () => {
        await peer.until(() => peer.frames.length > ends.length);
        ends.push(linked.connection.toServer.bytes - start);
      });
      return { payloads: framesOf(peer), ends };
    });
  }

  for (const then of ["fin", "reset", "half"] as const) {
    test(`delivers all complete messages to the server if ${ENDING_TEXTS[then]} after ${number} of bytes`, async (context) => {
      await using server = await startServer(way);
      const { payloads, ends } = await measure(server);
      const places = range(0, ends.at(-1) as number, step);
      const results = await runAll(places, (place) =>
        onConnection(server, optionsFor(way), async (linked, peer) => {
          linked.connection.toServer.endAfter(place, then);
          const start = performance.now();
          // A failed send is also reported by `closed`, which is checked below.
          await sendAll(linked).catch(() => {});
          const end = describeEnd(await linked.client.closed);
          const time = performance.now() - start;
          await peer.closed;
          const expected = payloads.filter((_, i) => (ends[i] as number) <= place);
          return { happened: `${compare(framesOf(peer), expected)}; ${end}`, time };
        }),
      );
      conclude(context, {
        cases: places.length,
        expected: "all complete messages; lost with 1006 (not clean), CONNECTION_LOST",
        happened: tally(results.map(({ happened }) => happened)),
        time: slowestOf(results),
      });
    });
  }

  test(`loses nothing if the connection stalls after ${number} of bytes and then resumes`, async (context) => {
    await using server = await startServer(way);
    const { payloads, ends } = await measure(server);
    const places = range(0, ends.at(-1) as number, step);
    const results = await runAll(places, (place) =>
      onConnection(server, optionsFor(way), async (linked, peer) => {
        const { client, connection } = linked;
        const start = connection.toServer.bytes;
        connection.toServer.endAfter(place, "stall");
        await sendAll(linked);
        await connection.toServer.passed(start + place);
        const before = compare(
          framesOf(peer),
          payloads.filter((_, i) => (ends[i] as number) <= place),
        );
        connection.resume();
        peer.onFrame = ({ opcode }) => {
          if (opcode === OPCODE.CLOSE) peer.write(closeFrame(1000));
        };
        const end = describeEnd(await client.close());
        const after = compare(framesOf(peer).slice(0, -1), payloads);
        return `at the stall: ${before}; in the end: ${after}; ${end}`;
      }),
    );
    conclude(context, {
      cases: places.length,
      expected:
        "at the stall: all complete messages; in the end: all complete messages; closed by the client with 1000 (clean), sentCode 1000",
      happened: tally(results),
    });
  });
});
