import type { Policy } from "../policy/policy.js";
import type { AnyCodec } from "../protocol/codec.js";
import type { Observer } from "../protocol/connection-event.js";
import type { DialOptions } from "../protocol/dial.js";
import type { ConnectOptions } from "./connect-options.js";
import type { ResolvedKeepAlive } from "./keep-alive-options.js";

/** Options of `connect`, validated, copied and completed by the defaults. Durations are in milliseconds. */
export interface ResolvedOptions extends DialOptions {
  readonly dialTimeout: number;
  readonly channelCapacity: number;
  readonly bufferLimit: number;
  readonly sendHighWaterMark: number;
  readonly discardIncoming: boolean | undefined;
  readonly keepAlive: ResolvedKeepAlive | false | undefined;
  readonly signal: AbortSignal | undefined;
  readonly policy: Policy | undefined;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  readonly observe: Observer | undefined;
  readonly observeMessages: boolean | undefined;
  readonly codec: AnyCodec | undefined;
}

/** Default of each option. Options that are not listed are off, or none, by default. */
export const DEFAULTS: ConnectOptions = {
  headers: {},
  protocols: [],
  dialTimeout: 30_000,
  closeTimeout: 5_000,
  compression: 0,
  compressionThreshold: 512,
  readLimit: 16_777_216,
  channelCapacity: 32,
  bufferLimit: 67_108_864,
  sendHighWaterMark: 262_144,
  backpressure: "auto",
  node: {},
};
