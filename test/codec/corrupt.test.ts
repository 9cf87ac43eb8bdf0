import { constants } from "node:zlib";
import { describe, expect, test } from "vitest";
import { WsError } from "../../src/node.js";
import type { Message } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { conclude, oneOf } from "../helpers/outcome.js";
import {
  CASES,
  changed,
  concat,
  decodeAll,
  decodeOne,
  errorOf,
  prose,
  READ_LIMIT,
  resultOf,
  startDecoding,
  STREAMS,
  text,
} from "./support.js";

const PLAIN = "Grüße! hello hello hello hello";

/** Compression options that produce each type of block (RFC 1951 section 3.2.3). */
const KINDS = [
  { name: "stored", options: { level: 0 } },
  { name: "fixed", options: { strategy: constants.Z_FIXED } },
  { name: "dynamic", options: { level: 9 }, plain: prose(400) },
];

const ERRORS = ["INVALID_MESSAGE", "MESSAGE_TOO_BIG"];
const SAME = "the message unchanged";
const CHANGED = "a changed message";
const WITHIN = "at most readLimit bytes";

/**
 * Describes the result of decoding a changed message. If `plain`, the original text, is given, the result
 * is compared with it; otherwise only its size is checked.
 */
function describeResult(
  result: Message | WsError | undefined,
  limit: number,
  plain?: string,
): string {
  if (result === undefined) return "nothing";
  if (WsError.is(result)) return result.code;
  const data = Buffer.from(result.data);
  if (plain !== undefined) return data.toString() === plain ? SAME : CHANGED;
  return data.length <= limit ? WITHIN : `${data.length} bytes`;
}

