import { expect } from "vitest";
import { call, expectDomException, expectTypeError, settle, typesOf } from "../kit.js";
import type { Group, Session } from "../kit.js";

export const closeArguments: Group = ({ check, open, start }) => {
  const bad: readonly (readonly [string, unknown])[] = [
    ["0", 0],
    ["1", 1],
    ["500", 500],
    ["999", 999],
    ["1001", 1001],
    ["1005", 1005],
    ["1006", 1006],
    ["1015", 1015],
    ["2999", 2999],
    ["5000", 5000],
    ["65,535", 65_535],
    ["65,536 + 1000, which is clamped", 66_536],
    ["-1, which is clamped to 0", -1],
    ["Infinity, which is clamped", Infinity],
    ["NaN, which is 0", NaN],
    ["null, which is 0", null],
    ["true, which is 1", true],
    ["text that is not a number, which is 0", "reason"],
    ["an empty string, which is 0", ""],
    ["an object, which is 0", {}],
    ["a function, which is 0", () => {}],
    ["1000.6, which is rounded", 1000.6],
    ["999.4, which is rounded", 999.4],
  ];
  for (const [what, code] of bad) {
    check(`an InvalidAccessError is thrown for the code ${what}`, async () => {
      const { socket } = await open();
      expectDomException(() => socket.close(code as never), "InvalidAccessError");
      expectDomException(() => socket.close(code as never, "reason"), "InvalidAccessError");
      expect(socket.readyState).toBe(1);
    });
  }
  const good: readonly (readonly [string, unknown, number | null])[] = [
    ["1000", 1000, 1000],
    ["3000", 3000, 3000],
    ["4999", 4999, 4999],
    ["a string", "1000", 1000],
    ["a string with spaces", " 3001 ", 3001],
    ["a hexadecimal string", "0xBB9", 3001],
    ["an object with valueOf", { valueOf: () => 3002 }, 3002],
    ["an array of one number", [3003], 3003],
    ["1000.4, which is rounded", 1000.4, 1000],
    ["999.6, which is rounded", 999.6, 1000],
    ["1000.5, which is rounded to the even number", 1000.5, 1000],
    ["undefined, which is none", undefined, null],
  ];
  for (const [what, given, code] of good) {
    check(`the code is sent: ${what}`, async () => {
      const { socket, report, closed } = await open();
      socket.close(given as never);
      expect((await report("close")).close).toEqual({ code, reason: "" });
      expect(await closed).toMatchObject({ code: code ?? 1005, reason: "", wasClean: true });
    });
  }
  check("a Symbol and a bigint as code are a TypeError", async () => {
    const { socket } = await open();
    expectTypeError(() => socket.close(Symbol("x") as never));
    expectTypeError(() => socket.close(1000n as never));
    expect(socket.readyState).toBe(1);
  });

  const reasons: readonly (readonly [string, unknown, string])[] = [
    ["none", undefined, ""],
    ["an empty one", "", ""],
    ["ASCII", "bye", "bye"],
    ["123 bytes", "x".repeat(123), "x".repeat(123)],
    ["123 bytes in 62 characters", `${"ä".repeat(61)}x`, `${"ä".repeat(61)}x`],
    ["a pair of surrogates", "😀", "😀"],
    ["a lone surrogate, as U+FFFD", "a\ud800", "a\ufffd"],
    ["41 lone surrogates, as 123 bytes", "\ud800".repeat(41), "\ufffd".repeat(41)],
    ["a byte order mark", "\ufeffbye", "\ufeffbye"],
    ["null, as its string", null, "null"],
    ["a number, as its string", 7, "7"],
  ];
  for (const [what, given, reason] of reasons) {
    check(`the reason is sent: ${what}`, async () => {
      const { socket, report } = await open();
      socket.close(3000, given as never);
      expect((await report("close")).close).toEqual({ code: 3000, reason });
    });
  }
  const long: readonly (readonly [string, string])[] = [
    ["124 bytes", "x".repeat(124)],
    ["124 bytes in 62 characters", "ä".repeat(62)],
    ["42 lone surrogates, as they are 126 bytes", "\ud800".repeat(42)],
  ];
  for (const [what, reason] of long) {
    check(`a SyntaxError is thrown for a reason of ${what}`, async () => {
      const { socket } = await open();
      expectDomException(() => socket.close(1000, reason), "SyntaxError");
      expect(socket.readyState).toBe(1);
    });
  }
  check("a SyntaxError is thrown for a reason of 124 bytes without a code", async () => {
    const { socket } = await open();
    expectDomException(() => socket.close(undefined, "x".repeat(124)), "SyntaxError");
    expect(socket.readyState).toBe(1);
  });
  check("a bad code is reported before a bad reason", async () => {
    const { socket } = await open();
    expectDomException(() => socket.close(1, "x".repeat(124)), "InvalidAccessError");
  });
  check("a Symbol as reason is a TypeError", async () => {
    const { socket } = await open();
    expectTypeError(() => socket.close(1000, Symbol("x") as never));
  });
  check("a reason without a code is sent with 1000", async () => {
    const { socket, report } = await open();
    socket.close(undefined, "bye");
    expect((await report("close")).close).toEqual({ code: 1000, reason: "bye" });
  });
  check("bad arguments throw in every state", async () => {
    const { socket, closed } = start({ answer: "nothing" });
    const expectThrows = (): void => {
      expectDomException(() => socket.close(1001), "InvalidAccessError");
      expectDomException(() => socket.close(1000, "x".repeat(124)), "SyntaxError");
    };
    expectThrows();
    expect(socket.readyState).toBe(0);
    socket.close();
    expectThrows();
    await closed;
    expectThrows();
  });
  check("close returns undefined", async () => {
    const { socket } = await open();
    expect(call(socket, "close")).toBeUndefined();
    expect(call(socket, "close")).toBeUndefined();
  });
};

