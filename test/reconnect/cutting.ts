import { setTimeout as wait } from "node:timers/promises";
import type { ReconnectOptions } from "../../src/reconnect/public.js";
import type { Ending, FaultProxy, ProxyConnection } from "../helpers/fault-proxy.js";
import { ms } from "../helpers/time.js";
import type { Random } from "../helpers/unit-random.js";

/** How a connection may be cut: `"stall"` leaves it half open, and both sides believe in it. */
const ENDINGS: readonly Ending[] = ["fin", "reset", "half", "stall"];

/** Options of a client that comes back at once, as often as it is cut, and soon finds a half-open connection. */
export const STUBBORN = {
  backoff: { min: 1, max: 4 },
  maxAttempts: 1_000,
  dialTimeout: ms(500),
  keepAlive: { interval: ms(30), timeout: ms(150) },
  // A server answers half a request with 400.
  shouldRetry: ({ details }) => details.status === 400 || undefined,
} satisfies ReconnectOptions;

/** How long a cut may take to be noticed, in milliseconds. */
const LATE = 300;

/**
 * Cuts one connection after the other, each at a byte or at a moment, in one direction or in both, and
 * leaves the next one whole; settles when that is there.
 */
export async function cut(proxy: FaultProxy, random: Random, cuts: number): Promise<void> {
  for (let i = 0; i < cuts; i++) {
    const connection = await proxy.connection(i);
    const make = random.chance(0.6) ? cutAtByte : cutLater;
    make(connection, random);
    // The byte may never come, and half a stall may bother nobody. No reset: libuv refuses one behind a
    // FIN that still waits, and Node then keeps the socket.
    const timer = setTimeout(() => connection.destroy(), ms(LATE));
    await proxy.connection(i + 1);
    clearTimeout(timer);
  }
}

function cutAtByte(connection: ProxyConnection, random: Random): void {
  const direction = random.pick(["toServer", "toClient"] as const);
  const then = random.pick(ENDINGS);
  // As often among the first bytes, which are the handshake's, as among the last.
  const byte = random.below(2 ** (4 + random.below(10)));
  connection.set({ [direction]: { at: { byte, then } } });
}

function cutLater(connection: ProxyConnection, random: Random): void {
  const how = random.pick(["fin", "reset", "silence"] as const);
  void wait(random.below(40)).then(() => connection[how]());
}
