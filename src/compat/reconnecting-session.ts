import type { Client } from "../connection/client.js";
import type { WsError } from "../errors/ws-error.js";
import { NORMAL } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import { Outbox } from "../reconnect/outbox.js";
import { ReconnectingClient } from "../reconnect/reconnecting-client.js";
import type { ResolvedReconnectOptions } from "../reconnect/resolve-options.js";
import type { Status } from "../reconnect/status.js";
import type { CloseArguments, Sendable } from "./arguments.js";
import { EventInbox } from "./event-inbox.js";
import { enqueue } from "./event-queue.js";
import { endOf, errorEvent, NO_CLOSE_FRAME } from "./events.js";
import type { SocketEnd } from "./events.js";
import { Outgoing } from "./outgoing.js";
import { CLOSED, CLOSING, CONNECTING, OPEN, SocketSession } from "./socket-session.js";

/**
 * The state machine of a {@link ReconnectingWebSocket}. It turns the statuses and messages of a reconnecting
 * client into events. Both are enqueued, so they are dispatched in the order in which they happened.
 *
 * A reconnecting client ends for good; `reconnect` continues with a new one. Their queue of messages is the same.
 */
export class ReconnectingSession extends SocketSession {
  shouldReconnect = true;
  /** The client that connects now, or has ended. */
  client!: ReconnectingClient;
  /** The URL of the last connection. */
  url = "";
  /** The connection whose end has not been dispatched. */
  protected override connection: Client | undefined;

