import type { Client } from "../connection/client.js";
import { deliverTo } from "../connection/deliver-to.js";
import type { WsError } from "../errors/ws-error.js";
import { NO_STATUS, NORMAL } from "../protocol/close-codes.js";
import { payloadSize } from "../protocol/message.js";
import type { Message } from "../protocol/message.js";
import { onAbort } from "../time/abort.js";
import { nextTurn } from "../time/clock.js";
import { sizeOf } from "./arguments.js";
import type { CloseArguments, Sendable } from "./arguments.js";
import { BufferedAmount } from "./buffered-amount.js";
import { EventInbox } from "./event-inbox.js";
import { enqueue } from "./event-queue.js";
import { endOf, NO_CLOSE_FRAME } from "./events.js";
import { Outgoing } from "./outgoing.js";
import { CLOSING, CONNECTING, OPEN, SocketSession } from "./socket-session.js";
import type { ReadyState } from "./socket-session.js";

/**
 * The state machine of one {@link WebSocket}: from the dial to the `close` event.
 *
 * Messages and the end are enqueued, so their events are dispatched in the order in which they happened. Messages that
 * are enqueued when this side closes are discarded (WHATWG WebSockets, "when a WebSocket message has been received").
 */
export class Session extends SocketSession {
  readonly url: string;
  readonly #origin: string;
  readonly #outgoing = new Outgoing(
    (payload) => this.#offer(payload),
    (error) => this.fail(error),
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
    target: EventTarget,
    closeEventClass: typeof CloseEvent,
    url: URL,
    open: (signal: AbortSignal) => Promise<Client>,
    outer: AbortSignal | undefined,
  ) {
    super(target, closeEventClass);
    this.url = url.href;
    this.#origin = url.origin;
    const abort = (): void => this.#controller.abort(outer?.reason);
    const stop = outer && onAbort(outer, abort);
    if (outer?.aborted) abort();
    open(this.#controller.signal)
      .finally(stop)
      .then(
        (client) => this.#onOpen(client),
        (error: unknown) => this.end({ close: NO_CLOSE_FRAME, error: error as WsError }),
      );
  }

  get client(): Client | undefined {
    return this.connection;
  }

  /**
   * The state as the standard has it: CLOSING after the close frame of the peer, once the messages before it have
   * been dispatched.
   */
  override get readyState(): ReadyState {
    const isEnding = this.client?.state !== "open" && this.#waitingMessages === 0;
    return this.state === OPEN && isEnding ? CLOSING : this.state;
  }

  get bufferedAmount(): number {
    const flushed = this.client?.internals.transport.flushed ?? 0;
    const unsent = Math.max(this.#unflushed.bytes(flushed), this.#turnBytes);
    return this.#discardedBytes + this.#outgoing.bytes + unsent;
  }

  /** Sends data, or discards it if the connection is closing or has ended. Throws `InvalidStateError`. */
  send(data: Sendable): void {
    if (this.state === CONNECTING) {
      throw new DOMException("send: the connection is not open yet", "InvalidStateError");
    }
    if (this.state === OPEN) this.#outgoing.push(data);
    else this.#discardedBytes += sizeOf(data);
  }

  close({ code, reason }: CloseArguments): void {
    const wasOpen = this.state === OPEN;
    if (this.state < CLOSING) this.state = CLOSING;
    this.#controller.abort();
    if (!wasOpen) return;
    // Without arguments, the close frame has no code. A reason needs one.
    const frameCode = code ?? (reason ? NORMAL : NO_STATUS);
    // There is a connection, because it was open.
    const { internals } = this.client as Client;
    this.#outgoing.afterwards(internals.options.closeTimeout, () => {
      if (this.client?.state === "open") internals.close(frameCode, reason);
    });
  }

  #onOpen(client: Client): void {
    // The connection may have opened just before `close` canceled the dial.
    if (this.state !== CONNECTING) client.terminate();
    else {
      this.state = OPEN;
      this.connection = client;
      this.dispatch(new Event("open"));
    }
    const { internals } = client;
    deliverTo(internals.receiving, new EventInbox((message) => this.#onMessage(message)));
    void client.closed.then(() => enqueue(() => this.end(endOf(internals))));
  }

  #onMessage(message: Message): void {
    this.#waitingMessages++;
    enqueue(() => {
      this.dispatchMessage(message, this.#origin);
      // Afterwards, because the state is OPEN during the event.
      this.#waitingMessages--;
    });
  }

  #offer(payload: string | Uint8Array): void {
    const size = payloadSize(payload);
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
}
