import { afterEach, describe, expect, test } from "vitest";
import type { Codec } from "wschan";
import { Output } from "../../src/codec/output.js";
import { noise } from "../transport/support.js";
import { bomb } from "./bomb.js";
import {
  CASES,
  concat,
  decodeAll,
  decodeOne,
  ENTRIES,
  errorOf,
  FORMATS,
  startDecoding,
  STREAMS,
  SYNC_FLUSH,
  text,
} from "./support.js";
import type { FormatName, StreamName } from "./support.js";
import { packStream } from "./sender.js";

const MIB = 1_048_576;

/** One at which fflate is given all at once, and one that takes many slices. */
const LIMITS = [1, 100, 5_000, 1_000_000];

interface Inflating {
  readonly name: string;
  /** What errors call it. */
  readonly codec: FormatName | StreamName;
  readonly make: () => Codec;
  readonly pack: (plain: Uint8Array) => Uint8Array<ArrayBuffer>;
}

/** Every codec that inflates, in both entries, and how to make a message for it. */
const ALL: readonly Inflating[] = [
  ...CASES.map(({ name, codec, make, pack }) => ({
    name,
    codec,
    make: (): Codec => make({ type: "binary" }),
    pack: (plain: Uint8Array) => pack(plain),
  })),
  ...STREAMS.map(({ name, codec, make, pack }) => ({
    name,
    codec,
    make: (): Codec => make({ type: "binary" }),
    pack: (plain: Uint8Array) => pack(plain, SYNC_FLUSH),
  })),
  ...ENTRIES.flatMap(({ entry, codecs }) =>
    FORMATS.slice(0, 2).map(({ format, pack }) => ({
      name: `auto of the ${entry} entry, of ${format}`,
      codec: format,
      make: (): Codec => codecs.auto({ type: "binary" }),
      pack: (plain: Uint8Array) => pack(plain),
    })),
  ),
];

describe.each(ALL)("readLimit of $name", ({ codec, make, pack }) => {
  test.each(LIMITS)("lets %i bytes through where it is as much, or one more", (size) => {
    for (const plain of [noise(size), new Uint8Array(size)]) {
      for (const limit of [size, size + 1]) {
        const data = decodeOne(make(), pack(plain), limit) as Uint8Array;
        expect(Buffer.compare(data, plain)).toBe(0);
      }
    }
  });

  test.each(LIMITS)("ends a message of one byte more than %i", (limit) => {
    for (const plain of [noise(limit + 1), new Uint8Array(limit + 1)]) {
      const error = errorOf(() => decodeAll(make(), [pack(plain)], limit));
      expect(error.code).toBe("MESSAGE_TOO_BIG");
      expect(error.details).toEqual({ codec, limit });
      expect(error.message).toContain(`receive: ${codec}: `);
    }
  });
});

describe.each(CASES)("readLimit of $name", ({ make, pack }) => {
  test("is each message's own", () => {
    const messages = Array.from({ length: 5 }, () => pack(noise(1_000)));
    expect(decodeAll(make({ type: "binary" }), messages, 1_000)).toHaveLength(5);
  });

  test("lets an empty message through, whatever it is", () => {
    expect(decodeOne(make(), pack(""), 1)).toBe("");
  });

  test.each(["skip", (): "skip" => "skip"] as const)("is never skipped by %s", (onInvalid) => {
    const error = errorOf(() => decodeAll(make({ onInvalid }), [pack("four")], 3));
    expect(error.code).toBe("MESSAGE_TOO_BIG");
  });

  test("is for texts in bytes of UTF-8", () => {
    expect(decodeOne(make(), pack("€€"), 6)).toBe("€€");
    expect(errorOf(() => decodeOne(make(), pack("€€"), 5)).code).toBe("MESSAGE_TOO_BIG");
  });
});

describe.each(CASES.filter(({ format }) => format === "gzip"))(
  "readLimit of $name",
  ({ make, pack, codec }) => {
    test("is for all members together", () => {
      const packed = concat(pack("abc"), pack("def"), pack(""));
      expect(decodeOne(make(), packed, 6)).toBe("abcdef");
      const error = errorOf(() => decodeOne(make(), packed, 5));
      expect({ code: error.code, details: error.details }).toEqual({
        code: "MESSAGE_TOO_BIG",
        details: { codec, limit: 5 },
      });
    });
  },
);

