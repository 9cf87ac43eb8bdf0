import type { TlsOptions } from "node:tls";
import { test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, CloseInfo, ConnectOptions, Message, WsError } from "../../src/node.js";
import { closeFrame, closeOf, OPCODE, textFrame } from "./frames.js";
import type { Frame } from "./frames.js";
import { growthOf } from "./memory.js";
import { conclude } from "./outcome.js";
import { startRawServer } from "./raw-server.js";
import type { RawConnection } from "./raw-server.js";
import { ms } from "./time.js";

/** What a well-behaved server sends around an offence. */
export const BEFORE = textFrame("before");
export const AFTER: Buffer = Buffer.concat([textFrame("after"), closeFrame(1000)]);

/** The options and the answer of a connection that compresses. */
export const DEFLATE = {
  options: { compression: 1 },
  headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
} as const;

// Verdicts

/** The peer is told what it broke, and what had come before can be read. */
export function broken(code = 1002, reads = "before"): string {
  return `reads ${reads}; PROTOCOL_ERROR, ${code} by local; wire: close ${code}`;
}

export const TOO_BIG = "reads before; MESSAGE_TOO_BIG, 1009 by local; wire: close 1009";

/** The connection ended, without a close frame either way. */
export const LOST = "reads before; CONNECTION_LOST, 1006 by none; wire: nothing";

/** It is a message, and all goes on. */
export const ARRIVES = "reads before, it, after; no error, 1000 by peer, clean; wire: close 1000";

/** It is nothing, and all goes on. */
export const IGNORED = "reads before, after; no error, 1000 by peer, clean; wire: close 1000";

/** How many attacks of one test run at the same time. */
const PARALLEL = 16;

/** What may be left of one attack when it is over, in bytes: what is compiled and cached. */
const KEPT = 2_097_152;

/** How long one attack may take from the dial to the end of its TCP connection. */
const PATIENCE = 10_000;

/** One thing that a server does and should not, or should be let do. */
export interface Attack {
  readonly name: string;
  /** What is said as soon as there is a TCP connection, before any request. */
  readonly greeting?: string;
  /** Answers the request. Default: accepts it, with the rules' `headers`. */
  readonly answer?: (peer: RawConnection) => void;
  /**
   * What is sent on the open connection: bytes go out between the message "before" and the message
   * "after" with a close frame of 1000; a function does all that by itself.
   */
  readonly send?: Uint8Array | ((peer: RawConnection) => void | Promise<void>);
  /** The message or close reason that may come of it, shown as "it". */
  readonly message?: string | Uint8Array;
  /** A close code that differs from attack to attack, shown as "its code". */
  readonly code?: number;
  readonly options?: ConnectOptions;
}

/** What the attacks of one test have in common. */
export interface Rules {
  /** The verdict on each of them: see {@link attack}. More than one: each occurs, and no other. */
  readonly expected: string | readonly string[];
  readonly options?: ConnectOptions;
  readonly headers?: Readonly<Record<string, string>>;
  /** Has the server speak TLS. */
  readonly tls?: TlsOptions;
  /** The scheme to dial with. Default: what the server speaks. */
  readonly scheme?: "ws" | "wss";
  /** How long one may take, in milliseconds of test time. Default: 5,000. */
  readonly bound?: number;
  /** How much memory one may take at its peak, in bytes. They run one after the other then. */
  readonly memory?: number;
}

/** Tests that a client survives attacks of one kind as it should. */
export function testAttacks(behaviour: string, attacks: readonly Attack[], rules: Rules): void {
  test(behaviour, { timeout: ms(60_000) }, async (context) => {
    const cases = attacks.flatMap(inPieces);
    const expected = [rules.expected].flat();
    const verdicts: Verdict[] = [];
    await inParallel(rules.memory === undefined ? PARALLEL : 1, cases, async (one, i) => {
      verdicts[i] = await judge(one, rules);
    });
    const most = (measure: (verdict: Verdict) => number): number =>
      Math.max(...verdicts.map(measure));
    conclude(context, {
      cases: cases.length,
      expected: expected.join(OR),
      happened: sum(verdicts, expected),
      time: { value: most(({ time }) => time), bound: ms(rules.bound ?? 5_000) },
      ...(rules.memory !== undefined && {
        memory: { value: most(({ memory }) => memory), bound: rules.memory },
      }),
    });
  });
}

