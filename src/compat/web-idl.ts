import { platformClass } from "../errors/platform-class.js";
import { toBinaryType } from "./arguments.js";
import type { SocketSession } from "./socket-session.js";

/** The read-only attributes that both classes have. */
const ATTRIBUTES = [
  "url",
  "readyState",
  "bufferedAmount",
  "protocol",
  "extensions",
  "client",
] as const;

/** The states in the order of their values. */
const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

/**
 * Returns the class `EventTarget`. Where the platform has none, returns a class whose constructor throws
 * `UNSUPPORTED`, so that the package can be imported.
 */
export function eventTargetClass(): typeof EventTarget {
  const { EventTarget: Class } = globalThis as Partial<typeof globalThis>;
  return Class ?? (missingEventTarget as unknown as typeof EventTarget);
}

function missingEventTarget(): void {
  platformClass("EventTarget");
}

/** Makes the members of a class enumerable, as those of platform interfaces are. */
export function makeEnumerable(prototype: object): void {
  for (const key of Object.getOwnPropertyNames(prototype)) {
    if (key !== "constructor") Object.defineProperty(prototype, key, { enumerable: true });
  }
}

/**
 * Gives a class the shape of a platform interface (Web IDL): enumerable members, the constants on the class and
 * its prototype, and a tag for `Object.prototype.toString`. Its attributes are those of the sessions:
 * {@link ATTRIBUTES} and `own`, which are read-only, `binaryType`, and the `on...` attributes.
 *
 * @param sessionOf Throws `TypeError` for an object of another class.
 */
export function defineInterface<S extends object, T extends SocketSession>(
  Class: { readonly prototype: S },
  name: string,
  sessionOf: (socket: S) => T,
  own: readonly (keyof T)[] = [],
): void {
  const { prototype } = Class;
  for (const key of [...ATTRIBUTES, ...own]) {
    defineAccessors(prototype, {
      get [key](): unknown {
        return sessionOf(this as S)[key];
      },
    });
  }
  defineAccessors(prototype, {
    get binaryType(): unknown {
      return sessionOf(this as S).binaryType;
    },
    set binaryType(value: unknown) {
      const session = sessionOf(this as S);
      session.binaryType = toBinaryType(value) ?? session.binaryType;
    },
  });
  for (const type of ["open", "message", "error", "close"]) {
    const key = `on${type}`;
    defineAccessors(prototype, {
      get [key](): unknown {
        return sessionOf(this as S).handlers.get(type);
      },
      set [key](value: unknown) {
        sessionOf(this as S).handlers.set(type, value);
      },
    });
  }
  makeEnumerable(prototype);
  for (const [value, key] of STATES.entries()) {
    for (const owner of [Class, prototype]) {
      Object.defineProperty(owner, key, { value, enumerable: true });
    }
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** Copies accessors. Written in a literal, their functions have the names of Web IDL, such as "get url". */
function defineAccessors(prototype: object, accessors: object): void {
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(accessors));
}
