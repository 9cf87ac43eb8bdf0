import { adler32, crc32 } from "./checksum.js";
import type { Checksum } from "./checksum.js";
import { corrupt } from "./failure.js";
import { Inflater } from "./inflater.js";
import { Output } from "./output.js";

/** A container format of deflate data: the header before it and the trailer after it. */
export interface Format {
  readonly name: "gzip" | "zlib" | "deflateRaw";
  /** The checksum of the decompressed bytes, if the trailer has one. */
  readonly checksum?: Checksum;
  /** True if a message may consist of several members, whose contents are concatenated. */
  readonly isConcatenable?: boolean;
  /** Reads the header at `at`. Returns the position after it. */
  readHeader(bytes: Uint8Array, at: number): number;
  /** Checks the trailer at `at` against the decompressed size and checksum. Returns the position after it. */
  readTrailer(bytes: Uint8Array, at: number, size: number, sum: number | undefined): number;
}

/** The inflater of all messages. It can be shared because each message is inflated synchronously. */
let inflater: Inflater | undefined;

/** Decompresses and checks a message in this format. Throws `INVALID_MESSAGE` or `MESSAGE_TOO_BIG`. */
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
  if (at < bytes.length) throw corrupt(name, "data after the end", at);
  return output.take();
}

/** Creates the error of a message that ends too early. */
const cutShort = (name: string, { length }: Uint8Array): Error =>
  corrupt(name, "cut short", length);

/** Reads a number of four bytes. Throws if the message is shorter. */
function readUint32(name: string, bytes: Uint8Array, at: number, littleEndian: boolean): number {
  if (at + 4 > bytes.length) throw cutShort(name, bytes);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, littleEndian);
}

/** The gzip format (RFC 1952). */
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
    // The optional fields, in order: FEXTRA, FNAME and FCOMMENT, which end with a zero, and FHCRC.
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
    // The length is modulo 2^32, which no message can reach because of `readLimit`.
    if (readUint32("gzip", bytes, at + 4, true) !== size) {
      throw corrupt("gzip", "wrong length", at + 4);
    }
    return at + 8;
  },
};

/** Flag in the second byte of a zlib header: the stream needs a preset dictionary. */
export const FDICT = 0x20;

/** Returns true if the two bytes are a zlib header (RFC 1950 section 2.2): deflate, and a valid FCHECK. */
export function isZlib(method: number, flags: number): boolean {
  return (method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
}

/** Reads the zlib header at `at`. Returns the position after it. */
export function readZlibHeader(codec: string, bytes: Uint8Array, at: number): number {
  const [method = 0, flags = 0] = bytes.subarray(at);
  if (!isZlib(method, flags)) throw corrupt(codec, "not zlib", at);
  if (flags & FDICT) throw corrupt(codec, "needs a dictionary", at);
  return at + 2;
}

/** The zlib format (RFC 1950). */
export const ZLIB: Format = {
  name: "zlib",
  checksum: adler32,
  readHeader: (bytes, at) => readZlibHeader("zlib", bytes, at),
  readTrailer(bytes, at, _, sum = 1) {
    if (readUint32("zlib", bytes, at, false) !== sum) throw corrupt("zlib", "wrong Adler-32", at);
    return at + 4;
  },
};

/** Raw deflate (RFC 1951), without header and trailer. */
export const DEFLATE_RAW: Format = {
  name: "deflateRaw",
  readHeader: (_, at) => at,
  readTrailer: (_, at) => at,
};
