import { gunzipSync, gzipSync, inflateRawSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Codec } from "../../src/node.js";
import { HuffmanCode } from "../../src/codec/huffman.js";
import { compose, deflateStream } from "../../src/codec/node.js";
import { byName } from "../helpers/by-name.js";
import { after, chain, DeflateWriter } from "./deflate-writer.js";
import {
  changed,
  concat,
  decodeAll,
  decodeOne,
  ENTRIES,
  errorOf,
  startDecoding,
} from "./support.js";

const DATA_BYTES = 65_536;
const READ_LIMIT = 134_217_728;

/** Calls `write` until there are `size` bytes of data, and ends the data with an empty block. */
function repeat(
  write: (writer: DeflateWriter) => unknown,
  size = DATA_BYTES,
): Uint8Array<ArrayBuffer> {
  const writer = new DeflateWriter();
  while (writer.size < size) write(writer);
  return writer.fixed(true).end().done();
}

const CODE_OF_END = after(256, 1);
const CODE_OF_15_BITS = after(241, ...chain(15));
const CODE_OF_9_BITS = after(247, ...chain(9));
/** A code for two literals, the end of the block, and lengths of 3, 35 and 258 bytes. */
const LENGTHS = [2, 2, ...after(254, 3), 3, ...after(15, 3), ...after(11, 3)];

/** Returns one block that repeats a symbol of the code `lengths`; a match has distance 1. */
const symbols = (
  lengths: readonly number[],
  symbol: number,
  size = DATA_BYTES,
): Uint8Array<ArrayBuffer> => {
  const writer = new DeflateWriter().dynamic(true, lengths, [1, 1]);
  writer.symbol(
    lengths,
    lengths.findIndex((length) => length > 0),
  );
  while (writer.size < size) {
    writer.symbol(lengths, symbol);
    if (symbol > 256) writer.put(0, symbol === 273 ? 3 : 0).symbol([1, 1], 0);
  }
  return writer.symbol(lengths, 256).done();
};

/** Deflate data that needs as much work as possible for its size, by the kind of work. */
const HOSTILE: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "empty blocks with codes of 15 bits": repeat((writer) =>
    writer.dynamic(false, CODE_OF_15_BITS, chain(15)).symbol(CODE_OF_15_BITS, 256),
  ),
  "empty blocks with codes of 9 bits": repeat((writer) =>
    writer.dynamic(false, CODE_OF_9_BITS, chain(9)).symbol(CODE_OF_9_BITS, 256),
  ),
  "the smallest blocks with codes": repeat((writer) =>
    writer.dynamic(false, CODE_OF_END, [0]).symbol(CODE_OF_END, 256),
  ),
  "empty fixed blocks": repeat((writer) => writer.fixed(false).end()),
  "empty stored blocks": repeat((writer) => writer.stored(new Uint8Array())),
  "stored blocks of one byte": repeat((writer) => writer.stored(Uint8Array.of(1))),
  "literals of 15 bits": symbols(CODE_OF_15_BITS, 255),
  "literals of one bit": symbols(after(255, 1, 1), 255),
  "the shortest matches": symbols(LENGTHS, 257),
  "matches of 35 bytes": symbols(LENGTHS, 273),
  "the longest matches": symbols(LENGTHS, 285, DATA_BYTES / 16),
};

const EMPTY_MEMBER = concat(gzipSync(""));

/** Returns an empty gzip member with these flags, and with fields after its header. */
const member = (flags: number, fields: readonly number[] = []): Uint8Array<ArrayBuffer> => {
  const header = changed(EMPTY_MEMBER, 3, () => flags).subarray(0, 10);
  return concat(header, Uint8Array.from(fields), EMPTY_MEMBER.subarray(10));
};

/** Returns gzip data whose last member has a wrong trailer, so that the error is detected last. */
const corrupted = (...members: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  concat(...members, EMPTY_MEMBER.subarray(0, -4), Uint8Array.of(1, 0, 0, 0));

const many = (one: Uint8Array): Uint8Array<ArrayBuffer> =>
  corrupted(...Array.from({ length: 20_000 }, () => one));

const HOSTILE_GZIP: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "empty members": many(member(0)),
  "members of one byte": many(gzipSync("a")),
  "members with empty names and comments": many(member(24, [0, 0])),
  "members with empty extra fields": many(member(4, [0, 0])),
  "a member with a long name": corrupted(member(8, [...new Uint8Array(DATA_BYTES).fill(65), 0])),
  "a name without an end": concat(member(8), new Uint8Array(DATA_BYTES).fill(65)),
  ...Object.fromEntries(
    Object.entries(HOSTILE).map(([what, bytes]) => [
      what,
      corrupted(EMPTY_MEMBER.subarray(0, 10), bytes, new Uint8Array(8)),
    ]),
  ),
};

