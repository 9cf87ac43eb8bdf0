import { expect } from "vitest";
import { expectTypeError } from "../kit.js";
import type { Group, Kit } from "../kit.js";

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;

const READ_ONLY = ["url", "readyState", "bufferedAmount", "extensions", "protocol"] as const;
const HANDLERS = ["onopen", "onerror", "onclose", "onmessage"] as const;
const WRITABLE = [...HANDLERS, "binaryType"] as const;

const NOWHERE = "ws://127.0.0.1:2/";

/** Creates a socket that is closed as soon as it exists. */
function make({ create }: Kit): WebSocket {
  const socket = create(NOWHERE);
  socket.close();
  return socket;
}

export const constants: Group = (kit) => {
  const { check, WebSocket } = kit;
  for (const [name, value] of Object.entries(CONSTANTS)) {
    for (const [where, owner] of [
      ["class", WebSocket],
      ["prototype", WebSocket.prototype],
    ] as const) {
      check(`${name} of the ${where} is enumerable, not writable, and not configurable`, () => {
        expect(Object.getOwnPropertyDescriptor(owner, name)).toEqual({
          value,
          enumerable: true,
          writable: false,
          configurable: false,
        });
      });
      check(`${name} of the ${where} cannot be changed`, () => {
        expectTypeError(() => {
          (owner as unknown as Record<string, unknown>)[name] = 9;
        });
        expectTypeError(() => Object.defineProperty(owner, name, { value: 9 }));
        expect(Reflect.deleteProperty(owner, name)).toBe(false);
        expect(Reflect.get(owner, name)).toBe(value);
      });
    }
    check(`${name} of an instance is inherited`, () => {
      const socket = make(kit);
      expect(Reflect.get(socket, name)).toBe(value);
      expect(Object.hasOwn(socket, name)).toBe(false);
      expectTypeError(() => {
        (socket as unknown as Record<string, unknown>)[name] = 9;
      });
    });
  }
};

export const shape: Group = (kit) => {
  const { check, WebSocket } = kit;
  const { prototype } = WebSocket;
  const descriptorOf = (name: PropertyKey): PropertyDescriptor =>
    Object.getOwnPropertyDescriptor(prototype, name) ?? {};

  check("the class is named WebSocket and requires one argument", () => {
    expect(Object.getOwnPropertyDescriptor(WebSocket, "name")).toEqual({
      value: "WebSocket",
      enumerable: false,
      writable: false,
      configurable: true,
    });
    expect(Object.getOwnPropertyDescriptor(WebSocket, "length")).toEqual({
      value: 1,
      enumerable: false,
      writable: false,
      configurable: true,
    });
  });
  check("the class extends EventTarget", () => {
    expect(Object.getPrototypeOf(WebSocket)).toBe(EventTarget);
    expect(Object.getPrototypeOf(prototype)).toBe(EventTarget.prototype);
  });
  check("prototype and constructor refer to each other, and do not enumerate", () => {
    expect(Object.getOwnPropertyDescriptor(WebSocket, "prototype")).toMatchObject({
      enumerable: false,
      writable: false,
      configurable: false,
    });
    expect(descriptorOf("constructor")).toEqual({
      value: WebSocket,
      enumerable: false,
      writable: true,
      configurable: true,
    });
  });
  check("the tag is WebSocket", () => {
    expect(descriptorOf(Symbol.toStringTag)).toEqual({
      value: "WebSocket",
      enumerable: false,
      writable: false,
      configurable: true,
    });
    expect(Object.prototype.toString.call(make(kit))).toBe("[object WebSocket]");
  });
  check("the prototype has the members of the standard and no others", () => {
    const members = [...Object.keys(CONSTANTS), ...READ_ONLY, ...WRITABLE, "close", "send"];
    expect(Object.getOwnPropertyNames(prototype).sort()).toEqual(
      [...members, "constructor"].sort(),
    );
    expect(Object.keys(prototype).sort()).toEqual([...members].sort());
  });
  check("the class has the constants and no other members", () => {
    const members = [...Object.keys(CONSTANTS), "length", "name", "prototype"];
    expect(Object.getOwnPropertyNames(WebSocket).sort()).toEqual(members.sort());
  });
  check("an instance has no properties of its own", () => {
    expect(Object.getOwnPropertyNames(make(kit))).toEqual([]);
  });
  check("for in lists the members of an instance", () => {
    const names: string[] = [];
    for (const name in make(kit)) names.push(name);
    expect(names).toEqual(expect.arrayContaining(["OPEN", "url", "onclose", "binaryType", "send"]));
  });

  for (const name of READ_ONLY) {
    check(`${name} is a getter of the prototype, without a setter`, () => {
      expect(descriptorOf(name)).toEqual({
        get: expect.any(Function) as unknown,
        set: undefined,
        enumerable: true,
        configurable: true,
      });
      expect(descriptorOf(name).get?.name).toBe(`get ${name}`);
    });
  }
  for (const name of WRITABLE) {
    check(`${name} is a getter and setter of the prototype`, () => {
      expect(descriptorOf(name)).toEqual({
        get: expect.any(Function) as unknown,
        set: expect.any(Function) as unknown,
        enumerable: true,
        configurable: true,
      });
      expect(descriptorOf(name).set?.length).toBe(1);
    });
  }
  for (const [name, length] of [
    ["send", 1],
    ["close", 0],
  ] as const) {
    check(
      `${name} is an enumerable method of the prototype that requires ${length} arguments`,
      () => {
        expect(descriptorOf(name)).toEqual({
          value: expect.any(Function) as unknown,
          enumerable: true,
          writable: true,
          configurable: true,
        });
        const method = Reflect.get(prototype, name);
        expect([method.name, method.length]).toEqual([name, length]);
      },
    );
    check(`${name} is not a constructor`, () => {
      expectTypeError(() => Reflect.construct(Reflect.get(prototype, name) as never, []));
    });
  }

  for (const name of [...READ_ONLY, ...WRITABLE]) {
    check(`${name} of another object is a TypeError`, () => {
      const descriptor = descriptorOf(name);
      for (const foreign of [{}, prototype, new EventTarget(), Object.create(prototype), 7]) {
        expectTypeError(() => descriptor.get?.call(foreign) as unknown);
      }
    });
  }
  for (const name of WRITABLE) {
    check(`assigning ${name} of another object is a TypeError`, () => {
      const descriptor = descriptorOf(name);
      for (const foreign of [{}, prototype, new EventTarget()]) {
        expectTypeError(() => descriptor.set?.call(foreign, null));
      }
    });
  }
  check("send and close of another object are a TypeError", () => {
    for (const foreign of [{}, prototype, new EventTarget()]) {
      expectTypeError(() => prototype.send.call(foreign as never, "x"));
      expectTypeError(() => prototype.close.call(foreign as never));
    }
  });
  check("members of the prototype can be replaced", () => {
    const socket = make(kit);
    const original = descriptorOf("bufferedAmount");
    try {
      Object.defineProperty(prototype, "bufferedAmount", { get: () => "replaced" });
      expect(socket.bufferedAmount).toBe("replaced");
    } finally {
      Object.defineProperty(prototype, "bufferedAmount", original);
    }
  });
  check("an instance keeps properties of the user", () => {
    const socket = make(kit) as WebSocket & { mine?: number };
    socket.mine = 1;
    expect(socket.mine).toBe(1);
  });
};
