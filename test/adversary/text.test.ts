import { describe } from "vitest";
import { DEFLATE, testAttacks } from "../helpers/adversary.js";
import type { Attack } from "../helpers/adversary.js";
import { closeFrame, deflate, fragments, frame, OPCODE, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { accepted, broken } from "../helpers/verdict.js";

checkLeaks();

/** Byte sequences that are not UTF-8 (RFC 3629), in hexadecimal. */
const INVALID_UTF8: Readonly<Record<string, string>> = {
  "a lone continuation byte": "80",
  "the last continuation byte on its own": "bf",
  "two continuation bytes": "8080",
  "a byte that never occurs: c0": "c0",
  "a byte that never occurs: c1": "c1",
  "a byte that never occurs: f5": "f5",
  "a byte that never occurs: fe": "fe",
  "a byte that never occurs: ff": "ff",
  "NUL in two bytes": "c080",
  "a slash in two bytes": "c0af",
  "the last overlong form of two bytes": "c1bf",
  "a slash in three bytes": "e080af",
  "the last overlong form of three bytes": "e09fbf",
  "a slash in four bytes": "f08080af",
  "the last overlong form of four bytes": "f08fbfbf",
  "the first surrogate": "eda080",
  "the last surrogate": "edbfbf",
  "a pair of surrogates": "eda081edb080",
  "U+110000": "f4908080",
  "U+13FFFF": "f48fbfc0",
  "U+140000": "f5808080",
  "a form of five bytes": "f888808080",
  "a form of six bytes": "fc8480808080",
  "1 byte of 2": "c3",
  "1 byte of 3": "e2",
  "2 bytes of 3": "e282",
  "1 byte of 4": "f0",
  "2 bytes of 4": "f09f",
  "3 bytes of 4": "f09f98",
  "a character interrupted by a letter": "e241ac",
};

/** Characters of one to four bytes, among them the first and last ones of each length. */
const MIXED = "aä€😀\0\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}\ufeffz";

/** The offsets at which characters begin, and the end. */
const CHARACTER_OFFSETS = Array.from(MIXED).reduce(
  (all, character) => [...all, (all.at(-1) ?? 0) + Buffer.byteLength(character)],
  [0],
);

/** Every invalid sequence, inserted at every character boundary. */
const CORRUPT = Object.entries(INVALID_UTF8).flatMap(([name, hex]) =>
  CHARACTER_OFFSETS.map((at) => {
    const good = Buffer.from(MIXED);
    return {
      name: `${name} at byte ${at}`,
      payload: Buffer.concat([good.subarray(0, at), Buffer.from(hex, "hex"), good.subarray(at)]),
    };
  }),
);

/** The bytes of `MIXED` with one byte replaced by an invalid one. */
const REPLACED = [...Buffer.from(MIXED).keys()].flatMap((at) =>
  [0xff, 0xc0].map((byte) => {
    const payload = Buffer.from(MIXED);
    payload[at] = byte;
    return { name: `byte ${at} replaced by ${byte}`, payload };
  }),
);

/** Every prefix of `MIXED` that ends within a character. */
const TRUNCATED = [...Buffer.from(MIXED).keys()]
  .filter((size) => !CHARACTER_OFFSETS.includes(size))
  .map((size) => ({ name: `cut at ${size}`, payload: Buffer.from(MIXED).subarray(0, size) }));

const INVALID_TEXTS = [...CORRUPT, ...REPLACED, ...TRUNCATED];

function each(frames: (payload: Buffer) => Uint8Array): Attack[] {
  return INVALID_TEXTS.map(({ name, payload }) => ({ name, send: frames(payload) }));
}

describe("a text message that is not UTF-8", () => {
  const expected = broken(1007);

  testAttacks("in one frame ends the connection with 1007", each(textFrame), { expected });

  testAttacks(
    "in fragments of one byte ends the connection with 1007",
    each((payload) => Buffer.concat(fragments(OPCODE.TEXT, payload, 1))),
    { expected },
  );

  testAttacks(
    "and compressed ends the connection with 1007",
    each((payload) => frame({ opcode: OPCODE.TEXT, rsv1: true, payload: deflate(payload) })),
    { ...DEFLATE, expected },
  );

  testAttacks(
    "and compressed, in fragments, ends the connection with 1007",
    each((payload) =>
      Buffer.concat(fragments(OPCODE.TEXT, deflate(payload), 7, { compressed: true })),
    ),
    { ...DEFLATE, expected },
  );
});

describe("a text message in UTF-8", () => {
  const size = Buffer.byteLength(MIXED);
  const whole = Buffer.from(MIXED);

  /** Splits the payload into two fragments at every byte. */
  const halves = (payload: Buffer, compressed: boolean): Attack[] =>
    [...Array(payload.length + 1).keys()].map((at) => ({
      name: `cut at byte ${at}`,
      send: Buffer.concat([
        frame({
          opcode: OPCODE.TEXT,
          fin: false,
          rsv1: compressed,
          payload: payload.subarray(0, at),
        }),
        frame({ opcode: OPCODE.CONTINUATION, payload: payload.subarray(at) }),
      ]),
      message: MIXED,
    }));

  testAttacks("is accepted in two fragments that may split a character", halves(whole, false), {
    expected: accepted(),
  });

  testAttacks("is accepted compressed and in two fragments", halves(deflate(whole), true), {
    ...DEFLATE,
    expected: accepted(),
  });

  testAttacks(
    "is accepted in fragments of every size",
    [...Array(size).keys()].map((less) => ({
      name: `of ${size - less} bytes`,
      send: Buffer.concat(fragments(OPCODE.TEXT, whole, size - less)),
      message: MIXED,
    })),
    { expected: accepted() },
  );

  testAttacks(
    "is accepted with the first and last code points of each plane, noncharacters included",
    [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfdd0, 0xfeff, 0xfffd, 0xfffe, 0xffff]
      .concat(
        [...Array(16).keys()].flatMap((plane) =>
          [0x1_0000, 0x1_fffe, 0x1_ffff].map((point) => point + plane * 0x1_0000),
        ),
      )
      .map((point) => {
        const message = String.fromCodePoint(point);
        return { name: `U+${point.toString(16)}`, send: textFrame(message), message };
      }),
    { expected: accepted() },
  );
});

describe("a close frame", () => {
  testAttacks(
    "with a reason that is not UTF-8 ends the connection with 1007",
    Object.entries(INVALID_UTF8).flatMap(([name, hex]) =>
      ["", "reason "].map((text) => ({
        name: `${name} after "${text}"`,
        send: closeFrame(1000, Buffer.concat([Buffer.from(text), Buffer.from(hex, "hex")])),
      })),
    ),
    { expected: broken(1007) },
  );
});
