import fc from "fast-check";
import type { Char, Glob, Pattern, Rule, Target } from "./policy-reference.js";

/** A secret in URLs, which must not appear in errors. */
export const SECRET = "hunter2";

/** A value, and one of its spellings. */
export interface Spelled<T> {
  readonly meant: T;
  readonly text: string;
}

type Chars = Spelled<readonly Char[]>;

/** Hosts, each with its possible spellings. */
const HOSTS: readonly (readonly [host: string, ...spellings: string[]])[] = [
  ["example.com", "example.com", "EXAMPLE.com", "example.com.", "ex%61mple.com", "ｅxample.com"],
  [
    "api.example.com",
    "api.example.com",
    "API.Example.COM",
    "api\u3002example.com",
    "a\u00adpi.example.com",
  ],
  ["a.b.example.com", "a.b.example.com", "a.b.EXAMPLE.com."],
  ["example.com.evil.test", "example.com.evil.test", "example.com%2Eevil.test"],
  ["notexample.com", "notexample.com"],
  [".example.com", ".example.com"],
  [
    "xn--mnchen-3ya.test",
    "m\u00fcnchen.test",
    "M\u00dcNCHEN.test",
    "xn--mnchen-3ya.test",
    "mu\u0308nchen.test",
  ],
  [
    "127.0.0.1",
    ...["127.0.0.1", "0x7f000001", "2130706433", "127.1", "0177.0.0.1", "127.0.0.1."],
    ...["[::ffff:7f00:1]", "[::FFFF:127.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]"],
  ],
  ["[::1]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::0.0.0.1]"],
  ["[64:ff9b::7f00:1]", "[64:ff9b::7f00:1]", "[64:FF9B::127.0.0.1]"],
  ["[::7f00:1]", "[::7f00:1]", "[::127.0.0.1]"],
  ["[2002:7f00:1::5]", "[2002:7f00:1::5]", "[2002:7f00:0001:0::5]"],
];

/** Hosts that patterns can name. */
const PATTERN_HOSTS = HOSTS.filter(([host]) => !host.startsWith("."));

const DOMAINS = [
  "example.com",
  "EXAMPLE.com",
  "example.com.",
  "b.example.com",
  "com",
  "evil.test",
  "m\u00fcnchen.test",
];

/** Characters of paths and queries, each with its possible spellings. */
const CHARS: readonly (readonly [chars: readonly Char[], ...spellings: string[]])[] = [
  [[plain("a")], "a"],
  [[plain("B")], "B"],
  [[plain("~")], "~"],
  [[plain(":")], ":"],
  [[plain("@")], "@"],
  [[plain("="), plain("1")], "=1"],
  [[plain("%"), plain("z")], "%z"],
  [[escaped("a")], "%61"],
  [[escaped("~")], "%7e", "%7E"],
  [[escaped("*")], "%2a", "%2A"],
  [[escaped(":")], "%3a", "%3A"],
  [[escaped("%"), plain("6"), plain("1")], "%2561"],
  // A space at the end of a URL would be stripped, so another character follows.
  [[escaped(" "), plain("x")], " x", "%20x"],
  [[escaped("\xc3"), escaped("\xa4")], "\u00e4", "%c3%A4"],
];

/** Characters that make a path ambiguous to servers. */
const UNCERTAIN: typeof CHARS = [
  [[escaped("/")], "%2f", "%2F"],
  [[escaped("\\")], "%5c"],
  [[escaped("\0")], "%00"],
];

function plain(char: string): Char {
  return { char, escaped: false };
}

function escaped(char: string): Char {
  return { char, escaped: true };
}

function oneOf<T>([meant, ...texts]: readonly [T, ...string[]]): fc.Arbitrary<Spelled<T>> {
  return fc.constantFrom(...texts).map((text) => ({ meant, text }));
}

/** Concatenates up to `maxLength` parts. */
function row(parts: fc.Arbitrary<Chars>, maxLength = 3): fc.Arbitrary<Chars> {
  return fc.array(parts, { maxLength }).map((list) => ({
    meant: list.flatMap(({ meant }) => meant),
    text: list.map(({ text }) => text).join(""),
  }));
}

const chars = fc.oneof(...CHARS.map(oneOf));
const star = fc.constant<Chars>({ meant: [plain("*")], text: "*" });

/** Separators of segments, including spellings that URL parsers reduce to "/". */
const separators = fc.constantFrom("/", "/", "/", "\\", "/./", "/x/../", "/%2e/", "/\t");

/** Paths of URLs. The meaning starts after the first slash. */
const paths: fc.Arbitrary<Chars> = fc
  .array(
    fc.tuple(
      separators,
      row(
        fc.oneof(
          { weight: 12, arbitrary: chars },
          { weight: 1, arbitrary: star },
          { weight: 1, arbitrary: fc.oneof(...UNCERTAIN.map(oneOf)) },
        ),
      ),
    ),
    { maxLength: 3 },
  )
  .map((segments) => ({
    meant: segments.flatMap(([, { meant }], index) => [
      ...(index > 0 ? [plain("/")] : []),
      ...meant,
    ]),
    text: segments.map(([separator, { text }]) => separator + text).join(""),
  }));

