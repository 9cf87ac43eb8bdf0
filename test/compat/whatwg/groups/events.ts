import { expect } from "vitest";
import { expectTypeError } from "../kit.js";
import type { Group } from "../kit.js";

const tagOf = (event: Event): string => Object.prototype.toString.call(event);

export const eventObjects: Group = ({ check, open, play }) => {
  const EXPECTED = [
    ["open", "Event"],
    ["message", "MessageEvent"],
    ["error", "Event"],
    ["close", "CloseEvent"],
  ] as const;
  for (const [type, name] of EXPECTED) {
    const take = async (): Promise<Event> => {
      const { events } = await play();
      return events.find((event) => event.type === type) as Event;
    };
    check(`${type} is an object of the class ${name}`, async () => {
      const event = await take();
      expect(event.type).toBe(type);
      expect(event.constructor.name).toBe(name);
      expect(event).toBeInstanceOf(Event);
      const platform: unknown = Reflect.get(globalThis, name);
      if (platform !== undefined) expect(event).toBeInstanceOf(platform);
    });
    check(`${type} has the tag ${name}`, async () => {
      expect(tagOf(await take())).toBe(`[object ${name}]`);
    });
    check(`${type} does not bubble and cannot be cancelled`, async () => {
      const { bubbles, cancelable, composed, defaultPrevented } = await take();
      expect({ bubbles, cancelable, composed, defaultPrevented }).toEqual({
        bubbles: false,
        cancelable: false,
        composed: false,
        defaultPrevented: false,
      });
    });
    check(`${type} is trusted`, async () => {
      expect((await take()).isTrusted).toBe(true);
    });
    check(`${type} has the socket as target`, async () => {
      let seen: unknown[] = [];
      const { socket } = await play((made) => {
        made.addEventListener(type, (event) => {
          seen = [event.target, event.currentTarget, event.eventPhase, event.composedPath()];
        });
      });
      expect(seen).toEqual([socket, socket, 2, [socket]]);
    });
    check(`${type} has a time stamp of its time`, async () => {
      const before = performance.now();
      const { timeStamp } = await take();
      expect(timeStamp).toBeGreaterThanOrEqual(before - 20);
      expect(timeStamp).toBeLessThanOrEqual(performance.now() + 20);
    });
  }
  check("MessageEvent has the origin of the URL, and no other properties of messages", async () => {
    const { socket, events, messages: received } = await open();
    socket.send("text");
    socket.send(new Uint8Array(1));
    await received(2);
    for (const event of events.slice(1) as MessageEvent[]) {
      expect(event.origin).toBe(new URL(socket.url).origin);
      expect(event.origin).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
      expect([event.lastEventId, event.source]).toEqual(["", null]);
      expect(event.ports).toEqual([]);
      expect(event.data).toBe(event.data);
    }
  });
  check("the ports of MessageEvent are frozen", async () => {
    const { events } = await play();
    const [, event] = events as MessageEvent[];
    expect(Object.isFrozen(event?.ports)).toBe(true);
  });
  check("properties of CloseEvent are getters of its prototype", async () => {
    const { socket, closed } = await open();
    socket.close(3000, "bye");
    const event = await closed;
    for (const name of ["code", "reason", "wasClean"]) {
      expect(Object.hasOwn(event, name)).toBe(false);
      expect(Object.getOwnPropertyDescriptor(event.constructor.prototype, name)).toEqual({
        get: expect.any(Function) as unknown,
        set: undefined,
        enumerable: true,
        configurable: true,
      });
    }
  });
};

export const closeEvent: Group = ({ check, open }) => {
  /** Returns the class of close events, which need not be global. */
  const classOf = async (): Promise<typeof CloseEvent> => {
    const { socket, closed } = await open();
    socket.close();
    return (await closed).constructor as typeof CloseEvent;
  };
  const partsOf = ({
    type,
    code,
    reason,
    wasClean,
    bubbles,
    cancelable,
  }: CloseEvent): unknown[] => [type, code, reason, wasClean, bubbles, cancelable];
  check("can be created by the user", async () => {
    const Class = await classOf();
    expect(partsOf(new Class("close"))).toEqual(["close", 0, "", false, false, false]);
    const init = { code: 3000, reason: "bye", wasClean: true, bubbles: true, cancelable: true };
    expect(partsOf(new Class("x", init))).toEqual(["x", 3000, "bye", true, true, true]);
    expect(partsOf(new Class("x", undefined))).toEqual(["x", 0, "", false, false, false]);
    expect(new Class("x").isTrusted).toBe(false);
  });
  check("converts the properties of its argument", async () => {
    const Class = await classOf();
    const init = { code: 65_537.9, reason: null, wasClean: 1 };
    expect(partsOf(new Class("x", init as never))).toEqual(["x", 1, "null", true, false, false]);
    expect(new Class("x", { code: "7" as never }).code).toBe(7);
    expect(new Class("x", { code: -1 }).code).toBe(65_535);
  });
  check("converts a lone surrogate of the reason to U+FFFD", async () => {
    const Class = await classOf();
    expect(new Class("x", { reason: "\ud800" }).reason).toBe("\ufffd");
  });
  check("requires a type and new", async () => {
    const Class = await classOf();
    expect(Class.length).toBe(1);
    expectTypeError(() => Reflect.construct(Class, []));
    expectTypeError(() => (Class as unknown as (type: string) => void)("close"));
    expectTypeError(() => new Class("close", 7 as never));
  });
  check("is a class of events", async () => {
    const Class = await classOf();
    expect(Object.getPrototypeOf(Class)).toBe(Event);
    expect(Class.name).toBe("CloseEvent");
    expect(tagOf(new Class("close"))).toBe("[object CloseEvent]");
    expect(Object.prototype.propertyIsEnumerable.call(Class.prototype, "constructor")).toBe(false);
  });
  check("checks the object of its getters", async () => {
    const { prototype } = await classOf();
    for (const name of ["code", "reason", "wasClean"]) {
      expectTypeError(() => Reflect.get(prototype, name) as unknown);
    }
  });
};
