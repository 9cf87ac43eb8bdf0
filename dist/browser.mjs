const TRAITS = {
  CONNECT_FORBIDDEN: "PERMISSION_DENIED",
  URL_FORBIDDEN: "PERMISSION_DENIED",
  NO_CONTEXT: "INTERNAL",
  UNKNOWN_CONNECTION: "INTERNAL",
  INVALID_URL: "INVALID",
  INVALID_OPTION: "INVALID",
  INVALID_DURATION: "INVALID",
  INVALID_MESSAGE: "INVALID",
  INVALID_CLOSE: "INVALID",
  CHANNEL_CLOSED: "INVALID",
  UNSUPPORTED: "UNSUPPORTED",
  DIAL_FAILED: "+INTERNAL",
  DIAL_TIMEOUT: "+TIMEOUT",
  HANDSHAKE_REJECTED: "INTERNAL",
  ABORTED: "CANCELED",
  READ_TIMEOUT: "+TIMEOUT",
  WRITE_TIMEOUT: "+TIMEOUT",
  KEEPALIVE_TIMEOUT: "+TIMEOUT",
  PING_TIMEOUT: "+TIMEOUT",
  RECEIVE_TIMEOUT: "+TIMEOUT",
  CHANNEL_TIMEOUT: "+TIMEOUT",
  MESSAGE_TOO_BIG: "INVALID",
  SLOW_CONSUMER: "+RATE_LIMITED",
  PROTOCOL_ERROR: "INTERNAL",
  CLOSED: "UNAVAILABLE",
  CONNECTION_LOST: "+UNAVAILABLE",
  CLOSED_BY_PEER: "INTERNAL"
};
function parseTraits(traits) {
  return { kind: traits.replace("+", ""), retryable: traits[0] === "+" };
}
const BRAND = /* @__PURE__ */ Symbol.for("wschan.WsError");
class WsError extends Error {
  /** The stable name of the failure. */
  code;
  /** The class of failure. */
  kind;
  /** Whether the same call may succeed later, unchanged. */
  retryable;
  /** The facts behind the failure; empty where there are none. */
  details;
  constructor(code, message, init = {}) {
    super(message, "cause" in init ? { cause: init.cause } : void 0);
    const { kind, retryable } = { ...parseTraits(TRAITS[code]), ...init };
    this.code = code;
    this.kind = kind;
    this.retryable = retryable;
    this.details = init.details ?? {};
  }
  get name() {
    return "WsError";
  }
  /** @internal */
  get [BRAND]() {
    return true;
  }
  /**
   * Whether `value` is a `WsError`, of this copy of the package or of another one in the process, where
   * `instanceof` would say no.
   */
  static is(value) {
    return typeof value === "object" && value !== null && BRAND in value;
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
function show$1(value) {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  }
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
function unknownOption(where, name, names) {
  const plain = (text) => text.replace(/[_-]/g, "").toLowerCase();
  const meant = names.find((known) => plain(known) === plain(name));
  return new WsError(
    "INVALID_OPTION",
    `${where}: unknown option ${show$1(name)}: ` + (meant ? `did you mean ${meant}?` : `the options are ${names.join(", ")}`)
  );
}

const MAX = 2 ** 63 / 1e6;
const UNITS = {
  ns: "e-6",
  us: "e-3",
  "\xB5s": "e-3",
  "\u03BCs": "e-3",
  ms: "e0",
  s: "e3",
  m: "e3",
  h: "e3"
};
function parseDuration(value) {
  const ms = typeof value === "string" ? parseText(value) : typeof value === "number" ? value : NaN;
  if (ms >= 0 && ms <= MAX) return ms + 0;
  throw new WsError(
    "INVALID_DURATION",
    `duration: ${show$1(value)} ` + (Number.isNaN(ms) ? 'is not a Go duration: use milliseconds or a string such as "300ms" or "1h15m30.5s" (units: ns, us, \xB5s, ms, s, m, h)' : "is out of range: use 0 to 2562047h47m16.854775807s")
  );
}
function parseText(text) {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?[\d.]/.test(text)) return NaN;
  let total = 0;
  for (const [, digits = "", unit = ""] of text.matchAll(/([\d.]+)([^\d.]*)/g)) {
    total += parseTerm(digits, unit);
  }
  return text[0] === "-" ? -total : total;
}
function parseTerm(digits, unit) {
  return Number(digits + String(UNITS[unit])) * (unit === "m" ? 60 : unit === "h" ? 3600 : 1);
}

const MAX_DELAY = 2 ** 31 - 1;
const LATE = 1e3;
function now() {
  return performance.now();
}
function startTimer(delay, expire) {
  const due = now() + delay;
  let timer;
  const arm = (left) => {
    timer = setTimeout(
      left > MAX_DELAY ? () => arm(due - now()) : expire,
      Math.min(Math.ceil(left), MAX_DELAY)
    );
  };
  arm(delay);
  return () => clearTimeout(timer);
}
function nextTurn(run) {
  const { setImmediate } = globalThis;
  if (setImmediate) setImmediate(run);
  else setTimeout(run, 0);
}
const waits = /* @__PURE__ */ new WeakMap();
function onAbort(signal, abort) {
  let set = waits.get(signal);
  if (set === void 0) waits.set(signal, set = /* @__PURE__ */ new Set());
  if (set.size === 0) signal.addEventListener("abort", fireAborts);
  const waiting = set;
  const wait = () => abort();
  waiting.add(wait);
  return () => {
    if (waiting.delete(wait) && waiting.size === 0) signal.removeEventListener("abort", fireAborts);
  };
}
function fireAborts() {
  const set = waits.get(this);
  waits.delete(this);
  this.removeEventListener("abort", fireAborts);
  set?.forEach((wait) => {
    set.delete(wait);
    wait();
  });
}
function abortError(operation, signal) {
  return new WsError("ABORTED", `${operation}: aborted`, { cause: signal.reason });
}
const WAIT_OPTIONS = ["timeout", "signal"];
function parseWait(operation, timeoutCode, options, { defaultTimeout, names = WAIT_OPTIONS } = {}) {
  checkNames(operation, options, names);
  const { timeout, signal } = options;
  checkSignal(operation, signal);
  if (signal?.aborted) throw abortError(operation, signal);
  return {
    operation,
    timeoutCode,
    timeout: timeout === void 0 ? defaultTimeout : parseTimeout(operation, timeout),
    signal
  };
}
function parseTimeout(operation, timeout) {
  try {
    return parseDuration(timeout);
  } catch (cause) {
    const why = cause.message;
    throw new WsError("INVALID_DURATION", `${operation}: option timeout: ${why}`, { cause });
  }
}
function checkNames(operation, options, names) {
  if (typeof options !== "object" || options === null) {
    throw new WsError("INVALID_OPTION", `${operation}: options must be an object`);
  }
  for (const name in options) {
    if (!names.includes(name)) throw unknownOption(operation, name, names);
  }
}
function isSignal(value) {
  return typeof value?.addEventListener === "function";
}
function checkSignal(operation, signal) {
  if (signal !== void 0 && !isSignal(signal)) {
    throw new WsError("INVALID_OPTION", `${operation}: option signal must be an AbortSignal`);
  }
}
function timeoutError({ operation, timeout, timeoutCode }) {
  return new WsError(timeoutCode, `${operation}: nothing within ${String(timeout)} ms`);
}
function checkMayWait(wait) {
  if (wait.timeout === 0) throw timeoutError(wait);
}
function guardWait(wait, fail) {
  const { operation, timeout, signal } = wait;
  let waiting = true;
  const release = () => {
    waiting = false;
    stopTimer?.();
    stopListening?.();
  };
  const end = (error) => {
    if (!waiting) return;
    release();
    fail(error());
  };
  const expire = () => {
    end(() => timeoutError(wait));
  };
  const stopTimer = timeout === void 0 ? void 0 : startTimer(timeout, () => nextTurn(expire));
  const stopListening = signal && onAbort(signal, () => end(() => abortError(operation, signal)));
  return release;
}
class Deadline {
  #period;
  #alive;
  #expire;
  #last = 0;
  #due = 0;
  #confirming = false;
  #timer;
  /** `alive` says whether there was life since it was last asked, or none is owed at present. */
  constructor(period, expire, alive = () => false) {
    this.#period = period;
    this.#expire = expire;
    this.#alive = alive;
  }
  /** Notes a sign of life. */
  touch() {
    this.#last = now();
  }
  /** Starts to wait, unless it does already. */
  start() {
    if (this.#timer !== void 0) return;
    this.touch();
    this.#alive();
    this.#arm(this.#period);
  }
  stop() {
    clearTimeout(this.#timer);
    this.#timer = void 0;
    this.#confirming = false;
  }
  /** Looks again within a quarter of the period: what `alive` tells has no time of its own. */
  #arm(left) {
    const delay = Math.min(Math.max(Math.ceil(left), 1), Math.ceil(this.#period / 4), MAX_DELAY);
    this.#due = now() + delay;
    this.#timer = setTimeout(() => this.#look(), delay);
  }
  #look() {
    const time = now();
    if (this.#alive() || time - this.#due > LATE) this.#last = time;
    const left = this.#last + this.#period - time;
    if (left > 0) {
      this.#confirming = false;
      this.#arm(left);
    } else if (this.#confirming) {
      this.stop();
      this.#expire();
    } else {
      this.#confirming = true;
      this.#arm(0);
    }
  }
}

const CLOSED = /* @__PURE__ */ Object.freeze({ ok: false, value: void 0 });
class Queue {
  capacity;
  receivers = /* @__PURE__ */ new Set();
  closed = false;
  /** Told of each value that had to wait and is taken. */
  taken;
  /** A ring whose size is a power of two, so that an index wraps by a mask. */
  #ring = [void 0, void 0, void 0, void 0];
  #head = 0;
  #size = 0;
  constructor(capacity) {
    this.capacity = capacity;
  }
  /** How many values are held, those behind the channel included. */
  get size() {
    return this.#size;
  }
  /** Whether `take` would yield something. */
  get ready() {
    return this.#size > 0 || this.closed;
  }
  /** Hands the value over or holds it, if that needs no waiting. */
  offer(value) {
    if (this.receivers.size === 0 && this.#size >= this.capacity) return false;
    this.push(value);
    return true;
  }
  /** Hands the value over or holds it, beyond the capacity if need be. */
  push(value) {
    const receiver = first(this.receivers);
    if (receiver === void 0) {
      this.#append(value);
    } else {
      this.unpark(receiver);
      receiver({ ok: true, value });
    }
  }
  /** Takes the next value, or the news of the close; `undefined` if that needs waiting. */
  take() {
    if (this.#size === 0) return this.closed ? CLOSED : void 0;
    const value = this.#shift();
    this.taken?.(value);
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
    for (const receiver of this.receivers) {
      this.unpark(receiver);
      receiver(CLOSED);
    }
  }
  #append(value) {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[this.#head + this.#size & this.#ring.length - 1] = value;
    this.#size++;
  }
  #shift() {
    const value = this.#ring[this.#head];
    this.#ring[this.#head] = void 0;
    this.#head = this.#head + 1 & this.#ring.length - 1;
    if (--this.#size === 0 && this.#ring.length > 1024) {
      this.#ring = [void 0, void 0, void 0, void 0];
      this.#head = 0;
    }
    return value;
  }
  #grow() {
    const { length } = this.#ring;
    const ring = new Array(length * 2).fill(void 0);
    for (let i = 0; i < this.#size; i++) ring[i] = this.#ring[this.#head + i & length - 1];
    this.#ring = ring;
    this.#head = 0;
  }
}
class SendQueue extends Queue {
  senders = /* @__PURE__ */ new Set();
  get ready() {
    return super.ready || this.senders.size > 0;
  }
  /** Takes the next value, and lets the first sender that waits fill the place that was freed. */
  take() {
    const result = super.take();
    const sender = first(this.senders);
    if (sender === void 0) return result;
    this.senders.delete(sender);
    sender.settle(true);
    if (result === void 0) return { ok: true, value: sender.value };
    this.push(sender.value);
    return result;
  }
  /** Ends it for senders as well: those that wait are refused. */
  close() {
    super.close();
    for (const sender of this.senders) {
      this.senders.delete(sender);
      sender.settle(false);
    }
  }
}
function first(set) {
  for (const item of set) return item;
  return void 0;
}
class ReceiveChannel {
  #queue;
  /** Handed out by clients and timers; to make a channel of your own, make a {@link Channel}. */
  constructor(queue) {
    if (!(queue instanceof Queue)) {
      throw new WsError(
        "INVALID_OPTION",
        "channel: a ReceiveChannel is handed out: make a Channel"
      );
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
    const queue = this.#queue;
    return {
      channel: this,
      get ready() {
        return queue.ready;
      },
      run: () => queue.take() ?? CLOSED,
      park: (done) => {
        const receiver = (result) => done(result);
        queue.park(receiver);
        return () => queue.unpark(receiver);
      }
    };
  }
  /** The values, until the channel is closed and drained. Leaving the loop leaves the channel open. */
  [Symbol.asyncIterator]() {
    return iterate(this.#queue);
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
      throw new WsError(
        "INVALID_OPTION",
        `channel: capacity must be an integer from 0 to 2^32-1, not ${show$1(capacity)}`
      );
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
    const queue = this.#queue;
    const wait = parseWait("channel send", "CHANNEL_TIMEOUT", options);
    if (queue.closed) throw closedError();
    if (queue.offer(value)) return;
    checkMayWait(wait);
    await new Promise((resolve, reject) => {
      const sender = {
        value,
        settle(sent) {
          release();
          if (sent) resolve();
          else reject(closedError());
        }
      };
      queue.senders.add(sender);
      const release = guardWait(wait, (error) => {
        queue.senders.delete(sender);
        reject(error);
      });
    });
  }
  /** Sends a value if that needs no waiting, and says whether it did. Throws `CHANNEL_CLOSED`. */
  trySend(value) {
    if (this.#queue.closed) throw closedError();
    return this.#queue.offer(value);
  }
  /**
   * A case of {@link select} that sends this value. On a closed channel it is ready, and rejects with
   * `CHANNEL_CLOSED`. It may be used again and again.
   */
  caseSend(value) {
    const queue = this.#queue;
    return {
      channel: this,
      get ready() {
        return queue.closed || queue.receivers.size > 0 || queue.size < queue.capacity;
      },
      run: () => !queue.closed && queue.offer(value),
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
  if (options !== void 0) return receiveWithin(queue, options);
  const result = queue.take();
  return result === void 0 ? new Promise((resolve) => queue.park(resolve)) : Promise.resolve(result);
}
async function receiveWithin(queue, options) {
  const wait = parseWait("receive", "RECEIVE_TIMEOUT", options);
  const result = queue.take();
  if (result !== void 0) return result;
  checkMayWait(wait);
  return new Promise((resolve, reject) => {
    const receiver = (next) => {
      release();
      resolve(next);
    };
    queue.park(receiver);
    const release = guardWait(wait, (error) => {
      queue.unpark(receiver);
      reject(error);
    });
  });
}
function iterate(queue, failure) {
  const step = (result) => {
    if (result.ok) return { done: false, value: result.value };
    const error = failure?.();
    if (error !== void 0) throw error;
    return { done: true, value: void 0 };
  };
  return {
    next() {
      const result = queue.take();
      if (result?.ok) return Promise.resolve(step(result));
      return receive(queue).then(step);
    },
    return: () => Promise.resolve({ done: true, value: void 0 }),
    [Symbol.asyncIterator]() {
      return this;
    }
  };
}

const CLOSE_CODES = /* @__PURE__ */ Object.freeze({
  NORMAL: 1e3,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  RESERVED: 1004,
  NO_STATUS: 1005,
  ABNORMAL_CLOSURE: 1006,
  INVALID_PAYLOAD: 1007,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  MANDATORY_EXTENSION: 1010,
  INTERNAL_ERROR: 1011,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  BAD_GATEWAY: 1014,
  TLS_HANDSHAKE: 1015
});
const REASON_LIMIT = 123;
const BROWSER_OFFSET = 3e3;
function checkClose(code, reason) {
  if (!isSendable(code)) {
    throw new WsError(
      "INVALID_CLOSE",
      `close: code ${show$1(code)} may not be sent: use 1000-1003, 1007-1014 or 3000-4999`
    );
  }
  if (typeof reason !== "string") {
    throw new WsError("INVALID_CLOSE", `close: the reason must be a string, not ${typeof reason}`);
  }
  const size = reason.length > REASON_LIMIT ? reason.length : new TextEncoder().encode(reason).length;
  if (size > REASON_LIMIT) {
    throw new WsError(
      "INVALID_CLOSE",
      `close: the reason is over ${REASON_LIMIT} bytes of UTF-8: shorten it`
    );
  }
}
function isSendable(code) {
  return Number.isInteger(code) && (code >= 1e3 && code <= 1014 && !isReserved(code) || code >= 3e3 && code <= 4999);
}
function isReserved(code) {
  return code >= CLOSE_CODES.RESERVED && code <= CLOSE_CODES.ABNORMAL_CLOSURE;
}
function wireCode(code, anyCode) {
  return anyCode || code === CLOSE_CODES.NORMAL || code >= 3e3 ? code : code + BROWSER_OFFSET;
}
function isNormalEnd(code) {
  return code === CLOSE_CODES.NORMAL || code === CLOSE_CODES.GOING_AWAY || code === CLOSE_CODES.NO_STATUS;
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
  if (isNormalEnd(code)) return void 0;
  return new WsError(
    "CLOSED_BY_PEER",
    `connection ${where}: the peer closed it with code ${code}${reason && `: ${reason}`}`,
    { ...parseTraits(PEER_TRAITS[code] ?? "INTERNAL"), details: { closeCode: code, reason } }
  );
}

const TEXT = 1;
const BINARY = 2;
const TYPE_TEXT = "text";
const TYPE_BINARY = "binary";
const TYPE_PING = "ping";
const TYPE_PONG = "pong";
const TYPE_CLOSE = "close";
const COMPRESSION = /* @__PURE__ */ Object.freeze({ DISABLED: 0, CONTEXT_TAKEOVER: 1, NO_CONTEXT: 2 });

const OVERHEAD = 64;
function memoryOf(message) {
  return OVERHEAD + (message.type === "text" ? message.data.length * 2 : message.data.byteLength);
}

const UNREAD_HIGH = 1048576;
const TURN_LIMIT = 5;
const TIMEOUT_CODE = 3008;
const PING_TIMEOUT = 1e4;
const PING_BYTES = 4;
const SENT = /* @__PURE__ */ Promise.resolve();
class Client {
  /** Unique in this process. */
  id;
  /** The URL it is connected to, after redirects, without credentials. */
  url;
  /** Settles once, when the connection has ended, with how it ended. Never rejects. */
  closed;
  #transport;
  #options;
  #label;
  #anyCloseCode;
  #queue;
  #channel;
  #ended;
  #flushes = /* @__PURE__ */ new Set();
  #readDeadline;
  #writeDeadline;
  #state = "open";
  /** The code and reason of a local close, and what went out for it. */
  #asked;
  #closeDeadline;
  /** Whether all that was sent before a local close has left. */
  #drained = false;
  /** Why it ended or is about to; nothing after a normal end. */
  #failure;
  #failureCode = 0;
  #settleClosed;
  #messagesReceived = 0;
  #messagesSent = 0;
  #bytesReceived = 0;
  #bytesSent = 0;
  #bytesBuffered = 0;
  /** The channel is at its capacity, or holds too many bytes, and has not been caught up with. */
  #full = false;
  #paused = false;
  #pings = [];
  #pingsSent = 0;
  /** What this turn of the event loop has sent, in bytes, and when it began to. */
  #spent = 0;
  #turnStart = 0;
  /** What all sends that may not settle yet share. */
  #pace;
  #paceWaiter;
  #paceChecking = false;
  #lastRead = 0;
  #lastWritten = 0;
  constructor(transport, init) {
    const { options } = init;
    this.id = init.id;
    this.url = init.url;
    this.#label = init.label;
    this.#anyCloseCode = init.anyCloseCode;
    this.#ended = init.ended;
    this.#transport = transport;
    this.#options = options;
    this.#queue = new Queue(options.channelCapacity);
    this.#queue.taken = (message) => this.#onTaken(message);
    this.#channel = ReceiveChannel.of(this.#queue);
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#readDeadline = this.#watch(
      options.readTimeout,
      "READ_TIMEOUT",
      () => this.#isReadAlive()
    );
    this.#writeDeadline = this.#watch(
      options.writeTimeout,
      "WRITE_TIMEOUT",
      () => this.#isWriteAlive()
    );
  }
  /** Makes a client on an open transport, and the handler that the transport reports to. @internal */
  static open(transport, init) {
    const client = new Client(transport, init);
    const ifLive = (handle) => (...args) => {
      if (client.#state !== "closed") handle(...args);
    };
    return [
      client,
      {
        onMessage: (message, size) => client.#onMessage(message, size),
        onProgress: () => client.#onProgress(),
        onPong: ifLive((payload) => client.#onPong(payload)),
        onError: ifLive((error, closeCode) => client.#onError(error, closeCode)),
        onClosing: ifLive(() => client.#onClosing()),
        onEnd: ifLive((end) => client.#onEnd(end))
      }
    ];
  }
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
    if (!/permessage-deflate/i.test(extensions)) return COMPRESSION.DISABLED;
    return /client_no_context_takeover/i.test(extensions) && /server_no_context_takeover/i.test(extensions) ? COMPRESSION.NO_CONTEXT : COMPRESSION.CONTEXT_TAKEOVER;
  }
  /** How many sent bytes the operating system has not taken yet. */
  get bufferedAmount() {
    return this.#state === "closed" ? 0 : this.#transport.bufferedAmount;
  }
  /**
   * What a slow consumer leads to: the `"socket"` or the `"stream"` is paused, which slows the server
   * down; or messages `"buffer"` here, up to `bufferLimit`.
   */
  get backpressure() {
    return this.#options.backpressure === "buffer" ? "buffer" : this.#transport.backpressure;
  }
  /** Whether this platform has ping frames. */
  get canPing() {
    return this.#transport.canPing;
  }
  /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
  get handshake() {
    return this.#transport.handshake;
  }
  /** What was received and sent so far, and what waits to be read. A snapshot. */
  get stats() {
    return {
      messagesReceived: this.#messagesReceived,
      messagesSent: this.#messagesSent,
      bytesReceived: this.#bytesReceived,
      bytesSent: this.#bytesSent,
      bytesBuffered: this.#bytesBuffered,
      timesPaused: this.#transport.timesPaused
    };
  }
  /** The channel on which messages arrive; always the same one. It closes when the connection ends. */
  channel() {
    return this.#channel;
  }
  /** Short for `channel().receive(options)`. */
  receive(options) {
    return receive(this.#queue, options);
  }
  /**
   * The messages, until the connection ends. Returns after a normal end (1000, 1001, 1005) or a local
   * close, and throws the connection's `WsError` after any other. Leaving the loop leaves the
   * connection open.
   */
  [Symbol.asyncIterator]() {
    return iterate(this.#queue, () => this.#asked === void 0 ? this.#failure : void 0);
  }
  /**
   * Sends one message: handed over at once, in call order. Settles as soon as fewer than
   * `sendHighWaterMark` bytes wait, which is usually at once. The bytes may be reused when `send` has
   * returned.
   *
   * @param data A string; or an `ArrayBuffer` or a view, as bytes.
   * @param type {@link TEXT} or {@link BINARY}. By default a string is text and bytes are binary. A
   * string as `BINARY` goes out as its UTF-8 bytes; bytes as `TEXT` must be valid UTF-8.
   *
   * Rejects with `INVALID_MESSAGE`, or `CLOSED` when the connection has ended or ends while it waits; a
   * failure that nobody awaits stands in `closed` as well and is no unhandled rejection.
   */
  send(data, type) {
    let payload;
    try {
      payload = toPayload(data, type);
    } catch (error) {
      return rejected(error);
    }
    if (this.#state !== "open") return rejected(this.#closedError("send"));
    if (this.#writeDeadline && this.#transport.bufferedAmount === 0) this.#writeDeadline.touch();
    const size = this.#transport.send(payload);
    if (size < 0) return rejected(this.#closedError("send"));
    this.#messagesSent++;
    this.#bytesSent += size;
    return this.#settleSend(size);
  }
  /**
   * Settles when all that was sent has been handed to the operating system; in a browser, when
   * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ended first, and with `UNSUPPORTED`
   * where the platform has no `bufferedAmount`.
   */
  flush() {
    if (!this.#transport.canFlush) {
      const text = `flush ${this.#label}: this platform does not tell when bytes have left`;
      return rejected(new WsError("UNSUPPORTED", `${text}: let the peer answer`));
    }
    if (this.#state === "closed") return rejected(this.#closedError("flush"));
    const promise = new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#flushes.add(waiter);
      this.#transport.flush(() => {
        if (this.#flushes.delete(waiter)) resolve();
      });
    });
    promise.catch(ignore);
    return promise;
  }
  /**
   * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, from the
   * flushed ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). While a ping
   * is out the socket is not paused: what arrives meanwhile counts against `bufferLimit`, so ping
   * rarely, or with a short timeout, where the server has a long backlog. `timeout` is 10 s by default.
   *
   * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
   * `UNSUPPORTED` where {@link canPing} is false.
   */
  ping(options = {}) {
    const promise = this.#ping(options);
    promise.catch(ignore);
    return promise;
  }
  async #ping(options) {
    if (!this.canPing) {
      throw new WsError(
        "UNSUPPORTED",
        `ping ${this.#label}: no ping frames on this platform: use option keepAlive.message`
      );
    }
    const wait = parseWait(`ping ${this.#label}`, "PING_TIMEOUT", options, {
      defaultTimeout: PING_TIMEOUT
    });
    if (this.#state !== "open") throw this.#closedError("ping");
    checkMayWait(wait);
    return new Promise((resolve, reject) => {
      const release = guardWait(wait, (error) => this.#settlePings([ping], error));
      const ping = {
        id: ++this.#pingsSent,
        start: now(),
        settle: (error) => {
          release();
          if (error) reject(error);
          else resolve(now() - ping.start);
        }
      };
      this.#pings.push(ping);
      this.#regulate();
      const payload = new Uint8Array(PING_BYTES);
      viewOf(payload).setUint32(0, ping.id);
      this.#transport.ping(payload);
      this.#transport.flush(() => {
        ping.start = now();
      });
    });
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
  close(code = CLOSE_CODES.NORMAL, reason = "") {
    if (this.#state !== "open") return this.closed;
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    const sentCode = wireCode(code, this.#anyCloseCode);
    this.#asked = { info: { code, reason }, sentCode };
    this.#beginClosing();
    this.#queue.close();
    this.#regulate();
    this.#startCloseDeadline();
    this.#transport.close(sentCode, reason);
    this.#transport.flush(() => {
      this.#drained = true;
      this.#closeDeadline?.touch();
    });
    return this.closed;
  }
  /** Ends the connection now, without a closing handshake; what was sent and has not left is dropped. */
  terminate() {
    if (this.#state === "closed") return;
    const error = this.#failure;
    this.#transport.terminate();
    this.#finish({
      code: CLOSE_CODES.ABNORMAL_CLOSURE,
      reason: "",
      clean: false,
      by: "local",
      ...error && { error }
    });
  }
  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose]() {
    await this.close();
  }
  // Receiving
  #onMessage(message, size) {
    if (this.#queue.closed) return;
    this.#messagesReceived++;
    this.#bytesReceived += size;
    this.#readDeadline?.touch();
    if (this.#queue.receivers.size > 0) {
      this.#queue.push(message);
      return;
    }
    const cost = memoryOf(message);
    const { bufferLimit } = this.#options;
    if (this.#bytesBuffered > 0 && this.#bytesBuffered + cost > bufferLimit) {
      this.#failSlowConsumer(bufferLimit, this.#bytesBuffered + cost);
      return;
    }
    this.#bytesBuffered += cost;
    this.#queue.push(message);
    if (!this.#full) this.#regulate();
  }
  #onTaken(message) {
    this.#bytesBuffered -= memoryOf(message);
    if (this.#full) this.#regulate();
  }
  /** Pauses and resumes reading as the consumer falls behind and catches up. */
  #regulate() {
    const unread = this.#queue.size;
    const { capacity } = this.#queue;
    if (!this.#full) {
      this.#full = unread >= capacity || this.#bytesBuffered >= UNREAD_HIGH;
    } else if (unread <= capacity / 2 && this.#bytesBuffered <= UNREAD_HIGH / 2) {
      this.#full = false;
      this.#readDeadline?.touch();
    }
    const pause = this.#full && this.#state === "open" && this.#pings.length === 0 && this.#options.backpressure === "auto";
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#transport.pause();
    else this.#transport.resume();
  }
  #failSlowConsumer(limit, size) {
    const error = new WsError(
      "SLOW_CONSUMER",
      `receive ${this.#label}: over ${limit} bytes unread: read faster or raise option bufferLimit`,
      { details: { limit, size } }
    );
    this.#fail(error, CLOSE_CODES.POLICY_VIOLATION);
  }
  // Sending
  /** A promise that settles when this send may be followed by another. */
  #settleSend(size) {
    const { sendHighWaterMark } = this.#options;
    if (this.#spent === 0) {
      this.#turnStart = now();
      nextTurn(() => {
        this.#spent = 0;
      });
    }
    this.#spent += size + 1;
    const mayGoOn = this.#spent < sendHighWaterMark && this.#transport.bufferedAmount < sendHighWaterMark && now() - this.#turnStart < TURN_LIMIT;
    return mayGoOn ? SENT : this.#pace ??= this.#startPace();
  }
  #startPace() {
    const promise = new Promise((resolve, reject) => {
      this.#paceWaiter = { resolve, reject };
    });
    promise.catch(ignore);
    this.#checkPace();
    return promise;
  }
  /** In a later turn: a socket that takes everything at once would otherwise starve the timers. */
  #checkPace() {
    if (this.#paceChecking) return;
    this.#paceChecking = true;
    nextTurn(() => {
      this.#paceChecking = false;
      const { bufferedAmount, flushed } = this.#transport;
      if (bufferedAmount >= this.#options.sendHighWaterMark && !flushed) return;
      this.#paceWaiter?.resolve();
      this.#pace = this.#paceWaiter = void 0;
    });
  }
  #onProgress() {
    this.#writeDeadline?.touch();
    if (this.#pace !== void 0) this.#checkPace();
  }
  // Pings
  #onPong(payload) {
    if (payload.byteLength !== PING_BYTES) return;
    const id = viewOf(payload).getUint32(0);
    if (id <= this.#pingsSent) this.#settlePings(this.#pings.filter((ping) => ping.id <= id));
  }
  #settlePings(pings, error) {
    this.#pings = this.#pings.filter((ping) => !pings.includes(ping));
    for (const ping of pings) ping.settle(error);
    this.#regulate();
  }
  // Deadlines
  #watch(period, code, alive) {
    if (period === void 0) return void 0;
    const what = code === "READ_TIMEOUT" ? "receive" : "send";
    const expire = () => {
      const error = new WsError(code, `${what} ${this.#label}: nothing moved for ${period} ms`);
      this.#fail(error, code === "READ_TIMEOUT" ? TIMEOUT_CODE : void 0);
    };
    const deadline = new Deadline(period, expire, alive);
    deadline.start();
    return deadline;
  }
  /** Whether the next message is owed by us, on its way, or anything moved since the last look. */
  #isReadAlive() {
    const { bytesRead, bytesWritten, receiving } = this.#transport;
    const moved = bytesRead + bytesWritten !== this.#lastRead;
    this.#lastRead = bytesRead + bytesWritten;
    return moved || receiving || this.#full;
  }
  /** Whether nothing waits to be written, or some of it went since the last look. */
  #isWriteAlive() {
    const { bytesWritten, blocked } = this.#transport;
    const moved = bytesWritten !== this.#lastWritten;
    this.#lastWritten = bytesWritten;
    return moved || !blocked || this.#paused;
  }
  // The end
  #beginClosing() {
    this.#state = "closing";
    this.#readDeadline?.stop();
    this.#writeDeadline?.stop();
  }
  #startCloseDeadline() {
    const { closeTimeout } = this.#options;
    this.#closeDeadline = new Deadline(
      closeTimeout,
      () => this.#transport.cut(),
      () => !this.#drained && this.#isWriteAlive() && this.#transport.bufferedAmount > 0
    );
    this.#closeDeadline.start();
  }
  /** The peer has begun to close, and should be done in as long as it would have to answer. */
  #onClosing() {
    if (this.#state === "closing") return;
    this.#beginClosing();
    this.#regulate();
    this.#startCloseDeadline();
  }
  /** The peer broke a rule: a close frame is out, and what had arrived can still be read. */
  #onError(error, closeCode) {
    if (this.#asked !== void 0 || this.#failure !== void 0) return;
    this.#failure = error;
    this.#failureCode = closeCode;
    this.#drained = true;
    this.#beginClosing();
    this.#queue.close();
    this.#startCloseDeadline();
  }
  /** This side gives up: no handshake is waited for. */
  #fail(error, closeCode) {
    const wire = closeCode && wireCode(closeCode, this.#anyCloseCode);
    const sentCode = this.#transport.flushed ? wire : void 0;
    this.#transport.terminate(wire, "");
    this.#finish({
      code: closeCode ?? CLOSE_CODES.ABNORMAL_CLOSURE,
      reason: "",
      clean: false,
      by: "local",
      ...sentCode === void 0 ? {} : { sentCode },
      error
    });
  }
  #onEnd({ code, reason, cause, echoed }) {
    const handshaken = code !== CLOSE_CODES.ABNORMAL_CLOSURE;
    const { flushed } = this.#transport;
    const clean = handshaken && flushed;
    const failure = this.#failure;
    if (this.#asked !== void 0) {
      const { info, sentCode } = this.#asked;
      const sent = handshaken && echoed ? withCode(code) : flushed && { sentCode };
      const error = flushed ? void 0 : this.#droppedError(cause);
      this.#finish({ ...info, ...sent, clean, by: "local", ...error && { error } });
    } else if (failure !== void 0) {
      const sentCode = wireCode(this.#failureCode, this.#anyCloseCode);
      const ended = { code: this.#failureCode, reason: "", clean: false, by: "local" };
      this.#finish({ ...ended, ...flushed && { sentCode }, error: failure });
    } else if (handshaken) {
      const error = peerError(this.#label, code, reason);
      this.#finish({ code, reason, clean, by: "peer", ...error && { error } });
    } else {
      const error = new WsError(
        "CONNECTION_LOST",
        `connection ${this.#label}: ended without a close frame`,
        cause === void 0 ? {} : { cause }
      );
      this.#finish({ code, reason: "", clean, by: "none", error });
    }
  }
  #droppedError(cause) {
    return new WsError("WRITE_TIMEOUT", `close ${this.#label}: what was sent could not all leave`, {
      ...cause === void 0 ? {} : { cause }
    });
  }
  /** The one way into `closed`: settles all that waits. */
  #finish(info) {
    this.#beginClosing();
    this.#state = "closed";
    this.#closeDeadline?.stop();
    this.#failure = info.error;
    this.#queue.close();
    this.#paceWaiter?.reject(this.#closedError("send"));
    this.#pace = this.#paceWaiter = void 0;
    for (const waiter of this.#flushes) waiter.reject(this.#closedError("flush"));
    this.#flushes.clear();
    if (this.#pings.length > 0) this.#settlePings(this.#pings, this.#closedError("ping"));
    this.#settleClosed(Object.freeze(info));
    this.#ended(this);
  }
  #closedError(operation) {
    const cause = this.#failure;
    const state = this.#state === "open" ? "closing" : this.#state;
    return new WsError("CLOSED", `${operation} ${this.#label}: the connection is ${state}`, {
      retryable: cause?.retryable ?? false,
      ...cause && { cause }
    });
  }
}
function withCode(code) {
  return code === CLOSE_CODES.NO_STATUS ? {} : { sentCode: code };
}
function viewOf({ buffer, byteOffset, byteLength }) {
  return new DataView(buffer, byteOffset, byteLength);
}
function ignore() {
}
function rejected(error) {
  const promise = Promise.reject(error);
  promise.catch(ignore);
  return promise;
}
function toPayload(data, type) {
  if (type !== void 0 && type !== TEXT && type !== BINARY) {
    throw invalidMessage(`type must be TEXT (1) or BINARY (2), not ${show$1(type)}`);
  }
  if (typeof data === "string") return type === BINARY ? new TextEncoder().encode(data) : data;
  const bytes = toBytes(data);
  if (type !== TEXT) return bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalidMessage("bytes sent as TEXT must be valid UTF-8: send them as BINARY", cause);
  }
}
function toBytes(data) {
  try {
    if (ArrayBuffer.isView(data)) {
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
    ArrayBuffer.prototype.slice.call(data, 0, 0);
    return new Uint8Array(data);
  } catch (cause) {
    throw invalidMessage(
      "data must be a string, an ArrayBuffer or a view, and not detached: of a Blob, send await blob.arrayBuffer()",
      cause
    );
  }
}
function invalidMessage(text, cause) {
  return new WsError("INVALID_MESSAGE", `send: ${text}`, cause === void 0 ? {} : { cause });
}

const DEFAULTS = {
  headers: void 0,
  protocols: void 0,
  dialTimeout: 3e4,
  readTimeout: void 0,
  writeTimeout: void 0,
  closeTimeout: 5e3,
  compression: 0,
  compressionThreshold: 512,
  readLimit: 16777216,
  channelCapacity: 32,
  bufferLimit: 67108864,
  sendHighWaterMark: 262144,
  signal: void 0,
  policy: void 0,
  meta: void 0,
  keepAlive: void 0,
  backpressure: "auto",
  webSocket: void 0,
  node: void 0
};
const OPTION_NAMES$1 = /* @__PURE__ */ Object.keys(DEFAULTS);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const COMPRESSION_NAMES = [
  "disabled",
  "context_takeover",
  "no_context_takeover"
];
function completeOptions(checked) {
  return {
    ...DEFAULTS,
    headers: {},
    protocols: [],
    node: {},
    ...checked
  };
}
function checkOptions(given, platform) {
  const checked = {};
  for (const [name, value] of Object.entries(given)) {
    const parsed = PARSERS[name](value, name, platform);
    if (parsed !== void 0) checked[name] = parsed;
  }
  return checked;
}
function pickOptions(options, where = "connect") {
  return pickKnown(where, options, OPTION_NAMES$1);
}
function pickKnown(where, options, names) {
  if (!isObject(options)) {
    throw new WsError(
      "INVALID_OPTION",
      `${where}: options must be an object, not ${show$1(options)}`
    );
  }
  const picked = {};
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) throw unknownOption(where, name, names);
    if (value !== void 0) picked[name] = value;
  }
  return picked;
}
function invalid$1(name, value, wanted, operation = "connect") {
  return new WsError(
    "INVALID_OPTION",
    `${operation}: option ${name} must be ${wanted}, not ${show$1(value)}`
  );
}
function unsupported(name, { capabilities }, wayOut) {
  return new WsError(
    "UNSUPPORTED",
    `connect: option ${name} cannot be used in ${capabilities.platform}: ${wayOut}`
  );
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
const duration = (value, name) => {
  const wanted = `0 to 2147483647 ms or a Go duration such as "30s"`;
  let ms;
  try {
    ms = parseDuration(value);
  } catch {
    throw invalid$1(name, value, wanted);
  }
  if (ms > 2 ** 31 - 1) throw invalid$1(name, value, wanted);
  return ms || void 0;
};
const integer = (min, max, unit, zero = false) => (value, name) => {
  if (zero && value === 0) return void 0;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalid$1(name, value, `an integer from ${min} to ${max} ${unit}`);
  }
  return value;
};
const object = (value, name) => {
  if (!isObject(value)) throw invalid$1(name, value, "an object");
  return Object.freeze({ ...value });
};
const callable = (value, name) => {
  if (typeof value !== "function") throw invalid$1(name, value, "a function");
  return value;
};
const oneOf = (...values) => (value, name) => {
  if (!values.includes(value)) throw invalid$1(name, value, values.map(show$1).join(" or "));
  return value;
};
const PARSERS = {
  headers(value, name, platform) {
    if (platform.dialOptions) return platform.dialOptions.headers(value);
    throw unsupported(name, platform, "put the token in a subprotocol, the query or a cookie");
  },
  protocols(value, name) {
    const list = Array.isArray(value) ? [...value] : [value];
    for (const [index, token] of list.entries()) {
      if (typeof token !== "string" || !TOKEN.test(token)) {
        throw invalid$1(name, token, "a token, or a list of tokens (RFC 6455 section 4.1)");
      }
      if (list.indexOf(token) < index) throw invalid$1(name, token, "a list without duplicates");
    }
    return list;
  },
  dialTimeout: duration,
  readTimeout: duration,
  writeTimeout: duration,
  closeTimeout: duration,
  compression(value, name) {
    const mode = typeof value === "string" ? COMPRESSION_NAMES.indexOf(value) : value;
    if (mode !== 0 && mode !== 1 && mode !== 2) {
      throw invalid$1(name, value, `0, 1, 2 or ${COMPRESSION_NAMES.map(show$1).join(", ")}`);
    }
    return mode;
  },
  compressionThreshold: integer(0, 104857600, "bytes"),
  readLimit: integer(1, 134217728, "bytes", true),
  channelCapacity: integer(1, 1e4, "messages"),
  bufferLimit: integer(65536, 1073741824, "bytes", true),
  sendHighWaterMark: integer(1, 1073741824, "bytes"),
  signal(value, name) {
    if (!isSignal(value)) throw invalid$1(name, value, "an AbortSignal");
    return value;
  },
  policy: callable,
  meta: object,
  keepAlive(value, name, platform) {
    object(value, name);
    throw unsupported(name, platform, "this version has none: ping() from a ticker instead");
  },
  backpressure: oneOf("auto", "buffer"),
  webSocket: callable,
  node(value, name, platform) {
    if (platform.dialOptions) return platform.dialOptions.node(value);
    throw unsupported(name, platform, "leave it out there");
  }
};

