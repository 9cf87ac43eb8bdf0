import { isIP } from "node:net";
import { expect, onTestFinished } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, ConnectOptions, WsError } from "../../src/node.js";
import { failure } from "../helpers/failure.js";
import type { RawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import type { SuiteCapabilities } from "./suite/options.js";

/** The capabilities of the `ws` transport. */
export const NODE_CAPABILITIES: SuiteCapabilities = {
  canPing: true,
  anyCloseCode: true,
  backpressure: "socket",
  countsUnsent: true,
  handshake: true,
};

/** Size of a message that takes many reads and writes of the socket: 90 MiB. */
export const LARGE_MESSAGE_BYTES = 94_371_840;

/** More bytes than the kernel buffers accept for a peer that does not read: 32 MiB. */
export const STALLING_BYTES = 33_554_432;

/** Dials a server that must refuse, and checks that the dial leaves no connection open. */
export async function refused(server: RawServer, options?: ConnectOptions): Promise<WsError> {
  const error = await failure(connect(server.url, options));
  expect(error.message).toMatch(/^dial (wss?|ws\+unix):\/\//);
  await server.idle();
  return error;
}

/** Receives until the connection ends. Returns the texts, and the error that the loop threw, if any. */
export async function readAll(client: Client): Promise<{ texts: string[]; error?: unknown }> {
  const texts: string[] = [];
  try {
    for await (const message of client) if (message.type === "text") texts.push(message.data);
  } catch (error) {
    return { texts, error };
  }
  return { texts };
}

/**
 * Collects unhandled rejections and uncaught exceptions until the test ends, so that the test can assert
 * that there were none.
 */
export function collectUnhandled(): unknown[] {
  const seen: unknown[] = [];
  const listener = (error: unknown): void => void seen.push(error);
  const events = ["unhandledRejection", "uncaughtException"] as const;
  for (const event of events) process.on(event, listener);
  onTestFinished(() => {
    for (const event of events) process.off(event, listener);
  });
  return seen;
}

/**
 * Creates a `node.lookup` that records the names it is called with. `answer` receives the number of earlier
 * calls and returns the addresses. Default: 127.0.0.1.
 */
export function lookupSpy(
  answer: (callIndex: number) => readonly string[] = () => ["127.0.0.1"],
): LookupSpy {
  const names: string[] = [];
  const lookup = (name: string, options: { all?: boolean }, done: LookupDone): void => {
    const addresses = answer(names.length).map((address) => ({ address, family: isIP(address) }));
    names.push(name);
    setImmediate(() => {
      if (options.all) done(null, addresses);
      else done(null, addresses[0]?.address, addresses[0]?.family);
    });
  };
  return { names, lookup };
}

export interface LookupSpy {
  readonly names: readonly string[];
  readonly lookup: (...args: never[]) => void;
}

/** The callback of a look-up. The addresses have any type, because tests pass invalid ones. */
export type LookupDone = (error: Error | null, address?: unknown, family?: number) => void;

/** Waits `timeMs` milliseconds, multiplied by the time scale of the tests. */
export function sleep(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms(timeMs)));
}

/** Resolves to true if the promise is still pending after the current turn of the event loop. */
export function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = (): boolean => false;
  return Promise.race([promise.then(settled, settled), turns(1).then(() => true)]);
}

/** Waits until the promise settles. Returns the time that this took, in milliseconds. */
export async function timeOf(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise.catch(() => {});
  return performance.now() - start;
}

/** Returns `size` pseudo-random bytes, which hardly compress and differ by `seed`. */
export function noise(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = seed * 2_654_435_761;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
