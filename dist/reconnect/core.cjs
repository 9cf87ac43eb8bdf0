'use strict';

var core = require('../core.cjs');

const RESTART = 5e3;
function pauseAfter(failures, { min, max, factor }, retryAfterMax, { retryAfter = 0, closeCode = 0 } = {}) {
  const least = Math.min(RESTART, max);
  if (closeCode === 1012 || closeCode === 1013) return [least, max - least];
  const asked = retryAfter > 0 ? Math.min(retryAfter, Math.max(retryAfterMax, max)) : 0;
  return [asked, Math.min(max, Math.max(min * factor ** failures, asked))];
}

const DEFAULTS = {
  backoff: { min: 500, max: 3e4, factor: 2 },
  retryAfterMax: 36e5,
  queue: { maxMessages: 1e3, maxBytes: 16777216, whenFull: "reject" },
  stableAfter: 5e3
};
const USUAL = 2e4;
const WHEN_TOLD = { interval: 2147483647, timeout: 1e4 };
const any = (value) => value;
function makePlan(url, given, { createContext, pings }) {
  const asked = given;
  const context = asked?.context instanceof core.Context ? asked.context : createContext();
  const group = (defaults, parsers2) => (value, name) => ({ ...defaults, ...core.parseBy(parsers2, value, name) });
  const parsers = {
    context: core.must((value) => value === context, "a Context"),
    backoff: group(DEFAULTS.backoff, {
      min: core.duration,
      max: core.duration,
      factor: core.must((value) => typeof value === "number" && value >= 1 && value <= 100, "1 to 100")
    }),
    retryAfterMax: core.duration,
    stableAfter: core.duration,
    maxAttempts: core.integer(1, 2147483647),
    maxElapsed: core.duration,
    shouldRetry: core.callable,
    onConnect: core.callable,
    queue: group(DEFAULTS.queue, {
      maxMessages: core.integer(0, 1e6),
      maxBytes: core.integer(1, 1073741824),
      ttl: core.duration,
      whenFull: core.oneOf("reject", "drop-oldest")
    }),
    onLost: core.callable,
    marker: core.oneOf(false, true)
  };
  const fixed = { ...core.object(given, "reconnecting: options") };
  const { headers, protocols, keepAlive } = fixed;
  const isFunction = (value) => typeof value === "function";
  const { options, dialTimeout, inbox } = context.prepare(
    url,
    {
      ...fixed,
      ...isFunction(headers) && { headers: {} },
      ...isFunction(protocols) && { protocols: [] }
    },
    parsers,
    "reconnecting"
  );
  const ofDial = Object.entries(options).filter(([name]) => !(name in parsers));
  const orUsual = (value) => value === void 0 || value === 0 ? USUAL : value;
  const isUsual = pings && !options.webSocket;
  const chosen = keepAlive ? {
    ...options.keepAlive,
    interval: orUsual(keepAlive.interval),
    timeout: orUsual(keepAlive.timeout)
  } : options.keepAlive ?? (isUsual ? { interval: USUAL, timeout: USUAL } : void 0);
  const dial = {
    ...Object.fromEntries(ofDial),
    keepAlive: isUsual && !chosen ? WHEN_TOLD : chosen
  };
  return {
    ...DEFAULTS,
    ...options,
    context,
    inbox,
    dialTimeout,
    dial,
    message: {
      type: any,
      ttl: core.duration,
      key: any,
      retry: core.oneOf(false, true),
      timeout: any,
      signal: any
    },
    fresh: [
      isFunction(url) ? url : String(url),
      isFunction(headers) ? headers : options.headers,
      isFunction(protocols) ? protocols : options.protocols
    ]
  };
}

