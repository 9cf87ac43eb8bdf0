import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Client } from "../../src/connection/client.js";
import type { SendOptions } from "../../src/connection/client-like.js";
import type { CloseInfo } from "../../src/protocol/close.js";
import type { AnyCodec, Codec } from "../../src/protocol/codec.js";
import { BINARY, TEXT } from "../../src/protocol/constants.js";
import type { WaitOptions } from "../../src/time/wait.js";
import { WsError } from "../../src/errors/ws-error.js";
import { Inbox } from "../../src/connection/inbox.js";
import type { Data, Message } from "../../src/protocol/message.js";
import type { ConnectOptions } from "../../src/options/connect-options.js";
import { select } from "../../src/channel/select.js";
import { advance, turns, useClock } from "../helpers/unit-clock.js";
import { failure, failureCode, microtasks, stateOf } from "../helpers/unit-failure.js";
import { CountingController } from "../helpers/unit-signal.js";
import { BROWSER, FakeTransport, openClient } from "../helpers/unit-transport.js";
import type { Opened } from "../helpers/unit-transport.js";

const LABEL = "ws://host.test/path?...";

useClock();

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => {
  process.on("unhandledRejection", onUnhandled);
});

afterAll(async () => {
  await turns();
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

beforeEach(() => {
  unhandled.length = 0;
});

/** What `closed` has settled with, if it has. */
async function closedNow(client: Client): Promise<CloseInfo | undefined> {
  let info: CloseInfo | undefined;
  void client.closed.then((found) => (info = found));
  await microtasks();
  return info;
}

function text(data: string): object {
  return { ok: true, value: { type: "text", data } };
}

const encoder = new TextEncoder();

function utf8(value: string): Uint8Array {
  return encoder.encode(value);
}

describe("a client that is open", () => {
  test("shows what it is", () => {
    const transport = new FakeTransport();
    transport.protocol = "chat";
    transport.extensions = "x";
    transport.handshake = { status: 101, headers: {} };
    transport.bufferedAmount = 7;
    const { client } = openClient({}, transport);
    expect(client).toMatchObject({
      id: expect.stringMatching(/^wschan-\d+$/) as string,
      url: "ws://host.test/path?token=1",
      protocol: "chat",
      extensions: "x",
      handshake: { status: 101, headers: {} },
      bufferedAmount: 7,
      state: "open",
      canPing: true,
      backpressure: "socket",
      compression: 0,
    });
    expect(client.channel()).toBe(client.channel());
    expect(client.channel().capacity).toBe(32);
    client.terminate();
    expect(client.bufferedAmount).toBe(0);
  });

  test.each<[string, number]>([
    ["", 0],
    ["x-other", 0],
    ["permessage-deflate", 1],
    ["permessage-deflate; client_no_context_takeover", 1],
    ["permessage-deflate; server_no_context_takeover", 1],
    ["Permessage-Deflate; server_no_context_takeover; client_no_context_takeover", 2],
  ])("tells from the extensions %j that compression is %i", (extensions, mode) => {
    const transport = new FakeTransport();
    transport.extensions = extensions;
    expect(openClient({}, transport).client.compression).toBe(mode);
  });

  test("counts what it sends and receives, in payload bytes", async () => {
    const { client, handler } = openClient();
    void client.send("h\u00e9");
    void client.send(new Uint8Array(5));
    handler.onMessage({ type: "text", data: "\u20ac" }, 3);
    handler.onMessage({ type: "binary", data: new Uint8Array(10) }, 10);
    expect(client.stats).toEqual({
      messagesReceived: 2,
      messagesSent: 2,
      bytesReceived: 13,
      bytesSent: 8,
      bytesBuffered: 64 + 2 + 64 + 10,
      timesPaused: 0,
    });
    await client.receive();
    expect(client.stats.bytesBuffered).toBe(74);
    await client.receive();
    expect(client.stats.bytesBuffered).toBe(0);
    void client.receive();
    handler.onMessage({ type: "text", data: "x" }, 1);
    expect(client.stats).toMatchObject({ messagesReceived: 3, bytesBuffered: 0 });
  });
});

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
      message: `close ${LABEL}: ended before all sent bytes had left`,
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
    expect(await closedNow(client)).toEqual({
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
    expect(await closedNow(client)).toMatchObject({ clean: false });
  });

  test("comes after close() too when the peer had begun, and the transport forgets", async () => {
    const { client, handler } = openClient({ closeTimeout: 1000 });
    handler.onClosing();
    void client.close();
    await advance(1100);
    expect(await closedNow(client)).toMatchObject({ clean: false });
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
    expect(await client.receive()).toEqual(text("a"));
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

describe("a transport that takes no more messages", () => {
  test("rejects sends with CLOSED, and never says that the connection is open", async () => {
    const { client, transport } = openClient();
    transport.refuses = true;
    const error = await failure(client.send("x"));
    expect(error).toMatchObject({ code: "CLOSED", retryable: false });
    expect(error.message).toBe(`send ${LABEL}: the connection is closing`);
    expect(client.state).toBe("closing");
    expect(client.stats).toMatchObject({ messagesSent: 0, bytesSent: 0 });
    client.terminate();
  });
});

describe("close", () => {
  test("closes the channel at once, and discards what comes later", async () => {
    const { client, transport, text: arrive } = openClient();
    arrive("before");
    const closing = client.close(1000, "bye");
    expect(client.state).toBe("closing");
    expect(client.channel().closed).toBe(true);
    await microtasks();
    expect(transport.calls).toEqual(["close 1000 bye"]);
    arrive("after");
    expect(await client.receive()).toEqual(text("before"));
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
    expect(await stateOf(closing)).toBe("pending");
    client.terminate();
    expect(await closing).toMatchObject({ code: 1006, by: "local", clean: false });
  });

  test("that was terminated at once sends nothing any more", async () => {
    const { client, transport } = openClient();
    void client.close();
    client.terminate();
    await microtasks();
    expect(transport.calls).toEqual(["terminate 1006"]);
  });

  test("returns one promise, also to who calls again with another code", async () => {
    const { client, transport } = openClient();
    const closing = client.close(4000);
    expect(client.close(4001, "x")).toBe(closing);
    expect(client.close()).toBe(client.closed);
    await microtasks();
    transport.end({ code: 4000, reason: "" });
    expect(client.close()).toBe(closing);
    expect(await closing).toMatchObject({ code: 4000, sentCode: 4000 });
    expect(transport.calls).toEqual(["close 4000"]);
  });

  test("resumes a paused socket", () => {
    const { client, transport, text: arrive } = openClient({ channelCapacity: 1 });
    arrive("x");
    expect(transport.paused).toBe(true);
    void client.close();
    expect(transport.paused).toBe(false);
    client.terminate();
  });

  test.each<[unknown, unknown]>([
    [999, ""],
    [1004, ""],
    [1005, ""],
    [1006, ""],
    [1015, ""],
    [2999, ""],
    [5000, ""],
    [1000.5, ""],
    [NaN, ""],
    ["1000", ""],
    [null, ""],
    [1000, "x".repeat(124)],
    [1000, 5],
    [1000, null],
    [Object.create(null), ""],
  ])("of %o with %o is INVALID_CLOSE and leaves it open", async (code, reason) => {
    const { client, transport } = openClient();
    expect(await failureCode(client.close(code as number, reason as string))).toBe("INVALID_CLOSE");
    expect(client.state).toBe("open");
    expect(client.channel().closed).toBe(false);
    expect(transport.calls).toEqual([]);
    expect(await stateOf(client.closed)).toBe("pending");
  });

  test.each<[number, number]>([
    [1000, 1000],
    [1001, 4001],
    [1009, 4009],
    [1011, 4011],
    [1014, 4014],
    [3000, 3000],
    [4999, 4999],
  ])(
    "with %i is told as that, and what went out as %i, as a browser does",
    async (code, sentCode) => {
      const { client, transport } = openClient({}, new FakeTransport(), BROWSER);
      transport.movesCodes = true;
      void client.close(code);
      await microtasks();
      expect(transport.calls).toEqual([`close ${code}`]);
      transport.end({ code: sentCode, reason: "" });
      expect(await client.closed).toEqual({ code, sentCode, reason: "", clean: true, by: "local" });
    },
  );

  test("tells the code of a broken rule as meant and as sent by a browser", async () => {
    const { client, handler, transport } = openClient({}, new FakeTransport(), BROWSER);
    transport.movesCodes = true;
    handler.onError(new WsError("MESSAGE_TOO_BIG", "x"), 1009);
    expect(await client.closed).toMatchObject({ code: 1009, sentCode: 4009 });
  });

  test("is clean when the transport ends within it and nothing was dropped", async () => {
    const { client, transport } = openClient();
    transport.onClose = () => transport.end({ code: 1000, reason: "" });
    const info = await client.close();
    expect(info).toEqual({ code: 1000, sentCode: 1000, reason: "", clean: true, by: "local" });
    expect(client.state).toBe("closed");
  });

  test("that the transport ends with a loss within it settles once", async () => {
    const { client, transport, handler } = openClient();
    transport.onClose = () => {
      handler.onEnd({ code: 1006, reason: "" });
      handler.onEnd({ code: 1000, reason: "" });
    };
    expect(await client.close()).toMatchObject({ code: 1000, clean: false, by: "local" });
  });

  test("gives a peer that does not answer closeTimeout, from the flushed close frame", async () => {
    const { client, transport } = openClient({ closeTimeout: 1000 });
    transport.holds = true;
    void client.send("x");
    void client.close();
    await advance(900);
    transport.drain();
    await advance(900);
    expect(client.state).toBe("closing");
    await advance(400);
    expect(transport.calls).toEqual(["close 1000", "destroy"]);
    expect(await client.closed).toEqual({
      code: 1000,
      sentCode: 1000,
      reason: "",
      clean: false,
      by: "local",
    });
  });

  test("waits on while bytes leave, and says so when they stop", async () => {
    const { client, transport } = openClient({ closeTimeout: 1000 });
    transport.holds = true;
    void client.send(new Uint8Array(100));
    void client.close();
    for (let i = 0; i < 10; i++) {
      await advance(800);
      transport.bytesWritten += 5;
      transport.bufferedAmount = 95 - 5 * i;
      expect(client.state).toBe("closing");
    }
    await advance(1600);
    const info = await closedNow(client);
    expect(info).toMatchObject({ clean: false, by: "local", error: { code: "WRITE_TIMEOUT" } });
    expect(info).not.toHaveProperty("sentCode");
    expect(transport.calls).toEqual(["destroy"]);
  });

  test("waits on while the kernel still sends what it has accepted", async () => {
    const { client, transport } = openClient({ closeTimeout: 1000 });
    transport.unsent = 100;
    void client.close();
    for (let i = 1; i <= 10; i++) {
      await advance(800);
      transport.unsent -= 5;
      expect(client.state).toBe("closing");
    }
    await advance(1900);
    expect(await closedNow(client)).toMatchObject({ code: 1000, clean: false, by: "local" });
    expect(transport.calls).toEqual(["close 1000", "destroy"]);
  });

  test("does not wait on for a peer that answers with data alone", async () => {
    const { client, transport, text: arrive } = openClient({ closeTimeout: 1000 });
    void client.close();
    for (let i = 0; i < 6; i++) {
      await advance(250);
      transport.bytesRead += 100;
      arrive("data");
    }
    expect(await closedNow(client)).toMatchObject({ code: 1000, clean: false });
  });

  test("has a default of 5 s", async () => {
    const { client } = openClient();
    void client.close();
    await advance(4900);
    expect(client.state).toBe("closing");
    await advance(200);
    expect(client.state).toBe("closed");
  });

  test("is what disposing of it does", async () => {
    const { client, transport, handler } = openClient();
    transport.onClose = () => queueMicrotask(() => handler.onEnd({ code: 1000, reason: "" }));
    {
      await using used = client;
      expect(used.state).toBe("open");
    }
    expect(client.state).toBe("closed");
    expect(transport.calls).toEqual(["close 1000"]);
  });
});

describe("terminate", () => {
  test("settles closed at once, open or closing", async () => {
    for (const before of [() => {}, (client: Client) => void client.close()]) {
      const { client, transport } = openClient();
      before(client);
      client.terminate();
      expect(client.state).toBe("closed");
      expect(transport.calls.at(-1)).toBe("terminate 1006");
      expect(await client.closed).toEqual({ code: 1006, reason: "", clean: false, by: "local" });
    }
  });
});

describe("receiving", () => {
  test("hands out messages in order, by receive, channel, select and iteration", async () => {
    const { client, text: arrive } = openClient();
    for (const data of ["a", "b", "c", "d"]) arrive(data);
    expect(await client.receive()).toEqual(text("a"));
    expect(client.channel().tryReceive()).toEqual(text("b"));
    expect(await select([client.channel().caseReceive()])).toMatchObject(text("c"));
    for await (const message of client) {
      expect(message).toEqual({ type: "text", data: "d" });
      break;
    }
    expect(client.state).toBe("open");
    expect(await failureCode(client.receive({ timeout: 0 }))).toBe("RECEIVE_TIMEOUT");
  });

  test.each([1, 2, 3, 5, 32])(
    "pauses with channelCapacity %i at that many, resumes half-way",
    (channelCapacity) => {
      const { client, transport, text: arrive } = openClient({ channelCapacity });
      for (let i = 1; i <= channelCapacity + 3; i++) {
        arrive(String(i));
        expect(transport.paused).toBe(i >= channelCapacity);
      }
      expect(client.channel().length).toBe(channelCapacity);
      for (let left = channelCapacity + 2; left >= 0; left--) {
        client.channel().tryReceive();
        expect(transport.paused).toBe(left > channelCapacity / 2);
      }
      expect(transport.calls).toEqual(["pause", "resume"]);
      expect(client.stats.timesPaused).toBe(1);
      client.terminate();
    },
  );

  test.each([
    [1_048_576 - 64, true],
    [1_048_576 - 65, false],
  ])("pauses at 1 MiB unread: one message of %i bytes: %s", (size, paused) => {
    const { client, transport, bytes } = openClient();
    bytes(size);
    expect(transport.paused).toBe(paused);
    client.terminate();
  });

  test("resumes when half of 1 MiB is read, not before", () => {
    const { client, transport, bytes } = openClient({ channelCapacity: 100 });
    const quarter = 262_144 - 64;
    bytes(1);
    for (let i = 0; i < 3; i++) bytes(quarter);
    expect(transport.paused).toBe(false);
    bytes(quarter);
    expect(transport.paused).toBe(true);
    client.channel().tryReceive();
    client.channel().tryReceive();
    expect(transport.paused).toBe(true);
    client.channel().tryReceive();
    // Exactly half is left.
    expect(client.stats.bytesBuffered).toBe(524_288);
    expect(transport.paused).toBe(false);
    client.terminate();
  });

  test("pauses firmly while over half of bufferLimit is unread", () => {
    const { client, transport, bytes } = openClient({
      channelCapacity: 1,
      bufferLimit: 65_536 * 2,
    });
    bytes(65_536 - 64);
    expect(transport.firmly).toBe(false);
    bytes(1);
    expect(transport.firmly).toBe(true);
    client.channel().tryReceive();
    client.channel().tryReceive();
    expect(transport.calls).toEqual(["pause", "pause firmly", "pause", "resume"]);
    expect(client.stats.timesPaused).toBe(1);
    client.terminate();
  });

  test("never pauses where backpressure is buffer", () => {
    const {
      client,
      transport,
      text: arrive,
    } = openClient({
      channelCapacity: 1,
      backpressure: "buffer",
    });
    for (let i = 0; i < 10; i++) arrive("x");
    expect(transport.calls).toEqual([]);
    expect(client.backpressure).toBe("buffer");
  });

  test("does not count what a waiting receiver takes at once", async () => {
    const { client, transport, bytes } = openClient({ channelCapacity: 1, bufferLimit: 65_536 });
    const receive = client.receive();
    bytes(5_000_000);
    expect(client.stats.bytesBuffered).toBe(0);
    expect(transport.calls).toEqual([]);
    expect((await receive).value?.data.length).toBe(5_000_000);
  });

  test("readLimit lets a message of its size in, and ends it with one that is larger", async () => {
    const { client, transport, bytes } = openClient({ readLimit: 100 });
    bytes(100);
    expect(client.state).toBe("open");
    bytes(101);
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 1009, sentCode: 1009, reason: "", clean: false, by: "local" });
    expect(error).toMatchObject({
      code: "MESSAGE_TOO_BIG",
      details: { limit: 100, size: 101 },
      message: `receive ${LABEL}: message of 101 bytes exceeds readLimit (100); raise it or ask the server to split it`,
    });
    expect(transport.calls).toEqual(["terminate 1009"]);
  });

  describe("bufferLimit", () => {
    const LIMIT = 65_536;

    test.each([
      ["binary", LIMIT - 64 - 65, "open"],
      ["binary", LIMIT - 64 - 64, "closed"],
      ["text", (LIMIT - 64 - 64 - 2) / 2, "open"],
      ["text", (LIMIT - 64 - 64) / 2, "closed"],
    ] as const)(
      "over a first byte, a %s message of length %i leaves it %s",
      (type, length, state) => {
        const { client, bytes, text: arrive } = openClient({ bufferLimit: LIMIT });
        bytes(1);
        if (type === "binary") bytes(length);
        else arrive("\u20ac".repeat(length));
        expect(client.state).toBe(state);
        if (state === "open") expect(client.stats.bytesBuffered).toBeGreaterThan(LIMIT - 2);
      },
    );

    test("always admits a message that meets an empty buffer", () => {
      const { client, bytes } = openClient({ bufferLimit: LIMIT });
      bytes(LIMIT * 10);
      expect(client.state).toBe("open");
      client.channel().tryReceive();
      bytes(LIMIT * 10);
      expect(client.state).toBe("open");
      bytes(0);
      expect(client.state).toBe("closed");
    });

    test("ends it with SLOW_CONSUMER, and keeps what came before", async () => {
      const { client, transport, bytes, text: arrive } = openClient({ bufferLimit: LIMIT });
      arrive("a");
      arrive("b");
      bytes(LIMIT);
      arrive("late");
      const { error, ...info } = await client.closed;
      expect(info).toEqual({ code: 1008, sentCode: 1008, reason: "", clean: false, by: "local" });
      expect(error).toMatchObject({
        code: "SLOW_CONSUMER",
        kind: "RATE_LIMITED",
        retryable: true,
        details: { limit: LIMIT, size: 66 + 66 + 64 + LIMIT },
      });
      expect(error?.message).toMatch(
        /^receive .* \d+ unread bytes exceed bufferLimit \(\d+\); read faster or raise it$/,
      );
      expect(transport.calls).toEqual(["terminate 1008"]);
      const seen: unknown[] = [];
      const loop = (async () => {
        for await (const { data } of client) seen.push(data);
      })();
      expect(await failure(loop)).toBe(error);
      expect(seen).toEqual(["a", "b"]);
    });

    test("tells its code as meant and as sent by a browser", async () => {
      const opened = openClient({ bufferLimit: LIMIT }, new FakeTransport(), BROWSER);
      opened.transport.movesCodes = true;
      opened.bytes(1);
      opened.bytes(LIMIT);
      expect(opened.transport.calls).toEqual(["terminate 1008"]);
      expect(await opened.client.closed).toMatchObject({ code: 1008, sentCode: 4008 });
    });
  });
});

describe("tryReceive", () => {
  test("returns what there is, nothing, and the end", () => {
    const { client, text: arrive } = openClient();
    expect(client.tryReceive()).toBeUndefined();
    arrive("a");
    arrive("b");
    expect(client.tryReceive()).toEqual(text("a"));
    client.terminate();
    expect(client.tryReceive()).toEqual(text("b"));
    expect(client.tryReceive()).toEqual({ ok: false, value: undefined });
  });
});

describe("an iteration over a client", () => {
  test.each(["return()", "a signal"])(
    "is left by %s, and the message goes elsewhere",
    async (how) => {
      const { client, text: arrive } = openClient();
      const controller = new AbortController();
      const iterator = client.messages({ signal: controller.signal });
      const next = iterator.next();
      if (how === "a signal") {
        controller.abort();
        expect(await failureCode(next)).toBe("ABORTED");
      } else {
        expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
        expect(await next).toEqual({ done: true, value: undefined });
      }
      arrive("kept");
      expect(await client.receive()).toEqual(text("kept"));
      expect(client.state).toBe("open");
    },
  );

  test("with a signal throws the connection's error when that ends first", async () => {
    const { client, transport } = openClient();
    const controller = new CountingController();
    const next = client.messages({ signal: controller.signal }).next();
    transport.end({ code: 1006, reason: "" });
    expect(await failureCode(next)).toBe("CONNECTION_LOST");
    expect(controller.listeners).toBe(0);
  });
});

describe("discardIncoming", () => {
  test("counts messages and drops them, and pauses nothing", async () => {
    const {
      client,
      handler,
      transport,
      text: arrive,
    } = openClient({
      discardIncoming: true,
      channelCapacity: 1,
      bufferLimit: 65_536,
    });
    const receive = client.receive();
    for (let i = 0; i < 10; i++) {
      arrive("x");
      handler.onMessage({ type: "binary", data: new Uint8Array(60_000) }, 60_000);
    }
    expect(client.stats).toMatchObject({
      messagesReceived: 20,
      bytesReceived: 10 * 60_001,
      bytesBuffered: 0,
      timesPaused: 0,
    });
    expect(transport.calls).toEqual([]);
    expect(client.channel().length).toBe(0);
    expect(await stateOf(receive)).toBe("pending");
    handler.onEnd({ code: 1000, reason: "" });
    expect(await receive).toEqual({ ok: false, value: undefined });
  });

  test("decodes nothing, and keeps to readLimit", async () => {
    const decoder = vi.fn(() => () => {});
    const codec: Codec = { name: "any", decoder };
    const { client, bytes } = openClient({ discardIncoming: true, codec, readLimit: 10 });
    bytes(10);
    expect(decoder).not.toHaveBeenCalled();
    expect(client.state).toBe("open");
    bytes(11);
    expect((await client.closed).error?.code).toBe("MESSAGE_TOO_BIG");
  });
});

describe("what logs show of a client", () => {
  test.each<[string, (value: unknown) => string | undefined]>([
    ["util.inspect", (value) => inspect(value, { depth: 9, showHidden: true })],
    ["JSON.stringify", (value) => JSON.stringify(value)],
  ])("%s shows no query and no option", (_, show) => {
    const { client } = openClient({
      headers: { Authorization: "S3CR3T" },
      meta: { key: "S3CR3T" },
    });
    expect(client.url).toContain("token=1");
    expect(show({ client })).toContain(client.id);
    expect(show({ client })).not.toMatch(/token|S3CR3T|secret/);
    client.terminate();
  });
});

describe("a platform without TextEncoder and TextDecoder", () => {
  test.each([
    ["TextEncoder", "\u20ac", BINARY],
    ["TextDecoder", utf8("\u20ac"), TEXT],
  ])("is UNSUPPORTED where %s is needed, and only there", async (name, data, type) => {
    const { client, transport, text: arrive } = openClient();
    vi.stubGlobal("TextEncoder", undefined);
    vi.stubGlobal("TextDecoder", undefined);
    try {
      const error = await failure(client.send(data, type as 1));
      expect(error.code).toBe("UNSUPPORTED");
      expect(error.message).toContain(name);
      await client.send("\u20ac");
      await client.send(utf8("\u20ac"));
      arrive("\u20ac");
      expect(await client.receive()).toEqual(text("\u20ac"));
      void client.close(1000, "\u20ac");
    } finally {
      vi.unstubAllGlobals();
    }
    await microtasks();
    expect(transport.sent).toEqual(["\u20ac", utf8("\u20ac")]);
    expect(transport.calls).toEqual(["close 1000 \u20ac"]);
    client.terminate();
  });

  test("ends the connection with the codec's UNSUPPORTED, which is not the message's fault", async () => {
    const missing = new WsError("UNSUPPORTED", "no TextDecoder");
    const codec: Codec = {
      name: "any",
      decoder: () => () => {
        throw missing;
      },
    };
    const { client, text: arrive } = openClient({ codec });
    arrive("x");
    expect(await client.closed).toMatchObject({ code: 1011, error: missing });
  });
});

describe("an exception while a message is taken in", () => {
  test("ends the connection and does not reach the transport", async () => {
    const { client, text: arrive } = openClient();
    const inbox = new Inbox(1, 65_536);
    const cause = new Error("theirs");
    inbox.park(() => {
      throw cause;
    });
    client.deliverTo(inbox);
    arrive("x");
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", cause });
  });
});

describe("a client whose messages go to another inbox", () => {
  const open = (capacity = 2): Opened & { inbox: Inbox } => {
    const inbox = new Inbox(capacity, 65_536);
    return { ...openClient({ bufferLimit: 65_536 }), inbox };
  };

  test("puts there what had arrived before, then what comes", () => {
    const { client, text, inbox } = open();
    for (const data of ["before", "then"]) text(data);
    client.deliverTo(inbox);
    expect(inbox.bytes).toBe(2 * 64 + 2 * 10);
    text("after");
    expect(client.channel().length).toBe(0);
    for (const data of ["before", "then", "after"]) {
      expect(inbox.take()).toMatchObject({ value: { data } });
    }
    expect(client.stats.bytesBuffered).toBe(0);
    client.terminate();
  });

  test("ends with SLOW_CONSUMER when that one cannot take what had arrived before", async () => {
    const { client, bytes, inbox } = open();
    inbox.put({ type: "binary", data: new Uint8Array(60_000) });
    bytes(60_000);
    client.deliverTo(inbox);
    expect((await client.closed).error?.code).toBe("SLOW_CONSUMER");
  });

  test("is paused at once when that one is full", () => {
    const { client, transport, inbox } = open(1);
    inbox.put({ type: "text", data: "" });
    client.deliverTo(inbox);
    expect(transport.paused).toBe(true);
    client.terminate();
  });

  test("is paused and resumed as that one fills", () => {
    const { client, text, transport, inbox } = open();
    client.deliverTo(inbox);
    text("1");
    text("2");
    expect(transport.paused).toBe(true);
    inbox.take();
    expect(transport.paused).toBe(false);
    text("3");
    text("4");
    expect(transport.calls).toEqual(["pause", "resume", "pause"]);
    client.terminate();
  });

  test("ends with SLOW_CONSUMER when that one is over its limit", async () => {
    const { client, bytes, inbox } = open();
    client.deliverTo(inbox);
    bytes(60_000);
    bytes(60_000);
    expect((await client.closed).error?.code).toBe("SLOW_CONSUMER");
  });

  test("closes its own channel at its end, and not that one", () => {
    const { client, text, inbox } = open();
    client.deliverTo(inbox);
    client.terminate();
    text("late");
    expect(client.channel().closed).toBe(true);
    expect(inbox).toMatchObject({ closed: false, size: 0 });
  });
});

describe("a payload that is offered", () => {
  test("is sent, or not taken: undefined", async () => {
    const { client, transport } = openClient();
    await client.offer("1");
    transport.refuses = true;
    expect(client.offer("2")).toBeUndefined();
    transport.refuses = false;
    client.terminate();
    expect(client.offer("3")).toBeUndefined();
    expect(transport.sent).toEqual(["1"]);
    expect(client.stats).toMatchObject({ messagesSent: 1, bytesSent: 1 });
  });
});

describe("send", () => {
  const backing = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]);
  const foreign: unknown = runInNewContext("new Uint8Array([1, 2, 3]).buffer");
  const foreignView: unknown = runInNewContext("new Uint8Array([1, 2, 3]).subarray(1)");

  test.each<[string, unknown, 1 | 2 | undefined, string | readonly number[]]>([
    ["a string", "h\u00e9", undefined, "h\u00e9"],
    ["a string as TEXT", "x", TEXT, "x"],
    ["a string as BINARY", "h\u00e9\u20ac", BINARY, [...utf8("h\u00e9\u20ac")]],
    ["an empty string", "", undefined, ""],
    ["an empty string as BINARY", "", BINARY, []],
    ["a Uint8Array", new Uint8Array([1, 2]), undefined, [1, 2]],
    ["a Uint8Array as BINARY", new Uint8Array([1, 2]), BINARY, [1, 2]],
    ["an empty Uint8Array", new Uint8Array(), undefined, []],
    ["an ArrayBuffer", backing.buffer, undefined, [...backing]],
    ["an ArrayBuffer of another realm", foreign, undefined, [1, 2, 3]],
    ["a view of another realm", foreignView, undefined, [2, 3]],
    ["a view with an offset", backing.subarray(2, 5), undefined, [2, 3, 4]],
    ["a DataView with an offset", new DataView(backing.buffer, 3, 2), undefined, [3, 4]],
    [
      "a Uint16Array with an offset",
      new Uint16Array(backing.buffer, 2, 2),
      undefined,
      [2, 3, 4, 5],
    ],
    ["a Float64Array", new Float64Array(backing.buffer), undefined, [...backing]],
    ["a pooled Buffer", Buffer.from("abc"), undefined, [97, 98, 99]],
    ["bytes as TEXT", utf8("h\u00e9"), TEXT, "h\u00e9"],
    ["an ArrayBuffer as TEXT", utf8("h\u00e9").slice().buffer, TEXT, "h\u00e9"],
    ["a view with an offset as TEXT", utf8("xh\u00e9x").subarray(1, 4), TEXT, "h\u00e9"],
    ["bytes as TEXT, with the byte order mark", utf8("\ufeffa"), TEXT, "\ufeffa"],
    ["no bytes as TEXT", new Uint8Array(), TEXT, ""],
  ])("takes %s", async (_, data, type, expected) => {
    const { client, transport } = openClient();
    await client.send(data as Data, type);
    const [sent] = transport.sent;
    expect(typeof sent === "string" ? sent : [...(sent ?? [])]).toEqual(expected);
    expect(typeof sent === "string").toBe(typeof expected === "string");
    expect(client.stats.messagesSent).toBe(1);
  });

  const detached = new Uint8Array(8);
  structuredClone(detached, { transfer: [detached.buffer] });

  test.each<[string, unknown, unknown, RegExp]>([
    ["nothing", undefined, undefined, /data of type/],
    ["null", null, undefined, /data of type/],
    ["a number", 5, undefined, /data of type/],
    ["a boolean", true, BINARY, /data of type/],
    ["an array", [1, 2], undefined, /data of type/],
    ["an object", { length: 1 }, TEXT, /data of type/],
    ["a Blob", new Blob(["x"]), undefined, /arrayBuffer\(\)/],
    ["a SharedArrayBuffer", new SharedArrayBuffer(4), undefined, /data of type/],
    [
      "what calls itself an ArrayBuffer",
      { [Symbol.toStringTag]: "ArrayBuffer" },
      undefined,
      /data of type|buffer/,
    ],
    ["a detached view", detached, undefined, /data of type/],
    ["a detached buffer", detached.buffer, undefined, /data of type/],
    ["bytes that are no UTF-8 as TEXT", new Uint8Array([0xff]), TEXT, /UTF-8/],
    ["a cut character as TEXT", utf8("\u20ac").subarray(0, 2), TEXT, /UTF-8/],
    ["an encoded surrogate as TEXT", new Uint8Array([0xed, 0xa0, 0x80]), TEXT, /UTF-8/],
    ["type 0", "x", 0, /type must be TEXT \(1\) or BINARY \(2\), not 0/],
    ["type 3", "x", 3, /type must be.* 3/],
    ['type "text"', "x", "text", /type must be/],
    ["type null", "x", null, /type must be/],
    ["type true", "x", true, /type must be/],
    ["options of type 3", "x", { type: 3 }, /type must be.* 3/],
    [
      "options of a type that has no text",
      "x",
      { type: Object.create(null) as unknown },
      /type must be/,
    ],
  ])("refuses %s", async (_, data, type, message) => {
    const { client, transport } = openClient();
    const error = await failure(client.send(data as Data, type as 1));
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", kind: "INVALID" });
    expect(error.message).toMatch(/^send/);
    expect(error.message).toMatch(message);
    expect(transport.sent).toEqual([]);
    expect(client.state).toBe("open");
  });

  test("keeps what the platform says of bytes that are no UTF-8", async () => {
    const { client } = openClient();
    const { cause } = await failure(client.send(new Uint8Array([0xff]), TEXT));
    expect(cause).toBeInstanceOf(TypeError);
  });

  test("of something wrong that nobody awaits is no unhandled rejection", async () => {
    const { client } = openClient();
    void client.send(5 as unknown as string);
    await turns();
    expect(unhandled).toEqual([]);
  });

  test("settles at once while little waits", async () => {
    const { client } = openClient();
    const sends = Array.from({ length: 50 }, () => client.send("x"));
    expect(await Promise.all(sends.map(stateOf))).toEqual(sends.map(() => "resolved"));
  });

  test.each([
    [999, "resolved"],
    [1000, "pending"],
  ])("with %i of 1000 bytes waiting is %s", async (size, state) => {
    const { client, transport, handler } = openClient({ sendHighWaterMark: 1000 });
    transport.holds = true;
    void client.send(new Uint8Array(size));
    await turns();
    const send = client.send("");
    expect(await stateOf(send)).toBe(state);
    await turns();
    expect(await stateOf(send)).toBe(state);
    // Progress that does not get below the mark does not settle it.
    handler.onProgress();
    await turns();
    expect(await stateOf(send)).toBe(state);
    transport.bufferedAmount = 999;
    handler.onProgress();
    await turns();
    expect(await stateOf(send)).toBe("resolved");
  });

  test("of sendHighWaterMark bytes in one turn settles in a later one", async () => {
    const { client } = openClient({ sendHighWaterMark: 1000 });
    expect(await stateOf(client.send(new Uint8Array(500)))).toBe("resolved");
    const second = client.send(new Uint8Array(500));
    expect(await stateOf(second)).toBe("pending");
    await turns(1);
    expect(await stateOf(second)).toBe("resolved");
    expect(await stateOf(client.send(new Uint8Array(500)))).toBe("resolved");
  });

  test.each([
    [998, "resolved"],
    [999, "pending"],
  ])("of %i bytes and their frame, under a mark of 1000, is %s", async (size, state) => {
    const { client } = openClient({ sendHighWaterMark: 1000 });
    const sending = client.send(new Uint8Array(size));
    expect(await stateOf(sending)).toBe(state);
    await sending;
  });

  test("after 5 ms without a turn settles in a later one", async () => {
    const { client } = openClient();
    expect(await stateOf(client.send("x"))).toBe("resolved");
    vi.advanceTimersByTime(4);
    expect(await stateOf(client.send("x"))).toBe("resolved");
    vi.advanceTimersByTime(1);
    const slow = client.send("x");
    expect(await stateOf(slow)).toBe("pending");
    await turns(1);
    expect(await stateOf(slow)).toBe("resolved");
    expect(await stateOf(client.send("x"))).toBe("resolved");
  });

  test.each([
    ["socket", "resolved"],
    ["buffer", "resolved"],
    // It hands over all that it holds in one turn.
    ["stream", "pending"],
  ] as const)("behind a message that arrived by a %s is %s", async (backpressure, state) => {
    const { client, transport, handler } = openClient({ sendHighWaterMark: 1000 });
    transport.backpressure = backpressure;
    expect(await stateOf(client.send(new Uint8Array(500)))).toBe("resolved");
    handler.onMessage({ type: "text", data: "" }, 0);
    expect(await stateOf(client.send(new Uint8Array(500)))).toBe(state);
    const third = client.send(new Uint8Array(500));
    expect(await stateOf(third)).toBe("pending");
    await turns(1);
    expect(await stateOf(third)).toBe("resolved");
    // The turn is known without another arrival.
    for (let i = 0; i < 3; i++) {
      await turns(2);
      expect(await stateOf(client.send(new Uint8Array(500)))).toBe("resolved");
    }
  });

  test("keeps no event loop to itself, however often it is awaited", async () => {
    vi.useRealTimers();
    const { client } = openClient();
    let turned = 0;
    const turn = (): void => {
      turned++;
      immediate = setImmediate(turn);
    };
    let immediate = setImmediate(turn);
    for (let i = 0; i < 400; i++) await client.send(new Uint8Array(16_384));
    clearImmediate(immediate);
    // 6.25 MiB at 256 KiB a turn.
    expect(turned).toBeGreaterThan(20);
  });
});

