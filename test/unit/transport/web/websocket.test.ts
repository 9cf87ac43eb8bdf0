import { afterEach, describe, expect, test, vi } from "vitest";
import type { ConnectOptions } from "../../../../src/options/connect-options.js";
import { advance, useClock } from "../../../helpers/unit-clock.js";
import { failure, microtasks, stateOf } from "../../../helpers/unit-failure.js";
import type { Opened } from "./fake-socket.js";
import { open } from "./fake-socket.js";

useClock();

afterEach(() => void vi.unstubAllGlobals());

describe("what arrives", () => {
  test("is text or bytes, counted as UTF-8", async () => {
    const { client, socket } = await open();
    socket.onmessage?.({ data: "h\u00e9" });
    socket.onmessage?.({ data: new Uint8Array([1, 2, 3, 4]).buffer });
    expect((await client.receive()).value).toEqual({ type: "text", data: "h\u00e9" });
    expect((await client.receive()).value).toEqual({
      type: "binary",
      data: new Uint8Array([1, 2, 3, 4]),
    });
    expect(client.stats).toMatchObject({ messagesReceived: 2, bytesReceived: 7 });
    client.terminate();
  });

  test.each([
    ["a Blob", new Blob(["x"])],
    ["nothing", undefined],
    ["null", null],
    ["an array", [1, 2]],
  ])("ends the connection if it is %s, which cannot be read at once", async (_, data) => {
    const { client, socket } = await open();
    socket.onmessage?.({ data });
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "UNSUPPORTED" });
    expect(error?.message).toContain("ArrayBuffers");
    expect(socket.closes).toEqual([[4011]]);
  });

  test("after the end is nobody's", async () => {
    const { client, socket } = await open();
    const { onmessage } = socket;
    client.terminate();
    onmessage?.({ data: "late" });
    expect(client.stats.messagesReceived).toBe(0);
  });

  test("can be held back where the socket can be paused", async () => {
    const setPaused = vi.fn();
    const { client, socket } = await open({ channelCapacity: 1 }, { setPaused });
    expect(client.backpressure).toBe("stream");
    socket.onmessage?.({ data: "x" });
    expect(setPaused.mock.calls).toEqual([[true]]);
    expect(client.stats.timesPaused).toBe(1);
    await client.receive();
    expect(setPaused.mock.calls).toEqual([[true], [false]]);
    expect(client.stats.timesPaused).toBe(1);
    client.terminate();
  });

  test("is held back once, however firmly", async () => {
    const setPaused = vi.fn();
    const limits = { channelCapacity: 1, bufferLimit: 65_536 };
    const { client, socket } = await open(limits, { setPaused });
    socket.onmessage?.({ data: "x" });
    socket.onmessage?.({ data: new ArrayBuffer(40_000) });
    expect(setPaused.mock.calls).toEqual([[true], [true]]);
    expect(client.stats.timesPaused).toBe(1);
    client.terminate();
  });
});

