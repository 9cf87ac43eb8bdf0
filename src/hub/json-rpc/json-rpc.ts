import { invalid } from "../../errors/validation.js";
import { WsError } from "../../errors/ws-error.js";
import { callable, oneOf, parseBy, passThrough } from "../../options/parser.js";
import { unreported } from "../../connection/unreported.js";
import { checkSignal } from "../../time/abort.js";
import { durationOf } from "../../time/duration.js";
import { DONE, waitFor } from "../../time/wait.js";
import type { HubCore } from "../hub-core.js";
import type { InFlight } from "../in-flight.js";
import { Subscription } from "../subscription.js";
import type { SubscribeOptions } from "../subscription.js";
import { Calls } from "./calls.js";
import type { PendingCall } from "./calls.js";
import { areParams, Handlers } from "./handlers.js";
import { Inbound } from "./inbound.js";
import type {
  AnyEvents,
  AnyMethods,
  BatchCall,
  BatchCalls,
  BatchResults,
  CallArguments,
  CallOptions,
  Method,
  MethodsOf,
  ResultOf,
} from "./types.js";
import { Wire } from "./wire.js";

const DEFAULT_CALL_TIMEOUT_MS = 10_000;

const CALL_PARSERS = {
  timeout: passThrough,
  signal: passThrough,
  retry: /* @__PURE__ */ oneOf(false, true),
};

/**
 * JSON-RPC 2.0 over a client, in both directions. Made by `jsonRpc`.
 *
 * Messages that are not JSON-RPC, and notifications that nobody listens to, go to the subscriptions of the hub.
 *
 * @typeParam Methods The methods of the peer, as functions.
 * @typeParam Events The notifications of the peer: the type of the parameters of each.
 * @see https://www.jsonrpc.org/specification
 */
export class JsonRpc<
  Methods extends MethodsOf<Methods> = AnyMethods,
  Events extends object = AnyEvents,
