import { requireArgument, toDomString } from "./arguments.js";
import { makeEnumerable } from "./web-idl.js";

let ownClass: typeof CloseEvent | undefined;

/** Returns the global `CloseEvent`, or a class of our own in Node before version 23, which has none. */
export function nodeCloseEvent(): typeof CloseEvent {
  const { CloseEvent: Class } = globalThis as Partial<typeof globalThis>;
  return Class ?? (ownClass ??= createClass());
}

/** Created on first use, so that importing the package needs no global `Event`. */
function createClass(): typeof CloseEvent {
  class CloseEvent extends Event {
    readonly #code: number;
    readonly #reason: string;
    readonly #wasClean: boolean;

    constructor(type: string, ...[init = {}]: [CloseEventInit?]) {
      super(type, init);
      requireArgument(arguments.length, "CloseEvent");
      const { code = 0, reason = "", wasClean } = init;
      // To an unsigned short (Web IDL).
      this.#code = code & 0xffff;
      const text: string & { toWellFormed?(): string } = toDomString(reason);
      this.#reason = text.toWellFormed?.() ?? text;
      this.#wasClean = Boolean(wasClean);
    }

    get code(): number {
      return this.#code;
    }

    get reason(): string {
      return this.#reason;
    }

    get wasClean(): boolean {
      return this.#wasClean;
    }

    get [Symbol.toStringTag](): string {
      return "CloseEvent";
    }
  }
  makeEnumerable(CloseEvent.prototype);
  return CloseEvent;
}
