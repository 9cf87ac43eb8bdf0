import { c as object, d as contextOf, e as callable, f as duration, g as contextParser, I as Inbox, o as oneOf, i as integer, a as parseBy, h as parseDuration, m as must, j as payloadSize, k as memoryOf, W as WsError, l as microtask, s as startTimer, n as now, u as unreported, D as DONE, C as Channel, w as waitFor, q as onAbort, v as checkClose, x as abortError, y as passThrough, R as ReceiveChannel, Q as QueueIterator, z as readableOf, A as writableOf, B as waitForStarted, E as toPayload } from '../core.mjs';

const DEFAULTS = {
  backoff: { min: 500, max: 3e4, factor: 2 },
  retryAfterMax: 36e5,
  queue: { maxMessages: 1e3, maxBytes: 16777216, whenFull: "reject" },
  stableAfter: 5e3,
  autoStart: true
};

const DEFAULT_KEEP_ALIVE_MS = 2e4;
const PROBE_ONLY_KEEP_ALIVE = { interval: 2147483647, timeout: 1e4 };
const group = (option, parsers) => (value, name) => ({ ...DEFAULTS[option], ...parseBy(parsers, value, name) });
const RECONNECT_PARSERS = {
  context: contextParser,
  backoff: /* @__PURE__ */ group("backoff", {
    min: duration,
    max: duration,
    factor: /* @__PURE__ */ must(
      (value) => typeof value === "number" && value >= 1 && value <= 100,
      "1 to 100"
    )
  }),
  retryAfterMax: duration,
  stableAfter: duration,
  maxAttempts: /* @__PURE__ */ integer(1, 2147483647),
  maxElapsed: duration,
  shouldRetry: callable,
  onConnect: callable,
  queue: /* @__PURE__ */ group("queue", {
    maxMessages: /* @__PURE__ */ integer(0, 1e6),
    maxBytes: /* @__PURE__ */ integer(1, 1073741824),
    ttl: duration,
    whenFull: /* @__PURE__ */ oneOf("reject", "drop-oldest")
  }),
  onLost: callable,
  marker: /* @__PURE__ */ oneOf(false, true),
  autoStart: /* @__PURE__ */ oneOf(false, true)
};
function resolveOptions(url, options, createContext) {
  const given = object(options, "reconnecting: options");
  const { headers, protocols } = given;
  const context = contextOf(given.context, createContext);
  const isFunction = (value) => typeof value === "function";
  const perAttempt = (given2, value) => isFunction(given2) ? given2 : () => value;
  const prepared = context.prepare(
    url,
    {
      ...given,
      headers: isFunction(headers) ? {} : headers,
      protocols: isFunction(protocols) ? [] : protocols
    },
    RECONNECT_PARSERS,
    "reconnecting"
  );
  const parsed = prepared.options;
  const keepAlive = resolveKeepAlive(given.keepAlive, parsed.keepAlive, prepared.canPing);
  const { defaults, open, contextError } = prepared;
  const { channelCapacity, bufferLimit, codec } = parsed;
  const dialOptions = {
    ...parsed,
    keepAlive,
    headers: (isFunction(headers) ? defaults : parsed).headers,
    protocols: (isFunction(protocols) ? defaults : parsed).protocols
  };
  return {
    ...DEFAULTS,
    maxElapsed: Infinity,
    ...parsed,
    open,
    contextError,
    inbox: new Inbox(channelCapacity, bufferLimit, !!codec),
    marker: parsed.marker && !parsed.discardIncoming,
    dialOptions,
    perAttempt: [perAttempt(url, String(url)), perAttempt(headers), perAttempt(protocols)]
  };
}
function resolveKeepAlive(given, parsed, canPing) {
  if (!given && (!canPing || parsed !== void 0)) {
    return parsed || !canPing ? parsed : PROBE_ONLY_KEEP_ALIVE;
  }
  const orDefault = (name) => given && parsed && parseDuration(given[name] ?? 0) ? parsed[name] : DEFAULT_KEEP_ALIVE_MS;
  return { ...parsed, interval: orDefault("interval"), timeout: orDefault("timeout") };
}

