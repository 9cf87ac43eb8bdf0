import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { PayloadBuffer } from "../../../../src/transport/node/payload-buffer.js";
import { collectGarbage } from "../../../helpers/collect-garbage.js";
import { Random } from "../../../helpers/unit-random.js";

describe("a payload in parts", () => {
  test("without parts is empty", () => {
    const payload = new PayloadBuffer();
    expect(payload.size).toBe(0);
    expect(payload.finish()).toHaveLength(0);
  });

  test("is concatenated in order, whatever the sizes", () => {
    const random = new Random(1);
    const sizes = [0, 1, 7, 255, 256, 257, 8_191, 8_192, 8_193, 20_000, 65_536, 100_000];
    for (let i = 0; i < 50; i++) {
      const parts = Array.from({ length: 30 }, () =>
        Buffer.alloc(random.pick(sizes), random.below(256)),
      );
      const whole = Buffer.concat(parts);
      for (const declaredSize of [undefined, whole.length]) {
        const payload = new PayloadBuffer(declaredSize);
        for (const part of parts) payload.add(part);
        expect(payload.size).toBe(whole.length);
        expect(payload.finish().equals(whole)).toBe(true);
      }
    }
  });

  test.each([undefined, 3])(
    "returns a separate ArrayBuffer (declared size: %s)",
    (declaredSize) => {
      const payload = new PayloadBuffer(declaredSize);
      payload.add(Buffer.from("abc"));
      const whole = payload.finish();
      expect(whole.buffer.byteLength).toBe(3);
      expect(whole.byteOffset).toBe(0);
      expect(whole.toString()).toBe("abc");
    },
  );

  test("copies parts that are small or views of a larger buffer", () => {
    for (const [chunkSize, partSize] of [
      [100, 100],
      [100_000, 8_192],
      [100_000, 49_999],
    ] as const) {
      const chunk = Buffer.alloc(chunkSize, "a");
      const payload = new PayloadBuffer();
      payload.add(chunk.subarray(0, partSize));
      chunk.fill("b");
      expect(payload.finish().equals(Buffer.alloc(partSize, "a"))).toBe(true);
    }
  });
});

describe("the memory of a payload in parts", () => {
  /** Size of the first block in bytes. */
  const FIRST_BLOCK_BYTES = 256;

  interface Memory {
    /** Size of the buffers and of the objects, in bytes. */
    readonly buffers: number;
    readonly heap: number;
  }

  function memory(): Memory {
    // The first collection only begins to free buffers.
    collectGarbage();
    collectGarbage();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return { buffers: arrayBuffers, heap: heapUsed };
  }

  /** Measures the memory of a payload whose parts are the beginnings of chunks. */
  function heldFor(
    partSize: number,
    count: number,
    chunkSize: number,
    declaredSize?: number,
  ): Memory {
    const before = memory();
    const payload = new PayloadBuffer(declaredSize);
    for (let i = 0; i < count; i++) {
      payload.add(Buffer.allocUnsafeSlow(chunkSize).subarray(0, partSize));
    }
    const after = memory();
    expect(payload.finish()).toHaveLength(partSize * count);
    return { buffers: after.buffers - before.buffers, heap: after.heap - before.heap };
  }

  test.each([
    [1, 1, 1],
    [1, 10_000, 64],
    [64, 65_536, 64],
    [125, 10_000, 127],
    [1_000, 3_000, 65_536],
    [8_191, 300, 8_191],
    [8_192, 100, 8_192],
    [8_192, 100, 16_384],
    [8_192, 100, 16_385],
    [40_000, 50, 65_536],
    [65_536, 50, 65_536],
  ])(
    "is at most twice its size: parts of %i bytes, %i of them, from chunks of %i bytes",
    (...row) => {
      const [partSize, count] = row;
      const { buffers } = heldFor(...row);
      expect(buffers).toBeGreaterThanOrEqual(partSize * count);
      expect(buffers).toBeLessThanOrEqual(2 * partSize * count + FIRST_BLOCK_BYTES);
    },
  );

  test.each([
    ["a quarter of it has arrived", 262_144, 262_144],
    ["one byte less than half of it has arrived", 524_287, 524_287],
    ["half of it has arrived", 524_288, 1_048_576],
    ["all of it has arrived", 1_048_576, 1_048_576],
  ])("for a declared size of 1 MiB is allocated in steps: %s", (_, arrived, held) => {
    const before = memory().buffers;
    const payload = new PayloadBuffer(1_048_576);
    for (let rest = arrived; rest > 0; rest -= 65_536) {
      payload.add(Buffer.allocUnsafeSlow(Math.min(rest, 65_536)));
    }
    const buffers = memory().buffers - before;
    expect(payload.size).toBe(arrived);
    expect(buffers).toBeGreaterThanOrEqual(held);
    // The stack may still reference the last part.
    expect(buffers).toBeLessThanOrEqual(held + 65_536 + FIRST_BLOCK_BYTES);
  });

  test("contains no object per tiny part", () => {
    expect(heldFor(1, 100_000, 1).heap).toBeLessThan(1_000_000);
  });
});
