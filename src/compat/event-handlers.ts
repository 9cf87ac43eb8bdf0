type Listener = (event: Event) => unknown;

/** The value of an attribute, and the listener that calls it. */
interface Handler {
  value: Listener | null;
}

/** The handlers of each target by type. */
const handlers = /* @__PURE__ */ new WeakMap<EventTarget, Map<string, Handler>>();

const mapOf = (target: EventTarget): Map<string, Handler> => {
  const map = handlers.get(target);
  // Web IDL: a getter or setter rejects an object of another class.
  if (!map) throw new TypeError("Illegal invocation");
  return map;
};

/** Registers a target, so that the attributes of {@link defineHandlers} work on it. */
export function initHandlers(target: EventTarget): void {
  handlers.set(target, new Map());
}

/**
 * Defines the attributes `onopen`, `onmessage`, `onerror` and `onclose` (HTML, event handler IDL attributes). A
 * handler is called in the order in which its attribute was first set to a function; replacing it keeps its place.
 */
export function defineHandlers(prototype: EventTarget): void {
  for (const type of ["open", "message", "error", "close"]) {
    Object.defineProperty(prototype, `on${type}`, {
      enumerable: true,
      configurable: true,
      get(this: EventTarget) {
        return mapOf(this).get(type)?.value ?? null;
      },
      set(this: EventTarget, value: unknown) {
        const map = mapOf(this);
        const handler = map.get(type);
        const callable = typeof value === "function" ? (value as Listener) : null;
        if (handler) handler.value = callable;
        else if (callable) {
          const added: Handler = { value: callable };
          map.set(type, added);
          this.addEventListener(type, (event) => added.value?.call(this, event));
        }
      },
    });
  }
}
