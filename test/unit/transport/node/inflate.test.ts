import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { FrameFault } from "../../../../src/transport/node/frame-fault.js";
import { MessageInflater } from "../../../../src/transport/node/inflate.js";
import type { InflateEvents } from "../../../../src/transport/node/inflate.js";
import { deflate } from "../../../helpers/frames.js";
import { checkLeaks } from "../../../helpers/leaks.js";
import { turns } from "../../../helpers/unit-clock.js";
import { areFreed, streams } from "../../../helpers/zlib-streams.js";
import { noise } from "../../../transport/support.js";

checkLeaks();

const zlib = vi.hoisted(() => ({ mayRunSync: true }));

vi.mock("../../../../src/transport/node/zlib-handle.js", async (importOriginal) => {
  const original = await importOriginal<Record<string, unknown>>();
  return { ...original, canRunSync: () => zlib.mayRunSync };
});

vi.mock("node:zlib", async (importOriginal) => {
  const { recordStreams } = await import("../../../helpers/zlib-streams.js");
  return recordStreams(importOriginal);
});

type Result = { readonly isText: boolean; readonly bytes: Buffer } | FrameFault;

interface Setting {
  readonly windowBits?: number;
  readonly keepsContext?: boolean;
  readonly limit?: number;
}

/** An inflater that records its events. */
class Bench implements InflateEvents {
  readonly results: Result[] = [];
  readonly inflater: MessageInflater;
  #onResult: ((result: Result) => void) | undefined;

  constructor({ windowBits = 15, keepsContext = true, limit = 2 ** 27 }: Setting = {}) {
    this.inflater = new MessageInflater(windowBits, keepsContext, limit, this);
    benches.push(this);
  }

  onInflated(isText: boolean, bytes: Buffer): void {
    // Copied, because the bytes are valid only during the call.
    this.#add({ isText, bytes: Buffer.from(bytes) });
  }

  onFault(fault: FrameFault): void {
    this.#add(fault);
  }

  inflate(payload: Uint8Array, isText = false): Promise<Result> {
    return new Promise((resolve) => {
      this.#onResult = resolve;
      this.inflater.inflate(isText, Buffer.from(payload));
    });
  }

  /** Inflates a payload, and throws if it leads to a fault. */
  async bytesOf(payload: Uint8Array): Promise<Buffer> {
    const result = await this.inflate(payload);
    if ("closeCode" in result) throw new Error(result.problem, { cause: result.cause });
    return result.bytes;
  }

  /** Returns the close code of the fault of a payload, or its inflated size. */
  async outcomeOf(payload: Uint8Array): Promise<string> {
    const result = await this.inflate(payload);
    return "closeCode" in result ? `fault ${result.closeCode}` : `${result.bytes.length} bytes`;
  }

  #add(result: Result): void {
    this.results.push(result);
    this.#onResult?.(result);
  }
}

const benches: Bench[] = [];

afterEach(() => {
  for (const { inflater } of benches.splice(0)) inflater.close();
  expect(areFreed()).toBe(true);
  streams.length = 0;
});

/** Deflates messages as a server does, with the context of earlier messages if it keeps one. */
function deflateAll(
  messages: readonly Uint8Array[],
  { windowBits = 15, keepsContext = true }: Setting = {},
): Buffer[] {
  return messages.map((message, i) => {
    const dictionary = Buffer.concat(messages.slice(0, i)).subarray(-(2 ** windowBits));
    const hasContext = keepsContext && dictionary.length > 0;
    // zlib cannot deflate with 8 bits; with 9 bits it uses no distances over 250.
    return deflate(message, {
      windowBits: Math.max(windowBits, 9),
      ...(hasContext && { dictionary: dictionary.subarray(-(2 ** Math.max(windowBits, 9))) }),
    });
  });
}

const json = (size: number, seed = 0): Buffer =>
  Buffer.from(
    Array.from(
      { length: size / 20 + 1 },
      (_, i) => `{"id":${seed + i * 7},"price":${i % 13}}`,
    ).join(),
  ).subarray(0, size);

/** Sizes around the limits between the paths: 32 KiB of input, 80 KiB of buffer, 512 KiB of output. */
const SIZES = [
  ...[0, 1, 100, 32_767, 32_768, 32_769, 65_536, 81_919, 81_920, 81_921, 163_840],
  ...[524_287, 524_288, 524_289, 573_440, 573_441, 1_048_576, 1_500_000],
];

/**
 * For each size, messages that compress well or badly, and the payloads that send each message twice in a
 * context. They are made once for all tests, because deflating takes most of the time.
 */
const MESSAGES = SIZES.map(
  (size) =>
    [
      size,
      [Buffer.alloc(size, 7), json(size), Buffer.from(noise(size))].map((message) => ({
        message,
        payloads: deflateAll([message, message]),
      })),
    ] as const,
);

