import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { connect, WsError } from "../../src/node.js";
import type { Client, ConnectOptions } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { startFaultProxy } from "../helpers/fault-proxy.js";
import type { Ending, Faults, ProxyConnection } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { Random } from "../helpers/unit-random.js";
import { noise } from "../transport/support.js";
import { connectThrough, optionsFor, range, runAll, serverFor, tally, WAYS } from "./support.js";
import type { Way } from "./support.js";

checkLeaks();

const CONNECTION_COUNT = 80;
const MESSAGE_COUNT = 40;
/**
 * The deadlines of operations that a stall holds up, and the time until other stalls end. All other deadlines are
 * long, so that they never expire before the fault occurs, even on a busy machine.
 */
const STALL_DEADLINE_MS = ms(300);
const LONG_DEADLINE_MS = ms(10_000);
/** The time that a connection may take: a few deadlines in a row. */
const TOTAL_BOUND_MS = ms(25_000);
/** The bound of the unread bytes: 1 MiB, plus one read of the socket or one message. */
const MAX_UNREAD_BYTES = 2 * 2 ** 20;

/** The fate of one direction of a connection. After "stall, then on" it continues. */
type Fate = Ending | "never" | "stall, then on";

/** The ends that each fate allows, besides a clean end with all messages, because a fault may come too late. */
const ALLOWED_ENDS: Readonly<Record<Fate, readonly string[]>> = {
  never: [],
  fin: ["DIAL_FAILED", "CONNECTION_LOST", "not clean"],
  reset: ["DIAL_FAILED", "CONNECTION_LOST", "not clean"],
  // A server answers an incomplete request with 400.
  half: ["DIAL_FAILED", "HANDSHAKE_REJECTED", "CONNECTION_LOST", "not clean"],
  stall: ["DIAL_TIMEOUT", "WRITE_TIMEOUT", "not clean"],
  "stall, then on": ["DIAL_TIMEOUT", "WRITE_TIMEOUT"],
};

type Side = "toServer" | "toClient";

/** The random choices for one connection. */
interface Plan {
  readonly seed: number;
  readonly direction: Side;
  readonly faults: Faults;
  readonly fate: Fate;
  readonly options: ConnectOptions;
  readonly readsSlowly: boolean;
}

/** Draws the plan of a connection whose handshake has about `handshake` bytes in each direction. */
function draw(seed: number, handshake: Readonly<Record<Side, number>>): Plan {
  const random = new Random(seed);
  const fate = random.pick(Object.keys(ALLOWED_ENDS) as Fate[]);
  const stalls = fate.startsWith("stall");
  const faults = random.pick<Faults>([
    {},
    { pieces: (drawn, offset) => (offset < 500 ? 1 + drawn.below(20) : 5_000) },
    { join: 3 },
    { delay: 3, jitter: 5 },
    { rate: 4_000_000 },
  ]);
  // The exponent is random, so that early and late bytes are equally likely.
  const byte = random.below(2 ** (4 + random.below(16)));
  const then = stalls ? "stall" : (fate as Ending | "never");
  const direction = random.pick(["toServer", "toClient"] as const);
  const deadlineIf = (isHeldUp: boolean): number =>
    isHeldUp ? STALL_DEADLINE_MS : LONG_DEADLINE_MS;
  return {
    seed,
    direction,
    faults: { ...faults, ...(then !== "never" && { at: { byte, then } }) },
    fate,
    options: {
      dialTimeout: deadlineIf(stalls && byte < handshake[direction]),
      closeTimeout: deadlineIf(fate === "stall"),
      ...(random.chance(0.5) && { writeTimeout: deadlineIf(stalls) }),
      channelCapacity: random.pick([1, 4, 32]),
      sendHighWaterMark: random.pick([1, 1_000, 262_144]),
    },
    readsSlowly: random.chance(0.3),
  };
}

/** Returns message number `i` of a connection: its number, and bytes that no other message has. */
function messageOf(seed: number, i: number): Uint8Array<ArrayBuffer> {
  const random = new Random(seed * MESSAGE_COUNT + i);
  const bytes = noise(4 + random.below(random.pick([20, 200, 2_000, 60_000])), seed * 1_000 + i);
  new DataView(bytes.buffer).setUint32(0, i);
  return bytes;
}

/** True if the messages are the first ones of the connection, in order and each once. */
function isPrefix(messages: readonly Uint8Array[], seed: number): boolean {
  return messages.every((bytes, i) => Buffer.compare(bytes, messageOf(seed, i)) === 0);
}

/** Measures the handshake: the bytes that have passed when the client is connected. */
async function measureHandshake(url: string, way: Way): Promise<Record<Side, number>> {
  await using linked = await connectThrough(`${url}0`, optionsFor(way));
  const { toServer, toClient } = linked.connection;
  return { toServer: toServer.bytes, toClient: toClient.bytes };
}

