'use strict';

Object.defineProperty(exports, '__esModule', { value: true });

var node_buffer = require('node:buffer');
var require$$0 = require('ws');
var node_crypto = require('node:crypto');
var node_dns = require('node:dns');
var node_net = require('node:net');
var node_tls = require('node:tls');
var node_url = require('node:url');

const TRAITS = {
  ABORTED: "CANCELED",
  CHANNEL_CLOSED: "INVALID",
  CLOSED: "UNAVAILABLE",
  CONNECTION_LOST: "+UNAVAILABLE",
  DIAL_FAILED: "+INTERNAL",
  MESSAGE_TOO_BIG: "INVALID",
  QUEUE_FULL: "+RATE_LIMITED",
  SLOW_CONSUMER: "+RATE_LIMITED",
  UNSUPPORTED: "UNSUPPORTED"
};
function traitsOf(code) {
  if (code.includes("TIMEOUT")) return "+TIMEOUT";
  if (code.includes("INVALID")) return "INVALID";
  if (code.includes("FORBIDDEN")) return "PERMISSION_DENIED";
  return TRAITS[code] ?? "INTERNAL";
}
function parseTraits(traits) {
  return { kind: traits.replace("+", ""), retryable: traits[0] === "+" };
}
const BRAND = /* @__PURE__ */ Symbol.for("wschan.WsError");
class WsError extends Error {
  constructor(code, message, init = {}) {
    super(message, init.cause === void 0 ? void 0 : init);
    const { kind, retryable, details = {} } = { ...parseTraits(traitsOf(code)), ...init };
    this.code = code;
    this.kind = kind;
    this.retryable = retryable;
    this.details = details;
    Object.defineProperty(this, BRAND, { value: true });
  }
  get name() {
    return "WsError";
  }
  /**
   * Whether `value` is a `WsError`, of this copy of the package or of another one in the process, where
   * `instanceof` would say no.
   */
  static is(value) {
    return value?.[BRAND] === true;
  }
}
const errors = /* @__PURE__ */ Object.freeze({
  NOT_FOUND: "NOT_FOUND",
  ALREADY_EXISTS: "ALREADY_EXISTS",
  INVALID: "INVALID",
  PERMISSION_DENIED: "PERMISSION_DENIED",
  UNAVAILABLE: "UNAVAILABLE",
  INTERNAL: "INTERNAL",
  CANCELED: "CANCELED",
  CONFLICT: "CONFLICT",
  TIMEOUT: "TIMEOUT",
  RATE_LIMITED: "RATE_LIMITED",
  UNSUPPORTED: "UNSUPPORTED",
  UNKNOWN: "UNKNOWN",
  is: (error, kind) => WsError.is(error) && error.kind === kind
});
function show(value) {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  }
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return isObject(value) ? "an object" : String(value);
}
function invalid(what, wanted, value, code = "INVALID_OPTION", cause) {
  return new WsError(code, `${what} must be ${wanted}, not ${show(value)}`, { cause });
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function pickKnown(where, options, names) {
  if (!isObject(options)) throw invalid(`${where}: options`, "an object", options);
  const picked = {};
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      const plain = (text) => text.replace(/[_-]/g, "").toLowerCase();
      const meant = names.find((known) => plain(known) === plain(name));
      const hint = meant ? `did you mean ${meant}?` : `the options are ${names.join(", ")}`;
      throw new WsError("INVALID_OPTION", `${where}: unknown option ${show(name)}: ${hint}`);
    }
    if (value !== void 0) picked[name] = value;
  }
  return picked;
}

const MAX = 9223372036854775e-3;
const POWERS = {
  ns: -6,
  us: -3,
  "\xB5s": -3,
  "\u03BCs": -3,
  ms: 0,
  s: 3,
  m: 3,
  h: 3
};
function parseDuration(value) {
  return durationOf("duration", value);
}
function durationOf(where, value, max = MAX, code = "INVALID_DURATION") {
  const ms = typeof value === "string" ? parseText(value) : typeof value === "number" ? value : NaN;
  if (ms >= 0 && ms <= max) return ms + 0;
  throw invalid(where, `0 to ${max} ms or a Go duration such as "1h15m30.5s"`, value, code);
}
function parseText(text) {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?[\d.]/.test(text)) return NaN;
  let total = 0;
  for (const [, digits = "", unit = ""] of text.matchAll(/([\d.]+)([^\d.]*)/g)) {
    const ms = Number(`${digits}e${String(POWERS[unit])}`);
    total += ms * (unit === "m" ? 60 : unit === "h" ? 3600 : 1);
  }
  return text[0] === "-" ? -total : total;
}

const MAX_DELAY = 2147483647;
const LATE = 1e3;
function now() {
  return performance.now();
}
function startTimer(delay, expire) {
  const due = now() + delay;
  let timer;
  const arm = () => {
    const left = due - now();
    timer = setTimeout(left > MAX_DELAY ? arm : expire, Math.min(Math.ceil(left), MAX_DELAY));
  };
  arm();
  return () => clearTimeout(timer);
}
function nextTurn(run) {
  const { setImmediate } = globalThis;
  if (setImmediate) setImmediate(run);
  else setTimeout(run, 0);
}
class AbortWaits extends Set {
  handleEvent() {
    for (const abort of this) abort();
  }
}
const waitsOf = /* @__PURE__ */ new WeakMap();
function onAbort(signal, abort) {
  const waits = waitsOf.get(signal) ?? new AbortWaits();
  waitsOf.set(signal, waits);
  signal.addEventListener("abort", waits);
  const wait = () => abort();
  waits.add(wait);
  return () => {
    waits.delete(wait);
    if (waits.size === 0) signal.removeEventListener("abort", waits);
  };
}
function abortError(operation, signal) {
  return new WsError("ABORTED", `${operation}: aborted`, { cause: signal.reason });
}
function isSignal(value) {
  return typeof value?.addEventListener === "function";
}
const WAIT_OPTIONS = ["timeout", "signal"];
async function waitFor(operation, timeoutCode, options, { timeout: usual = Infinity, attempt, park }, names = WAIT_OPTIONS) {
  const { signal, timeout: given } = pickKnown(operation, options, names);
  const where = `${operation}: option timeout`;
  const timeout = given === void 0 ? usual : durationOf(where, given);
  if (signal !== void 0 && !isSignal(signal)) {
    throw invalid(`${operation}: option signal`, "an AbortSignal", signal);
  }
  if (signal?.aborted) throw abortError(operation, signal);
  const timeoutError = () => new WsError(timeoutCode, `${operation}: nothing within ${timeout} ms`);
  const stops = [];
  const result = attempt?.() ?? await new Promise((resolve) => {
    const end = (outcome) => {
      for (const stop of stops) stop();
      resolve(outcome);
    };
    if (timeout === 0) {
      end(timeoutError());
      return;
    }
    stops.push(park(end));
    const expire = () => nextTurn(() => end(timeoutError()));
    if (timeout < Infinity) stops.push(startTimer(timeout, expire));
    if (signal) stops.push(onAbort(signal, () => end(abortError(operation, signal))));
  });
  if (result instanceof Error) throw result;
  return result;
}
function startDeadline(period, expire, alive = () => false, late = LATE) {
  let last = now();
  let due;
  let granted = false;
  let confirming = false;
  let timer;
  const arm = (left) => {
    const delay = Math.min(left, period / 4);
    due = now() + delay;
    timer = setTimeout(look, delay);
  };
  const look = () => {
    const time = now();
    const isAlive = alive();
    if (isAlive || !granted && time - due > late) {
      last = time;
      granted = !isAlive;
    }
    const left = last + period - time;
    if (left > 0) {
      confirming = false;
      arm(left);
    } else if (confirming) {
      expire();
    } else {
      confirming = true;
      arm(0);
    }
  };
  alive();
  arm(period);
  return {
    touch() {
      last = now();
      granted = false;
    },
    stop: () => clearTimeout(timer)
  };
}

