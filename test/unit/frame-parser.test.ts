import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FrameEvents } from "../../src/transport/node/frame-events.js";
import type { FrameFault } from "../../src/transport/node/frame-fault.js";
import { FrameParser } from "../../src/transport/node/frame-parser.js";
import type { FrameLimits } from "../../src/transport/node/frame-parser.js";
import { cut, places, serialise, streams } from "../fuzz/frame-stream.js";
import {
  binaryFrame,
  closeFrame,
  fragments,
  frame,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../helpers/frames.js";
import { explore } from "../helpers/fuzz.js";
import { collectGarbage } from "../helpers/garbage.js";

const { CONTINUATION, TEXT, BINARY, CLOSE } = OPCODE;

const WITHOUT_COMPRESSION: FrameLimits = { message: 2 ** 30, compressed: undefined };
const WITH_COMPRESSION: FrameLimits = { message: 2 ** 30, compressed: 2 ** 30 };

/** A parser, and its events as texts. */
class Bench implements FrameEvents {
  readonly events: string[] = [];
  readonly faults: FrameFault[] = [];
  readonly parser: FrameParser;
  /** Called within each event. */
  onEvent: (() => void) | undefined;

  constructor(limits: FrameLimits = WITHOUT_COMPRESSION) {
    this.parser = new FrameParser(limits, this);
  }

  push(...parts: readonly Uint8Array[]): this {
    this.parser.push(Buffer.concat(parts));
    return this;
  }

  /** Pushes each byte by itself. */
  pushBytes(...parts: readonly Uint8Array[]): this {
    for (const byte of Buffer.concat(parts)) this.parser.push(Buffer.of(byte));
    return this;
  }

  onText(text: string, size: number): void {
    this.#add(`text ${size} ${text}`);
  }

  onBinary(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.#add(
      `binary ${Buffer.from(bytes.buffer, bytes.byteOffset).toString("latin1", start, end)}`,
    );
  }

  onCompressed(isText: boolean, payload: Buffer): void {
    this.#add(`compressed ${isText ? "text" : "binary"} ${payload.toString("latin1")}`);
  }

  onPing(payload: Buffer): void {
    this.#add(`ping ${payload.toString("latin1")}`);
  }

  onPong(payload: Buffer): void {
    this.#add(`pong ${payload.toString("latin1")}`);
  }

  onClose(code: number, reason: string): void {
    this.#add(`close ${code} ${reason}`);
  }

  onFault(fault: FrameFault): void {
    this.faults.push(fault);
    this.#add(`fault ${fault.closeCode}`);
  }

  #add(event: string): void {
    this.events.push(event);
    this.onEvent?.();
  }
}

/** The events of bytes that arrive at once. */
const eventsOf = (bytes: Uint8Array, limits?: FrameLimits): string[] =>
  new Bench(limits).push(bytes).events;

const compressedFrame = (payload: string | Uint8Array): Buffer =>
  frame({ opcode: TEXT, rsv1: true, payload });

/** The first frame of a message that goes on. */
const firstFragment = (payload: string | Uint8Array = "", opcode: number = TEXT): Buffer =>
  frame({ opcode, fin: false, payload });

const lastFragment = (payload: string | Uint8Array = ""): Buffer =>
  frame({ opcode: CONTINUATION, payload });

