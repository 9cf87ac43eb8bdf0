import type WebSocket from "isomorphic-ws";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { WsError } from "../../errors/ws-error.js";
import type { DialRequest } from "../../protocol/dial.js";
import { displayUrl } from "../../protocol/url.js";
import { now } from "../../time/clock.js";
import { SocketConnection } from "./connection.js";
import { guardConnection } from "./guarded-connection.js";
import { dialError, responseError, tlsFaultError } from "./handshake-errors.js";
import type { CreateConnection } from "./open-socket.js";
import type { NetworkGuard } from "./private-networks.js";
import { chooseProxy } from "./proxies/choose-proxy.js";
import { tunnelConnection } from "./proxies/tunnel.js";
import type { Hop } from "./redirects.js";
import { readBody } from "./refusal-body.js";
import type { prepareTakeover } from "./socket-takeover.js";
import { createWebSocket } from "./upgrade.js";
import { upgradeProblem } from "./upgrade-response.js";
import { WsConnection } from "./ws-connection.js";

/** The largest header of a response, in bytes, if option `node.maxHeaderSize` is not given. */
const DEFAULT_MAX_HEADER_BYTES = 65_536;

/** Dials one URL. Resolves when the connection is open; rejects if the handshake fails or is aborted. */
export function attemptDial(
  request: DialRequest,
  hop: Hop,
  guard: NetworkGuard | undefined,
  takeover: typeof prepareTakeover,
): Promise<void> {
  return new Promise((resolve, reject) => {
    new DialAttempt(request, hop, guard, takeover, reject).listen(resolve);
  });
}

class DialAttempt {
  readonly #dial: DialRequest;
  readonly #hop: Hop;
  readonly #takeover: typeof prepareTakeover;
  readonly #reject: (error: unknown) => void;
  /** The URL as errors show it. */
  readonly #label: string;
  readonly #maxHeaderSize: number;
  readonly #ws: WebSocket;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #takeSocket: ReturnType<typeof prepareTakeover> | undefined;

  constructor(
    dial: DialRequest,
    hop: Hop,
    guard: NetworkGuard | undefined,
    takeover: typeof prepareTakeover,
    reject: (error: unknown) => void,
  ) {
    const { url, options } = hop;
    this.#dial = dial;
    this.#hop = hop;
    this.#takeover = takeover;
    this.#reject = reject;
    this.#label = displayUrl(url);
    this.#maxHeaderSize = options.node.maxHeaderSize ?? DEFAULT_MAX_HEADER_BYTES;
    this.#ws = createWebSocket(url, options, {
      createConnection: this.#connector(guard),
      maxHeaderSize: this.#maxHeaderSize,
      timeLeftMs: dial.due - now(),
      onRequest: (request) => (this.#request = request),
      onTlsFault: (name, error) => this.#end(tlsFaultError(this.#label, `node.tls.${name}`, error)),
    });
  }

  /** Returns a function that opens the connection through a proxy or with the guard; `undefined` if Node opens it. */
  #connector(guard: NetworkGuard | undefined): CreateConnection | undefined {
    const { url, options } = this.#hop;
    const proxy = chooseProxy(url, options);
    if (!proxy) return guard && guardConnection(guard, url, options, this.#dial.signal);
    return tunnelConnection(proxy, this.#hop, {
      guard,
      dial: this.#dial,
      maxHeaderSize: this.#maxHeaderSize,
      onFailure: (error) => this.#end(error),
    });
  }

  /** Listens to the result of the handshake. Calls `onOpen` after the transport has been attached. */
  listen(onOpen: () => void): void {
    const { signal } = this.#dial;
    const ws = this.#ws;
    signal.addEventListener("abort", this.#onAbort);
    // Stays attached after a failure: a late error without a listener would end the process.
    ws.on("error", (error) => this.#failBy(error));
    ws.once("close", () => this.#failBy(new Error("the connection closed before the response")));
    ws.once("upgrade", (response: IncomingMessage) => this.#onUpgrade(response));
    ws.once("unexpected-response", (request: ClientRequest, response: IncomingMessage) => {
      void this.#onRefusal(request, response);
    });
    ws.once("open", () => {
      this.#onOpen();
      onOpen();
    });
    // `createWebSocket` has called the user's lookup function, which may have aborted the dial.
    if (signal.aborted) this.#onAbort();
  }

  readonly #onAbort = (): void => this.#end(this.#dial.signal.reason);

  #stopListeningToAbort(): void {
    this.#dial.signal.removeEventListener("abort", this.#onAbort);
  }

  #onUpgrade(response: IncomingMessage): void {
    this.#response = response;
    this.#takeSocket = this.#takeover(response);
    const problem = upgradeProblem(response);
    if (problem === undefined) return;
    this.#failBy(new Error(problem));
    this.#ws.terminate();
  }

  async #onRefusal(request: ClientRequest, response: IncomingMessage): Promise<void> {
    const { signal } = this.#dial;
    this.#stopListeningToAbort();
    // An error while the body is read does not replace the refusal.
    this.#ws.removeAllListeners().on("error", () => {});
    const body = await readBody(response, signal);
    // If only the body was too slow for the deadline, the refusal is the more useful error.
    const hasTimedOut = (signal.reason as WsError | undefined)?.code === "DIAL_TIMEOUT";
    const isRefused = !signal.aborted || hasTimedOut;
    this.#fail(isRefused ? responseError(this.#label, response, body) : signal.reason);
    // With a listener for `unexpected-response`, `ws` leaves the request to its user. The socket of a complete
    // response outlives the request: it returns to the agent, or has to be destroyed if there is none.
    if (this.#hop.options.node.agent) request.destroy();
    else this.#ws.terminate();
  }

  #onOpen(): void {
    const { url, options } = this.#hop;
    const ws = this.#ws;
    const response = this.#response;
    this.#stopListeningToAbort();
    ws.removeAllListeners();
    const socket = this.#takeSocket?.();
    const transport =
      socket && response
        ? new SocketConnection(socket, response, options, this.#label)
        : new WsConnection(ws, response, options, this.#label);
    transport.attach(this.#dial.open(transport, url));
  }

  /** Rejects with `error`, and ends the connection. */
  #end(error: unknown): void {
    this.#fail(error);
    this.#ws.terminate();
  }

  /** Rejects with the error of a dial that `cause` has ended. */
  #failBy(cause: Error): void {
    const facts = {
      label: this.#label,
      maxHeaderSize: this.#maxHeaderSize,
      request: this.#request,
      response: this.#response,
    };
    this.#fail(dialError(cause, facts));
  }

  #fail(error: unknown): void {
    this.#stopListeningToAbort();
    this.#reject(error);
  }
}
