import { onTestFinished } from "vitest";
import { createHub } from "../../src/hub/node.js";
import type { Hub } from "../../src/hub/node.js";
import { connect } from "../../src/node.js";
import type { Client, ConnectOptions, Message } from "../../src/node.js";
import { TestServer } from "../../src/testing/node.js";
import type { TestPeer } from "../../src/testing/node.js";

export const URL = "wss://api.example.com/feed";

/** Starts a server in memory, which ends with the test. */
export function serve(): TestServer {
  const server = new TestServer();
  onTestFinished(() => server.close().catch(() => {}));
  return server;
}

export interface Opened {
  readonly client: Client;
  readonly hub: Hub;
  readonly peer: TestPeer;
}

/** Opens a client with a hub, and returns its peer as well. */
export async function open(options: ConnectOptions = {}): Promise<Opened> {
  const server = serve();
  const client = await connect(URL, options);
  return { client, hub: createHub(client), peer: await server.accept() };
}

/** Returns the text of a message. */
export function textOf(message: Message | undefined): string {
  return message?.type === "text" ? message.data : String(message?.type);
}

/** Receives all values of a channel until it has ended. */
export async function valuesOf<T>(channel: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of channel) values.push(value);
  return values;
}

/** Receives all texts of a channel until it has ended. */
export async function collect(channel: AsyncIterable<Message>): Promise<string[]> {
  return (await valuesOf(channel)).map(textOf);
}

/** Sends the numbers from 1 to `count`. */
export async function sendNumbers(peer: TestPeer, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) await peer.send(String(i));
}

/** Returns the texts from `first` to `last`. */
export function numbers(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
}