describe("the state table of the parser", () => {
  const longHeader = textFrame("x".repeat(300)).subarray(0, 4);
  const closing = closeFrame(1000, "bye");

  interface Row {
    readonly state: string;
    /** What leads to the state, and the events on that way. */
    readonly before: Buffer;
    readonly seen?: readonly string[];
    readonly isInMessage: boolean;
    /** What completes the frame or the message, and its event. */
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
    test("is reached, and says whether a message is under way", () => {
      for (const bench of [new Bench().push(before), new Bench().pushBytes(before)]) {
        expect(bench.events).toEqual(seen);
        expect(bench.parser.isInMessage).toBe(isInMessage);
        expect(bench.parser.isDrained).toBe(true);
      }
    });

    test("goes on with what is expected", () => {
      for (const bench of [
        new Bench().push(before).push(rest),
        new Bench().pushBytes(before, rest),
      ]) {
        expect(bench.events).toEqual([...seen, ...(event === undefined ? [] : [event])]);
        expect(bench.parser.isInMessage).toBe(false);
      }
    });

    test("ends: nothing follows, and nothing is kept", () => {
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
  ])("leads by a fault from %s to ENDED", (_, before, wrong, code) => {
    const bench = new Bench().push(Buffer.from(before as Uint8Array)).push(wrong);
    expect(bench.events).toEqual([`fault ${code}`]);
    expect(bench.parser.isInMessage).toBe(false);
    expect(bench.push(textFrame("a")).events).toHaveLength(1);
  });
});

describe("the first two bytes of a frame", () => {
  /** The rules of RFC 6455 section 5 and RFC 7692 section 6, one by one. */
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
      // Section 5.1: a server masks nothing.
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
  ])("are judged before any other byte: all 65,536 of them, %s", (_, isInMessage, limits) => {
    const wrong: string[] = [];
    const deflates = limits === WITH_COMPRESSION;
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        const expected = isFault(first, second, isInMessage, deflates) ? "fault 1002" : "none";
        for (const bytes of [[[first, second]], [[first], [second]]]) {
          const bench = new Bench(limits);
          if (isInMessage) bench.push(firstFragment("a", BINARY));
          for (const chunk of bytes) {
            if (bench.events.length > 0) wrong.push(`${first}: judged alone`);
            bench.push(Buffer.from(chunk));
          }
          // A frame without a payload is complete, and may have another event.
          const [event = "none"] = bench.events.filter(
            (one) => second > 0 || one.includes("fault"),
          );
          if (event !== expected) wrong.push(`${first} ${second}: ${event}, not ${expected}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("the length of a frame", () => {
  const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 65_537];

  test.each(SIZES)("%i bytes are read, whole or cut in the header and at the ends", (size) => {
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
  ] as const)("%i bytes may be written in %i bits", (size, lengthBits) => {
    const bytes = frame({ opcode: BINARY, payload: Buffer.alloc(size, "x"), lengthBits });
    expect(eventsOf(bytes)).toEqual([`binary ${"x".repeat(size)}`]);
  });

  test.each([2n ** 30n + 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])(
    "%s bytes are too many as soon as the header is there",
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

  test.each([999, 1_000])("lets one of %i bytes pass", (size) => {
    const text = "x".repeat(size);
    const expected = [`text ${size} ${text}`];
    expect(eventsOf(textFrame(text), LIMITS)).toEqual(expected);
    expect(new Bench(LIMITS).pushBytes(textFrame(text)).events).toEqual(expected);
    const parts = Buffer.concat(fragments(TEXT, Buffer.from(text), 100));
    expect(eventsOf(parts, LIMITS)).toEqual(expected);
  });

  test("refuses one of a byte more by its header, with the size", () => {
    const header = textFrame("x".repeat(1_001)).subarray(0, 4);
    const whole = textFrame("x".repeat(1_001));
    for (const bytes of [header, whole]) {
      const bench = new Bench(LIMITS).push(bytes);
      expect(bench.faults).toMatchObject([{ closeCode: 1009, size: 1_001 }]);
    }
  });

  test("refuses a fragment by its header that makes it a byte more", () => {
    const parts = fragments(BINARY, Buffer.alloc(1_001), 500);
    const bench = new Bench(LIMITS).push(...parts.slice(0, 2));
    expect(bench.events).toEqual([]);
    bench.push((parts[2] as Buffer).subarray(0, 2));
    expect(bench.faults).toMatchObject([{ closeCode: 1009, size: 1_001 }]);
  });

  test("of zero lets an empty message pass", () => {
    const none: FrameLimits = { message: 0, compressed: undefined };
    expect(eventsOf(textFrame(""), none)).toEqual(["text 0 "]);
    expect(eventsOf(textFrame("a"), none)).toEqual(["fault 1009"]);
  });

  test("counts anew for each message", () => {
    const bench = new Bench(LIMITS);
    for (let i = 0; i < 3; i++) bench.push(...fragments(BINARY, Buffer.alloc(1_000), 400));
    expect(bench.events.map((event) => event.slice(0, 6))).toEqual(["binary", "binary", "binary"]);
  });

  test("is another one for what is compressed, whose size it does not tell", () => {
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

  test("does not hold for control frames", () => {
    const tiny: FrameLimits = { message: 1, compressed: undefined };
    const payload = "x".repeat(125);
    expect(eventsOf(pingFrame(payload), tiny)).toEqual([`ping ${payload}`]);
  });
});

describe("fragments", () => {
  test("of text, binary and compressed messages, with control frames between them", () => {
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

  test("may be 65,537, the last one empty", () => {
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

  test("may have each code of RFC 6455 section 7.4 and the registry, and no other", () => {
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

describe("text that is not UTF-8", () => {
  /** A text before the wrong bytes, and their first byte that no valid text has there. */
  const rows: readonly (readonly [what: string, bytes: readonly number[], wrongAt: number])[] = [
    ["a continuation byte alone", [0x80], 0],
    ["a byte that UTF-8 does not have", [0xff], 0],
    ["C0, which is too long a form", [0xc0, 0x80], 0],
    ["C1, which is too long a form", [0xc1, 0xbf], 0],
    ["E0 80, which is too long a form", [0xe0, 0x80, 0x80], 1],
    ["F0 8F, which is too long a form", [0xf0, 0x8f, 0xbf, 0xbf], 1],
    ["a surrogate", [0xed, 0xa0, 0x80], 1],
    ["F4 90, which is over U+10FFFF (Autobahn 6.4)", [0xf4, 0x90, 0x80, 0x80], 1],
    ["F5", [0xf5, 0x80, 0x80, 0x80], 0],
    ["a sequence of two that is cut", [0xc3, 0x41], 1],
    ["a sequence of three that is cut", [0xe2, 0x82, 0x41], 2],
    ["a sequence of four that is cut", [0xf0, 0x9f, 0x98, 0x41], 3],
    ["a sequence that another one cuts", [0xe2, 0xc3, 0xa4], 1],
  ];
  const before = Buffer.from("κόσμε");
  const behind = Buffer.from("edited");

  describe.each(rows)("%s", (_, bytes, wrongAt) => {
    const text = Buffer.concat([before, Buffer.from(bytes), behind]);
    const wrong = before.length + wrongAt;

    test("is a fault in a whole frame", () => {
      expect(eventsOf(textFrame(text))).toEqual(["fault 1007"]);
    });

    test("is a fault at its first byte in a frame that is still arriving", () => {
      const bench = new Bench().push(textFrame(text).subarray(0, 2));
      for (let i = 0; i < wrong; i++) bench.push(text.subarray(i, i + 1));
      expect(bench.events).toEqual([]);
      expect(bench.push(text.subarray(wrong, wrong + 1)).events).toEqual(["fault 1007"]);
    });

    test("is a fault at its first byte, wherever the frame is cut before", () => {
      for (let at = 2; at < wrong + 2; at++) {
        const bench = new Bench().push(textFrame(text).subarray(0, at));
        expect(bench.events).toEqual([]);
        bench.push(textFrame(text).subarray(at, wrong + 3));
        expect(bench.events).toEqual(["fault 1007"]);
      }
    });

    test("is a fault at its first byte, wherever the message is cut into fragments", () => {
      for (let at = 0; at <= wrong; at++) {
        const bench = new Bench().push(firstFragment(text.subarray(0, at)));
        expect(bench.events).toEqual([]);
        const rest = frame({ opcode: CONTINUATION, fin: false, payload: text.subarray(at) });
        // Two bytes of header, then what is up to the wrong byte, but not behind it.
        bench.push(rest.subarray(0, 2 + wrong - at));
        expect(bench.events).toEqual([]);
        bench.push(rest.subarray(2 + wrong - at, 3 + wrong - at));
        expect(bench.events).toEqual(["fault 1007"]);
      }
    });

    test("is nothing to the parser in a binary or a compressed message", () => {
      const parts = fragments(TEXT, text, 3, { compressed: true });
      expect(eventsOf(Buffer.concat(parts), WITH_COMPRESSION)).toHaveLength(1);
      expect(new Bench().pushBytes(binaryFrame(text)).events).toEqual([
        `binary ${text.toString("latin1")}`,
      ]);
    });
  });

  test.each(["é", "€", "😀"])("may not end within %s", (character) => {
    const bytes = Buffer.from(character);
    for (let size = 1; size < bytes.length; size++) {
      const part = bytes.subarray(0, size);
      expect(eventsOf(textFrame(part))).toEqual(["fault 1007"]);
      expect(new Bench().pushBytes(textFrame(part)).events).toEqual(["fault 1007"]);
      const parts = new Bench().push(firstFragment(part));
      expect(parts.events).toEqual([]);
      expect(parts.push(lastFragment()).events).toEqual(["fault 1007"]);
    }
  });

  test("is told from the replacement character, which is valid", () => {
    expect(eventsOf(textFrame("a\ufffdb"))).toEqual(["text 5 a\ufffdb"]);
    expect(new Bench().pushBytes(textFrame("a\ufffdb")).events).toEqual(["text 5 a\ufffdb"]);
  });
});

describe("after a fault or a close frame", () => {
  const ENDS: readonly (readonly [string, Buffer, string])[] = [
    ["a reserved opcode", frame({ opcode: 3 }), "fault 1002"],
    ["a text that is not UTF-8", textFrame(Buffer.of(0xff)), "fault 1007"],
    ["a message that is too big", frame({ opcode: BINARY, length: 2n ** 40n }), "fault 1009"],
    ["an invalid close code", closeFrame(1005), "fault 1002"],
    ["an invalid close reason", closeFrame(1000, Buffer.of(0xff)), "fault 1007"],
    ["a close frame", closeFrame(1000), "close 1000 "],
  ];
  const behind = [textFrame("a"), pingFrame("b"), closeFrame(1001), frame({ opcode: 4 })];

  test.each(ENDS)("nothing follows: %s", (_, bytes, event) => {
    const expected = ["text 5 first", event];
    const atOnce = new Bench().push(textFrame("first"), bytes, ...behind).push(...behind);
    expect(atOnce.events).toEqual(expected);
    const byBytes = new Bench().pushBytes(textFrame("first"), bytes, ...behind);
    expect(byBytes.events).toEqual(expected);
    expect(byBytes.parser.isDrained).toBe(true);
  });

  test.each(ENDS)("what was pushed meanwhile is discarded: %s", (_, bytes, event) => {
    const bench = new Bench();
    bench.parser.halted = true;
    bench.push(bytes).push(...behind);
    bench.parser.halted = false;
    bench.parser.run();
    expect(bench.events).toEqual([event]);
    expect(bench.parser.isDrained).toBe(true);
  });
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

  test.each(KINDS)(
    "within an event stops behind that message, and keeps the rest: %s",
    (...row) => {
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
    },
  );

  test("parses nothing of what is pushed, in order, until it goes on", () => {
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

  test("keeps nothing once it ends", () => {
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

describe("an event that calls the parser", () => {
  const KINDS: readonly (readonly [string, Buffer])[] = [
    ["text", textFrame("a")],
    ["binary", binaryFrame(Buffer.from("b"))],
    ["compressed", compressedFrame("c")],
    ["fragmented", Buffer.concat([firstFragment("d"), lastFragment()])],
    ["a ping", pingFrame("e")],
  ];

  test.each(KINDS)("to run it changes nothing: %s", (_, bytes) => {
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

  // As a Duplex does whose peer answers synchronously what is sent within an event.
  test.each(KINDS)("to push more has it parsed after all else, once: %s", (_, bytes) => {
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
  });

  test.each(KINDS)("to end it sees no further event: %s", (_, bytes) => {
    const bench = new Bench(WITH_COMPRESSION);
    bench.onEvent = () => bench.parser.end();
    bench.push(bytes, bytes).push(bytes);
    expect(bench.events).toHaveLength(1);
    expect(bench.parser.isDrained).toBe(true);
  });
});

describe("memory", () => {
  const arrayBuffers = (): number => {
    collectGarbage();
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };

  test("is not taken for a length that a header claims", () => {
    const header = frame({ opcode: BINARY, length: 2 ** 30 });
    const before = arrayBuffers();
    const benches = Array.from({ length: 100 }, () => new Bench().push(header));
    for (const bench of benches) bench.push(Buffer.from("x"));
    // A few hundred bytes for each: its first byte, in a block.
    expect(arrayBuffers() - before).toBeLessThan(200_000);
    expect(benches.every(({ parser }) => parser.isInMessage)).toBe(true);
  });

  test("does not hold a chunk for the beginning of a header or a payload", () => {
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

test("the same bytes give the same events, however they are cut", (context) =>
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
