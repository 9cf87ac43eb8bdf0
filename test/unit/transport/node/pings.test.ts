import { Buffer } from "node:buffer";
import { describe, expect, test, vi } from "vitest";
import { Pings } from "../../../../src/transport/node/pings.js";
import { advance, useClock } from "../../../helpers/unit-clock.js";

useClock();

const pong = (id: number): Buffer => {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(id);
  return payload;
};

const idsOf = (pings: readonly { readonly id: number }[]): number[] => pings.map(({ id }) => id);

/** Starts three pings, whose frames have their numbers as payload. */
function threePings(): Pings {
  const pings = new Pings();
  for (const frame of [1, 2, 3]) pings.add(frame, () => {});
  return pings;
}

describe("pings", () => {
  test("have their number as payload", () => {
    const pings = new Pings();
    const payloads = [1, 2].map((frame) => pings.add(frame, () => {}).payload.toString("hex"));
    expect(payloads).toEqual(["00000001", "00000002"]);
  });

  test("are answered by their pong, together with all earlier pings (RFC 6455 section 5.5.3)", () => {
    const pings = threePings();
    expect(idsOf(pings.answeredBy(pong(2)))).toEqual([1, 2]);
    expect(pings.size).toBe(1);
    expect(idsOf(pings.answeredBy(pong(2)))).toEqual([]);
    expect(idsOf(pings.answeredBy(pong(3)))).toEqual([3]);
    expect(pings.size).toBe(0);
  });

  test.each([
    ["of a ping to come", pong(4)],
    ["of the highest number", pong(2 ** 32 - 1)],
    ["of zero", pong(0)],
    ["without a payload", Buffer.alloc(0)],
    ["of 3 bytes", Buffer.alloc(3)],
    ["of 5 bytes", Buffer.concat([pong(1), Buffer.of(1)])],
  ])("are not answered by an unsolicited pong %s", (_, payload) => {
    const pings = threePings();
    expect(pings.answeredBy(payload)).toEqual([]);
    expect(pings.size).toBe(3);
  });

  test("that are cancelled are neither answered nor ended", () => {
    const done = vi.fn();
    const pings = threePings();
    const ping = pings.add(4, done);
    pings.remove(ping);
    pings.remove(ping);
    expect(pings.size).toBe(3);
    expect(idsOf(pings.answeredBy(pong(4)))).toEqual([1, 2, 3]);
    pings.end();
    expect(done).not.toHaveBeenCalled();
  });

  test("start their round trip once, when they are flushed", async () => {
    const pings = new Pings();
    const start = performance.now();
    const first = pings.add(1, () => {});
    const second = pings.add(3, () => {});
    await advance(10);
    pings.onFlushed(0);
    expect([first, second].map((ping) => ping.start - start)).toEqual([0, 0]);
    pings.onFlushed(2);
    await advance(10);
    pings.onFlushed(3);
    await advance(10);
    pings.onFlushed(4);
    expect([first, second].map((ping) => ping.start - start)).toEqual([10, 20]);
  });

  test("end once without a round trip, even if a callback ends them again", () => {
    const pings = new Pings();
    const seen: [number, number | undefined][] = [];
    for (const frame of [1, 2]) {
      pings.add(frame, (roundTrip) => {
        seen.push([frame, roundTrip]);
        pings.end();
      });
    }
    pings.end();
    expect(seen).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
    expect(pings.size).toBe(0);
  });
});
