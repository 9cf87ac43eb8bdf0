import { afterEach, describe, expect, test } from "vitest";
import { Output } from "../../src/codec/output.js";
import { memoryInUse } from "../helpers/memory-in-use.mjs";
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
  // A bomb without its wrong trailer really inflates to zeros.
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
      // Collecting garbage for every 32 KiB would take too long.
      const live = watchLive(limit > MIB ? 64 : 8);
      const error = errorOf(() => decodeAll(make(), [packed], limit));
      expect(error.details).toEqual({ codec, limit });
      // Node's zlib limits its output itself (`maxOutputLength`), so only the memory kept afterwards counts.
      live.sample();
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

  // Node's zlib inflates all members in one call, so there are no chunks to sample at.
  const inBrowsers = CASES.filter(
    ({ format, name }) => format === "gzip" && name.includes("browser"),
  );

  test.for(inBrowsers)(
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

  // Each message contains an empty stored block (RFC 1951 section 3.2.4) but does not end with one, so it
  // does not end a message of the stream.
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

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with a `this`
const { add } = Output.prototype;

afterEach(() => {
  Output.prototype.add = add;
});

/**
 * Samples the growth of live memory (without garbage) after every `every` decoded chunks, and on `sample`.
 */
function watchLive(every = 1): {
  readonly peak: number;
  readonly samples: number;
  readonly sample: () => void;
} {
  const before = liveMemory();
  const result = {
    peak: 0,
    samples: 0,
    sample(): void {
      result.samples++;
      result.peak = Math.max(result.peak, liveMemory() - before);
    },
  };
  let chunks = 0;
  // A spy of Vitest would keep all chunks in memory.
  Output.prototype.add = function (this: Output, chunk): void {
    if (++chunks % every === 0) result.sample();
    add.call(this, chunk);
  };
  return result;
}

/** Returns the memory in use after garbage collection, in bytes. */
function liveMemory(): number {
  if (gc === undefined) throw new Error("this needs --expose-gc");
  let least = Infinity;
  // Garbage of one collection may be freed during the next or in the background, so collect until stable.
  for (;;) {
    gc();
    const bytes = memoryInUse();
    if (bytes >= least) return least;
    least = bytes;
  }
}
