import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Inflate } from "fflate";
import { describe, expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { concat, FORMATS, prose, SYNC_FLUSH } from "./support.js";
import type { Format } from "./support.js";

const [, , { pack }] = FORMATS as readonly [Format, Format, Format];

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), "utf8"));

/** As src/codec/inflater.ts takes it to be. */
interface Engine {
  s: { i: number; p?: number; f?: number; l?: unknown; b?: number };
  p: Uint8Array;
  o: Uint8Array;
  push(bytes: Uint8Array): void;
}

function start(): { readonly engine: Engine; readonly chunks: Uint8Array[] } {
  const chunks: Uint8Array[] = [];
  const engine = new Inflate((chunk) => chunks.push(chunk)) as unknown as Engine;
  return { engine, chunks };
}

const joined = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();

describe("fflate", () => {
  test("is of the one version that package.json names", () => {
    const { dependencies } = readJson(ROOT, "package.json") as {
      dependencies: Record<string, string>;
    };
    expect(dependencies.fflate).toMatch(/^\d+\.\d+\.\d+$/);
    const require = createRequire(import.meta.url);
    const installed = readJson(require.resolve("fflate"), "../../package.json");
    expect(installed).toMatchObject({ name: "fflate", version: dependencies.fflate });
  });
});

describe("fflate's Inflate", () => {
  test("keeps its state in `s`, its input in `p` and its window in `o`", () => {
    const { engine } = start();
    expect(engine.s).toEqual({ i: 0, b: 0 });
    expect(engine.p).toEqual(new Uint8Array());
    expect(engine.o).toEqual(new Uint8Array(32_768));
  });

  test("hands over a chunk with every push, which owns its buffer", () => {
    const { engine, chunks } = start();
    const packed = pack(prose(100_000));
    for (let at = 0; at < packed.length; at += 100) engine.push(packed.subarray(at, at + 100));
    expect(chunks).toHaveLength(Math.ceil(packed.length / 100));
    for (const { buffer, byteLength } of chunks) expect(buffer.byteLength).toBe(byteLength);
    expect(joined(chunks)).toBe(prose(100_000));
  });

  test("says by `f` and `l` that the last block is over, and by `p` of both where, at every split", () => {
    const packed = pack(prose(300));
    const rest = Uint8Array.of(1, 2, 3, 4, 5);
    for (let at = 1; at < packed.length; at++) {
      const { engine } = start();
      engine.push(packed.subarray(0, at));
      expect(!!engine.s.f && !engine.s.l, `at ${at}`).toBe(false);
      const second = concat(packed.subarray(at), rest);
      engine.push(second);
      expect(!!engine.s.f && !engine.s.l).toBe(true);
      // A byte that is used in part is still there.
      expect(engine.p.length - (engine.s.p ? 1 : 0)).toBe(rest.length);
    }
  });

  test("keeps the last 32 KiB in `o`, and its length in `s.b`", () => {
    const { engine } = start();
    engine.push(pack(prose(1_000), SYNC_FLUSH));
    expect(engine.s.b).toBe(1_000);
    expect(Buffer.from(engine.o.subarray(0, 1_000)).toString()).toBe(prose(1_000));
    engine.push(pack(prose(50_000), SYNC_FLUSH));
    expect(engine.s.b).toBe(32_768);
    expect(Buffer.from(engine.o).toString()).toBe(prose(50_000).slice(-32_768));
  });

  test("decodes to any buffer that `o` is set to, and grows it only if there is too little room", () => {
    const packed = pack(prose(2_000));
    const { engine, chunks } = start();
    const room = new Uint8Array(32_768 + 2_000 + 131_072).fill(0xff);
    engine.o = room;
    engine.push(packed);
    expect(joined(chunks)).toBe(prose(2_000));
    expect(Buffer.from(room.subarray(0, 2_000)).toString()).toBe(prose(2_000));
  });

  test("refers to nothing of `o` that is no output of its own", () => {
    const { engine } = start();
    engine.o = new Uint8Array(200_000).fill(0x61);
    expect(() => engine.push(Uint8Array.of(0x03, 0x66, 0x00))).toThrow("invalid distance");
  });

  test("begins anew where `s` and `p` are set as at first, after an end and after an error", () => {
    const { engine, chunks } = start();
    const packed = pack("hello");
    for (const message of [packed, Uint8Array.of(7), packed.subarray(0, 3), packed]) {
      engine.s = { i: 0 };
      engine.p = new Uint8Array();
      chunks.length = 0;
      if (message[0] === 7) expect(() => engine.push(message)).toThrow("invalid block type");
      else engine.push(message);
    }
    expect(joined(chunks)).toBe("hello");
  });
});
