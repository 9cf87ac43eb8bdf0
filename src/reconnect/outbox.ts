import { unreported } from "../connection/unreported.js";
import type { Events } from "../connection/events.js";
import type { ErrorCode } from "../errors/error-codes.js";
import { WsError } from "../errors/ws-error.js";
import type { LostReason } from "../protocol/connection-event.js";
import { memoryOf, payloadSize } from "../protocol/message.js";
import { microtask, now, startTimer } from "../time/clock.js";

/** A message that, as far as the client can know, was not sent. */
export interface LostMessage {
  /** The payload, after encoding by a codec. Bytes are a copy. */
  readonly data: string | Uint8Array;
  /** `TEXT` (1) or `BINARY` (2). */
  readonly type: 1 | 2;
  /** Option `key` of the message. */
  readonly key: string | undefined;
  /**
   * `"unflushed"`: a connection accepted the message and ended before the message was known to have left;
   * it may have arrived. `"expired"`: its `ttl` had passed. `"dropped"`: it did not fit into the queue, was
   * dropped by `"drop-oldest"`, or `queue.clear()` was called. `"closed"`: it was queued when the client
   * ended.
   */
  readonly reason: LostReason;
}

/** The queue of messages that wait for a connection. */
export interface OfflineQueue {
  /** Number of messages in the queue. */
  readonly length: number;
  /**
   * Size of the queue in bytes. A message counts as its payload plus 64 bytes; the payload of a text counts as
   * 2 x `length`.
   */
  readonly bytes: number;
  /** Drops all messages: their sends reject with `ABORTED`. */
  clear(): void;
}

/** Option `queue`, validated and complete. */
export interface ResolvedQueueOptions {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** In milliseconds; `undefined` if messages do not expire. */
  readonly ttl?: number;
  readonly whenFull: "reject" | "drop-oldest";
}

/** A message on its way to a connection. */
export interface Entry {
  /** The payload; the caller's own bytes until the message is queued. */
  payload: string | Uint8Array;
  readonly key: string | undefined;
  /** Time at which it expires, on the clock of `performance.now()`; `Infinity` for never. */
  readonly expiresAt: number;
  readonly retry: boolean | undefined;
  /** The promise of its send, if that is pending in the queue. */
  pending?: PendingSend | undefined;
}

/** The promise of a queued send, and the functions that settle it. */
interface PendingSend {
  readonly promise: Promise<void>;
  readonly resolve: (accepted: Promise<void>) => void;
  readonly reject: (error: WsError) => void;
}

function newPendingSend(): PendingSend {
  let settle!: Omit<PendingSend, "promise">;
  // `onLost` reports a failure as well.
  const promise = unreported(
    new Promise<void>((resolve, reject) => (settle = { resolve, reject })),
  );
  return { promise, ...settle };
}

/** A bounded, ordered queue of messages to send, with one timer for all that expire. */
export class Outbox implements OfflineQueue {
  bytes = 0;

  readonly #options: ResolvedQueueOptions;
  readonly #onLost: ((messages: readonly LostMessage[]) => void) | undefined;
  readonly #events: Events | undefined;
  /** Queued messages from the oldest to the newest, by key; one without a key is its own key. */
  #entries = new Map<unknown, Entry>();
  /** Time at which the timer fires; `Infinity` if none is set. */
  #timerDue = Infinity;
  #stopTimer: (() => void) | undefined;

  constructor(
    options: ResolvedQueueOptions,
    onLost?: (messages: readonly LostMessage[]) => void,
    events?: Events,
  ) {
    this.#options = options;
    this.#onLost = onLost;
    this.#events = events;
  }

  get length(): number {
    return this.#entries.size;
  }

