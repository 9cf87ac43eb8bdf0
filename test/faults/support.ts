import { expect } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, CloseInfo, ConnectOptions, Message, ReceiveResult } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import type { Certificate } from "../helpers/certificates.js";
import { closeText } from "../helpers/close-text.js";
import { startFaultProxy } from "../helpers/fault-proxy.js";
import type { Ending, FaultProxy, Link, ProxyConnection } from "../helpers/fault-proxy.js";
import { ms } from "../helpers/time.js";

const certificate = createCertificate();

/** A kind of connection. The tests run each fault on all of them. */
export interface Way {
  readonly name: string;
  readonly compression: boolean;
  readonly tls?: Certificate;
}

export const WAYS: readonly Way[] = [
  { name: "ws", compression: false },
  { name: "ws with compression", compression: true },
  { name: "wss", compression: false, tls: certificate },
  { name: "wss with compression", compression: true, tls: certificate },
];

/** Descriptions of the ways to end a connection, for test names: "delivers all messages if ...". */
export const ENDING_TEXTS: Readonly<Record<Exclude<Ending, "stall">, string>> = {
  fin: "both directions end (FIN)",
  reset: "the connection is reset (RST)",
  half: "one direction ends (FIN)",
};

/** Returns the client options for a kind of connection. With compression, every message is compressed. */
export function optionsFor({ compression, tls }: Way): ConnectOptions {
  return {
    ...(compression && { compression: "context_takeover", compressionThreshold: 0 }),
    ...(tls && { node: { tls: { ca: tls.cert } } }),
  };
}

/** Returns the options for the servers of `test/helpers`. */
export function serverFor({ compression, tls }: Way): { compression: boolean; tls?: Certificate } {
  return { compression, ...(tls && { tls }) };
}

/** A client that is connected through a proxy. */
export interface Linked extends AsyncDisposable {
  readonly client: Client;
  readonly proxy: FaultProxy;
  readonly connection: ProxyConnection;
}

/** Connects to the server at `url` through a proxy. */
export async function connectThrough(
  url: string,
  options: ConnectOptions,
  link: Link = {},
  seed?: number,
): Promise<Linked> {
  const proxy = await startFaultProxy(url, link, seed);
  const client = await connect(proxy.url, options);
  return {
    client,
    proxy,
    connection: await proxy.connection(),
    async [Symbol.asyncDispose]() {
      client.terminate();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** Describes the end of a connection in words that are the same in every run. */
export function describeEnd(info: CloseInfo): string {
  const { sentCode, error } = info;
  return [
    closeText(info, ""),
    ...(sentCode === undefined ? [] : [`sentCode ${sentCode}`]),
    ...(error === undefined ? [] : [error.code]),
  ].join(", ");
}

/** Returns the data of a received message as a string. */
export function textOf({ value }: ReceiveResult<Message>): string {
  if (value === undefined) return "the end";
  return value.type === "text" ? value.data : Buffer.from(value.data).toString("latin1");
}

/** Receives all messages until the connection ends. */
export async function readAll(client: Client): Promise<string[]> {
  const messages: string[] = [];
  for (let next = await client.receive(); next.ok; next = await client.receive()) {
    messages.push(textOf(next));
  }
  return messages;
}

/** Summarises the results of the cases: the one result of all, or each distinct result with its count. */
export function tally(results: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(result, (counts.get(result) ?? 0) + 1);
  if (counts.size === 1) return results[0] as string;
  return [...counts].map(([result, count]) => `${count} x (${result})`).join(" | ");
}

/** Runs all cases, `concurrency` at a time. Returns their results in the order of the cases. */
export async function runAll<Case, Result>(
  cases: readonly Case[],
  run: (one: Case, index: number) => Promise<Result>,
  concurrency = 16,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < cases.length) {
      const index = next++;
      results[index] = await run(cases[index] as Case, index);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

/** Returns the numbers from `start` up to but not including `end`. */
export function range(start: number, end: number, step = 1): number[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
}

/** Waits until a number is greater than 0 and has stopped changing. */
export async function standstill(read: () => number): Promise<void> {
  let before = 0;
  const isStable = (): boolean => before === (before = read()) && before > 0;
  await expect.poll(isStable, { timeout: ms(15_000), interval: ms(100) }).toBe(true);
}
