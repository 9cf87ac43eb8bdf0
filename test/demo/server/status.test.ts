import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStatus } from "../../../examples/server/status.mjs";
import { useDemoServer } from "./demo-server.js";
import type { Body } from "./demo-server.js";
import { StubSocket } from "./stub-socket.js";

const { open } = useDemoServer();

describe("/status", () => {
  test("reports the server's backlog for a client that does not read", async () => {
    const slow = await open("/prices?id=slow");
    slow.send({ op: "subscribe", symbols: ["BTC-USD"], rate: 10_000, padding: 16_384 });
    slow.ws.pause();
    const { send, next } = await open("/status");
    send({ op: "watch", id: "slow" });
    expect(await next()).toEqual({ op: "watching", id: "slow" });
    // Wait until the backlog is stable.
    let before: Body = {};
    let report = await next();
    while (report.skipped === 0 || report.produced !== before.produced) {
      expect(report).toMatchObject({ id: "slow", connected: true });
      before = report;
      report = await next();
    }
    const { bufferedAmount, unsent, produced } = report as Record<string, number>;
    expect(bufferedAmount).toBeGreaterThan(1024 * 1024);
    expect(bufferedAmount).toBeLessThan(1024 * 1024 + 2 * 16_500);
    expect(unsent).toBeGreaterThanOrEqual(64);
    expect(produced).toBeGreaterThan(Number(unsent));
    slow.send({ op: "unsubscribe" });
    slow.ws.resume();
    while (report.unsent !== 0) report = await next();
    expect(report.bufferedAmount).toBe(0);
  });

  test("reports that a connection does not exist, before it opens and after it has closed", async () => {
    const { send, next } = await open("/status");
    send({ op: "watch", id: "late" });
    expect(await next()).toEqual({ op: "watching", id: "late" });
    expect(await next()).toEqual({ id: "late", connected: false });
    const { ws } = await open("/prices?id=late");
    let report = await next();
    while (!report.connected) report = await next();
    expect(report).toEqual({
      id: "late",
      connected: true,
      bufferedAmount: 0,
      unsent: 0,
      produced: 0,
      skipped: 0,
    });
    ws.close();
    while (report.connected) report = await next();
    expect(report).toEqual({ id: "late", connected: false });
  });

  test("reports the newer of two connections with the same id, even if the older ends first", () => {
    const { track, serveStatus } = createStatus();
    const [older, newer, watcher] = [new StubSocket(), new StubSocket(), new StubSocket()];
    const backlog = { bufferedAmount: 0, unsent: 0, skipped: 0 };
    track("id", older.asWebSocket(), () => ({ ...backlog, produced: 1 }));
    track("id", newer.asWebSocket(), () => ({ ...backlog, produced: 2 }));
    older.emit("close");
    serveStatus(watcher.asWebSocket());
    watcher.request({ op: "watch", id: "id" });
    watcher.emit("close");
    expect(watcher.sent.at(-1)).toMatchObject({ connected: true, produced: 2 });
  });

  test("does not report a connection without an id", async () => {
    await open("/prices");
    const { send, next } = await open("/status");
    send({ op: "watch", id: "null" });
    expect(await next()).toEqual({ op: "watching", id: "null" });
    expect(await next()).toEqual({ id: "null", connected: false });
  });

  test.each<[string, unknown, RegExp]>([
    ["a missing id", { op: "watch" }, /^id/],
    ["an empty id", { op: "watch", id: "" }, /^id/],
    ["an id that is not a string", { op: "watch", id: 1 }, /^id/],
    ["an id of 65 characters", { op: "watch", id: "x".repeat(65) }, /^id/],
    ["an unknown op", { op: "list" }, /unknown op; known: watch/],
  ])("answers %s with an error and keeps the connection open", async (_what, request, message) => {
    const { send, next } = await open("/status");
    send(request);
    expect(await next()).toEqual({
      op: "error",
      message: expect.stringMatching(message) as unknown,
    });
    send({ op: "watch", id: "x".repeat(64) });
    expect(await next()).toMatchObject({ op: "watching" });
  });

  describe("with a fake clock", () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
    afterEach(() => void vi.useRealTimers());

    function watching(): StubSocket {
      const socket = new StubSocket();
      createStatus().serveStatus(socket.asWebSocket());
      socket.request({ op: "watch", id: "first" });
      return socket;
    }

    test("reports the connection requested last, immediately and then four times per second", () => {
      const socket = watching();
      socket.request({ op: "watch", id: "second" });
      vi.advanceTimersByTime(1000);
      expect(socket.sent.map(({ op, id }) => [op, id])).toEqual([
        ["watching", "first"],
        [undefined, "first"],
        ["watching", "second"],
        ...Array.from({ length: 5 }, () => [undefined, "second"]),
      ]);
    });

    test("skips reports while the watcher is behind, and stops when it disconnects", () => {
      const socket = watching();
      socket.bufferedAmount = 1024 * 1024 + 1;
      vi.advanceTimersByTime(1000);
      expect(socket.sent).toHaveLength(2);
      socket.emit("close");
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
