import { expect } from "vitest";
import {
  call,
  captureUncaught,
  expectDomException,
  expectTypeError,
  settle,
  typesOf,
} from "../kit.js";
import type { Group } from "../kit.js";

const TYPES = ["open", "message", "error", "close"] as const;

type Handler = ((event: Event) => unknown) | null;

/** Reads or sets a handler by the type of its event. */
const handlerOf = (socket: WebSocket, type: string): unknown => Reflect.get(socket, `on${type}`);
const setHandler = (socket: WebSocket, type: string, handler: unknown): void => {
  (socket as unknown as Record<string, unknown>)[`on${type}`] = handler;
};

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
    setHandler(socket, "message", (() => calls++) satisfies Handler);
    socket.dispatchEvent(new Event("message"));
    expect(calls).toBe(1);
  });
};

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

export const exceptions: Group = ({ check, start, open, play }) => {
  for (const type of TYPES) {
    check(`of a handler of ${type} is reported, and the events go on`, async () => {
      const caught = captureUncaught();
      const error = new Error(`on${type}`);
      let calls = 0;
      const { events } = await play((socket) => {
        setHandler(socket, type, () => {
          throw error;
        });
        socket.addEventListener(type, () => calls++);
      });
      const count = type === "message" ? 2 : 1;
      await expect.poll(() => caught).toEqual(Array.from({ length: count }, () => error));
      expect(calls).toBe(count);
      expect(typesOf(events)).toEqual(["open", "message", "message", "error", "close"]);
    });
  }
  check("of several listeners is reported each", async () => {
    const caught = captureUncaught();
    const errors = [new Error("1"), new Error("2")];
    const { opened, socket } = start({}, [], (made) => {
      for (const error of errors) {
        made.addEventListener("open", () => {
          throw error;
        });
      }
    });
    await opened;
    await expect.poll(() => caught).toEqual(errors);
    expect(socket.readyState).toBe(1);
  });
  check("of handleEvent is reported", async () => {
    const caught = captureUncaught();
    const error = new Error("handleEvent");
    const { opened } = start({}, [], (socket) => {
      socket.addEventListener("open", {
        handleEvent() {
          throw error;
        },
      });
    });
    await opened;
    await expect.poll(() => caught).toEqual([error]);
  });
  check("that is no Error is reported unchanged", async () => {
    const caught = captureUncaught();
    const { opened } = start({}, [], (socket) => {
      socket.onopen = () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- any value can be thrown
        throw "text";
      };
    });
    await opened;
    await expect.poll(() => caught).toEqual(["text"]);
  });
  check("of dispatchEvent is reported, not thrown", async () => {
    const caught = captureUncaught();
    const { socket } = await open();
    const error = new Error("x");
    socket.onmessage = () => {
      throw error;
    };
    expect(socket.dispatchEvent(new Event("message"))).toBe(true);
    await expect.poll(() => caught).toEqual([error]);
  });
  check("does not keep the connection from working", async () => {
    const caught = captureUncaught();
    const {
      socket,
      messages: received,
      closed,
    } = start({}, [], (made) => {
      made.onopen = made.onmessage = () => {
        throw new Error("x");
      };
    });
    await expect.poll(() => socket.readyState).toBe(1);
    for (let i = 0; i < 5; i++) socket.send(String(i));
    expect(await received(5)).toEqual(["0", "1", "2", "3", "4"]);
    socket.close(3000);
    expect((await closed).wasClean).toBe(true);
    await expect.poll(() => caught.length).toBe(6);
  });
};
