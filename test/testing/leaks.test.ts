import { expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { intercepted } from "../../src/context/interception.js";
import type { Platform } from "../../src/protocol/dial.js";
import { TestServer } from "../../src/testing/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { growthOf } from "../helpers/memory.js";
import { ms } from "../helpers/time.js";

checkLeaks();

const SERVERS = 1_000;
const PEERS = 10;
/** Servers that exist at the same time. */
const CONCURRENCY = 100;

/** Options that make each connection start timers. */
const TIMERS: ConnectOptions = { readTimeout: "1h", keepAlive: { interval: "1h" } };

/** Opens one server with {@link PEERS} connections, which exchange messages and end in three ways. */
async function useServer(index: number): Promise<void> {
  const server = new TestServer(`wss://${index}.test/*`);
  server.stall();
  const stalled = connect(`wss://${index}.test/stalled`).catch(() => {});
  for (let i = 0; i < PEERS; i++) {
    const client = await connect(`wss://${index}.test/${i}`, TIMERS);
    const peer = await server.accept();
    await client.send("question");
    await peer.expect("question");
    await peer.send(new Uint8Array(1_000));
    if (i % 3 === 0) await client.close();
    if (i % 3 === 1) peer.terminate();
  }
  await server.close();
  await stalled;
}

test(
  `${SERVERS} servers with ${PEERS} connections each leave nothing behind`,
  { timeout: ms(60_000) },
  async () => {
    const run = async (servers: number): Promise<void> => {
      for (let first = 0; first < servers; first += CONCURRENCY) {
        await Promise.all(Array.from({ length: CONCURRENCY }, (_, i) => useServer(first + i)));
      }
    };
    await run(CONCURRENCY);
    const slack = 2 * 1024 * 1024;
    // 10,000 connections of which each keeps 300 bytes would exceed this.
    expect((await growthOf(() => run(SERVERS), slack)).kept).toBeLessThan(slack);
    // With an interceptor, a URL that is not valid would throw.
    const platform = {} as Platform;
    expect(intercepted("not a URL", platform)).toBe(platform);
  },
);