/** For each limit, payloads of one byte less, of the limit and of one byte more: compressed well, then badly. */
const LIMITS = [1, 1_000, 32_768, 81_920, 524_288, 1_048_576].map(
  (limit) =>
    [
      limit,
      [Buffer.alloc(limit + 1), Buffer.from(noise(limit + 1))].map((data) =>
        [limit - 1, limit, limit + 1].map((size) => deflate(data.subarray(0, size))),
      ),
    ] as const,
);

/** 64 MiB in 64 KiB. */
const BOMB = deflate(Buffer.alloc(2 ** 26));

/** Deflates parts as final blocks, which RFC 7692 section 7.2.3.4 ends with a zero byte. */
const finalBlocks = (...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([...parts.map((part) => deflateRawSync(part)), Buffer.of(0)]);

describe.each([
  ["on the handle", true],
  ["by the public API", false],
])("an inflater %s", (_, mayRunSync) => {
  const open = (setting?: Setting): Bench => {
    zlib.mayRunSync = mayRunSync;
    return new Bench(setting);
  };

  test("reports whether a message is text", async () => {
    const bench = open();
    expect(await bench.inflate(deflate("a"), true)).toMatchObject({ isText: true });
    expect(await bench.inflate(deflate("a"), false)).toMatchObject({ isText: false });
  });

  test.each(MESSAGES)("inflates %i bytes, compressed well or badly", async (_size, messages) => {
    for (const { message, payloads } of messages) {
      const bench = open();
      // The second message checks the state after the first one.
      for (const payload of payloads) {
        expect((await bench.bytesOf(payload)).equals(message)).toBe(true);
      }
      expect(streams).toHaveLength(benches.length);
    }
  });

  test.each([8, 9, 10, 11, 12, 13, 14, 15])("supports a window of %i bits", async (windowBits) => {
    const messages = [10, 3_000, 0, 40_000, 300, 100_000, 50].map((size, i) => json(size, i));
    for (const keepsContext of [true, false]) {
      const setting = { windowBits, keepsContext };
      const bench = open(setting);
      const inflated: Buffer[] = [];
      for (const payload of deflateAll(messages, setting)) {
        inflated.push(await bench.bytesOf(payload));
      }
      expect(inflated.map(String)).toEqual(messages.map(String));
    }
  });

  test("rejects a reference to an earlier message beyond its window", async () => {
    const message = Buffer.from(noise(2_000));
    const [first, second] = deflateAll([message, message]) as [Buffer, Buffer];
    for (const [windowBits, outcome] of [
      [11, "2000 bytes"],
      [10, "fault 1007"],
    ] as const) {
      const bench = open({ windowBits });
      expect(await bench.outcomeOf(first)).toBe("2000 bytes");
      expect(await bench.outcomeOf(second)).toBe(outcome);
    }
  });

  test("rejects a reference to an earlier message if it keeps no context", async () => {
    const [first, second] = deflateAll([json(500), json(500)]) as [Buffer, Buffer];
    const bench = open({ keepsContext: false });
    expect(await bench.outcomeOf(first)).toBe("500 bytes");
    expect(await bench.outcomeOf(second)).toBe("fault 1007");
  });

  test.each([
    ["as in RFC 7692 section 7.2.3.6", "00"],
    ["without any payload, as some servers send it", ""],
    ["as an empty stored block", "000000ffff00"],
    ["as a final block", "010000ffff00"],
  ])("accepts an empty message %s", async (_name, payload) => {
    const bench = open();
    for (let i = 0; i < 3; i++) {
      expect(await bench.outcomeOf(Buffer.from(payload, "hex"))).toBe("0 bytes");
      expect((await bench.bytesOf(deflate("next"))).toString()).toBe("next");
    }
    expect(bench.results).toHaveLength(6);
  });

  test("accepts empty messages in the middle of a context", async () => {
    const [first, second] = deflateAll([json(500), json(500)]) as [Buffer, Buffer];
    const bench = open();
    const sizes = [];
    for (const payload of [first, Buffer.alloc(0), Buffer.of(0), second]) {
      sizes.push((await bench.bytesOf(payload)).length);
    }
    expect(sizes).toEqual([500, 0, 0, 500]);
  });

  test.each([
    ["RFC 7692's example of section 7.2.3.4", Buffer.from("f348cdc9c9070000", "hex"), "Hello"],
    ["one", finalBlocks(json(500)), json(500).toString()],
    [
      "several",
      finalBlocks(json(500), json(100), json(7)),
      [json(500), json(100), json(7)].join(""),
    ],
    [
      "one before others",
      Buffer.concat([deflateRawSync("final "), deflate("and not")]),
      "final and not",
    ],
    [
      "one after others",
      Buffer.concat([
        deflate("not "),
        Buffer.from("0000ffff", "hex"),
        finalBlocks(Buffer.from("final")),
      ]),
      "not final",
    ],
    ["empty ones", finalBlocks(Buffer.alloc(0), Buffer.from("a"), Buffer.alloc(0)), "a"],
    [
      "large ones",
      finalBlocks(json(200_000), json(90_000)),
      [json(200_000), json(90_000)].join(""),
    ],
    [
      "many",
      finalBlocks(...Array.from({ length: 500 }, (__, i) => Buffer.from(`${i},`))),
      Array.from({ length: 500 }, (__, i) => `${i},`).join(""),
    ],
  ])("accepts final blocks: %s", async (_name, payload, text) => {
    const bench = open();
    for (let i = 0; i < 2; i++) {
      expect((await bench.bytesOf(payload)).toString()).toBe(text);
      expect((await bench.bytesOf(deflate("next"))).toString()).toBe("next");
    }
    expect(bench.results).toHaveLength(4);
  });

  test.each(LIMITS)("enforces a limit of %i bytes exactly", async (limit, payloadsAround) => {
    for (const payloads of payloadsAround) {
      const outcomes: string[] = [];
      for (const payload of payloads) {
        const bench = open({ limit });
        outcomes.push(await bench.outcomeOf(payload));
      }
      expect(outcomes).toEqual([`${limit - 1} bytes`, `${limit} bytes`, "fault 1009"]);
    }
  });

  test("enforces the limit across final blocks, separately for each message", async () => {
    const bench = open({ limit: 1_000 });
    for (let i = 0; i < 3; i++) {
      expect(await bench.outcomeOf(finalBlocks(json(400), json(600)))).toBe("1000 bytes");
    }
    expect(await bench.outcomeOf(finalBlocks(json(400), json(601)))).toBe("fault 1009");
  });

  test("stops a bomb at the limit", async () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(await open({ limit: 100_000 }).outcomeOf(BOMB)).toBe("fault 1009");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000_000);
  });

  test.each([
    ["from the first byte", Buffer.of(0xff, 0xff)],
    [
      "after something valid",
      Buffer.concat([deflate(json(500)), Buffer.from("0000ffffffff", "hex")]),
    ],
    ["after much", Buffer.concat([deflate(json(700_000)), Buffer.from("0000ffffffff", "hex")])],
    ["in a large message", Buffer.concat([noise(100_000), Buffer.alloc(10, 0xff)])],
    ["after a final block", Buffer.concat([deflateRawSync("a"), Buffer.of(0xff, 0xff)])],
  ])("detects invalid data %s, and reports zlib's error", async (_name, payload) => {
    const bench = open();
    await bench.bytesOf(deflate("good"));
    const fault = (await bench.inflate(payload)) as FrameFault;
    expect(fault).toMatchObject({ closeCode: 1007, cause: { code: "Z_DATA_ERROR" } });
    expect(fault.problem).toContain((fault.cause as Error).message);
    expect(areFreed()).toBe(true);
    await turns(10);
    expect(bench.results).toHaveLength(2);
  });

  test("frees its handle when it is closed before, between or after messages", async () => {
    const bench = open();
    bench.inflater.close();
    await bench.bytesOf(deflate("a"));
    expect(streams).toHaveLength(1);
    expect(areFreed()).toBe(false);
    bench.inflater.close();
    bench.inflater.close();
    expect(areFreed()).toBe(true);
    await turns();
    expect(bench.results).toHaveLength(1);
  });
});

