/** A proxy with options of its own, for `node.proxy`. */
export interface ProxyOptions {
  /**
   * The URL of the proxy: `http:`, `https:`, `socks5:`, `socks5h:`, `socks4:` or `socks4a:`, with credentials if it
   * needs some. The default port is 80 for `http:`, 443 for `https:` and 1080 for the others.
   */
  readonly url: string;
  /**
   * Headers of the CONNECT request. Only the proxy receives them. `Proxy-Authorization` replaces the credentials of
   * the URL. Default: none. `INVALID_OPTION` with a SOCKS proxy.
   */
  readonly headers?: Readonly<Record<string, string>> | Headers;
  /**
   * Options of `tls.connect` for the connection to an `https:` proxy, such as `ca`. They do not apply to the server
   * behind it. Default: none. `INVALID_OPTION` with any other proxy.
   */
  readonly tls?: Readonly<Record<string, unknown>>;
}

/** Options that only Node supports; elsewhere they are `UNSUPPORTED`. */
export interface NodeOptions {
  /** An `http.Agent` or `https.Agent`, for a connection pool. Default: none. */
  readonly agent?: object;
  /**
   * The proxy to dial through: its URL, such as `"http://user:password@proxy.example:8080"`, or the URL with
   * options. `"env"`: the proxy that environment variables name, if any (`wss_proxy`, `https_proxy` and `all_proxy`
   * for `wss:`; `ws_proxy`, `http_proxy` and `all_proxy` for `ws:`; `no_proxy` for exceptions). `false`: none.
   * Default: `"env"` if Node itself uses these variables, because of `NODE_USE_ENV_PROXY=1` or `--use-env-proxy`;
   * otherwise none.
   *
   * HTTP proxies get a CONNECT request. SOCKS proxies need the package `socks`; without it the dial is
   * `UNSUPPORTED`. A proxy that refuses is `PROXY_REJECTED`, and one that cannot be reached or hangs up is
   * `DIAL_FAILED`. `lookup`, `family`, `localAddress` and `autoSelectFamily` apply to the connection to the proxy.
   * With `agent`, or with a `socket` in `tls`, the option is `INVALID_OPTION`. `ws+unix:` URLs use no proxy.
   */
  readonly proxy?: string | ProxyOptions | false;
  /**
   * Options of `tls.connect`: `ca`, `cert`, `key`, `rejectUnauthorized`, `servername`, and others. Default:
   * none.
   *
   * If `checkServerIdentity` or `pskCallback` throws, the dial rejects with `DIAL_FAILED`, which is then
   * not retryable. Nothing has been sent, even if `rejectUnauthorized` is false.
   */
  readonly tls?: Readonly<Record<string, unknown>>;
  /**
   * Resolves host names in place of `dns.lookup`, and has the same signature. It may call back
   * synchronously or later, with one address or a list. If there is no IP address of the requested
   * `family`, the dial rejects with `DIAL_FAILED`. Default: `dns.lookup`.
   */
  // With `never[]` any function is assignable, and users do not need `@types/node`.
  readonly lookup?: (...args: never[]) => void;
  /** The address family to dial: 4, 6, or 0 for both. Default: 0. */
  readonly family?: 0 | 4 | 6;
  /**
   * True to try the addresses of a host name one after the other, alternating between IPv6 and IPv4, as
   * `net.connect` does. Default: that of Node, which is true.
   */
  readonly autoSelectFamily?: boolean;
  /**
   * The longest time to connect to one address before the next one is tried: milliseconds or a Go duration.
   * Default: a third of the remaining `dialTimeout`, at least 250 ms. At most 2^31-1 ms. 0: the default. Node
   * uses 10 ms for any shorter time.
   */
  readonly autoSelectFamilyAttemptTimeout?: number | string;
  /**
   * The largest header of the handshake response, in bytes: names, values and reason phrase. A larger one
   * rejects the dial with `HANDSHAKE_REJECTED`. Default: 64 KiB. At most 1 MiB. 0: the default.
   */
  readonly maxHeaderSize?: number;
  /** The local IP address to dial from. Default: chosen by the operating system. */
  readonly localAddress?: string;
  /** The `Origin` header of the handshake request. Default: none. */
  readonly origin?: string;
  /**
   * True to follow redirects. Your `headers`, credentials, `origin`, client certificates and server name
   * are not sent to another origin. A redirect to another origin is `URL_FORBIDDEN` with option
   * `protocols`, and so is any redirect from `wss:` to `ws:`. Default: false.
   */
  readonly followRedirects?: boolean;
  /** The largest number of redirects to follow, 0 to 20; one more is `HANDSHAKE_REJECTED`. Default: 5. */
  readonly maxRedirects?: number;
  /**
   * True to receive binary data as a view on the socket's buffer instead of a copy that owns its buffer. This
   * is faster for small messages. But a message that you keep may hold 64 KiB of memory, and you must neither
   * modify nor transfer its `data.buffer`, which other messages share. Default: false.
   */
  readonly binaryViews?: boolean;
}
