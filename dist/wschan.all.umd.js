(function (global, factory) {
  typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports) :
  typeof define === 'function' && define.amd ? define(['exports'], factory) :
  (global = typeof globalThis !== 'undefined' ? globalThis : global || self, factory(global.wschan = {}));
})(this, (function (exports) { 'use strict';

  const KINDS$1 = {
    ABORTED: "CANCELED",
    CHANNEL_CLOSED: "INVALID",
    CLOSED: "UNAVAILABLE",
    CONNECTION_LOST: "UNAVAILABLE",
    MESSAGE_TOO_BIG: "INVALID",
    QUEUE_FULL: "RATE_LIMITED",
    SLOW_CONSUMER: "RATE_LIMITED",
    UNSUPPORTED: "UNSUPPORTED"
  };
  const RETRYABLE_CODES$1 = [
    "CONNECTION_LOST",
    "DIAL_FAILED",
    "QUEUE_FULL",
    "SLOW_CONSUMER"
  ];
  function kindOf(code) {
    if (code.includes("TIMEOUT")) return "TIMEOUT";
    if (code.includes("INVALID")) return "INVALID";
    if (code.includes("FORBIDDEN")) return "PERMISSION_DENIED";
    return KINDS$1[code] ?? "INTERNAL";
  }
  const CONTROLS = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  const escapeControls = (text) => text.replace(CONTROLS, encodeURI);
  const BRAND = /* @__PURE__ */ Symbol.for("wschan.WsError");
  class WsError extends Error {
    /**
     * Creates an error, for example in a codec of your own.
     *
     * @param code The stable name of the failure; it determines `kind` and `retryable` unless `init` does.
     * @param message A text for people. Control characters in it are percent-encoded.
     * @param init `kind`, `retryable`, `details` and `cause`.
     */
    constructor(code, message, init = {}) {
      super(escapeControls(message), init.cause === void 0 ? void 0 : init);
      const { kind = kindOf(code), details = {} } = init;
      this.code = code;
      this.kind = kind;
      this.retryable = init.retryable ?? (code.includes("TIMEOUT") || RETRYABLE_CODES$1.includes(code));
      this.details = hideSecrets(details);
      Object.defineProperty(this, BRAND, { value: true });
    }
    get name() {
      return "WsError";
    }
    /**
     * Returns true if `value` is a `WsError`. Unlike `instanceof`, it also recognises errors of another copy of
     * the package in the same process.
     *
     * @param value Anything, such as a caught exception.
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
  function invalid(name, expected, value, code = "INVALID_OPTION", cause) {
    return new WsError(code, `${name} must be ${expected}, not ${show(value)}`, { cause });
  }
  function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  function pickKnown(operation, options, names) {
    if (!isObject(options)) throw invalid(`${operation}: options`, "an object", options);
    const picked = {};
    for (const [name, value] of Object.entries(options)) {
      if (!names.includes(name)) {
        const normalize = (text) => text.replace(/[_-]/g, "").toLowerCase();
        const similar = names.find((known) => normalize(known) === normalize(name));
        const hint = similar ? `did you mean ${similar}?` : `the options are ${names.join(", ")}`;
        throw new WsError("INVALID_OPTION", `${operation}: unknown option ${quote(name)}: ${hint}`);
      }
      if (value !== void 0) picked[name] = value;
    }
    return picked;
  }

  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
  function isToken(value) {
    return typeof value === "string" && TOKEN.test(value);
  }
  function isFieldValue(value) {
    return typeof value === "string" && FIELD_VALUE.test(value);
  }

  class AbortCallbacks extends Set {
    handleEvent() {
      for (const abort of this) abort();
    }
  }
  const callbacksOf = /* @__PURE__ */ new WeakMap();
  function onAbort(signal, abort) {
    const callbacks = callbacksOf.get(signal) ?? new AbortCallbacks();
    callbacksOf.set(signal, callbacks);
    signal.addEventListener("abort", callbacks);
    const callback = () => abort();
    callbacks.add(callback);
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0) signal.removeEventListener("abort", callbacks);
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

  const MAX_MS = 9223372036854775e-3;
  const MS_EXPONENTS = {
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
  function durationOf(name, value, max = MAX_MS, code = "INVALID_DURATION") {
    const ms = typeof value === "string" ? parseText(value) : value;
    if (typeof ms === "number" && ms >= 0 && ms <= max) return ms + 0;
    const expected = `0 to ${max} ms or a Go duration such as "1h15m30.5s"`;
    throw new WsError(code, `${name} must be ${expected}, not ${quote(value)}`);
  }
  function parseText(text) {
    if (/^[+-]?0$/.test(text)) return 0;
    if (!/^[+-]?[\d.]/.test(text)) return NaN;
    let total = 0;
    for (const [, digits = "", unit = ""] of text.matchAll(/([\d.]+)([^\d.]*)/g)) {
      const ms = Number(`${digits}e${String(MS_EXPONENTS[unit])}`);
      total += ms * (unit === "m" ? 60 : unit === "h" ? 3600 : 1);
    }
    return text[0] === "-" ? -total : total;
  }

  function parseBy(parsers, given, where, base) {
    const parsed = {};
    for (const [name, value] of Object.entries(pickKnown(where, given, Object.keys(parsers)))) {
      const option = parsers[name]?.(value, `${where}: option ${name}`, base?.[name]);
      if (option !== void 0) parsed[name] = option;
    }
    return parsed;
  }
  const passThrough = (value) => value;
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
  const notInBrowser = (remedy) => (_, name) => {
    const text = `${name} cannot be used in a browser, or with option webSocket: ${remedy}`;
    throw new WsError("UNSUPPORTED", text);
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
    prefer: /* @__PURE__ */ oneOf("ping", "message"),
    onPong: callable
  };

  const COMPRESSION_VALUES = [
    0,
    1,
    2,
    "disabled",
    "context_takeover",
    "no_context_takeover"
  ];
  function parseOptions(base, given, { parsers }, where = "connect") {
    return { ...base, ...parseBy({ ...PARSERS$9, ...parsers }, given, where, base) };
  }
  const PARSERS$9 = {
    headers: /* @__PURE__ */ notInBrowser("use a subprotocol, the query or a cookie"),
    protocols(value, name) {
      const list = [value].flat();
      for (const [index, token] of list.entries()) {
        if (!isToken(token) || list.indexOf(token) < index) {
          throw invalid(`${name}[${index}]`, "a token unlike the others (RFC 6455 4.1)", token);
        }
      }
      return list;
    },
    dialTimeout: duration,
    readTimeout: duration,
    writeTimeout: duration,
    closeTimeout: duration,
    compression: (value, name) => COMPRESSION_VALUES.indexOf(oneOf(...COMPRESSION_VALUES)(value, name)) % 3,
    compressionThreshold: /* @__PURE__ */ integer(0, 104857600),
    readLimit: /* @__PURE__ */ limit(1, 1073741824),
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
    observe: callable,
    observeMessages: /* @__PURE__ */ oneOf(false, true),
    backpressure: /* @__PURE__ */ oneOf("auto", "buffer", "stream"),
    webSocket: callable,
    node: /* @__PURE__ */ notInBrowser("leave it out there"),
    codec: /* @__PURE__ */ must(
      (value) => typeof value?.decoder === "function",
      "a codec"
    )
  };

  const NORMAL = 1e3;
  const GOING_AWAY = 1001;
  const PROTOCOL_ERROR = 1002;
  const NO_STATUS = 1005;
  const ABNORMAL_CLOSURE = 1006;
  const INVALID_PAYLOAD = 1007;
  const POLICY_VIOLATION = 1008;
  const MESSAGE_TOO_BIG = 1009;
  const INTERNAL_ERROR$1 = 1011;
  const TIMEOUT = 3008;
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
    INTERNAL_ERROR: INTERNAL_ERROR$1,
    SERVICE_RESTART: 1012,
    TRY_AGAIN_LATER: 1013,
    BAD_GATEWAY: 1014,
    TLS_HANDSHAKE: 1015
  });
  const FRAME_CODE = /^(100[0-37-9]|101[0-4]|[34]\d{3})$/;
  function isFrameCode(code) {
    return FRAME_CODE.test(String(code));
  }
  function browserCode(code) {
    if (code === NO_STATUS) return void 0;
    return code === NORMAL || code >= 3e3 ? code : code + 3e3;
  }

  const OVERHEAD_BYTES = 64;
  function payloadMemory(payload) {
    return payload.length * (typeof payload === "string" ? 2 : 1);
  }
  function memoryOf(payload) {
    return OVERHEAD_BYTES + (payload ? payloadMemory(payload) : 0);
  }
  function payloadSize(payload) {
    return typeof payload === "string" ? utf8Size(payload) : payload.length;
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

  const MAX_REASON_BYTES = 123;
  function checkClose(code, reason) {
    const isCode = typeof code === "number" && isFrameCode(code);
    if (isCode && typeof reason === "string" && utf8Size(reason) <= MAX_REASON_BYTES) return;
    const limits = `1000-1003, 1007-1014 or 3000-4999, and a string of at most ${MAX_REASON_BYTES} bytes`;
    throw new WsError("INVALID_CLOSE", `close: invalid code ${show(code)} or reason: use ${limits}`);
  }
  const KINDS = {
    1008: "PERMISSION_DENIED",
    1012: "UNAVAILABLE",
    1013: "UNAVAILABLE",
    1014: "UNAVAILABLE",
    3e3: "PERMISSION_DENIED",
    3003: "PERMISSION_DENIED",
    3008: "TIMEOUT"
  };
  const RETRYABLE_CODES = [1011, 1012, 1013, 1014, 3008];
  function peerError(label, code, reason) {
    if (code === NORMAL || code === GOING_AWAY || code === NO_STATUS) return void 0;
    return new WsError(
      "CLOSED_BY_PEER",
      `connection ${label}: closed by the peer with code ${code}${reason && `: ${reason}`}`,
      {
        kind: KINDS[code] ?? "INTERNAL",
        retryable: RETRYABLE_CODES.includes(code),
        details: { closeCode: code, reason }
      }
    );
  }

  function parseUrl(input, { unix, credentials, base }) {
    const text = input?.href ?? input;
    const urlError = (problem, code = "INVALID_URL") => new WsError(code, `connect: ${quote(maskUrl(text))} ${problem}`);
    const url = resolve(text, base);
    if (!url) throw urlError("is not an absolute URL: use ws://host/path");
    if (!/^wss?:$/.test(url.protocol)) {
      const problem = unix ? unix(url) : "has the wrong scheme: use ws: or wss:";
      if (problem) throw urlError(problem);
    }
    if (url.href.includes("#")) throw urlError("has a fragment: remove it");
    if (!credentials && (url.username || url.password)) {
      throw urlError("has credentials: use a subprotocol, the query or a cookie", "UNSUPPORTED");
    }
    return url;
  }
  function unixProblem({ protocol, host, pathname }) {
    if (!/^wss?\+unix:$/.test(protocol)) return "has the wrong scheme: use ws:, wss: or ws+unix:";
    const isSocketPath = !host && /^\/(?![^:]+%00)[^:]+(:(\/.*)?)?$/.test(pathname);
    return isSocketPath ? void 0 : "names no socket: use ws+unix:///socket:/path";
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
  function displayUrl(url, query = "?...") {
    return publicUrl(url).replace(/\?.*/, query);
  }
  function publicUrl({ href, protocol, host, pathname, search }) {
    const text = `${protocol}//${host}${pathname}${search}`;
    return text === href ? href : text;
  }
  function maskUrl(value) {
    if (typeof value !== "string") return value;
    return value.replace(/^.*@/s, (start) => /[?#]/.test(start) ? "...?" : "...@").replace(/[?#].*/s, "");
  }

  const DEFAULTS$1 = {
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

  const OPERATION = "createContext";
  const unsupportedGuard = /* @__PURE__ */ notInBrowser("use a policy");
  const PARSERS$8 = {
    policy: callable,
    actor: passThrough,
    meta: object,
    defaults: passThrough,
    strict: /* @__PURE__ */ oneOf(false, true),
    denyPrivateNetworks: (value, name) => value === false ? void 0 : unsupportedGuard(value, name),
    observe: callable,
    observeMessages: /* @__PURE__ */ oneOf(false, true),
    signal: abortSignal
  };
  function parseSettings(options, platformFor) {
    const parsers = { ...PARSERS$8, ...platformFor(void 0).contextParsers };
    const given = parseBy(parsers, options, OPERATION);
    const { policy, actor, meta, defaults = {}, strict, observe, observeMessages } = given;
    const platform = platformFor({ ...defaults }.webSocket);
    const base = observeMessages === void 0 ? {} : { observeMessages };
    const shared = parseOptions(base, defaults, platform, `${OPERATION}: option defaults`);
    for (const name of ["policy", "signal", "codec", "observe"]) {
      if (name in shared) {
        throw invalid(`${OPERATION}: option defaults.${name}`, "left out", shared[name]);
      }
    }
    return {
      policy: policy ?? (strict ? () => false : void 0),
      actor,
      meta,
      observe,
      defaults: shared,
      resolved: { ...DEFAULTS$1, ...shared },
      platform,
      dial: given.denyPrivateNetworks
    };
  }

  const MAX_DELAY_MS = 2147483647;
  const PLATFORM_TIME = {
    now: () => performance.now(),
    epoch: () => Date.now(),
    startTimer(delayMs, run, keepsAlive) {
      const timer = setTimeout(run, delayMs);
      if (!keepsAlive) timer.unref?.();
      return () => clearTimeout(timer);
    }
  };
  let source = PLATFORM_TIME;
  let turn = /* @__PURE__ */ (() => globalThis.setImmediate ?? setTimeout)();
  const platformTurn = turn;
  function setTimeSource(replacement = PLATFORM_TIME, schedule = platformTurn) {
    source = replacement;
    turn = schedule;
  }
  function now() {
    return source.now();
  }
  function epoch() {
    return source.epoch();
  }
  function startTimer(delay, expire, keepsAlive = true) {
    const due = now() + delay;
    let stop;
    const arm = () => {
      const remaining = due - now();
      const isTooLong = remaining > MAX_DELAY_MS;
      const step = Math.min(Math.ceil(remaining), MAX_DELAY_MS);
      stop = source.startTimer(step, isTooLong ? arm : expire, keepsAlive);
    };
    arm();
    return () => stop();
  }
  const nextTurn = (run) => turn(run);
  const microtask = /* @__PURE__ */ (() => globalThis.queueMicrotask)();

  const WAIT_OPTIONS = ["timeout", "signal"];
  async function waitFor(operation, timeoutCode, options, { timeout: defaultTimeout = Infinity, attempt, park }, names = WAIT_OPTIONS) {
    const { signal, timeout: given } = pickKnown(operation, options, names);
    const where = `${operation}: option timeout`;
    const timeout = given === void 0 ? defaultTimeout : durationOf(where, given);
    if (checkSignal(operation, signal) && signal.aborted) throw abortError(operation, signal);
    const timeoutError = () => new WsError(timeoutCode, `${operation}: timed out after ${timeout} ms`);
    const cleanups = [];
    const result = attempt?.() ?? await new Promise((resolve) => {
      const end = (outcome) => {
        for (const cleanUp of cleanups) cleanUp();
        resolve(outcome);
      };
      if (timeout === 0) {
        end(timeoutError());
        return;
      }
      cleanups.push(park(end));
      const expire = () => nextTurn(() => end(timeoutError()));
      if (timeout < Infinity) cleanups.push(startTimer(timeout, expire));
      if (signal) cleanups.push(onAbort(signal, () => end(abortError(operation, signal))));
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

  class Waiters {
    #first;
    #others;
    /** The waiter that was added first. */
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

  const MAX_SURPLUS_SLOTS = 64;
  const CLOSED$1 = /* @__PURE__ */ Object.freeze({
    ok: false,
    value: void 0
  });
  class Queue {
    constructor(capacity) {
      this.receivers = new Waiters();
      this.closed = false;
      /** The values, starting at index `#head`; the slots before it are empty. */
      this.#values = [];
      this.#head = 0;
      this.capacity = capacity;
    }
    #values;
    #head;
    /** The number of values, including those beyond `capacity`. */
    get size() {
      return this.#values.length - this.#head;
    }
    /** Delivers the value to the first waiting receiver, or appends it, even beyond `capacity`. */
    push(value, size) {
      const receiver = this.receivers.first;
      if (receiver) {
        this.unpark(receiver);
        receiver({ ok: true, value }, size);
      } else this.#values.push(value);
    }
    /** Removes the next value. Returns `undefined` if there is none yet, `CLOSED` once the queue is drained. */
    take() {
      const values = this.#values;
      if (this.#head === values.length) return this.closed ? CLOSED$1 : void 0;
      const value = values[this.#head];
      values[this.#head++] = void 0;
      if (this.#head * 2 > values.length + MAX_SURPLUS_SLOTS) {
        this.#values = values.splice(this.#head);
        this.#head = 0;
      }
      return { ok: true, value };
    }
    /** Adds a waiting receiver. */
    park(receiver) {
      this.receivers.add(receiver);
    }
    /** Removes a waiting receiver, if it still waits. */
    unpark(receiver) {
      this.receivers.delete(receiver);
    }
    /** Closes the queue. The values can still be taken; waiting receivers get `CLOSED`. */
    close() {
      this.closed = true;
      for (let receiver; receiver = this.receivers.first; ) {
        this.unpark(receiver);
        receiver(CLOSED$1);
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
    /** Removes the next value, and appends that of the first waiting sender in its place. */
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
    /** Closes the queue. Waiting senders are refused. */
    close() {
      super.close();
      for (let sender; sender = this.senders.first; ) {
        this.senders.delete(sender);
        sender.settle(false);
      }
    }
  }

  const MESSAGES_OPTIONS = ["signal"];
  class QueueIterator {
    #queue;
    #failure;
    /** The receivers of all pending `next()` calls. */
    #pending = new Waiters();
    /** True once iteration has ended: every later `next()` is done. */
    #isDone = false;
    /** Removes the listener from the signal, if there is one. */
    #unlisten;
    constructor(queue, options = {}, failure) {
      this.#queue = queue;
      this.#failure = failure;
      const { signal } = pickKnown("messages", options, MESSAGES_OPTIONS);
      if (!checkSignal("messages", signal)) return;
      const abort = () => this.#end(() => abortError("messages", signal));
      this.#unlisten = onAbort(signal, abort);
      if (signal.aborted) abort();
    }
    // Not an async function, which would cost one more promise and two more microtasks for each message.
    next() {
      const result = this.#isDone ? CLOSED$1 : this.#queue.take();
      if (result) return Promise.resolve(this.#toResult(result));
      return new Promise((resolve) => {
        const receiver = (received) => {
          this.#pending.delete(receiver);
          resolve(this.#toResult(received));
        };
        this.#pending.add(receiver);
        this.#queue.park(receiver);
      });
    }
    #toResult({
      ok,
      value
    }) {
      if (ok) return { done: false, value };
      if (!this.#isDone) this.#end(this.#failure);
      return this.#finish();
    }
    return() {
      this.#end();
      return this.#finish();
    }
    /** Ends the iteration: every pending and later `next()` settles without a value. */
    #end(failure) {
      this.#isDone = true;
      this.#failure = failure;
      this.#unlisten?.();
      for (let receiver; receiver = this.#pending.first; ) {
        this.#queue.unpark(receiver);
        receiver(CLOSED$1);
      }
    }
    /** Returns the result of an iteration that has ended, or rejects with the error that ended it. */
    async #finish() {
      const error = await this.#failure?.();
      if (error) throw error;
      return { done: true, value: void 0 };
    }
    [Symbol.asyncIterator]() {
      return this;
    }
  }

  class ReceiveChannel {
    #queue;
    /** Clients and timers create instances; create a {@link Channel} for a channel of your own. */
    constructor(queue) {
      if (!(queue instanceof Queue)) {
        throw new WsError("INVALID_OPTION", "ReceiveChannel: cannot be constructed; use Channel");
      }
      this.#queue = queue;
    }
    /** Returns the receiving half of a queue. @internal */
    static of(queue) {
      return new ReceiveChannel(queue);
    }
    /** The number of values in the channel, at most `capacity`; Go's `len`. */
    get length() {
      return Math.min(this.#queue.size, this.#queue.capacity);
    }
    /** The number of values that the channel buffers before a send has to wait; Go's `cap`. */
    get capacity() {
      return this.#queue.capacity;
    }
    /** True if the channel is closed: no more values can be sent, but buffered ones can still be received. */
    get closed() {
      return this.#queue.closed;
    }
    /**
     * Receives the next value, and waits for one if necessary. Resolves with `ok: true` and the value, or
     * with `ok: false` once the channel is closed and drained. A receive that times out or is aborted loses
     * no value.
     *
     * Rejects with `RECEIVE_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
     *
     * @param options `timeout` (milliseconds or a Go duration, by default for ever) and `signal`.
     *
     * @see https://go.dev/ref/spec#Receive_operator
     */
    receive(options) {
      return receive(this.#queue, options);
    }
    /**
     * Receives the next value without waiting. Returns `undefined` if there is none yet, and `ok: false` once
     * the channel is closed and drained.
     */
    tryReceive() {
      return this.#queue.take();
    }
    /**
     * Creates a case of `select` that receives from this channel. Its outcome is `ok: true` and the
     * value, or `ok: false` once the channel is closed and drained. A case may be used any number of times.
     */
    caseReceive() {
      return { channel: this, ...receiveFrom(this.#queue) };
    }
    /**
     * Iterates over the values until the channel is closed and drained, like Go's `range`. Leaving the loop
     * does not close the channel. `return()` ends a pending `next()` with `done: true`, and no value is lost.
     */
    [Symbol.asyncIterator]() {
      return this.messages();
    }
    /**
     * Iterates over the values as `for await` over the channel does. When `signal` is aborted, the iteration
     * throws `ABORTED`, and no value is lost.
     *
     * Throws `INVALID_OPTION`.
     *
     * @param options `signal`. Default: none.
     */
    messages(options) {
      return new QueueIterator(this.#queue, options);
    }
  }
  class Channel extends ReceiveChannel {
    #queue;
    /**
     * Creates an open channel. Throws `INVALID_OPTION`.
     *
     * @param capacity The number of values that the channel buffers, an integer from 0 to 2^32-1. Default: 0, a
     * rendezvous of sender and receiver.
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
     * Sends a value. Waits until the channel has room for it or a receiver takes it. If the send times out or
     * is aborted, the value is not sent.
     *
     * Rejects with `CHANNEL_CLOSED`, also if the channel is closed during the wait, and with `CHANNEL_TIMEOUT`,
     * `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`.
     *
     * @param value Anything.
     * @param options `timeout` (milliseconds or a Go duration, by default for ever) and `signal`.
     *
     * @see https://go.dev/ref/spec#Send_statements
     */
    async send(value, options = {}) {
      const operation = this.caseSend(value);
      const isSent = await waitFor("channel send", "CHANNEL_TIMEOUT", options, operation);
      if (!isSent) throw closedError();
    }
    /** Sends a value if that does not have to wait; returns true if it did. Throws `CHANNEL_CLOSED`. */
    trySend(value) {
      if (this.#queue.closed) throw closedError();
      return offer(this.#queue, value);
    }
    /**
     * Creates a case of {@link select} that sends this value. A case may be used any number of times. If the
     * channel is closed, the case is ready, and choosing it rejects the `select` with `CHANNEL_CLOSED`.
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
     * Closes the channel. Buffered values can still be received. Pending and later sends reject with
     * `CHANNEL_CLOSED`. Closing a closed channel has no effect, unlike in Go.
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
      return waitFor("receive", "RECEIVE_TIMEOUT", options, receiveFrom(queue));
    }
    const result = queue.take();
    return result ? Promise.resolve(result) : new Promise((resolve) => queue.park(resolve));
  }
  function receiveFrom(queue) {
    return {
      attempt: () => queue.take(),
      park(done) {
        const receiver = (result) => done(result);
        queue.park(receiver);
        return () => queue.unpark(receiver);
      }
    };
  }

  function platformClass(name) {
    const found = globalThis[name];
    if (found) return found;
    throw new WsError("UNSUPPORTED", `this platform has no ${name}: polyfill it`);
  }

  const TEXT = 1;
  const BINARY = 2;
  const TYPE_TEXT = "text";
  const TYPE_BINARY = "binary";
  const TYPE_PING = "ping";
  const TYPE_PONG = "pong";
  const TYPE_CLOSE = "close";
  const COMPRESSION = /* @__PURE__ */ Object.freeze({ DISABLED: 0, CONTEXT_TAKEOVER: 1, NO_CONTEXT: 2 });

  function toPayload(value, type, codec) {
    if (type !== void 0 && type !== TEXT && type !== BINARY) {
      throw invalid("send: type", "TEXT (1) or BINARY (2)", type, "INVALID_MESSAGE");
    }
    try {
      const data = codec?.encode?.(value, type) ?? value;
      const explicitType = data === value ? type : void 0;
      if (typeof data === "string")
        return explicitType === BINARY ? new (platformClass("TextEncoder"))().encode(data) : data;
      const bytes = toBytes(data);
      if (explicitType !== TEXT) return bytes;
      const Decoder = platformClass("TextDecoder");
      return new Decoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      if (cause?.code === "UNSUPPORTED") throw cause;
      const problem = codec ? `: codec ${codec.name} failed` : " is not a string, ArrayBuffer (blob.arrayBuffer()) or view, is detached or not UTF-8 as TEXT";
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

  function unreported(promise) {
    promise.catch(() => {
    });
    return promise;
  }

  const DEFAULT_PING_TIMEOUT_MS = 1e4;
  const SEND_OPTIONS = /* @__PURE__ */ WAIT_OPTIONS.concat("type");
  class Client {
    #connection;
    /** Private, so that logging the client does not reveal the query. */
    #url;
    #channel;
    #readable;
    #writable;
    /** @internal */
    constructor(connection, url) {
      this.id = connection.events.id;
      this.closed = connection.closed;
      this.#connection = connection;
      this.#url = publicUrl(url);
      this.#channel = ReceiveChannel.of(connection.receiving.own);
    }
    /** `"open"`; `"closing"` after `close()` or the close frame of the peer; `"closed"` after the end. */
    get state() {
      return this.#connection.state;
    }
    /** The URL of the connection, after redirects, without credentials. */
    get url() {
      return this.#url;
    }
    /** The subprotocol that the server selected; `""` for none. */
    get protocol() {
      return this.#connection.transport.protocol;
    }
    /** The extensions that the server accepted, as it wrote them; `""` for none. */
    get extensions() {
      return this.#connection.transport.extensions;
    }
    /** The compression mode that was negotiated for both directions: see `COMPRESSION`. */
    get compression() {
      return this.#connection.transport.compression;
    }
    /** The number of sent bytes that the operating system has not accepted yet. */
    get bufferedAmount() {
      return this.#connection.bufferedAmount;
    }
    /**
     * The way a slow consumer is handled. `"socket"`, `"stream"`: the socket or stream is paused, which slows the
     * server down. `"buffer"`: messages wait in memory, up to `bufferLimit`.
     */
    get backpressure() {
      return this.#connection.transport.backpressure;
    }
    /** True if this platform has ping frames. */
    get canPing() {
      return this.#connection.transport.ping !== void 0;
    }
    /** The HTTP response that opened the connection, in Node; elsewhere `undefined`. */
    get handshake() {
      return this.#connection.transport.handshake;
    }
    /** A snapshot of the counters of this connection. */
    get stats() {
      return this.#connection.stats;
    }
    /** Returns the channel on which messages arrive, always the same one. It closes when the connection ends. */
    channel() {
      return this.#channel;
    }
    /** Receives the next message; waits if there is none. Same as `channel().receive(options)`. */
    receive(options) {
      return this.#channel.receive(options);
    }
    /**
     * Returns the next message without waiting: `undefined` if there is none, `ok: false` once the connection has
     * ended and every message was received. Same as `channel().tryReceive()`.
     */
    tryReceive() {
      return this.#channel.tryReceive();
    }
    /**
     * Iterates over the messages until the connection ends. The loop ends after a normal end (1000, 1001, 1005)
     * or a local close, and throws the connection's `WsError` after any other. Leaving the loop keeps the
     * connection open and loses no message: `return()` resolves a pending `next()` with `done: true`.
     */
    [Symbol.asyncIterator]() {
      return this.messages();
    }
    /**
     * Iterates in the same way as the client itself, with options. `signal` cancels the iteration, which throws
     * `ABORTED`; no message is lost.
     *
     * Throws `INVALID_OPTION`.
     */
    messages(options) {
      const connection = this.#connection;
      return new QueueIterator(connection.receiving.own, options, () => connection.failure());
    }
    /**
     * A WHATWG stream of the messages, always the same one. It receives a message from the channel only when it
     * is read, so a slow reader exerts backpressure. It closes where iteration would end, and errors where
     * iteration would throw. Cancelling it closes the connection with 1000. Throws `UNSUPPORTED` where there is
     * no `ReadableStream`.
     */
    get readable() {
      return this.#readable ??= readableOf(this);
    }
    /**
     * A WHATWG stream that sends each chunk as a message, always the same one. A write settles when `send` would.
     * Closing it closes the connection with 1000 and waits for the end; aborting it terminates the connection,
     * even while a write is pending. It errors with `CLOSED` when the connection ends, and with
     * `INVALID_MESSAGE` for a chunk that cannot be sent, which leaves the connection open. Throws `UNSUPPORTED`
     * where there is no `WritableStream`.
     */
    get writable() {
      return this.#writable ??= writableOf(this);
    }
    /**
     * Sends one message. Messages leave in call order. The promise settles as soon as fewer than
     * `sendHighWaterMark` bytes wait, which is usually immediately. You may reuse the bytes once `send` has
     * returned, before the promise settles.
     *
     * @param data A string; an `ArrayBuffer` or a view of one; or, with option `codec`, a value that it encodes.
     * @param options {@link TEXT} or {@link BINARY}, or an object with one of them as `type`. By default a string
     * is sent as text, and bytes as binary. With `BINARY`, a string is sent as its UTF-8 bytes; with `TEXT`, bytes
     * must be valid UTF-8. `timeout` and `signal` bound only the wait: they do not withdraw the message.
     *
     * Rejects with `INVALID_MESSAGE` for data that cannot be sent, and with `CLOSED` if the connection is closing
     * or ends during the wait; with options, also with `SEND_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or
     * `INVALID_OPTION`. If `signal` was aborted before the call, the message is not sent. You need not await the
     * promise: its rejection is never reported as unhandled, and `closed` also reports the end of the connection.
     */
    send(data, options) {
      try {
        if (!options || typeof options !== "object") return this.#send(data, options);
        const operation = `send ${this.#connection.label}`;
        const send = () => this.#send(data, options.type);
        return unreported(waitForStarted(operation, "SEND_TIMEOUT", options, send, SEND_OPTIONS));
      } catch (error) {
        return unreported(Promise.reject(error));
      }
    }
    #send(data, type) {
      const connection = this.#connection;
      const codec = connection.options.codec;
      const sent = connection.offer(toPayload(data, type, codec));
      if (!sent) throw connection.closedError("send");
      return sent;
    }
    /**
     * Resolves when the operating system has accepted everything that was sent; in a browser, when
     * `bufferedAmount` is 0. Rejects with `CLOSED` if the connection ends first; with `FLUSH_TIMEOUT`, `ABORTED`,
     * `INVALID_DURATION` or `INVALID_OPTION`; and with `UNSUPPORTED` where there is no `bufferedAmount`.
     */
    flush(options = {}) {
      const connection = this.#connection;
      const { sending } = connection;
      const flush = () => {
        if (connection.transport.bufferedAmount === void 0) {
          const text = "no bufferedAmount here; let the peer answer";
          throw connection.error("UNSUPPORTED", "flush", text);
        }
        if (this.state === "closed") throw connection.closedError("flush");
        return sending.isFlushed ? DONE : sending.flushed("flush");
      };
      return unreported(waitForStarted(`flush ${connection.label}`, "FLUSH_TIMEOUT", options, flush));
    }
    /**
     * Sends a ping frame and waits for its pong. Resolves with the round trip in milliseconds, measured from the
     * flush of the ping. A pong settles its ping and every earlier one (RFC 6455 section 5.5.3). `timeout` is 10 s
     * by default.
     *
     * While a ping is outstanding, the socket is paused only if more than half of `bufferLimit` is unread. A pong
     * that follows a longer backlog arrives only after you have read the backlog.
     *
     * Rejects with `PING_TIMEOUT`, `ABORTED`, `CLOSED`, `INVALID_DURATION`, `INVALID_OPTION`, or
     * `UNSUPPORTED` where {@link canPing} is false.
     */
    ping(options = {}) {
      return unreported(this.#ping(options));
    }
    async #ping(options) {
      const connection = this.#connection;
      const { transport, label, liveness } = connection;
      if (!transport.ping) {
        const text = "no ping frames here; use keepAlive.message";
        throw connection.error("UNSUPPORTED", "ping", text);
      }
      const park = (done) => liveness.ping(done);
      const wait = { timeout: DEFAULT_PING_TIMEOUT_MS, park };
      const roundTrip = this.state === "open" ? await waitFor(`ping ${label}`, "PING_TIMEOUT", options, wait) : void 0;
      if (roundTrip === void 0) throw connection.closedError("ping");
      return roundTrip;
    }
    /**
     * Closes the connection. The channel closes at once. Messages that were sent still leave, followed by the
     * close frame, which the peer must answer within `closeTimeout`. Resolves with the way the connection ended.
     * Another call returns the same promise.
     *
     * @param code 1000-1003, 1007-1014 or 3000-4999; default 1000. Browsers may only send close codes 1000
     * and 3000-4999 (WHATWG): there any other code is sent as `code + 3000`.
     * @param reason At most 123 bytes of UTF-8 (RFC 6455 section 5.5); default `""`.
     *
     * Rejects with `INVALID_CLOSE` for an invalid code or reason, and the connection stays open.
     */
    close(code = NORMAL, reason = "") {
      if (this.state === "open") {
        try {
          checkClose(code, reason);
        } catch (error) {
          return Promise.reject(error);
        }
        this.#connection.close(code, reason);
      }
      return this.closed;
    }
    /** Ends the connection immediately, without a close handshake. Messages that have not left are discarded. */
    terminate() {
      this.#connection.fail(ABNORMAL_CLOSURE);
    }
    /** Lets the open connection keep the Node process alive again, after {@link unref}. Elsewhere it has no effect. */
    ref() {
      this.#connection.transport.setRef?.(true);
    }
    /**
     * Lets the Node process exit while the connection is open. The connection is then lost, as if the process had been
     * killed; timeouts that you wait for, such as that of `receive`, still keep the process alive. By default an open
     * connection keeps it alive. Elsewhere it has no effect.
     */
    unref() {
      this.#connection.transport.setRef?.(false);
    }
    /** Same as `close()`, for `await using`, on platforms that have the symbol. */
    async [Symbol.asyncDispose]() {
      await this.close();
    }
    /** The connection itself, for the sub-paths of this package. @internal */
    get internals() {
      return this.#connection;
    }
  }

  function readLimitError(operation, limit, details = {}, cause) {
    const of = details.size === void 0 ? "" : ` of ${details.size} bytes`;
    const kind = details.codec === void 0 ? "" : "decoded ";
    const text = `${kind}message${of} exceeds readLimit (${limit}); raise it or ask the server to split it`;
    return new WsError("MESSAGE_TOO_BIG", `${operation}: ${text}`, {
      details: { limit, ...details },
      cause
    });
  }

  const MAX_LATENESS_MS = 1e3;
  function startDeadline(period, expire, isAlive = () => false, maxLateness = MAX_LATENESS_MS, keepsAlive = true) {
    let last = now();
    let due;
    let isExtended = false;
    let isConfirming = false;
    let stopTimer;
    const arm = (remaining) => {
      const delay = Math.min(remaining, period / 4);
      due = now() + delay;
      stopTimer = startTimer(delay, check, keepsAlive);
    };
    const check = () => {
      const time = now();
      const wasAlive = isAlive();
      if (wasAlive || !isExtended && time - due > maxLateness) {
        last = time;
        isExtended = !wasAlive;
      }
      const remaining = last + period - time;
      if (remaining > 0) {
        isConfirming = false;
        arm(remaining);
      } else if (isConfirming) {
        expire();
      } else {
        isConfirming = true;
        arm(0);
      }
    };
    isAlive();
    arm(period);
    return {
      touch() {
        last = now();
        isExtended = false;
      },
      stop: () => stopTimer()
    };
  }

  function startKeepAlive(interval, timeout, host) {
    const { keepsAlive } = host;
    let phase;
    const awaitSilence = () => {
      phase?.stop();
      const incoming = startDeadline(interval, ping, host.isAlive, Infinity, keepsAlive);
      const outgoing = startDeadline(interval, ping, host.hasSent, Infinity, keepsAlive);
      phase = {
        touch: () => incoming.touch(),
        stop() {
          incoming.stop();
          outgoing.stop();
        }
      };
    };
    const ping = () => {
      phase?.stop();
      let hasReceived = false;
      let isFlushed = false;
      let cancelPing = () => {
      };
      const wait = startDeadline(
        timeout,
        () => hasReceived ? awaitSilence() : host.expire(),
        () => {
          hasReceived = host.isAlive() || hasReceived;
          return !isFlushed;
        },
        void 0,
        keepsAlive
      );
      phase = {
        touch: awaitSilence,
        stop() {
          wait.stop();
          cancelPing();
        }
      };
      cancelPing = host.ping(awaitSilence);
      host.flushed().then(
        () => {
          isFlushed = true;
          wait.touch();
        },
        () => {
        }
      );
    };
    awaitSilence();
    return {
      pingNow() {
        if (phase && phase.touch !== awaitSilence) {
          phase.stop();
          ping();
        }
      },
      touch: () => phase?.touch(),
      stop() {
        phase?.stop();
        phase = void 0;
      }
    };
  }

  const MAX_CLOSE_PERIODS = 10;
  class Liveness {
    #connection;
    /** False if the socket itself keeps a Node process alive, so that its deadlines need not. */
    #keepsAlive;
    #read;
    #write;
    #keepAlive;
    #close;
    /** Reports the answer to the message of the keep-alive, while one is outstanding. */
    #onAnswer;
    /** The transport's `progress` when it was last read. */
    #lastProgress;
    constructor(connection) {
      this.#connection = connection;
      const { transport } = connection;
      this.#keepsAlive = !transport.setRef;
      const { readTimeout, writeTimeout, keepAlive } = connection.options;
      const hasMoved = hasChanged(() => transport.activity);
      const isAlive = () => hasMoved() || transport.isReceiving === true;
      this.#read = this.#watch("READ_TIMEOUT", readTimeout, TIMEOUT, isAlive);
      const hasProgress = () => this.#hasProgress();
      this.#write = this.#watch("WRITE_TIMEOUT", writeTimeout, ABNORMAL_CLOSURE, hasProgress);
      if (keepAlive) this.#keepAlive = this.#startKeepAlive(keepAlive);
    }
    /** Called when a message has arrived. */
    onMessage() {
      this.#read?.touch();
      this.#onAnswer?.();
    }
    /**
     * Called when the pressure of the inbox has changed. The peer gets a new period, because reading has just been
     * paused or resumed.
     */
    onPressure() {
      this.#read?.touch();
      this.#keepAlive?.touch();
    }
    /** Called when sent bytes begin to wait and none waited before. */
    onPending() {
      if (!this.#write) return;
      this.#write.touch();
      this.#hasProgress();
    }
    /**
     * Sends a ping as `Transport.ping` does, or a message in its place. Records and reports the round trip.
     *
     * @param message Returns the message. Without it, the transport must have ping frames.
     */
    ping(done, message) {
      const { events, transport } = this.#connection;
      const onAnswer = (roundTrip) => {
        if (roundTrip !== void 0) {
          this.roundTrip = roundTrip;
          events.emit("pong", () => ({ roundTrip }));
        }
        done(roundTrip);
      };
      const cancel = message ? this.#sendMessage(message, onAnswer) : transport.ping?.(onAnswer);
      events.emit("ping");
      return cancel;
    }
    /** Makes the keep-alive ping now, because the connection may be half-open. */
    probe() {
      this.#keepAlive?.pingNow();
    }
    /** Called when the close handshake begins: replaces the other deadlines by `closeTimeout`. */
    startClosing() {
      this.stop();
      const { transport, options } = this.#connection;
      const isReceiving = this.#whileReceiving(options.closeTimeout);
      let last = transport.unsent ?? 0;
      this.#close = startDeadline(
        options.closeTimeout,
        () => transport.destroy(),
        () => {
          const isShrinking = last > (last = transport.unsent ?? 0);
          const isSending = this.#connection.bufferedAmount > 0 && this.#hasProgress();
          return isShrinking || isSending || isReceiving();
        },
        void 0,
        this.#keepsAlive
      );
    }
    /** Called when the close frame has been sent: restarts `closeTimeout`. */
    onCloseFrame() {
      this.#close?.touch();
    }
    /** Stops all deadlines and the keep-alive. */
    stop() {
      this.#onAnswer = void 0;
      for (const deadline of [this.#read, this.#write, this.#keepAlive, this.#close])
        deadline?.stop();
    }
    /**
     * Returns a function that returns true while a retiring connection may still deliver messages: reading is paused,
     * or bytes have arrived since the last call. A peer that never stops sending is cut off after
     * {@link MAX_CLOSE_PERIODS} periods.
     */
    #whileReceiving(period) {
      const hasArrived = this.#arrivals();
      let end = now() + MAX_CLOSE_PERIODS * period;
      return () => {
        const isMoving = hasArrived() && now() < end;
        const isPaused = this.#isPaused();
        if (isPaused) end = now() + MAX_CLOSE_PERIODS * period;
        return this.#connection.isRetiring && (isMoving || isPaused);
      };
    }
    /** Returns true if bytes have left since the last call, or if none wait. */
    #hasProgress() {
      const { progress } = this.#connection.transport;
      return this.#lastProgress !== (this.#lastProgress = progress) || progress === void 0;
    }
    #watch(code, period, closeCode, isAlive) {
      if (period === void 0) return void 0;
      const expire = () => this.#fail(closeCode, code, `no progress for ${period} ms`);
      const hasLife = () => isAlive() || this.#isFull();
      return startDeadline(period, expire, hasLife, void 0, this.#keepsAlive);
    }
    #startKeepAlive({ interval, timeout, message, prefer, onPong }) {
      const { transport, sending } = this.#connection;
      const hasArrived = this.#arrivals();
      const hasSent = hasChanged(
        () => transport.accepted + sending.messages + (transport.progress ?? 0)
      );
      const isPaused = () => this.#isPaused();
      return startKeepAlive(interval, timeout, {
        isAlive: () => hasArrived() || isPaused(),
        hasSent: () => hasSent() || isPaused(),
        ping: (onAnswer) => this.ping(
          (roundTrip) => {
            if (roundTrip === void 0) return;
            onAnswer();
            microtask(() => onPong?.(roundTrip));
          },
          // Where there are no ping frames, validation guarantees that the options have a `message`.
          transport.ping && prefer !== "message" ? void 0 : message
        ),
        flushed: () => sending.flushed("keepAlive"),
        keepsAlive: this.#keepsAlive,
        expire: () => this.#fail(TIMEOUT, "KEEPALIVE_TIMEOUT", `nothing arrived for ${timeout} ms after a ping`)
      });
    }
    /** Sends the keep-alive message in place of a ping. The next message that arrives counts as its answer. */
    #sendMessage(message, done) {
      const start = now();
      this.#onAnswer = () => done(now() - start);
      try {
        this.#connection.offer(toPayload(message()));
      } catch (cause) {
        this.#fail(INTERNAL_ERROR$1, "INVALID_MESSAGE", "keepAlive.message failed", cause);
      }
      return () => this.#onAnswer = void 0;
    }
    /** Returns a function that returns true if the peer has shown life since its last call. */
    #arrivals() {
      const { transport, receiving } = this.#connection;
      return hasChanged(() => (transport.received ?? receiving.messages) + (transport.progress ?? 0));
    }
    /** Returns true if reading is paused, because the consumer is behind. */
    #isPaused() {
      return this.#connection.transport.backpressure !== "buffer" && this.#isFull();
    }
    /** Returns true if the consumer is behind, so that reading is paused where that is possible. */
    #isFull() {
      return this.#connection.receiving.inbox.pressure > 0;
    }
    #fail(closeCode, code, text, cause) {
      const error = this.#connection.error(code, "connection", text, { cause });
      this.#connection.fail(closeCode, error);
    }
  }
  function hasChanged(read) {
    let last;
    return () => last !== (last = read());
  }

  const HIGH_WATER_MARK_BYTES = 1048576;
  class Inbox extends Queue {
    constructor(capacity, limit, isSized = false) {
      super(capacity);
      /** Size of the unread values, in bytes: see {@link memoryOf}. */
      this.bytes = 0;
      this.pressure = 0;
      /** True if a value was received while `pressure` was not 0. Cleared by {@link warnIfUnread}. */
      this.wasRead = false;
      /** True after {@link warnIfUnread} has warned about this inbox. */
      this.hasWarned = false;
      this.limit = limit;
      if (isSized) this.#sizes = new Queue(capacity);
    }
    /** Sizes of the unread values, if they cannot be computed from the values. */
    #sizes;
    /**
     * Appends a value. If that would exceed the limit, refuses it and returns the number of bytes that would be
     * unread.
     */
    put(value, givenSize, limit = this.limit) {
      if (this.receivers.size === 0) {
        const size = givenSize ?? memoryOf(value.data);
        const unread = this.bytes + size;
        if (this.bytes > 0 && unread > limit) return unread;
        this.bytes = unread;
        this.#sizes?.push(size);
      }
      this.push(value, givenSize);
      if (this.pressure < 2) this.#regulate();
      return void 0;
    }
    /** True at the number of values or bytes at which reading is paused. */
    get isFull() {
      return this.size >= this.capacity || this.bytes >= HIGH_WATER_MARK_BYTES;
    }
    take() {
      const result = super.take();
      if (result?.ok) {
        this.bytes -= this.#sizes?.take()?.value ?? memoryOf(result.value.data);
        if (this.pressure) {
          this.wasRead = true;
          this.#regulate();
        }
      }
      return result;
    }
    /** Updates `pressure`. */
    #regulate() {
      const { size, capacity, bytes } = this;
      const isFull = this.pressure ? size > capacity / 2 || bytes > HIGH_WATER_MARK_BYTES / 2 : this.isFull;
      const pressure = isFull ? bytes > this.limit / 2 ? 2 : 1 : 0;
      if (pressure === this.pressure) return;
      this.pressure = pressure;
      this.onPressure?.();
    }
  }

  const WARNING_DELAY_MS = 3e4;
  function warnIfUnread(where, inbox, transport, onRead) {
    inbox.wasRead = false;
    const expire = () => {
      if (inbox.wasRead) onRead();
      else if (!inbox.hasWarned) {
        inbox.hasWarned = true;
        const text = `wschan: ${where} was not read for 30 s: receive or set discardIncoming`;
        (transport.warn ?? console.warn)(text);
      }
    };
    return startTimer(WARNING_DELAY_MS, expire, false);
  }

  class Receiving {
    constructor(connection) {
      /** Number and payload bytes of the messages received so far. */
      this.messages = 0;
      this.bytes = 0;
      this.#isStopped = false;
      const { channelCapacity, bufferLimit, codec } = connection.options;
      this.#connection = connection;
      this.own = new Inbox(channelCapacity, bufferLimit, !!codec);
      this.inbox = this.own;
      this.own.onPressure = () => this.regulate();
    }
    #connection;
    #decode;
    #isStopped;
    /** Stops the timer of the warning about an unread connection, while it is running. */
    #stopWarning;
    /** Counts a message with a payload of `size` bytes. */
    count(size) {
      this.messages++;
      this.bytes += size;
    }
    /** Delivers a message. Ends the connection if `bufferLimit` is exceeded or the codec fails. */
    deliver(message) {
      const { codec, discardIncoming } = this.#connection.options;
      if (discardIncoming) return;
      try {
        if (codec) this.#decodeBy(codec, message);
        else this.checkLimit(this.inbox.put(message));
      } catch (cause) {
        this.#refuse(cause);
      }
    }
    /** Resumes reading and never pauses it again. */
    stop() {
      this.#isStopped = true;
      this.#stopWarning?.();
      this.#connection.transport.pause(0);
    }
    #decodeBy(codec, message) {
      this.#decode ??= codec.decoder(this.#connection.options.readLimit);
      this.#decode(message, (value, size) => {
        if (!this.own.closed) this.checkLimit(this.inbox.put(value, OVERHEAD_BYTES + (size || 0)));
      });
    }
    /** Ends the connection because a message could not be decoded. */
    #refuse(cause) {
      const text = `codec ${this.#connection.options.codec?.name ?? "none"} failed`;
      const error = WsError.is(cause) ? cause : this.#connection.error("INVALID_MESSAGE", "receive", text, { cause });
      const invalid = error.code === "UNSUPPORTED" ? INTERNAL_ERROR$1 : INVALID_PAYLOAD;
      this.#connection.fail(error.code === "MESSAGE_TOO_BIG" ? MESSAGE_TOO_BIG : invalid, error);
    }
    /** Ends the connection if an inbox has refused a value because `size` bytes would then be unread. */
    checkLimit(size) {
      if (!size) return;
      const { bufferLimit: limit } = this.#connection.options;
      const text = `${size} unread bytes exceed bufferLimit (${limit}); read faster or raise it`;
      const init = { details: { limit, size } };
      const error = this.#connection.error("SLOW_CONSUMER", "receive", text, init);
      this.#connection.fail(POLICY_VIOLATION, error);
    }
    /** Pauses or resumes reading according to the pressure of the inbox. */
    regulate() {
      const { transport } = this.#connection;
      this.#connection.onPressure();
      if (this.#isStopped || transport.backpressure === "buffer") return;
      const { pressure } = this.inbox;
      transport.pause(pressure);
      if (pressure > 0) this.#stopWarning ??= this.#startWarning();
    }
    #startWarning() {
      const { label, transport } = this.#connection;
      return warnIfUnread(label, this.inbox, transport, () => {
        this.#stopWarning = void 0;
        this.regulate();
      });
    }
  }

  const MAX_TURN_MS = 5;
  class Sending {
    constructor(connection) {
      /** Number and payload bytes of the messages sent so far. */
      this.messages = 0;
      this.bytes = 0;
      /** Bytes sent in this turn of the event loop, plus one for each message. */
      this.#turnCost = 0;
      /** Time of the first send of this turn. */
      this.#turnStart = 0;
      /** True if a message has arrived since the last send. */
      this.#hasArrived = false;
      this.#connection = connection;
    }
    #connection;
    #turnCost;
    #turnStart;
    #hasArrived;
    /** Promise shared by every send above the high-water mark. */
    #drained;
    /** Promise shared by all waits for progress, and the function that resolves it. */
    #progress;
    #notify;
    /** True if the operating system has accepted everything that was sent. */
    get isFlushed() {
      const { transport } = this.#connection;
      return transport.flushed >= transport.accepted;
    }
    /** Sends a payload. Returns `undefined`, and does not send it, if the connection is not open. */
    offer(payload) {
      const { state, transport } = this.#connection;
      const size = state === "open" ? transport.send(payload) : void 0;
      if (size === void 0) return void 0;
      this.messages++;
      this.bytes += size;
      this.#connection.events.message("out", typeof payload === "string" ? "text" : "binary", size);
      return this.#settle(size);
    }
    /** Resolves when everything that was sent before this call is flushed. Rejects if the connection ends. */
    flushed(operation) {
      const { transport } = this.#connection;
      const { accepted: target } = transport;
      return this.until(operation, () => transport.flushed >= target);
    }
    /** Resolves when `condition` is true; checks it after every progress. Rejects if the connection ends. */
    async until(operation, condition) {
      for (; ; ) {
        if (this.#connection.state === "closed") throw this.#connection.closedError(operation);
        if (condition()) return;
        await (this.#progress ??= new Promise((resolve) => this.#notify = resolve));
      }
    }
    /** Called when bytes have left or the connection has ended: wakes all waits to check their conditions. */
    onProgress() {
      this.#notify?.();
      this.#progress = this.#notify = void 0;
    }
    /** Called when a message has arrived, which begins a new turn. */
    onMessage() {
      this.#turnCost = 0;
      this.#hasArrived = true;
    }
    /** Returns the promise of a send of `size` bytes. */
    #settle(size) {
      if (this.#turnCost === 0) {
        this.#turnStart = now();
        if (!this.#hasArrived) nextTurn(() => this.#turnCost = 0);
        this.#hasArrived = false;
      }
      this.#turnCost += size + 1;
      const canContinue = this.#turnCost < this.#connection.options.sendHighWaterMark && this.#isBelowMark() && now() - this.#turnStart < MAX_TURN_MS;
      return canContinue ? DONE : this.#drained ??= unreported(this.#drain());
    }
    #isBelowMark() {
      const { bufferedAmount, options } = this.#connection;
      return bufferedAmount < options.sendHighWaterMark;
    }
    async #drain() {
      try {
        await new Promise((resolve) => nextTurn(resolve));
        this.#turnCost = 0;
        await this.until("send", () => this.#isBelowMark() || this.isFlushed);
      } finally {
        this.#drained = void 0;
      }
    }
  }

  class Connection {
    constructor(transport, url, options, events) {
      this.sending = new Sending(this);
      this.state = "open";
      /** When it opened, by the clock of `now`, in milliseconds. */
      this.openedAt = now();
      /** When reading was paused last, by the clock of `now`, in milliseconds. */
      this.#pausedAt = 0;
      this.transport = transport;
      this.options = options;
      this.events = events;
      this.label = displayUrl(url);
      this.closed = new Promise((resolve) => this.#settleClosed = resolve);
      this.receiving = new Receiving(this);
      this.liveness = new Liveness(this);
    }
    #settleClosed;
    #pausedAt;
    /** Bytes that were sent and that the operating system has not accepted yet. */
    get bufferedAmount() {
      return this.state === "closed" ? 0 : this.transport.bufferedAmount ?? 0;
    }
    /** A snapshot of the counters. */
    get stats() {
      const { sending, receiving, liveness, transport } = this;
      return {
        messagesReceived: receiving.messages,
        messagesSent: sending.messages,
        bytesReceived: receiving.bytes,
        bytesSent: sending.bytes,
        bytesBuffered: receiving.inbox.bytes,
        timesPaused: transport.timesPaused,
        roundTrip: liveness.roundTrip
      };
    }
    /** Sends a payload. Returns `undefined`, and does not send it, if the connection is not open. */
    offer(payload) {
      const wasIdle = this.bufferedAmount === 0;
      const sent = this.sending.offer(payload);
      if (!sent) this.onClosing();
      else if (wasIdle) this.liveness.onPending();
      return sent;
    }
    /** Begins the close handshake from this side. The close frame follows everything that was sent. */
    close(code, reason) {
      this.receiving.own.close();
      this.#startClosing(code, reason);
      this.receiving.stop();
    }
    /** Returns the error that an iteration over the messages ends with; `undefined` after a normal end. */
    failure() {
      return this.closeRequest ? void 0 : this.info?.error;
    }
    get isRetiring() {
      return !!this.closeRequest && !this.receiving.own.closed;
    }
    /**
     * Begins the close handshake, because another connection replaces this one. Unlike after `close`, messages are
     * delivered until the peer's close frame, and reading is still paused for a slow consumer.
     */
    retire() {
      this.#startClosing(NORMAL, "");
    }
    #startClosing(code, reason) {
      if (this.state !== "open") return;
      this.closeRequest = { code, reason };
      this.state = "closing";
      this.liveness.startClosing();
      const sendCloseFrame = () => {
        if (this.state === "closed") return;
        this.transport.close(code, reason);
        this.liveness.onCloseFrame();
      };
      const flushed = this.sending.until("close", () => this.sending.isFlushed);
      void unreported(flushed.then(sendCloseFrame));
    }
    // Events of the transport.
    onMessage(message, size) {
      if (this.receiving.own.closed) return;
      const { readLimit } = this.options;
      if (size > readLimit) {
        this.fail(MESSAGE_TOO_BIG, readLimitError(`receive ${this.label}`, readLimit, { size }));
        return;
      }
      if (this.transport.backpressure !== "stream") this.sending.onMessage();
      this.receiving.count(size);
      this.liveness.onMessage();
      this.events.message("in", message.type, size);
      this.receiving.deliver(message);
    }
    onProgress() {
      this.sending.onProgress();
    }
    onPaused(isPaused) {
      const time = now();
      const duration = time - this.#pausedAt;
      const { bytes: bytesBuffered } = this.receiving.inbox;
      if (isPaused) {
        this.#pausedAt = time;
        this.events.emit("pause", () => ({ bytesBuffered }));
      } else this.events.emit("resume", () => ({ bytesBuffered, duration }));
    }
    onError(error, closeCode) {
      if (!this.closeRequest || this.isRetiring) this.fail(closeCode, error);
    }
    /** Called when either side begins the close handshake. */
    onClosing() {
      if (this.state !== "open") return;
      this.state = "closing";
      this.liveness.startClosing();
      this.receiving.stop();
    }
    onEnd(end) {
      const { code, reason, sentCode } = end;
      this.end = end;
      const request = this.closeRequest;
      const hasCloseFrame = code !== ABNORMAL_CLOSURE;
      const info = {
        code,
        // Some platforms invent a reason if there was no close frame.
        reason: hasCloseFrame ? reason : "",
        ...request,
        clean: hasCloseFrame && this.sending.isFlushed,
        by: request ? "local" : hasCloseFrame ? "peer" : "none"
      };
      this.#finish(info, request && sentCode, this.#endError(end));
    }
    // Events of the components.
    onPressure() {
      this.liveness.onPressure();
    }
    /** Ends the connection at once from this side. Delivered messages can still be received. */
    fail(code, error) {
      if (this.state === "closed") return;
      const sentCode = this.transport.terminate(code);
      this.#finish({ code, reason: "", clean: false, by: "local" }, sentCode, error);
    }
    /** Creates the error of an operation on a connection that is closing or closed. */
    closedError(operation) {
      const cause = this.info?.error;
      const init = cause && { retryable: cause.retryable, cause };
      return this.error("CLOSED", operation, `the connection is ${this.state}`, init);
    }
    error(code, operation, text, init) {
      return new WsError(code, `${operation} ${this.label}: ${text}`, init);
    }
    #endError({ code, reason, cause }) {
      if (!this.closeRequest) {
        if (code !== ABNORMAL_CLOSURE) return peerError(this.label, code, reason);
        return this.error("CONNECTION_LOST", "connection", "ended without a close frame", { cause });
      }
      if (this.sending.isFlushed) return void 0;
      return this.error("WRITE_TIMEOUT", "close", "ended before all sent bytes had left", {
        cause
      });
    }
    /** Settles `closed` and all waits. Every way to end the connection calls it; later calls have no effect. */
    #finish(base, sentCode, error) {
      if (this.state === "closed") return;
      this.state = "closed";
      const info = this.info = Object.freeze({
        ...base,
        // If data has not left, neither has the close frame that follows it.
        ...sentCode && this.sending.isFlushed && { sentCode },
        ...error && { error }
      });
      this.liveness.stop();
      this.receiving.stop();
      this.receiving.own.close();
      this.sending.onProgress();
      microtask(() => {
        this.events.emit("close", () => {
          const lifetime = now() - this.openedAt;
          return { info, stats: Object.freeze(this.stats), lifetime };
        });
      });
      this.#settleClosed(info);
    }
  }

  function callListener(listener, value) {
    try {
      listener(value);
    } catch (error) {
      microtask(() => {
        throw error;
      });
    }
  }

  let dialCount = 0;
  class Events {
    // Fields and not a closure, because there is one object for each connection.
    #shared;
    #own;
    #hasMessages;
    #observerOf;
    /**
     * @param shared The observer of the context, which is called first.
     * @param own The observer of the call.
     * @param hasMessages True to emit an event for each message.
     * @param observerOf Returns the observer of the platform for a type of events.
     */
    constructor(shared, own, hasMessages, observerOf) {
      this.id = `wschan-${++dialCount}`;
      this.#shared = shared;
      this.#own = own;
      this.#hasMessages = hasMessages;
      this.#observerOf = observerOf;
    }
    message(direction, kind, size) {
      if (this.#hasMessages) this.emit("message", () => ({ direction, kind, size }));
    }
    /** Calls the observers. An exception of one of them is reported as uncaught, and the others are still called. */
    emit(type, fields) {
      let event;
      for (const observer of [this.#shared, this.#own, this.#observerOf?.(type)]) {
        if (!observer) continue;
        event ??= Object.freeze({ type, connection: this.id, time: epoch(), ...fields?.() });
        callListener(observer, event);
      }
    }
  }

  async function authorize(policies, { actor, meta }, url, resource = publicUrl(url)) {
    for (const policy of policies) {
      if (!policy) continue;
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

  function emitDial(events, dialled, attemptNumber) {
    const start = now();
    const attempt = attemptNumber && { attempt: attemptNumber };
    events.emit("dial", () => ({ url: displayUrl(dialled, ""), ...attempt }));
    return {
      opened(transport, url) {
        const duration = now() - start;
        events.emit("open", () => {
          const { protocol, compression, handshake } = transport;
          const status = handshake?.status;
          return { url: displayUrl(url, ""), duration, protocol, compression, status, ...attempt };
        });
      },
      failed(error) {
        events.emit("dial-failed", () => ({ error, duration: now() - start, ...attempt }));
        throw error;
      }
    };
  }

  let interceptor;
  function interceptDials(next) {
    interceptor = next;
  }
  function intercepted(url, platform) {
    return interceptor?.(parseUrl(url, platform), platform) ?? platform;
  }

  async function openClient(platformFor, owner, input, given = {}) {
    const settings = owner?.settings;
    const platform = platformOf(platformFor, given, settings, input);
    const url = parseUrl(input, platform);
    const base = baseOptions(given, platform, settings);
    const options = parseOptions(base, given, platform);
    return dial$2(url, options, platform, owner, eventsOf(options, platform, settings));
  }
  function platformOf(platformFor, given, settings, input) {
    const webSocket = { ...given }.webSocket ?? settings?.defaults.webSocket;
    const platform = platformFor(webSocket);
    if (webSocket || platform.isInMemory || typeof input === "function") return platform;
    return intercepted(input, platform);
  }
  function baseOptions(given, platform, settings) {
    if (!settings) return DEFAULTS$1;
    const { defaults, resolved } = settings;
    if (platform === settings.platform) return resolved;
    const { keepAlive = defaults.keepAlive } = { ...given };
    return parseOptions(DEFAULTS$1, { ...defaults, keepAlive }, platform);
  }
  function eventsOf({ observe, observeMessages }, { observerOf }, settings) {
    return new Events(settings?.observe, observe, observeMessages, observerOf);
  }
  async function dial$2(url, options, platform, owner, events, attempt) {
    const { policy, actor, meta, dial: guardedDial = platform.dial } = owner?.settings ?? {};
    const connectBy = platform.isInMemory ? platform.dial : guardedDial;
    const policies = [policy, options.policy];
    const subject = {
      actor,
      meta: (meta ?? options.meta) && Object.freeze({ ...meta, ...options.meta })
    };
    const operation = `dial ${displayUrl(url)}`;
    const { dialTimeout, signal: outer } = options;
    const controller = new AbortController();
    const { signal } = controller;
    const report = emitDial(events, url, attempt);
    let isOpen = false;
    const park = (done) => {
      const removeDial = owner?.addDial(done);
      const deadline = startDeadline(dialTimeout, () => {
        const error = new WsError("DIAL_TIMEOUT", `${operation}: not open after ${dialTimeout} ms`);
        controller.abort(error);
        nextTurn(() => done(error));
      });
      const request = {
        url,
        options,
        signal,
        due: now() + dialTimeout,
        authorize: (next) => authorize(policies, subject, next),
        open(transport, openUrl) {
          const connection = new Connection(transport, openUrl, options, events);
          const client = new Client(connection, openUrl);
          owner?.addClient(client);
          isOpen = true;
          done(client);
          report.opened(transport, openUrl);
          return connection;
        }
      };
      authorize(policies, subject, url, "").then(() => request.authorize(url)).then(() => signal.aborted ? void 0 : connectBy(request)).catch(done);
      return () => {
        removeDial?.();
        deadline.stop();
        if (!isOpen) controller.abort();
      };
    };
    const result = waitFor(operation, "DIAL_TIMEOUT", { signal: outer }, { park });
    return result.catch(report.failed);
  }

  class Context {
    #platformFor;
    #owner;
    #clients = /* @__PURE__ */ new Map();
    #dials = /* @__PURE__ */ new Set();
    #isClosing = false;
    #settleClosed;
    /** @internal */
    constructor(platformFor, options) {
      this.#platformFor = platformFor;
      this.#owner = {
        settings: parseSettings(options, platformFor),
        addDial: (cancel) => {
          if (this.#isClosing) throw noContext();
          this.#dials.add(cancel);
          return () => this.#dials.delete(cancel);
        },
        addClient: (client) => {
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
      return openClient(this.#platformFor, this.#owner, url, options);
    }
    /** Returns the connection with this `id`. Throws `UNKNOWN_CONNECTION` if there is none, or it has ended. */
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
    /** A snapshot of the connections that have not ended. */
    get connections() {
      return [...this.#clients.values()];
    }
    /**
     * Closes the context: pending dials fail with `NO_CONTEXT`, and connections are closed with this code and
     * reason. Resolves when all have ended. Another call returns the same promise.
     *
     * @param code As for {@link Client.close}; default 1001.
     * @param reason As for {@link Client.close}; default `""`.
     *
     * Rejects with `INVALID_CLOSE` for an invalid code or reason, and nothing is closed.
     */
    close(code = GOING_AWAY, reason = "") {
      if (this.#isClosing) return this.closed;
      try {
        checkClose(code, reason);
      } catch (error) {
        return Promise.reject(error);
      }
      this.#isClosing = true;
      for (const cancel of this.#dials) cancel(noContext());
      const ends = this.connections.map((client) => client.close(code, reason));
      void Promise.all(ends).then(this.#settleClosed);
      return this.closed;
    }
    /** Same as `close()`, for `await using`, on platforms that have the symbol. */
    [Symbol.asyncDispose]() {
      return this.close();
    }
    /**
     * Validates the arguments of a client that dials later. `own` are the parsers of options that `connect` does
     * not have. A URL that is a function is not called.
     * @internal
     */
    prepare(input, given, own, where) {
      const { settings } = this.#owner;
      const platform = platformOf(this.#platformFor, given, settings, input);
      const url = typeof input === "function" ? void 0 : parseUrl(input, platform);
      const parsers = { ...platform.parsers, ...own };
      const base = baseOptions(given, platform, settings);
      const options = parseOptions(base, given, { parsers }, where);
      const events = eventsOf(options, platform, settings);
      return {
        url,
        defaults: base,
        options,
        canPing: platform.parsers?.keepAlive !== void 0,
        events,
        open: async (target, resolved, latest, attempt) => {
          const current = platformOf(this.#platformFor, given, settings, target);
          const targetUrl = parseUrl(target, current);
          const options2 = parseOptions(resolved, latest, current);
          const own2 = eventsOf(options2, current, settings);
          events.id = own2.id;
          return dial$2(targetUrl, options2, current, this.#owner, own2, attempt);
        },
        contextError: () => this.#isClosing ? noContext() : void 0
      };
    }
  }
  function noContext() {
    return new WsError("NO_CONTEXT", "connect: the context is closed");
  }

  function bindConnect(platformFor) {
    const connect = (url, options) => openClient(platformFor, void 0, url, options);
    return connect;
  }
  function bindCreateContext(platformFor) {
    return (options = {}) => new Context(platformFor, options);
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
            throw new WsError("INVALID_OPTION", "select: no cases: add one, default or timeout");
          }
          return tryInRandomOrder(list) ?? (options.default ? [-1, void 0] : void 0);
        },
        park(done) {
          const cancels = list.map((entry, i) => entry.park((result) => done([i, result])));
          return () => cancels.forEach((cancel) => cancel());
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
  function tryInRandomOrder(list) {
    const indices = [...list.keys()];
    while (indices.length > 0) {
      const [index = 0] = indices.splice(Math.random() * indices.length, 1);
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

  class TimerQueue extends Queue {
    /** The time of the next tick, by {@link now}; `Infinity` if there is none. */
    #due;
    /** In milliseconds; `Infinity` for a single tick. */
    #period;
    #stopTimer;
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
    /** Closes the queue and discards a buffered tick: none arrives after a stop, as in Go since 1.23. */
    close() {
      super.close();
      super.take();
    }
    /** Adds a tick to the queue if one is due. */
    #poll() {
      const lateness = now() - this.#due;
      if (lateness < 0 || this.closed) return;
      this.#due += this.#period * (1 + Math.floor(lateness / this.#period));
      offer(this, new Date(epoch() - lateness));
    }
    /** Starts the timer of the next tick if a receiver waits, and stops it otherwise. */
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
    return ReceiveChannel.of(new TimerQueue(ms, Infinity));
  }
  function ticker(period) {
    const ms = parsePeriod(period);
    const queue = new TimerQueue(ms, ms);
    return {
      channel: ReceiveChannel.of(queue),
      reset(next) {
        const nextMs = parsePeriod(next);
        if (queue.closed) throw new WsError("CHANNEL_CLOSED", "ticker reset: ticker is stopped");
        queue.reset(nextMs);
      },
      stop: () => queue.close()
    };
  }
  function parsePeriod(period) {
    const ms = parseDuration(period);
    if (ms === 0) throw new WsError("INVALID_DURATION", "ticker: period must be more than 0");
    return Math.max(ms, 1);
  }

  function compileGlob(pattern, decode) {
    const pieces = pattern.split("*").map(decode);
    return (text) => {
      let end = 0;
      const isFound = (piece, index) => {
        const from = end;
        const isLast = index === pieces.length - 1;
        const start = isLast ? text.lastIndexOf(piece) : text.indexOf(piece, from);
        end = start + piece.length;
        return index ? start >= from : !start;
      };
      return pieces.every(isFound) && end === text.length;
    };
  }

  const UNIX_SCHEME = /^wss?\+unix:$/;
  const EMBEDDED_IPV4 = /^\[(?:(::ffff:|::ffff:0:|::|64:ff9b::)(?=\w+:\w+]$)|2002:)(\w+):(\w*).*/;
  function partsOf({ protocol, hostname, port, pathname, search }, deny) {
    const paths = UNIX_SCHEME.test(protocol) ? pathname : `:${pathname}`;
    const end = paths.search(/:|$/);
    return [
      protocol,
      hostname.replace(
        EMBEDDED_IPV4,
        (same, prefix, high, low) => deny || prefix === "::ffff:" ? new URL(`ws://0x${high}${low.padStart(4, "0")}`).hostname : same
      ).replace(/\.$/, "").replace(/^\./, "/"),
      // "" for the default port of the scheme.
      port,
      // "//" is the same as "/" in a file system.
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
    if (pattern === "*") return ([scheme2 = ""]) => deny || !UNIX_SCHEME.test(scheme2);
    const match = NET_PATTERN.exec(pattern) ?? UNIX_PATTERN.exec(pattern) ?? [];
    const [, scheme = "", wildcard = "", hostOrSocket = "", port = "", path = "", query = ""] = match;
    if (!wildcard && !hostOrSocket) return void 0;
    let url;
    try {
      url = new URL(
        scheme.replace(/^http/i, "ws") + wildcard.replace("*", "x") + hostOrSocket.replace(/^\*/, "/*") + port.replace(":*", "") + path + query
      );
    } catch {
      return void 0;
    }
    const { hostname } = url;
    if (/^\.|\.\./.test(hostname) || wildcard === "*." && hostname === "x.") return void 0;
    const expected = partsOf(url, deny);
    if (wildcard) expected[1] = expected[1].replace("x", "*");
    if (port === ":*") expected[2] = "*";
    if (!path && !query) expected[4] = "*";
    if (!query) expected[5] = "*";
    const globs = expected.map((part) => compileGlob(part, decoder(deny)));
    return (parts) => globs.every((glob, i) => {
      const part = parts[i];
      return part === void 0 ? deny || glob("") : glob(part);
    });
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
    const matchesAll = [resources].flat().includes("*");
    return {
      deny,
      async applies(request, url) {
        const isCovered = covers(request.action);
        if (!url && covers("websocket.connect.url") && (!isCovered || deny && !matchesAll))
          return !deny;
        if (!isCovered || url && !matches(url[effect])) return false;
        const answer = !when || await when(request);
        return deny ? answer !== false : answer === true;
      }
    };
  }
  function compileList(field, value, expected, compile) {
    const tests = [value].flat().map((pattern) => {
      const test = typeof pattern === "string" ? compile(pattern) : void 0;
      if (!test) throw invalidField(field, expected, pattern);
      return test;
    });
    return (subject) => tests.some((test) => test(subject));
  }
  function invalidField(field, expected, value) {
    const shown = quote(maskUrl(value));
    return new WsError("INVALID_OPTION", `definePolicy: ${field} must be ${expected}, not ${shown}`);
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

  const CAUGHT_UP_MS = 100;
  function streamSocket() {
    return "WebSocketStream" in globalThis ? StreamSocket : void 0;
  }
  class StreamSocket {
    constructor(url, protocols) {
      this.readyState = 0;
      this.protocol = "";
      this.extensions = "";
      this.bufferedAmount = 0;
      /**
       * True while the browser may have messages buffered because of a pause. Chromium discards them when the
       * server's close frame arrives, and does not report it.
       */
      this.#isBehind = false;
      const { WebSocketStream } = globalThis;
      this.#stream = new WebSocketStream(url, { protocols });
      void this.#run();
    }
    #stream;
    #writer;
    /** Pending while reading is paused. */
    #gate;
    /** Resolves `#gate`. */
    #openGate;
    #isBehind;
    async #run() {
      const closed = this.#stream.closed.then(
        ({ closeCode: code, reason }) => ({ code, reason }),
        (error) => ({ code: ABNORMAL_CLOSURE, message: error.message })
      );
      let isLossy = false;
      try {
        const { protocol, extensions, readable, writable } = await this.#stream.opened;
        this.protocol = protocol;
        this.extensions = extensions;
        this.#writer = writable.getWriter();
        this.readyState = 1;
        const reader = readable.getReader();
        const onEnd = () => {
          isLossy = this.#isBehind && this.readyState === 1;
          this.setPaused(false);
          this.readyState = 2;
        };
        reader.closed.then(onEnd, onEnd);
        this.onopen?.();
        for (; ; ) {
          const catchUp = () => {
            this.#isBehind = false;
          };
          const stop = this.#isBehind ? startTimer(CAUGHT_UP_MS, catchUp) : void 0;
          const { done, value } = await reader.read();
          stop?.();
          if (done) break;
          this.onmessage?.({ data: value });
          if (this.#gate) await this.#gate;
        }
      } catch {
      }
      this.onclose?.({ ...await closed, ...isLossy && { code: ABNORMAL_CLOSURE } });
    }
    send(data, size) {
      const unsent = size + 1;
      this.bufferedAmount += unsent;
      this.#writer?.write(data).then(
        () => {
          this.bufferedAmount -= unsent;
          this.ondrain?.();
        },
        () => {
        }
      );
    }
    setPaused(paused) {
      this.#openGate?.();
      if (paused) this.#isBehind = true;
      this.#gate = paused ? new Promise((resolve) => this.#openGate = resolve) : void 0;
    }
    close(closeCode, reason) {
      this.setPaused(false);
      this.readyState = 2;
      this.#stream.close({ closeCode, reason });
      this.#writer?.abort().catch(() => {
      });
    }
  }

  const DISABLED = 0;
  const CONTEXT_TAKEOVER = 1;
  const NO_CONTEXT = 2;
  function compressionMode(extensions, requested) {
    if (!/permessage-deflate/i.test(extensions)) return DISABLED;
    const sides = requested === NO_CONTEXT ? ["server"] : ["server", "client"];
    const isWithoutTakeover = (side) => new RegExp(`${side}_no_context_takeover`, "i").test(extensions);
    return sides.every(isWithoutTakeover) ? NO_CONTEXT : CONTEXT_TAKEOVER;
  }

  const OPEN$1 = 1;
  const DIAL_ADVICE = "see the console (CSP connect-src?)";
  const POLL_INTERVAL_MS = 10;
  const page = globalThis;
  function webSocketPlatform(streamSocket, observerOf) {
    const classFor = ({ webSocket, backpressure }) => webSocket ?? (backpressure === "stream" ? streamSocket() : void 0) ?? // Looked up by each dial, because a polyfill or a test may install it after the import.
    globalThis.WebSocket;
    return {
      observerOf,
      credentials: false,
      get base() {
        const { document, location } = globalThis;
        return document?.baseURI ?? location?.href;
      },
      dial: (request) => dial$1(request, classFor(request.options))
    };
  }
  function dial$1({ url, options, signal, open }, Class) {
    return new Promise((resolve, reject) => {
      const { protocols, writeTimeout } = options;
      const label = displayUrl(url);
      const errorOf = (code, text, init) => new WsError(code, `dial ${label}: ${text.replaceAll(url.href, label)}`, init);
      if (!Class) throw errorOf("UNSUPPORTED", "no WebSocket found; pass option webSocket");
      let socket;
      let transport;
      try {
        socket = new Class(url.href, [...protocols]);
        socket.binaryType = "arraybuffer";
      } catch (cause) {
        const { message } = cause;
        throw errorOf("DIAL_FAILED", `${message}: ${DIAL_ADVICE}`, { retryable: false, cause });
      }
      const fail = (code, text, init) => {
        discard$1(socket);
        reject(errorOf(code, text, init));
      };
      signal.addEventListener("abort", () => transport ?? discard$1(socket));
      socket.onerror = socket.onclose = ({ message }) => (
        // Some events have an empty message.
        // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
        fail("DIAL_FAILED", `handshake failed: ${message || DIAL_ADVICE}`, {
          details: { opaque: true }
        })
      );
      socket.onopen = () => {
        if (protocols.length > 0 && !protocols.includes(socket.protocol)) {
          fail("HANDSHAKE_REJECTED", "the server selected no offered subprotocol");
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
  function discard$1(socket, code) {
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
      this.accepted = 0;
      this.#paused = false;
      /**
       * Closes the connection when the page enters the back/forward cache, which freezes it: Chromium would close
       * the connection only when the page is shown again. If the page is unloaded, the browser itself sends 1001.
       */
      this.#onPageHide = ({ persisted }) => {
        if (persisted) this.destroy(GOING_AWAY);
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
    #stopPolling;
    /** Starts reporting events to `handler`. */
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
    get flushed() {
      return this.accepted - (this.bufferedAmount ?? 0);
    }
    get progress() {
      return this.bufferedAmount ? this.flushed : void 0;
    }
    send(data) {
      const socket = this.#socket;
      if (socket.readyState !== OPEN$1) return void 0;
      const size = payloadSize(data);
      this.accepted -= this.bufferedAmount ?? 0;
      socket.send(data.slice(), size);
      this.accepted += this.bufferedAmount ?? 0;
      this.#watch();
      return size;
    }
    pause(pressure) {
      const paused = pressure > 0;
      if (paused === this.#paused) return;
      if (paused) this.timesPaused++;
      this.#paused = paused;
      this.#socket.setPaused?.(paused);
      this.#handler?.onPaused(paused);
    }
    close(code, reason) {
      const sentCode = this.#sentCode = browserCode(code);
      if (sentCode) this.#socket.close(sentCode, reason);
      else this.#socket.close();
    }
    destroy(code = ABNORMAL_CLOSURE) {
      const handler = this.#handler;
      this.terminate(code);
      handler?.onEnd({ code: ABNORMAL_CLOSURE, reason: "", sentCode: this.#sentCode });
    }
    terminate(code) {
      const sentCode = code === ABNORMAL_CLOSURE ? void 0 : browserCode(code);
      this.#detach();
      discard$1(this.#socket, sentCode);
      return sentCode;
    }
    #onPageHide;
    #detach() {
      this.#handler = void 0;
      this.#stopPolling?.();
      page.removeEventListener?.("pagehide", this.#onPageHide);
    }
    #onMessage(data) {
      const handler = this.#handler;
      if (typeof data === "string") {
        handler?.onMessage({ type: "text", data }, payloadSize(data));
      } else if (data?.byteLength === void 0) {
        const text = "receive: option webSocket must deliver ArrayBuffers";
        handler?.onError(new WsError("UNSUPPORTED", text), INTERNAL_ERROR$1);
      } else {
        const bytes = new Uint8Array(data);
        handler?.onMessage({ type: "binary", data: bytes }, bytes.length);
      }
    }
    /** Polls `bufferedAmount` while bytes are unsent, because there is no event for its changes. */
    #watch() {
      if (!this.bufferedAmount) return;
      this.#stopPolling ??= startTimer(POLL_INTERVAL_MS, () => {
        this.#stopPolling = void 0;
        this.#handler?.onProgress();
        this.#watch();
      });
    }
  }

  const platform = /* @__PURE__ */ webSocketPlatform(streamSocket);
  const connect = /* @__PURE__ */ bindConnect(() => platform);
  const createContext = /* @__PURE__ */ bindCreateContext(() => platform);
  const websocket = /* @__PURE__ */ (() => Object.freeze({ ...shared, connect, createContext }))();

  // DEFLATE is a complex format; to read this code, you should probably check the RFC first:
  // https://tools.ietf.org/html/rfc1951
  // You may also wish to take a look at the guide I made about this program:
  // https://gist.github.com/101arrowz/253f31eb5abc3d9275ab943003ffecad
  // Some of the following code is similar to that of UZIP.js:
  // https://github.com/photopea/UZIP.js
  // However, the vast majority of the codebase has diverged from UZIP.js to increase performance and reduce bundle size.
  // Sometimes 0 will appear where -1 would be more appropriate. This is because using a uint
  // is better for memory in most engines (I *think*).

  // aliases for shorter compressed code (most minifers don't do this)
  var u8 = Uint8Array, u16 = Uint16Array, i32 = Int32Array;
  // fixed length extra bits
  var fleb = new u8([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0, /* unused */ 0, 0, /* impossible */ 0]);
  // fixed distance extra bits
  var fdeb = new u8([0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, /* unused */ 0, 0]);
  // code length index map
  var clim = new u8([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
  // get base, reverse index map from extra bits
  var freb = function (eb, start) {
      var b = new u16(31);
      for (var i = 0; i < 31; ++i) {
          b[i] = start += 1 << eb[i - 1];
      }
      // numbers here are at max 18 bits
      var r = new i32(b[30]);
      for (var i = 1; i < 30; ++i) {
          for (var j = b[i]; j < b[i + 1]; ++j) {
              r[j] = ((j - b[i]) << 5) | i;
          }
      }
      return { b: b, r: r };
  };
  var _a = freb(fleb, 2), fl = _a.b, revfl = _a.r;
  // we can ignore the fact that the other numbers are wrong; they never happen anyway
  fl[28] = 258, revfl[258] = 28;
  var _b = freb(fdeb, 0), revfd = _b.r;
  // map of value to reverse (assuming 16 bits)
  var rev = new u16(32768);
  for (var i = 0; i < 32768; ++i) {
      // reverse table algorithm from SO
      var x = ((i & 0xAAAA) >> 1) | ((i & 0x5555) << 1);
      x = ((x & 0xCCCC) >> 2) | ((x & 0x3333) << 2);
      x = ((x & 0xF0F0) >> 4) | ((x & 0x0F0F) << 4);
      rev[i] = (((x & 0xFF00) >> 8) | ((x & 0x00FF) << 8)) >> 1;
  }
  // create huffman tree from u8 "map": index -> code length for code index
  // mb (max bits) must be at most 15
  // TODO: optimize/split up?
  var hMap = (function (cd, mb, r) {
      var s = cd.length;
      // index
      var i = 0;
      // u16 "map": index -> # of codes with bit length = index
      var l = new u16(mb);
      // length of cd must be 288 (total # of codes)
      for (; i < s; ++i) {
          if (cd[i])
              ++l[cd[i] - 1];
      }
      // u16 "map": index -> minimum code for bit length = index
      var le = new u16(mb);
      for (i = 1; i < mb; ++i) {
          le[i] = (le[i - 1] + l[i - 1]) << 1;
      }
      var co;
      if (r) {
          // u16 "map": index -> number of actual bits, symbol for code
          co = new u16(1 << mb);
          // bits to remove for reverser
          var rvb = 15 - mb;
          for (i = 0; i < s; ++i) {
              // ignore 0 lengths
              if (cd[i]) {
                  // num encoding both symbol and bits read
                  var sv = (i << 4) | cd[i];
                  // free bits
                  var r_1 = mb - cd[i];
                  // start value
                  var v = le[cd[i] - 1]++ << r_1;
                  // m is end value
                  for (var m = v | ((1 << r_1) - 1); v <= m; ++v) {
                      // every 16 bit value starting with the code yields the same result
                      co[rev[v] >> rvb] = sv;
                  }
              }
          }
      }
      else {
          co = new u16(s);
          for (i = 0; i < s; ++i) {
              if (cd[i]) {
                  co[i] = rev[le[cd[i] - 1]++] >> (15 - cd[i]);
              }
          }
      }
      return co;
  });
  // fixed length tree
  var flt = new u8(288);
  for (var i = 0; i < 144; ++i)
      flt[i] = 8;
  for (var i = 144; i < 256; ++i)
      flt[i] = 9;
  for (var i = 256; i < 280; ++i)
      flt[i] = 7;
  for (var i = 280; i < 288; ++i)
      flt[i] = 8;
  // fixed distance tree
  var fdt = new u8(32);
  for (var i = 0; i < 32; ++i)
      fdt[i] = 5;
  // fixed length map
  var flm = /*#__PURE__*/ hMap(flt, 9, 0);
  // fixed distance map
  var fdm = /*#__PURE__*/ hMap(fdt, 5, 0);
  // get end of byte
  var shft = function (p) { return ((p + 7) / 8) | 0; };
  // typed array slice - allows garbage collector to free original reference,
  // while being more compatible than .slice
  var slc = function (v, s, e) {
      if (e == null || e > v.length)
          e = v.length;
      // can't use .constructor in case user-supplied
      return new u8(v.subarray(s, e));
  };
  // starting at p, write the minimum number of bits that can hold v to d
  var wbits = function (d, p, v) {
      v <<= p & 7;
      var o = (p / 8) | 0;
      d[o] |= v;
      d[o + 1] |= v >> 8;
  };
  // starting at p, write the minimum number of bits (>8) that can hold v to d
  var wbits16 = function (d, p, v) {
      v <<= p & 7;
      var o = (p / 8) | 0;
      d[o] |= v;
      d[o + 1] |= v >> 8;
      d[o + 2] |= v >> 16;
  };
  // creates code lengths from a frequency table
  var hTree = function (d, mb) {
      // Need extra info to make a tree
      var t = [];
      for (var i = 0; i < d.length; ++i) {
          if (d[i])
              t.push({ s: i, f: d[i] });
      }
      var s = t.length;
      var t2 = t.slice();
      if (!s)
          return { t: et, l: 0 };
      if (s == 1) {
          var v = new u8(t[0].s + 1);
          v[t[0].s] = 1;
          return { t: v, l: 1 };
      }
      t.sort(function (a, b) { return a.f - b.f; });
      // after i2 reaches last ind, will be stopped
      // freq must be greater than largest possible number of symbols
      t.push({ s: -1, f: 25001 });
      var l = t[0], r = t[1], i0 = 0, i1 = 1, i2 = 2;
      t[0] = { s: -1, f: l.f + r.f, l: l, r: r };
      // efficient algorithm from UZIP.js
      // i0 is lookbehind, i2 is lookahead - after processing two low-freq
      // symbols that combined have high freq, will start processing i2 (high-freq,
      // non-composite) symbols instead
      // see https://reddit.com/r/photopea/comments/ikekht/uzipjs_questions/
      while (i1 != s - 1) {
          l = t[t[i0].f < t[i2].f ? i0++ : i2++];
          r = t[i0 != i1 && t[i0].f < t[i2].f ? i0++ : i2++];
          t[i1++] = { s: -1, f: l.f + r.f, l: l, r: r };
      }
      var maxSym = t2[0].s;
      for (var i = 1; i < s; ++i) {
          if (t2[i].s > maxSym)
              maxSym = t2[i].s;
      }
      // code lengths
      var tr = new u16(maxSym + 1);
      // max bits in tree
      var mbt = ln(t[i1 - 1], tr, 0);
      if (mbt > mb) {
          // more algorithms from UZIP.js
          // TODO: find out how this code works (debt)
          //  ind    debt
          var i = 0, dt = 0;
          //    left            cost
          var lft = mbt - mb, cst = 1 << lft;
          t2.sort(function (a, b) { return tr[b.s] - tr[a.s] || a.f - b.f; });
          for (; i < s; ++i) {
              var i2_1 = t2[i].s;
              if (tr[i2_1] > mb) {
                  dt += cst - (1 << (mbt - tr[i2_1]));
                  tr[i2_1] = mb;
              }
              else
                  break;
          }
          dt >>= lft;
          while (dt > 0) {
              var i2_2 = t2[i].s;
              if (tr[i2_2] < mb)
                  dt -= 1 << (mb - tr[i2_2]++ - 1);
              else
                  ++i;
          }
          for (; i >= 0 && dt; --i) {
              var i2_3 = t2[i].s;
              if (tr[i2_3] == mb) {
                  --tr[i2_3];
                  ++dt;
              }
          }
          mbt = mb;
      }
      return { t: new u8(tr), l: mbt };
  };
  // get the max length and assign length codes
  var ln = function (n, l, d) {
      return n.s == -1
          ? Math.max(ln(n.l, l, d + 1), ln(n.r, l, d + 1))
          : (l[n.s] = d);
  };
  // length codes generation
  var lc = function (c) {
      var s = c.length;
      // Note that the semicolon was intentional
      while (s && !c[--s])
          ;
      var cl = new u16(++s);
      //  ind      num         streak
      var cli = 0, cln = c[0], cls = 1;
      var w = function (v) { cl[cli++] = v; };
      for (var i = 1; i <= s; ++i) {
          if (c[i] == cln && i != s)
              ++cls;
          else {
              if (!cln && cls > 2) {
                  for (; cls > 138; cls -= 138)
                      w(32754);
                  if (cls > 2) {
                      w(cls > 10 ? ((cls - 11) << 5) | 28690 : ((cls - 3) << 5) | 12305);
                      cls = 0;
                  }
              }
              else if (cls > 3) {
                  w(cln), --cls;
                  for (; cls > 6; cls -= 6)
                      w(8304);
                  if (cls > 2)
                      w(((cls - 3) << 5) | 8208), cls = 0;
              }
              while (cls--)
                  w(cln);
              cls = 1;
              cln = c[i];
          }
      }
      return { c: cl.subarray(0, cli), n: s };
  };
  // calculate the length of output from tree, code lengths
  var clen = function (cf, cl) {
      var l = 0;
      for (var i = 0; i < cl.length; ++i)
          l += cf[i] * cl[i];
      return l;
  };
  // writes a fixed block
  // returns the new bit pos
  var wfblk = function (out, pos, dat) {
      // no need to write 00 as type: TypedArray defaults to 0
      var s = dat.length;
      var o = shft(pos + 2);
      out[o] = s & 255;
      out[o + 1] = s >> 8;
      out[o + 2] = out[o] ^ 255;
      out[o + 3] = out[o + 1] ^ 255;
      for (var i = 0; i < s; ++i)
          out[o + i + 4] = dat[i];
      return (o + 4 + s) * 8;
  };
  // writes a block
  var wblk = function (dat, out, final, syms, lf, df, eb, li, bs, bl, p) {
      wbits(out, p++, final);
      ++lf[256];
      var _a = hTree(lf, 15), dlt = _a.t, mlb = _a.l;
      var _b = hTree(df, 15), ddt = _b.t, mdb = _b.l;
      var _c = lc(dlt), lclt = _c.c, nlc = _c.n;
      var _d = lc(ddt), lcdt = _d.c, ndc = _d.n;
      var lcfreq = new u16(19);
      for (var i = 0; i < lclt.length; ++i)
          ++lcfreq[lclt[i] & 31];
      for (var i = 0; i < lcdt.length; ++i)
          ++lcfreq[lcdt[i] & 31];
      var _e = hTree(lcfreq, 7), lct = _e.t, mlcb = _e.l;
      var nlcc = 19;
      for (; nlcc > 4 && !lct[clim[nlcc - 1]]; --nlcc)
          ;
      var flen = (bl + 5) << 3;
      var ftlen = clen(lf, flt) + clen(df, fdt) + eb;
      var dtlen = clen(lf, dlt) + clen(df, ddt) + eb + 14 + 3 * nlcc + clen(lcfreq, lct) + 2 * lcfreq[16] + 3 * lcfreq[17] + 7 * lcfreq[18];
      if (bs >= 0 && flen <= ftlen && flen <= dtlen)
          return wfblk(out, p, dat.subarray(bs, bs + bl));
      var lm, ll, dm, dl;
      wbits(out, p, 1 + (dtlen < ftlen)), p += 2;
      if (dtlen < ftlen) {
          lm = hMap(dlt, mlb, 0), ll = dlt, dm = hMap(ddt, mdb, 0), dl = ddt;
          var llm = hMap(lct, mlcb, 0);
          wbits(out, p, nlc - 257);
          wbits(out, p + 5, ndc - 1);
          wbits(out, p + 10, nlcc - 4);
          p += 14;
          for (var i = 0; i < nlcc; ++i)
              wbits(out, p + 3 * i, lct[clim[i]]);
          p += 3 * nlcc;
          var lcts = [lclt, lcdt];
          for (var it = 0; it < 2; ++it) {
              var clct = lcts[it];
              for (var i = 0; i < clct.length; ++i) {
                  var len = clct[i] & 31;
                  wbits(out, p, llm[len]), p += lct[len];
                  if (len > 15)
                      wbits(out, p, (clct[i] >> 5) & 127), p += clct[i] >> 12;
              }
          }
      }
      else {
          lm = flm, ll = flt, dm = fdm, dl = fdt;
      }
      for (var i = 0; i < li; ++i) {
          var sym = syms[i];
          if (sym > 255) {
              var len = (sym >> 18) & 31;
              wbits16(out, p, lm[len + 257]), p += ll[len + 257];
              if (len > 7)
                  wbits(out, p, (sym >> 23) & 31), p += fleb[len];
              var dst = sym & 31;
              wbits16(out, p, dm[dst]), p += dl[dst];
              if (dst > 3)
                  wbits16(out, p, (sym >> 5) & 8191), p += fdeb[dst];
          }
          else {
              wbits16(out, p, lm[sym]), p += ll[sym];
          }
      }
      wbits16(out, p, lm[256]);
      return p + ll[256];
  };
  // deflate options (nice << 13) | chain
  var deo = /*#__PURE__*/ new i32([65540, 131080, 131088, 131104, 262176, 1048704, 1048832, 2114560, 2117632]);
  // empty
  var et = /*#__PURE__*/ new u8(0);
  // compresses data into a raw DEFLATE buffer
  var dflt = function (dat, lvl, plvl, pre, post, st) {
      var s = st.z || dat.length;
      var o = new u8(pre + s + 5 * (1 + Math.ceil(s / 7000)) + post);
      // writing to this writes to the output buffer
      var w = o.subarray(pre, o.length - post);
      var lst = st.l;
      var pos = (st.r || 0) & 7;
      if (lvl) {
          if (pos)
              w[0] = st.r >> 3;
          var opt = deo[lvl - 1];
          var n = opt >> 13, c = opt & 8191;
          var msk_1 = (1 << plvl) - 1;
          //    prev 2-byte val map    curr 2-byte val map
          var prev = st.p || new u16(32768), head = st.h || new u16(msk_1 + 1);
          var bs1_1 = Math.ceil(plvl / 3), bs2_1 = 2 * bs1_1;
          var hsh = function (i) { return (dat[i] ^ (dat[i + 1] << bs1_1) ^ (dat[i + 2] << bs2_1)) & msk_1; };
          // 24576 is an arbitrary number of maximum symbols per block
          // 424 buffer for last block
          var syms = new i32(25000);
          // length/literal freq   distance freq
          var lf = new u16(288), df = new u16(32);
          //  l/lcnt  exbits  index          l/lind  waitdx          blkpos
          var lc_1 = 0, eb = 0, i = st.i || 0, li = 0, wi = st.w || 0, bs = 0;
          for (; i + 2 < s; ++i) {
              // hash value
              var hv = hsh(i);
              // index mod 32768    previous index mod
              var imod = i & 32767, pimod = head[hv];
              prev[imod] = pimod;
              head[hv] = imod;
              // We always should modify head and prev, but only add symbols if
              // this data is not yet processed ("wait" for wait index)
              if (wi <= i) {
                  // bytes remaining
                  var rem = s - i;
                  if ((lc_1 > 7000 || li > 24576) && (rem > 423 || !lst)) {
                      pos = wblk(dat, w, 0, syms, lf, df, eb, li, bs, i - bs, pos);
                      li = lc_1 = eb = 0, bs = i;
                      for (var j = 0; j < 286; ++j)
                          lf[j] = 0;
                      for (var j = 0; j < 30; ++j)
                          df[j] = 0;
                  }
                  //  len    dist   chain
                  var l = 2, d = 0, ch_1 = c, dif = imod - pimod & 32767;
                  if (rem > 2 && hv == hsh(i - dif)) {
                      var maxn = Math.min(n, rem) - 1;
                      var maxd = Math.min(32767, i);
                      // max possible length
                      // not capped at dif because decompressors implement "rolling" index population
                      var ml = Math.min(258, rem);
                      while (dif <= maxd && --ch_1 && imod != pimod) {
                          if (dat[i + l] == dat[i + l - dif]) {
                              var nl = 0;
                              for (; nl < ml && dat[i + nl] == dat[i + nl - dif]; ++nl)
                                  ;
                              if (nl > l) {
                                  l = nl, d = dif;
                                  // break out early when we reach "nice" (we are satisfied enough)
                                  if (nl > maxn)
                                      break;
                                  // now, find the rarest 2-byte sequence within this
                                  // length of literals and search for that instead.
                                  // Much faster than just using the start
                                  var mmd = Math.min(dif, nl - 2);
                                  var md = 0;
                                  for (var j = 0; j < mmd; ++j) {
                                      var ti = i - dif + j & 32767;
                                      var pti = prev[ti];
                                      var cd = ti - pti & 32767;
                                      if (cd > md)
                                          md = cd, pimod = ti;
                                  }
                              }
                          }
                          // check the previous match
                          imod = pimod, pimod = prev[imod];
                          dif += imod - pimod & 32767;
                      }
                  }
                  // d will be nonzero only when a match was found
                  if (d) {
                      // store both dist and len data in one int32
                      // Make sure this is recognized as a len/dist with 28th bit (2^28)
                      syms[li++] = 268435456 | (revfl[l] << 18) | revfd[d];
                      var lin = revfl[l] & 31, din = revfd[d] & 31;
                      eb += fleb[lin] + fdeb[din];
                      ++lf[257 + lin];
                      ++df[din];
                      wi = i + l;
                      ++lc_1;
                  }
                  else {
                      syms[li++] = dat[i];
                      ++lf[dat[i]];
                  }
              }
          }
          for (i = Math.max(i, wi); i < s; ++i) {
              syms[li++] = dat[i];
              ++lf[dat[i]];
          }
          pos = wblk(dat, w, lst, syms, lf, df, eb, li, bs, i - bs, pos);
          if (!lst) {
              st.r = (pos & 7) | w[(pos / 8) | 0] << 3;
              // shft(pos) now 1 less if pos & 7 != 0
              pos -= 7;
              st.h = head, st.p = prev, st.i = i, st.w = wi;
          }
      }
      else {
          for (var i = st.w || 0; i < s + lst; i += 65535) {
              // end
              var e = i + 65535;
              if (e >= s) {
                  // write final block
                  w[(pos / 8) | 0] = lst;
                  e = s;
              }
              pos = wfblk(w, pos + 1, dat.subarray(i, e));
          }
          st.i = s;
      }
      return slc(o, 0, pre + shft(pos) + post);
  };
  // CRC32 table
  var crct = /*#__PURE__*/ (function () {
      var t = new Int32Array(256);
      for (var i = 0; i < 256; ++i) {
          var c = i, k = 9;
          while (--k)
              c = ((c & 1) && -306674912) ^ (c >>> 1);
          t[i] = c;
      }
      return t;
  })();
  // CRC32
  var crc = function () {
      var c = -1;
      return {
          p: function (d) {
              // closures have awful performance
              var cr = c;
              for (var i = 0; i < d.length; ++i)
                  cr = crct[(cr & 255) ^ d[i]] ^ (cr >>> 8);
              c = cr;
          },
          d: function () { return ~c; }
      };
  };
  // Adler32
  var adler = function () {
      var a = 1, b = 0;
      return {
          p: function (d) {
              // closures have awful performance
              var n = a, m = b;
              var l = d.length | 0;
              for (var i = 0; i != l;) {
                  var e = Math.min(i + 2655, l);
                  for (; i < e; ++i)
                      m += n += d[i];
                  n = (n & 65535) + 15 * (n >> 16), m = (m & 65535) + 15 * (m >> 16);
              }
              a = n, b = m;
          },
          d: function () {
              a %= 65521, b %= 65521;
              return (a & 255) << 24 | (a & 0xFF00) << 8 | (b & 255) << 8 | (b >> 8);
          }
      };
  };
  // deflate with opts
  var dopt = function (dat, opt, pre, post, st) {
      if (!st) {
          st = { l: 1 };
          if (opt.dictionary) {
              var dict = opt.dictionary.subarray(-32768);
              var newDat = new u8(dict.length + dat.length);
              newDat.set(dict);
              newDat.set(dat, dict.length);
              dat = newDat;
              st.w = dict.length;
          }
      }
      return dflt(dat, opt.level == null ? 6 : opt.level, opt.mem == null ? (st.l ? Math.ceil(Math.max(8, Math.min(13, Math.log(dat.length))) * 1.5) : 20) : (12 + opt.mem), pre, post, st);
  };
  // write bytes
  var wbytes = function (d, b, v) {
      for (; v; ++b)
          d[b] = v, v >>>= 8;
  };
  // gzip header
  var gzh = function (c, o) {
      var fn = o.filename;
      c[0] = 31, c[1] = 139, c[2] = 8, c[8] = o.level < 2 ? 4 : o.level == 9 ? 2 : 0, c[9] = 3; // assume Unix
      if (o.mtime != 0)
          wbytes(c, 4, Math.floor(new Date(o.mtime || Date.now()) / 1000));
      if (fn) {
          c[3] = 8;
          for (var i = 0; i <= fn.length; ++i)
              c[i + 10] = fn.charCodeAt(i);
      }
  };
  // gzip header length
  var gzhl = function (o) { return 10 + (o.filename ? o.filename.length + 1 : 0); };
  // zlib header
  var zlh = function (c, o) {
      var lv = o.level, fl = lv == 0 ? 0 : lv < 6 ? 1 : lv == 9 ? 3 : 2;
      c[0] = 120, c[1] = (fl << 6) | (o.dictionary && 32);
      c[1] |= 31 - ((c[0] << 8) | c[1]) % 31;
      if (o.dictionary) {
          var h = adler();
          h.p(o.dictionary);
          wbytes(c, 2, h.d());
      }
  };
  /**
   * Compresses data with DEFLATE without any wrapper
   * @param data The data to compress
   * @param opts The compression options
   * @returns The deflated version of the data
   */
  function deflateSync(data, opts) {
      return dopt(data, opts || {}, 0, 0);
  }
  /**
   * Compresses data with GZIP
   * @param data The data to compress
   * @param opts The compression options
   * @returns The gzipped version of the data
   */
  function gzipSync(data, opts) {
      if (!opts)
          opts = {};
      var c = crc(), l = data.length;
      c.p(data);
      var d = dopt(data, opts, gzhl(opts), 8), s = d.length;
      return gzh(d, opts), wbytes(d, s - 8, c.d()), wbytes(d, s - 4, l), d;
  }
  /**
   * Compress data with Zlib
   * @param data The data to compress
   * @param opts The compression options
   * @returns The zlib-compressed version of the data
   */
  function zlibSync(data, opts) {
      if (!opts)
          opts = {};
      var a = adler();
      a.p(data);
      var d = dopt(data, opts, opts.dictionary ? 6 : 2, 4);
      return zlh(d, opts), wbytes(d, d.length - 4, a.d()), d;
  }
  // text decoder
  var td = typeof TextDecoder != 'undefined' && /*#__PURE__*/ new TextDecoder();
  // text decoder stream
  var tds = 0;
  try {
      td.decode(et, { stream: true });
      tds = 1;
  }
  catch (e) { }

  const SLICE_BYTES = 8;
  const MIN_SLICED_BYTES = 128;
  let tables;
  function makeTables() {
    const made = new Int32Array(SLICE_BYTES * 256);
    for (let at = 0; at < made.length; at++) {
      let value = at < 256 ? at : made[at - 256];
      for (let bit = 0; bit < 8; bit++) value = value >>> 1 ^ (value & 1 ? 3988292384 : 0);
      made[at] = value;
    }
    return made;
  }
  const crc32 = (bytes, value = 0) => {
    const table = tables ??= makeTables();
    const { length } = bytes;
    let crc = ~value;
    let at = 0;
    if (length >= MIN_SLICED_BYTES) {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const four = (word, zeros) => table[(zeros + 3 << 8) + (word & 255)] ^ table[(zeros + 2 << 8) + (word >>> 8 & 255)] ^ table[(zeros + 1 << 8) + (word >>> 16 & 255)] ^ table[(zeros << 8) + (word >>> 24)];
      for (; at + SLICE_BYTES <= length; at += SLICE_BYTES) {
        crc = four(crc ^ view.getInt32(at, true), 4) ^ four(view.getInt32(at + 4, true), 0);
      }
    }
    while (at < length) crc = table[(crc ^ bytes[at++]) & 255] ^ crc >>> 8;
    return ~crc >>> 0;
  };
  const MODULUS = 65521;
  const REDUCTION_BYTES = 3850;
  const adler32 = (bytes, value = 1) => {
    let low = value & 65535;
    let high = value >>> 16;
    for (let at = 0; at < bytes.length; ) {
      for (const end = Math.min(at + REDUCTION_BYTES, bytes.length); at < end; at++) {
        low += bytes[at];
        high += low;
      }
      low %= MODULUS;
      high %= MODULUS;
    }
    return high * 65536 + low;
  };

  function corrupt(codec, problem, position, cause) {
    const isKnown = position !== void 0;
    const text = `receive: ${codec}: ${problem}${isKnown ? ` at byte ${position}` : ""}`;
    const details = { codec, ...isKnown && { position } };
    return new WsError("INVALID_MESSAGE", text, { details, cause });
  }
  function orSkip(onInvalid, run) {
    try {
      return run();
    } catch (error) {
      if (!WsError.is(error) || error.code !== "INVALID_MESSAGE") throw error;
      if ((typeof onInvalid === "function" ? onInvalid(error) : onInvalid) !== "skip") throw error;
      return void 0;
    }
  }

  const MIN_CHUNK_BYTES = 4096;
  class Output {
    constructor(codec, limit, checksum) {
      this.size = 0;
      /** Chunks of the collected bytes. All except the last one are full. */
      this.#chunks = [];
      /** Number of free bytes in the last chunk. */
      this.#free = 0;
      this.codec = codec;
      this.limit = limit;
      this.#checksum = checksum;
    }
    #checksum;
    #chunks;
    #free;
    /** Appends a copy of `bytes`. Throws `MESSAGE_TOO_BIG`. */
    add(bytes) {
      const { codec, limit } = this;
      this.size += bytes.length;
      if (this.size > limit) throw tooBig(codec, limit);
      this.sum = this.#checksum?.(bytes, this.sum);
      const last = this.#chunks.at(-1);
      const fitting = bytes.subarray(0, this.#free);
      last?.set(fitting, last.length - this.#free);
      this.#free -= fitting.length;
      const rest = bytes.subarray(fitting.length);
      if (rest.length === 0) return;
      const chunk = new Uint8Array(last ? Math.max(rest.length, MIN_CHUNK_BYTES) : rest.length);
      chunk.set(rest);
      this.#free = chunk.length - rest.length;
      this.#chunks.push(chunk);
    }
    /** Returns the collected bytes, which fill their whole buffer, and clears the output. */
    take() {
      const { size } = this;
      const chunks = this.#chunks;
      this.#chunks = [];
      this.#free = this.size = 0;
      return chunks[0]?.length === size ? chunks[0] : join(chunks, size);
    }
  }
  function tooBig(codec, limit) {
    return readLimitError(`receive: ${codec}`, limit, { codec });
  }
  function join(chunks, size) {
    const whole = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk.subarray(0, size - at), at);
      at += chunk.length;
    }
    return whole;
  }

  const MAX_BYTEWISE_COPY = 32;
  const EMPTY = /* @__PURE__ */ new Uint8Array();
  class BitReader {
    #input = EMPTY;
    /** Position of the latest piece in `#input`. */
    #offset = 0;
    /** Position of the next byte, and the unread bits of the bytes before it. */
    #at = 0;
    #bits = 0;
    #bitCount = 0;
    /** The values of the three fields above at the mark. */
    #markedAt = 0;
    #markedBits = 0;
    #markedBitCount = 0;
    /** Discards all input. */
    reset() {
      this.#input = EMPTY;
      this.#at = this.#bits = this.#bitCount = 0;
    }
    /** Appends the bytes of a piece from `at` on to the input. */
    feed(bytes, at) {
      const left = this.#input.length;
      this.#input = left ? join([this.#input, bytes.subarray(at)], left + bytes.length - at) : bytes;
      this.#at = left ? 0 : at;
      this.#offset = left && left - at;
    }
    /** Copies the unread bytes, so that no reference to the caller's piece remains. */
    release() {
      this.#input = this.#at < this.#input.length ? this.#input.slice(this.#at) : EMPTY;
    }
    /** Position in the latest piece of the byte with the next unread bit. */
    get position() {
      return Math.max(0, this.#at - (this.#bitCount + 7 >> 3) - this.#offset);
    }
    /** Remembers the position for {@link rewind}. */
    mark() {
      this.#markedAt = this.#at;
      this.#markedBits = this.#bits;
      this.#markedBitCount = this.#bitCount;
    }
    /** True if bits beyond the end of the input were read. */
    get isCutOff() {
      return this.#at - (this.#bitCount >> 3) > this.#input.length;
    }
    /** Returns to the mark. */
    rewind() {
      this.#at = this.#markedAt;
      this.#bits = this.#markedBits;
      this.#bitCount = this.#markedBitCount;
      this.#returnBytes();
    }
    /** Skips the remaining bits of a partly read byte. */
    align() {
      this.#drop(this.#bitCount & 7);
      this.#returnBytes();
    }
    /** Reads a number of up to 16 bits. */
    read(count) {
      this.#need(count);
      const value = this.#bits & (1 << count) - 1;
      this.#drop(count);
      return value;
    }
    /** Reads a symbol. Returns -1 if no code matches. */
    readSymbol(code) {
      if (this.#bitCount < 15) this.#need(15);
      const entry = code.find(this.#bits);
      const length = entry & 15 || 15;
      this.#bits >>>= length;
      this.#bitCount -= length;
      return entry ? entry >> 4 : -1;
    }
    /** Reads up to `size` bytes into `target`. The position must be aligned. Returns the number of bytes read. */
    readBytes(target, start, size) {
      const input = this.#input;
      const at = this.#at;
      const count = Math.min(size, input.length - at);
      if (count > MAX_BYTEWISE_COPY) target.set(input.subarray(at, at + count), start);
      else for (let i = 0; i < count; i++) target[start + i] = input[at + i];
      this.#at += count;
      return count;
    }
    /** Loads at least `count` bits into `#bits`. */
    #need(count) {
      let at = this.#at;
      let bitCount = this.#bitCount;
      for (; bitCount < count; bitCount += 8) {
        this.#bits |= this.#input[at++] << bitCount;
      }
      this.#at = at;
      this.#bitCount = bitCount;
    }
    #drop(count) {
      this.#bits >>>= count;
      this.#bitCount -= count;
    }
    /** Returns whole unread bytes from `#bits` to the input. */
    #returnBytes() {
      this.#at -= this.#bitCount >> 3;
      this.#bitCount &= 7;
      this.#bits &= (1 << this.#bitCount) - 1;
    }
  }

  const MAX_BITS = 15;
  const FAST_BITS = 9;
  const MAX_SYMBOLS = 288;
  class HuffmanCode {
    /** Results of {@link find}, indexed by the next bits of the input; 0 if there is no code, or a longer one. */
    #fast = new Uint16Array(1 << FAST_BITS);
    #mask = 0;
    /** The number of codes of each length, and the symbols in the order of their codes. */
    #counts = new Uint16Array(MAX_BITS + 1);
    #symbols = new Uint16Array(MAX_SYMBOLS);
    /** Used by `build`: the index in `#symbols` of the next symbol, by the length of its code. */
    #next = new Uint16Array(MAX_BITS + 2);
    /**
     * Builds the code from the length of each symbol's code, 0 for a symbol without a code. Returns false for the
     * lengths that zlib rejects: those of an over-subscribed code, and those of an incomplete code. Two incomplete
     * codes are allowed: an empty one and, if `mayBeSingle` is true, a single code of one bit.
     */
    build(lengths, mayBeSingle = true) {
      const counts = this.#counts.fill(0);
      for (const length of lengths) counts[length] = counts[length] + 1;
      counts[0] = 0;
      const next = this.#next.fill(0);
      let free = 1;
      let longest = 0;
      for (let length = 1; length <= MAX_BITS; length++) {
        const count = counts[length];
        next[length + 1] = next[length] + count;
        if (count) longest = length;
        free = free * 2 - count;
        if (free < 0) return false;
      }
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        const length = lengths[symbol];
        if (length) {
          const index = next[length];
          this.#symbols[index] = symbol;
          next[length] = index + 1;
        }
      }
      this.#fillFast(longest);
      return free === 0 || longest <= (mayBeSingle ? 1 : 0);
    }
    /** Fills the lookup table. */
    #fillFast(longest) {
      const size = 1 << Math.min(longest, FAST_BITS);
      const fast = this.#fast.fill(0, 0, size);
      this.#mask = size - 1;
      let code = 0;
      let index = 0;
      for (let length = 1; 1 << length <= size; length++) {
        for (let left = this.#counts[length]; left > 0; left--) {
          const entry = this.#symbols[index++] << 4 | length;
          for (let at = code; at < size; at += 1 << length) fast[at] = entry;
          let bit = 1 << length - 1;
          for (; code & bit; bit >>= 1) code ^= bit;
          code |= bit;
        }
      }
    }
    /** Finds the code at the start of the next 15 bits. Returns `symbol << 4 | length`, or 0 if there is none. */
    find(bits) {
      return this.#fast[bits & this.#mask] || this.#findLong(bits);
    }
    /** Compares the code read so far with the range of codes of each length, like Mark Adler's puff. */
    #findLong(bits) {
      let code = 0;
      let index = 0;
      for (let length = 1; length <= MAX_BITS; length++) {
        const count = this.#counts[length];
        code += bits >> length - 1 & 1;
        if (code < count) return this.#symbols[index + code] << 4 | length;
        index += count;
        code = (code - count) * 2;
      }
      return 0;
    }
  }
  let fixedCodes;
  function getFixedCodes() {
    if (!fixedCodes) {
      const [literals, distances] = fixedCodes = [new HuffmanCode(), new HuffmanCode()];
      literals.build(new Uint8Array(MAX_SYMBOLS).fill(8).fill(9, 144, 256).fill(7, 256, 280));
      distances.build(new Uint8Array(32).fill(5));
    }
    return fixedCodes;
  }

  const WINDOW_BYTES$1 = 32768;
  const MAX_MATCH_BYTES = 258;
  const BUFFER_BYTES = 65536;
  const CODE_LENGTH_ORDER = [
    16,
    17,
    18,
    0,
    8,
    7,
    9,
    6,
    10,
    5,
    11,
    4,
    12,
    3,
    13,
    2,
    14,
    1,
    15
  ];
  class Inflater {
    constructor() {
      /** True if the stream has ended. */
      this.hasEnded = false;
      this.#reader = new BitReader();
      this.#isLastBlock = false;
      /** Bytes of the current stored block that are not copied yet. */
      this.#stored = 0;
      this.#ownCodes = [new HuffmanCode(), new HuffmanCode()];
      /**
       * State while the code lengths of a block are read: the number of all code lengths (0 when none are being read)
       * and of those of literals, the number read so far, the lengths, and the code that encodes them.
       */
      this.#lengthCount = 0;
      this.#literalCount = 0;
      this.#lengthsRead = 0;
      this.#lengths = new Uint8Array(320);
      this.#lengthCode = new HuffmanCode();
      this.#start = 0;
      this.#end = 0;
    }
    #reader;
    #isLastBlock;
    #stored;
    /** Codes of the current compressed block. */
    #codes;
    #ownCodes;
    #lengthCount;
    #literalCount;
    #lengthsRead;
    #lengths;
    #lengthCode;
    /** The window up to `#start`, then decoded data up to `#end`; allocated on first use. */
    #buffer;
    #start;
    #end;
    /** Prepares for another stream. */
    reset() {
      this.#reader.reset();
      this.hasEnded = this.#isLastBlock = false;
      this.#codes = void 0;
      this.#stored = this.#lengthCount = this.#start = this.#end = 0;
    }
    /**
     * Inflates `bytes` from `at` on. Returns the position after the end of the stream, or `bytes.length` if the
     * stream has not ended. Throws `INVALID_MESSAGE` or `MESSAGE_TOO_BIG`, after a reset.
     */
    feed(bytes, at, output) {
      const reader = this.#reader;
      reader.feed(bytes, at);
      const buffer = this.#buffer ??= new Uint8Array(BUFFER_BYTES);
      try {
        while (this.#readUnits(buffer, output)) ;
        this.#flush(buffer, output);
      } catch (error) {
        this.reset();
        throw error;
      }
      if (this.hasEnded) {
        reader.align();
        const { position } = reader;
        reader.reset();
        return position;
      }
      reader.release();
      return bytes.length;
    }
    /** Reads units of one kind. Returns false at the end of the input or of the stream. */
    #readUnits(buffer, output) {
      this.#makeRoom(buffer, output);
      if (this.#stored) return this.#copyStored(buffer);
      if (this.#codes) return this.#decode(this.#codes, buffer, output.codec);
      if (this.#lengthCount) return this.#readLengths(output.codec);
      if (!this.#isLastBlock) return this.#readHeader(output.codec);
      this.hasEnded = true;
      return false;
    }
    /** Returns true, after a rewind, if the current unit is cut off. Otherwise throws if there is a problem. */
    #isCutOff(codec, problem) {
      const reader = this.#reader;
      const { isCutOff } = reader;
      if (isCutOff || problem) reader.rewind();
      if (problem && !isCutOff) throw corrupt(codec, problem, reader.position);
      return isCutOff;
    }
    /** Reads the header of a block, up to its code lengths. */
    #readHeader(codec) {
      const reader = this.#reader;
      reader.mark();
      const isLast = reader.read(1) > 0;
      const problem = this.#readBlock(reader.read(2));
      if (this.#isCutOff(codec, problem)) {
        this.#codes = void 0;
        this.#stored = this.#lengthCount = 0;
        return false;
      }
      this.#isLastBlock = isLast;
      const lengths = this.#lengthCount && this.#lengths.subarray(0, CODE_LENGTH_ORDER.length);
      if (lengths && !this.#lengthCode.build(lengths, false)) {
        throw corrupt(codec, "invalid code lengths set", reader.position);
      }
      return true;
    }
    /** Reads the rest of a block header, after the type. Returns the problem, if there is one. */
    #readBlock(type) {
      const reader = this.#reader;
      if (type === 3) return "invalid block type";
      if (type === 2) return this.#readCounts();
      if (type === 1) this.#codes = getFixedCodes();
      else {
        reader.align();
        this.#stored = reader.read(16);
        if (reader.read(16) !== (this.#stored ^ 65535)) return "invalid stored block lengths";
      }
      return void 0;
    }
    /**
     * Reads the header of a block with its own codes, up to the lengths of the code length code (RFC 1951 section
     * 3.2.7). Returns the problem, if there is one.
     */
    #readCounts() {
      const reader = this.#reader;
      this.#literalCount = reader.read(5) + 257;
      const distanceCount = reader.read(5) + 1;
      if (this.#literalCount > 286 || distanceCount > 30) return "too many symbols";
      const lengths = this.#lengths.fill(0);
      const size = reader.read(4) + 4;
      for (const symbol of CODE_LENGTH_ORDER.slice(0, size)) lengths[symbol] = reader.read(3);
      this.#lengthsRead = 0;
      this.#lengthCount = this.#literalCount + distanceCount;
      return void 0;
    }
    /** Reads code lengths and, after the last one, builds the codes. A unit is one length or a run of them. */
    #readLengths(codec) {
      const reader = this.#reader;
      const lengths = this.#lengths;
      while (this.#lengthsRead < this.#lengthCount) {
        reader.mark();
        const start = this.#lengthsRead;
        const symbol = reader.readSymbol(this.#lengthCode);
        let length = symbol;
        let end = start + 1;
        if (symbol > 15) {
          length = symbol > 16 ? 0 : lengths[start - 1];
          end = start + (symbol > 17 ? reader.read(7) + 11 : reader.read(symbol - 14) + 3);
        }
        const isBad = symbol < 0 || length === void 0 || end > this.#lengthCount;
        if (this.#isCutOff(codec, isBad ? "invalid code lengths" : void 0)) return false;
        lengths.fill(length, start, end);
        this.#lengthsRead = end;
      }
      const [literals, distances] = this.#codes = this.#ownCodes;
      const isComplete = (
        // Symbol 256, which ends the block, must have a code.
        lengths[256] && literals.build(lengths.subarray(0, this.#literalCount)) && distances.build(lengths.subarray(this.#literalCount, this.#lengthCount))
      );
      if (!isComplete) {
        throw corrupt(codec, "invalid literal/length or distance codes", reader.position);
      }
      this.#lengthCount = 0;
      return true;
    }
    /** Copies bytes of a stored block. Returns false at the end of the input. */
    #copyStored(buffer) {
      const size = Math.min(this.#stored, BUFFER_BYTES - this.#end);
      const copied = this.#reader.readBytes(buffer, this.#end, size);
      this.#end += copied;
      this.#stored -= copied;
      return copied > 0;
    }
    /** Decodes symbols up to the end of the block, the input or the buffer. Returns false if the input ended. */
    #decode([literals, distances], buffer, codec) {
      const reader = this.#reader;
      let end = this.#end;
      while (this.#codes && end <= BUFFER_BYTES - MAX_MATCH_BYTES) {
        reader.mark();
        const symbol = reader.readSymbol(literals);
        let size = 0;
        let distance = 0;
        if (symbol > 256) {
          size = this.#readLength(symbol - 257);
          distance = this.#readDistance(reader.readSymbol(distances));
        }
        const problem = distance > end ? "invalid distance" : symbol < 0 || symbol > 285 ? "invalid literal or length" : void 0;
        if ((problem || reader.isCutOff) && this.#isCutOff(codec, problem)) {
          this.#end = end;
          return false;
        }
        if (symbol < 256) buffer[end++] = symbol;
        else if (symbol === 256) this.#codes = void 0;
        else end = copyMatch(buffer, end, size, distance);
      }
      this.#end = end;
      return true;
    }
    /** Reads the extra bits of a length code. Computes the values that RFC 1951 section 3.2.5 lists. */
    #readLength(code) {
      if (code < 8) return code + 3;
      if (code === 28) return MAX_MATCH_BYTES;
      const extra = (code >> 2) - 1;
      return ((4 | code & 3) << extra) + this.#reader.read(extra) + 3;
    }
    /** Reads the extra bits of a distance code. */
    #readDistance(code) {
      if (code < 0 || code > 29) return BUFFER_BYTES + 1;
      if (code < 4) return code + 1;
      const extra = (code >> 1) - 1;
      return ((2 | code & 1) << extra) + this.#reader.read(extra) + 1;
    }
    /** Makes room for the longest match: flushes the buffer and keeps only the window. */
    #makeRoom(buffer, output) {
      if (this.#end <= BUFFER_BYTES - MAX_MATCH_BYTES) return;
      this.#flush(buffer, output);
      buffer.copyWithin(0, this.#end - WINDOW_BYTES$1, this.#end);
      this.#start = this.#end = WINDOW_BYTES$1;
    }
    /** Passes decoded data to the output. */
    #flush(buffer, output) {
      if (this.#end > this.#start) output.add(buffer.subarray(this.#start, this.#end));
      this.#start = this.#end;
    }
  }
  function copyMatch(buffer, at, size, distance) {
    const from = at - distance;
    const end = at + size;
    if (distance === 1) {
      buffer.fill(buffer[from], at, end);
      return end;
    }
    while (end - at > MAX_BYTEWISE_COPY) {
      const step = Math.min(at - from, end - at);
      buffer.copyWithin(at, from, from + step);
      at += step;
    }
    for (; at < end; at++) buffer[at] = buffer[at - distance];
    return end;
  }

  let inflater;
  function unpack(format, bytes, limit) {
    const { name, checksum, isConcatenable } = format;
    const output = new Output(name, limit, checksum);
    inflater ??= new Inflater();
    let at = 0;
    do {
      const { size } = output;
      output.sum = void 0;
      at = format.readHeader(bytes, at);
      inflater.reset();
      at = inflater.feed(bytes, at, output);
      if (!inflater.hasEnded) throw cutShort(name, bytes);
      at = format.readTrailer(bytes, at, output.size - size, output.sum);
    } while (isConcatenable && at < bytes.length);
    if (at < bytes.length) throw corrupt(name, "data after the end", at);
    return output.take();
  }
  const cutShort = (name, { length }) => corrupt(name, "cut short", length);
  function readUint32(name, bytes, at, littleEndian) {
    if (at + 4 > bytes.length) throw cutShort(name, bytes);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, littleEndian);
  }
  const GZIP = {
    name: "gzip",
    checksum: crc32,
    isConcatenable: true,
    readHeader(bytes, start) {
      const flags = bytes[start + 3] ?? 0;
      const isGzip = bytes[start] === 31 && bytes[start + 1] === 139 && bytes[start + 2] === 8;
      if (!isGzip || flags & 224) {
        throw corrupt("gzip", "not gzip", start);
      }
      let at = start + 10;
      if (flags & 4) at += 2 + ((bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8);
      for (const flag of [8, 16]) {
        if (flags & flag) at = bytes.indexOf(0, at) + 1 || Infinity;
      }
      if (flags & 2) at += 2;
      if (at > bytes.length) throw cutShort("gzip", bytes);
      return at;
    },
    readTrailer(bytes, at, size, sum = 0) {
      if (readUint32("gzip", bytes, at, true) !== sum) throw corrupt("gzip", "wrong CRC-32", at);
      if (readUint32("gzip", bytes, at + 4, true) !== size) {
        throw corrupt("gzip", "wrong length", at + 4);
      }
      return at + 8;
    }
  };
  const FDICT = 32;
  function isZlib(method, flags) {
    return (method & 15) === 8 && method >> 4 <= 7 && (method << 8 | flags) % 31 === 0;
  }
  function readZlibHeader(codec, bytes, at) {
    const [method = 0, flags = 0] = bytes.subarray(at);
    if (!isZlib(method, flags)) throw corrupt(codec, "not zlib", at);
    if (flags & FDICT) throw corrupt(codec, "needs a dictionary", at);
    return at + 2;
  }
  const ZLIB = {
    name: "zlib",
    checksum: adler32,
    readHeader: (bytes, at) => readZlibHeader("zlib", bytes, at),
    readTrailer(bytes, at, _, sum = 1) {
      if (readUint32("zlib", bytes, at, false) !== sum) throw corrupt("zlib", "wrong Adler-32", at);
      return at + 4;
    }
  };
  const DEFLATE_RAW = {
    name: "deflateRaw",
    readHeader: (_, at) => at,
    readTrailer: (_, at) => at
  };

  let utf8;
  function toText(codec, bytes) {
    utf8 ??= new (platformClass("TextDecoder"))("utf-8", { fatal: true, ignoreBOM: true });
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw corrupt(codec, "not UTF-8", void 0, cause);
    }
  }
  function toMessage$1(codec, type, bytes) {
    if (type === "binary") return { type, data: bytes };
    return { type: "text", data: toText(codec, bytes) };
  }

  const TYPE = /* @__PURE__ */ oneOf("text", "binary");
  const ON_INVALID = /* @__PURE__ */ must(
    (value) => value === "close" || value === "skip" || typeof value === "function",
    "close, skip or a function"
  );

  function inflating(name, { type, onInvalid }, newChoice, unpackAtOnce) {
    return {
      name,
      decoder(readLimit) {
        const choose = newChoice();
        return (message, emit) => {
          const decoded = orSkip(onInvalid, () => {
            if (message.type === "text") return message;
            const format = choose(message.data);
            const bytes = format ? unpackAtOnce?.(format, message.data, readLimit) ?? unpack(format, message.data, readLimit) : message.data;
            return toMessage$1(name, type, bytes);
          });
          if (decoded) emit(decoded, payloadMemory(decoded.data));
        };
      }
    };
  }
  const PARSERS$7 = { type: TYPE, onInvalid: ON_INVALID };
  function bindInflating(format, unpackAtOnce) {
    const { name } = format;
    const make = (given = {}) => inflating(name, parseBy(PARSERS$7, given, name), () => () => format, unpackAtOnce);
    return make;
  }

  const detect = ([first = 0, second = 0]) => {
    if (first === 31 && second === 139) return GZIP;
    return isZlib(first, second) && !(second & FDICT) ? ZLIB : void 0;
  };
  function detectOnce() {
    let format = null;
    return (bytes) => format === null ? format = detect(bytes) : format;
  }
  const PARSERS$6 = {
    type: TYPE,
    onInvalid: ON_INVALID,
    pin: /* @__PURE__ */ oneOf(true, false)
  };
  function bindAuto(unpackAtOnce) {
    const make = (given = {}) => {
      const { pin, ...options } = parseBy(PARSERS$6, given, "auto");
      return inflating("auto", options, pin === false ? () => detect : detectOnce, unpackAtOnce);
    };
    return make;
  }

  const PARSERS$5 = {
    type: TYPE,
    onInvalid: ON_INVALID,
    threshold: /* @__PURE__ */ integer(0, 104857600),
    level: /* @__PURE__ */ integer(0, 9)
  };
  function bindDeflating(format, deflate, unpackAtOnce) {
    const { name } = format;
    const make = (given = {}) => {
      const options = parseBy(PARSERS$5, given, name);
      const { threshold = 1024, level = 6 } = options;
      return {
        ...inflating(name, options, () => () => format, unpackAtOnce),
        encode(value, type) {
          const isString = typeof value === "string";
          const bytes = isString ? new (platformClass("TextEncoder"))().encode(value) : toBytes(value);
          const isText = type ? type === TEXT : isString;
          if (isText && !isString) toText(name, bytes);
          return isText && bytes.length < threshold ? value : deflate(bytes, level);
        }
      };
    };
    return make;
  }

  function compose(outer, inner) {
    return {
      name: `${outer.name}+${inner.name}`,
      decoder(readLimit) {
        const decodeOuter = outer.decoder(readLimit);
        const decodeInner = inner.decoder(readLimit);
        return (message, emit) => {
          decodeOuter(message, (decoded) => decodeInner(decoded, emit));
        };
      },
      encode(value, type) {
        const data = inner.encode?.(value, type) ?? value;
        return outer.encode?.(data, data === value ? type : void 0) ?? data;
      }
    };
  }

  const NAME = "json";
  const PARSERS$4 = {
    onInvalid: ON_INVALID,
    schema: /* @__PURE__ */ must(
      (value) => typeof value?.["~standard"]?.validate === "function",
      "a schema that implements Standard Schema"
    )
  };
  function json(options = {}) {
    const { schema, onInvalid } = parseBy(PARSERS$4, options, NAME);
    return {
      name: NAME,
      decoder: () => (message, emit) => {
        const decoded = orSkip(onInvalid, () => {
          const value = parse(message.type === "text" ? message.data : toText(NAME, message.data));
          return { value: schema ? validate(schema, value) : value };
        });
        if (decoded) emit(decoded.value, payloadMemory(message.data));
      },
      encode(value) {
        const text = JSON.stringify(value);
        if (text === void 0) throw new TypeError("not representable in JSON");
        return text;
      }
    };
  }
  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      throw corrupt(NAME, `text of ${text.length} characters is not JSON`);
    }
  }
  function validate(schema, value) {
    const result = schema["~standard"].validate(value);
    if ("then" in result) {
      result.then(void 0, () => {
      });
      throw new WsError("UNSUPPORTED", "receive: json: the schema is asynchronous");
    }
    if (!result.issues) return result.value;
    const path = result.issues[0]?.path?.map(
      (part) => String(typeof part === "object" ? part.key : part)
    );
    const problem = `does not match its schema${path?.length ? `, at ${path.join(".")}` : ""}`;
    throw corrupt(NAME, problem, void 0, result.issues);
  }

  const SYNC_FLUSH_MARKER = 65535;
  const HEADER_BYTES = 2;
  const TRAILER_BYTES = 4;
  class StreamReader {
    constructor(name, isZlib, limit) {
      /** True if the last message ended with a sync flush or completed the stream. */
      this.isFlushed = false;
      this.#inflater = new Inflater();
      /** The bytes of header and trailer that have arrived. */
      this.#wrapper = [];
      /** The last four bytes of the input. */
      this.#last = -1;
      this.#name = name;
      this.#isZlib = isZlib;
      this.output = new Output(name, limit, isZlib ? adler32 : void 0);
    }
    #name;
    #isZlib;
    #inflater;
    #wrapper;
    #last;
    read(bytes) {
      const wasOver = this.#inflater.hasEnded;
      const body = this.#readHeader(bytes);
      const end = this.#inflater.feed(bytes, body, this.output);
      const isOver = this.#inflater.hasEnded;
      const rest = isOver ? this.#readTrailer(bytes, end) : end;
      if (rest < bytes.length) throw corrupt(this.#name, "data after the end", rest);
      for (const byte of bytes.subarray(-4)) this.#last = this.#last << 8 | byte;
      this.isFlushed = isOver ? !wasOver : bytes.length > 0 && this.#last === SYNC_FLUSH_MARKER;
    }
    #readHeader(bytes) {
      const at = this.#readWrapper(bytes, 0, HEADER_BYTES);
      if (at > 0 && this.#wrapper.length === HEADER_BYTES) {
        readZlibHeader(this.#name, Uint8Array.from(this.#wrapper), 0);
      }
      return at;
    }
    #readTrailer(bytes, start) {
      const at = this.#readWrapper(bytes, start, HEADER_BYTES + TRAILER_BYTES);
      if (at > start && this.#wrapper.length === HEADER_BYTES + TRAILER_BYTES) {
        const sum = this.#wrapper.slice(HEADER_BYTES).reduce((sum2, byte) => sum2 * 256 + byte);
        if (sum !== (this.output.sum ?? 1)) throw corrupt(this.#name, "wrong Adler-32", start);
      }
      return at;
    }
    /** Appends input to `#wrapper` until that has `size` bytes. Returns the position after the bytes read. */
    #readWrapper(bytes, start, size) {
      let at = start;
      while (this.#isZlib && this.#wrapper.length < size && at < bytes.length) {
        this.#wrapper.push(bytes[at++]);
      }
      return at;
    }
  }
  const PARSERS$3 = { type: TYPE, boundary: /* @__PURE__ */ oneOf("flush", "message") };
  function bindStream(name, isZlib) {
    const make = (given = {}) => {
      const { type, boundary } = parseBy(PARSERS$3, given, name);
      return {
        name,
        decoder(readLimit) {
          const reader = new StreamReader(name, isZlib, readLimit);
          return (message, emit) => {
            let decoded = message;
            if (message.type === "binary") {
              reader.read(message.data);
              if (!reader.isFlushed && boundary !== "message") return;
              decoded = toMessage$1(name, type, reader.output.take());
            }
            emit(decoded, payloadMemory(decoded.data));
          };
        }
      };
    };
    return make;
  }
  const zlibStream = /* @__PURE__ */ bindStream("zlibStream", true);
  const deflateStream = /* @__PURE__ */ bindStream(
    "deflateStream",
    false
  );

  const toGzip = (bytes, level) => gzipSync(bytes, { level, mtime: 0 });
  const toZlib = (bytes, level) => zlibSync(bytes, { level });
  const toDeflateRaw = (bytes, level) => deflateSync(bytes, { level });
  const gunzip = /* @__PURE__ */ bindInflating(GZIP);
  const unzlib = /* @__PURE__ */ bindInflating(ZLIB);
  const inflateRaw = /* @__PURE__ */ bindInflating(DEFLATE_RAW);
  const auto = /* @__PURE__ */ bindAuto();
  const gzip = /* @__PURE__ */ bindDeflating(GZIP, toGzip);
  const zlib = /* @__PURE__ */ bindDeflating(ZLIB, toZlib);
  const deflateRaw = /* @__PURE__ */ bindDeflating(DEFLATE_RAW, toDeflateRaw);

  var browser$3 = /*#__PURE__*/Object.freeze({
    __proto__: null,
    auto: auto,
    compose: compose,
    deflateRaw: deflateRaw,
    deflateStream: deflateStream,
    gunzip: gunzip,
    gzip: gzip,
    inflateRaw: inflateRaw,
    json: json,
    unzlib: unzlib,
    zlib: zlib,
    zlibStream: zlibStream
  });

  function contextOf(context, create) {
    return context instanceof Context ? context : create();
  }
  const contextParser = /* @__PURE__ */ must(
    (value) => value instanceof Context,
    "a Context"
  );

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

  const syntaxError = (text) => new DOMException(text, "SyntaxError");
  function requireArgument(count, what) {
    if (count === 0) throw new TypeError(`${what}: an argument is missing`);
  }
  function asSyntaxError(parse, code = "INVALID_URL") {
    try {
      return parse();
    } catch (error) {
      throw WsError.is(error) && error.code === code ? syntaxError(error.message) : error;
    }
  }
  function rejectOptions(where, options, names) {
    object(options, `${where}: options`);
    for (const [name, value] of Object.entries(options)) {
      if (value !== void 0 && names.includes(name)) {
        throw invalid(`${where}: option ${name}`, "left out", value);
      }
    }
  }
  function toProtocols(value) {
    const isList = typeof value === "object" && value !== null && Symbol.iterator in value;
    const list = (isList ? [...value] : [value]).map(toDomString);
    asSyntaxError(() => PARSERS$9.protocols(list, "WebSocket: protocols"), "INVALID_OPTION");
    return list;
  }
  function isBlob(data) {
    const isNamed = typeof data === "object" && ["Blob", "File"].includes(tagOf(data));
    return isNamed && typeof data.size === "number";
  }
  function toSendable(data) {
    if (typeof data === "string" || isBlob(data)) return data;
    const buffer = ArrayBuffer.isView(data) ? data.buffer : data;
    const isBuffer = tagOf(buffer) === "ArrayBuffer";
    if (!isBuffer && buffer === data) return toDomString(data);
    if (!isBuffer || buffer.resizable) {
      throw new TypeError("send: the buffer is shared or resizable; copy the bytes");
    }
    const bytes = data;
    return bytes.byteLength === 0 ? new Uint8Array() : toBytes(bytes);
  }
  function toDomString(value) {
    return "".concat(value);
  }
  function tagOf(value) {
    return Object.prototype.toString.call(value).slice(8, -1);
  }
  function toBinaryType(value) {
    const text = toDomString(value);
    return text === "blob" || text === "arraybuffer" ? text : void 0;
  }
  function sizeOf$1(data) {
    return isBlob(data) ? data.size : payloadSize(data);
  }
  function toCloseArguments(code, reason = "") {
    const number = code === void 0 ? void 0 : clamp(code);
    if (number !== void 0 && number !== NORMAL && !(number >= 3e3 && number <= 4999)) {
      throw new DOMException(
        `close: code ${number} is neither 1000 nor 3000-4999`,
        "InvalidAccessError"
      );
    }
    const text = toDomString(reason);
    const size = utf8Size(text);
    if (size > MAX_REASON_BYTES) {
      throw syntaxError(`close: reason of ${size} bytes exceeds ${MAX_REASON_BYTES} bytes`);
    }
    return { code: number, reason: text };
  }
  function clamp(value) {
    const clamped = Math.min(Math.max(value, 0), 65535) || 0;
    const rounded = Math.round(clamped);
    return clamped % 1 === 0.5 ? rounded - rounded % 2 : rounded;
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

  function deliverTo(receiving, inbox, limit) {
    const { own } = receiving;
    own.onPressure = void 0;
    for (let refused; own.size > 0 && !refused; ) {
      const { bytes } = own;
      const value = own.take()?.value;
      refused = inbox.put(value, bytes - own.bytes, limit);
      receiving.checkLimit(refused);
    }
    receiving.inbox = inbox;
    inbox.onPressure = () => receiving.regulate();
    receiving.regulate();
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

  class EventInbox extends Inbox {
    #pass;
    constructor(pass) {
      super(1, Infinity);
      this.#pass = pass;
    }
    put(message) {
      this.#pass(message);
    }
  }

  const enqueue = /* @__PURE__ */ (() => {
    const { setImmediate } = globalThis;
    return setImmediate ?? microtask;
  })();

  const NO_CLOSE_FRAME = { code: ABNORMAL_CLOSURE, reason: "", wasClean: false };
  function messageEvent(message, binaryType, origin) {
    return new MessageEvent("message", { data: dataOf(message, binaryType), origin });
  }
  function dataOf({ data }, binaryType) {
    if (typeof data === "string") return data;
    if (binaryType === "blob") return new Blob([data]);
    const { buffer, byteLength } = data;
    return buffer.byteLength === byteLength ? buffer : data.slice().buffer;
  }
  function errorEvent(error, close) {
    return Object.assign(new Event("error"), close, { error, message: error.message });
  }
  function endOf(connection) {
    const { end } = connection;
    const { clean: wasClean, by, error } = connection.info;
    const { code, reason } = end ?? NO_CLOSE_FRAME;
    const close = { code, reason: code === ABNORMAL_CLOSURE ? "" : reason, wasClean };
    return { close, error: by === "peer" ? void 0 : error };
  }

  class Outgoing {
    constructor(pass, onUnreadable) {
      /** Size of the data that waits for a `Blob`, in bytes. */
      this.bytes = 0;
      this.#pass = pass;
      this.#onUnreadable = onUnreadable;
    }
    #pass;
    #onUnreadable;
    /** Settles when nothing waits any more; `undefined` if nothing waits. Never rejects. */
    #idle;
    push(data) {
      if (!this.#idle && !isBlob(data)) {
        this.#pass(data);
        return;
      }
      const size = sizeOf$1(data);
      const copy = data instanceof Uint8Array ? data.slice() : data;
      const previous = this.#idle ?? DONE;
      this.bytes += size;
      const idle = this.#idle = previous.then(async () => {
        this.#pass(isBlob(copy) ? new Uint8Array(await copy.arrayBuffer()) : copy);
      }).catch(
        (cause) => this.#onUnreadable(new WsError("INVALID_MESSAGE", "send: cannot read the Blob", { cause }))
      ).then(() => {
        this.bytes -= size;
        if (this.#idle === idle) this.#idle = void 0;
      });
    }
    /**
     * Calls `run` when nothing waits any more, which may be now, or after `timeoutMs`, because the bytes of a `Blob` may
     * never arrive. May call it twice.
     */
    afterwards(timeoutMs, run) {
      if (!this.#idle) {
        run();
        return;
      }
      const stop = startTimer(timeoutMs, run);
      void this.#idle.then(stop).then(run);
    }
  }

  let isPlatformCalling;
  function platformCallsHandlers() {
    let isRead = false;
    const get = () => {
      isRead = true;
    };
    Object.defineProperty(new EventTarget(), "onprobe", { get }).dispatchEvent(new Event("probe"));
    return isRead;
  }
  class EventHandlers {
    #target;
    #handlers = /* @__PURE__ */ new Map();
    constructor(target) {
      this.#target = target;
    }
    get(type) {
      return this.#handlers.get(type)?.value ?? null;
    }
    /** Sets an attribute. An object that is not a function is kept, and not called; any other value is null. */
    set(type, value) {
      const handler = this.#handlers.get(type);
      if (Object(value) !== value) {
        if (handler) this.#target.removeEventListener(type, handler.listener);
        this.#handlers.delete(type);
      } else if (handler) handler.value = value;
      else {
        const added = {
          value,
          listener: (event) => this.#call(added.value, event)
        };
        this.#handlers.set(type, added);
        isPlatformCalling ??= platformCallsHandlers();
        if (!isPlatformCalling) this.#target.addEventListener(type, added.listener);
      }
    }
    /** Calls a handler. A result of `false` cancels the event (HTML, the event handler processing algorithm). */
    #call(handler, event) {
      if (typeof handler !== "function") return;
      const result = handler.call(this.#target, event);
      if (result === false) event.preventDefault();
    }
  }

  const CONNECTING = 0;
  const OPEN = 1;
  const CLOSING = 2;
  const CLOSED = 3;
  class SocketSession {
    /** @param closeEventClass The class of `close` events. */
    constructor(target, closeEventClass) {
      this.binaryType = "blob";
      this.state = CONNECTING;
      this.#target = target;
      this.#CloseEvent = closeEventClass;
      this.handlers = new EventHandlers(target);
    }
    #target;
    #CloseEvent;
    get readyState() {
      return this.state;
    }
    get protocol() {
      return this.connection?.protocol ?? "";
    }
    get extensions() {
      return this.connection?.extensions ?? "";
    }
    dispatch(event) {
      this.#target.dispatchEvent(event);
    }
    /** Dispatches a message, unless the socket is closing. Ends the connection if the event cannot be created. */
    dispatchMessage(message, origin) {
      if (this.state !== OPEN) return;
      try {
        this.dispatch(messageEvent(message, this.binaryType, origin));
      } catch (cause) {
        this.fail(new WsError("UNSUPPORTED", "receive: cannot create the event", { cause }));
      }
    }
    fail(error) {
      this.connection?.internals.fail(INTERNAL_ERROR$1, error);
    }
    end({ close, error }) {
      this.state = CLOSED;
      if (error) this.dispatch(errorEvent(error, close));
      this.dispatch(new this.#CloseEvent("close", close));
    }
  }

  class ReconnectingSession extends SocketSession {
    constructor(target, closeEventClass, options) {
      super(target, closeEventClass);
      this.shouldReconnect = true;
      /** The URL of the last connection. */
      this.url = "";
      /** The origin of `url`. */
      this.#origin = "";
      this.#outgoing = new Outgoing(
        (payload) => this.#send(payload),
        (error) => this.dispatch(errorEvent(error))
      );
      /** Number of failed attempts and lost connections since the last stable connection. */
      this.#retries = 0;
      /** True while an attempt has neither opened a connection nor failed. */
      this.#isAttempting = false;
      /** True in the turn in which the client was created: its first attempt has not dialled yet. */
      this.#isNew = false;
      this.#options = options;
      this.#outbox = new Outbox(options.queue, options.onLost, options.events);
      this.#start(options.autoStart);
      if (!options.autoStart) {
        this.shouldReconnect = false;
        this.state = CLOSED;
      }
    }
    #origin;
    #options;
    #outbox;
    #outgoing;
    #retries;
    /** The last status that was `open`. */
    #openStatus;
    #isAttempting;
    #isNew;
    /** The arguments of `close`, until `reconnect` is called. */
    #closeArguments;
    get retryCount() {
      return this.client.state.type === "open" && this.#isStable() ? 0 : this.#retries;
    }
    get bufferedAmount() {
      const unsent = this.connection?.bufferedAmount ?? 0;
      return this.#outgoing.bytes + this.#outbox.payloadBytes + unsent;
    }
    /** Sends data over the open connection, or as soon as there is one. */
    send(data) {
      this.#outgoing.push(data);
    }
    close(given) {
      if (!this.shouldReconnect) return;
      this.shouldReconnect = false;
      this.#closeArguments = given;
      if (this.state < CLOSING) this.state = CLOSING;
      const { client } = this;
      const { closeTimeout } = this.#options.dialOptions;
      this.#outgoing.afterwards(closeTimeout, () => closeClient(client, given));
    }
    reconnect(given) {
      const { code = NORMAL, reason } = this.#closeArguments ?? given;
      const { state, internals } = this.client;
      const isRetrying = state.type === "connecting" || state.type === "waiting";
      this.#retries = 0;
      if (this.shouldReconnect && isRetrying && !internals.signal.aborted) {
        if (!this.#isNew) internals.reconnect();
        return;
      }
      this.shouldReconnect = true;
      this.#closeArguments = void 0;
      const end = this.#endBy({ code, reason });
      closeClient(this.client, { code, reason });
      enqueue(() => {
        if (end) this.end(end);
        this.state = CONNECTING;
      });
      this.#start();
    }
    /** Returns the end of the connection or attempt, when this side replaces it; `undefined` if there is none. */
    #endBy({ code = NORMAL, reason }) {
      const { connection, client } = this;
      if (connection?.state === "closed") return endOf(connection.internals);
      if (connection) return { close: { code, reason, wasClean: false } };
      const error = errorOf$1(client.state);
      return this.#isAttempting ? { close: NO_CLOSE_FRAME, error } : void 0;
    }
    #start(autoStart = true) {
      const isCurrent = () => this.client === client;
      const onMessage = (message) => enqueue(() => {
        if (isCurrent()) this.dispatchMessage(message, this.#origin);
      });
      const client = new ReconnectingClient({
        ...this.#options,
        autoStart,
        inbox: new EventInbox(onMessage),
        outbox: this.#outbox,
        onReplaced: (connection) => enqueue(() => {
          if (isCurrent()) this.#use(connection);
        }),
        resumed: this.url !== ""
      });
      this.client = client;
      this.#openStatus = void 0;
      this.#isNew = true;
      enqueue(() => {
        this.#isNew = false;
        this.#isAttempting = autoStart;
      });
      client.internals.status.onChange((status) => {
        const { connection } = client;
        if (isCurrent()) this.#count(status);
        enqueue(() => {
          if (isCurrent()) this.#onStatus(status, connection);
        });
      });
    }
    /** Counts failed attempts and lost connections. */
    #count(status) {
      if (status.type === "open") this.#openStatus = status;
      if (status.type !== "waiting") return;
      this.#retries = this.#isStable() ? 1 : this.#retries + 1;
      this.#openStatus = void 0;
    }
    #isStable() {
      return (this.#openStatus?.duration ?? 0) >= this.#options.stableAfter;
    }
    #onStatus(status, connection) {
      if (status.type === "connecting") {
        if (this.connection) this.end(endOf(this.connection.internals));
        else if (this.#isAttempting) this.end({ close: NO_CLOSE_FRAME });
        if (!this.shouldReconnect) return;
        this.#isAttempting = true;
        this.state = CONNECTING;
      } else if (status.type === "open") {
        if (!this.#isAttempting) return;
        this.#use(connection);
        this.#isAttempting = false;
        if (!this.shouldReconnect) return;
        this.state = OPEN;
        this.dispatch(new Event("open"));
      } else {
        if (status.type === "closed") this.shouldReconnect = false;
        if (this.connection) this.end(endOf(this.connection.internals));
        else if (this.#isAttempting) this.end({ close: NO_CLOSE_FRAME, error: errorOf$1(status) });
        else this.state = CLOSED;
      }
    }
    #use(connection) {
      this.connection = connection;
      this.url = connection.url;
      this.#origin = new URL(this.url).origin;
    }
    end(end) {
      this.connection = void 0;
      this.#isAttempting = false;
      super.end(end);
    }
    #send(payload) {
      this.client.internals.delivery.send(payload, {}).catch((cause) => {
        const error = cause;
        if (error.code === "CLOSED" || error.code === "ABORTED") return;
        this.dispatch(errorEvent(error));
      });
    }
  }
  function errorOf$1(status) {
    return "error" in status ? status.error : void 0;
  }
  function closeClient(client, { code = NORMAL, reason }) {
    client.internals.delivery.drainNow();
    void client.close(code, reason);
  }

  const ATTRIBUTES = [
    "url",
    "readyState",
    "bufferedAmount",
    "protocol",
    "extensions",
    "client"
  ];
  const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
  function eventTargetClass() {
    const { EventTarget: Class } = globalThis;
    return Class ?? missingEventTarget;
  }
  function missingEventTarget() {
    platformClass("EventTarget");
  }
  function makeEnumerable(prototype) {
    for (const key of Object.getOwnPropertyNames(prototype)) {
      if (key !== "constructor") Object.defineProperty(prototype, key, { enumerable: true });
    }
  }
  function defineInterface(Class, name, sessionOf, own = []) {
    const { prototype } = Class;
    for (const key of [...ATTRIBUTES, ...own]) {
      defineAccessors(prototype, {
        get [key]() {
          return sessionOf(this)[key];
        }
      });
    }
    defineAccessors(prototype, {
      get binaryType() {
        return sessionOf(this).binaryType;
      },
      set binaryType(value) {
        const session = sessionOf(this);
        session.binaryType = toBinaryType(value) ?? session.binaryType;
      }
    });
    for (const type of ["open", "message", "error", "close"]) {
      const key = `on${type}`;
      defineAccessors(prototype, {
        get [key]() {
          return sessionOf(this).handlers.get(type);
        },
        set [key](value) {
          sessionOf(this).handlers.set(type, value);
        }
      });
    }
    makeEnumerable(prototype);
    for (const [value, key] of STATES.entries()) {
      for (const owner of [Class, prototype]) {
        Object.defineProperty(owner, key, { value, enumerable: true });
      }
    }
    Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  }
  function defineAccessors(prototype, accessors) {
    Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(accessors));
  }

  const MAX_ATTEMPTS = 2147483647;
  function bindReconnectingWebSocket(createContext, closeEventClass) {
    class ReconnectingWebSocket extends eventTargetClass() {
      static {
        const own = ["retryCount", "shouldReconnect"];
        const sessionOf = (socket) => socket.#session;
        defineInterface(this, "ReconnectingWebSocket", sessionOf, own);
      }
      #session;
      constructor(url, ...[protocols, options = {}]) {
        super();
        requireArgument(arguments.length, "ReconnectingWebSocket");
        rejectOptions("ReconnectingWebSocket", options, ["codec", "marker", "discardIncoming"]);
        const { maxAttempts = MAX_ATTEMPTS } = options;
        const given = { ...options, ...protocolsOption(protocols), maxAttempts };
        const resolved = asSyntaxError(() => resolveOptions(url, given, createContext));
        const shouldRetry = retriesUnlessForbidden(resolved.shouldRetry);
        this.#session = new ReconnectingSession(this, closeEventClass(), {
          ...resolved,
          shouldRetry
        });
      }
      send(data) {
        requireArgument(arguments.length, "send");
        this.#session.send(toSendable(data));
      }
      close(...[code, reason]) {
        this.#session.close(toCloseArguments(code, reason));
      }
      reconnect(...[code, reason]) {
        this.#session.reconnect(toCloseArguments(code, reason));
      }
    }
    return ReconnectingWebSocket;
  }
  function retriesUnlessForbidden(shouldRetry) {
    return (error, attempt) => shouldRetry?.(error, attempt) ?? !error.code.endsWith("_FORBIDDEN");
  }
  function protocolsOption(protocols) {
    if (protocols === void 0 || protocols === null) return {};
    if (typeof protocols !== "function") return { protocols: toProtocols(protocols) };
    return { protocols: async (info) => await protocols(info) ?? void 0 };
  }

  class Backlog {
    #queue = new Queue(Infinity);
    #first;
    get size() {
      return this.#queue.size + (this.#first ? 1 : 0);
    }
    /** The oldest value; `undefined` if there is none. */
    get first() {
      return this.#first ??= this.#queue.take()?.value;
    }
    push(value) {
      this.#queue.push(value);
    }
    /** Removes and returns the oldest value. */
    shift() {
      const { first } = this;
      this.#first = void 0;
      return first;
    }
    clear() {
      this.#queue = new Queue(Infinity);
      this.#first = void 0;
    }
  }

  class BufferedAmount {
    #messages = new Backlog();
    #bytes = 0;
    /** Adds a message that the transport has accepted. `mark` is the value of `accepted` after it. */
    add(size, mark, flushed) {
      this.#forget(flushed);
      this.#messages.push({ size, mark });
      this.#bytes += size;
    }
    /** Returns the number of bytes that are not flushed. */
    bytes(flushed) {
      this.#forget(flushed);
      return this.#bytes;
    }
    #forget(flushed) {
      for (let first; (first = this.#messages.first) && first.mark <= flushed; ) {
        this.#bytes -= first.size;
        this.#messages.shift();
      }
    }
  }

  class Session extends SocketSession {
    #origin;
    #outgoing = new Outgoing(
      (payload) => this.#offer(payload),
      (error) => this.fail(error)
    );
    #controller = new AbortController();
    #unflushed = new BufferedAmount();
    /** Number of messages that have arrived and were not dispatched. */
    #waitingMessages = 0;
    /** Bytes sent in this turn of the event loop: the standard counts them as buffered until it ends. */
    #turnBytes = 0;
    /** Bytes that will never leave, because the connection is closing or has ended. */
    #discardedBytes = 0;
    /**
     * Dials.
     *
     * @param open Opens the connection. Rejects when its signal aborts.
     * @param outer Cancels the dial when it aborts.
     */
    constructor(target, closeEventClass, url, open, outer) {
      super(target, closeEventClass);
      this.url = url.href;
      this.#origin = url.origin;
      const abort = () => this.#controller.abort(outer?.reason);
      const stop = outer && onAbort(outer, abort);
      if (outer?.aborted) abort();
      open(this.#controller.signal).finally(stop).then(
        (client) => this.#onOpen(client),
        (error) => this.end({ close: NO_CLOSE_FRAME, error })
      );
    }
    get client() {
      return this.connection;
    }
    /**
     * The state as the standard has it: CLOSING after the close frame of the peer, once the messages before it have
     * been dispatched.
     */
    get readyState() {
      const isEnding = this.client?.state !== "open" && this.#waitingMessages === 0;
      return this.state === OPEN && isEnding ? CLOSING : this.state;
    }
    get bufferedAmount() {
      const flushed = this.client?.internals.transport.flushed ?? 0;
      const unsent = Math.max(this.#unflushed.bytes(flushed), this.#turnBytes);
      return this.#discardedBytes + this.#outgoing.bytes + unsent;
    }
    /** Sends data, or discards it if the connection is closing or has ended. Throws `InvalidStateError`. */
    send(data) {
      if (this.state === CONNECTING) {
        throw new DOMException("send: the connection is not open yet", "InvalidStateError");
      }
      if (this.state === OPEN) this.#outgoing.push(data);
      else this.#discardedBytes += sizeOf$1(data);
    }
    close({ code, reason }) {
      const wasOpen = this.state === OPEN;
      if (this.state < CLOSING) this.state = CLOSING;
      this.#controller.abort();
      if (!wasOpen) return;
      const frameCode = code ?? (reason ? NORMAL : NO_STATUS);
      const { internals } = this.client;
      this.#outgoing.afterwards(internals.options.closeTimeout, () => {
        if (this.client?.state === "open") internals.close(frameCode, reason);
      });
    }
    #onOpen(client) {
      if (this.state !== CONNECTING) client.terminate();
      else {
        this.state = OPEN;
        this.connection = client;
        this.dispatch(new Event("open"));
      }
      const { internals } = client;
      deliverTo(internals.receiving, new EventInbox((message) => this.#onMessage(message)));
      void client.closed.then(() => enqueue(() => this.end(endOf(internals))));
    }
    #onMessage(message) {
      this.#waitingMessages++;
      enqueue(() => {
        this.dispatchMessage(message, this.#origin);
        this.#waitingMessages--;
      });
    }
    #offer(payload) {
      const size = payloadSize(payload);
      const { internals } = this.client ?? {};
      if (!internals?.offer(payload)) {
        this.#discardedBytes += size;
        return;
      }
      const { accepted, flushed } = internals.transport;
      this.#unflushed.add(size, accepted, flushed);
      if (this.#turnBytes === 0) nextTurn(() => this.#turnBytes = 0);
      this.#turnBytes += size;
    }
  }

  const PARSERS$2 = { context: contextParser };
  function bindWebSocket(createContext, closeEventClass) {
    let shared;
    class WebSocket extends eventTargetClass() {
      static {
        defineInterface(this, "WebSocket", (socket) => socket.#session);
      }
      #session;
      constructor(url, ...[protocols, options = {}]) {
        super();
        requireArgument(arguments.length, "WebSocket");
        rejectOptions("WebSocket", options, ["codec"]);
        const context = contextOf(options.context, () => shared ??= createContext());
        const given = protocols === void 0 ? options : { ...options, protocols: toProtocols(protocols) };
        const text = toDomString(url);
        const prepared = asSyntaxError(() => context.prepare(text, given, PARSERS$2, "WebSocket"));
        const target = prepared.url;
        const open = (signal2) => prepared.open(target, prepared.options, { signal: signal2 });
        const { signal } = prepared.options;
        this.#session = new Session(this, closeEventClass(), target, open, signal);
      }
      send(data) {
        requireArgument(arguments.length, "send");
        this.#session.send(toSendable(data));
      }
      close(...[code, reason]) {
        this.#session.close(toCloseArguments(code, reason));
      }
    }
    return WebSocket;
  }
  function bindWebSocketClass(Base) {
    return (preset) => class WebSocket extends Base {
      constructor(...given) {
        const [url, protocols, options] = given;
        if (given.length > 0) given = [url, protocols, merge(preset, options)];
        super(...given);
      }
    };
  }
  function merge(preset, options = {}) {
    if (!isObject(preset) || !isObject(options)) return isObject(preset) ? options : preset;
    const given = Object.entries(options).filter(([, value]) => value !== void 0);
    return { ...preset, ...Object.fromEntries(given), ...mergeHeaders(preset, options) };
  }
  function mergeHeaders({ headers: preset }, { headers: given } = {}) {
    if (!preset || !given) return {};
    try {
      return { headers: { ...lowerCase$1(preset), ...lowerCase$1(given) } };
    } catch {
      return { headers: given };
    }
  }
  function lowerCase$1(headers) {
    const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
    return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
  }

  const closeEventClass = () => platformClass("CloseEvent");
  const WebSocket = /* @__PURE__ */ bindWebSocket(
    createContext,
    closeEventClass
  );
  const webSocketClass = /* @__PURE__ */ bindWebSocketClass(WebSocket);
  const ReconnectingWebSocket = /* @__PURE__ */ bindReconnectingWebSocket(createContext, closeEventClass);

  var browser$2 = /*#__PURE__*/Object.freeze({
    __proto__: null,
    ReconnectingWebSocket: ReconnectingWebSocket,
    WebSocket: WebSocket,
    webSocketClass: webSocketClass
  });

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
  const PARSERS$1 = {
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
      const parsed = parseBy(PARSERS$1, options, "subscribe");
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

  var browser$1 = /*#__PURE__*/Object.freeze({
    __proto__: null,
    createHub: createHub,
    jsonRpc: jsonRpc,
    rpcError: rpcError
  });

  function bindReconnecting(createContext) {
    const bound = (url, options = {}) => new ReconnectingClient(resolveOptions(url, options, createContext));
    return bound;
  }

  const reconnecting = /* @__PURE__ */ bindReconnecting(createContext);

  const RESERVED_HEADER = /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;
  const parseHeaders = (value, name) => {
    if (!isObject(value)) {
      const what = typeof value === "string" ? "a string" : show(value);
      throw invalidHeaders(name, `must be an object of strings, or Headers, not ${what}`);
    }
    const entries = typeof value[Symbol.iterator] === "function" ? [...value] : Object.entries(value);
    return parseEntries(entries, name);
  };
  function parseEntries(entries, option) {
    const headers = /* @__PURE__ */ new Map();
    const seen = /* @__PURE__ */ new Set();
    for (const [index, entry] of entries.entries()) {
      const pair = Array.isArray(entry) ? entry : [];
      const [name, value] = pair;
      if (!isToken(name)) {
        const problem = `the name of header ${index + 1} must be a token, not ${show(name)}`;
        throw invalidHeaders(option, problem);
      }
      if (RESERVED_HEADER.test(name)) {
        throw invalidHeaders(option, `the handshake sets ${name} itself: ${remedyFor(name)}`);
      }
      if (seen.has(name.toLowerCase())) throw invalidHeaders(option, `${name} is given twice`);
      if (!isFieldValue(value)) {
        throw invalidHeaders(option, `the value of ${name} must be a string of printable characters`);
      }
      seen.add(name.toLowerCase());
      headers.set(name, value);
    }
    return Object.fromEntries(headers);
  }
  function remedyFor(name) {
    return REMEDIES[name.toLowerCase()] ?? "leave it out";
  }
  const REMEDIES = {
    host: "put the host into the URL, and let option node.lookup return the address to dial",
    origin: "use option node.origin",
    "sec-websocket-extensions": "use option compression",
    "sec-websocket-protocol": "use option protocols"
  };
  function invalidHeaders(option, problem) {
    return new WsError("INVALID_OPTION", `${option}: ${problem}`);
  }

  const DEFAULT_PORTS = {
    http: 80,
    https: 443,
    socks4: 1080,
    socks4a: 1080,
    socks5: 1080,
    socks5h: 1080
  };
  function parseProxyUrl(value, name) {
    const url = typeof value === "string" ? toUrl(value) : void 0;
    const problem = url ? problemOf(url) : `is ${show(value)}, not a URL`;
    if (!url || problem !== void 0) {
      const example = `use a URL such as "http://proxy.example:8080"`;
      throw new WsError("INVALID_OPTION", `${name} ${problem}: ${example}`);
    }
    const scheme = url.protocol.slice(0, -1);
    return {
      scheme,
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port),
      username: url.username,
      password: url.password
    };
  }
  function toUrl(text) {
    try {
      return new URL(text);
    } catch {
      return void 0;
    }
  }
  function problemOf({ protocol, hostname, pathname, search, hash }) {
    const schemes = Object.keys(DEFAULT_PORTS);
    if (!schemes.includes(protocol.slice(0, -1))) {
      return `has a scheme other than ${schemes.join(", ")}`;
    }
    if (!/^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(hostname)) return "has no valid host";
    if (pathname.length > 1 || search || hash) return "has a path, a query or a fragment";
    return void 0;
  }

  const parseTls = (value, name) => {
    const given = pickKnown(name, value, Object.keys(Object(value)));
    for (const callback of ["checkServerIdentity", "pskCallback"]) {
      if (callback in given) callable(given[callback], `${name}.${callback}`);
    }
    return Object.freeze(given);
  };

  const parseProxy = (value, name) => {
    if (value === false || value === "env") return value;
    if (typeof value === "string") return Object.freeze({ url: checkUrl(value, name) });
    if (!isObject(value)) throw invalid(name, 'a URL, { url, headers, tls }, "env" or false', value);
    const { url, headers, tls } = pickKnown(name, value, ["url", "headers", "tls"]);
    const { scheme } = parseProxyUrl(url, `${name}.url`);
    if (headers !== void 0 && scheme.startsWith("socks")) {
      throw new WsError("INVALID_OPTION", `${name}.headers needs an http: or https: URL`);
    }
    if (tls !== void 0 && scheme !== "https") {
      throw new WsError("INVALID_OPTION", `${name}.tls needs an https: URL`);
    }
    return Object.freeze({
      url,
      ...headers !== void 0 && { headers: parseHeaders(headers, `${name}.headers`) },
      ...tls !== void 0 && { tls: parseTls(tls, `${name}.tls`) }
    });
  };
  function checkUrl(url, name) {
    parseProxyUrl(url, name);
    return url;
  }
  function checkProxy({ proxy, agent, tls }) {
    if (proxy === void 0) return;
    const other = agent ? "agent" : tls?.socket ? "tls.socket" : void 0;
    if (other === void 0) return;
    throw new WsError(
      "INVALID_OPTION",
      `connect: options node.proxy and node.${other} exclude each other, because both open the connection: omit one`
    );
  }

  const nodeParsers = {
    keepAlive(value, name) {
      const settings = parseKeepAlive(value, name);
      if (settings && settings.prefer === "message" && !settings.message) {
        throw invalid(`${name}.message`, 'a function with prefer: "message"', void 0);
      }
      return settings;
    },
    headers: parseHeaders,
    node(value, _name, base) {
      const options = {};
      const given = pickKnown("connect: option node", value, Object.keys(NODE_PARSERS));
      for (const [key, item] of Object.entries(given)) {
        options[key] = NODE_PARSERS[key](item, `connect: option node.${key}`);
      }
      checkProxy(options);
      const merged = { ...base, ...options };
      if (options.agent) delete merged.proxy;
      else if (options.proxy !== void 0) delete merged.agent;
      return merged;
    }
  };
  const string$1 = /* @__PURE__ */ must(
    (value) => isFieldValue(value) && value !== "",
    "a string of printable characters"
  );
  const NODE_PARSERS = {
    // Not copied, because a copy would not share the agent's pool of sockets.
    agent: /* @__PURE__ */ must(isObject, "an http.Agent or https.Agent"),
    tls: parseTls,
    proxy: parseProxy,
    lookup: callable,
    family: /* @__PURE__ */ oneOf(0, 4, 6),
    autoSelectFamily: /* @__PURE__ */ oneOf(false, true),
    autoSelectFamilyAttemptTimeout: duration,
    maxHeaderSize: /* @__PURE__ */ limit(1, 1048576),
    localAddress: string$1,
    origin: string$1,
    followRedirects: /* @__PURE__ */ oneOf(false, true),
    binaryViews: /* @__PURE__ */ oneOf(false, true),
    maxRedirects: /* @__PURE__ */ integer(0, 20)
  };

  const MAX_STATUS_TEXT_CHARS = 100;
  const HTTP_DATE = /^[A-Z][a-z]+, .+ GMT$/;
  const REDIRECT_STATUSES = [301, 302, 303, 307, 308];
  const STATUS_TRAITS = {
    401: { kind: "PERMISSION_DENIED", retryable: false },
    403: { kind: "PERMISSION_DENIED", retryable: false },
    404: { kind: "NOT_FOUND", retryable: false },
    408: { kind: "TIMEOUT", retryable: true },
    410: { kind: "NOT_FOUND", retryable: false },
    429: { kind: "RATE_LIMITED", retryable: true },
    501: { kind: "UNAVAILABLE", retryable: false },
    505: { kind: "UNAVAILABLE", retryable: false }
  };
  const SERVER_ERROR = { kind: "UNAVAILABLE", retryable: true };
  const UNEXPECTED_STATUS = { kind: "INTERNAL", retryable: false };
  function traitsOf(status) {
    const isServerError = status >= 500 && status < 600;
    return STATUS_TRAITS[status] ?? (isServerError ? SERVER_ERROR : UNEXPECTED_STATUS);
  }
  function refusalError(label, details) {
    const { status = 0, statusText = "" } = details;
    const answer = `${status} ${statusText.slice(0, MAX_STATUS_TEXT_CHARS)}`.trimEnd();
    const isRedirect = redirectLocation(details) !== void 0;
    const advice = isRedirect ? "; set node.followRedirects to follow redirects" : "";
    return new WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: the server responded with ${answer}${advice}`,
      { ...traitsOf(status), details }
    );
  }
  function parseRetryAfter(value) {
    if (value === void 0) return void 0;
    if (/^\d+$/.test(value)) return Math.min(Number(value) * 1e3, Number.MAX_SAFE_INTEGER);
    if (!HTTP_DATE.test(value)) return void 0;
    const date = Date.parse(value);
    return Number.isNaN(date) ? void 0 : Math.max(0, date - epoch());
  }
  function redirectLocation({ status = 0, headers }) {
    const location = headers?.location;
    const isRedirect = REDIRECT_STATUSES.includes(status) && typeof location === "string";
    return isRedirect ? location : void 0;
  }

  const activity = { count: 0 };

  function sizeOf(frame) {
    return frame.type === "message" ? payloadSize(frame.message.data) : 0;
  }
  function toMessage(data) {
    if (typeof data !== "string") return { type: "binary", data: new Uint8Array(data) };
    const text = data;
    return { type: "text", data: text.toWellFormed?.() ?? text };
  }

  const INSTANT = { latency: 0, jitter: 0, bandwidth: Infinity, cutAfter: Infinity };
  const PARSERS = {
    latency: duration,
    jitter: duration,
    bandwidth: /* @__PURE__ */ must((value) => typeof value === "number" && value > 0, "more than 0"),
    cutAfter: /* @__PURE__ */ must(
      (value) => typeof value === "number" && value >= 0,
      "a number of bytes"
    )
  };
  function parseLink(options) {
    if (typeof options !== "object") throw invalid("link", "an object", options);
    return { ...INSTANT, ...parseBy(PARSERS, options, "link") };
  }
  function delayOf({ latency, jitter }) {
    return latency + Math.random() * jitter;
  }

  const WINDOW_BYTES = 262144;
  const PART_BYTES = 16384;
  class Pipe {
    constructor(link, meter, events) {
      /** Bytes that wait at the sender. */
      this.queued = 0;
      /** Bytes that the kernel has accepted so far. */
      this.accepted = 0;
      /** True while a frame is partly received. */
      this.isReceiving = false;
      this.#frames = new Backlog();
      /** Bytes of the first frame that the kernel has accepted. */
      this.#firstAccepted = 0;
      /** Parts that are on the wire, and those that have arrived and were not read. */
      this.#parts = new Backlog();
      this.#bytesInWindow = 0;
      /** The time since which the wire has been busy with one bandwidth, and the bytes that it has sent since. */
      this.#busySince = 0;
      this.#busyBytes = 0;
      this.#bandwidth = Infinity;
      /** The time at which the last byte arrives. */
      this.#lastDue = 0;
      this.#isPaused = false;
      this.#isScheduled = false;
      this.#isClosed = false;
      this.#link = link;
      this.#meter = meter;
      this.#events = events;
    }
    #link;
    #events;
    #meter;
    #frames;
    #firstAccepted;
    #parts;
    #bytesInWindow;
    #busySince;
    #busyBytes;
    #bandwidth;
    #lastDue;
    #isPaused;
    #isScheduled;
    #stopTimer;
    #isClosed;
    send(frame) {
      if (this.#isClosed) return;
      this.#frames.push(frame);
      this.queued += sizeOf(frame);
      this.#fill();
    }
    /** Pauses or resumes the receiver. */
    setPaused(isPaused) {
      if (this.#isClosed) return;
      this.#isPaused = isPaused;
      this.#schedule();
    }
    /**
     * Discards the bytes that wait at the sender. Those on the wire still arrive, even if the receiver is paused, and the
     * end of TCP after them.
     */
    cut() {
      if (this.#isClosed) return;
      this.#frames.clear();
      this.#frames.push({ type: "end" });
      this.queued = this.#firstAccepted = 0;
      this.#isPaused = false;
      this.#bytesInWindow = 0;
      this.#isClosed = true;
      this.#fill();
    }
    /** Discards all bytes, and stops. Returns the number of messages that had not arrived. */
    discard() {
      let count = 0;
      const add = (frame) => {
        if (frame?.type === "message") count++;
      };
      for (let part; part = this.#parts.shift(); ) add(part.frame);
      for (let frame; frame = this.#frames.shift(); ) add(frame);
      this.close();
      return count;
    }
    /** Discards all bytes, and stops. */
    close() {
      this.#isClosed = true;
      this.#frames.clear();
      this.#parts.clear();
      this.queued = 0;
      this.#stopTimer?.();
    }
    /** Moves bytes from the sender to the kernel, as far as there is room. */
    #fill() {
      for (let frame; (frame = this.#frames.first) && this.#bytesInWindow < WINDOW_BYTES; ) {
        const rest = sizeOf(frame) - this.#firstAccepted;
        const bytes = Math.min(rest, PART_BYTES);
        const isLast = bytes === rest;
        if (frame.type !== "end" && !this.#meter.admit(bytes)) return;
        this.queued -= bytes;
        this.accepted += bytes;
        this.#firstAccepted = isLast ? 0 : this.#firstAccepted + bytes;
        if (isLast) this.#frames.shift();
        this.#transmit(bytes, isLast ? frame : void 0);
        if (isLast) this.#events.onFlushed(frame);
        if (frame.type !== "end") this.#meter.check();
      }
    }
    #transmit(bytes, frame) {
      const link = this.#link();
      const sentAt = this.#sendAt(bytes, link.bandwidth);
      this.#lastDue = Math.max(this.#lastDue, sentAt + delayOf(link));
      this.#bytesInWindow += bytes;
      this.#parts.push({ bytes, due: this.#lastDue, frame });
      this.#schedule();
    }
    /** Returns the time at which the wire has sent these bytes. It adds no rounding errors from part to part. */
    #sendAt(bytes, bandwidth) {
      const freeAt = this.#busySince + this.#busyBytes / this.#bandwidth * 1e3;
      if (freeAt <= now() || bandwidth !== this.#bandwidth) {
        this.#busySince = Math.max(freeAt, now());
        this.#busyBytes = 0;
        this.#bandwidth = bandwidth;
      }
      this.#busyBytes += bytes;
      return this.#busySince + this.#busyBytes / bandwidth * 1e3;
    }
    /** Makes sure that the next part is read when it arrives. */
    #schedule() {
      const part = this.#parts.first;
      if (!part || this.#isPaused || this.#isScheduled) return;
      this.#isScheduled = true;
      activity.count++;
      const run = () => {
        this.#isScheduled = false;
        this.#stopTimer = void 0;
        this.#read();
      };
      const delay = part.due - now();
      if (delay > 0) this.#stopTimer = startTimer(delay, run);
      else nextTurn(run);
    }
    /** Delivers the frames that have arrived. */
    #read() {
      activity.count++;
      for (let part; !this.#isPaused && (part = this.#parts.first) && part.due <= now(); ) {
        this.#parts.shift();
        this.#bytesInWindow = Math.max(0, this.#bytesInWindow - part.bytes);
        this.isReceiving = !part.frame;
        this.#events.onArrived(part.bytes);
        this.#fill();
        if (part.frame) this.#events.onFrame(part.frame);
        if (part.frame?.type === "accept") break;
      }
      this.#schedule();
    }
  }

  class Endpoint {
    constructor(isServer) {
      /** The messages and pings that the kernel has accepted so far. */
      this.flushed = 0;
      /** The bytes that have arrived so far. */
      this.received = 0;
      /** True if it answers neither pings nor close frames. */
      this.isSilent = false;
      this.isEnded = false;
      this.#isServer = isServer;
    }
    #isServer;
    #events;
    #onAccept;
    #out;
    #in;
    #other;
    /** Creates both sides of a connection. */
    static pair(link) {
      const client = new Endpoint(false);
      const server = new Endpoint(true);
      let passed = 0;
      const cut = () => {
        client.#out.cut();
        server.#out.cut();
      };
      const meter = {
        admit(bytes) {
          const isAdmitted = passed + bytes <= link().cutAfter;
          if (isAdmitted) passed += bytes;
          else cut();
          return isAdmitted;
        },
        check() {
          if (passed >= link().cutAfter) cut();
        }
      };
      const pipe = (from, to) => new Pipe(link, meter, {
        onFrame: (frame) => to.#receive(frame),
        onFlushed: (frame) => from.#onFlushed(frame),
        onArrived: (more) => to.#onArrived(more)
      });
      client.#out = server.#in = pipe(client, server);
      server.#out = client.#in = pipe(server, client);
      client.#other = server;
      server.#other = client;
      return { client, server };
    }
    /** Starts reporting to `events`. */
    attach(events) {
      this.#events = events;
    }
    /** Sends the response that opens the connection: the first frame of the server. */
    accept() {
      this.#out.send({ type: "accept" });
    }
    /** Calls `open` when the response arrives, and `fail` if TCP ends before. `open` must attach the client. */
    whenAccepted(open, fail) {
      this.#onAccept = open;
      const ignore = () => {
      };
      const events = { onMessage: ignore, onPong: ignore, onClose: ignore, onProgress: ignore };
      this.#events = { ...events, onEnd: fail };
    }
    /** Bytes that wait at this side. */
    get queued() {
      return this.#out.queued;
    }
    /** Bytes that the kernel of this side has accepted. */
    get sent() {
      return this.#out.accepted;
    }
    get isReceiving() {
      return this.#in.isReceiving;
    }
    /** True until a close frame was sent, or TCP has ended. */
    get isOpen() {
      return !this.sentClose && !this.isEnded;
    }
    send(message) {
      this.#out.send({ type: "message", message });
    }
    ping(id) {
      this.#out.send({ type: "ping", id });
    }
    /** Sends a close frame, unless one was sent. */
    close(body) {
      if (!this.isOpen) return;
      this.sentClose = body;
      this.#out.send({ type: "close", ...body });
      this.#endIfComplete();
    }
    setPaused(isPaused) {
      this.#in.setPaused(isPaused);
    }
    /** Ends TCP on this side at once. The other side ends after it has received the bytes that are on the wire. */
    cut() {
      this.#out.cut();
      this.#end();
    }
    /** Discards the messages that have not arrived on this side. Returns their number. Call `abort` after it. */
    discardIncoming() {
      return this.#in.discard();
    }
    /** Ends both sides at once, and discards the bytes that are on the wire. */
    abort() {
      this.#end();
      this.#other.#end();
    }
    /** The close frame of the other side, or else 1006. */
    get outcome() {
      return this.receivedClose ?? { code: ABNORMAL_CLOSURE, reason: "" };
    }
    #receive(frame) {
      if (this.isEnded) return;
      switch (frame.type) {
        case "accept":
          this.#onAccept?.();
          break;
        case "message":
          if (!this.receivedClose) this.#events?.onMessage(frame.message);
          break;
        case "ping":
          if (this.isOpen && !this.isSilent) this.#out.send({ type: "pong", id: frame.id });
          break;
        case "pong":
          this.#events?.onPong(frame.id);
          break;
        case "close":
          this.#onClose(frame);
          break;
        default:
          this.#end();
      }
    }
    #onClose({ code, reason }) {
      this.receivedClose = { code, reason };
      this.#events?.onClose();
      if (!this.isSilent) this.close({ code, reason: this.#isServer ? reason : "" });
      this.#endIfComplete();
    }
    #onFlushed({ type }) {
      if (type === "message" || type === "ping") this.flushed++;
      this.#events?.onProgress();
      this.#endIfComplete();
    }
    #onArrived(bytes) {
      this.received += bytes;
      if (!this.isEnded) this.#events?.onProgress();
    }
    /** The server ends TCP when both close frames are there and its own has left. */
    #endIfComplete() {
      if (!this.#isServer || this.isEnded || !this.sentClose || !this.receivedClose) return;
      if (this.#out.queued > 0) return;
      this.#end();
      this.#out.send({ type: "end" });
    }
    #end() {
      if (this.isEnded) return;
      this.isEnded = true;
      this.#in.close();
      this.#events?.onEnd();
    }
  }
  const EMPTY_CLOSE = { code: NO_STATUS, reason: "" };

  class MemorySocket {
    /** @param dial Calls `open` when the server has accepted. Rejects if it refuses, or when the signal aborts. */
    constructor(dial) {
      this.binaryType = "arraybuffer";
      this.readyState = 0;
      this.protocol = "";
      this.extensions = "";
      this.onopen = null;
      this.onmessage = null;
      this.onerror = null;
      this.onclose = null;
      this.ondrain = null;
      this.#controller = new AbortController();
      dial(this.#controller.signal, (accepted) => this.#open(accepted)).catch(() => this.#fail());
    }
    #controller;
    #endpoint;
    get bufferedAmount() {
      return this.#endpoint?.queued ?? 0;
    }
    send(data) {
      this.#endpoint?.send(toMessage(data));
    }
    close(code, reason = "") {
      this.readyState = Math.max(this.readyState, 2);
      this.#controller.abort();
      this.#endpoint?.close(code === void 0 ? EMPTY_CLOSE : { code, reason });
    }
    #open({ endpoint, protocol, extensions }) {
      if (this.readyState !== 0) {
        endpoint.cut();
        return;
      }
      this.#endpoint = endpoint;
      this.readyState = 1;
      this.protocol = protocol;
      this.extensions = extensions;
      endpoint.attach(this);
      this.onopen?.();
    }
    #fail() {
      this.readyState = 3;
      this.onerror?.({});
      this.onclose?.({ code: ABNORMAL_CLOSURE, reason: "" });
    }
    // Events of the endpoint.
    onMessage({ data }) {
      if (this.readyState !== 1) return;
      this.onmessage?.({ data: typeof data === "string" ? data : data.slice().buffer });
    }
    onPong() {
    }
    onClose() {
      this.readyState = 2;
    }
    onProgress() {
      this.ondrain?.();
    }
    onEnd() {
      const { code, reason } = this.#endpoint?.outcome ?? { code: ABNORMAL_CLOSURE, reason: "" };
      this.readyState = 3;
      if (code === ABNORMAL_CLOSURE) this.onerror?.({});
      this.onclose?.({ code, reason });
    }
  }

  class MemoryTransport {
    constructor(endpoint, options, headers) {
      this.accepted = 0;
      this.timesPaused = 0;
      this.#pings = [];
      this.#lastPing = 0;
      this.#pressure = 0;
      this.#isPaused = false;
      this.#endpoint = endpoint;
      this.#options = options;
      this.handshake = { status: 101, headers };
      this.protocol = String(headers["sec-websocket-protocol"] ?? "");
      this.extensions = String(headers["sec-websocket-extensions"] ?? "");
      this.compression = compressionMode(this.extensions, options.compression);
      this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
      endpoint.attach(this);
    }
    #endpoint;
    #options;
    #handler;
    #pings;
    #lastPing;
    #pressure;
    #isPaused;
    #stopTimer;
    /** Starts reporting events to `handler`. */
    attach(handler) {
      this.#handler = handler;
    }
    get bufferedAmount() {
      return this.#endpoint.queued;
    }
    get flushed() {
      return Math.min(this.#endpoint.flushed, this.accepted);
    }
    get progress() {
      return this.#endpoint.queued > 0 ? this.#endpoint.sent : void 0;
    }
    get activity() {
      return this.#endpoint.sent + this.#endpoint.received;
    }
    get isReceiving() {
      return this.#endpoint.isReceiving;
    }
    get received() {
      return this.#endpoint.received;
    }
    send(data) {
      if (!this.#endpoint.isOpen) return void 0;
      this.accepted++;
      this.#endpoint.send(toMessage(data));
      return payloadSize(data);
    }
    ping(done) {
      const ping = { id: ++this.#lastPing, start: now(), done };
      this.#pings = [...this.#pings, ping];
      this.#regulate();
      if (this.#endpoint.isOpen) {
        this.accepted++;
        this.#endpoint.ping(ping.id);
      }
      return () => {
        this.#pings = this.#pings.filter((other) => other !== ping);
        this.#regulate();
      };
    }
    pause(pressure) {
      this.#pressure = pressure;
      this.#regulate();
    }
    close(code, reason) {
      this.#endpoint.close({ code, reason });
    }
    terminate(code) {
      this.#detach();
      const endpoint = this.#endpoint;
      if (code === ABNORMAL_CLOSURE || !endpoint.isOpen) {
        endpoint.cut();
        return void 0;
      }
      const wasIdle = endpoint.queued === 0;
      this.#stopTimer = startTimer(this.#options.closeTimeout, () => endpoint.cut());
      endpoint.setPaused(false);
      endpoint.close({ code, reason: "" });
      return wasIdle ? code : void 0;
    }
    destroy() {
      this.#endpoint.cut();
    }
    // Events of the endpoint.
    onMessage(message) {
      this.#handler?.onMessage(message, payloadSize(message.data));
    }
    onPong(id) {
      const answered = this.#pings.filter((ping) => ping.id <= id);
      this.#pings = this.#pings.filter((ping) => ping.id > id);
      for (const { start, done } of answered) done(now() - start);
      this.#regulate();
    }
    onClose() {
      this.#handler?.onClosing();
    }
    onProgress() {
      this.#handler?.onProgress();
    }
    onEnd() {
      this.#stopTimer?.();
      const handler = this.#detach();
      const { outcome, sentClose } = this.#endpoint;
      handler?.onEnd({ ...outcome, sentCode: sentClose?.code });
    }
    /** Pauses reading, except while a pong is awaited and the consumer is not far behind. */
    #regulate() {
      const mayPause = this.#pressure > 1 || this.#pings.length === 0;
      const isPaused = this.#pressure > 0 && mayPause;
      if (isPaused === this.#isPaused || this.backpressure === "buffer") return;
      this.#isPaused = isPaused;
      if (isPaused) this.timesPaused++;
      this.#endpoint.setPaused(isPaused);
      this.#handler?.onPaused(isPaused);
    }
    #detach() {
      const handler = this.#handler;
      const pings = this.#pings;
      this.#handler = void 0;
      this.#pings = [];
      for (const { done } of pings) done(void 0);
      return handler;
    }
  }

  const MAX_SHOWN_CHARS = 200;
  function describeExpected(expected) {
    if (isBytes(expected)) return describeBytes(expected);
    try {
      const text = describe(expected);
      if (typeof text === "string") return text;
    } catch {
    }
    const problem = "the message must be a string, bytes or a JSON value";
    throw new WsError("INVALID_MESSAGE", `expect: ${problem}`);
  }
  function expectMessage(result, expected, wanted) {
    const actual = result.ok ? comparable$1(result.value, expected) : void 0;
    const found = result.ok ? describeExpected(actual) : "the end of the connection";
    if (found === wanted) return;
    const lines = [
      "the message differs",
      `  expected: ${clip(wanted)}`,
      `  received: ${clip(found)}`,
      ...pointer(wanted, found)
    ];
    throw Object.assign(new Error(lines.join("\n")), { name: "AssertionError", actual, expected });
  }
  function comparable$1({ data }, expected) {
    if (typeof data !== "string" || typeof expected === "string" || isBytes(expected)) return data;
    try {
      return JSON.parse(data);
    } catch {
      return data;
    }
  }
  function isBytes(value) {
    return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
  }
  function describeBytes(value) {
    const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
    return `bytes <${hex.join(" ")}>`;
  }
  function describe(value) {
    return JSON.stringify(value, (_, part) => {
      if (typeof part === "number" && !Number.isFinite(part)) throw new TypeError("not finite");
      if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
      if (Symbol.iterator in part) throw new TypeError("a collection");
      const entries = Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1);
      return Object.fromEntries(entries);
    });
  }
  function clip(text) {
    return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}...` : text;
  }
  function pointer(expected, received) {
    let index = 0;
    while (index < expected.length && expected[index] === received[index]) index++;
    return index < MAX_SHOWN_CHARS ? [`            ${" ".repeat(index)}^`] : [];
  }

  const CLOSE_TIMEOUT_MS = 3e4;
  class TestPeer {
    /** Servers create peers. @internal */
    constructor(request, endpoint, setLink) {
      /** The longest wait for the client's close frame, as that of the package `ws`. */
      this.CLOSE_TIMEOUT_MS = 3e4;
      /** Payload bytes of the messages that were received and sent so far. */
      this.bytesReceived = 0;
      this.bytesSent = 0;
      this.#inbox = new Queue(Infinity);
      this.#channel = ReceiveChannel.of(this.#inbox);
      this.#unflushed = new Backlog();
      this.#frames = 0;
      this.#lastPing = 0;
      this.#pings = /* @__PURE__ */ new Map();
      /** The number of calls of `expect` that wait. */
      this.#expectations = 0;
      this.#isTerminated = false;
      /** True if the server sent its close frame first. */
      this.#isClosing = false;
      this.request = request;
      this.#endpoint = endpoint;
      this.#setLink = setLink;
      this.closed = new Promise((resolve) => this.#settleClosed = resolve);
      const events = {
        onMessage: (message) => {
          this.bytesReceived += payloadSize(message.data);
          this.#inbox.push(message);
        },
        onPong: (id) => this.#onPong(id),
        onClose: () => {
        },
        onProgress: () => this.#onProgress(),
        onEnd: () => this.#onEnd()
      };
      endpoint.attach(events);
    }
    #endpoint;
    #inbox;
    #channel;
    #setLink;
    #settleClosed;
    #unflushed;
    #frames;
    #lastPing;
    #pings;
    #expectations;
    #stopTimer;
    #isTerminated;
    #isClosing;
    /**
     * Replaces the link of this connection, which is that of the server by default. Bytes that are on the wire arrive as
     * planned. Throws `INVALID_OPTION`.
     */
    set link(options) {
      this.#setLink(parseLink(options));
    }
    /**
     * Returns the unread messages, also those on their way, and unanswered expectations of this peer, as text for a strict
     * server. No message arrives after that. @internal
     */
    takeLeftovers() {
      const { url } = this.request;
      const unread = this.#inbox.size + this.#endpoint.discardIncoming();
      return [
        ...unread > 0 ? [`${unread} unread messages on ${url}`] : [],
        ...this.#expectations > 0 ? [`an expected message did not arrive on ${url}`] : []
      ];
    }
    /** Ends both sides at once. @internal */
    abort() {
      this.#endpoint.abort();
    }
    /**
     * Sends one message. Resolves when it has left: later if the client does not read, or the link is slow. Rejects with
     * `INVALID_MESSAGE`, or with `CLOSED` after the end.
     *
     * @param data A string, or bytes, which are copied.
     */
    async send(data) {
      const payload = toPayload(data);
      if (!this.#endpoint.isOpen) throw this.#closedError("send");
      this.bytesSent += payloadSize(payload);
      const frame = ++this.#frames;
      this.#endpoint.send(toMessage(payload));
      if (this.#endpoint.flushed >= frame) return;
      await new Promise((resolve, reject) => {
        const settle = (error) => error ? reject(error) : resolve();
        this.#unflushed.push({ frame, settle });
      });
    }
    /**
     * Receives the next message: `{ ok: true, value }`, or `{ ok: false }` after the end. Rejects with `RECEIVE_TIMEOUT`
     * or `ABORTED`.
     */
    receive(wait) {
      return this.#channel.receive(wait);
    }
    /** Returns the channel of received messages, for `select` and `for await`. */
    channel() {
      return this.#channel;
    }
    /**
     * Receives the next message and compares it: a string with a text message, bytes with a binary one, and any other
     * JSON value with the JSON of a text message. Rejects with an error that shows the difference, and that has `actual`
     * and `expected`; with `RECEIVE_TIMEOUT`; or with `INVALID_MESSAGE` for a value that JSON cannot represent.
     */
    async expect(message, wait = {}) {
      const wanted = describeExpected(message);
      this.#expectations++;
      try {
        const receive = this.#channel.caseReceive();
        expectMessage(await waitFor("expect", "RECEIVE_TIMEOUT", wait, receive), message, wanted);
      } finally {
        this.#expectations--;
      }
    }
    /**
     * Sends a close frame. Resolves like `closed`: if the client does not answer, after 30 s. Rejects with
     * `INVALID_CLOSE`.
     *
     * @param code Default 1000. 1005 sends a close frame without a code.
     */
    async close(code = NORMAL, reason = "") {
      if (code !== NO_STATUS) checkClose(code, reason);
      if (this.#endpoint.isOpen && !this.#endpoint.receivedClose) this.#isClosing = true;
      this.#endpoint.close(code === NO_STATUS ? EMPTY_CLOSE : { code, reason });
      this.#stopTimer ??= startTimer(CLOSE_TIMEOUT_MS, () => this.#endpoint.cut(), false);
      return this.closed;
    }
    /** Ends TCP without a close frame: 1006 at the client. */
    terminate() {
      this.#isTerminated = true;
      this.#endpoint.cut();
    }
    /** Sends a ping frame. Resolves with the round trip in milliseconds. Rejects with `CLOSED`, or as a wait does. */
    async ping(wait = {}) {
      let roundTrip = 0;
      const id = ++this.#lastPing;
      const start = async () => {
        if (!this.#endpoint.isOpen) throw this.#closedError("ping");
        this.#frames++;
        await new Promise((resolve, reject) => {
          const settle = (time) => {
            roundTrip = time ?? 0;
            if (time === void 0) reject(this.#closedError("ping"));
            else resolve();
          };
          this.#pings.set(id, { start: now(), settle });
          this.#endpoint.ping(id);
        });
      };
      await waitForStarted("ping", "PING_TIMEOUT", wait, start);
      return roundTrip;
    }
    /** Stops reading, so that what the client sends backs up. */
    pause() {
      this.#endpoint.setPaused(true);
    }
    /** Reads again after `pause()`. */
    resume() {
      this.#endpoint.setPaused(false);
    }
    /** Stops answering pings and close frames, like a peer that has hung. */
    silence() {
      this.#endpoint.isSilent = true;
    }
    /** Closes the connection, for `await using`. */
    async [Symbol.asyncDispose]() {
      await this.close();
    }
    #closedError(operation) {
      return new WsError("CLOSED", `${operation}: the connection is closed`);
    }
    #onProgress() {
      const { flushed } = this.#endpoint;
      for (let first; (first = this.#unflushed.first) && first.frame <= flushed; ) {
        this.#unflushed.shift();
        first.settle();
      }
    }
    #onPong(id) {
      const ping = this.#pings.get(id);
      this.#pings.delete(id);
      ping?.settle(now() - ping.start);
    }
    #onEnd() {
      const { sentClose, receivedClose } = this.#endpoint;
      const pings = [...this.#pings.values()];
      this.#pings.clear();
      for (const { settle } of pings) settle();
      for (let first; first = this.#unflushed.shift(); ) first.settle(this.#closedError("send"));
      this.#stopTimer?.();
      this.#inbox.close();
      const isClosing = this.#isClosing;
      const { code, reason } = (isClosing ? sentClose : receivedClose) ?? {
        code: ABNORMAL_CLOSURE,
        reason: ""
      };
      const clean = receivedClose !== void 0 && sentClose !== void 0;
      const by = isClosing || this.#isTerminated ? "local" : receivedClose ? "peer" : "none";
      this.#settleClosed(Object.freeze({ code, reason, clean, by }));
    }
  }

  class Dialler {
    /**
     * @param settings The options of the server, with its platform.
     * @param onPeer Called with each connection.
     */
    constructor(settings, onPeer) {
      /** The link of the connections that have none of their own. */
      this.link = parseLink({});
      /** The outcomes of the next dials. */
      this.outcomes = new Queue(Infinity);
      this.#stalled = /* @__PURE__ */ new Set();
      this.#isClosed = false;
      this.#settings = settings;
      this.#onPeer = onPeer;
    }
    #settings;
    #onPeer;
    #stalled;
    #isClosed;
    /** Fails all dials that have not been accepted, and all later ones. */
    close() {
      this.#isClosed = true;
      for (const end of this.#stalled) end();
      this.#stalled.clear();
    }
    /** Returns the platform whose dials go to the server. */
    platform({ webSocketPlatform }) {
      return this.#settings.platform === "node" ? this.#nodePlatform() : this.#browserPlatform(webSocketPlatform);
    }
    #nodePlatform() {
      return {
        isInMemory: true,
        credentials: true,
        unix: unixProblem,
        parsers: nodeParsers,
        dial: (request) => this.#dial(request, request.signal, (accepted, headers) => {
          const transport = new MemoryTransport(accepted.endpoint, request.options, headers);
          transport.attach(request.open(transport, request.url));
        })
      };
    }
    #browserPlatform(webSocketPlatform) {
      const platform = webSocketPlatform(() => void 0);
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
        }
      };
    }
    /** Calls `open` when the server has accepted and its response has arrived. Rejects otherwise. */
    async #dial({ url, options }, signal, open) {
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
      const isOffered = options.compression > 0 || this.#settings.platform === "browser";
      const extensions = compression && isOffered ? "permessage-deflate" : "";
      const headers = {
        ...protocol && { "sec-websocket-protocol": protocol },
        ...extensions && { "sec-websocket-extensions": extensions }
      };
      await this.#accept(
        { url: url.href, protocols, headers: lowerCase(options.headers) },
        signal,
        (endpoint) => open({ endpoint, protocol, extensions }, headers),
        () => dialFailed(label, new Error("socket hang up"))
      );
    }
    #accept(request, signal, open, failure) {
      return new Promise((resolve, reject) => {
        let own;
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
          }
        );
        server.accept();
        this.#onPeer(new TestPeer(request, server, (link) => own = link));
      });
    }
    /** Waits for the latency of the link, one way, or until the signal aborts. */
    async #travel(signal) {
      const delay = delayOf(this.link);
      if (delay === 0) return;
      await new Promise((resolve) => {
        const stopTimer = startTimer(delay, resolve);
        signal.addEventListener("abort", () => {
          stopTimer();
          resolve();
        });
      });
    }
    /** Waits until the dial is given up, or the server is closed. */
    async #stall(label, signal) {
      await new Promise((resolve) => {
        this.#stalled.add(resolve);
        signal.addEventListener("abort", () => resolve());
      });
      throw signal.aborted ? signal.reason : dialFailed(label, new Error("socket hang up"));
    }
  }
  function dialFailed(label, cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new WsError("DIAL_FAILED", `dial ${label}: ${text}`, { cause });
  }
  function refused(label, { status: code, headers = {}, body = "" }) {
    const copy = lowerCase(headers);
    const retryAfter = parseRetryAfter(copy["retry-after"]);
    return refusalError(label, {
      status: code,
      statusText: "",
      headers: Object.freeze(copy),
      body,
      ...retryAfter === void 0 ? {} : { retryAfter }
    });
  }
  function lowerCase(headers) {
    const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return Object.fromEntries(entries);
  }

  const stubs = [];
  let original;
  function stubGlobal(Class) {
    if (stubs.length === 0) original = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
    stubs.push(Class);
    install(Class);
    return () => {
      stubs.splice(stubs.indexOf(Class), 1);
      const last = stubs.at(-1);
      if (last) install(last);
      else if (original) Object.defineProperty(globalThis, "WebSocket", original);
      else Reflect.deleteProperty(globalThis, "WebSocket");
    };
  }
  function install(value) {
    const descriptor = { value, configurable: true, writable: true };
    Object.defineProperty(globalThis, "WebSocket", descriptor);
  }

  let entries = [];
  function register(pattern, platform) {
    const matches = typeof pattern === "string" ? compileResource(pattern, false) : void 0;
    if (!matches) throw invalid("TestServer: pattern", "a pattern as in policies", pattern);
    const twin = entries.find((entry2) => comparable(entry2.pattern) === comparable(pattern));
    if (twin) {
      throw new WsError(
        "INVALID_OPTION",
        `TestServer: a server for ${pattern} is open already; close it first. It was created ${twin.origin}`
      );
    }
    const entry = { pattern, platform, matches, origin: callerOf() };
    entries = [entry, ...entries];
    interceptDials(find);
    return () => {
      entries = entries.filter((other) => other !== entry);
      if (entries.length === 0) interceptDials(void 0);
    };
  }
  function comparable(pattern) {
    return pattern.replace(/^[^/]*\/\/[^/?#]*/, (start) => start.toLowerCase());
  }
  function find(url, { observerOf }) {
    const { allow } = toSubject(publicUrl(url));
    const found = entries.find(({ matches }) => matches(allow));
    return found && { ...found.platform, observerOf };
  }
  function callerOf() {
    const lines = new Error().stack?.split("\n") ?? [];
    const line = lines.find((text) => /:\d+:\d+/.test(text) && !isOwn(text));
    return line?.trim() ?? "at an unknown place";
  }
  function isOwn(line) {
    return /callerOf|register|TestServer/.test(line);
  }

  const SERVER_PARSERS = {
    platform: /* @__PURE__ */ oneOf("node", "browser"),
    protocol: /* @__PURE__ */ must(isToken, "a token (RFC 6455 4.1)"),
    compression: /* @__PURE__ */ oneOf(false, true),
    strict: /* @__PURE__ */ oneOf(false, true)
  };
  const string = /* @__PURE__ */ must((value) => typeof value === "string", "a string");
  const TIMES_PARSERS = { times: /* @__PURE__ */ integer(1, 1e6) };
  const REFUSE_PARSERS = {
    ...TIMES_PARSERS,
    status: /* @__PURE__ */ integer(300, 599),
    headers: /* @__PURE__ */ must(
      (value) => isObject(value) && Object.values(value).every((one) => typeof one === "string"),
      "an object of strings"
    ),
    body: string
  };
  function parseServerOptions(options) {
    return parseBy(SERVER_PARSERS, options, "TestServer");
  }
  function parseTimes(options, where) {
    return parseBy(TIMES_PARSERS, options, where);
  }
  function parseRefusal(options) {
    const parsed = parseBy(REFUSE_PARSERS, options, "refuse");
    REFUSE_PARSERS.status(parsed.status, "refuse: option status");
    return parsed;
  }

  class BaseTestServer {
    #options;
    #closeEventClass;
    #dialler;
    #platform;
    #unregister;
    #accepted = new Queue(Infinity);
    #channel = ReceiveChannel.of(this.#accepted);
    #connections = /* @__PURE__ */ new Set();
    /** All connections so far, if they must be checked at the end. */
    #peers = [];
    #isClosed = false;
    #handlers = [];
    #webSocket;
    #restore;
    /** @internal */
    constructor(platforms, pattern, options) {
      this.#closeEventClass = platforms.closeEventClass;
      this.#options = { platform: platforms.kind, ...parseServerOptions(options) };
      this.#dialler = new Dialler(this.#options, (peer) => this.#add(peer));
      this.#platform = this.#dialler.platform(platforms);
      this.connect = bindConnect(() => this.#platform);
      this.#unregister = register(pattern, this.#platform);
    }
    /** The connections that have not ended. */
    get connections() {
      return [...this.#connections];
    }
    /** A W3C `WebSocket` class that connects to this server, for code that does not use wschan. */
    get webSocket() {
      const createContext = bindCreateContext(() => this.#platform);
      return this.#webSocket ??= bindWebSocket(createContext, this.#closeEventClass);
    }
    /** Puts `webSocket` into `globalThis.WebSocket` until the server is closed. Throws `CLOSED` after that. */
    stubGlobal() {
      if (this.#isClosed) throw new WsError("CLOSED", "stubGlobal: the server is closed");
      this.#restore ??= stubGlobal(this.webSocket);
    }
    /**
     * Replaces the link of all connections that have none of their own. Bytes that are on the wire arrive as planned.
     * Throws `INVALID_OPTION`.
     */
    set link(options) {
      this.#dialler.link = parseLink(options);
    }
    /** Resolves with the next connection, in order. Rejects with `RECEIVE_TIMEOUT`, `ABORTED` or, at the end, `CLOSED`. */
    async accept(wait = {}) {
      const next = this.#channel.caseReceive();
      const { ok, value } = await waitFor("accept", "RECEIVE_TIMEOUT", wait, next);
      if (!ok) throw new WsError("CLOSED", "accept: the server is closed");
      return value;
    }
    /**
     * Calls `handler` with each connection, before `accept` returns it. An exception is reported as uncaught. Returns a
     * function that removes the handler.
     */
    on(handler) {
      callable(handler, "TestServer: handler");
      const call = (peer) => microtask(() => void handler(peer));
      this.#handlers = [...this.#handlers, call];
      return () => {
        this.#handlers = this.#handlers.filter((other) => other !== call);
      };
    }
    /** Refuses the next dials with an HTTP status, 300 to 599. In a browser the reason is hidden. */
    refuse(answer) {
      const parsed = parseRefusal(answer);
      this.#script({ type: "refuse", answer: parsed }, parsed);
    }
    /** Fails the next dials as an unreachable network does: `DIAL_FAILED`, with `error` as its cause. */
    fail(error = new Error("connection refused"), options = {}) {
      this.#script({ type: "fail", error }, parseTimes(options, "fail"));
    }
    /** Never answers the next dials. */
    stall(options = {}) {
      this.#script({ type: "stall" }, parseTimes(options, "stall"));
    }
    /**
     * Ends all connections and dials, and restores `globalThis.WebSocket`. With `strict`, rejects if something was left
     * unread.
     */
    async close() {
      this.#isClosed = true;
      this.#unregister();
      this.#restore?.();
      this.#restore = void 0;
      const problems = this.#options.strict ? this.#leftovers() : [];
      this.#accepted.close();
      this.#dialler.close();
      for (const peer of this.#connections) peer.abort();
      await Promise.resolve();
      if (problems.length > 0) {
        throw new WsError("INVALID_MESSAGE", `TestServer: ${problems.join("; ")}`);
      }
    }
    /** Calls `close()`, for `await using`. */
    [Symbol.asyncDispose]() {
      return this.close();
    }
    #leftovers() {
      const leftovers = this.#peers.splice(0).flatMap((peer) => peer.takeLeftovers());
      const { size } = this.#accepted;
      return size > 0 && this.#handlers.length === 0 ? [...leftovers, `${size} connections were not accepted`] : leftovers;
    }
    #script(outcome, { times: count = 1 }) {
      for (let i = 0; i < count; i++) this.#dialler.outcomes.push(outcome);
    }
    #add(peer) {
      this.#connections.add(peer);
      if (this.#options.strict) this.#peers.push(peer);
      void peer.closed.then(() => this.#connections.delete(peer));
      for (const call of this.#handlers) call(peer);
      this.#accepted.push(peer);
    }
  }

  function fastTurn() {
    const { setImmediate, MessageChannel, process, document } = globalThis;
    if (setImmediate) return platformTurn;
    const timers = process?.getBuiltinModule?.("timers");
    if (timers) return timers.setImmediate;
    return document && MessageChannel ? byMessage(new MessageChannel()) : platformTurn;
  }
  function byMessage({ port1, port2 }) {
    const pending = [];
    port1.onmessage = () => pending.shift()?.();
    return (run) => {
      pending.push(run);
      port2.postMessage(void 0);
    };
  }

  const QUIET_TURNS = 4;
  let current;
  class TestClock {
    // An integer, so that sums of times have no rounding errors.
    #start = Math.ceil(now());
    #epoch = epoch();
    #elapsed = 0;
    #timers = /* @__PURE__ */ new Set();
    /** Settles when earlier calls of `advance` and `next` have ended. */
    #idle = Promise.resolve();
    /** Throws `INVALID_OPTION` if another clock exists. */
    constructor() {
      if (current) {
        throw new WsError("INVALID_OPTION", "TestClock: another clock exists; dispose of it first");
      }
      current = this;
      const source = {
        now: () => this.#start + this.#elapsed,
        epoch: () => this.#epoch + this.#elapsed,
        startTimer: (delayMs, run) => {
          activity.count++;
          const timer = { due: this.#elapsed + Math.max(delayMs, 0), run };
          this.#timers.add(timer);
          return () => {
            activity.count++;
            this.#timers.delete(timer);
          };
        }
      };
      setTimeSource(source, fastTurn());
    }
    /** The time that has passed on this clock, in milliseconds. */
    get now() {
      return this.#elapsed;
    }
    /**
     * Lets time pass, and runs each timer that is due at its time, also at exactly the end. Promises, and what arrives
     * in memory, run between timers and before this resolves. Rejects with `INVALID_DURATION`.
     *
     * @param duration Milliseconds or a Go duration.
     */
    async advance(duration) {
      const length = parseDuration(duration);
      await this.#enqueue(async () => {
        const target = this.#elapsed + length;
        for (let timer; (timer = this.#next) && timer.due <= target; ) await this.#run(timer);
        this.#elapsed = target;
        await this.#settle();
      });
    }
    /** Advances to the next timer, if there is one, and runs it. Resolves with the time of the clock. */
    next() {
      return this.#enqueue(async () => {
        const timer = this.#next;
        if (timer) await this.#run(timer);
        return this.#elapsed;
      });
    }
    /** Restores the real time. A second call has no effect. */
    dispose() {
      if (current !== this) return;
      current = void 0;
      this.#timers.clear();
      setTimeSource();
    }
    /** Calls `dispose()`, for `using` on platforms that have the symbol. */
    [Symbol.dispose]() {
      this.dispose();
    }
    /** The timer that is due first; of several, the oldest. */
    get #next() {
      let next;
      for (const timer of this.#timers) if (!next || timer.due < next.due) next = timer;
      return next;
    }
    /** Runs a step after earlier ones, and after everything has settled. */
    #enqueue(step) {
      const result = this.#idle.then(() => this.#settle()).then(step);
      this.#idle = result;
      return result;
    }
    async #run(timer) {
      this.#timers.delete(timer);
      this.#elapsed = Math.max(this.#elapsed, timer.due);
      timer.run();
      await this.#settle();
    }
    /** Waits until nothing happens any more without the passing of time. */
    async #settle() {
      for (let quiet = 0, seen = activity.count; quiet < QUIET_TURNS; quiet++) {
        await new Promise((resolve) => nextTurn(resolve));
        if (activity.count !== seen) quiet = 0;
        seen = activity.count;
      }
    }
  }

  const platforms = {
    kind: "browser",
    webSocketPlatform,
    closeEventClass: () => platformClass("CloseEvent")
  };
  class TestServer extends BaseTestServer {
    /**
     * @param pattern The URLs that go to this server, as in policies. Default: `"*"`, all but Unix sockets.
     * @param options See {@link TestServerOptions}. Throws `INVALID_OPTION`.
     */
    constructor(pattern = "*", options = {}) {
      super(platforms, pattern, options);
    }
  }

  var browser = /*#__PURE__*/Object.freeze({
    __proto__: null,
    TestClock: TestClock,
    TestPeer: TestPeer,
    TestServer: TestServer
  });

  exports.BINARY = BINARY;
  exports.CLOSE_CODES = CLOSE_CODES;
  exports.COMPRESSION = COMPRESSION;
  exports.Channel = Channel;
  exports.ReceiveChannel = ReceiveChannel;
  exports.TEXT = TEXT;
  exports.TYPE_BINARY = TYPE_BINARY;
  exports.TYPE_CLOSE = TYPE_CLOSE;
  exports.TYPE_PING = TYPE_PING;
  exports.TYPE_PONG = TYPE_PONG;
  exports.TYPE_TEXT = TYPE_TEXT;
  exports.WsError = WsError;
  exports.after = after;
  exports.codec = browser$3;
  exports.compat = browser$2;
  exports.connect = connect;
  exports.createContext = createContext;
  exports.definePolicy = definePolicy;
  exports.errors = errors;
  exports.hub = browser$1;
  exports.parseDuration = parseDuration;
  exports.reconnecting = reconnecting;
  exports.select = select;
  exports.testing = browser;
  exports.ticker = ticker;
  exports.default = websocket;

  Object.defineProperty(exports, '__esModule', { value: true });

}));
//# sourceMappingURL=wschan.all.umd.js.map
