import { describe, expect, test } from "vitest";
import { FrameReader, NONE } from "../../src/transport/node/frame-reader.js";
import {
  binaryFrame,
  closeFrame,
  fragments,
  frame,
  OPCODE,
  pingFrame,
  textFrame,
} from "../helpers/frames.js";

/** A reader, and what came out of it: texts that it took, and in angle brackets the bytes it left. */
class Bench {
  isOpen = true;
  readonly seen: string[] = [];
  readonly reader: FrameReader;

  constructor(limit = 1_000) {
    this.reader = new FrameReader(limit, {
      mayTake: () => this.isOpen,
      take: (isText, chunk, start, end) => {
        const text = chunk.toString("utf8", start, end);
        if (text.includes("\ufffd")) return false;
        this.seen.push(isText ? text : `binary ${text}`);
        return true;
      },
      leave: (bytes) => this.seen.push(`<${bytes.toString("hex")}>`),
    });
  }

  read(...parts: readonly Uint8Array[]): this {
    this.reader.read(Buffer.concat(parts));
    return this;
  }
}

const left = (...parts: readonly Uint8Array[]): string =>
  `<${Buffer.concat(parts).toString("hex")}>`;

const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

describe("a frame reader", () => {
  test("takes short messages that are whole, and leaves nothing", () => {
    const { seen, reader } = new Bench().read(
      textFrame("a"),
      binaryFrame(Buffer.from("b")),
      textFrame(""),
    );
    expect(seen).toEqual(["a", "binary b", ""]);
    expect(reader.inMessage).toBe(false);
  });

  test("does not copy a chunk to complete what was held", () => {
    const chunks: Buffer[] = [];
    const reader = new FrameReader(1_000, {
      mayTake: () => true,
      take: (_isText, chunk) => chunks.push(chunk) > 0,
      leave: () => expect.fail("it left a short message"),
    });
    const [head, tail] = [textFrame("abc").subarray(0, 3), textFrame("abc").subarray(3)];
    reader.read(Buffer.from(head));
    const chunk = Buffer.concat([
      tail,
      ...Array.from({ length: 100 }, () => textFrame("y".repeat(99))),
    ]);
    reader.read(chunk);
    expect(chunks).toHaveLength(101);
    expect(chunks[0]?.length).toBeLessThan(chunk.length);
    expect(chunks.at(-1)).toBe(chunk);
  });

  test.each([125, 126, 127, 999, 1_000])("takes one of %i bytes", (size) => {
    const text = "x".repeat(size);
    expect(new Bench().read(textFrame(text)).seen).toEqual([text]);
  });

  test.each([
    ["over its limit", 10, 11],
    ["over a MiB", 2_000_000, 1_048_577],
  ])("leaves one %s, whole or cut", (_, limit, size) => {
    const bytes = textFrame("x".repeat(size));
    expect(new Bench(limit).read(bytes).seen).toEqual([left(bytes)]);
    const [head, tail] = [bytes.subarray(0, size / 2), bytes.subarray(size / 2)];
    expect(new Bench(limit).read(head).read(tail).seen).toEqual([left(head), left(tail)]);
  });

  test.each([4_095, 4_096, 4_097, 65_535, 65_536, 1_048_576])(
    "takes one of %i bytes, whole or cut anywhere",
    (size) => {
      const text = `${"é".repeat(8)}${"x".repeat(size - 16)}`;
      const bytes = Buffer.concat([textFrame(text), textFrame("b")]);
      expect(new Bench(size).read(bytes).seen).toEqual([text, "b"]);
      for (const cut of [1, 2, 3, 4, 5, 9, 10, 11, 4_000, size, size + 3, size + 9]) {
        const bench = new Bench(size).read(bytes.subarray(0, cut));
        expect(bench.seen).toEqual(cut < size + 3 ? [] : expect.any(Array));
        expect(bench.read(bytes.subarray(cut)).seen).toEqual([text, "b"]);
      }
    },
  );

  test("takes a large binary message that was cut as binary", () => {
    const bytes = binaryFrame(Buffer.alloc(5_000, "x"));
    const bench = new Bench(10_000).read(bytes.subarray(0, 9)).read(bytes.subarray(9));
    expect(bench.seen).toEqual([`binary ${"x".repeat(5_000)}`]);
  });

  test("collects a large message in as many chunks as it takes, with a copy of each", () => {
    const bytes = textFrame("x".repeat(10_000));
    const bench = new Bench(10_000);
    for (let at = 0; at < bytes.length; at += 7) {
      expect(bench.reader.inMessage).toBe(at > 0);
      const chunk = Buffer.from(bytes.subarray(at, at + 7));
      bench.reader.read(chunk);
      chunk.fill(0);
    }
    expect(bench.seen).toEqual(["x".repeat(10_000)]);
    expect(bench.reader.inMessage).toBe(false);
  });

  test("hands over a large message that was cut in a buffer of its own", () => {
    const buffers: Buffer[] = [];
    const reader = new FrameReader(10_000, {
      mayTake: () => true,
      take: (_isText, chunk) => buffers.push(chunk) > 0,
      leave: () => expect.fail("it left a plain message"),
    });
    const bytes = binaryFrame(Buffer.alloc(5_000, "x"));
    reader.read(bytes.subarray(0, 100));
    reader.read(bytes.subarray(100));
    expect(buffers.map(({ buffer }) => buffer.byteLength)).toEqual([5_000]);
  });

  test("leaves a large message that is no UTF-8, and all behind it in the same tick", async () => {
    const bytes = textFrame(Buffer.alloc(5_000, 0xff));
    const bench = new Bench(10_000).read(bytes.subarray(0, 3_000));
    bench.read(bytes.subarray(3_000), textFrame("behind"));
    const hex = bench.seen.map((piece) => piece.slice(1, -1)).join("");
    expect(hex).toBe(Buffer.concat([bytes, textFrame("behind")]).toString("hex"));
    await tick();
    expect(bench.read(textFrame("next")).seen.at(-1)).toBe("next");
  });

  test.each([
    ["a ping", pingFrame("p")],
    ["a compressed one", frame({ opcode: OPCODE.TEXT, payload: "c", rsv1: true })],
    ["a reserved opcode", frame({ opcode: 3, payload: "r" })],
    ["what is no UTF-8", binaryFrame(Buffer.from([0xff]))],
    ["fragments", Buffer.concat(fragments(OPCODE.TEXT, Buffer.from("abc"), 1))],
  ])("leaves %s, and all behind it in the same tick", async (_, odd) => {
    const bench = new Bench().read(textFrame("before"), odd, textFrame("behind"));
    bench.read(textFrame("same tick"));
    const behind = [left(odd, textFrame("behind")), left(textFrame("same tick"))];
    expect(bench.seen).toEqual(["before", ...behind]);
    await tick();
    expect(bench.read(textFrame("next")).seen).toEqual(["before", ...behind, "next"]);
  });

  test("leaves a close frame in any pieces, and drops what comes after it", async () => {
    const bytes = closeFrame(1000, "bye");
    for (let at = 1; at <= bytes.length; at++) {
      const bench = new Bench().read(textFrame("a"), bytes.subarray(0, at));
      await tick();
      if (at < bytes.length) bench.read(bytes.subarray(at));
      await tick();
      bench.read(textFrame("b"));
      const [first, ...others] = bench.seen;
      expect(first).toBe("a");
      expect(others.map((hex) => hex.slice(1, -1)).join("")).toBe(bytes.toString("hex"));
    }
  });

  test("drops what comes after a close frame behind which a frame had begun", async () => {
    const begun = textFrame("after").subarray(0, 4);
    const bench = new Bench().read(closeFrame(1000), begun);
    await tick();
    bench.read(textFrame("after").subarray(4), textFrame("b"));
    expect(bench.seen).toEqual([left(closeFrame(1000), begun)]);
  });

  test("drops all once it is stopped", () => {
    const bench = new Bench();
    bench.reader.stop();
    expect(bench.read(textFrame("a")).seen).toEqual([]);
  });

  test.each([
    ["whole", 0],
    ["with enough behind it to be taken for a longer one", 300],
  ])("leaves a masked message, %s", (_, size) => {
    const bytes = frame({ opcode: OPCODE.TEXT, payload: "m", mask: true });
    const behind = size > 0 ? [textFrame("x".repeat(size))] : [];
    const { seen } = new Bench().read(textFrame("a"), bytes, ...behind);
    expect(seen).toEqual(["a", left(bytes, ...behind)]);
  });

  test("leaves all while it is not open", () => {
    const bench = new Bench();
    bench.isOpen = false;
    expect(bench.read(textFrame("a")).seen).toEqual([left(textFrame("a"))]);
  });

  test.each(["", "x"])("without a limit takes nothing: %j", (text) => {
    expect(new Bench(NONE).read(textFrame(text)).seen).toEqual([left(textFrame(text))]);
  });

  test.each([
    ["short", textFrame("short")],
    ["with a length of two bytes", textFrame("x".repeat(300))],
  ])("holds a message that is cut at any byte, and takes it: %s", (_, bytes) => {
    for (let at = 1; at < bytes.length; at++) {
      const bench = new Bench().read(textFrame("a"), bytes.subarray(0, at));
      expect(bench.seen).toEqual(["a"]);
      expect(bench.reader.inMessage).toBe(true);
      bench.read(bytes.subarray(at), textFrame("b"));
      expect(bench.seen).toHaveLength(3);
      expect(bench.reader.inMessage).toBe(false);
    }
  });

  test("holds a copy, which does not keep the chunk", () => {
    const bench = new Bench();
    const chunk = Buffer.concat([textFrame("a"), textFrame("b").subarray(0, 2)]);
    bench.reader.read(chunk);
    chunk.fill(0);
    expect(bench.read(Buffer.from("b")).seen).toEqual(["a", "b"]);
  });

  test.each([
    ["short", textFrame("abc").subarray(0, 3)],
    ["large", textFrame("x".repeat(10_000)).subarray(0, 6_000)],
  ])("leaves what it holds at the end: %s", (_, begun) => {
    const bench = new Bench(10_000).read(begun);
    bench.reader.end();
    bench.reader.end();
    const hex = bench.seen.map((piece) => piece.slice(1, -1)).join("");
    expect(hex).toBe(begun.toString("hex"));
  });

  test.each([
    ["a compressed message", frame({ opcode: OPCODE.TEXT, rsv1: true, payload: "x".repeat(300) })],
    ["a large one", frame({ opcode: OPCODE.TEXT, rsv1: true, payload: "x".repeat(70_000) })],
    ["a ping", pingFrame("ping")],
    ["fragments, with a ping between", fragmented()],
  ])("follows %s over any cut, and takes what comes after it", async (_, odd) => {
    const cuts = [1, 2, 3, 5, Math.floor(odd.length / 2), odd.length - 1];
    for (const cut of cuts.filter((at) => at < odd.length)) {
      const bench = new Bench();
      bench.read(odd.subarray(0, cut));
      await tick();
      expect(bench.reader.inMessage).toBe(true);
      // What is not left yet is held, at the front of what follows.
      bench.read(odd.subarray(cut), textFrame("cut off").subarray(0, 4));
      await tick();
      bench.read(textFrame("cut off").subarray(4), textFrame("after"));
      const bytes = bench.seen.slice(0, -2).map((hex) => hex.slice(1, -1));
      expect(bytes.join("")).toBe(odd.toString("hex"));
      expect(bench.seen.slice(-2)).toEqual(["cut off", "after"]);
    }
  });
});

function fragmented(): Buffer {
  const [first, ...others] = fragments(OPCODE.BINARY, Buffer.from("abc"), 1);
  return Buffer.concat([first as Buffer, pingFrame("p"), ...others]);
}
