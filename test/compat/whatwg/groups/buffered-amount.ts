import { expect } from "vitest";
import { call, expectDomException, expectTypeError, settle } from "../kit.js";
import type { Group } from "../kit.js";

export const sendInStates: Group = ({ check, open, start }) => {
  const values: readonly (readonly [string, () => unknown])[] = [
    ["text", () => "x"],
    ["an ArrayBuffer", () => new ArrayBuffer(1)],
    ["a view", () => new Uint8Array(1)],
    ["a Blob", () => new Blob(["x"])],
  ];
  for (const [what, make] of values) {
    check(`${what} while connecting is an InvalidStateError`, () => {
      const { socket } = start({ answer: "nothing" });
      expectDomException(() => socket.send(make() as never), "InvalidStateError");
      expect(socket.bufferedAmount).toBe(0);
    });
    check(`${what} after close was called is counted, and not sent`, async () => {
      const { socket, report, closed } = await open({ steps: [] });
      socket.close();
      socket.send(make() as never);
      expect(socket.bufferedAmount).toBe(1);
      expect((await closed).wasClean).toBe(true);
      expect((await report("end")).messages).toEqual([]);
    });
    check(`${what} after the end is counted`, async () => {
      const { socket, closed } = await open();
      socket.close();
      await closed;
      const before = socket.bufferedAmount;
      socket.send(make() as never);
      socket.send(make() as never);
      expect(socket.bufferedAmount).toBe(before + 2);
    });
  }
  check("the argument is converted before the state is checked", () => {
    const { socket } = start({ answer: "nothing" });
    expectTypeError(() => socket.send(Symbol("x") as never));
    expectTypeError(() => call(socket, "send"));
  });
  check("in the handler of open is possible", async () => {
    const { messages } = start({}, [], (socket) => {
      socket.onopen = () => socket.send("at once");
    });
    expect(await messages(1)).toEqual(["at once"]);
  });
  check("after close was called while connecting is counted", async () => {
    const { socket, closed } = start({ answer: "nothing" });
    socket.close();
    socket.send("abc");
    expect(socket.bufferedAmount).toBe(3);
    await closed;
    expect(socket.bufferedAmount).toBe(3);
  });
};

export const bufferedAmount: Group = ({ check, open, start }) => {
  check("is 0 before anything is sent", async () => {
    const { socket, opened } = start();
    expect(socket.bufferedAmount).toBe(0);
    await opened;
    expect(socket.bufferedAmount).toBe(0);
  });
  const values: readonly (readonly [string, () => unknown, number])[] = [
    ["ASCII text", () => "Hello", 5],
    ["text of more bytes than characters", () => "ä€😀", 9],
    ["a lone surrogate", () => "\ud800", 3],
    ["an ArrayBuffer", () => new ArrayBuffer(10), 10],
    ["a part of a buffer", () => new Uint16Array(new ArrayBuffer(10), 4, 2), 4],
    ["65,000 bytes", () => "x".repeat(65_000), 65_000],
    ["nothing", () => "", 0],
    ["null, as its string", () => null, 4],
  ];
  for (const [what, make, size] of values) {
    check(`grows in the same task, without the size of frames: ${what}`, async () => {
      const { socket, report } = await open({ steps: [] });
      socket.send(make() as never);
      expect(socket.bufferedAmount).toBe(size);
      socket.send("x");
      expect(socket.bufferedAmount).toBe(size + 1);
      await report("messages-2");
      await expect.poll(() => socket.bufferedAmount).toBe(0);
    });
  }
  check("does not fall during a task, nor in its microtasks", async () => {
    const { socket } = await open({ steps: [] });
    socket.send("abc");
    const end = performance.now() + 20;
    while (performance.now() < end) expect(socket.bufferedAmount).toBe(3);
    await Promise.resolve();
    await Promise.resolve();
    expect(socket.bufferedAmount).toBe(3);
  });
  check("does not fall to 0 while the server reads nothing", async () => {
    const { socket } = await open({ steps: [{ read: false }] });
    const size = 33_554_432;
    socket.send(new Uint8Array(size));
    expect(socket.bufferedAmount).toBe(size);
    await settle();
    expect(socket.bufferedAmount).toBeGreaterThan(0);
    expect(socket.bufferedAmount).toBeLessThanOrEqual(size);
  });
  check("is not reset by the end of the connection", async () => {
    const { socket, release, closed } = await open({
      steps: [{ read: false }, { until: "released" }, { tcp: "reset" }],
    });
    socket.send(new Uint8Array(33_554_432));
    await release();
    await closed;
    const rest = socket.bufferedAmount;
    expect(rest).toBeGreaterThan(0);
    socket.send("abc");
    expect(socket.bufferedAmount).toBe(rest + 3);
  });
  check("only grows once close was called", async () => {
    const { socket, closed } = await open();
    socket.close();
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      socket.send("ab");
      seen.push(socket.bufferedAmount);
    }
    await closed;
    seen.push(socket.bufferedAmount);
    expect(seen).toEqual([2, 4, 6, 6]);
  });
};
