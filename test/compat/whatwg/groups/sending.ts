import { expect } from "vitest";
import { call, expectTypeError } from "../kit.js";
import type { Group } from "../kit.js";

/** Sends values, and returns what the server received. */
type SendAll = (...values: readonly unknown[]) => Promise<readonly unknown[]>;

function sender(open: Parameters<Group>[0]["open"]): SendAll {
  return async (...values) => {
    const { socket, report } = await open({ steps: [] });
    for (const value of values) socket.send(value as never);
    return (await report(`messages-${values.length}`)).messages;
  };
}

export const sendText: Group = ({ check, open }) => {
  const sendAll = sender(open);
  const texts: readonly (readonly [string, string, string?])[] = [
    ["empty", ""],
    ["ASCII", "Hello"],
    ["NUL and line ends", "a\0b\r\n"],
    ["two, three and four bytes a character", "ä€😀"],
    ["a byte order mark", "\ufeffbom"],
    ["125 bytes", "x".repeat(125)],
    ["126 bytes", "x".repeat(126)],
    ["65,535 bytes", "x".repeat(65_535)],
    ["65,536 bytes", "x".repeat(65_536)],
    ["a lone high surrogate, as U+FFFD", "a\ud800b", "a\ufffdb"],
    ["a lone low surrogate, as U+FFFD", "a\udc00b", "a\ufffdb"],
    ["surrogates in the wrong order, as two U+FFFD", "\udc00\ud800", "\ufffd\ufffd"],
  ];
  for (const [what, text, received = text] of texts) {
    check(`arrives: ${what}`, async () => {
      expect(await sendAll(text)).toEqual([received]);
    });
  }
  const values: readonly (readonly [string, unknown, string])[] = [
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["a number", 42.5, "42.5"],
    ["a boolean", true, "true"],
    ["a bigint", 7n, "7"],
    ["an object", {}, "[object Object]"],
    ["an array", [1, [2, 3]], "1,2,3"],
    ["a String object", Object("text"), "text"],
    ["an object with toString", { toString: () => "own", valueOf: () => 1 }, "own"],
    ["a function", Object.assign(() => 1, { toString: () => "function" }), "function"],
    ["a URL", new URL("http://host.example/"), "http://host.example/"],
  ];
  for (const [what, value, text] of values) {
    check(`other values are sent as their string: ${what}`, async () => {
      expect(await sendAll(value)).toEqual([text]);
    });
  }
  check("an exception of toString is passed on, and nothing is sent", async () => {
    const { socket, report } = await open({ steps: [] });
    const error = new Error("no text");
    const value = {
      toString: () => {
        throw error;
      },
    };
    expect(() => socket.send(value as never)).toThrow(error);
    socket.send("next");
    expect((await report("messages-1")).messages).toEqual(["next"]);
  });
  check("a Symbol is a TypeError, as is a missing argument", async () => {
    const { socket } = await open();
    expectTypeError(() => socket.send(Symbol("x") as never));
    expectTypeError(() => call(socket, "send"));
    expect(socket.readyState).toBe(1);
  });
  check("send returns undefined", async () => {
    const { socket } = await open();
    expect(call(socket, "send", "x")).toBeUndefined();
  });
  check("all frames are masked", async () => {
    const { socket, report } = await open();
    socket.send("x");
    socket.send(new Uint8Array(200));
    socket.close();
    expect((await report("close")).masked).toBe(true);
  });
};

/** An ArrayBuffer with the bytes 0 to 15. */
function bytes16(): ArrayBuffer {
  return Uint8Array.from({ length: 16 }, (_, i) => i).buffer;
}