export const closeWhileConnecting: Group = ({ check, start }) => {
  const expectFailure = async ({ socket, events, closed }: Session): Promise<void> => {
    expect(socket.readyState).toBe(2);
    expect(events).toEqual([]);
    const { code, reason, wasClean } = await closed;
    expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(typesOf(events)).toEqual(["error", "close"]);
    await settle();
    expect(events).toHaveLength(2);
  };
  check("fails the connection: error, then close with 1006", async () => {
    const session = start({ answer: "nothing" });
    await expect.poll(session.seen).toBe(true);
    session.socket.close();
    await expectFailure(session);
  });
  check("does so in the turn of the constructor, too", async () => {
    const session = start();
    session.socket.close();
    await expectFailure(session);
  });
  check("ignores code and reason", async () => {
    const session = start({ answer: "nothing" });
    session.socket.close(3000, "bye");
    await expectFailure(session);
  });
  check("a second call changes nothing", async () => {
    const session = start({ answer: "nothing" });
    session.socket.close();
    session.socket.close(3000, "bye");
    await expectFailure(session);
  });
  check("fires no event before the call has returned", async () => {
    const session = start({ answer: "nothing" });
    let isInside = true;
    let wasInside: boolean | undefined;
    session.socket.onerror = () => {
      wasInside = isInside;
    };
    session.socket.close();
    isInside = false;
    await session.closed;
    expect(wasInside).toBe(false);
  });
  check("ends the TCP connection", async () => {
    const { socket, seen, report } = start({ answer: "nothing" });
    await expect.poll(seen).toBe(true);
    socket.close();
    await report("end");
  });
};

