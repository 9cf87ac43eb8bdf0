import { describe, expect, test } from "vitest";
import { ms } from "../../helpers/time.js";
import { noise } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Tests a close that the client begins. */
export function testCloseByClient({ closeOf, open, wireCode }: Fixture): void {
  describe("a close by the client", () => {
    test.each([1000, 1001, 1003, 1008, 1011, 1013, 3000, 3999, 4000, 4999])(
      "with %i reaches the peer",
      async (code) => {
        const { client, id } = await open();
        const closed = client.close(code, "so it is");
        expect(client.state).toBe("closing");
        expect(await closed).toEqual({
          code,
          reason: "so it is",
          clean: true,
          by: "local",
          sentCode: wireCode(code),
        });
        expect(client.state).toBe("closed");
        expect(client.close()).toBe(client.closed);
        expect(await closeOf(id)).toEqual({ code: wireCode(code), reason: "so it is" });
      },
    );

    test("has the code 1000 by default, and follows the queued messages", async () => {
      const { client, id } = await open();
      for (let i = 0; i < 20; i++) void client.send(new Uint8Array(100_000));
      expect(await client.close()).toMatchObject({ code: 1000, reason: "", clean: true });
      expect(await closeOf(id)).toEqual({ code: 1000, reason: "" });
    });

    test("with an invalid code or reason leaves the connection open", async () => {
      const { client } = await open();
      for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, NaN]) {
        await expect(client.close(code)).rejects.toMatchObject({ code: "INVALID_CLOSE" });
      }
      await expect(client.close(1000, "ä".repeat(62))).rejects.toMatchObject({
        code: "INVALID_CLOSE",
      });
      expect(client.state).toBe("open");
      expect(await client.close(1000, "ä".repeat(61))).toMatchObject({ clean: true });
    });

    test("ends the loop over messages after those that have arrived", async () => {
      const { client } = await open("greet=3");
      await expect.poll(() => client.channel().length).toBe(3);
      const closed = client.close();
      expect(client.channel().closed).toBe(true);
      const texts = [];
      for await (const message of client) texts.push(message.data);
      expect(texts).toEqual(["0", "1", "2"]);
      expect(await client.receive()).toEqual({ ok: false, value: undefined });
      expect((await closed).clean).toBe(true);
    });

    test("ends within closeTimeout when the peer does not answer", async () => {
      const { client } = await open("mute", { closeTimeout: ms(150) });
      const start = performance.now();
      const info = await client.close(3001);
      expect(performance.now() - start).toBeLessThan(ms(700));
      expect(info).toMatchObject({ code: 3001, clean: false, by: "local", sentCode: 3001 });
    });

    // WebKit does not have `Symbol.asyncDispose` yet.
    if ("asyncDispose" in Symbol) {
      test("happens at the end of `await using`", async () => {
        const { client, id } = await open();
        {
          await using inner = client;
          await inner.send("x");
        }
        expect(client.state).toBe("closed");
        expect((await closeOf(id)).code).toBe(1000);
      });
    }

    test("by terminate() does not wait for the peer", async () => {
      const { client, id } = await open("plain&mute");
      const flushed = client.send(noise(8_388_608)).then(() => client.flush());
      client.terminate();
      expect(client.state).toBe("closed");
      expect(await client.closed).toEqual({
        code: 1006,
        reason: "",
        clean: false,
        by: "local",
      });
      await expect(flushed).rejects.toMatchObject({ code: "CLOSED", retryable: false });
      expect(await client.receive()).toEqual({ ok: false, value: undefined });
      expect(id).toBeDefined();
    });
  });
}
