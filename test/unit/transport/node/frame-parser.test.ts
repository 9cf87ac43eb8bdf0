import { Buffer, constants } from "node:buffer";
import { describe, expect, test } from "vitest";
import type { FrameLimits } from "../../../../src/transport/node/frame-parser.js";
import {
  binaryFrame,
  closeFrame,
  fragments,
  frame,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../../../helpers/frames.js";
import {
  Bench,
  compressedFrame,
  eventsOf,
  firstFragment,
  lastFragment,
  WITH_COMPRESSION,
  WITHOUT_COMPRESSION,
} from "./frame-parser-bench.js";

const { CONTINUATION, TEXT, BINARY, CLOSE } = OPCODE;

describe("the parser in the state", () => {
  const longHeader = textFrame("x".repeat(300)).subarray(0, 4);
  const closing = closeFrame(1000, "bye");

  interface Row {
    readonly state: string;
    /** Bytes that lead to the state, and the events that they cause. */
    readonly before: Buffer;
    readonly seen?: readonly string[];
    readonly isInMessage: boolean;
    /** Bytes that complete the frame or the message, and the event that they cause. */
    readonly rest: Uint8Array;
    readonly event?: string;
  }

  const rows: readonly Row[] = [
    {
      state: "HEADER, between messages",
      before: Buffer.alloc(0),
      isInMessage: false,
      rest: textFrame("a"),
      event: "text 1 a",
    },
    {
      state: "HEADER, in a header of 2 bytes",
      before: textFrame("a").subarray(0, 1),
      isInMessage: true,
      rest: textFrame("a").subarray(1),
      event: "text 1 a",
    },
    {
      state: "HEADER, in a header of 4 bytes",
      before: longHeader.subarray(0, 3),
      isInMessage: true,
      rest: textFrame("x".repeat(300)).subarray(3),
      event: `text 300 ${"x".repeat(300)}`,
    },
    {
      state: "HEADER, in a header of 10 bytes",
      before: frame({ opcode: BINARY, payload: "b", lengthBits: 64 }).subarray(0, 9),
      isInMessage: true,
      rest: frame({ opcode: BINARY, payload: "b", lengthBits: 64 }).subarray(9),
      event: "binary b",
    },
    {
      state: "HEADER, between the fragments of a message",
      before: firstFragment("a"),
      isInMessage: true,
      rest: lastFragment("b"),
      event: "text 2 ab",
    },
    {
      state: "CONTROL",
      before: pingFrame("abc").subarray(0, 4),
      isInMessage: true,
      rest: pingFrame("abc").subarray(4),
      event: "ping abc",
    },
    {
      state: "CONTROL, in a close frame",
      before: closing.subarray(0, 4),
      isInMessage: true,
      rest: closing.subarray(4),
      event: "close 1000 bye",
    },
    {
      state: "DATA",
      before: longHeader,
      isInMessage: true,
      rest: Buffer.alloc(300, "x"),
      event: `text 300 ${"x".repeat(300)}`,
    },
    {
      state: "DATA, in a continuation",
      before: Buffer.concat([firstFragment("a"), lastFragment("bc").subarray(0, 3)]),
      isInMessage: true,
      rest: Buffer.from("c"),
      event: "text 3 abc",
    },
    {
      state: "ENDED, by a close frame",
      before: closing,
      seen: ["close 1000 bye"],
      isInMessage: false,
      rest: textFrame("a"),
    },
    {
      state: "ENDED, by a fault",
      before: frame({ opcode: 3 }),
      seen: ["fault 1002"],
      isInMessage: false,
      rest: textFrame("a"),
    },
  ];

  describe.each(rows)("$state", ({ before, seen = [], isInMessage, rest, event }) => {
    test("reports whether a message is incomplete", () => {
      for (const bench of [new Bench().push(before), new Bench().pushBytes(before)]) {
        expect(bench.events).toEqual(seen);
        expect(bench.parser.isInMessage).toBe(isInMessage);
        expect(bench.parser.isDrained).toBe(true);
      }
    });

    test("handles the bytes that follow", () => {
      for (const bench of [
        new Bench().push(before).push(rest),
        new Bench().pushBytes(before, rest),
      ]) {
        expect(bench.events).toEqual([...seen, ...(event === undefined ? [] : [event])]);
        expect(bench.parser.isInMessage).toBe(false);
      }
    });

    test("emits nothing and keeps nothing after end()", () => {
      const bench = new Bench().push(before);
      bench.parser.end();
      bench.push(rest, textFrame("a"), pingFrame(), closeFrame(), frame({ opcode: 3 }));
      expect(bench.events).toEqual(seen);
      expect(bench.parser.isInMessage).toBe(false);
      expect(bench.parser.isDrained).toBe(true);
    });
  });

  test.each([
    ["HEADER", "", frame({ opcode: 3 }), 1002],
    ["HEADER, between fragments", firstFragment("a"), textFrame("b"), 1002],
    ["CONTROL", closeFrame(1000, "ab").subarray(0, 5), Buffer.of(0xff), 1007],
    ["DATA", firstFragment("ab").subarray(0, 3), Buffer.of(0xff), 1007],
  ])("%s changes to ENDED after a fault", (_, before, wrong, code) => {
    const bench = new Bench().push(Buffer.from(before as Uint8Array)).push(wrong);
    expect(bench.events).toEqual([`fault ${code}`]);
    expect(bench.parser.isInMessage).toBe(false);
    expect(bench.push(textFrame("a")).events).toHaveLength(1);
  });
});

describe("the first two bytes of a frame", () => {
  /** True if a rule of RFC 6455 section 5 or RFC 7692 section 6 forbids the two bytes. */
  function isFault(
    first: number,
    second: number,
    isInMessage: boolean,
    deflates: boolean,
  ): boolean {
    const has = (bit: number): boolean => (first & bit) > 0;
    const [fin, rsv1, rsv2, rsv3] = [0x80, 0x40, 0x20, 0x10].map(has);
    const opcode = first & 0x0f;
    const isControl = opcode >= 8;
    return (
      // Section 5.1: a server must not mask.
      second >= 128 ||
      // Section 5.2.
      rsv2 === true ||
      rsv3 === true ||
      ![0, 1, 2, 8, 9, 10].includes(opcode) ||
      // Section 5.5.
      (isControl && (!fin || second > 125)) ||
      // Section 5.4.
      (opcode === 0 && !isInMessage) ||
      ((opcode === 1 || opcode === 2) && isInMessage) ||
      // RFC 7692 section 6.
      (rsv1 === true && !(deflates && (opcode === 1 || opcode === 2)))
    );
  }

  test.each([
    ["between messages", false, WITHOUT_COMPRESSION],
    ["between messages, with compression", false, WITH_COMPRESSION],
    ["in a message", true, WITHOUT_COMPRESSION],
    ["in a message, with compression", true, WITH_COMPRESSION],
  ])(
    "are checked before any other byte, in all 65,536 combinations, %s",
    (_, isInMessage, limits) => {
      const wrong: string[] = [];
      const deflates = limits === WITH_COMPRESSION;
      const fragment = firstFragment("a", BINARY);
      for (let first = 0; first < 256; first++) {
        for (let second = 0; second < 256; second++) {
          const expected = isFault(first, second, isInMessage, deflates) ? "fault 1002" : "none";
          for (const bytes of [[[first, second]], [[first], [second]]]) {
            const bench = new Bench(limits);
            if (isInMessage) bench.parser.push(fragment);
            for (const chunk of bytes) {
              if (bench.events.length > 0) wrong.push(`${first}: fault after one byte`);
              bench.parser.push(Buffer.from(chunk));
            }
            // A frame without a payload is complete and may cause another event.
            const [event = "none"] = bench.events.filter(
              (one) => second > 0 || one.includes("fault"),
            );
            if (event !== expected) wrong.push(`${first} ${second}: ${event}, not ${expected}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe("the length of a frame", () => {
  const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 65_537];

  test.each(SIZES)("of %i bytes is read, whole or split in the header and at the ends", (size) => {
    const payload = Buffer.alloc(size, "x");
    const bytes = Buffer.concat([binaryFrame(payload), textFrame("next")]);
    const expected = [`binary ${payload.toString()}`, "text 4 next"];
    expect(eventsOf(bytes)).toEqual(expected);
    const head = bytes.length - size - 6;
    for (const at of [
      1,
      2,
      3,
      head - 1,
      head,
      head + 1,
      head + size - 1,
      head + size,
      head + size + 1,
    ]) {
      const bench = new Bench().push(bytes.subarray(0, at)).push(bytes.subarray(at));
      expect(bench.events).toEqual(expected);
    }
  });

  test.each([
    [0, 16],
    [125, 16],
    [0, 64],
    [125, 64],
    [126, 64],
    [65_535, 64],
  ] as const)("of %i bytes may be encoded in %i bits", (size, lengthBits) => {
    const bytes = frame({ opcode: BINARY, payload: Buffer.alloc(size, "x"), lengthBits });
    expect(eventsOf(bytes)).toEqual([`binary ${"x".repeat(size)}`]);
  });

  test.each([2n ** 30n + 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])(
    "of %s bytes is refused as soon as the header is complete",
    (length) => {
      const bytes = frame({ opcode: BINARY, length });
      const bench = new Bench().push(bytes.subarray(0, 9));
      expect(bench.events).toEqual([]);
      expect(bench.push(bytes.subarray(9)).events).toEqual(["fault 1009"]);
    },
  );
});

describe("the limit of a message", () => {
  const LIMITS: FrameLimits = { message: 1_000, compressed: 1_200 };

  test.each([999, 1_000])("accepts a message of %i bytes", (size) => {
    const text = "x".repeat(size);
    const expected = [`text ${size} ${text}`];
    expect(eventsOf(textFrame(text), LIMITS)).toEqual(expected);
    expect(new Bench(LIMITS).pushBytes(textFrame(text)).events).toEqual(expected);
    const parts = Buffer.concat(fragments(TEXT, Buffer.from(text), 100));
    expect(eventsOf(parts, LIMITS)).toEqual(expected);
  });

  test("refuses a message with one byte more by its header, and reports the size", () => {
    const header = textFrame("x".repeat(1_001)).subarray(0, 4);
    const whole = textFrame("x".repeat(1_001));
    for (const bytes of [header, whole]) {
      const bench = new Bench(LIMITS).push(bytes);
      expect(bench.faults).toMatchObject([{ closeCode: 1009, size: 1_001 }]);
    }
  });

  test("refuses by its header a fragment that exceeds it by one byte", () => {
    const parts = fragments(BINARY, Buffer.alloc(1_001), 500);
    const bench = new Bench(LIMITS).push(...parts.slice(0, 2));
    expect(bench.events).toEqual([]);
    bench.push((parts[2] as Buffer).subarray(0, 2));
    expect(bench.faults).toMatchObject([{ closeCode: 1009, size: 1_001 }]);
  });

  test("of zero accepts an empty message", () => {
    const none: FrameLimits = { message: 0, compressed: undefined };
    expect(eventsOf(textFrame(""), none)).toEqual(["text 0 "]);
    expect(eventsOf(textFrame("a"), none)).toEqual(["fault 1009"]);
  });

  test("starts again for each message", () => {
    const bench = new Bench(LIMITS);
    for (let i = 0; i < 3; i++) bench.push(...fragments(BINARY, Buffer.alloc(1_000), 400));
    expect(bench.events.map((event) => event.slice(0, 6))).toEqual(["binary", "binary", "binary"]);
  });

  test("is different for compressed messages, whose size is not reported", () => {
    for (const size of [1_001, 1_200]) {
      const payload = "x".repeat(size);
      const expected = [`compressed text ${payload}`];
      expect(eventsOf(compressedFrame(payload), LIMITS)).toEqual(expected);
      const parts = fragments(TEXT, Buffer.from(payload), 400, { compressed: true });
      expect(eventsOf(Buffer.concat(parts), LIMITS)).toEqual(expected);
    }
    const over = new Bench(LIMITS).push(compressedFrame("x".repeat(1_201)).subarray(0, 4));
    expect(over.faults).toEqual([{ closeCode: 1009, problem: expect.any(String) as string }]);
  });

  test("is that of V8 for a text, if that is lower", () => {
    const limits: FrameLimits = { message: 2 ** 30, compressed: 2 ** 31 };
    const max = constants.MAX_STRING_LENGTH;
    const faultsOf = (...frames: Buffer[]) => new Bench(limits).push(...frames).faults;
    const tooLong = [{ closeCode: 1009, size: max + 1, limit: max }];
    expect(faultsOf(frame({ opcode: TEXT, length: max }))).toEqual([]);
    expect(faultsOf(frame({ opcode: TEXT, length: max + 1 }))).toMatchObject(tooLong);
    expect(faultsOf(frame({ opcode: BINARY, length: 2 ** 30 }))).toEqual([]);
    expect(faultsOf(frame({ opcode: TEXT, rsv1: true, length: max + 1 }))).toEqual([]);
    const rest = (length: number) => frame({ opcode: CONTINUATION, length });
    expect(faultsOf(firstFragment("x"), rest(max - 1))).toEqual([]);
    expect(faultsOf(firstFragment("x"), rest(max))).toMatchObject(tooLong);
  });

  test("does not apply to control frames", () => {
    const tiny: FrameLimits = { message: 1, compressed: undefined };
    const payload = "x".repeat(125);
    expect(eventsOf(pingFrame(payload), tiny)).toEqual([`ping ${payload}`]);
  });
});

describe("fragments", () => {
  test("of text, binary and compressed messages may have control frames between them", () => {
    const bytes = Buffer.concat([
      firstFragment("a"),
      pingFrame("1"),
      frame({ opcode: CONTINUATION, fin: false, payload: "b" }),
      pongFrame("2"),
      lastFragment("c"),
      firstFragment("d", BINARY),
      lastFragment(),
      frame({ opcode: TEXT, rsv1: true, fin: false }),
      pingFrame(),
      lastFragment("e"),
    ]);
    const expected = ["ping 1", "pong 2", "text 3 abc", "binary d", "ping ", "compressed text e"];
    expect(eventsOf(bytes, WITH_COMPRESSION)).toEqual(expected);
    expect(new Bench(WITH_COMPRESSION).pushBytes(bytes).events).toEqual(expected);
  });

  test("may all be empty", () => {
    expect(eventsOf(Buffer.concat([firstFragment(), lastFragment()]))).toEqual(["text 0 "]);
  });

  test("may be followed by a close frame, which ends the message", () => {
    const bytes = Buffer.concat([firstFragment("a"), closeFrame(1001), lastFragment("b")]);
    expect(eventsOf(bytes)).toEqual(["close 1001 "]);
  });

  test("may number 65,537, with an empty last one", () => {
    const part = frame({ opcode: CONTINUATION, fin: false, payload: Buffer.alloc(64, "x") });
    const bench = new Bench().push(firstFragment(Buffer.alloc(64, "x"), BINARY));
    for (let i = 1; i < 65_536; i++) bench.parser.push(part);
    expect(bench.events).toEqual([]);
    bench.push(lastFragment());
    expect(bench.events.map(({ length }) => length)).toEqual(["binary ".length + 4_194_304]);
  });
});

describe("a close frame", () => {
  const isAllowed = (code: number): boolean =>
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code <= 4999);

  test("without a payload has code 1005", () => {
    expect(eventsOf(closeFrame())).toEqual(["close 1005 "]);
  });

  test("of one byte is a fault", () => {
    expect(eventsOf(frame({ opcode: CLOSE, payload: "x" }))).toEqual(["fault 1002"]);
  });

  test("may have only the codes of RFC 6455 section 7.4 and the IANA registry", () => {
    const all = Array.from({ length: 65_536 }, (_, code) => code);
    const seen = all.map((code) => eventsOf(closeFrame(code)).join());
    expect(seen).toEqual(all.map((code) => (isAllowed(code) ? `close ${code} ` : "fault 1002")));
  });

  test.each([
    ["", "close 1000 "],
    ["grüße", "close 1000 grüße"],
    ["x".repeat(123), `close 1000 ${"x".repeat(123)}`],
    [Buffer.of(0xff), "fault 1007"],
    [Buffer.from("é").subarray(0, 1), "fault 1007"],
    [Buffer.concat([Buffer.from("ok"), Buffer.of(0xc0, 0x80)]), "fault 1007"],
  ])("with the reason %j: %s", (reason, event) => {
    expect(eventsOf(closeFrame(1000, reason))).toEqual([event]);
    expect(new Bench().pushBytes(closeFrame(1000, reason)).events).toEqual([event]);
  });
});
