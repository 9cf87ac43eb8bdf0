import type { Client } from "../connection/client.js";
import type { WsError } from "../errors/ws-error.js";
import { NORMAL } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import { ReconnectingClient } from "../reconnect/reconnecting-client.js";
import type { ResolvedReconnectOptions } from "../reconnect/resolve-options.js";
import type { Status } from "../reconnect/status.js";
import type { CloseArguments, Sendable } from "./arguments.js";
import { EventInbox } from "./event-inbox.js";
import { EventQueue } from "./event-queue.js";
import { closeEvent, endEvents, errorEvent } from "./events.js";
import { Outgoing } from "./outgoing.js";
import { CLOSED, CLOSING, CONNECTING, OPEN } from "./session.js";
import type { ReadyState, SessionHandler } from "./session.js";

/**
 * The state machine of a {@link ReconnectingWebSocket}. It turns the statuses and messages of a reconnecting
 * client into events. Both go through one queue, so they are dispatched in the order in which they happened.
 */
export class ReconnectingSession {
  state: ReadyState = CONNECTING;
  shouldReconnect = true;
  /** The client that connects now. `reconnect` replaces it if it is open or has ended. */
  client!: ReconnectingClient;
  /** The connection whose `open` event was dispatched, and not yet its `close` event. */
  connection: Client | undefined;
  /** The URL of the last connection, and its origin. */
  url = "";
  origin = "";

  readonly #handler: SessionHandler;
  readonly #options: ResolvedReconnectOptions;
  readonly #events = new EventQueue();
  readonly #outgoing = new Outgoing(
    (payload) => this.#pass(payload),
    (error) => this.#handler.dispatch(errorEvent(error)),
  );
  /** Number of the current attempt, or of that which opened the connection. */
  #attempt = 1;
  /** True while an attempt has neither opened a connection nor failed. */
  #isAttempting = true;

  constructor(handler: SessionHandler, options: ResolvedReconnectOptions) {
    this.#handler = handler;
    this.#options = options;
    this.#start();
  }

  get retryCount(): number {
    const { state } = this.client;
    const isStable = state.type === "open" && state.duration >= this.#options.stableAfter;
    return isStable ? 0 : this.#attempt - 1;
  }

  get bufferedAmount(): number {
    const queued = this.client.internals.delivery.queue.payloadBytes;
    return this.#outgoing.bytes + queued + (this.connection?.bufferedAmount ?? 0);
  }

  /** Sends data over the open connection, or as soon as there is one; discards it after `close`. */
  send(data: Sendable): void {
    if (this.shouldReconnect) this.#outgoing.push(data);
  }

  close({ code = NORMAL, reason }: CloseArguments): void {
    if (!this.shouldReconnect) return;
    this.shouldReconnect = false;
    if (this.state < CLOSING) this.state = CLOSING;
    const { client } = this;
    const close = (): void => void client.close(code, reason);
    if (this.#outgoing.idle) void this.#outgoing.idle.then(close);
    else close();
  }

  reconnect({ code = NORMAL, reason }: CloseArguments): void {
    const { client } = this;
    const { type } = client.state;
    if (this.shouldReconnect && type === "connecting") return;
    if (this.shouldReconnect && type === "waiting") {
      client.internals.reconnect();
      return;
    }
    void client.close(code, reason);
    this.shouldReconnect = true;
    this.#events.push(() => {
      // Not clean, because the answer of the peer is not awaited.
      if (this.connection) this.#end([closeEvent({ code, reason, wasClean: false })]);
      this.state = CONNECTING;
    });
    this.#start();
  }

  #start(): void {
    const isCurrent = (): boolean => this.client === client;
    const onMessage = (message: Message): void =>
      this.#events.push(() => {
        if (isCurrent() && this.state === OPEN) this.#handler.dispatchMessage(message);
      });
    const client = new ReconnectingClient({
      ...this.#options,
      inbox: new EventInbox(onMessage),
    });
    this.client = client;
    this.#attempt = 1;
    this.#isAttempting = true;
    client.internals.status.onChange((status) => {
      const { connection } = client;
      this.#events.push(() => {
        if (isCurrent()) this.#onStatus(status, connection);
      });
    });
  }

  #onStatus(status: Status, connection: Client | undefined): void {
    if (status.type === "connecting") {
      this.#attempt = status.attempt;
      this.#isAttempting = true;
      if (this.shouldReconnect) this.state = CONNECTING;
    } else if (status.type === "open") {
      // A client in this status has a connection.
      const { url } = (this.connection = connection as Client);
      this.url = url;
      this.origin = new URL(url).origin;
      this.#isAttempting = false;
      if (this.shouldReconnect) this.state = OPEN;
      this.#handler.dispatch(new Event("open"));
    } else {
      if (status.type === "closed") this.shouldReconnect = false;
      else this.#attempt = status.attempt;
      this.#end(this.#endEvents(status));
    }
  }

  /** Returns the events of the end of a connection or of a failed attempt; none if it ended before that. */
  #endEvents({ error }: { readonly error?: WsError | undefined }): Event[] {
    if (this.connection) return endEvents(this.connection.internals);
    if (!this.#isAttempting) return [];
    return error ? [errorEvent(error), closeEvent()] : [closeEvent()];
  }

  #end(events: Event[]): void {
    this.state = CLOSED;
    this.connection = undefined;
    this.#isAttempting = false;
    for (const event of events) this.#handler.dispatch(event);
  }

  #pass(payload: string | Uint8Array): void {
    this.client.send(payload).catch((cause: unknown) => {
      const error = cause as WsError;
      // `close` discards the queue, and a connection that ends has its own events.
      if (error.code === "CLOSED" || error.code === "ABORTED") return;
      this.#handler.dispatch(errorEvent(error));
    });
  }
}
