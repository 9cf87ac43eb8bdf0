import { invalid } from "../errors/validation.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { parseOptions } from "../options/parse-options.js";
import {
  abortSignal,
  callable,
  notInBrowser,
  object,
  oneOf,
  parseBy,
  passThrough,
} from "../options/parser.js";
import { DEFAULTS } from "../options/resolved-options.js";
import type { Parser } from "../options/parser.js";
import type { Policy } from "../policy/policy.js";
import type { ConnectionEvent, Observer } from "../protocol/connection-event.js";
import type { Dial, Platform, PlatformFor } from "../protocol/dial.js";

/**
 * Options of `createContext`. An unknown or invalid option throws `INVALID_OPTION`, and an option that the
 * platform cannot honour throws `UNSUPPORTED`.
 */
export interface ContextOptions {
  /**
   * Called for every connection of the context, and for each redirect. Default: none; every URL is
   * allowed.
   */
  readonly policy?: Policy | undefined;
  /** The acting user or service, passed to the policies with each request. Default: none. */
  readonly actor?: unknown;
  /**
   * Passed to the policies with each request. The `meta` of a call is merged over it. Default: none.
   */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Options for every connection, which the options of a call override; those of `node` one by one. `policy`, `signal`, `codec` and `observe` are
   * rejected here with `INVALID_OPTION`. Default: none.
   */
  readonly defaults?: Omit<ConnectOptions, "policy" | "signal" | "codec" | "observe"> | undefined;
  /**
   * Called with the events of every connection of the context, before the observer of the call: see
   * {@link ConnectOptions.observe}. Default: none.
   */
  readonly observe?: ((event: ConnectionEvent) => void) | undefined;
  /** The default of option `observeMessages` of a call. Default: false. */
  readonly observeMessages?: boolean | undefined;
  /**
   * True to deny every connection with `CONNECT_FORBIDDEN` if the context has no `policy`. Default: false.
   */
  readonly strict?: boolean | undefined;
  /**
   * Denies, in Node, connections to addresses outside the public internet: loopback, private, link-local,
   * unique-local, carrier-grade NAT, multicast, reserved and documentation blocks, 6to4, Teredo, the metadata
   * services of clouds, and all of these embedded in IPv6 addresses (mapped, NAT64). The dial fails with
   * `URL_FORBIDDEN`, whose message names the address. These are checked:
   *
   * - the host in the URL, in every notation, and names of this machine such as `localhost`, before anything
   *   is looked up;
   * - every address that the look-up (`node.lookup` or Node's own) returns: a name with one private address
   *   is denied, even if it also has public ones;
   * - the address of the established connection, before the request or the first TLS message is sent;
   * - the same for each redirect.
   *
   * `allow` lists exceptions: addresses, CIDR blocks, and host names as written in the URL; such a name may
   * resolve to any address. The host `localhost` is checked as `127.0.0.1`. Any other entry is
   * rejected with `INVALID_OPTION`.
   *
   * No option of a call can weaken the check. `node.agent`, `node.tls.socket`, `webSocket` and `ws+unix:` URLs
   * would bypass it, so they are rejected with `UNSUPPORTED`; in browsers, `denyPrivateNetworks` itself is. From `node.tls`, only
   * options that concern TLS are used.
   *
   * It cannot detect that a public address belongs to your own network (a public block that you use, a NAT64
   * prefix other than `64:ff9b::/96`, or a router that forwards), or that a public server forwards to it. It
   * checks addresses, not ports: use a policy for those.
   *
   * Default: false.
   */
  readonly denyPrivateNetworks?: boolean | { readonly allow: readonly string[] } | undefined;
  /** Closes the context when it aborts. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a context, validated and copied. */
export interface Settings {
  readonly policy?: Policy | undefined;
  readonly actor?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly observe?: Observer | undefined;
  readonly defaults: ConnectOptions;
  /** `defaults`, completed by the defaults of the package. */
  readonly resolved: ConnectOptions;
  /** The platform that `defaults` were parsed for. */
  readonly platform: Platform;
  /** Replaces the dial of the platform with one that denies private networks. */
  readonly dial?: Dial | undefined;
}

const OPERATION = "createContext";

const unsupportedGuard = /* @__PURE__ */ notInBrowser("use a policy");

const PARSERS: Readonly<Record<keyof ContextOptions, Parser>> = {
  policy: callable,
  actor: passThrough,
  meta: object,
  defaults: passThrough,
  strict: /* @__PURE__ */ oneOf(false, true),
  denyPrivateNetworks: (value, name) =>
    value === false ? undefined : unsupportedGuard(value, name),
  observe: callable,
  observeMessages: /* @__PURE__ */ oneOf(false, true),
  signal: abortSignal,
};

/** Validates and copies the options of `createContext`. */
export function parseSettings(options: ContextOptions, platformFor: PlatformFor): Settings {
  const parsers = { ...PARSERS, ...platformFor(undefined).contextParsers };
  const given: ContextOptions = parseBy(parsers, options, OPERATION);
  const { policy, actor, meta, defaults = {}, strict, observe, observeMessages } = given;
  const platform = platformFor({ ...defaults }.webSocket);
  const base = observeMessages === undefined ? {} : { observeMessages };
  const shared = parseOptions(base, defaults, platform, `${OPERATION}: option defaults`);
  // A call could replace a default policy or observer, a default signal would be mistaken for the context's own, and
  // the types of clients would not show a default codec.
  for (const name of ["policy", "signal", "codec", "observe"] as const) {
    if (name in shared) {
      throw invalid(`${OPERATION}: option defaults.${name}`, "left out", shared[name]);
    }
  }
  return {
    policy: policy ?? (strict ? () => false : undefined),
    actor,
    meta,
    observe,
    defaults: shared,
    resolved: { ...DEFAULTS, ...shared },
    platform,
    dial: given.denyPrivateNetworks as Dial | undefined,
  };
}
