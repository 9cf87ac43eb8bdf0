import { describe, expect, test, vi } from "vitest";
import { createContext } from "../../src/node.js";
import type { ConnectionEvent } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { collectUncaught } from "../helpers/uncaught.js";
import { turns } from "../helpers/unit-clock.js";
import { recordEvents } from "../transport/suite/events.js";
import { FAST_OPTIONS, REFUSING_URL, until } from "./support.js";

checkLeaks();

/** Returns type and attempt of each event. */
const attemptsOf = (events: readonly ConnectionEvent[]): unknown[] =>
  events.map((event) => [event.type, "attempt" in event ? event.attempt : undefined]);

describe("the events of a reconnecting client", () => {
  test("number the attempts, and state each pause and its cause", async () => {
    let refusals = 2;
    await using server = await startRawServer({
      onRequest(peer) {
        if (refusals-- > 0) peer.refuse("503 Busy");
        else peer.accept();
      },
    });
    const { events, observe } = recordEvents();
    const client = reconnecting(server.url, { ...FAST_OPTIONS, observe, stableAfter: "1h" });
    await until(client, "open");
    (await server.connection(2)).reset();
    await until(client, "open", ({ attempt }) => attempt === 4);
    client.terminate();
    await client.closed;
    expect(attemptsOf(events)).toEqual([
      ["dial", 1],
      ["dial-failed", 1],
      ["retry", 2],
      ["dial", 2],
      ["dial-failed", 2],
      ["retry", 3],
      ["dial", 3],
      ["open", 3],
      ["close", undefined],
      ["retry", 4],
      ["dial", 4],
      ["open", 4],
      ["close", undefined],
    ]);
    const [, failed, retry] = events;
    expect(retry).toEqual({
      type: "retry",
      connection: failed?.connection,
      time: expect.any(Number) as number,
      delay: expect.any(Number) as number,
      error: failed?.type === "dial-failed" && failed.error,
      attempt: 2,
    });
    const ids = events.filter(({ type }) => type === "dial").map(({ connection }) => connection);
    expect(new Set(ids).size).toBe(4);
    expect(events[9]).toMatchObject({ connection: ids[2], error: { code: "CONNECTION_LOST" } });
  });

  test("count the lost messages and their bytes, before onLost is called", async () => {
    const calls: unknown[] = [];
    const client = reconnecting(REFUSING_URL, {
      queue: { maxMessages: 2, whenFull: "drop-oldest" },
      observe(event) {
        if (event.type === "lost") calls.push(event);
      },
      onLost: (messages) => void calls.push(messages.length),
      autoStart: false,
    });
    for (const data of ["\u20ac", new Uint8Array(10), "cc"]) client.send(data).catch(() => {});
    await turns();
    const shared = {
      type: "lost",
      connection: expect.stringMatching(/^wschan-\d+$/) as string,
      time: expect.any(Number) as number,
    };
    expect(calls).toEqual([{ ...shared, reason: "dropped", count: 1, bytes: 3 }, 1]);
    await client.close();
    await turns();
    expect(calls.slice(2)).toEqual([{ ...shared, reason: "closed", count: 2, bytes: 12 }, 2]);
  });

  test("of messages that a connection has not flushed name that connection", async () => {
    await using server = await startRawServer({ onRequest: (peer) => peer.accept() });
    const { events, observe } = recordEvents();
    const client = reconnecting(server.url, { ...FAST_OPTIONS, observe, maxAttempts: 1 });
    await until(client, "open");
    // More bytes than the kernel accepts from a server that reads none.
    const peer = await server.connection();
    peer.socket.pause();
    client.send(new Uint8Array(33_554_432)).catch(() => {});
    peer.socket.destroy();
    await client.closed;
    const lost = events.find(({ type }) => type === "lost");
    expect(lost).toMatchObject({ reason: "unflushed", count: 1, bytes: 33_554_432 });
    expect(lost?.connection).toBe(events.find(({ type }) => type === "open")?.connection);
  });

  test("go to the observer of the context first, and change nothing if that throws", async () => {
    const reported = collectUncaught();
    await using server = await startEchoServer();
    const thrown: unknown[] = [];
    await using context = createContext({
      observe({ type }) {
        const error = new Error(`thrown at ${type}`);
        thrown.push(error);
        throw error;
      },
    });
    const { events, observe } = recordEvents();
    let dials = 0;
    const url = (): string => (dials++ > 0 ? server.url : REFUSING_URL);
    const client = reconnecting(url, { ...FAST_OPTIONS, context, observe });
    await client.send("x");
    expect(await client.receive()).toMatchObject({ value: { data: "x" } });
    await client.close();
    await turns();
    const types = events.map(({ type }) => type);
    expect(types).toEqual(["dial", "dial-failed", "retry", "dial", "open", "close"]);
    expect(thrown.map(String)).toEqual(types.map((type) => `Error: thrown at ${type}`));
    expect(reported).toEqual(thrown);
  });

  test("include the retries of a connection that could not be replaced", async () => {
    await using server = await startEchoServer();
    const { events, observe } = recordEvents();
    let dials = 0;
    const url = (): string => (++dials === 2 ? REFUSING_URL : server.url);
    const client = reconnecting(url, { ...FAST_OPTIONS, observe });
    await until(client, "open");
    const old = client.connection;
    client.reconnect();
    await old?.closed;
    await vi.waitFor(() => expect(client.connection).not.toBe(old));
    await client.close();
    const retries = events.filter(({ type }) => type === "retry");
    expect(retries).toMatchObject([{ attempt: 2, error: { code: "DIAL_FAILED" } }]);
  });
});
