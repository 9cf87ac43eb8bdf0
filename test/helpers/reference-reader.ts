import { constants, inflateRawSync } from "node:zlib";
import { OPCODE } from "./frames.js";

/** What a server has agreed to of permessage-deflate (RFC 7692), as far as it is its own sending. */
export interface Deflation {
  readonly serverNoContextTakeover: boolean;
  readonly serverMaxWindowBits?: number | undefined;
}

export interface ReaderOptions {
  /** The largest message, in bytes after decompression. */
  readonly limit: number;
  /** The most that a message is let become before all of it is there: more than `limit`, or as much. */
  readonly roughLimit: number;
  /** Without it, nothing may be compressed. */
  readonly deflation?: Deflation | undefined;
}

/** A message as it is read; a text as its bytes. */
export interface ReadMessage {
  readonly type: "text" | "binary";
  readonly data: Buffer;
}

/** How the bytes of a connection end: by a close frame, by what breaks a rule, or with neither. */
export type Ending =
  | { readonly by: "close"; readonly code: number; readonly reason: string }
  /** Where two rules are broken, the code of either. */
  | { readonly by: "fault"; readonly code: number; readonly or: number }
  | { readonly by: "cut" };

export interface Reading {
  readonly messages: readonly ReadMessage[];
  readonly pings: readonly Buffer[];
  readonly ending: Ending;
}

/** A rule was broken: the code to close with (RFC 6455 section 7.4.1). */
class Fault extends Error {
  constructor(
    readonly code: number,
    readonly or = code,
  ) {
    super(`fault ${code}`);
  }
}

/** There are no more bytes. */
class Cut extends Error {}

/**
 * Reads all that a server sent on one connection, when all of it is there: RFC 6455 section 5 and RFC
 * 7692, in as few words as can be, for others to be compared with. Like most, it does not insist on the
 * shortest form of a length.
 */
export function readStream(bytes: Buffer, options: ReaderOptions): Reading {
  const messages: ReadMessage[] = [];
  const pings: Buffer[] = [];
  const ending = readAll(new Source(bytes), options, messages, pings);
  return { messages, pings, ending };
}

/** Bytes to take from the front. */
class Source {
  #at = 0;

  constructor(readonly bytes: Buffer) {}

  take(size: number): Buffer {
    const end = this.#at + size;
    if (end > this.bytes.length) throw new Cut();
    const taken = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** A message of which not all fragments have come. */
interface Unfinished {
  readonly type: ReadMessage["type"];
  readonly inflate: ((payload: Buffer, isLast: boolean) => Buffer) | undefined;
  /** The payloads of its frames, and what they stand for. */
  received: number;
  data: Buffer;
}

function readAll(
  source: Source,
  { limit, roughLimit, deflation }: ReaderOptions,
  messages: ReadMessage[],
  pings: Buffer[],
): Ending {
  const inflate = deflation && inflater(deflation, roughLimit);
  let unfinished: Unfinished | undefined;
  try {
    for (;;) {
      const { fin, compressed, opcode, size } = readHeader(source, unfinished, inflate);
      if (opcode === OPCODE.PING) pings.push(source.take(size));
      else if (opcode === OPCODE.PONG) source.take(size);
      else if (opcode === OPCODE.CLOSE) return readClose(source.take(size));
      else {
        unfinished ??= {
          type: opcode === OPCODE.TEXT ? "text" : "binary",
          inflate: compressed ? inflate : undefined,
          received: 0,
          data: Buffer.alloc(0),
        };
        unfinished.received += size;
        if (unfinished.received > roughLimit) throw new Fault(1009);
        const payload = source.take(size);
        const data = unfinished.inflate?.(payload, fin) ?? payload;
        unfinished.data = Buffer.concat([unfinished.data, data]);
        if (unfinished.data.length > roughLimit) throw new Fault(1009);
        if (!fin) continue;
        if (unfinished.type === "text") checkUtf8(unfinished.data);
        if (unfinished.data.length > limit) throw new Fault(1009);
        messages.push({ type: unfinished.type, data: unfinished.data });
        unfinished = undefined;
      }
    }
  } catch (error) {
    if (error instanceof Fault) return { by: "fault", code: error.code, or: error.or };
    if (error instanceof Cut) return { by: "cut" };
    throw error;
  }
}

interface Header {
  readonly fin: boolean;
  readonly compressed: boolean;
  readonly opcode: number;
  readonly size: number;
}

function readHeader(source: Source, unfinished: Unfinished | undefined, inflate: unknown): Header {
  const [first = 0, second = 0] = source.take(2);
  const fin = first >= 0x80;
  const compressed = (first & 0x40) !== 0;
  const opcode = first & 0x0f;
  const short = second & 0x7f;
  const must = (holds: boolean): void => {
    if (!holds) throw new Fault(1002);
  };
  must((first & 0x30) === 0);
  // A server masks nothing.
  must(second < 0x80);
  if (opcode >= 8) {
    must(opcode <= OPCODE.PONG);
    must(fin && short <= 125 && !compressed);
    must(!(opcode === OPCODE.CLOSE && short === 1));
  } else {
    must(opcode <= OPCODE.BINARY);
    must((opcode === OPCODE.CONTINUATION) === (unfinished !== undefined));
    must(!compressed || (inflate !== undefined && unfinished === undefined));
  }
  return { fin, compressed, opcode, size: readSize(source, short) };
}

function readSize(source: Source, short: number): number {
  if (short < 126) return short;
  return short === 126 ? source.take(2).readUInt16BE() : Number(source.take(8).readBigUInt64BE());
}

function readClose(payload: Buffer): Ending {
  if (payload.length === 0) return { by: "close", code: 1005, reason: "" };
  const code = payload.readUInt16BE();
  const isRegistered = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  if (!isRegistered && !(code >= 3000 && code <= 4999)) throw new Fault(1002);
  const reason = payload.subarray(2);
  checkUtf8(reason);
  return { by: "close", code, reason: reason.toString() };
}

function checkUtf8(bytes: Buffer): void {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Fault(1007);
  }
}

/** What Node's zlib tells with option `info`, which its types do not know. */
interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** What a flush ends with, which no message carries (RFC 7692 section 7.2.1). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

/**
 * Inflates payload by payload; each time anew, from the first one on that shares their context. That is
 * slow, and needs no state of zlib's.
 */
function inflater(
  { serverNoContextTakeover, serverMaxWindowBits = 15 }: Deflation,
  limit: number,
): (payload: Buffer, isLast: boolean) => Buffer {
  let context = Buffer.alloc(0);
  let known = 0;
  return (payload, isLast) => {
    context = Buffer.concat([context, payload, ...(isLast ? [TAIL] : [])]);
    const options = {
      finishFlush: constants.Z_SYNC_FLUSH,
      windowBits: serverMaxWindowBits,
      maxOutputLength: known + limit + 1,
      info: true,
    };
    let all: Buffer;
    let used: number;
    try {
      const result = inflateRawSync(context, options) as unknown as InflateInfo;
      all = result.buffer;
      used = result.engine.bytesWritten;
    } catch (error) {
      if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw new Fault(1009);
      // It may be too large before the place where it is damaged.
      throw new Fault(1007, 1009);
    }
    const data = all.subarray(known);
    known = all.length;
    // A final block (RFC 7692 section 7.2.3.4) ends its context.
    if (used < context.length || (isLast && serverNoContextTakeover)) {
      context = Buffer.alloc(0);
      known = 0;
    }
    return data;
  };
}
