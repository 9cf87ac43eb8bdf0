import type { Client } from "../connection/client.js";
import { WsError } from "../errors/ws-error.js";
import { INTERNAL_ERROR } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import type { BinaryType } from "./arguments.js";
import { EventHandlers } from "./event-handlers.js";
import { errorEvent, messageEvent } from "./events.js";
import type { SocketEnd } from "./events.js";

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSING | typeof CLOSED;

/** The part of a session that both classes share. Its public members are attributes of the classes. */
export abstract class SocketSession {
  abstract readonly url: string;
  abstract readonly bufferedAmount: number;
  abstract readonly client: unknown;
  binaryType: BinaryType = "blob";
  readonly handlers: EventHandlers;

  protected state: ReadyState = CONNECTING;
  protected connection: Client | undefined;

  readonly #target: EventTarget;
  readonly #CloseEvent: typeof CloseEvent;

  /** @param closeEventClass The class of `close` events. */
  constructor(target: EventTarget, closeEventClass: typeof CloseEvent) {
    this.#target = target;
    this.#CloseEvent = closeEventClass;
    this.handlers = new EventHandlers(target);
  }

  get readyState(): ReadyState {
    return this.state;
  }

  get protocol(): string {
    return this.connection?.protocol ?? "";
  }

  get extensions(): string {
    return this.connection?.extensions ?? "";
  }

  protected dispatch(event: Event): void {
    this.#target.dispatchEvent(event);
  }

  /** Dispatches a message, unless the socket is closing. Ends the connection if the event cannot be created. */
  protected dispatchMessage(message: Message, origin: string): void {
    if (this.state !== OPEN) return;
    try {
      this.dispatch(messageEvent(message, this.binaryType, origin));
    } catch (cause) {
      this.fail(new WsError("UNSUPPORTED", "receive: cannot create the event", { cause }));
    }
  }

  protected fail(error: WsError): void {
    this.connection?.internals.fail(INTERNAL_ERROR, error);
  }

  protected end({ close, error }: SocketEnd): void {
    this.state = CLOSED;
    if (error) this.dispatch(errorEvent(error, close));
    this.dispatch(new this.#CloseEvent("close", close));
  }
}