describe("an inflater that is closed during work of zlib's thread", () => {
  const large = deflate(noise(5_000_000));

  test.each([
    ["valid", large],
    ["too big", BOMB],
    ["invalid", Buffer.concat([deflate(noise(1_000_000)), Buffer.alloc(100_000, 0xff)])],
    ["in final blocks", finalBlocks(noise(1_000_000), noise(1_000_000))],
  ])("emits no event, and frees its handle: %s", async (_, payload) => {
    for (const turnsBefore of [0, 1, 2, 5]) {
      const bench = new Bench({ limit: 10_000_000 });
      bench.inflater.inflate(false, payload);
      await turns(turnsBefore);
      const seen = bench.results.length;
      bench.inflater.close();
      expect(areFreed()).toBe(true);
      // When another inflater has finished, the first one has finished as well.
      const other = new Bench();
      await other.bytesOf(large);
      other.inflater.close();
      await turns(20);
      expect(bench.results).toHaveLength(seen);
    }
  });
});

test("both paths share a context, whichever comes first", async () => {
  zlib.mayRunSync = true;
  const bench = new Bench();
  const messages = [100, 50_000, 100, 700_000, 0, 100, 40_000, 100].map((size, i) =>
    i % 2 === 1 ? Buffer.from(noise(size, i)) : json(size, i),
  );
  const kinds: boolean[] = [];
  for (const [i, payload] of deflateAll(messages).entries()) {
    const promise = bench.inflate(payload);
    kinds.push(bench.results.length > i);
    const result = await promise;
    expect("bytes" in result && result.bytes.equals(messages[i] as Buffer)).toBe(true);
  }
  expect(kinds).toEqual([true, false, true, false, true, true, true, true]);
  expect(streams).toHaveLength(1);
});
