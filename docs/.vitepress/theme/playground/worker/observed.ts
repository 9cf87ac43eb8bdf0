import type { ConnectionEvent, ConnectOptions, Context } from "../../../../../src/browser.js";
import { createContext } from "../../../../../src/browser.js";
import { onEvent } from "./connections.js";

/** Creates a context whose connections the picture shows. */
export function observedContext(options?: Parameters<typeof createContext>[0]): Context {
  // An invalid observer throws, as it does without the playground.
  if (options?.observe !== undefined && typeof options.observe !== "function") {
    return createContext(options);
  }
  const context: Context = createContext({
    ...quiet(options),
    observe(event) {
      onEvent(event, context);
      if (event.type !== "message" || options?.observeMessages) options?.observe?.(event);
    },
    observeMessages: true,
  });
  return context;
}

/** The context of the connections that a snippet opens without one. */
export const context: Context = observedContext();

/**
 * Returns options whose observer gets no events of messages, unless it asks for them. The context asks for them, for
 * the picture.
 */
export function quiet<T extends Pick<ConnectOptions, "observe" | "observeMessages">>(
  options: T | undefined,
): T | undefined {
  if (typeof options?.observe !== "function" || options.observeMessages) return options;
  const { observe } = options;
  return {
    ...options,
    observe: (event: ConnectionEvent) => event.type !== "message" && observe(event),
  };
}
