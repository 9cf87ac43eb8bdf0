import { describe, expect, test, vi } from "vitest";
import type { Codec } from "../../../src/protocol/codec.js";
import { deliverTo } from "../../../src/connection/deliver-to.js";
import { Inbox } from "../../../src/connection/inbox.js";
import { select } from "../../../src/channel/select.js";
import { failure, failureCode, stateOf } from "../../helpers/failure.js";
import { useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";
import { BROWSER, FakeTransport, openClient } from "../../helpers/unit-transport.js";
import { LABEL, textResult, trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("receiving", () => {
  test("delivers messages in order through receive, channel, select and iteration", async () => {
    const { client, text: arrive } = openClient();
    for (const data of ["a", "b", "c", "d"]) arrive(data);
    expect(await client.receive()).toEqual(textResult("a"));
    expect(client.channel().tryReceive()).toEqual(textResult("b"));
    expect(await select([client.channel().caseReceive()])).toMatchObject(textResult("c"));
    for await (const message of client) {
      expect(message).toEqual({ type: "text", data: "d" });
      break;
    }
    expect(client.state).toBe("open");
    expect(await failureCode(client.receive({ timeout: 0 }))).toBe("RECEIVE_TIMEOUT");
  });

  test.each([1, 2, 3, 5, 32])(
    "with channelCapacity %i pauses at the capacity and resumes at half of it",
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
  ])("pauses at 1 MiB unread: a message of %i bytes pauses it: %s", (size, paused) => {
    const { client, transport, bytes } = openClient();
    bytes(size);
    expect(transport.paused).toBe(paused);
    client.terminate();
  });

  test("resumes when half of 1 MiB is unread, not before", () => {
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
    // Exactly half is unread.
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

  test("never pauses if backpressure is buffer", () => {
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

  test("does not count a message that goes directly to a pending receive", async () => {
    const { client, transport, bytes } = openClient({ channelCapacity: 1, bufferLimit: 65_536 });
    const receive = client.receive();
    bytes(5_000_000);
    expect(client.stats.bytesBuffered).toBe(0);
    expect(transport.calls).toEqual([]);
    expect((await receive).value?.data.length).toBe(5_000_000);
  });

  test("accepts a message of readLimit bytes, and ends the connection at a larger one", async () => {
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
      "after a message of one byte, a %s message of length %i leaves the connection %s",
      (type, length, state) => {
        const { client, bytes, text: arrive } = openClient({ bufferLimit: LIMIT });
        bytes(1);
        if (type === "binary") bytes(length);
        else arrive("\u20ac".repeat(length));
        expect(client.state).toBe(state);
        if (state === "open") expect(client.stats.bytesBuffered).toBeGreaterThan(LIMIT - 2);
      },
    );

    test("always accepts a message while the buffer is empty", () => {
      const { client, bytes } = openClient({ bufferLimit: LIMIT });
      bytes(LIMIT * 10);
      expect(client.state).toBe("open");
      client.channel().tryReceive();
      bytes(LIMIT * 10);
      expect(client.state).toBe("open");
      bytes(0);
      expect(client.state).toBe("closed");
    });

    test("ends the connection with SLOW_CONSUMER and keeps earlier messages", async () => {
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

    test("reports both its close code and the code that a browser sent for it", async () => {
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
  test("returns a message, undefined if there is none, and ok false after the end", () => {
    const { client, text: arrive } = openClient();
    expect(client.tryReceive()).toBeUndefined();
    arrive("a");
    arrive("b");
    expect(client.tryReceive()).toEqual(textResult("a"));
    client.terminate();
    expect(client.tryReceive()).toEqual(textResult("b"));
    expect(client.tryReceive()).toEqual({ ok: false, value: undefined });
  });
});

describe("an iteration over a client", () => {
  test.each(["return()", "a signal"])(
    "cancelled by %s leaves the next message to another receiver",
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
      expect(await client.receive()).toEqual(textResult("kept"));
      expect(client.state).toBe("open");
    },
  );

  test("with a signal throws the connection's error if the connection ends first", async () => {
    const { client, transport } = openClient();
    const controller = new CountingController();
    const next = client.messages({ signal: controller.signal }).next();
    transport.end({ code: 1006, reason: "" });
    expect(await failureCode(next)).toBe("CONNECTION_LOST");
    expect(controller.listeners).toBe(0);
  });
});

describe("a for await loop over a client", () => {
  test("left by break leaves the connection open and the other messages readable", async () => {
    const { client, transport, text: arrive } = openClient();
    arrive("a");
    arrive("b");
    for await (const message of client) {
      expect(message.data).toBe("a");
      break;
    }
    expect(client.state).toBe("open");
    expect(transport.calls).toEqual([]);
    expect(await client.receive()).toEqual(textResult("b"));
  });
});

describe("discardIncoming", () => {
  test("counts and discards messages, and never pauses the socket", async () => {
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

  test("decodes nothing, and still enforces readLimit", async () => {
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

describe("an exception during delivery", () => {
  test("ends the connection and does not reach the transport", async () => {
    const { client, text: arrive } = openClient();
    const inbox = new Inbox(1, 65_536);
    const cause = new Error("thrown by the receiver");
    inbox.park(() => {
      throw cause;
    });
    deliverTo(client.internals.receiving, inbox);
    arrive("x");
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", cause });
  });
});
