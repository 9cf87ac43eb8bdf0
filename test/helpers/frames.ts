import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { ZlibOptions } from "node:zlib";

/** The opcodes of RFC 6455 section 5.2. */
export const OPCODE = {
  CONTINUATION: 0,
  TEXT: 1,
  BINARY: 2,
  CLOSE: 8,
  PING: 9,
  PONG: 10,
} as const;

/** Fields of a frame to build. The defaults are those of a well-behaved server. */
export interface FrameInit {
  readonly fin?: boolean;
  readonly rsv1?: boolean;
  readonly rsv2?: boolean;
  readonly rsv3?: boolean;
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** Masks the payload, which RFC 6455 section 5.1 forbids to servers. */
  readonly mask?: boolean;
  /** The length to write in the header. Default: the length of the payload. */
  readonly length?: number | bigint;
  /** Size of the length field in bits. Default: the smallest that fits (RFC 6455 section 5.2). */
  readonly lengthBits?: 7 | 16 | 64;
}

/** Serializes one frame. */
export function frame(init: FrameInit): Buffer {
  const { fin = true, rsv1 = false, rsv2 = false, rsv3 = false, opcode, mask = false } = init;
  const payload = Buffer.from((init.payload ?? "") as Uint8Array);
  const length = init.length ?? payload.length;
  const { lengthBits = length < 126 ? 7 : length < 65_536 ? 16 : 64 } = init;
  const head = Buffer.alloc({ 7: 2, 16: 4, 64: 10 }[lengthBits]);
  head[0] = bit(fin, 7) | bit(rsv1, 6) | bit(rsv2, 5) | bit(rsv3, 4) | opcode;
  head[1] = bit(mask, 7) | (lengthBits === 7 ? Number(length) : lengthBits === 16 ? 126 : 127);
  if (lengthBits === 16) head.writeUInt16BE(Number(length), 2);
  if (lengthBits === 64) head.writeBigUInt64BE(BigInt(length), 2);
  if (!mask) return Buffer.concat([head, payload]);
  const key = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, key, payload.map((byte, i) => byte ^ (key[i % 4] as number))]);
}

function bit(set: boolean, position: number): number {
  return set ? 1 << position : 0;
}

export function textFrame(text: string | Uint8Array): Buffer {
  return frame({ opcode: OPCODE.TEXT, payload: text });
}

export function binaryFrame(bytes: Uint8Array): Buffer {
  return frame({ opcode: OPCODE.BINARY, payload: bytes });
}

/** Builds a close frame. Without a code its payload is empty. */
export function closeFrame(code?: number, reason: string | Uint8Array = ""): Buffer {
  if (code === undefined) return frame({ opcode: OPCODE.CLOSE });
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame({
    opcode: OPCODE.CLOSE,
    payload: Buffer.concat([head, Buffer.from(reason as Uint8Array)]),
  });
}

export function pingFrame(payload: Uint8Array | string = ""): Buffer {
  return frame({ opcode: OPCODE.PING, payload });
}

export function pongFrame(payload: Uint8Array | string = ""): Buffer {
  return frame({ opcode: OPCODE.PONG, payload });
}

/** Splits a message into frames with payloads of `size` bytes. */
export function fragments(
  opcode: number,
  payload: Uint8Array,
  size: number,
  { compressed = false } = {},
): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < payload.length || at === 0; at += size) {
    frames.push(
      frame({
        opcode: at === 0 ? opcode : OPCODE.CONTINUATION,
        rsv1: compressed && at === 0,
        fin: at + size >= payload.length,
        payload: payload.subarray(at, at + size),
      }),
    );
  }
  return frames;
}

/**
 * Compresses a payload for permessage-deflate: raw deflate without the last 4 bytes (RFC 7692 section
 * 7.2.1). With context takeover, pass the preceding payloads as `dictionary`.
 */
export function deflate(payload: Uint8Array | string, options: ZlibOptions = {}): Buffer {
  const flushed = deflateRawSync(payload, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  return flushed.subarray(0, flushed.length - 4);
}

/** Decompresses the payload of a message that does not depend on earlier messages. */
export function inflate(payload: Uint8Array): Buffer {
  const tail = Buffer.from([0, 0, 0xff, 0xff]);
  return inflateRawSync(Buffer.concat([payload, tail]), { finishFlush: constants.Z_SYNC_FLUSH });
}

/** A received frame. */
export interface Frame {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  /** The payload, unmasked. */
  readonly payload: Buffer;
}

/** Returns the code and reason of a received close frame. The code is 1005 if the frame has none. */
export function closeOf({ payload }: Frame): { code: number; reason: string } {
  return {
    code: payload.length >= 2 ? payload.readUInt16BE() : 1005,
    reason: payload.toString("utf8", 2),
  };
}

/** Parses frames from chunks of any size. */
export class FrameParser {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Number of bytes required before the next attempt to parse. */
  #needed = 2;

  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: Frame[] = [];
    while (this.#size >= this.#needed) {
      const [only, ...more] = this.#chunks;
      const [parsed, rest] = this.#parse(
        more.length === 0 ? (only as Buffer) : Buffer.concat(this.#chunks),
      );
      if (parsed) frames.push(parsed);
      this.#chunks = [rest];
      this.#size = rest.length;
    }
    return frames;
  }

  #parse(buffer: Buffer): [Frame | undefined, Buffer] {
    const second = buffer[1] as number;
    const masked = second >= 128;
    const short = second & 0x7f;
    const maskAt = short === 127 ? 10 : short === 126 ? 4 : 2;
    const start = maskAt + (masked ? 4 : 0);
    if (buffer.length < start) {
      this.#needed = start;
      return [undefined, buffer];
    }
    const length =
      short === 127
        ? Number(buffer.readBigUInt64BE(2))
        : short === 126
          ? buffer.readUInt16BE(2)
          : short;
    if (buffer.length < start + length) {
      this.#needed = start + length;
      return [undefined, buffer];
    }
    this.#needed = 2;
    const payload = Buffer.from(buffer.subarray(start, start + length));
    if (masked) {
      const mask = buffer.subarray(maskAt, start);
      for (let i = 0; i < length; i++)
        payload[i] = (payload[i] as number) ^ (mask[i & 3] as number);
    }
    const first = buffer[0] as number;
    return [
      {
        fin: (first & 0x80) !== 0,
        rsv1: (first & 0x40) !== 0,
        opcode: first & 0x0f,
        masked,
        payload,
      },
      buffer.subarray(start + length),
    ];
  }
}
