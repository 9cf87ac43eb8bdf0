import { expect, test } from "vitest";
import * as constants from "../../../src/protocol/constants.js";
import * as shared from "../../../src/public.js";

test("the constants have their documented values", () => {
  expect({ ...constants }).toEqual({
    TEXT: 1,
    BINARY: 2,
    TYPE_TEXT: "text",
    TYPE_BINARY: "binary",
    TYPE_PING: "ping",
    TYPE_PONG: "pong",
    TYPE_CLOSE: "close",
    COMPRESSION: { DISABLED: 0, CONTEXT_TAKEOVER: 1, NO_CONTEXT: 2 },
  });
});

test("the constants are exported and frozen", () => {
  expect(shared).toMatchObject({ ...constants });
  for (const group of [constants.COMPRESSION, shared.CLOSE_CODES, shared.errors]) {
    expect(Object.isFrozen(group)).toBe(true);
    expect(() => {
      (group as unknown as Record<string, unknown>).NORMAL = 1;
    }).toThrow(TypeError);
  }
});
