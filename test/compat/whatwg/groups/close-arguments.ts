import { expect } from "vitest";
import { call, expectDomException, expectTypeError } from "../kit.js";
import type { Group } from "../kit.js";

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
