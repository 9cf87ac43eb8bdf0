import { Queue } from "../channel/queue.js";
import type { ReceiveResult } from "../channel/queue.js";
import { memoryOf } from "../protocol/message.js";
import type { Message } from "../protocol/message.js";
import type { Pressure } from "../protocol/transport.js";

/** Unread bytes at which an inbox is full, regardless of its capacity. */
const HIGH_WATER_MARK_BYTES = 1_048_576;

/**
 * Queue of received values, bounded in bytes. Its `pressure` controls when reading is paused. Values that
 * a codec has decoded are put with an explicit size, because it cannot be computed from them.
 */
export class Inbox<T = Message> extends Queue<T> {
  /** Size of the unread values, in bytes: see {@link memoryOf}. */
  bytes = 0;
  pressure: Pressure = 0;
  /** Called when `pressure` has changed. */
  onPressure: (() => void) | undefined;
  /** True if a value was received while `pressure` was not 0. Cleared by {@link warnIfUnread}. */
  wasRead = false;
  /** True after {@link warnIfUnread} has warned about this inbox. */
  hasWarned = false;

  /** Largest number of unread bytes. */
  readonly limit: number;
  /** Sizes of the unread values, if they cannot be computed from the values. */
  readonly #sizes: Queue<number> | undefined;

  constructor(capacity: number, limit: number, isSized = false) {
    super(capacity);
    this.limit = limit;
    if (isSized) this.#sizes = new Queue(capacity);
  }

  /**
   * Appends a value. If that would exceed the limit, refuses it and returns the number of bytes that would be
   * unread.
   */
  put(value: T, givenSize?: number, limit: number = this.limit): number | undefined {
    if (this.receivers.size === 0) {
      const size = givenSize ?? memoryOf((value as Message).data);
      const unread = this.bytes + size;
      // Always accept a single value, because `readLimit` may be larger than this limit.
      if (this.bytes > 0 && unread > limit) return unread;
      this.bytes = unread;
      this.#sizes?.push(size);
    }
    this.push(value, givenSize);
    if (this.pressure < 2) this.#regulate();
    return undefined;
  }

  /** True at the number of values or bytes at which reading is paused. */
  get isFull(): boolean {
    return this.size >= this.capacity || this.bytes >= HIGH_WATER_MARK_BYTES;
  }

  override take(): ReceiveResult<T> | undefined {
    const result = super.take();
    if (result?.ok) {
      this.bytes -= this.#sizes?.take()?.value ?? memoryOf((result.value as Message).data);
      if (this.pressure) {
        this.wasRead = true;
        this.#regulate();
      }
    }
    return result;
  }

  /** Updates `pressure`. */
  #regulate(): void {
    const { size, capacity, bytes } = this;
    // Resume only at half of the marks, so that pauses are few: each costs system calls.
    const isFull = this.pressure
      ? size > capacity / 2 || bytes > HIGH_WATER_MARK_BYTES / 2
      : this.isFull;
    const pressure = isFull ? (bytes > this.limit / 2 ? 2 : 1) : 0;
    if (pressure === this.pressure) return;
    this.pressure = pressure;
    this.onPressure?.();
  }
}