function newPendingSend() {
  let settle;
  const promise = unreported(
    new Promise((resolve, reject) => settle = { resolve, reject })
  );
  return { promise, ...settle };
}
class Outbox {
  constructor(options, onLost) {
    this.bytes = 0;
    /** Queued messages from the oldest to the newest, by key; one without a key is its own key. */
    this.#entries = /* @__PURE__ */ new Map();
    /** Time at which the timer fires; `Infinity` if none is set. */
    this.#timerDue = Infinity;
    this.#options = options;
    this.#onLost = onLost;
  }
  #options;
  #onLost;
  #entries;
  #timerDue;
  #stopTimer;
  get length() {
    return this.#entries.size;
  }
  /** Size of the payloads in bytes, texts in UTF-8. */
  get payloadBytes() {
    let bytes = 0;
    for (const { payload } of this.#entries.values()) bytes += payloadSize(payload);
    return bytes;
  }
  /** The oldest message. */
  get next() {
    return this.#entries.values().next().value;
  }
  /**
   * Appends a message, and removes an earlier one with the same key. The promise settles when the message is sent or
   * lost. If the message does not fit, the promise rejects with `QUEUE_FULL` and the queue is unchanged.
   */
  add(entry) {
    const { maxMessages, maxBytes, whenFull } = this.#options;
    const isOver = (messages, bytes2) => messages > maxMessages || bytes2 > maxBytes;
    const replaced = this.#entries.get(entry.key);
    const size = memoryOf(entry.payload);
    const bytes = this.bytes + size;
    const isRefused = whenFull !== "reject" ? isOver(1, size) : replaced ? isOver(this.length, bytes - memoryOf(replaced.payload)) : isOver(this.length + 1, bytes);
    const pending = entry.pending = (isRefused ? void 0 : replaced?.pending) ?? newPendingSend();
    if (isRefused) this.lose([entry], "dropped", "QUEUE_FULL");
    else {
      this.#insert(entry);
      while (isOver(this.length, this.bytes)) {
        this.lose([this.next], "dropped", "QUEUE_FULL");
      }
    }
    return pending.promise;
  }
  /** Puts messages back before all others, except those that a newer one with the same key replaces. */
  restore(entries) {
    const newer = this.#entries;
    this.#entries = /* @__PURE__ */ new Map();
    this.bytes = 0;
    const restored = entries.filter(({ key }) => !newer.has(key));
    for (const entry of [...restored, ...newer.values()]) this.#insert(entry);
  }
  /** Removes a message. Does nothing if it is not in the queue. */
  remove(entry) {
    const id = entry.key ?? entry;
    if (this.#entries.get(id) !== entry) return;
    this.#entries.delete(id);
    this.bytes -= memoryOf(entry.payload);
  }
  clear(reason = "dropped", code = "ABORTED") {
    this.#stopTimer?.();
    this.#timerDue = Infinity;
    this.lose([...this.#entries.values()], reason, code);
  }
  /** Removes messages, rejects their sends with `code`, and reports them to `onLost`. */
  lose(entries, reason, code) {
    const lost = entries.map((entry) => {
      const { payload: data, key, pending } = entry;
      this.remove(entry);
      pending?.reject(new WsError(code, `send: ${this.#explain(reason, code)}`));
      return { data, type: typeof data === "string" ? 1 : 2, key, reason };
    });
    if (lost[0]) microtask(() => this.#onLost?.(lost));
  }
  /** Returns the reason why a message is lost, as text. */
  #explain(reason, code) {
    if (code !== "QUEUE_FULL") return `message lost: ${reason}`;
    const { maxMessages, maxBytes } = this.#options;
    const limits = `maxMessages ${maxMessages}, maxBytes ${maxBytes}`;
    return `message dropped: the queue is full (${limits}); raise a limit of option queue`;
  }
  #insert(entry) {
    const id = entry.key ?? entry;
    const replaced = this.#entries.get(id);
    if (replaced) this.remove(replaced);
    this.#entries.set(id, entry);
    this.bytes += memoryOf(entry.payload);
    this.#startTimer(entry.expiresAt);
  }
  /** Makes sure that the timer fires by `due`. By then, the message that set this time may have been sent. */
  #startTimer(due) {
    if (due >= this.#timerDue) return;
    this.#timerDue = due;
    this.#stopTimer?.();
    const expire = () => {
      this.#timerDue = Infinity;
      const time = now();
      const expired = [...this.#entries.values()].filter(({ expiresAt }) => expiresAt <= time);
      this.lose(expired, "expired", "CHANNEL_TIMEOUT");
      for (const { expiresAt } of this.#entries.values()) this.#startTimer(expiresAt);
    };
    this.#stopTimer = startTimer(due - now(), expire, false);
  }
}

const MIN_RESTART_PAUSE_MS = 5e3;
function pauseAfter(failures, { min, max, factor }, retryAfterMax, { retryAfter = 0, closeCode = 0 } = {}) {
  const minimum = Math.min(MIN_RESTART_PAUSE_MS, max);
  if (closeCode === 1012 || closeCode === 1013) return [minimum, max - minimum];
  const requested = retryAfter > 0 ? Math.min(retryAfter, Math.max(retryAfterMax, max)) : 0;
  return [requested, Math.min(max, Math.max(min * factor ** failures, requested))];
}

class Delivery {
  #options;
  #connection;
  #unflushed = [];
  constructor(options) {
    this.#options = options;
    this.queue = options.outbox ?? new Outbox(options.queue, options.onLost);
  }
  /**
   * Sends a message over the open connection, after all queued ones, or queues it. The caller may reuse
   * the bytes of `payload` afterwards. Settles as `send` of the connection; rejects with the error of the
   * queue.
   */
  send(payload, { ttl, key, retry }) {
    const { queue, onLost } = this.#options;
    const entry = { payload, key, retry, expiresAt: now() + (ttl ?? queue.ttl ?? Infinity) };
    const connection = this.queue.next ? void 0 : this.#connection;
    const accepted = connection && this.#offer(connection, entry);
    if (!accepted || retry || onLost) entry.payload = payload.slice();
    return accepted ?? this.queue.add(entry);
  }
  /** Attaches a connection that has opened, and sends the queued messages over it. */
  attach(connection) {
    this.#connection = connection;
    this.drained = this.#drain(connection);
  }
  /**
   * Detaches the connection after its end. Unless the end was clean, messages that it may not have flushed
   * are queued again, if they have option `retry` and `mayRetry` is true, or are lost.
   */
  detach(isClean, mayRetry) {
    const unflushed = isClean ? [] : this.#unflushed;
    const isRetried = ({ retry }) => retry && mayRetry;
    this.#connection = void 0;
    this.#unflushed = [];
    this.queue.restore(unflushed.filter(isRetried));
    this.queue.lose(
      unflushed.filter((entry) => !isRetried(entry)),
      "unflushed",
      "CLOSED"
    );
  }
  /** Sends all queued messages over the attached connection now, however many bytes wait in it. */
  drainNow() {
    while (this.#connection && this.#sendNext(this.#connection)) ;
  }
  async #drain(connection) {
    for (let accepted; accepted = this.#sendNext(connection); ) await accepted.catch(() => {
    });
  }
  /** Sends the oldest queued message. Returns `undefined` if there is none or the connection is not open. */
  #sendNext(connection) {
    const entry = this.queue.next;
    const accepted = entry && this.#offer(connection, entry);
    if (!accepted) return void 0;
    this.queue.remove(entry);
    entry.pending?.resolve(accepted);
    entry.pending = void 0;
    return accepted;
  }
  /** Offers a message to a connection. Returns `undefined` if that is not open. */
  #offer(connection, entry) {
    const accepted = connection.offer(entry.payload);
    if (!accepted) return void 0;
    if (this.#unflushed.push(entry) === 1) void this.#forgetFlushed(connection, this.#unflushed);
    return entry.retry && accepted !== DONE ? accepted.catch(() => {
    }) : accepted;
  }
  /** Removes messages from `unflushed` when the connection has flushed them, until none is left. */
  async #forgetFlushed(connection, unflushed) {
    try {
      while (unflushed[0]) {
        const { length } = unflushed;
        await connection.flush();
        unflushed.splice(0, length);
      }
    } catch (error) {
      if (error.code === "UNSUPPORTED") unflushed.length = 0;
    }
  }
}

function callbackError(callback, cause) {
  if (WsError.is(cause)) return cause;
  return new WsError("DIAL_FAILED", `${callback} failed`, { cause });
}
function closeError({ code, reason, by }) {
  const isPeer = by === "peer";
  return new WsError(isPeer ? "CLOSED_BY_PEER" : "CLOSED", `connection: closed with code ${code}`, {
    kind: "UNAVAILABLE",
    retryable: !isPeer || code !== 1e3,
    details: { closeCode: code, reason }
  });
}
function giveUpError(attempts, cause) {
  const text = `reconnecting: gave up after ${attempts} attempt${attempts === 1 ? "" : "s"}: ${cause.message}`;
  const traits = cause;
  return new WsError(cause.code, text, { ...traits, cause });
}

async function runCallback(name, timeoutMs, signal, run) {
  const wait = { timeout: timeoutMs, signal };
  const { value } = await waitFor(name, "DIAL_TIMEOUT", wait, {
    park(done) {
      const call = async () => ({ value: await run() });
      call().then(done, (cause) => done(callbackError(name, cause)));
      return () => {
      };
    }
  });
  return value;
}
function sleep(delayMs, signal, wakeups = new Channel()) {
  return wakeups.receive({ timeout: delayMs, signal }).then(
    () => true,
    () => false
  );
}

async function dial(options, info) {
  const { dialOptions, dialTimeout, open, perAttempt } = options;
  const { signal } = info;
  await DONE;
  const evaluate = () => Promise.all(perAttempt.map(async (valueFor) => await valueFor(info)));
  const values = await runCallback("url, headers or protocols", dialTimeout, signal, evaluate);
  const [url, headers, protocols] = values;
  return open(url, dialOptions, { headers, protocols, signal });
}

const MAX_PENDING_CHANGES = 100;
class StatusFeed {
  constructor() {
    this.value = { type: "connecting", attempt: 1 };
    this.#watchers = /* @__PURE__ */ new Set();
    this.#listeners = /* @__PURE__ */ new Set();
  }
  #watchers;
  #listeners;
  set(status) {
    this.value = status;
    for (const watcher of this.#watchers) {
      while (!watcher.trySend(status)) watcher.tryReceive();
      if (status.type === "closed") watcher.close();
    }
    for (const listener of this.#listeners) listener(status);
  }
  /** Calls `listener` at each change, during the change. It must not throw. Returns a function that removes it. */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  /** Resolves with the next status. */
  next() {
    return new Promise((resolve) => {
      const stop = this.onChange((status) => {
        stop();
        resolve(status);
      });
    });
  }
  /** Iterates over the current status and then over each change, until the status is `closed`. */
  watch() {
    const watcher = new Channel(MAX_PENDING_CHANGES);
    const changes = this.#iterate(watcher);
    const leave = changes.return.bind(changes);
    changes.return = () => {
      this.#watchers.delete(watcher);
      watcher.close();
      return leave();
    };
    return changes;
  }
  async *#iterate(watcher) {
    this.#watchers.add(watcher);
    watcher.trySend(this.value);
    if (this.value.type === "closed") watcher.close();
    yield* watcher;
  }
}

const WAKE_EVENTS = ["online", "offline", "pageshow", "resume", "visibilitychange"];
function onWake(signal, wake) {
  const { addEventListener, document } = globalThis;
  const listener = ({ type }) => {
    if (type !== "visibilitychange" || !document?.hidden) wake(type !== "offline");
  };
  for (const type of WAKE_EVENTS)
    addEventListener?.(type, listener, { capture: !!document, signal });
}

const ABNORMAL_CLOSE = { code: 1006, reason: "", clean: false, by: "none" };
const MAX_FIRST_ATTEMPTS = 10;
class ConnectionLoop {
  constructor(options) {
    this.status = new StatusFeed();
    this.#controller = new AbortController();
    /** Aborts when the client begins to end. */
    this.signal = this.#controller.signal;
    /** Time at which the last connection opened or ended, or the client was made. */
    this.#changedAt = now();
    /** Aborts the current attempt, or the pause after it. */
    this.#step = new AbortController();
    /** A value ends the pause before the next attempt. It is dropped while there is no pause. */
    this.#wakeups = new Channel();
    const { signal } = options;
    this.#options = options;
    this.#hasOpened = options.resumed === true;
    this.#isSuspended = !options.autoStart;
    this.delivery = new Delivery(options);
    this.closed = new Promise((resolve) => this.#settleClosed = resolve);
    onWake(this.signal, (isBack) => {
      if (this.connection) this.connection.internals.liveness.probe();
      else if (isBack) this.#wakeups.trySend(true);
    });
    if (signal) {
      const abort = () => this.terminate(abortError("reconnecting", signal));
      void this.closed.then(onAbort(signal, abort));
      if (signal.aborted) abort();
    }
    this.#run().catch((cause) => this.terminate(callbackError("shouldRetry", cause)));
  }
  #controller;
  #options;
  #settleClosed;
  /** The connection of the current attempt, once the dial has succeeded. */
  #client;
  /** True once a connection was open. */
  #hasOpened;
  #changedAt;
  #step;
  /** Stops the end of the client from aborting the step. */
  #releaseStep;
  /** Starts the client; `undefined` while it is not suspended. */
  #resume;
  #isSuspended;
  #wakeups;
  /** The connection that is open now. */
  get connection() {
    return this.status.value.type === "open" ? this.#client : void 0;
  }
  /** Makes the error of an operation that needs an open connection, or a client that has not ended. */
  closedError(operation) {
    const text = this.signal.aborted ? "the client has ended" : "no connection is open";
    return new WsError("CLOSED", `${operation}: ${text}`, {
      retryable: !this.signal.aborted,
      cause: this.error
    });
  }
  /** Ends the client with a close handshake, if a connection is open. Throws `INVALID_CLOSE`. */
  close(code, reason) {
    if (this.signal.aborted) return;
    checkClose(code, reason);
    const clean = !this.delivery.queue.next;
    void this.#client?.close(code, reason);
    void this.#end({ code, reason, clean, by: "local" }, true);
  }
  /**
   * Makes the next attempt now, and restarts the counts: cuts short the current attempt or the pause before the
   * next one. Has no effect while a connection is open.
   */
  reconnect() {
    if (!this.connection) this.#step.abort();
  }
  /** Starts a suspended client. */
  start() {
    this.#isSuspended = false;
    this.#resume?.();
  }
  /** Closes the connection or cancels the attempt. Resolves when the client is suspended, or has ended. */
  async suspend() {
    const { type } = this.status.value;
    if (this.signal.aborted || type === "suspended") return;
    this.#isSuspended = true;
    const changed = this.status.next();
    void this.#client?.close();
    this.#step.abort();
    await changed;
  }
  /** Ends the client without a close handshake, because of `error` if there is one. */
  terminate(error) {
    void this.#end({ ...ABNORMAL_CLOSE, by: "local", ...error && { error } });
    this.#client?.terminate();
  }
  async #run() {
    const { backoff, maxElapsed, retryAfterMax, shouldRetry, stableAfter } = this.#options;
    const signal = this.signal;
    let failures = 0;
    let lastError;
    for (let attempt = 1; ; attempt++) {
      if (this.#isSuspended && !signal.aborted) await this.#pause();
      if (signal.aborted) return;
      const step = this.#startStep();
      const isCut = () => step.aborted;
      this.status.set({ type: "connecting", attempt });
      const info = await this.#attempt({ attempt, lastError, signal: step });
      if (this.signal.aborted) return;
      if (isCut()) {
        this.#client = void 0;
        attempt = failures = 0;
        continue;
      }
      lastError = info.error ?? closeError(info);
      const contextError = this.#options.contextError();
      if (contextError) return this.#end({ ...info, error: contextError });
      const verdict = shouldRetry?.(lastError, attempt) ?? lastError.retryable;
      if (verdict !== true) return this.#end(info);
      const time = now();
      if (this.connection) {
        if (time - this.#changedAt >= stableAfter) attempt = failures = 0;
        this.#changedAt = time;
      }
      this.#client = void 0;
      const [minimum, spread] = pauseAfter(failures++, backoff, retryAfterMax, lastError.details);
      const jitter = Math.random() * spread;
      const delay = minimum + jitter;
      const { maxAttempts = this.#hasOpened ? Infinity : MAX_FIRST_ATTEMPTS } = this.#options;
      if (attempt >= maxAttempts || time + delay - this.#changedAt > maxElapsed) {
        return this.#end({ ...info, error: giveUpError(attempt, lastError) });
      }
      this.status.set({ type: "waiting", attempt: attempt + 1, delay, error: lastError });
      await sleep(minimum, step);
      if (await sleep(jitter, step, this.#wakeups)) {
        await sleep(Math.random() * backoff.min, step);
      }
      if (isCut()) attempt = failures = 0;
    }
  }
  /** Waits until the client is started, or ends. */
  async #pause() {
    this.status.set({ type: "suspended" });
    const resumed = new Promise((resolve) => this.#resume = resolve);
    const stop = onAbort(this.signal, () => this.#resume?.());
    await resumed;
    stop();
    this.#resume = void 0;
    this.#changedAt = now();
  }
  /** Starts an attempt and the pause after it. Both end when the signal aborts. */
  #startStep() {
    this.#releaseStep?.();
    const step = this.#step = new AbortController();
    this.#releaseStep = onAbort(this.signal, () => step.abort());
    return step.signal;
  }
  /** Makes one attempt. Resolves when it has failed, or when the connection that it has opened has ended. */
  async #attempt(attemptInfo) {
    const { attempt, signal } = attemptInfo;
    const options = this.#options;
    let error;
    try {
      const opened = this.#client = await dial(options, attemptInfo);
      await runCallback(
        "onConnect",
        options.dialTimeout,
        signal,
        () => options.onConnect?.(opened, { attempt, resumed: this.#hasOpened })
      );
      if (signal.aborted) throw abortError("onConnect", signal);
      this.#open(opened, attempt);
    } catch (cause) {
      error = cause;
    }
    const client = this.#client;
    let info = ABNORMAL_CLOSE;
    if (client) {
      if (client.state !== "open") error = void 0;
      if (error) client.terminate();
      info = await client.closed;
      this.delivery.detach(info.clean, !this.signal.aborted);
    }
    return error ? { ...info, error } : info;
  }
  /** Connects a client to the channel and to delivery. Throws `SLOW_CONSUMER`. */
  #open(client, attempt) {
    const { inbox, marker } = this.#options;
    const openedAt = now();
    const reconnected = { type: "reconnected", attempt, gap: openedAt - this.#changedAt };
    if (marker && this.#hasOpened && inbox.put(reconnected)) {
      const text = "reconnecting: exceeds bufferLimit";
      throw new WsError("SLOW_CONSUMER", text);
    }
    this.#changedAt = openedAt;
    this.#hasOpened = true;
    this.status.set({
      type: "open",
      attempt,
      get duration() {
        return now() - openedAt;
      }
    });
    client.internals.receiving.deliverTo(inbox);
    this.delivery.attach({
      offer: (payload) => client.internals.offer(payload),
      flush: () => client.flush()
    });
  }
  /**
   * Ends the client once, because of `info.error` if there is one; all ways to end it lead here. `closed`
   * settles when the connection has ended: with `info`, or with the outcome of its close handshake if
   * `isHandshake` is true.
   */
  async #end(info, isHandshake) {
    if (this.signal.aborted) return;
    this.error = info.error;
    this.#controller.abort();
    this.#options.inbox.close();
    if (!this.#options.outbox) this.delivery.queue.clear("closed", "CLOSED");
    const end = await this.#client?.closed;
    const result = isHandshake && end ? { ...end, clean: info.clean && end.clean } : info;
    this.status.set({ type: "closed", error: result.error });
    this.#settleClosed(Object.freeze(result));
  }
}

const SEND_PARSERS = {
  type: passThrough,
  ttl: duration,
  key: passThrough,
  retry: /* @__PURE__ */ oneOf(false, true),
  timeout: passThrough,
  signal: passThrough
};

class ReconnectingClient {
  #options;
  #loop;
  #channel;
  #readable;
  #writable;
  /** @internal */
  constructor(options) {
    this.#options = options;
    this.#channel = ReceiveChannel.of(options.inbox);
    this.#loop = new ConnectionLoop(options);
    this.closed = this.#loop.closed;
  }
  /** The current status. */
  get state() {
    return this.#loop.status.value;
  }
  /**
   * Iterates over the current status and then over every change, until the client has ended. Changes that
   * you do not fetch are kept from the first `next()` on, the latest 100 of them. You can stop at any time:
   * `return()` settles at once, and so does a pending `next()`, with `done: true`.
   */
  status() {
    return this.#loop.status.watch();
  }
  /**
   * The connection that is open now, or `undefined`. It has the members that a single connection has, such
   * as `stats`, `protocol` and `handshake`.
   */
  get connection() {
    return this.#loop.connection;
  }
  /** The queue of messages that wait for a connection. */
  get queue() {
    return this.#loop.delivery.queue;
  }
  /** Returns the channel on which the messages of all connections arrive. It is always the same one. */
  channel() {
    return this.#channel;
  }
  /** Receives the next message: short for `channel().receive(options)`. */
  receive(options) {
    return this.#channel.receive(options);
  }
  /** Receives the next message if that needs no waiting; returns `undefined` otherwise. */
  tryReceive() {
    return this.#channel.tryReceive();
  }
  /**
   * Iterates over the messages of all connections until the client has ended; `state` is `closed` then.
   * Returns after a local close or a normal close by the peer, and otherwise throws the `WsError` for which
   * the client gave up. Leaving the loop leaves the client open, and no message is lost.
   */
  [Symbol.asyncIterator]() {
    return this.messages();
  }
  /**
   * Iterates over the messages like the client itself. `signal` ends the iteration with `ABORTED`. Throws
   * `INVALID_OPTION`.
   */
  messages(options) {
    const failure = () => this.closed.then(() => this.#loop.error);
    const iterator = new QueueIterator(this.#options.inbox, options, failure);
    return iterator;
  }
  /** The messages of all connections as a WHATWG stream: see `Client.readable`. */
  get readable() {
    return this.#readable ??= readableOf(this);
  }
  /** A WHATWG stream that sends what you write: see `Client.writable`. */
  get writable() {
    return this.#writable ??= writableOf(this);
  }
  /**
   * Sends one message: at once if a connection is open, otherwise as soon as one is, in call order. It
   * settles like `send` of the connection, and stays pending while no connection is open. You may reuse the
   * bytes when `send` has returned.
   *
   * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
   * over, `SEND_TIMEOUT`, `ABORTED` by `signal` or `queue.clear()`, or `CLOSED`. A failure that you do not
   * await is not an unhandled rejection.
   *
   * @param data Same as for `Client.send`; a codec encodes it at once.
   * @param options `TEXT` or `BINARY`, or {@link SendOptions}. `timeout` and `signal` only bound the wait:
   * the message is sent, or stays in the queue.
   */
  send(data, options) {
    let sent;
    try {
      if (typeof options === "object") {
        const { timeout, signal, ...own } = parseBy(SEND_PARSERS, options, "send");
        const wait = { timeout, signal };
        sent = waitForStarted("send", "SEND_TIMEOUT", wait, () => this.#send(data, own));
      } else sent = this.#send(data, { type: options });
    } catch (error) {
      sent = Promise.reject(error);
    }
    return unreported(sent);
  }
  #send(data, { type, ...options }) {
    const payload = toPayload(data, type, this.#options.codec);
    if (this.#loop.signal.aborted) throw this.#loop.closedError("send");
    return this.#loop.delivery.send(payload, options);
  }
  /**
   * Settles when the queue is empty and the connection has flushed what was sent. Messages that were lost
   * before are reported to `onLost`.
   *
   * Rejects with `CLOSED` if the connection ends meanwhile or the client has ended, and with
   * `FLUSH_TIMEOUT`, `ABORTED`, `INVALID_OPTION` or `UNSUPPORTED`.
   */
  async flush(options = {}) {
    if (this.#loop.signal.aborted) throw this.#loop.closedError("flush");
    if (this.connection && !this.queue.length) return this.connection.flush(options);
    const changes = this.status();
    const flush = async () => {
      for await (const { type } of changes) {
        if (type === "open") await this.#loop.delivery.drained;
        if (this.connection && !this.queue.length) return this.connection.flush();
      }
      throw this.#loop.closedError("flush");
    };
    const flushed = waitForStarted("flush", "FLUSH_TIMEOUT", options, flush);
    return flushed.finally(() => changes.return());
  }
  /**
   * Sends a ping frame over the open connection: see `Client.ping`. Rejects with `CLOSED` if none is open,
   * which is retryable until the client has ended.
   */
  async ping(options) {
    if (!this.connection) throw this.#loop.closedError("ping");
    return this.connection.ping(options);
  }
  /**
   * Ends the client. Queued messages are lost, an open connection is closed like by its own `close`, and a
   * dial and all waits end at once. Resolves with how the client ended; `clean` is false if a message was
   * lost. Calling it again returns the same promise.
   *
   * Rejects with `INVALID_CLOSE`, and the client does not end.
   *
   * @param code Same as for `Client.close`; default 1000.
   * @param reason Same as for `Client.close`; default `""`.
   */
  close(code = 1e3, reason = "") {
    try {
      this.#loop.close(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.closed;
  }
  /**
   * Starts a client that is suspended: it dials at once. Has no effect otherwise.
   */
  start() {
    this.#loop.start();
  }
  /**
   * Closes the open connection with 1000, or cancels a dial or a wait, and dials no more until `start()`. Until then
   * what you send waits in the queue. Resolves when the connection has ended, which `closeTimeout` bounds. Has no
   * effect after the end.
   */
  suspend() {
    return this.#loop.suspend();
  }
  /** Ends the client now. An open connection ends without a close handshake. */
  terminate() {
    this.#loop.terminate();
  }
  /** The loop that opens the connections, for other sub-paths of this package. @internal */
  get internals() {
    return this.#loop;
  }
  /** Calls `close()`, for `await using` on platforms that have the symbol. */
  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

function bindReconnecting(createContext) {
  const bound = (url, options = {}) => new ReconnectingClient(resolveOptions(url, options, createContext));
  return bound;
}

export { Outbox as O, ReconnectingClient as R, bindReconnecting as b, resolveOptions as r };
//# sourceMappingURL=core.mjs.map
