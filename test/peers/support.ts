import type { TestContext } from "vitest";
import * as built from "../../dist/node.mjs";
import * as source from "../../src/node.js";
import type { Client, CloseInfo, Connect, WsError } from "../../src/node.js";
import { conclude } from "../helpers/outcome.js";
import { noise, rejectionOf } from "../transport/support.js";

/** What every peer is to get along with: the source, and the package that is built of it. */
export const IMPLEMENTATIONS: readonly (readonly [name: string, connect: Connect])[] = [
  ["source", source.connect],
  // Of the same shape, but the types of another copy.
  ["built package", built.connect as unknown as Connect],
];

/** Where a frame's header grows (RFC 6455 section 5.2), what is on both sides, and large ones. */
export const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1_048_576, 16_777_216];

/** The codes that both sides may send, and what the end is to us when the peer sends them. */
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

/** How it ends when the TCP connection does, without a close frame. */
export const LOST = "1006, not clean, by none: CONNECTION_LOST UNAVAILABLE retryable";

/** A text of so many ASCII characters. */
export function prose(size: number): string {
  return Buffer.from(noise(Math.ceil((size * 3) / 4), size))
    .toString("base64")
    .slice(0, size);
}

/** A text and binary data of each size. */
export function messagesOf(sizes: readonly number[]): (string | Uint8Array<ArrayBuffer>)[] {
  return sizes.flatMap((size) => [prose(size), noise(size, size + 1)]);
}

export interface Echoes {
  readonly cases: number;
  readonly lost: number;
  readonly happened: string;
}

/** Sends the messages one by one to a server that echoes, and tells how many came back as they were. */
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

/** All sizes come back, and then the connection ends in good order. */
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

/** Peers that send one message and then close with each code, for the reason "grüße". */
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

/** The texts that come until the connection ends, however it does. */
export async function drain(client: Client): Promise<string[]> {
  const texts: string[] = [];
  for await (const { data } of client.channel()) texts.push(String(data));
  return texts;
}

/** How a connection ended, in words that are the same in every run. */
export function describeClose({ code, reason, clean, by, error }: CloseInfo): string {
  const how = `${code}${reason && ` "${reason}"`}, ${clean ? "clean" : "not clean"}, by ${by}`;
  return `${how}: ${error ? describeError(error) : "normal"}`;
}

function describeError({ code, kind, retryable, details }: WsError): string {
  const status = details.status === undefined ? "" : ` ${details.status}`;
  return `${code}${status} ${kind} ${retryable ? "retryable" : "not retryable"}`;
}

/** What a dial that is to fail fails with. */
export async function describeDial(dial: Promise<Client>): Promise<string> {
  return describeError(await rejectionOf(dial));
}
