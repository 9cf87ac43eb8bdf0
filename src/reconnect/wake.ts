/** What tells a page that the network, or the page itself, has gone or is back. */
const EVENTS = ["online", "offline", "pageshow", "resume", "visibilitychange"];

/**
 * Calls `wake` when a connection may have died unseen, or one may be had at once: `isBack` says that the
 * news is no loss of the network. Where there are such events; until the signal aborts.
 */
export function onWake(signal: AbortSignal, wake: (isBack: boolean) => void): void {
  const { addEventListener, document } = globalThis as Partial<typeof globalThis>;
  const listener = ({ type }: Event): void => {
    if (type !== "visibilitychange" || !document?.hidden) wake(type !== "offline");
  };
  // Captured: some of them are the document's.
  for (const type of EVENTS) addEventListener?.(type, listener, { capture: true, signal });
}
