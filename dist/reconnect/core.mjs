import { c as object, d as contextOf, e as callable, f as duration, g as contextParser, I as Inbox, m as must, h as invalid, o as oneOf, i as integer, a as parseBy, j as parseDuration, k as payloadSize, l as memoryOf, W as WsError, n as microtask, s as startTimer, q as now, u as unreported, C as Channel, v as onAbort, w as waitFor, D as DONE, A as ABNORMAL_CLOSURE, x as abortError, M as MAX_CLOSE_PERIODS, y as startDeadline, N as NORMAL, P as POLICY_VIOLATION, z as deliverTo, B as callListener, E as checkClose, F as passThrough, R as ReceiveChannel, Q as QueueIterator, G as readableOf, H as writableOf, J as waitForStarted, K as toPayload } from '../core.mjs';

const DEFAULTS = {
  backoff: { min: 500, max: 3e4, factor: 2 },
  retryAfterMax: 36e5,
  queue: { maxMessages: 1e3, maxBytes: 16777216, whenFull: "reject" },
  stableAfter: 5e3,
  autoStart: true
};

const DEFAULT_KEEP_ALIVE_MS = 2e4;
const PROBE_ONLY_KEEP_ALIVE = { interval: 2147483647, timeout: 1e4 };
const MIN_LIFETIME_MS = 1e3;
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
  autoStart: /* @__PURE__ */ oneOf(false, true),
  maxLifetime(value, name) {
    const lifetime = duration(value, name);
    if (lifetime && lifetime < MIN_LIFETIME_MS) throw invalid(name, "1s or more", value);
    return lifetime;
  },
  network: /* @__PURE__ */ must((value) => {
    const { addEventListener, removeEventListener } = Object(value);
    return typeof addEventListener === "function" && typeof removeEventListener === "function";
  }, "an EventTarget")
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
  const { defaults, open, events, contextError } = prepared;
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
    events,
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
  constructor(options, onLost, events) {
    this.bytes = 0;
    /** Queued messages from the oldest to the newest, by key; one without a key is its own key. */
    this.#entries = /* @__PURE__ */ new Map();
    /** Time at which the timer fires; `Infinity` if none is set. */
    this.#timerDue = Infinity;
    this.#options = options;
    this.#onLost = onLost;
    this.#events = events;
  }
  #options;
  #onLost;
  #events;
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
   *
   * @param isUnlimited True to exceed the limits of the queue.
   */
  add(entry, isUnlimited = false) {
    const { maxMessages, maxBytes, whenFull } = this.#options;
    const isOver = (messages, bytes2) => !isUnlimited && (messages > maxMessages || bytes2 > maxBytes);
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
    if (!lost[0]) return;
    this.#events?.emit("lost", () => ({
      reason,
      count: lost.length,
      bytes: lost.reduce((sum, { data }) => sum + payloadSize(data), 0)
    }));
    microtask(() => this.#onLost?.(lost));
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
async function sleep(delayMs, signal, timer, wakeups = new Channel()) {
  if (delayMs === 0) return false;
  const controller = new AbortController();
  const wake = () => controller.abort();
  const stopTimer = timer.start(delayMs, wake);
  const stopListening = onAbort(signal, wake);
  if (signal.aborted) wake();
  const isWoken = await wakeups.receive({ signal: controller.signal }).then(
    () => true,
    () => false
  );
  stopTimer();
  stopListening();
  return isWoken;
}

async function dial(options, info) {
  const { dialOptions, dialTimeout, open, perAttempt } = options;
  const { attempt, signal } = info;
  await DONE;
  const evaluate = () => Promise.all(perAttempt.map(async (valueFor) => await valueFor(info)));
  const values = await runCallback("url, headers or protocols", dialTimeout, signal, evaluate);
  const [url, headers, protocols] = values;
  return open(url, dialOptions, { headers, protocols, signal }, attempt);
}

const NO_CONNECTION = {
  code: ABNORMAL_CLOSURE,
  reason: "",
  clean: false,
  by: "none"
};
async function establish(options, attemptInfo, resumed, dialled) {
  const { attempt, signal } = attemptInfo;
  let client;
  let error;
  try {
    const opened = client = await dial(options, attemptInfo);
    dialled(opened);
    await runCallback(
      "onConnect",
      options.dialTimeout,
      signal,
      () => options.onConnect?.(opened, { attempt, resumed })
    );
    if (signal.aborted) throw abortError("onConnect", signal);
    return { client };
  } catch (cause) {
    error = cause;
  }
  if (!client) return { info: { ...NO_CONNECTION, error } };
  const isOpen = client.state === "open";
  const info = await discard(client);
  return { info: isOpen ? { ...info, error } : info };
}
function discard(client) {
  if (client.state === "open") client.terminate();
  return client.closed;
}

const MIN_SILENCE_MS = 250;
const MAX_SILENCE_MS = 1e3;
const SILENT_CHECKS = 5;
async function handOver(old, successor, dialMs, host) {
  const { delivery, signal } = host;
  const connection = old.internals;
  const silenceMs = Math.min(Math.max(dialMs, MIN_SILENCE_MS), MAX_SILENCE_MS);
  const { received } = connection.transport;
  delivery.hold();
  const [answer, works = successor.state === "open"] = await Promise.all([
    isFlushed(connection).then((isDone) => isDone ? settled(old, silenceMs) : void 0),
    successor.canPing ? hasAnswered(successor) : void 0
  ]);
  const isStalled = !answer && (connection.receiving.inbox.pressure > 0 || received !== connection.transport.received);
  if ((!works || isStalled) && old.state === "open") {
    delivery.attach(old);
    void discard(successor);
    return false;
  }
  if (!answer) old.terminate();
  else if (answer === "silent") await old.close();
  if (signal.aborted) return false;
  const isClean = old.state === "open" || (await old.closed).clean;
  delivery.settle(isClean, true);
  host.adopt(successor);
  delivery.attach(successor);
  if (old.canPing) connection.retire();
  else {
    await silence(old, silenceMs, MAX_CLOSE_PERIODS * connection.options.closeTimeout);
    void old.close();
  }
  const { code, error, by } = await old.closed;
  if (error && by === "local") successor.internals.fail(code, error);
  return true;
}
function isFlushed({ sending, transport, options }) {
  let last;
  return new Promise((resolve) => {
    const deadline = startDeadline(
      options.closeTimeout,
      () => resolve(false),
      () => last !== (last = transport.progress)
    );
    const end = (isDone) => () => {
      deadline.stop();
      resolve(isDone);
    };
    sending.flushed("reconnect").then(end(true), end(false));
  });
}
async function settled(client, silenceMs) {
  if (client.canPing) return await hasAnswered(client) ? "busy" : void 0;
  const isSilent = await silence(client, silenceMs, client.internals.options.closeTimeout);
  return client.state === "open" ? isSilent ? "silent" : "busy" : void 0;
}
async function hasAnswered(client) {
  const { receiving, transport, options } = client.internals;
  const { received } = transport;
  const isAnswered = await client.ping({ timeout: options.closeTimeout }).then(
    () => true,
    // The pong may be behind messages that the consumer has not read. They must not be lost.
    () => receiving.inbox.pressure > 0 || received !== transport.received
  );
  return isAnswered && client.state === "open";
}
function silence(client, silenceMs, timeoutMs) {
  const { receiving } = client.internals;
  const end = now() + timeoutMs;
  let count = receiving.messages;
  let quietChecks = 0;
  return new Promise((resolve) => {
    const check = () => {
      quietChecks = count === (count = receiving.messages) ? quietChecks + 1 : 0;
      if (client.state === "closed" || now() >= end) resolve(false);
      else if (quietChecks === SILENT_CHECKS) resolve(true);
      else startTimer(silenceMs / SILENT_CHECKS, check);
    };
    check();
  });
}

class PauseTimer {
  #keepsAlive = true;
  /** Starts the timer again, while one is running. */
  #restart;
  /** Sets whether the timer keeps a Node process alive; by default it does. */
  setRef(isRef) {
    this.#keepsAlive = isRef;
    this.#restart?.();
  }
  /** Calls `expire` after `delayMs`. Returns a function that stops the timer. */
  start(delayMs, expire) {
    const due = now() + delayMs;
    let stop = () => {
    };
    const restart = () => {
      stop();
      stop = startTimer(due - now(), expire, this.#keepsAlive);
    };
    this.#restart = restart;
    restart();
    return () => {
      this.#restart = void 0;
      stop();
    };
  }
}

const EARLIEST_AGE = 0.9;
const LATEST_AGE = 0.98;
class Rotation {
  constructor(options, host) {
    /** True while a successor is dialled, or traffic moves to it. */
    this.isReplacing = false;
    /** A value begins a rotation, or ends the pause before its next attempt. */
    this.#requests = new Channel();
    this.#isRequested = false;
    this.#pauseTimer = new PauseTimer();
    this.#options = options;
    this.#host = host;
    this.#pauseTimer.setRef(false);
  }
  #options;
  #host;
  #requests;
  #isRequested;
  #pauseTimer;
  /** Replaces the connection now. Has no effect while its successor is dialled. */
  request() {
    this.#isRequested = true;
    this.#requests.trySend(true);
  }
  /**
   * Resolves with the successor of `current`, or with `undefined` when `current` has ended without one. The
   * successor has been adopted, unless `current` ended before.
   */
  async run(current) {
    const life = this.#lifeOf(current);
    const stopTimer = this.#startTimer(current.internals.openedAt);
    if (!this.#isRequested) await this.#requests.receive({ signal: life.signal }).catch(() => {
    });
    stopTimer();
    try {
      return await this.#replace(current, life.signal);
    } finally {
      life.stop();
    }
  }
  #startTimer(openedAt) {
    const { maxLifetime } = this.#options;
    if (!maxLifetime) return () => {
    };
    const age = EARLIEST_AGE + (LATEST_AGE - EARLIEST_AGE) * Math.random();
    const due = openedAt + maxLifetime * age;
    return startTimer(due - now(), () => this.request(), false);
  }
  async #replace(current, life) {
    const { backoff, retryAfterMax } = this.#options;
    let lastError;
    for (let attempt = 1; !life.aborted; attempt++) {
      this.isReplacing = true;
      const { client, info } = await this.#attempt(current, life, attempt, lastError);
      this.isReplacing = false;
      if (info) this.#isRequested = false;
      if (client) return client;
      lastError = info.error ?? closeError(info);
      const [minimum, jitter] = pauseAfter(attempt - 1, backoff, retryAfterMax, lastError.details);
      const delay = minimum + jitter * Math.random();
      const pause = { attempt: attempt + 1, delay, error: lastError };
      if (!isAborted(life)) this.#options.events.emit("retry", () => pause);
      await sleep(delay, life, this.#pauseTimer, this.#requests);
    }
    return void 0;
  }
  /** Makes one attempt: dials, and hands over unless `current` has ended. */
  async #attempt(current, life, attempt, lastError) {
    const host = this.#host;
    const start = now();
    const establishing = host.establish({ attempt, lastError, signal: host.signal });
    await Promise.race([establishing, current.closed]);
    if (life.aborted) await host.onLost(attempt);
    const outcome = await establishing;
    this.#isRequested = false;
    const { client } = outcome;
    if (!client || isAborted(life)) return outcome;
    const adopt = (successor) => {
      this.#isRequested = false;
      host.adopt(successor, attempt);
    };
    const isMoved = await handOver(current, client, now() - start, { ...host, adopt });
    return isMoved ? outcome : { info: await client.closed };
  }
  /** Returns a signal that aborts when a connection ends or the client needs it no more. */
  #lifeOf(current) {
    const controller = new AbortController();
    const abort = () => controller.abort();
    void current.closed.then(abort);
    return { signal: controller.signal, stop: onAbort(this.#host.signal, abort) };
  }
}
function isAborted(signal) {
  return signal.aborted;
}

