import { expect } from "vitest";
import { TYPES, handlerOf, setHandler, settle } from "../kit.js";
import type { Group } from "../kit.js";

export const handlers: Group = ({ check, start, open, play }) => {
  for (const type of TYPES) {
    check(`on${type} is null at first, and returns the function that was set`, () => {
      const { socket } = start();
      expect(handlerOf(socket, type)).toBe(null);
      const handler = (): void => {};
      setHandler(socket, type, handler);
      expect(handlerOf(socket, type)).toBe(handler);
      setHandler(socket, type, null);
      expect(handlerOf(socket, type)).toBe(null);
    });
    check(`on${type} is null after a value that is no object was set`, () => {
      const { socket } = start();
      for (const value of [2, "text", true, undefined, Symbol("x"), 1n]) {
        setHandler(socket, type, () => {});
        setHandler(socket, type, value);
        expect(handlerOf(socket, type)).toBe(null);
      }
    });
    check(`on${type} keeps an object that is not a function, and never calls it`, async () => {
      let calls = 0;
      const object = { handleEvent: () => calls++ };
      const { socket } = await play((made) => {
        setHandler(made, type, object);
        expect(handlerOf(made, type)).toBe(object);
      });
      expect(handlerOf(socket, type)).toBe(object);
      expect(calls).toBe(0);
    });
    check(`on${type} is called with the event, and with the socket as this`, async () => {
      const calls: unknown[][] = [];
      const { socket, events } = await play((made) => {
        setHandler(made, type, function (this: unknown, ...all: unknown[]) {
          calls.push([this, ...all]);
        });
      });
      const expected = events.filter((event) => event.type === type);
      expect(calls).toEqual(expected.map((event) => [socket, event]));
      expect(calls[0]?.[1]).toBe(expected[0]);
    });
  }
  check("a handler keeps the place of the first one among the listeners", async () => {
    const log: string[] = [];
    const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
      socket.addEventListener("message", () => log.push("1"));
      socket.onmessage = () => log.push("replaced");
      socket.addEventListener("message", () => log.push("3"));
      socket.onmessage = () => log.push("2");
    });
    await received(1);
    expect(log).toEqual(["1", "2", "3"]);
  });
  check("a handler that was null in between goes to the end", async () => {
    const log: string[] = [];
    const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
      socket.onmessage = () => log.push("removed");
      socket.addEventListener("message", () => log.push("1"));
      socket.onmessage = null;
      socket.onmessage = () => log.push("2");
    });
    await received(1);
    await settle();
    expect(log).toEqual(["1", "2"]);
  });
  check(
    "the place is taken when a handler is first set, even by an object without a call",
    async () => {
      const log: string[] = [];
      const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
        socket.onmessage = {} as never;
        socket.addEventListener("message", () => log.push("2"));
        socket.onmessage = () => log.push("1");
      });
      await received(1);
      await settle();
      expect(log).toEqual(["1", "2"]);
    },
  );
  check("a handler that is set to null is not called", async () => {
    let calls = 0;
    const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
      socket.onmessage = () => calls++;
      socket.onmessage = null;
    });
    await received(1);
    expect(calls).toBe(0);
  });
  check("a handler that is set during the dispatch to its listener's place is called", async () => {
    const log: string[] = [];
    const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
      socket.addEventListener("message", () => {
        socket.onmessage = () => log.push("new");
      });
      socket.onmessage = () => log.push("old");
    });
    await received(1);
    await settle();
    expect(log).toEqual(["new"]);
  });
  check("a function that is a handler and a listener is called twice", async () => {
    let calls = 0;
    const handler = (): number => calls++;
    const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
      socket.onmessage = handler;
      socket.addEventListener("message", handler);
      socket.removeEventListener("message", handler);
      socket.addEventListener("message", handler);
    });
    await received(1);
    expect(calls).toBe(2);
  });
  check("removeEventListener does not remove a handler", async () => {
    let calls = 0;
    const handler = (): number => calls++;
    const { messages: received } = start({ steps: [{ text: "x" }] }, [], (socket) => {
      socket.onmessage = handler;
      socket.removeEventListener("message", handler);
    });
    await received(1);
    expect(calls).toBe(1);
  });
  check(
    "the result false cancels an event that can be cancelled, and no other result does",
    async () => {
      const { socket } = await open();
      const dispatch = (type: string, result: unknown): boolean => {
        setHandler(socket, type, () => result);
        return socket.dispatchEvent(new Event(type, { cancelable: true }));
      };
      for (const type of TYPES) {
        expect(dispatch(type, false)).toBe(false);
        for (const other of [true, undefined, null, 0, ""])
          expect(dispatch(type, other)).toBe(true);
      }
    },
  );
  check("a handler of a class is found on the instance of a subclass", async () => {
    const { socket } = await open();
    let calls = 0;
    setHandler(socket, "message", (() => calls++) satisfies (event: Event) => unknown);
    socket.dispatchEvent(new Event("message"));
    expect(calls).toBe(1);
  });
};
