/** Events of a page that say that the network, or the page itself, has gone or is back. */
const EVENTS = ["online", "offline", "pageshow", "resume", "visibilitychange"];

/**
 * Calls `wake` when a connection may have died unnoticed, or a new one may succeed at once, until the signal
 * aborts. `isBack` is false if the network was lost. Does nothing on platforms without these events.
 */
export function onWake(signal: AbortSignal, wake: (isBack: boolean) => void): void {
  const { addEventListener, document } = globalThis as Partial<typeof globalThis>;
  const listener = ({ type }: Event): void => {
    if (type !== "visibilitychange" || !document?.hidden) wake(type !== "offline");
  };
  // `resume` is the document's and does not bubble. Without a document workerd throws for `capture: true`.
  const capture = document !== undefined;
  for (const type of EVENTS) addEventListener?.(type, listener, { capture, signal });
}
