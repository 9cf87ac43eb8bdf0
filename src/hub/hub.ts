import { callable, oneOf, parseBy, passThrough } from "../options/parser.js";
import type { Data, Message } from "../protocol/message.js";
import { waitFor } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { HubCore } from "./hub-core.js";
import type { HubClient } from "./hub-client.js";
import { errorOf } from "./requests.js";
import type { Awaited } from "./requests.js";
import type { Source } from "./source.js";
import { Subscription } from "./subscription.js";
import type { SubscribeOptions } from "./subscription.js";

/** Options of {@link Hub.request}. */
export interface RequestOptions<In> extends WaitOptions {
  /** Returns true for the reply. A type guard narrows the result. An exception from it rejects the request. */
  readonly match: (message: In) => boolean;
  /** The longest wait: milliseconds or a Go duration. Default: 10 s. With 0 the request fails, and is not sent. */
  readonly timeout?: WaitOptions["timeout"];
  /** True if the reply also goes to the subscriptions that it matches. Default: false. */
  readonly share?: boolean | undefined;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;

const REQUEST_PARSERS = {
  match: callable,
  share: /* @__PURE__ */ oneOf(false, true),
  timeout: passThrough,
  signal: passThrough,
};

/**
 * One client for many consumers: each message goes to every subscription that it matches. Made by `createHub`.
 *
 * A hub receives from its client. Do not receive from the client as well while the hub is open, because each message
 * goes to one of the two. When the client ends, so does the hub, after its subscriptions have got every message.
 */
export class Hub<In = Message, Out = Data> {
  /** The last 32 messages that matched no subscription and answered no request. It is a `"drop-oldest"` subscription. */
  readonly unclaimed: Subscription<In>;

  readonly #core: HubCore<In, Out>;

  /** @internal */
  constructor(client: HubClient<In, Out>, source: Source<In>, onEnd: () => void) {
    this.#core = new HubCore(client, source, onEnd);
    this.unclaimed = new Subscription(this.#core.unclaimed);
  }

  /**
   * Subscribes to the messages that arrive from now on and for which `filter` returns true. It is called for each of
   * them, so keep it cheap. An exception from it ends this subscription only: a loop over it throws the exception.
   *
   * If the hub has ended, so has the subscription. Throws `INVALID_OPTION`.
   *
   * @param filter A type guard narrows the messages of the subscription. Default: every message.
   * @param options See {@link SubscribeOptions}.
   */
  subscribe<T extends In>(
    filter: (message: In) => message is T,
    options?: SubscribeOptions,
  ): Subscription<T>;
  /**
   * Subscribes to the messages that arrive from now on and for which `filter` returns true, as above.
   *
   * @param filter Default: every message.
   * @param options See {@link SubscribeOptions}.
   */
  subscribe(filter?: (message: In) => boolean, options?: SubscribeOptions): Subscription<In>;
  subscribe(filter?: (message: In) => boolean, options: SubscribeOptions = {}): Subscription<In> {
    if (filter !== undefined) callable(filter, "subscribe: filter");
    const { routes } = this.#core;
    const route = (message: In, size: number): boolean => {
      try {
        if (filter && !filter(message)) return false;
      } catch (error) {
        const failure = errorOf(error, "subscribe: filter");
        buffer.end(() => failure);
        return false;
      }
      buffer.put(message, size);
      return true;
    };
    const buffer = this.#core.openBuffer<In>(options, () => routes.delete(route));
    if (!buffer.inbox.closed) routes.add(route);
    return new Subscription(buffer);
  }

  /**
   * Sends a message and resolves with the first message from now on that `match` accepts. No subscription gets it,
   * unless `share` is true. If several requests match a message, it is the reply of the oldest.
   *
   * While a request waits, the hub reads on although a subscription is full, until that holds half of `bufferLimit`:
   * the reply may be behind messages that its consumer has not read.
   *
   * Rejects with `REQUEST_TIMEOUT`, `ABORTED`, `INVALID_OPTION`, `INVALID_DURATION`, the errors of `client.send`, and
   * `CLOSED` if the client or the hub ends. Over a reconnecting client, a request whose connection is lost before the
   * reply rejects with `CLOSED`, which is retryable; one that has not been sent waits for the next connection.
   *
   * @param data The message, as for `client.send`.
   * @param options `match`, and optionally `timeout`, `signal` and `share`.
   */
  request<T extends In>(
    data: Out,
    options: RequestOptions<In> & { readonly match: (message: In) => message is T },
  ): Promise<T>;
  /**
   * Sends a message and resolves with the first message from now on that `match` accepts, as above.
   *
   * @param data The message, as for `client.send`.
   * @param options `match`, and optionally `timeout`, `signal` and `share`.
   */
  request(data: Out, options: RequestOptions<In>): Promise<In>;
  async request(data: Out, options: RequestOptions<In>): Promise<In> {
    const core = this.#core;
    const parsed: unknown = parseBy(REQUEST_PARSERS, options, "request");
    const { match, share, ...wait } = parsed as RequestOptions<In>;
    callable(match, "request: option match");
    core.checkOpen("request");
    return waitFor<In>("request", "REQUEST_TIMEOUT", wait, {
      timeout: DEFAULT_REQUEST_TIMEOUT_MS,
      park(done) {
        const request: Awaited<In> = {
          match,
          isShared: share === true,
          since: core.dispatcher.arrived,
          isSent: false,
          settle: done,
        };
        core.requests.add(request);
        const release = core.dispatcher.await();
        core.client.send(data).then(() => (request.isSent = true), done);
        return () => {
          core.requests.delete(request);
          release();
        };
      },
    });
  }

  /**
   * Ends all subscriptions, and rejects all requests with `CLOSED`. The client stays open, and receives by itself
   * again: it has what the hub has not read. A second call has no effect.
   */
  close(): void {
    this.#core.end("the hub was closed");
  }

  /** Same as `close()`, for `using`, on platforms that have the symbol. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** For other parts of this sub-path. @internal */
  get internals(): HubCore<In, Out> {
    return this.#core;
  }
}
