import { platformClass } from "../errors/platform-class.js";
import { defineHandlers } from "./event-handlers.js";

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

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
 * its prototype, the `on...` attributes, and a tag for `Object.prototype.toString`.
 */
export function defineInterface(
  Class: { readonly name: string; readonly prototype: EventTarget },
  name: string,
): void {
  const { prototype } = Class;
  makeEnumerable(prototype);
  for (const [key, value] of Object.entries(CONSTANTS)) {
    for (const owner of [Class, prototype]) {
      Object.defineProperty(owner, key, { value, enumerable: true });
    }
  }
  defineHandlers(prototype);
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}