describe("what is sent", () => {
  test("is handed over as it is, bytes as a copy", async () => {
    const { client, socket } = await open();
    const bytes = new Uint8Array([1, 2, 3]);
    await client.send("h\u00e9");
    await client.send(bytes);
    bytes.fill(0);
    expect(socket.sent).toEqual(["h\u00e9", new Uint8Array([1, 2, 3])]);
    expect(client.stats).toMatchObject({ messagesSent: 2, bytesSent: 6 });
    client.terminate();
  });

  test("goes nowhere on a socket that is closing", async () => {
    const { client, socket } = await open();
    socket.readyState = 2;
    expect((await failure(client.send("x"))).code).toBe("CLOSED");
    expect(socket.sent).toEqual([]);
    client.terminate();
  });

  test("is looked after every 10 ms while bytes wait, and then no more", async () => {
    const { client, socket } = await open();
    expect(vi.getTimerCount()).toBe(0);
    await client.send("12345");
    await client.send("1");
    const flush = client.flush();
    expect(vi.getTimerCount()).toBe(1);
    socket.ondrain = null;
    await advance(25);
    socket.bufferedAmount = 0;
    await advance(4);
    expect(await stateOf(flush)).toBe("pending");
    await advance(1);
    expect(await stateOf(flush)).toBe("resolved");
    expect(vi.getTimerCount()).toBe(0);
    await client.send("1");
    expect(vi.getTimerCount()).toBe(1);
    client.terminate();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("makes progress by what leaves, where writeTimeout watches", async () => {
    const { client, socket } = await open({ writeTimeout: 1000 });
    await client.send("1".repeat(99));
    for (let i = 0; i < 9; i++) {
      await advance(900);
      socket.drain(10);
    }
    expect(client.state).toBe("open");
    await advance(2000);
    expect((await client.closed).error?.code).toBe("WRITE_TIMEOUT");
  });

  test("and has left owes no progress", async () => {
    const { client, socket } = await open({ writeTimeout: 1000 });
    await client.send("12345");
    socket.drain(6);
    await advance(5000);
    expect(client.state).toBe("open");
    client.terminate();
  });
});

describe("an end", () => {
  test("by this side goes out with a code that the platform lets pass", async () => {
    const { client, socket } = await open();
    const closed = client.close(1011, "why");
    await microtasks();
    expect(socket.closes).toEqual([[4011, "why"]]);
    socket.onclose?.({ code: 4011, reason: "why" });
    expect(await closed).toEqual({
      code: 1011,
      reason: "why",
      clean: true,
      by: "local",
      sentCode: 4011,
    });
  });

  test("by the peer is told with its code and reason", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 1000, reason: "bye" });
    expect(await client.closed).toEqual({ code: 1000, reason: "bye", clean: true, by: "peer" });
    // Whatever still comes changes nothing: workerd may fire an error behind it.
    socket.onclose?.({ code: 1011 });
    socket.onerror?.({});
    socket.ondrain?.();
    expect((await client.closed).code).toBe(1000);
  });

  test("without a reason has an empty one", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 4000 });
    expect(await client.closed).toMatchObject({ code: 4000, reason: "", by: "peer" });
  });

  test("by 0 is a lost connection", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 0 });
    expect(await client.closed).toMatchObject({ code: 1006, by: "none" });
  });

  test("is announced by an error", async () => {
    const { client, socket } = await open();
    socket.onerror?.({});
    expect(client.state).toBe("closing");
    socket.onclose?.({ code: 1006 });
    expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
  });

  test.each<[string, ConnectOptions, string, unknown]>([
    ["that is lost, without a code", {}, "", undefined],
    ["over a broken limit, with one", { readLimit: 1 }, "12", 4009],
  ])("at once is one %s", async (_, options, data, sent) => {
    const { client, socket } = await open(options);
    if (data) socket.onmessage?.({ data });
    else client.terminate();
    expect(await client.closed).toMatchObject({ clean: false, by: "local" });
    expect((await client.closed).sentCode).toBe(sent);
    expect(socket.closes).toEqual([[sent]]);
  });

  test("whose answer never comes is cut off", async () => {
    const { client, socket } = await open({ closeTimeout: 100 });
    const closed = client.close();
    await advance(105);
    expect(await closed).toMatchObject({ code: 1000, clean: false, by: "local", sentCode: 1000 });
    expect(socket.closes).toEqual([[1000, ""], [undefined]]);
  });
});

describe("a page that is hidden", () => {
  const listeners = new Set<(event: object) => void>();

  /** With a page's events, of which `pagehide` alone is listened to. */
  async function openOnPage(): Promise<Opened> {
    vi.stubGlobal("addEventListener", (type: string, listener: never) => {
      expect(type).toBe("pagehide");
      listeners.add(listener);
    });
    vi.stubGlobal("removeEventListener", (type: string, listener: never) => {
      expect(type).toBe("pagehide");
      listeners.delete(listener);
    });
    const opened = await open();
    expect(listeners.size).toBe(1);
    return opened;
  }

  test("and kept is one that is left: its connections are closed", async () => {
    const { client, socket } = await openOnPage();
    for (const listener of listeners) listener({ persisted: true });
    expect(await client.closed).toMatchObject({ code: 1006, by: "none", clean: false });
    expect(socket.closes).toEqual([[4001]]);
    expect(listeners.size).toBe(0);
  });

  test("for good is the browser's own affair", async () => {
    const { client, socket } = await openOnPage();
    for (const listener of listeners) listener({ persisted: false });
    expect(client.state).toBe("open");
    expect(socket.closes).toEqual([]);
    client.terminate();
    expect(listeners.size).toBe(0);
  });

  test("is listened to until the connection ends", async () => {
    const { client, socket } = await openOnPage();
    socket.onclose?.({ code: 1000 });
    await client.closed;
    expect(listeners.size).toBe(0);
  });
});

describe("a WebSocket that counts more than payloads", () => {
  test("settles a flush when what was sent before it has left", async () => {
    const { client, socket } = await open();
    void client.send("12345");
    const flush = client.flush();
    for (let i = 0; i < 3; i++) void client.send("12345");
    socket.drain(5);
    expect(await stateOf(flush)).toBe("pending");
    socket.drain(1);
    expect(await stateOf(flush)).toBe("resolved");
    client.terminate();
  });

  test("takes no send for progress of what waits", async () => {
    const { client } = await open({ writeTimeout: 1000 });
    for (let i = 0; i < 9; i++) {
      void client.send("x");
      await advance(110);
    }
    expect(client.state).toBe("open");
    await advance(20);
    expect(client.state).toBe("closed");
    expect((await client.closed).error?.code).toBe("WRITE_TIMEOUT");
  });
});