/** Sends all messages and receives their echoes, until all have arrived or no more arrive. */
async function talk(
  client: Client,
  connection: ProxyConnection,
  { seed, fate, direction, faults, readsSlowly }: Plan,
): Promise<{ echoes: Uint8Array[]; memory: number; end: string }> {
  const echoes: Uint8Array[] = [];
  let memory = 0;
  const send = async (): Promise<void> => {
    for (let i = 0; i < MESSAGE_COUNT; i++) await client.send(messageOf(seed, i));
  };
  // A failed send is also reported by `closed`, which is checked below.
  const sent = send().catch(() => {});
  const stall = new AbortController();
  if (faults.at?.then === "stall") {
    void connection[direction].passed(faults.at.byte).then(async () => {
      await wait(STALL_DEADLINE_MS);
      if (fate === "stall") stall.abort();
      else connection.resume();
    });
  }
  for (;;) {
    memory = Math.max(memory, client.stats.bytesBuffered);
    if (readsSlowly) await turns(1);
    const limits = { timeout: LONG_DEADLINE_MS, signal: stall.signal };
    const next = await client.receive(limits).catch(() => undefined);
    if (next?.ok) echoes.push(next.value.data as Uint8Array);
    if (!next?.ok || echoes.length === MESSAGE_COUNT) break;
  }
  const { clean, error } = await client.close();
  await sent;
  for await (const { data } of client.channel()) echoes.push(data as Uint8Array);
  return { echoes, memory, end: error?.code ?? (clean ? "clean" : "not clean") };
}

/** The result of one connection. */
interface Result {
  readonly end: string;
  readonly happened: string;
  readonly lost: number;
  readonly time: number;
  readonly memory: number;
}

async function run(
  url: string,
  way: Way,
  plan: Plan,
  receivedBy: (seed: number) => readonly Uint8Array[],
): Promise<Result> {
  const { seed, direction, faults, fate, options } = plan;
  await using proxy = await startFaultProxy(`${url}${seed}`, { [direction]: faults }, seed);
  const start = performance.now();
  const talked = await connect(proxy.url, { ...optionsFor(way), ...options }).then(
    async (client) => talk(client, await proxy.connection(), plan),
    (error: unknown) => ({
      echoes: [],
      memory: 0,
      end: WsError.is(error) ? error.code : String(error),
    }),
  );
  const time = performance.now() - start;
  const { echoes, memory, end } = talked;
  const received = receivedBy(seed);
  const fits =
    ALLOWED_ENDS[fate].includes(end) || (end === "clean" && echoes.length === MESSAGE_COUNT);
  const exact = isPrefix(received, seed) && isPrefix(echoes, seed);
  return {
    end,
    happened:
      fits && exact
        ? "both sides received the first messages in order; an allowed end"
        : `seed ${seed}, ${fate} ${direction}: ${end}, ${received.length} received, ${echoes.length} echoed, ${exact ? "exact" : "not exact"}`,
    lost: Math.max(0, echoes.length - received.length),
    time,
    memory,
  };
}

test.for(byName(WAYS))(
  "random faults at random bytes over %s lose, repeat and reorder no messages before the end",
  async ([, way], context) => {
    const received = new Map<string, Uint8Array[]>();
    await using server = await startEchoServer({
      ...serverFor(way),
      onConnection({ ws, request }) {
        const messages: Uint8Array[] = [];
        received.set(request.url ?? "", messages);
        ws.on("message", (data: Buffer) => messages.push(data));
      },
    });
    const first = WAYS.indexOf(way) * CONNECTION_COUNT;
    const handshake = await measureHandshake(server.url, way);
    const plans = range(first, first + CONNECTION_COUNT).map((seed) => draw(seed, handshake));
    const results = await runAll(plans, (plan) =>
      run(server.url, way, plan, (seed) => received.get(`/${seed}`) ?? []),
    );
    // The test is only valid if the faults have caused every kind of end.
    for (const end of ["clean", "not clean", "CONNECTION_LOST", "DIAL_FAILED", "DIAL_TIMEOUT"]) {
      expect(results.filter((result) => result.end === end).length, end).toBeGreaterThan(1);
    }
    conclude(context, {
      cases: results.length,
      expected: "both sides received the first messages in order; an allowed end",
      happened: tally(results.map(({ happened }) => happened)),
      lost: results.reduce((sum, { lost }) => sum + lost, 0),
      time: { value: Math.max(...results.map(({ time }) => time)), bound: TOTAL_BOUND_MS },
      memory: { value: Math.max(...results.map(({ memory }) => memory)), bound: MAX_UNREAD_BYTES },
    });
  },
);
