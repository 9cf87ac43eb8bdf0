import { Buffer } from "node:buffer";
import type * as Zlib from "node:zlib";
import { createDeflateRaw, createInflateRaw } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { canRunSync, runSync } from "../../../../src/transport/node/zlib-handle.js";
import { checkLeaks } from "../../../helpers/leaks.js";

checkLeaks();

/** These tests check the private handle of zlib's streams in this version of Node. */
describe("zlib's private handle", () => {
  test("is usable", () => {
    expect(canRunSync()).toBe(true);
  });

  test("deflates and inflates, and reports its progress", () => {
    const deflate = createDeflateRaw();
    const inflate = createInflateRaw();
    const output = Buffer.alloc(100);
    const input = Buffer.from("before: text text text :after");
    const { produced, consumed } = runSync(deflate, input, 8, 22, output);
    expect(consumed).toBe(14);
    const deflated = Buffer.from(output.subarray(0, produced));
    expect(runSync(inflate, deflated, 0, produced, output)).toEqual({
      produced: 14,
      consumed: produced,
    });
    expect(output.toString("utf8", 0, 14)).toBe("text text text");
    deflate.close();
    inflate.close();
  });

  test("stops when the output is full, and continues there", () => {
    const deflate = createDeflateRaw();
    const inflate = createInflateRaw();
    const text = "0123456789".repeat(30);
    const deflated = Buffer.alloc(500);
    const { produced: end } = runSync(deflate, Buffer.from(text), 0, 300, deflated);
    const output = Buffer.alloc(100);
    let inflated = "";
    let start = 0;
    for (const expected of [100, 100, 100, 0]) {
      const { produced, consumed } = runSync(inflate, deflated, start, end, output);
      expect(produced).toBe(expected);
      inflated += output.toString("latin1", 0, produced);
      start += consumed;
    }
    expect(inflated).toBe(text);
    expect(start).toBe(end);
    deflate.close();
    inflate.close();
  });

  test("destroys its stream synchronously at invalid input", () => {
    const inflate = createInflateRaw();
    inflate.on("error", () => {});
    runSync(inflate, Buffer.of(0xff, 0xff, 0xff), 0, 3, Buffer.alloc(10));
    expect(inflate.destroyed).toBe(true);
    expect(inflate.errored).toMatchObject({ code: "Z_DATA_ERROR" });
  });
});

describe("zlib's private handle is not used", () => {
  afterEach(() => {
    vi.doUnmock("node:zlib");
    vi.resetModules();
  });

  interface Private {
    _handle?: unknown;
    _writeState?: unknown;
  }

  test.each<[string, (stream: Private) => void]>([
    ["is missing", (stream) => (stream._handle = undefined)],
    ["has another method", (stream) => (stream._handle = { close: () => {} })],
    [
      "throws",
      (stream) => {
        stream._handle = {
          close: () => {},
          writeSync() {
            throw new Error("not here");
          },
        };
      },
    ],
    ["does nothing", (stream) => (stream._handle = { close: () => {}, writeSync: () => {} })],
    ["does not report its progress", (stream) => (stream._writeState = undefined)],
    ["has counters in another format", (stream) => (stream._writeState = new Uint32Array(2))],
  ])("if it %s", async (_, change) => {
    const changed = (stream: Zlib.InflateRaw | Zlib.DeflateRaw): never => {
      const handle = (stream as Private)._handle as { close(): void };
      // The original handle is not reachable through the stream afterwards.
      if (handle) closers.push(() => handle.close());
      change(stream as Private);
      return stream as never;
    };
    const closers: (() => void)[] = [];
    vi.doMock("node:zlib", async (importOriginal) => {
      const zlib = await importOriginal<typeof Zlib>();
      return {
        ...zlib,
        createInflateRaw: () => changed(zlib.createInflateRaw()),
        createDeflateRaw: () => changed(zlib.createDeflateRaw()),
      };
    });
    vi.resetModules();
    const module = await import("../../../../src/transport/node/zlib-handle.js");
    expect(module.canRunSync()).toBe(false);
    expect(module.canRunSync()).toBe(false);
    // Both streams are created once, however often canRunSync is called.
    expect(closers).toHaveLength(2);
    for (const close of closers) close();
  });
});
