import { onAbort } from "../time/abort.js";

/** A source of the events `online` and `offline`, such as an `EventTarget`: see option `network`. */
export interface NetworkEvents {
  /** Adds a listener for `online` or `offline`. */
  addEventListener(type: string, listener: (event: NetworkEvent) => void): void;
  /** Removes a listener that was added. */
  removeEventListener(type: string, listener: (event: NetworkEvent) => void): void;
}

/** The part of an `Event` that is used. */
interface NetworkEvent {
  readonly type: string;
}

/** Events that report that the network is available again, or was lost. */
const NETWORK_EVENTS = ["online", "offline"];

/** Events of a page after which it may run again. */
const PAGE_EVENTS = ["pageshow", "resume", "visibilitychange"];

/**
 * Calls `wake` when a connection may have died unnoticed or a new one may succeed at once, until the
 * signal aborts. `isBack` is false if the network was lost. Does nothing on platforms without these events.
 *
 * @param network The source of `online` and `offline`. Default: the page.
 */
export function onWake(
  signal: AbortSignal,
  network: NetworkEvents | undefined,
  wake: (isBack: boolean) => void,
): void {
  const { addEventListener, document } = globalThis as Partial<typeof globalThis>;
  const listener = ({ type }: NetworkEvent): void => {
    if (type !== "visibilitychange" || !document?.hidden) wake(type !== "offline");
  };
  // The document fires `resume`, which does not bubble. workerd has no document and throws for
  // `capture: true`.
  for (const type of network ? PAGE_EVENTS : [...PAGE_EVENTS, ...NETWORK_EVENTS])
    addEventListener?.(type, listener, { capture: !!document, signal });
  // An event target that an application made may not support the option `signal`.
  for (const type of NETWORK_EVENTS) network?.addEventListener(type, listener);
  onAbort(signal, () => {
    for (const type of NETWORK_EVENTS) network?.removeEventListener(type, listener);
  });
}