describe.each(byName(CASES))("%s", (_, { make, pack, codec, format, header, trailer }) => {
  const failing = (bytes: Uint8Array<ArrayBuffer>): WsError =>
    errorOf(() => decodeAll(make(), [bytes]));

  const tryOne = (bytes: Uint8Array<ArrayBuffer>, limit = READ_LIMIT): Message | WsError => {
    const result = resultOf(() => decodeAll(make({ type: "binary" }), [bytes], limit));
    return WsError.is(result) ? result : (result[0] as Message);
  };

  test.for(byName(KINDS))(
    "rejects a message that is truncated at any byte, with %s blocks",
    ([, { options, plain = PLAIN }], context) => {
      const packed = pack(plain, options);
      const codes = new Set<string>();
      for (let size = 0; size < packed.length; size++) {
        const error = failing(packed.slice(0, size));
        codes.add(error.code);
        expect(error.kind, `${size} bytes`).toBe("INVALID");
        expect(error.message).toMatch(new RegExp(`^receive: ${codec}: `));
        expect(error.details.codec).toBe(codec);
        // With an incomplete header, the error may be that the format is wrong, at position 0.
        if (size >= header) expect(error.details.position).toBe(size);
      }
      conclude(context, { cases: packed.length, ...oneOf(["INVALID_MESSAGE"], codes) });
    },
  );

  test.each([1, 2, 3, 4, 5, 7, 8, 17, 18, 19, 300])(
    "rejects %i bytes after the end of a message",
    (count) => {
      for (const filler of [0, 0xff]) {
        const packed = pack(PLAIN);
        const error = failing(concat(packed, new Uint8Array(count).fill(filler)));
        expect(error.code).toBe("INVALID_MESSAGE");
        expect(error.details).toEqual({ codec, position: packed.length });
      }
    },
  );

  test.for(byName(KINDS))(
    trailer > 0
      ? "rejects any flipped bit that changes the message, with %s blocks"
      : "throws at a flipped bit or decodes at most readLimit bytes, with %s blocks",
    ([, { options, plain = PLAIN }], context) => {
      const packed = pack(plain, options);
      const limit = Buffer.byteLength(plain);
      const seen = new Set<string>();
      for (let bit = 0; bit < packed.length * 8; bit++) {
        const flipped = changed(packed, bit >> 3, (byte) => byte ^ (1 << (bit & 7)));
        const result = tryOne(flipped, limit);
        seen.add(describeResult(result, limit, trailer > 0 ? plain : undefined));
        if (!WsError.is(result)) continue;
        expect(result.details.codec).toBe(codec);
        if (result.code === "MESSAGE_TOO_BIG") continue;
        expect(result.details.position).toBeTypeOf("number");
        expect(result.details.position).toBeGreaterThanOrEqual(0);
        expect(result.details.position).toBeLessThanOrEqual(packed.length);
      }
      expect(seen).toContain("INVALID_MESSAGE");
      const allowed = [...ERRORS, trailer > 0 ? SAME : WITHIN];
      conclude(context, { cases: packed.length * 8, ...oneOf(allowed, seen) });
    },
  );

  test("reports the position of a block with an invalid type", () => {
    // Block type 3 is reserved (RFC 1951 section 3.2.3).
    const packed = changed(pack(PLAIN), header, () => 7);
    const error = failing(packed);
    expect(error.details).toEqual({ codec, position: header });
    expect(error.cause).toBeUndefined();
    expect(error.message).toBe(`receive: ${codec}: invalid block type at byte ${header}`);
  });

  test("rejects a reference to before its start, even after another message", () => {
    const decode = startDecoding(make({ type: "binary" }));
    const secret = pack("a secret that another message has held");
    decode(secret);
    // A fixed block with a match of length 3 and distance 4 (RFC 1951 section 3.2.6).
    const body = Uint8Array.of(0x03, 0x66, 0x00);
    const packed = concat(
      secret.subarray(0, header),
      body,
      secret.subarray(secret.length - trailer),
    );
    const error = errorOf(() => decode(packed));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.message).toContain("invalid distance");
  });

  test("rejects other formats and plain data", () => {
    const others = CASES.filter((other) => other.format !== format).map((other) =>
      other.pack(PLAIN),
    );
    for (const bytes of [...others, new Uint8Array(), Uint8Array.from(Buffer.from(PLAIN))]) {
      expect(failing(bytes).code).toBe("INVALID_MESSAGE");
    }
  });

  test("rejects a text that is not UTF-8, with the decoder's error as the cause", () => {
    for (const bytes of [[0xff], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const error = failing(pack(Uint8Array.from(bytes)));
      expect(error.code).toBe("INVALID_MESSAGE");
      expect(error.details).toEqual({ codec });
      expect(error.cause).toBeInstanceOf(TypeError);
      expect(tryOne(pack(Uint8Array.from(bytes)))).toEqual({
        type: "binary",
        data: Uint8Array.from(bytes),
      });
    }
  });

  describe("with onInvalid", () => {
    const bad = changed(pack(PLAIN), header, () => 7);

    test('"close", and by default, throws', () => {
      for (const onInvalid of [undefined, "close"] as const) {
        const error = errorOf(() => decodeAll(make({ onInvalid }), [bad]));
        expect(error.code).toBe("INVALID_MESSAGE");
      }
    });

    test('"skip" continues with the next message after every kind of error', () => {
      const decode = startDecoding(make({ onInvalid: "skip" }));
      const packed = pack(PLAIN);
      const cut = Array.from({ length: packed.length }, (_, size) => packed.slice(0, size));
      for (const message of [
        ...cut,
        bad,
        pack(Uint8Array.of(0xff)),
        concat(packed, Uint8Array.of(0)),
      ]) {
        expect(decode(message).values).toEqual([]);
        expect(decode(packed).values).toEqual([text(PLAIN)]);
      }
    });

    test("as a function calls it with the error and obeys its result", () => {
      const errors: WsError[] = [];
      const verdicts = ["skip", "close"] as const;
      const onInvalid = (error: WsError): "skip" | "close" => {
        errors.push(error);
        return verdicts[errors.length - 1] ?? "close";
      };
      const decode = startDecoding(make({ onInvalid }));
      expect(decode(bad).values).toEqual([]);
      expect(decode(pack("next")).values).toEqual([text("next")]);
      const last = errorOf(() => decode(bad));
      expect(errors.map(({ code }) => code)).toEqual(["INVALID_MESSAGE", "INVALID_MESSAGE"]);
      expect(errors[1]).toBe(last);
    });

    test('as a function treats any other result as "close", and rethrows its errors', () => {
      const undecided = make({ onInvalid: (() => undefined) as never });
      expect(errorOf(() => decodeAll(undecided, [bad])).code).toBe("INVALID_MESSAGE");
      const thrown = new RangeError("mine");
      const throwing = make({
        onInvalid: () => {
          throw thrown;
        },
      });
      expect(() => decodeAll(throwing, [bad])).toThrow(thrown);
    });

    test("does not handle errors that the consumer throws", () => {
      const decode = make({ onInvalid: "skip" }).decoder(READ_LIMIT);
      const mine = new WsError("INVALID_MESSAGE", "mine");
      const emit = (): void => {
        throw mine;
      };
      expect(() => decode({ type: "binary", data: pack("a") }, emit)).toThrow(mine);
    });
  });

  test("keeps a byte order mark", () => {
    expect(decodeOne(make(), pack("\ufeffhello"))).toBe("\ufeffhello");
  });

  test("passes text messages through unchanged, even with type binary", () => {
    const plain = "\ufefftext \ud800";
    expect(decodeAll(make(), [plain, ""])).toEqual([text(plain), text("")]);
    expect(decodeAll(make({ type: "binary" }), [plain])).toEqual([text(plain)]);
  });

  test("reports the decoded size: 2 bytes per UTF-16 unit of a text, or the bytes", () => {
    expect(startDecoding(make())(pack("a€😀")).sizes).toEqual([8]);
    expect(startDecoding(make({ type: "binary" }))(pack("a€😀")).sizes).toEqual([8]);
    expect(startDecoding(make({ type: "binary" }))(pack("hello")).sizes).toEqual([5]);
    expect(startDecoding(make())("hello").sizes).toEqual([10]);
  });
});

