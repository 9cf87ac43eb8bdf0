import { l as memoryOf, W as WsError, R as ReceiveChannel, Q as QueueIterator, a as parseBy, I as Inbox, o as oneOf, i as integer, n as microtask, e as callable, F as passThrough, w as waitFor, h as invalid, Z as isObject, _ as durationOf, $ as checkSignal, D as DONE, u as unreported } from '../core.mjs';

class Dispatcher {
  /**
   * @param deliver Gets each message that no taker has taken.
   * @param onEnd Called when the client has ended and all its messages were handled.
   */
  constructor(source, deliver, onEnd) {
    /** Offered each message in this order, until one takes it. */
    this.takers = /* @__PURE__ */ new Set();
    /** Number of replies that are awaited. */
    this.#awaited = 0;
    /** Number of subscriptions that are full, and of those among them that hold half of `bufferLimit`. */
    this.#full = 0;
    this.#heavy = 0;
    this.#isStarted = false;
    this.#isRunning = false;
    this.#isStopped = false;
    /** Number of messages handled so far, with the one that is being handled. */
    this.handled = 0;
    /** Functions to call, each once `handled` has reached its number. */
    this.#marks = [];
    this.#receiver = (result, size) => {
      this.#run(() => this.#handle(result.ok, result.value, size));
    };
    this.bufferLimit = source.inbox.limit;
    this.#source = source;
    this.#deliver = deliver;
    this.#onEnd = onEnd;
  }
  #source;
  #deliver;
  #onEnd;
  #awaited;
  #full;
  #heavy;
  #isStarted;
  #isRunning;
  #isStopped;
  #marks;
  #receiver;
  /** Begins to read. */
  start() {
    this.#isStarted = true;
    this.#resume();
  }
  /** Stops reading for good. The client then receives by itself. */
  stop() {
    this.#isStopped = true;
    this.#source.inbox.unpark(this.#receiver);
  }
  /** Counts a reply that is awaited. Returns a function to call when it is awaited no longer. */
  await() {
    let awaited = 1;
    this.#awaited++;
    this.#resume();
    return () => {
      this.#awaited -= awaited;
      awaited = 0;
      this.#resume();
    };
  }
  /** Number of messages that have arrived so far. */
  get arrived() {
    return this.handled + this.#source.inbox.size;
  }
  /** Calls `run` when every message that has arrived so far was handled: at once if that is so. */
  afterArrived(run) {
    const at = this.arrived;
    if (at === this.handled && !this.#isRunning) run();
    else this.#marks.push({ at, run });
  }
  onPressure(before, now) {
    this.#full += Number(now > 0) - Number(before > 0);
    this.#heavy += Number(now > 1) - Number(before > 1);
    this.#resume();
  }
  get #isPaused() {
    return this.#heavy > 0 || this.#full > 0 && this.#awaited === 0;
  }
  /** Reads what has arrived, and waits for more. */
  #resume() {
    if (this.#isStarted) this.#run(() => {
    });
  }
  /** Calls `first`, and then reads until nothing is left or the hub is paused. */
  #run(first) {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { inbox } = this.#source;
    inbox.unpark(this.#receiver);
    first();
    while (!this.#isStopped && !this.#isPaused && this.#takeNext()) ;
    this.#isRunning = false;
    if (!this.#isStopped && !this.#isPaused) inbox.park(this.#receiver);
  }
  /** Handles the next message. Returns false if there is none. */
  #takeNext() {
    const { inbox } = this.#source;
    const before = inbox.bytes;
    const result = inbox.take();
    if (result) this.#handle(result.ok, result.value, before - inbox.bytes);
    return result !== void 0;
  }
  #handle(isMessage, message, size) {
    if (!isMessage) {
      this.stop();
      this.#onEnd();
      return;
    }
    this.handled++;
    const bytes = size ?? memoryOf(message.data);
    if (!this.#isTaken(message, bytes)) this.#deliver(message, bytes);
    if (this.#marks.length > 0) this.#runMarks();
  }
  #isTaken(message, size) {
    for (const take of this.takers) if (take(message, size)) return true;
    return false;
  }
  #runMarks() {
    const due = this.#marks.filter(({ at }) => at <= this.handled);
    this.#marks = this.#marks.filter(({ at }) => at > this.handled);
    for (const { run } of due) run();
  }
}

