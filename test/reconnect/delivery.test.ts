import { describe, expect, test } from "vitest";
import { Events } from "../../src/connection/events.js";
import { WsError } from "../../src/errors/ws-error.js";
import { Delivery } from "../../src/reconnect/delivery.js";
import { DEFAULTS } from "../../src/reconnect/options.js";
import type { LostMessage } from "../../src/reconnect/outbox.js";
import { DONE } from "../../src/time/wait.js";
import { failureCode, microtasks, stateOf } from "../helpers/failure.js";

/** A connection that accepts every message while it is open, and flushes when the test says so. */
function fakeConnection() {
  const accepted: (string | Uint8Array)[] = [];
  let settle: { resolve: () => void; reject: (error: WsError) => void }[] = [];
  const connection = {
    isOpen: true,
    accepted,
    offer(payload: string | Uint8Array) {
      if (!connection.isOpen) return undefined;
      accepted.push(payload);
      return DONE;
    },
    flush: () =>
      new Promise<void>((resolve, reject) => {
        settle.push({ resolve, reject });
      }),
    async settleFlush(error?: WsError) {
      const flushes = settle;
      settle = [];
      for (const { resolve, reject } of flushes) {
        if (error) reject(error);
        else resolve();
      }
      await microtasks();
    },
  };
  return connection;
}

function open() {
  const lost: LostMessage[] = [];
  const onLost = (messages: readonly LostMessage[]) => void lost.push(...messages);
  const events = new Events(() => []);
  return { delivery: new Delivery({ queue: DEFAULTS.queue, onLost, events }), lost };
}

describe("delivery", () => {
  test("queues messages without a connection, and sends them in order when one is attached", async () => {
    const { delivery } = open();
    const sends = ["1", "2"].map((text) => delivery.send(text, {}));
    expect(await Promise.all(sends.map(stateOf))).toEqual(["pending", "pending"]);
    const connection = fakeConnection();
    delivery.attach(connection);
    await delivery.drained;
    await Promise.all(sends);
    await delivery.send("3", {});
    expect(connection.accepted).toEqual(["1", "2", "3"]);
  });

  test("queues a message after those that the connection has not accepted yet", async () => {
    const { delivery } = open();
    void delivery.send("1", {});
    void delivery.send("2", {});
    const connection = fakeConnection();
    delivery.attach(connection);
    void delivery.send("3", {});
    expect(connection.accepted).toEqual(["1"]);
    await delivery.drained;
    expect(connection.accepted).toEqual(["1", "2", "3"]);
  });

  test("queues messages with retry again, and reports a copy of the others as lost", async () => {
    const { delivery, lost } = open();
    delivery.attach(fakeConnection());
    const bytes = Uint8Array.of(1);
    await delivery.send(bytes, { key: "k" });
    bytes[0] = 2;
    await delivery.send("again", { retry: true });
    delivery.detach(false, true);
    await microtasks();
    expect(lost).toEqual([{ data: Uint8Array.of(1), type: 2, key: "k", reason: "unflushed" }]);
    const next = fakeConnection();
    delivery.attach(next);
    await delivery.drained;
    expect(next.accepted).toEqual(["again"]);
  });

  test.each([
    ["a clean end", true, true, []],
    ["an end without another attempt", false, false, ["unflushed"]],
  ])("queues nothing again after %s", async (_what, isClean, mayRetry, reasons) => {
    const { delivery, lost } = open();
    delivery.attach(fakeConnection());
    await delivery.send("x", { retry: true });
    delivery.detach(isClean, mayRetry);
    await microtasks();
    expect(lost.map(({ reason }) => reason)).toEqual(reasons);
    expect(delivery.queue.length).toBe(0);
  });

  test("forgets only messages that were flushed", async () => {
    const { delivery, lost } = open();
    const connection = fakeConnection();
    delivery.attach(connection);
    await delivery.send("flushed", {});
    await connection.settleFlush();
    await delivery.send("unflushed", {});
    delivery.detach(false, true);
    await microtasks();
    expect(lost.map(({ data }) => data)).toEqual(["unflushed"]);
  });

  test("forgets all accepted messages if flush() is not supported", async () => {
    const { delivery, lost } = open();
    const connection = fakeConnection();
    delivery.attach(connection);
    await delivery.send("x", { retry: true });
    await connection.settleFlush(new WsError("UNSUPPORTED", "flush: not supported"));
    delivery.detach(false, true);
    await microtasks();
    expect(lost).toEqual([]);
    expect(delivery.queue.length).toBe(0);
  });

  test("queues messages while the attached connection is not open", async () => {
    const { delivery } = open();
    const connection = fakeConnection();
    delivery.attach(connection);
    connection.isOpen = false;
    const send = delivery.send("x", {});
    expect(delivery.queue.length).toBe(1);
    delivery.queue.clear();
    expect(await failureCode(send)).toBe("ABORTED");
  });
});