class Connections {
  constructor(options, host) {
    /** Time at which the last connection opened or ended, or the client was started. */
    this.changedAt = now();
    /** True if a connection was stable, of those since the last attempt began. */
    this.wasStable = false;
    /** All connections that have not ended. */
    this.#clients = /* @__PURE__ */ new Set();
    this.#isRef = true;
    this.#options = options;
    this.#host = host;
    this.hasOpened = options.resumed === true;
  }
  #options;
  #host;
  #clients;
  #isRef;
  /** The connection that messages are sent over. */
  #attached;
  #rotation;
  /** Makes one attempt. Resolves when it has failed, or when the last connection that followed has ended. */
  async run(attemptInfo) {
    this.wasStable = false;
    const { client, info } = await this.#establish(attemptInfo, (dialled) => {
      this.current = dialled;
    });
    if (!client) return info;
    return attemptInfo.signal.aborted ? discard(client) : this.#serve(client, attemptInfo);
  }
  /** Replaces the connection that is open. */
  rotate() {
    this.#rotation?.request();
  }
  /** Closes all connections. What waits for the end of a hand-over is sent before. */
  close(code, reason) {
    for (const client of this.#clients) {
      this.#host.delivery.release(client);
      if (client.internals.isRetiring) client.internals.close(NORMAL, "");
      else void client.close(code, reason);
    }
  }
  /** Ends all connections at once. */
  terminate() {
    for (const client of this.#clients) client.terminate();
  }
  /** Sets whether open connections keep a Node process alive. */
  setRef(isRef) {
    this.#isRef = isRef;
    for (const client of this.#clients) {
      if (isRef) client.ref();
      else client.unref();
    }
  }
  /** Resolves when all connections have ended, with the end of the current one, if there is one. */
  async ended() {
    const info = await this.current?.closed;
    await Promise.all([...this.#clients].map(({ closed }) => closed));
    return info;
  }
  #establish(attemptInfo, dialled) {
    return establish(this.#options, attemptInfo, this.hasOpened, (client) => {
      dialled?.(client);
      if (!this.#isRef) client.unref();
      this.#clients.add(client);
      void client.closed.then(() => this.#clients.delete(client));
    });
  }
  /** Uses a connection, and those that replace it. Resolves when the last one has ended. */
  async #serve(first, { attempt, signal }) {
    const { delivery, status } = this.#host;
    let current = first;
    let opening = attempt;
    const rotation = this.#rotation = new Rotation(this.#options, {
      delivery,
      signal,
      establish: (info2) => this.#establish(info2),
      adopt: (client, number) => {
        opening = number;
        this.#adopt(client, number);
        this.#options.onReplaced?.(client);
      },
      onLost: async (number) => {
        opening = number;
        this.#detach(current, await current.closed);
        this.current = void 0;
        if (!signal.aborted) status.set({ type: "connecting", attempt: number });
      }
    });
    const detachAtEnd = (client) => void client.closed.then((info2) => {
      if (!rotation.isReplacing) this.#detach(client, info2);
    });
    this.#open(current, opening);
    detachAtEnd(current);
    for (let successor; successor = await rotation.run(current); current = successor) {
      if (this.#attached === successor) this.#deliver(successor, opening, 0, Infinity);
      else if (signal.aborted) return discard(successor);
      else this.#open(successor, opening);
      detachAtEnd(successor);
    }
    const info = await current.closed;
    this.#detach(current, info);
    return info;
  }
  /** Starts to use a connection. */
  #open(client, attempt) {
    const { delivery, status } = this.#host;
    const gap = now() - this.changedAt;
    status.set(this.#adopt(client, attempt));
    this.#deliver(client, attempt, gap);
    this.hasOpened = true;
    delivery.attach(client);
  }
  /** Makes a connection the current one. */
  #adopt(client, attempt) {
    const openedAt = now();
    if (this.#attached) this.#judgeStability(openedAt);
    this.current = this.#attached = client;
    this.changedAt = openedAt;
    return this.#host.status.value = {
      type: "open",
      attempt,
      get duration() {
        return now() - openedAt;
      }
    };
  }
  /** Delivers the messages of a connection. Ends it with `SLOW_CONSUMER` if the marker does not fit. */
  #deliver(client, attempt, gap, limit) {
    const { inbox, marker } = this.#options;
    const reconnected = { type: "reconnected", attempt, gap };
    if (marker && this.hasOpened && inbox.put(reconnected)) {
      const error = new WsError("SLOW_CONSUMER", "reconnecting: exceeds bufferLimit");
      client.internals.fail(POLICY_VIOLATION, error);
    }
    deliverTo(client.internals.receiving, inbox, limit);
  }
  /** Queues the messages of a connection again, or loses them, because it has ended. Later calls have no effect. */
  #detach(client, { clean }) {
    if (this.#attached !== client) return;
    this.#attached = void 0;
    const time = now();
    this.#judgeStability(time);
    this.changedAt = time;
    this.#host.delivery.detach(clean, !this.#host.signal.aborted);
  }
  /** Called when the connection ends or is replaced. One stable connection among several is enough. */
  #judgeStability(time) {
    this.wasStable ||= time - this.changedAt >= this.#options.stableAfter;
  }
}

