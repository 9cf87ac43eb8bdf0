import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { FrameWriter } from "../../src/transport/node/frame-writer.js";
import { FrameParser, OPCODE } from "../helpers/frames.js";
import type { Frame } from "../helpers/frames.js";

/** A writer, and what it wrote. */
class Bench {
  readonly writes: Buffer[] = [];
  readonly counts: number[] = [];
  readonly writer: FrameWriter = new FrameWriter({
    write: (bytes, messages) => {
      this.writes.push(bytes);
      this.counts.push(messages);
    },
  });

  add(...messages: readonly (string | Uint8Array)[]): this {
    for (const message of messages) this.writer.add(message);
    return this;
  }

  flush(): this {
    this.writer.flush();
    return this;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.writes);
  }

  get frames(): Frame[] {
    return new FrameParser().push(this.bytes);
  }

  get payloads(): Buffer[] {
    return this.frames.map(({ payload }) => payload);
  }
}

const bytesOf = (size: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 0xff));

const HEADERS = [2, 4, 10].map((size) => size + 4);

/** Around the lengths of headers, of words, of the first room and its growth, and of a batch. */
const SIZES = [
  ...[0, 1, 2, 3, 4, 5, 7, 8, 31, 63, 64, 65, 66, 67, 68, 125, 126, 127, 497, 498, 499, 512],
  ...[2_048, 65_508, 65_509, 65_521, 65_522, 65_523, 65_535, 65_536, 65_537, 1_048_579],
];

describe("a frame writer", () => {
  test.each(SIZES)("writes %i bytes as one masked frame with the shortest length", (size) => {
    const data = bytesOf(size);
    const bench = new Bench().add(data).flush();
    const [frame, ...others] = bench.frames;
    expect(others).toEqual([]);
    expect(frame).toMatchObject({ fin: true, rsv1: false, opcode: OPCODE.BINARY, masked: true });
    expect(frame?.payload.equals(data)).toBe(true);
    expect(bench.bytes.length - size).toBe(HEADERS[size < 126 ? 0 : size < 65_536 ? 1 : 2]);
  });

  test.each(["", "a", "é", "\u{1f600}".repeat(40), "x".repeat(70_000), "ü".repeat(40_000)])(
    "writes a text as its UTF-8: %.20s",
    (text) => {
      const bench = new Bench();
      expect(bench.writer.add(text)).toBe(Buffer.byteLength(text));
      const [frame] = bench.flush().frames;
      expect(frame).toMatchObject({ fin: true, opcode: OPCODE.TEXT, masked: true });
      expect(frame?.payload.toString() === text).toBe(true);
    },
  );

  test("writes a lone surrogate as U+FFFD", () => {
    const bench = new Bench();
    expect(bench.writer.add("a\ud800b")).toBe(5);
    expect(bench.flush().payloads.map(String)).toEqual(["a\ufffdb"]);
  });

  test("masks at every place in memory", () => {
    const bench = new Bench();
    const messages = Array.from({ length: 400 }, (_, i) => bytesOf(60 + (i % 37)));
    expect(bench.add(...messages).flush().payloads).toEqual(messages);
  });

  test("gives each frame a key of its own, none of them zero for long", () => {
    const keys = new Bench()
      .add(...Array.from({ length: 5_000 }, () => "x"))
      .flush()
      .bytes.toString("latin1")
      .match(/.{7}/gs)
      ?.map((frame) => frame.slice(2, 6));
    expect(keys).toHaveLength(5_000);
    // Of five thousand out of 2^32 a pair may be alike, by bad luck.
    expect(new Set(keys).size).toBeGreaterThan(4_990);
  });

  test("holds all back until it is flushed, and writes it at once, in order", () => {
    const bench = new Bench().add("a", Buffer.from("b"), "", "c");
    expect(bench.writes).toEqual([]);
    expect(bench.writer.size).toBe(4 * 6 + 3);
    bench.flush();
    expect(bench.payloads.map(String)).toEqual(["a", "b", "", "c"]);
    expect(bench.counts).toEqual([4]);
    expect(bench.writer.size).toBe(0);
  });

  test("writes nothing where there is nothing", () => {
    expect(new Bench().flush().add("a").flush().flush().counts).toEqual([1]);
  });

  test("keeps no view on what it was given", () => {
    const data = bytesOf(1_000);
    const bench = new Bench().add(data);
    const before = Buffer.from(data);
    data.fill(0);
    expect(bench.flush().payloads).toEqual([before]);
  });

  test.each([
    [65_535, []],
    [65_536, [65_536]],
    [65_537, [65_537]],
  ])("holds back %i bytes: %j", (size, written) => {
    const bench = new Bench().add(bytesOf(size - 8));
    expect(bench.writes.map(({ length }) => length)).toEqual(written);
  });

  test("writes what it holds before a message that does not fit in", () => {
    const messages = [bytesOf(40_000), bytesOf(40_000), bytesOf(100_000), bytesOf(10)];
    const bench = new Bench().add(...messages);
    expect(bench.counts).toEqual([1, 1, 1]);
    expect(bench.flush().payloads).toEqual(messages);
    expect(bench.counts).toEqual([1, 1, 1, 1]);
  });

  test("writes about a batch at a time, however many there are", () => {
    const messages = Array.from({ length: 10_000 }, (_, i) => `message ${i}`);
    const bench = new Bench().add(...messages).flush();
    expect(bench.payloads.map(String)).toEqual(messages);
    expect(bench.counts.reduce((sum, count) => sum + count)).toBe(10_000);
    const lengths = bench.writes.slice(0, -1).map(({ length }) => length);
    expect(Math.min(...lengths)).toBeGreaterThan(65_000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65_536);
  });
});
