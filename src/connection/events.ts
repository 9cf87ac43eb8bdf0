import type {
  ConnectionEvent,
  EventFields,
  EventType,
  Observer,
} from "../protocol/connection-event.js";
import { epoch, microtask } from "../time/clock.js";

/** Returns the observers of events of a type, in the order of their calls. */
export type ObserversOf = (type: EventType) => readonly (Observer | undefined)[];

/** The number of dials in this process, for their ids. */
let dialCount = 0;

/** Emits the events of one connection. An event is built only if something observes its type. */
export class Events {
  /** The id of the connection, which is unique in this process. */
  id: string;
  readonly #observersOf: ObserversOf;
  readonly #hasMessages: boolean | undefined;

  /** @param hasMessages True to emit an event for each message. */
  constructor(observersOf: ObserversOf, hasMessages?: boolean) {
    this.id = `wschan-${++dialCount}`;
    this.#observersOf = observersOf;
    this.#hasMessages = hasMessages;
  }

  message(direction: "in" | "out", kind: "text" | "binary", size: number): void {
    if (this.#hasMessages) this.emit("message", () => ({ direction, kind, size }));
  }

  /** Calls the observers. An exception of one of them is reported as uncaught, and the others are still called. */
  emit<T extends EventType>(type: T, fields?: () => EventFields<T>): void {
    let event: unknown;
    for (const observer of this.#observersOf(type)) {
      if (!observer) continue;
      event ??= Object.freeze({ type, connection: this.id, time: epoch(), ...fields?.() });
      try {
        observer(event as ConnectionEvent);
      } catch (error) {
        microtask(() => {
          throw error;
        });
      }
    }
  }
}