class Waiters {
  #first;
  #others;
  /** Who has waited longest. */
  get first() {
    if (this.#first || !this.#others?.size) return this.#first;
    const [next] = this.#others;
    return next;
  }
  get size() {
    return (this.#first ? 1 : 0) + (this.#others?.size ?? 0);
  }
  add(waiter) {
    if (this.size === 0) this.#first = waiter;
    else (this.#others ??= /* @__PURE__ */ new Set()).add(waiter);
  }
  delete(waiter) {
    if (this.#first === waiter) this.#first = void 0;
    else this.#others?.delete(waiter);
  }
}

const SPARE = 64;
const CLOSED = /* @__PURE__ */ Object.freeze({ ok: false, value: void 0 });
class Queue {
  constructor(capacity) {
    this.receivers = new Waiters();
    this.closed = false;
    /** What is held, from `#head` on; the places before it are empty. */
    this.#values = [];
    this.#head = 0;
    this.capacity = capacity;
  }
  #values;
  #head;
  /** How many values are held, those behind the channel included. */
  get size() {
    return this.#values.length - this.#head;
  }
  /** Hands the value over or holds it, beyond the capacity if need be. */
  push(value) {
    const receiver = this.receivers.first;
    if (receiver) {
      this.unpark(receiver);
      receiver({ ok: true, value });
    } else this.#values.push(value);
  }
  /** Takes the next value, or the news of the close; `undefined` if that needs waiting. */
  take() {
    const values = this.#values;
    if (this.#head === values.length) return this.closed ? CLOSED : void 0;
    const value = values[this.#head];
    values[this.#head++] = void 0;
    if (this.#head * 2 > values.length + SPARE) {
      this.#values = values.splice(this.#head);
      this.#head = 0;
    }
    return { ok: true, value };
  }
  park(receiver) {
    this.receivers.add(receiver);
  }
  unpark(receiver) {
    this.receivers.delete(receiver);
  }
  /** Ends it: receivers drain what is held. */
  close() {
    this.closed = true;
    for (let receiver; receiver = this.receivers.first; ) {
      this.unpark(receiver);
      receiver(CLOSED);
    }
  }
}
function offer(queue, value) {
  if (queue.receivers.size === 0 && queue.size >= queue.capacity) return false;
  queue.push(value);
  return true;
}
class SendQueue extends Queue {
  constructor() {
    super(...arguments);
    this.senders = new Waiters();
  }
  /** Takes the next value, and lets the first sender that waits fill the place that was freed. */
  take() {
    const result = super.take();
    const sender = this.senders.first;
    if (!sender) return result;
    this.senders.delete(sender);
    sender.settle(true);
    if (!result) return { ok: true, value: sender.value };
    this.push(sender.value);
    return result;
  }
  /** Ends it for senders as well: those that wait are refused. */
  close() {
    super.close();
    for (let sender; sender = this.senders.first; ) {
      this.senders.delete(sender);
      sender.settle(false);
    }
  }
}
class ReceiveChannel {
  #queue;
  /** Handed out by clients and timers; to make a channel of your own, make a {@link Channel}. */
  constructor(queue) {
    if (!(queue instanceof Queue)) {
      throw new WsError("INVALID_OPTION", "ReceiveChannel: one is handed out: make a Channel");
    }
    this.#queue = queue;
  }
  /** The receiving half of a queue. @internal */
  static of(queue) {
    return new ReceiveChannel(queue);
  }
  /** How many values wait in the channel, at most `capacity`. */
  get length() {
    return Math.min(this.#queue.size, this.#queue.capacity);
  }
  /** How many values the channel holds before a sender waits. */
  get capacity() {
    return this.#queue.capacity;
  }
  /** Whether it takes no more values. What it holds can still be received. */
  get closed() {
    return this.#queue.closed;
  }
  /**
   * Receives the next value, waiting for one if need be; `ok: false` once the channel is closed and
   * drained. A receive that is cancelled or too late has taken nothing.
   *
   * Rejects with `RECEIVE_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
   */
  receive(options) {
    return receive(this.#queue, options);
  }
  /** Receives the next value if that needs no waiting; `undefined` otherwise. */
  tryReceive() {
    return this.#queue.take();
  }
  /** A case of {@link select} that receives from this channel. It may be used again and again. */
  caseReceive() {
    return { channel: this, ...waitingFor(this.#queue) };
  }
  /** The values, until the channel is closed and drained. Leaving the loop leaves the channel open. */
  [Symbol.asyncIterator]() {
    return new QueueIterator(this.#queue);
  }
}
class Channel extends ReceiveChannel {
  #queue;
  /**
   * `capacity` is how many values wait before a sender does: 0 (the default, a rendezvous) to 2^32-1.
   * Throws `INVALID_OPTION`.
   */
  constructor(capacity = 0) {
    if (!Number.isInteger(capacity) || capacity < 0 || capacity >= 2 ** 32) {
      throw invalid("channel: capacity", "an integer from 0 to 2^32-1", capacity);
    }
    const queue = new SendQueue(capacity);
    super(queue);
    this.#queue = queue;
  }
  /**
   * Sends a value, waiting for room or a receiver if need be. A send that is cancelled or too late has
   * sent nothing.
   *
   * Rejects with `CHANNEL_CLOSED` (also when the channel closes while it waits), `CHANNEL_TIMEOUT`,
   * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
   */
  async send(value, options = {}) {
    const sending = this.caseSend(value);
    const isSent = await waitFor("channel send", "CHANNEL_TIMEOUT", options, sending);
    if (!isSent) throw closedError();
  }
  /** Sends a value if that needs no waiting, and says whether it did. Throws `CHANNEL_CLOSED`. */
  trySend(value) {
    if (this.#queue.closed) throw closedError();
    return offer(this.#queue, value);
  }
  /**
   * A case of {@link select} that sends this value. On a closed channel it is ready, and rejects with
   * `CHANNEL_CLOSED`. It may be used again and again.
   */
  caseSend(value) {
    const queue = this.#queue;
    return {
      channel: this,
      attempt: () => queue.closed ? false : offer(queue, value) || void 0,
      park: (done) => {
        const sender = { value, settle: done };
        queue.senders.add(sender);
        return () => queue.senders.delete(sender);
      }
    };
  }
  /**
   * Closes the channel: no more can be sent; what it holds can still be received. Senders that wait get
   * `CHANNEL_CLOSED`. Closing twice is fine.
   */
  close() {
    this.#queue.close();
  }
}
function closedError() {
  return new WsError("CHANNEL_CLOSED", "channel send: the channel is closed");
}
function receive(queue, options) {
  if (options !== void 0) {
    return waitFor("receive", "RECEIVE_TIMEOUT", options, waitingFor(queue));
  }
  const result = queue.take();
  return result ? Promise.resolve(result) : new Promise((resolve) => queue.park(resolve));
}
function waitingFor(queue) {
  return {
    attempt: () => queue.take(),
    park(done) {
      const receiver = (result) => done(result);
      queue.park(receiver);
      return () => queue.unpark(receiver);
    }
  };
}
class QueueIterator {
  #queue;
  #failure;
  constructor(queue, failure) {
    this.#queue = queue;
    this.#failure = failure;
  }
  /** By hand: an async function would cost a promise and two turns more for each message. */
  next() {
    const result = this.#queue.take();
    if (result) return Promise.resolve(this.#step(result));
    return new Promise((resolve) => {
      this.#queue.park((late) => resolve(this.#step(late)));
    });
  }
  #step({ ok, value }) {
    if (ok) return { done: false, value };
    const error = this.#failure?.();
    return error ? Promise.reject(error) : { done: true, value: void 0 };
  }
  return() {
    return Promise.resolve({ done: true, value: void 0 });
  }
  [Symbol.asyncIterator]() {
    return this;
  }
}

const OVERHEAD = 64;
function memoryOf(message) {
  return OVERHEAD + (message.data?.length ?? 0) * (message.type === "text" ? 2 : 1);
}
function utf8Size(text) {
  return /[\u0080-\uffff]/.test(text) ? new TextEncoder().encode(text).length : text.length;
}

const NORMAL = 1e3;
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
const NO_STATUS = 1005;
const ABNORMAL_CLOSURE = 1006;
const INVALID_PAYLOAD = 1007;
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;
const CLOSE_CODES = /* @__PURE__ */ Object.freeze({
  NORMAL,
  GOING_AWAY,
  PROTOCOL_ERROR,
  UNSUPPORTED_DATA: 1003,
  RESERVED: 1004,
  NO_STATUS,
  ABNORMAL_CLOSURE,
  INVALID_PAYLOAD,
  POLICY_VIOLATION,
  MESSAGE_TOO_BIG,
  MANDATORY_EXTENSION: 1010,
  INTERNAL_ERROR,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  BAD_GATEWAY: 1014,
  TLS_HANDSHAKE: 1015
});
const REASON_LIMIT = 123;
const SENDABLE = /^(100[0-37-9]|101[0-4]|[34]\d{3})$/;
function checkClose(code, reason) {
  const isCode = typeof code === "number" && SENDABLE.test(String(code));
  if (isCode && typeof reason === "string" && utf8Size(reason) <= REASON_LIMIT) return;
  const limits = `1000-1003, 1007-1014 or 3000-4999, and a string of ${REASON_LIMIT} bytes or less`;
  throw new WsError(
    "INVALID_CLOSE",
    `close: code ${show(code)} or its reason may not be sent: use ${limits}`
  );
}
function browserCode(code) {
  return code === NORMAL || code >= 3e3 ? code : code + 3e3;
}
const PEER_TRAITS = {
  1008: "PERMISSION_DENIED",
  1011: "+INTERNAL",
  1012: "+UNAVAILABLE",
  1013: "+UNAVAILABLE",
  1014: "+UNAVAILABLE",
  3e3: "PERMISSION_DENIED",
  3003: "PERMISSION_DENIED",
  3008: "+TIMEOUT"
};
function peerError(where, code, reason) {
  if (code === NORMAL || code === GOING_AWAY || code === NO_STATUS) return void 0;
  return new WsError(
    "CLOSED_BY_PEER",
    `connection ${where}: the peer closed it with code ${code}${reason && `: ${reason}`}`,
    { ...parseTraits(PEER_TRAITS[code] ?? "INTERNAL"), details: { closeCode: code, reason } }
  );
}

const TEXT$1 = 1;
const BINARY$1 = 2;
const TYPE_TEXT = "text";
const TYPE_BINARY = "binary";
const TYPE_PING = "ping";
const TYPE_PONG = "pong";
const TYPE_CLOSE = "close";
const COMPRESSION = /* @__PURE__ */ Object.freeze({ DISABLED: 0, CONTEXT_TAKEOVER: 1, NO_CONTEXT: 2 });

const UNREAD_HIGH = 1048576;
class Inbox extends Queue {
  constructor(capacity, limit, isSized = false) {
    super(capacity);
    /** What unread messages hold: see {@link memoryOf}. */
    this.bytes = 0;
    /**
     * 1: at its capacity, or with too many bytes, and not caught up with since. 2: so many bytes are unread
     * that no pong is worth reading on.
     */
    this.pressure = 0;
    this.#limit = limit;
    if (isSized) this.#sizes = new Queue(capacity);
  }
  #limit;
  /** What each value that waits holds, where it cannot be told by the value. */
  #sizes;
  /** Takes a value in; or refuses it, and returns how many bytes would be unread. */
  put(value, held) {
    if (this.receivers.size === 0) {
      const size = held ?? memoryOf(value);
      const unread = this.bytes + size;
      if (this.bytes > 0 && unread > this.#limit) return unread;
      this.bytes = unread;
      this.#sizes?.push(size);
    }
    this.push(value);
    if (this.pressure < 2) this.#regulate();
    return void 0;
  }
  /** Takes over what waits in another one; or stops, and returns how many bytes would be unread. */
  putAll(other) {
    while (other.size > 0) {
      const { bytes } = other;
      const value = other.take()?.value;
      const unread = this.put(value, bytes - other.bytes);
      if (unread) return unread;
    }
    return void 0;
  }
  take() {
    const result = super.take();
    if (result?.ok) {
      this.bytes -= this.#sizes?.take()?.value ?? memoryOf(result.value);
      if (this.pressure) this.#regulate();
    }
    return result;
  }
  #regulate() {
    const { size, capacity, bytes } = this;
    const isFull = this.pressure ? size > capacity / 2 || bytes > UNREAD_HIGH / 2 : size >= capacity || bytes >= UNREAD_HIGH;
    const pressure = isFull ? bytes > this.#limit / 2 ? 2 : 1 : 0;
    if (pressure === this.pressure) return;
    this.pressure = pressure;
    this.watcher?.onPressure();
  }
}

function startKeepAlive(interval, timeout, host) {
  let phase;
  const rest = () => {
    phase?.stop();
    phase = startDeadline(interval, question, host.alive, Infinity);
  };
  const question = () => {
    let heard = false;
    let hasLeft = false;
    let giveUp = () => {
    };
    const wait = startDeadline(
      timeout,
      () => heard ? rest() : host.expire(),
      () => {
        heard = host.alive() || heard;
        return !hasLeft;
      }
    );
    phase = {
      touch: rest,
      stop() {
        wait.stop();
        giveUp();
      }
    };
    giveUp = host.ask(rest);
    host.flushed().then(
      () => {
        hasLeft = true;
        wait.touch();
      },
      () => {
      }
    );
  };
  rest();
  return {
    touch: () => phase?.touch(),
    stop() {
      phase?.stop();
      phase = void 0;
    }
  };
}

function parseUrl(input, { unix, credentials, base }) {
  const text = input?.href ?? input;
  const refusal = (problem, code = "INVALID_URL") => new WsError(code, `connect: ${show(maskUrl(text))} ${problem}`);
  const url = resolve(text, base);
  if (!url) throw refusal("is not a URL: use ws://host/path");
  if (!/^wss?:$/.test(url.protocol)) {
    const problem = unix ? unix(url) : "has another scheme: use ws: or wss:";
    if (problem) throw refusal(problem);
  }
  if (url.href.includes("#")) throw refusal("has a fragment: leave it out");
  if (!credentials && (url.username || url.password)) {
    throw refusal("has credentials: use a subprotocol, the query or a cookie", "UNSUPPORTED");
  }
  return url;
}
function unixProblem({ protocol, host, pathname }) {
  if (protocol !== "ws+unix:") return "has another scheme: use ws:, wss: or ws+unix:";
  const names = !host && /^\/[^:]+(:(\/.*)?)?$/.test(pathname);
  return names ? void 0 : "names no socket: use ws+unix:///socket:/path";
}
function resolve(text, base) {
  if (typeof text !== "string") return void 0;
  try {
    const page = base && publicUrl(new URL(base));
    return new URL(new URL(text, page).href.replace(/^http(?=s?:)/, "ws"));
  } catch {
    return void 0;
  }
}
function displayUrl(url) {
  return publicUrl(url).replace(/\?.*/, "?...");
}
function publicUrl({ href, protocol, host, pathname, search }) {
  const text = `${protocol}//${host}${pathname}${search}`;
  return text === href ? href : text;
}
function sameOrigin(a, b) {
  return originOf(a) === originOf(b);
}
function originOf(url) {
  return url.protocol + (url.host || url.pathname.replace(/:.*/, ""));
}
function maskUrl(value) {
  if (typeof value !== "string") return value;
  return value.replace(/^.*@/s, (start) => /[?#]/.test(start) ? "...?" : "...@").replace(/[?#].*/s, "");
}

const DISABLED = 0;
const CONTEXT_TAKEOVER = 1;
const NO_CONTEXT = 2;
const TURN_LIMIT = 5;
const TIMEOUT_CODE = 3008;
const PING_TIMEOUT = 1e4;
let clients = 0;
const SENT = /* @__PURE__ */ Promise.resolve();
class Client {
  #transport;
  #options;
  #label;
  #handler = new Client.#Handler(this);
  /** What waits in the client's own channel; closed from the end, or our own close, on. */
  #own;
  /** Where messages go to: `#own`, until {@link deliverTo}. */
  #inbox;
  #channel;
  #codec;
  #decode;
  #settleClosed;
  #readDeadline;
  #writeDeadline;
  #keepAlive;
  /** What waits for the answer to a message of `keepAlive`. */
  #answered;
  #closeDeadline;
  #state = "open";
  /** What `close` was asked for. */
  #asked;
  /** Why it ended; nothing after a normal end. */
  #failure;
  #stats = {
    messagesReceived: 0,
    messagesSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    roundTrip: void 0
  };
  /** What the transport's progress was when it was last asked for. */
  #lastProgress = NaN;
  /** What this turn of the event loop has sent, in bytes, and when it began to. */
  #spent = 0;
  #turnStart = 0;
  /** A message has arrived, and nothing was sent since. */
  #hasArrived = false;
  /** What all sends that may not settle yet share. */
  #pace;
  /** Settles on the next progress, or the end; and what settles it. */
  #progress;
  #tellProgress;
  constructor(transport, url, options) {
    this.id = `wschan-${++clients}`;
    this.url = publicUrl(url);
    this.#label = displayUrl(url);
    this.#transport = transport;
    this.#options = options;
    this.#codec = options.codec;
    this.#own = new Inbox(options.channelCapacity, options.bufferLimit, !!this.#codec);
    this.#own.watcher = this.#handler;
    this.#inbox = this.#own;
    this.#channel = ReceiveChannel.of(this.#own);
    this.closed = new Promise((resolve) => this.#settleClosed = resolve);
    const hasMoved = changes(() => transport.life);
    const hasWritten = () => this.#hasWritten();
    const { readTimeout, writeTimeout, keepAlive } = options;
    this.#readDeadline = this.#watch("READ_TIMEOUT", readTimeout, TIMEOUT_CODE, hasMoved);
    const code = ABNORMAL_CLOSURE;
    this.#writeDeadline = this.#watch("WRITE_TIMEOUT", writeTimeout, code, hasWritten);
    if (keepAlive) this.#keepAlive = this.#startKeepAlive(keepAlive);
  }
  /** Makes a client on an open transport, and the handler that the transport reports to. @internal */
  static open(transport, url, options) {
    const client = new Client(transport, url, options);
    return [client, client.#handler];
  }
  /** A class: of closures V8 forgets with each client what it has optimized. */
  static #Handler = class {
    #client;
    constructor(client) {
      this.#client = client;
    }
    onMessage(message, size) {
      this.#client.#onMessage(message, size);
    }
    onPressure() {
      this.#client.#regulate();
    }
    onProgress() {
      this.#client.#onProgress();
    }
    onError(error, closeCode) {
      if (!this.#client.#asked) this.#client.#giveUp(closeCode, error);
    }
    onClosing() {
      this.#client.#startClosing();
    }
    onEnd(end) {
      this.#client.#onEnd(end);
    }
  };
  /** `"open"`, `"closing"` from the first close frame either way, `"closed"` when all is over. */
  get state() {
    return this.#state;
  }
  /** The subprotocol the server picked; `""` for none. */
  get protocol() {
    return this.#transport.protocol;
  }
  /** The extensions the server accepted, as it wrote them; `""` for none. */
  get extensions() {
    return this.#transport.extensions;
  }
  /** The mode of compression that was agreed on: see {@link COMPRESSION}. */
  get compression() {
    const { extensions } = this.#transport;
    if (!/permessage-deflate/i.test(extensions)) return DISABLED;
    return /(no_context_takeover.*){2}/i.test(extensions) ? NO_CONTEXT : CONTEXT_TAKEOVER;
  }
  /** How many sent bytes the operating system has not taken yet. */
  get bufferedAmount() {
    return this.#state === "closed" ? 0 : this.#transport.bufferedAmount ?? 0;
  }
  /**
   * What a slow consumer leads to: the `"socket"` or the `"stream"` is paused, which slows the server
   * down; or messages `"buffer"` here, up to `bufferLimit`.
   */
  get backpressure() {
    return this.#transport.backpressure;
  }
  /** Whether this platform has ping frames. */
  get canPing() {
    return this.#transport.ping !== void 0;
  }
  /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
  get handshake() {
    return this.#transport.handshake;
  }
  /** What was received and sent so far, and what waits to be read. A snapshot. */
  get stats() {
    return {
      ...this.#stats,
      bytesBuffered: this.#inbox.bytes,
      timesPaused: this.#transport.timesPaused
    };
  }
  /** The channel on which messages arrive; always the same one. It closes when the connection ends. */
  channel() {
    return this.#channel;
  }
  /** Short for `channel().receive(options)`. */
  receive(options) {
    return this.#channel.receive(options);
  }
  /**
   * The messages, until the connection ends. Returns after a normal end (1000, 1001, 1005) or a local
   * close, and throws the connection's `WsError` after any other. Leaving the loop leaves the
   * connection open.
   */
  [Symbol.asyncIterator]() {
    return new QueueIterator(this.#own, () => this.#asked ? void 0 : this.#failure);
  }
  /**
   * Sends one message: handed over at once, in call order. Settles as soon as fewer than
   * `sendHighWaterMark` bytes wait, which is usually at once. The bytes may be reused when `send` has
   * returned.
   *
   * @param data A string; or an `ArrayBuffer` or a view, as bytes; or what option `codec` takes.
   * @param type {@link TEXT} or {@link BINARY}. By default a string is text and bytes are binary. A
   * string as `BINARY` goes out as its UTF-8 bytes; bytes as `TEXT` must be valid UTF-8.
   *
   * Rejects with `INVALID_MESSAGE`, or `CLOSED` when the connection has ended or ends while it waits; a
   * failure that nobody awaits stands in `closed` as well and is no unhandled rejection.
   */
  send(data, type) {
    try {
      const sent = this.offer(toPayload(data, type, this.#codec));
      if (!sent) throw this.#closedError("send");
      return sent;
    } catch (error) {
      return unreported(Promise.reject(error));
    }
  }
  /** As `send`; `undefined` if the connection takes no more, and the payload was not handed over. @internal */
  offer(payload) {
    const wasIdle = this.bufferedAmount === 0;
    const size = this.#state === "open" ? this.#transport.send(payload) : -1;
    if (size < 0) return void 0;
    if (wasIdle && this.#writeDeadline) {
      this.#writeDeadline.touch();
      this.#hasWritten();
    }
    this.#stats.messagesSent++;
    this.#stats.bytesSent += size;
    return this.#settleSend(size);
  }
  /**
   * Settles when all that was sent has been handed to the operating system; in a browser, when
   * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ended first, and with `UNSUPPORTED`
   * where the platform has no `bufferedAmount`.
   */
  flush() {
    return unreported(this.#flush());
  }
  async #flush() {
    if (this.#transport.bufferedAmount === void 0) {
      throw this.#error("UNSUPPORTED", "flush", "hidden here: let the peer answer instead");
    }
    await this.#untilFlushed("flush");
  }
  /**
   * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, from the
   * flushed ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). While a ping
   * is out the socket is not paused, until half of `bufferLimit` is unread: a pong that stands behind a
   * longer backlog comes when that is read. `timeout` is 10 s by default.
   *
   * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
   * `UNSUPPORTED` where {@link canPing} is false.
   */
  ping(options = {}) {
    return unreported(this.#ping(options));
  }
  async #ping(options) {
    const park = this.#transport.ping?.bind(this.#transport);
    if (!park) {
      throw this.#error("UNSUPPORTED", "ping", "no ping frames here: use option keepAlive.message");
    }
    const roundTrip = this.#state === "open" ? await waitFor(`ping ${this.#label}`, "PING_TIMEOUT", options, {
      timeout: PING_TIMEOUT,
      park
    }) : NaN;
    if (Number.isNaN(roundTrip)) throw this.#closedError("ping");
    this.#stats.roundTrip = roundTrip;
    return roundTrip;
  }
  /**
   * Closes the connection: the channel closes at once, what was sent still goes out, then the close
   * frame, and the peer has `closeTimeout` to answer it. Resolves with how it ended. Calling it again
   * returns the same promise.
   *
   * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. A browser may send only 1000 and
   * 3000-4999 (WHATWG): there the others go out as `code + 3000`.
   * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
   *
   * Rejects with `INVALID_CLOSE`, and the connection stays open.
   */
  close(code = NORMAL, reason = "") {
    if (this.#state === "open") {
      try {
        checkClose(code, reason);
      } catch (error) {
        return Promise.reject(error);
      }
      this.#asked = { code, reason };
      this.#own.close();
      this.#startClosing();
      const sendFrame = () => {
        if (this.#state === "closed") return;
        this.#transport.close(code, reason);
        this.#closeDeadline?.touch();
      };
      void unreported(this.#until("close", () => this.#isFlushed()).then(sendFrame));
    }
    return this.closed;
  }
  /** Ends the connection now, without a closing handshake; what was sent and has not left is dropped. */
  terminate() {
    this.#giveUp(ABNORMAL_CLOSURE);
  }
  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose]() {
    await this.close();
  }
  // Receiving
  #onMessage(message, size) {
    if (this.#channel.closed) return;
    const stats = this.#stats;
    const { readLimit } = this.#options;
    if (size > readLimit) {
      this.#refuse("MESSAGE_TOO_BIG", "readLimit", size, MESSAGE_TOO_BIG);
      return;
    }
    if (this.backpressure !== "stream") {
      this.#spent = 0;
      this.#hasArrived = true;
    }
    stats.messagesReceived++;
    stats.bytesReceived += size;
    this.#readDeadline?.touch();
    this.#answered?.();
    if (this.#codec) this.#decodeBy(this.#codec, message);
    else this.#refuseIfOver(this.#inbox.put(message));
  }
  #decodeBy(codec, message) {
    try {
      this.#decode ??= codec.decoder(this.#options.readLimit);
      this.#decode(message, (value, size) => {
        if (!this.#channel.closed)
          this.#refuseIfOver(this.#inbox.put(value, OVERHEAD + (size || 0)));
      });
    } catch (cause) {
      const error = WsError.is(cause) ? cause : this.#error("INVALID_MESSAGE", "receive", `codec ${codec.name} failed`, { cause });
      this.#giveUp(error.code === "MESSAGE_TOO_BIG" ? MESSAGE_TOO_BIG : INVALID_PAYLOAD, error);
    }
  }
  /**
   * From now on messages go to `inbox`, which says when reading is paused, and stays open when this
   * connection ends. What waits in the client's own channel goes there, too, or as much as it takes.
   * @internal
   */
  deliverTo(inbox) {
    this.#inbox = inbox;
    inbox.watcher = this.#handler;
    this.#refuseIfOver(inbox.putAll(this.#own));
    this.#regulate();
  }
  #refuseIfOver(unread) {
    if (!unread) return;
    this.#refuse("SLOW_CONSUMER", "bufferLimit", unread, POLICY_VIOLATION, " or read faster");
  }
  #refuse(code, option, size, closeCode, wayOut = "") {
    const limit = this.#options[option];
    const text = `${size} bytes to read, over ${option} ${limit}: raise it${wayOut}`;
    this.#giveUp(closeCode, this.#error(code, "receive", text, { details: { limit, size } }));
  }
  /** Pauses and resumes reading as the consumer falls behind and catches up. */
  #regulate() {
    this.#readDeadline?.touch();
    this.#keepAlive?.touch();
    if (this.#state === "open" && this.backpressure !== "buffer") {
      const { pressure } = this.#inbox;
      this.#transport.pause(pressure > 0, pressure > 1);
    }
  }
  // Sending
  /** A promise that settles when this send may be followed by another. */
  #settleSend(size) {
    if (this.#spent === 0) {
      this.#turnStart = now();
      if (!this.#hasArrived) nextTurn(() => this.#spent = 0);
      this.#hasArrived = false;
    }
    this.#spent += size + 1;
    const { sendHighWaterMark } = this.#options;
    const mayGoOn = this.#spent < sendHighWaterMark && this.bufferedAmount < sendHighWaterMark && now() - this.#turnStart < TURN_LIMIT;
    return mayGoOn ? SENT : this.#pace ??= unreported(this.#startPace());
  }
  async #startPace() {
    const { sendHighWaterMark } = this.#options;
    try {
      await new Promise(nextTurn);
      this.#spent = 0;
      const mayGoOn = () => this.bufferedAmount < sendHighWaterMark || this.#isFlushed();
      await this.#until("send", mayGoOn);
    } finally {
      this.#pace = void 0;
    }
  }
  // Waiting
  #isFlushed() {
    return this.#transport.written >= this.#transport.taken;
  }
  /** Settles when all that has been sent so far has left. */
  #untilFlushed(operation) {
    const { taken } = this.#transport;
    return this.#until(operation, () => this.#transport.written >= taken);
  }
  /** Settles when it holds, looked at after all progress; rejects once the connection has ended. */
  async #until(operation, holds) {
    for (; ; ) {
      if (this.#state === "closed") throw this.#closedError(operation);
      if (holds()) return;
      await (this.#progress ??= new Promise((resolve) => this.#tellProgress = resolve));
    }
  }
  #onProgress() {
    this.#tellProgress?.();
    this.#progress = this.#tellProgress = void 0;
  }
  /** Whether the transport has made progress since this was last asked. */
  #hasWritten() {
    return this.#lastProgress !== (this.#lastProgress = this.#transport.progress);
  }
  #watch(code, period, closeCode, hasMoved) {
    if (period === void 0) return void 0;
    const expire = () => this.#giveUp(closeCode, this.#error(code, "connection", `nothing moved for ${period} ms`));
    return startDeadline(period, expire, () => hasMoved() || this.#inbox.pressure > 0);
  }
  // Keeping alive
  #startKeepAlive({ interval, timeout, message, onPong }) {
    const transport = this.#transport;
    const hasMoved = changes(
      () => (transport.received ?? this.#stats.messagesReceived) + (transport.progress || 0)
    );
    const byMessage = (done) => this.#askBy(message, done);
    const ping = transport.ping?.bind(transport) ?? byMessage;
    return startKeepAlive(interval, timeout, {
      alive: () => hasMoved() || this.#inbox.pressure > 0 && transport.backpressure !== "buffer",
      ask: (answered) => ping((roundTrip) => {
        if (Number.isNaN(roundTrip)) return;
        this.#stats.roundTrip = roundTrip;
        answered();
        queueMicrotask(() => onPong?.(roundTrip));
      }),
      flushed: () => this.#untilFlushed("keepAlive"),
      expire: () => {
        const text = `nothing arrived for ${timeout} ms after a ping`;
        this.#giveUp(TIMEOUT_CODE, this.#error("KEEPALIVE_TIMEOUT", "connection", text));
      }
    });
  }
  /** As `ping` of a transport, by a message: whatever arrives next counts as its answer. */
  #askBy(message, done) {
    const start = now();
    this.#answered = () => done(now() - start);
    try {
      void this.offer(toPayload(message()));
    } catch (cause) {
      const error = this.#error("INVALID_MESSAGE", "keepAlive.message", "failed", { cause });
      this.#giveUp(INTERNAL_ERROR, error);
    }
    return () => this.#answered = void 0;
  }
  // The end
  /** From our close frame or the peer's on; it should be done in as long as it would have to answer. */
  #startClosing() {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#stopDeadlines();
    this.#closeDeadline = startDeadline(
      this.#options.closeTimeout,
      () => this.#transport.cut(),
      () => this.bufferedAmount > 0 && this.#hasWritten()
    );
    this.#transport.pause(false);
  }
  /** This side ends it at once; what had arrived can still be read. */
  #giveUp(code, error) {
    if (this.#state === "closed") return;
    const sentCode = this.#transport.terminate(code);
    this.#finish({ code, reason: "", clean: false, by: "local", sentCode, error });
  }
  #onEnd(end) {
    const { code, reason, sentCode } = end;
    const asked = this.#asked;
    const isAnswered = code !== ABNORMAL_CLOSURE;
    this.#finish({
      code,
      // Some platforms have one of their own where there was no close frame.
      reason: isAnswered ? reason : "",
      ...asked,
      clean: isAnswered && this.#isFlushed(),
      by: asked ? "local" : isAnswered ? "peer" : "none",
      sentCode: asked && sentCode,
      error: this.#endError(end)
    });
  }
  #endError({ code, reason, cause }) {
    if (!this.#asked) {
      if (code !== ABNORMAL_CLOSURE) return peerError(this.#label, code, reason);
      return this.#error("CONNECTION_LOST", "connection", "ended without a close frame", { cause });
    }
    if (this.#isFlushed()) return void 0;
    return this.#error("WRITE_TIMEOUT", "close", "what was sent could not all leave", { cause });
  }
  /** The one way into `closed`: settles all that waits. */
  #finish({ sentCode, error, ...info }) {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failure = error;
    this.#stopDeadlines();
    this.#own.close();
    this.#onProgress();
    this.#settleClosed(
      Object.freeze({
        ...info,
        // Behind what could not leave, a close frame could not either.
        ...sentCode && this.#isFlushed() && { sentCode },
        ...error && { error }
      })
    );
  }
  #stopDeadlines() {
    this.#readDeadline?.stop();
    this.#writeDeadline?.stop();
    this.#keepAlive?.stop();
    this.#closeDeadline?.stop();
  }
  #closedError(operation) {
    const cause = this.#failure;
    const state = this.#state === "closed" ? "closed" : "closing";
    const init = cause && { retryable: cause.retryable, cause };
    return this.#error("CLOSED", operation, `the connection is ${state}`, init);
  }
  #error(code, operation, text, init) {
    return new WsError(code, `${operation} ${this.#label}: ${text}`, init);
  }
}
function changes(read) {
  let last;
  return () => last !== (last = read());
}
function unreported(promise) {
  promise.catch(() => {
  });
  return promise;
}
function toPayload(value, type, codec) {
  if (type !== void 0 && type !== TEXT$1 && type !== BINARY$1) {
    throw invalid("send: type", "TEXT (1) or BINARY (2)", type, "INVALID_MESSAGE");
  }
  try {
    const data = codec?.encode?.(value, type) ?? value;
    const as = data === value ? type : void 0;
    if (typeof data === "string") return as === BINARY$1 ? new TextEncoder().encode(data) : data;
    const bytes = toBytes(data);
    if (as !== TEXT$1) return bytes;
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const wanted = "a string, an ArrayBuffer (as await blob.arrayBuffer()) or a view, not detached, UTF-8 as TEXT";
    const taken = codec ? `what codec ${codec.name} takes` : wanted;
    throw invalid("send: data", taken, value, "INVALID_MESSAGE", cause);
  }
}
function toBytes(data) {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  ArrayBuffer.prototype.slice.call(data, 0, 0);
  return new Uint8Array(data);
}

const DEFAULTS = {
  headers: {},
  protocols: [],
  dialTimeout: 3e4,
  closeTimeout: 5e3,
  compression: 0,
  compressionThreshold: 512,
  readLimit: 16777216,
  channelCapacity: 32,
  bufferLimit: 67108864,
  sendHighWaterMark: 262144,
  backpressure: "auto",
  node: {}
};
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const OWN_HEADER = /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;
const MODES = [0, 1, 2, "disabled", "context_takeover", "no_context_takeover"];
function parseOptions(base, given, { parsers }, where = "connect") {
  return { ...base, ...parseBy({ ...PARSERS$1, ...parsers }, given, where) };
}
function parseBy(parsers, given, where) {
  const parsed = {};
  for (const [name, value] of Object.entries(pickKnown(where, given, Object.keys(parsers)))) {
    const option = parsers[name]?.(value, `${where}: option ${name}`);
    if (option !== void 0) parsed[name] = option;
  }
  return parsed;
}
const must = (passes, wanted) => (value, name) => {
  if (!passes(value)) throw invalid(name, wanted, value);
  return value;
};
const duration = (value, name) => durationOf(name, value, 2147483647, "INVALID_OPTION") || void 0;
const integer = (min, max) => must(
  (value) => Number.isInteger(value) && value >= min && value <= max,
  `an integer from ${min} to ${max}`
);
const limit = (min, max) => (value, name) => value === 0 ? void 0 : integer(min, max)(value, name);
const object = (value, name) => {
  if (!isObject(value)) throw invalid(name, "an object", value);
  return Object.freeze({ ...value });
};
const abortSignal = /* @__PURE__ */ must(isSignal, "an AbortSignal");
const callable = /* @__PURE__ */ must(
  (value) => typeof value === "function",
  "a function"
);
const oneOf = (...values) => must((value) => values.includes(value), values.map(show).join(", "));
const refused = (why) => (_, name) => {
  throw new WsError("UNSUPPORTED", `${name} ${why}`);
};
const notHere = (wayOut) => refused(`cannot be used in a browser, or with option webSocket: ${wayOut}`);
const PARSERS$1 = {
  headers: /* @__PURE__ */ notHere("use a subprotocol, the query or a cookie"),
  protocols(value, name) {
    const list = [value].flat();
    for (const [index, token] of list.entries()) {
      const isToken = typeof token === "string" && TOKEN.test(token);
      if (!isToken || list.indexOf(token) < index) {
        throw invalid(name, "a token, or different ones in a list (RFC 6455 section 4.1)", token);
      }
    }
    return list;
  },
  dialTimeout: duration,
  readTimeout: duration,
  writeTimeout: duration,
  closeTimeout: duration,
  compression: (value, name) => MODES.indexOf(oneOf(...MODES)(value, name)) % 3,
  compressionThreshold: /* @__PURE__ */ integer(0, 104857600),
  readLimit: /* @__PURE__ */ limit(1, 134217728),
  channelCapacity: /* @__PURE__ */ integer(1, 1e4),
  bufferLimit: /* @__PURE__ */ limit(65536, 1073741824),
  sendHighWaterMark: /* @__PURE__ */ integer(1, 1073741824),
  signal: abortSignal,
  policy: callable,
  meta: object,
  keepAlive(value, name) {
    const settings = parseKeepAlive(value, name);
    if (!settings || settings.message) return settings;
    throw new WsError(
      "UNSUPPORTED",
      `${name} needs keepAlive.message where there are no ping frames`
    );
  },
  backpressure: /* @__PURE__ */ oneOf("auto", "buffer", "stream"),
  webSocket: callable,
  node: /* @__PURE__ */ notHere("leave it out there"),
  codec: /* @__PURE__ */ must(
    (value) => typeof value?.decoder === "function",
    "a codec"
  )
};
function parseKeepAlive(value, name) {
  if (value === false) return false;
  const given = parseBy(KEEP_ALIVE_PARSERS, value, name);
  return { interval: 3e4, timeout: 1e4, ...given };
}
const KEEP_ALIVE_PARSERS = {
  interval: duration,
  timeout: duration,
  message: callable,
  onPong: callable
};
const nodeParsers = {
  keepAlive: parseKeepAlive,
  headers(value) {
    if (!isObject(value)) {
      const what = typeof value === "string" ? "a string" : show(value);
      throw invalidHeaders(`must be an object of strings, or Headers, not ${what}`);
    }
    return parseHeaders(
      typeof value[Symbol.iterator] === "function" ? [...value] : Object.entries(value)
    );
  },
  node(value) {
    const options = {};
    const given = pickKnown("connect: option node", value, Object.keys(NODE_PARSERS));
    for (const [key, item] of Object.entries(given)) {
      options[key] = NODE_PARSERS[key](item, `connect: option node.${key}`);
    }
    return options;
  }
};
const string = /* @__PURE__ */ must(
  (value) => typeof value === "string" && value !== "" && HEADER_VALUE.test(value),
  "a string of printable characters"
);
const NODE_PARSERS = {
  // Not copied: an agent is a pool with an identity.
  agent: /* @__PURE__ */ must(isObject, "an http.Agent or https.Agent"),
  tls: object,
  lookup: callable,
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  localAddress: string,
  origin: string,
  followRedirects: /* @__PURE__ */ oneOf(false, true),
  maxRedirects: /* @__PURE__ */ integer(0, 20)
};
function parseHeaders(entries) {
  const headers = /* @__PURE__ */ new Map();
  const seen = /* @__PURE__ */ new Set();
  for (const entry of entries) {
    const pair = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (typeof name !== "string" || !TOKEN.test(name) || OWN_HEADER.test(name)) {
      throw invalidHeaders(`${show(name)} is not a header name, or one that the handshake sets`);
    }
    if (seen.has(name.toLowerCase())) throw invalidHeaders(`${name} is given twice`);
    if (typeof value !== "string" || !HEADER_VALUE.test(value)) {
      throw invalidHeaders(`the value of ${name} must be a string of printable characters`);
    }
    seen.add(name.toLowerCase());
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}
function invalidHeaders(problem) {
  return new WsError("INVALID_OPTION", `connect: option headers: ${problem}`);
}

const KIT = {
  QueueIterator,
  callable,
  checkClose,
  duration,
  integer,
  must,
  object,
  oneOf,
  parseBy,
  startTimer,
  toPayload,
  waitFor
};

class Context {
  #connector;
  #platformFor;
  #owner;
  #clients = /* @__PURE__ */ new Map();
  #dials = /* @__PURE__ */ new Set();
  #isClosing = false;
  #settleClosed;
  /** @internal */
  constructor(connector, platformFor, options) {
    this.#connector = connector;
    this.#platformFor = platformFor;
    this.#owner = {
      settings: parseSettings(options, platformFor),
      enter: (abort) => {
        if (this.#isClosing) throw noContext();
        this.#dials.add(abort);
        return () => this.#dials.delete(abort);
      },
      adopt: (client) => {
        this.#clients.set(client.id, client);
        void client.closed.then(() => this.#clients.delete(client.id));
      }
    };
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    const { signal } = options;
    if (signal === void 0) return;
    void this.closed.then(onAbort(signal, () => void this.close()));
    if (signal.aborted) void this.close();
  }
  connect(url, options) {
    return this.#connector(url, options, this.#owner);
  }
  /** The live connection with this `id`. Throws `UNKNOWN_CONNECTION`. */
  connection(id) {
    const client = this.#clients.get(id);
    if (client === void 0) {
      throw new WsError("UNKNOWN_CONNECTION", `context: no live connection has the id ${show(id)}`);
    }
    return client;
  }
  /** The connections that have not ended. A snapshot. */
  get connections() {
    return [...this.#clients.values()];
  }
  /**
   * Closes the context: dials under way fail with `NO_CONTEXT`, connections are closed with this code
   * and reason. Settles when all have ended. Closing again returns the same promise.
   *
   * Rejects with `INVALID_CLOSE`, and nothing is closed.
   */
  close(code = GOING_AWAY, reason = "") {
    if (this.#isClosing) return this.closed;
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#isClosing = true;
    for (const abort of this.#dials) abort(noContext());
    const ends = this.connections.map((client) => client.close(code, reason));
    void Promise.all(ends).then(this.#settleClosed);
    return this.closed;
  }
  /** `close()`, for `await using`, where the platform has the symbol. */
  [Symbol.asyncDispose]() {
    return this.close();
  }
  /** For the sub-paths. @internal */
  get kit() {
    return KIT;
  }
  /**
   * Checks at once what a client across connections will be made of, its `own` options included, and
   * makes the inbox that its connections share. A URL that is a function is asked later. @internal
   */
  prepare(input, given, own, where) {
    const { defaults } = this.#owner.settings;
    const webSocket = { ...given }.webSocket ?? defaults.webSocket;
    const platform = this.#platformFor(webSocket);
    if (typeof input !== "function") parseUrl(input, platform);
    const parsers = { ...platform.parsers, ...own };
    const options = { ...defaults, ...parseOptions({}, given, { parsers }, where) };
    const { dialTimeout, channelCapacity, bufferLimit, codec } = {
      ...DEFAULTS,
      ...options
    };
    return { options, dialTimeout, inbox: new Inbox(channelCapacity, bufferLimit, !!codec) };
  }
}
function noContext() {
  return new WsError("NO_CONTEXT", "connect: the context is closed");
}
const OPERATION = "createContext";
const any = (value) => value;
const noGuard = /* @__PURE__ */ notHere("use a policy");
const PARSERS = {
  policy: callable,
  actor: any,
  meta: object,
  defaults: any,
  strict: /* @__PURE__ */ oneOf(false, true),
  denyPrivateNetworks: (value, name) => value === false ? void 0 : noGuard(value, name),
  signal: abortSignal
};
function parseSettings(options, platformFor) {
  const parsers = { ...PARSERS, ...platformFor(void 0).contextParsers };
  const given = parseBy(parsers, options, OPERATION);
  const { policy, actor, meta, defaults = {}, strict } = given;
  const platform = platformFor({ ...defaults }.webSocket);
  const shared = parseOptions({}, defaults, platform, `${OPERATION}: option defaults`);
  for (const name of ["policy", "signal", "codec"]) {
    if (name in shared) {
      throw invalid(`${OPERATION}: option defaults.${name}`, "left out", shared[name]);
    }
  }
  return {
    // Strict and without one, it allows nothing.
    policy: policy ?? (strict ? () => false : void 0),
    actor,
    meta,
    defaults: shared,
    dial: given.denyPrivateNetworks
  };
}

const UNIX = "ws+unix:";
async function authorize(policies, { actor, meta }, url, resource = publicUrl(url)) {
  for (const policy of policies) {
    let allowed;
    let cause;
    try {
      allowed = await policy(
        Object.freeze({
          action: resource ? "websocket.connect.url" : "websocket.connect",
          resource,
          ...resource && { url: new URL(resource) },
          ...actor !== void 0 && { actor },
          ...meta && { meta }
        })
      );
    } catch (error) {
      cause = error;
    }
    if (allowed === true) continue;
    const where = displayUrl(url);
    throw new WsError(
      resource ? "URL_FORBIDDEN" : "CONNECT_FORBIDDEN",
      `dial ${where}: ${resource ? `not allowed: ${where}` : "websocket connections not allowed"}`,
      { cause }
    );
  }
}
function definePolicy(rules) {
  if (!Array.isArray(rules)) throw invalidField("rules", "an array of rules", rules);
  const compiled = Array.from(rules, compileRule).sort((a, b) => Number(b.deny) - Number(a.deny));
  return async (request) => {
    const url = request.action === "websocket.connect" ? void 0 : comparable(request.resource);
    for (const { deny, applies } of compiled) {
      if (await applies(request, url)) return !deny;
    }
    return false;
  };
}
const FIELDS = ["actions", "resources", "effect", "when"];
function compileRule(rule, index) {
  const name = `rules[${index}]`;
  const picked = pickKnown(`definePolicy: ${name}`, rule, FIELDS);
  const { actions, resources = "*", effect, when } = picked;
  const deny = effect === "deny";
  if (!deny && effect !== "allow")
    throw invalidField(`${name}.effect`, '"allow" or "deny"', effect);
  if (when !== void 0 && typeof when !== "function") {
    throw invalidField(`${name}.when`, "a function", when);
  }
  const covers = compileList(
    `${name}.actions`,
    actions,
    'an action such as "websocket.connect.url"',
    (pattern) => pattern ? compileGlob(pattern, String) : void 0
  );
  const matches = compileList(
    `${name}.resources`,
    resources,
    '"wss://host[:port][/path][?query]", "ws+unix:///socket[:/path][?query]" or "*"',
    (pattern) => compileResource(pattern, deny)
  );
  const narrow = ![resources].flat().includes("*");
  return {
    deny,
    async applies(request, url) {
      const named = covers(request.action);
      if (!url && covers("websocket.connect.url") && (!named || deny && narrow)) return !deny;
      if (!named || url && !matches(url)) return false;
      const answer = !when || await when(request);
      return deny ? answer !== false : answer === true;
    }
  };
}
function compileList(field, value, wanted, compile) {
  const tests = [value].flat().map((pattern) => {
    const test = typeof pattern === "string" ? compile(pattern) : void 0;
    if (!test) throw invalidField(field, wanted, pattern);
    return test;
  });
  return (subject) => tests.some((test) => test(subject));
}
function partsOf({ protocol, hostname, port, pathname, search }) {
  const paths = protocol === UNIX ? pathname : `:${pathname}`;
  const end = paths.search(/:|$/);
  return [
    protocol,
    // Without the root's dot. An empty label at the front is none that "*." could stand for.
    hostname.replace(/\.$/, "").replace(/^\./, "/"),
    // "" where it is the default port of the scheme.
    port,
    // To a file system "//" is "/".
    paths.slice(0, end).replace(/\/+/g, "/"),
    paths.slice(end + 1) || "/",
    search.slice(1)
  ];
}
function comparable(resource) {
  const url = parseUrl(resource, { unix: unixProblem, credentials: true });
  return partsOf(url).slice(0, /%(2f|5c|00)/i.test(url.pathname) ? 3 : 6);
}
const NET_PATTERN = /^((?:ws|http)s?:\/\/)(\*\.|\*(?=[:/?]|$))?([^*@:/?#\\\s]+|\[[\da-f:.]+\])?(:\d+|:\*)?(\/[^?#]*)?(\?[^#]*)?$/i;
const UNIX_PATTERN = /^(ws\+unix:(?:\/\/)?)()(\*|\/(?!\/)[^:?#]+)()(:(?:[/*][^?#]*)?)?(\?[^#]*)?$/i;
function compileResource(pattern, deny) {
  if (pattern === "*") return ([scheme2]) => deny || scheme2 !== UNIX;
  const match = NET_PATTERN.exec(pattern) ?? UNIX_PATTERN.exec(pattern) ?? [];
  const [, scheme = "", star = "", server = "", port = "", path = "", query = ""] = match;
  if (!star && !server) return void 0;
  let url;
  try {
    url = new URL(
      scheme.replace(/^http/i, "ws") + star.replace("*", "x") + server.replace(/^\*/, "/*") + port.replace(":*", "") + path + query
    );
  } catch {
    return void 0;
  }
  const { hostname } = url;
  if (/^\.|\.\./.test(hostname) || star === "*." && hostname === "x.") return void 0;
  const wanted = partsOf(url);
  if (star) wanted[1] = wanted[1].replace("x", "*");
  if (port === ":*") wanted[2] = "*";
  if (!path && !query) wanted[4] = "*";
  if (!query) wanted[5] = "*";
  const globs = wanted.map(
    (part) => compileGlob(
      part,
      (text) => text.replace(/%([\da-f]{2})/gi, (escape, hex) => {
        const char = String.fromCharCode(parseInt(hex, 16));
        return deny || /[\w.~-]/.test(char) ? char : escape.toUpperCase();
      })
    )
  );
  return (url2) => globs.every((glob, i) => {
    const part = url2[i];
    return part === void 0 ? deny || glob("") : glob(part);
  });
}
const END = "\uFFFF";
function compileGlob(pattern, decode) {
  const pieces = (END + pattern + END).split("*").map((piece) => decode(piece));
  return (raw) => {
    const text = END + decode(raw) + END;
    let at = 0;
    return pieces.every((piece) => {
      const found = text.indexOf(piece, at);
      at = found + piece.length;
      return found >= 0;
    });
  };
}
function invalidField(field, wanted, value) {
  return invalid(`definePolicy: ${field}`, wanted, maskUrl(value));
}

function bindConnect(platformFor) {
  const connector = bindConnector(platformFor);
  const connect = (url, options) => connector(url, options);
  return connect;
}
function bindCreateContext(platformFor) {
  const connector = bindConnector(platformFor);
  return (options = {}) => new Context(connector, platformFor, options);
}
function bindConnector(platformFor) {
  return async (input, given = {}, owner) => {
    const { defaults = {} } = owner?.settings ?? {};
    const { webSocket = defaults.webSocket, keepAlive = defaults.keepAlive } = { ...given };
    const platform = platformFor(webSocket);
    const url = parseUrl(input, platform);
    const base = parseOptions(DEFAULTS, { ...defaults, keepAlive }, platform);
    return dial$1(url, parseOptions(base, given, platform), platform, owner);
  };
}
async function dial$1(url, options, platform, owner) {
  const { policy, actor, meta, dial: connectBy = platform.dial } = owner?.settings ?? {};
  const policies = [policy, options.policy].filter((one) => one !== void 0);
  const subject = {
    actor,
    meta: (meta ?? options.meta) && Object.freeze({ ...meta, ...options.meta })
  };
  const operation = `dial ${displayUrl(url)}`;
  const { dialTimeout, signal: outer } = options;
  const controller = new AbortController();
  const { signal } = controller;
  let isOpen = false;
  const park = (done) => {
    const leave = owner?.enter(done);
    const deadline = startDeadline(dialTimeout, () => {
      const error = new WsError("DIAL_TIMEOUT", `${operation}: not open after ${dialTimeout} ms`);
      controller.abort(error);
      nextTurn(() => done(error));
    });
    const request = {
      url,
      options,
      signal,
      authorize: (next) => authorize(policies, subject, next),
      open(transport, openUrl) {
        const [client, handler] = Client.open(transport, openUrl, options);
        owner?.adopt(client);
        isOpen = true;
        done(client);
        return handler;
      }
    };
    authorize(policies, subject, url, "").then(() => request.authorize(url)).then(() => signal.aborted ? void 0 : connectBy(request)).catch(done);
    return () => {
      leave?.();
      deadline.stop();
      if (!isOpen) controller.abort();
    };
  };
  return waitFor(operation, "DIAL_TIMEOUT", { signal: outer }, { park });
}

const SELECT_OPTIONS = /* @__PURE__ */ WAIT_OPTIONS.concat("default");
async function select(cases, options = {}) {
  const list = parseCases(cases);
  const [index, outcome] = await waitFor(
    "select",
    "CHANNEL_TIMEOUT",
    options,
    {
      attempt() {
        if (list.length === 0 && !options.default && options.timeout === void 0) {
          throw new WsError(
            "INVALID_OPTION",
            "select: no cases: give at least one, default or timeout"
          );
        }
        return tryByLot(list) ?? (options.default ? [-1, void 0] : void 0);
      },
      park(done) {
        const leave = list.map((entry, at) => entry.park((result) => done([at, result])));
        return () => leave.forEach((stop) => stop());
      }
    },
    SELECT_OPTIONS
  );
  return toResult(index, list[index]?.channel, outcome);
}
function parseCases(cases) {
  const list = Array.isArray(cases) ? [...cases] : void 0;
  if (!list?.every((entry) => typeof entry?.park === "function")) {
    throw invalid("select: cases", "a list of caseReceive() and caseSend()", cases);
  }
  return list;
}
function tryByLot(list) {
  const left = [...list.keys()];
  while (left.length > 0) {
    const [index = 0] = left.splice(Math.random() * left.length, 1);
    const outcome = list[index]?.attempt();
    if (outcome !== void 0) return [index, outcome];
  }
  return void 0;
}
function toResult(index, channel, outcome) {
  if (index < 0) return { default: true, index, ok: false, channel, value: void 0 };
  if (outcome === false) throw closedError();
  return { index, channel, ok: true, value: void 0, ...outcome };
}

class Alarm extends Queue {
  #due;
  #period;
  #stopTimer;
  /** With a period it fires again and again; with `Infinity`, once. */
  constructor(delay, period) {
    super(1);
    this.#due = now() + delay;
    this.#period = period;
  }
  get size() {
    this.#poll();
    return super.size;
  }
  take() {
    this.#poll();
    return super.take();
  }
  park(receiver) {
    super.park(receiver);
    this.#arm();
  }
  unpark(receiver) {
    super.unpark(receiver);
    this.#arm();
  }
  reset(period) {
    this.#due = now() + period;
    this.#period = period;
    super.take();
    this.#arm();
  }
  /** Ends it. As in Go since 1.23, no tick arrives after that, not even one that was held. */
  close() {
    super.close();
    super.take();
  }
  /** Puts the time into the queue if it is due. */
  #poll() {
    const late = now() - this.#due;
    if (late < 0 || this.closed) return;
    this.#due += this.#period * (1 + Math.floor(late / this.#period));
    offer(this, new Date(Date.now() - late));
  }
  /** Sets the timer anew, if somebody waits for what is still to come. */
  #arm() {
    this.#stopTimer?.();
    if (this.receivers.size === 0 || this.#due === Infinity) return;
    this.#stopTimer = startTimer(this.#due - now(), () => {
      this.#poll();
      this.#arm();
    });
  }
}
function after(delay) {
  const ms = parseDuration(delay);
  return ReceiveChannel.of(new Alarm(ms, Infinity));
}
function ticker(period) {
  const ms = parsePeriod(period);
  const alarm = new Alarm(ms, ms);
  return {
    channel: ReceiveChannel.of(alarm),
    reset(next) {
      const nextMs = parsePeriod(next);
      if (alarm.closed) throw new WsError("CHANNEL_CLOSED", "ticker reset: it was stopped");
      alarm.reset(nextMs);
    },
    stop: () => alarm.close()
  };
}
function parsePeriod(period) {
  const ms = parseDuration(period);
  if (ms === 0) throw new WsError("INVALID_DURATION", "ticker: the period must be more than 0");
  return Math.max(ms, 1);
}

var shared = /*#__PURE__*/Object.freeze({
  __proto__: null,
  BINARY: BINARY$1,
  CLOSE_CODES: CLOSE_CODES,
  COMPRESSION: COMPRESSION,
  Channel: Channel,
  ReceiveChannel: ReceiveChannel,
  TEXT: TEXT$1,
  TYPE_BINARY: TYPE_BINARY,
  TYPE_CLOSE: TYPE_CLOSE,
  TYPE_PING: TYPE_PING,
  TYPE_PONG: TYPE_PONG,
  TYPE_TEXT: TYPE_TEXT,
  WsError: WsError,
  after: after,
  definePolicy: definePolicy,
  errors: errors,
  parseDuration: parseDuration,
  select: select,
  ticker: ticker
});

const OPEN = 1;
const POLL = 10;
const page = globalThis;
function webSocketPlatform(streamSocket) {
  const classFor = ({ webSocket, backpressure }) => webSocket ?? (backpressure === "stream" ? streamSocket() : void 0) ?? // Looked up now, not on import: a polyfill or a test may have put it there in between.
  globalThis.WebSocket;
  return {
    credentials: false,
    get base() {
      const { document, location } = globalThis;
      return document?.baseURI ?? location?.href;
    },
    dial: (request) => dial(request, classFor(request.options))
  };
}
function dial({ url, options, signal, open }, Class) {
  return new Promise((resolve, reject) => {
    const { protocols, writeTimeout } = options;
    const label = displayUrl(url);
    const errorOf = (code, text, init) => new WsError(code, `dial ${label}: ${text}`, init);
    if (!Class) throw errorOf("UNSUPPORTED", "no WebSocket here: give option webSocket");
    let socket;
    let transport;
    try {
      socket = new Class(url.href, [...protocols]);
    } catch (cause) {
      throw errorOf("DIAL_FAILED", cause.message, { retryable: false, cause });
    }
    socket.binaryType = "arraybuffer";
    const fail = (code, text, init) => {
      discard(socket);
      reject(errorOf(code, text, init));
    };
    signal.addEventListener("abort", () => transport ?? discard(socket));
    socket.onerror = socket.onclose = ({ message }) => fail("DIAL_FAILED", `refused, or failed${message ? `: ${message}` : ""}`, {
      details: { opaque: true }
    });
    socket.onopen = () => {
      if (protocols.length > 0 && !protocols.includes(socket.protocol)) {
        fail("HANDSHAKE_REJECTED", "the server picked no offered subprotocol");
        return;
      }
      transport = new WebSocketTransport(socket);
      transport.attach(open(transport, url));
      resolve();
    };
    if (writeTimeout && socket.bufferedAmount === void 0) {
      fail("UNSUPPORTED", "option writeTimeout needs a WebSocket with bufferedAmount");
    }
  });
}
function discard(socket, code) {
  socket.onopen = socket.onmessage = socket.onclose = socket.ondrain = socket.onerror = () => {
  };
  try {
    socket.close(code);
  } catch {
  }
}
class WebSocketTransport {
  constructor(socket) {
    this.timesPaused = 0;
    this.taken = 0;
    this.#paused = false;
    /**
     * A page in the back/forward cache is frozen: Chromium tells the server of its end only when the page
     * is shown again. Of a page that is gone for good the browser itself tells it, with 1001.
     */
    this.#onPageHide = ({ persisted }) => {
      if (persisted) this.cut(GOING_AWAY);
    };
    this.#socket = socket;
    this.protocol = socket.protocol;
    this.extensions = socket.extensions ?? "";
    this.backpressure = socket.setPaused ? "stream" : "buffer";
  }
  #socket;
  #handler;
  #sentCode;
  #paused;
  #poll;
  /** Begins to report. */
  attach(handler) {
    const socket = this.#socket;
    this.#handler = handler;
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onerror = () => this.#handler?.onClosing();
    socket.onclose = ({ code, reason = "" }) => {
      this.#detach();
      handler.onEnd({ code: code || ABNORMAL_CLOSURE, reason, sentCode: this.#sentCode });
    };
    socket.ondrain = () => this.#handler?.onProgress();
    page.addEventListener?.("pagehide", this.#onPageHide);
  }
  get bufferedAmount() {
    return this.#socket.bufferedAmount;
  }
  get written() {
    return this.taken - (this.bufferedAmount ?? 0);
  }
  get progress() {
    return this.bufferedAmount ? this.written : NaN;
  }
  send(data) {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) return -1;
    const isText = typeof data === "string";
    const size = isText ? utf8Size(data) : data.length;
    this.taken -= this.bufferedAmount ?? 0;
    socket.send(isText ? data : data.slice(), size);
    this.taken += this.bufferedAmount ?? 0;
    this.#watch();
    return size;
  }
  pause(paused) {
    if (paused && !this.#paused) this.timesPaused++;
    this.#paused = paused;
    this.#socket.setPaused?.(paused);
  }
  close(code, reason) {
    this.#sentCode = browserCode(code);
    this.#socket.close(this.#sentCode, reason);
  }
  cut(code = ABNORMAL_CLOSURE) {
    const handler = this.#handler;
    this.terminate(code);
    handler?.onEnd({ code: ABNORMAL_CLOSURE, reason: "", sentCode: this.#sentCode });
  }
  terminate(code) {
    const sentCode = code === ABNORMAL_CLOSURE ? void 0 : browserCode(code);
    this.#detach();
    discard(this.#socket, sentCode);
    return sentCode;
  }
  #onPageHide;
  #detach() {
    this.#handler = void 0;
    clearTimeout(this.#poll);
    page.removeEventListener?.("pagehide", this.#onPageHide);
  }
  #onMessage(data) {
    const message = typeof data === "string" ? { type: "text", data } : { type: "binary", data: new Uint8Array(data) };
    const size = message.type === "text" ? utf8Size(message.data) : message.data.length;
    this.#handler?.onMessage(message, size);
  }
  /** There is no event for it: while bytes wait, somebody has to look. */
  #watch() {
    if (!this.bufferedAmount) return;
    this.#poll ??= setTimeout(() => {
      this.#poll = void 0;
      this.#handler?.onProgress();
      this.#watch();
    }, POLL);
  }
}

function getDefaultExportFromCjs (x) {
	return x && x.__esModule && Object.prototype.hasOwnProperty.call(x, 'default') ? x['default'] : x;
}

var node;
var hasRequiredNode;

function requireNode () {
	if (hasRequiredNode) return node;
	hasRequiredNode = 1;

	node = require$$0;
	return node;
}

var nodeExports = requireNode();
var WebSocket = /*@__PURE__*/getDefaultExportFromCjs(nodeExports);

const TEXT = 129;
const BINARY = 130;
const CLOSE = 8;
const MOST = 1048576;
const SHORT = 4096;
const SHORT_HEADER = 4;
const NONE = -1;
class FrameReader {
  #sink;
  #limit;
  /** The beginning of a plain frame that is short, or of its header; `ws` has not seen it. */
  #held;
  /** Nor the beginning of this one. */
  #unfinished;
  /** `ws` has got bytes in this tick. */
  #left = false;
  /** A close frame has begun: what follows it means nothing. */
  #closed = false;
  #stopped = false;
  // Of the frames that are left to `ws`.
  /** How much of the header has come, and what it says so far. */
  #headerSize = 0;
  #firstByte = 0;
  #length = 0;
  /** How many bytes the header has for the length, beside the second one. */
  #lengthSize = 0;
  /** Bytes of the frame's payload that are still to come. */
  #payload = 0;
  #fragmented = false;
  /** Takes messages of so many bytes and fewer, up to 1 MiB; {@link NONE} takes none. */
  constructor(limit, sink) {
    this.#limit = Math.min(limit, MOST);
    this.#sink = sink;
  }
  /** Whether a message is half received. */
  get inMessage() {
    return this.#held !== void 0 || this.#unfinished !== void 0 || !this.#isBetween;
  }
  /** Between two messages, and frames. */
  get #isBetween() {
    return !this.#fragmented && this.#payload === 0 && this.#headerSize === 0;
  }
  /** The close frame has come whole, be it between fragments. */
  get #isOver() {
    return this.#closed && this.#payload === 0 && this.#headerSize === 0;
  }
  read(chunk) {
    if (this.#stopped) return;
    const filled = this.#unfinished ? this.#fill(this.#unfinished, chunk) : 0;
    if (filled === chunk.length) return;
    const mayTake = !this.#left && !this.#closed && this.#isBetween && this.#sink.mayTake();
    const [bytes, from] = this.#held ? this.#join(this.#held, chunk, mayTake) : [chunk, filled];
    const start = mayTake ? this.#takeMessages(bytes, from) : from;
    const end = this.#follow(bytes, start);
    if (end > start) this.#leave(end - start === bytes.length ? bytes : bytes.subarray(start, end));
    if (end < bytes.length) this.#hold(bytes.subarray(end));
    this.#stopped ||= this.#isOver;
  }
  /** Adds to an unfinished message, and takes it when it is whole. Returns how much of the chunk it got. */
  #fill(message, chunk) {
    const { header, payload } = message;
    const added = chunk.copy(payload, message.size);
    message.size += added;
    if (message.size === payload.length) {
      this.#unfinished = void 0;
      if (!this.#sink.take(header[0] === TEXT, payload, 0, payload.length)) {
        this.#leave(header);
        this.#leave(payload);
      }
    }
    return added;
  }
  /** Keeps the beginning of a plain frame: as a copy, which does not keep the chunk. */
  #hold(bytes) {
    const [headerSize, size] = sizesAt(bytes, 0);
    if (bytes.length < headerSize || size <= SHORT) {
      this.#held = node_buffer.Buffer.from(bytes);
      return;
    }
    const payload = node_buffer.Buffer.allocUnsafeSlow(size);
    const header = node_buffer.Buffer.from(bytes.subarray(0, headerSize));
    this.#unfinished = { header, payload, size: bytes.copy(payload, 0, headerSize) };
  }
  /** What is to be read, and from where on: what was held, if anything, and the chunk. */
  #join(held, chunk, mayTake) {
    this.#held = void 0;
    if (mayTake) {
      const end = this.#takeMessages(
        node_buffer.Buffer.concat([held, chunk.subarray(0, SHORT_HEADER + SHORT)]),
        0
      );
      if (end > 0) return [chunk, end - held.length];
    }
    return [node_buffer.Buffer.concat([held, chunk]), 0];
  }
  /** Drops all that still comes: `ws` has found a fault. */
  stop() {
    this.#stopped = true;
  }
  /** Hands over what was held: nothing more comes through here. */
  end() {
    if (this.#held) this.#leave(this.#held);
    if (this.#unfinished) {
      const { header, payload, size } = this.#unfinished;
      this.#leave(header);
      this.#leave(payload.subarray(0, size));
    }
    this.#held = this.#unfinished = void 0;
  }
  #leave(bytes) {
    this.#sink.leave(bytes);
    if (this.#left) return;
    this.#left = true;
    process.nextTick(() => this.#left = false);
  }
  /** Takes messages for as long as they are plain and whole. Returns where they end. */
  #takeMessages(bytes, from) {
    const sink = this.#sink;
    const limit = this.#limit;
    const { length } = bytes;
    let offset = from;
    while (offset + 1 < length) {
      const first = bytes[offset];
      if (first !== TEXT && first !== BINARY) break;
      let start = offset + 2;
      let size = bytes[offset + 1];
      if (size === 126) {
        if (start + 2 > length) break;
        size = bytes.readUInt16BE(start);
        start += 2;
      } else if (size === 127) {
        if (start + 8 > length) break;
        size = Number(bytes.readBigUInt64BE(start));
        start += 8;
      } else if (size > 127) break;
      const end = start + size;
      if (end > length || size > limit || !sink.take(first === TEXT, bytes, start, end)) break;
      offset = end;
    }
    return offset;
  }
  /** Passes over all that is not to be held. Returns where that ends. */
  #follow(bytes, from) {
    const { length } = bytes;
    let offset = from;
    while (offset < length) {
      if (this.#isOver) return length;
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, length - offset);
        this.#payload -= step;
        offset += step;
      } else {
        if (this.#isBetween && this.#mayHold(bytes, offset)) break;
        this.#readHeader(bytes[offset++]);
      }
    }
    return offset;
  }
  /** Whether a plain frame begins here that may be taken, and does not end. */
  #mayHold(bytes, offset) {
    const first = bytes[offset];
    if (this.#closed || first !== TEXT && first !== BINARY) return false;
    const [header, size] = sizesAt(bytes, offset);
    return size <= this.#limit && bytes.length - offset < header + size;
  }
  /** Takes in one more byte of a header (RFC 6455 section 5.2). */
  #readHeader(byte) {
    const place = this.#headerSize++;
    if (place === 0) {
      this.#firstByte = byte;
      return;
    }
    if (place > 1) {
      this.#length = this.#length * 256 + byte;
    } else {
      const length = byte & 127;
      this.#lengthSize = length === 127 ? 8 : length === 126 ? 2 : 0;
      this.#length = this.#lengthSize > 0 ? 0 : length;
    }
    if (this.#headerSize === 2 + this.#lengthSize) this.#endHeader();
  }
  #endHeader() {
    this.#headerSize = 0;
    this.#payload = this.#length;
    const opcode = this.#firstByte & 15;
    if (opcode === CLOSE) this.#closed = true;
    else if (opcode < CLOSE) this.#fragmented = (this.#firstByte & 128) === 0;
  }
}
function sizesAt(bytes, offset) {
  const length = bytes[offset + 1] ?? 0;
  const left = bytes.length - offset;
  if (length < 126) return [2, length];
  if (length > 127) return [2, Infinity];
  if (length === 126) return [4, left < 4 ? 0 : bytes.readUInt16BE(offset + 2)];
  return [10, left < 10 ? 0 : Number(bytes.readBigUInt64BE(offset + 2))];
}

const MASKED = 128;
const KEY_SIZE = 4;
const HEADER = 14;
const BATCH = 65536;
const FIRST_ROOM = 512;
const WORDS = 64;
const keys = /* @__PURE__ */ new Uint8Array(8192);
let keysUsed = 8192;
const turned = /* @__PURE__ */ new Uint8Array(KEY_SIZE);
const turnedWord = /* @__PURE__ */ new Uint32Array(turned.buffer);
class FrameWriter {
  #target;
  #bytes;
  #size = 0;
  #messages = 0;
  constructor(target) {
    this.#target = target;
  }
  /** How many bytes are held back. */
  get size() {
    return this.#size;
  }
  /** Adds a message, which is copied, and returns the size of its payload. */
  add(data) {
    const isText = typeof data === "string";
    const size = isText ? node_buffer.Buffer.byteLength(data) : data.length;
    const bytes = this.#room(HEADER + size);
    const start = writeHeader(bytes, this.#size, isText ? TEXT : BINARY, size);
    const end = start + size;
    if (isText) bytes.write(data, start);
    else bytes.set(data, start);
    mask(bytes, start, end);
    this.#size = end;
    this.#messages++;
    if (end >= BATCH) this.flush();
    return size;
  }
  /** Writes what is held back. */
  flush() {
    const bytes = this.#bytes?.subarray(0, this.#size);
    if (!bytes) return;
    const messages = this.#messages;
    this.#bytes = void 0;
    this.#size = this.#messages = 0;
    this.#target.write(bytes, messages);
  }
  /** A buffer that holds what is held back and has room for more. */
  #room(more) {
    const bytes = this.#bytes;
    const needed = this.#size + more;
    if (!bytes) return this.#bytes = node_buffer.Buffer.allocUnsafe(Math.max(more, FIRST_ROOM));
    if (needed <= bytes.length) return bytes;
    if (needed > BATCH) {
      this.flush();
      return this.#bytes = node_buffer.Buffer.allocUnsafe(Math.max(more, BATCH));
    }
    this.#bytes = node_buffer.Buffer.allocUnsafe(Math.min(needed * 4, BATCH));
    bytes.copy(this.#bytes, 0, 0, this.#size);
    return this.#bytes;
  }
}
function writeHeader(bytes, offset, first, size) {
  bytes[offset] = first;
  let end = offset + 2;
  if (size < 126) {
    bytes[offset + 1] = MASKED | size;
  } else if (size < 65536) {
    bytes[offset + 1] = MASKED | 126;
    end = bytes.writeUInt16BE(size, end);
  } else {
    bytes[offset + 1] = MASKED | 127;
    end = bytes.writeUInt32BE(Math.floor(size / 2 ** 32), end);
    end = bytes.writeUInt32BE(size % 2 ** 32, end);
  }
  return end + KEY_SIZE;
}
function mask(bytes, start, end) {
  const key = takeKey();
  bytes.set(key, start - KEY_SIZE);
  let done = start;
  if (end - start >= WORDS) {
    const first = start + (-(bytes.byteOffset + start) & 3);
    maskBytes(bytes, key, start, start, first);
    done = maskWords(bytes, key, start, first, end);
  }
  maskBytes(bytes, key, start, done, end);
}
function takeKey() {
  if (keysUsed === keys.length) {
    node_crypto.randomFillSync(keys);
    keysUsed = 0;
  }
  return keys.subarray(keysUsed, keysUsed += KEY_SIZE);
}
function maskBytes(bytes, key, start, from, to) {
  for (let i = from; i < to; i++) {
    bytes[i] = bytes[i] ^ key[i - start & 3];
  }
}
function maskWords(bytes, key, start, from, to) {
  for (let i = 0; i < KEY_SIZE; i++) turned[i] = key[from - start + i & 3];
  const word = turnedWord[0];
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + from, to - from >> 2);
  for (let i = 0; i < words.length; i++) words[i] = words[i] ^ word;
  return from + words.length * 4;
}

function guardConnection(guard, url, options, signal) {
  const label = displayUrl(url);
  const rival = findRival(url, options);
  if (rival) {
    const why = "it connects where the guard cannot see";
    throw new WsError(
      "UNSUPPORTED",
      `dial ${label}: ${rival} cannot be used with denyPrivateNetworks: ${why}`
    );
  }
  const check = (address) => {
    const problem = guard.problem(url.hostname, address);
    if (!problem) return;
    throw new WsError(
      "URL_FORBIDDEN",
      `dial ${label}: not allowed: ${label}: ${problem}, and option denyPrivateNetworks is set`
    );
  };
  check();
  const isSecure = url.protocol === "wss:";
  return ({ host, port, family, localAddress, lookup = node_dns.lookup, ...rest }, done) => {
    const socket = node_net.connect({
      port,
      ...host !== void 0 && { host },
      ...family !== void 0 && { family },
      ...localAddress !== void 0 && { localAddress },
      lookup: checkAnswers(lookup, check)
    });
    const abort = () => void socket.destroy();
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    const settle = (error, opened) => {
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
        settle(error);
      }
    });
  };
}
function findRival({ protocol }, { webSocket, node }) {
  if (webSocket) return "option webSocket";
  if (node.agent) return "option node.agent";
  if (node.tls?.socket) return "option node.tls.socket";
  return protocol === "ws+unix:" ? "a ws+unix: URL" : void 0;
}
function checkAnswers(lookup, check) {
  return (host, options, done) => {
    lookup(host, options, (error, answer, family) => {
      let answers;
      try {
        if (error) throw error;
        answers = copyAnswers(Array.isArray(answer) ? answer : [{ address: answer, family }]);
        for (const { address } of answers) check(address);
      } catch (refusal) {
        done(refusal, "");
        return;
      }
      const [first] = answers;
      if (!first) done(new Error(`the look-up of ${host} found no address`), "");
      else if (options.all) done(null, answers);
      else done(null, first.address, first.family);
    });
  };
}
function copyAnswers(answers) {
  return answers.map(({ address, family = 0 }) => ({ address: String(address), family }));
}
function startTls(socket, host = "", options) {
  const { servername = node_net.isIP(host) ? "" : host } = options;
  return node_tls.connect({ ...options, host, servername, socket });
}

const BLOCKS = {
  "cloud metadata": [
    "169.254.169.254/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
    // Azure's, alone among addresses that are otherwise public.
    "168.63.129.16/32"
  ],
  unspecified: ["0.0.0.0/8", "::/128"],
  loopback: ["127.0.0.0/8", "::1/128"],
  "private use": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  "unique local": ["fc00::/7"],
  "link local": ["169.254.0.0/16", "fe80::/10"],
  "site local": ["fec0::/10"],
  "carrier-grade NAT": ["100.64.0.0/10"],
  multicast: ["224.0.0.0/4", "ff00::/8"],
  documentation: [
    "192.0.2.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "2001:db8::/32",
    "3fff::/20"
  ],
  benchmarking: ["198.18.0.0/15", "2001:2::/48"],
  ORCHID: ["2001:10::/28", "2001:20::/28"],
  // They hold an IPv4 address that a relay or a translator of the local network would dial for us.
  Teredo: ["2001::/32"],
  "6to4": ["192.88.99.0/24", "2002::/16"],
  "local NAT64": ["64:ff9b:1::/48"],
  "IPv4-compatible": ["::/96"],
  discard: ["100::/64"],
  "protocol assignments": ["192.0.0.0/24", "2001::/23"],
  reserved: ["240.0.0.0/4"]
};
const MAPPED = "::ffff:";
const NAT64 = "64:ff9b::";
const PUBLIC = ["0.0.0.0/0", "2000::/3", "::ffff:0:0/96", "64:ff9b::/96"];
const LOCALHOST = /(^|\.)localhost\.*$/;
class Blocks {
  // One list a family: not all versions of Node agree on what a list of both makes of IPv4 in IPv6.
  #lists = { 4: new node_net.BlockList(), 6: new node_net.BlockList() };
  /** IPv4 blocks are also added as they look in IPv6 behind these prefixes of 96 bits. */
  constructor(blocks, ...prefixes) {
    for (const block of blocks) {
      const [network = "", bits] = block.split("/");
      if (node_net.isIP(network) === 6) this.#lists[6].addSubnet(network, Number(bits), "ipv6");
      else {
        this.#lists[4].addSubnet(network, Number(bits), "ipv4");
        for (const prefix of prefixes) {
          this.#lists[6].addSubnet(prefix + network, 96 + Number(bits), "ipv6");
        }
      }
    }
  }
  has(address) {
    return node_net.isIP(address) === 6 ? this.#lists[6].check(address, "ipv6") : this.#lists[4].check(address, "ipv4");
  }
}
class NetworkGuard {
  #blocks = Object.entries(BLOCKS).map(
    ([name, blocks]) => [name, new Blocks(blocks, MAPPED, NAT64)]
  );
  #public = new Blocks(PUBLIC);
  #names;
  #allowed;
  /** Of names and of blocks. */
  constructor(allow = []) {
    this.#names = new Set(allow);
    this.#allowed = new Blocks(
      allow.filter((entry) => entry.includes("/")),
      MAPPED
    );
  }
  /**
   * What is wrong with dialling the host of a URL, if anything: as far as it can be told by the host
   * itself, or by an address that it has led to.
   */
  problem(hostname, address = hostname.replace(/^\[|\]$/g, "")) {
    if (this.#names.has(withoutDot(hostname))) return void 0;
    const block = this.#blockOf(LOCALHOST.test(address) ? "127.0.0.1" : address);
    return block && `${address} is a private address (${block})`;
  }
  /** Why an address is refused, if it is one and is. */
  #blockOf(zoned) {
    const address = zoned.replace(/%.*/, "");
    if (!node_net.isIP(address) || this.#allowed.has(address)) return void 0;
    const [name] = this.#blocks.find(([, blocks]) => blocks.has(address)) ?? [];
    return name ?? (this.#public.has(address) ? void 0 : "reserved");
  }
}
function parseGuard(value, name) {
  if (value === false) return void 0;
  if (value === true) return new NetworkGuard();
  if (!isObject(value)) throw invalid(name, "true, false or { allow }", value);
  const { allow = [] } = pickKnown(name, value, ["allow"]);
  if (!Array.isArray(allow)) throw invalid(`${name}.allow`, "an array", allow);
  return new NetworkGuard(
    // Not `map`, which would pass over holes.
    Array.from(allow, (entry, index) => {
      const parsed = typeof entry === "string" && (parseBlock(entry) ?? parseName(entry));
      if (parsed) return parsed;
      const wanted = "a host name, an IP address or a CIDR block";
      throw invalid(`${name}.allow[${index}]`, wanted, entry);
    })
  );
}
function parseBlock(entry) {
  const [, network = "", bits] = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
  const most = { 4: 32, 6: 128 }[node_net.isIP(network)] ?? -1;
  const length = Number(bits ?? most);
  return length >= 0 && length <= most ? `${network}/${length}` : void 0;
}
function parseName(entry) {
  const isName = /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u.test(entry);
  const host = isName ? node_url.domainToASCII(entry) : "";
  return node_net.isIP(host) ? void 0 : withoutDot(host);
}
function withoutDot(host) {
  return host.replace(/\.$/, "");
}

const BODY_LIMIT = 65536;
const BODY_TIMEOUT = 1e3;
const MAX_FRAGMENTS = 65536;
const LAST_RESORT = 6e5;
const MAX_CHUNKS = 262144;
const MAX_PENDING_PONGS = 32768;
const DEFAULT_MAX_REDIRECTS = 5;
const PING_BYTES = 4;
const dialBy = (guard) => async (request) => {
  const { signal } = request;
  let hop = { url: request.url, options: request.options };
  for (let hops = 0; ; hops++) {
    try {
      await dialOnce(request, hop, guard);
      return;
    } catch (error) {
      hop = followRedirect(hop, error, hops);
      await request.authorize(hop.url);
      signal.throwIfAborted();
    }
  }
};
const nodePlatform = {
  credentials: true,
  unix: unixProblem,
  base: void 0,
  dial: /* @__PURE__ */ dialBy(),
  contextParsers: {
    denyPrivateNetworks(value, name) {
      const guard = parseGuard(value, name);
      return guard && dialBy(guard);
    }
  }
};
function followRedirect(from, refusal, hops) {
  const { followRedirects = false, maxRedirects = DEFAULT_MAX_REDIRECTS } = from.options.node;
  const location = redirectLocation(refusal);
  if (location === void 0 || !followRedirects) throw refusal;
  const label = displayUrl(from.url);
  if (hops >= maxRedirects) {
    throw new WsError("HANDSHAKE_REJECTED", `dial ${label}: over ${maxRedirects} redirects`, {
      details: refusal.details
    });
  }
  const url = parseLocation(from.url, location, refusal);
  if (url.protocol === "ws+unix:" || from.url.protocol === "wss:" && url.protocol === "ws:") {
    throw new WsError(
      "URL_FORBIDDEN",
      `dial ${label}: not allowed: ${displayUrl(url)}: a redirect may not leave TLS or the network`
    );
  }
  if (sameOrigin(from.url, url)) {
    url.username = from.url.username;
    url.password = from.url.password;
    return { url, options: from.options };
  }
  return { url, options: withoutSecrets(from.options, `dial ${label}`) };
}
function redirectLocation(refusal) {
  if (!WsError.is(refusal)) return void 0;
  const { status = 0, headers } = refusal.details;
  const location = headers?.location;
  return [301, 302, 303, 307, 308].includes(status) && typeof location === "string" ? location : void 0;
}
function parseLocation(from, location, refusal) {
  try {
    const url = parseUrl(new URL(location, from), { unix: unixProblem, credentials: true });
    url.username = url.password = "";
    return url;
  } catch {
    throw new WsError("HANDSHAKE_REJECTED", `dial ${displayUrl(from)}: redirected to a bad URL`, {
      details: refusal.details
    });
  }
}
function withoutSecrets(options, operation) {
  const { agent, tls } = options.node;
  if (holdsCertificate(agent?.options)) {
    throw new WsError(
      "URL_FORBIDDEN",
      `${operation}: not allowed: a redirect would take the agent's client certificate elsewhere`
    );
  }
  const kept = Object.entries(tls ?? {}).filter(([name]) => !CERTIFICATE_OPTIONS.includes(name));
  return { ...options, headers: {}, node: { ...options.node, tls: Object.fromEntries(kept) } };
}
const CERTIFICATE_OPTIONS = [
  "cert",
  "key",
  "pfx",
  "passphrase",
  "secureContext",
  "session",
  "pskCallback",
  "clientCertEngine",
  "privateKeyEngine",
  "privateKeyIdentifier"
];
function holdsCertificate(options = {}) {
  return CERTIFICATE_OPTIONS.some((name) => name in options);
}
function dialOnce({ signal, open }, { url, options }, guard) {
  return new Promise((resolve, reject) => {
    const label = displayUrl(url);
    let request;
    let response;
    const createConnection = guard && guardConnection(guard, url, options, signal);
    const ws = createWebSocket(url, options, createConnection, (req) => request = req);
    const abort = () => {
      fail(signal.reason);
      ws.terminate();
    };
    const fail = (error) => {
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    signal.addEventListener("abort", abort);
    ws.on("error", (error) => fail(dialError(label, error, request, response)));
    ws.once("close", () => fail(new WsError("DIAL_FAILED", `dial ${label}: closed`)));
    ws.once("upgrade", (res) => {
      response = res;
      const fault = handshakeFault(res);
      if (fault === void 0) return;
      fail(dialError(label, new Error(fault), request, response));
      ws.terminate();
    });
    ws.once("unexpected-response", (req, res) => {
      signal.removeEventListener("abort", abort);
      ws.removeAllListeners().on("error", () => {
      });
      void readBody(res, signal).then((body) => {
        const timedOut = signal.reason?.code === "DIAL_TIMEOUT";
        const refused = !signal.aborted || timedOut;
        fail(refused ? refusalError(label, res, body) : signal.reason);
        if (options.node.agent) req.destroy();
        else ws.terminate();
      });
    });
    ws.once("open", () => {
      signal.removeEventListener("abort", abort);
      ws.removeAllListeners();
      const transport = new NodeTransport(ws, options, label, response);
      transport.attach(open(transport, url));
      resolve();
    });
    if (signal.aborted) abort();
  });
}
function createWebSocket(url, { node, compression, readLimit, ...options }, createConnection, onRequest) {
  const { agent, tls, lookup, family, localAddress, origin } = node;
  const compresses = compression !== COMPRESSION.DISABLED;
  const noContext = compression === COMPRESSION.NO_CONTEXT;
  const settings = {
    // First, so that nothing in it stands in for a setting of ours.
    ...tls,
    // Nor for one of `ws` or of requests.
    allowSynchronousEvents: true,
    auth: void 0,
    autoPong: true,
    createConnection,
    generateMask: void 0,
    handshakeTimeout: void 0,
    maxBufferedChunks: MAX_CHUNKS,
    protocolVersion: 13,
    skipUTF8Validation: false,
    agent,
    lookup: lookup && catching(lookup),
    family,
    localAddress,
    origin,
    headers: options.headers,
    followRedirects: false,
    maxPayload: compresses ? deflatedLimit(readLimit) : readLimit,
    maxFragments: MAX_FRAGMENTS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    // The core's own deadline forgives this process's sleep; `ws`'s timer would not.
    closeTimeout: LAST_RESORT,
    perMessageDeflate: compresses && {
      // Not `false`, which would refuse a server that wants it (RFC 7692 section 7.1.1).
      ...noContext && { serverNoContextTakeover: true, clientNoContextTakeover: true },
      zlibInflateOptions: { transform: inflateAll },
      // We decide, message by message: `ws` would heed its own only without context take-over.
      threshold: 0
    },
    finishRequest(request) {
      request.maxHeadersCount = 0;
      onRequest(request);
      request.end();
    }
  };
  try {
    return new WebSocket(
      url,
      [...options.protocols],
      settings
    );
  } catch (cause) {
    const why = cause.message;
    throw new WsError("INVALID_OPTION", `connect: option node: Node refuses it: ${why}`, { cause });
  }
}
function deflatedLimit(readLimit) {
  return readLimit + (readLimit >> 3) + 64;
}
function inflateAll(chunk, encoding, done) {
  const before = this.bytesWritten;
  const own2 = Object.getPrototypeOf(this);
  own2._transform.call(this, chunk, encoding, (error) => {
    const rest = chunk.subarray(this.bytesWritten - before);
    if (error || rest.every((byte) => byte === 0 || byte === 255)) done(error);
    else this.destroy(Object.assign(new Error("more behind the end"), { code: "Z_DATA_ERROR" }));
  });
}
function catching(lookup) {
  return (host, options, done) => {
    try {
      lookup(host, options, done);
    } catch (error) {
      done(error);
    }
  };
}
const EXTENSION = /^[ \t]*permessage-deflate([ \t]*;[ \t]*\w+(="?([89]|1[0-5])"?)?)*[ \t]*$/;
function handshakeFault({ httpVersion, headers }) {
  if (httpVersion !== "1.1") return `Not HTTP/1.1 but ${httpVersion}`;
  const extensions = headers["sec-websocket-extensions"];
  if (extensions === void 0 || EXTENSION.test(extensions)) return void 0;
  return "Invalid Sec-WebSocket-Extensions header";
}
const CERTIFICATE_ERROR = /CERT|CRL|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;
function dialError(label, cause, request, response) {
  const { code = "" } = cause;
  if (WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const why = cause.message || code;
  if (response !== void 0 || code.startsWith("HPE_")) {
    return new WsError("HANDSHAKE_REJECTED", `dial ${label}: bad handshake: ${why}`, {
      details: response ? responseDetails(response) : {},
      cause
    });
  }
  const socket = request?.socket;
  if (socket?.authorizationError || CERTIFICATE_ERROR.test(code)) {
    return new WsError("DIAL_FAILED", `dial ${label}: certificate not trusted: ${why}`, {
      retryable: false,
      cause
    });
  }
  return new WsError("DIAL_FAILED", `dial ${label}: ${why}`, { cause });
}
const STATUS_TRAITS = {
  401: "PERMISSION_DENIED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  408: "+TIMEOUT",
  410: "NOT_FOUND",
  429: "+RATE_LIMITED",
  501: "UNAVAILABLE",
  505: "UNAVAILABLE"
};
function refusalError(label, response, body) {
  const details = { ...responseDetails(response), body };
  const { status = 0, statusText = "" } = details;
  const traits = STATUS_TRAITS[status] ?? (status >= 500 && status < 600 ? "+UNAVAILABLE" : "INTERNAL");
  const hint = redirectHint(status);
  return new WsError(
    "HANDSHAKE_REJECTED",
    `dial ${label}: the server answered ${status} ${statusText}${hint}`,
    { ...parseTraits(traits), details }
  );
}
function redirectHint(status) {
  return status >= 300 && status < 400 ? ": option node.followRedirects follows redirects" : "";
}
function responseDetails(response) {
  const { statusCode = 0, statusMessage = "" } = response;
  const retryAfter = parseRetryAfter(response.headers["retry-after"]);
  return {
    status: statusCode,
    statusText: statusMessage,
    headers: copyHeaders(response.headers),
    ...retryAfter === void 0 ? {} : { retryAfter }
  };
}
function copyHeaders(headers) {
  return Object.freeze({ ...headers });
}
const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;
function parseRetryAfter(value) {
  if (value === void 0) return void 0;
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1e3;
  const date = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? void 0 : Math.max(0, date - Date.now());
}
function readBody(response, signal) {
  return new Promise((resolve) => {
    const chunks = [];
    let size = 0;
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(node_buffer.Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString());
    };
    const timer = setTimeout(done, BODY_TIMEOUT);
    signal.addEventListener("abort", done);
    response.on("data", (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= BODY_LIMIT) done();
    });
    response.on("end", done);
    response.on("error", done);
    response.on("close", done);
  });
}
const ERROR_CLOSE_CODES = {
  WS_ERR_INVALID_UTF8: INVALID_PAYLOAD,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: POLICY_VIOLATION,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: MESSAGE_TOO_BIG,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: MESSAGE_TOO_BIG
};
class NodeTransport {
  constructor(ws, options, label, response) {
    this.timesPaused = 0;
    /** Writes begun, and those that are done. */
    this.taken = 0;
    this.written = 0;
    this.#hasToldFault = false;
    this.#awaitsTurnEnd = false;
    /** How many messages `ws` has that are not written. */
    this.#deflating = 0;
    this.#pings = [];
    this.#pingsSent = 0;
    this.#pauseAsked = false;
    this.#pauseFirmly = false;
    this.#paused = false;
    this.#ws = ws;
    this.#options = options;
    this.#label = label;
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    this.#socket = response?.socket;
    this.#writer = this.#socket && new FrameWriter(this);
    this.#deflates = ws.extensions !== "";
    this.protocol = ws.protocol;
    this.extensions = response?.headers["sec-websocket-extensions"] ?? ws.extensions;
    this.#headers = response?.headers;
  }
  #ws;
  #socket;
  #options;
  #label;
  #headers;
  #handshake;
  #frames;
  /** The listener of `ws`. */
  #leave;
  /** Writes past `ws`; without a socket nothing can. */
  #writer;
  #deflates;
  #socketError;
  #handler;
  #sentCode;
  #hasToldFault;
  #awaitsTurnEnd;
  #deflating;
  #pings;
  #pingsSent;
  #pauseAsked;
  #pauseFirmly;
  #paused;
  get handshake() {
    const headers = this.#headers;
    return this.#handshake ??= headers && { status: 101, headers: copyHeaders(headers) };
  }
  /** Begins to report. */
  attach(handler) {
    this.#handler = handler;
    const ws = this.#ws;
    ws.on("message", (data, isBinary) => {
      this.#handler?.onMessage(
        isBinary ? { type: "binary", data: own(data) } : { type: "text", data: data.toString() },
        data.length
      );
    });
    ws.on("pong", (payload) => this.#onPong(payload));
    ws.on("error", (error) => this.#onError(error));
    ws.on("close", (code, reason) => {
      const echoed = code === NO_STATUS || code === ABNORMAL_CLOSURE ? void 0 : code;
      this.#detach()?.onEnd({
        code,
        reason: reason.toString(),
        sentCode: this.#sentCode ?? echoed,
        cause: this.#socketError
      });
    });
    this.#socket?.on("error", (error) => this.#socketError = error);
    const onClosing = () => {
      if (ws.readyState !== WebSocket.OPEN) this.#handler?.onClosing();
    };
    this.#readAhead();
    this.#socket?.on("data", onClosing).on("end", onClosing).on("finish", onClosing);
  }
  /** Puts a reader before `ws`, whose listener is the only one yet; Bun's own `ws` has none. */
  #readAhead() {
    const socket = this.#socket;
    const [leave, ...others] = socket?.listeners("data") ?? [];
    if (!socket || !leave || others.length > 0) return;
    const reader = new FrameReader(this.#deflates ? NONE : this.#options.readLimit, this);
    this.#frames = reader;
    this.#leave = leave;
    const read = (chunk) => reader.read(chunk);
    socket.off("data", leave).prependListener("data", read);
    socket.prependOnceListener("close", () => {
      socket.off("data", read);
      reader.end();
    });
  }
  mayTake() {
    return this.#ws.readyState === WebSocket.OPEN;
  }
  leave(bytes) {
    this.#writer?.flush();
    this.#leave?.call(this.#socket, bytes);
  }
  /** Takes a message from a chunk, unless it is damaged: then `ws` shall say so. */
  take(isText, chunk, start, end) {
    const handler = this.#handler;
    if (!handler) return false;
    if (isText) {
      const data = chunk.toString("utf8", start, end);
      if (data.includes("\uFFFD")) return false;
      handler.onMessage({ type: "text", data }, end - start);
    } else {
      const data = own(chunk.subarray(start, end));
      handler.onMessage({ type: "binary", data }, end - start);
    }
    return true;
  }
  get bufferedAmount() {
    return this.#ws.bufferedAmount + (this.#writer?.size ?? 0);
  }
  get progress() {
    return this.#socket?.writableLength ? takenOf(this.#handle) : NaN;
  }
  get life() {
    return this.#frames?.inMessage ? NaN : this.received + takenOf(this.#handle);
  }
  get received() {
    const { bytesRead = 0 } = lowest(this.#handle);
    return bytesRead;
  }
  get #handle() {
    return this.#socket?._handle;
  }
  send(data) {
    if (this.#ws.readyState !== WebSocket.OPEN) return -1;
    this.taken++;
    const writer = this.#writer;
    if (!writer || this.#deflates) {
      const size = typeof data === "string" ? node_buffer.Buffer.byteLength(data) : data.byteLength;
      const compress = this.#deflates && size >= this.#options.compressionThreshold;
      if (!writer || compress || this.#deflating > 0) {
        this.#sendByWs(data, compress);
        return size;
      }
    }
    this.#awaitTurnEnd();
    return writer.add(data);
  }
  #sendByWs(data, compress) {
    this.#writer?.flush();
    this.#deflating++;
    const payload = typeof data !== "string" && this.#deflates ? data.slice() : data;
    this.#ws.send(payload, { binary: typeof data !== "string", compress }, (error) => {
      this.#deflating--;
      this.#onWritten(error);
    });
  }
  #awaitTurnEnd() {
    if (this.#awaitsTurnEnd) return;
    this.#awaitsTurnEnd = true;
    atTurnEnd(this);
  }
  /** This turn's microtasks are done. */
  onTurnEnd() {
    this.#awaitsTurnEnd = false;
    this.#writer?.flush();
    if (this.#paused || !this.#isPauseDue) return;
    this.#paused = true;
    this.timesPaused++;
    this.#ws.pause();
  }
  write(bytes, messages) {
    this.#socket?.write(bytes, (error) => this.#onWritten(error, messages));
  }
  ping(done) {
    const ping = { id: ++this.#pingsSent, start: now(), done };
    this.#pings = [...this.#pings, ping];
    this.#regulate();
    if (this.#ws.readyState === WebSocket.OPEN) {
      const payload = node_buffer.Buffer.alloc(PING_BYTES);
      payload.writeUInt32BE(ping.id);
      this.#writer?.flush();
      this.taken++;
      this.#ws.ping(payload, true, (error) => {
        ping.start = now();
        this.#onWritten(error);
      });
    }
    return () => this.#takePings((one) => one === ping);
  }
  #onPong(payload) {
    if (payload.byteLength !== PING_BYTES) return;
    const id = payload.readUInt32BE();
    if (id > this.#pingsSent) return;
    for (const { start, done } of this.#takePings((ping) => ping.id <= id)) done(now() - start);
  }
  /** Takes out pings that wait no longer. */
  #takePings(isOver) {
    const over = this.#pings.filter(isOver);
    this.#pings = this.#pings.filter((ping) => !isOver(ping));
    this.#regulate();
    return over;
  }
  pause(paused, firmly = false) {
    this.#pauseAsked = paused;
    this.#pauseFirmly = firmly;
    this.#regulate();
  }
  get #isPauseDue() {
    return this.#pauseAsked && (this.#pauseFirmly || this.#pings.length === 0);
  }
  #regulate() {
    if (this.#paused === this.#isPauseDue) return;
    if (!this.#paused) {
      this.#awaitTurnEnd();
      return;
    }
    this.#paused = false;
    this.#ws.resume();
  }
  close(code, reason) {
    this.#writer?.flush();
    if (this.#ws.readyState === WebSocket.OPEN) this.#sentCode = code;
    this.#ws.close(code, reason);
  }
  terminate(code) {
    const ws = this.#ws;
    this.#detach();
    const isOpen = ws.readyState === WebSocket.OPEN;
    if (code === ABNORMAL_CLOSURE || !isOpen && !this.#hasToldFault) {
      ws.terminate();
      return void 0;
    }
    this.pause(false);
    if (isOpen) {
      this.#writer?.flush();
      ws.close(code);
      this.#socket?.end(() => this.#socket?.destroy());
    }
    const stop = setTimeout(() => ws.terminate(), this.#options.closeTimeout);
    ws.once("close", () => clearTimeout(stop));
    return code;
  }
  cut() {
    this.#ws.terminate();
  }
  #detach() {
    const handler = this.#handler;
    this.#handler = void 0;
    for (const { done } of this.#takePings(() => true)) done(NaN);
    return handler;
  }
  #onWritten(error, messages = 1) {
    const handler = this.#handler;
    if (error || handler === void 0 || this.#socket?.destroyed) return;
    this.written += messages;
    handler.onProgress();
  }
  /**
   * `ws` found a fault with the peer, and has sent a close frame that tells it; unless the peer had ended
   * its side while the message was inflated, at which `ws` ends this one.
   */
  #onError(cause) {
    this.#frames?.stop();
    this.#hasToldFault = !this.#socket?.writableEnded;
    const closeCode = errorCloseCode(cause.code);
    const limit = this.#options.readLimit;
    const error = closeCode === MESSAGE_TOO_BIG ? new WsError("MESSAGE_TOO_BIG", `receive ${this.#label}: a message over ${limit} bytes`, {
      details: { limit },
      cause
    }) : new WsError("PROTOCOL_ERROR", `receive ${this.#label}: ${cause.message}`, { cause });
    this.#handler?.onError(error, closeCode);
  }
}
function lowest(handle) {
  return handle?._parent ?? handle ?? {};
}
function takenOf(handle) {
  const { bytesWritten = 0, writeQueueSize = 0 } = lowest(handle);
  return bytesWritten - writeQueueSize;
}
function errorCloseCode(code = "") {
  if (code.startsWith("Z_")) return INVALID_PAYLOAD;
  return ERROR_CLOSE_CODES[code] ?? PROTOCOL_ERROR;
}
let waiting = [];
function atTurnEnd(transport) {
  if (waiting.push(transport) === 1) queueMicrotask(awaitTick);
}
function awaitTick() {
  process.nextTick(endTurn);
}
function endTurn() {
  const transports = waiting;
  waiting = [];
  for (const transport of transports) transport.onTurnEnd();
}
function own(data) {
  const { buffer } = data;
  const isWhole = data.byteLength > 0 && buffer.byteLength === data.byteLength;
  return isWhole && buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(data);
}

