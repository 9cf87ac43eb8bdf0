import { Buffer } from "node:buffer";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MessageDeflater } from "../../../../src/transport/node/deflate.js";
import { FrameWriter } from "../../../../src/transport/node/frame-writer.js";
import { MessageSender } from "../../../../src/transport/node/message-sender.js";
import { Condition } from "../../../helpers/condition.js";
import { closeOf, FrameParser, inflate, OPCODE } from "../../../helpers/frames.js";
import type { Frame } from "../../../helpers/frames.js";
import { checkLeaks } from "../../../helpers/leaks.js";
import { turns } from "../../../helpers/unit-clock.js";
import { areFreed, streams } from "../../../helpers/zlib-streams.js";
import { noise } from "../../../transport/support.js";

checkLeaks();

vi.mock("node:zlib", async (importOriginal) => {
  const { recordStreams } = await import("../../../helpers/zlib-streams.js");
  return recordStreams(importOriginal);
});

/** A message that is too large to be deflated synchronously. */
const LARGE = noise(100_000);

/** A sender that records its frames. */
class Bench {
  readonly frames: Frame[] = [];
  readonly errors: Error[] = [];
  readonly sender: MessageSender;
  readonly #changed = new Condition();

  constructor({ compresses = true, threshold = 0 } = {}) {
    const parser = new FrameParser();
    const writer = new FrameWriter({
      write: (bytes) => {
        this.frames.push(...parser.push(bytes));
        this.#changed.notify();
      },
    });
    // Without a context each message can be inflated separately.
    const deflater = compresses ? new MessageDeflater(15, false) : undefined;
    this.sender = new MessageSender(writer, deflater, threshold, (error) => {
      this.errors.push(error);
      this.#changed.notify();
    });
    benches.push(this);
  }

  /** Settles when `count` frames have been written or an error has occurred. */
  until(count: number): Promise<void> {
    return this.#changed.until(() => this.frames.length >= count || this.errors.length > 0);
  }

  /** The frames as texts; a large payload is shown as its size. */
  get seen(): string[] {
    return this.frames.map((frame) => {
      if (frame.opcode === OPCODE.CLOSE) return `close ${closeOf(frame).code}`;
      const bytes = frame.rsv1 ? inflate(frame.payload) : frame.payload;
      const type = frame.opcode === OPCODE.TEXT ? "text" : "binary";
      const shown = bytes.length > 1_000 ? `of ${bytes.length}` : bytes.toString();
      return `${frame.rsv1 ? "compressed " : ""}${type} ${shown}`;
    });
  }
}

const benches: Bench[] = [];

afterEach(() => {
  for (const { sender } of benches.splice(0)) sender.end();
  expect(areFreed()).toBe(true);
  streams.length = 0;
});

describe("a sender without compression", () => {
  test("sends messages and the close frame unchanged, in order", async () => {
    const bench = new Bench({ compresses: false });
    expect(bench.sender.send("é")).toBe(2);
    expect(bench.sender.send(LARGE)).toBe(100_000);
    expect(bench.sender.send("")).toBe(0);
    bench.sender.close(1000, "bye");
    // The close frame flushes all earlier frames at once.
    expect(bench.seen).toEqual(["text é", "binary of 100000", "text ", "close 1000"]);
    await turns(1);
    expect(bench.frames).toHaveLength(4);
    expect(bench.sender.size).toBe(0);
  });

  test.each([
    [1000, "", 2],
    [4999, "x".repeat(123), 125],
    [1005, "", 0],
    [3000, "ä".repeat(61), 124],
  ])("sends a close frame with the code %i and its reason", (code, reason, size) => {
    const bench = new Bench({ compresses: false });
    bench.sender.close(code, reason);
    const [frame] = bench.frames;
    expect(frame).toMatchObject({ opcode: OPCODE.CLOSE, fin: true, rsv1: false });
    expect(frame?.payload).toHaveLength(size);
    expect(frame && closeOf(frame)).toEqual({ code, reason });
  });
});

