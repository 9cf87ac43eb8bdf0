/** Events of a page after which the network, or the page itself, is available again or was lost. */
const WAKE_EVENTS = ["online", "offline", "pageshow", "resume", "visibilitychange"];

/**
 * Calls `wake` when a connection may have died unnoticed or a new one may succeed at once, until the
 * signal aborts. `isBack` is false if the network was lost. Does nothing on platforms without these events.
 */
export function onWake(signal: AbortSignal, wake: (isBack: boolean) => void): void {
  const { addEventListener, document } = globalThis as Partial<typeof globalThis>;
  const listener = ({ type }: Event): void => {
    if (type !== "visibilitychange" || !document?.hidden) wake(type !== "offline");
  };
  // The document fires `resume`, which does not bubble. workerd has no document and throws for
  // `capture: true`.
  for (const type of WAKE_EVENTS)
    addEventListener?.(type, listener, { capture: !!document, signal });
}