async function inParallel<T>(
  n: number,
  all: readonly T[],
  run: (one: T, i: number) => Promise<void>,
): Promise<void> {
  const left = all.entries();
  const work = async (): Promise<void> => {
    for (const [i, one] of left) await run(one, i);
  };
  await Promise.all(Array.from({ length: n }, work));
}

interface Verdict {
  readonly name: string;
  readonly text: string;
  /** In milliseconds. */
  readonly time: number;
  /** In bytes; 0 where it is not measured. */
  readonly memory: number;
}

async function judge(one: Attack, rules: Rules): Promise<Verdict> {
  const { name } = one;
  const start = performance.now();
  let text = "";
  const run = async (): Promise<void> => {
    text = await attack(one, rules);
  };
  if (rules.memory === undefined) {
    await run();
    return { name, text, time: performance.now() - start, memory: 0 };
  }
  const { peak, kept } = await growthOf(run, KEPT);
  const leak = kept > KEPT ? `keeps ${kept} bytes` : "";
  return { name, text: join(text, leak), time: performance.now() - start, memory: peak };
}

/** What is short comes in one piece, and byte by byte to a client that looks at frames for itself. */
function inPieces(one: Attack): Attack[] {
  const { send, name } = one;
  if (!(send instanceof Uint8Array) || send.length > 200) return [one];
  const piecemeal: Attack = {
    ...one,
    name: `${name}, byte by byte`,
    send: (peer) => trickle(peer, send),
    options: { readTimeout: ms(PATIENCE / 2), ...one.options },
  };
  return [one, piecemeal];
}

async function trickle(peer: RawConnection, bytes: Uint8Array): Promise<void> {
  peer.socket.setNoDelay();
  for (const byte of Buffer.concat([BEFORE, bytes, AFTER])) {
    peer.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const OR = "; or: ";

/** The verdicts, each once: the expected ones in their order, then the others with whose they are. */
function sum(verdicts: readonly Verdict[], expected: readonly string[]): string {
  const names = new Map(expected.map((text): [string, string[]] => [text, []]));
  for (const { name, text } of verdicts) {
    const same = names.get(text);
    if (same) same.push(name);
    else names.set(text, [name]);
  }
  return [...names]
    .filter(([, whose]) => whose.length > 0)
    .map(([text, whose]) => (expected.includes(text) ? text : `${text} (${list(whose)})`))
    .join(OR);
}

function list(names: readonly string[]): string {
  const more = names.length > 3 ? `, ... ${names.length} in all` : "";
  return `${names.slice(0, 3).join(", ")}${more}`;
}

/**
 * Has a server misbehave once, and tells in one line what has come of it: the messages that could be
 * read after the end, how the client says it ended, and which frames the server got. A refused handshake
 * is its error and the bytes that came behind the request.
 */
export async function attack(one: Attack, rules: Omit<Rules, "expected"> = {}): Promise<string> {
  const { send = new Uint8Array(), answer = (peer) => peer.accept(rules.headers) } = one;
  const play =
    typeof send === "function"
      ? send
      : (peer: RawConnection): void => peer.write(BEFORE, send, AFTER);
  await using server = await startRawServer({
    onConnection: (peer) => peer.write(one.greeting ?? ""),
    onRequest: answer,
    ...(rules.tls && { tls: rules.tls }),
  });
  const dialled = connect(server.url.replace(/^wss?/, rules.scheme ?? "$&"), {
    dialTimeout: ms(3_000),
    closeTimeout: ms(2_000),
    ...rules.options,
    ...one.options,
  });
  let client: Client;
  try {
    client = await dialled;
  } catch (error) {
    const gone = await settles(server.idle());
    return join(tellRefusal(error as WsError), tellBytes(server.connections), gone);
  }
  const peer = await server.connection();
  const [text] = await Promise.all([tellEnd(client, peer, one.message), play(peer)]);
  return one.code === undefined ? text : text.replaceAll(String(one.code), "its code");
}

/** Waits for a connection's end and tells all about it, as {@link attack} does. */
export async function tellEnd(
  client: Client,
  peer: RawConnection,
  message?: string | Uint8Array,
): Promise<string> {
  const pending = await settles(client.closed);
  client.terminate();
  const gone = await settles(peer.closed);
  const info = await client.closed;
  const read = await readAll(client, message);
  const thrown = await client[Symbol.asyncIterator]()
    .next()
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return join(
    `reads ${tally(read)}`,
    pending || tellInfo(info, message),
    thrown === info.error ? "" : `iterating throws ${String(thrown)}`,
    `wire: ${tellFrames(peer.frames, message)}`,
    gone,
  );
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("; ");
}

/** Waits; tells only where it was in vain. */
async function settles(promise: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("never ends"), ms(PATIENCE));
  });
  const text = await Promise.race([promise.then(() => ""), late]);
  clearTimeout(timer);
  return text;
}