describe("a sender with compression", () => {
  test("sends small messages at once, in order", async () => {
    const bench = new Bench();
    expect(bench.sender.send("a")).toBe(1);
    expect(bench.seen).toEqual(["compressed text a"]);
    expect(bench.sender.send(Buffer.from("b"))).toBe(1);
    expect(bench.sender.send("")).toBe(0);
    bench.sender.close(1001, "");
    expect(bench.seen.slice(1)).toEqual(["compressed binary b", "text ", "close 1001"]);
    await turns(1);
    expect(bench.frames).toHaveLength(4);
  });

  test("compresses a message from the threshold on, not below", () => {
    const bench = new Bench({ threshold: 3 });
    for (const data of ["ab", "abc", "é", "éa", Buffer.alloc(2, "x"), Buffer.alloc(3, "x")]) {
      bench.sender.send(data);
    }
    bench.sender.close(1000, "");
    expect(bench.seen).toEqual([
      ...["text ab", "compressed text abc", "text é", "compressed text éa"],
      ...["binary xx", "compressed binary xxx", "close 1000"],
    ]);
  });

  test("holds messages back after a large one, and sends them in order", async () => {
    const bench = new Bench({ threshold: 2 });
    bench.sender.send("before");
    const data = ["ab", "c", LARGE, Buffer.from("de"), "", LARGE, "last"];
    expect(bench.sender.send(LARGE)).toBe(100_000);
    expect(data.map((one) => bench.sender.send(one))).toEqual([2, 1, 100_000, 2, 0, 100_000, 4]);
    bench.sender.close(1000, "");
    expect(bench.seen).toEqual(["compressed text before"]);
    await bench.until(10);
    await turns(1);
    expect(bench.seen.slice(1)).toEqual([
      ...["compressed binary of 100000", "compressed text ab", "text c"],
      ...["compressed binary of 100000", "compressed binary de", "text "],
      ...["compressed binary of 100000", "compressed text last", "close 1000"],
    ]);
  });

  test("sends a close frame after a large message", async () => {
    const bench = new Bench();
    bench.sender.send(LARGE);
    bench.sender.close(1000, "");
    expect(bench.frames).toEqual([]);
    await bench.until(2);
    expect(bench.seen).toEqual(["compressed binary of 100000", "close 1000"]);
  });

  test("copies waiting messages, and counts them until they are written", async () => {
    const bench = new Bench();
    const bytes = Buffer.from(LARGE);
    const small = Buffer.from("small");
    bench.sender.send(bytes);
    bench.sender.send(small);
    bench.sender.send("é");
    expect(bench.sender.size).toBe(100_000 + 5 + 2);
    bytes.fill(0);
    small.fill(0);
    await bench.until(1);
    await turns(1);
    const [first] = bench.frames;
    expect(first && inflate(first.payload).equals(LARGE)).toBe(true);
    expect(bench.seen.slice(1)).toEqual(["compressed binary small", "compressed text é"]);
    expect(bench.sender.size).toBe(0);
  });

  test("sends at once again after the large message has been written", async () => {
    const bench = new Bench();
    bench.sender.send(LARGE);
    await bench.until(1);
    await turns(1);
    bench.sender.send("a");
    expect(bench.seen).toEqual(["compressed binary of 100000", "compressed text a"]);
  });

  test("discards waiting messages and frees zlib when it ends", async () => {
    const bench = new Bench();
    bench.sender.send(LARGE);
    bench.sender.send("a");
    bench.sender.end();
    expect(bench.sender.size).toBe(0);
    expect(areFreed()).toBe(true);
    // When another deflater has finished, the first one has finished as well.
    const other = new Bench();
    other.sender.send(LARGE);
    await other.until(1);
    await turns(5);
    expect(bench.frames).toEqual([]);
    expect(bench.errors).toEqual([]);
  });

  test("reports an error of zlib once, and sends nothing more", async () => {
    const bench = new Bench();
    bench.sender.send(LARGE);
    bench.sender.send("a");
    bench.sender.send(LARGE);
    bench.sender.close(1000, "");
    const error = new Error("out of memory");
    streams[0]?.destroy(error);
    await bench.until(1);
    await turns(5);
    expect(bench.errors).toEqual([error]);
    expect(bench.frames).toEqual([]);
    expect(bench.sender.size).toBe(0);
  });
});
