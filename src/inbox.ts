import { Queue } from "./channel.js";
import type { ReceiveResult } from "./channel.js";
import { memoryOf } from "./message.js";
import type { Message } from "./message.js";

/** Unread bytes at which it is full, whatever its capacity. */
const UNREAD_HIGH = 1_048_576;

/** Who looks after an inbox. */
export interface InboxWatcher {
  /** `pressure` has changed. */
  onPressure(): void;
}

/** The messages that have arrived, bounded in bytes; it tells when reading should be paused. */
export class Inbox extends Queue<Message> {
  /** What unread messages hold: see {@link memoryOf}. */
  bytes = 0;
  /**
   * 1: at its capacity, or with too many bytes, and not caught up with since. 2: so many bytes are unread
   * that no pong is worth reading on.
   */
  pressure: 0 | 1 | 2 = 0;
  watcher: InboxWatcher | undefined;

  readonly #limit: number;

  constructor(capacity: number, limit: number) {
    super(capacity);
    this.#limit = limit;
  }

  /** Takes a message in; or refuses it, and returns how many bytes would be unread. */
  put(message: Message): number | undefined {
    if (this.receivers.size === 0) {
      const unread = this.bytes + memoryOf(message);
      // One that meets an empty buffer is always let in, or a limit below `readLimit` would end it all.
      if (this.bytes > 0 && unread > this.#limit) return unread;
      this.bytes = unread;
    }
    this.push(message);
    if (this.pressure < 2) this.#regulate();
    return undefined;
  }

  override take(): ReceiveResult<Message> | undefined {
    const result = super.take();
    if (result?.ok) {
      this.bytes -= memoryOf(result.value);
      if (this.pressure) this.#regulate();
    }
    return result;
  }

  #regulate(): void {
    const { size, capacity, bytes } = this;
    // Half way down and not at once, so that a pause is worth its system calls.
    const isFull = this.pressure
      ? size > capacity / 2 || bytes > UNREAD_HIGH / 2
      : size >= capacity || bytes >= UNREAD_HIGH;
    const pressure = isFull ? (bytes > this.#limit / 2 ? 2 : 1) : 0;
    if (pressure === this.pressure) return;
    this.pressure = pressure;
    this.watcher?.onPressure();
  }
}
