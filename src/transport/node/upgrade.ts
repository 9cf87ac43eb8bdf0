import type { ClientRequest, IncomingMessage } from "node:http";
import WebSocket from "isomorphic-ws";
import { COMPRESSION } from "../../constants.js";
import { WsError } from "../../errors.js";
import type { DialOptions } from "../../transport.js";
import type { CreateConnection } from "./guarded-connection.js";

/**
 * How many fragments one message may have. Each holds some memory beside its bytes (CVE-2026-48779), so
 * there is a limit; conformance suites send 65,536.
 */
const MAX_FRAGMENTS = 65_536;

/** When `ws` cuts a connection whose close the core could not notice, in milliseconds. */
const LAST_RESORT = 600_000;

/** How many reads of the socket one frame may take. */
const MAX_CHUNKS = 262_144;

/** How many pings may await their pongs' writing: as many as one read of the socket holds. */
const MAX_PENDING_PONGS = 32_768;

export function createWebSocket(
  url: URL,
  { node, compression, readLimit, ...options }: DialOptions,
  createConnection: CreateConnection | undefined,
  onRequest: (request: ClientRequest) => void,
): WebSocket {
  const { agent, tls, lookup, family, localAddress, origin } = node;
  const compresses = compression !== COMPRESSION.DISABLED;
  const noContext = compression === COMPRESSION.NO_CONTEXT;
  const settings = {
    // First, so that nothing in it stands in for a setting of ours.
    ...tls,
    // Nor for one of `ws` or of requests.
    allowSynchronousEvents: true,
    auth: undefined,
    autoPong: true,
    createConnection,
    generateMask: undefined,
    handshakeTimeout: undefined,
    maxBufferedChunks: MAX_CHUNKS,
    protocolVersion: 13,
    skipUTF8Validation: false,
    agent,
    lookup: lookup && catching(lookup as Lookup),
    family,
    localAddress,
    origin,
    headers: options.headers,
    followRedirects: false,
    maxPayload: readLimit,
    maxFragments: MAX_FRAGMENTS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    // The core's own deadline forgives this process's sleep; `ws`'s timer would not.
    closeTimeout: LAST_RESORT,
    perMessageDeflate: compresses && {
      // Not `false`, which would refuse a server that wants it (RFC 7692 section 7.1.1).
      ...(noContext && { serverNoContextTakeover: true, clientNoContextTakeover: true }),
    },
    finishRequest(request: ClientRequest) {
      // All of them count: Node would drop what is over 1,000, and has a limit in bytes as well.
      request.maxHeadersCount = 0;
      onRequest(request);
      request.end();
    },
  };
  try {
    return new WebSocket(
      url,
      [...options.protocols],
      settings as unknown as WebSocket.ClientOptions,
    );
  } catch (cause) {
    // What Node checks itself, of `tls` and `agent` for the most part.
    const why = (cause as Error).message;
    throw new WsError("INVALID_OPTION", `connect: option node: Node refuses it: ${why}`, { cause });
  }
}

type Lookup = (host: string, options: object, done: (error: Error) => void) => void;

/** A look-up whose exception is its answer; thrown through Node, it would leave a socket behind. */
function catching(lookup: Lookup): Lookup {
  return (host, options, done) => {
    try {
      lookup(host, options, done);
    } catch (error) {
      done(error as Error);
    }
  };
}

/** One extension, and window bits as RFC 7692 section 7.1.2 writes them; `ws` checks the rest. */
const EXTENSION = /^[ \t]*permessage-deflate([ \t]*;[ \t]*\w+(="?([89]|1[0-5])"?)?)*[ \t]*$/;

/** What `ws` lets pass in an answer of 101, and is none of RFC 6455 section 4.1 or RFC 7692 section 5. */
export function handshakeFault({ httpVersion, headers }: IncomingMessage): string | undefined {
  // RTSP/1.0 as well, which Node reads.
  if (httpVersion !== "1.1") return `Not HTTP/1.1 but ${httpVersion}`;
  const extensions = headers["sec-websocket-extensions"];
  if (extensions === undefined || EXTENSION.test(extensions)) return undefined;
  return "Invalid Sec-WebSocket-Extensions header";
}
