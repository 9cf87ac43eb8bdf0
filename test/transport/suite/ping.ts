import { describe, expect, test } from "vitest";
import { ms } from "../../helpers/time.js";
import type { Fixture } from "./fixture.js";

/** Tests pings, or the error if the platform has none. */
export function testPing({ capabilities, open }: Fixture): void {
  describe("ping", () => {
    if (capabilities.canPing) {
      test("resolves to the round-trip time", async () => {
        const { client } = await open();
        const time = await client.ping();
        expect(time).toBeGreaterThanOrEqual(0);
        expect(time).toBeLessThan(ms(1_000));
        await client.close();
        await expect(client.ping()).rejects.toMatchObject({ code: "CLOSED" });
      });
    } else {
      test("rejects with UNSUPPORTED, and names keepAlive.message as the alternative", async () => {
        const { client } = await open();
        await expect(client.ping()).rejects.toMatchObject({
          code: "UNSUPPORTED",
          kind: "UNSUPPORTED",
          message: expect.stringContaining("keepAlive.message") as string,
        });
        await client.close();
      });
    }
  });
}