describe("send with options", () => {
  /** A client whose next send has to wait, and the wait. */
  const waiting = (options: SendOptions): Opened & { sent: Promise<void> } => {
    const opened = openClient({ sendHighWaterMark: 1 });
    opened.transport.holds = true;
    return { ...opened, sent: opened.client.send("x", options) };
  };

  test("takes the type from them, and settles at once where nothing has to wait", async () => {
    const { client, transport } = openClient();
    const { signal } = new AbortController();
    await client.send("x", { type: BINARY, timeout: 0, signal });
    await client.send(utf8("y"), { type: TEXT });
    await client.send("z", {});
    await client.send("z", { type: undefined, timeout: undefined, signal: undefined });
    expect(transport.sent).toEqual([utf8("x"), "y", "z", "z"]);
  });

  test("is SEND_TIMEOUT when its time is up, not before; the message stays sent", async () => {
    const { client, transport, sent } = waiting({ timeout: 100 });
    await advance(99);
    expect(await stateOf(sent)).toBe("pending");
    await advance(2);
    const error = await failure(sent);
    expect(error).toMatchObject({ code: "SEND_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(error.message).toBe(`send ${LABEL}: timed out after 100 ms`);
    expect(transport.sent).toEqual(["x"]);
    expect(client.stats.messagesSent).toBe(1);
    transport.holds = false;
    transport.drain();
    await client.send("y");
    expect(transport.sent).toEqual(["x", "y"]);
    client.terminate();
  });

  test("with a timeout of 0 fails at once if it would have to wait", async () => {
    const { client, transport, sent } = waiting({ timeout: 0 });
    expect(await failureCode(sent)).toBe("SEND_TIMEOUT");
    expect(transport.sent).toEqual(["x"]);
    client.terminate();
  });

  test("is ABORTED by its signal while it waits; the message stays sent", async () => {
    const controller = new CountingController();
    const { client, transport, sent } = waiting({ signal: controller.signal });
    await turns();
    controller.abort("enough");
    expect(await failure(sent)).toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(controller.listeners).toBe(0);
    expect(transport.sent).toEqual(["x"]);
    expect(client.state).toBe("open");
    client.terminate();
  });

  test("is done in time, and leaves neither timer nor listener", async () => {
    const controller = new CountingController();
    const { transport, sent } = waiting({ timeout: 100, signal: controller.signal });
    await turns();
    transport.drain();
    await sent;
    expect(vi.getTimerCount()).toBe(0);
    expect(controller.listeners).toBe(0);
  });

  test("is CLOSED when the connection ends while it waits, or had ended", async () => {
    const { client, sent } = waiting({ timeout: 100 });
    await turns();
    client.terminate();
    expect(await failureCode(sent)).toBe("CLOSED");
    expect(await failureCode(client.send("x", { timeout: 0 }))).toBe("CLOSED");
  });

  test.each<[unknown, string]>([
    [[], "INVALID_OPTION"],
    [{ ttl: 5 }, "INVALID_OPTION"],
    [{ Timeout: 5 }, "INVALID_OPTION"],
    [{ signal: {} }, "INVALID_OPTION"],
    [{ signal: null }, "INVALID_OPTION"],
    [{ timeout: -1 }, "INVALID_DURATION"],
    [{ timeout: "soon" }, "INVALID_DURATION"],
    [{ type: 3 }, "INVALID_MESSAGE"],
    [{ signal: AbortSignal.abort() }, "ABORTED"],
    [{ signal: AbortSignal.abort(), timeout: 0 }, "ABORTED"],
  ])("%j sends nothing and is %s", async (options, code) => {
    const { client, transport } = openClient();
    expect(await failureCode(client.send("x", options as SendOptions))).toBe(code);
    expect(transport.sent).toEqual([]);
    expect(client.state).toBe("open");
  });

  test("that nobody awaits is no unhandled rejection", async () => {
    const { client, transport } = openClient({ sendHighWaterMark: 1 });
    transport.holds = true;
    void client.send("x", { timeout: 0 });
    void client.send("x", { signal: AbortSignal.abort() });
    void client.flush({ timeout: 0 });
    await turns();
    client.terminate();
    await turns();
    expect(unhandled).toEqual([]);
  });
});

describe("flush with options", () => {
  const waiting = (options: WaitOptions): Opened & { flushed: Promise<void> } => {
    const opened = openClient();
    opened.transport.holds = true;
    void opened.client.send("x");
    return { ...opened, flushed: opened.client.flush(options) };
  };

  test("is FLUSH_TIMEOUT when its time is up, not before, and the connection lives on", async () => {
    const { client, transport, flushed } = waiting({ timeout: "100ms" });
    await advance(99);
    expect(await stateOf(flushed)).toBe("pending");
    await advance(2);
    const error = await failure(flushed);
    expect(error).toMatchObject({ code: "FLUSH_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(error.message).toBe(`flush ${LABEL}: timed out after 100 ms`);
    transport.drain();
    await client.flush({ timeout: 100 });
    expect(client.state).toBe("open");
  });

  test("with a timeout of 0 fails at once only if it would have to wait", async () => {
    const { client, transport, flushed } = waiting({ timeout: 0 });
    expect(await failureCode(flushed)).toBe("FLUSH_TIMEOUT");
    transport.drain();
    await client.flush({ timeout: 0 });
    expect(client.bufferedAmount).toBe(0);
  });

  test("is ABORTED by its signal", async () => {
    const controller = new CountingController();
    const { client, flushed } = waiting({ signal: controller.signal });
    controller.abort("enough");
    expect(await failure(flushed)).toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(controller.listeners).toBe(0);
    expect(await failureCode(client.flush({ signal: AbortSignal.abort() }))).toBe("ABORTED");
    client.terminate();
  });

  test("is CLOSED after the end, whatever the timeout", async () => {
    const { client, flushed } = waiting({ timeout: 100 });
    client.terminate();
    expect(await failureCode(flushed)).toBe("CLOSED");
    expect(await failureCode(client.flush({ timeout: 0 }))).toBe("CLOSED");
    const other = openClient().client;
    other.terminate();
    expect(await failureCode(other.flush())).toBe("CLOSED");
  });

  test.each<[unknown, string]>([
    [null, "INVALID_OPTION"],
    [5, "INVALID_OPTION"],
    [{ type: TEXT }, "INVALID_OPTION"],
    [{ signal: {} }, "INVALID_OPTION"],
    [{ timeout: -1 }, "INVALID_DURATION"],
  ])("%j is %s", async (options, code) => {
    const { client } = openClient();
    expect(await failureCode(client.flush(options as WaitOptions))).toBe(code);
  });
});

describe("flush", () => {
  test("settles when all has left", async () => {
    const { client, transport } = openClient();
    await client.flush();
    transport.holds = true;
    void client.send("x");
    const flushes = [client.flush(), client.flush()];
    expect(await stateOf(flushes[0] as Promise<void>)).toBe("pending");
    transport.drain();
    await Promise.all(flushes);
    expect(client.bufferedAmount).toBe(0);
  });

  test("waits for what was sent before it, and for no more", async () => {
    const { client, transport, handler } = openClient();
    transport.holds = true;
    void client.send("x");
    const flush = client.flush();
    const { accepted: taken } = transport;
    void client.send("y");
    transport.flushed = taken - 1;
    handler.onProgress();
    expect(await stateOf(flush)).toBe("pending");
    transport.flushed = taken;
    handler.onProgress();
    expect(await stateOf(flush)).toBe("resolved");
  });

  test("rejects at the end, though the transport had just taken a part", async () => {
    const { client, transport, handler } = openClient();
    transport.holds = true;
    void client.send("x");
    const flush = client.flush();
    transport.flushed = transport.accepted - 1;
    handler.onProgress();
    client.terminate();
    expect(await failureCode(flush)).toBe("CLOSED");
  });

  test("is UNSUPPORTED where the platform hides what waits, and names a way out", async () => {
    const { client, transport } = openClient();
    transport.bufferedAmount = undefined;
    expect(client.bufferedAmount).toBe(0);
    const error = await failure(client.flush());
    expect(error).toMatchObject({ code: "UNSUPPORTED", kind: "UNSUPPORTED" });
    expect(error.message).toMatch(/^flush .*answer/);
    await client.send("x");
  });

  test("still settles while the connection closes", async () => {
    const { client, transport } = openClient();
    transport.holds = true;
    void client.send("x");
    void client.close();
    const flush = client.flush();
    transport.drain();
    await flush;
    expect(client.state).toBe("closing");
    client.terminate();
  });
});

describe("ping", () => {
  test("resolves with the round trip that the transport measured", async () => {
    const { client, transport } = openClient();
    const pings = [client.ping(), client.ping()];
    expect(transport.pings).toHaveLength(2);
    transport.pings[1]?.(42);
    expect(await pings[1]).toBe(42);
    expect(await stateOf(pings[0] as Promise<number>)).toBe("pending");
    transport.pings[0]?.(0);
    expect(await pings[0]).toBe(0);
  });

  test.each(["timeout", "signal"])("that is given up by %s is given up once", async (by) => {
    const { client, transport } = openClient();
    const controller = new CountingController();
    const ended = failure(client.ping({ timeout: 50, signal: controller.signal }));
    if (by === "timeout") await advance(50);
    else controller.abort("why");
    const error = await ended;
    expect(error.code).toBe(by === "timeout" ? "PING_TIMEOUT" : "ABORTED");
    expect(error.message.startsWith(`ping ${LABEL}: `)).toBe(true);
    expect(transport.calls).toEqual(["give up ping"]);
    expect(controller.listeners).toBe(0);
    expect(client.state).toBe("open");
  });

  test("waits 10 s by default", async () => {
    const { client } = openClient();
    let ended: string | undefined;
    void failureCode(client.ping()).then((code) => (ended = code));
    await advance(9_999);
    expect(ended).toBeUndefined();
    await advance(1);
    expect(ended).toBe("PING_TIMEOUT");
  });

  test.each<[unknown, string]>([
    [{ timeout: 0 }, "PING_TIMEOUT"],
    [{ timeout: -1 }, "INVALID_DURATION"],
    [{ timeout: "soon" }, "INVALID_DURATION"],
    [{ signal: 5 }, "INVALID_OPTION"],
    [{ signal: AbortSignal.abort() }, "ABORTED"],
    [null, "INVALID_OPTION"],
    ["5s", "INVALID_OPTION"],
    [{ time_out: 5 }, "INVALID_OPTION"],
  ])("with %o is %s, and sends nothing", async (options, code) => {
    const { client, transport } = openClient();
    expect(await failureCode(client.ping(options as object))).toBe(code);
    expect(transport.pings).toEqual([]);
  });

  test("where the platform has none is UNSUPPORTED, and names the way out", async () => {
    const { client, transport } = openClient();
    delete transport.ping;
    expect(client.canPing).toBe(false);
    const error = await failure(client.ping());
    expect(error).toMatchObject({ code: "UNSUPPORTED", kind: "UNSUPPORTED" });
    expect(error.message).toMatch(/^ping .*: .*keepAlive.message/);
  });
});

describe("readTimeout", () => {
  async function open(): Promise<Opened> {
    const opened = openClient({ readTimeout: 1000, channelCapacity: 1 });
    await advance(0);
    return opened;
  }

  test("ends a silent connection, in time", async () => {
    const { client, transport } = await open();
    await advance(999);
    expect(client.state).toBe("open");
    await advance(20);
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 3008, sentCode: 3008, reason: "", clean: false, by: "local" });
    expect(error).toMatchObject({ code: "READ_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(error?.message).toBe(`connection ${LABEL}: no progress for 1000 ms`);
    expect(transport.calls).toEqual(["terminate 3008"]);
  });

  const signs: [string, (opened: Opened) => void][] = [
    ["a message", ({ client, text: arrive }) => (arrive("x"), void client.channel().tryReceive())],
    ["received bytes", ({ transport }) => void (transport.bytesRead += 1)],
    ["written bytes", ({ transport }) => void (transport.bytesWritten += 1)],
  ];

  test.each(signs)("counts %s as life", async (_, live) => {
    const opened = await open();
    for (let i = 0; i < 5; i++) {
      await advance(700);
      live(opened);
    }
    expect(opened.client.state).toBe("open");
    await advance(1300);
    expect(opened.client.state).toBe("closed");
  });

  test("stands still while a message is half received, and while the channel is full", async () => {
    const { client, transport, text: arrive } = await open();
    transport.receiving = true;
    await advance(5000);
    transport.receiving = false;
    arrive("x");
    await advance(5000);
    expect(client.state).toBe("open");
    client.channel().tryReceive();
    await advance(999);
    expect(client.state).toBe("open");
    await advance(300);
    expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  });

  test("is over when the connection closes", async () => {
    const { client, handler } = await open();
    void client.close();
    await advance(2000);
    handler.onEnd({ code: 1000, reason: "" });
    expect((await client.closed).error).toBeUndefined();
  });
});

describe("writeTimeout", () => {
  test("ends a connection whose bytes do not move", async () => {
    const { client, transport } = openClient({ writeTimeout: 1000 });
    await advance(5000);
    expect(client.state).toBe("open");
    transport.holds = true;
    void client.send("abc");
    await advance(999);
    expect(client.state).toBe("open");
    await advance(20);
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 1006, reason: "", clean: false, by: "local" });
    expect(error).toMatchObject({ code: "WRITE_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(transport.calls).toEqual(["terminate 1006"]);
  });

  test.each<[string, (opened: Opened) => void]>([
    ["bytes that left", ({ transport }) => void (transport.bytesWritten += 1)],
    [
      "all that left, and more that waits",
      ({ client, transport }) => {
        transport.drain();
        void client.send("abc");
      },
    ],
  ])("goes on with %s", async (_, live) => {
    const opened = openClient({ writeTimeout: 1000 });
    opened.transport.holds = true;
    void opened.client.send("abc");
    for (let i = 0; i < 5; i++) {
      await advance(700);
      live(opened);
    }
    expect(opened.client.state).toBe("open");
    opened.client.terminate();
  });
});

describe("a slow consumer", () => {
  test("is not its peer's fault: neither deadline ends the connection", async () => {
    const timeouts = { readTimeout: 1000, writeTimeout: 1000, channelCapacity: 1 };
    const { client, transport, text: arrive } = openClient(timeouts);
    arrive("x");
    transport.holds = true;
    void client.send("abc");
    await advance(5000);
    expect(client.state).toBe("open");
    client.channel().tryReceive();
    await advance(1300);
    expect(client.state).toBe("closed");
  });
});

describe("iteration", () => {
  test("broken off leaves the connection open and the rest readable", async () => {
    const { client, transport, text: arrive } = openClient();
    arrive("a");
    arrive("b");
    for await (const message of client) {
      expect(message.data).toBe("a");
      break;
    }
    expect(client.state).toBe("open");
    expect(transport.calls).toEqual([]);
    expect(await client.receive()).toEqual(text("b"));
  });
});

describe("a client with a codec", () => {
  /** Splits a text at commas, and joins what is sent; what it is sent as bytes goes out as it is. */
  const csv: Codec<string, readonly string[] | Uint8Array> = {
    name: "csv",
    decoder:
      (readLimit) =>
      ({ data }, emit) => {
        if (typeof data !== "string") throw new TypeError("no text");
        if (data.length > readLimit / 10) throw new WsError("MESSAGE_TOO_BIG", "too long");
        if (data === "corrupt") throw new WsError("INVALID_MESSAGE", "corrupt");
        for (const part of data.split(",")) emit(part, part.length);
      },
    encode(value) {
      if (value instanceof Uint8Array) return value;
      return value.join(",");
    },
  };

  type AnyOpened = Omit<Opened, "client"> & { readonly client: Client<unknown, unknown> };

  const open = (options: Omit<ConnectOptions, "codec"> = {}, codec: AnyCodec = csv): AnyOpened =>
    openClient({ ...options, codec: codec as never }) as unknown as AnyOpened;

  test("receives each value that a message holds, in order", async () => {
    const { client, text } = open();
    const first = client.receive();
    text("a,b,c");
    expect(await first).toEqual({ ok: true, value: "a" });
    expect(client.channel().tryReceive()).toEqual({ ok: true, value: "b" });
    expect(await client.receive()).toEqual({ ok: true, value: "c" });
    expect(client.channel().tryReceive()).toBeUndefined();
    client.terminate();
  });

  test("counts what the values are said to hold, and what came over the wire", () => {
    const { client, text } = open();
    text("abc,,de");
    expect(client.stats).toMatchObject({ messagesReceived: 1, bytesReceived: 7 });
    expect(client.stats.bytesBuffered).toBe(3 * 64 + 5);
    client.channel().tryReceive();
    expect(client.stats.bytesBuffered).toBe(2 * 64 + 2);
    client.channel().tryReceive();
    client.channel().tryReceive();
    expect(client.stats.bytesBuffered).toBe(0);
    client.terminate();
  });

  test("counts 64 bytes for a value of which nothing is said", () => {
    const decoder = () => (_: Message, emit: (value: unknown, size: number) => void) =>
      (emit as (value: unknown) => void)(null);
    const { client, text } = open({}, { name: "nothing", decoder });
    text("");
    expect(client.stats.bytesBuffered).toBe(64);
    expect(client.channel().tryReceive()).toEqual({ ok: true, value: null });
    expect(client.stats.bytesBuffered).toBe(0);
    client.terminate();
  });

  test("ends with SLOW_CONSUMER in the midst of a message, and keeps what fitted", async () => {
    const decoder: typeof csv.decoder = () => (_, emit) => {
      for (const value of ["a", "b", "c", "d"]) emit(value, 30_000);
    };
    const { client, text } = open({ bufferLimit: 65_536 }, { name: "large", decoder });
    text("");
    expect(await client.closed).toMatchObject({ code: 1008, error: { code: "SLOW_CONSUMER" } });
    expect([...drain(client)]).toEqual(["a", "b"]);
  });

  test("is paused by values, not by messages", () => {
    const { client, text, transport } = open({ channelCapacity: 3 });
    text("a,b,c");
    expect(transport.paused).toBe(true);
    client.terminate();
  });

  test.each([
    ["what it throws as a WsError", "corrupt", 1007, "INVALID_MESSAGE"],
    ["MESSAGE_TOO_BIG", "x".repeat(11), 1009, "MESSAGE_TOO_BIG"],
  ])("ends with %s", async (_what, data, closeCode, code) => {
    const { client, text, transport } = open({ readLimit: 100 });
    text("before");
    text(data);
    const info = await client.closed;
    expect(info).toMatchObject({ code: closeCode, by: "local", error: { code } });
    expect(transport.calls).toEqual([`terminate ${closeCode}`]);
    text("after");
    expect([...drain(client)]).toEqual(["before"]);
  });

  test("ends with INVALID_MESSAGE, which names the codec, by anything else that it throws", async () => {
    const { client, bytes } = open();
    bytes(1);
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", cause: new TypeError("no text") });
    expect(error?.message).toBe(`receive ${LABEL}: codec csv failed`);
  });

  test("ends so by what making its decoder throws", async () => {
    const decoder = (): never => {
      throw new RangeError("none");
    };
    const { client, text } = open({}, { name: "none", decoder });
    text("");
    expect((await client.closed).error).toMatchObject({ cause: new RangeError("none") });
  });

  test("decodes nothing after its end", async () => {
    const { client, text } = open();
    const closed = client.close();
    text("corrupt");
    client.terminate();
    expect(await closed).toMatchObject({ by: "local", code: 1006 });
  });

  test("has a decoder of its own for each connection", () => {
    const decoder = vi.fn((readLimit: number) => csv.decoder(readLimit));
    for (const limit of [500, 600]) {
      const { client, text } = open({ readLimit: limit }, { ...csv, decoder });
      text("a");
      text("b");
      client.terminate();
    }
    expect(decoder.mock.calls).toEqual([[500], [600]]);
  });

  test("sends what the codec makes, by its own type, or what it hands back, by the caller's", async () => {
    const { client, transport } = open();
    await client.send(["a", "b"], BINARY);
    await client.send(new TextEncoder().encode("c"), TEXT);
    await client.send(new Uint8Array([1]));
    expect(transport.sent).toEqual(["a,b", "c", new Uint8Array([1])]);
    client.terminate();
  });

  test("rejects what the codec does not take with INVALID_MESSAGE, and lives on", async () => {
    const { client, transport } = open();
    const error = await failure(client.send(5));
    expect(error).toMatchObject({
      code: "INVALID_MESSAGE",
      cause: expect.any(TypeError) as unknown,
    });
    expect(error.message).toBe("send: data of type number: codec csv failed");
    expect(client.state).toBe("open");
    expect(transport.sent).toEqual([]);
    client.terminate();
  });

  test("rejects what the codec makes if that is no message", async () => {
    const { client } = open({}, { ...csv, encode: () => 5 as never });
    expect(await failureCode(client.send([]))).toBe("INVALID_MESSAGE");
    client.terminate();
  });

  test("sends data as it is if the codec does not encode", async () => {
    const { client, transport } = open(
      {},
      { name: "plain", decoder: (readLimit) => csv.decoder(readLimit) },
    );
    await client.send("a", BINARY);
    expect(transport.sent).toEqual([new TextEncoder().encode("a")]);
    client.terminate();
  });

  test("sends a message of keepAlive past the codec", async () => {
    const transport = new FakeTransport();
    delete transport.ping;
    const keepAlive = { interval: 1_000, timeout: 1_000, message: () => "ping" };
    const { client } = openClient({ codec: csv as never, keepAlive }, transport);
    await advance(1_005);
    expect(transport.sent).toEqual(["ping"]);
    client.terminate();
  });

  function* drain<T>(client: Client<T, unknown>): Generator<T> {
    for (let result; (result = client.channel().tryReceive())?.ok;) yield result.value;
  }
});
