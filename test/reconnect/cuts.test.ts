import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { TestContext } from "vitest";
import type { WebSocket } from "ws";
import { COMPRESSION } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { LostMessage, LostReason } from "../../src/reconnect/public.js";
import { createCertificate } from "../helpers/certificates.js";
import { byName } from "../helpers/by-name.js";
import { Condition } from "../helpers/condition.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { startFaultProxy } from "../helpers/fault-proxy.js";
import { SEED } from "../helpers/fuzz.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { Random } from "../helpers/unit-random.js";
import { cut, PERSISTENT_OPTIONS } from "./cutting.js";

checkLeaks();

/** Links to test concurrently. Each is cut {@link CUTS} times. */
const LINKS = Array.from({ length: 8 }, (_, i) => {
  const layers = ["plain", "compressed", "TLS", "TLS, compressed"][i % 4] ?? "";
  return {
    // Test names contain this number and not the seed, because docs/reliability/ contains test names.
    name: `link ${i + 1}, ${layers}`,
    seed: SEED + i,
    // Some links send more than the kernel buffer holds, so that messages wait in the client at a cut.
    largest: i % 4 === 0 ? 400_000 : 1_000,
    layers,
  };
});
const tls = createCertificate();

/** Returns the client options for a link with these layers. */
function optionsFor(layers: string): ConnectOptions {
  return {
    compression: layers.includes("compressed") ? COMPRESSION.CONTEXT_TAKEOVER : 0,
    ...(layers.includes("TLS") && { node: { tls: { ca: tls.cert } } }),
  };
}
const CUTS = 21;
const TIMEOUT_MS = ms(60_000);

/** Returns a message with this number and a random length. */
function messageOf(n: number, random: Random, largest: number): string {
  return `${n} ${"x".repeat(random.below(random.pick([10, 100, largest])))}`;
}

function numberOf(data: unknown): number {
  const start = Buffer.isBuffer(data) ? data.subarray(0, 10) : data;
  return parseInt(String(start), 10);
}

function pause(random: Random): Promise<void> {
  return wait(random.below(4));
}

/** Returns the numbers that do not follow their predecessor by one. */
function outOfSequence(numbers: readonly number[]): number[] {
  return numbers.filter((n, i) => i > 0 && n !== (numbers[i - 1] as number) + 1);
}

/** Reports that a claim holds if there are no numbers that violate it. */
function concludeCuts(context: TestContext, claim: string, violations: readonly number[]): void {
  const happened =
    violations.length === 0 ? claim : `not in order: ${violations.slice(0, 10).join(", ")}`;
  conclude(context, { cases: CUTS, expected: claim, happened });
}

/** Data that a resuming server sends: a numbered message, or the number of the last one as `end`. */
interface Numbered {
  readonly n: number;
  readonly connection: number;
  readonly end?: number;
}

/**
 * Starts a server and a proxy whose connections can be cut. `serve` is called for each connection. A new
 * connection replaces the previous one, from which no further messages are accepted.
 */