const native = { ...nodePlatform, parsers: nodeParsers };
const custom = /* @__PURE__ */ webSocketPlatform(() => void 0);
const platformFor = (webSocket) => webSocket ? custom : native;
const connect = /* @__PURE__ */ bindConnect(platformFor);
const createContext = /* @__PURE__ */ bindCreateContext(platformFor);
const websocket = /* @__PURE__ */ (() => Object.freeze({ ...shared, connect, createContext }))();

exports.BINARY = BINARY$1;
exports.CLOSE_CODES = CLOSE_CODES;
exports.COMPRESSION = COMPRESSION;
exports.Channel = Channel;
exports.ReceiveChannel = ReceiveChannel;
exports.TEXT = TEXT$1;
exports.TYPE_BINARY = TYPE_BINARY;
exports.TYPE_CLOSE = TYPE_CLOSE;
exports.TYPE_PING = TYPE_PING;
exports.TYPE_PONG = TYPE_PONG;
exports.TYPE_TEXT = TYPE_TEXT;
exports.WsError = WsError;
exports.after = after;
exports.connect = connect;
exports.createContext = createContext;
exports.default = websocket;
exports.definePolicy = definePolicy;
exports.errors = errors;
exports.parseDuration = parseDuration;
exports.select = select;
exports.ticker = ticker;
//# sourceMappingURL=node.cjs.map
