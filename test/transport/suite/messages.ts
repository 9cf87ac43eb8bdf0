import { describe, expect, test } from "vitest";
import { bytesOf, dataOf } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Tests that messages arrive unchanged and in order. */
export function testMessages({ open }: Fixture): void {
  describe("a message", () => {
    test.each([
      ["empty", ""],
      ["one character", "a"],
      ["125 bytes", "x".repeat(125)],
      ["126 bytes", "x".repeat(126)],
      ["65,535 bytes", "x".repeat(65_535)],
      ["65,536 bytes", "x".repeat(65_536)],
      ["1 MiB", "x".repeat(1_048_576)],
      ["characters of two, three and four bytes", "ä€😀".repeat(1_000)],
      ["a byte order mark", "\ufeffbom"],
      ["NUL", "a\0b\0"],
      ["line breaks and quotes", '\r\n"\\'],
      ["the replacement character", "\ufffd"],
    ])("of text is echoed unchanged: %s", async (_, text) => {
      const { client } = await open();
      await client.send(text);
      expect(await client.receive()).toEqual({ ok: true, value: { type: "text", data: text } });
      await client.close();
    });

    test("with a lone surrogate is sent with the replacement character instead", async () => {
      const { client } = await open();
      await client.send("a\ud800b");
      expect(await dataOf(client)).toBe("a\ufffdb");
      await client.close();
    });

    test.each([0, 1, 125, 126, 65_535, 65_536, 1_048_576])(
      "of binary data is echoed unchanged: %i bytes",
      async (size) => {
        const { client } = await open();
        const bytes = new Uint8Array(size).map((_, i) => i * 31);
        await client.send(bytes);
        const echoed = await bytesOf(client);
        expect(echoed).toHaveLength(size);
        expect(echoed.every((byte, i) => byte === bytes[i])).toBe(true);
        await client.close();
      },
    );

    test("can be any kind of binary data, and can have an explicit type", async () => {
      const { client } = await open();
      const { buffer } = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]);
      await client.send(buffer);
      await client.send(new Uint8Array(buffer, 2, 3));
      await client.send(new DataView(buffer, 1, 2));
      await client.send(new Uint16Array(buffer, 4, 2));
      await client.send("ä", 2);
      await client.send(new TextEncoder().encode("ö"), 1);
      expect([...(await bytesOf(client))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect([...(await bytesOf(client))]).toEqual([2, 3, 4]);
      expect([...(await bytesOf(client))]).toEqual([1, 2]);
      expect([...(await bytesOf(client))]).toEqual([4, 5, 6, 7]);
      expect([...(await bytesOf(client))]).toEqual([0xc3, 0xa4]);
      expect(await client.receive()).toMatchObject({ value: { type: "text", data: "ö" } });
      await client.close();
    });

    test("that cannot be sent is rejected, and the connection stays open", async () => {
      const { client } = await open();
      for (const bad of [null, 7, {}, [1], Symbol("x")]) {
        await expect(client.send(bad as never)).rejects.toMatchObject({
          code: "INVALID_MESSAGE",
        });
      }
      await expect(client.send(new Uint8Array([0xff]), 1)).rejects.toMatchObject({
        code: "INVALID_MESSAGE",
      });
      await expect(client.send("x", 3 as never)).rejects.toMatchObject({
        code: "INVALID_MESSAGE",
      });
      await client.send("good");
      expect(await dataOf(client)).toBe("good");
      expect(client.stats.messagesSent).toBe(1);
      await client.close();
    });

    test("of binary data is received as a plain Uint8Array that owns its buffer", async () => {
      const { client } = await open();
      for (const size of [0, 1, 100, 70_000]) {
        await client.send(new Uint8Array(size));
        const bytes = await bytesOf(client);
        expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
        expect(bytes.byteOffset).toBe(0);
        expect(bytes.buffer.byteLength).toBe(size);
      }
      await client.close();
    });

    test("arrives in the order of sending, among many of both types", async () => {
      const { client } = await open("", { channelCapacity: 10 });
      const count = 1_000;
      for (let i = 0; i < count; i++) {
        void client.send(i % 2 === 0 ? `${i}` : new Uint8Array([i & 0xff, i >> 8]));
      }
      for (let i = 0; i < count; i++) {
        const { value } = await client.receive();
        if (value?.type === "text") expect(value.data).toBe(`${i}`);
        else expect((value?.data[0] ?? 0) + (value?.data[1] ?? 0) * 256).toBe(i);
      }
      await client.close();
    });

    test("does not change if the caller reuses the bytes after send has returned", async () => {
      for (const compression of [0, 1] as const) {
        const { client } = await open("", { compression, compressionThreshold: 0 });
        const bytes = new Uint8Array(5_000);
        for (let i = 1; i <= 5; i++) {
          void client.send(bytes.fill(i));
        }
        bytes.fill(99);
        for (let i = 1; i <= 5; i++) {
          expect((await bytesOf(client)).every((byte) => byte === i)).toBe(true);
        }
        await client.close();
      }
    });

    test("is counted with its bytes, in both directions", async () => {
      const { client } = await open();
      await client.send("äb");
      await client.send(new Uint8Array(7));
      await client.receive();
      await expect.poll(() => client.stats.messagesReceived).toBe(2);
      expect(client.stats).toMatchObject({
        messagesSent: 2,
        bytesSent: 10,
        bytesReceived: 10,
        bytesBuffered: 71,
      });
      await client.close();
    });
  });
}
