import { describe, expect, test } from "vitest";
import { ms } from "../../helpers/time.js";
import { dataOf } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Tests a close that the server begins, and a lost connection. */
export function testCloseByPeer({ capabilities, open }: Fixture): void {
  describe("a close by the peer", () => {
    const rows: [number, string | undefined, boolean][] = [
      [1000, undefined, false],
      [1001, undefined, false],
      [1005, undefined, false],
      [1008, "PERMISSION_DENIED", false],
      [1011, "INTERNAL", true],
      [3000, "PERMISSION_DENIED", false],
      [4000, "INTERNAL", false],
    ];
    test.each(rows)("with %i is reported after the last message", async (code, kind, retryable) => {
      const reason = code === 1005 ? "" : "why";
      const { client } = await open(`greet=2&close=${code}&reason=${reason}`);
      const texts: unknown[] = [];
      const loop = async (): Promise<void> => {
        for await (const message of client) texts.push(message.data);
      };
      if (kind === undefined) await loop();
      else {
        await expect(loop()).rejects.toMatchObject({
          code: "CLOSED_BY_PEER",
          kind,
          retryable,
          details: { closeCode: code, reason },
        });
      }
      expect(texts).toEqual(["0", "1"]);
      const info = await client.closed;
      expect(info).toMatchObject({ code, reason, clean: true, by: "peer" });
      expect(info.error?.code).toBe(kind && "CLOSED_BY_PEER");
      expect(client.state).toBe("closed");
      const late = client.send("late");
      await expect(late).rejects.toMatchObject({
        code: "CLOSED",
        kind: "UNAVAILABLE",
        retryable,
      });
      await expect(client.flush()).rejects.toMatchObject({ code: "CLOSED" });
      expect(client.bufferedAmount).toBe(0);
    });

    test("while the channel is full loses no message, or reports the loss", async () => {
      const { client } = await open("greet=200&close=4005&reason=full", { channelCapacity: 4 });
      await new Promise((resolve) => setTimeout(resolve, ms(100)));
      const texts: unknown[] = [];
      let error: unknown;
      try {
        for await (const message of client) texts.push(message.data);
      } catch (thrown) {
        error = thrown;
      }
      // Chromium discards the buffered messages of a paused WebSocketStream when the peer closes.
      const isStream = capabilities.backpressure === "stream";
      expect(error).toMatchObject({ code: isStream ? "CONNECTION_LOST" : "CLOSED_BY_PEER" });
      if (!isStream) expect(texts).toHaveLength(200);
      expect(texts).toEqual(texts.map((_, i) => String(i)));
      expect((await client.closed).clean).toBe(!isStream);
    });

    test("that never arrives is reported as CONNECTION_LOST", async () => {
      const { client } = await open("greet=1&drop");
      expect(await dataOf(client)).toBe("0");
      const waiting = client.receive();
      const info = await client.closed;
      expect(info).toMatchObject({ code: 1006, reason: "", clean: false, by: "none" });
      expect(info.error).toMatchObject({
        code: "CONNECTION_LOST",
        kind: "UNAVAILABLE",
        retryable: true,
      });
      expect(await waiting).toEqual({ ok: false });
      await expect(client[Symbol.asyncIterator]().next()).rejects.toBe(info.error);
      await expect(client.send("late")).rejects.toMatchObject({
        code: "CLOSED",
        retryable: true,
        cause: info.error,
      });
    });
  });
}