> {
  readonly #core: HubCore<unknown, unknown>;
  readonly #wire: Wire<unknown>;
  readonly #calls = new Calls();
  readonly #handlers = new Handlers();
  readonly #inbound: Inbound;
  readonly #onClose: () => void;
  readonly #inFlight: InFlight = {
    onLoss: () => {
      this.#inbound.onLoss();
      return this.#calls.onLoss();
    },
    end: (error) => this.#calls.end(error),
  };
  #isClosed = false;

  /** @internal */
  constructor(core: HubCore<unknown, unknown>, onClose: () => void) {
    this.#core = core;
    this.#onClose = onClose;
    this.#wire = new Wire(core.codec);
    this.#inbound = new Inbound(this.#wire, this.#calls, this.#handlers, core.dispatcher, (reply) =>
      this.#send("reply", reply),
    );
    core.dispatcher.takers.add(this.#inbound.take);
    core.inFlight.add(this.#inFlight);
  }

  /** Number of replies to no call: a reply that is late, doubled, or has an unknown id. */
  get unknownReplies(): number {
    return this.#calls.unknownReplies;
  }

  /**
   * Calls a method of the peer. Resolves with the result of its reply.
   *
   * Rejects with `RPC_ERROR` if the peer answers with an error, which is in `details.rpc`; with `REQUEST_TIMEOUT`,
   * `ABORTED`, `INVALID_OPTION`, `INVALID_DURATION`, and `INVALID_MESSAGE` if the parameters have no JSON; with the
   * errors of `client.send`; and with `CLOSED` if the client ends. Over a reconnecting client, a call whose connection
   * is lost before the reply rejects with `CLOSED`, which is retryable, unless `retry` is true; a call that has not
   * been sent waits for the next connection.
   *
   * @param method The name of the method.
   * @param rest `params`, an array, or an object with the names of the parameters; and `options`, see
   * {@link CallOptions}.
   */
  async call<Name extends keyof Methods & string>(
    method: Name,
    ...[params, options = {}]: CallArguments<Methods[Name], CallOptions>
  ): Promise<ResultOf<Methods[Name]>> {
    const operation = `call ${method}`;
    const id = this.#calls.nextId();
    const request = requestOf(operation, { method, params }, id);
    const data = this.#wire.encode(operation, request);
    const send = (): Promise<void> => this.#core.client.send(data);
    const result = await this.#awaitReply(method, id, options, send);
    return result as ResultOf<Methods[Name]>;
  }

  /**
   * Sends several calls as one message. Resolves with the outcome of each, in order, as `Promise.allSettled` does.
   * Calls without a reply have `REQUEST_TIMEOUT` as their reason after `timeout`. Without calls nothing is sent.
   *
   * Rejects with `INVALID_OPTION`, `INVALID_DURATION`, `INVALID_MESSAGE` or `CLOSED`, and then nothing was sent. With a
   * codec, calls that it cannot encode have `INVALID_MESSAGE` as their reason.
   *
   * @param calls The calls and notifications.
   * @param options See {@link CallOptions}. With `retry`, the whole batch is sent again.
   */
  async batch<const Calls extends BatchCalls<Methods>>(
    calls: Calls,
    options: CallOptions = {},
  ): Promise<BatchResults<Methods, Calls>> {
    if (!Array.isArray(calls)) throw invalid("batch: calls", "an array", calls);
    const list: readonly BatchCall[] = calls;
    const { timeout = 0, signal } = parseBy(CALL_PARSERS, options, "batch") as CallOptions;
    durationOf("batch: option timeout", timeout);
    checkSignal("batch", signal);
    this.#checkOpen("batch");
    const items = list.map((call) => ({
      call,
      id: (call as BatchCall | null)?.notify ? undefined : this.#calls.nextId(),
    }));
    const requests = items.map(({ call, id }) => requestOf("batch", call, id));
    const data = this.#wire.encode("batch", requests);
    // All calls are sent by the first, and sent again by the first that has to.
    let sent: Promise<void> | undefined;
    const send = (): Promise<void> => {
      const sending = (sent ??= this.#core.client.send(data));
      return sending.finally(() => (sent = undefined));
    };
    const outcomes = items.map(({ call, id }) =>
      id === undefined ? DONE : this.#awaitReply(call.method, id, options, send),
    );
    if (items.length > 0 && outcomes.every((outcome) => outcome === DONE)) await send();
    return (await Promise.allSettled(outcomes)) as unknown as BatchResults<Methods, Calls>;
  }

  /**
   * Sends a notification, to which the peer does not reply. Settles as `client.send`; you need not await it.
   *
   * Rejects with `INVALID_OPTION`, `INVALID_MESSAGE`, and the errors of `client.send`.
   *
   * @param method The name of the method.
   * @param rest `params`, as for {@link call}.
   */
  notify<Name extends keyof Methods & string>(
    method: Name,
    ...[params]: CallArguments<Methods[Name], never>
  ): Promise<void> {
    return unreported(this.#notify({ method, params }));
  }

  /**
   * Subscribes to the notifications of a method. Receives their parameters, as the peer sent them.
   *
   * Throws `INVALID_OPTION`.
   *
   * @param event The name of the method.
   * @param options See {@link SubscribeOptions}.
   */
  on<Name extends keyof Events & string>(
    event: Name,
    options: SubscribeOptions = {},
  ): Subscription<Events[Name]> {
    const buffer = this.#core.openBuffer<unknown>(options, (ended) => {
      this.#inbound.removeListener(event, ended);
    });
    if (this.#isClosed) buffer.end();
    else if (!buffer.inbox.closed) this.#inbound.addListener(event, buffer);
    return new Subscription(buffer) as Subscription<Events[Name]>;
  }

  /**
   * Answers the requests of the peer for a method. The function gets the parameters by position, or one object with
   * their names. Its return value, awaited, is the result; `undefined` becomes `null`. It may throw an error made by
   * {@link rpcError}, which is then the reply. Any other exception is answered with -32603, and the first one of
   * the function is shown by `console.warn`. A notification of this method calls the function as well, and is not
   * answered.
   *
   * While 1,000 of them run, no more are read. Methods without a function are answered with -32601.
   *
   * Throws `INVALID_OPTION` if the method has a function already.
   *
   * @returns A function that removes this one.
   */
  handle(method: string, run: Method): () => void {
    callable(run, `handle ${method}: function`);
    return this.#handlers.add(method, run);
  }

  /**
   * Ends JSON-RPC on this client: calls reject with `CLOSED`, and the subscriptions of `on` end. A hub that `jsonRpc`
   * has created is closed; one that was passed to it stays open. A second call has no effect.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { dispatcher, inFlight } = this.#core;
    dispatcher.takers.delete(this.#inbound.take);
    inFlight.delete(this.#inFlight);
    this.#handlers.clear();
    this.#inbound.end();
    this.#calls.end(new WsError("CLOSED", "call: JSON-RPC was closed"));
    this.#onClose();
  }

  /** Same as `close()`, for `using`, on platforms that have the symbol. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #notify(notification: BatchCall): Promise<void> {
    return this.#send("notify", requestOf("notify", notification));
  }

  #checkOpen(operation: string): void {
    if (this.#isClosed) throw new WsError("CLOSED", `${operation}: JSON-RPC was closed`);
    this.#core.checkOpen(operation);
  }

  async #send(operation: string, value: unknown): Promise<void> {
    this.#checkOpen(operation);
    return this.#core.client.send(this.#wire.encode(operation, value));
  }

  /** Sends a call and waits for its reply. */
  async #awaitReply(
    method: string,
    id: number,
    options: CallOptions,
    send: () => Promise<void>,
  ): Promise<unknown> {
    const operation = `call ${method}`;
    const { retry, ...wait } = parseBy(CALL_PARSERS, options, operation) as CallOptions;
    this.#checkOpen(operation);
    return waitFor<unknown>(operation, "REQUEST_TIMEOUT", wait, {
      timeout: DEFAULT_CALL_TIMEOUT_MS,
      park: (done) => {
        const start = (): void => {
          call.isSent = false;
          send().then(() => (call.isSent = true), done);
        };
        const resend = retry ? start : undefined;
        const call: PendingCall = { method, isSent: false, resend, settle: done };
        const release = this.#core.dispatcher.await();
        const remove = this.#calls.add(id, call);
        start();
        return () => {
          remove();
          release();
        };
      },
    });
  }
}

/** Returns a request or, without an identifier, a notification. Throws `INVALID_OPTION`. */
function requestOf(operation: string, call: BatchCall, id?: number): object {
  const { method, params } = (call as Partial<BatchCall> | null) ?? {};
  if (typeof method !== "string") throw invalid(`${operation}: method`, "a string", method);
  if (!areParams(params)) throw invalid(`${operation}: params`, "an array or an object", params);
  return {
    jsonrpc: "2.0",
    ...(id !== undefined && { id }),
    method,
    ...(params !== undefined && { params }),
  };
}
