import assert from "node:assert/strict";
import fc from "fast-check";
import { afterAll, beforeAll, test, vi } from "vitest";
import { explore } from "../helpers/fuzz.js";
import { startClock, turns } from "../helpers/unit-clock.js";
import { events, Session, setups } from "./client-session.js";

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => {
  process.on("unhandledRejection", onUnhandled);
});

afterAll(() => {
  process.off("unhandledRejection", onUnhandled);
});

test("a connection delivers each message once and ends once, for any sequence of calls and transport events", (context) =>
  explore(context, {
    claim: "each call settles, each message is delivered once, the connection ends once",
    runs: 6000,
    given: fc.record({ setup: setups, events: fc.array(events, { maxLength: 50, size: "max" }) }),
    meets: [
      ...["ABORTED", "CLOSED", "CLOSED_BY_PEER", "CONNECTION_LOST", "INVALID_CLOSE"],
      "KEEPALIVE_TIMEOUT",
      ...["MESSAGE_TOO_BIG", "PING_TIMEOUT", "PROTOCOL_ERROR", "READ_TIMEOUT"],
      ...["RECEIVE_TIMEOUT", "SLOW_CONSUMER", "WRITE_TIMEOUT", "no error"],
    ],
    async check({ setup, events }) {
      startClock();
      try {
        const session = new Session(setup);
        for (const event of events) await session.step(event);
        return await session.finish();
      } finally {
        vi.useRealTimers();
        await turns(1);
        assert.deepEqual(unhandled.splice(0), []);
      }
    },
  }));