class Requests {
  #awaited = /* @__PURE__ */ new Set();
  add(request) {
    this.#awaited.add(request);
  }
  delete(request) {
    this.#awaited.delete(request);
  }
  /** Settles the oldest request that the `n`th message answers, and returns it. */
  settle(message, n) {
    for (const request of this.#awaited) {
      try {
        if (n <= request.since || !request.match(message)) continue;
        request.settle(message);
        return request;
      } catch (error) {
        request.settle(errorOf(error, "request: option match"));
      }
    }
    return void 0;
  }
  onLoss() {
    const lost = [...this.#awaited].filter(({ isSent }) => isSent);
    for (const request of lost) request.isSent = false;
    return (error) => {
      for (const request of lost) request.settle(error);
    };
  }
  end(error) {
    for (const request of this.#awaited) request.settle(error);
  }
}
function errorOf(thrown, what) {
  if (thrown instanceof Error) return thrown;
  return new WsError("INVALID_OPTION", `${what} threw a value that is no Error`, { cause: thrown });
}

const DEFAULT_CAPACITY = 32;
const PARSERS = {
  capacity: /* @__PURE__ */ integer(1, 2 ** 32 - 1),
  whenFull: /* @__PURE__ */ oneOf("pause", "drop-oldest", "drop-newest")
};
class SubscriptionBuffer {
  /**
   * Throws `INVALID_OPTION`.
   *
   * @param onEnd Called when the subscription ends.
   */
  constructor(host, options, onEnd) {
    this.dropped = 0;
    /** The pressure that the host knows of. */
    this.#pressure = 0;
    const parsed = parseBy(PARSERS, options, "subscribe");
    const { capacity = DEFAULT_CAPACITY, whenFull = "pause" } = parsed;
    this.#host = host;
    this.#whenFull = whenFull;
    this.#onEnd = onEnd;
    const inbox = this.inbox = new Inbox(capacity, host.bufferLimit, true);
    if (whenFull === "pause") inbox.onPressure = () => this.#setPressure(inbox.pressure);
  }
  #host;
  #whenFull;
  #onEnd;
  #pressure;
  /** Appends a value of `size` bytes, unless the subscription drops it or has ended. */
  put(value, size) {
    const { inbox } = this;
    if (inbox.closed) return;
    if (this.#whenFull === "drop-newest" && inbox.isFull) {
      this.dropped++;
      return;
    }
    while (this.#whenFull === "drop-oldest" && inbox.isFull) {
      inbox.take();
      this.dropped++;
    }
    inbox.put(value, size, Infinity);
  }
  /** Ends the subscription. Values in the buffer can still be received. */
  end(failure) {
    const { inbox } = this;
    if (inbox.closed) return;
    this.failure = failure;
    inbox.onPressure = void 0;
    inbox.close();
    this.#onEnd();
    this.#setPressure(0);
  }
  #setPressure(pressure) {
    const before = this.#pressure;
    this.#pressure = pressure;
    if (before !== pressure) this.#host.onPressure(before, pressure);
  }
}
class Subscription extends ReceiveChannel {
  #buffer;
  /** Hubs create subscriptions. @internal */
  constructor(buffer) {
    super(buffer.inbox);
    this.#buffer = buffer;
  }
  /** Number of messages that were dropped because the subscription was full; 0 with `whenFull: "pause"`. */
  get dropped() {
    return this.#buffer.dropped;
  }
  /** Ends the subscription. The messages that it has received can still be read. A second call has no effect. */
  unsubscribe() {
    this.#buffer.end();
  }
  /**
   * Iterates over the messages until the subscription ends. The loop ends after `unsubscribe()` and `hub.close()`, and
   * otherwise as a loop over the client does: it throws the `WsError` of an abnormal end. If the filter of the
   * subscription has thrown, the loop throws the same. Leaving the loop does not end the subscription.
   *
   * `signal` cancels the iteration, which throws `ABORTED`; no message is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  messages(options) {
    const buffer = this.#buffer;
    return new QueueIterator(buffer.inbox, options, () => buffer.failure?.());
  }
  /** Same as `unsubscribe()`, for `using`, on platforms that have the symbol. */
  [Symbol.dispose]() {
    this.unsubscribe();
  }
}

class HubCore {
  /** @param onEnd Called when the hub has ended. */
  constructor(client, source, onEnd) {
    this.requests = new Requests();
    this.routes = /* @__PURE__ */ new Set();
    this.inFlight = /* @__PURE__ */ new Set([this.requests]);
    this.#buffers = /* @__PURE__ */ new Set();
    this.#isEnded = false;
    this.client = client;
    this.codec = source.codec;
    this.#onEnd = onEnd;
    this.dispatcher = new Dispatcher(
      source,
      (message, size) => {
        this.#deliver(message, size);
      },
      () => this.end("the client has ended", source.failure)
    );
    this.unclaimed = this.openBuffer({ whenFull: "drop-oldest" });
    if ("onStatus" in client) {
      this.#unwatch = client.onStatus(({ type }) => {
        if (type !== "open") this.#onLost();
      });
    }
    microtask(() => this.dispatcher.start());
  }
  #buffers;
  #onEnd;
  #unwatch;
  #isEnded;
  /** Returns the error with which the client has ended. */
  #failure;
  /** Opens the buffer of a subscription, which ends when the hub ends. Throws `INVALID_OPTION`. */
  openBuffer(options, onEnd) {
    const buffer = new SubscriptionBuffer(this.dispatcher, options, () => {
      this.#buffers.delete(buffer);
      onEnd?.(buffer);
    });
    if (this.#isEnded) buffer.end(this.#failure);
    else this.#buffers.add(buffer);
    return buffer;
  }
  /** Throws `CLOSED` if the hub has ended. */
  checkOpen(operation) {
    if (this.#isEnded) throw new WsError("CLOSED", `${operation}: the hub has ended`);
  }
  /** Ends all subscriptions and requests. */
  end(reason, failure) {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failure = failure;
    this.dispatcher.stop();
    this.#unwatch?.();
    this.#onEnd();
    for (const buffer of this.#buffers) buffer.end(failure);
    void Promise.resolve(failure?.()).then((cause) => {
      const error = new WsError("CLOSED", `request: ${reason}`, { cause });
      for (const requests of this.inFlight) requests.end(error);
    });
  }
  #deliver(message, size) {
    const request = this.requests.settle(message, this.dispatcher.handled);
    if (request && !request.isShared) return;
    let isTaken = request !== void 0;
    for (const route of this.routes) if (route(message, size)) isTaken = true;
    if (!isTaken) this.unclaimed.put(message, size);
  }
  /** The connection is lost. Replies that have arrived still count. */
  #onLost() {
    const ends = [...this.inFlight].map((requests) => requests.onLoss());
    this.dispatcher.afterArrived(() => {
      const text = "request: the connection was lost before the reply";
      const error = new WsError("CLOSED", text, { retryable: true });
      for (const end of ends) end(error);
    });
  }
}

