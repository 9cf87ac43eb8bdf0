import { lookup as dnsLookup } from "node:dns";
import { connect, isIP } from "node:net";
import type { LookupAddress } from "node:dns";
import type { LookupFunction, Socket, TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { WsError } from "../../errors.js";
import type { DialOptions } from "../../transport.js";
import { displayUrl } from "../../url.js";
import type { NetworkGuard } from "./private-networks.js";

/** Opens the connection of a request, as Node's option of this name does. */
export type CreateConnection = (
  options: TcpNetConnectOpts & ConnectionOptions,
  done: (error: Error | null, socket?: Socket) => void,
) => void;

/**
 * Opens connections to the host of a URL for as long as the guard has nothing against its name, the
 * addresses that it has, and the one where a connection has ended up. TCP comes first and by itself: the
 * request, and TLS's first message, have to wait for the guard.
 *
 * Throws `URL_FORBIDDEN`, and `UNSUPPORTED` where somebody else would connect.
 */
export function guardConnection(
  guard: NetworkGuard,
  url: URL,
  options: DialOptions,
  signal: AbortSignal,
): CreateConnection {
  const label = displayUrl(url);
  const rival = findRival(url, options);
  if (rival) {
    const why = "it connects where the guard cannot see";
    throw new WsError(
      "UNSUPPORTED",
      `dial ${label}: ${rival} cannot be used with denyPrivateNetworks: ${why}`,
    );
  }
  /** Throws if it is not allowed to connect there. */
  const check = (address?: string): void => {
    const problem = guard.problem(url.hostname, address);
    if (!problem) return;
    throw new WsError(
      "URL_FORBIDDEN",
      `dial ${label}: not allowed: ${label}: ${problem}, and option denyPrivateNetworks is set`,
    );
  };
  check();
  const isSecure = url.protocol === "wss:";
  return ({ host, port, family, localAddress, lookup = dnsLookup, ...rest }, done) => {
    // No other option: they come from the user, and could hand in a socket, or change what one does.
    const socket = connect({
      port,
      ...(host !== undefined && { host }),
      ...(family !== undefined && { family }),
      ...(localAddress !== undefined && { localAddress }),
      lookup: checkAnswers(lookup, check),
    });
    const abort = (): void => void socket.destroy();
    signal.addEventListener("abort", abort);
    // A look-up may have done it.
    if (signal.aborted) abort();
    const settle = (error: Error | null, opened?: Socket): void => {
      signal.removeEventListener("abort", abort);
      socket.off("error", settle);
      if (error) socket.destroy();
      done(error, opened);
    };
    socket.on("error", settle);
    socket.once("connect", () => {
      try {
        const { remoteAddress } = socket;
        if (!remoteAddress) throw new Error("the connection ended before it was used");
        check(remoteAddress);
        settle(null, isSecure ? startTls(socket, host, rest) : socket);
      } catch (error) {
        settle(error as Error);
      }
    });
  };
}

/** What would connect in our place. */
function findRival({ protocol }: URL, { webSocket, node }: DialOptions): string | undefined {
  if (webSocket) return "option webSocket";
  if (node.agent) return "option node.agent";
  if (node.tls?.socket) return "option node.tls.socket";
  return protocol === "ws+unix:" ? "a ws+unix: URL" : undefined;
}

/**
 * A look-up whose answers must all pass. One that does not is not left out: a name that leads to private
 * addresses as well is not to be trusted with the others.
 */
function checkAnswers(lookup: LookupFunction, check: (address: string) => void): LookupFunction {
  return (host, options, done) => {
    lookup(host, options, (error, answer, family) => {
      let answers: LookupAddress[];
      try {
        if (error) throw error;
        answers = copyAnswers(Array.isArray(answer) ? answer : [{ address: answer, family }]);
        for (const { address } of answers) check(address);
      } catch (refusal) {
        done(refusal as Error, "");
        return;
      }
      const [first] = answers;
      if (!first) done(new Error(`the look-up of ${host} found no address`), "");
      else if (options.all) done(null, answers);
      else done(null, first.address, first.family);
    });
  };
}

/** Copies what the user's look-up has said, so that nothing of it changes once it has passed. */
function copyAnswers(
  answers: readonly { readonly address: unknown; readonly family?: number | undefined }[],
): LookupAddress[] {
  return answers.map(({ address, family = 0 }) => ({ address: String(address), family }));
}

/** As `ws` does it, over a socket that is there. */
function startTls(socket: Socket, host = "", options: ConnectionOptions): Socket {
  const { servername = isIP(host) ? "" : host } = options;
  return connectTls({ ...options, host, servername, socket });
}
