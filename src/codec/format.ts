import { adler32, crc32 } from "./checksum.js";
import type { Checksum } from "./checksum.js";
import { corrupt } from "./failure.js";
import { Inflater } from "./inflater.js";
import { Output } from "./output.js";

/** What stands around deflate's own bytes. */
export interface Format {
  readonly name: "gzip" | "zlib" | "deflateRaw";
  readonly checksum?: Checksum;
  /** Whether another one may follow, to be appended. */
  readonly isConcatenable?: boolean;
  /** Reads the header that begins at `at`, and returns where it ends. */
  readHeader(bytes: Uint8Array, at: number): number;
  /** Checks the trailer that begins at `at`, and returns where it ends. */
  readTrailer(bytes: Uint8Array, at: number, size: number, sum: number | undefined): number;
}

/** Shared by all messages, because each is inflated in one go. */
let inflater: Inflater | undefined;

/** Returns what a message in this format holds, checked. Throws `INVALID_MESSAGE` or `MESSAGE_TOO_BIG`. */
export function unpack(format: Format, bytes: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  const { name, checksum, isConcatenable } = format;
  const output = new Output(name, limit, checksum);
  inflater ??= new Inflater();
  let at = 0;
  do {
    const { size } = output;
    output.sum = undefined;
    at = format.readHeader(bytes, at);
    inflater.reset();
    at = inflater.feed(bytes, at, output);
    if (!inflater.hasEnded) throw cutShort(name, bytes);
    at = format.readTrailer(bytes, at, output.size - size, output.sum);
  } while (isConcatenable && at < bytes.length);
  if (at < bytes.length) throw corrupt(name, "it is over, and more follows", at);
  return output.take();
}

const cutShort = (name: string, { length }: Uint8Array): Error =>
  corrupt(name, "cut short", length);

/** Reads a number of four bytes; throws if they are not there. */
function readUint32(name: string, bytes: Uint8Array, at: number, littleEndian: boolean): number {
  if (at + 4 > bytes.length) throw cutShort(name, bytes);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, littleEndian);
}

/** RFC 1952. */
export const GZIP: Format = {
  name: "gzip",
  checksum: crc32,
  isConcatenable: true,
  readHeader(bytes, start) {
    const flags = bytes[start + 3] ?? 0;
    const isGzip = bytes[start] === 0x1f && bytes[start + 1] === 0x8b && bytes[start + 2] === 8;
    if (!isGzip || flags & 0xe0) {
      throw corrupt("gzip", "not gzip", start);
    }
    let at = start + 10;
    // FEXTRA; then FNAME and FCOMMENT, which end with a zero; then FHCRC.
    if (flags & 4) at += 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
    for (const flag of [8, 16]) {
      if (flags & flag) at = bytes.indexOf(0, at) + 1 || Infinity;
    }
    if (flags & 2) at += 2;
    if (at > bytes.length) throw cutShort("gzip", bytes);
    return at;
  },
  readTrailer(bytes, at, size, sum = 0) {
    if (readUint32("gzip", bytes, at, true) !== sum) throw corrupt("gzip", "wrong CRC-32", at);
    // It is modulo 2^32, which is far beyond any `readLimit`.
    if (readUint32("gzip", bytes, at + 4, true) !== size) {
      throw corrupt("gzip", "wrong length", at + 4);
    }
    return at + 8;
  },
};

/** In the second byte of zlib's header: it needs a dictionary. */
export const FDICT = 0x20;

/** Whether zlib's header begins so (RFC 1950 section 2.2): deflate, and a check of both bytes. */
export function isZlib(method: number, flags: number): boolean {
  return (method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
}

/** Reads zlib's header that begins at `at`, and returns where it ends. */
export function readZlibHeader(codec: string, bytes: Uint8Array, at: number): number {
  const [method = 0, flags = 0] = bytes.subarray(at);
  if (!isZlib(method, flags)) throw corrupt(codec, "not zlib", at);
  if (flags & FDICT) throw corrupt(codec, "it needs a dictionary", at);
  return at + 2;
}

/** RFC 1950. */
export const ZLIB: Format = {
  name: "zlib",
  checksum: adler32,
  readHeader: (bytes, at) => readZlibHeader("zlib", bytes, at),
  readTrailer(bytes, at, _, sum = 1) {
    if (readUint32("zlib", bytes, at, false) !== sum) throw corrupt("zlib", "wrong Adler-32", at);
    return at + 4;
  },
};

/** RFC 1951. */
export const DEFLATE_RAW: Format = {
  name: "deflateRaw",
  readHeader: (_, at) => at,
  readTrailer: (_, at) => at,
};
