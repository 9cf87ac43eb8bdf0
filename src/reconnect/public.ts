export type {
  AttemptInfo,
  BackoffOptions,
  ConnectInfo,
  Fresh,
  QueueOptions,
  ReconnectOptions,
} from "./options.js";
export type { LostMessage, LostReason, OfflineQueue } from "./outbox.js";
export type { Reconnected, Reconnecting, ReconnectingClient, SendOptions } from "./reconnecting.js";
export type { Status } from "./status.js";
