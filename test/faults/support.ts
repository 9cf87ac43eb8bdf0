import { expect } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, CloseInfo, ConnectOptions, Message, ReceiveResult } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import type { Certificate } from "../helpers/certificates.js";
import { startFaultProxy } from "../helpers/fault-proxy.js";
import type { FaultProxy, Link, ProxyConnection } from "../helpers/fault-proxy.js";
import { ms } from "../helpers/time.js";

const certificate = createCertificate();

/** A way to talk to a server: each fault meets all of them. */
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

/** Rows that a table of tests shows by name. */
export function byName<Row extends { readonly name: string }>(
  rows: readonly Row[],
): readonly (readonly [string, Row])[] {
  return rows.map((row) => [row.name, row]);
}

/** What a client needs to talk that way: every message is compressed where any is. */
export function optionsFor({ compression, tls }: Way): ConnectOptions {
  return {
    ...(compression && { compression: "context_takeover", compressionThreshold: 0 }),
    ...(tls && { node: { tls: { ca: tls.cert } } }),
  };
}

/** What a server needs, of those that `test/helpers` has. */
export function serverFor({ compression, tls }: Way): { compression: boolean; tls?: Certificate } {
  return { compression, ...(tls && { tls }) };
}

/** A client, and the proxy it talks through. */
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

/** How a connection has ended, in words that are the same in every run. */
export function tellEnd({ code, clean, by, sentCode, error }: CloseInfo): string {
  return [
    `${code} ${clean ? "clean" : "not clean"}, by ${by}`,
    ...(sentCode === undefined ? [] : [`sent ${sentCode}`]),
    ...(error === undefined ? [] : [error.code]),
  ].join(", ");
}

/** A received message as a string. */
export function textOf({ value }: ReceiveResult<Message>): string {
  if (value === undefined) return "the end";
  return value.type === "text" ? value.data : Buffer.from(value.data).toString("latin1");
}

/** Reads all there is to the end. */
export async function readAll(client: Client): Promise<string[]> {
  const messages: string[] = [];
  for (let next = await client.receive(); next.ok; next = await client.receive()) {
    messages.push(textOf(next));
  }
  return messages;
}

/** What the cases have come to: the one result of all, or each with how many there are of it. */
export function tally(results: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const result of results) counts.set(result, (counts.get(result) ?? 0) + 1);
  if (counts.size === 1) return results[0] as string;
  return [...counts].map(([result, count]) => `${count} x (${result})`).join(" | ");
}

/** Runs all cases, some at a time; what they come to, in their order. */
export async function runAll<Case, Result>(
  cases: readonly Case[],
  run: (one: Case, index: number) => Promise<Result>,
  atOnce = 16,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < cases.length) {
      const index = next++;
      results[index] = await run(cases[index] as Case, index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** The whole numbers from `start` to below `end`. */
export function range(start: number, end: number, step = 1): number[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
}

/** Settles when a number that is not 0 has stopped to change. */
export async function standstill(read: () => number): Promise<void> {
  let before = 0;
  const stands = (): boolean => before === (before = read()) && before > 0;
  await expect.poll(stands, { timeout: ms(15_000), interval: ms(100) }).toBe(true);
}
