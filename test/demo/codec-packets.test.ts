import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { packets } from "../../examples/codec-packets.mjs";
import { packet } from "../helpers/feeds.js";
import { ROOT } from "../helpers/root.js";
import { run } from "../helpers/run.js";

test("the example prints the messages of a live stream", async () => {
  const result = await run(process.execPath, ["examples/codec-packets/index.mjs"], ROOT);
  expect(result).toEqual({
    stdout: 'operation 8: {"code":0}\nhello\nhow are you?\nbye\n',
    stderr: "",
    code: 0,
  });
});

const LIMIT = 1_000;

/** Decodes a message with the example's codec into the operations and bodies of its packets. */
function decode(data: Uint8Array | string): [operation: number, body: string][] {
  const values: [number, string][] = [];
  const message =
    typeof data === "string"
      ? ({ type: "text", data } as const)
      : ({ type: "binary", data: Uint8Array.from(data) } as const);
  packets().decoder(LIMIT)(message, ({ operation, body }, size) => {
    expect(size).toBe(body.length);
    values.push([operation, Buffer.from(body).toString()]);
  });
  return values;
}

const HELLO = packet(0, 5, "hello");
const zlibOf = (...bodies: Buffer[]): Buffer => packet(2, 5, deflateSync(Buffer.concat(bodies)));

/** Returns a packet whose length fields have the given values, which may be wrong. */
function withLengths(length: number, header = 16): Buffer {
  const bytes = Buffer.from(HELLO);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt16BE(header, 4);
  return bytes;
}

test.each([
  ["of one packet", HELLO, [[5, "hello"]]],
  ["without packets", Buffer.alloc(0), []],
  ["of a packet without a body", packet(1, 2, ""), [[2, ""]]],
  [
    "of two packets",
    Buffer.concat([HELLO, packet(1, 2 ** 32 - 1, "bye")]),
    [
      [5, "hello"],
      [2 ** 32 - 1, "bye"],
    ],
  ],
  ["of a packet with a longer header, which it skips,", withLengths(21, 18), [[5, "llo"]]],
  [
    "of two packets in a compressed body and an uncompressed one",
    Buffer.concat([zlibOf(HELLO, HELLO), HELLO]),
    [
      [5, "hello"],
      [5, "hello"],
      [5, "hello"],
    ],
  ],
  [
    "of exactly readLimit",
    zlibOf(packet(0, 5, "x".repeat(LIMIT - 16))),
    [[5, "x".repeat(LIMIT - 16)]],
  ],
])("the example's codec decodes a message %s", (_description, data, values) => {
  expect(decode(data)).toEqual(values);
});

test.each([
  ["a text message", "hello", "INVALID_MESSAGE"],
  ["a truncated header", HELLO.subarray(0, 15), "INVALID_MESSAGE"],
  ["a truncated body", HELLO.subarray(0, 20), "INVALID_MESSAGE"],
  ["a length of 0", withLengths(0), "INVALID_MESSAGE"],
  ["a length less than the header's", withLengths(15), "INVALID_MESSAGE"],
  ["a length of 4 GiB", withLengths(2 ** 32 - 1), "INVALID_MESSAGE"],
  ["a header length of 0", withLengths(21, 0), "INVALID_MESSAGE"],
  ["a header that is longer than the packet", withLengths(21, 22), "INVALID_MESSAGE"],
  ["a compressed body that is not zlib data", packet(2, 5, "hello"), "INVALID_MESSAGE"],
  ["a wrong length in a compressed body", zlibOf(HELLO, withLengths(0)), "INVALID_MESSAGE"],
  ["a body compressed twice", zlibOf(zlibOf(HELLO)), "INVALID_MESSAGE"],
  ["a compressed body over readLimit", zlibOf(Buffer.alloc(LIMIT + 1)), "MESSAGE_TOO_BIG"],
  [
    "compressed bodies that together exceed readLimit",
    Buffer.concat([1, 2].map(() => zlibOf(packet(0, 5, "x".repeat(LIMIT / 2))))),
    "MESSAGE_TOO_BIG",
  ],
])("the example's codec rejects %s", (_description, data, code) => {
  expect(() => decode(data)).toThrow(expect.objectContaining({ code }));
});