export const sendBinary: Group = ({ check, open }) => {
  const sendAll = sender(open);
  const all = [...new Uint8Array(bytes16())];

  check("an ArrayBuffer arrives as a binary message", async () => {
    expect(await sendAll(bytes16(), new ArrayBuffer(0))).toEqual([all, []]);
  });
  const views = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ] as const;
  for (const View of views) {
    check(`a view sends only its part of the buffer: ${View.name}`, async () => {
      const size = View.BYTES_PER_ELEMENT;
      const buffer = bytes16();
      const part = new View(buffer, size, 1);
      expect(await sendAll(new View(buffer), new View(buffer, size), part)).toEqual([
        all,
        all.slice(size),
        all.slice(size, 2 * size),
      ]);
    });
  }
  check("a DataView sends only its part of the buffer", async () => {
    expect(await sendAll(new DataView(bytes16(), 3, 5))).toEqual([[3, 4, 5, 6, 7]]);
  });
  check("an empty view is an empty message", async () => {
    expect(await sendAll(new Uint8Array(bytes16(), 16))).toEqual([[]]);
  });
  check("65,536 bytes arrive", async () => {
    const [received] = await sendAll(new Uint8Array(65_536).fill(7));
    expect(received).toEqual(Array.from({ length: 65_536 }, () => 7));
  });
  check("the bytes are those of the time of the call", async () => {
    const { socket, report } = await open({ steps: [] });
    const view = new Uint8Array([1, 2, 3]);
    socket.send(view);
    view.fill(9);
    socket.send(view.buffer);
    view.fill(0);
    expect((await report("messages-2")).messages).toEqual([
      [1, 2, 3],
      [9, 9, 9],
    ]);
  });
  check("a detached buffer is an empty message", async () => {
    const buffer = bytes16();
    structuredClone(buffer, { transfer: [buffer] });
    expect(await sendAll(buffer)).toEqual([[]]);
  });
  check("a view on shared memory is a TypeError", async () => {
    const { socket } = await open();
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    expect(Object.prototype.toString.call(buffer)).toBe("[object SharedArrayBuffer]");
    expectTypeError(() => socket.send(new Uint8Array(buffer)));
    expectTypeError(() => socket.send(new DataView(buffer)));
    expect(socket.bufferedAmount).toBe(0);
  });
  check("shared memory itself is never sent as bytes", async () => {
    const { socket, report } = await open({ steps: [] });
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    // Web IDL converts it to a string; browsers throw a TypeError.
    try {
      socket.send(buffer);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
    socket.send("last");
    socket.close();
    const { messages } = await report("close");
    expect(messages.filter((message) => typeof message !== "string")).toEqual([]);
    expect(messages.at(-1)).toBe("last");
  });
  check("a resizable buffer is a TypeError", async () => {
    const { socket } = await open();
    const Resizable = ArrayBuffer as unknown as new (size: number, options: object) => ArrayBuffer;
    const buffer = new Resizable(4, { maxByteLength: 8 });
    expectTypeError(() => socket.send(buffer));
    expectTypeError(() => socket.send(new Uint8Array(buffer)));
  });
};

export const sendBlob: Group = ({ check, open }) => {
  const sendAll = sender(open);
  check("arrives as a binary message", async () => {
    expect(await sendAll(new Blob(["ä", new Uint8Array([1])]))).toEqual([[0xc3, 0xa4, 1]]);
  });
  check("may be empty", async () => {
    expect(await sendAll(new Blob([]), "x")).toEqual([[], "x"]);
  });
  check("may be a File, or a slice", async () => {
    const blob = new Blob(["abcdef"]);
    expect(await sendAll(new File(["a"], "name.txt"), blob.slice(2, 4))).toEqual([[97], [99, 100]]);
  });
  check("keeps its place among other messages", async () => {
    const blob = new Blob([new Uint8Array(70_000).fill(1)]);
    const { socket, report } = await open({ steps: [] });
    socket.send("first");
    socket.send(blob);
    socket.send("second");
    socket.send(new Blob(["b"]));
    socket.send(new Uint8Array([2]));
    const { messages } = await report("messages-5");
    const sizes = messages.map((message) =>
      typeof message === "string" ? message : message.length,
    );
    expect(sizes).toEqual(["first", 70_000, "second", 1, 1]);
  });
  check("is sent before the close frame", async () => {
    const { socket, report, closed } = await open({ steps: [] });
    socket.send(new Blob([new Uint8Array(70_000)]));
    socket.send("last");
    socket.close(3000, "bye");
    const { messages, close } = await report("close");
    expect(messages.map(({ length }) => length)).toEqual([70_000, 4]);
    expect(close).toEqual({ code: 3000, reason: "bye" });
    expect((await closed).wasClean).toBe(true);
  });
  check("counts into bufferedAmount at once, and until it is sent", async () => {
    const { socket, report } = await open({ steps: [] });
    socket.send(new Blob([new Uint8Array(1_000)]));
    socket.send("x");
    expect(socket.bufferedAmount).toBe(1_001);
    await report("messages-2");
    await expect.poll(() => socket.bufferedAmount).toBe(0);
  });
};
