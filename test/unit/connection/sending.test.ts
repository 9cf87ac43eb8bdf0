import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import type { SendOptions } from "../../../src/connection/client-like.js";
import { BINARY, TEXT } from "../../../src/protocol/constants.js";
import type { Data } from "../../../src/protocol/message.js";
import { failure, failureCode, stateOf } from "../../helpers/failure.js";
import { advance, turns, useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";
import { openClient } from "../../helpers/unit-transport.js";
import type { Opened } from "../../helpers/unit-transport.js";
import { LABEL, trackUnhandledRejections, utf8 } from "./support.js";

useClock();
const unhandled = trackUnhandledRejections();

describe("a transport that accepts no more messages", () => {
  test("makes send reject with CLOSED", async () => {
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

describe("offer", () => {
  test("sends a payload, or returns undefined if it is not accepted", async () => {
    const { client, transport } = openClient();
    await client.internals.offer("1");
    transport.refuses = true;
    expect(client.internals.offer("2")).toBeUndefined();
    transport.refuses = false;
    client.terminate();
    expect(client.internals.offer("3")).toBeUndefined();
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
  ])("accepts %s", async (_, data, type, expected) => {
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
    ["undefined", undefined, undefined, /data of type/],
    ["null", null, undefined, /data of type/],
    ["a number", 5, undefined, /data of type/],
    ["a boolean", true, BINARY, /data of type/],
    ["an array", [1, 2], undefined, /data of type/],
    ["an object", { length: 1 }, TEXT, /data of type/],
    ["a Blob", new Blob(["x"]), undefined, /arrayBuffer\(\)/],
    ["a SharedArrayBuffer", new SharedArrayBuffer(4), undefined, /data of type/],
    [
      "an object that is tagged ArrayBuffer",
      { [Symbol.toStringTag]: "ArrayBuffer" },
      undefined,
      /data of type|buffer/,
    ],
    ["a detached view", detached, undefined, /data of type/],
    ["a detached buffer", detached.buffer, undefined, /data of type/],
    ["bytes that are not UTF-8 as TEXT", new Uint8Array([0xff]), TEXT, /UTF-8/],
    ["a truncated character as TEXT", utf8("\u20ac").subarray(0, 2), TEXT, /UTF-8/],
    ["an encoded surrogate as TEXT", new Uint8Array([0xed, 0xa0, 0x80]), TEXT, /UTF-8/],
    ["type 0", "x", 0, /type must be TEXT \(1\) or BINARY \(2\), not 0/],
    ["type 3", "x", 3, /type must be.* 3/],
    ['type "text"', "x", "text", /type must be/],
    ["type null", "x", null, /type must be/],
    ["type true", "x", true, /type must be/],
    ["options of type 3", "x", { type: 3 }, /type must be.* 3/],
    [
      "options with a type that cannot be converted to a string",
      "x",
      { type: Object.create(null) as unknown },
      /type must be/,
    ],
  ])("rejects %s", async (_, data, type, message) => {
    const { client, transport } = openClient();
    const error = await failure(client.send(data as Data, type as 1));
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", kind: "INVALID" });
    expect(error.message).toMatch(/^send/);
    expect(error.message).toMatch(message);
    expect(transport.sent).toEqual([]);
    expect(client.state).toBe("open");
  });

  test("reports the platform's error as the cause if bytes are not UTF-8", async () => {
    const { client } = openClient();
    const { cause } = await failure(client.send(new Uint8Array([0xff]), TEXT));
    expect(cause).toBeInstanceOf(TypeError);
  });

  test("of invalid data causes no unhandled rejection if it is not awaited", async () => {
    const { client } = openClient();
    void client.send(5 as unknown as string);
    await turns();
    expect(unhandled).toEqual([]);
  });

  test("settles at once below the high-water mark", async () => {
    const { client } = openClient();
    const sends = Array.from({ length: 50 }, () => client.send("x"));
    expect(await Promise.all(sends.map(stateOf))).toEqual(sends.map(() => "resolved"));
  });

  test.each([
    [999, "resolved"],
    [1000, "pending"],
  ])("with %i of 1000 bytes buffered is %s", async (size, state) => {
    const { client, transport, handler } = openClient({ sendHighWaterMark: 1000 });
    transport.holds = true;
    void client.send(new Uint8Array(size));
    await turns();
    const send = client.send("");
    expect(await stateOf(send)).toBe(state);
    await turns();
    expect(await stateOf(send)).toBe(state);
    // Progress that stays at or above the mark must not settle the send.
    handler.onProgress();
    await turns();
    expect(await stateOf(send)).toBe(state);
    transport.bufferedAmount = 999;
    handler.onProgress();
    await turns();
    expect(await stateOf(send)).toBe("resolved");
  });

  test("that reaches sendHighWaterMark within one turn settles in a later turn", async () => {
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
  ])("of %i bytes plus the frame header, under a mark of 1000, is %s", async (size, state) => {
    const { client } = openClient({ sendHighWaterMark: 1000 });
    const sending = client.send(new Uint8Array(size));
    expect(await stateOf(sending)).toBe(state);
    await sending;
  });

  test("settles in a later turn once the current turn has lasted 5 ms", async () => {
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
    // A stream delivers all its buffered messages in one turn.
    ["stream", "pending"],
  ] as const)(
    "after a message that arrived with backpressure %s is %s",
    async (backpressure, state) => {
      const { client, transport, handler } = openClient({ sendHighWaterMark: 1000 });
      transport.backpressure = backpressure;
      expect(await stateOf(client.send(new Uint8Array(500)))).toBe("resolved");
      handler.onMessage({ type: "text", data: "" }, 0);
      expect(await stateOf(client.send(new Uint8Array(500)))).toBe(state);
      const third = client.send(new Uint8Array(500));
      expect(await stateOf(third)).toBe("pending");
      await turns(1);
      expect(await stateOf(third)).toBe("resolved");
      // A new turn is detected without another received message.
      for (let i = 0; i < 3; i++) {
        await turns(2);
        expect(await stateOf(client.send(new Uint8Array(500)))).toBe("resolved");
      }
    },
  );

  test("does not block the event loop, however often it is awaited in a row", async () => {
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
    // 6.25 MiB at 256 KiB per turn take 25 turns.
    expect(turned).toBeGreaterThan(20);
  });
});

describe("send with options", () => {
  /** Opens a client and starts a send that has to wait. */
  const waiting = (options: SendOptions): Opened & { sent: Promise<void> } => {
    const opened = openClient({ sendHighWaterMark: 1 });
    opened.transport.holds = true;
    return { ...opened, sent: opened.client.send("x", options) };
  };

  test("uses their type, and settles at once below the high-water mark", async () => {
    const { client, transport } = openClient();
    const { signal } = new AbortController();
    await client.send("x", { type: BINARY, timeout: 0, signal });
    await client.send(utf8("y"), { type: TEXT });
    await client.send("z", {});
    await client.send("z", { type: undefined, timeout: undefined, signal: undefined });
    expect(transport.sent).toEqual([utf8("x"), "y", "z", "z"]);
  });

  test("rejects with SEND_TIMEOUT after its timeout, not before; the message stays sent", async () => {
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

  test("with a timeout of 0 rejects at once if it would have to wait", async () => {
    const { client, transport, sent } = waiting({ timeout: 0 });
    expect(await failureCode(sent)).toBe("SEND_TIMEOUT");
    expect(transport.sent).toEqual(["x"]);
    client.terminate();
  });

  test("rejects with ABORTED when its signal fires; the message stays sent", async () => {
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

  test("leaves neither timer nor listener when it settles in time", async () => {
    const controller = new CountingController();
    const { transport, sent } = waiting({ timeout: 100, signal: controller.signal });
    await turns();
    transport.drain();
    await sent;
    expect(vi.getTimerCount()).toBe(0);
    expect(controller.listeners).toBe(0);
  });

  test("rejects with CLOSED if the connection ends during the wait or has ended", async () => {
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
  ])("%j sends nothing and rejects with %s", async (options, code) => {
    const { client, transport } = openClient();
    expect(await failureCode(client.send("x", options as SendOptions))).toBe(code);
    expect(transport.sent).toEqual([]);
    expect(client.state).toBe("open");
  });

  test("causes no unhandled rejection if it is not awaited", async () => {
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
