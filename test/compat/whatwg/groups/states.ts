import { expect } from "vitest";
import { expectTypeError } from "../kit.js";
import type { Group } from "../kit.js";

export const states: Group = ({ check, start, open, play }) => {
  check("is CONNECTING until the connection is open", async () => {
    const { socket, opened } = start();
    expect(socket.readyState).toBe(0);
    await Promise.resolve();
    expect(socket.readyState).toBe(0);
    await opened;
    expect(socket.readyState).toBe(1);
  });
  check("is OPEN in the handlers of open and message", async () => {
    const seen: number[] = [];
    const { messages } = start({ steps: [{ text: "a" }] }, [], (socket) => {
      socket.onopen = () => seen.push(socket.readyState);
      socket.onmessage = () => seen.push(socket.readyState);
    });
    await messages(1);
    expect(seen).toEqual([1, 1]);
  });
  check("is CLOSING as soon as close was called, until the close event", async () => {
    const { socket, closed } = await open();
    socket.close();
    expect(socket.readyState).toBe(2);
    await Promise.resolve();
    expect(socket.readyState).toBe(2);
    await closed;
    expect(socket.readyState).toBe(3);
  });
  check("is CLOSING as soon as close was called while it was connecting", async () => {
    const { socket, closed } = start({ answer: "nothing" });
    socket.close();
    expect(socket.readyState).toBe(2);
    await closed;
    expect(socket.readyState).toBe(3);
  });
  check(
    "is CLOSING after a close frame of the server, until the connection has ended",
    async () => {
      const steps = [{ close: 1000 }, { until: "released" }, { tcp: "end" }] as const;
      const { socket, closed, release, events } = await open({ steps, onClose: "ignore" });
      await expect.poll(() => socket.readyState, { interval: 1 }).toBe(2);
      expect(events.map(({ type }) => type)).toEqual(["open"]);
      await release();
      await closed;
      expect(socket.readyState).toBe(3);
    },
  );
  check("is CLOSED in the handlers of error and close", async () => {
    const seen: number[] = [];
    const { closed } = start({ answer: { refuse: "400 Bad Request" } }, [], (socket) => {
      socket.onerror = () => seen.push(socket.readyState);
      socket.onclose = () => seen.push(socket.readyState);
    });
    await closed;
    expect(seen).toEqual([3, 3]);
  });
  check("is CLOSED in the handlers of error and close of an open connection", async () => {
    const seen: number[] = [];
    await play((socket) => {
      socket.onerror = () => seen.push(socket.readyState);
      socket.onclose = () => seen.push(socket.readyState);
    });
    expect(seen).toEqual([3, 3]);
  });
  check("cannot be assigned", async () => {
    const { socket } = await open();
    expectTypeError(() => {
      (socket as { readyState: number }).readyState = 3;
    });
    expect(Reflect.deleteProperty(socket, "readyState")).toBe(true);
    expect(socket.readyState).toBe(1);
  });
};
