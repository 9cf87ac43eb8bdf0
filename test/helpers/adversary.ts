import type { TlsOptions } from "node:tls";
import { test } from "vitest";
import { connect } from "../../src/node.js";
import type { Client, ConnectOptions, WsError } from "../../src/node.js";
import { closeFrame, textFrame } from "./frames.js";
import { growthOf } from "./memory.js";
import { conclude } from "./outcome.js";
import { isKeptHalfOpen, startRawServer } from "./raw-server.js";
import type { RawConnection } from "./raw-server.js";
import { ms } from "./time.js";
import { join, tellEnd, tellRefusal } from "./verdict.js";

/** What a well-behaved server sends around an offence. */
export const BEFORE = textFrame("before");
export const AFTER: Buffer = Buffer.concat([textFrame("after"), closeFrame(1000)]);

/** The options and the answer of a connection that compresses. */
export const DEFLATE = {
  options: { compression: 1 },
  headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
} as const;

/** How many attacks of one test run at the same time. */
const PARALLEL = 16;

/** What may be left of one attack when it is over, in bytes: what is compiled and cached. */
const KEPT = 2_097_152;

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
  /** The verdict on each of them: see verdict.ts. More than one: each occurs, and no other. */
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
      time: { value: most(({ time }) => time), bound: ms(rules.bound ?? 15_000) },
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
    options: { readTimeout: ms(15_000), ...one.options },
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

/** Has a server misbehave once, and tells what has come of it. */
async function attack(one: Attack, rules: Omit<Rules, "expected"> = {}): Promise<string> {
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
    return await tellRefusal(error as WsError, server);
  }
  const peer = await server.connection();
  // As a server should: the client waits for that (RFC 6455 section 7.1.1).
  void peer.closeFrame().then(
    () => isKeptHalfOpen(peer) || peer.socket.end(),
    () => {},
  );
  const [text] = await Promise.all([tellEnd(client, peer, one.message), play(peer)]);
  return one.code === undefined ? text : text.replaceAll(String(one.code), "its code");
}
