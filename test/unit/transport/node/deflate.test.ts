import { Buffer } from "node:buffer";
import { constants, createInflateRaw } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MessageDeflater } from "../../../../src/transport/node/deflate.js";
import { inflate } from "../../../helpers/frames.js";
import { checkLeaks } from "../../../helpers/leaks.js";
import { turns } from "../../../helpers/unit-clock.js";
import { areFreed, streams } from "../../../helpers/zlib-streams.js";
import { noise } from "../../../transport/support.js";

checkLeaks();

const zlib = vi.hoisted(() => ({ mayRunSync: true }));

vi.mock("../../../../src/transport/node/zlib-handle.js", async (importOriginal) => {
  const original = await importOriginal<Record<string, unknown>>();
  return { ...original, canRunSync: () => zlib.mayRunSync };
});

vi.mock("node:zlib", async (importOriginal) => {
  const { recordStreams } = await import("../../../helpers/zlib-streams.js");
  return recordStreams(importOriginal);
});

const deflaters: MessageDeflater[] = [];

function open(windowBits = 15, keepsContext = true): MessageDeflater {
  const deflater = new MessageDeflater(windowBits, keepsContext);
  deflaters.push(deflater);
  return deflater;
}

afterEach(() => {
  zlib.mayRunSync = true;
  for (const deflater of deflaters.splice(0)) deflater.close();
  expect(areFreed()).toBe(true);
  streams.length = 0;
});

/** Deflates as a sender does: synchronously if possible. */
function deflate(deflater: MessageDeflater, data: string | Uint8Array): Promise<Buffer> {
  const bytes = Buffer.from(data as Uint8Array);
  const deflated = deflater.deflateSync(data, bytes.length);
  // Copied, because the result is valid only until the next call.
  if (deflated) return Promise.resolve(Buffer.from(deflated));
  return new Promise((resolve, reject) => {
    deflater.deflateAsync(bytes, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}

/** Inflates messages of one context as a server does (RFC 7692 section 7.2.2). */
async function inflateAll(payloads: readonly Buffer[], windowBits: number): Promise<Buffer[]> {
  const stream = createInflateRaw({ windowBits });
  const messages: Buffer[] = [];
  let parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => void parts.push(part));
  for (const payload of payloads) {
    stream.write(Buffer.concat([payload, Buffer.from("0000ffff", "hex")]));
    await new Promise<void>((resolve) => {
      stream.flush(constants.Z_SYNC_FLUSH, resolve);
    });
    messages.push(Buffer.concat(parts));
    parts = [];
  }
  stream.close();
  return messages;
}

const SENTENCE = "a price of 1,234.56 € and more of it; ";
const text = (size: number): string =>
  SENTENCE.repeat(Math.ceil(size / SENTENCE.length)).slice(0, size);

/** Sizes around 64 KiB, the largest that is deflated synchronously. */
const SIZES = [1, 2, 100, 1_024, 65_535, 65_536, 65_537, 1_000_000];

describe.each([
  ["synchronously if possible", true],
  ["by the public API", false],
])("a deflater, %s,", (_, mayRunSync) => {
  test.each(SIZES)("deflates %i bytes", async (size) => {
    zlib.mayRunSync = mayRunSync;
    const deflater = open(15, false);
    for (const data of [
      Buffer.alloc(size),
      Buffer.from(noise(size)),
      text(size).slice(0, size / 2),
    ]) {
      const deflated = await deflate(deflater, data);
      expect(inflate(deflated).equals(Buffer.from(data as Uint8Array))).toBe(true);
    }
  });

  test.each([8, 9, 10, 11, 12, 13, 14, 15])("uses a window of %i bits", async (windowBits) => {
    zlib.mayRunSync = mayRunSync;
    const messages = [300, 5_000, 1, 90_000, 300].map((size) => Buffer.from(noise(size)));
    const data = [...messages, ...messages];
    const deflater = open(windowBits);
    const payloads: Buffer[] = [];
    for (const message of data) payloads.push(await deflate(deflater, message));
    const inflated = await inflateAll(payloads, windowBits);
    expect(inflated.every((one, i) => one.equals(data[i] as Buffer))).toBe(true);
  });

  test("refers to earlier messages, unless it keeps no context", async () => {
    zlib.mayRunSync = mayRunSync;
    const message = Buffer.from(noise(1_000));
    for (const keepsContext of [true, false]) {
      const deflater = open(15, keepsContext);
      const first = await deflate(deflater, message);
      const second = await deflate(deflater, message);
      if (keepsContext) expect(second.length).toBeLessThan(100);
      else expect(second).toEqual(first);
    }
  });

  test("ends each message as RFC 7692 section 7.2.1 requires", async () => {
    zlib.mayRunSync = mayRunSync;
    const deflater = open(15, false);
    expect((await deflate(deflater, "Hello")).toString("hex")).toBe("f248cdc9c90700");
  });
});

test("a deflater deflates synchronously up to its documented size, and nothing larger", () => {
  const deflater = open();
  expect(deflater.deflateSync(Buffer.alloc(65_536), 65_536)).toBeInstanceOf(Buffer);
  expect(deflater.deflateSync(Buffer.alloc(65_537), 65_537)).toBeUndefined();
  expect(deflater.deflateSync("ü".repeat(32_768), 65_536)).toBeInstanceOf(Buffer);
  zlib.mayRunSync = false;
  expect(deflater.deflateSync("a", 1)).toBeUndefined();
});

test("incompressible data fits into the output buffer", () => {
  for (const windowBits of [9, 15]) {
    for (const seed of [1, 2, 3]) {
      const message = noise(65_536, seed);
      const deflated = open(windowBits, false).deflateSync(message, 65_536) as Buffer;
      expect(inflate(deflated).equals(message)).toBe(true);
    }
  }
});

test("both ways give the same result for a message, and share a context", async () => {
  const messages = [50, 70_000, 50, 100_000, 200_000, 50].map((size) => text(size));
  const run = async (mayRunSync: boolean): Promise<Buffer[]> => {
    zlib.mayRunSync = mayRunSync;
    const deflater = open();
    const payloads: Buffer[] = [];
    for (const message of messages) payloads.push(await deflate(deflater, message));
    return payloads;
  };
  const payloads = await run(true);
  expect(await run(false)).toEqual(payloads);
  expect((await inflateAll(payloads, 15)).map(String)).toEqual(messages);
  expect(streams).toHaveLength(3);
});

describe("a deflater that is closed", () => {
  test("during work of zlib's thread frees its handle, and calls no callback", async () => {
    for (const turnsBefore of [0, 1, 2, 5]) {
      const done = vi.fn();
      const deflater = open();
      deflater.deflateAsync(noise(3_000_000), done);
      await turns(turnsBefore);
      const calls = done.mock.calls.length;
      deflater.close();
      expect(areFreed()).toBe(true);
      // When another deflater has finished, the first one has finished as well.
      const other = open();
      await deflate(other, noise(3_000_000));
      other.close();
      await turns(20);
      expect(done).toHaveBeenCalledTimes(calls);
    }
  });

  test("before and after messages frees its handle", async () => {
    const deflater = open();
    deflater.close();
    await deflate(deflater, "a");
    expect(areFreed()).toBe(false);
    deflater.close();
    deflater.close();
    expect(areFreed()).toBe(true);
  });
});

test("a deflater reports an error of zlib", async () => {
  const deflater = open();
  const deflated = deflate(deflater, noise(1_000_000));
  const error = new Error("out of memory");
  streams[0]?.destroy(error);
  await expect(deflated).rejects.toBe(error);
});
