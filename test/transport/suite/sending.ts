import { describe, expect, test } from "vitest";
import { ms } from "../../helpers/time.js";
import { noise } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Tests when sends and flushes settle. */
export function testSending({ capabilities, open }: Fixture): void {
  describe("sending", () => {
    test("is complete when flush settles", async () => {
      const { client } = await open("plain");
      await client.flush();
      const bytes = noise(8_388_608);
      for (let i = 0; i < 3; i++) void client.send(bytes);
      expect(client.bufferedAmount).toBeGreaterThan(0);
      await client.flush();
      expect(client.bufferedAmount).toBe(0);
      await client.close();
    });

    if (capabilities.countsUnsent) {
      test("waits above the high-water mark, and not below it", async () => {
        const { client } = await open("plain&mute", {
          sendHighWaterMark: 1_000,
          closeTimeout: ms(100),
        });
        await client.send(new Uint8Array(10));
        let settled = false;
        const sent = client.send(noise(33_554_432));
        sent.then(
          () => (settled = true),
          () => {},
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(settled).toBe(false);
        client.terminate();
        await expect(sent).rejects.toMatchObject({ code: "CLOSED" });
      });

      test("stops waiting at its timeout or abort signal, and the message is still sent", async () => {
        const { client } = await open("plain&mute", { sendHighWaterMark: 1_000 });
        const data = noise(33_554_432);
        await expect(client.send(data, { timeout: 0 })).rejects.toMatchObject({
          code: "SEND_TIMEOUT",
          kind: "TIMEOUT",
          retryable: true,
        });
        const signal = AbortSignal.timeout(ms(20));
        await expect(client.send("x", { signal })).rejects.toMatchObject({ code: "ABORTED" });
        await expect(client.flush({ timeout: ms(20) })).rejects.toMatchObject({
          code: "FLUSH_TIMEOUT",
          kind: "TIMEOUT",
          retryable: true,
        });
        await expect(client.flush({ timeout: 0 })).rejects.toMatchObject({
          code: "FLUSH_TIMEOUT",
        });
        expect(client.stats.messagesSent).toBe(2);
        expect(client.state).toBe("open");
        client.terminate();
      });

      test("through a stream waits as well, and aborting the stream ends the connection", async () => {
        const { client } = await open("plain&mute", { sendHighWaterMark: 1_000 });
        const writer = client.writable.getWriter();
        const written = writer.write(noise(33_554_432));
        let settled = false;
        written.then(
          () => (settled = true),
          () => {},
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(settled).toBe(false);
        writer.closed.catch(() => {});
        await writer.abort(new Error("enough"));
        await expect(written).rejects.toBeDefined();
        expect(await client.closed).toMatchObject({ by: "local", clean: false });
      });

      test("that makes no progress for writeTimeout ends the connection", async () => {
        const { client } = await open("plain&mute", { writeTimeout: ms(200) });
        void client.send(noise(33_554_432));
        const { error, clean } = await client.closed;
        expect(clean).toBe(false);
        expect(error).toMatchObject({ code: "WRITE_TIMEOUT", kind: "TIMEOUT", retryable: true });
      });
    } else {
      test("is complete when the platform has accepted the bytes, even if the peer does not read", async () => {
        const { client } = await open("plain&mute", {
          sendHighWaterMark: 1_000,
          writeTimeout: ms(200),
        });
        // 16 MiB are more than the kernel buffers hold.
        for (let i = 0; i < 16; i++) void client.send(noise(1_048_576));
        await client.flush();
        await new Promise((resolve) => setTimeout(resolve, ms(500)));
        expect(client.bufferedAmount).toBe(0);
        expect(client.state).toBe("open");
        client.terminate();
      });
    }
  });
}