function newSender() {
  let settle;
  const promise = new Promise((resolve, reject) => settle = { resolve, reject });
  promise.catch(() => {
  });
  return { promise, ...settle };
}
function sizeOf({ payload }) {
  return 64 + payload.length * (typeof payload === "string" ? 2 : 1);
}
class Outbox {
  constructor(settings, onLost) {
    this.bytes = 0;
    /** By key, or by itself; the oldest first. */
    this.#waiting = /* @__PURE__ */ new Map();
    /** When the timer is due, and what stops it. */
    this.#due = Infinity;
    this.#settings = settings;
    this.#onLost = onLost;
  }
  #settings;
  #onLost;
  #waiting;
  #due;
  #stop;
  get length() {
    return this.#waiting.size;
  }
  /** The message that is to go next. */
  get next() {
    return this.#waiting.values().next().value;
  }
  /** Takes a message in at the end; or rejects with `QUEUE_FULL`, and what waits stays as it is. */
  add(entry) {
    const { maxMessages, maxBytes, whenFull } = this.#settings;
    const old = this.#waiting.get(entry.key);
    const size = sizeOf(entry);
    const isFull = (messages, bytes) => this.length - messages >= maxMessages || this.bytes - bytes + size > maxBytes;
    const isRefused = whenFull === "reject" ? isFull(old ? 1 : 0, old ? sizeOf(old) : 0) : isFull(this.length, this.bytes);
    const sender = entry.sender = (isRefused ? void 0 : old?.sender) ?? newSender();
    if (isRefused) this.lose([entry], "dropped", "QUEUE_FULL");
    else {
      if (old) this.remove(old);
      while (isFull(0, 0) && this.next) this.lose([this.next], "dropped", "QUEUE_FULL");
      this.#insert(entry);
    }
    return sender.promise;
  }
  /** Takes messages back, before all others, but for those that a newer one replaces. */
  restore(entries) {
    const newer = this.#waiting;
    this.#waiting = /* @__PURE__ */ new Map();
    this.bytes = 0;
    const back = entries.filter(({ key }) => !newer.has(key));
    for (const entry of [...back, ...newer.values()]) this.#insert(entry);
  }
  /** A message has gone, if it waits here. */
  remove(entry) {
    const id = entry.key ?? entry;
    if (this.#waiting.get(id) !== entry) return;
    this.#waiting.delete(id);
    this.bytes -= sizeOf(entry);
  }
  clear(reason = "dropped", code = "ABORTED") {
    this.#stop?.();
    this.#due = Infinity;
    this.lose([...this.#waiting.values()], reason, code);
  }
  /** Tells the senders of messages, and `onLost`, that they are lost. */
  lose(entries, reason, code) {
    const lost = entries.map((entry) => {
      const { payload: data, key, sender } = entry;
      this.remove(entry);
      sender?.reject(new core.WsError(code, `send: ${reason}`));
      return { data, type: typeof data === "string" ? 1 : 2, key, reason };
    });
    if (lost[0]) core.microtask(() => this.#onLost?.(lost));
  }
  #insert(entry) {
    const id = entry.key ?? entry;
    const old = this.#waiting.get(id);
    if (old) this.remove(old);
    this.#waiting.set(id, entry);
    this.bytes += sizeOf(entry);
    this.#expireAt(entry.due);
  }
  /** Sees to it that the timer is due by then. It may find that the message has gone. */
  #expireAt(due) {
    if (due >= this.#due) return;
    this.#due = due;
    this.#stop?.();
    this.#stop = core.startTimer(due - performance.now(), () => {
      this.#due = Infinity;
      const time = performance.now();
      const late = [...this.#waiting.values()].filter((entry) => entry.due <= time);
      this.lose(late, "expired", "CHANNEL_TIMEOUT");
      for (const entry of this.#waiting.values()) this.#expireAt(entry.due);
    });
  }
}

const EVENTS = ["online", "offline", "pageshow", "resume", "visibilitychange"];
function onWake(signal, wake) {
  const { addEventListener, document } = globalThis;
  const listener = ({ type }) => {
    if (type !== "visibilitychange" || !document?.hidden) wake(type !== "offline");
  };
  const capture = document !== void 0;
  for (const type of EVENTS) addEventListener?.(type, listener, { capture, signal });
}

const LOST = { code: 1006, reason: "", clean: false, by: "none" };
const FIRST_ATTEMPTS = 10;
const KEPT = 100;
class ReconnectingClient {
  #plan;
  #outbox;
  #channel;
  #watchers = /* @__PURE__ */ new Set();
  /** Aborts when the client ends, and takes along all that waits and listens. */
  #life = new AbortController();
  #signal = this.#life.signal;
  #settleClosed;
  /** Why it gave up. */
  #failure;
  #state = { type: "connecting", attempt: 1 };
  /** The connection of this attempt, if it has come so far. */
  #client;
  /** Why this side ended it. */
  #why;
  /** Why the last attempt, or the last connection, ended. */
  #lastError;
  /** Whether a connection has ever been open, and since when there is one, or none. */
  #resumed = false;
  #since = performance.now();
  /** What was handed to the connection and may not have left. */
  #handed = [];
  /** Settles when what waited has been handed over. */
  #drained;
  /** Ends a wait. */
  #wake;
  #readable;
  #writable;
  /** @internal */
  constructor(plan) {
    const { inbox, queue, onLost, signal } = plan;
    this.#plan = plan;
    this.#outbox = new Outbox(queue, onLost);
    this.#channel = core.ReceiveChannel.of(inbox);
    this.closed = new Promise((resolve) => this.#settleClosed = resolve);
    const abort = () => this.#terminate(new core.WsError("ABORTED", "reconnecting: aborted", { cause: signal?.reason }));
    signal?.addEventListener("abort", abort, { signal: this.#signal });
    onWake(this.#signal, (isBack) => {
      if (this.connection) this.connection.probe();
      else if (isBack) this.#wake?.();
    });
    if (signal?.aborted) abort();
    this.#run().catch((cause) => this.#terminate(toError("shouldRetry", cause)));
  }
  /** Where it stands now. */
  get state() {
    return this.#state;
  }
  /**
   * Iterates over where it stands now, then over every change, until it has closed. What is not fetched
   * waits from the first fetch on, the latest 100. It can be left at any time: a `return()` settles at once,
   * and so does a pending `next()`, with `done: true`.
   */
  status() {
    const watcher = new core.Channel(KEPT);
    const changes = this.#changes(watcher);
    const leave = changes.return.bind(changes);
    changes.return = () => {
      this.#watchers.delete(watcher);
      watcher.close();
      return leave();
    };
    return changes;
  }
  async *#changes(watcher) {
    this.#watchers.add(watcher);
    this.#tell(watcher);
    yield* watcher;
  }
  /** The connection that is open now, for what only it can tell: `stats`, `protocol`, `handshake`, ... */
  get connection() {
    return this.#state.type === "open" ? this.#client : void 0;
  }
  /** What waits for a connection. */
  get queue() {
    return this.#outbox;
  }
  /** The channel on which the messages of all connections arrive; always the same one. */
  channel() {
    return this.#channel;
  }
  /** Short for `channel().receive(options)`. */
  receive(options) {
    return this.#channel.receive(options);
  }
  /** Returns the next message if that needs no waiting, as `Client.tryReceive`. */
  tryReceive() {
    return this.#channel.tryReceive();
  }
  /**
   * Iterates over the messages of all connections until the client has ended; `state` is `closed` then.
   * Returns after a local close or the peer's normal end, and throws the `WsError` for which it gave up
   * otherwise. Leaving the loop leaves it open, and loses no message.
   */
  [Symbol.asyncIterator]() {
    return this.messages();
  }
  /** As iterating over the client itself; `signal` ends it with `ABORTED`. Throws `INVALID_OPTION`. */
  messages(options) {
    const failure = () => this.closed.then(() => this.#failure);
    const iterator = new core.QueueIterator(this.#plan.inbox, options, failure);
    return iterator;
  }
  /** The messages of all connections as a WHATWG stream, as `Client.readable`. */
  get readable() {
    return this.#readable ??= core.readableOf(this);
  }
  /** A WHATWG stream that sends what is written, as `Client.writable`. */
  get writable() {
    return this.#writable ??= core.writableOf(this);
  }
  /**
   * Sends one message: at once if a connection is open, and otherwise when one is, in call order. Settles
   * as the connection's own `send`; while there is none, it waits. The bytes may be reused when `send` has
   * returned.
   *
   * @param data As of `Client.send`; a codec encodes it at once.
   * @param options `TEXT` or `BINARY`, or more: see {@link SendOptions}. `timeout` and `signal` bound the
   * wait only: the message is sent, or waits in the queue.
   *
   * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
   * over, `SEND_TIMEOUT`, `ABORTED` by `signal` or `queue.clear()`, or `CLOSED`. A failure that nobody
   * awaits is no unhandled rejection.
   */
  send(data, options) {
    let sent;
    try {
      if (typeof options === "object") {
        const { timeout, signal, ...own } = core.parseBy(this.#plan.message, options, "send");
        const wait = { timeout, signal };
        sent = core.waitForStarted("send", "SEND_TIMEOUT", wait, () => this.#send(data, own));
      } else sent = this.#send(data, { type: options });
    } catch (error) {
      sent = Promise.reject(error);
    }
    sent.catch(nothing);
    return sent;
  }
  #send(data, { type, ttl, key, retry }) {
    const { codec, onLost, queue } = this.#plan;
    const payload = core.toPayload(data, type, codec);
    if (this.#hasEnded()) throw this.#closedError("send");
    const due = performance.now() + (ttl ?? queue.ttl ?? Infinity);
    const entry = { payload, key, retry, due };
    const sent = this.#outbox.next ? void 0 : this.#hand(this.connection, entry);
    if (!sent || retry || onLost) entry.payload = payload.slice();
    return sent ?? this.#outbox.add(entry);
  }
  /**
   * Settles when nothing waits and what was sent is with the operating system, as the connection's own
   * `flush`. Rejects with `CLOSED` if the connection ends meanwhile, or the client has ended, with
   * `FLUSH_TIMEOUT`, `ABORTED` or `INVALID_OPTION`, and with `UNSUPPORTED`. `onLost` reports what was lost
   * before.
   */
  async flush(options = {}) {
    if (this.#hasEnded()) throw this.#closedError("flush");
    if (this.connection && !this.#outbox.next) return this.connection.flush(options);
    const changes = this.status();
    const flush = core.waitForStarted("flush", "FLUSH_TIMEOUT", options, () => this.#flush(changes));
    return flush.finally(() => changes.return());
  }
  async #flush(changes) {
    for await (const { type } of changes) {
      if (type === "open") await this.#drained;
      if (this.connection && !this.#outbox.next) return this.connection.flush();
    }
    throw this.#closedError("flush");
  }
  /** As the connection's own `ping`. Rejects with `CLOSED`, which is retryable, while none is open. */
  async ping(options) {
    if (!this.connection) throw this.#closedError("ping");
    return this.connection.ping(options);
  }
  /**
   * Ends it: what waits is lost, an open connection is closed as by its own `close`, a dial and all waits
   * end at once. Resolves with how it ended; `clean` is false if anything was lost. Calling it again
   * returns the same promise.
   *
   * @param code As of `Client.close`; default 1000.
   * @param reason As of `Client.close`; default `""`.
   *
   * Rejects with `INVALID_CLOSE`, and nothing ends.
   */
  close(code = 1e3, reason = "") {
    if (this.#hasEnded()) return this.closed;
    try {
      core.checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    const clean = !this.#outbox.next;
    const ended = this.#client?.close(code, reason).then((info) => ({ ...info, clean: clean && info.clean }));
    void this.#end(ended ?? { code, reason, clean, by: "local" });
    return this.closed;
  }
  /** Ends it now, without a closing handshake. */
  terminate() {
    this.#terminate();
  }
  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose]() {
    await this.close();
  }
  // Connecting
  async #run() {
    const { backoff, retryAfterMax, shouldRetry, stableAfter } = this.#plan;
    let failures = 0;
    for (let attempt = 1; !this.#hasEnded(); attempt++) {
      this.#set({ type: "connecting", attempt });
      const info = await this.#attempt(attempt);
      if (this.#hasEnded()) return;
      const error = this.#lastError = info.error ?? endError(info);
      const verdict = shouldRetry?.(error, attempt) ?? error.retryable;
      if (verdict !== true) {
        return this.#end(info, info.error);
      }
      const time = performance.now();
      if (this.connection) {
        if (time - this.#since >= stableAfter) attempt = failures = 0;
        this.#since = time;
      }
      this.#client = void 0;
      const [least, spread] = pauseAfter(failures++, backoff, retryAfterMax, error.details);
      const jitter = Math.random() * spread;
      const delay = least + jitter;
      if (this.#isUsedUp(attempt, time + delay)) {
        const last = giveUpError(attempt, error);
        return this.#end({ ...info, error: last }, last);
      }
      this.#set({ type: "waiting", attempt: attempt + 1, delay, error });
      if (least > 0) await this.#sleep(least);
      if (await this.#sleep(jitter, true)) await this.#sleep(Math.random() * backoff.min);
    }
  }
  /** Whether there may be no other attempt, which would begin then. */
  #isUsedUp(attempt, then) {
    const { maxAttempts = this.#resumed ? Infinity : FIRST_ATTEMPTS, maxElapsed = Infinity } = this.#plan;
    return attempt >= maxAttempts || then - this.#since > maxElapsed;
  }
  /** One attempt, up to the end of the connection that it has opened. */
  async #attempt(attempt) {
    const { onConnect } = this.#plan;
    let info = LOST;
    this.#why = void 0;
    try {
      const client = this.#client = await this.#dial(attempt);
      try {
        const resumed = this.#resumed;
        await this.#within("onConnect", () => onConnect?.(client, { attempt, resumed }));
        this.#open(client, attempt);
      } catch (error) {
        this.#drop(client, error);
      }
      info = await client.closed;
      this.#takeBack(info.clean ? [] : this.#handed);
    } catch (error) {
      this.#why = error;
    }
    return this.#why ? { ...info, error: this.#why } : info;
  }
  /** Asks for what may have changed, and dials. */
  async #dial(attempt) {
    const { context, dial, fresh } = this.#plan;
    const signal = this.#signal;
    const info = { attempt, lastError: this.#lastError, signal };
    const [url, headers, protocols] = await this.#within(
      "credentials",
      () => Promise.all(fresh.map(async (value) => typeof value === "function" ? value(info) : value))
    );
    const options = { ...dial, headers, protocols, signal };
    return context.connect(url, options);
  }
  /** The connection is ready: it feeds the channel, and what waits goes out. */
  #open(client, attempt) {
    if (this.#hasEnded()) return;
    const { inbox, marker } = this.#plan;
    const start = performance.now();
    const gap = start - this.#since;
    const reconnected = { type: "reconnected", attempt, gap };
    if (marker && !this.#plan.dial.discardIncoming && this.#resumed && inbox.put(reconnected)) {
      this.#drop(client, new core.WsError("SLOW_CONSUMER", "reconnecting: over bufferLimit"));
      return;
    }
    client.deliverTo(inbox);
    this.#since = start;
    this.#resumed = true;
    this.#set({
      type: "open",
      attempt,
      get duration() {
        return performance.now() - start;
      }
    });
    this.#drained = this.#drain(client);
  }
  /** Ends the connection for a reason of our own. */
  #drop(client, why) {
    if (client.state !== "open") return;
    this.#why = why;
    client.terminate();
  }
  // Sending
  async #drain(client) {
    for (let entry; entry = this.#outbox.next; ) {
      const sent = this.#hand(client, entry);
      if (!sent) return;
      this.#outbox.remove(entry);
      entry.sender?.resolve(sent);
      entry.sender = void 0;
      await sent.catch(nothing);
    }
  }
  /** Hands a message to the connection, if there is one that takes it. */
  #hand(client, entry) {
    const sent = client?.offer(entry.payload);
    if (!client || !sent) return void 0;
    if (this.#handed.push(entry) === 1) void this.#trim(client, this.#handed);
    return entry.retry && sent !== core.DONE ? sent.catch(nothing) : sent;
  }
  /** Forgets what has left. */
  async #trim(client, handed) {
    try {
      while (handed[0]) {
        const { length } = handed;
        await client.flush();
        handed.splice(0, length);
      }
    } catch (error) {
      if (error.code === "UNSUPPORTED") handed.length = 0;
    }
  }
  /** What the connection may not have sent goes again, if its sender says so, or is lost. */
  #takeBack(left) {
    const goesAgain = ({ retry }) => retry && !this.#hasEnded();
    this.#handed = [];
    this.#outbox.restore(left.filter(goesAgain));
    const lost = left.filter((entry) => !goesAgain(entry));
    this.#outbox.lose(lost, "unflushed", "CLOSED");
  }
  // Waiting
  /** One step of an attempt, within `dialTimeout`. */
  #within(step, run) {
    const options = { timeout: this.#plan.dialTimeout, signal: this.#signal };
    return core.waitFor(step, "DIAL_TIMEOUT", options, {
      park(done) {
        (async () => run())().then(done, (cause) => done(toError(step, cause)));
        return nothing;
      }
    });
  }
  /** Waits for `delay` milliseconds, or until it is woken or the client ends. Resolves with true if woken. */
  #sleep(delay, mayWake = false) {
    const options = { signal: this.#signal };
    const waiting = core.waitFor("wait", "CHANNEL_TIMEOUT", options, {
      park: (done) => {
        if (mayWake) this.#wake = () => done(true);
        return core.startTimer(delay, () => done(false));
      }
    });
    return waiting.catch(() => false);
  }
  // The end
  #hasEnded() {
    return this.#signal.aborted;
  }
  #terminate(error) {
    const client = this.#client;
    const info = { ...LOST, by: "local", ...error && { error } };
    void this.#end(client?.closed.then(() => info) ?? info, error);
    client?.terminate();
  }
  /** The one way into `closed`. */
  async #end(outcome, failure) {
    if (this.#hasEnded()) return;
    this.#failure = failure;
    this.#life.abort();
    this.#plan.inbox.close();
    this.#outbox.clear("closed", "CLOSED");
    const info = await outcome;
    this.#set({ type: "closed", error: info.error });
    this.#settleClosed(Object.freeze(info));
  }
  #set(status) {
    this.#state = status;
    for (const watcher of this.#watchers) this.#tell(watcher);
  }
  #tell(watcher) {
    while (!watcher.trySend(this.#state)) watcher.tryReceive();
    if (this.#state.type === "closed") watcher.close();
  }
  #closedError(operation) {
    const init = { retryable: !this.#hasEnded(), cause: this.#failure };
    return new core.WsError("CLOSED", `${operation}: no connection`, init);
  }
}
const nothing = () => {
};
function toError(step, cause) {
  return core.WsError.is(cause) ? cause : new core.WsError("DIAL_FAILED", `${step}: failed`, { cause });
}
function endError({ code, reason, by }) {
  const isPeer = by === "peer";
  return new core.WsError(isPeer ? "CLOSED_BY_PEER" : "CLOSED", `connection: closed with code ${code}`, {
    kind: "UNAVAILABLE",
    retryable: !isPeer || code !== 1e3,
    details: { closeCode: code, reason }
  });
}
function giveUpError(attempts, cause) {
  const { code, kind, retryable, details } = cause;
  const text = `reconnecting: gave up after ${attempts} attempts`;
  return new core.WsError(code, text, { kind, retryable, details, cause });
}
function bindReconnecting(platform) {
  const bound = (url, options = {}) => new ReconnectingClient(makePlan(url, options, platform));
  return bound;
}

exports.bindReconnecting = bindReconnecting;
//# sourceMappingURL=core.cjs.map
