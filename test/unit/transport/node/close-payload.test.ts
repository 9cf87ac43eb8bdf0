import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import {
  makeClosePayload,
  parseClosePayload,
} from "../../../../src/transport/node/close-payload.js";

const withCode = (code: number, reason: string | Uint8Array = ""): Buffer =>
  Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason as string)]);

test("an empty payload has code 1005 and no reason", () => {
  expect(parseClosePayload(Buffer.alloc(0))).toEqual({ code: 1005, reason: "" });
  expect(makeClosePayload(1005, "")).toHaveLength(0);
});

test.each([
  [1000, ""],
  [1001, "going away"],
  [3000, "größer"],
  [4999, "x".repeat(123)],
])("writes and reads code %i with reason %j", (code, reason) => {
  const payload = makeClosePayload(code, reason);
  expect(payload).toEqual(withCode(code, reason));
  expect(parseClosePayload(payload)).toEqual({ code, reason });
});

test.each<[string, Buffer, closeCode: number, problem: string]>([
  ["of 1 byte", Buffer.of(3), 1002, "1 byte"],
  ["with code 0", withCode(0), 1002, "invalid code 0 "],
  ["with code 999", withCode(999), 1002, "invalid code 999 "],
  ["with code 1005", withCode(1005), 1002, "invalid code 1005 "],
  ["with code 1006", withCode(1006), 1002, "invalid code 1006 "],
  ["with code 5000", withCode(5000), 1002, "invalid code 5000 "],
  ["with an invalid reason", withCode(1000, Buffer.of(0xff)), 1007, "close reason"],
])("rejects a payload %s", (_, payload, closeCode, problem) => {
  expect(parseClosePayload(payload)).toEqual({
    closeCode,
    problem: expect.stringContaining(problem) as string,
  });
});
