import { describe, expect, test } from "vitest";
import type { CloseInfo } from "../../../src/protocol/close.js";
import { WsError } from "../../../src/errors/ws-error.js";
import { select } from "../../../src/channel/select.js";
import { failure, failureCode, microtasks, stateOf } from "../../helpers/failure.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";
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
    /** The error's code, kind and retryable. A `CLOSED` error has the same retryable. */
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
      name: "the peer's close with 1001",
      end: ({ transport }) => transport.end({ code: 1001, reason: "" }),
      info: { code: 1001, reason: "", clean: true, by: "peer" },
    },
    {
      name: "a close frame without a code",
      end: ({ transport }) => transport.end({ code: 1005, reason: "" }),
      info: { code: 1005, reason: "", clean: true, by: "peer" },
    },
    {
      name: "the peer's close with 1011",
      end: ({ transport }) => transport.end({ code: 1011, reason: "oops" }),
      info: { code: 1011, reason: "oops", clean: true, by: "peer" },
      error: ["CLOSED_BY_PEER", "INTERNAL", true],
    },
    {
      name: "the peer's close with 1008",
      end: ({ transport }) => transport.end({ code: 1008, reason: "" }),
      info: { code: 1008, reason: "", clean: true, by: "peer" },
      error: ["CLOSED_BY_PEER", "PERMISSION_DENIED", false],
    },
    {
      name: "the loss of the connection without a close frame",
      end: ({ transport }) => transport.end({ code: 1006, reason: "", cause }),
      info: { code: 1006, reason: "", clean: false, by: "none" },
      error: ["CONNECTION_LOST", "UNAVAILABLE", true],
      message: `connection ${LABEL}: ended without a close frame`,
    },
    {
      name: "a protocol error whose close frame the peer answers",
      end: ({ handler, transport }) => {
        handler.onError(new WsError("PROTOCOL_ERROR", "x"), 1002);
        transport.end({ code: 1002, reason: "" });
      },
      info: { code: 1002, reason: "", clean: false, by: "local", sentCode: 1002 },
      error: ["PROTOCOL_ERROR", "INTERNAL", false],
    },
    {
      name: "a message over readLimit whose close frame the peer does not answer",
      end: ({ handler, transport }) => {
        handler.onError(new WsError("MESSAGE_TOO_BIG", "x"), 1009);
        transport.end({ code: 1006, reason: "" });
      },
      info: { code: 1009, reason: "", clean: false, by: "local", sentCode: 1009 },
      error: ["MESSAGE_TOO_BIG", "INVALID", false],
    },
    {
      name: "terminate()",
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
      name: "a local close that the peer does not answer",
      end: async ({ client, transport }) => {
        void client.close();
        await microtasks();
        transport.end({ code: 1006, reason: "", cause });
      },
      info: { code: 1000, reason: "", clean: false, by: "local", sentCode: 1000 },
    },
    {
      name: "a local close before all messages were flushed",
      end: async ({ client, transport }) => {
        transport.holds = true;
        void client.send("x");
        void client.close();
        await microtasks();
        transport.end({ code: 1006, reason: "", cause });
      },
      info: { code: 1000, reason: "", clean: false, by: "local" },
      error: ["WRITE_TIMEOUT", "TIMEOUT", true],
      message: `close ${LABEL}: ended before all sent bytes had left`,
    },
    {
      name: "the peer's normal close before all messages were flushed",
      end: ({ client, transport }) => {
        transport.holds = true;
        void client.send("x");
        transport.end({ code: 1000, reason: "" });
      },
      info: { code: 1000, reason: "", clean: false, by: "peer" },
    },
    {
      name: "a local close that is sent as the answer to the peer's close frame",
      end: ({ client, transport }) => {
        void client.close(4001, "done");
        transport.end({ code: 1001, reason: "", sentCode: 1001 });
      },
      info: { code: 4001, reason: "done", clean: true, by: "local", sentCode: 1001 },
    },
    {
      name: "a local close that is sent as the answer to a close frame without a code",
      end: ({ client, transport }) => {
        void client.close(4001, "done");
        transport.end({ code: 1005, reason: "", sentCode: undefined });
      },
      info: { code: 4001, reason: "done", clean: true, by: "local" },
    },
  ];

  describe.each(endings)("by $name", ({ end, info, error, message = "" }) => {
    test("settles closed once, with the right code, reason and side", async () => {
      const opened = openClient();
      await end(opened);
      const { client, handler } = opened;
      expect(client.state).toBe("closed");
      const settled = await client.closed;
      expect({ ...settled, error: undefined }).toStrictEqual({ ...info, error: undefined });
      expect(
        settled.error && [settled.error.code, settled.error.kind, settled.error.retryable],
      ).toEqual(error);
      expect(settled.error?.message ?? "").toContain(message);
      expect(Object.isFrozen(settled)).toBe(true);
      // Events after the end must not change the result.
      handler.onEnd({ code: 1011, reason: "again" });
      handler.onEnd({ code: 1006, reason: "", cause: new Error("late") });
      handler.onError(new WsError("PROTOCOL_ERROR", "late"), 1002);
      handler.onClosing();
      handler.onMessage({ type: "text", data: "late" }, 4);
      handler.onProgress();
      client.terminate();
      expect(client.state).toBe("closed");
      expect(await client.closed).toBe(settled);
      expect(await client.close()).toBe(settled);
      expect(await client.close(9999)).toBe(settled);
      expect(await client.receive()).toEqual({ ok: false, value: undefined });
      expect(client.stats.messagesReceived).toBe(0);
    });

    test("rejects pending and later calls with CLOSED, as retryable as its cause", async () => {
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

    test("leaves received messages readable, then ends or fails an iteration depending on the code", async () => {
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
      // The caller asked for the local close, so the iteration ends normally even if messages were dropped.
      const closedHere = why?.code === "WRITE_TIMEOUT";
      if (why !== undefined && !closedHere) expect(await failure(loop)).toBe(why);
      else await loop;
      expect(seen).toEqual(["a", "b"]);
      expect(opened.client.stats.bytesBuffered).toBe(0);
    });

    test("settles pending receives, selects and iterators", async () => {
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

    test("causes no unhandled rejection if no promise is awaited", async () => {
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

  test("reports the platform's error as the cause", async () => {
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

  test("after a protocol error comes at once and reports the first error", async () => {
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

  test("after a protocol error during a local close reports the local close", async () => {
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

  test("after the peer's close frame comes within closeTimeout, even if the transport reports no end", async () => {
    const { client, handler } = openClient({ closeTimeout: 1000 });
    handler.onClosing();
    expect(client.state).toBe("closing");
    await advance(1100);
    expect(await settledCloseInfo(client)).toMatchObject({ clean: false });
  });

  test("after the peer's close frame and close() comes within closeTimeout, even if the transport reports no end", async () => {
    const { client, handler } = openClient({ closeTimeout: 1000 });
    handler.onClosing();
    void client.close();
    await advance(1100);
    expect(await settledCloseInfo(client)).toMatchObject({ clean: false });
  });

  test("does not prevent receiving, only sending, while the peer is closing", async () => {
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

  test("is not delayed by pausing the socket while the peer is closing", () => {
    const { client, handler, transport, text: arrive } = openClient({ channelCapacity: 1 });
    handler.onClosing();
    arrive("a");
    expect(transport.calls).toEqual([]);
    client.terminate();
  });

  test("is not postponed by a second notice that the peer is closing", async () => {
    const { client, handler } = openClient({ closeTimeout: 1000 });
    handler.onClosing();
    await advance(900);
    handler.onClosing();
    await advance(200);
    expect(client.state).toBe("closed");
    handler.onClosing();
    expect(client.state).toBe("closed");
  });

  test("by a protocol error fails a pending iteration at once", async () => {
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
