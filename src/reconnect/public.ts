export type {
  AttemptInfo,
  BackoffOptions,
  ConnectInfo,
  Fresh,
  QueueOptions,
  ReconnectOptions,
} from "./options.js";
export type { LostReason } from "../protocol/connection-event.js";
export type { LostMessage, OfflineQueue } from "./outbox.js";
export type { Reconnected } from "./reconnected.js";
export type { ReconnectingClient } from "./reconnecting-client.js";
export type { Reconnecting } from "./reconnecting.js";
export type { SendOptions } from "./send-options.js";
export type { Status } from "./status.js";
export type { NetworkEvents } from "./wake.js";
