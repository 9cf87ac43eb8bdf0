import type { Inbox } from "./inbox.js";
import type { Receiving } from "./receiving.js";

/**
 * Delivers the messages of a connection to another inbox. Unread messages move there from the client's own inbox.
 * `inbox` then determines when reading is paused; it stays open when the connection ends.
 *
 * @param limit Largest number of unread bytes after that move. Default: the limit of `inbox`.
 */
export function deliverTo<In>(receiving: Receiving<In>, inbox: Inbox<In>, limit?: number): void {
  const { own } = receiving;
  // Reading resumes only afterwards, because messages that arrive meanwhile would overtake those that move.
  own.onPressure = undefined;
  for (let refused; own.size > 0 && !refused;) {
    const { bytes } = own;
    const value = own.take()?.value as In;
    refused = inbox.put(value, bytes - own.bytes, limit);
    receiving.checkLimit(refused);
  }
  receiving.inbox = inbox;
  inbox.onPressure = () => receiving.regulate();
  receiving.regulate();
}