  /** Size of the payloads in bytes, texts in UTF-8. */
  get payloadBytes(): number {
    let bytes = 0;
    for (const { payload } of this.#entries.values()) bytes += payloadSize(payload);
    return bytes;
  }

  /** The oldest message. */
  get next(): Entry | undefined {
    return this.#entries.values().next().value;
  }

  /**
   * Appends a message, and removes an earlier one with the same key. The promise settles when the message is sent or
   * lost. If the message does not fit, the promise rejects with `QUEUE_FULL` and the queue is unchanged.
   *
   * @param isUnlimited True to exceed the limits of the queue.
   */
  add(entry: Entry, isUnlimited = false): Promise<void> {
    const { maxMessages, maxBytes, whenFull } = this.#options;
    const isOver = (messages: number, bytes: number): boolean =>
      !isUnlimited && (messages > maxMessages || bytes > maxBytes);
    const replaced = this.#entries.get(entry.key);
    const size = memoryOf(entry.payload);
    const bytes = this.bytes + size;
    // Dropping other messages can make room for any message that fits into an empty queue.
    const isRefused =
      whenFull !== "reject"
        ? isOver(1, size)
        : replaced
          ? isOver(this.length, bytes - memoryOf(replaced.payload))
          : isOver(this.length + 1, bytes);
    // The promise of a replaced message settles with that of the new one.
    const pending = (entry.pending =
      (isRefused ? undefined : replaced?.pending) ?? newPendingSend());
    if (isRefused) this.lose([entry], "dropped", "QUEUE_FULL");
    else {
      this.#insert(entry);
      while (isOver(this.length, this.bytes)) {
        this.lose([this.next as Entry], "dropped", "QUEUE_FULL");
      }
    }
    return pending.promise;
  }

  /** Puts messages back before all others, except those that a newer one with the same key replaces. */
  restore(entries: readonly Entry[]): void {
    const newer = this.#entries;
    this.#entries = new Map();
    this.bytes = 0;
    const restored = entries.filter(({ key }) => !newer.has(key));
    for (const entry of [...restored, ...newer.values()]) this.#insert(entry);
  }

  /** Removes a message. Does nothing if it is not in the queue. */
  remove(entry: Entry): void {
    const id = entry.key ?? entry;
    if (this.#entries.get(id) !== entry) return;
    this.#entries.delete(id);
    this.bytes -= memoryOf(entry.payload);
  }

  clear(reason: LostReason = "dropped", code: ErrorCode = "ABORTED"): void {
    this.#stopTimer?.();
    this.#timerDue = Infinity;
    this.lose([...this.#entries.values()], reason, code);
  }

  /** Removes messages, rejects their sends with `code`, and reports them to `onLost`. */
  lose(entries: readonly Entry[], reason: LostReason, code: ErrorCode): void {
    const lost = entries.map((entry): LostMessage => {
      const { payload: data, key, pending } = entry;
      this.remove(entry);
      pending?.reject(new WsError(code, `send: ${this.#explain(reason, code)}`));
      return { data, type: typeof data === "string" ? 1 : 2, key, reason };
    });
    if (!lost[0]) return;
    this.#events?.emit("lost", () => ({
      reason,
      count: lost.length,
      bytes: lost.reduce((sum, { data }) => sum + payloadSize(data), 0),
    }));
    // In a microtask, so that an exception of the callback is reported as uncaught.
    microtask(() => this.#onLost?.(lost));
  }

  /** Returns the reason why a message is lost, as text. */
  #explain(reason: LostReason, code: ErrorCode): string {
    if (code !== "QUEUE_FULL") return `message lost: ${reason}`;
    const { maxMessages, maxBytes } = this.#options;
    const limits = `maxMessages ${maxMessages}, maxBytes ${maxBytes}`;
    return `message dropped: the queue is full (${limits}); raise a limit of option queue`;
  }

  #insert(entry: Entry): void {
    const id = entry.key ?? entry;
    const replaced = this.#entries.get(id);
    if (replaced) this.remove(replaced);
    this.#entries.set(id, entry);
    this.bytes += memoryOf(entry.payload);
    this.#startTimer(entry.expiresAt);
  }

  /** Makes sure that the timer fires by `due`. By then, the message that set this time may have been sent. */
  #startTimer(due: number): void {
    if (due >= this.#timerDue) return;
    this.#timerDue = due;
    this.#stopTimer?.();
    const expire = (): void => {
      this.#timerDue = Infinity;
      const time = now();
      const expired = [...this.#entries.values()].filter(({ expiresAt }) => expiresAt <= time);
      this.lose(expired, "expired", "CHANNEL_TIMEOUT");
      for (const { expiresAt } of this.#entries.values()) this.#startTimer(expiresAt);
    };
    // A client that waits for a connection keeps the process alive by itself, unless it is suspended or has ended.
    this.#stopTimer = startTimer(due - now(), expire, false);
  }
}
