import { describe, expect, test, vi } from "vitest";
import type { Client } from "../../../src/connection/client.js";
import type { AnyCodec, Codec } from "../../../src/protocol/codec.js";
import { BINARY, TEXT } from "../../../src/protocol/constants.js";
import { WsError } from "../../../src/errors/ws-error.js";
import type { Message } from "../../../src/protocol/message.js";
import type { ConnectOptions } from "../../../src/options/connect-options.js";
import { failure, failureCode } from "../../helpers/failure.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { FakeTransport, openClient } from "../../helpers/unit-transport.js";
import type { Opened } from "../../helpers/unit-transport.js";
import { LABEL, trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("a client with a codec", () => {
  /** Splits received text at commas, joins sent arrays with commas, and passes sent bytes through. */
  const csv: Codec<string, readonly string[] | Uint8Array> = {
    name: "csv",
    decoder:
      (readLimit) =>
      ({ data }, emit) => {
        if (typeof data !== "string") throw new TypeError("not text");
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

  test("receives each value of a message in order", async () => {
    const { client, text } = open();
    const first = client.receive();
    text("a,b,c");
    expect(await first).toEqual({ ok: true, value: "a" });
    expect(client.channel().tryReceive()).toEqual({ ok: true, value: "b" });
    expect(await client.receive()).toEqual({ ok: true, value: "c" });
    expect(client.channel().tryReceive()).toBeUndefined();
    client.terminate();
  });

  test("counts the sizes that the codec reports, and the bytes that were received", () => {
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

  test("counts 64 bytes for a value whose size the codec does not report", () => {
    const decoder = () => (_: Message, emit: (value: unknown, size: number) => void) =>
      (emit as (value: unknown) => void)(null);
    const { client, text } = open({}, { name: "nothing", decoder });
    text("");
    expect(client.stats.bytesBuffered).toBe(64);
    expect(client.channel().tryReceive()).toEqual({ ok: true, value: null });
    expect(client.stats.bytesBuffered).toBe(0);
    client.terminate();
  });

  test("ends with SLOW_CONSUMER in the middle of a message, and keeps the values that fitted", async () => {
    const decoder: typeof csv.decoder = () => (_, emit) => {
      for (const value of ["a", "b", "c", "d"]) emit(value, 30_000);
    };
    const { client, text } = open({ bufferLimit: 65_536 }, { name: "large", decoder });
    text("");
    expect(await client.closed).toMatchObject({ code: 1008, error: { code: "SLOW_CONSUMER" } });
    expect([...drain(client)]).toEqual(["a", "b"]);
  });

  test("pauses by the number of values, not of messages", () => {
    const { client, text, transport } = open({ channelCapacity: 3 });
    text("a,b,c");
    expect(transport.paused).toBe(true);
    client.terminate();
  });

  test.each([
    ["a WsError that the codec throws", "corrupt", 1007, "INVALID_MESSAGE"],
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

  test("ends with INVALID_MESSAGE and the codec's name if the codec throws any other error", async () => {
    const { client, bytes } = open();
    bytes(1);
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", cause: new TypeError("not text") });
    expect(error?.message).toBe(`receive ${LABEL}: codec csv failed`);
  });

  test("ends with INVALID_MESSAGE if creating the decoder throws", async () => {
    const decoder = (): never => {
      throw new RangeError("none");
    };
    const { client, text } = open({}, { name: "none", decoder });
    text("");
    expect((await client.closed).error).toMatchObject({ cause: new RangeError("none") });
  });

  test("decodes nothing after close()", async () => {
    const { client, text } = open();
    const closed = client.close();
    text("corrupt");
    client.terminate();
    expect(await closed).toMatchObject({ by: "local", code: 1006 });
  });

  test("creates one decoder per connection, with its readLimit", () => {
    const decoder = vi.fn((readLimit: number) => csv.decoder(readLimit));
    for (const limit of [500, 600]) {
      const { client, text } = open({ readLimit: limit }, { ...csv, decoder });
      text("a");
      text("b");
      client.terminate();
    }
    expect(decoder.mock.calls).toEqual([[500], [600]]);
  });

  test("sends encoded values by their own type, and passed-through bytes by the caller's type", async () => {
    const { client, transport } = open();
    await client.send(["a", "b"], BINARY);
    await client.send(new TextEncoder().encode("c"), TEXT);
    await client.send(new Uint8Array([1]));
    expect(transport.sent).toEqual(["a,b", "c", new Uint8Array([1])]);
    client.terminate();
  });

  test("rejects a value that the codec cannot encode with INVALID_MESSAGE, and stays open", async () => {
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

  test("rejects an encoded value that is not a message", async () => {
    const { client } = open({}, { ...csv, encode: () => 5 as never });
    expect(await failureCode(client.send([]))).toBe("INVALID_MESSAGE");
    client.terminate();
  });

  test("sends data unchanged if the codec has no encode", async () => {
    const { client, transport } = open(
      {},
      { name: "plain", decoder: (readLimit) => csv.decoder(readLimit) },
    );
    await client.send("a", BINARY);
    expect(transport.sent).toEqual([new TextEncoder().encode("a")]);
    client.terminate();
  });

  test("does not encode the message of keepAlive", async () => {
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
