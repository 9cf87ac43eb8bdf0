import { isObject } from "../errors/validation.js";
import { isToken } from "../options/http-grammar.js";
import { integer, must, oneOf, parseBy } from "../options/parser.js";
import type { Parser } from "../options/parser.js";

/** Options of a {@link TestServer}. */
export interface TestServerOptions {
  /**
   * The platform to simulate. It determines which options clients may use and which details of a failed dial they see.
   * Default: that of the imported entry.
   */
  readonly platform?: "node" | "browser" | undefined;
  /**
   * The subprotocol to pick if the client offers it. A client that offers only others fails to connect. Default: the
   * first that the client offers.
   */
  readonly protocol?: string | undefined;
  /** True to accept permessage-deflate. Nothing is compressed in memory. Default: false. */
  readonly compression?: boolean | undefined;
  /**
   * True to make `close()` reject if a peer has received messages that the test did not read, or if a connection was
   * not accepted. Default: false.
   */
  readonly strict?: boolean | undefined;
}

/** The number of dials that an outcome applies to. */
export interface TimesOptions {
  /** Number of dials, from 1 to 1000000. Default: 1. */
  readonly times?: number | undefined;
}

/** The response of {@link TestServer.refuse}. */
export interface RefuseOptions extends TimesOptions {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

const SERVER_PARSERS: Readonly<Record<keyof TestServerOptions, Parser>> = {
  platform: /* @__PURE__ */ oneOf("node", "browser"),
  protocol: /* @__PURE__ */ must(isToken, "a token (RFC 6455 4.1)"),
  compression: /* @__PURE__ */ oneOf(false, true),
  strict: /* @__PURE__ */ oneOf(false, true),
};

const string: Parser = /* @__PURE__ */ must((value) => typeof value === "string", "a string");

const TIMES_PARSERS = { times: /* @__PURE__ */ integer(1, 1_000_000) };

const REFUSE_PARSERS = {
  ...TIMES_PARSERS,
  status: /* @__PURE__ */ integer(300, 599),
  headers: /* @__PURE__ */ must(
    (value) => isObject(value) && Object.values(value).every((one) => typeof one === "string"),
    "an object of strings",
  ),
  body: string,
};

/** Validates the options of a server. Throws `INVALID_OPTION`. */
export function parseServerOptions(options: TestServerOptions): TestServerOptions {
  return parseBy(SERVER_PARSERS, options, "TestServer");
}

/** Validates the options of `fail` and `stall`. Throws `INVALID_OPTION`. */
export function parseTimes(options: TimesOptions, where: string): TimesOptions {
  return parseBy(TIMES_PARSERS, options, where);
}

/** Validates the options of `refuse`. Throws `INVALID_OPTION`. */
export function parseRefusal(options: RefuseOptions): RefuseOptions {
  const parsed = parseBy(REFUSE_PARSERS, options, "refuse") as unknown as RefuseOptions;
  REFUSE_PARSERS.status(parsed.status, "refuse: option status");
  return parsed;
}
