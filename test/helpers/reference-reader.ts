import { constants, inflateRawSync } from "node:zlib";
import { OPCODE } from "./frames.js";

/** The parameters of permessage-deflate (RFC 7692 section 7.1) that a server has accepted. */
export interface Deflation {
  readonly serverNoContextTakeover: boolean;
  readonly serverMaxWindowBits?: number | undefined;
  readonly clientNoContextTakeover?: boolean | undefined;
  readonly clientMaxWindowBits?: number | undefined;
}

export interface ReaderOptions {
  /** The largest message, in bytes after decompression. */
  readonly limit: number;
  /** The largest compressed message on the wire, in bytes. */
  readonly compressedLimit: number;
  /** If undefined, compressed messages are a protocol error. */
  readonly deflation?: Deflation | undefined;
}

/** A message. The data of a text message is its UTF-8. */
export interface ReadMessage {
  readonly type: "text" | "binary";
  readonly data: Buffer;
}

/** The end of a stream: a close frame, a protocol violation, or neither. */
export type Ending =
  | { readonly by: "close"; readonly code: number; readonly reason: string }
  /** If two rules are broken, the client may close with either of the two codes. */
  | { readonly by: "fault"; readonly code: number; readonly or: number }
  | { readonly by: "cut" };

export interface Reading {
  readonly messages: readonly ReadMessage[];
  readonly pings: readonly Buffer[];
  readonly ending: Ending;
}

/** A broken rule: the code to close with (RFC 6455 section 7.4.1). */
class Fault extends Error {
  constructor(
    readonly code: number,
    readonly or = code,
  ) {
    super(`fault ${code}`);
  }
}

/** Thrown at the end of the bytes. */
class Cut extends Error {}

/**
 * Parses the complete stream that a server sent on one connection (RFC 6455 section 5 and RFC 7692). It is
 * a reference for comparison, so it is as short and as unlike a stream parser as possible. Like most
 * parsers, it accepts a length that is not in its shortest form.
 */
export function readStream(bytes: Buffer, options: ReaderOptions): Reading {
  const messages: ReadMessage[] = [];
  const pings: Buffer[] = [];
  const ending = readAll(new Source(bytes), options, messages, pings);
  return { messages, pings, ending };
}

/** Bytes with a read position. */
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

  /** Returns up to `size` bytes without consuming them. */
  peek(size: number): Buffer {
    return this.bytes.subarray(this.#at, this.#at + size);
  }
}

/** A message of which not all fragments have arrived. */
interface Unfinished {
  readonly type: ReadMessage["type"];
  readonly isCompressed: boolean;
  /** The payloads received so far, still compressed if `isCompressed` is true. */
  data: Buffer;
}

function readAll(
  source: Source,
  { limit, compressedLimit, deflation }: ReaderOptions,
  messages: ReadMessage[],
  pings: Buffer[],
): Ending {
  const inflate =
    deflation && inflater(deflation.serverNoContextTakeover, deflation.serverMaxWindowBits, limit);
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
          isCompressed: compressed,
          data: Buffer.alloc(0),
        };
        const { type, isCompressed, data } = unfinished;
        if (data.length + size > (isCompressed ? compressedLimit : limit)) throw new Fault(1009);
        // An invalid byte is a fault even if the message is never completed.
        if (type === "text" && !isCompressed) {
          checkUtf8(Buffer.concat([data, source.peek(size)]), false);
        }
        unfinished.data = Buffer.concat([data, source.take(size)]);
        if (!fin) continue;
        const whole = (isCompressed ? inflate?.(unfinished.data) : undefined) ?? unfinished.data;
        if (type === "text") checkUtf8(whole);
        messages.push({ type, data: whole });
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
  // RFC 6455 section 5.1: a server must not mask frames.
  must(second < 0x80);
  if (opcode >= 8) {
    must(opcode <= OPCODE.PONG);
    must(fin && short <= 125 && !compressed);
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
  if (payload.length === 1) throw new Fault(1002);
  const code = payload.readUInt16BE();
  const isRegistered = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  if (!isRegistered && !(code >= 3000 && code <= 4999)) throw new Fault(1002);
  const reason = payload.subarray(2);
  checkUtf8(reason);
  return { by: "close", code, reason: reason.toString() };
}

function checkUtf8(bytes: Buffer, isWhole = true): void {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    throw new Fault(1007);
  }
}

/** Result of Node's zlib with option `info`, which Node's types do not declare. */
interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** The last 4 bytes of a sync flush, which messages omit (RFC 7692 section 7.2.1). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

/**
 * Returns a function that inflates whole messages. Each call inflates the whole context again from its
 * first byte: this is slow, but does not depend on zlib's state.
 */
export function inflater(
  isWithoutContext: boolean,
  windowBits = 15,
  limit = Infinity,
): (payload: Buffer) => Buffer {
  let context = Buffer.alloc(0);
  let known = 0;
  return (payload) => {
    // Some servers send an empty message like this. It does not change the context.
    if (payload.length === 0) return payload;
    context = Buffer.concat([context, payload, TAIL]);
    let message = Buffer.alloc(0);
    for (;;) {
      const { buffer, engine } = inflateAll(context, windowBits, known + limit + 1);
      message = Buffer.concat([message, buffer.subarray(known)]);
      if (message.length > limit) throw new Fault(1009);
      known = buffer.length;
      if (engine.bytesWritten === context.length) break;
      // A final block (RFC 7692 section 7.2.3.4) ends its context; others may follow.
      context = context.subarray(engine.bytesWritten);
      known = 0;
      if (!context.equals(TAIL)) continue;
      context = Buffer.alloc(0);
      break;
    }
    if (isWithoutContext) {
      context = Buffer.alloc(0);
      known = 0;
    }
    return message;
  };
}

function inflateAll(bytes: Buffer, windowBits: number, limit: number): InflateInfo {
  const options = {
    finishFlush: constants.Z_SYNC_FLUSH,
    windowBits,
    ...(Number.isFinite(limit) && { maxOutputLength: limit }),
    info: true,
  };
  try {
    return inflateRawSync(bytes, options) as unknown as InflateInfo;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw new Fault(1009);
    // The message may also exceed the limit before the damaged byte.
    throw new Fault(1007, 1009);
  }
}