class Delivery {
  /** Settles when the connection has accepted the messages that were queued when it opened, or a hold begins. */
  #drained;
  #options;
  #connection;
  #unflushed = [];
  /** Settles `drained` of a hold; `undefined` while there is none. */
  #endHold;
  /** True from `hold` until the messages of that time have been sent. */
  #isUnlimited = false;
  constructor(options) {
    this.#options = options;
    this.queue = options.outbox ?? new Outbox(options.queue, options.onLost, options.events);
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
    return accepted ?? this.queue.add(entry, this.#isUnlimited);
  }
  /** Attaches a connection that has opened, and sends the queued messages over it. */
  attach(connection) {
    this.#connection = connection;
    this.#drained = this.#drain(connection);
    this.#endHold?.(this.#drained);
    this.#endHold = void 0;
  }
  /**
   * Queues messages until `attach` or `detach`, although a connection is open. The limits of the queue do not apply
   * to them, because an open connection has none.
   */
  hold() {
    this.#connection = void 0;
    this.#isUnlimited = true;
    this.#drained = new Promise((resolve) => this.#endHold = resolve);
  }
  /** Resolves when the messages that were queued have been accepted, by whichever connection, or there is none. */
  async drained() {
    for (let last; last !== this.#drained; ) await (last = this.#drained);
  }
  /** During a hold, sends what is queued over a connection that is about to close. */
  release(connection) {
    while (this.#endHold && this.#sendNext(connection)) ;
  }
  /** Detaches the connection after its end: see {@link settle}. */
  detach(isClean, mayRetry) {
    this.#isUnlimited = false;
    this.#endHold?.(void 0);
    this.#endHold = void 0;
    this.settle(isClean, mayRetry);
  }
  /**
   * Settles what the connection has accepted, because it sends no more. Unless its end was clean, messages that it
   * may not have flushed are queued again, if they have option `retry` and `mayRetry` is true, or are lost.
   */
  settle(isClean, mayRetry) {
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
    while (this.#connection === connection) {
      const accepted = this.#sendNext(connection);
      if (!accepted) {
        this.#isUnlimited = false;
        return;
      }
      await accepted.catch(() => {
      });
    }
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
    const accepted = connection.internals.offer(entry.payload);
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
  /**
   * Calls `listener` at each change, during the change. An exception that it throws is reported as uncaught. Returns
   * a function that removes it.
   */
  onChange(listener) {
    const call = (status) => callListener(listener, status);
    this.#listeners.add(call);
    return () => void this.#listeners.delete(call);
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

const NETWORK_EVENTS = ["online", "offline"];
const PAGE_EVENTS = ["pageshow", "resume", "visibilitychange"];
function onWake(signal, network, wake) {
  const { addEventListener, document } = globalThis;
  const listener = ({ type }) => {
    if (type !== "visibilitychange" || !document?.hidden) wake(type !== "offline");
  };
  for (const type of network ? PAGE_EVENTS : [...PAGE_EVENTS, ...NETWORK_EVENTS])
    addEventListener?.(type, listener, { capture: !!document, signal });
  for (const type of NETWORK_EVENTS) network?.addEventListener(type, listener);
  onAbort(signal, () => {
    for (const type of NETWORK_EVENTS) network?.removeEventListener(type, listener);
  });
}

const MAX_FIRST_ATTEMPTS = 10;
class ConnectionLoop {
  constructor(options) {
    this.status = new StatusFeed();
    this.#controller = new AbortController();
    /** Aborts when the client begins to end. */
    this.signal = this.#controller.signal;
    /** Number of the current attempt, and of the failures in a row before it, since the last stable connection. */
    this.#attempt = 1;
    this.#failures = 0;
    /** Aborts the current attempt, or the pause after it. */
    this.#step = new AbortController();
    /** A value ends the pause before the next attempt. It is dropped while there is no pause. */
    this.#wakeups = new Channel();
    this.#pauseTimer = new PauseTimer();
    const { signal } = options;
    this.options = options;
    this.#isSuspended = !options.autoStart;
    this.delivery = new Delivery(options);
    this.#connections = new Connections(options, this);
    this.closed = new Promise((resolve) => this.#settleClosed = resolve);
    onWake(this.signal, options.network, (isBack) => {
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
  #settleClosed;
  #connections;
  #attempt;
  #failures;
  #step;
  /** Stops the end of the client from aborting the step. */
  #releaseStep;
  /** Starts the client; `undefined` while it is not suspended. */
  #resume;
  #isSuspended;
  #wakeups;
  #pauseTimer;
  /** The connection that is open now. */
  get connection() {
    return this.status.value.type === "open" ? this.#connections.current : void 0;
  }
  /** Resolves, when the client has ended, with the error that an iteration over its messages ends with. */
  async failure() {
    await this.closed;
    return this.error;
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
    this.#connections.close(code, reason);
    const clean = !this.delivery.queue.next;
    void this.#end({ code, reason, clean, by: "local" }, true);
  }
  /**
   * Dials now: replaces the open connection, or restarts the counts and cuts short the current attempt or the
   * pause before the next one. Starts a suspended client.
   */
  reconnect() {
    this.start();
    if (this.connection) this.#connections.rotate();
    else this.#step.abort();
  }
  /** Sets whether an open connection, or the pause before the next attempt, keeps a Node process alive. */
  setRef(isRef) {
    this.#pauseTimer.setRef(isRef);
    this.#connections.setRef(isRef);
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
    this.#connections.close();
    this.#step.abort();
    await changed;
  }
  /** Ends the client without a close handshake, because of `error` if there is one. */
  terminate(error) {
    void this.#end({ ...NO_CONNECTION, by: "local", ...error && { error } });
    this.#connections.terminate();
  }
  async #run() {
    const { backoff, maxElapsed, retryAfterMax, shouldRetry } = this.options;
    const connections = this.#connections;
    const signal = this.signal;
    let lastError;
    for (; ; this.#attempt++) {
      if (this.#isSuspended && !signal.aborted) await this.#pause();
      if (signal.aborted) return;
      const step = this.#startStep();
      const isCut = () => step.aborted;
      this.status.set({ type: "connecting", attempt: this.#attempt });
      const info = await connections.run({ attempt: this.#attempt, lastError, signal: step });
      if (this.signal.aborted) return;
      if (isCut()) {
        connections.current = void 0;
        this.#attempt = this.#failures = 0;
        continue;
      }
      lastError = info.error ?? closeError(info);
      const contextError = this.options.contextError();
      if (contextError) return this.#end({ ...info, error: contextError });
      const verdict = shouldRetry?.(lastError, this.#attempt) ?? lastError.retryable;
      if (verdict !== true) return this.#end(info);
      if (connections.wasStable) this.#attempt = this.#failures = 0;
      connections.current = void 0;
      const { details } = lastError;
      const [minimum, spread] = pauseAfter(this.#failures++, backoff, retryAfterMax, details);
      const jitter = Math.random() * spread;
      const delay = minimum + jitter;
      const { maxAttempts = connections.hasOpened ? Infinity : MAX_FIRST_ATTEMPTS } = this.options;
      if (this.#attempt >= maxAttempts || now() + delay - connections.changedAt > maxElapsed) {
        return this.#end({ ...info, error: giveUpError(this.#attempt, lastError) });
      }
      const pause = { attempt: this.#attempt + 1, delay, error: lastError };
      this.options.events.emit("retry", () => pause);
      this.status.set({ type: "waiting", ...pause });
      await sleep(minimum, step, this.#pauseTimer);
      if (await sleep(jitter, step, this.#pauseTimer, this.#wakeups)) {
        await sleep(Math.random() * backoff.min, step, this.#pauseTimer);
      }
      if (isCut()) this.#attempt = this.#failures = 0;
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
    this.#connections.changedAt = now();
  }
  /** Starts an attempt and the pause after it. Both end when the signal aborts. */
  #startStep() {
    this.#releaseStep?.();
    const step = this.#step = new AbortController();
    this.#releaseStep = onAbort(this.signal, () => step.abort());
    return step.signal;
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
    this.options.inbox.close();
    if (!this.options.outbox) this.delivery.queue.clear("closed", "CLOSED");
    const end = await this.#connections.ended();
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
   * Calls `listener` with the new status at each change, in the turn of the change. With {@link state} it is the
   * store that React's `useSyncExternalStore` wants. An exception that the listener throws is reported as uncaught.
   *
   * Throws `INVALID_OPTION` if `listener` is not a function.
   *
   * @param listener Called with the status that `state` has from now on.
   * @returns A function that removes the listener.
   */
  onStatus(listener) {
    callable(listener, "onStatus: listener");
    return this.#loop.status.onChange(listener);
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
    const inbox = this.#options.inbox;
    return new QueueIterator(inbox, options, () => this.#loop.failure());
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
        if (type === "open") await this.#loop.delivery.drained();
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
   * Dials now. What that means depends on the state:
   *
   * - `open`: replaces the connection without an interruption. The new one is dialled, and its `onConnect` runs,
   *   while the old one still works. Then sends move to the new connection, and the old one is closed with 1000 and
   *   delivers what the server sent before its close frame. The state stays `open`. If the attempt fails, the old
   *   connection stays open, and the next attempt follows by `backoff`. A call during an attempt has no effect.
   * - `connecting` or `waiting`: cuts the attempt or the pause short, and dials again with the backoff and the
   *   counts of attempts reset.
   * - `suspended`: starts the client.
   * - `closed`: has no effect.
   */
  reconnect() {
    this.#loop.reconnect();
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
  /** Lets the client keep the Node process alive again, after {@link unref}. Elsewhere it has no effect. */
  ref() {
    this.#loop.setRef(true);
  }
  /**
   * Lets the Node process exit while a connection is open or while the client waits for its next attempt; a dial still
   * keeps it alive. By default the client keeps it alive. Elsewhere it has no effect.
   */
  unref() {
    this.#loop.setRef(false);
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
