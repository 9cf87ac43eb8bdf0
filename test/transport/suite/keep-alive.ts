import { describe, expect, test } from "vitest";
import { ms } from "../../helpers/time.js";
import { dataOf } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Tests the keep-alive. */
export function testKeepAlive({ capabilities, open }: Fixture): void {
  describe("keepAlive", () => {
    /** The message that a platform without ping frames sends; the echo of the server is the answer. */
    const message = (): string => "alive?";
    const interval = ms(50);

    test("leaves a connection open whose peer answers, and reports the round trips", async () => {
      let count = 0;
      let resolveThird: () => void;
      const third = new Promise<void>((resolve) => (resolveThird = resolve));
      const onPong = (roundTrip: number): void => {
        expect(roundTrip).toBeGreaterThanOrEqual(0);
        if (++count === 3) resolveThird();
      };
      const { client } = await open("", {
        keepAlive: { interval, timeout: ms(2_000), message, onPong },
      });
      await third;
      expect(client.state).toBe("open");
      expect(client.stats.roundTrip).toBeGreaterThanOrEqual(0);
      if (!capabilities.canPing) expect(await dataOf(client)).toBe("alive?");
      await client.close();
    });

    test('sends its message with prefer: "message", also where there are ping frames', async () => {
      const roundTrips: number[] = [];
      const onPong = (roundTrip: number): void => void roundTrips.push(roundTrip);
      const { client } = await open("", {
        keepAlive: { interval, timeout: ms(2_000), message, prefer: "message", onPong },
      });
      expect(await dataOf(client)).toBe("alive?");
      expect(await dataOf(client)).toBe("alive?");
      expect(roundTrips.length).toBeGreaterThanOrEqual(1);
      await client.close();
    });

    test("ends a connection whose peer does not answer", async () => {
      const { client } = await open("mute", {
        keepAlive: { interval, timeout: interval, message },
      });
      const { error, ...info } = await client.closed;
      expect(info).toMatchObject({ code: 3008, by: "local", clean: false });
      expect(error).toMatchObject({
        code: "KEEPALIVE_TIMEOUT",
        kind: "TIMEOUT",
        retryable: true,
      });
    });
  });
}
