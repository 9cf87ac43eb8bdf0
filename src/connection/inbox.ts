import { Queue } from "../channel/queue.js";
import type { ReceiveResult } from "../channel/queue.js";
import { memoryOf } from "../protocol/message.js";
import type { Message } from "../protocol/message.js";
import type { Pressure } from "../protocol/transport.js";

/** Unread bytes at which it is full, whatever its capacity. */
const UNREAD_HIGH = 1_048_576;

/**
 * What has arrived, bounded in bytes; it tells when reading should be paused. Values that are no messages
 * are put with what they hold, in bytes.
 */
export class Inbox<T = Message> extends Queue<T> {
  /** What unread messages hold: see {@link memoryOf}. */
  bytes = 0;
  pressure: Pressure = 0;
  /** Called when `pressure` has changed. */
  onPressure: (() => void) | undefined;
  /** Set when a value is taken while `pressure` is not 0. See `warnIfUnread`, which clears it. */
  wasRead = false;
  /** True once it was reported that nothing is taken. */
  hasWarned = false;

  readonly #limit: number;
  /** What each value that waits holds, where it cannot be told by the value. */
  readonly #sizes: Queue<number> | undefined;

  constructor(capacity: number, limit: number, isSized = false) {
    super(capacity);
    this.#limit = limit;
    if (isSized) this.#sizes = new Queue(capacity);
  }

  /** Takes a value in; or refuses it, and returns how many bytes would be unread. */
  put(value: T, held?: number): number | undefined {
    if (this.receivers.size === 0) {
      const size = held ?? memoryOf(value as Message);
      const unread = this.bytes + size;
      // One that meets an empty buffer is always let in, or a limit below `readLimit` would end it all.
      if (this.bytes > 0 && unread > this.#limit) return unread;
      this.bytes = unread;
      this.#sizes?.push(size);
    }
    this.push(value);
    if (this.pressure < 2) this.#regulate();
    return undefined;
  }

  /** Takes over what waits in another one; or stops, and returns how many bytes would be unread. */
  putAll(other: Inbox<T>): number | undefined {
    while (other.size > 0) {
      const { bytes } = other;
      const value = other.take()?.value as T;
      const unread = this.put(value, bytes - other.bytes);
      if (unread) return unread;
    }
    return undefined;
  }

  override take(): ReceiveResult<T> | undefined {
    const result = super.take();
    if (result?.ok) {
      this.bytes -= this.#sizes?.take()?.value ?? memoryOf(result.value as Message);
      if (this.pressure) {
        this.wasRead = true;
        this.#regulate();
      }
    }
    return result;
  }

  #regulate(): void {
    const { size, capacity, bytes } = this;
    // Resumed at half of the limits, so that a pause is worth its system calls.
    const isFull = this.pressure
      ? size > capacity / 2 || bytes > UNREAD_HIGH / 2
      : size >= capacity || bytes >= UNREAD_HIGH;
    const pressure = isFull ? (bytes > this.#limit / 2 ? 2 : 1) : 0;
    if (pressure === this.pressure) return;
    this.pressure = pressure;
    this.onPressure?.();
  }
}
