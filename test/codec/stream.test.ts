import fc from "fast-check";
import { constants } from "node:zlib";
import { describe, expect, test } from "vitest";
import { byName } from "../helpers/by-name.js";
import { SEED } from "../helpers/fuzz.js";
import { noise } from "../transport/support.js";
import { fromBase64, packByPython } from "./python.js";
import { packStream } from "../helpers/packed-stream.js";
import { concat, decodeAll, decodeOne, prose, startDecoding, STREAMS, text } from "./support.js";

const MIB = 1_048_576;
const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const WINDOWS = [9, 10, 11, 12, 13, 14, 15];
const MESSAGES = ["hello", "hello world", "", "Grüße", "x".repeat(1_000), "hello"];

const python = await packByPython();

describe.each(byName(STREAMS))("%s", (_, { make, pack, codec, isZlib }) => {
  test("inflates messages that Node's zlib flushes, with every level and window", async () => {
    const messages = [prose(40_000), "short", prose(70_000), prose(300)];
    for (const level of LEVELS) {
      for (const windowBits of WINDOWS) {
        const packed = await packStream(isZlib, messages, { level, windowBits });
        const decoded = decodeAll(make(), packed).map(({ data }) => data);
        expect(decoded.length).toBe(messages.length);
        expect(decoded.every((data, n) => data === messages[n])).toBe(true);
      }
    }
  });

  test("inflates messages that zlib of Python flushes, and the end of the stream", () => {
    const streams = Object.values(python.streams).filter((stream) => stream.codec === codec);
    expect(streams).toHaveLength(2);
    const lines = python.text.split(/(?<=\n)/).map(text);
    for (const { messages } of streams) {
      for (const boundary of ["flush", "message"] as const) {
        expect(decodeAll(make({ boundary }), messages.map(fromBase64))).toEqual(lines);
      }
    }
  });

  test("inflates 10,000 random messages, each flushed, with either boundary", async () => {
    const messages = fc.sample(fc.string({ unit: "binary", maxLength: 60 }), {
      numRuns: 10_000,
      seed: SEED,
    });
    // Some messages can be compressed by references to earlier ones, and random ones cannot.
    const varied = messages.map((message, n) =>
      n % 3 ? message : `${message}${n % 100}${prose(n % 500)}`,
    );
    const packed = await packStream(isZlib, varied);
    for (const boundary of ["flush", "message"] as const) {
      expect(decodeAll(make({ boundary }), packed)).toEqual(varied.map(text));
    }
  });

  test("inflates a message of 32 MiB if readLimit allows it", async () => {
    const plain = concat(...Array.from({ length: 32 }, (_, n) => noise(MIB, (n % 3) + 1)));
    const packed = await packStream(isZlib, [plain, "next"], { level: 1 });
    const decode = startDecoding(make({ type: "binary" }), 32 * MIB);
    const [message] = decode(packed[0] ?? new Uint8Array()).values;
    expect(Buffer.compare(message?.data as Uint8Array, plain)).toBe(0);
    expect(decode(packed[1] ?? new Uint8Array()).values).toHaveLength(1);
  });

  test("inflates a stream that is split at any byte", async () => {
    const whole = concat(...(await packStream(isZlib, ["hello ", "hello world", prose(300)])));
    const expected = decodeAll(make({ boundary: "message" }), [whole]);
    expect(expected).toEqual([text(`hello hello world${prose(300)}`)]);
    for (let at = 1; at < whole.length; at++) {
      const parts = [whole.slice(0, at), whole.slice(at)];
      const texts = decodeAll(make(), parts).map(({ data }) => data);
      expect(texts.join(""), `at ${at}`).toBe(expected[0]?.data);
    }
  });

  test("ends a message at the flush of the sender, split at any byte", async () => {
    const packed = await packStream(isZlib, ["hello hello hello", prose(200)]);
    for (const [n, message] of packed.entries()) {
      for (let at = 1; at < message.length; at++) {
        const decode = startDecoding(make());
        packed.slice(0, n).forEach((earlier) => decode(earlier));
        expect(decode(message.slice(0, at)).values, `${n} at ${at}`).toEqual([]);
        expect(decode(message.slice(at)).values).toEqual([
          text(n ? prose(200) : "hello hello hello"),
        ]);
      }
    }
  });

  test("ends each message if every byte arrives separately", async () => {
    const packed = await packStream(isZlib, MESSAGES.filter(Boolean));
    const bytes = [...concat(...packed)].map((byte) => Uint8Array.of(byte));
    expect(decodeAll(make(), bytes)).toEqual(MESSAGES.filter(Boolean).map(text));
  });

  test('with boundary "message" emits one message for each WebSocket message, flushed or not', async () => {
    const [packed = new Uint8Array()] = await packStream(isZlib, ["hello"]);
    const parts = [packed.slice(0, -4), packed.slice(-4)];
    expect(decodeAll(make({ boundary: "message" }), parts)).toEqual([text("hello"), text("")]);
  });

  test("ends a message at the end of the stream", async () => {
    const packed = pack(prose(5_000));
    for (const at of [1, 100, packed.length - 1, packed.length]) {
      const texts = decodeAll(make(), [packed.slice(0, at), packed.slice(at)]);
      expect(texts).toEqual([text(prose(5_000))]);
    }
  });

  test("emits nothing for blocks without a flush", async () => {
    const flushBy = constants.Z_BLOCK;
    const packed = await packStream(isZlib, ["hello", "world"], { flushBy });
    expect(decodeAll(make(), packed)).toEqual([]);
  });

  test("starts a new stream with each decoder", async () => {
    const packed = await packStream(isZlib, MESSAGES);
    const codec = make();
    const decoders = [startDecoding(codec), startDecoding(codec)];
    // The decoders read in turn, and must not share their context.
    const values = packed.map((message) => decoders.map((decode) => decode(message).values));
    expect(values).toEqual(MESSAGES.map((data) => [[text(data)], [text(data)]]));
  });

  test("passes text messages through, even between the parts of a message", async () => {
    const [packed = new Uint8Array()] = await packStream(isZlib, ["hello"]);
    const messages = ["plain", packed.slice(0, 3), "between", packed.slice(3)];
    expect(decodeAll(make(), messages)).toEqual(["plain", "between", "hello"].map(text));
  });

  test("returns binary messages in their own buffer", async () => {
    const sizes = [0, 1, 5_000, 200_000];
    const packed = await packStream(
      isZlib,
      sizes.map((size) => noise(size)),
    );
    const decoded = decodeAll(make({ type: "binary" }), packed);
    expect(decoded.map(({ type }) => type)).toEqual(sizes.map(() => "binary"));
    for (const [n, { data }] of decoded.entries()) {
      const bytes = data as Uint8Array;
      expect(Buffer.compare(bytes, noise(sizes[n] ?? 0))).toBe(0);
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
    }
  });

  test("keeps a byte order mark, and reports the decoded size", async () => {
    const [packed = new Uint8Array()] = await packStream(isZlib, ["\ufeffhello"]);
    expect(decodeOne(make(), packed)).toBe("\ufeffhello");
    expect(startDecoding(make())(packed).sizes).toEqual([12]);
    expect(startDecoding(make({ type: "binary" }))(packed).sizes).toEqual([8]);
  });

  test("does not encode", () => {
    expect(make()).not.toHaveProperty("encode");
    expect(make().name).toBe(codec);
  });
});
