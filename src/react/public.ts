export type { ReconnectingState, UseReconnecting } from "./types.js";
export { useLatest } from "./use-latest.js";
export { useMessages } from "./use-messages.js";
