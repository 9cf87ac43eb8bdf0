import type {
  ConnectionEvent,
  EventFields,
  EventType,
  Observer,
} from "../protocol/connection-event.js";
import type { Platform } from "../protocol/dial.js";
import { epoch } from "../time/clock.js";
import { callListener } from "./call-listener.js";

/** The number of dials in this process, for their ids. */
let dialCount = 0;

/** Emits the events of one connection. An event is built only if something observes its type. */
export class Events {
  /** The id of the connection, which is unique in this process. */
  id: string;
  // Fields and not a closure, because there is one object for each connection.
  readonly #shared: Observer | undefined;
  readonly #own: Observer | undefined;
  readonly #hasMessages: boolean | undefined;
  readonly #observerOf: Platform["observerOf"];

  /**
   * @param shared The observer of the context, which is called first.
   * @param own The observer of the call.
   * @param hasMessages True to emit an event for each message.
   * @param observerOf Returns the observer of the platform for a type of events.
   */
  constructor(
    shared?: Observer,
    own?: Observer,
    hasMessages?: boolean,
    observerOf?: Platform["observerOf"],
  ) {
    this.id = `wschan-${++dialCount}`;
    this.#shared = shared;
    this.#own = own;
    this.#hasMessages = hasMessages;
    this.#observerOf = observerOf;
  }

  message(direction: "in" | "out", kind: "text" | "binary", size: number): void {
    if (this.#hasMessages) this.emit("message", () => ({ direction, kind, size }));
  }

  /** Calls the observers. An exception of one of them is reported as uncaught, and the others are still called. */
  emit<T extends EventType>(type: T, fields?: () => EventFields<T>): void {
    let event: unknown;
    for (const observer of [this.#shared, this.#own, this.#observerOf?.(type)]) {
      if (!observer) continue;
      event ??= Object.freeze({ type, connection: this.id, time: epoch(), ...fields?.() });
      callListener(observer, event as ConnectionEvent);
    }
  }
}
