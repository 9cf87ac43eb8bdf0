'use strict';

Object.defineProperty(exports, '__esModule', { value: true });

var node_buffer = require('node:buffer');
var node_zlib = require('node:zlib');
var node_crypto = require('node:crypto');
var node_fs = require('node:fs');
var node_dns = require('node:dns');
var node_net = require('node:net');
var node_tls = require('node:tls');
var node_url = require('node:url');
var node_querystring = require('node:querystring');
var require$$0 = require('ws');
var node_util = require('node:util');

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
const CONTROLS = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const escapeControls = (text) => text.replace(CONTROLS, encodeURI);
const BRAND = /* @__PURE__ */ Symbol.for("wschan.WsError");
class WsError extends Error {
  constructor(code, message, init = {}) {
    super(escapeControls(message), init.cause === void 0 ? void 0 : init);
    const { kind, retryable, details = {} } = { ...parseTraits(traitsOf(code)), ...init };
    this.code = code;
    this.kind = kind;
    this.retryable = retryable;
    this.details = hideSecrets(details);
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
function hideSecrets(details) {
  const copy = { ...details };
  for (const name of ["headers", "body"]) {
    const value = details[name];
    if (value) Object.defineProperty(copy, name, { value, enumerable: false });
  }
  return copy;
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
  if (typeof value === "string") return `a string of length ${value.length}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return isObject(value) ? "an object" : String(value);
}
function quote(value) {
  if (typeof value !== "string") return show(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}
function invalid(what, wanted, value, code = "INVALID_OPTION", cause) {
  return new WsError(code, `${what} must be ${wanted}, not ${show(value)}`, { cause });
}
function platformClass(name) {
  const found = globalThis[name];
  if (found) return found;
  throw new WsError("UNSUPPORTED", `${name} is missing here: add it`);
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
      throw new WsError("INVALID_OPTION", `${where}: unknown option ${quote(name)}: ${hint}`);
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
  const wanted = `0 to ${max} ms or a Go duration such as "1h15m30.5s"`;
  throw new WsError(code, `${where} must be ${wanted}, not ${quote(value)}`);
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
function startTimer(delay, expire, keepsAlive = true) {
  const due = now() + delay;
  let timer;
  const arm = () => {
    const left = due - now();
    timer = setTimeout(left > MAX_DELAY ? arm : expire, Math.min(Math.ceil(left), MAX_DELAY));
    if (!keepsAlive) timer.unref?.();
  };
  arm();
  return () => clearTimeout(timer);
}
const nextTurn$1 = /* @__PURE__ */ (() => {
  const { setImmediate, setTimeout: setTimeout2 } = globalThis;
  return setImmediate ?? setTimeout2;
})();
const microtask = /* @__PURE__ */ (() => globalThis.queueMicrotask)();
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
function checkSignal(operation, signal) {
  if (signal === void 0 || isSignal(signal)) return signal !== void 0;
  throw invalid(`${operation}: option signal`, "an AbortSignal", signal);
}
const WAIT_OPTIONS = ["timeout", "signal"];
async function waitFor(operation, timeoutCode, options, { timeout: usual = Infinity, attempt, park }, names = WAIT_OPTIONS) {
  const { signal, timeout: given } = pickKnown(operation, options, names);
  const where = `${operation}: option timeout`;
  const timeout = given === void 0 ? usual : durationOf(where, given);
  if (checkSignal(operation, signal) && signal.aborted) throw abortError(operation, signal);
  const timeoutError = () => new WsError(timeoutCode, `${operation}: timed out after ${timeout} ms`);
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
    const expire = () => nextTurn$1(() => end(timeoutError()));
    if (timeout < Infinity) stops.push(startTimer(timeout, expire));
    if (signal) stops.push(onAbort(signal, () => end(abortError(operation, signal))));
  });
  if (result instanceof Error) throw result;
  return result;
}
const DONE = /* @__PURE__ */ Promise.resolve();
async function waitForStarted(operation, timeoutCode, options, start, names) {
  let started = DONE;
  await waitFor(
    operation,
    timeoutCode,
    options,
    {
      attempt() {
        started = start();
        started.catch(() => {
        });
        return started === DONE || void 0;
      },
      park(done) {
        started.then(() => done(true), done);
        return () => {
        };
      }
    },
    names
  );
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
  /**
   * Iterates over the values until the channel is closed and drained. Leaving the loop leaves the channel
   * open. A `return()` ends a pending `next()` with `done: true`, and no value is lost.
   */
  [Symbol.asyncIterator]() {
    return this.messages();
  }
  /**
   * As iterating over the channel itself; `signal` ends it with `ABORTED`, and no value is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  messages(options) {
    return new QueueIterator(this.#queue, options);
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
const MESSAGES_OPTIONS = ["signal"];
class QueueIterator {
  #queue;
  #failure;
  /** Every `next()` that is pending. */
  #pending = new Waiters();
  /** True after `return()` or an abort. */
  #isOver = false;
  /** Stops listening to the signal. */
  #ignore;
  constructor(queue, options = {}, failure) {
    this.#queue = queue;
    this.#failure = failure;
    const { signal } = pickKnown("messages", options, MESSAGES_OPTIONS);
    if (!checkSignal("messages", signal)) return;
    const abort = () => this.#end(() => abortError("messages", signal));
    this.#ignore = onAbort(signal, abort);
    if (signal.aborted) abort();
  }
  /** Not an async function, which would cost one more promise and two more turns for each message. */
  next() {
    const result = this.#isOver ? CLOSED : this.#queue.take();
    if (result) return Promise.resolve(this.#step(result));
    return new Promise((resolve) => {
      const receiver = (late) => {
        this.#pending.delete(receiver);
        resolve(this.#step(late));
      };
      this.#pending.add(receiver);
      this.#queue.park(receiver);
    });
  }
  #step({
    ok,
    value
  }) {
    if (ok) return { done: false, value };
    if (!this.#isOver) this.#end(this.#failure);
    return this.#last();
  }
  return() {
    this.#end();
    return this.#last();
  }
  /** Ends every `next()` that is pending, and those to come, without a value. */
  #end(failure) {
    this.#isOver = true;
    this.#failure = failure;
    this.#ignore?.();
    for (let receiver; receiver = this.#pending.first; ) {
      this.#queue.unpark(receiver);
      receiver(CLOSED);
    }
  }
  async #last() {
    const error = await this.#failure?.();
    if (error) throw error;
    return { done: true, value: void 0 };
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
  let size = text.length;
  if (!/[\u0080-\uffff]/.test(text)) return size;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i);
    if (code > 127) size += code > 2047 ? 2 : 1;
    if (code > 65535) i++;
  }
  return size;
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
function isFrameCode(code) {
  return SENDABLE.test(String(code));
}
function checkClose(code, reason) {
  const isCode = typeof code === "number" && isFrameCode(code);
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
    this.pressure = 0;
    /** Set when a value is taken while `pressure` is not 0. See `warnIfUnread`, which clears it. */
    this.wasRead = false;
    /** True once it was reported that nothing is taken. */
    this.hasWarned = false;
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
      if (this.pressure) {
        this.wasRead = true;
        this.#regulate();
      }
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
    const incoming = startDeadline(interval, question, host.alive, Infinity);
    const outgoing = startDeadline(interval, question, host.sent, Infinity);
    phase = {
      touch: () => incoming.touch(),
      stop() {
        incoming.stop();
        outgoing.stop();
      }
    };
  };
  const question = () => {
    phase?.stop();
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
    askNow() {
      if (phase && phase.touch !== rest) {
        phase.stop();
        question();
      }
    },
    touch: () => phase?.touch(),
    stop() {
      phase?.stop();
      phase = void 0;
    }
  };
}

function readableOf(client) {
  const iterator = client.messages();
  return new (platformClass("ReadableStream"))(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => client.close().then(() => {
      })
    },
    { highWaterMark: 0 }
  );
}
function writableOf(client) {
  return new (platformClass("WritableStream"))({
    start(controller) {
      controller.signal.addEventListener("abort", () => client.terminate());
      void client.closed.then(({ error: cause }) => {
        const init = { retryable: cause?.retryable ?? false, cause };
        controller.error(new WsError("CLOSED", "writable: the connection has ended", init));
      });
    },
    write: (data) => client.send(data),
    close: () => client.close().then(() => {
    })
  });
}

const PATIENCE = 3e4;
function warnIfUnread(where, inbox, transport, onRead) {
  inbox.wasRead = false;
  const expire = () => {
    if (inbox.wasRead) onRead();
    else if (!inbox.hasWarned) {
      inbox.hasWarned = true;
      const text = `wschan: ${where} is unread for 30 s: receive or set discardIncoming`;
      (transport.warn ?? console.warn)(text);
    }
  };
  return startTimer(PATIENCE, expire, false);
}

function parseUrl(input, { unix, credentials, base }) {
  const text = input?.href ?? input;
  const refusal = (problem, code = "INVALID_URL") => new WsError(code, `connect: ${quote(maskUrl(text))} ${problem}`);
  const url = resolve(text, base);
  if (!url) throw refusal("is not an absolute URL: use ws://host/path");
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
  if (!/^wss?\+unix:$/.test(protocol)) return "has another scheme: use ws:, wss: or ws+unix:";
  const names = !host && /^\/(?![^:]+%00)[^:]+(:(\/.*)?)?$/.test(pathname);
  return names ? void 0 : "names no socket: use ws+unix:///socket:/path";
}
function resolve(text, base) {
  if (typeof text !== "string") return void 0;
  try {
    const page = base?.startsWith("http") ? publicUrl(new URL(base)) : void 0;
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

const TURN_LIMIT = 5;
const TIMEOUT_CODE = 3008;
const PING_TIMEOUT = 1e4;
let clients = 0;
const SEND_OPTIONS = /* @__PURE__ */ WAIT_OPTIONS.concat("type");
class Client {
  #transport;
  #options;
  /** Private, so that logs do not show its query. */
  #url;
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
  /** Promise shared by every send above the high-water mark. */
  #pace;
  /** Settles on the next progress, or the end; and what settles it. */
  #progress;
  #tellProgress;
  #readable;
  #writable;
  /** Stops the timer of `warnIfUnread`, if that has not run out. */
  #stopWarning;
  constructor(transport, url, options) {
    this.id = `wschan-${++clients}`;
    this.#url = publicUrl(url);
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
  /** The URL it is connected to, after redirects, without credentials. */
  get url() {
    return this.#url;
  }
  /** The subprotocol the server picked; `""` for none. */
  get protocol() {
    return this.#transport.protocol;
  }
  /** The extensions the server accepted, as it wrote them; `""` for none. */
  get extensions() {
    return this.#transport.extensions;
  }
  /** The mode of compression that is in force in both directions: see {@link COMPRESSION}. */
  get compression() {
    return this.#transport.compression;
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
   * Returns the next message if there is one, without waiting; `undefined` if there is none, `ok: false`
   * once the connection has ended and all was received. Short for `channel().tryReceive()`.
   */
  tryReceive() {
    return this.#channel.tryReceive();
  }
  /**
   * Iterates over the messages until the connection ends. Returns after a normal end (1000, 1001, 1005) or
   * a local close, and throws the connection's `WsError` after any other. Leaving the loop leaves the
   * connection open. A `return()` ends a pending `next()` with `done: true`, and no message is lost.
   */
  [Symbol.asyncIterator]() {
    return this.messages();
  }
  /**
   * As iterating over the client itself; `signal` ends it with `ABORTED`, and no message is lost.
   *
   * Throws `INVALID_OPTION`.
   */
  messages(options) {
    return new QueueIterator(this.#own, options, () => this.#asked ? void 0 : this.#failure);
  }
  /**
   * The messages as a WHATWG stream, always the same one. It takes them from the channel one by one as it
   * is read, so that a slow reader slows the server down. It closes and errors as iteration ends;
   * cancelling it closes the connection with 1000. Throws `UNSUPPORTED` where there is no `ReadableStream`.
   */
  get readable() {
    return this.#readable ??= readableOf(this);
  }
  /**
   * A WHATWG stream that sends what is written, always the same one; a write settles as `send` does.
   * Closing it closes the connection with 1000 and waits until it has ended; aborting it terminates the
   * connection, also while a write waits. It errors with `CLOSED` when the connection ends, and with
   * `INVALID_MESSAGE`, while the connection lives on. Throws `UNSUPPORTED` where there is no `WritableStream`.
   */
  get writable() {
    return this.#writable ??= writableOf(this);
  }
  /**
   * Sends one message: handed over at once, in call order. Settles as soon as fewer than
   * `sendHighWaterMark` bytes wait, which is usually at once. The bytes may be reused when `send` has
   * returned.
   *
   * @param data A string; or an `ArrayBuffer` or a view, as bytes; or what option `codec` takes.
   * @param options {@link TEXT} or {@link BINARY}, or an object with these as `type`. By default a string
   * is text and bytes are binary. A string as `BINARY` goes out as its UTF-8 bytes; bytes as `TEXT` must be
   * valid UTF-8. `timeout` and `signal` bound the wait only: what was handed over stays sent.
   *
   * Rejects with `INVALID_MESSAGE`, or `CLOSED` when the connection has ended or ends while it waits; with
   * options also with `SEND_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and what was
   * aborted before the call is not sent. A failure that nobody awaits stands in `closed` as well and is no
   * unhandled rejection.
   */
  send(data, options) {
    try {
      if (!options || typeof options !== "object") return this.#send(data, options);
      const operation = `send ${this.#label}`;
      const send = () => this.#send(data, options.type);
      return unreported(waitForStarted(operation, "SEND_TIMEOUT", options, send, SEND_OPTIONS));
    } catch (error) {
      return unreported(Promise.reject(error));
    }
  }
  #send(data, type) {
    const sent = this.offer(toPayload(data, type, this.#codec));
    if (!sent) throw this.#closedError("send");
    return sent;
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
   * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ended first, with `FLUSH_TIMEOUT`,
   * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and with `UNSUPPORTED` where the platform has no
   * `bufferedAmount`.
   */
  flush(options = {}) {
    const flush = () => {
      if (this.#transport.bufferedAmount === void 0) {
        throw this.#error("UNSUPPORTED", "flush", "hidden here: let the peer answer instead");
      }
      if (this.#state === "closed") throw this.#closedError("flush");
      return this.#isFlushed() ? DONE : this.#untilFlushed("flush");
    };
    return unreported(waitForStarted(`flush ${this.#label}`, "FLUSH_TIMEOUT", options, flush));
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
    if (this.#options.discardIncoming) return;
    try {
      if (this.#codec) this.#decodeBy(this.#codec, message);
      else this.#refuseIfOver(this.#inbox.put(message));
    } catch (cause) {
      this.#refuseMessage(cause);
    }
  }
  #decodeBy(codec, message) {
    this.#decode ??= codec.decoder(this.#options.readLimit);
    this.#decode(message, (value, size) => {
      if (!this.#channel.closed) this.#refuseIfOver(this.#inbox.put(value, OVERHEAD + (size || 0)));
    });
  }
  /** Ends the connection because of a message that could not be taken in. */
  #refuseMessage(cause) {
    const text = `codec ${this.#codec?.name ?? "none"} failed`;
    const error = WsError.is(cause) ? cause : this.#error("INVALID_MESSAGE", "receive", text, { cause });
    const own = error.code === "UNSUPPORTED" ? INTERNAL_ERROR : INVALID_PAYLOAD;
    this.#giveUp(error.code === "MESSAGE_TOO_BIG" ? MESSAGE_TOO_BIG : own, error);
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
      this.#transport.pause(pressure);
      if (pressure > 0) this.#stopWarning ??= this.#startWarning();
    }
  }
  #startWarning() {
    return warnIfUnread(this.#label, this.#inbox, this.#transport, () => {
      this.#stopWarning = void 0;
      this.#regulate();
    });
  }
  // Sending
  /** A promise that settles when this send may be followed by another. */
  #settleSend(size) {
    if (this.#spent === 0) {
      this.#turnStart = now();
      if (!this.#hasArrived) nextTurn$1(() => this.#spent = 0);
      this.#hasArrived = false;
    }
    this.#spent += size + 1;
    const { sendHighWaterMark } = this.#options;
    const mayGoOn = this.#spent < sendHighWaterMark && this.bufferedAmount < sendHighWaterMark && now() - this.#turnStart < TURN_LIMIT;
    return mayGoOn ? DONE : this.#pace ??= unreported(this.#startPace());
  }
  async #startPace() {
    const { sendHighWaterMark } = this.#options;
    try {
      await new Promise((resolve) => nextTurn$1(resolve));
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
  /** Has option `keepAlive` ask now, because the connection may have died unnoticed. @internal */
  probe() {
    this.#keepAlive?.askNow();
  }
  #startKeepAlive({ interval, timeout, message, onPong }) {
    const transport = this.#transport;
    const hasMoved = changes(
      () => (transport.received ?? this.#stats.messagesReceived) + (transport.progress || 0)
    );
    const hasSent = changes(
      () => transport.taken + this.#stats.messagesSent + (transport.progress || 0)
    );
    const isPaused = () => this.#inbox.pressure > 0 && transport.backpressure !== "buffer";
    const byMessage = (done) => this.#askBy(message, done);
    const ping = transport.ping?.bind(transport) ?? byMessage;
    return startKeepAlive(interval, timeout, {
      alive: () => hasMoved() || isPaused(),
      sent: () => hasSent() || isPaused(),
      ask: (answered) => ping((roundTrip) => {
        if (Number.isNaN(roundTrip)) return;
        this.#stats.roundTrip = roundTrip;
        answered();
        microtask(() => onPong?.(roundTrip));
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
    const transport = this.#transport;
    let unsent = transport.unsent ?? 0;
    this.#closeDeadline = startDeadline(
      this.#options.closeTimeout,
      () => transport.cut(),
      () => unsent > (unsent = transport.unsent ?? 0) || this.bufferedAmount > 0 && this.#hasWritten()
    );
    this.#transport.pause(0);
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
    this.#stopWarning?.();
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
    if (typeof data === "string")
      return as === BINARY$1 ? new (platformClass("TextEncoder"))().encode(data) : data;
    const bytes = toBytes(data);
    if (as !== TEXT$1) return bytes;
    const Decoder = platformClass("TextDecoder");
    return new Decoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (cause?.code === "UNSUPPORTED") throw cause;
    const problem = codec ? `: codec ${codec.name} failed` : " is no string, ArrayBuffer (blob.arrayBuffer()) or view, is detached or not UTF-8 as TEXT";
    throw new WsError("INVALID_MESSAGE", `send: data of type ${typeof value}${problem}`, { cause });
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
const must = (accepts, wanted) => (value, name) => {
  if (!accepts(value)) throw invalid(name, wanted, value);
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
const oneOf = (...values) => must((value) => values.includes(value), values.map(quote).join(", "));
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
        throw invalid(`${name}[${index}]`, "a token unlike the others (RFC 6455 4.1)", token);
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
  discardIncoming: /* @__PURE__ */ oneOf(false, true),
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
const tls = (value, name) => {
  const given = pickKnown(name, value, Object.keys(Object(value)));
  for (const callback of ["checkServerIdentity", "pskCallback"]) {
    if (callback in given) callable(given[callback], `${name}.${callback}`);
  }
  return Object.freeze(given);
};
const string = /* @__PURE__ */ must(
  (value) => typeof value === "string" && value !== "" && HEADER_VALUE.test(value),
  "a string of printable characters"
);
const NODE_PARSERS = {
  // Not copied: an agent is a pool with an identity.
  agent: /* @__PURE__ */ must(isObject, "an http.Agent or https.Agent"),
  tls,
  lookup: callable,
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  autoSelectFamily: /* @__PURE__ */ oneOf(false, true),
  autoSelectFamilyAttemptTimeout: duration,
  maxHeaderSize: /* @__PURE__ */ limit(1, 1048576),
  localAddress: string,
  origin: string,
  followRedirects: /* @__PURE__ */ oneOf(false, true),
  binaryViews: /* @__PURE__ */ oneOf(false, true),
  maxRedirects: /* @__PURE__ */ integer(0, 20)
};
function parseHeaders(entries) {
  const headers = /* @__PURE__ */ new Map();
  const seen = /* @__PURE__ */ new Set();
  for (const [index, entry] of entries.entries()) {
    const pair = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (typeof name !== "string" || !TOKEN.test(name)) {
      throw invalidHeaders(`the name of header ${index + 1} must be a token, not ${show(name)}`);
    }
    if (OWN_HEADER.test(name)) {
      throw invalidHeaders(`the handshake sets ${name} itself: ${insteadOf(name)}`);
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
function insteadOf(name) {
  return INSTEAD[name.toLowerCase()] ?? "leave it out";
}
const INSTEAD = {
  host: "put the host into the URL, and let option node.lookup return the address to dial",
  origin: "use option node.origin",
  "sec-websocket-extensions": "use option compression",
  "sec-websocket-protocol": "use option protocols"
};
function invalidHeaders(problem) {
  return new WsError("INVALID_OPTION", `connect: option headers: ${problem}`);
}

const KIT = {
  DONE,
  QueueIterator,
  callable,
  checkClose,
  duration,
  integer,
  must,
  object,
  oneOf,
  parseBy,
  readableOf,
  startTimer,
  toPayload,
  waitFor,
  waitForStarted,
  writableOf
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
      throw new WsError(
        "UNKNOWN_CONNECTION",
        `context: no live connection has the id ${quote(id)}`
      );
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

const UNIX = /^wss?\+unix:$/;
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
    throw new WsError(
      resource ? "URL_FORBIDDEN" : "CONNECT_FORBIDDEN",
      `dial ${displayUrl(url)}: not allowed by the policy`,
      { cause }
    );
  }
}
function definePolicy(rules) {
  if (!Array.isArray(rules)) throw invalidField("rules", "an array", rules);
  const compiled = Array.from(rules, compileRule).sort((a, b) => +b.deny - +a.deny);
  return async (request) => {
    const url = request.action === "websocket.connect" ? void 0 : toSubject(request.resource);
    for (const { deny, applies } of compiled) {
      if (await applies(request, url)) return !deny;
    }
    return false;
  };
}
function compileRule(rule, index) {
  const name = `rules[${index}]`;
  const picked = pickKnown(`definePolicy: ${name}`, rule, [
    "actions",
    "resources",
    "effect",
    "when"
  ]);
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
    '"wss://host[:port][/path][?query]", "ws+unix:///socket" or "*"',
    (pattern) => compileResource(pattern, deny)
  );
  const narrow = ![resources].flat().includes("*");
  return {
    deny,
    async applies(request, url) {
      const named = covers(request.action);
      if (!url && covers("websocket.connect.url") && (!named || deny && narrow)) return !deny;
      if (!named || url && !matches(url[effect])) return false;
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
const EMBEDDED = /^\[(?:(::ffff:|::ffff:0:|::|64:ff9b::)(?=\w+:\w+]$)|2002:)(\w+):(\w*).*/;
function partsOf({ protocol, hostname, port, pathname, search }, deny) {
  const paths = UNIX.test(protocol) ? pathname : `:${pathname}`;
  const end = paths.search(/:|$/);
  return [
    protocol,
    hostname.replace(
      EMBEDDED,
      (same, prefix, high, low) => deny || prefix === "::ffff:" ? new URL(`ws://0x${high}${low.padStart(4, "0")}`).hostname : same
    ).replace(/\.$/, "").replace(/^\./, "/"),
    // "" where it is the default port of the scheme.
    port,
    // To a file system "//" is "/".
    paths.slice(0, end).replace(/\/+/g, "/"),
    paths.slice(end + 1) || "/",
    search.slice(1)
  ];
}
function toSubject(resource) {
  const url = parseUrl(resource, { unix: unixProblem, credentials: true });
  const end = /%(2f|5c|00)/i.test(url.pathname) ? 3 : 6;
  const partsFor = (deny) => partsOf(url, deny).slice(0, end).map(decoder(deny));
  return { allow: partsFor(false), deny: partsFor(true) };
}
function decoder(deny) {
  return (text) => text.replace(/%([\da-f]{2})/gi, (escape, hex) => {
    const char = String.fromCharCode(parseInt(hex, 16));
    return deny || /[\w.~-]/.test(char) ? char : escape.toUpperCase();
  });
}
const NET_PATTERN = /^((?:ws|http)s?:\/\/)(\*\.|\*(?=[:/?]|$))?([^*@:/?#\\\s]+|\[[\da-f:.]+\])?(:\d+|:\*)?(\/[^?#]*)?(\?[^#]*)?$/i;
const UNIX_PATTERN = /^(wss?\+unix:(?:\/\/)?)()(\*|\/(?!\/)[^:?#]+)()(:(?:[/*][^?#]*)?)?(\?[^#]*)?$/i;
function compileResource(pattern, deny) {
  if (pattern === "*") return ([scheme2 = ""]) => deny || !UNIX.test(scheme2);
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
  const wanted = partsOf(url, deny);
  if (star) wanted[1] = wanted[1].replace("x", "*");
  if (port === ":*") wanted[2] = "*";
  if (!path && !query) wanted[4] = "*";
  if (!query) wanted[5] = "*";
  const globs = wanted.map((part) => compileGlob(part, decoder(deny)));
  return (parts) => globs.every((glob, i) => {
    const part = parts[i];
    return part === void 0 ? deny || glob("") : glob(part);
  });
}
function compileGlob(pattern, decode) {
  const pieces = pattern.split("*").map(decode);
  return (text) => {
    let end = 0;
    const isFound = (piece, index) => {
      const from = end;
      const start = index > 0 && index === pieces.length - 1 ? text.lastIndexOf(piece) : text.indexOf(piece, from);
      end = start + piece.length;
      return index ? start >= from : !start;
    };
    return pieces.every(isFound) && end === text.length;
  };
}
function invalidField(field, wanted, value) {
  const shown = quote(maskUrl(value));
  return new WsError("INVALID_OPTION", `definePolicy: ${field} must be ${wanted}, not ${shown}`);
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
      nextTurn$1(() => done(error));
    });
    const request = {
      url,
      options,
      signal,
      due: now() + dialTimeout,
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
  if (!Array.isArray(cases)) throw invalid("select: cases", "an array", cases);
  return Array.from(cases, (entry, index) => {
    if (typeof entry?.park === "function") return entry;
    throw invalid(`select: cases[${index}]`, "caseReceive() or caseSend()", entry);
  });
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

var shared$1 = /*#__PURE__*/Object.freeze({
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

const DISABLED = 0;
const CONTEXT_TAKEOVER = 1;
const NO_CONTEXT = 2;
function compressionMode(extensions, asked) {
  if (!/permessage-deflate/i.test(extensions)) return DISABLED;
  const sides = asked === NO_CONTEXT ? ["server"] : ["server", "client"];
  const isWithout = (side) => new RegExp(`${side}_no_context_takeover`, "i").test(extensions);
  return sides.every(isWithout) ? NO_CONTEXT : CONTEXT_TAKEOVER;
}

const OPEN$1 = 1;
const HINT = "see a browser's console (CSP connect-src?)";
const POLL = 10;
const page = globalThis;
function webSocketPlatform(streamSocket) {
  const classFor = ({ webSocket, backpressure }) => webSocket ?? (backpressure === "stream" ? streamSocket() : void 0) ?? // Looked up by each dial, not on import: a polyfill or a test may install it later.
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
    const errorOf = (code, text, init) => new WsError(code, `dial ${label}: ${text.replaceAll(url.href, label)}`, init);
    if (!Class) throw errorOf("UNSUPPORTED", "no WebSocket here: give option webSocket");
    let socket;
    let transport;
    try {
      socket = new Class(url.href, [...protocols]);
      socket.binaryType = "arraybuffer";
    } catch (cause) {
      const { message } = cause;
      throw errorOf("DIAL_FAILED", `${message}: ${HINT}`, { retryable: false, cause });
    }
    const fail = (code, text, init) => {
      discard(socket);
      reject(errorOf(code, text, init));
    };
    signal.addEventListener("abort", () => transport ?? discard(socket));
    socket.onerror = socket.onclose = ({ message }) => (
      // Some events have an empty message.
      // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
      fail("DIAL_FAILED", `refused, or failed: ${message || HINT}`, { details: { opaque: true } })
    );
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
    this.compression = compressionMode(this.extensions);
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
    if (socket.readyState !== OPEN$1) return -1;
    const isText = typeof data === "string";
    const size = isText ? utf8Size(data) : data.length;
    this.taken -= this.bufferedAmount ?? 0;
    socket.send(isText ? data : data.slice(), size);
    this.taken += this.bufferedAmount ?? 0;
    this.#watch();
    return size;
  }
  pause(pressure) {
    const paused = pressure > 0;
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
    const handler = this.#handler;
    if (typeof data === "string") {
      handler?.onMessage({ type: "text", data }, utf8Size(data));
    } else if (data?.byteLength === void 0) {
      const text = "receive: option webSocket must give ArrayBuffers";
      handler?.onError(new WsError("UNSUPPORTED", text), INTERNAL_ERROR);
    } else {
      const bytes = new Uint8Array(data);
      handler?.onMessage({ type: "binary", data: bytes }, bytes.length);
    }
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

const MAX_SYNC_INPUT_BYTES$1 = 65536;
const TAIL_BYTES$1 = 4;
const OUTPUT_BYTES = 81920;
let shared;
function scratch() {
  return shared ??= {
    input: node_buffer.Buffer.allocUnsafeSlow(MAX_SYNC_INPUT_BYTES$1 + TAIL_BYTES$1),
    output: node_buffer.Buffer.allocUnsafeSlow(OUTPUT_BYTES)
  };
}
function runSync(stream, input, start, end, output) {
  const { _handle, _writeState } = stream;
  const size = end - start;
  _handle?.writeSync(node_zlib.constants.Z_SYNC_FLUSH, input, start, size, output, 0, output.length);
  const room = _writeState[0];
  const unused = _writeState[1];
  return { produced: output.length - room, consumed: size - unused };
}
let isUsable;
function canRunSync() {
  return isUsable ??= checkRoundTrip();
}
function checkRoundTrip() {
  const deflate = node_zlib.createDeflateRaw().on("error", () => {
  });
  const inflate = node_zlib.createInflateRaw().on("error", () => {
  });
  try {
    const text = node_buffer.Buffer.from("wschan wschan");
    const deflated = node_buffer.Buffer.alloc(64);
    const inflated = node_buffer.Buffer.alloc(64);
    return [1, 2].every(() => {
      const { produced } = runSync(deflate, text, 0, text.length, deflated);
      const { produced: size, consumed } = runSync(inflate, deflated, 0, produced, inflated);
      return consumed === produced && inflated.subarray(0, size).equals(text);
    });
  } catch {
    return false;
  } finally {
    deflate.close();
    inflate.close();
  }
}

const TAIL_BYTES = 4;
class MessageDeflater {
  #windowBits;
  #keepsContext;
  #stream;
  // Of the message that is deflated asynchronously.
  #done;
  #parts = [];
  constructor(windowBits, keepsContext) {
    this.#windowBits = windowBits;
    this.#keepsContext = keepsContext;
  }
  /**
   * Deflates a message of `size` bytes at once, unless that would hold the event loop for long: then it
   * returns `undefined`, and {@link deflateAsync} does it. The result is valid until the next call.
   */
  deflateSync(data, size) {
    if (size > MAX_SYNC_INPUT_BYTES$1 || !canRunSync()) return void 0;
    const { input, output } = scratch();
    let bytes = input;
    if (typeof data === "string") input.write(data);
    else bytes = data;
    const stream = this.#open();
    const { produced } = runSync(stream, bytes, 0, size, output);
    if (!this.#keepsContext) stream.reset();
    return output.subarray(0, produced - TAIL_BYTES);
  }
  /** Deflates a message on zlib's thread. No other one may begin before `done` is called. */
  deflateAsync(bytes, done) {
    const stream = this.#open();
    this.#done = done;
    if (stream.listenerCount("data") === 0) {
      stream.on("data", (part) => void this.#parts.push(part));
    }
    stream.write(bytes);
    stream.flush(node_zlib.constants.Z_SYNC_FLUSH, () => {
      if (stream !== this.#stream) return;
      const deflated = node_buffer.Buffer.concat(this.#parts).subarray(0, -TAIL_BYTES);
      if (!this.#keepsContext) stream.reset();
      this.#settle(void 0, deflated);
    });
  }
  /** Frees zlib's memory. `done` of a message under way is not called. */
  close() {
    this.#stream?.close();
    this.#stream = this.#done = void 0;
  }
  #settle(error, deflated) {
    const done = this.#done;
    this.#done = void 0;
    this.#parts = [];
    done?.(error, deflated);
  }
  #open() {
    if (this.#stream) return this.#stream;
    const stream = node_zlib.createDeflateRaw({ windowBits: this.#windowBits });
    stream.on("error", (error) => {
      if (stream === this.#stream) this.#settle(error, node_buffer.Buffer.alloc(0));
    });
    return this.#stream = stream;
  }
}

const DEFAULT_WINDOW_BITS = 15;
function readParameters(extensions, asked) {
  if (!/permessage-deflate/i.test(extensions)) return void 0;
  const has = (name) => extensions.toLowerCase().includes(name);
  const bits = (side) => Number(new RegExp(`${side}_max_window_bits="?(\\d+)`, "i").exec(extensions)?.[1]) || DEFAULT_WINDOW_BITS;
  return {
    serverContext: !has("server_no_context_takeover"),
    clientContext: asked !== COMPRESSION.NO_CONTEXT && !has("client_no_context_takeover"),
    serverWindowBits: bits("server"),
    clientWindowBits: bits("client")
  };
}

function faultError(label, readLimit, fault) {
  const { closeCode, problem, size, cause } = fault;
  const operation = `receive ${label}`;
  if (closeCode !== MESSAGE_TOO_BIG) {
    return new WsError("PROTOCOL_ERROR", `${operation}: ${problem}`, { cause });
  }
  const what = size === void 0 ? "a message" : `a message of ${size} bytes`;
  return new WsError(
    "MESSAGE_TOO_BIG",
    `${operation}: ${what} exceeds readLimit (${readLimit}): raise it or ask the server to split it`,
    { details: { limit: readLimit, ...size !== void 0 && { size } }, cause }
  );
}

const FIN = 128;
const RSV = 112;
const RSV1 = 64;
const MASKED = 128;
const OPCODE = 15;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const nextTick = process.nextTick.bind(process);
const enqueueMicrotask = queueMicrotask;
const nextTurn = setImmediate;
let tasks = [];
let connections = 0;
function flushOnExit() {
  if (connections++ === 0) process.on("exit", endTurn);
}
function stopFlushingOnExit() {
  if (--connections === 0) process.off("exit", endTurn);
}
function atTurnEnd(task) {
  if (tasks.push(task) === 1) enqueueMicrotask(scheduleTick);
}
function scheduleTick() {
  nextTick(endTurn);
}
function endTurn() {
  const due = tasks;
  tasks = [];
  for (const task of due) task.onTurnEnd();
}

const KEY_BYTES = 4;
const MAX_HEADER_BYTES$1 = 14;
const MAX_BATCH_BYTES = 65536;
const FIRST_BATCH_BYTES = 1024;
const MIN_WORDWISE_BYTES = 64;
const keys = /* @__PURE__ */ new Uint8Array(8192);
let keysUsed = 8192;
const rotatedKey = /* @__PURE__ */ new Uint8Array(KEY_BYTES);
const rotatedWord = /* @__PURE__ */ new Uint32Array(rotatedKey.buffer);
class FrameWriter {
  #target;
  /** True from the first frame of a turn to its end. */
  #isBatching = false;
  #batch;
  #size = 0;
  #frames = 0;
  constructor(target) {
    this.#target = target;
  }
  /** The size of the batch, in bytes. */
  get size() {
    return this.#size;
  }
  /**
   * Adds a frame; the payload is copied. Returns the payload's size in bytes.
   *
   * @param first The first byte: FIN, RSV1 and the opcode.
   * @param counted False for frames that the target does not count: pongs and close frames.
   */
  add(first, payload, counted = true) {
    const isText = typeof payload === "string";
    const size = isText ? node_buffer.Buffer.byteLength(payload) : payload.length;
    const bytes = this.#reserve(MAX_HEADER_BYTES$1 + size);
    const start = writeHeader(bytes, this.#size, first, size);
    const end = start + size;
    if (isText) bytes.write(payload, start);
    else bytes.set(payload, start);
    mask(bytes, start, end);
    this.#size = end;
    if (counted) this.#frames++;
    if (!this.#isBatching) {
      this.#isBatching = true;
      this.flush();
      atTurnEnd(this);
    } else if (end >= MAX_BATCH_BYTES) {
      this.flush();
    }
    return size;
  }
  onTurnEnd() {
    this.#isBatching = false;
    this.flush();
  }
  /** Writes the batch. */
  flush() {
    const bytes = this.#batch?.subarray(0, this.#size);
    if (!bytes) return;
    const frames = this.#frames;
    this.#batch = void 0;
    this.#size = this.#frames = 0;
    this.#target.write(bytes, frames);
  }
  /** A buffer that holds the batch and has room for `more` bytes. */
  #reserve(more) {
    const batch = this.#batch;
    const needed = this.#size + more;
    if (!batch) {
      const size = this.#isBatching ? Math.max(more, FIRST_BATCH_BYTES) : more;
      return this.#batch = node_buffer.Buffer.allocUnsafe(size);
    }
    if (needed <= batch.length) return batch;
    if (needed > MAX_BATCH_BYTES) {
      this.flush();
      return this.#batch = node_buffer.Buffer.allocUnsafe(Math.max(more, MAX_BATCH_BYTES));
    }
    this.#batch = node_buffer.Buffer.allocUnsafe(Math.min(needed * 4, MAX_BATCH_BYTES));
    batch.copy(this.#batch, 0, 0, this.#size);
    return this.#batch;
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
  return end + KEY_BYTES;
}
function mask(bytes, start, end) {
  const key = takeKey();
  bytes.set(key, start - KEY_BYTES);
  let done = start;
  if (end - start >= MIN_WORDWISE_BYTES) {
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
  return keys.subarray(keysUsed, keysUsed += KEY_BYTES);
}
function maskBytes(bytes, key, start, from, to) {
  for (let i = from; i < to; i++) {
    bytes[i] = bytes[i] ^ key[i - start & 3];
  }
}
function maskWords(bytes, key, start, from, to) {
  for (let i = 0; i < KEY_BYTES; i++) rotatedKey[i] = key[from - start + i & 3];
  const word = rotatedWord[0];
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + from, to - from >> 2);
  for (let i = 0; i < words.length; i++) words[i] = words[i] ^ word;
  return from + words.length * 4;
}

const MAX_SHOWN_STATUS_TEXT = 100;
const CERTIFICATE_ERROR = /CERT|CRL|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;
function dialError(cause, facts) {
  const { label, maxHeaderSize, request, response } = facts;
  const { code = "" } = cause;
  if (WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const why = textOf(cause);
  if (response !== void 0 || code.startsWith("HPE_")) {
    const hint = code === "HPE_HEADER_OVERFLOW" ? `its header exceeds node.maxHeaderSize (${maxHeaderSize} bytes): raise it, to 1 MiB at most` : why;
    return new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: bad answer to the handshake: ${hint}`,
      {
        details: response ? responseDetails(response) : {},
        cause
      }
    );
  }
  const socket = request?.socket;
  if (socket?.authorizationError || CERTIFICATE_ERROR.test(code)) {
    const hint = "if it is yours, give its authority as node.tls.ca";
    return new WsError("DIAL_FAILED", `dial ${label}: certificate not trusted: ${why}: ${hint}`, {
      retryable: false,
      cause
    });
  }
  return new WsError("DIAL_FAILED", `dial ${label}: ${why}`, { cause });
}
function startError(label, error) {
  if (error instanceof TypeError || error.code?.startsWith("ERR_")) {
    const why = `option node, or a part of it, cannot be used: ${textOf(error)}`;
    return new WsError("INVALID_OPTION", `dial ${label}: ${why}`);
  }
  return new WsError("DIAL_FAILED", `dial ${label}: node.agent failed: ${textOf(error)}`, {
    cause: error
  });
}
function tlsFaultError(label, name, cause) {
  const why = `node.tls.${name} failed, so nothing was sent: ${textOf(cause)}`;
  return new WsError("DIAL_FAILED", `dial ${label}: ${why}`, { retryable: false, cause });
}
function textOf(error) {
  const { message, code, errors } = Object(error);
  const parts = errors?.map(textOf).join(", ");
  const text = [message, parts, code].find(Boolean) ?? show(error);
  return text.replace(/[,.;]? Received .*/s, "").trim();
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
  const shown = statusText.slice(0, MAX_SHOWN_STATUS_TEXT);
  const answer = `the server answered ${status} ${shown}${redirectHint(status)}`;
  return new WsError("HANDSHAKE_REJECTED", `dial ${label}: ${answer}`, {
    ...parseTraits(traits),
    details
  });
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
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1e3, Number.MAX_SAFE_INTEGER);
  const date = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? void 0 : Math.max(0, date - Date.now());
}

const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
const QUEUES_COLUMN = 4;
const INODE_COLUMN = 9;
const MAX_UNCOUNTED_WRITE_BYTES = 16384;
const NEGLIGIBLE_BYTES = 65536;
const MIN_TABLE_AGE_MS = 20;
class KernelCounters {
  constructor(socket) {
    // Bytes that the owner has read from the stream and written to it.
    this.emitted = 0;
    this.given = 0;
    /** A copy of the tables that is older does not list the socket. */
    this.#openedAt = performance.now();
    this.#socket = socket;
  }
  #socket;
  #openedAt;
  #inode;
  /** Bytes received. With TLS they count before the record they belong to is complete. */
  get received() {
    return this.#handle?.bytesRead ?? this.emitted;
  }
  /** True if the operating system has accepted all bytes; `undefined` if it does not say. */
  get isAccepted() {
    const waiting = this.#handle?.writeQueueSize;
    return waiting === void 0 ? void 0 : waiting === 0;
  }
  /** The most bytes to write at once, so that their progress can be seen. */
  get maxWriteBytes() {
    return this.#handle ? Infinity : MAX_UNCOUNTED_WRITE_BYTES;
  }
  /**
   * Changes whenever bytes have left. Linux accepts new bytes only when a third of its send buffer is free,
   * which takes seconds on a slow link. So while bytes wait, those count that the peer has acknowledged.
   */
  get sent() {
    const handle = this.#handle;
    if (!handle) return this.given - this.#socket.writableLength;
    const { bytesWritten = 0, writeQueueSize = 0 } = handle;
    const accepted = bytesWritten - writeQueueSize;
    return writeQueueSize > 0 ? accepted - this.#queueSize(handle) : accepted;
  }
  /**
   * Bytes that the operating system has accepted and the peer has not acknowledged; 0 if that is unknown, or
   * if so few were ever sent that they take no time worth knowing.
   */
  get unsent() {
    const handle = this.#handle;
    const { bytesWritten = 0 } = handle ?? {};
    return handle && bytesWritten > NEGLIGIBLE_BYTES ? this.#queueSize(handle) : 0;
  }
  /** The handle of TCP, if it counts: a Duplex has none, and TLS over a Duplex one that does not. */
  get #handle() {
    const { _handle } = this.#socket;
    const handle = _handle?._parent ?? _handle ?? void 0;
    return handle?.writeQueueSize === void 0 ? void 0 : handle;
  }
  /** Bytes in the kernel's send queue; 0 if that is unknown. */
  #queueSize({ fd = -1 }) {
    try {
      this.#inode ??= node_fs.fstatSync(fd).ino;
      return queueSizes(this.#openedAt).get(this.#inode) ?? 0;
    } catch {
      return 0;
    }
  }
}
let table = /* @__PURE__ */ new Map();
let tableReadAt = 0;
let tableExpires = 0;
function queueSizes(since) {
  const start = performance.now();
  if (start < tableExpires && tableReadAt > since) return table;
  tableReadAt = start;
  table = new Map(TABLES.flatMap((path) => readTable(path)));
  const end = performance.now();
  tableExpires = end + Math.max(MIN_TABLE_AGE_MS, 10 * (end - start));
  return table;
}
function readTable(path) {
  const [, ...lines] = node_fs.readFileSync(path, "latin1").trimEnd().split("\n");
  return lines.map((line) => {
    const columns = line.trim().split(/\s+/);
    return [Number(columns[INODE_COLUMN]), parseInt(columns[QUEUES_COLUMN] ?? "", 16)];
  });
}

function plainView({ buffer, byteOffset, length }) {
  return new Uint8Array(buffer, byteOffset, length);
}
function ownBytes(bytes, start, end) {
  const isWhole = end > start && end - start === bytes.buffer.byteLength;
  return isWhole ? bytes : bytes.slice(start, end);
}

const MAX_HEADER_BYTES = 10;
const MAX_CONTROL_BYTES = 125;
function headerSize(second) {
  const length = second & ~MASKED;
  return length < 126 ? 2 : length === 126 ? 4 : MAX_HEADER_BYTES;
}
function payloadSize(header, size) {
  if (size === 2) return header[1];
  return size === 4 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}
function headerProblem(first, second, isInMessage, isDeflateNegotiated) {
  const opcode = first & OPCODE;
  if (second & MASKED) return "a masked frame (RFC 6455 section 5.1)";
  if (first & RSV & ~RSV1) return "a reserved bit is set (RFC 6455 section 5.2)";
  if (first & RSV1 && (!isDeflateNegotiated || opcode > BINARY || opcode === CONTINUATION)) {
    return "RSV1 is set where no compressed message begins (RFC 7692 section 6)";
  }
  if (opcode >= CLOSE) {
    if (opcode > PONG) return `a frame with the reserved opcode ${opcode}`;
    if (!(first & FIN)) return "a fragmented control frame (RFC 6455 section 5.5)";
    return second > MAX_CONTROL_BYTES ? "a control frame of more than 125 bytes" : void 0;
  }
  if (opcode > BINARY) return `a frame with the reserved opcode ${opcode}`;
  if (opcode === CONTINUATION) {
    return isInMessage ? void 0 : "a continuation frame without a message to continue";
  }
  return isInMessage ? "a new message before the end of a fragmented one" : void 0;
}

const MIN_KEPT_PART_BYTES = 8192;
const FIRST_BLOCK_BYTES = 256;
const MAX_BLOCK_BYTES = 65536;
class PayloadBuffer {
  /** @param declaredSize - The size of the whole payload, if it is known; no more may be added. */
  constructor(declaredSize) {
    /** The number of bytes that have been added. */
    this.size = 0;
    this.#parts = [];
    this.#blockSize = 0;
    this.#declaredSize = declaredSize;
  }
  #declaredSize;
  /** The whole payload. It exists once half of the declared size has arrived; parts then go there. */
  #whole;
  #parts;
  /** Small parts are copied here, up to `#blockSize`. */
  #block;
  #blockSize;
  /** Adds a part, which may be a view on a larger chunk. */
  add(part) {
    const offset = this.size;
    this.size += part.length;
    if (this.#declaredSize !== void 0 && this.size * 2 >= this.#declaredSize) {
      this.#whole ??= this.#join(this.#declaredSize);
      part.copy(this.#whole, offset);
    } else if (part.length >= MIN_KEPT_PART_BYTES && part.length * 2 >= part.buffer.byteLength) {
      this.#endBlock();
      this.#parts.push(part);
    } else {
      for (let copied = 0; copied < part.length; ) copied += this.#copy(part, copied);
    }
  }
  /** The payload in a buffer of its own. */
  finish() {
    return this.#whole ?? this.#join(this.size);
  }
  /** Moves all parts to the beginning of a new buffer. */
  #join(size) {
    this.#endBlock();
    const whole = node_buffer.Buffer.allocUnsafeSlow(size);
    let offset = 0;
    for (const part of this.#parts) offset += part.copy(whole, offset);
    this.#parts = [];
    return whole;
  }
  /** Copies as much of the part as the block has room for, and returns that size. */
  #copy(part, offset) {
    let block = this.#block;
    if (!block || this.#blockSize === block.length) {
      this.#endBlock();
      const size = Math.min(Math.max(this.size, FIRST_BLOCK_BYTES), MAX_BLOCK_BYTES);
      block = this.#block = node_buffer.Buffer.allocUnsafeSlow(size);
    }
    const copied = part.copy(block, this.#blockSize, offset);
    this.#blockSize += copied;
    return copied;
  }
  #endBlock() {
    if (this.#block) this.#parts.push(this.#block.subarray(0, this.#blockSize));
    this.#block = void 0;
    this.#blockSize = 0;
  }
}

const SECOND_BYTE = {
  224: [160, 191],
  237: [128, 159],
  240: [144, 191],
  244: [128, 143]
};
const NO_BYTES$1 = /* @__PURE__ */ node_buffer.Buffer.alloc(0);
function decodeUtf8(bytes, start, end) {
  const text = bytes.toString("utf8", start, end);
  return text.includes("\uFFFD") && !node_buffer.isUtf8(bytes.subarray(start, end)) ? void 0 : text;
}
class Utf8Validator {
  /** The beginning of a sequence that the last part cut off: at most 3 bytes. */
  #incomplete = NO_BYTES$1;
  /** True if a text may begin with all the parts so far. */
  accepts(part) {
    const bytes = this.#incomplete.length > 0 ? node_buffer.Buffer.concat([this.#incomplete, part]) : part;
    const end = bytes.length - incompleteSize(bytes);
    this.#incomplete = end < bytes.length ? node_buffer.Buffer.from(bytes.subarray(end)) : NO_BYTES$1;
    return node_buffer.isUtf8(bytes.subarray(0, end)) && mayBeginSequence(this.#incomplete);
  }
  /** True if the text may end after the parts so far. */
  get isComplete() {
    return this.#incomplete.length === 0;
  }
}
function incompleteSize(bytes) {
  for (let size = 1; size <= 3 && size <= bytes.length; size++) {
    const byte = bytes[bytes.length - size];
    if (byte >= 192) return sequenceSize(byte) > size ? size : 0;
    if (byte < 128) return 0;
  }
  return 0;
}
function sequenceSize(firstByte) {
  return firstByte >= 240 ? 4 : firstByte >= 224 ? 3 : 2;
}
function mayBeginSequence(bytes) {
  const [first, second] = bytes;
  if (first === void 0) return true;
  if (first < 194 || first > 244) return false;
  if (second === void 0) return true;
  const [least, most] = SECOND_BYTE[first] ?? [128, 191];
  return second >= least && second <= most;
}

const HEADER = 0;
const CONTROL = 1;
const DATA = 2;
const ENDED = 3;
const NO_BYTES = /* @__PURE__ */ node_buffer.Buffer.alloc(0);
class FrameParser {
  constructor(limits, events) {
    /** While true, no further message is parsed. Set it within an event to stop after that message. */
    this.halted = false;
    /** While true, no data is parsed. Set it within an event to stop after that message. */
    this.isFull = false;
    this.#state = HEADER;
    this.#isParsing = false;
    /** The bytes to parse: `#chunk` from `#offset` on, then `#chunks`. */
    this.#chunk = NO_BYTES;
    this.#offset = 0;
    this.#chunks = [];
    /** The beginning of a header that is still incomplete. */
    this.#headerStart = NO_BYTES;
    // The frame whose payload is expected.
    this.#opcode = 0;
    this.#isFinal = false;
    this.#remaining = 0;
    this.#limits = limits;
    this.#events = events;
  }
  #events;
  #limits;
  #state;
  #isParsing;
  #chunk;
  #offset;
  #chunks;
  #headerStart;
  #opcode;
  #isFinal;
  #remaining;
  #control;
  #message;
  /** True while a frame or a message has begun and not ended. */
  get isInMessage() {
    const isBetween = this.#state === HEADER && !this.#message && this.#headerStart.length === 0;
    return !isBetween && this.#state !== ENDED;
  }
  /** True if all bytes have been parsed. */
  get isDrained() {
    return this.#offset === this.#chunk.length && this.#chunks.length === 0;
  }
  /** Parses a chunk, which must not change any more. */
  push(chunk) {
    if (this.#state === ENDED) return;
    if (this.isDrained && !this.#isParsing) {
      this.#chunk = chunk;
      this.#offset = 0;
    } else {
      this.#chunks.push(chunk);
    }
    this.run();
  }
  /** Parses what has been pushed, until it is halted. An event that calls this changes nothing. */
  run() {
    if (this.#isParsing) return;
    this.#isParsing = true;
    try {
      while (this.#mayContinue() && this.#step()) ;
    } finally {
      this.#isParsing = false;
    }
  }
  /** Discards all that has been pushed and all that will be. */
  end() {
    this.#state = ENDED;
    this.#message = this.#control = void 0;
    this.#chunk = this.#headerStart = NO_BYTES;
    this.#offset = 0;
    this.#chunks = [];
  }
  #mayContinue() {
    if (this.halted || this.#state === ENDED) return false;
    if (this.isFull && this.#state === DATA) return false;
    if (this.#offset < this.#chunk.length) return true;
    this.#chunk = this.#chunks.shift() ?? NO_BYTES;
    this.#offset = 0;
    return this.#chunk.length > 0;
  }
  /** Takes one step of the state table; returns false if it cannot. */
  #step() {
    if (this.#state !== HEADER) return this.#readPayload();
    if (this.#headerStart.length === 0) {
      this.#readShortMessages();
      if (this.halted || this.#offset === this.#chunk.length) return true;
    }
    return this.#readHeader();
  }
  /** The fast path: reads messages that are one complete frame of this chunk. Stops at anything else. */
  #readShortMessages() {
    const chunk = this.#chunk;
    const { length } = chunk;
    const limit = this.#limits.message;
    let plain;
    while (!this.halted && !this.isFull && !this.#message && this.#state === HEADER) {
      const start = this.#offset;
      if (start + 2 > length) return;
      const first = chunk[start];
      const isCompressed = (first & RSV1) !== 0;
      const isText = (first & OPCODE) === TEXT;
      if ((first & -80) !== FIN || !(isText || (first & OPCODE) === BINARY)) return;
      if (isCompressed && this.#limits.compressed === void 0) return;
      let payload = start + 2;
      let size = chunk[start + 1];
      if (size === 126) {
        if (payload + 2 > length) return;
        size = chunk[payload] << 8 | chunk[payload + 1];
        payload += 2;
      } else if (size > 126) return;
      const end = payload + size;
      if (end > length || size > limit) return;
      this.#offset = end;
      if (isCompressed) this.#events.onCompressed(isText, chunk.subarray(payload, end));
      else if (isText) this.#deliverText(chunk, payload, end);
      else this.#events.onBinary(plain ??= plainView(chunk), payload, end);
    }
  }
  #deliverText(bytes, start, end) {
    const text = decodeUtf8(bytes, start, end);
    if (text === void 0) this.#failUtf8("a text message");
    else this.#events.onText(text, end - start);
  }
  /** Reads a header; returns false if it may not. */
  #readHeader() {
    const start = this.#headerStart;
    const next = this.#chunk.subarray(this.#offset, this.#offset + MAX_HEADER_BYTES - start.length);
    const bytes = start.length > 0 ? node_buffer.Buffer.concat([start, next]) : next;
    const [first, second = 0] = bytes;
    const size = bytes.length < 2 ? 2 : headerSize(second);
    const problem = bytes.length < 2 ? void 0 : this.#problemOf(first, second);
    if (problem !== void 0) {
      this.#fail(PROTOCOL_ERROR, problem);
    } else if (bytes.length < size) {
      this.#headerStart = node_buffer.Buffer.from(bytes);
      this.#offset += next.length;
    } else if (this.isFull && (first & OPCODE) < CLOSE) {
      return false;
    } else {
      this.#offset += size - start.length;
      this.#headerStart = NO_BYTES;
      this.#beginFrame(first, payloadSize(bytes, size));
    }
    return true;
  }
  #problemOf(first, second) {
    const isDeflateNegotiated = this.#limits.compressed !== void 0;
    return headerProblem(first, second, this.#message !== void 0, isDeflateNegotiated);
  }
  #beginFrame(first, size) {
    const opcode = first & OPCODE;
    this.#opcode = opcode;
    this.#isFinal = (first & FIN) !== 0;
    this.#remaining = size;
    if (opcode >= CLOSE) {
      this.#state = CONTROL;
      this.#control = new PayloadBuffer();
    } else {
      this.#beginData(opcode === TEXT, (first & RSV1) !== 0, size);
    }
    if (size === 0 && this.#state !== ENDED) this.#endFrame();
  }
  #beginData(isText, isCompressed, length) {
    this.#state = DATA;
    const message = this.#message ??= {
      isText,
      isCompressed,
      payload: new PayloadBuffer(this.#isFinal ? length : void 0),
      utf8: isText && !isCompressed ? new Utf8Validator() : void 0
    };
    const size = message.payload.size + length;
    const { message: limit, compressed = limit } = this.#limits;
    if (size > (message.isCompressed ? compressed : limit)) {
      this.#fail(MESSAGE_TOO_BIG, "a message is too big", message.isCompressed ? void 0 : size);
    }
  }
  /** Reads payload, up to the end of the frame or the chunk. */
  #readPayload() {
    const end = Math.min(this.#offset + this.#remaining, this.#chunk.length);
    const part = this.#chunk.subarray(this.#offset, end);
    this.#offset = end;
    this.#remaining -= part.length;
    if (this.#state === CONTROL) {
      this.#control?.add(part);
    } else {
      const message = this.#message;
      if (message.utf8?.accepts(part) === false) {
        this.#failUtf8("a text message");
        return false;
      }
      message.payload.add(part);
    }
    if (this.#remaining === 0) this.#endFrame();
    return true;
  }
  #endFrame() {
    const wasControl = this.#state === CONTROL;
    this.#state = HEADER;
    if (wasControl) {
      const payload = this.#control.finish();
      this.#control = void 0;
      this.#endControl(payload);
    } else if (this.#isFinal) {
      const message = this.#message;
      this.#message = void 0;
      this.#endMessage(message);
    }
  }
  #endMessage({ isText, isCompressed, payload, utf8 }) {
    if (utf8?.isComplete === false) this.#failUtf8("a text message");
    else if (isCompressed) this.#events.onCompressed(isText, payload.finish());
    else if (isText) this.#events.onText(payload.finish().toString(), payload.size);
    else this.#events.onBinary(plainView(payload.finish()), 0, payload.size);
  }
  #endControl(payload) {
    if (this.#opcode === PING) this.#events.onPing(payload);
    else if (this.#opcode === PONG) this.#events.onPong(payload);
    else this.#endClose(payload);
  }
  /** RFC 6455 sections 5.5.1 and 7.4. */
  #endClose(payload) {
    const isEmpty = payload.length === 0;
    const code = isEmpty ? NO_STATUS : payload.length < 2 ? 0 : payload.readUInt16BE();
    if (!isEmpty && !isFrameCode(code)) {
      this.#fail(PROTOCOL_ERROR, `a close frame with the invalid code ${code}`);
      return;
    }
    const reason = isEmpty ? "" : decodeUtf8(payload, 2, payload.length);
    if (reason === void 0) {
      this.#failUtf8("a close reason");
      return;
    }
    this.end();
    this.#events.onClose(code, reason);
  }
  #failUtf8(what) {
    this.#fail(INVALID_PAYLOAD, `${what} is not valid UTF-8`);
  }
  #fail(closeCode, problem, size) {
    this.end();
    this.#events.onFault({ closeCode, problem, ...size !== void 0 && { size } });
  }
}

const MAX_SYNC_INPUT_BYTES = 32768;
const MAX_SYNC_OUTPUT_BYTES = 524288;
const TAIL = /* @__PURE__ */ node_buffer.Buffer.from([0, 0, 255, 255]);
class MessageInflater {
  #windowBits;
  #keepsContext;
  #limit;
  #events;
  #stream;
  /** The inflated bytes of the current message so far. */
  #parts = [];
  #size = 0;
  /** @param limit The largest message, inflated, in bytes. */
  constructor(windowBits, keepsContext, limit, events) {
    this.#windowBits = windowBits;
    this.#keepsContext = keepsContext;
    this.#limit = limit;
    this.#events = events;
  }
  /** Begins a message. The event comes within the call, or later. */
  inflate(isText, payload) {
    if (payload.length === 0) {
      this.#finish(isText, payload);
      return;
    }
    if (payload.length > MAX_SYNC_INPUT_BYTES || !canRunSync()) {
      this.#runAsync(isText, node_buffer.Buffer.concat([payload, TAIL]));
      return;
    }
    const { input } = scratch();
    const end = payload.copy(input) + TAIL.copy(input, payload.length);
    this.#runSync(isText, input, end);
  }
  /** Frees zlib's memory. No event follows. */
  close() {
    this.#stream?.close();
    this.#stream = void 0;
    this.#parts = [];
    this.#size = 0;
  }
  #open() {
    if (this.#stream) return this.#stream;
    const stream = node_zlib.createInflateRaw({
      windowBits: this.#windowBits,
      flush: node_zlib.constants.Z_SYNC_FLUSH
    });
    stream.on("error", (cause) => {
      if (stream === this.#stream) this.#failInvalid(cause);
    });
    return this.#stream = stream;
  }
  #runSync(isText, input, end) {
    const { output } = scratch();
    const stream = this.#open();
    for (let start = 0; ; ) {
      const { produced, consumed } = runSync(stream, input, start, end, output);
      start += consumed;
      this.#size += produced;
      if (stream.destroyed) {
        this.#failInvalid(stream.errored);
      } else if (this.#size > this.#limit) {
        this.#failTooBig();
      } else if (produced === output.length) {
        this.#parts.push(node_buffer.Buffer.from(output));
        if (this.#size < MAX_SYNC_OUTPUT_BYTES) continue;
        this.#runAsync(isText, node_buffer.Buffer.from(input.subarray(start, end)));
      } else if (start < end) {
        stream.reset();
        if (isOnlyTail(end - start)) {
          this.#finish(isText, output.subarray(0, produced));
          return;
        }
        if (produced > 0) this.#parts.push(node_buffer.Buffer.from(output.subarray(0, produced)));
        continue;
      } else {
        this.#finish(isText, output.subarray(0, produced));
      }
      return;
    }
  }
  /** Goes on by Node's public interface, which runs on another thread. */
  #runAsync(isText, input) {
    const stream = this.#open();
    const before = stream.bytesWritten;
    if (stream.listenerCount("data") === 0) {
      stream.on("data", (part) => {
        if (stream === this.#stream) this.#add(part);
      });
    }
    stream.write(input);
    stream.flush(() => {
      if (stream !== this.#stream) return;
      const consumed = stream.bytesWritten - before;
      if (consumed === input.length) {
        this.#finish(isText, node_buffer.Buffer.alloc(0));
        return;
      }
      this.#stream = void 0;
      stream.close();
      if (isOnlyTail(input.length - consumed)) this.#finish(isText, node_buffer.Buffer.alloc(0));
      else this.#runAsync(isText, input.subarray(consumed));
    });
  }
  #add(part) {
    this.#size += part.length;
    if (this.#size > this.#limit) this.#failTooBig();
    else this.#parts.push(part);
  }
  #finish(isText, last) {
    const parts = this.#parts;
    const whole = parts.length > 0 ? node_buffer.Buffer.concat([...parts, last]) : last;
    if (parts.length > 0) this.#parts = [];
    this.#size = 0;
    if (!this.#keepsContext) this.#stream?.reset();
    this.#events.onInflated(isText, whole);
  }
  #failInvalid(cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    this.#fail({
      closeCode: INVALID_PAYLOAD,
      problem: `a compressed message is no valid deflate data${why}`,
      cause
    });
  }
  #failTooBig() {
    this.#fail({ closeCode: MESSAGE_TOO_BIG, problem: "a message is too big" });
  }
  #fail(fault) {
    this.close();
    this.#events.onFault(fault);
  }
}
function isOnlyTail(size) {
  return size === TAIL.length;
}

class MessageReader {
  constructor(socket, { readLimit, node }, deflate, pings, events) {
    /** Counts the pauses that a slow consumer caused. */
    this.timesPaused = 0;
    this.#isInflating = false;
    this.#pressure = 0;
    this.#isPaused = false;
    /** Nothing arrives any more, so what is there is delivered whatever the consumer does. */
    this.#isFinishing = false;
    this.#socket = socket;
    this.#pings = pings;
    this.#events = events;
    this.#binaryViews = node.binaryViews ?? false;
    const compressed = deflate && maxDeflatedSize(readLimit);
    this.#parser = new FrameParser({ message: readLimit, compressed }, this);
    this.#inflater = deflate && new MessageInflater(deflate.serverWindowBits, deflate.serverContext, readLimit, this);
  }
  #socket;
  #pings;
  #events;
  #parser;
  #inflater;
  #binaryViews;
  #isInflating;
  #pressure;
  #isPaused;
  #isFinishing;
  /** True while a message has begun to arrive, or is being inflated. */
  get isInMessage() {
    return this.#isInflating || this.#parser.isInMessage;
  }
  /** True if all bytes that have arrived are parsed, and their messages delivered. */
  get isDrained() {
    return !this.#isInflating && this.#parser.isDrained;
  }
  read(chunk) {
    this.#parser.push(chunk);
    this.#afterParsing();
  }
  /** Sets how far the consumer is behind. */
  pause(pressure) {
    this.#pressure = pressure;
    this.regulate();
  }
  /** Delivers what has arrived, even to a consumer that is behind. */
  finish() {
    this.#isFinishing = true;
    this.regulate();
  }
  /** Discards what has arrived and what will. No event follows. */
  end() {
    this.#parser.end();
    this.#inflater?.close();
    this.#isInflating = false;
    this.#pressure = 0;
    this.#resume();
  }
  /** Parses what may be parsed now, and stops or continues reading accordingly. */
  regulate() {
    this.#parser.halted = this.#isInflating;
    this.#parser.isFull = this.#isPauseDue;
    this.#parser.run();
    this.#afterParsing();
  }
  #afterParsing() {
    if (this.#isBlocked) {
      if (!this.#isPaused) atTurnEnd(this);
    } else {
      this.#resume();
    }
    this.#events.onParsed();
  }
  /** This turn's microtasks are done: a consumer that is still behind, or zlib, takes longer. */
  onTurnEnd() {
    if (this.#isPaused || !this.#isBlocked) return;
    this.#isPaused = true;
    if (this.#isPauseDue) this.timesPaused++;
    this.#socket.pause();
  }
  #resume() {
    if (this.#isPaused) this.#socket.resume();
    this.#isPaused = false;
  }
  get #isPauseDue() {
    const mayPause = this.#pressure > 1 || this.#pings.size === 0;
    return this.#pressure > 0 && mayPause && !this.#isFinishing;
  }
  /**
   * True if bytes wait that may not be parsed yet. A full channel alone does not stop reading: pings are
   * answered, and a close frame or a fault is found, up to the next message.
   */
  get #isBlocked() {
    return this.#isInflating || this.#isPauseDue && !this.#parser.isDrained;
  }
  onText(text, size) {
    this.#events.onMessage({ type: "text", data: text }, size);
  }
  onBinary(bytes, start, end) {
    this.#deliverBinary(
      this.#binaryViews ? bytes.subarray(start, end) : ownBytes(bytes, start, end)
    );
  }
  #deliverBinary(data) {
    this.#events.onMessage({ type: "binary", data }, data.length);
  }
  onCompressed(isText, payload) {
    this.#setInflating(true);
    this.#inflater?.inflate(isText, payload);
    if (this.#isInflating) this.regulate();
  }
  onInflated(isText, bytes) {
    this.#setInflating(false);
    const text = isText ? decodeUtf8(bytes, 0, bytes.length) : void 0;
    if (!isText) this.#deliverBinary(ownBytes(plainView(bytes), 0, bytes.length));
    else if (text !== void 0) this.onText(text, bytes.length);
    else this.onFault({ closeCode: INVALID_PAYLOAD, problem: "a text message is not valid UTF-8" });
    this.regulate();
  }
  /** While a message is inflated, what follows it waits. */
  #setInflating(isInflating) {
    this.#isInflating = this.#parser.halted = isInflating;
  }
  onFault(fault) {
    this.#events.onFault(fault);
    this.end();
    this.#events.onParsed();
  }
  onPing(payload) {
    this.#events.onPing(payload);
  }
  onPong(payload) {
    this.#events.onPong(payload);
  }
  onClose(code, reason) {
    this.#events.onClose(code, reason);
  }
}
function maxDeflatedSize(readLimit) {
  return readLimit + (readLimit >> 3) + 64;
}

class MessageSender {
  #writer;
  #deflater;
  #threshold;
  #onError;
  /** What follows the message that is being deflated; `undefined` if none is. */
  #waiting;
  #waitingBytes = 0;
  #onDrained;
  /**
   * @param threshold Smaller messages are sent uncompressed, in bytes.
   * @param onError Called if zlib fails: then nothing more can be sent.
   */
  constructor(writer, deflater, threshold, onError) {
    this.#writer = writer;
    this.#deflater = deflater;
    this.#threshold = threshold;
    this.#onError = onError;
  }
  /** Bytes that have not been handed to the socket. */
  get size() {
    return this.#writer.size + this.#waitingBytes;
  }
  /** Sends a message, and returns its size in bytes. `data` may change afterwards. */
  send(data) {
    const opcode = typeof data === "string" ? TEXT : BINARY;
    if (!this.#deflater) return this.#writer.add(FIN | opcode, data);
    if (!this.#waiting) return this.#sendNow(this.#deflater, opcode, data);
    const payload = node_buffer.Buffer.from(data);
    this.#wait(opcode, payload);
    return payload.length;
  }
  /** Sends a close frame; 1005 stands for one without a code. Nothing may be sent after it. */
  close(code, reason) {
    const payload = node_buffer.Buffer.alloc(code === NO_STATUS ? 0 : 2 + node_buffer.Buffer.byteLength(reason));
    if (payload.length > 0) {
      payload.writeUInt16BE(code);
      payload.write(reason, 2);
    }
    if (this.#waiting) this.#wait(CLOSE, payload);
    else this.#writeClose(payload);
  }
  /** Calls back as soon as all frames have been handed to the socket: at once if none wait. */
  drain(done) {
    this.#onDrained = done;
    if (!this.#waiting) this.#endDrain();
  }
  /** Frees zlib's memory, and drops what waits. */
  end() {
    this.#deflater?.close();
    this.#waiting = this.#onDrained = void 0;
    this.#waitingBytes = 0;
  }
  #wait(opcode, payload) {
    this.#waiting?.push({ opcode, payload });
    this.#waitingBytes += payload.length;
  }
  #sendNow(deflater, opcode, data) {
    const size = typeof data === "string" ? node_buffer.Buffer.byteLength(data) : data.length;
    if (size < this.#threshold || size === 0) return this.#writer.add(FIN | opcode, data);
    const deflated = deflater.deflateSync(data, size);
    if (deflated) this.#writer.add(FIN | RSV1 | opcode, deflated);
    else this.#deflateAsync(deflater, opcode, node_buffer.Buffer.from(data));
    return size;
  }
  #deflateAsync(deflater, opcode, payload) {
    this.#waiting ??= [];
    this.#waitingBytes += payload.length;
    deflater.deflateAsync(payload, (error, deflated) => {
      this.#waitingBytes -= payload.length;
      if (error) {
        this.end();
        this.#onError(error);
        return;
      }
      const waiting = this.#waiting ?? [];
      this.#waiting = void 0;
      this.#writer.add(FIN | RSV1 | opcode, deflated);
      this.#resume(deflater, waiting);
    });
  }
  /** Sends what has waited, up to the next message that is deflated asynchronously. */
  #resume(deflater, frames) {
    for (const { opcode, payload } of frames) {
      if (this.#waiting) {
        this.#waiting.push({ opcode, payload });
        continue;
      }
      this.#waitingBytes -= payload.length;
      if (opcode === CLOSE) this.#writeClose(payload);
      else this.#sendNow(deflater, opcode, payload);
    }
    if (!this.#waiting) this.#endDrain();
  }
  #endDrain() {
    const done = this.#onDrained;
    if (!done) return;
    this.#onDrained = void 0;
    this.#writer.flush();
    done();
  }
  #writeClose(payload) {
    this.#writer.add(FIN | CLOSE, payload, false);
    this.#writer.flush();
  }
}

const PAYLOAD_BYTES = 4;
class Pings {
  #waiting = [];
  #sent = 0;
  get size() {
    return this.#waiting.length;
  }
  /** Registers a new ping, which is the `frame`th counted frame of the connection. */
  add(frame, done) {
    const payload = node_buffer.Buffer.alloc(PAYLOAD_BYTES);
    const id = ++this.#sent;
    const ping = { id, payload, start: now(), isFlushed: false, frame, done };
    payload.writeUInt32BE(id);
    this.#waiting = [...this.#waiting, ping];
    return ping;
  }
  /** So many frames have been flushed: the round trips of the pings among them begin. */
  onFlushed(frames) {
    for (const ping of this.#waiting) {
      if (ping.isFlushed || ping.frame > frames) continue;
      ping.isFlushed = true;
      ping.start = now();
    }
  }
  /** Forgets a ping, whose `done` is not called. */
  remove(ping) {
    this.#waiting = this.#waiting.filter((one) => one !== ping);
  }
  /** Removes the ping that this pong answers and all earlier ones (RFC 6455 section 5.5.3), and returns them. */
  answeredBy(payload) {
    if (payload.length !== PAYLOAD_BYTES) return [];
    const id = node_buffer.Buffer.from(payload).readUInt32BE();
    if (id > this.#sent) return [];
    const answered = this.#waiting.filter((ping) => ping.id <= id);
    this.#waiting = this.#waiting.filter((ping) => ping.id > id);
    return answered;
  }
  /** Removes all pings, whose pongs will not arrive. */
  end() {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { done } of waiting) done(NaN);
  }
}

const OPEN = 0;
const CLOSING = 1;
const LINGERING = 2;
const DISCARDING = 3;
const LINGER_MS = 1e3;
const MAX_BYTES_BEFORE_PONG = 65536;
class SocketConnection {
  constructor(socket, response, options, label) {
    /** Messages and pings that were sent, and those that were flushed. */
    this.taken = 0;
    this.written = 0;
    this.#writer = new FrameWriter(this);
    this.#pings = new Pings();
    this.#state = OPEN;
    /** The server has ended its half of TCP; that is reported once all its bytes are parsed. */
    this.#hasPeerEnded = false;
    this.#isSocketClosed = false;
    /** Tasks for a close frame, a fault or an end, run after the consumer has handled earlier messages. */
    this.#deferred = [];
    const { headers } = response;
    const { compression, compressionThreshold } = options;
    this.#socket = socket;
    this.#options = options;
    this.#label = label;
    this.#headers = headers;
    this.protocol = headers["sec-websocket-protocol"] ?? "";
    this.extensions = headers["sec-websocket-extensions"] ?? "";
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    this.#counters = new KernelCounters(socket);
    const deflate = readParameters(this.extensions, compression);
    this.compression = compressionMode(this.extensions, compression);
    this.#reader = new MessageReader(socket, options, deflate, this.#pings, this);
    this.#sender = new MessageSender(
      this.#writer,
      deflate && new MessageDeflater(deflate.clientWindowBits, deflate.clientContext),
      compressionThreshold,
      (error) => this.#fail(error)
    );
  }
  #socket;
  #options;
  #label;
  #headers;
  #counters;
  #reader;
  #writer;
  #sender;
  #pings;
  #handshake;
  #handler;
  #state;
  #sentCode;
  #peerClose;
  #lingerTimer;
  #cause;
  #hasPeerEnded;
  #isSocketClosed;
  #deferred;
  /** The payload of the latest ping that has not been answered. */
  #unansweredPing;
  get handshake() {
    return this.#handshake ??= { status: 101, headers: copyHeaders(this.#headers) };
  }
  /** Begins to read, and to report to `handler`. */
  attach(handler) {
    this.#handler = handler;
    flushOnExit();
    const socket = this.#socket;
    socket.allowHalfOpen = true;
    socket.on("data", (chunk) => {
      this.#counters.emitted += chunk.length;
      this.#reader.read(chunk);
    }).on("end", () => {
      this.#hasPeerEnded = true;
      this.onParsed();
    }).on("error", (error) => this.#cause ??= error).on("close", () => this.#onSocketClose());
  }
  get bufferedAmount() {
    return this.#sender.size + this.#socket.writableLength;
  }
  get progress() {
    const isIdle = this.#counters.isAccepted ?? this.#socket.writableLength === 0;
    return isIdle ? NaN : this.#counters.sent;
  }
  get unsent() {
    return this.#counters.unsent;
  }
  get life() {
    return this.#reader.isInMessage ? NaN : this.#counters.received + this.#counters.sent;
  }
  get timesPaused() {
    return this.#reader.timesPaused;
  }
  get received() {
    return this.#counters.received;
  }
  // Sending
  send(data) {
    if (this.#state !== OPEN || !this.#socket.writable) return -1;
    this.taken++;
    return this.#sender.send(data);
  }
  /** Writes to the socket, for the {@link FrameWriter}. */
  write(bytes, frames) {
    const { maxWriteBytes } = this.#counters;
    const { length } = bytes;
    const onWritten = (error) => this.#onWritten(error, frames);
    this.#counters.given += length;
    try {
      if (length <= maxWriteBytes) this.#socket.write(bytes, onWritten);
      else this.#writeInParts(bytes, maxWriteBytes, onWritten);
    } catch (error) {
      this.#fail(error);
    }
  }
  #writeInParts(bytes, size, onWritten) {
    let start = 0;
    for (; start + size < bytes.length; start += size) {
      this.#socket.write(bytes.subarray(start, start + size));
    }
    this.#socket.write(bytes.subarray(start), onWritten);
  }
  #onWritten(error, frames) {
    if (error || this.#socket.destroyed) return;
    this.written += frames;
    this.#pings.onFlushed(this.written);
    this.#answerPing();
    this.#startLinger();
    this.#handler?.onProgress();
  }
  ping(done) {
    const isOpen = this.#state === OPEN;
    const ping = this.#pings.add(isOpen ? ++this.taken : Infinity, done);
    this.#reader.regulate();
    if (isOpen) this.#writer.add(FIN | PING, ping.payload);
    return () => {
      this.#pings.remove(ping);
      this.#reader.regulate();
    };
  }
  onPong(payload) {
    for (const { start, done } of this.#pings.answeredBy(payload)) done(now() - start);
    this.#reader.regulate();
  }
  onPing(payload) {
    this.#unansweredPing = payload;
    this.#answerPing();
  }
  #answerPing() {
    const payload = this.#unansweredPing;
    if (!payload || this.#state !== OPEN || this.bufferedAmount > MAX_BYTES_BEFORE_PONG) return;
    this.#unansweredPing = void 0;
    this.#writer.add(FIN | PONG, payload, false);
  }
  // Receiving
  onMessage(message, size) {
    this.#handler?.onMessage(message, size);
  }
  warn(text) {
    process.emitWarning(text);
  }
  pause(pressure) {
    this.#reader.pause(pressure);
  }
  /** Reports the end of the socket, once all that arrived before it has been delivered. */
  onParsed() {
    if (!this.#reader.isDrained) return;
    if (this.#hasPeerEnded) {
      this.#hasPeerEnded = false;
      this.#defer(() => this.#endHalf());
    }
    if (this.#isSocketClosed) this.#end();
  }
  // Ending
  /**
   * Runs the task in the next turn: what the consumer answers to the messages before a close frame or a
   * fault is sent before this side's close frame.
   */
  #defer(task) {
    if (this.#deferred.push(task) === 1) nextTurn(() => this.#runDeferred());
  }
  #runDeferred() {
    for (const task of this.#deferred.splice(0)) task();
  }
  onClose(code, reason) {
    this.#defer(() => {
      this.#peerClose = { code, reason };
      this.#handler?.onClosing();
      if (this.#state === OPEN) this.#sender.close(code, "");
      if (this.#state !== DISCARDING) this.#state = LINGERING;
      this.#startLinger();
    });
  }
  onFault(fault) {
    const error = faultError(this.#label, this.#options.readLimit, fault);
    this.#defer(() => this.#handler?.onError(error, fault.closeCode));
  }
  close(code, reason) {
    if (this.#state !== OPEN || !this.#socket.writable) return;
    this.#state = CLOSING;
    this.#sentCode = code;
    this.#sender.close(code, reason);
  }
  terminate(code) {
    this.#detach();
    const canSend = this.#state === OPEN && this.#socket.writable;
    if (code === ABNORMAL_CLOSURE || !canSend) {
      this.#socket.destroy();
      return void 0;
    }
    this.#state = DISCARDING;
    const wasIdle = this.bufferedAmount === 0;
    this.#sender.close(code, "");
    this.#lingerTimer = setTimeout(() => this.#socket.destroy(), this.#options.closeTimeout);
    this.#socket.resume();
    this.onParsed();
    return this.#counters.isAccepted ?? wasIdle ? code : void 0;
  }
  cut() {
    this.#socket.destroy();
    this.#onSocketClose();
  }
  /** Ends this side's half, after the server's. */
  #endHalf() {
    this.#handler?.onClosing();
    this.#sender.drain(() => this.#socket.end());
  }
  /** Once both close frames are there, the server closes TCP; it may not take long. */
  #startLinger() {
    if (this.#state !== LINGERING || this.#lingerTimer || this.bufferedAmount > 0) return;
    this.#lingerTimer = setTimeout(() => this.#socket.destroy(), LINGER_MS);
  }
  /** Ends the connection because of an error on this side. */
  #fail(cause) {
    this.#cause ??= cause;
    this.#defer(() => this.cut());
  }
  #onSocketClose() {
    this.#isSocketClosed = true;
    this.#reader.finish();
  }
  #end() {
    this.#runDeferred();
    clearTimeout(this.#lingerTimer);
    this.#sender.end();
    const { code, reason } = this.#peerClose ?? { code: ABNORMAL_CLOSURE, reason: "" };
    const echoed = code === NO_STATUS || code === ABNORMAL_CLOSURE ? void 0 : code;
    const sentCode = this.#sentCode ?? echoed;
    this.#detach()?.onEnd({ code, reason, sentCode, cause: this.#cause });
  }
  /** Stops reporting, and discards what arrives from now on. */
  #detach() {
    const handler = this.#handler;
    if (handler) stopFlushingOnExit();
    this.#handler = void 0;
    this.#reader.end();
    this.#pings.end();
    return handler;
  }
}

function safeLookup(lookup, check = () => {
}) {
  return (host, options, done) => {
    ask(lookup, host, options).then((answer) => {
      const found = [answer].flat().map((one) => toAddress(host, one));
      for (const { address } of found) check(address);
      const family = options.family;
      const fitting = found.filter((one) => !family || one.family === family);
      if (fitting[0]) return fitting;
      throw new Error(`the lookup of ${host} found no ${family ? `IPv${family} ` : ""}address`);
    }).then(
      (addresses) => {
        if (options.all) done(null, addresses);
        else done(null, addresses[0].address, addresses[0].family);
      },
      (error) => done(error, "")
    );
  };
}
function ask(lookup, host, options) {
  return new Promise((resolve, reject) => {
    const call = lookup;
    const returned = call(host, options, (error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
    Promise.resolve(returned).catch(reject);
  });
}
function toAddress(host, answer) {
  const { address } = Object(typeof answer === "string" ? { address: answer } : answer);
  const family = typeof address === "string" ? node_net.isIP(address) : 0;
  if (!family)
    throw new Error(`the lookup of ${host} answered with something else than IP addresses`);
  return { address, family };
}

function guardConnection(guard, url, options, signal) {
  const label = displayUrl(url);
  const rival = findRival(url, options);
  if (rival) {
    const why = "it connects where the guard cannot see the address: leave it out";
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
      `dial ${label}: not allowed: ${label}: ${problem}, and option denyPrivateNetworks is set: to allow it, add it to denyPrivateNetworks.allow`
    );
  };
  check();
  const isSecure = url.protocol === "wss:";
  const lookup = safeLookup(options.node.lookup ?? node_dns.lookup, check);
  return (given, done) => {
    const { host, port, family, localAddress, ...rest } = given;
    const { autoSelectFamily, autoSelectFamilyAttemptTimeout } = given;
    const socket = node_net.connect({
      port,
      ...host !== void 0 && { host },
      ...family !== void 0 && { family },
      ...localAddress !== void 0 && { localAddress },
      ...autoSelectFamily !== void 0 && { autoSelectFamily },
      ...autoSelectFamilyAttemptTimeout !== void 0 && { autoSelectFamilyAttemptTimeout },
      lookup
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
    return void 0;
  };
}
function findRival({ protocol }, { webSocket, node }) {
  if (webSocket) return "option webSocket";
  if (node.agent) return "option node.agent";
  if (node.tls?.socket) return "option node.tls.socket";
  return protocol.endsWith("+unix:") ? `a ${protocol} URL` : void 0;
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
      const problem = `must be ${wanted}, not ${quote(maskUrl(entry))}`;
      throw new WsError("INVALID_OPTION", `${name}.allow[${index}] ${problem}`);
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

const DEFAULT_MAX_REDIRECTS = 5;
function followRedirect(from, refusal, hops) {
  const { followRedirects = false, maxRedirects = DEFAULT_MAX_REDIRECTS } = from.options.node;
  const location = redirectLocation(refusal);
  if (location === void 0 || !followRedirects) throw refusal;
  const label = displayUrl(from.url);
  if (hops >= maxRedirects) {
    throw new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: redirected again after node.maxRedirects (${maxRedirects}) redirects`,
      { details: refusal.details }
    );
  }
  const url = parseLocation(from.url, location, refusal);
  const operation = `dial ${label}: not allowed: ${displayUrl(url)}`;
  if (url.protocol.endsWith("+unix:")) {
    throw forbidden(operation, "a redirect may not lead to a Unix socket");
  }
  if (from.url.protocol.startsWith("wss") && url.protocol === "ws:") {
    throw forbidden(operation, "a redirect may not lead from TLS to a connection without it");
  }
  if (!sameOrigin(from.url, url)) return { url, options: strip(from.options, operation) };
  url.username = from.url.username;
  url.password = from.url.password;
  return { url, options: from.options };
}
function forbidden(operation, why) {
  return new WsError("URL_FORBIDDEN", `${operation}: ${why}`);
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
    throw new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${displayUrl(from)}: redirected to what is not a ws: or wss: URL: see details.headers`,
      { details: refusal.details }
    );
  }
}
const PUBLIC_TLS_OPTIONS = [
  "allowPartialTrustChain",
  "ca",
  "checkServerIdentity",
  "ciphers",
  "crl",
  "ecdhCurve",
  "enableTrace",
  "maxVersion",
  "minDHSize",
  "minVersion",
  "rejectUnauthorized",
  "requestOCSP",
  "secureOptions",
  "secureProtocol",
  "sigalgs"
];
const PRIVATE_AGENT_OPTIONS = [
  "cert",
  "key",
  "pfx",
  "passphrase",
  "secureContext",
  "session",
  "pskCallback",
  "clientCertEngine",
  "privateKeyEngine",
  "privateKeyIdentifier",
  "servername"
];
function strip(options, operation) {
  if (options.protocols.length > 0) {
    const why = "option protocols, which may hold a token, may not travel to another origin";
    throw forbidden(operation, `${why}: dial that URL yourself, or leave out protocols`);
  }
  const { agent, tls } = options.node;
  const own = agent?.options ?? {};
  const secret = PRIVATE_AGENT_OPTIONS.find((name) => name in own);
  if (secret) {
    const why = `option ${secret} of node.agent may not travel to another origin`;
    throw forbidden(operation, `${why}: dial that URL yourself`);
  }
  const node = Object.entries(options.node).filter(([name]) => name !== "origin");
  const publicTls = Object.entries(tls ?? {}).filter(([name]) => PUBLIC_TLS_OPTIONS.includes(name));
  return {
    ...options,
    headers: {},
    node: { ...Object.fromEntries(node), tls: Object.fromEntries(publicTls) }
  };
}

const MAX_BODY_BYTES = 65536;
const BODY_TIMEOUT_MS = 1e3;
async function readBody(response, signal) {
  const body = await collect(response, signal);
  const decoded = await decode(body, response.headers["content-encoding"]?.trim().toLowerCase());
  return decoded.toString();
}
function collect(stream, signal) {
  return new Promise((resolve) => {
    const chunks = [];
    let size = 0;
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve(node_buffer.Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES));
    };
    const timer = setTimeout(done, BODY_TIMEOUT_MS);
    signal?.addEventListener("abort", done);
    stream.on("data", (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_BODY_BYTES) done();
    });
    stream.on("end", done);
    stream.on("error", done);
    stream.on("close", done);
  });
}
async function decode(body, encoding = "identity") {
  if (encoding === "identity" || body.length === 0) return body;
  const decoder = createDecoder(encoding, body);
  if (!decoder) return node_buffer.Buffer.alloc(0);
  const decoded = collect(decoder);
  decoder.end(body);
  try {
    return await decoded;
  } finally {
    decoder.destroy();
  }
}
function createDecoder(encoding, [first = 0]) {
  const options = { finishFlush: node_zlib.constants.Z_SYNC_FLUSH, chunkSize: 1024 };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return node_zlib.createGunzip(options);
    case "deflate":
      return (first & 15) === 8 ? node_zlib.createInflate(options) : node_zlib.createInflateRaw(options);
    case "br":
      return node_zlib.createBrotliDecompress({ ...options, finishFlush: node_zlib.constants.BROTLI_OPERATION_FLUSH });
    default:
      return void 0;
  }
}

function prepareTakeover(response) {
  const socket = response.socket;
  if (typeof socket?.rawListeners !== "function") return () => void 0;
  const before = listenersOf(socket);
  return () => {
    const added = [...listenersOf(socket)].map(([event, listeners]) => {
      const kept = before.get(event) ?? [];
      return [event, listeners.filter((listener) => !kept.includes(listener))];
    });
    const readers = added.find(([event]) => event === "data")?.[1] ?? [];
    if (readers.length !== 1) return void 0;
    for (const [event, listeners] of added) {
      for (const listener of listeners) socket.removeListener(event, listener);
    }
    releaseWebSocket(socket);
    return socket;
  };
}
function listenersOf(socket) {
  return new Map(
    socket.eventNames().map((event) => [event, socket.rawListeners(event)])
  );
}
function releaseWebSocket(socket) {
  for (const key of Object.getOwnPropertySymbols(socket)) {
    if (key.description === "websocket") {
      socket[key] = void 0;
    }
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

const MAX_PSK_BYTES = 512;
const MAX_IDENTITY_BYTES = 256;
function safeTlsOptions(tls, onFault) {
  const wrap = (name, parse, onError) => {
    const callback = tls[name];
    if (!callback) return {};
    const wrapped = function(...args) {
      try {
        return parse(callback.apply(this, args));
      } catch (error) {
        onFault(name, error);
        return onError;
      }
    };
    return { [name]: wrapped };
  };
  return {
    ...tls,
    ...wrap("checkServerIdentity", parseVerdict, new Error("checkServerIdentity failed")),
    ...wrap("pskCallback", parsePsk, null)
  };
}
function parseVerdict(answer) {
  if (!answer || node_util.types.isNativeError(answer)) return answer;
  throw unexpected(answer, "an Error or undefined");
}
function parsePsk(answer) {
  if (answer === null || answer === void 0) return null;
  const { psk, identity } = Object(answer);
  const fits = ArrayBuffer.isView(psk) && psk.byteLength <= MAX_PSK_BYTES && typeof identity === "string" && node_buffer.Buffer.byteLength(identity) <= MAX_IDENTITY_BYTES;
  if (fits) return { psk, identity };
  const limits = `${MAX_PSK_BYTES} and ${MAX_IDENTITY_BYTES} bytes`;
  throw unexpected(answer, `null or { psk, identity } of at most ${limits}`);
}
function unexpected(answer, wanted) {
  if (!node_util.types.isPromise(answer)) return new Error(`it returned ${show(answer)}, not ${wanted}`);
  answer.catch(() => {
  });
  return new Error(`it returned a promise, but Node needs the answer at once: ${wanted}`);
}

const UNIX_HOST = "localhost";
function parseUnixTarget({ protocol, pathname, search }) {
  if (!protocol.endsWith("+unix:")) return void 0;
  const end = pathname.search(/:|$/);
  const scheme = protocol.replace("+unix", "");
  const request = pathname.slice(end + 1).replace(/\\/g, "%5C") || "/";
  return {
    path: node_querystring.unescape(pathname.slice(0, end)).replace(/^\/\0/, "\0"),
    url: new URL(`${scheme}//${UNIX_HOST}:0${request}${search}`)
  };
}
function unixConnection(path, isSecure) {
  return (options) => isSecure ? node_tls.connect({ servername: UNIX_HOST, ...options, path }) : node_net.connect({ path });
}
function unixAgent(agent, path) {
  const { addRequest } = agent;
  const addUnixRequest = (request, options) => addRequest.call(agent, request, { ...options, socketPath: path });
  return Object.create(agent, { addRequest: { value: addUnixRequest } });
}

const MAX_FRAGMENTS = 65536;
const LAST_RESORT_MS = 6e5;
const MAX_CHUNKS = 262144;
const MAX_PENDING_PONGS = 32768;
const MIN_ATTEMPT_MS = 250;
function createWebSocket(url, { node, compression, readLimit, ...options }, hooks) {
  const { agent, tls, lookup, family, localAddress, origin } = node;
  const { autoSelectFamily, autoSelectFamilyAttemptTimeout } = node;
  const { createConnection, maxHeaderSize, timeLeft, onRequest } = hooks;
  const unix = parseUnixTarget(url);
  const target = withoutCredentials(unix?.url ?? url);
  const isSecure = url.protocol.startsWith("wss");
  const compresses = compression !== COMPRESSION.DISABLED;
  const noContext = compression === COMPRESSION.NO_CONTEXT;
  const settings = {
    // First, so that nothing in it replaces a setting of ours.
    ...tls && safeTlsOptions(tls, hooks.onTlsFault),
    // Nor an option of `ws`, of requests or of sockets that is none of TLS.
    allowSynchronousEvents: true,
    auth: void 0,
    autoPong: true,
    createConnection: unix ? unixConnection(unix.path, isSecure) : createConnection,
    generateMask: void 0,
    handshakeTimeout: void 0,
    maxBufferedChunks: MAX_CHUNKS,
    onread: void 0,
    protocolVersion: 13,
    skipUTF8Validation: false,
    agent: unix && agent ? unixAgent(agent, unix.path) : agent,
    lookup: lookup && safeLookup(lookup),
    family,
    autoSelectFamily,
    autoSelectFamilyAttemptTimeout: Math.ceil(
      autoSelectFamilyAttemptTimeout ?? Math.max(MIN_ATTEMPT_MS, timeLeft / 3)
    ),
    localAddress,
    origin,
    headers: {
      ...authorization(url, options.headers),
      ...options.headers,
      ...unix && { Host: UNIX_HOST }
    },
    // Node refuses what reaches its limit.
    maxHeaderSize: maxHeaderSize + 1,
    followRedirects: false,
    maxPayload: readLimit,
    maxFragments: MAX_FRAGMENTS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    // The core's own deadline forgives a sleep of this process; the timer of `ws` would not.
    closeTimeout: LAST_RESORT_MS,
    perMessageDeflate: compresses && {
      // Not `false`, which would refuse a server that wants it (RFC 7692 section 7.1.1).
      ...noContext && { serverNoContextTakeover: true, clientNoContextTakeover: true }
    },
    finishRequest(request) {
      request.maxHeadersCount = 0;
      onRequest(request);
      request.end();
    }
  };
  try {
    return new WebSocket(
      target,
      [...options.protocols],
      settings
    );
  } catch (error) {
    throw startError(displayUrl(url), error);
  }
}
function withoutCredentials(url) {
  const copy = new URL(url);
  copy.username = copy.password = "";
  return copy;
}
function authorization({ username, password }, headers) {
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  if (isGiven || !(username || password)) return {};
  const credentials = node_buffer.Buffer.from(`${node_querystring.unescape(username)}:${node_querystring.unescape(password)}`);
  return { Authorization: `Basic ${credentials.toString("base64")}` };
}
const EXTENSION = /^[ \t]*permessage-deflate([ \t]*;[ \t]*\w+(="?([89]|1[0-5])"?)?)*[ \t]*$/;
function handshakeFault({ httpVersion, headers }) {
  if (httpVersion !== "1.1") return `Not HTTP/1.1 but ${httpVersion}`;
  const extensions = headers["sec-websocket-extensions"];
  if (extensions === void 0 || EXTENSION.test(extensions)) return void 0;
  return "Invalid Sec-WebSocket-Extensions header";
}

const ERROR_CLOSE_CODES = {
  WS_ERR_INVALID_UTF8: INVALID_PAYLOAD,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: MESSAGE_TOO_BIG,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: MESSAGE_TOO_BIG
};
class WsConnection {
  constructor(ws, response, options, label) {
    this.timesPaused = 0;
    /** Messages and pings that were sent, and those that were flushed. */
    this.taken = 0;
    this.written = 0;
    this.#pings = new Pings();
    this.#isFaulty = false;
    this.#pressure = 0;
    this.#isPaused = false;
    this.#ws = ws;
    this.#options = options;
    this.#label = label;
    this.protocol = ws.protocol;
    this.extensions = response?.headers["sec-websocket-extensions"] ?? ws.extensions;
    this.compression = compressionMode(this.extensions, options.compression);
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    this.handshake = response && { status: 101, headers: copyHeaders(response.headers) };
  }
  #ws;
  #options;
  #label;
  #pings;
  #handler;
  #sentCode;
  #isFaulty;
  #pressure;
  #isPaused;
  /** Begins to report to `handler`. */
  attach(handler) {
    this.#handler = handler;
    const ws = this.#ws;
    ws.on("message", (data, isBinary) => {
      this.#handler?.onMessage(
        isBinary ? { type: "binary", data: ownBytes(plainView(data), 0, data.length) } : { type: "text", data: data.toString() },
        data.length
      );
    });
    ws.on("pong", (payload) => {
      for (const { start, done } of this.#pings.answeredBy(payload)) done(now() - start);
      this.#regulate();
    });
    ws.on("error", (error) => this.#onError(error));
    ws.on("close", (code, reason) => {
      const echoed = code === NO_STATUS || code === ABNORMAL_CLOSURE ? void 0 : code;
      const sentCode = this.#sentCode ?? echoed;
      this.#detach()?.onEnd({ code, reason: reason.toString(), sentCode });
    });
  }
  get bufferedAmount() {
    return this.#ws.bufferedAmount;
  }
  get progress() {
    return this.bufferedAmount > 0 ? this.written - this.bufferedAmount : NaN;
  }
  send(data) {
    if (this.#ws.readyState !== WebSocket.OPEN) return -1;
    const isText = typeof data === "string";
    const size = isText ? node_buffer.Buffer.byteLength(data) : data.length;
    const compress = size >= this.#options.compressionThreshold;
    this.taken++;
    this.#ws.send(
      isText ? data : data.slice(),
      { binary: !isText, compress },
      (error) => this.#onWritten(error)
    );
    return size;
  }
  ping(done) {
    const isOpen = this.#ws.readyState === WebSocket.OPEN;
    const ping = this.#pings.add(isOpen ? ++this.taken : Infinity, done);
    this.#regulate();
    if (isOpen) this.#ws.ping(ping.payload, true, (error) => this.#onWritten(error));
    return () => {
      this.#pings.remove(ping);
      this.#regulate();
    };
  }
  #onWritten(error) {
    if (error) return;
    this.written++;
    this.#pings.onFlushed(this.written);
    this.#handler?.onProgress();
  }
  warn(text) {
    process.emitWarning(text);
  }
  pause(pressure) {
    this.#pressure = pressure;
    this.#regulate();
  }
  #regulate() {
    const mayPause = this.#pressure > 1 || this.#pings.size === 0;
    const isPauseDue = this.#pressure > 0 && mayPause;
    if (this.#isPaused === isPauseDue) return;
    this.#isPaused = isPauseDue;
    if (isPauseDue) {
      this.timesPaused++;
      this.#ws.pause();
    } else {
      this.#ws.resume();
    }
  }
  close(code, reason) {
    if (this.#ws.readyState === WebSocket.OPEN) this.#sentCode = code;
    this.#ws.close(code, reason);
  }
  terminate(code) {
    const ws = this.#ws;
    this.#detach();
    const isOpen = ws.readyState === WebSocket.OPEN;
    if (code === ABNORMAL_CLOSURE || !(isOpen || this.#isFaulty)) {
      ws.terminate();
      return void 0;
    }
    this.pause(0);
    if (isOpen) ws.close(code);
    const timer = setTimeout(() => ws.terminate(), this.#options.closeTimeout);
    ws.once("close", () => clearTimeout(timer));
    return code;
  }
  cut() {
    this.#ws.terminate();
  }
  #onError(cause) {
    this.#isFaulty = true;
    const closeCode = ERROR_CLOSE_CODES[cause.code ?? ""] ?? PROTOCOL_ERROR;
    const problem = cause.message;
    const error = faultError(this.#label, this.#options.readLimit, { closeCode, problem, cause });
    nextTurn(() => this.#handler?.onError(error, closeCode));
  }
  #detach() {
    const handler = this.#handler;
    this.#handler = void 0;
    this.#pings.end();
    return handler;
  }
}

const DEFAULT_MAX_HEADER_BYTES = 65536;
const dialBy = (guard, takeover = prepareTakeover) => async (request) => {
  const { signal } = request;
  let hop = { url: request.url, options: request.options };
  for (let hops = 0; ; hops++) {
    try {
      await dialOnce(request, hop, guard, takeover);
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
function dialOnce({ signal, due, open }, { url, options }, guard, takeover) {
  return new Promise((resolve, reject) => {
    const label = displayUrl(url);
    const { maxHeaderSize = DEFAULT_MAX_HEADER_BYTES } = options.node;
    let request;
    let response;
    let takeSocket;
    const ws = createWebSocket(url, options, {
      createConnection: guard && guardConnection(guard, url, options, signal),
      maxHeaderSize,
      timeLeft: due - now(),
      onRequest: (made) => request = made,
      onTlsFault: (name, error) => end(tlsFaultError(label, name, error))
    });
    const fail = (error) => {
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    const failBy = (error) => fail(dialError(error, { label, maxHeaderSize, request, response }));
    const end = (error) => {
      fail(error);
      ws.terminate();
    };
    const abort = () => end(signal.reason);
    signal.addEventListener("abort", abort);
    ws.on("error", failBy);
    ws.once("close", () => failBy(new Error("the connection ended before the server answered")));
    ws.once("upgrade", (res) => {
      response = res;
      takeSocket = takeover(res);
      const fault = handshakeFault(res);
      if (fault === void 0) return;
      failBy(new Error(fault));
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
      const socket = takeSocket?.();
      const transport = socket && response ? new SocketConnection(socket, response, options, label) : new WsConnection(ws, response, options, label);
      transport.attach(open(transport, url));
      resolve();
    });
    if (signal.aborted) abort();
  });
}

const native = { ...nodePlatform, parsers: nodeParsers };
const custom = /* @__PURE__ */ webSocketPlatform(() => void 0);
const platformFor = (webSocket) => webSocket ? custom : native;
const connect = /* @__PURE__ */ bindConnect(platformFor);
const createContext = /* @__PURE__ */ bindCreateContext(platformFor);
const websocket = /* @__PURE__ */ (() => Object.freeze({ ...shared$1, connect, createContext }))();

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
exports.definePolicy = definePolicy;
exports.errors = errors;
exports.parseDuration = parseDuration;
exports.select = select;
exports.ticker = ticker;
exports.default = websocket;
//# sourceMappingURL=node.cjs.map
