import type { Client } from "../connection/client.js";
import { deliverTo } from "../connection/deliver-to.js";
import { WsError } from "../errors/ws-error.js";
import { NORMAL, POLICY_VIOLATION } from "../protocol/close-codes.js";
import type { CloseInfo } from "../protocol/close.js";
import type { Message } from "../protocol/message.js";
import { now } from "../time/clock.js";
import type { Delivery } from "./delivery.js";
import { discard, establish } from "./establish.js";
import type { Outcome } from "./establish.js";
import type { AttemptInfo } from "./options.js";
import type { ResolvedReconnectOptions } from "./resolve-options.js";
import { Rotation } from "./rotation.js";
import type { Status, StatusFeed } from "./status.js";

/** The parts of a reconnecting client that its connections use. */
export interface ConnectionsHost {
  readonly delivery: Delivery;
  readonly status: StatusFeed;
  /** Aborts when the client begins to end. */
  readonly signal: AbortSignal;
}

/**
 * The connections of a reconnecting client: at most one is used at any time. During a rotation there is a second one,
 * which is dialled, or delivers its last messages.
 */
export class Connections {
  /** The connection of the current attempt, once the dial has succeeded, and then the one that is used. */
  current: Client | undefined;
  /** True once a connection was open. */
  hasOpened: boolean;
  /** Time at which the last connection opened or ended, or the client was started. */
  changedAt: number = now();
  /** True if a connection was stable, of those since the last attempt began. */
  wasStable = false;

  readonly #options: ResolvedReconnectOptions;
  readonly #host: ConnectionsHost;
  /** All connections that have not ended. */
  readonly #clients = new Set<Client>();
  #isRef = true;
  /** The connection that messages are sent over. */
  #attached: Client | undefined;
  #rotation: Rotation | undefined;

  constructor(options: ResolvedReconnectOptions, host: ConnectionsHost) {
    this.#options = options;
    this.#host = host;
    this.hasOpened = options.resumed === true;
  }

  /** Makes one attempt. Resolves when it has failed, or when the last connection that followed has ended. */
  async run(attemptInfo: AttemptInfo): Promise<CloseInfo> {
    this.wasStable = false;
    const { client, info } = await this.#establish(attemptInfo, (dialled) => {
      this.current = dialled;
    });
    if (!client) return info;
    return attemptInfo.signal.aborted ? discard(client) : this.#serve(client, attemptInfo);
  }

  /** Replaces the connection that is open. */
  rotate(): void {
    this.#rotation?.request();
  }

  /** Closes all connections. What waits for the end of a hand-over is sent before. */
  close(code?: number, reason?: string): void {
    for (const client of this.#clients) {
      this.#host.delivery.release(client);
      // A retiring connection discards its messages from now on.
      if (client.internals.isRetiring) client.internals.close(NORMAL, "");
      else void client.close(code, reason);
    }
  }

  /** Ends all connections at once. */
  terminate(): void {
    for (const client of this.#clients) client.terminate();
  }

  /** Sets whether open connections keep a Node process alive. */
  setRef(isRef: boolean): void {
    this.#isRef = isRef;
    for (const client of this.#clients) {
      if (isRef) client.ref();
      else client.unref();
    }
  }

  /** Resolves when all connections have ended, with the end of the current one, if there is one. */
  async ended(): Promise<CloseInfo | undefined> {
    const info = await this.current?.closed;
    await Promise.all([...this.#clients].map(({ closed }) => closed));
    return info;
  }

  #establish(attemptInfo: AttemptInfo, dialled?: (client: Client) => void): Promise<Outcome> {
    return establish(this.#options, attemptInfo, this.hasOpened, (client) => {
      dialled?.(client);
      if (!this.#isRef) client.unref();
      this.#clients.add(client);
      void client.closed.then(() => this.#clients.delete(client));
    });
  }

  /** Uses a connection, and those that replace it. Resolves when the last one has ended. */
  async #serve(first: Client, { attempt, signal }: AttemptInfo): Promise<CloseInfo> {
    const { delivery, status } = this.#host;
    let current = first;
    let opening = attempt;
    const rotation = (this.#rotation = new Rotation(this.#options, {
      delivery,
      signal,
      establish: (info) => this.#establish(info),
      adopt: (client, number) => {
        opening = number;
        this.#adopt(client, number);
        this.#options.onReplaced?.(client);
      },
      onLost: async (number) => {
        opening = number;
        this.#detach(current, await current.closed);
        this.current = undefined;
        if (!signal.aborted) status.set({ type: "connecting", attempt: number });
      },
    }));
    const detachAtEnd = (client: Client): void =>
      void client.closed.then((info) => {
        if (!rotation.isReplacing) this.#detach(client, info);
      });
    this.#open(current, opening);
    detachAtEnd(current);
    for (let successor; (successor = await rotation.run(current)); current = successor) {
      // The messages of the connection before have been delivered now. The unread ones of both are within
      // `bufferLimit`, but together they may exceed it.
      if (this.#attached === successor) this.#deliver(successor, opening, 0, Infinity);
      else if (signal.aborted) return discard(successor);
      else this.#open(successor, opening);
      detachAtEnd(successor);
    }
    const info = await current.closed;
    this.#detach(current, info);
    return info;
  }

  /** Starts to use a connection. */
  #open(client: Client, attempt: number): void {
    const { delivery, status } = this.#host;
    const gap = now() - this.changedAt;
    // Listeners learn of the connection before its messages.
    status.set(this.#adopt(client, attempt));
    this.#deliver(client, attempt, gap);
    this.hasOpened = true;
    delivery.attach(client);
  }

  /** Makes a connection the current one. */
  #adopt(client: Client, attempt: number): Status {
    const openedAt = now();
    if (this.#attached) this.#judgeStability(openedAt);
    this.current = this.#attached = client;
    this.changedAt = openedAt;
    return (this.#host.status.value = {
      type: "open",
      attempt,
      get duration() {
        return now() - openedAt;
      },
    });
  }

  /** Delivers the messages of a connection. Ends it with `SLOW_CONSUMER` if the marker does not fit. */
  #deliver(client: Client, attempt: number, gap: number, limit?: number): void {
    const { inbox, marker } = this.#options;
    const reconnected: unknown = { type: "reconnected", attempt, gap };
    if (marker && this.hasOpened && inbox.put(reconnected as Message)) {
      const error = new WsError("SLOW_CONSUMER", "reconnecting: exceeds bufferLimit");
      client.internals.fail(POLICY_VIOLATION, error);
    }
    deliverTo(client.internals.receiving, inbox, limit);
  }

  /** Queues the messages of a connection again, or loses them, because it has ended. Later calls have no effect. */
  #detach(client: Client, { clean }: CloseInfo): void {
    if (this.#attached !== client) return;
    this.#attached = undefined;
    const time = now();
    this.#judgeStability(time);
    this.changedAt = time;
    this.#host.delivery.detach(clean, !this.#host.signal.aborted);
  }

  /** Called when the connection ends or is replaced. One stable connection among several is enough. */
  #judgeStability(time: number): void {
    this.wasStable ||= time - this.changedAt >= this.#options.stableAfter;
  }
}