const queries: fc.Arbitrary<Chars> = fc.oneof(
  fc.constantFrom("", "?").map((text) => ({ meant: [], text })),
  row(chars).map(({ meant, text }) => ({ meant, text: `?${text}` })),
  // A query that imitates an allowed host, and one with a secret.
  fc.constantFrom(`.example.com/a`, `token=${SECRET}`).map((text) => ({
    meant: Array.from(text, plain),
    text: `?${text}`,
  })),
);

const SCHEMES = {
  ws: ["ws", "WS", "http", "hTTp"],
  wss: ["wss", "wSs", "https", "HTTPS"],
} as const;
const DEFAULT_PORTS = { ws: 80, wss: 443 } as const;

const schemes = fc.constantFrom("ws" as const, "wss" as const);

/** `ws:` and `wss:` URLs in equivalent spellings. */
const netUrls: fc.Arbitrary<Spelled<Target>> = schemes.chain((scheme) =>
  fc
    .record({
      name: fc.constantFrom(...SCHEMES[scheme]),
      slashes: fc.constantFrom("://", "://", "://", ":", ":/", ":\\\\", ":///", "://\n"),
      user: fc.constantFrom(
        "",
        "",
        "me@",
        `me:${SECRET}@`,
        `${SECRET}@example.com@`,
        `:%40${SECRET}@`,
      ),
      host: fc.oneof(...HOSTS.map(oneOf)),
      port: fc.oneof(...ports(scheme).map(oneOf)),
      path: paths,
      query: queries,
    })
    .map(({ name, slashes, user, host, port, path, query }) => ({
      meant: { scheme, host: host.meant, port: port.meant, path: path.meant, query: query.meant },
      text: name + slashes + user + host.text + port.text + path.text + query.text,
    })),
);

function ports(scheme: "ws" | "wss"): readonly (readonly [number, ...string[]])[] {
  const usual = DEFAULT_PORTS[scheme];
  const other = scheme === "ws" ? 443 : 80;
  return [
    [usual, "", "", ":", `:${usual}`, `:00${usual}`],
    [other, `:${other}`],
    [8443, ":8443", ":08443"],
  ];
}

const SOCKETS: readonly (readonly [string, ...string[]])[] = [
  ["/run/app.sock", "/run/app.sock", "/run//app.sock", "/run/./app.sock"],
  ["/run/other", "/run/other", "/run/app.sock/../other"],
];

const unixUrls: fc.Arbitrary<Spelled<Target>> = fc
  .record({
    socket: fc.oneof(...SOCKETS.map(oneOf)),
    path: fc.constantFrom("", ":", ":/", ":/a", ":/a/b"),
    query: fc.constantFrom("", "?x=1"),
  })
  .map(({ socket, path, query }) => ({
    meant: {
      scheme: "ws+unix",
      host: socket.meant,
      port: 0,
      path: Array.from(path.slice(2), plain),
      query: Array.from(query.slice(1), plain),
    },
    text: `ws+unix://${socket.text}${path}${query}`,
  }));

export const urls: fc.Arbitrary<Spelled<Target>> = fc.oneof(
  { weight: 12, arbitrary: netUrls },
  { weight: 1, arbitrary: unixUrls },
);

// Rules

const anything = fc.constant<Spelled<"*">>({ meant: "*", text: "*" });

const globs: fc.Arbitrary<Spelled<Glob>> = fc
  .array(
    fc.oneof<fc.Arbitrary<Spelled<Glob | "*">>[]>(
      fc.oneof(...CHARS.map(oneOf)),
      anything,
      fc.constant({ meant: [plain("/")], text: "/" }),
    ),
    { maxLength: 4 },
  )
  .map((list) => ({
    meant: list.flatMap(({ meant }): Glob => (meant === "*" ? ["*"] : meant)),
    text: list.map(({ text }) => text).join(""),
  }));

function after(prefix: string): (glob: Spelled<Glob>) => Spelled<Glob | undefined> {
  return ({ meant, text }) => ({ meant, text: prefix + text });
}

const nothing = fc.constant<Spelled<undefined>>({ meant: undefined, text: "" });

const hosts: fc.Arbitrary<Spelled<Pick<Pattern, "host" | "reach">>> = fc.oneof(
  fc
    .oneof(...PATTERN_HOSTS.map(oneOf))
    .map(({ meant, text }) => ({ meant: { host: meant, reach: "exact" as const }, text })),
  fc.constantFrom(...DOMAINS).map((domain) => ({
    meant: { host: canonical(domain), reach: "below" as const },
    text: `*.${domain}`,
  })),
  fc.constant({ meant: { host: "", reach: "any" as const }, text: "*" }),
);

