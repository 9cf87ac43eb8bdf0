import { describe, expect, test } from "vitest";
import type { CloseInfo } from "../../../src/protocol/close.js";
import { WsError } from "../../../src/errors/ws-error.js";
import { select } from "../../../src/channel/select.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";
import { failure, failureCode, microtasks, stateOf } from "../../helpers/unit-failure.js";
import { openClient } from "../../helpers/unit-transport.js";
import type { Opened } from "../../helpers/unit-transport.js";
import { LABEL, settledCloseInfo, textResult, trackUnhandledRejections } from "./support.js";

useClock();
const unhandled = trackUnhandledRejections();

describe("the end of a connection", () => {
  interface Ending {
    readonly name: string;
    readonly end: (opened: Opened) => void | Promise<void>;
    readonly info: Partial<Omit<CloseInfo, "error">>;
    /** Code, kind and retryable of its error; the same that `CLOSED` inherits. */
    readonly error?: readonly [string, string, boolean];
    readonly message?: string;
  }
  const cause = new Error("ECONNRESET");
  const endings: Ending[] = [
    {
      name: "the peer's normal close",
      end: ({ transport }) => transport.end({ code: 1000, reason: "bye" }),
      info: { code: 1000, reason: "bye", clean: true, by: "peer" },
    },
    {
      name: "the peer's going away",
      end: ({ transport }) => transport.end({ code: 1001, reason: "" }),
      info: { code: 1001, reason: "", clean: true, by: "peer" },
    },
    {
      name: "a close frame without a code",
      end: ({ transport }) => transport.end({ code: 1005, reason: "" }),
      info: { code: 1005, reason: "", clean: true, by: "peer" },
    },
    {
      name: "the peer's failure",
      end: ({ transport }) => transport.end({ code: 1011, reason: "oops" }),
      info: { code: 1011, reason: "oops", clean: true, by: "peer" },
      error: ["CLOSED_BY_PEER", "INTERNAL", true],
    },
    {
      name: "the peer's refusal",
      end: ({ transport }) => transport.end({ code: 1008, reason: "" }),
      info: { code: 1008, reason: "", clean: true, by: "peer" },
      error: ["CLOSED_BY_PEER", "PERMISSION_DENIED", false],
    },
    {
      name: "a loss without a close frame",
      end: ({ transport }) => transport.end({ code: 1006, reason: "", cause }),
      info: { code: 1006, reason: "", clean: false, by: "none" },
      error: ["CONNECTION_LOST", "UNAVAILABLE", true],
      message: `connection ${LABEL}: ended without a close frame`,
    },
    {
      name: "a broken rule, answered by the peer",
      end: ({ handler, transport }) => {
        handler.onError(new WsError("PROTOCOL_ERROR", "x"), 1002);
        transport.end({ code: 1002, reason: "" });
      },
      info: { code: 1002, reason: "", clean: false, by: "local", sentCode: 1002 },
      error: ["PROTOCOL_ERROR", "INTERNAL", false],
    },
    {
      name: "a message over the limit, not answered",
      end: ({ handler, transport }) => {
        handler.onError(new WsError("MESSAGE_TOO_BIG", "x"), 1009);
        transport.end({ code: 1006, reason: "" });
      },
      info: { code: 1009, reason: "", clean: false, by: "local", sentCode: 1009 },
      error: ["MESSAGE_TOO_BIG", "INVALID", false],
    },
    {
      name: "terminate",
      end: ({ client }) => client.terminate(),
      info: { code: 1006, reason: "", clean: false, by: "local" },
    },
    {
      name: "a local close",
      end: async ({ client, transport }) => {
        void client.close(4001, "done");
        await microtasks();
        transport.end({ code: 4001, reason: "done" });
      },
      info: { code: 4001, reason: "done", clean: true, by: "local", sentCode: 4001 },
    },
    {
      name: "a local close that crosses the peer's",
      end: async ({ client, transport }) => {
        void client.close();
        await microtasks();
        transport.end({ code: 1011, reason: "oops" });
      },
      info: { code: 1000, reason: "", clean: true, by: "local", sentCode: 1000 },
    },
    {
      name: "a local close without an answer",
      end: async ({ client, transport }) => {
        void client.close();
        await microtasks();
        transport.end({ code: 1006, reason: "", cause });
      },
      info: { code: 1000, reason: "", clean: false, by: "local", sentCode: 1000 },
    },
    {
      name: "a local close before all could leave",
      end: async ({ client, transport }) => {
        transport.holds = true;
        void client.send("x");
        void client.close();
        await microtasks();
        transport.end({ code: 1006, reason: "", cause });
      },
      info: { code: 1000, reason: "", clean: false, by: "local" },
      error: ["WRITE_TIMEOUT", "TIMEOUT", true],
      message: `close ${LABEL}: not everything that was sent could leave`,
    },
    {
      name: "the peer's normal close before all could leave",
      end: ({ client, transport }) => {
        transport.holds = true;
        void client.send("x");
        transport.end({ code: 1000, reason: "" });
      },
      info: { code: 1000, reason: "", clean: false, by: "peer" },
    },
    {
      name: "a local close that became the answer to the peer's",
      end: ({ client, transport }) => {
        void client.close(4001, "done");
        transport.end({ code: 1001, reason: "", sentCode: 1001 });
      },
      info: { code: 4001, reason: "done", clean: true, by: "local", sentCode: 1001 },
    },
    {
      name: "a local close that became the answer to a close without a code",
      end: ({ client, transport }) => {
        void client.close(4001, "done");
        transport.end({ code: 1005, reason: "", sentCode: undefined });
      },
      info: { code: 4001, reason: "done", clean: true, by: "local" },
    },
  ];

  describe.each(endings)("by $name", ({ end, info, error, message = "" }) => {
    test("is told truthfully, once, and for good", async () => {
      const opened = openClient();
      await end(opened);
      const { client, handler } = opened;
      expect(client.state).toBe("closed");
      const told = await client.closed;
      expect({ ...told, error: undefined }).toStrictEqual({ ...info, error: undefined });
      expect(told.error && [told.error.code, told.error.kind, told.error.retryable]).toEqual(error);
      expect(told.error?.message ?? "").toContain(message);
      expect(Object.isFrozen(told)).toBe(true);
      // Whatever still comes changes nothing.
      handler.onEnd({ code: 1011, reason: "again" });
      handler.onEnd({ code: 1006, reason: "", cause: new Error("late") });
      handler.onError(new WsError("PROTOCOL_ERROR", "late"), 1002);
      handler.onClosing();
      handler.onMessage({ type: "text", data: "late" }, 4);
      handler.onProgress();
      client.terminate();
      expect(client.state).toBe("closed");
      expect(await client.closed).toBe(told);
      expect(await client.close()).toBe(told);
      expect(await client.close(9999)).toBe(told);
      expect(await client.receive()).toEqual({ ok: false, value: undefined });
      expect(client.stats.messagesReceived).toBe(0);
    });

    test("rejects what waits and what comes later with CLOSED, as retryable as its cause", async () => {
      const opened = openClient({ sendHighWaterMark: 1 });
      const { client, transport } = opened;
      transport.holds = true;
      const waits = [client.send("abc"), client.flush(), client.ping()].map(failure);
      transport.holds = false;
      await end(opened);
      const later = [client.send("x"), client.flush(), client.ping()].map(failure);
      const { error: why } = await client.closed;
      const names = ["send", "flush", "ping"];
      for (const [index, found] of (await Promise.all([...waits, ...later])).entries()) {
        expect(found).toMatchObject({
          code: "CLOSED",
          kind: "UNAVAILABLE",
          retryable: why?.retryable ?? false,
        });
        expect(found.cause).toBe(why);
        expect(found.message).toBe(`${names[index % 3] ?? ""} ${LABEL}: the connection is closed`);
      }
    });

    test("leaves what had arrived readable, then ends or throws as the code says", async () => {
      const opened = openClient();
      opened.text("a");
      opened.text("b");
      await end(opened);
      opened.text("late");
      const seen: string[] = [];
      const loop = (async () => {
        for await (const message of opened.client) seen.push(message.data as string);
      })();
      const { error: why } = await opened.client.closed;
      // A local close that had to drop something is still what the caller asked for.
      const closedHere = why?.code === "WRITE_TIMEOUT";
      if (why !== undefined && !closedHere) expect(await failure(loop)).toBe(why);
      else await loop;
      expect(seen).toEqual(["a", "b"]);
      expect(opened.client.stats.bytesBuffered).toBe(0);
    });

    test("wakes receivers, selects and iterators that wait", async () => {
      const opened = openClient();
      const { client } = opened;
      const receive = client.receive();
      const selected = select([client.channel().caseReceive()]);
      const next = client[Symbol.asyncIterator]().next();
      next.catch(() => {});
      await end(opened);
      expect(await receive).toEqual({ ok: false, value: undefined });
      expect(await selected).toMatchObject({ index: 0, ok: false });
      expect(await stateOf(next)).not.toBe("pending");
    });

    test("makes no unhandled rejection of what nobody awaits", async () => {
      const opened = openClient({ sendHighWaterMark: 1 });
      opened.transport.holds = true;
      void opened.client.send("abc");
      void opened.client.flush();
      opened.transport.holds = false;
      await end(opened);
      void opened.client.send("x");
      void opened.client.flush();
      await turns();
      expect(unhandled).toEqual([]);
      expect(opened.client.state).toBe("closed");
    });
  });

  test("keeps the platform's own error as the cause", async () => {
    const lost = openClient();
    lost.handler.onEnd({ code: 1006, reason: "", cause });
    expect((await lost.client.closed).error?.cause).toBe(cause);
    const plain = openClient();
    plain.handler.onEnd({ code: 1006, reason: "" });
    expect((await plain.client.closed).error).not.toHaveProperty("cause");
    const dropped = openClient();
    dropped.transport.holds = true;
    void dropped.client.send("x");
    void dropped.client.close();
    dropped.handler.onEnd({ code: 1006, reason: "", cause });
    expect((await dropped.client.closed).error?.cause).toBe(cause);
  });

  test("after a broken rule comes at once, and tells of the first", async () => {
    const { client, handler, transport } = openClient();
    const first = new WsError("PROTOCOL_ERROR", "first");
    handler.onError(first, 1002);
    expect(client.state).toBe("closed");
    expect(transport.calls).toEqual(["terminate 1002"]);
    handler.onError(new WsError("MESSAGE_TOO_BIG", "second"), 1009);
    handler.onEnd({ code: 1006, reason: "" });
    expect(await client.closed).toMatchObject({ error: first, code: 1002, sentCode: 1002 });
    expect(transport.calls).toEqual(["terminate 1002"]);
  });

  test("after a broken rule within our own close is that close's", async () => {
    const { client, handler, transport } = openClient({ closeTimeout: 1000 });
    void client.close(4000);
    await microtasks();
    handler.onError(new WsError("PROTOCOL_ERROR", "x"), 1002);
    expect(client.state).toBe("closing");
    await advance(1100);
    expect(transport.calls).toEqual(["close 4000", "destroy"]);
    expect(await settledCloseInfo(client)).toEqual({
      code: 4000,
      sentCode: 4000,
      reason: "",
      clean: false,
      by: "local",
    });
  });

  test("after the peer began to close comes within closeTimeout, whatever the transport forgets", async () => {
    const { client, handler } = openClient({ closeTimeout: 1000 });
    handler.onClosing();
    expect(client.state).toBe("closing");
    await advance(1100);
    expect(await settledCloseInfo(client)).toMatchObject({ clean: false });
  });

  test("comes after close() too when the peer had begun, and the transport forgets", async () => {
    const { client, handler } = openClient({ closeTimeout: 1000 });
    handler.onClosing();
    void client.close();
    await advance(1100);
    expect(await settledCloseInfo(client)).toMatchObject({ clean: false });
  });

  test("while the peer is closing: nothing more is sent, what arrives is still received", async () => {
    const { client, handler, transport, text: arrive } = openClient();
    handler.onClosing();
    expect(client.state).toBe("closing");
    expect(await failure(client.send("x"))).toMatchObject({
      code: "CLOSED",
      message: `send ${LABEL}: the connection is closing`,
    });
    expect(await failureCode(client.ping())).toBe("CLOSED");
    expect(transport.sent).toEqual([]);
    arrive("a");
    handler.onEnd({ code: 1000, reason: "" });
    expect(await client.receive()).toEqual(textResult("a"));
  });

  test("is not put off by a pause while the peer is closing", () => {
    const { client, handler, transport, text: arrive } = openClient({ channelCapacity: 1 });
    handler.onClosing();
    arrive("a");
    expect(transport.calls).toEqual([]);
    client.terminate();
  });

  test("is as far away for a peer that says twice that it is closing", async () => {
    const { client, handler } = openClient({ closeTimeout: 1000 });
    handler.onClosing();
    await advance(900);
    handler.onClosing();
    await advance(200);
    expect(client.state).toBe("closed");
    handler.onClosing();
    expect(client.state).toBe("closed");
  });

  test("hands the consumer that asks the peer's own error at once", async () => {
    const { client, handler } = openClient();
    const loop = (async () => {
      for await (const message of client) expect(message).toBeUndefined();
    })();
    const error = new WsError("PROTOCOL_ERROR", "x");
    handler.onError(error, 1002);
    expect(await failure(loop)).toBe(error);
    handler.onEnd({ code: 1006, reason: "" });
  });
});
