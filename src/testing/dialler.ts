import { Queue } from "../channel/queue.js";
import { WsError } from "../errors/ws-error.js";
import { nodeParsers } from "../options/node-parsers.js";
import type { DialRequest, Platform } from "../protocol/dial.js";
import { parseRetryAfter, refusalError } from "../protocol/refusal.js";
import { displayUrl, unixProblem } from "../protocol/url.js";
import { onAbort } from "../time/abort.js";
import { startTimer } from "../time/clock.js";
import { Endpoint } from "./endpoint.js";
import { delayOf, parseLink } from "./link.js";
import type { Link } from "./link.js";
import { MemorySocket } from "./memory-socket.js";
import type { Accepted } from "./memory-socket.js";
import { MemoryTransport } from "./memory-transport.js";
import type { RefuseOptions, TestServerOptions } from "./server-options.js";
import { TestPeer } from "./test-peer.js";
import type { TestRequest } from "./test-peer.js";

/** Parts of an entry that a server needs. @internal */
export interface TestPlatforms {
  readonly kind: "node" | "browser";
  /** Creates the platform of a W3C class. */
  readonly webSocketPlatform: (socket: () => object | undefined) => Platform;
  readonly closeEventClass: () => typeof CloseEvent;
}

/** The result of a dial that the server does not accept. */
export type Outcome =
  | { readonly type: "refuse"; readonly answer: RefuseOptions }
  | { readonly type: "fail"; readonly error: unknown }
  | { readonly type: "stall" };

/** Answers the dials to one server. */
export class Dialler {
  /** The link of the connections that have none of their own. */
  link: Link = parseLink({});
  /** The outcomes of the next dials. */
  readonly outcomes: Queue<Outcome> = new Queue(Infinity);

  readonly #settings: TestServerOptions;
  readonly #onPeer: (peer: TestPeer) => void;
  readonly #stalled = new Set<() => void>();
  #isClosed = false;

  /**
   * @param settings The options of the server, with its platform.
   * @param onPeer Called with each connection.
   */
  constructor(settings: TestServerOptions, onPeer: (peer: TestPeer) => void) {
    this.#settings = settings;
    this.#onPeer = onPeer;
  }

  /** Fails all dials that have not been accepted, and all later ones. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#stalled) end();
    this.#stalled.clear();
  }

  /** Returns the platform whose dials go to the server. */
  platform({ webSocketPlatform }: TestPlatforms): Platform {
    return this.#settings.platform === "node"
      ? this.#nodePlatform()
      : this.#browserPlatform(webSocketPlatform);
  }

  #nodePlatform(): Platform {
    return {
      isInMemory: true,
      credentials: true,
      unix: unixProblem,
      parsers: nodeParsers,
      dial: (request) =>
        this.#dial(request, request.signal, (accepted, headers) => {
          const transport = new MemoryTransport(accepted.endpoint, request.options, headers);
          transport.attach(request.open(transport, request.url));
        }),
    };
  }

  #browserPlatform(webSocketPlatform: TestPlatforms["webSocketPlatform"]): Platform {
    const platform = webSocketPlatform(() => undefined);
    return {
      ...platform,
      base: platform.base,
      isInMemory: true,
      dial: (request) => {
        const dial = this.#dial.bind(this);
        class Socket extends MemorySocket {
          constructor() {
            super((signal, open) => dial(request, signal, open));
          }
        }
        return platform.dial({ ...request, options: { ...request.options, webSocket: Socket } });
      },
    };
  }

  /** Calls `open` when the server has accepted and its response has arrived. Rejects otherwise. */
  async #dial(
    { url, options }: DialRequest,
    signal: AbortSignal,
    open: (accepted: Accepted, headers: Readonly<Record<string, string>>) => void,
  ): Promise<void> {
    const label = displayUrl(url);
    await this.#travel(signal);
    signal.throwIfAborted();
    if (this.#isClosed) throw dialFailed(label, new Error("connection refused"));
    const outcome = this.outcomes.take()?.value;
    if (outcome?.type === "stall") await this.#stall(label, signal);
    if (outcome?.type === "fail") throw dialFailed(label, outcome.error);
    if (outcome?.type === "refuse") {
      await this.#travel(signal);
      signal.throwIfAborted();
      throw refused(label, outcome.answer);
    }
    const { protocols } = options;
    const { protocol: wanted = protocols[0], compression } = this.#settings;
    const protocol = protocols.find((one) => one === wanted) ?? "";
    if (protocols.length > 0 && !protocol) {
      const text = "invalid response: Server sent no subprotocol";
      throw new WsError("HANDSHAKE_REJECTED", `dial ${label}: ${text}`);
    }
    // Browsers always offer it.
    const isOffered = options.compression > 0 || this.#settings.platform === "browser";
    const extensions = compression && isOffered ? "permessage-deflate" : "";
    const headers = {
      ...(protocol && { "sec-websocket-protocol": protocol }),
      ...(extensions && { "sec-websocket-extensions": extensions }),
    };
    await this.#accept(
      { url: url.href, protocols, headers: lowerCase(options.headers) },
      signal,
      (endpoint) => open({ endpoint, protocol, extensions }, headers),
      () => dialFailed(label, new Error("socket hang up")),
    );
  }

  #accept(
    request: TestRequest,
    signal: AbortSignal,
    open: (endpoint: Endpoint) => void,
    failure: () => WsError,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let own: Link | undefined;
      const { client, server } = Endpoint.pair(() => own ?? this.link);
      const stop = onAbort(signal, () => {
        client.cut();
        reject(failure());
      });
      client.whenAccepted(
        () => {
          stop();
          open(client);
          resolve();
        },
        () => {
          stop();
          reject(failure());
        },
      );
      server.accept();
      this.#onPeer(new TestPeer(request, server, (link) => (own = link)));
    });
  }

  /** Waits for the latency of the link, one way, or until the signal aborts. */
  async #travel(signal: AbortSignal): Promise<void> {
    const delay = delayOf(this.link);
    if (delay === 0) return;
    await new Promise<void>((resolve) => {
      const stopTimer = startTimer(delay, resolve);
      signal.addEventListener("abort", () => {
        stopTimer();
        resolve();
      });
    });
  }

  /** Waits until the dial is given up, or the server is closed. */
  async #stall(label: string, signal: AbortSignal): Promise<never> {
    await new Promise<void>((resolve) => {
      this.#stalled.add(resolve);
      signal.addEventListener("abort", () => resolve());
    });
    throw signal.aborted ? signal.reason : dialFailed(label, new Error("socket hang up"));
  }
}

function dialFailed(label: string, cause: unknown): WsError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new WsError("DIAL_FAILED", `dial ${label}: ${text}`, { cause });
}

function refused(label: string, { status: code, headers = {}, body = "" }: RefuseOptions): WsError {
  const copy = lowerCase(headers);
  const retryAfter = parseRetryAfter(copy["retry-after"]);
  return refusalError(label, {
    status: code,
    statusText: "",
    headers: Object.freeze(copy),
    body,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** Copies headers, with names in lower case. */
function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(entries) as Record<string, string>;
}