const DEFAULT_REQUEST_TIMEOUT_MS = 1e4;
const REQUEST_PARSERS = {
  match: callable,
  share: /* @__PURE__ */ oneOf(false, true),
  timeout: passThrough,
  signal: passThrough
};
class Hub {
  #core;
  /** @internal */
  constructor(client, source, onEnd) {
    this.#core = new HubCore(client, source, onEnd);
    this.unclaimed = new Subscription(this.#core.unclaimed);
  }
  subscribe(filter, options = {}) {
    if (filter !== void 0) callable(filter, "subscribe: filter");
    const { routes } = this.#core;
    const route = (message, size) => {
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
    const buffer = this.#core.openBuffer(options, () => routes.delete(route));
    if (!buffer.inbox.closed) routes.add(route);
    return new Subscription(buffer);
  }
  async request(data, options) {
    const core = this.#core;
    const parsed = parseBy(REQUEST_PARSERS, options, "request");
    const { match, share, ...wait } = parsed;
    callable(match, "request: option match");
    core.checkOpen("request");
    return waitFor("request", "REQUEST_TIMEOUT", wait, {
      timeout: DEFAULT_REQUEST_TIMEOUT_MS,
      park(done) {
        const request = {
          match,
          isShared: share === true,
          since: core.dispatcher.arrived,
          isSent: false,
          settle: done
        };
        core.requests.add(request);
        const release = core.dispatcher.await();
        core.client.send(data).then(() => request.isSent = true, done);
        return () => {
          core.requests.delete(request);
          release();
        };
      }
    });
  }
  /**
   * Ends all subscriptions, and rejects all requests with `CLOSED`. The client stays open, and receives by itself
   * again: it has what the hub has not read. A second call has no effect.
   */
  close() {
    this.#core.end("the hub was closed");
  }
  /** Same as `close()`, for `using`, on platforms that have the symbol. */
  [Symbol.dispose]() {
    this.close();
  }
  /** For other parts of this sub-path. @internal */
  get internals() {
    return this.#core;
  }
}

function sourceOf(client) {
  const { internals } = client ?? {};
  const { codec } = internals?.options ?? {};
  const failure = () => internals?.failure();
  const own = internals && "receiving" in internals ? internals.receiving.own : void 0;
  const inbox = own ?? internals?.options?.inbox;
  if (!(inbox instanceof Inbox)) {
    throw invalid("createHub: client", "a client of connect or reconnecting", client);
  }
  return { inbox, codec, failure };
}

const hubs = /* @__PURE__ */ new WeakMap();
function createHub(client) {
  const source = sourceOf(client);
  const open = hubs.get(client);
  if (open) return open;
  const hub = new Hub(client, source, () => hubs.delete(client));
  hubs.set(client, hub);
  return hub;
}
function hasHub(client) {
  return hubs.has(client);
}

const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;
function rpcError(code, message, data) {
  const rpc = { code, message, ...data !== void 0 && { data } };
  return new WsError("RPC_ERROR", `rpc: ${message} (${code})`, { details: { rpc } });
}

class Calls {
  constructor() {
    /** Number of replies that belong to no call: it has timed out, was answered before, or never existed. */
    this.unknownReplies = 0;
    this.#pending = /* @__PURE__ */ new Map();
    this.#lastId = 0;
  }
  #pending;
  #lastId;
  /** Returns an identifier that no call of this hub has had. */
  nextId() {
    return ++this.#lastId;
  }
  /** Adds a call. Returns a function that removes it. */
  add(id, call) {
    this.#pending.set(id, call);
    return () => this.#pending.delete(id);
  }
  /** Settles the call of a reply. */
  settle(reply) {
    const call = this.#pending.get(reply.id);
    if (call) call.settle(outcomeOf(reply, call.method));
    else this.unknownReplies++;
  }
  /** Calls that must not be repeated are rejected; the others are sent again. */
  onLoss() {
    const lost = [...this.#pending].filter(([, { isSent }]) => isSent);
    for (const [, call] of lost) call.isSent = false;
    return (error) => {
      for (const [id, call] of lost) {
        if (this.#pending.get(id) !== call) continue;
        if (call.resend) call.resend();
        else call.settle(error);
      }
    };
  }
  /** Rejects all calls. */
  end(error) {
    for (const call of this.#pending.values()) call.settle(error);
  }
}
function outcomeOf(reply, method) {
  const { result, error } = reply;
  if ("result" in reply && (error === void 0 || error === null)) return result;
  const isValid = isObject(error) && Number.isInteger(error.code) && typeof error.message === "string";
  if (isValid) return rpcError(error.code, error.message, error.data);
  return new WsError("INVALID_MESSAGE", `call ${method}: the reply has no valid error object`);
}

class Handlers {
  #functions = /* @__PURE__ */ new Map();
  /** The functions of which an exception was shown, so that a peer cannot fill the log. */
  #shown = /* @__PURE__ */ new WeakSet();
  /** Registers a function. Throws `INVALID_OPTION` if its method has one. Returns what removes it. */
  add(method, run) {
    if (this.#functions.has(method)) {
      throw new WsError("INVALID_OPTION", `handle ${method}: has a function already`);
    }
    this.#functions.set(method, run);
    return () => this.#functions.delete(method);
  }
  clear() {
    this.#functions.clear();
  }
  /** Runs the function of a notification. Resolves when it has ended; `undefined` if there is none. Never rejects. */
  notify({ method, params }) {
    const run = this.#functions.get(method);
    return run && settle(run, params).then(
      () => {
      },
      (error) => this.#warn(run, error)
    );
  }
  /** Runs the function of a request. Resolves with its reply. Never rejects. */
  async answer({ id, method, params }) {
    if (!isId(id) || !areParams(params)) return failure(isId(id) ? id : null, INVALID_REQUEST);
    const run = this.#functions.get(method);
    if (!run) return failure(id, METHOD_NOT_FOUND);
    try {
      const result = await settle(run, params) ?? null;
      if (/^(function|symbol)$/.test(typeof result)) throw new TypeError("the result has no JSON");
      return { jsonrpc: "2.0", id, result };
    } catch (error) {
      const rpc = WsError.is(error) ? error.details.rpc : void 0;
      if (rpc) return { jsonrpc: "2.0", id, error: rpc };
      this.#warn(run, error);
      return internalError(id);
    }
  }
  /**
   * Shows the first exception of a function. It is not reported as uncaught, because then a peer could end the process
   * with parameters that the function does not expect.
   */
  #warn(run, error) {
    if (this.#shown.has(run)) return;
    this.#shown.add(run);
    console.warn("wschan: a function of handle() failed; its later failures are not shown:", error);
  }
}
function invalidRequest({ id }) {
  return failure(isId(id) ? id : null, INVALID_REQUEST);
}
function internalError(id) {
  return failure(id, INTERNAL_ERROR);
}
function settle(run, params) {
  const list = params === void 0 ? [] : Array.isArray(params) ? params : [params];
  return new Promise((resolve) => resolve(run(...list)));
}
const TEXTS = {
  [INVALID_REQUEST]: "Invalid Request",
  [METHOD_NOT_FOUND]: "Method not found",
  [INTERNAL_ERROR]: "Internal error"
};
function failure(id, code) {
  const error = { code, message: TEXTS[code] };
  return { jsonrpc: "2.0", id, error };
}
function isId(id) {
  return id === null || typeof id === "string" || typeof id === "number";
}
function areParams(params) {
  return params === void 0 || Array.isArray(params) || isObject(params);
}

function isItem(value) {
  return isObject(value) && value.jsonrpc === "2.0";
}
class Wire {
  #hasCodec;
  constructor(codec) {
    this.#hasCodec = codec !== void 0;
  }
  /** Returns the value of a message; `undefined` if it cannot be JSON-RPC. */
  parse(message) {
    if (this.#hasCodec) return message;
    const { type, data } = message;
    if (type !== "text" || !/^\s*[{[]/.test(data)) return void 0;
    try {
      return JSON.parse(data);
    } catch {
      return void 0;
    }
  }
  /** Returns what the client sends for a value. Throws `INVALID_MESSAGE` if the value has no JSON. */
  encode(operation, value) {
    if (this.#hasCodec) return value;
    try {
      return JSON.stringify(value);
    } catch (cause) {
      throw new WsError("INVALID_MESSAGE", `${operation}: cannot be written as JSON`, { cause });
    }
  }
}

const MAX_RUNNING_REQUESTS = 1e3;
class Inbound {
  constructor(wire, calls, handlers, dispatcher, send) {
    /** The subscriptions to notifications, by method. */
    this.#listeners = /* @__PURE__ */ new Map();
    /** Number of requests and notifications that run, and of replies that the connection has not accepted. */
    this.#running = 0;
    /** Number of the connection: of those of a reconnecting client, each has another. */
    this.#connection = 0;
    this.#pressure = 0;
    this.#hasEnded = false;
    /** Takes messages that are JSON-RPC, except notifications that nobody listens to. */
    this.take = (message, size) => {
      try {
        return this.#take(message, size);
      } catch {
        return false;
      }
    };
    this.#wire = wire;
    this.#calls = calls;
    this.#handlers = handlers;
    this.#dispatcher = dispatcher;
    this.#send = send;
  }
  #wire;
  #calls;
  #handlers;
  #dispatcher;
  /** Sends a reply, or the replies of a batch. */
  #send;
  #listeners;
  #running;
  #connection;
  #pressure;
  #hasEnded;
  #take(message, size) {
    const value = this.#wire.parse(message);
    const isBatch = Array.isArray(value);
    const items = isBatch ? value : [value];
    if (items.length === 0 || !items.every(isItem)) return false;
    const replies = [];
    let isTaken = true;
    for (const item of items) {
      const outcome = this.#handle(item, Math.ceil(size / items.length));
      if (typeof outcome === "object") replies.push(outcome);
      else isTaken &&= outcome;
    }
    if (replies.length > 0) void this.#reply(replies, isBatch);
    return isTaken;
  }
  /** The connection is lost: what the peer has asked over it needs no reply. */
  onLoss() {
    this.#connection++;
  }
  addListener(event, buffer) {
    const listeners = this.#listeners.get(event) ?? /* @__PURE__ */ new Set();
    this.#listeners.set(event, listeners.add(buffer));
  }
  removeListener(event, buffer) {
    const listeners = this.#listeners.get(event);
    listeners?.delete(buffer);
    if (listeners?.size === 0) this.#listeners.delete(event);
  }
  /** Ends all subscriptions. */
  end() {
    for (const listeners of this.#listeners.values()) for (const buffer of listeners) buffer.end();
    this.#setRunning(0);
    this.#hasEnded = true;
  }
  /** Handles one object. Returns the reply that it needs, or else whether somebody has taken it. */
  #handle(item, size) {
    if (typeof item.method === "string") {
      return "id" in item ? this.#handlers.answer(item) : this.#notify(item, size);
    }
    if (!("result" in item) && !("error" in item)) return Promise.resolve(invalidRequest(item));
    this.#calls.settle(item);
    return true;
  }
  /** Passes a notification to its subscriptions and its function. Returns false if there are none. */
  #notify(item, size) {
    const listeners = this.#listeners.get(item.method);
    for (const buffer of listeners ?? []) buffer.put(item.params, size);
    const handled = this.#handlers.notify(item);
    if (handled) {
      this.#setRunning(this.#running + 1);
      void handled.then(() => this.#setRunning(this.#running - 1));
    }
    return listeners !== void 0 || handled !== void 0;
  }
  async #reply(replies, isBatch) {
    this.#setRunning(this.#running + replies.length);
    const connection = this.#connection;
    const list = await Promise.all(replies);
    const send = (all) => this.#send(isBatch ? all : all[0]);
    if (connection === this.#connection) {
      await send(list).catch((error) => {
        const isInvalid = WsError.is(error) && error.code === "INVALID_MESSAGE";
        return isInvalid ? send(list.map(({ id }) => internalError(id))) : void 0;
      }).catch(() => {
      });
    }
    this.#setRunning(this.#running - replies.length);
  }
  #setRunning(running) {
    if (this.#hasEnded) return;
    this.#running = running;
    const before = this.#pressure;
    this.#pressure = Math.min(Math.floor(running / MAX_RUNNING_REQUESTS), 2);
    if (before !== this.#pressure) this.#dispatcher.onPressure(before, this.#pressure);
  }
}

const DEFAULT_CALL_TIMEOUT_MS = 1e4;
const CALL_PARSERS = {
  timeout: passThrough,
  signal: passThrough,
  retry: /* @__PURE__ */ oneOf(false, true)
};
class JsonRpc {
  #core;
  #wire;
  #calls = new Calls();
  #handlers = new Handlers();
  #inbound;
  #onClose;
  #inFlight = {
    onLoss: () => {
      this.#inbound.onLoss();
      return this.#calls.onLoss();
    },
    end: (error) => this.#calls.end(error)
  };
  #isClosed = false;
  /** @internal */
  constructor(core, onClose) {
    this.#core = core;
    this.#onClose = onClose;
    this.#wire = new Wire(core.codec);
    this.#inbound = new Inbound(
      this.#wire,
      this.#calls,
      this.#handlers,
      core.dispatcher,
      (reply) => this.#send("reply", reply)
    );
    core.dispatcher.takers.add(this.#inbound.take);
    core.inFlight.add(this.#inFlight);
  }
  /** Number of replies to no call: a reply that is late, doubled, or has an unknown id. */
  get unknownReplies() {
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
  async call(method, ...[params, options = {}]) {
    const operation = `call ${method}`;
    const id = this.#calls.nextId();
    const request = requestOf(operation, { method, params }, id);
    const data = this.#wire.encode(operation, request);
    const send = () => this.#core.client.send(data);
    const result = await this.#awaitReply(method, id, options, send);
    return result;
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
  async batch(calls, options = {}) {
    if (!Array.isArray(calls)) throw invalid("batch: calls", "an array", calls);
    const list = calls;
    const { timeout = 0, signal } = parseBy(CALL_PARSERS, options, "batch");
    durationOf("batch: option timeout", timeout);
    checkSignal("batch", signal);
    this.#checkOpen("batch");
    const items = list.map((call) => ({
      call,
      id: call?.notify ? void 0 : this.#calls.nextId()
    }));
    const requests = items.map(({ call, id }) => requestOf("batch", call, id));
    const data = this.#wire.encode("batch", requests);
    let sent;
    const send = () => {
      const sending = sent ??= this.#core.client.send(data);
      return sending.finally(() => sent = void 0);
    };
    const outcomes = items.map(
      ({ call, id }) => id === void 0 ? DONE : this.#awaitReply(call.method, id, options, send)
    );
    if (items.length > 0 && outcomes.every((outcome) => outcome === DONE)) await send();
    return await Promise.allSettled(outcomes);
  }
  /**
   * Sends a notification, to which the peer does not reply. Settles as `client.send`; you need not await it.
   *
   * Rejects with `INVALID_OPTION`, `INVALID_MESSAGE`, and the errors of `client.send`.
   *
   * @param method The name of the method.
   * @param rest `params`, as for {@link call}.
   */
  notify(method, ...[params]) {
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
  on(event, options = {}) {
    const buffer = this.#core.openBuffer(options, (ended) => {
      this.#inbound.removeListener(event, ended);
    });
    if (this.#isClosed) buffer.end();
    else if (!buffer.inbox.closed) this.#inbound.addListener(event, buffer);
    return new Subscription(buffer);
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
  handle(method, run) {
    callable(run, `handle ${method}: function`);
    return this.#handlers.add(method, run);
  }
  /**
   * Ends JSON-RPC on this client: calls reject with `CLOSED`, and the subscriptions of `on` end. A hub that `jsonRpc`
   * has created is closed; one that was passed to it stays open. A second call has no effect.
   */
  close() {
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
  [Symbol.dispose]() {
    this.close();
  }
  async #notify(notification) {
    return this.#send("notify", requestOf("notify", notification));
  }
  #checkOpen(operation) {
    if (this.#isClosed) throw new WsError("CLOSED", `${operation}: JSON-RPC was closed`);
    this.#core.checkOpen(operation);
  }
  async #send(operation, value) {
    this.#checkOpen(operation);
    return this.#core.client.send(this.#wire.encode(operation, value));
  }
  /** Sends a call and waits for its reply. */
  async #awaitReply(method, id, options, send) {
    const operation = `call ${method}`;
    const { retry, ...wait } = parseBy(CALL_PARSERS, options, operation);
    this.#checkOpen(operation);
    return waitFor(operation, "REQUEST_TIMEOUT", wait, {
      timeout: DEFAULT_CALL_TIMEOUT_MS,
      park: (done) => {
        const start = () => {
          call.isSent = false;
          send().then(() => call.isSent = true, done);
        };
        const resend = retry ? start : void 0;
        const call = { method, isSent: false, resend, settle: done };
        const release = this.#core.dispatcher.await();
        const remove = this.#calls.add(id, call);
        start();
        return () => {
          remove();
          release();
        };
      }
    });
  }
}
function requestOf(operation, call, id) {
  const { method, params } = call ?? {};
  if (typeof method !== "string") throw invalid(`${operation}: method`, "a string", method);
  if (!areParams(params)) throw invalid(`${operation}: params`, "an array or an object", params);
  return {
    jsonrpc: "2.0",
    ...id !== void 0 && { id },
    method,
    ...params !== void 0 && { params }
  };
}

const open = /* @__PURE__ */ new WeakMap();
function jsonRpc(client) {
  const isHub = client instanceof Hub;
  const isOwn = !isHub && !hasHub(client);
  const hub = isHub ? client : createHub(client);
  const core = hub.internals;
  const existing = open.get(core);
  if (existing) return existing;
  const rpc = new JsonRpc(core, () => {
    open.delete(core);
    if (isOwn) hub.close();
  });
  open.set(core, rpc);
  return rpc;
}

export { createHub as c, jsonRpc as j, rpcError as r };
//# sourceMappingURL=core.mjs.map