  /** The origin of `url`. */
  #origin = "";
  readonly #options: ResolvedReconnectOptions;
  readonly #outbox: Outbox;
  readonly #outgoing = new Outgoing(
    (payload) => this.#send(payload),
    (error) => this.dispatch(errorEvent(error)),
  );
  /** Number of failed attempts and lost connections since the last stable connection. */
  #retries = 0;
  /** The last status that was `open`. */
  #openStatus: (Status & { readonly type: "open" }) | undefined;
  /** True while an attempt has neither opened a connection nor failed. */
  #isAttempting = false;
  /** True in the turn in which the client was created: its first attempt has not dialled yet. */
  #isNew = false;
  /** The arguments of `close`, until `reconnect` is called. */
  #closeArguments: CloseArguments | undefined;

  constructor(
    target: EventTarget,
    closeEventClass: typeof CloseEvent,
    options: ResolvedReconnectOptions,
  ) {
    super(target, closeEventClass);
    this.#options = options;
    this.#outbox = new Outbox(options.queue, options.onLost, options.events);
    this.#start(options.autoStart);
    if (!options.autoStart) {
      this.shouldReconnect = false;
      this.state = CLOSED;
    }
  }

  get retryCount(): number {
    return this.client.state.type === "open" && this.#isStable() ? 0 : this.#retries;
  }

  get bufferedAmount(): number {
    const unsent = this.connection?.bufferedAmount ?? 0;
    return this.#outgoing.bytes + this.#outbox.payloadBytes + unsent;
  }

  /** Sends data over the open connection, or as soon as there is one. */
  send(data: Sendable): void {
    this.#outgoing.push(data);
  }

  close(given: CloseArguments): void {
    if (!this.shouldReconnect) return;
    this.shouldReconnect = false;
    this.#closeArguments = given;
    if (this.state < CLOSING) this.state = CLOSING;
    // `reconnect` may replace the client before that.
    const { client } = this;
    const { closeTimeout } = this.#options.dialOptions;
    this.#outgoing.afterwards(closeTimeout, () => closeClient(client, given));
  }

  reconnect(given: CloseArguments): void {
    const { code = NORMAL, reason } = this.#closeArguments ?? given;
    const { state, internals } = this.client;
    const isRetrying = state.type === "connecting" || state.type === "waiting";
    this.#retries = 0;
    // A client that has given up is replaced, also before the event of its end.
    if (this.shouldReconnect && isRetrying && !internals.signal.aborted) {
      if (!this.#isNew) internals.reconnect();
      return;
    }
    this.shouldReconnect = true;
    this.#closeArguments = undefined;
    const end = this.#endBy({ code, reason });
    closeClient(this.client, { code, reason });
    enqueue(() => {
      if (end) this.end(end);
      this.state = CONNECTING;
    });
    this.#start();
  }

  /** Returns the end of the connection or attempt, when this side replaces it; `undefined` if there is none. */
  #endBy({ code = NORMAL, reason }: CloseArguments): SocketEnd | undefined {
    const { connection, client } = this;
    if (connection?.state === "closed") return endOf(connection.internals);
    // Not clean, because the answer of the peer is not awaited.
    if (connection) return { close: { code, reason, wasClean: false } };
    const error = errorOf(client.state);
    return this.#isAttempting ? { close: NO_CLOSE_FRAME, error } : undefined;
  }

  #start(autoStart = true): void {
    const isCurrent = (): boolean => this.client === client;
    const onMessage = (message: Message): void =>
      enqueue(() => {
        if (isCurrent()) this.dispatchMessage(message, this.#origin);
      });
    const client = new ReconnectingClient({
      ...this.#options,
      autoStart,
      inbox: new EventInbox(onMessage),
      outbox: this.#outbox,
      onReplaced: (connection) =>
        enqueue(() => {
          if (isCurrent()) this.#use(connection);
        }),
      resumed: this.url !== "",
    });
    this.client = client;
    this.#openStatus = undefined;
    this.#isNew = true;
    enqueue(() => {
      this.#isNew = false;
      // The client has begun its first attempt.
      this.#isAttempting = autoStart;
    });
    client.internals.status.onChange((status) => {
      const { connection } = client;
      if (isCurrent()) this.#count(status);
      enqueue(() => {
        if (isCurrent()) this.#onStatus(status, connection);
      });
    });
  }

  /** Counts failed attempts and lost connections. */
  #count(status: Status): void {
    if (status.type === "open") this.#openStatus = status;
    if (status.type !== "waiting") return;
    this.#retries = this.#isStable() ? 1 : this.#retries + 1;
    this.#openStatus = undefined;
  }

  #isStable(): boolean {
    return (this.#openStatus?.duration ?? 0) >= this.#options.stableAfter;
  }

  #onStatus(status: Status, connection: Client | undefined): void {
    if (status.type === "connecting") {
      // The connection has ended while it was being replaced.
      if (this.connection) this.end(endOf(this.connection.internals));
      // `reconnect` has cut an attempt short.
      else if (this.#isAttempting) this.end({ close: NO_CLOSE_FRAME });
      // After `close` no attempt becomes visible, although the client may have begun one before.
      if (!this.shouldReconnect) return;
      this.#isAttempting = true;
      this.state = CONNECTING;
    } else if (status.type === "open") {
      if (!this.#isAttempting) return;
      // A client in this status has a connection.
      this.#use(connection as Client);
      this.#isAttempting = false;
      // `close` may have been called since.
      if (!this.shouldReconnect) return;
      this.state = OPEN;
      this.dispatch(new Event("open"));
    } else {
      if (status.type === "closed") this.shouldReconnect = false;
      if (this.connection) this.end(endOf(this.connection.internals));
      else if (this.#isAttempting) this.end({ close: NO_CLOSE_FRAME, error: errorOf(status) });
      // The events of the end have been dispatched before.
      else this.state = CLOSED;
    }
  }

  #use(connection: Client): void {
    this.connection = connection;
    this.url = connection.url;
    this.#origin = new URL(this.url).origin;
  }

  protected override end(end: SocketEnd): void {
    this.connection = undefined;
    this.#isAttempting = false;
    super.end(end);
  }

  #send(payload: string | Uint8Array): void {
    // Also after the end of the client: the message waits for `reconnect`.
    this.client.internals.delivery.send(payload, {}).catch((cause: unknown) => {
      const error = cause as WsError;
      // `queue.clear()` drops messages on purpose, and a connection that ends has its own events.
      if (error.code === "CLOSED" || error.code === "ABORTED") return;
      this.dispatch(errorEvent(error));
    });
  }
}

/** Returns the error of the last attempt, if it has failed. */
function errorOf(status: Status): WsError | undefined {
  return "error" in status ? status.error : undefined;
}

/** Ends a client. An open connection still sends what is queued. */
function closeClient(client: ReconnectingClient, { code = NORMAL, reason }: CloseArguments): void {
  client.internals.delivery.drainNow();
  void client.close(code, reason);
}
