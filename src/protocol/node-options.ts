/** Options for Node alone, handed to the dial. */
export interface NodeOptions {
  /** An `http.Agent` or `https.Agent`, for proxies and pools. */
  readonly agent?: object;
  /**
   * Options of `tls.connect`: `ca`, `cert`, `key`, `rejectUnauthorized`, `servername`, ... If a
   * `checkServerIdentity` or `pskCallback` throws, the dial is `DIAL_FAILED`, not retryable, and nothing
   * has been sent, whatever `rejectUnauthorized` says.
   */
  readonly tls?: Readonly<Record<string, unknown>>;
  /**
   * Resolves host names in place of `dns.lookup`, with its signature. It may answer at once or later,
   * with one address or a list. An answer without an IP address of the `family` is `DIAL_FAILED`.
   */
  // `never[]`: any function fits, and users need no `@types/node` to read this.
  readonly lookup?: (...args: never[]) => void;
  /** The address family to dial: 4, 6, or 0 for both. */
  readonly family?: 0 | 4 | 6;
  /**
   * Tries the addresses of a host name one after the other, IPv6 and IPv4 by turns, as `net.connect`
   * does. Default: Node's, which is true.
   */
  readonly autoSelectFamily?: boolean;
  /**
   * The longest time for one address, if another one follows: milliseconds or a Go duration. Default: a
   * third of what is left of `dialTimeout`, at least 250 ms. At most 2^31-1 ms. 0: the default. Node takes
   * less than 10 ms for 10 ms.
   */
  readonly autoSelectFamilyAttemptTimeout?: number | string;
  /**
   * The largest header of the answer to the handshake, in bytes: names, values and status text. A larger
   * one is `HANDSHAKE_REJECTED`. Default: 64 KiB. At most 1 MiB. 0: the default.
   */
  readonly maxHeaderSize?: number;
  /** The local address to dial from. */
  readonly localAddress?: string;
  /** The `Origin` header. */
  readonly origin?: string;
  /**
   * True to follow redirects. To another origin travel no headers, credentials, origin, client
   * certificates or server name of yours; with `protocols` such a redirect is `URL_FORBIDDEN`, and so is
   * one from `wss:` to `ws:`. Default: false.
   */
  readonly followRedirects?: boolean;
  /** The largest number of redirects to follow, 0 to 20. Default: 5. */
  readonly maxRedirects?: number;
  /**
   * Whether the data of a binary message may be a view on the socket's buffer instead of a copy that owns its
   * buffer. It is faster for small messages, but a message that is kept keeps up to 64 KiB alive, and its
   * `data.buffer` must be neither changed nor transferred: other messages share it. Default: false.
   */
  readonly binaryViews?: boolean;
}
