import { WsError } from "wschan";
import type { ErrorCode } from "wschan";
import type { Kit } from "../kit.js";

/** Why a message is lost: see option `onLost`. */
export type LostReason = "unflushed" | "expired" | "dropped" | "closed";

/** A message that was, as far as can be known, not sent. */
export interface LostMessage {
  /** What would have gone out; bytes are a copy. */
  readonly data: string | Uint8Array;
  /** `TEXT` (1) or `BINARY` (2). */
  readonly type: 1 | 2;
  /** The message's own `key`. */
  readonly key: string | undefined;
  /**
   * `"unflushed"`: handed to a connection that ended before it could be known to have left; it may have
   * arrived. `"expired"`: its `ttl` was over. `"dropped"`: by `"drop-oldest"`, or `queue.clear()`.
   * `"closed"`: it still waited when the client ended.
   */
  readonly reason: LostReason;
}

/** The messages that wait for a connection. */
export interface OfflineQueue {
  /** How many messages wait. */
  readonly length: number;
  /** What they hold: payload + 64 bytes each, a text's payload at 2 x `length`. */
  readonly bytes: number;
  /** Drops them: their sends reject with `ABORTED`. */
  clear(): void;
}

/** Settings of the queue, complete. */
export interface QueueSettings {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** In milliseconds. */
  readonly ttl?: number;
  readonly whenFull: "reject" | "drop-oldest";
}

/** One message on its way. */
export interface Entry {
  payload: string | Uint8Array;
  readonly key: string | undefined;
  /** When it is too late, by `performance.now()`. */
  readonly due: number;
  readonly retry: boolean | undefined;
  /** What its sender waits for, if it is more than a connection's own `send`. */
  promise?: Promise<void>;
  resolve?: (sent?: PromiseLike<void>) => void;
  reject?: (error: WsError) => void;
}

/** What a message is taken to hold, as the core counts what it has received. */
function sizeOf({ payload }: Entry): number {
  return 64 + payload.length * (typeof payload === "string" ? 2 : 1);
}

/** The promise of a message that waits, or may have to wait again. */
export function promiseOf(entry: Entry): Promise<void> {
  if (!entry.promise) {
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    // Nobody has to await it: what is lost is reported.
    entry.promise.catch(() => {});
  }
  return entry.promise;
}

/** The payload as its own: the caller may reuse its bytes. */
export function own(entry: Entry): void {
  if (typeof entry.payload !== "string") entry.payload = entry.payload.slice();
}

/** The queue of what waits for a connection: bounded, in order, one timer for all that expires. */
export class Outbox implements OfflineQueue {
  bytes = 0;

  readonly #settings: QueueSettings;
  readonly #startTimer: Kit["startTimer"];
  readonly #onLost: ((messages: readonly LostMessage[]) => void) | undefined;
  /** By key, or by itself; the oldest first. */
  #waiting = new Map<unknown, Entry>();
  /** When the timer is due, and what stops it. */
  #due = Infinity;
  #stop: (() => void) | undefined;

  constructor(
    settings: QueueSettings,
    startTimer: Kit["startTimer"],
    onLost?: (messages: readonly LostMessage[]) => void,
  ) {
    this.#settings = settings;
    this.#startTimer = startTimer;
    this.#onLost = onLost;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** The message that is to go next. @internal */
  get next(): Entry | undefined {
    for (const entry of this.#waiting.values()) return entry;
    return undefined;
  }

  clear(): void {
    this.dropAll("dropped", "ABORTED", "the queue was cleared");
  }

  /** Takes a message in at the end; its promise rejects with `QUEUE_FULL` if there is no room. @internal */
  add(entry: Entry): Promise<void> {
    const { maxMessages, maxBytes, whenFull } = this.#settings;
    own(entry);
    const size = sizeOf(entry);
    const old = this.#waiting.get(entry.key);
    if (old) {
      this.remove(old);
      // Whoever waits for the old one gets what becomes of the new one.
      Object.assign(entry, { promise: old.promise, resolve: old.resolve, reject: old.reject });
    }
    const promise = promiseOf(entry);
    const isFull = (): boolean => this.length >= maxMessages || this.bytes + size > maxBytes;
    const full = "the queue is full";
    while (isFull() && whenFull !== "reject" && size <= maxBytes && this.next) {
      this.lose([this.next], "dropped", "QUEUE_FULL", full);
    }
    if (isFull()) {
      if (old) this.lose([old], "dropped", "QUEUE_FULL", full);
      entry.reject?.(new WsError("QUEUE_FULL", `send: ${full}`));
    } else {
      this.#insert(entry);
    }
    return promise;
  }

  /** Takes messages back, before all others, but for those that a newer one with their key replaces. @internal */
  restore(entries: readonly Entry[]): void {
    const newer = this.#waiting;
    this.#waiting = new Map();
    this.bytes = 0;
    for (const entry of entries) {
      const newest = newer.get(entry.key);
      if (newest) entry.resolve?.(newest.promise);
      else this.#insert(entry);
    }
    for (const entry of newer.values()) this.#insert(entry);
  }

  /** A message has gone, if it waits. @internal */
  remove(entry: Entry): void {
    const id = entry.key ?? entry;
    if (this.#waiting.get(id) !== entry) return;
    this.#waiting.delete(id);
    this.bytes -= sizeOf(entry);
  }

  /** Loses all that wait. @internal */
  dropAll(reason: LostReason, code: ErrorCode, why: string): void {
    this.lose([...this.#waiting.values()], reason, code, why);
    this.#stop?.();
    this.#due = Infinity;
  }

  /** Tells the senders of messages, and `onLost`, that they are lost. @internal */
  lose(entries: readonly Entry[], reason: LostReason, code: ErrorCode, why: string): void {
    const lost = entries.map((entry): LostMessage => {
      this.remove(entry);
      entry.reject?.(new WsError(code, `send: ${why}`));
      const { payload: data, key } = entry;
      return { data, type: typeof data === "string" ? 1 : 2, key, reason };
    });
    // Later: an exception is the caller's.
    if (lost.length > 0) queueMicrotask(() => this.#onLost?.(lost));
  }

  #insert(entry: Entry): void {
    this.#waiting.set(entry.key ?? entry, entry);
    this.bytes += sizeOf(entry);
    if (entry.due < this.#due) this.#arm(entry.due);
  }

  /** One timer for the first that is due. It may find that it has gone. */
  #arm(due: number): void {
    this.#stop?.();
    this.#due = due;
    this.#stop = this.#startTimer(due - performance.now(), () => this.expire());
  }

  /** Loses what is too late. @internal */
  expire(): void {
    const now = performance.now();
    const waiting = [...this.#waiting.values()];
    this.lose(
      waiting.filter(({ due }) => due <= now),
      "expired",
      "CHANNEL_TIMEOUT",
      "its ttl is over",
    );
    this.#stop?.();
    this.#due = Infinity;
    for (const { due } of this.#waiting.values()) if (due < this.#due) this.#arm(due);
  }
}
