import type { Dispatcher, Taker } from "../dispatcher.js";
import type { SubscriptionBuffer } from "../subscription.js";
import type { Calls } from "./calls.js";
import { WsError } from "../../errors/ws-error.js";
import { internalError, invalidRequest } from "./handlers.js";
import type { Handlers } from "./handlers.js";
import { isItem } from "./wire.js";
import type { Item, Reply, Wire } from "./wire.js";

/**
 * Number of requests and notifications of the peer that may run, or be without a sent reply, before the hub stops reading. While a reply of the
 * peer is awaited, it may be twice as many, because that reply may be behind further requests.
 */
const MAX_RUNNING_REQUESTS = 1_000;

/** Handles what the peer sends: its replies, requests and notifications, alone or in batches. */
export class Inbound {
  readonly #wire: Wire<unknown>;
  readonly #calls: Calls;
  readonly #handlers: Handlers;
  readonly #dispatcher: Dispatcher<unknown>;
  /** Sends a reply, or the replies of a batch. */
  readonly #send: (reply: Reply | Reply[]) => Promise<void>;
  /** The subscriptions to notifications, by method. */
  readonly #listeners = new Map<string, Set<SubscriptionBuffer<unknown>>>();
  /** Number of requests and notifications that run, and of replies that the connection has not accepted. */
  #running = 0;
  /** Number of the connection: of those of a reconnecting client, each has another. */
  #connection = 0;
  #pressure = 0;
  #hasEnded = false;

  constructor(
    wire: Wire<unknown>,
    calls: Calls,
    handlers: Handlers,
    dispatcher: Dispatcher<unknown>,
    send: (reply: Reply | Reply[]) => Promise<void>,
  ) {
    this.#wire = wire;
    this.#calls = calls;
    this.#handlers = handlers;
    this.#dispatcher = dispatcher;
    this.#send = send;
  }

  /** Takes messages that are JSON-RPC, except notifications that nobody listens to. */
  readonly take: Taker<unknown> = (message, size) => {
    try {
      return this.#take(message, size);
    } catch {
      // A value of a codec, whose members are getters that throw, for example.
      return false;
    }
  };

  #take(message: unknown, size: number): boolean {
    const value = this.#wire.parse(message);
    const isBatch = Array.isArray(value);
    const items: readonly unknown[] = isBatch ? value : [value];
    // An array with anything else is not JSON-RPC. So a peer cannot make this side send a long error for each digit.
    if (items.length === 0 || !items.every(isItem)) return false;
    const replies: Promise<Reply>[] = [];
    let isTaken = true;
    for (const item of items) {
      const outcome = this.#handle(item, Math.ceil(size / items.length));
      if (typeof outcome === "object") replies.push(outcome);
      else isTaken &&= outcome;
    }
    if (replies.length > 0) void this.#reply(replies, isBatch);
    return isTaken;
  }

  /** The connection is lost: what the peer has asked over it needs no reply. */
  onLoss(): void {
    this.#connection++;
  }

  addListener(event: string, buffer: SubscriptionBuffer<unknown>): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(buffer));
  }

  removeListener(event: string, buffer: SubscriptionBuffer<unknown>): void {
    const listeners = this.#listeners.get(event);
    listeners?.delete(buffer);
    if (listeners?.size === 0) this.#listeners.delete(event);
  }

  /** Ends all subscriptions. */
  end(): void {
    for (const listeners of this.#listeners.values()) for (const buffer of listeners) buffer.end();
    this.#setRunning(0);
    this.#hasEnded = true;
  }

  /** Handles one object. Returns the reply that it needs, or else whether somebody has taken it. */
  #handle(item: Item, size: number): Promise<Reply> | boolean {
    if (typeof item.method === "string") {
      return "id" in item ? this.#handlers.answer(item) : this.#notify(item, size);
    }
    if (!("result" in item) && !("error" in item)) return Promise.resolve(invalidRequest(item));
    this.#calls.settle(item);
    return true;
  }

  /** Passes a notification to its subscriptions and its function. Returns false if there are none. */
  #notify(item: Item, size: number): boolean {
    const listeners = this.#listeners.get(item.method as string);
    for (const buffer of listeners ?? []) buffer.put(item.params, size);
    const handled = this.#handlers.notify(item);
    if (handled) {
      this.#setRunning(this.#running + 1);
      void handled.then(() => this.#setRunning(this.#running - 1));
    }
    return listeners !== undefined || handled !== undefined;
  }

  async #reply(replies: readonly Promise<Reply>[], isBatch: boolean): Promise<void> {
    this.#setRunning(this.#running + replies.length);
    const connection = this.#connection;
    const list = await Promise.all(replies);
    const send = (all: Reply[]): Promise<void> => this.#send(isBatch ? all : (all[0] as Reply));
    if (connection === this.#connection) {
      await send(list)
        // The peer must not wait for a result that cannot be encoded.
        .catch((error: unknown) => {
          const isInvalid = WsError.is(error) && error.code === "INVALID_MESSAGE";
          return isInvalid ? send(list.map(({ id }) => internalError(id))) : undefined;
        })
        // If the connection has ended, the peer needs no reply.
        .catch(() => {});
    }
    this.#setRunning(this.#running - replies.length);
  }

  #setRunning(running: number): void {
    if (this.#hasEnded) return;
    this.#running = running;
    const before = this.#pressure;
    this.#pressure = Math.min(Math.floor(running / MAX_RUNNING_REQUESTS), 2);
    if (before !== this.#pressure) this.#dispatcher.onPressure(before, this.#pressure);
  }
}
