import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cut, places, serialise, streams } from "../../../fuzz/frame-stream.js";
import { collectGarbage } from "../../../helpers/collect-garbage.js";
import {
  binaryFrame,
  closeFrame,
  frame,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../../../helpers/frames.js";
import { explore } from "../../../helpers/fuzz.js";
import {
  Bench,
  compressedFrame,
  eventsOf,
  firstFragment,
  lastFragment,
  WITH_COMPRESSION,
} from "./frame-parser-bench.js";

const { BINARY } = OPCODE;

describe("after a fault or a close frame", () => {
  const ENDS: readonly (readonly [string, Buffer, string])[] = [
    ["a reserved opcode", frame({ opcode: 3 }), "fault 1002"],
    ["a text that is not UTF-8", textFrame(Buffer.of(0xff)), "fault 1007"],
    ["a message that is too big", frame({ opcode: BINARY, length: 2n ** 40n }), "fault 1009"],
    ["an invalid close code", closeFrame(1005), "fault 1002"],
    ["an invalid close reason", closeFrame(1000, Buffer.of(0xff)), "fault 1007"],
    ["a close frame", closeFrame(1000), "close 1000 "],
  ];
  const later = [textFrame("a"), pingFrame("b"), closeFrame(1001), frame({ opcode: 4 })];

  test.each(ENDS)("the parser emits no event: %s", (_, bytes, event) => {
    const expected = ["text 5 first", event];
    const atOnce = new Bench().push(textFrame("first"), bytes, ...later).push(...later);
    expect(atOnce.events).toEqual(expected);
    const byBytes = new Bench().pushBytes(textFrame("first"), bytes, ...later);
    expect(byBytes.events).toEqual(expected);
    expect(byBytes.parser.isDrained).toBe(true);
  });

  test.each(ENDS)(
    "the parser discards bytes that were pushed while it was halted: %s",
    (_, bytes, event) => {
      const bench = new Bench();
      bench.parser.halted = true;
      bench.push(bytes).push(...later);
      bench.parser.halted = false;
      bench.parser.run();
      expect(bench.events).toEqual([event]);
      expect(bench.parser.isDrained).toBe(true);
    },
  );
});

describe("a parser that is halted", () => {
  const KINDS: readonly (readonly [string, Buffer, string])[] = [
    ["text", textFrame("a"), "text 1 a"],
    ["binary", binaryFrame(Buffer.from("b")), "binary b"],
    ["compressed", compressedFrame("c"), "compressed text c"],
    ["fragmented", Buffer.concat([firstFragment("d"), lastFragment("e")]), "text 2 de"],
    ["large", textFrame("x".repeat(70_000)), `text 70000 ${"x".repeat(70_000)}`],
    ["a ping", pingFrame("f"), "ping f"],
    ["a pong", pongFrame("g"), "pong g"],
  ];

  test.each(KINDS)("within an event stops after that message, and keeps the rest: %s", (...row) => {
    const [, bytes, event] = row;
    const bench = new Bench(WITH_COMPRESSION);
    bench.onEvent = () => (bench.parser.halted = true);
    bench.push(bytes, bytes, bytes);
    bench.push(bytes);
    for (let seen = 1; seen <= 4; seen++) {
      expect(bench.events).toEqual(Array.from({ length: seen }, () => event));
      expect(bench.parser.isDrained).toBe(seen === 4);
      expect(bench.parser.isInMessage).toBe(false);
      bench.parser.run();
      expect(bench.events).toHaveLength(seen);
      bench.parser.halted = false;
      bench.parser.run();
    }
  });

  test("parses pushed bytes only after it continues, in order", () => {
    const bench = new Bench();
    bench.parser.halted = true;
    for (const byte of Buffer.concat([textFrame("a"), pingFrame("b"), textFrame("c")])) {
      bench.push(Buffer.of(byte));
    }
    expect(bench.events).toEqual([]);
    expect(bench.parser.isDrained).toBe(false);
    bench.parser.halted = false;
    bench.parser.run();
    expect(bench.events).toEqual(["text 1 a", "ping b", "text 1 c"]);
    expect(bench.parser.isDrained).toBe(true);
  });

  test("between two fragments keeps the second", () => {
    const bench = new Bench();
    bench.onEvent = () => (bench.parser.halted = true);
    bench.push(firstFragment("a"), pingFrame(), lastFragment("b"));
    expect(bench.events).toEqual(["ping "]);
    expect(bench.parser.isInMessage).toBe(true);
    bench.parser.halted = false;
    bench.parser.run();
    expect(bench.events).toEqual(["ping ", "text 2 ab"]);
  });

  test("keeps nothing after end()", () => {
    const bench = new Bench();
    bench.parser.halted = true;
    bench.push(textFrame("a"));
    bench.parser.end();
    bench.parser.halted = false;
    bench.parser.run();
    expect(bench.events).toEqual([]);
    expect(bench.parser.isDrained).toBe(true);
  });
});

describe("an event handler", () => {
  const KINDS: readonly (readonly [string, Buffer])[] = [
    ["text", textFrame("a")],
    ["binary", binaryFrame(Buffer.from("b"))],
    ["compressed", compressedFrame("c")],
    ["fragmented", Buffer.concat([firstFragment("d"), lastFragment()])],
    ["a ping", pingFrame("e")],
  ];

  test.each(KINDS)("can call run() without effect: %s", (_, bytes) => {
    const bench = new Bench(WITH_COMPRESSION);
    bench.onEvent = () => {
      const { length } = bench.events;
      bench.parser.run();
      expect(bench.events).toHaveLength(length);
    };
    bench.push(bytes, textFrame("x"), bytes);
    expect(bench.events).toHaveLength(3);
    expect(bench.events[1]).toBe("text 1 x");
  });

  // A Duplex whose peer answers synchronously pushes bytes within an event.
  test.each(KINDS)(
    "can push more bytes, which are parsed once, after all others: %s",
    (_, bytes) => {
      for (const rest of [[], [textFrame("y")]]) {
        const bench = new Bench(WITH_COMPRESSION);
        bench.onEvent = () => {
          bench.onEvent = undefined;
          bench.push(textFrame("1"), textFrame("2")).push(textFrame("3"));
          expect(bench.events).toHaveLength(1);
        };
        bench.push(bytes, ...rest);
        const others = [...rest.map(() => "text 1 y"), "text 1 1", "text 1 2", "text 1 3"];
        expect(bench.events.slice(1)).toEqual(others);
        expect(bench.parser.isDrained).toBe(true);
      }
    },
  );

  test.each(KINDS)("can call end(), after which there is no event: %s", (_, bytes) => {
    const bench = new Bench(WITH_COMPRESSION);
    bench.onEvent = () => bench.parser.end();
    bench.push(bytes, bytes).push(bytes);
    expect(bench.events).toHaveLength(1);
    expect(bench.parser.isDrained).toBe(true);
  });
});

describe("the memory of a parser", () => {
  const arrayBuffers = (): number => {
    collectGarbage();
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };

  test("is not allocated for the length that a header claims", () => {
    const header = frame({ opcode: BINARY, length: 2 ** 30 });
    const before = arrayBuffers();
    const benches = Array.from({ length: 100 }, () => new Bench().push(header));
    for (const bench of benches) bench.push(Buffer.from("x"));
    // A few hundred bytes for each parser: a block with its first byte.
    expect(arrayBuffers() - before).toBeLessThan(200_000);
    expect(benches.every(({ parser }) => parser.isInMessage)).toBe(true);
  });

  test("does not retain a chunk for the beginning of a header or a payload", () => {
    const header = textFrame("x".repeat(300));
    for (const size of [1, 3, 10]) {
      const chunk = Buffer.concat([textFrame("a"), header.subarray(0, size)]);
      const bench = new Bench().push();
      bench.parser.push(chunk);
      chunk.fill(0);
      bench.parser.push(header.subarray(size));
      expect(bench.events).toEqual(["text 1 a", `text 300 ${"x".repeat(300)}`]);
    }
  });
});

test("the same bytes give the same events, however they are split", (context) =>
  explore(context, {
    claim: "the events of all bytes at once",
    runs: 150,
    given: fc.record({
      stream: streams,
      cuts: fc.array(places, { maxLength: 20, size: "max" }),
      mutation: fc.option(fc.record({ at: places, change: fc.integer({ min: 1, max: 255 }) }), {
        nil: undefined,
        freq: 2,
      }),
      limit: fc.constantFrom(2 ** 30, 65_535, 126),
      halts: fc.boolean(),
    }),
    meets: ["binary", "close", "compressed", "fault", "ping", "pong", "text"],
    check({ stream, cuts, mutation, limit, halts }) {
      const [bytes] = serialise(stream);
      if (mutation && bytes.length > 0) {
        const at = Math.min(Math.floor(mutation.at * bytes.length), bytes.length - 1);
        bytes[at] = (bytes[at] as number) ^ mutation.change;
      }
      const limits = { message: limit, compressed: stream.deflation && limit };
      const expected = eventsOf(bytes, limits);
      const bench = new Bench(limits);
      if (halts) bench.onEvent = () => (bench.parser.halted = true);
      for (const chunk of cut(bytes, cuts)) bench.parser.push(chunk);
      while (bench.parser.halted) {
        bench.parser.halted = false;
        bench.parser.run();
      }
      expect(bench.events).toEqual(expected);
      if (bytes.length < 1_000) {
        expect(new Bench(limits).pushBytes(bytes).events).toEqual(expected);
      }
      return expected.map((event) => event.split(" ", 1)[0] as string);
    },
  }));
