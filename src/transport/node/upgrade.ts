import WebSocket from "isomorphic-ws";
import type { ClientRequest } from "node:http";
import type { LookupFunction } from "node:net";
import { COMPRESSION } from "../../protocol/constants.js";
import type { CompressionMode } from "../../protocol/constants.js";
import type { DialOptions } from "../../protocol/dial.js";
import { displayUrl } from "../../protocol/url.js";
import type { CreateConnection } from "./open-socket.js";
import { startError } from "./handshake-errors.js";
import { safeLookup } from "./lookup.js";
import { safeTlsOptions } from "./tls-callbacks.js";
import { parseUnixTarget, UNIX_HOST, unixAgent, unixConnection } from "./unix-sockets.js";
import type { UnixTarget } from "./unix-sockets.js";
import { authorization, withoutCredentials } from "./url-credentials.js";

/**
 * The maximum number of fragments of a message. There has to be a limit, because each fragment costs memory
 * besides its bytes (CVE-2026-48779). Conformance suites send 65,536.
 */
const MAX_FRAGMENTS = 65_536;

/** The close timeout of `ws`. It is a last resort, much longer than any timeout of the core. */
const WS_CLOSE_TIMEOUT_MS = 600_000;

/** The maximum number of socket reads that a frame may consist of. */
const MAX_CHUNKS_PER_FRAME = 262_144;

/** The maximum number of pongs that are not yet written: as many as one socket read contains pings. */
const MAX_PENDING_PONGS = 32_768;

/** The shortest timeout for one of several addresses, which is Node's default. */
const MIN_CONNECT_ATTEMPT_MS = 250;

/** Settings and callbacks of one dial, besides its options. */
export interface UpgradeHooks {
  /** Opens the connection; `undefined` if Node opens it. */
  readonly createConnection: CreateConnection | undefined;
  /** The largest header of the response, in bytes. */
  readonly maxHeaderSize: number;
  /** The time until the deadline of the dial, in milliseconds. */
  readonly timeLeftMs: number;
  readonly onRequest: (request: ClientRequest) => void;
  /** Called if a function among the TLS options failed. Must end the connection before it is used. */
  readonly onTlsFault: (name: string, error: unknown) => void;
}

/** Starts the opening handshake. Throws `INVALID_OPTION`, or `DIAL_FAILED` if an agent throws. */
export function createWebSocket(url: URL, options: DialOptions, hooks: UpgradeHooks): WebSocket {
  const unix = parseUnixTarget(url);
  const target = withoutCredentials(unix?.url ?? url);
  const clientOptions = {
    // First, so that it cannot replace any option below.
    ...(options.node.tls && safeTlsOptions(options.node.tls, hooks.onTlsFault)),
    ...fixedOptions(hooks),
    ...connectionOptions(url, unix, options, hooks),
    headers: {
      ...authorization(url, options.headers),
      ...options.headers,
      ...(unix && { Host: UNIX_HOST }),
    },
    origin: options.node.origin,
    maxPayload: options.readLimit,
    perMessageDeflate: deflateOptions(options.compression),
  };
  try {
    return new WebSocket(target, [...options.protocols], clientOptions);
  } catch (error) {
    throw startError(displayUrl(url), error as Error);
  }
}

/**
 * Options that do not depend on those of the user. Each option of `ws`, of requests and of sockets that is not a
 * TLS option is here or below, even if it is `undefined`, so that `node.tls` cannot set it.
 */
function fixedOptions({ maxHeaderSize, onRequest }: UpgradeHooks): object {
  return {
    allowSynchronousEvents: true,
    auth: undefined,
    autoPong: true,
    generateMask: undefined,
    handshakeTimeout: undefined,
    maxBufferedChunks: MAX_CHUNKS_PER_FRAME,
    onread: undefined,
    protocolVersion: 13,
    skipUTF8Validation: false,
    // Node rejects a header that reaches its limit.
    maxHeaderSize: maxHeaderSize + 1,
    followRedirects: false,
    maxFragments: MAX_FRAGMENTS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    // The deadline of the core allows for a suspended process; the timer of `ws` does not.
    closeTimeout: WS_CLOSE_TIMEOUT_MS,
    finishRequest(request: ClientRequest) {
      // Without a limit on their number: Node would drop headers after the first 1,000. It limits their bytes.
      request.maxHeadersCount = 0;
      onRequest(request);
      request.end();
    },
  };
}

/** Options of the TCP or Unix connection. */
function connectionOptions(
  url: URL,
  unix: UnixTarget | undefined,
  { node }: DialOptions,
  { createConnection, timeLeftMs }: UpgradeHooks,
): object {
  const { agent, lookup, family, localAddress } = node;
  const { autoSelectFamily, autoSelectFamilyAttemptTimeout } = node;
  const isSecure = url.protocol.startsWith("wss");
  return {
    createConnection: unix ? unixConnection(unix.path, isSecure) : createConnection,
    agent: unix && agent ? unixAgent(agent, unix.path) : agent,
    lookup: lookup && safeLookup(lookup as unknown as LookupFunction),
    family,
    localAddress,
    autoSelectFamily,
    autoSelectFamilyAttemptTimeout: Math.ceil(
      (autoSelectFamilyAttemptTimeout as number | undefined) ??
        Math.max(MIN_CONNECT_ATTEMPT_MS, timeLeftMs / 3),
    ),
  };
}

/** The extension to offer; false for none. */
function deflateOptions(compression: CompressionMode): object | false {
  if (compression === COMPRESSION.DISABLED) return false;
  if (compression === COMPRESSION.NO_CONTEXT) {
    return { serverNoContextTakeover: true, clientNoContextTakeover: true };
  }
  // No parameter is `false`: `ws` would reject a server that uses it (RFC 7692 section 7.1.1).
  return {};
}
