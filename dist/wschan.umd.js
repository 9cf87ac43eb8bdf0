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
  function isToken(value) {
    return typeof value === "string" && TOKEN.test(value);
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
    return { ...base, ...parseBy({ ...PARSERS$1, ...parsers }, given, where, base) };
  }
  const PARSERS$1 = {
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
  const INTERNAL_ERROR = 1011;
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
    INTERNAL_ERROR,
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

  const OPERATION = "createContext";
  const unsupportedGuard = /* @__PURE__ */ notInBrowser("use a policy");
  const PARSERS = {
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
    const parsers = { ...PARSERS, ...platformFor(void 0).contextParsers };
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
      resolved: { ...DEFAULTS, ...shared },
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
  const CLOSED = /* @__PURE__ */ Object.freeze({
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
      if (this.#head === values.length) return this.closed ? CLOSED : void 0;
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
      const result = this.#isDone ? CLOSED : this.#queue.take();
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
        receiver(CLOSED);
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
        this.#fail(INTERNAL_ERROR, "INVALID_MESSAGE", "keepAlive.message failed", cause);
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
      const invalid = error.code === "UNSUPPORTED" ? INTERNAL_ERROR : INVALID_PAYLOAD;
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

  function intercepted(url, platform) {
    return platform;
  }

  async function openClient(platformFor, owner, input, given = {}) {
    const settings = owner?.settings;
    const platform = platformOf(platformFor, given, settings, input);
    const url = parseUrl(input, platform);
    const base = baseOptions(given, platform, settings);
    const options = parseOptions(base, given, platform);
    return dial$1(url, options, platform, owner, eventsOf(options, platform, settings));
  }
  function platformOf(platformFor, given, settings, input) {
    const webSocket = { ...given }.webSocket ?? settings?.defaults.webSocket;
    const platform = platformFor(webSocket);
    if (webSocket || platform.isInMemory || typeof input === "function") return platform;
    return intercepted(input, platform);
  }
  function baseOptions(given, platform, settings) {
    if (!settings) return DEFAULTS;
    const { defaults, resolved } = settings;
    if (platform === settings.platform) return resolved;
    const { keepAlive = defaults.keepAlive } = { ...given };
    return parseOptions(DEFAULTS, { ...defaults, keepAlive }, platform);
  }
  function eventsOf({ observe, observeMessages }, { observerOf }, settings) {
    return new Events(settings?.observe, observe, observeMessages, observerOf);
  }
  async function dial$1(url, options, platform, owner, events, attempt) {
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
          return dial$1(targetUrl, options2, current, this.#owner, own2, attempt);
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
    const sides = ["server", "client"];
    const isWithoutTakeover = (side) => new RegExp(`${side}_no_context_takeover`, "i").test(extensions);
    return sides.every(isWithoutTakeover) ? NO_CONTEXT : CONTEXT_TAKEOVER;
  }

  const OPEN = 1;
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
      dial: (request) => dial(request, classFor(request.options))
    };
  }
  function dial({ url, options, signal, open }, Class) {
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
        discard(socket);
        reject(errorOf(code, text, init));
      };
      signal.addEventListener("abort", () => transport ?? discard(socket));
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
      if (socket.readyState !== OPEN) return void 0;
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
      discard(this.#socket, sentCode);
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
        handler?.onError(new WsError("UNSUPPORTED", text), INTERNAL_ERROR);
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
  exports.connect = connect;
  exports.createContext = createContext;
  exports.definePolicy = definePolicy;
  exports.errors = errors;
  exports.parseDuration = parseDuration;
  exports.select = select;
  exports.ticker = ticker;
  exports.default = websocket;

  Object.defineProperty(exports, '__esModule', { value: true });

}));
//# sourceMappingURL=wschan.umd.js.map
