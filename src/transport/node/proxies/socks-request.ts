/** Asks a SOCKS proxy for a tunnel, with the package `socks`. */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { unescape } from "node:querystring";
import type { SocksProxy } from "socks";
import { WsError } from "../../../errors/ws-error.js";
import { now } from "../../../time/clock.js";
import {
  invalidAnswerError,
  NOT_ALLOWED,
  refusedError,
  UNAVAILABLE,
  unreachableError,
  WRONG_CREDENTIALS,
} from "./errors.js";
import type { ProxiedDial, Refusal } from "./errors.js";
import { closeError } from "./socket-events.js";
import { loadSocks } from "./socks.js";
import type { Target } from "./target.js";

/** The largest user name and the largest password in SOCKS 5 (RFC 1929 section 2). */
const MAX_CREDENTIAL_BYTES = 255;

/** The time after the deadline of the dial at which the package ends its own wait. */
const GRACE_MS = 1_000;

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2_147_483_647;

/** The results of a request, by the name that the package `socks` gives them in its messages. */
const REFUSALS: readonly (readonly [name: RegExp, reason: string, refusal: Refusal])[] = [
  [/authentication/i, "the credentials are missing or wrong", WRONG_CREDENTIALS],
  [/\(Rejected(Ident)?\)/, "it cannot identify the user", WRONG_CREDENTIALS],
  [/NotAllowed/, "not allowed by its rules", NOT_ALLOWED],
  [/CommandNotSupported/, "it does not support connections", NOT_ALLOWED],
  [/AddressNotSupported/, "it does not support this kind of address", NOT_ALLOWED],
  [/NetworkUnreachable/, "network unreachable", UNAVAILABLE],
  [/HostUnreachable/, "host unreachable", UNAVAILABLE],
  [/ConnectionRefused/, "connection refused", UNAVAILABLE],
  [/TTLExpired/, "TTL expired", UNAVAILABLE],
  [/rejected connection/i, "general failure", UNAVAILABLE],
];

/** Asks a SOCKS proxy to connect a socket to the target, until `due`. Rejects with a `WsError`. */
export type SocksRequest = (socket: Socket, target: Target, due: number) => Promise<void>;

/**
 * Returns a function that asks the proxy for a tunnel. It rejects if the proxy refuses, answers something else, or
 * hangs up. Bytes after the answer are emitted by the socket in the next turn of the event loop.
 *
 * Throws `UNSUPPORTED` without the package `socks`, and `INVALID_OPTION` for credentials that are too long.
 */
export async function prepareSocks(dial: ProxiedDial): Promise<SocksRequest> {
  const proxy = socksProxy(dial);
  const { SocksClient } = await loadSocks(dial);
  return async (socket, target, due) => {
    let lost: Error | undefined;
    // Before the listeners of the package, which does not tell a lost connection from a refusal.
    socket.once("error", (error) => (lost = error));
    socket.once("close", () => (lost ??= closeError(socket, "the proxy answered")));
    try {
      await SocksClient.createConnection({
        proxy,
        command: "connect",
        destination: { ...target },
        existing_socket: socket,
        // Later than the deadline of the dial, which aborts it. By default, the package waits for 30 s.
        timeout: Math.min(Math.max(0, due - now()) + GRACE_MS, MAX_TIMER_MS),
      });
    } catch (error) {
      // The error of the package is not the cause, because it contains the credentials.
      throw lost ? unreachableError(dial, lost) : refusalOf(dial, (error as Error).message);
    }
  };
}

/** Returns the proxy as the package takes it. Throws `INVALID_OPTION` for credentials that SOCKS cannot carry. */
function socksProxy({ proxy, label }: ProxiedDial): SocksProxy {
  const { scheme, host, port } = proxy;
  const [userId, password] = [unescape(proxy.username), unescape(proxy.password)];
  const isTooLong = [userId, password].some(
    (text) => Buffer.byteLength(text) > MAX_CREDENTIAL_BYTES,
  );
  // A NUL ends the user name in SOCKS 4.
  if (isTooLong || userId.includes("\0")) {
    const rule = `at most ${MAX_CREDENTIAL_BYTES} bytes and no NUL`;
    throw new WsError(
      "INVALID_OPTION",
      `dial ${label}: ${proxy.label}: its user name and password must have ${rule}`,
    );
  }
  return { host, port, type: scheme.startsWith("socks4") ? 4 : 5, userId, password };
}

function refusalOf(dial: ProxiedDial, message: string): WsError {
  const [, reason, refusal] = REFUSALS.find(([name]) => name.test(message)) ?? [];
  if (reason === undefined || refusal === undefined) {
    return invalidAnswerError(dial, "it does not follow the SOCKS protocol");
  }
  return refusedError(dial, reason, refusal);
}
