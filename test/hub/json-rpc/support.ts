import { onTestFinished } from "vitest";
import { jsonRpc } from "../../../src/hub/node.js";
import type { JsonRpc } from "../../../src/hub/node.js";
import { connect } from "../../../src/node.js";
import type { Client, ConnectOptions } from "../../../src/node.js";
import type { TestPeer } from "../../../src/testing/node.js";
import { serve, URL } from "../support.js";

/** The methods of the peer in the tests. */
export interface Methods {
  add(a: number, b: number): number;
  greet(params: { name: string }): string;
  list(): string[];
  log(text: string): void;
}

/** The notifications of the peer in the tests. */
export interface Events {
  tick: { n: number };
  moved: [x: number, y: number];
}

export interface Opened {
  readonly client: Client;
  readonly rpc: JsonRpc<Methods, Events>;
  readonly peer: TestPeer;
}

/** Opens a client with JSON-RPC, and returns its peer as well. */
export async function open(options: ConnectOptions = {}): Promise<Opened> {
  const server = serve();
  const client = await connect(URL, options);
  const rpc = jsonRpc<Methods, Events>(client);
  onTestFinished(() => client.terminate());
  return { client, rpc, peer: await server.accept() };
}

/** Receives the next message of the peer, as a value. */
export async function next(peer: TestPeer): Promise<unknown> {
  const { value } = await peer.receive({ timeout: 1_000 });
  return JSON.parse(value?.data as string) as unknown;
}

/** Sends a value as JSON. */
export function reply(peer: TestPeer, value: unknown): Promise<void> {
  return peer.send(JSON.stringify(value));
}

/** Returns a reply with a result. */
export const result = (id: unknown, value: unknown): object => ({
  jsonrpc: "2.0",
  id,
  result: value,
});

/** Returns a reply with an error. */
export const error = (id: unknown, code: number, message: string): object => ({
  jsonrpc: "2.0",
  id,
  error: { code, message },
});
