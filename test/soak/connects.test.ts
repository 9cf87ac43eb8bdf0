import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { connect, createContext, WsError } from "../../src/node.js";
import type { Client, ConnectOptions } from "../../src/node.js";
import { abortListeners, checkLeaks } from "../helpers/leaks.js";
import { memoryInUseAfterGc } from "../helpers/memory-in-use.mjs";
import { conclude } from "../helpers/outcome.js";
import { repeat, startSoakServer } from "./support.js";

checkLeaks();

const MEMORY_BOUND_BYTES = 5 * 2 ** 20;
const CONCURRENCY = 25;

/** The resources that all attempts share. */
interface Site {
  readonly url: string;
  /** A URL on which no server listens. */
  readonly closed: string;
  /** The signal of every dial. A listener that a dial leaves on it is a leak. */
  readonly signal: AbortSignal;
}

/** Makes one attempt. Returns the code of its error, or `clean`. */
type Attempt = (site: Site) => Promise<string>;

const endOf = async (client: Client): Promise<string> => {
  const { error, clean } = await client.closed;
  return error?.code ?? (clean ? "clean" : "not clean");
};

const dialCode = async (dial: Promise<Client>): Promise<string> => {
  try {
    (await dial).terminate();
    return "open";
  } catch (error) {
    return WsError.is(error) ? error.code : String(error);
  }
};

const to =
  (path: string, options?: ConnectOptions): Attempt =>
  async ({ url, signal }) =>
    endOf(await connect(`${url}${path}`, { ...options, signal }));

const refusedBy =
  (path: string, options?: ConnectOptions): Attempt =>
  ({ url, signal }) =>
    dialCode(connect(`${url}${path}`, { ...options, signal }));

/** Attempts that fail, each with its expected error code. */
const FAILURES: readonly (readonly [code: string, attempt: Attempt])[] = [
  ["DIAL_FAILED", ({ closed, signal }) => dialCode(connect(closed, { signal }))],
  ["DIAL_TIMEOUT", refusedBy("silent", { dialTimeout: 5 })],
  ["HANDSHAKE_REJECTED", refusedBy("refuse")],
  ["URL_FORBIDDEN", refusedBy("echo", { policy: ({ url }) => url === undefined })],
  ["INVALID_OPTION", refusedBy("echo", { readLimit: -1 })],
  ["ABORTED", ({ url }) => dialCode(connect(`${url}silent`, { signal: AbortSignal.timeout(2) }))],
  [
    "NO_CONTEXT",
    async ({ url, signal }) => {
      const context = createContext();
      const dial = dialCode(context.connect(`${url}silent`, { signal }));
      await context.close();
      return dial;
    },
  ],
  ["CONNECTION_LOST", to("drop")],
  ["CLOSED_BY_PEER", to("fail")],
  ["MESSAGE_TOO_BIG", to("big", { readLimit: 100 })],
  ["PROTOCOL_ERROR", to("garbage")],
  ["READ_TIMEOUT", to("mute", { readTimeout: 5 })],
  ["KEEPALIVE_TIMEOUT", to("mute", { keepAlive: { interval: 2, timeout: 2 } })],
];

/** Opens a connection, echoes a message, pings and closes. */
const goodOne: Attempt = async ({ url, signal }) => {
  const client = await connect(`${url}echo`, {
    signal,
    readTimeout: "10s",
    writeTimeout: "10s",
    keepAlive: {},
  });
  await client.send("x");
  const { value } = await client.receive({ timeout: "10s" });
  expect(value?.data).toBe("x");
  await client.ping();
  await client.close();
  return endOf(client);
};

/** Returns a URL on which no server listens. */
async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `ws://127.0.0.1:${port}/`;
}

test.for([
  ["clean", 10_000, goodOne],
  ...FAILURES.map(([code, attempt]) => [code, 1_000, attempt] as const),
] as const)("%s, %i times, leaves nothing behind", async ([code, count, attempt], context) => {
  await using server = await startSoakServer();
  const controller = new AbortController();
  const site: Site = { url: server.url, closed: await closedUrl(), signal: controller.signal };
  const seen = new Map<string, number>();
  const one = async (): Promise<void> => {
    const got = await attempt(site);
    seen.set(got, (seen.get(got) ?? 0) + 1);
  };
  // Objects that are created once and pools that fill must not count as growth.
  await repeat(count / 10, CONCURRENCY, one);
  seen.clear();
  const before = await memoryInUseAfterGc();
  const start = performance.now();
  await repeat(count, CONCURRENCY, one);
  const time = performance.now() - start;
  const memory = (await memoryInUseAfterGc()) - before;
  const left = abortListeners(controller.signal);
  const text = (found: string, listeners: number): string =>
    `${found}; ${listeners} listeners left`;
  const found = [...seen].map(([name, times]) => `${name} ${times} times`).join(", ");
  conclude(context, {
    cases: count,
    expected: text(`${code} ${count} times`, 0),
    happened: text(found, left),
    time: { value: time, bound: 120_000 },
    memory: { value: memory, bound: MEMORY_BOUND_BYTES },
  });
});
