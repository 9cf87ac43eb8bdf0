import type { Transport } from "../protocol/transport.js";
import { startTimer } from "../time/clock.js";
import type { Inbox } from "./inbox.js";

/** How long a connection may stay paused without a single receive before the warning, in milliseconds. */
const PATIENCE = 30_000;

type Unread = Pick<Inbox<never>, "wasRead" | "hasWarned">;

/**
 * Warns, once for each inbox, if nothing is received from it within 30 s; otherwise calls `onRead` then.
 * The timer does not keep the process alive. Returns what stops it.
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
      const text = `wschan: ${where} is unread for 30 s: receive or set discardIncoming`;
      (transport.warn ?? console.warn)(text);
    }
  };
  return startTimer(PATIENCE, expire, false);
}
