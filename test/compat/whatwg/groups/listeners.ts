import { expect } from "vitest";
import { TYPES, call, expectDomException, expectTypeError, setHandler, typesOf } from "../kit.js";
import type { Group } from "../kit.js";

export const listeners: Group = ({ check, start, open }) => {
  check("once: a listener is called once, and is removed before the call", async () => {
    let calls = 0;
    const { socket } = await open();
    const listener = (): void => {
      calls++;
      if (calls === 1) socket.dispatchEvent(new Event("x"));
    };
    socket.addEventListener("x", listener, { once: true });
    socket.dispatchEvent(new Event("x"));
    socket.dispatchEvent(new Event("x"));
    expect(calls).toBe(1);
  });
  check("once: only the first of several messages", async () => {
    const data: unknown[] = [];
    const { messages: received } = start(
      { steps: [{ text: "1" }, { text: "2" }] },
      [],
      (socket) => {
        socket.addEventListener("message", (event) => data.push(event.data), { once: true });
      },
    );
    await received(2);
    expect(data).toEqual(["1"]);
  });
  check("passive: preventDefault has no effect", async () => {
    const { socket } = await open();
    socket.addEventListener("x", (event) => event.preventDefault(), { passive: true });
    expect(socket.dispatchEvent(new Event("x", { cancelable: true }))).toBe(true);
    socket.addEventListener("y", (event) => event.preventDefault());
    expect(socket.dispatchEvent(new Event("y", { cancelable: true }))).toBe(false);
  });
  check("signal: an abort removes the listener, also during the dispatch", async () => {
    const { socket } = await open();
    const controller = new AbortController();
    const { signal } = controller;
    const log: string[] = [];
    socket.addEventListener("x", () => log.push("a"), { signal });
    socket.addEventListener("x", () => controller.abort());
    socket.addEventListener("x", () => log.push("b"), { signal });
    socket.dispatchEvent(new Event("x"));
    socket.dispatchEvent(new Event("x"));
    expect(log).toEqual(["a"]);
  });
  check("signal: with one that has aborted nothing is added", async () => {
    const { socket } = await open();
    let calls = 0;
    socket.addEventListener("x", () => calls++, { signal: AbortSignal.abort() });
    socket.dispatchEvent(new Event("x"));
    expect(calls).toBe(0);
  });
  check("the same listener is added once, with its first options", async () => {
    const { socket } = await open();
    let calls = 0;
    const listener = (): number => calls++;
    socket.addEventListener("x", listener);
    socket.addEventListener("x", listener, { once: true });
    socket.addEventListener("x", listener, false);
    socket.dispatchEvent(new Event("x"));
    socket.dispatchEvent(new Event("x"));
    expect(calls).toBe(2);
  });
  check("capture: distinguishes listeners, and those that capture come first", async () => {
    const { socket } = await open();
    const log: string[] = [];
    socket.addEventListener("x", () => log.push("bubble"));
    socket.addEventListener("x", () => log.push("capture"), true);
    const both = (): void => void log.push("both");
    socket.addEventListener("x", both);
    socket.addEventListener("x", both, { capture: true });
    socket.dispatchEvent(new Event("x"));
    expect(log).toEqual(["capture", "both", "bubble", "both"]);
  });
  check("capture: has to be named to remove a listener", async () => {
    const { socket } = await open();
    let calls = 0;
    const listener = (): number => calls++;
    socket.addEventListener("x", listener, true);
    socket.removeEventListener("x", listener);
    socket.dispatchEvent(new Event("x"));
    expect(calls).toBe(1);
    socket.removeEventListener("x", listener, { capture: true });
    socket.dispatchEvent(new Event("x"));
    expect(calls).toBe(1);
  });
  check("handleEvent is looked up at each event, and called on its object", async () => {
    const log: unknown[] = [];
    const object = { handleEvent: (event: Event) => void log.push(event.type) };
    const { messages: received } = start(
      { steps: [{ text: "x" }, { text: "y" }] },
      [],
      (socket) => {
        socket.addEventListener("message", object);
        socket.addEventListener("open", () => {
          object.handleEvent = function (this: unknown, event: Event) {
            log.push(this === object, event.type);
          };
        });
      },
    );
    await received(2);
    expect(log).toEqual([true, "message", true, "message"]);
  });
  check("null as a listener is ignored", async () => {
    const { socket } = await open();
    socket.addEventListener("x", null as never);
    socket.removeEventListener("x", null as never);
    expect(socket.dispatchEvent(new Event("x"))).toBe(true);
  });
  check("addEventListener requires two arguments, and an object or null", async () => {
    const { socket } = await open();
    expectTypeError(() => call(socket, "addEventListener", "x"));
    expectTypeError(() => socket.addEventListener("x", 7 as never));
  });
  check("removeEventListener during the dispatch keeps a listener from being called", async () => {
    const { socket } = await open();
    let calls = 0;
    const listener = (): number => calls++;
    socket.addEventListener("x", () => socket.removeEventListener("x", listener));
    socket.addEventListener("x", listener);
    socket.dispatchEvent(new Event("x"));
    expect(calls).toBe(0);
  });
  check(
    "a listener that is added during the dispatch is called for the next event only",
    async () => {
      const { socket } = await open();
      let calls = 0;
      socket.addEventListener("x", () => socket.addEventListener("x", () => calls++), {
        once: true,
      });
      socket.dispatchEvent(new Event("x"));
      expect(calls).toBe(0);
      socket.dispatchEvent(new Event("x"));
      expect(calls).toBe(1);
    },
  );
  check("stopImmediatePropagation keeps the other listeners from being called", async () => {
    const { socket } = await open();
    let calls = 0;
    socket.addEventListener("message", (event) => event.stopImmediatePropagation());
    socket.onmessage = () => calls++;
    socket.dispatchEvent(new Event("message"));
    expect(calls).toBe(0);
  });
  for (const type of TYPES) {
    check(
      `an event of the user reaches the listeners of ${type} and changes no state`,
      async () => {
        const { socket, events } = await open();
        const seen: Event[] = [];
        setHandler(socket, type, (event: Event) => seen.push(event));
        const event = new Event(type);
        expect(socket.dispatchEvent(event)).toBe(true);
        expect(seen).toEqual([event]);
        expect(seen[0]).toBe(event);
        expect(event.target).toBe(socket);
        expect(typesOf(events)).toEqual(["open", type]);
        expect(socket.readyState).toBe(1);
        socket.send("x");
      },
    );
  }
  check("an event of the user before the opening changes nothing", async () => {
    const { socket, opened } = start();
    socket.dispatchEvent(new Event("close"));
    socket.dispatchEvent(new Event("open"));
    expect(socket.readyState).toBe(0);
    await opened;
    await expect.poll(() => socket.readyState).toBe(1);
  });
  check("dispatchEvent takes only events", async () => {
    const { socket } = await open();
    expectTypeError(() => socket.dispatchEvent({ type: "x" } as never));
    expectTypeError(() => socket.dispatchEvent(null as never));
  });
  check(
    "dispatchEvent throws an InvalidStateError for an event that is being dispatched",
    async () => {
      const { socket } = await open();
      const event = new Event("x");
      let nested: () => unknown = () => {};
      socket.addEventListener("x", () => {
        let error: unknown;
        try {
          socket.dispatchEvent(event);
        } catch (thrown) {
          error = thrown;
        }
        nested = () => {
          throw error;
        };
      });
      socket.dispatchEvent(event);
      expectDomException(nested, "InvalidStateError");
    },
  );
};
