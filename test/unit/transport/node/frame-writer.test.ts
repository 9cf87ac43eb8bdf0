import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { FrameWriter } from "../../../../src/transport/node/frame-writer.js";
import { microtasks } from "../../../helpers/failure.js";
import { FrameParser, OPCODE } from "../../../helpers/frames.js";
import type { Frame } from "../../../helpers/frames.js";
import { turns } from "../../../helpers/unit-clock.js";

const { TEXT, BINARY, PING, PONG, CLOSE } = OPCODE;
const FIN = 0x80;
const RSV1 = 0x40;

/** A writer that records its writes. */
class Bench {
  readonly writes: Buffer[] = [];
  readonly counts: number[] = [];
  readonly writer: FrameWriter = new FrameWriter({
    write: (bytes, frames) => {
      this.writes.push(bytes);
      this.counts.push(frames);
    },
  });

  /** Returns a writer that has written this turn's first frame, so that it buffers the next ones. */
  static inTurn(): Bench {
    const bench = new Bench().add("0");
    expect(bench.payloads.map(String)).toEqual(["0"]);
    bench.writes.length = bench.counts.length = 0;
    return bench;
  }

  add(...messages: readonly (string | Uint8Array)[]): this {
    for (const message of messages) {
      this.writer.add(FIN | (typeof message === "string" ? TEXT : BINARY), message);
    }
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

/** Sizes around the limits of header formats, words, the first buffer, its growth, and a batch. */
const SIZES = [
  ...[0, 1, 2, 3, 4, 5, 7, 8, 31, 63, 64, 65, 66, 67, 68, 125, 126, 127, 497, 498, 499, 512],
  ...[2_048, 65_508, 65_509, 65_521, 65_522, 65_523, 65_535, 65_536, 65_537, 1_048_579],
];

describe("a frame writer", () => {
  test.each(SIZES)("writes %i bytes as one masked frame with the shortest length", (size) => {
    const data = bytesOf(size);
    for (const bench of [new Bench(), Bench.inTurn()]) {
      const [frame, ...others] = bench.add(data).flush().frames;
      expect(others).toEqual([]);
      expect(frame).toMatchObject({ fin: true, rsv1: false, opcode: BINARY, masked: true });
      expect(frame?.payload.equals(data)).toBe(true);
      expect(bench.bytes.length - size).toBe(HEADERS[size < 126 ? 0 : size < 65_536 ? 1 : 2]);
    }
  });

  test.each([
    ["a text", FIN | TEXT, { opcode: TEXT, fin: true, rsv1: false }],
    ["a compressed message", FIN | RSV1 | BINARY, { opcode: BINARY, fin: true, rsv1: true }],
    ["a ping", FIN | PING, { opcode: PING, fin: true, rsv1: false }],
    ["a close frame", FIN | CLOSE, { opcode: CLOSE, fin: true, rsv1: false }],
    ["a fragment", TEXT, { opcode: TEXT, fin: false, rsv1: false }],
  ])("writes the given first byte: %s", (_, first, expected) => {
    const bench = new Bench();
    bench.writer.add(first, "x");
    expect(bench.frames).toMatchObject([{ ...expected, masked: true }]);
  });

  test.each(["", "a", "é", "\u{1f600}".repeat(40), "x".repeat(70_000), "ü".repeat(40_000)])(
    "writes a text as its UTF-8: %.20s",
    (text) => {
      const bench = new Bench();
      expect(bench.writer.add(FIN | TEXT, text)).toBe(Buffer.byteLength(text));
      const [frame] = bench.frames;
      expect(frame).toMatchObject({ fin: true, opcode: TEXT, masked: true });
      expect(frame?.payload.toString() === text).toBe(true);
    },
  );

  test("writes a lone surrogate as U+FFFD", () => {
    const bench = new Bench();
    expect(bench.writer.add(FIN | TEXT, "a\ud800b")).toBe(5);
    expect(bench.payloads.map(String)).toEqual(["a\ufffdb"]);
  });

  test("masks at every memory alignment", () => {
    const bench = Bench.inTurn();
    const messages = Array.from({ length: 400 }, (_, i) => bytesOf(60 + (i % 37)));
    expect(bench.add(...messages).flush().payloads).toEqual(messages);
  });

  test("uses a new masking key for each frame, and rarely zero", () => {
    const keys = new Bench()
      .add(...Array.from({ length: 5_000 }, () => "x"))
      .flush()
      .bytes.toString("latin1")
      .match(/.{7}/gs)
      ?.map((frame) => frame.slice(2, 6));
    expect(keys).toHaveLength(5_000);
    // Among 5,000 random keys out of 2^32 a pair may be equal.
    expect(new Set(keys).size).toBeGreaterThan(4_990);
  });

  test("writes the first frame of a turn at once, and the others together at its end", async () => {
    const bench = new Bench();
    for (let turn = 1; turn <= 3; turn++) {
      bench.writes.length = bench.counts.length = 0;
      bench.add("first");
      expect(bench.payloads.map(String)).toEqual(["first"]);
      expect(bench.writer.size).toBe(0);
      bench.add("a", Buffer.from("b"), "", "c");
      expect(bench.counts).toEqual([1]);
      expect(bench.writer.size).toBe(4 * 6 + 3);
      await turns(1);
      expect(bench.counts).toEqual([1, 4]);
      expect(bench.payloads.map(String)).toEqual(["first", "a", "b", "", "c"]);
      expect(bench.writer.size).toBe(0);
    }
  });

  test("writes frames that are added in microtasks together with the rest of the turn", async () => {
    const bench = Bench.inTurn().add("a");
    await microtasks();
    bench.add("b");
    expect(bench.counts).toEqual([]);
    await turns(1);
    expect(bench.counts).toEqual([2]);
  });

  test("counts only the frames that are marked as counted", () => {
    const bench = Bench.inTurn().add("a");
    bench.writer.add(FIN | PONG, "b", false);
    bench.writer.add(FIN | PING, "c");
    expect(bench.flush().counts).toEqual([2]);
    expect(bench.payloads.map(String)).toEqual(["a", "b", "c"]);
  });

  test("can be flushed before the end of the turn, which then writes nothing", async () => {
    const bench = Bench.inTurn().flush().add("a").flush().flush();
    expect(bench.counts).toEqual([1]);
    await turns(1);
    expect(bench.counts).toEqual([1]);
  });

  test("writes frames that are added during a write after the earlier ones", async () => {
    const written: string[] = [];
    const writer: FrameWriter = new FrameWriter({
      write(bytes) {
        const texts = new FrameParser().push(bytes).map(({ payload }) => String(payload));
        written.push(texts.join());
        if (texts.includes("2")) writer.add(FIN | TEXT, "within");
      },
    });
    for (const text of ["1", "2", "3"]) writer.add(FIN | TEXT, text);
    await turns(2);
    expect(written).toEqual(["1", "2,3", "within"]);
  });

  test("keeps no view of the given payload", () => {
    const data = bytesOf(1_000);
    const bench = Bench.inTurn().add(data);
    const before = Buffer.from(data);
    data.fill(0);
    expect(bench.flush().payloads).toEqual([before]);
  });

  test.each([
    [65_535, []],
    [65_536, [65_536]],
    [65_537, [65_537]],
  ])("buffers %i bytes: %j", (size, written) => {
    const bench = Bench.inTurn().add(bytesOf(size - 8));
    expect(bench.writes.map(({ length }) => length)).toEqual(written);
  });

  test("writes its buffer before a message that does not fit", () => {
    const messages = [bytesOf(40_000), bytesOf(40_000), bytesOf(100_000), bytesOf(10)];
    const bench = Bench.inTurn().add(...messages);
    expect(bench.counts).toEqual([1, 1, 1]);
    expect(bench.flush().payloads).toEqual(messages);
    expect(bench.counts).toEqual([1, 1, 1, 1]);
  });

  test("writes about one batch at a time, however many frames there are", () => {
    const messages = Array.from({ length: 10_000 }, (_, i) => `message ${i}`);
    const bench = Bench.inTurn()
      .add(...messages)
      .flush();
    expect(bench.payloads.map(String)).toEqual(messages);
    expect(bench.counts.reduce((sum, count) => sum + count)).toBe(10_000);
    const lengths = bench.writes.slice(0, -1).map(({ length }) => length);
    expect(Math.min(...lengths)).toBeGreaterThan(65_000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65_536);
  });
});
