import { setTimeout as wait } from "node:timers/promises";
import type { ReconnectOptions } from "../../src/reconnect/public.js";
import type { Ending, FaultProxy, ProxyConnection } from "../helpers/fault-proxy.js";
import { ms } from "../helpers/time.js";
import type { Random } from "../helpers/unit-random.js";

/** Faults that cut a connection. `"stall"` makes it half-open, which neither side is notified of. */
const ENDINGS: readonly Ending[] = ["fin", "reset", "half", "stall"];

/** Options of a client that reconnects at once after each cut, and soon detects half-open connections. */
export const PERSISTENT_OPTIONS = {
  backoff: { min: 1, max: 4 },
  maxAttempts: 1_000,
  dialTimeout: ms(500),
  keepAlive: { interval: ms(30), timeout: ms(150) },
  // The server answers a truncated request with 400.
  shouldRetry: ({ details }) => details.status === 400 || undefined,
} satisfies ReconnectOptions;

/** Time within which a cut has to be detected, in milliseconds. Then the connection is destroyed. */
const DETECTION_TIMEOUT_MS = 300;

/**
 * Cuts `cuts` connections in turn, each at a random byte or time, in one direction or in both. Resolves
 * when the next connection has been accepted, which is not cut.
 */
export async function cut(proxy: FaultProxy, random: Random, cuts: number): Promise<void> {
  for (let i = 0; i < cuts; i++) {
    const connection = await proxy.connection(i);
    const make = random.chance(0.6) ? cutAtByte : cutLater;
    make(connection, random);
    // The byte may never be reached, and a stall of one direction may go undetected. The connection is not
    // reset, because libuv rejects a reset while a FIN is pending, and Node then keeps the socket.
    const timer = setTimeout(() => connection.destroy(), ms(DETECTION_TIMEOUT_MS));
    await proxy.connection(i + 1);
    clearTimeout(timer);
  }
}

function cutAtByte(connection: ProxyConnection, random: Random): void {
  const direction = random.pick(["toServer", "toClient"] as const);
  const then = random.pick(ENDINGS);
  // The first bytes, which belong to the handshake, are as likely as later ones.
  const byte = random.below(2 ** (4 + random.below(10)));
  connection.set({ [direction]: { at: { byte, then } } });
}

function cutLater(connection: ProxyConnection, random: Random): void {
  const how = random.pick(["fin", "reset", "silence"] as const);
  void wait(random.below(40)).then(() => connection[how]());
}
