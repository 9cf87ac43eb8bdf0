import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeAll, decodeOne, encode, errorOf, text } from "./support.js";

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("TextDecoder", undefined);
  vi.stubGlobal("TextEncoder", undefined);
});
afterEach(() => vi.unstubAllGlobals());

const load = {
  node: () => import("../../src/codec/node.js"),
  browser: () => import("../../src/codec/browser.js"),
};

const packed = Uint8Array.from(gzipSync("bytes"));

describe.each(["node", "browser"] as const)(
  "without TextDecoder and TextEncoder, the %s entry",
  (entry) => {
    test("can be imported, and works if neither is needed", async () => {
      const { auto, gunzip, gzip, json } = await load[entry]();
      expect(decodeAll(json(), ['{"a":1}'])).toEqual([{ a: 1 }]);
      expect(encode(json(), { b: 2 })).toBe('{"b":2}');
      for (const codec of [
        auto({ type: "binary" }),
        gunzip({ type: "binary" }),
        gzip({ type: "binary" }),
      ]) {
        expect(decodeOne(codec, packed)).toEqual(Uint8Array.from(Buffer.from("bytes")));
        expect(decodeAll(codec, ["text"])).toEqual([text("text")]);
      }
      const bytes = encode(gzip(), Uint8Array.from(Buffer.from("bytes")));
      expect(decodeOne(gunzip({ type: "binary" }), bytes as Uint8Array<ArrayBuffer>)).toHaveLength(
        5,
      );
    });

    test("throws UNSUPPORTED with the name of the missing class, even if invalid messages are skipped", async () => {
      const { gunzip, gzip, json, zlibStream } = await load[entry]();
      for (const run of [
        () => decodeAll(gunzip({ onInvalid: "skip" }), [packed]),
        () => decodeAll(json({ onInvalid: "skip" }), [Uint8Array.of(0x31)]),
        () => decodeAll(zlibStream(), [Uint8Array.of(0x78, 0x9c, 3, 0, 0, 0, 0, 1)]),
      ]) {
        const error = errorOf(run);
        expect(error.code).toBe("UNSUPPORTED");
        expect(error.message).toContain("TextDecoder");
      }
      const error = errorOf(() => encode(gzip(), "text"));
      expect(error.code).toBe("UNSUPPORTED");
      expect(error.message).toContain("TextEncoder");
    });

    test("rejects a send that needs TextEncoder with UNSUPPORTED", async () => {
      const { gzip } = await load[entry]();
      const { toPayload } = await import("../../src/protocol/payload.js");
      expect(errorOf(() => toPayload("text", undefined, gzip())).code).toBe("UNSUPPORTED");
    });
  },
);
