import { afterEach, describe, expect, test, vi } from "vitest";
import type { ConnectOptions } from "../../../../src/options/connect-options.js";
import { failure, microtasks, stateOf } from "../../../helpers/failure.js";
import { advance, useClock } from "../../../helpers/unit-clock.js";
import type { Opened } from "./fake-socket.js";
import { open } from "./fake-socket.js";

useClock();

afterEach(() => void vi.unstubAllGlobals());

describe("a received message", () => {
  test("is text or bytes, and counted as UTF-8", async () => {
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
    ["undefined", undefined],
    ["null", null],
    ["an array", [1, 2]],
  ])("ends the connection if it is %s, which cannot be read synchronously", async (_, data) => {
    const { client, socket } = await open();
    socket.onmessage?.({ data });
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "UNSUPPORTED" });
    expect(error?.message).toContain("ArrayBuffers");
    expect(socket.closes).toEqual([[4011]]);
  });

  test("is ignored after the end", async () => {
    const { client, socket } = await open();
    const { onmessage } = socket;
    client.terminate();
    onmessage?.({ data: "late" });
    expect(client.stats.messagesReceived).toBe(0);
  });

  test("is held back while the socket is paused, if it can be paused", async () => {
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

  test("causes one counted pause, however firm", async () => {
    const setPaused = vi.fn();
    const limits = { channelCapacity: 1, bufferLimit: 65_536 };
    const { client, socket } = await open(limits, { setPaused });
    socket.onmessage?.({ data: "x" });
    socket.onmessage?.({ data: new ArrayBuffer(40_000) });
    expect(setPaused.mock.calls).toEqual([[true]]);
    expect(client.stats.timesPaused).toBe(1);
    client.terminate();
  });
});

describe("a sent message", () => {
  test("is passed to the socket unchanged, bytes as a copy", async () => {
    const { client, socket } = await open();
    const bytes = new Uint8Array([1, 2, 3]);
    await client.send("h\u00e9");
    await client.send(bytes);
    bytes.fill(0);
    expect(socket.sent).toEqual(["h\u00e9", new Uint8Array([1, 2, 3])]);
    expect(client.stats).toMatchObject({ messagesSent: 2, bytesSent: 6 });
    client.terminate();
  });

  test("is not sent on a socket that is closing", async () => {
    const { client, socket } = await open();
    socket.readyState = 2;
    expect((await failure(client.send("x"))).code).toBe("CLOSED");
    expect(socket.sent).toEqual([]);
    client.terminate();
  });

  test("is checked every 10 ms only while bytes are buffered", async () => {
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

  test("makes progress for writeTimeout when bytes are flushed", async () => {
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

  test("needs no progress once it is flushed", async () => {
    const { client, socket } = await open({ writeTimeout: 1000 });
    await client.send("12345");
    socket.drain(6);
    await advance(5000);
    expect(client.state).toBe("open");
    client.terminate();
  });
});

describe("the end of a connection", () => {
  test("by a local close sends a code that the platform allows", async () => {
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

  test("by the peer is reported with its code and reason", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 1000, reason: "bye" });
    expect(await client.closed).toEqual({ code: 1000, reason: "bye", clean: true, by: "peer" });
    // Later events must not change the result: workerd may fire an error after the close.
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

  test("with code 0 is a lost connection", async () => {
    const { client, socket } = await open();
    socket.onclose?.({ code: 0 });
    expect(await client.closed).toMatchObject({ code: 1006, by: "none" });
  });

  test("is reported as closing by an error event", async () => {
    const { client, socket } = await open();
    socket.onerror?.({});
    expect(client.state).toBe("closing");
    socket.onclose?.({ code: 1006 });
    expect((await client.closed).error?.code).toBe("CONNECTION_LOST");
  });

  test.each<[string, ConnectOptions, string, unknown]>([
    ["by terminate()", {}, "", undefined],
    ["by a message over readLimit", { readLimit: 1 }, "12", 4009],
  ])("%s closes the socket once", async (_, options, data, sent) => {
    const { client, socket } = await open(options);
    if (data) socket.onmessage?.({ data });
    else client.terminate();
    expect(await client.closed).toMatchObject({ clean: false, by: "local" });
    expect((await client.closed).sentCode).toBe(sent);
    expect(socket.closes).toEqual([[sent]]);
  });

  test("is forced if the peer's close frame never comes", async () => {
    const { client, socket } = await open({ closeTimeout: 100 });
    const closed = client.close();
    await advance(105);
    expect(await closed).toMatchObject({ code: 1000, clean: false, by: "local", sentCode: 1000 });
    expect(socket.closes).toEqual([[1000, ""], [undefined]]);
  });
});

describe("a page", () => {
  const listeners = new Set<(event: object) => void>();

  /** Opens a connection on a page. The connection listens only to `pagehide`. */
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

  test("closes its connections when it is hidden and kept in the back/forward cache", async () => {
    const { client, socket } = await openOnPage();
    for (const listener of listeners) listener({ persisted: true });
    expect(await client.closed).toMatchObject({ code: 1006, by: "none", clean: false });
    expect(socket.closes).toEqual([[4001]]);
    expect(listeners.size).toBe(0);
  });

  test("leaves its connections to the browser when it is unloaded", async () => {
    const { client, socket } = await openOnPage();
    for (const listener of listeners) listener({ persisted: false });
    expect(client.state).toBe("open");
    expect(socket.closes).toEqual([]);
    client.terminate();
    expect(listeners.size).toBe(0);
  });

  test("has a listener until the connection ends", async () => {
    const { client, socket } = await openOnPage();
    socket.onclose?.({ code: 1000 });
    await client.closed;
    expect(listeners.size).toBe(0);
  });
});

describe("a WebSocket that counts more than payloads", () => {
  test("settles a flush when all earlier messages are flushed", async () => {
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

  test("does not count a send as progress of buffered bytes", async () => {
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