describe.each(STREAMS)("readLimit of $name", ({ make, codec, isZlib }) => {
  test("is each message's own, however long the stream", async () => {
    const messages = Array.from({ length: 20 }, (_, n) => noise(1_000, n + 1));
    const packed = await packStream(isZlib, messages);
    expect(decodeAll(make({ type: "binary" }), packed, 1_000)).toHaveLength(20);
  });

  test("is for all parts of a message together", async () => {
    const [packed = new Uint8Array()] = await packStream(isZlib, [noise(1_000)]);
    const decode = startDecoding(make(), 999);
    const error = errorOf(() => {
      for (let at = 0; at < packed.length; at += 100) decode(packed.slice(at, at + 100));
    });
    expect(error.code).toBe("MESSAGE_TOO_BIG");
    expect(error.details).toEqual({ codec, limit: 999 });
  });
});

test("1 GiB of zeros is about 1 MB in every format", () => {
  for (const { codec } of ALL) {
    expect(bomb(codec).length).toBeGreaterThan(1_000_000);
    expect(bomb(codec).length).toBeLessThan(1.1 * MIB);
  }
  // It is what it is called.
  const zeros = decodeOne(
    ENTRIES[0].codecs.inflateRaw({ type: "binary" }),
    bomb("deflateRaw", 2).slice(0, -8),
  );
  expect(Buffer.compare(zeros as Uint8Array, new Uint8Array(2 * MIB))).toBe(0);
});

describe.each(ALL)("a bomb of 1 GiB for $name", ({ codec, make }) => {
  test.each([1, MIB, 16 * MIB])(
    "stops at a readLimit of %i bytes, and costs no more than 1 MiB beside",
    (limit) => {
      const packed = bomb(codec);
      const live = watchLive();
      const error = errorOf(() => decodeAll(make(), [packed], limit));
      expect({ code: error.code, details: error.details }).toEqual({
        code: "MESSAGE_TOO_BIG",
        details: { codec, limit },
      });
      expect(live.samples).toBeGreaterThan(0);
      expect(live.peak).toBeLessThanOrEqual(limit + MIB);
    },
  );
});

describe("many small parts", () => {
  const COUNT = 100_000;

  test.each(CASES.filter(({ format }) => format === "gzip"))(
    "cost little more than what they hold: members for $name",
    ({ make, pack }) => {
      const member = pack("a");
      const packed = concat(...Array.from({ length: COUNT }, () => member));
      const live = watchLive(COUNT / 4);
      expect(decodeOne(make(), packed)).toBe("a".repeat(COUNT));
      expect(live.samples).toBe(4);
      expect(live.peak).toBeLessThanOrEqual(MIB);
    },
  );

  // An empty stored block (RFC 1951 section 3.2.4), cut where nothing looks flushed.
  test.each(STREAMS)(
    "cost nothing where they hold nothing: blocks for $name",
    ({ make, isZlib }) => {
      const decode = startDecoding(make());
      decode(Uint8Array.of(...(isZlib ? [0x78, 0x9c] : []), 0));
      const before = liveMemory();
      for (let i = 0; i < COUNT; i++) decode(Uint8Array.of(0, 0, 0xff, 0xff, 0));
      expect(liveMemory() - before).toBeLessThanOrEqual(MIB);
      expect(decode(Uint8Array.of(0, 0, 0xff, 0xff)).values).toEqual([text("")]);
    },
  );
});

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with `this`
const { add } = Output.prototype;

afterEach(() => {
  Output.prototype.add = add;
});

/**
 * Measures what is alive, beside what is there already, whenever so many more chunks have been decoded. That
 * is where most is: fflate's buffer has grown by then, and the chunk is a copy of that, as large as the
 * buffer that it has outgrown. What is garbage does not count; in Node that is what zlib has decoded, up to
 * the limit, before fflate is asked.
 */
function watchLive(every = 1): { readonly peak: number; readonly samples: number } {
  const result = { peak: 0, samples: 0 };
  const before = liveMemory();
  let chunks = 0;
  // No spy of Vitest's: it would keep all chunks.
  Output.prototype.add = function (this: Output, chunk): void {
    if (++chunks % every === 0) {
      result.samples++;
      result.peak = Math.max(result.peak, liveMemory() - before);
    }
    add.call(this, chunk);
  };
  return result;
}

/** In bytes. */
function liveMemory(): number {
  if (gc === undefined) throw new Error("this needs --expose-gc");
  // What one collection has found to be garbage may be counted until the next.
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
