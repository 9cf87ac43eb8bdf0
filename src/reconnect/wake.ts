/** What tells a page that the network, or the page itself, has gone or is back. */
const EVENTS = ["online", "offline", "pageshow", "resume", "visibilitychange"];

/**
 * Calls `wake` when the connection may have died unseen, or could be opened at once; `isBack` says that
 * it was not the network's going. Where there are such events; until the signal aborts.
 */
export function onWake(signal: AbortSignal, wake: (isBack: boolean) => void): void {
  const { addEventListener, document } = globalThis as Partial<typeof globalThis>;
  const listener = (event: Event): void => {
    const { type, persisted } = event as PageTransitionEvent;
    // A page that was just loaded has nothing to look after.
    if (type === "pageshow" && !persisted) return;
    if (type === "visibilitychange" && document?.visibilityState === "hidden") return;
    wake(type !== "offline");
  };
  // Captured: some of them are the document's.
  for (const type of EVENTS) addEventListener?.(type, listener, { capture: true, signal });
}
