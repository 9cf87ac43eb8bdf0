import { expect, test, vi } from "vitest";
import { memoryOf, utf8Size } from "../../../src/protocol/message.js";
import type { Message } from "../../../src/protocol/message.js";

test.each<[string, Message, number]>([
  ["no text", { type: "text", data: "" }, 64],
  ["ASCII", { type: "text", data: "abc" }, 70],
  ["text of 3 bytes a unit", { type: "text", data: "\u20ac\u20ac" }, 68],
  ["text of surrogate pairs", { type: "text", data: "\u{1f600}" }, 68],
  ["no bytes", { type: "binary", data: new Uint8Array() }, 64],
  ["bytes", { type: "binary", data: new Uint8Array(1000) }, 1064],
])("a message of %s counts as payload + 64", (_, message, size) => {
  expect(memoryOf(message.data)).toBe(size);
});

test.each([
  ["", 0],
  ["abc\u0000\u007f", 5],
  ["\u0080", 2],
  ["\u07ff", 2],
  ["\u0800", 3],
  ["a\uffff", 4],
  ["\u{1f600}", 4],
  ["lone \ud800", 8],
])("%j is %i bytes of UTF-8", (text, size) => {
  expect(utf8Size(text)).toBe(size);
});

test("utf8Size counts any text as TextEncoder does, without a TextEncoder", () => {
  const units = [
    0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff,
  ];
  const texts = units.flatMap((a) =>
    units.flatMap((b) => units.map((c) => String.fromCharCode(a, b, c))),
  );
  const encoder = new TextEncoder();
  const sizes = texts.map((text) => encoder.encode(text).length);
  vi.stubGlobal("TextEncoder", undefined);
  expect(texts.map(utf8Size)).toEqual(sizes);
  vi.unstubAllGlobals();
});

test("a value without a payload between messages counts as 64 bytes", () => {
  expect(memoryOf(undefined)).toBe(64);
});
