import type { Client } from "../connection/client.js";
import { WsError } from "../errors/ws-error.js";
import { INTERNAL_ERROR, NO_STATUS, NORMAL } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import { onAbort } from "../time/abort.js";
import { nextTurn } from "../time/clock.js";
import { sizeOf } from "./arguments.js";
import type { CloseArguments, Sendable } from "./arguments.js";
import { BufferedAmount } from "./buffered-amount.js";
import { EventInbox } from "./event-inbox.js";
import { enqueue } from "./event-queue.js";
import { endEvents, failureEvents } from "./events.js";
import { Outgoing } from "./outgoing.js";

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSING | typeof CLOSED;

/** The events of a session. */
export interface SessionHandler {
  /** Dispatches an event. Does not throw. */
  dispatch(event: Event): void;
  /** Dispatches a message. */
  dispatchMessage(message: Message): void;
}

/**
 * The state machine of one W3C socket: from the dial to the `close` event.
 *
 * Messages and the end go through one queue of events, so they are dispatched in the order in which they
 * happened. Messages that are in it when this side closes are discarded (WHATWG WebSockets, "when a WebSocket
 * message has been received").
 */
export class Session {
  state: ReadyState = CONNECTING;
  /** The client, once the connection is open. */
  client: Client | undefined;

  readonly #handler: SessionHandler;
  readonly #outgoing = new Outgoing(
    (payload) => this.#offer(payload),
    (error) => this.#fail(error),
  );
  readonly #controller = new AbortController();
  readonly #unflushed = new BufferedAmount();
  /** Number of messages that have arrived and were not dispatched. */
  #waitingMessages = 0;
  /** Bytes sent in this turn of the event loop: the standard counts them as buffered until it ends. */
  #turnBytes = 0;
  /** Bytes that will never leave, because the connection is closing or has ended. */
  #discardedBytes = 0;

  /**
   * Dials.
   *
   * @param open Opens the connection. Rejects when its signal aborts.
   * @param outer Cancels the dial when it aborts.
   */
  constructor(
    handler: SessionHandler,
    open: (signal: AbortSignal) => Promise<Client>,
    outer: AbortSignal | undefined,
  ) {
    this.#handler = handler;
    const abort = (): void => this.#controller.abort(outer?.reason);
    const stop = outer && onAbort(outer, abort);
    if (outer?.aborted) abort();
    open(this.#controller.signal)
      .finally(stop)
      .then(
        (client) => this.#onOpen(client),
        (error: unknown) => this.#end(failureEvents(error as WsError)),
      );
  }

  /**
   * The state as the standard has it: CLOSING after the close frame of the peer, once the messages before it have
   * been dispatched.
   */
  get readyState(): ReadyState {
    const isEnding = this.client?.state !== "open" && this.#waitingMessages === 0;
    return this.state === OPEN && isEnding ? CLOSING : this.state;
  }

  get bufferedAmount(): number {
    const flushed = this.client?.internals.transport.flushed ?? 0;
    const unsent = Math.max(this.#unflushed.bytes(flushed), this.#turnBytes);
    return this.#discardedBytes + this.#outgoing.bytes + unsent;
  }

  /** Sends data, or discards it if the connection is closing or has ended. */
  send(data: Sendable): void {
    if (this.state === OPEN) this.#outgoing.push(data);
    else this.#discardedBytes += sizeOf(data);
  }

  close({ code, reason }: CloseArguments): void {
    const wasOpen = this.state === OPEN;
    if (this.state < CLOSING) this.state = CLOSING;
    this.#controller.abort();
    // Without arguments, the close frame has no code. A reason needs one.
    const frameCode = code ?? (reason ? NORMAL : NO_STATUS);
    const close = (): void => {
      if (this.client?.state === "open") this.client.internals.close(frameCode, reason);
    };
    if (!wasOpen) return;
    if (this.#outgoing.idle) void this.#outgoing.idle.then(close);
    else close();
  }

  #onOpen(client: Client): void {
    // The connection may have opened just before `close` canceled the dial.
    if (this.state !== CONNECTING) client.terminate();
    else {
      this.state = OPEN;
      this.client = client;
      this.#handler.dispatch(new Event("open"));
    }
    const { internals } = client;
    internals.receiving.deliverTo(new EventInbox((message) => this.#onMessage(message)));
    void client.closed.then(() => enqueue(() => this.#end(endEvents(internals))));
  }

  #onMessage(message: Message): void {
    this.#waitingMessages++;
    enqueue(() => {
      this.#waitingMessages--;
      if (this.state !== OPEN) return;
      try {
        this.#handler.dispatchMessage(message);
      } catch (cause) {
        const text = "receive: cannot create the event";
        this.#fail(new WsError("UNSUPPORTED", text, { cause }));
      }
    });
  }

  #offer(payload: string | Uint8Array): void {
    const size = sizeOf(payload);
    const { internals } = this.client ?? {};
    if (!internals?.offer(payload)) {
      this.#discardedBytes += size;
      return;
    }
    const { accepted, flushed } = internals.transport;
    this.#unflushed.add(size, accepted, flushed);
    if (this.#turnBytes === 0) nextTurn(() => (this.#turnBytes = 0));
    this.#turnBytes += size;
  }

  #fail(error: WsError): void {
    this.client?.internals.fail(INTERNAL_ERROR, error);
  }

  #end(events: Event[]): void {
    this.state = CLOSED;
    for (const event of events) this.#handler.dispatch(event);
  }
}
