import type { TestContext } from "vitest";
import * as built from "../../dist/node.mjs";
import * as source from "../../src/node.js";
import type { Client, CloseInfo, Connect, WsError } from "../../src/node.js";
import { failure } from "../helpers/failure.js";
import { conclude } from "../helpers/outcome.js";
import { noise } from "../transport/support.js";

/** The implementations that are tested with every peer: the source and the built package. */
export const IMPLEMENTATIONS: readonly (readonly [name: string, connect: Connect])[] = [
  ["source", source.connect],
  // The built package has the same types, but TypeScript sees a second copy of them.
  ["built package", built.connect as unknown as Connect],
];

/** The sizes around those at which a frame header grows (RFC 6455 section 5.2), and large ones. */
export const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1_048_576, 16_777_216];

/** The close codes that a peer may send, and how the client reports each. */
export const PEER_CLOSES: readonly (readonly [code: number, end: string])[] = [
  [1000, "normal"],
  [1001, "normal"],
  [1002, "CLOSED_BY_PEER INTERNAL not retryable"],
  [1003, "CLOSED_BY_PEER INTERNAL not retryable"],
  [1007, "CLOSED_BY_PEER INTERNAL not retryable"],
  [1008, "CLOSED_BY_PEER PERMISSION_DENIED not retryable"],
  [1009, "CLOSED_BY_PEER INTERNAL not retryable"],
  [1010, "CLOSED_BY_PEER INTERNAL not retryable"],
  [1011, "CLOSED_BY_PEER INTERNAL retryable"],
  [1012, "CLOSED_BY_PEER UNAVAILABLE retryable"],
  [1013, "CLOSED_BY_PEER UNAVAILABLE retryable"],
  [1014, "CLOSED_BY_PEER UNAVAILABLE retryable"],
  [3000, "CLOSED_BY_PEER PERMISSION_DENIED not retryable"],
  [3003, "CLOSED_BY_PEER PERMISSION_DENIED not retryable"],
  [3008, "CLOSED_BY_PEER TIMEOUT retryable"],
  [3999, "CLOSED_BY_PEER INTERNAL not retryable"],
  [4000, "CLOSED_BY_PEER INTERNAL not retryable"],
  [4999, "CLOSED_BY_PEER INTERNAL not retryable"],
];

/** The description of a connection that ended without a close frame. */
export const LOST = "1006, not clean, by none: CONNECTION_LOST UNAVAILABLE retryable";

/** Returns a text of `size` ASCII characters. */
export function prose(size: number): string {
  return Buffer.from(noise(Math.ceil((size * 3) / 4), size))
    .toString("base64")
    .slice(0, size);
}

/** Returns a text and binary data of each size. */
export function messagesOf(sizes: readonly number[]): (string | Uint8Array<ArrayBuffer>)[] {
  return sizes.flatMap((size) => [prose(size), noise(size, size + 1)]);
}

export interface Echoes {
  readonly cases: number;
  readonly lost: number;
  readonly happened: string;
}

/** Sends the messages one by one to an echo server. Counts those that come back unchanged. */
export async function echoAll(
  client: Client,
  messages: readonly (string | Uint8Array)[],
): Promise<Echoes> {
  let same = 0;
  for (const message of messages) {
    await client.send(message);
    if (isSame(message, (await client.receive()).value?.data)) same++;
  }
  const cases = messages.length;
  return { cases, lost: cases - same, happened: `${same} of ${cases} as sent` };
}

/** Concludes that all messages are echoed, and that the connection then closes cleanly. */
export async function concludeEcho(
  context: TestContext,
  client: Client,
  messages: readonly (string | Uint8Array)[] = messagesOf(SIZES),
): Promise<void> {
  const echoes = await echoAll(client, messages);
  const info = await client.close();
  conclude(context, {
    ...echoes,
    expected: `${echoes.cases} of ${echoes.cases} as sent; 1000, clean, by local: normal`,
    happened: `${echoes.happened}; ${describeClose(info)}`,
  });
}

/** Concludes how the client reports peers that send one message and close with each code and "grüße". */
export async function concludePeerCloses(
  context: TestContext,
  open: (code: number) => Promise<Client>,
): Promise<void> {
  const seen: string[] = [];
  let lost = 0;
  for (const [code] of PEER_CLOSES) {
    const client = await open(code);
    lost += 1 - (await drain(client)).length;
    seen.push(describeClose(await client.closed));
  }
  conclude(context, {
    cases: PEER_CLOSES.length,
    expected: PEER_CLOSES.map(([code, end]) => `${code} "grüße", clean, by peer: ${end}`).join(
      "; ",
    ),
    happened: seen.join("; "),
    lost,
  });
}

export function isSame(sent: string | Uint8Array, got: unknown): boolean {
  if (typeof sent === "string") return got === sent;
  return got instanceof Uint8Array && Buffer.compare(sent, got) === 0;
}

/** Receives texts until the connection ends, with or without an error. */
export async function drain(client: Client): Promise<string[]> {
  const texts: string[] = [];
  for await (const { data } of client.channel()) texts.push(String(data));
  return texts;
}

/** Describes the end of a connection in words that are the same in every run. */
export function describeClose({ code, reason, clean, by, error }: CloseInfo): string {
  const how = `${code}${reason && ` "${reason}"`}, ${clean ? "clean" : "not clean"}, by ${by}`;
  return `${how}: ${error ? describeError(error) : "normal"}`;
}

function describeError({ code, kind, retryable, details }: WsError): string {
  const status = details.status === undefined ? "" : ` ${details.status}`;
  return `${code}${status} ${kind} ${retryable ? "retryable" : "not retryable"}`;
}

/** Describes the error of a dial that must fail. */
export async function describeDial(dial: Promise<Client>): Promise<string> {
  return describeError(await failure(dial));
}