export const closingHandshake: Group = ({ check, open, start }) => {
  check("without a code both sides see 1005", async () => {
    const { socket, report, closed, events } = await open();
    socket.close();
    expect((await report("close")).close).toEqual({ code: null, reason: "" });
    expect(await closed).toMatchObject({ code: 1005, reason: "", wasClean: true });
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("the event has code and reason of the server's frame, not of the own", async () => {
    const { socket, report, closed } = await open({
      steps: [{ until: "close frame" }, { close: 3001, reason: "theirs" }, { tcp: "end" }],
      onClose: "ignore",
    });
    socket.close(3000, "ours");
    expect((await report("close")).close).toEqual({ code: 3000, reason: "ours" });
    expect(await closed).toMatchObject({ code: 3001, reason: "theirs", wasClean: true });
  });
  check("the event has 1005 if the server answers without a code", async () => {
    const { socket, closed } = await open({
      steps: [{ until: "close frame" }, { close: null }, { tcp: "end" }],
      onClose: "ignore",
    });
    socket.close(3000, "ours");
    expect(await closed).toMatchObject({ code: 1005, reason: "", wasClean: true });
  });
  check("a second call changes nothing", async () => {
    const { socket, report, closed, events } = await open();
    socket.close(3000, "first");
    socket.close(3001, "second");
    socket.close();
    await closed;
    socket.close(3002, "third");
    expect((await report("close")).close).toEqual({ code: 3000, reason: "first" });
    await settle();
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("close in the handler of open works", async () => {
    const { closed, events } = start({}, [], (socket) => {
      socket.onopen = () => socket.close(3000);
    });
    expect(await closed).toMatchObject({ code: 3000, wasClean: true });
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("close in the handler of close does nothing", async () => {
    const { socket, closed, events } = await open();
    socket.onclose = () => socket.close();
    socket.close();
    await closed;
    await settle();
    expect(socket.readyState).toBe(3);
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("close in the handler of error does nothing", async () => {
    const { closed, events } = start({ answer: { refuse: "400 Bad Request" } }, [], (socket) => {
      socket.onerror = () => socket.close();
    });
    await closed;
    await settle();
    expect(typesOf(events)).toEqual(["error", "close"]);
  });
  check("messages that were sent before arrive before the close frame", async () => {
    const { socket, report } = await open({ steps: [] });
    for (let i = 0; i < 100; i++) socket.send(String(i));
    socket.send(new Uint8Array(1_000_000));
    socket.close(3000);
    const { messages, close } = await report("close");
    expect(messages).toHaveLength(101);
    expect(close).toEqual({ code: 3000, reason: "" });
  });

  const fromServer: readonly (readonly [string, number | null, string, number])[] = [
    ["no code", null, "", 1005],
    ["1000 and no reason", 1000, "", 1000],
    ["1000 and a reason", 1000, "bye", 1000],
    ["1001", 1001, "away", 1001],
    ["1011", 1011, "oops", 1011],
    ["3000", 3000, "", 3000],
    ["4999", 4999, "x", 4999],
    ["a reason of 123 bytes", 4000, `${"ä".repeat(61)}x`, 4000],
    ["a reason with a byte order mark", 4000, "\ufeffbye", 4000],
  ];
  for (const [what, sent, reason, code] of fromServer) {
    check(`the server closes with ${what}`, async () => {
      const steps = [{ close: sent, reason }];
      const { closed, events, report } = await open({ steps, onClose: "end" });
      expect(await closed).toMatchObject({ code, reason, wasClean: true });
      expect((await report("close")).close?.code).toBe(sent);
      await settle();
      expect(typesOf(events)).toEqual(["open", "close"]);
    });
  }
  check("data after the close frame is ignored", async () => {
    const { closed, events } = await open({
      steps: [{ close: 1000 }, { text: "late" }],
      onClose: "end",
    });
    expect(await closed).toMatchObject({ code: 1000, wasClean: true });
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check(
    "close frames of both sides that cross are clean, with the code of the server",
    async () => {
      // The server's frame has arrived with the handshake, when the handler of open closes.
      const { closed, report } = start(
        { steps: [{ close: 3001 }], onClose: "end" },
        [],
        (socket) => {
          socket.onopen = () => socket.close(3000);
        },
      );
      expect(await closed).toMatchObject({ code: 3001, wasClean: true });
      expect((await report("close")).close?.code).toBeGreaterThanOrEqual(3000);
    },
  );
};

export const abnormalEnd: Group = ({ check, open }) => {
  const expectLost = async ({ socket, events, closed }: Session): Promise<void> => {
    const { code, reason, wasClean } = await closed;
    expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: "", wasClean: false });
    await settle();
    expect(typesOf(events)).toEqual(["open", "error", "close"]);
    expect(socket.readyState).toBe(3);
  };
  check("a TCP connection that ends without a close frame is error and 1006", async () => {
    const session = await open({ steps: [{ until: "released" }, { tcp: "end" }] });
    await session.release();
    await expectLost(session);
  });
  check("a TCP connection that is reset is error and 1006", async () => {
    const session = await open({ steps: [{ until: "released" }, { tcp: "reset" }] });
    await session.release();
    await expectLost(session);
  });
  check("a connection that ends within a message is error and 1006", async () => {
    const frame = { opcode: 1, fin: false, payload: "half" };
    const session = await open({ steps: [{ until: "released" }, { frame }, { tcp: "end" }] });
    await session.release();
    await expectLost(session);
  });
  check(
    "a connection that ends after close was called, without an answer, is not clean",
    async () => {
      const session = await open({ onClose: "end", steps: [] });
      session.socket.close(3000, "bye");
      const { code, reason, wasClean } = await session.closed;
      expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: "", wasClean: false });
    },
  );
  check("messages before the end are delivered", async () => {
    const texts = Array.from({ length: 50 }, (_, i) => ({ text: String(i) }));
    const { events, closed, release } = await open({
      steps: [{ until: "released" }, ...texts, { tcp: "end" }],
    });
    await release();
    expect((await closed).code).toBe(1006);
    expect(events.filter(({ type }) => type === "message")).toHaveLength(50);
  });
};

export const violations: Group = ({ check, open, start }) => {
  const text = { opcode: 1, payload: "x" };
  const close = (...payload: number[]): { opcode: number; payload: number[] } => ({
    opcode: 8,
    payload,
  });
  const cases: readonly (readonly [string, readonly object[]])[] = [
    ["text that is not UTF-8", [{ opcode: 1, payload: [0xff] }]],
    ["text with an encoded surrogate", [{ opcode: 1, payload: [0xed, 0xa0, 0x80] }]],
    ["text that ends within a character", [{ opcode: 1, payload: [0xc3] }]],
    ["a masked frame", [{ ...text, mask: true }]],
    ["a reserved opcode", [{ opcode: 3, payload: "x" }]],
    ["a reserved opcode of a control frame", [{ opcode: 11 }]],
    ["the first reserved bit without an extension", [{ ...text, rsv1: true }]],
    ["the second reserved bit", [{ ...text, rsv2: true }]],
    ["the third reserved bit", [{ ...text, rsv3: true }]],
    ["a continuation without a beginning", [{ opcode: 0, payload: "x" }]],
    ["a message within a message", [{ ...text, fin: false }, text]],
    ["a fragmented ping", [{ opcode: 9, fin: false }]],
    ["a ping of 126 bytes", [{ opcode: 9, payload: "x".repeat(126) }]],
    ["a close frame of one byte", [close(3)]],
    ["the close code 0", [close(0, 0)]],
    ["the close code 999", [close(3, 0xe7)]],
    ["the close code 1005", [close(3, 0xed)]],
    ["the close code 1006", [close(3, 0xee)]],
    ["the close code 1015", [close(3, 0xf7)]],
    ["the close code 65535", [close(0xff, 0xff)]],
    ["a close reason that is not UTF-8", [close(3, 0xe8, 0xff)]],
  ];
  for (const [what, frames] of cases) {
    check(`fails the connection: ${what}`, async () => {
      const { closed, events, socket, messages, release } = await open({
        steps: [
          { until: "released" },
          { text: "before" },
          ...frames.map((frame) => ({ frame: frame as typeof text })),
          { text: "after" },
        ],
      });
      await release();
      // Does not wait for the end of a connection that goes on.
      await Promise.race([closed, messages(2)]);
      expect(events.map((event) => (event as MessageEvent).data as unknown)).not.toContain("after");
      const { code, reason, wasClean } = await closed;
      expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: "", wasClean: false });
      await settle();
      expect(typesOf(events)).toEqual(["open", "message", "error", "close"]);
      expect(socket.readyState).toBe(3);
    });
  }
  check("one in the packet of the handshake comes after open", async () => {
    const { closed, events } = start({ steps: [{ frame: { opcode: 3 } }] });
    expect((await closed).code).toBe(1006);
    expect(typesOf(events)).toEqual(["open", "error", "close"]);
  });
};
