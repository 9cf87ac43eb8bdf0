import { describe, expect, test } from "vitest";
import { BINARY, TEXT } from "../../src/node.js";
import type { Codec } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { packStream } from "../helpers/packed-stream.js";
import {
  changed,
  decodeAll,
  encode,
  ENTRIES,
  errorOf,
  FORMATS,
  READ_LIMIT,
  startDecoding,
  utf8,
} from "./support.js";
import type { Format } from "./support.js";

const [{ pack }] = FORMATS as readonly [Format];
const VALUE = { hello: "world", numbers: [0, 1] };
const LARGE = { text: "hello ".repeat(500) };

/** Returns a codec that splits a text at commas, puts each part in brackets, and logs calls to `log`. */
function brackets(log: string[] = []): Codec<string, string> {
  return {
    name: "brackets",
    decoder: (readLimit) => {
      log.push(`decoder ${readLimit}`);
      return ({ data }, emit) => {
        for (const part of String(data).split(",")) emit(`[${part}]`, part.length);
      };
    },
    encode: (value, type) => {
      log.push(`encode ${type}`);
      return value.slice(1, -1);
    },
  };
}

describe.each(byName(ENTRIES))("compose (%s)", (_, { codecs }) => {
  const { compose, gunzip, gzip, json, unzlib, zlibStream } = codecs;

  test("decodes with the outer codec, then with the inner one", () => {
    expect(decodeAll(compose(gzip(), json()), [pack(JSON.stringify(VALUE))])).toEqual([VALUE]);
    expect(decodeAll(compose(gunzip({ type: "binary" }), json()), [pack("0")])).toEqual([0]);
  });

  test("encodes with the inner codec, then with the outer one", () => {
    const codec = compose(gzip({ threshold: 1 }), json());
    const sent = encode(codec, VALUE) as Uint8Array;
    expect(decodeAll(gunzip(), [Uint8Array.from(sent)])).toEqual([
      { type: "text", data: JSON.stringify(VALUE) },
    ]);
    expect(decodeAll(codec, [Uint8Array.from(sent)])).toEqual([VALUE]);
  });

  test("encodes with the codec that can encode, if only one can", () => {
    expect(encode(compose(gunzip(), json()), VALUE)).toBe(JSON.stringify(VALUE));
    expect(encode(compose(gunzip(), gunzip()) as Codec, "as it is")).toBe("as it is");
    expect(encode(compose(gzip(), gunzip()) as Codec, "short")).toBe("short");
    expect(encode(compose(gzip(), gunzip()) as Codec, LARGE.text)).toBeInstanceOf(Uint8Array);
  });

  test("sends small values as text and large ones compressed", () => {
    const codec = compose(gzip(), json());
    expect(encode(codec, VALUE)).toBe(JSON.stringify(VALUE));
    expect(encode(codec, LARGE)).toBeInstanceOf(Uint8Array);
  });

  test("passes the message type to the outer codec only if the inner one does not encode", () => {
    const log: string[] = [];
    const outer = brackets(log) as unknown as Codec;
    encode(compose(outer, gunzip()), "[a]", BINARY);
    encode(compose(outer, json()), ["a"], BINARY);
    encode(compose(outer, json()), "a", TEXT);
    expect(log).toEqual(["encode 2", "encode undefined", "encode undefined"]);
  });

  test("passes the message type to the inner codec", () => {
    const log: string[] = [];
    encode(compose(gunzip(), brackets(log)), "[a]", TEXT);
    expect(log).toEqual(["encode 1"]);
  });

  test("is named after both codecs", () => {
    expect(compose(gzip(), json()).name).toBe("gzip+json");
    expect(compose(unzlib(), compose(gunzip(), json())).name).toBe("zlib+gzip+json");
  });

  test("can combine three codecs", () => {
    const inner = compose(gzip({ threshold: 0 }), json());
    const codec = compose(codecs.zlib({ type: "binary" }), inner);
    const sent = encode(codec, VALUE) as Uint8Array;
    expect(decodeAll(codec, [Uint8Array.from(sent)])).toEqual([VALUE]);
  });

  test("emits every value with the inner codec's sizes, and passes readLimit to both codecs", () => {
    const log: string[] = [];
    const codec = compose(gunzip(), brackets(log));
    const { values, sizes } = startDecoding(codec, 100)(pack("a,bcd"));
    expect(values).toEqual(["[a]", "[bcd]"]);
    expect(sizes).toEqual([1, 3]);
    expect(log).toEqual(["decoder 100"]);
    expect(errorOf(() => decodeAll(codec, [pack("x".repeat(101))], 100)).code).toBe(
      "MESSAGE_TOO_BIG",
    );
  });

  test("starts a new stream with each decoder", async () => {
    const codec = compose(zlibStream(), json());
    const messages = await packStream(true, ["1", "2", "3"]);
    expect(decodeAll(codec, messages)).toEqual([1, 2, 3]);
    expect(decodeAll(codec, messages)).toEqual([1, 2, 3]);
  });

  test("passes errors on, with the name of the codec that threw them", () => {
    const codec = compose(gunzip(), json());
    const broken = pack("{}").slice(0, -1);
    expect(errorOf(() => decodeAll(codec, [broken])).details.codec).toBe("gzip");
    expect(errorOf(() => decodeAll(codec, [pack("{")])).details.codec).toBe("json");
    const thrown = new RangeError("mine");
    const throwing: Codec<never> = {
      name: "throwing",
      decoder: () => () => {
        throw thrown;
      },
    };
    expect(() => decodeAll(compose(gunzip({ onInvalid: "skip" }), throwing), [pack("")])).toThrow(
      thrown,
    );
  });

  test("applies the onInvalid of each codec to its own errors", () => {
    const messages = [pack("1"), changed(pack("2"), 0, () => 0), pack("{"), utf8("3"), pack("4")];
    const both = compose(gunzip({ onInvalid: "skip" }), json({ onInvalid: "skip" }));
    expect(decodeAll(both, messages)).toEqual([1, 4]);
    // `onInvalid` of one codec does not apply to errors of the other.
    const outer = compose(gunzip({ onInvalid: "skip" }), json()).decoder(READ_LIMIT);
    const decode = (data: Uint8Array<ArrayBuffer>): void =>
      outer({ type: "binary", data }, () => {});
    expect(() => decode(pack("{"))).toThrow("is not JSON");
    const inner = compose(gunzip(), json({ onInvalid: "skip" }));
    expect(errorOf(() => decodeAll(inner, messages)).details.codec).toBe("gzip");
  });
});
