/**
 * The action that a policy allows or denies: first `"websocket.connect"`, to open any connection at all, then
 * `"websocket.connect.url"`, to connect to one URL.
 */
export type PolicyAction = "websocket.connect" | "websocket.connect.url";

/** A request to a {@link Policy}. It is frozen, and each policy gets a separate object. */
export interface PolicyRequest {
  /** The action to allow or deny. */
  readonly action: PolicyAction;
  /** The normalised URL without credentials; `""` for the action `websocket.connect`. */
  readonly resource: string;
  /** The parsed `resource`, as a copy; absent for the action `websocket.connect`. */
  readonly url?: URL;
  /** Option `actor` of the context: the user or service that asks. Absent if it is not set. */
  readonly actor?: unknown;
  /** Option `meta` of the context and of `connect`, merged. Absent if neither is set. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/**
 * Decides if a connection is allowed. It is allowed only if the policy returns `true` or a promise of
 * `true`. Any other value denies it with `CONNECT_FORBIDDEN` or `URL_FORBIDDEN`, depending on the action.
 * So does an exception or a rejection, which becomes the error's `cause`. {@link definePolicy} creates a
 * policy from rules.
 */
export type Policy = (request: PolicyRequest) => boolean | Promise<boolean>;

/** One rule of {@link definePolicy}. */
export interface PolicyRule {
  /**
   * The actions that the rule applies to. In each, `*` matches any number of characters. An allow rule for
   * `websocket.connect.url` implies `websocket.connect`.
   */
  readonly actions: string | readonly string[];
  /**
   * Patterns of the URLs that the rule applies to: `"scheme://host[:port][/path][?query]"` or `"*"`. See
   * {@link definePolicy}. Default: `"*"`. With an empty list the rule applies to no URL. Ignored for the
   * action `websocket.connect`.
   */
  readonly resources?: string | readonly string[];
  /** `"allow"` or `"deny"`. A deny rule that applies overrides all allow rules. */
  readonly effect: "allow" | "deny";
  /**
   * A further condition, which is called only if actions and resources match. An allow rule applies only if
   * it returns `true` or a promise of it; a deny rule applies unless it returns `false` or a promise of it.
   * An exception or a rejection denies the connection. It is not called for a `websocket.connect` that an
   * allow rule for `websocket.connect.url` implies. Default: none.
   */
  readonly when?: (request: PolicyRequest) => boolean | Promise<boolean>;
}