async function startCutLink(
  { seed, layers }: (typeof LINKS)[number],
  serve: (ws: WebSocket, number: number) => void,
) {
  let latest: WebSocket | undefined;
  let connections = 0;
  const server = await startEchoServer({
    echo: false,
    compression: layers.includes("compressed"),
    ...(layers.includes("TLS") && { tls }),
    onConnection({ ws }) {
      latest?.removeAllListeners("message").terminate();
      latest = ws;
      serve(ws, connections++);
    },
  });
  const proxy = await startFaultProxy(server.url, {}, seed);
  return {
    proxy,
    url: proxy.url,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Sends numbered messages, some in bursts, while `continues` returns true. Resolves with the last number. */
async function sendWhile(
  continues: () => boolean,
  random: Random,
  largest: number,
  send: (n: number, message: string) => void,
): Promise<number> {
  let n = 0;
  while (continues()) {
    for (let left = random.below(4); left > 0; left--) send(++n, messageOf(n, random, largest));
    await pause(random);
  }
  return n;
}

test.concurrent.for(byName(LINKS))(
  "every message arrives exactly once and in order if messages are acknowledged, resent and deduplicated (%s)",
  { timeout: TIMEOUT_MS },
  async ([, options], context) => {
    const { seed, largest, layers } = options;
    const random = new Random(seed);
    const received: number[] = [];
    const early: number[] = [];
    const changed = new Condition();
    await using link = await startCutLink(options, (ws) => {
      ws.on("message", (data) => {
        const n = numberOf(data);
        // A gap means that messages were lost which the client should have sent again first.
        if (n > received.length + 1) early.push(n);
        // Smaller numbers are duplicates.
        else if (n === received.length + 1) received.push(n);
        ws.send(String(received.length));
      });
    });
    const unacknowledged = new Map<number, string>();
    await using client = reconnecting(link.url, {
      ...PERSISTENT_OPTIONS,
      ...optionsFor(layers),
      queue: { maxMessages: 10_000, maxBytes: 2 ** 28 },
      onConnect: (connection) => {
        for (const message of unacknowledged.values())
          void connection.send(message).catch(() => {});
      },
    });
    const acknowledging = (async () => {
      for await (const { data } of client) {
        for (const n of unacknowledged.keys()) if (n <= numberOf(data)) unacknowledged.delete(n);
        changed.notify();
      }
    })();
    let isCut = false;
    void cut(link.proxy, random, CUTS).then(() => (isCut = true));
    const last = await sendWhile(
      () => !isCut,
      random,
      largest,
      (n, message) => {
        unacknowledged.set(n, message);
        void client.send(message);
      },
    );
    await changed.until(() => unacknowledged.size === 0);
    await client.close();
    await acknowledging;
    expect(received).toHaveLength(last);
    concludeCuts(context, "each message once, in order, without gaps", early);
  },
);

test.concurrent.for(byName(LINKS))(
  "every message arrives at most once and in order, with gaps only where the connection was cut, if messages are not resent (%s)",
  { timeout: TIMEOUT_MS },
  async ([, options], context) => {
    const { seed, largest, layers } = options;
    const random = new Random(seed);
    const byConnection: number[][] = [];
    await using link = await startCutLink(options, (ws, connection) => {
      const numbers: number[] = (byConnection[connection] = []);
      ws.on("message", (data) => numbers.push(numberOf(data)));
    });
    const lost: LostMessage[] = [];
    await using client = reconnecting(link.url, {
      ...PERSISTENT_OPTIONS,
      ...optionsFor(layers),
      queue: { maxMessages: 10_000, maxBytes: 2 ** 28 },
      onLost: (messages) => lost.push(...messages),
    });
    const sends: Promise<void>[] = [];
    let sentBeforeLastCut = Infinity;
    void cut(link.proxy, random, CUTS).then(() => (sentBeforeLastCut = sends.length));
    const isWhole = (): boolean => (byConnection.at(-1)?.at(-1) ?? 0) > sentBeforeLastCut;
    await sendWhile(
      () => !isWhole(),
      random,
      largest,
      (_, message) => {
        sends.push(client.send(message).catch(() => {}));
      },
    );
    await client.close();
    const received = byConnection.flat();
    // A connection delivers everything up to its end, so gaps may occur only between connections.
    const gaps = byConnection.flatMap((numbers) => outOfSequence(numbers));
    const repeated = received.filter((n, i) => i > 0 && n <= (received[i - 1] as number));
    // A send may reject although its message was flushed; such a message is not reported as lost. But
    // every send has to settle.
    await Promise.all(sends);
    const ofReason = (which: LostReason): number[] =>
      lost.filter(({ reason }) => reason === which).map(({ data }) => numberOf(data));
    const [unflushed, stillWaiting] = [ofReason("unflushed"), ofReason("closed")];
    expect(unflushed.length + stillWaiting.length).toBe(lost.length);
    expect(stillWaiting.filter((n) => n <= (received.at(-1) as number))).toEqual([]);
    const claim = "each message at most once, in order, gaps only at cuts";
    concludeCuts(context, claim, [...gaps, ...repeated]);
  },
);

test.concurrent.for(byName(LINKS))(
  "no message is lost, repeated or reordered if the server resumes after the last number that was read (%s)",
  { timeout: TIMEOUT_MS },
  async ([, options], context) => {
    const { seed, layers } = options;
    const random = new Random(seed);
    let isCut = false;
    await using link = await startCutLink(options, (ws, connection) => {
      // The server resumes after the number that the client sends.
      ws.once("message", async (data) => {
        let n = numberOf(data);
        // However slow this machine is, at least one number for each cut.
        while (ws.readyState === ws.OPEN && !(isCut && n > CUTS)) {
          for (let left = random.below(4); left > 0; left--) {
            ws.send(JSON.stringify({ n: ++n, connection, padding: "x".repeat(random.below(99)) }));
          }
          await pause(random);
        }
        ws.send(JSON.stringify({ end: n }));
      });
    });
    let last = 0;
    await using client = reconnecting(link.url, {
      ...PERSISTENT_OPTIONS,
      ...optionsFor(layers),
      onConnect: (connection) => connection.send(String(last)),
    });
    void cut(link.proxy, random, CUTS).then(() => (isCut = true));
    const arrived: Omit<Numbered, "end">[] = [];
    const read: number[] = [];
    for await (const { data } of client) {
      const { n, connection, end } = JSON.parse(data as string) as Numbered;
      if (end !== undefined) {
        expect(last).toBe(end);
        break;
      }
      arrived.push({ n, connection });
      // Messages that were unread when the next connection opened are sent again.
      if (n > last) read.push((last = n));
    }
    // The messages of one connection have no gaps, and come before those of the next connection.
    const gaps = arrived.filter((one, i) => {
      const before = arrived[i - 1] ?? one;
      const isNext = one.connection === before.connection && one.n === before.n + 1;
      return i > 0 && !isNext && one.connection <= before.connection;
    });
    expect(gaps).toEqual([]);
    expect(read.length).toBeGreaterThan(CUTS);
    expect(read[0]).toBe(1);
    concludeCuts(context, "each message once, in order", outOfSequence(read));
  },
);