const OPTION_NAMES = [
  "policy",
  "actor",
  "meta",
  "defaults",
  "strict",
  "denyPrivateNetworks",
  "signal"
];
class Context {
  /** Settles when the context has been closed and the last of its connections has ended. */
  closed;
  #connector;
  #settings;
  #clients = /* @__PURE__ */ new Map();
  #dials = /* @__PURE__ */ new Set();
  #closing;
  #settleClosed;
  /** @internal */
  constructor(connector, options) {
    this.#connector = connector;
    this.#settings = parseSettings(options, connector);
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    const { signal } = options;
    if (signal === void 0) return;
    if (signal.aborted) void this.close();
    else {
      const stop = onAbort(signal, () => void this.close());
      void this.closed.then(stop);
    }
  }
  /** Opens a connection under this context's policy and defaults: see {@link connect}. */
  connect(url, options) {
    return this.#connector.connect(this.#owner(), url, options);
  }
  /** The live connection with this `id`. Throws `UNKNOWN_CONNECTION`. */
  connection(id) {
    const client = this.#clients.get(id);
    if (client === void 0) {
      throw new WsError("UNKNOWN_CONNECTION", `context: no live connection has the id ${show$1(id)}`);
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
  close(code = CLOSE_CODES.GOING_AWAY, reason = "") {
    if (this.#closing !== void 0) return this.#closing;
    try {
      checkClose(code, reason);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#closing = this.closed;
    for (const abort of this.#dials) abort(noContext());
    const ends = this.connections.map((client) => client.close(code, reason));
    void Promise.all(ends).then(this.#settleClosed);
    return this.closed;
  }
  /** `close()`, for `await using`, where the platform has the symbol. */
  async [Symbol.asyncDispose]() {
    await this.close();
  }
  #owner() {
    return {
      settings: this.#settings,
      enter: (abort) => {
        if (this.#closing !== void 0) throw noContext();
        this.#dials.add(abort);
        return () => this.#dials.delete(abort);
      },
      add: (client) => void this.#clients.set(client.id, client),
      remove: (client) => void this.#clients.delete(client.id)
    };
  }
}
function noContext() {
  return new WsError("NO_CONTEXT", "connect: the context is closed");
}
const OPERATION = "createContext";
function parseSettings(options, { check }) {
  pickKnown(OPERATION, options, OPTION_NAMES);
  const { policy, actor, meta, defaults = {}, strict = false, signal } = options;
  if (policy !== void 0 && typeof policy !== "function") {
    throw invalid$1("policy", policy, "a function", OPERATION);
  }
  if (meta !== void 0 && !isObject(meta)) {
    throw invalid$1("meta", meta, "an object", OPERATION);
  }
  if (typeof strict !== "boolean") throw invalid$1("strict", strict, "true or false", OPERATION);
  if (signal !== void 0 && !isSignal(signal)) {
    throw invalid$1("signal", signal, "an AbortSignal", OPERATION);
  }
  if (options.denyPrivateNetworks !== void 0 && options.denyPrivateNetworks !== false) {
    throw new WsError(
      "UNSUPPORTED",
      `${OPERATION}: option denyPrivateNetworks is not in this version: use a policy`
    );
  }
  return {
    policy,
    actor,
    meta: meta && { ...meta },
    defaults: check(pickDefaults(defaults)),
    strict
  };
}
function pickDefaults(defaults) {
  const copy = pickOptions(defaults, `${OPERATION}: option defaults`);
  for (const name of ["policy", "signal"]) {
    if (name in copy) throw invalid$1(`defaults.${name}`, copy[name], "the context's own", OPERATION);
  }
  return copy;
}

function parseUrl(input, rules) {
  const given = input;
  const text = typeof given === "string" ? given : given?.href;
  if (typeof text !== "string") {
    throw new WsError(
      "INVALID_URL",
      `connect: the URL must be a string or a URL, not ${given === null ? "null" : typeof given}`
    );
  }
  const refuse = (code, problem) => {
    throw new WsError(code, `connect: ${maskUrl(text)} ${problem}`);
  };
  const url = resolve(text, rules.base);
  if (!url) return refuse("INVALID_URL", "is not a URL: use ws://host/path or wss://host/path");
  if (!/^(wss?|ws\+unix):$/.test(url.protocol)) {
    refuse("INVALID_URL", "has another scheme: use ws:, wss:, http: or https:");
  }
  if (url.href.includes("#")) refuse("INVALID_URL", 'has a fragment: leave out "#" and the rest');
  if (url.protocol === "ws+unix:") {
    if (!rules.unix) refuse("UNSUPPORTED", "is a Unix socket, for Node alone: use ws: or wss:");
    if (url.host || !/^\/[^:]+(:(\/.*)?)?$/.test(url.pathname)) {
      refuse("INVALID_URL", "names no socket: use ws+unix:///run/app.sock:/path");
    }
  }
  if (!rules.credentials && (url.username || url.password)) {
    refuse(
      "UNSUPPORTED",
      "holds credentials, which cannot be sent from here: use a subprotocol, the query or a cookie"
    );
  }
  return url;
}
function resolve(text, base) {
  try {
    const page = base && publicUrl(new URL(base));
    return new URL(new URL(text, page).href.replace(/^http(?=s?:)/, "ws"));
  } catch {
    return void 0;
  }
}
function displayUrl(url) {
  return publicUrl(url).replace(/[?#].*/, "") + (url.search && "?...");
}
function publicUrl(url) {
  const copy = new URL(url.href);
  copy.username = copy.password = "";
  return copy.href;
}
function maskUrl(text) {
  const end = text.search(/[?#]|$/);
  const at = text.lastIndexOf("@");
  const shown = at < 0 ? text.slice(0, end) : "..." + (at < end ? text.slice(at, end) : "");
  return JSON.stringify(shown.length > 60 ? shown.slice(0, 60) + "..." : shown);
}

async function authorizeConnect(policies, subject, url) {
  await ask(policies, subject, url, "");
  await authorizeUrl(policies, subject, url);
}
async function authorizeUrl(policies, subject, url) {
  await ask(policies, subject, url, publicUrl(url));
}
async function ask(policies, subject, url, resource) {
  for (const policy of policies) {
    let allowed;
    let init = {};
    try {
      allowed = await policy(requestFor(subject, resource));
    } catch (cause) {
      init = { cause };
    }
    if (allowed !== true) throw refusal(displayUrl(url), resource, init);
  }
}
function requestFor({ actor, meta }, resource) {
  return Object.freeze({
    action: resource ? "websocket.connect.url" : "websocket.connect",
    resource,
    ...resource && { url: new URL(resource) },
    ...actor !== void 0 && { actor },
    ...meta && { meta }
  });
}
function refusal(where, resource, init) {
  return resource ? new WsError("URL_FORBIDDEN", `dial ${where}: not allowed: ${where}`, init) : new WsError("CONNECT_FORBIDDEN", `dial ${where}: websocket connections not allowed`, init);
}
function definePolicy(rules) {
  if (!Array.isArray(rules)) throw invalid(`rules is ${show(rules)}`, "use an array of rules");
  const compiled = Array.from(rules, compileRule).sort((a, b) => Number(b.deny) - Number(a.deny));
  return async (request) => {
    const url = request.action === "websocket.connect" ? void 0 : partsOf(parseUrl(request.resource, { unix: true, credentials: true }));
    for (const rule of compiled) {
      if (await applies(rule, request, url)) return !rule.deny;
    }
    return false;
  };
}
async function applies(rule, request, url) {
  const named = rule.covers(request.action);
  if (!url && rule.covers("websocket.connect.url")) {
    if (!named) return !rule.deny;
    if (rule.deny && rule.narrow) return false;
  }
  if (!named || url && !rule.matches(url)) return false;
  if (!rule.when) return true;
  const answer = await rule.when(request);
  return rule.deny ? answer !== false : answer === true;
}
const FIELDS = ["actions", "resources", "effect", "when"];
function compileRule(rule, index) {
  const name = `rules[${index}]`;
  if (typeof rule !== "object" || rule === null) {
    throw invalid(`${name} is ${show(rule)}`, `use an object with ${FIELDS.join(", ")}`);
  }
  checkFields(name, rule);
  const { actions, resources = "*", effect, when } = rule;
  if (effect !== "allow" && effect !== "deny") {
    throw invalid(`${name}.effect is ${show(effect)}`, 'use "allow" or "deny"');
  }
  if (when !== void 0 && typeof when !== "function") {
    throw invalid(`${name}.when is ${show(when)}`, "use a function");
  }
  const deny = effect === "deny";
  return {
    deny,
    covers: compileList(`${name}.actions`, actions, compileAction),
    narrow: ![resources].flat().includes("*"),
    matches: compileList(
      `${name}.resources`,
      resources,
      (pattern, field) => compileResource(pattern, field, deny)
    ),
    when
  };
}
function checkFields(name, rule) {
  const plain = (field) => field.toLowerCase().replace(/[^a-z]|s$/g, "");
  for (const field of Object.keys(rule)) {
    if (FIELDS.includes(field)) continue;
    const meant = FIELDS.find((known) => plain(known) === plain(field));
    throw invalid(
      `${name} has the unknown field ${show(field)}`,
      meant ? `did you mean ${meant}?` : `use ${FIELDS.join(", ")}`
    );
  }
}
function compileList(field, value, compile) {
  if (!Array.isArray(value)) return compile(value, field);
  const tests = Array.from(value, (pattern, i) => compile(pattern, `${field}[${i}]`));
  return (subject) => tests.some((test) => test(subject));
}
function compileAction(pattern, field) {
  if (typeof pattern === "string" && pattern) return compileGlob(pattern, String);
  throw invalid(`${field} is ${show(pattern)}`, 'use an action such as "websocket.connect.url"');
}
function partsOf(url) {
  const unix = url.protocol === "ws+unix:";
  const socket = unix ? url.pathname.replace(/:.*/, "") : "";
  return {
    scheme: url.protocol,
    host: url.hostname.replace(/\.$/, ""),
    port: url.port,
    // To a file system "//" is "/".
    socket: socket.replace(/\/+/g, "/"),
    path: unix ? url.pathname.slice(socket.length + 1) || "/" : url.pathname,
    query: url.search.slice(1),
    veiled: /%(2f|5c|00)/i.test(url.pathname)
  };
}
function compileResource(pattern, field, deny) {
  if (pattern === "*") return (url) => deny || url.scheme !== "ws+unix:";
  const parsed = typeof pattern === "string" ? parseNetPattern(pattern) ?? parseUnixPattern(pattern) : void 0;
  if (parsed) return compilePattern(parsed, deny);
  throw invalid(
    `${field} is ${show(pattern)}`,
    'use "wss://host[:port][/path][?query]" without credentials or fragment, where the host may be "*" or begin with "*.", or "ws+unix:///run/app.sock[:/path][?query]", or "*"'
  );
}
function parseNetPattern(text) {
  const parts = /^(?:ws|http)(s?):\/\/([^\s/?#\\]+)(\/[^?#]*)?(\?[^#]*)?$/i.exec(text);
  const [, s = "", authority = "", path, query] = parts ?? [];
  const host = /^(\*\.)?(\*|\[[\da-f:.]+\]|[^*@:[\]]+)(?::(\d+|\*))?$/i.exec(authority);
  if (!host) return void 0;
  const [, below, name = "", port] = host;
  const anyHost = name === "*";
  const anyPort = port === "*";
  const server = (anyHost ? "host" : name) + (port && !anyPort ? `:${port}` : "");
  const url = tryUrl(`ws${s}://${server}${path ?? ""}${query ?? ""}`);
  if (!url || !isHost(partsOf(url).host) || below && (anyHost || isAddress(url.hostname))) {
    return void 0;
  }
  return {
    url,
    below: below !== void 0,
    anyHost,
    anyPort,
    anyPath: (path ?? query) === void 0,
    anyQuery: query === void 0
  };
}
function parseUnixPattern(text) {
  const match = /^ws\+unix:(?:\/\/(?=[/*])|(?!\/\/))(\*|\/[^:?#]+)(:(?:[/*][^?#]*)?)?(\?[^#]*)?$/i.exec(text);
  if (!match) return void 0;
  const [, socket = "", path, query] = match;
  const url = tryUrl(`ws+unix://${socket.replace(/^\*/, "/*")}${path ?? ""}${query ?? ""}`);
  return url && {
    url,
    below: false,
    anyHost: false,
    anyPort: false,
    anyPath: (path ?? query) === void 0,
    anyQuery: query === void 0
  };
}
function tryUrl(text) {
  try {
    return new URL(text);
  } catch {
    return void 0;
  }
}
function isHost(host) {
  return !host.split(".").includes("");
}
function isAddress(host) {
  return host.startsWith("[") || /^(\d+\.){3}\d+$/.test(host);
}
function compilePattern(pattern, deny) {
  const { anyHost, below, anyPort, anyPath, anyQuery } = pattern;
  const want = partsOf(pattern.url);
  const decode = deny ? decodeAll : decodeUnreserved;
  const socket = compileGlob(want.socket, decode);
  const path = compileGlob(want.path, decode);
  const query = compileGlob(want.query, decode);
  const isServer = (url) => url.scheme === want.scheme && (anyHost || (below ? isBelow(url.host, want.host) : url.host === want.host)) && (anyPort || url.port === want.port);
  return (url) => {
    if (!isServer(url)) return false;
    if (url.veiled && (want.socket || !anyPath)) return deny;
    return socket(url.socket) && (anyPath || path(url.path)) && (anyQuery || query(url.query));
  };
}
function isBelow(host, domain) {
  return host.endsWith(`.${domain}`) && host.length > domain.length + 1;
}
function decodeAll(text) {
  return text.replace(/%[\da-f]{2}/gi, byteOf);
}
function decodeUnreserved(text) {
  return text.replace(/%[\da-f]{2}/gi, (escape) => {
    const char = byteOf(escape);
    return /[\w.~-]/.test(char) ? char : escape.toUpperCase();
  });
}
function byteOf(escape) {
  return String.fromCharCode(parseInt(escape.slice(1), 16));
}
function compileGlob(pattern, decode) {
  const [first = "", ...pieces] = pattern.split("*").map((piece) => decode(piece));
  const last = pieces.pop();
  return (raw) => {
    const text = decode(raw);
    if (last === void 0) return text === first;
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of pieces) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
function invalid(problem, advice) {
  return new WsError("INVALID_OPTION", `definePolicy: ${problem}: ${advice}`);
}
function show(value) {
  return typeof value === "string" ? maskUrl(value) : String(value && typeof value);
}

function bindConnect(native, custom) {
  const connector = bindConnector(native, custom);
  return (url, options) => connector.connect(EVERYONE, url, options);
}
function bindCreateContext(native, custom) {
  const connector = bindConnector(native, custom);
  return (options = {}) => new Context(connector, options);
}
const EVERYONE = {
  settings: {
    policy: void 0,
    actor: void 0,
    meta: void 0,
    defaults: {},
    strict: false
  },
  enter: () => () => {
  },
  add: () => {
  },
  remove: () => {
  }
};
let connections = 0;
function bindConnector(native, custom) {
  const platformFor = ({ webSocket }) => webSocket === void 0 ? native : custom;
  return {
    check: (options) => checkOptions(options, platformFor(options)),
    // Async from the first line, so that bad input rejects; all of it is read before the first await.
    async connect(owner, input, given = {}) {
      const { defaults } = owner.settings;
      const chosen = { ...defaults, ...pickOptions(given) };
      const platform = platformFor(chosen);
      const { unix, credentials, baseUrl } = platform.capabilities;
      const url = parseUrl(input, { unix, credentials, base: baseUrl });
      const options = completeOptions({ ...defaults, ...checkOptions(chosen, platform) });
      return connectTo(owner, url, options, platform);
    }
  };
}
async function connectTo(owner, url, options, platform) {
  const { policy, actor, meta, strict } = owner.settings;
  const label = displayUrl(url);
  const policies = [policy, options.policy].filter((one) => one !== void 0);
  if (strict && policy === void 0) {
    throw new WsError(
      "CONNECT_FORBIDDEN",
      `dial ${label}: websocket connections not allowed: the strict context has no policy`
    );
  }
  const subject = {
    ...actor === void 0 ? {} : { actor },
    ...(meta ?? options.meta) && { meta: Object.freeze({ ...meta, ...options.meta }) }
  };
  return new Attempt(owner, options, platform, label).run(url, policies, subject);
}
class Attempt {
  #owner;
  #options;
  #platform;
  #controller = new AbortController();
  #deadline;
  #stopListening;
  #leave;
  #client;
  constructor(owner, options, platform, label) {
    const { dialTimeout, signal } = options;
    if (signal?.aborted) throw abortError(`dial ${label}`, signal);
    this.#owner = owner;
    this.#options = options;
    this.#platform = platform;
    this.#leave = owner.enter((error) => this.#abort(error));
    this.#stopListening = signal && onAbort(signal, () => this.#abort(abortError(`dial ${label}`, signal)));
    this.#deadline = new Deadline(
      dialTimeout,
      () => this.#abort(new WsError("DIAL_TIMEOUT", `dial ${label}: not open after ${dialTimeout} ms`))
    );
    this.#deadline.start();
  }
  async run(url, policies, subject) {
    const { signal } = this.#controller;
    const work = async () => {
      await authorizeConnect(policies, subject, url);
      signal.throwIfAborted();
      await this.#platform.dial({
        url,
        options: this.#options,
        signal,
        authorize: (next) => authorizeUrl(policies, subject, next),
        open: (transport, openUrl) => this.#open(transport, openUrl)
      });
    };
    try {
      await Promise.race([work(), rejectionOf(signal)]);
    } finally {
      this.#stop();
    }
    return this.#client;
  }
  /** From here on nothing aborts any more: what is open stays open. */
  #open(transport, url) {
    this.#stop();
    const [client, handler] = Client.open(transport, {
      id: `wschan-${++connections}`,
      url: publicUrl(url),
      label: displayUrl(url),
      options: this.#options,
      anyCloseCode: this.#platform.capabilities.anyCloseCode,
      ended: (ended) => this.#owner.remove(ended)
    });
    this.#owner.add(client);
    this.#client = client;
    return handler;
  }
  #abort(error) {
    this.#stop();
    this.#controller.abort(error);
  }
  #stop() {
    this.#deadline.stop();
    this.#stopListening?.();
    this.#leave();
  }
}
function rejectionOf(signal) {
  return new Promise((_, reject) => {
    const rejectLater = () => nextTurn(() => reject(signal.reason));
    signal.addEventListener("abort", rejectLater, { once: true });
  });
}

const SELECT_OPTIONS = [...WAIT_OPTIONS, "default"];
async function select(cases, options = {}) {
  const list = parseCases(cases);
  const wait = parseWait("select", "CHANNEL_TIMEOUT", options, { names: SELECT_OPTIONS });
  const hasDefault = options.default ?? false;
  if (list.length === 0 && !hasDefault && wait.timeout === void 0) {
    throw new WsError("INVALID_OPTION", "select: no cases: give at least one, default or timeout");
  }
  const winner = choose(list);
  if (winner >= 0) {
    const chosen = list[winner];
    return toResult(winner, chosen.channel, chosen.run());
  }
  if (hasDefault) {
    const nothing = {
      default: true,
      index: -1,
      ok: false,
      channel: void 0,
      value: void 0
    };
    return nothing;
  }
  checkMayWait(wait);
  const [index, outcome] = await park(list, (fail) => guardWait(wait, fail));
  return toResult(index, list[index]?.channel, outcome);
}
function parseCases(cases) {
  const list = Array.isArray(cases) ? [...cases] : void 0;
  if (!list?.every((entry) => typeof entry?.park === "function")) {
    throw new WsError(
      "INVALID_OPTION",
      "select: cases must be a list of caseReceive() and caseSend()"
    );
  }
  return list;
}
function choose(list) {
  let chosen = -1;
  let ready = 0;
  list.forEach((entry, index) => {
    if (entry.ready && Math.random() * ++ready < 1) chosen = index;
  });
  return chosen;
}
function park(list, guard) {
  return new Promise((resolve, reject) => {
    const leave = list.map(
      (entry, index) => entry.park((outcome) => {
        release();
        leave.forEach((stop) => stop());
        resolve([index, outcome]);
      })
    );
    const release = guard((error) => {
      leave.forEach((stop) => stop());
      reject(error);
    });
  });
}
function toResult(index, channel, outcome) {
  if (outcome === false) throw closedError();
  if (outcome === true) return { index, channel, ok: true, value: void 0 };
  return { index, channel, ...outcome };
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
  get ready() {
    this.#poll();
    return super.ready;
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
    if (this.receivers.size === 0) this.#disarm();
  }
  reset(period) {
    this.#disarm();
    this.#due = Infinity;
    super.take();
    this.#period = period;
    this.#due = now() + period;
    this.#arm();
  }
  #poll() {
    if (!this.closed && now() >= this.#due) this.#fire();
  }
  #arm() {
    const isArmed = this.#stopTimer !== void 0;
    if (isArmed || this.receivers.size === 0 || this.#due === Infinity) return;
    this.#stopTimer = startTimer(this.#due - now(), () => this.#fire());
  }
  #disarm() {
    this.#stopTimer?.();
    this.#stopTimer = void 0;
  }
  #fire() {
    this.#disarm();
    const date = new Date(Date.now() + this.#due - now());
    this.#due += this.#period;
    const late = now() - this.#due;
    if (late >= 0) this.#due += this.#period * (1 + Math.floor(late / this.#period));
    this.offer(date);
    this.#arm();
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
    stop() {
      alarm.close();
    }
  };
}
function parsePeriod(period) {
  const ms = parseDuration(period);
  if (ms === 0) throw new WsError("INVALID_DURATION", "ticker: the period must be more than 0");
  return Math.max(ms, 1);
}

var shared = /*#__PURE__*/Object.freeze({
  __proto__: null,
  BINARY: BINARY,
  CLOSE_CODES: CLOSE_CODES,
  COMPRESSION: COMPRESSION,
  Channel: Channel,
  ReceiveChannel: ReceiveChannel,
  TEXT: TEXT,
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
const capabilities = {
  platform: "a browser, or with option webSocket",
  credentials: false,
  unix: false,
  get baseUrl() {
    return globalThis.location?.href;
  },
  anyCloseCode: false
};
const dial = ({ url, options, signal, open }) => new Promise((resolve, reject) => {
  const label = displayUrl(url);
  const socket = createWebSocket(url, options, label);
  if (options.writeTimeout !== void 0 && socket.bufferedAmount === void 0) {
    discard(socket);
    throw new WsError(
      "UNSUPPORTED",
      `connect: option writeTimeout needs a WebSocket with bufferedAmount: leave it out here`
    );
  }
  const fail = (error) => {
    signal.removeEventListener("abort", abort);
    discard(socket);
    reject(error);
  };
  const abort = () => fail(signal.reason);
  signal.addEventListener("abort", abort);
  const refuse = ({ message }) => {
    const why = typeof message === "string" && message ? `: ${message}` : "";
    fail(
      new WsError("DIAL_FAILED", `dial ${label}: the connection was refused or failed${why}`, {
        details: { opaque: true }
      })
    );
  };
  socket.onerror = refuse;
  socket.onclose = () => refuse({});
  socket.onopen = () => {
    if (options.protocols.length > 0 && !options.protocols.includes(socket.protocol)) {
      fail(
        new WsError(
          "HANDSHAKE_REJECTED",
          `dial ${label}: the server picked no offered subprotocol`
        )
      );
      return;
    }
    signal.removeEventListener("abort", abort);
    const transport = new WebSocketTransport(socket, options, label);
    transport.attach(open(transport, url));
    resolve();
  };
});
const webSocketPlatform = { dial, capabilities };
function createWebSocket(url, options, label) {
  const platform = globalThis;
  const Class = options.webSocket ?? platform.WebSocket;
  if (Class === void 0) {
    throw new WsError(
      "UNSUPPORTED",
      `dial ${label}: this platform has no WebSocket: give one by option webSocket`
    );
  }
  try {
    const socket = new Class(url.href, [...options.protocols]);
    socket.binaryType = "arraybuffer";
    return socket;
  } catch (cause) {
    throw new WsError("DIAL_FAILED", `dial ${label}: ${cause.message}`, {
      retryable: false,
      cause
    });
  }
}
function discard(socket, code, reason) {
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.onerror = () => {
  };
  try {
    socket.close(code, reason);
  } catch {
  }
}
class WebSocketTransport {
  protocol;
  extensions;
  handshake;
  backpressure = "buffer";
  canPing = false;
  canFlush;
  receiving = false;
  timesPaused = 0;
  bytesRead = 0;
  #socket;
  #label;
  #readLimit;
  #copies;
  #handler;
  #taken = 0;
  #flushes = [];
  #poll;
  #polled = 0;
  constructor(socket, { readLimit, webSocket }, label) {
    this.#socket = socket;
    this.#label = label;
    this.#readLimit = readLimit;
    this.#copies = webSocket !== void 0;
    this.canFlush = socket.bufferedAmount !== void 0;
    this.protocol = socket.protocol;
    this.extensions = socket.extensions ?? "";
  }
  /** Begins to report. */
  attach(handler) {
    this.#handler = handler;
    const socket = this.#socket;
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onerror = () => {
    };
    socket.onclose = ({ code, reason }) => {
      this.#detach()?.onEnd({
        code: code || CLOSE_CODES.ABNORMAL_CLOSURE,
        reason: reason ?? ""
      });
    };
  }
  get bufferedAmount() {
    return this.#socket.bufferedAmount ?? 0;
  }
  get blocked() {
    return !this.flushed;
  }
  get flushed() {
    return this.bufferedAmount === 0;
  }
  get bytesWritten() {
    return this.#taken - this.bufferedAmount;
  }
  send(data) {
    if (this.#socket.readyState !== OPEN) return -1;
    const before = this.bufferedAmount;
    this.#socket.send(typeof data !== "string" && this.#copies ? data.slice() : data);
    const size = typeof data === "string" ? utf8Size(data) : data.byteLength;
    this.#taken += Math.max(this.bufferedAmount - before, size);
    this.#watch();
    return size;
  }
  ping() {
  }
  flush(done) {
    this.#flushes.push(done);
    this.#look();
  }
  pause() {
  }
  resume() {
  }
  close(code, reason) {
    this.#socket.close(code, reason);
  }
  cut() {
    const handler = this.#detach();
    discard(this.#socket);
    handler?.onEnd({ code: CLOSE_CODES.ABNORMAL_CLOSURE, reason: "" });
  }
  terminate(code, reason) {
    this.#detach();
    discard(this.#socket, code, reason);
  }
  #detach() {
    const handler = this.#handler;
    this.#handler = void 0;
    clearTimeout(this.#poll);
    this.#flushes = [];
    return handler;
  }
  #onMessage(data) {
    const isText = typeof data === "string";
    const size = isText ? utf8Size(data) : data.byteLength;
    this.bytesRead += size;
    if (size > this.#readLimit) {
      this.#refuse(size);
      return;
    }
    this.#handler?.onMessage(
      isText ? { type: "text", data } : { type: "binary", data: new Uint8Array(data) },
      size
    );
  }
  #refuse(size) {
    const limit = this.#readLimit;
    const error = new WsError(
      "MESSAGE_TOO_BIG",
      `receive ${this.#label}: a message of ${size} bytes, over the limit of ${limit}`,
      { details: { limit, size } }
    );
    const code = CLOSE_CODES.MESSAGE_TOO_BIG;
    this.#handler?.onError(error, code);
    this.close(wireCode(code, capabilities.anyCloseCode), "");
  }
  /** There is no event for it: while bytes wait, somebody has to look. */
  #watch() {
    if (this.#poll === void 0 && this.bufferedAmount > 0) {
      this.#poll = setTimeout(() => {
        this.#poll = void 0;
        this.#look();
      }, POLL);
    }
  }
  #look() {
    const { bytesWritten } = this;
    if (bytesWritten !== this.#polled) this.#handler?.onProgress();
    this.#polled = bytesWritten;
    if (this.flushed) for (const done of this.#flushes.splice(0)) done();
    this.#watch();
  }
}
function utf8Size(text) {
  return new TextEncoder().encode(text).byteLength;
}

const connect = /* @__PURE__ */ bindConnect(webSocketPlatform, webSocketPlatform);
const createContext = /* @__PURE__ */ bindCreateContext(
  webSocketPlatform,
  webSocketPlatform
);
const websocket = /* @__PURE__ */ Object.freeze({ ...shared, connect, createContext });

export { BINARY, CLOSE_CODES, COMPRESSION, Channel, ReceiveChannel, TEXT, TYPE_BINARY, TYPE_CLOSE, TYPE_PING, TYPE_PONG, TYPE_TEXT, WsError, after, connect, createContext, websocket as default, definePolicy, errors, parseDuration, select, ticker };
//# sourceMappingURL=browser.mjs.map
