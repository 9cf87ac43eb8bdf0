import type { Receiver } from "../channel/queue.js";
import { memoryOf } from "../protocol/message.js";
import type { Message } from "../protocol/message.js";
import type { Source } from "./source.js";
import type { SubscriptionHost } from "./subscription.js";

/** Takes a message of `size` bytes. Returns false if it is for somebody else. Must not throw. */
export type Taker<In> = (message: In, size: number) => boolean;

/** Gets a message of `size` bytes. Must not throw. */
export type Delivery<In> = (message: In, size: number) => void;

/**
 * Reads the messages of a client and offers each to takers in turn. Reading stops while a subscription that pauses its
 * hub is full, so that the client is not read and slows its server down.
 *
 * While a reply is awaited, reading goes on until a subscription holds half of `bufferLimit`. Otherwise a consumer that
 * awaits a reply before it reads on would wait for ever, because the reply is behind messages that it has not read.
 */
export class Dispatcher<In> implements SubscriptionHost {
  readonly bufferLimit: number;
  /** Offered each message in this order, until one takes it. */
  readonly takers: Set<Taker<In>> = new Set();

  readonly #source: Source<In>;
  readonly #deliver: Delivery<In>;
  readonly #onEnd: () => void;
  /** Number of replies that are awaited. */
  #awaited = 0;
  /** Number of subscriptions that are full, and of those among them that hold half of `bufferLimit`. */
  #full = 0;
  #heavy = 0;
  #isStarted = false;
  #isRunning = false;
  #isStopped = false;
  /** Number of messages handled so far, with the one that is being handled. */
  handled = 0;
  /** Functions to call, each once `handled` has reached its number. */
  #marks: { readonly at: number; readonly run: () => void }[] = [];
  readonly #receiver: Receiver<In> = (result, size) => {
    this.#run(() => this.#handle(result.ok, result.value as In, size));
  };

  /**
   * @param deliver Gets each message that no taker has taken.
   * @param onEnd Called when the client has ended and all its messages were handled.
   */
  constructor(source: Source<In>, deliver: Delivery<In>, onEnd: () => void) {
    this.bufferLimit = source.inbox.limit;
    this.#source = source;
    this.#deliver = deliver;
    this.#onEnd = onEnd;
  }

  /** Begins to read. */
  start(): void {
    this.#isStarted = true;
    this.#resume();
  }

  /** Stops reading for good. The client then receives by itself. */
  stop(): void {
    this.#isStopped = true;
    this.#source.inbox.unpark(this.#receiver);
  }

  /** Counts a reply that is awaited. Returns a function to call when it is awaited no longer. */
  await(): () => void {
    let awaited = 1;
    this.#awaited++;
    this.#resume();
    return () => {
      this.#awaited -= awaited;
      awaited = 0;
      this.#resume();
    };
  }

  /** Number of messages that have arrived so far. */
  get arrived(): number {
    return this.handled + this.#source.inbox.size;
  }

  /** Calls `run` when every message that has arrived so far was handled: at once if that is so. */
  afterArrived(run: () => void): void {
    const at = this.arrived;
    if (at === this.handled && !this.#isRunning) run();
    else this.#marks.push({ at, run });
  }

  onPressure(before: number, now: number): void {
    this.#full += Number(now > 0) - Number(before > 0);
    this.#heavy += Number(now > 1) - Number(before > 1);
    this.#resume();
  }

  get #isPaused(): boolean {
    return this.#heavy > 0 || (this.#full > 0 && this.#awaited === 0);
  }

  /** Reads what has arrived, and waits for more. */
  #resume(): void {
    if (this.#isStarted) this.#run(() => {});
  }

  /** Calls `first`, and then reads until nothing is left or the hub is paused. */
  #run(first: () => void): void {
    // Takers call functions of the application, which may subscribe or receive: that continues the loop below.
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { inbox } = this.#source;
    inbox.unpark(this.#receiver);
    first();
    while (!this.#isStopped && !this.#isPaused && this.#takeNext());
    this.#isRunning = false;
    if (!this.#isStopped && !this.#isPaused) inbox.park(this.#receiver);
  }

  /** Handles the next message. Returns false if there is none. */
  #takeNext(): boolean {
    const { inbox } = this.#source;
    const before = inbox.bytes;
    const result = inbox.take();
    if (result) this.#handle(result.ok, result.value as In, before - inbox.bytes);
    return result !== undefined;
  }

  #handle(isMessage: boolean, message: In, size?: number): void {
    if (!isMessage) {
      this.stop();
      this.#onEnd();
      return;
    }
    this.handled++;
    const bytes = size ?? memoryOf((message as Message).data);
    if (!this.#isTaken(message, bytes)) this.#deliver(message, bytes);
    if (this.#marks.length > 0) this.#runMarks();
  }

  #isTaken(message: In, size: number): boolean {
    for (const take of this.takers) if (take(message, size)) return true;
    return false;
  }

  #runMarks(): void {
    const due = this.#marks.filter(({ at }) => at <= this.handled);
    this.#marks = this.#marks.filter(({ at }) => at > this.handled);
    for (const { run } of due) run();
  }
}
