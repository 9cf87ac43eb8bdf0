// The pauses between attempts.
import { beforeEach, describe, expect } from "vitest";
import { ms } from "../../helpers/time.js";
import { checkTraces, echoServer, EventLog, refusingServer, withoutJitter } from "./support.js";
import { HOUR, promise } from "./subjects.js";
import type { Settings, Subject } from "./subjects.js";

checkTraces();

beforeEach(withoutJitter);

/**
 * Part of a pause that must be measured at least. Node starts a timer at the time at which its turn of the
 * event loop began, so the timer can fire early.
 */
const MEASURED = 0.8;

/** Returns the pauses before the first `count` retries, for a server that refuses all attempts. */
async function pauses({ make }: Subject, count: number, settings: Settings): Promise<number[]> {
  const server = await refusingServer();
  const times: number[] = [];
  const url = (): string => {
    times.push(performance.now());
    return server.url;
  };
  const socket = make(url, undefined, settings);
  const events = new EventLog(socket);
  await events.next("close", count);
  socket.close();
  const ends = events.of("close").map(({ time }) => time);
  return Array.from({ length: count }, (_, i) => (times[i + 1] ?? 0) - (ends[i] ?? 0));
}

describe("the delay", () => {
  promise(
    "begins with minReconnectionDelay, grows by the factor, and ends at maxReconnectionDelay",
    async (subject) => {
      const measured = await pauses(subject, 4, {
        minReconnectionDelay: ms(50),
        reconnectionDelayGrowFactor: 2,
        maxReconnectionDelay: ms(200),
      });
      for (const [i, delay] of [50, 100, 200, 200].entries()) {
        expect(measured[i]).toBeGreaterThanOrEqual(ms(delay) * MEASURED);
      }
    },
  );

  promise("never exceeds maxReconnectionDelay", async (subject) => {
    // Without the limit, the third pause would last over a minute.
    const measured = await pauses(subject, 5, {
      minReconnectionDelay: ms(10),
      reconnectionDelayGrowFactor: 100,
      maxReconnectionDelay: ms(20),
    });
    expect(measured).toHaveLength(5);
  });

  promise("does not grow with the factor 1", async (subject) => {
    const measured = await pauses(subject, 10, {
      minReconnectionDelay: ms(20),
      reconnectionDelayGrowFactor: 1,
      maxReconnectionDelay: HOUR,
    });
    for (const pause of measured) expect(pause).toBeGreaterThanOrEqual(ms(20) * MEASURED);
  });

  promise("takes a factor that is no integer", async (subject) => {
    const [, , , pause] = await pauses(subject, 4, {
      minReconnectionDelay: ms(30),
      reconnectionDelayGrowFactor: 1.3,
      maxReconnectionDelay: HOUR,
    });
    expect(pause).toBeGreaterThanOrEqual(ms(30) * 1.3 ** 3 * MEASURED);
  });

  promise("also applies after a connection was open", async ({ make }) => {
    const server = await echoServer();
    const delays = { minReconnectionDelay: ms(100), maxReconnectionDelay: ms(100) };
    const events = new EventLog(make(server.url, undefined, delays));
    await events.next("open");
    (await server.connection()).ws.close(1000);
    const [close, open] = [await events.next("close"), await events.next("open", 1)];
    expect(open.time - close.time).toBeGreaterThanOrEqual(ms(100) * MEASURED);
  });

  promise("begins anew after a connection that was open for minUptime", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url, undefined, {
      minReconnectionDelay: ms(5),
      reconnectionDelayGrowFactor: 100,
      maxReconnectionDelay: HOUR,
      minUptime: ms(20),
    });
    const events = new EventLog(socket);
    // With growing delays, the fourth would be an hour.
    for (let n = 0; n < 4; n++) {
      await events.next("open", n);
      await new Promise((resolve) => setTimeout(resolve, ms(40)));
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 4);
  });

  promise("grows on after connections that end before minUptime", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url, undefined, {
      minReconnectionDelay: ms(10),
      reconnectionDelayGrowFactor: 4,
      maxReconnectionDelay: HOUR,
      minUptime: HOUR,
    });
    const events = new EventLog(socket);
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 3);
    const measured = [0, 1, 2].map(
      (n) => (events.of("open")[n + 1]?.time ?? 0) - (events.of("close")[n]?.time ?? 0),
    );
    for (const [i, delay] of [10, 40, 160].entries()) {
      expect(measured[i]).toBeGreaterThanOrEqual(ms(delay) * MEASURED);
    }
  });
});
