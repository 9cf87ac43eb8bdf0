import { expect } from "vitest";
import { settle, typesOf } from "../kit.js";
import type { Group, Session } from "../kit.js";

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
