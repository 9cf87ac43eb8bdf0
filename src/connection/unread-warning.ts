import type { Transport } from "../protocol/transport.js";
import { startTimer } from "../time/clock.js";
import type { Inbox } from "./inbox.js";

/** Time between a pause and the warning if nothing is received, in milliseconds. */
const WARNING_DELAY_MS = 30_000;

type Unread = Pick<Inbox<never>, "wasRead" | "hasWarned">;

/**
 * Warns after 30 s if nothing was received from the inbox in that time, once per inbox; calls `onRead` if
 * something was. The timer does not keep the process alive. Returns a function that stops it.
 */
export function warnIfUnread(
  where: string,
  inbox: Unread,
  transport: Pick<Transport, "warn">,
  onRead: () => void,
): () => void {
  inbox.wasRead = false;
  const expire = (): void => {
    if (inbox.wasRead) onRead();
    else if (!inbox.hasWarned) {
      inbox.hasWarned = true;
      const text = `wschan: ${where} was not read for 30 s: receive or set discardIncoming`;
      (transport.warn ?? console.warn)(text);
    }
  };
  return startTimer(WARNING_DELAY_MS, expire, false);
}
