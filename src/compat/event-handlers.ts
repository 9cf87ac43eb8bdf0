/** The value of an attribute, and the listener that calls it. */
interface Handler {
  value: object;
  readonly listener: (event: Event) => void;
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
 * handler is called in the order in which its attribute was set after being null; replacing it keeps its place.
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
        setHandler(this, type, value);
      },
    });
  }
}

/** Sets an attribute. An object that is not a function is kept, and not called; any other value is null. */
function setHandler(target: EventTarget, type: string, value: unknown): void {
  const map = mapOf(target);
  const handler = map.get(type);
  if (!(typeof value === "function" || (typeof value === "object" && value !== null))) {
    if (handler) target.removeEventListener(type, handler.listener);
    map.delete(type);
  } else if (handler) handler.value = value;
  else {
    const added: Handler = { value, listener: (event) => call(target, added.value, event) };
    map.set(type, added);
    target.addEventListener(type, added.listener);
  }
}

/** Calls a handler. A result of `false` cancels the event (HTML, the event handler processing algorithm). */
function call(target: EventTarget, handler: object, event: Event): void {
  if (typeof handler !== "function") return;
  const result: unknown = handler.call(target, event);
  if (result === false) event.preventDefault();
}