const { prototype } = HuffmanCode;
// eslint-disable-next-line @typescript-eslint/unbound-method -- they are called with a `this`
const { build, find } = prototype;

afterEach(() => {
  prototype.build = build;
  prototype.find = find;
});

/** Counts the Huffman codes that are built and the symbols that are looked up. */
function countWork(): { builds: number; finds: number } {
  const work = { builds: 0, finds: 0 };
  prototype.build = function (this: HuffmanCode, ...args): boolean {
    work.builds++;
    return build.apply(this, args);
  };
  prototype.find = function (this: HuffmanCode, bits): number {
    work.finds++;
    return find.call(this, bits);
  };
  return work;
}

/** Size of the smallest block with dynamic codes, in bytes. It has three codes. */
const MIN_DYNAMIC_BLOCK_BYTES = 11;

describe.each(Object.entries(HOSTILE))("inflating %s", (_, bytes) => {
  test.each([
    ["one message", Infinity],
    ["messages of 100 bytes", 100],
    ["messages of 1 byte", 1],
  ])("needs work in proportion to the bytes, as %s", (_form, size) => {
    const work = countWork();
    const decode = startDecoding(
      deflateStream({ type: "binary", boundary: "message" }),
      READ_LIMIT,
    );
    let messages = 0;
    for (let at = 0; at < bytes.length; at += size, messages++) {
      decode(bytes.slice(at, at + size));
    }
    // The two fixed codes are built once.
    expect(work.builds).toBeLessThanOrEqual((3 * bytes.length) / MIN_DYNAMIC_BLOCK_BYTES + 2);
    // A symbol has at least one bit. The last ones of a message may be looked up twice.
    expect(work.finds).toBeLessThanOrEqual(8 * bytes.length + 2 * messages);
  });
});

/** Returns the CPU time of a run, in milliseconds. */
const cpuOf = (run: () => unknown): number => {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
};

/** Returns the smallest CPU time of three runs, because other processes can slow down single runs. */
const minCpuOf = (run: () => unknown): number =>
  Math.min(...Array.from({ length: 3 }, () => cpuOf(run)));

/**
 * Smallest bound of CPU time, in milliseconds, because other processes disturb measurements of less. A
 * decoder that built full tables for each block took half a second.
 */
const MIN_CPU_BOUND_MS = 250;

/** Returns the bound of CPU time in milliseconds: 20 times that of `run`, which uses zlib. */
const cpuBound = (run: () => unknown): number => Math.max(MIN_CPU_BOUND_MS, 20 * minCpuOf(run));

describe.each(byName(ENTRIES))(
  "inflating in the %s entry needs at most 20 times the CPU time of zlib",
  (_, entry) => {
    const { inflateRaw, gunzip, auto, gzip } = entry.codecs;

    test.each(Object.entries(HOSTILE))("for raw deflate data of %s", (_, bytes) => {
      const plain = inflateRawSync(bytes);
      const maxCpu = cpuBound(() => inflateRawSync(bytes));
      for (const codec of [
        inflateRaw({ type: "binary" }),
        entry.codecs.deflateStream({ type: "binary", boundary: "message" }),
      ]) {
        let data = new Uint8Array();
        expect(minCpuOf(() => (data = decodeOne(codec, bytes, READ_LIMIT) as never))).toBeLessThan(
          maxCpu,
        );
        expect(Buffer.compare(data, plain)).toBe(0);
      }
    });

    test.each(Object.entries(HOSTILE_GZIP))("for corrupt gzip data of %s", (_, bytes) => {
      const maxCpu = cpuBound(() => tryZlib(bytes));
      const codecs: Codec[] = [
        gunzip({ type: "binary" }),
        gzip({ type: "binary" }),
        auto({ type: "binary" }),
        compose(gunzip({ type: "binary" }), gunzip({ type: "binary" })),
      ];
      for (const codec of codecs) {
        const run = (): string => errorOf(() => decodeAll(codec, [bytes], READ_LIMIT)).code;
        expect(minCpuOf(run)).toBeLessThan(maxCpu);
        expect(run()).toBe("INVALID_MESSAGE");
      }
    });
  },
);

function tryZlib(bytes: Uint8Array): void {
  expect(() => gunzipSync(bytes)).toThrow();
}
