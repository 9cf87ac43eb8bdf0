import { expect } from "vitest";
import { settle, typesOf } from "../kit.js";
import type { Group } from "../kit.js";

const bytesOf = async (data: unknown): Promise<number[]> => [
  ...new Uint8Array(data instanceof Blob ? await data.arrayBuffer() : (data as ArrayBuffer)),
];

export const messages: Group = ({ check, open, start, play }) => {
  const texts: readonly (readonly [string, string])[] = [
    ["empty", ""],
    ["ASCII", "Hello"],
    ["NUL", "a\0b"],
    ["two, three and four bytes a character", "ä€😀"],
    ["U+FFFD", "\ufffd"],
    ["a byte order mark", "\ufeffbom"],
    ["only a byte order mark", "\ufeff"],
    ["two byte order marks", "\ufeff\ufeff"],
    ["125 bytes", "x".repeat(125)],
    ["126 bytes", "x".repeat(126)],
    ["65,535 bytes", "x".repeat(65_535)],
    ["65,536 bytes", "x".repeat(65_536)],
  ];
  for (const [what, text] of texts) {
    check(`text is a string: ${what}`, async () => {
      // As an echo, because the script in a URL has to be short.
      const { socket, messages: received } = await open();
      socket.send(text);
      expect(await received(1)).toEqual([text]);
    });
  }
  check("fragments are one message, also with a ping between them", async () => {
    const { messages: received } = await open({
      steps: [
        { frame: { opcode: 1, fin: false, payload: [0x61, 0xc3] } },
        { ping: "p" },
        { frame: { opcode: 0, fin: false } },
        { frame: { opcode: 0, payload: [0xa4] } },
        { text: "next" },
      ],
    });
    expect(await received(2)).toEqual(["aä", "next"]);
  });
  check("pings and pongs are no events", async () => {
    const { messages: received, events } = await open({
      steps: [{ ping: "a" }, { frame: { opcode: 10, payload: "b" } }, { text: "c" }],
    });
    await received(1);
    expect(typesOf(events)).toEqual(["open", "message"]);
  });
  check("messages in the packet of the handshake come after open, in order", async () => {
    const steps = Array.from({ length: 20 }, (_, i) => ({ text: String(i) }));
    const { events, messages: received } = start({ steps });
    expect(await received(20)).toEqual(steps.map(({ text }) => text));
    expect(typesOf(events).slice(0, 2)).toEqual(["open", "message"]);
  });
  check("all messages before a close frame are delivered, and before the close event", async () => {
    const steps = [...Array.from({ length: 50 }, (_, i) => ({ text: String(i) })), { close: 1000 }];
    const { events, closed, messages: received } = start({ steps, onClose: "end" });
    await closed;
    expect(await received(50)).toHaveLength(50);
    expect(typesOf(events)).toEqual(["open", ...steps.slice(1).map(() => "message"), "close"]);
  });
  check("after close was called no message is delivered, even if it had arrived", async () => {
    const steps = [{ text: "a" }, { text: "b" }, { text: "c" }];
    const { closed, events } = start({ steps }, [], (socket) => {
      socket.onmessage = () => socket.close();
    });
    expect((await closed).wasClean).toBe(true);
    expect(typesOf(events)).toEqual(["open", "message", "close"]);
  });
  check(
    "a message that the server sends after the close frame of the client is dropped",
    async () => {
      const { socket, closed, events } = await open({
        steps: [
          { until: "close frame" },
          { text: "late" },
          { binary: [1] },
          { close: 1000 },
          { tcp: "end" },
        ],
        onClose: "ignore",
      });
      socket.close();
      expect(await closed).toMatchObject({ code: 1000, wasClean: true });
      expect(typesOf(events)).toEqual(["open", "close"]);
    },
  );
  check("nothing is fired after the close event", async () => {
    const { socket, events } = await play();
    socket.send("x");
    socket.close();
    await settle();
    expect(typesOf(events)).toEqual(["open", "message", "message", "error", "close"]);
  });
  check("the microtasks of one message run before the next message", async () => {
    const log: string[] = [];
    const { messages: received } = start(
      { steps: [{ text: "1" }, { text: "2" }] },
      [],
      (socket) => {
        socket.onmessage = ({ data }) => {
          log.push(`message ${String(data)}`);
          void Promise.resolve()
            .then(() => {})
            .then(() => log.push(`microtask ${String(data)}`));
        };
      },
    );
    await received(2);
    expect(log.slice(0, 3)).toEqual(["message 1", "microtask 1", "message 2"]);
  });
  check("the microtasks of one listener run before the next listener", async () => {
    const log: string[] = [];
    const { closed } = start({ steps: [{ close: 1000 }], onClose: "end" }, [], (socket) => {
      socket.addEventListener("open", () => {
        log.push("first");
        void Promise.resolve().then(() => log.push("microtask"));
      });
      socket.addEventListener("open", () => log.push("second"));
    });
    await closed;
    expect(log).toEqual(["first", "microtask", "second"]);
  });
  check("a listener of message that is added after open misses nothing", async () => {
    const received: unknown[] = [];
    const session = start({ steps: [{ text: "a" }, { text: "b" }] });
    await session.opened;
    session.socket.onmessage = ({ data }) => received.push(data);
    await session.messages(2);
    expect(received).toEqual(["a", "b"]);
  });
};

