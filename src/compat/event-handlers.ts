/** The value of an attribute, and the listener that calls it. */
interface Handler {
  value: object;
  readonly listener: (event: Event) => void;
}

let isPlatformCalling: boolean | undefined;

/** Returns true if `dispatchEvent` itself calls the `on...` properties of its target, as in workerd. */
function platformCallsHandlers(): boolean {
  let isRead = false;
  const get = (): void => {
    isRead = true;
  };
  Object.defineProperty(new EventTarget(), "onprobe", { get }).dispatchEvent(new Event("probe"));
  return isRead;
}

/**
 * The attributes `onopen`, `onmessage`, `onerror` and `onclose` of one target (HTML, event handler IDL attributes). A
 * handler is called in the order in which its attribute was set after being null; replacing it keeps its place.
 */
export class EventHandlers {
  readonly #target: EventTarget;
  readonly #handlers = new Map<string, Handler>();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  get(type: string): object | null {
    return this.#handlers.get(type)?.value ?? null;
  }

  /** Sets an attribute. An object that is not a function is kept, and not called; any other value is null. */
  set(type: string, value: unknown): void {
    const handler = this.#handlers.get(type);
    if (Object(value) !== value) {
      if (handler) this.#target.removeEventListener(type, handler.listener);
      this.#handlers.delete(type);
    } else if (handler) handler.value = value as object;
    else {
      const added: Handler = {
        value: value as object,
        listener: (event) => this.#call(added.value, event),
      };
      this.#handlers.set(type, added);
      isPlatformCalling ??= platformCallsHandlers();
      if (!isPlatformCalling) this.#target.addEventListener(type, added.listener);
    }
  }

  /** Calls a handler. A result of `false` cancels the event (HTML, the event handler processing algorithm). */
  #call(handler: object, event: Event): void {
    if (typeof handler !== "function") return;
    const result: unknown = handler.call(this.#target, event);
    if (result === false) event.preventDefault();
  }
}
