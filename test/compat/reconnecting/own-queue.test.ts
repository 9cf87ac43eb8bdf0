// The limits of the queue, and calls at unusual times.
import { describe, expect, test, vi } from "vitest";
import { codes, open } from "./own-support.js";
import { checkTraces, echoServer, quiet, recordingServer } from "./support.js";

checkTraces();

describe("reconnect() with a bad code or reason", () => {
  test.each([
    [1001, "", "InvalidAccessError"],
    [1000, "x".repeat(124), "SyntaxError"],
  ])("throws, and leaves the connection open", async (code, reason, name) => {
    const server = await echoServer();
    const { socket, events } = open(server.url);
    await events.next("open");
    expect(() => socket.reconnect(code, reason)).toThrow(expect.objectContaining({ name }));
    socket.send("x");
    await events.next("message");
    expect(events.types).toEqual(["open", "message"]);
  });
});

describe("close() while the connection opens", () => {
  test("is followed by no open event", async () => {
    const server = await echoServer();
    for (let turns = 0; turns < 20; turns++) {
      let closedAfter: string[] = [];
      const onConnect = (): void => {
        void (async () => {
          for (let i = 0; i < turns; i++) await Promise.resolve();
          closedAfter = events.types;
          socket.close();
        })();
      };
      const { socket, events } = open(server.url, { onConnect });
      await events.next("close");
      await quiet(5);
      expect(events.types, `after ${turns} microtasks`).toEqual([...closedAfter, "close"]);
    }
  });
});

describe("a full queue", () => {
  test("fires an error event with QUEUE_FULL, and nothing else", async () => {
    const { server, received } = await recordingServer();
    const { socket, events } = open(server.url, { queue: { maxMessages: 1 } });
    const send: (data: string) => unknown = (data) => socket.send(data);
    expect(send("1")).toBeUndefined();
    expect(send("2")).toBeUndefined();
    await events.next("open");
    expect(send("3")).toBeUndefined();
    expect(await received(2)).toEqual(["1", "3"]);
    expect(events.types).toEqual(expect.arrayContaining(["error", "open"]));
    expect(events.types).toHaveLength(2);
    expect(codes(events)).toEqual(["QUEUE_FULL"]);
  });

  test("has 1000 messages by default", async () => {
    const { server, received } = await recordingServer();
    const { socket, events } = open(server.url);
    for (let i = 0; i < 1_002; i++) socket.send(String(i));
    const messages = await received(1_000);
    expect(messages.at(-1)).toBe("999");
    await events.next("open");
    expect(codes(events)).toEqual(["QUEUE_FULL", "QUEUE_FULL"]);
  });

  test("is also limited in bytes", async () => {
    const { server, received } = await recordingServer();
    const { socket, events } = open(server.url, { queue: { maxBytes: 2_000 } });
    socket.send(new Uint8Array(1_500));
    socket.send(new Uint8Array(1_500));
    expect(await received(1)).toHaveLength(1);
    await events.next("open");
    expect(codes(events)).toEqual(["QUEUE_FULL"]);
  });

  test('drops the oldest with "drop-oldest"', async () => {
    const { server, received } = await recordingServer();
    const onLost = vi.fn();
    const { socket } = open(server.url, {
      queue: { maxMessages: 2, whenFull: "drop-oldest" },
      onLost,
    });
    for (const text of ["1", "2", "3"]) socket.send(text);
    expect(await received(2)).toEqual(["2", "3"]);
    expect(onLost).toHaveBeenCalledTimes(1);
  });
});