export const binaryType: Group = ({ check, open, start }) => {
  check("is blob at first", () => {
    expect(start().socket.binaryType).toBe("blob");
  });
  check("can be set in every state", async () => {
    const { socket, opened, closed } = start();
    socket.binaryType = "arraybuffer";
    expect(socket.binaryType).toBe("arraybuffer");
    await opened;
    socket.binaryType = "blob";
    expect(socket.binaryType).toBe("blob");
    socket.close();
    await closed;
    socket.binaryType = "arraybuffer";
    expect(socket.binaryType).toBe("arraybuffer");
  });
  for (const value of [
    "",
    "Blob",
    "ARRAYBUFFER",
    " blob",
    "nodebuffer",
    "text",
    null,
    undefined,
    0,
    {},
  ]) {
    check(`other values are ignored: ${JSON.stringify(value) ?? "undefined"}`, () => {
      const { socket } = start();
      socket.binaryType = value as never;
      expect(socket.binaryType).toBe("blob");
      socket.binaryType = "arraybuffer";
      socket.binaryType = value as never;
      expect(socket.binaryType).toBe("arraybuffer");
    });
  }
  check("a value is converted to a string, and a Symbol is a TypeError", () => {
    const { socket } = start();
    socket.binaryType = { toString: () => "arraybuffer" } as never;
    expect(socket.binaryType).toBe("arraybuffer");
    expect(() => {
      socket.binaryType = Symbol("blob") as never;
    }).toThrow(TypeError);
  });
  check("blob delivers a Blob without a type", async () => {
    const { messages: received } = await open({ steps: [{ binary: [1, 2, 255] }, { binary: [] }] });
    const [first, second] = (await received(2)) as [Blob, Blob];
    expect(first).toBeInstanceOf(Blob);
    expect(Object.prototype.toString.call(first)).toBe("[object Blob]");
    expect([first.size, first.type, second.size]).toEqual([3, "", 0]);
    expect(await bytesOf(first)).toEqual([1, 2, 255]);
  });
  check("arraybuffer delivers an ArrayBuffer of the size of the message", async () => {
    const steps = [{ binary: [1, 2, 255] }, { binary: [] }, { binary: [4] }];
    const { messages: received } = start({ steps }, [], (socket) => {
      socket.binaryType = "arraybuffer";
    });
    const all = (await received(3)) as ArrayBuffer[];
    for (const one of all) expect(one).toBeInstanceOf(ArrayBuffer);
    expect(all.map(({ byteLength }) => byteLength)).toEqual([3, 0, 1]);
    expect(await Promise.all(all.map(bytesOf))).toEqual([[1, 2, 255], [], [4]]);
    expect(new Set(all).size).toBe(3);
  });
  check(
    "an assignment in a handler holds for the next message, even if it has arrived",
    async () => {
      const steps = [{ binary: [1] }, { binary: [2] }, { binary: [3] }];
      const { messages: received } = start({ steps }, [], (socket) => {
        socket.onmessage = () => {
          socket.binaryType = socket.binaryType === "blob" ? "arraybuffer" : "blob";
        };
      });
      const all = await received(3);
      const kinds = all.map((data) => (data instanceof Blob ? "blob" : "arraybuffer"));
      expect(kinds).toEqual(["blob", "arraybuffer", "blob"]);
      expect(await Promise.all(all.map(bytesOf))).toEqual([[1], [2], [3]]);
    },
  );
  check("text stays text", async () => {
    const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
      socket.binaryType = "arraybuffer";
    });
    expect(await received(1)).toEqual(["x"]);
  });
  check("blobs and texts keep their order", async () => {
    const steps = [{ binary: [1] }, { text: "a" }, { binary: [2] }, { text: "b" }];
    const { messages: received } = start({ steps });
    const kinds = (await received(4)).map((data) => (typeof data === "string" ? data : "blob"));
    expect(kinds).toEqual(["blob", "a", "blob", "b"]);
  });
  check("a received Blob can be sent", async () => {
    const { socket, messages: received } = await open();
    socket.send(new Uint8Array([1, 2, 3]));
    const [blob] = await received(1);
    socket.send(blob as Blob);
    const [, echo] = await received(2);
    expect(await bytesOf(echo)).toEqual([1, 2, 3]);
  });
};
