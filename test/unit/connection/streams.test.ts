import { afterEach, describe, expect, test, vi } from "vitest";
import { WsError } from "../../../src/errors/ws-error.js";
import { failure, failureCode, microtasks, stateOf } from "../../helpers/failure.js";
import { turns } from "../../helpers/unit-clock.js";
import { openClient } from "../../helpers/unit-transport.js";

const text = (data: string) => ({ type: "text", data });

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("client.readable", () => {
  test("yields the messages and closes after a normal end", async () => {
    const { client, handler, text: arrive } = openClient();
    expect(client.readable).toBe(client.readable);
    arrive("a");
    const reader = client.readable.getReader();
    expect(await reader.read()).toEqual({ done: false, value: text("a") });
    const read = reader.read();
    arrive("b");
    expect(await read).toEqual({ done: false, value: text("b") });
    arrive("c");
    handler.onEnd({ code: 1000, reason: "" });
    expect(await reader.read()).toEqual({ done: false, value: text("c") });
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    await reader.closed;
  });

  test("receives nothing from the channel before it is read", async () => {
    const { client, transport, text: arrive } = openClient({ channelCapacity: 1 });
    const { readable } = client;
    arrive("a");
    await turns();
    expect(transport.paused).toBe(true);
    expect(await client.receive()).toEqual({ ok: true, value: text("a") });
    arrive("b");
    const reader = readable.getReader();
    expect(await reader.read()).toEqual({ done: false, value: text("b") });
    await turns();
    arrive("c");
    expect(client.tryReceive()).toEqual({ ok: true, value: text("c") });
    client.terminate();
  });

  test("errors with the connection's error after an abnormal end, once it is drained", async () => {
    const { client, transport, text: arrive } = openClient();
    const reader = client.readable.getReader();
    arrive("a");
    transport.end({ code: 1006, reason: "" });
    expect(await reader.read()).toEqual({ done: false, value: text("a") });
    const { error } = await client.closed;
    expect(error?.code).toBe("CONNECTION_LOST");
    expect(await failure(reader.read())).toBe(error);
    expect(await failure(reader.closed)).toBe(error);
  });

  test("can be created after the end", async () => {
    const { client, transport, text: arrive } = openClient();
    arrive("a");
    transport.end({ code: 1000, reason: "" });
    const seen: unknown[] = [];
    for await (const message of client.readable) seen.push(message);
    expect(seen).toEqual([text("a")]);
  });

  test.each(["idle", "reading"])(
    "cancelled while %s closes the connection with 1000",
    async (how) => {
      const { client, transport } = openClient();
      const reader = client.readable.getReader();
      const read = how === "reading" ? reader.read() : undefined;
      const cancelled = reader.cancel("enough");
      await microtasks();
      expect(transport.calls).toEqual(["close 1000"]);
      expect(await stateOf(cancelled)).toBe("pending");
      transport.end({ code: 1000, reason: "" });
      await cancelled;
      expect(await client.closed).toMatchObject({ code: 1000, by: "local", clean: true });
      if (read) expect(await read).toEqual({ done: true, value: undefined });
    },
  );
});

describe("client.writable", () => {
  test("sends its chunks, and closes the connection when it is closed", async () => {
    const { client, transport } = openClient();
    expect(client.writable).toBe(client.writable);
    const writer = client.writable.getWriter();
    await writer.write("a");
    await writer.write(new Uint8Array([1]));
    expect(transport.sent).toEqual(["a", new Uint8Array([1])]);
    const closed = writer.close();
    await microtasks();
    expect(transport.calls).toEqual(["close 1000"]);
    expect(await stateOf(closed)).toBe("pending");
    transport.end({ code: 1000, reason: "" });
    await closed;
    await writer.closed;
    expect(client.state).toBe("closed");
  });

  test("delays writes while sends wait", async () => {
    const { client, transport } = openClient({ sendHighWaterMark: 4 });
    transport.holds = true;
    const writer = client.writable.getWriter();
    const write = writer.write("abcd");
    void writer.write("next");
    await turns();
    expect(await stateOf(write)).toBe("pending");
    expect(transport.sent).toEqual(["abcd"]);
    transport.holds = false;
    transport.drain();
    await write;
    await turns();
    expect(transport.sent).toEqual(["abcd", "next"]);
    client.terminate();
  });

  test("aborted ends the connection, even while a write is pending", async () => {
    const { client, transport } = openClient({ sendHighWaterMark: 1 });
    transport.holds = true;
    const writer = client.writable.getWriter();
    const write = writer.write("abcd");
    await turns();
    const aborted = writer.abort(new Error("enough"));
    expect(client.state).toBe("closed");
    await aborted;
    await expect(write).rejects.toBeDefined();
    expect(await client.closed).toMatchObject({ by: "local", clean: false });
    await expect(writer.closed).rejects.toThrow("enough");
  });

  test("errors when the connection ends, even if nothing is written", async () => {
    const { client, transport } = openClient();
    const writer = client.writable.getWriter();
    transport.end({ code: 1006, reason: "" });
    const error = await failure(writer.closed);
    expect(error).toMatchObject({ code: "CLOSED", retryable: true });
    expect(error.cause).toBe((await client.closed).error);
    expect(await failure(writer.write("x"))).toBe(error);
  });

  test("errors after a normal end, too, with an error that is not retryable", async () => {
    const { client, transport } = openClient();
    const writer = client.writable.getWriter();
    transport.end({ code: 1000, reason: "" });
    expect(await failure(writer.closed)).toMatchObject({ code: "CLOSED", retryable: false });
  });

  test("errors if a chunk cannot be sent, and leaves the connection open", async () => {
    const { client, transport } = openClient();
    const writer = client.writable.getWriter();
    expect(await failureCode(writer.write(5 as never))).toBe("INVALID_MESSAGE");
    expect(await failureCode(writer.closed)).toBe("INVALID_MESSAGE");
    await client.send("x");
    expect(transport.sent).toEqual(["x"]);
    client.terminate();
  });
});

test("client.readable can be piped into client.writable", async () => {
  const from = openClient();
  const to = openClient();
  const piped = from.client.readable
    .pipeThrough(
      new TransformStream({
        transform({ data }: { data: unknown }, controller) {
          controller.enqueue(`${String(data)}!`);
        },
      }),
    )
    .pipeTo(to.client.writable);
  from.text("a");
  from.text("b");
  from.transport.end({ code: 1000, reason: "" });
  await turns(10);
  expect(to.transport.sent).toEqual(["a!", "b!"]);
  expect(to.transport.calls).toEqual(["close 1000"]);
  to.transport.end({ code: 1000, reason: "" });
  await piped;
});

describe("a platform without streams", () => {
  test.each([
    ["readable", "ReadableStream"],
    ["writable", "WritableStream"],
  ] as const)("reports UNSUPPORTED for client.%s, and names %s", async (member, name) => {
    vi.stubGlobal(name, undefined);
    const { client } = openClient();
    const error = await failure(() => client[member]);
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain(name);
    vi.unstubAllGlobals();
    expect(WsError.is(error)).toBe(true);
    expect(client[member]).toBeDefined();
    client.terminate();
  });
});
