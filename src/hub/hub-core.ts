import type { FailureSource } from "../channel/iterator.js";
import { WsError } from "../errors/ws-error.js";
import type { AnyCodec } from "../protocol/codec.js";
import { microtask } from "../time/clock.js";
import { Dispatcher } from "./dispatcher.js";
import type { HubClient } from "./hub-client.js";
import type { InFlight } from "./in-flight.js";
import { Requests } from "./requests.js";
import type { Source } from "./source.js";
import { SubscriptionBuffer } from "./subscription.js";
import type { SubscribeOptions } from "./subscription.js";

/** Puts a message of `size` bytes into its subscription. Returns true if it matched. Must not throw. */
export type Route<In> = (message: In, size: number) => boolean;

/** The state of one hub, which its subscriptions, requests and JSON-RPC share. */
export class HubCore<In, Out> {
  readonly client: HubClient<In, Out>;
  readonly codec: AnyCodec | undefined;
  readonly dispatcher: Dispatcher<In>;
  readonly requests: Requests<In> = new Requests();
  readonly routes: Set<Route<In>> = new Set();
  readonly inFlight: Set<InFlight> = new Set([this.requests]);
  readonly unclaimed: SubscriptionBuffer<In>;

  readonly #buffers = new Set<Pick<SubscriptionBuffer<unknown>, "end">>();
  readonly #onEnd: () => void;
  readonly #unwatch: (() => void) | undefined;
  #isEnded = false;
  /** Returns the error with which the client has ended. */
  #failure: FailureSource;

  /** @param onEnd Called when the hub has ended. */
  constructor(client: HubClient<In, Out>, source: Source<In>, onEnd: () => void) {
    this.client = client;
    this.codec = source.codec;
    this.#onEnd = onEnd;
    this.dispatcher = new Dispatcher(
      source,
      (message, size) => {
        this.#deliver(message, size);
      },
      () => this.end("the client has ended", source.failure),
    );
    this.unclaimed = this.openBuffer({ whenFull: "drop-oldest" });
    if ("onStatus" in client) {
      this.#unwatch = client.onStatus(({ type }) => {
        if (type !== "open") this.#onLost();
      });
    }
    // Later, so that subscriptions of this turn also get the messages that have arrived before.
    microtask(() => this.dispatcher.start());
  }

  /** Opens the buffer of a subscription, which ends when the hub ends. Throws `INVALID_OPTION`. */
  openBuffer<T>(
    options: SubscribeOptions,
    onEnd?: (buffer: SubscriptionBuffer<T>) => void,
  ): SubscriptionBuffer<T> {
    const buffer = new SubscriptionBuffer<T>(this.dispatcher, options, () => {
      this.#buffers.delete(buffer);
      onEnd?.(buffer);
    });
    if (this.#isEnded) buffer.end(this.#failure);
    else this.#buffers.add(buffer);
    return buffer;
  }

  /** Throws `CLOSED` if the hub has ended. */
  checkOpen(operation: string): void {
    if (this.#isEnded) throw new WsError("CLOSED", `${operation}: the hub has ended`);
  }

  /** Ends all subscriptions and requests. */
  end(reason: string, failure?: FailureSource): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failure = failure;
    this.dispatcher.stop();
    this.#unwatch?.();
    this.#onEnd();
    for (const buffer of this.#buffers) buffer.end(failure);
    void Promise.resolve(failure?.()).then((cause) => {
      const error = new WsError("CLOSED", `request: ${reason}`, { cause });
      for (const requests of this.inFlight) requests.end(error);
    });
  }

  #deliver(message: In, size: number): void {
    const request = this.requests.settle(message, this.dispatcher.handled);
    if (request && !request.isShared) return;
    let isTaken = request !== undefined;
    for (const route of this.routes) if (route(message, size)) isTaken = true;
    if (!isTaken) this.unclaimed.put(message, size);
  }

  /** The connection is lost. Replies that have arrived still count. */
  #onLost(): void {
    const ends = [...this.inFlight].map((requests) => requests.onLoss());
    this.dispatcher.afterArrived(() => {
      const text = "request: the connection was lost before the reply";
      const error = new WsError("CLOSED", text, { retryable: true });
      for (const end of ends) end(error);
    });
  }
}
