/** What a policy is asked about: to connect at all, then to connect to one URL. */
export type PolicyAction = "websocket.connect" | "websocket.connect.url";

/** One question to a {@link Policy}. Frozen, and each policy gets its own. */
export interface PolicyRequest {
  readonly action: PolicyAction;
  /** The normalised URL without credentials; `""` for `websocket.connect`. */
  readonly resource: string;
  /** The same, parsed: a copy, and only with `websocket.connect.url`. */
  readonly url?: URL;
  /** Who asks: option `actor` of the context. */
  readonly actor?: unknown;
  /** What else is known: option `meta`. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/**
 * Answers whether a connection is allowed. Only `true`, or a promise of it, allows; anything else
 * refuses, and so does a policy that throws or rejects: the error's `cause` is what it threw.
 */
export type Policy = (request: PolicyRequest) => boolean | Promise<boolean>;

/** One rule of {@link definePolicy}. */
export interface PolicyRule {
  /**
   * The actions this rule is about; `*` stands for any run of characters. An allow rule for
   * `websocket.connect.url` implies `websocket.connect`.
   */
  readonly actions: string | readonly string[];
  /**
   * The URLs this rule is about, as `"scheme://host[:port][/path][?query]"` or `"*"`: see
   * {@link definePolicy}. Default: all of them. An empty list is none. `websocket.connect` ignores
   * it.
   */
  readonly resources?: string | readonly string[];
  /** What the rule does where it applies. A deny rule beats all allow rules. */
  readonly effect: "allow" | "deny";
  /**
   * A further condition, asked last. Unless it answers `true` an allow rule does not apply; unless
   * it answers `false` a deny rule does. What it throws refuses the connection. Not asked for a
   * `websocket.connect` that is merely implied.
   */
  readonly when?: (request: PolicyRequest) => boolean | Promise<boolean>;
}
