import { Inflate } from "fflate";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Codec } from "wschan";
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
      const live = watchLiveBuffers();
      const error = errorOf(() => decodeAll(make(), [packed], limit));
      expect({ code: error.code, details: error.details }).toEqual({
        code: "MESSAGE_TOO_BIG",
        details: { codec, limit },
      });
      // It has been looked at: fflate was at work.
      expect(live.samples).toBeGreaterThan(0);
      expect(live.peak).toBeLessThanOrEqual(limit + MIB);
    },
  );
});

afterEach(() => {
  vi.restoreAllMocks();
});

/**
 * Measures what buffers are alive, beside those that are there already, whenever fflate hands over what it
 * has decoded. That is where most is: its buffer has grown by then, and what it hands over is a copy of
 * that, as large as the buffer that it has outgrown. What is garbage does not count; in Node that is what
 * zlib has decoded, up to the limit, before fflate is asked.
 */
function watchLiveBuffers(): { readonly peak: number; readonly samples: number } {
  if (gc === undefined) throw new Error("this needs --expose-gc");
  const collect = gc;
  const live = (): number => {
    // What one collection has found to be garbage may be counted until the next.
    collect();
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const result = { peak: 0, samples: 0 };
  const before = live();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with `this`
  const { push } = Inflate.prototype;
  vi.spyOn(Inflate.prototype, "push").mockImplementation(function (this: Inflate, ...args) {
    const { ondata } = this;
    this.ondata = (...chunk) => {
      result.samples++;
      result.peak = Math.max(result.peak, live() - before);
      ondata(...chunk);
    };
    try {
      push.apply(this, args);
    } finally {
      this.ondata = ondata;
    }
  });
  return result;
}
