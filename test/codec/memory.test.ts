import { afterEach, describe, expect, test } from "vitest";
import { Output } from "../../src/codec/output.js";
import { held } from "../helpers/held.mjs";
import { conclude } from "../helpers/outcome.js";
import { bomb } from "./bomb.js";
import {
  CASES,
  concat,
  decodeAll,
  decodeOne,
  ENTRIES,
  errorOf,
  INFLATING,
  startDecoding,
  STREAMS,
  text,
} from "./support.js";

const MIB = 1_048_576;

test("1 GiB of zeros is about 1 MB in every format", () => {
  for (const { codec } of INFLATING) {
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

describe.each(INFLATING)("a bomb of 1 GiB for $name", ({ codec, make }) => {
  test.for([1, MIB, 16 * MIB])(
    "stops at a readLimit of %i bytes, and costs no more than 1 MiB beside",
    (limit, context) => {
      const packed = bomb(codec);
      // Each chunk of them may hold a quarter of a MiB.
      const live = watchLive(limit > MIB ? 8 : 1);
      const error = errorOf(() => decodeAll(make(), [packed], limit));
      expect(error.details).toEqual({ codec, limit });
      expect(live.samples).toBeGreaterThan(0);
      conclude(context, {
        expected: "MESSAGE_TOO_BIG",
        happened: error.code,
        memory: { value: live.peak, bound: limit + MIB },
      });
    },
  );
});

describe("many small parts", () => {
  const COUNT = 100_000;

  // Where zlib does not take them all at once.
  const byFflate = CASES.filter(
    ({ format, name }) => format === "gzip" && name.includes("browser"),
  );

  test.for(byFflate)(
    "cost little more than what they hold: members for $name",
    ({ make, pack }, context) => {
      const member = pack("a");
      const packed = concat(...Array.from({ length: COUNT }, () => member));
      const live = watchLive(COUNT / 4);
      const data = decodeOne(make(), packed);
      expect(live.samples).toBe(4);
      const expected = "their contents, one behind the other";
      conclude(context, {
        expected,
        happened: data === "a".repeat(COUNT) ? expected : "something else",
        memory: { value: live.peak, bound: MIB },
      });
    },
  );

  // An empty stored block (RFC 1951 section 3.2.4), cut where nothing looks flushed.
  test.for(STREAMS)(
    "cost nothing where they hold nothing: blocks for $name",
    ({ make, isZlib }, context) => {
      const decode = startDecoding(make());
      decode(Uint8Array.of(...(isZlib ? [0x78, 0x9c] : []), 0));
      const before = liveMemory();
      for (let i = 0; i < COUNT; i++) decode(Uint8Array.of(0, 0, 0xff, 0xff, 0));
      const memory = { value: liveMemory() - before, bound: MIB };
      const { values } = decode(Uint8Array.of(0, 0, 0xff, 0xff));
      conclude(context, {
        expected: JSON.stringify([text("")]),
        happened: JSON.stringify(values),
        memory,
      });
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
  let least = Infinity;
  // What one collection has found to be garbage may be counted until the next, or be freed beside it.
  for (;;) {
    gc();
    const bytes = held();
    if (bytes >= least) return least;
    least = bytes;
  }
}
