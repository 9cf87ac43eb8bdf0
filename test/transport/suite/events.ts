import { describe, expect, test } from "vitest";
import type { ConnectionEvent, WsError } from "../../../src/node.js";
import { ms } from "../../helpers/time.js";
import { bytesOf, dataOf } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Returns an observer, and the events that it was called with. */
export function recordEvents(): {
  readonly events: ConnectionEvent[];
  readonly observe: (event: ConnectionEvent) => void;
} {
  const events: ConnectionEvent[] = [];
  return { events, observe: (event) => void events.push(event) };
}

const typesOf = (events: readonly ConnectionEvent[]): string[] => events.map(({ type }) => type);

/** Tests the events of option `observe`. */
export function testEvents({
  capabilities,
  connect,
  createContext,
  open,
  serverUrl,
}: Fixture): void {
  describe("the events", () => {
    test("of a connection that this side closes have the fields of their types", async () => {
      const { events, observe } = recordEvents();
      const before = Date.now();
      const { client } = await open("secret", { observe, protocols: ["a"] });
      expect(typesOf(events)).toEqual(["dial", "open"]);
      const info = await client.close(3001, "over");
      const { protocol, compression, stats } = client;
      const shared = { connection: client.id, time: expect.any(Number) as number };
      const url = serverUrl();
      expect(events).toEqual([
        { ...shared, type: "dial", url },
        {
          ...shared,
          type: "open",
          url,
          duration: expect.any(Number) as number,
          protocol,
          compression,
          ...(capabilities.handshake && { status: 101 }),
        },
        { ...shared, type: "close", info, stats, lifetime: expect.any(Number) as number },
      ]);
      for (const event of events) {
        expect(Object.isFrozen(event)).toBe(true);
        expect(event.time).toBeGreaterThanOrEqual(before);
        expect(event.time).toBeLessThanOrEqual(Date.now());
        if ("duration" in event) expect(event.duration).toBeGreaterThan(0);
        if ("lifetime" in event) expect(event.lifetime).toBeGreaterThan(0);
      }
    });

    test.each([
      ["that the peer closes", "greet=1&close=1011&reason=bye"],
      ["that is lost", "greet=1&drop"],
    ])("of a connection %s end with `close`", async (_, query) => {
      const { events, observe } = recordEvents();
      const { client } = await open(query, { observe });
      const info = await client.closed;
      expect(typesOf(events)).toEqual(["dial", "open", "close"]);
      expect(events[2]).toMatchObject({ connection: client.id, info, stats: client.stats });
    });

    test("of a terminated connection end with one `close`, before `closed` resolves", async () => {
      const { events, observe } = recordEvents();
      const { client } = await open("", { observe });
      client.terminate();
      void client.close();
      await client.closed;
      expect(typesOf(events)).toEqual(["dial", "open", "close"]);
    });

    test.each([
      ["a refused dial", "refuse=503", {}],
      ["a dial that gets no response", "silent", { dialTimeout: ms(50) }],
      ["an aborted dial", "", { signal: AbortSignal.abort() }],
      ["a dial that the policy denies", "", { policy: () => false }],
    ])("of %s are `dial` and `dial-failed`, with the error of connect", async (_, query, given) => {
      const { events, observe } = recordEvents();
      const error = await open(query, { ...given, observe }).catch((reason: unknown) => reason);
      expect(events).toEqual([
        expect.objectContaining({ type: "dial", url: serverUrl() }),
        {
          type: "dial-failed",
          connection: events[0]?.connection,
          time: expect.any(Number) as number,
          error: error as WsError,
          duration: expect.any(Number) as number,
        },
      ]);
    });

    test("are none if the arguments are invalid", async () => {
      const { events, observe } = recordEvents();
      await expect(connect("ftp://host/", { observe })).rejects.toMatchObject({
        code: "INVALID_URL",
      });
      await expect(connect(serverUrl(), { observe, readLimit: -1 })).rejects.toMatchObject({
        code: "INVALID_OPTION",
      });
      expect(events).toEqual([]);
    });

    test("of messages state direction, kind and size in bytes, with observeMessages", async () => {
      const { events, observe } = recordEvents();
      const { client } = await open("", { observe, observeMessages: true });
      await client.send("");
      await client.send("h\u00e9\u20ac\u{1f600}");
      await client.send(new Uint8Array(300));
      await dataOf(client);
      await dataOf(client);
      await bytesOf(client);
      await client.close();
      const messages = events.filter((event) => event.type === "message");
      const expected = [
        { kind: "text", size: 0 },
        { kind: "text", size: 10 },
        { kind: "binary", size: 300 },
      ];
      const of = (direction: string): object[] =>
        messages
          .filter((event) => event.direction === direction)
          .map(({ kind, size }) => ({ kind, size }));
      expect(of("out")).toEqual(expected);
      expect(of("in")).toEqual(expected);
    });

    test("of messages are none without observeMessages", async () => {
      const { events, observe } = recordEvents();
      const { client } = await open("greet=3", { observe });
      await client.send("x");
      await dataOf(client);
      await client.close();
      expect(typesOf(events)).toEqual(["dial", "open", "close"]);
    });

    test("of the keep-alive are `ping` and `pong`", async () => {
      const { events, observe } = recordEvents();
      const keepAlive = { interval: ms(30), timeout: ms(2_000), message: () => "alive?" };
      const { client } = await open("", { observe, keepAlive });
      await expect.poll(() => typesOf(events)).toContain("pong");
      client.terminate();
      await client.closed;
      expect(typesOf(events).slice(0, 4)).toEqual(["dial", "open", "ping", "pong"]);
      const pong = events.find((event) => event.type === "pong");
      expect(pong?.roundTrip).toBeGreaterThanOrEqual(0);
    });

    if (capabilities.canPing) {
      test("of a ping state its round trip", async () => {
        const { events, observe } = recordEvents();
        const { client } = await open("", { observe });
        const roundTrip = await client.ping();
        expect(events.slice(2)).toMatchObject([{ type: "ping" }, { type: "pong", roundTrip }]);
        await client.close();
      });
    }

    if (capabilities.backpressure !== "buffer") {
      test("`pause` and `resume` report each pause for a slow consumer", async () => {
        const { events, observe } = recordEvents();
        const { client } = await open("greet=5000", { observe, channelCapacity: 3 });
        await expect.poll(() => typesOf(events)).toContain("pause");
        for (let n = 0; n < 5000; n++) await client.receive();
        const pauses = events.filter(({ type }) => type === "pause");
        expect(pauses).toHaveLength(client.stats.timesPaused);
        expect(pauses[0]).toMatchObject({ bytesBuffered: expect.any(Number) as number });
        const middle = typesOf(events).slice(2);
        expect(middle).toEqual(pauses.flatMap(() => ["pause", "resume"]));
        for (const event of events) {
          if (event.type === "resume") expect(event.duration).toBeGreaterThanOrEqual(0);
        }
        await client.close();
      });
    }

    test("go to the observer of the context before that of the call", async () => {
      const calls: string[] = [];
      const context = createContext({ observe: ({ type }) => void calls.push(`context ${type}`) });
      const observe = ({ type }: ConnectionEvent): void => void calls.push(`call ${type}`);
      const client = await context.connect(serverUrl(), { observe });
      await client.close();
      expect(calls).toEqual(
        ["dial", "open", "close"].flatMap((type) => [`context ${type}`, `call ${type}`]),
      );
      await context.close();
    });

    test("of a context include messages if it has observeMessages and the call does not refuse", async () => {
      for (const observeMessages of [undefined, false]) {
        const { events, observe } = recordEvents();
        const context = createContext({ observe, observeMessages: true });
        const client = await context.connect(serverUrl(), { observeMessages });
        await client.send("x");
        await context.close();
        expect(typesOf(events).includes("message")).toBe(observeMessages === undefined);
      }
    });
  });
}
