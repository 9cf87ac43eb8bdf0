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
    internals: {
      offer(payload: string | Uint8Array) {
        if (!connection.isOpen) return undefined;
        accepted.push(payload);
        return DONE;
      },
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

function open(limits: Partial<typeof DEFAULTS.queue> = {}) {
  const lost: LostMessage[] = [];
  const onLost = (messages: readonly LostMessage[]) => void lost.push(...messages);
  const events = new Events();
  const queue = { ...DEFAULTS.queue, ...limits };
  return { delivery: new Delivery({ queue, onLost, events }), lost };
}

describe("delivery", () => {
  test("queues messages without a connection, and sends them in order when one is attached", async () => {
    const { delivery } = open();
    const sends = ["1", "2"].map((text) => delivery.send(text, {}));
    expect(await Promise.all(sends.map(stateOf))).toEqual(["pending", "pending"]);
    const connection = fakeConnection();
    delivery.attach(connection);
    await delivery.drained();
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
    await delivery.drained();
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
    await delivery.drained();
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

describe("a hold", () => {
  test("queues messages beyond the limits, and the next connection gets them in order", async () => {
    const { delivery, lost } = open({ maxMessages: 1 });
    const [old, successor] = [fakeConnection(), fakeConnection()];
    delivery.attach(old);
    await delivery.send("1", {});
    delivery.hold();
    const sends = ["2", "3", "4"].map((payload) => delivery.send(payload, {}));
    const drained = delivery.drained();
    expect(await stateOf(Promise.all(sends))).toBe("pending");
    delivery.settle(true, true);
    delivery.attach(successor);
    // The limits do not apply while the messages of the hold are being sent.
    sends.push(delivery.send("5", {}), delivery.send("6", {}));
    await Promise.all([...sends, drained]);
    expect(old.accepted).toEqual(["1"]);
    expect(successor.accepted).toEqual(["2", "3", "4", "5", "6"]);
    expect(lost).toEqual([]);
    // They apply again afterwards.
    delivery.detach(true, true);
    void delivery.send("7", {});
    expect(await failureCode(delivery.send("8", {}))).toBe("QUEUE_FULL");
  });

  test("stops a connection that is still sending what was queued, and drained() waits for the next one", async () => {
    const { delivery } = open();
    const [old, successor] = [fakeConnection(), fakeConnection()];
    for (const payload of ["1", "2", "3"]) void delivery.send(payload, {});
    let accept = (): void => {};
    old.internals.offer = (payload) => {
      old.accepted.push(payload);
      return new Promise((resolve) => (accept = resolve));
    };
    delivery.attach(old);
    const drained = delivery.drained();
    delivery.hold();
    accept();
    await microtasks();
    expect(old.accepted).toEqual(["1"]);
    expect(await stateOf(drained)).toBe("pending");
    delivery.settle(true, true);
    delivery.attach(successor);
    await drained;
    expect(successor.accepted).toEqual(["2", "3"]);
  });

  test("can end with the connection that was there before", async () => {
    const { delivery } = open();
    const old = fakeConnection();
    delivery.attach(old);
    delivery.hold();
    const sent = delivery.send("1", {});
    delivery.attach(old);
    await sent;
    expect(old.accepted).toEqual(["1"]);
  });

  test("ends without a connection: the limits apply, and drained resolves", async () => {
    const { delivery } = open({ maxMessages: 1 });
    delivery.attach(fakeConnection());
    delivery.hold();
    const drained = delivery.drained();
    void delivery.send("1", {});
    delivery.detach(false, true);
    await drained;
    expect(await failureCode(delivery.send("2", {}))).toBe("QUEUE_FULL");
    expect(delivery.queue.length).toBe(1);
  });

  test("loses what the old connection may not have flushed, unless it can be sent again", async () => {
    const { delivery, lost } = open();
    const [old, successor] = [fakeConnection(), fakeConnection()];
    delivery.attach(old);
    void delivery.send("1", {});
    void delivery.send("2", { retry: true });
    delivery.hold();
    void delivery.send("3", {});
    delivery.settle(false, true);
    delivery.attach(successor);
    await delivery.drained();
    expect(successor.accepted).toEqual(["2", "3"]);
    expect(lost).toMatchObject([{ data: "1", reason: "unflushed" }]);
  });

  test("releases its messages over a connection that is about to close", async () => {
    const { delivery } = open();
    const [closed, old] = [fakeConnection(), fakeConnection()];
    closed.isOpen = false;
    delivery.attach(old);
    delivery.hold();
    const sends = [delivery.send("1", {}), delivery.send("2", {})];
    delivery.release(closed);
    expect(delivery.queue.length).toBe(2);
    delivery.release(old);
    await Promise.all(sends);
    expect(old.accepted).toEqual(["1", "2"]);
  });

  test("is over: release() sends nothing", () => {
    const { delivery } = open();
    const old = fakeConnection();
    void delivery.send("1", {});
    delivery.release(old);
    expect(old.accepted).toEqual([]);
  });
});
