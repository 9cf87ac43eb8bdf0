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
import { describeEnd, describeRefusal, join } from "./verdict.js";

/** Bytes that a well-behaved server sends before and after the bytes of an attack. */
export const BEFORE = textFrame("before");
export const AFTER: Buffer = Buffer.concat([textFrame("after"), closeFrame(1000)]);

/** Client options and response headers of a connection with permessage-deflate. */
export const DEFLATE = {
  options: { compression: 1 },
  headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
} as const;

/** Number of attacks of one test that run at the same time. */
const MAX_PARALLEL_ATTACKS = 16;

/** Memory that one attack may leave allocated, in bytes. Compiled code and caches need some. */
const MAX_KEPT_BYTES = 2_097_152;

/** Behaviour of a server that breaks the protocol, or that is unusual but must be accepted. */
export interface Attack {
  readonly name: string;
  /** Text that the server sends as soon as the TCP connection is open, before any request. */
  readonly greeting?: string;
  /** Answers the request. Default: accepts it, with the rules' `headers`. */
  readonly answer?: (peer: RawConnection) => void;
  /**
   * Data to send on the open connection. Bytes are sent after the message "before", and are followed
   * by the message "after" and a close frame of 1000. A function sends everything itself.
   */
  readonly send?: Uint8Array | ((peer: RawConnection) => void | Promise<void>);
  /** The message or close reason that the attack may produce. Verdicts show it as "it". */
  readonly message?: string | Uint8Array;
  /** A close code that differs between attacks. Verdicts show it as "its code". */
  readonly code?: number;
  readonly options?: ConnectOptions;
}

/** Settings that all attacks of one test share. */
export interface Rules {
  /** The verdict on each attack: see verdict.ts. If several are listed, each has to occur, and no other may. */
  readonly expected: string | readonly string[];
  readonly options?: ConnectOptions;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the server use TLS. */
  readonly tls?: TlsOptions;
  /** The scheme to dial with. Default: the scheme of the server's URL. */
  readonly scheme?: "ws" | "wss";
  /** Longest duration of one attack, in milliseconds of test time. Default: 15,000. */
  readonly bound?: number;
  /** Highest memory growth during one attack, in bytes. If set, the attacks run one after the other. */
  readonly memory?: number;
}

/** Registers a test that runs attacks of one kind against a client and compares the verdicts. */
export function testAttacks(behaviour: string, attacks: readonly Attack[], rules: Rules): void {
  test(behaviour, { timeout: ms(60_000) }, async (context) => {
    const cases = attacks.flatMap(inPieces);
    const expected = [rules.expected].flat();
    const verdicts: Verdict[] = [];
    const parallel = rules.memory === undefined ? MAX_PARALLEL_ATTACKS : 1;
    await inParallel(parallel, cases, async (one, i) => {
      verdicts[i] = await judge(one, rules);
    });
    const maxOf = (measure: (verdict: Verdict) => number): number =>
      Math.max(...verdicts.map(measure));
    conclude(context, {
      cases: cases.length,
      expected: expected.join(OR),
      happened: summarize(verdicts, expected),
      time: { value: maxOf(({ time }) => time), bound: ms(rules.bound ?? 15_000) },
      ...(rules.memory !== undefined && {
        memory: { value: maxOf(({ memory }) => memory), bound: rules.memory },
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
  /** Memory growth in bytes, or 0 if it is not measured. */
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
  const { peak, kept } = await growthOf(run, MAX_KEPT_BYTES);
  const leak = kept > MAX_KEPT_BYTES ? `keeps ${kept} bytes` : "";
  return { name, text: join(text, leak), time: performance.now() - start, memory: peak };
}

/** Returns the attack and, if its bytes are few, a second attack that sends them one by one. */
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

/** Lists each distinct verdict once: expected ones first, then others with the names of their attacks. */
function summarize(verdicts: readonly Verdict[], expected: readonly string[]): string {
  const names = new Map(expected.map((text): [string, string[]] => [text, []]));
  for (const { name, text } of verdicts) {
    const same = names.get(text);
    if (same) same.push(name);
    else names.set(text, [name]);
  }
  return [...names]
    .filter(([, attacks]) => attacks.length > 0)
    .map(([text, attacks]) => (expected.includes(text) ? text : `${text} (${list(attacks)})`))
    .join(OR);
}

function list(names: readonly string[]): string {
  const more = names.length > 3 ? `, ... ${names.length} in all` : "";
  return `${names.slice(0, 3).join(", ")}${more}`;
}

/** Runs one attack against a new client and returns the verdict. */
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
    return await describeRefusal(error as WsError, server);
  }
  const peer = await server.connection();
  // RFC 6455 section 7.1.1: the server closes the TCP connection first, and the client waits for that.
  void peer.closeFrame().then(
    () => isKeptHalfOpen(peer) || peer.socket.end(),
    () => {},
  );
  const [text] = await Promise.all([describeEnd(client, peer, one.message), play(peer)]);
  return one.code === undefined ? text : text.replaceAll(String(one.code), "its code");
}
