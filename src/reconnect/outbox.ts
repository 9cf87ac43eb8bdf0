import type { ErrorCode } from "../errors/error-codes.js";
import { WsError } from "../errors/ws-error.js";
import { microtask, startTimer } from "../time/clock.js";

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
  /** What goes out; the caller's own bytes until the message has to wait. */
  payload: string | Uint8Array;
  readonly key: string | undefined;
  /** When it is too late, by `performance.now()`. */
  readonly due: number;
  readonly retry: boolean | undefined;
  /** Its sender, if that waits here. */
  sender?: Sender | undefined;
}

/** Who waits for a message to go. */
interface Sender {
  readonly promise: Promise<void>;
  readonly resolve: (sent: Promise<void>) => void;
  readonly reject: (error: WsError) => void;
}

function newSender(): Sender {
  let settle!: Omit<Sender, "promise">;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  // Nobody has to await it: `onLost` tells as well.
  promise.catch(() => {});
  return { promise, ...settle };
}

/** What a message is taken to hold, as the core counts those that wait to be read. */
function sizeOf({ payload }: Entry): number {
  return 64 + payload.length * (typeof payload === "string" ? 2 : 1);
}

/** The queue of what waits for a connection: bounded, in order, with one timer for all that expires. */
export class Outbox implements OfflineQueue {
  bytes = 0;

  readonly #settings: QueueSettings;
  readonly #onLost: ((messages: readonly LostMessage[]) => void) | undefined;
  /** By key, or by itself; the oldest first. */
  #waiting = new Map<unknown, Entry>();
  /** When the timer is due, and what stops it. */
  #due = Infinity;
  #stop: (() => void) | undefined;

  constructor(settings: QueueSettings, onLost?: (messages: readonly LostMessage[]) => void) {
    this.#settings = settings;
    this.#onLost = onLost;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** The message that is to go next. */
  get next(): Entry | undefined {
    return this.#waiting.values().next().value;
  }

  /** Takes a message in at the end; or rejects with `QUEUE_FULL`, and what waits stays as it is. */
  add(entry: Entry): Promise<void> {
    const { maxMessages, maxBytes, whenFull } = this.#settings;
    const old = this.#waiting.get(entry.key);
    const size = sizeOf(entry);
    const isFull = (messages: number, bytes: number): boolean =>
      this.length - messages >= maxMessages || this.bytes - bytes + size > maxBytes;
    // If others may be dropped, all of them, or else the one that it replaces.
    const isRefused =
      whenFull === "reject"
        ? isFull(old ? 1 : 0, old ? sizeOf(old) : 0)
        : isFull(this.length, this.bytes);
    // Whoever waits for the old one gets what becomes of the new one.
    const sender = (entry.sender = (isRefused ? undefined : old?.sender) ?? newSender());
    if (isRefused) this.lose([entry], "dropped", "QUEUE_FULL");
    else {
      if (old) this.remove(old);
      while (isFull(0, 0) && this.next) this.lose([this.next], "dropped", "QUEUE_FULL");
      this.#insert(entry);
    }
    return sender.promise;
  }

  /** Takes messages back, before all others, but for those that a newer one replaces. */
  restore(entries: readonly Entry[]): void {
    const newer = this.#waiting;
    this.#waiting = new Map();
    this.bytes = 0;
    const back = entries.filter(({ key }) => !newer.has(key));
    for (const entry of [...back, ...newer.values()]) this.#insert(entry);
  }

  /** A message has gone, if it waits here. */
  remove(entry: Entry): void {
    const id = entry.key ?? entry;
    if (this.#waiting.get(id) !== entry) return;
    this.#waiting.delete(id);
    this.bytes -= sizeOf(entry);
  }

  clear(reason: LostReason = "dropped", code: ErrorCode = "ABORTED"): void {
    this.#stop?.();
    this.#due = Infinity;
    this.lose([...this.#waiting.values()], reason, code);
  }

  /** Tells the senders of messages, and `onLost`, that they are lost. */
  lose(entries: readonly Entry[], reason: LostReason, code: ErrorCode): void {
    const lost = entries.map((entry): LostMessage => {
      const { payload: data, key, sender } = entry;
      this.remove(entry);
      sender?.reject(new WsError(code, `send: ${reason}`));
      return { data, type: typeof data === "string" ? 1 : 2, key, reason };
    });
    // Later: an exception is the caller's.
    if (lost[0]) microtask(() => this.#onLost?.(lost));
  }

  #insert(entry: Entry): void {
    const id = entry.key ?? entry;
    const old = this.#waiting.get(id);
    // Of those that come back together, the latest with a key replaces the others.
    if (old) this.remove(old);
    this.#waiting.set(id, entry);
    this.bytes += sizeOf(entry);
    this.#expireAt(entry.due);
  }

  /** Sees to it that the timer is due by then. It may find that the message has gone. */
  #expireAt(due: number): void {
    if (due >= this.#due) return;
    this.#due = due;
    this.#stop?.();
    this.#stop = startTimer(due - performance.now(), () => {
      this.#due = Infinity;
      const time = performance.now();
      const late = [...this.#waiting.values()].filter((entry) => entry.due <= time);
      this.lose(late, "expired", "CHANNEL_TIMEOUT");
      for (const entry of this.#waiting.values()) this.#expireAt(entry.due);
    });
  }
}
