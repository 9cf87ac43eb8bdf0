import { describe, expect, test } from "vitest";
import { ms } from "../../helpers/time.js";
import { bytesOf, dataOf } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Tests the ways to receive, and the limits of what is received. */
export function testReceiving({ closeOf, open, wireCode }: Fixture): void {
  describe("receiving", () => {
    test("loses no message when a receive is aborted or times out", async () => {
      const { client } = await open();
      await expect(client.receive({ timeout: ms(20) })).rejects.toMatchObject({
        code: "RECEIVE_TIMEOUT",
        kind: "TIMEOUT",
        retryable: true,
      });
      await expect(client.receive({ timeout: 0 })).rejects.toMatchObject({
        code: "RECEIVE_TIMEOUT",
      });
      expect(client.tryReceive()).toBeUndefined();
      const left = client[Symbol.asyncIterator]();
      const pending = left.next();
      expect(await left.return?.()).toEqual({ done: true, value: undefined });
      expect(await pending).toEqual({ done: true, value: undefined });
      const controller = new AbortController();
      const aborted = client.messages({ signal: controller.signal }).next();
      const cancelled = client.receive({ signal: controller.signal });
      const patient = client.receive({ timeout: "5s" });
      controller.abort();
      await expect(cancelled).rejects.toMatchObject({ code: "ABORTED" });
      await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
      await client.send("kept");
      expect(await patient).toMatchObject({ ok: true, value: { data: "kept" } });
      await client.close();
    });

    test("with tryReceive returns all messages that have arrived, and then reports the end", async () => {
      const { client } = await open("greet=20");
      await expect.poll(() => client.stats.messagesReceived).toBe(20);
      for (let n = 0; n < 20; n++) {
        expect(client.tryReceive()).toEqual({
          ok: true,
          value: { type: "text", data: String(n) },
        });
      }
      expect(client.tryReceive()).toBeUndefined();
      await client.close();
      expect(client.tryReceive()).toEqual({ ok: false, value: undefined });
    });

    test("through a stream loses no message, and closing the stream closes the connection", async () => {
      const { client, id } = await open("greet=100", { channelCapacity: 3 });
      const writer = client.writable.getWriter();
      const reader = client.readable.getReader();
      await writer.write("last");
      for (let n = 0; n < 100; n++) {
        // Other receivers share the messages with the stream.
        const { value } = await (n % 2 > 0 ? client.receive() : reader.read());
        expect(value).toEqual({ type: "text", data: String(n) });
      }
      expect(await reader.read()).toEqual({
        done: false,
        value: { type: "text", data: "last" },
      });
      await writer.close();
      expect(client.state).toBe("closed");
      expect(await reader.read()).toEqual({ done: true, value: undefined });
      expect(await closeOf(id)).toEqual({ code: 1000, reason: "" });
    });

    test("through a stream that is cancelled closes the connection", async () => {
      const { client, id } = await open();
      await client.readable.cancel();
      expect(await client.closed).toMatchObject({ code: 1000, by: "local", clean: true });
      expect(await closeOf(id)).toEqual({ code: 1000, reason: "" });
    });

    test("through a stream fails with the error of the connection", async () => {
      const { client } = await open("greet=1&close=1011");
      const reader = client.readable.getReader();
      expect(await reader.read()).toMatchObject({ done: false });
      const { error } = await client.closed;
      expect(error?.code).toBe("CLOSED_BY_PEER");
      await expect(reader.read()).rejects.toBe(error);
    });

    test("with discardIncoming discards all messages, never pauses, and reports the end", async () => {
      const { client } = await open("greet=200&close=1011", {
        discardIncoming: true,
        channelCapacity: 1,
      });
      expect(await client.receive()).toEqual({ ok: false, value: undefined });
      expect(await client.closed).toMatchObject({ code: 1011, by: "peer" });
      expect(client.stats).toMatchObject({
        messagesReceived: 200,
        bytesBuffered: 0,
        timesPaused: 0,
      });
    });

    test("nothing for readTimeout ends the connection", async () => {
      const { client } = await open("greet=1", { readTimeout: ms(150) });
      const start = performance.now();
      const { error, by } = await client.closed;
      expect(performance.now() - start).toBeLessThan(ms(500));
      expect(by).toBe("local");
      expect(error).toMatchObject({ code: "READ_TIMEOUT", kind: "TIMEOUT", retryable: true });
      expect(await dataOf(client)).toBe("0");
    });

    test("a message larger than readLimit ends the connection, and one of exactly readLimit does not", async () => {
      const { client } = await open("bytes=1000", { readLimit: 1_000 });
      expect(await bytesOf(client)).toHaveLength(1_000);
      await client.close();
      const over = await open("greet=1&bytes=1001", { readLimit: 1_000 });
      const info = await over.client.closed;
      expect(info).toMatchObject({ code: 1009, by: "local", sentCode: wireCode(1009) });
      expect(info.error).toMatchObject({
        code: "MESSAGE_TOO_BIG",
        kind: "INVALID",
        retryable: false,
        details: { limit: 1_000 },
      });
      expect(await dataOf(over.client)).toBe("0");
      expect(await over.client.receive()).toEqual({ ok: false });
      expect((await closeOf(over.id)).code).toBe(wireCode(1009));
    });

    test("more unread bytes than bufferLimit ends the connection if it cannot be paused", async () => {
      const { client } = await open("", { backpressure: "buffer", bufferLimit: 65_536 });
      expect(client.backpressure).toBe("buffer");
      for (let i = 0; i < 10; i++) void client.send(new Uint8Array(10_000));
      const { error } = await client.closed;
      expect(error).toMatchObject({
        code: "SLOW_CONSUMER",
        kind: "RATE_LIMITED",
        retryable: true,
        details: { limit: 65_536 },
      });
      // The messages that fitted into bufferLimit can still be read.
      let received = 0;
      while ((await client.receive()).ok) received++;
      expect(received).toBe(6);
    });

    test("one message larger than bufferLimit works if no other is unread", async () => {
      const { client } = await open("bytes=100000", {
        backpressure: "buffer",
        bufferLimit: 65_536,
      });
      expect(await bytesOf(client)).toHaveLength(100_000);
      await client.close();
    });
  });
}
