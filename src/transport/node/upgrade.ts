import WebSocket from "isomorphic-ws";
import { Buffer } from "node:buffer";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { LookupFunction } from "node:net";
import { unescape } from "node:querystring";
import { COMPRESSION } from "../../protocol/constants.js";
import type { DialOptions } from "../../protocol/dial.js";
import { displayUrl } from "../../protocol/url.js";
import type { CreateConnection } from "./guarded-connection.js";
import { startError } from "./handshake-errors.js";
import { safeLookup } from "./lookup.js";
import { safeTlsOptions } from "./tls-callbacks.js";
import { parseUnixTarget, UNIX_HOST, unixAgent, unixConnection } from "./unix-sockets.js";

/**
 * The most fragments of one message. Each holds some memory beside its bytes (CVE-2026-48779), so there has
 * to be a limit; conformance suites send 65,536.
 */
const MAX_FRAGMENTS = 65_536;

/** When `ws` destroys a connection whose close the core failed to notice, in milliseconds. */
const LAST_RESORT_MS = 600_000;

/** The most reads of the socket that one frame may take. */
const MAX_CHUNKS = 262_144;

/** The most pings whose pongs wait to be written: as many as one read of the socket holds. */
const MAX_PENDING_PONGS = 32_768;

/** Node's own time for an attempt to connect, in milliseconds. */
const MIN_ATTEMPT_MS = 250;

/** What a dial adds to its options. */
export interface UpgradeHooks {
  /** Opens the connection, if that is not left to Node. */
  readonly createConnection: CreateConnection | undefined;
  /** The largest header of the answer, in bytes. */
  readonly maxHeaderSize: number;
  /** How long the dial may take, in milliseconds. */
  readonly timeLeft: number;
  readonly onRequest: (request: ClientRequest) => void;
  /** A function among the TLS options failed: the connection has to end before it is used. */
  readonly onTlsFault: (name: string, error: unknown) => void;
}

/** Starts the opening handshake with a URL. Throws `INVALID_OPTION`, or `DIAL_FAILED` if an agent throws. */
export function createWebSocket(
  url: URL,
  { node, compression, readLimit, ...options }: DialOptions,
  hooks: UpgradeHooks,
): WebSocket {
  const { agent, tls, lookup, family, localAddress, origin } = node;
  const { autoSelectFamily, autoSelectFamilyAttemptTimeout } = node;
  const { createConnection, maxHeaderSize, timeLeft, onRequest } = hooks;
  const unix = parseUnixTarget(url);
  const target = withoutCredentials(unix?.url ?? url);
  const isSecure = url.protocol.startsWith("wss");
  const compresses = compression !== COMPRESSION.DISABLED;
  const noContext = compression === COMPRESSION.NO_CONTEXT;
  const settings = {
    // First, so that nothing in it replaces a setting of ours.
    ...(tls && safeTlsOptions(tls, hooks.onTlsFault)),
    // Nor an option of `ws`, of requests or of sockets that is none of TLS.
    allowSynchronousEvents: true,
    auth: undefined,
    autoPong: true,
    createConnection: unix ? unixConnection(unix.path, isSecure) : createConnection,
    generateMask: undefined,
    handshakeTimeout: undefined,
    maxBufferedChunks: MAX_CHUNKS,
    onread: undefined,
    protocolVersion: 13,
    skipUTF8Validation: false,
    agent: unix && agent ? unixAgent(agent, unix.path) : agent,
    lookup: lookup && safeLookup(lookup as unknown as LookupFunction),
    family,
    autoSelectFamily,
    autoSelectFamilyAttemptTimeout: Math.ceil(
      (autoSelectFamilyAttemptTimeout as number | undefined) ??
        Math.max(MIN_ATTEMPT_MS, timeLeft / 3),
    ),
    localAddress,
    origin,
    headers: {
      ...authorization(url, options.headers),
      ...options.headers,
      ...(unix && { Host: UNIX_HOST }),
    },
    // Node refuses what reaches its limit.
    maxHeaderSize: maxHeaderSize + 1,
    followRedirects: false,
    maxPayload: readLimit,
    maxFragments: MAX_FRAGMENTS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    // The core's own deadline forgives a sleep of this process; the timer of `ws` would not.
    closeTimeout: LAST_RESORT_MS,
    perMessageDeflate: compresses && {
      // Not `false`, which would refuse a server that wants it (RFC 7692 section 7.1.1).
      ...(noContext && { serverNoContextTakeover: true, clientNoContextTakeover: true }),
    },
    finishRequest(request: ClientRequest) {
      // No limit of the number: Node would drop headers over 1,000, and limits their bytes as well.
      request.maxHeadersCount = 0;
      onRequest(request);
      request.end();
    },
  };
  try {
    return new WebSocket(
      target,
      [...options.protocols],
      settings as unknown as WebSocket.ClientOptions,
    );
  } catch (error) {
    throw startError(displayUrl(url), error as Error);
  }
}

/** Copies a URL without its credentials, which `ws` would send as well: not all of its versions decode them. */
function withoutCredentials(url: URL): URL {
  const copy = new URL(url);
  copy.username = copy.password = "";
  return copy;
}

/** Makes a Basic `Authorization` of the URL's credentials (RFC 7617), unless the user gives that header. */
function authorization(
  { username, password }: URL,
  headers: DialOptions["headers"],
): { readonly Authorization?: string } {
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  if (isGiven || !(username || password)) return {};
  const credentials = Buffer.from(`${unescape(username)}:${unescape(password)}`);
  return { Authorization: `Basic ${credentials.toString("base64")}` };
}

/** One extension, and window bits as RFC 7692 section 7.1.2 writes them; `ws` checks the rest. */
const EXTENSION = /^[ \t]*permessage-deflate([ \t]*;[ \t]*\w+(="?([89]|1[0-5])"?)?)*[ \t]*$/;

/** Finds violations of RFC 6455 section 4.1 and RFC 7692 section 5 in an answer of 101 that `ws` accepts. */
export function handshakeFault({ httpVersion, headers }: IncomingMessage): string | undefined {
  // Node also reads RTSP/1.0.
  if (httpVersion !== "1.1") return `Not HTTP/1.1 but ${httpVersion}`;
  const extensions = headers["sec-websocket-extensions"];
  if (extensions === undefined || EXTENSION.test(extensions)) return undefined;
  return "Invalid Sec-WebSocket-Extensions header";
}