async function readAll(client: Client, message?: string | Uint8Array): Promise<string[]> {
  const read: string[] = [];
  for (;;) {
    const { ok, value } = await client.receive();
    if (!ok) return read;
    read.push(tellMessage(value, message));
  }
}

function tellMessage({ type, data }: Message, message?: string | Uint8Array): string {
  if (message !== undefined) {
    const isText = typeof message === "string";
    const isSame =
      isText === (type === "text") &&
      Buffer.from(message as string).equals(Buffer.from(data as string));
    if (isSame) return "it";
  }
  if (data === "before" || data === "after") return data;
  return type === "text" ? "a text" : "bytes";
}

function tellInfo(info: CloseInfo, message?: string | Uint8Array): string {
  const { code, reason, by, clean, error, sentCode } = info;
  const why = tellReason(reason, message);
  const what = `${error?.code ?? "no error"}, ${code}${why} by ${by}${clean ? ", clean" : ""}`;
  // What is sent is told in two places, which have to agree: here and on the wire.
  return sentCode === undefined || sentCode === code ? what : `${what}, sent ${sentCode}`;
}

function tellReason(reason: string, message?: string | Uint8Array): string {
  return reason === "" ? "" : reason === message ? " it" : ` "${reason}"`;
}

function tellFrames(frames: readonly Frame[], message?: string | Uint8Array): string {
  return tally(frames.map((one) => tellFrame(one, message)));
}

/** All in order, what is the same several times in a row once. */
function tally(all: readonly string[]): string {
  const runs: { text: string; count: number }[] = [];
  for (const text of all) {
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  const texts = runs.map(({ text, count }) => (count === 1 ? text : `${count} x ${text}`));
  return texts.join(", ") || "nothing";
}

function tellFrame(one: Frame, message?: string | Uint8Array): string {
  const names: Readonly<Record<number, string>> = {
    [OPCODE.CLOSE]: "close",
    [OPCODE.PONG]: "pong",
  };
  const name = names[one.opcode] ?? `opcode ${one.opcode}`;
  const { code, reason } = closeOf(one);
  const detail = one.opcode === OPCODE.CLOSE ? ` ${code}${tellReason(reason, message)}` : "";
  const fault = one.masked && one.fin && !one.rsv1 ? "" : " malformed";
  return `${name}${detail}${fault}`;
}

function tellRefusal({ code, kind, retryable, details }: WsError): string {
  const status = details.status === undefined ? "" : `, status ${details.status}`;
  const after = details.retryAfter === undefined ? "" : `, after ${details.retryAfter} ms`;
  return `${code}, ${kind}${retryable ? ", retryable" : ""}${status}${after}`;
}

function tellBytes(connections: readonly RawConnection[]): string {
  const bytes = connections.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
  return `wire: ${bytes === 0 ? "nothing" : `${bytes} bytes`}`;
}
