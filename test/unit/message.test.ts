import { expect, test } from "vitest";
import { memoryOf } from "../../src/message.js";
import type { Message } from "../../src/message.js";

test.each<[string, Message, number]>([
  ["no text", { type: "text", data: "" }, 64],
  ["ASCII", { type: "text", data: "abc" }, 70],
  ["text of 3 bytes a unit", { type: "text", data: "\u20ac\u20ac" }, 68],
  ["text of surrogate pairs", { type: "text", data: "\u{1f600}" }, 68],
  ["no bytes", { type: "binary", data: new Uint8Array() }, 64],
  ["bytes", { type: "binary", data: new Uint8Array(1000) }, 1064],
])("a message of %s counts as payload + 64", (_, message, size) => {
  expect(memoryOf(message)).toBe(size);
});

test("what stands between messages, and has no payload, counts as 64", () => {
  expect(memoryOf({ type: "reconnected" })).toBe(64);
});