function canonical(domain: string): string {
  return HOSTS.find((spellings) => spellings.includes(domain))?.[0] ?? domain;
}

const netPatterns: fc.Arbitrary<Spelled<Pattern>> = schemes.chain((scheme) =>
  fc
    .record({
      name: fc.constantFrom(...SCHEMES[scheme]),
      host: hosts,
      port: fc.oneof(
        fc.constant({ meant: DEFAULT_PORTS[scheme], text: "" }),
        fc.constantFrom(80, 443, 8443).map((port) => ({ meant: port, text: `:${port}` })),
        fc.constant({ meant: "*" as const, text: ":*" }),
      ),
      path: fc.oneof(nothing, globs.map(after("/"))),
      query: fc.oneof({ weight: 3, arbitrary: nothing }, globs.map(after("?"))),
    })
    .map(({ name, host, port, path, query }) => ({
      meant: { scheme, ...host.meant, port: port.meant, path: path.meant, query: query.meant },
      text: `${name}://${host.text}${port.text}${path.text}${query.text}`,
    })),
);

const unixPatterns: fc.Arbitrary<Spelled<Pattern>> = fc
  .record({
    socket: fc.oneof(...SOCKETS.map(oneOf)),
    path: fc.constantFrom("", ":/", ":/a", ":/a*"),
  })
  .map(({ socket, path }) => ({
    meant: {
      scheme: "ws+unix",
      host: socket.meant,
      reach: "exact",
      port: 0,
      path:
        path === ""
          ? undefined
          : Array.from(path.slice(2), (char) => (char === "*" ? char : plain(char))),
      query: undefined,
    },
    text: `ws+unix://${socket.text}${path}`,
  }));

/** A rule, with the texts of its resources. */
export interface SpelledRule {
  readonly rule: Rule;
  readonly resources: readonly string[] | undefined;
}

export const rules: fc.Arbitrary<SpelledRule> = fc
  .record({
    actions: fc.array(
      fc.constantFrom(
        ...["websocket.connect.url", "websocket.connect.url", "websocket.connect.*", "*"],
        ...["websocket.connect", "web*.connect", "websocket", "*.url*"],
      ),
      { minLength: 1, maxLength: 2 },
    ),
    resources: fc.option(
      fc.array(
        fc.oneof(
          ...[netPatterns, netPatterns, netPatterns, netPatterns],
          ...[unixPatterns, anything],
        ),
        { maxLength: 3 },
      ),
      { nil: undefined },
    ),
    deny: fc.constantFrom(false, false, true),
    when: fc.option(fc.constantFrom(true, true, false, "yes" as const, "throws" as const), {
      nil: undefined,
      freq: 2,
    }),
  })
  .map(({ resources, ...rule }) => ({
    rule: { ...rule, resources: resources?.map(({ meant }) => meant) },
    resources: resources?.map(({ text }) => text),
  }));

/** Differences in one character between a URL and a pattern. */
const departures = fc.record({
  star: fc.constantFrom("", "a", "B/a"),
  at: fc.nat(6),
  how: fc.constantFrom("not", "not", "escape", "drop"),
});

/** Returns URLs that match one of the patterns, or differ from it in one character. */
export function nearUrls(patterns: readonly Pattern[]): fc.Arbitrary<Spelled<Target>> {
  const nets = patterns.filter(({ scheme }) => scheme !== "ws+unix");
  if (nets.length === 0) return urls;
  return fc.tuple(fc.constantFrom(...nets), departures).map(([pattern, departure]) => {
    const { scheme, host, reach, port } = pattern;
    const meant: Target = {
      scheme,
      host: reach === "any" ? "example.com" : reach === "below" ? `a.${host}` : host,
      port: port === "*" ? 8443 : port,
      path: fill(pattern.path, departure),
      query: fill(pattern.query, { ...departure, at: departure.at - 1 }),
    };
    const query = meant.query.length > 0 ? `?${toText(meant.query)}` : "";
    const text = `${scheme}://${meant.host}:${meant.port}/${toText(meant.path)}${query}`;
    return { meant, text };
  });
}

type Departure = typeof departures extends fc.Arbitrary<infer T> ? T : never;

function fill(glob: Glob = [], { star, at, how }: Departure): Char[] {
  const filled = glob.flatMap((piece) => (piece === "*" ? Array.from(star, plain) : [piece]));
  return filled.flatMap((one, index) => {
    if (index !== at || how === "not") return [one];
    if (how === "drop") return one.char === "%" ? [one] : [];
    // Characters that the URL parser would escape, or that could become an escape, are not changed.
    return /[\w~:*=@/]/.test(one.char) ? [{ ...one, escaped: !one.escaped }] : [one];
  });
}

function toText(chars: readonly Char[]): string {
  return chars
    .map(({ char, escaped }) =>
      escaped ? `%${char.charCodeAt(0).toString(16).padStart(2, "0")}` : char,
    )
    .join("");
}
