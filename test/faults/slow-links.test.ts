import { setTimeout as wait } from "node:timers/promises";
import { describe, test } from "vitest";
import type { ConnectOptions } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { TunnelAgent } from "../helpers/tunnel.js";
import { noise } from "../transport/support.js";
import { connectThrough, describeEnd, optionsFor, serverFor, WAYS } from "./support.js";
import type { Linked } from "./support.js";

checkLeaks();

/**
 * The link is slow for this many deadlines, and then has its full speed. This bounds the time of the tests. It
 * also keeps the deadline from expiring while the peer reads up to 6 MB that its kernel has acknowledged,
 * because the client cannot see that progress.
 */
const SLOW_PERIODS = 1.8;

const MESSAGE = noise(1_500_000);
/** The number of messages: more than the kernel buffers of both ends hold. */
const MESSAGE_COUNT = 8;

/**
 * The rates in bytes per second, and the deadlines that must not end the connection. Once the receive buffer of
 * up to 6 MiB is full, Linux reports no reads to the sender until a sixteenth of the buffer is free, which
 * takes 8 s at 50 kB/s.
 */
const RATES = [
  { rate: 50_000, period: ms(10_000) },
  { rate: 100_000, period: ms(5_000) },
  { rate: 1_000_000, period: ms(5_000) },
];

interface Row {
  readonly name: string;
  readonly options: ConnectOptions;
  readonly rate: number;
  readonly period: number;
  readonly way: (typeof WAYS)[number];
}

const rows: readonly Row[] = WAYS.filter(({ compression }) => !compression).flatMap((way) =>
  RATES.map((link) => ({
    name: `over ${way.name} at ${link.rate} B/s`,
    way,
    options: optionsFor(way),
    ...link,
  })),
);

/** A Duplex reports only accepted bytes. At 1 MB/s the kernel below it accepts none for over a second. */
const duplexes: readonly Row[] = WAYS.slice(0, 1).map((way) => ({
  name: "over a Duplex at 1000000 B/s",
  way,
  rate: 1_000_000,
  period: ms(5_000),
  options: { node: { agent: new TunnelAgent() } },
}));

interface Use {
  readonly deadline: "closeTimeout" | "writeTimeout";
  readonly on: readonly Row[];
  /** Ends the connection; `isFast` settles when the link has its full speed. */
  readonly end: (linked: Linked, isFast: Promise<void>) => Promise<unknown>;
}

const USES: readonly Use[] = [
  { deadline: "closeTimeout", on: rows, end: ({ client }) => client.close() },
  {
    deadline: "writeTimeout",
    on: [...rows, ...duplexes],
    async end({ client }, isFast) {
      await isFast;
      await client.flush();
      await client.close();
    },
  },
];

const CASES = USES.flatMap((use) =>
  use.on.map((row) => ({ ...row, ...use, name: `${row.name} is not ended by ${use.deadline}` })),
);

describe("a slow but steady connection", () => {
  test.concurrent.for(byName(CASES))(
    "%s",
    { timeout: ms(60_000) },
    async ([, { way, options, rate, period, deadline, end }], context) => {
      const sizes: number[] = [];
      await using server = await startEchoServer({
        ...serverFor(way),
        echo: false,
        onConnection: ({ ws }) => ws.on("message", (data: Buffer) => sizes.push(data.length)),
      });
      await using linked = await connectThrough(server.url, { ...options, [deadline]: period });
      const { client, connection } = linked;
      connection.toServer.set({ rate: rate / ms(1) });
      // A failed send is reported by the end of the connection, which is checked below.
      for (let i = 0; i < MESSAGE_COUNT; i++) void client.send(MESSAGE).catch(() => {});
      const isFast = wait(period * SLOW_PERIODS).then(() => connection.toServer.set({}));
      await end(linked, isFast).catch(() => {});
      conclude(context, {
        expected: `${MESSAGE_COUNT} messages of ${MESSAGE.length} bytes; closed by the client with 1000 (clean), sentCode 1000`,
        happened: `${sizes.length} messages of ${[...new Set(sizes)].join()} bytes; ${describeEnd(await client.closed)}`,
        lost: MESSAGE_COUNT - sizes.length,
      });
    },
  );
});