describe.each(byName(CASES.filter(({ trailer }) => trailer > 0)))(
  "%s",
  (_, { make, pack, codec, format, trailer }) => {
    test("rejects a wrong trailer and reports which field is wrong", () => {
      const packed = pack(PLAIN);
      for (let at = packed.length - trailer; at < packed.length; at++) {
        const error = errorOf(() =>
          decodeAll(make(), [changed(packed, at, (byte) => byte ^ 0x10)]),
        );
        const isLength = at >= packed.length - trailer + 4;
        const what =
          format === "zlib" ? "wrong Adler-32" : isLength ? "wrong length" : "wrong CRC-32";
        const position = packed.length - trailer + (isLength ? 4 : 0);
        expect(error.code).toBe("INVALID_MESSAGE");
        expect(error.message).toBe(`receive: ${codec}: ${what} at byte ${position}`);
        expect(error.details).toEqual({ codec, position });
        expect(error.cause).toBeUndefined();
      }
    });
  },
);

describe.each(byName(STREAMS))("%s", (_, { make, pack, codec, isZlib }) => {
  const header = isZlib ? 2 : 0;

  test.for(byName(KINDS))(
    "throws at a flipped bit or decodes at most readLimit bytes, with %s blocks",
    ([, { options, plain = PLAIN }], context) => {
      const packed = pack(plain, options);
      const limit = Buffer.byteLength(plain);
      const seen = new Set<string>();
      for (let bit = 0; bit < packed.length * 8; bit++) {
        const flipped = changed(packed, bit >> 3, (byte) => byte ^ (1 << (bit & 7)));
        const binary = make({ type: "binary", boundary: "message" });
        const result = resultOf(() => decodeAll(binary, [flipped], limit));
        if (WsError.is(result)) expect(result.details.codec).toBe(codec);
        seen.add(describeResult(WsError.is(result) ? result : result[0], limit));
      }
      conclude(context, { cases: packed.length * 8, ...oneOf([...ERRORS, WITHIN], seen) });
    },
  );

  test("reports the position of invalid data", () => {
    const error = errorOf(() => decodeAll(make(), [changed(pack(PLAIN), header, () => 7)]));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.details).toEqual({ codec, position: header });
    expect(error.message).toContain("invalid block type");
  });

  test("rejects a reference to before its start, even after another connection", () => {
    const other = startDecoding(make());
    other(pack("a secret that another connection has held"));
    const body = Uint8Array.of(0x03, 0x66, 0x00);
    const error = errorOf(() => decodeAll(make(), [concat(pack("").subarray(0, header), body)]));
    expect(error.message).toContain("invalid distance");
  });

  test("reports the position of bytes after the end of the stream", () => {
    const packed = pack(PLAIN);
    const error = errorOf(() => decodeAll(make(), [concat(packed, Uint8Array.of(1, 2))]));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.details).toEqual({ codec, position: packed.length });
  });

  test("rejects messages after the end of the stream", () => {
    const decode = startDecoding(make());
    expect(decode(pack(PLAIN)).values).toEqual([text(PLAIN)]);
    expect(decode(new Uint8Array()).values).toEqual([]);
    for (const bytes of [[0], [0, 0, 0xff, 0xff]]) {
      const error = errorOf(() => decode(Uint8Array.from(bytes)));
      expect(error.code).toBe("INVALID_MESSAGE");
      expect(error.details).toEqual({ codec, position: 0 });
    }
  });

  test("rejects a text that is not UTF-8", () => {
    const error = errorOf(() => decodeAll(make(), [pack(Uint8Array.of(0xff))]));
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.cause).toBeInstanceOf(TypeError);
  });
});

describe.each(byName(STREAMS.filter(({ isZlib }) => isZlib)))("%s", (_, { make, pack }) => {
  const packed = pack(PLAIN);
  const wrong = changed(packed, packed.length - 1, (byte) => byte ^ 1);

  test("rejects a wrong Adler-32, split at any byte", () => {
    for (let at = 0; at <= 4; at++) {
      const decode = startDecoding(make());
      const cut = packed.length - at;
      const error = errorOf(() => {
        decode(wrong.slice(0, cut));
        decode(wrong.slice(cut));
      });
      expect(error.message).toContain("wrong Adler-32");
      expect(error.details).toEqual({
        codec: "zlibStream",
        position: at === 0 ? packed.length - 4 : 0,
      });
    }
  });

  test("accepts a correct Adler-32, split at any byte, and emits nothing for it", () => {
    for (let at = 0; at <= 4; at++) {
      const cut = packed.length - at;
      expect(decodeAll(make(), [packed.slice(0, cut), packed.slice(cut)])).toEqual([text(PLAIN)]);
    }
  });

  test("accepts the Adler-32 of an empty stream", () => {
    expect(decodeAll(make(), [pack("")])).toEqual([text("")]);
  });

  test("rejects an invalid header as soon as it has arrived", () => {
    const decode = startDecoding(make());
    decode(Uint8Array.of(0x78));
    expect(errorOf(() => decode(Uint8Array.of(0x9d))).message).toContain("not zlib");
    const dictionary = Buffer.from("hello");
    const error = errorOf(() => decodeAll(make(), [pack(PLAIN, { dictionary })]));
    expect(error.message).toContain("needs a dictionary");
  });
});
