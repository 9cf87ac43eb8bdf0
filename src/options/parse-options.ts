import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import type { Codec } from "../protocol/codec.js";
import type { Platform } from "../protocol/dial.js";
import type { ConnectOptions } from "./connect-options.js";
import { isToken } from "./http-grammar.js";
import { parseKeepAlive } from "./keep-alive-options.js";
import {
  abortSignal,
  callable,
  duration,
  integer,
  limit,
  must,
  notInBrowser,
  object,
  oneOf,
  parseBy,
} from "./parser.js";
import type { Parser } from "./parser.js";

/** Values of option `compression`: the three numbers, then their names in the same order. */
const COMPRESSION_VALUES: readonly unknown[] = [
  0,
  1,
  2,
  "disabled",
  "context_takeover",
  "no_context_takeover",
];

/**
 * Validates and copies the options of `connect`. Options that are omitted, or that select the default, keep
 * their value from `base`; so do those of `node`. The result can be parsed again. Throws `INVALID_OPTION` or `UNSUPPORTED`.
 */
export function parseOptions<Base extends object>(
  base: Base,
  given: ConnectOptions,
  { parsers }: Pick<Platform, "parsers">,
  where = "connect",
): Base & ConnectOptions {
  return { ...base, ...parseBy({ ...PARSERS, ...parsers }, given, where, base) };
}

/** One parser per option, for a platform with only a browser's abilities. */
export const PARSERS: Readonly<Record<keyof ConnectOptions, Parser>> = {
  headers: /* @__PURE__ */ notInBrowser("use a subprotocol, the query or a cookie"),
  protocols(value, name) {
    const list: readonly unknown[] = [value].flat();
    for (const [index, token] of list.entries()) {
      if (!isToken(token) || list.indexOf(token) < index) {
        throw invalid(`${name}[${index}]`, "a token unlike the others (RFC 6455 4.1)", token);
      }
    }
    return list;
  },
  dialTimeout: duration,
  readTimeout: duration,
  writeTimeout: duration,
  closeTimeout: duration,
  compression: (value, name) =>
    COMPRESSION_VALUES.indexOf(oneOf(...COMPRESSION_VALUES)(value, name)) % 3,
  compressionThreshold: /* @__PURE__ */ integer(0, 104_857_600),
  readLimit: /* @__PURE__ */ limit(1, 1_073_741_824),
  channelCapacity: /* @__PURE__ */ integer(1, 10_000),
  bufferLimit: /* @__PURE__ */ limit(65_536, 1_073_741_824),
  discardIncoming: /* @__PURE__ */ oneOf(false, true),
  sendHighWaterMark: /* @__PURE__ */ integer(1, 1_073_741_824),
  signal: abortSignal,
  policy: callable,
  meta: object,
  keepAlive(value, name) {
    const settings = parseKeepAlive(value, name);
    if (!settings || settings.message) return settings;
    throw new WsError(
      "UNSUPPORTED",
      `${name} needs keepAlive.message where there are no ping frames`,
    );
  },
  observe: callable,
  observeMessages: /* @__PURE__ */ oneOf(false, true),
  backpressure: /* @__PURE__ */ oneOf("auto", "buffer", "stream"),
  webSocket: callable,
  node: /* @__PURE__ */ notInBrowser("leave it out there"),
  codec: /* @__PURE__ */ must(
    (value) => typeof (value as Partial<Codec> | null)?.decoder === "function",
    "a codec",
  ),
};
