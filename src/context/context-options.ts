import { invalid } from "../errors/validation.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { parseOptions } from "../options/parse-options.js";
import { abortSignal, callable, notHere, object, oneOf, parseBy } from "../options/parser.js";
import { DEFAULTS } from "../options/resolved-options.js";
import type { Parser } from "../options/parser.js";
import type { Policy } from "../policy/policy.js";
import type { Dial, PlatformFor } from "../protocol/dial.js";

/** What {@link createContext} takes. */
export interface ContextOptions {
  /** Asked for every connection of the context, redirects included. Default: all is allowed. */
  readonly policy?: Policy | undefined;
  /** Handed to policies with each request: who acts. Default: none. */
  readonly actor?: unknown;
  /** Handed to policies with each request; a call's own `meta` comes on top. Default: none. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Options for every connection; a call's own come on top. `policy`, `signal` and `codec` are not among
   * them.
   */
  readonly defaults?: Omit<ConnectOptions, "policy" | "signal" | "codec"> | undefined;
  /** Refuses everything while the context has no policy of its own. Default: false. */
  readonly strict?: boolean | undefined;
  /**
   * Refuses, in Node, to connect to addresses that are not the public internet's: loopback, private,
   * link-local, unique-local, carrier-grade NAT, multicast, reserved and documentation blocks, 6to4,
   * Teredo, cloud metadata, and all of these as IPv6 writes IPv4 (mapped, NAT64). The dial fails with
   * `URL_FORBIDDEN`, which names the address. Judged are
   *
   * - the host in the URL, in every spelling, and names of this machine such as `localhost`, before
   *   anything is looked up;
   * - all answers of the look-up, `node.lookup` or Node's own: a name that leads to one private address
   *   is refused, whatever its others are;
   * - the address where the connection has ended up, before the request, or TLS's first message, leaves;
   * - the same of each redirect.
   *
   * `allow` lets through host names, as they stand in the URL and wherever they lead, addresses, and
   * CIDR blocks; `localhost` is taken for `127.0.0.1`. Anything else in it is `INVALID_OPTION`.
   *
   * No option of a call loosens it. What would connect in its place is `UNSUPPORTED`: `node.agent`,
   * `node.tls.socket`, `webSocket`, `ws+unix:` URLs; and so is the option itself in a browser. Of `node.tls`
   * only what concerns TLS is heeded.
   *
   * It cannot tell that a public address is in truth one of your own network, be it by a public block
   * that you use, by a NAT64 prefix other than `64:ff9b::/96`, or by a router, or that a public server
   * passes on what it gets. It judges addresses, not ports, which is a policy's to do.
   *
   * Default: false.
   */
  readonly denyPrivateNetworks?: boolean | { readonly allow: readonly string[] } | undefined;
  /** Closes the context. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** A context's settings, checked and copied. */
export interface Settings {
  readonly policy?: Policy | undefined;
  readonly actor?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly defaults: ConnectOptions;
  /** `defaults`, completed by those of the package. */
  readonly resolved: ConnectOptions;
  /** Dials in place of the platform: one that denies private networks. */
  readonly dial?: Dial | undefined;
}

const OPERATION = "createContext";

/** Takes anything, or leaves the check to others. */
const any: Parser = (value) => value;

const noGuard = /* @__PURE__ */ notHere("use a policy");

const PARSERS: Readonly<Record<keyof ContextOptions, Parser>> = {
  policy: callable,
  actor: any,
  meta: object,
  defaults: any,
  strict: /* @__PURE__ */ oneOf(false, true),
  denyPrivateNetworks: (value, name) => (value === false ? undefined : noGuard(value, name)),
  signal: abortSignal,
};

export function parseSettings(options: ContextOptions, platformFor: PlatformFor): Settings {
  const parsers = { ...PARSERS, ...platformFor(undefined).contextParsers };
  const given: ContextOptions = parseBy(parsers, options, OPERATION);
  const { policy, actor, meta, defaults = {}, strict } = given;
  const platform = platformFor({ ...defaults }.webSocket);
  const shared = parseOptions({}, defaults, platform, `${OPERATION}: option defaults`);
  // A default policy could be replaced by a call's, a default signal would look like the context's, and no
  // type would tell of a default codec.
  for (const name of ["policy", "signal", "codec"] as const) {
    if (name in shared) {
      throw invalid(`${OPERATION}: option defaults.${name}`, "left out", shared[name]);
    }
  }
  return {
    // Strict and without one, it allows nothing.
    policy: policy ?? (strict ? () => false : undefined),
    actor,
    meta,
    defaults: shared,
    resolved: { ...DEFAULTS, ...shared },
    dial: given.denyPrivateNetworks as Dial | undefined,
  };
}
