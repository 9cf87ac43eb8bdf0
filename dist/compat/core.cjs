'use strict';

var reconnect_core = require('../reconnect/core.cjs');
var core = require('../core.cjs');

const syntaxError = (text) => new DOMException(text, "SyntaxError");
function requireArgument(count, what) {
  if (count === 0) throw new TypeError(`${what}: 1 argument required, but only 0 present`);
}
function asSyntaxError(parse) {
  try {
    return parse();
  } catch (error) {
    if (core.WsError.is(error) && error.code === "INVALID_URL") throw syntaxError(error.message);
    throw error;
  }
}
function rejectOptions(where, options, names) {
  for (const [name, value] of Object.entries(options)) {
    if (value !== void 0 && names.includes(name)) {
      throw core.invalid(`${where}: option ${name}`, "left out", value);
    }
  }
}
function toProtocols(value) {
  const isList = typeof value === "object" && value !== null && Symbol.iterator in value;
  const list = (isList ? [...value] : [value]).map(String);
  try {
    core.PARSERS.protocols(list, "WebSocket: protocols");
  } catch (error) {
    throw syntaxError(error.message);
  }
  return list;
}
function isBlob(data) {
  return /^\[object (Blob|File)\]$/.test(Object.prototype.toString.call(data));
}
function toSendable(data) {
  if (isBlob(data)) return data;
  try {
    return core.toBytes(data);
  } catch {
    return String(data);
  }
}
function isBinaryType(value) {
  return value === "blob" || value === "arraybuffer";
}
function sizeOf(data) {
  return isBlob(data) ? data.size : core.payloadSize(data);
}
function toCloseArguments(code, reason = "") {
  const number = code === void 0 ? void 0 : clamp(Number(code));
  if (number !== void 0 && number !== core.NORMAL && !(number >= 3e3 && number <= 4999)) {
    throw new DOMException(
      `close: code ${number} is neither 1000 nor 3000-4999`,
      "InvalidAccessError"
    );
  }
  const text = String(reason);
  const size = core.utf8Size(text);
  if (size > core.MAX_REASON_BYTES) {
    throw syntaxError(`close: reason of ${size} bytes exceeds ${core.MAX_REASON_BYTES} bytes`);
  }
  return { code: number, reason: text };
}
function clamp(number) {
  const clamped = Math.min(Math.max(number, 0), 65535) || 0;
  const rounded = Math.round(clamped);
  return clamped % 1 === 0.5 ? rounded - rounded % 2 : rounded;
}

const handlers = /* @__PURE__ */ new WeakMap();
const mapOf = (target) => {
  const map = handlers.get(target);
  if (!map) throw new TypeError("Illegal invocation");
  return map;
};
function initHandlers(target) {
  handlers.set(target, /* @__PURE__ */ new Map());
}
function defineHandlers(prototype) {
  for (const type of ["open", "message", "error", "close"]) {
    Object.defineProperty(prototype, `on${type}`, {
      enumerable: true,
      configurable: true,
      get() {
        return mapOf(this).get(type)?.value ?? null;
      },
      set(value) {
        const map = mapOf(this);
        const handler = map.get(type);
        const callable = typeof value === "function" ? value : null;
        if (handler) handler.value = callable;
        else if (callable) {
          const added = { value: callable };
          map.set(type, added);
          this.addEventListener(type, (event) => added.value?.call(this, event));
        }
      }
    });
  }
}

const NO_CLOSE_FRAME = { code: core.ABNORMAL_CLOSURE, reason: "", wasClean: false };
function messageEvent(message, binaryType, origin) {
  return new MessageEvent("message", { data: dataOf(message, binaryType), origin });
}
function dataOf({ data }, binaryType) {
  if (typeof data === "string") return data;
  if (binaryType === "blob") return new Blob([data]);
  const { buffer, byteLength } = data;
  return buffer.byteLength === byteLength ? buffer : data.slice().buffer;
}
function errorEvent(error) {
  return Object.assign(new Event("error"), { error, message: error.message });
}
function closeEvent(init = NO_CLOSE_FRAME) {
  const { CloseEvent: Class } = globalThis;
  return Class ? new Class("close", init) : Object.assign(new Event("close"), init);
}
function endEvents({ info, end }) {
  const { clean: wasClean = false, by, error } = info ?? {};
  const { code, reason } = end ?? NO_CLOSE_FRAME;
  const close = closeEvent({ code, reason: code === core.ABNORMAL_CLOSURE ? "" : reason, wasClean });
  return error && by !== "peer" ? [errorEvent(error), close] : [close];
}

class EventInbox extends core.Inbox {
  #pass;
  constructor(pass) {
    super(1, Infinity);
    this.#pass = pass;
  }
  put(message) {
    this.#pass(message);
  }
}

class EventQueue {
  #last = core.DONE;
  push(task) {
    this.#last = this.#last.then(task);
  }
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
  push(data) {
    if (!this.idle && !isBlob(data)) {
      this.#pass(data);
      return;
    }
    const size = sizeOf(data);
    const copy = data instanceof Uint8Array ? data.slice() : data;
    const previous = this.idle ?? core.DONE;
    this.bytes += size;
    const idle = this.idle = previous.then(async () => {
      this.#pass(isBlob(copy) ? new Uint8Array(await copy.arrayBuffer()) : copy);
    }).catch(
      (cause) => this.#onUnreadable(new core.WsError("INVALID_MESSAGE", "send: cannot read the Blob", { cause }))
    ).then(() => {
      this.bytes -= size;
      if (this.idle === idle) this.idle = void 0;
    });
  }
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
class Session {
  /**
   * Dials.
   *
   * @param open Opens the connection. Rejects when its signal aborts.
   * @param outer Cancels the dial when it aborts.
   */
  constructor(handler, open, outer) {
    this.state = CONNECTING;
    this.#events = new EventQueue();
    this.#outgoing = new Outgoing(
      (payload) => this.#offer(payload),
      (error) => this.#fail(error)
    );
    this.#controller = new AbortController();
    /** Bytes sent in this turn of the event loop: the standard counts them as buffered until it ends. */
    this.#turnBytes = 0;
    /** Bytes that will never leave, because the connection is closing or has ended. */
    this.#discardedBytes = 0;
    this.#handler = handler;
    const abort = () => this.#controller.abort(outer?.reason);
    const stop = outer && core.onAbort(outer, abort);
    if (outer?.aborted) abort();
    open(this.#controller.signal).finally(stop).then(
      (client) => this.#onOpen(client),
      (error) => this.#end([errorEvent(error), closeEvent()])
    );
  }
  #handler;
  #events;
  #outgoing;
  #controller;
  #turnBytes;
  #discardedBytes;
  get bufferedAmount() {
    const unsent = Math.max(this.client?.bufferedAmount ?? 0, this.#turnBytes);
    return this.#discardedBytes + this.#outgoing.bytes + unsent;
  }
  /** Sends data, or discards it if the connection is closing or has ended. */
  send(data) {
    if (this.state === OPEN) this.#outgoing.push(data);
    else this.#discardedBytes += sizeOf(data);
  }
  close({ code, reason }) {
    const wasOpen = this.state === OPEN;
    if (this.state < CLOSING) this.state = CLOSING;
    this.#controller.abort();
    const frameCode = code ?? (reason ? core.NORMAL : core.NO_STATUS);
    const close = () => {
      if (this.client?.state === "open") this.client.internals.close(frameCode, reason);
    };
    if (!wasOpen) return;
    if (this.#outgoing.idle) void this.#outgoing.idle.then(close);
    else close();
  }
  #onOpen(client) {
    if (this.state !== CONNECTING) client.terminate();
    else {
      this.state = OPEN;
      this.client = client;
      this.#handler.dispatch(new Event("open"));
    }
    const { internals } = client;
    internals.receiving.deliverTo(new EventInbox((message) => this.#onMessage(message)));
    void client.closed.then(() => this.#events.push(() => this.#end(endEvents(internals))));
  }
  #onMessage(message) {
    this.#events.push(() => {
      if (this.state !== OPEN) return;
      try {
        this.#handler.dispatchMessage(message);
      } catch (cause) {
        const text = "receive: cannot create the event";
        this.#fail(new core.WsError("UNSUPPORTED", text, { cause }));
      }
    });
  }
  #offer(payload) {
    const size = sizeOf(payload);
    if (!this.client?.internals.offer(payload)) {
      this.#discardedBytes += size;
      return;
    }
    if (this.#turnBytes === 0) core.nextTurn(() => this.#turnBytes = 0);
    this.#turnBytes += size;
  }
  #fail(error) {
    this.client?.internals.fail(core.INTERNAL_ERROR, error);
  }
  #end(events) {
    this.state = CLOSED;
    for (const event of events) this.#handler.dispatch(event);
  }
}

class ReconnectingSession {
  constructor(handler, options) {
    this.state = CONNECTING;
    this.shouldReconnect = true;
    /** The URL of the last connection, and its origin. */
    this.url = "";
    this.origin = "";
    this.#events = new EventQueue();
    this.#outgoing = new Outgoing(
      (payload) => this.#pass(payload),
      (error) => this.#handler.dispatch(errorEvent(error))
    );
    /** Number of the current attempt, or of that which opened the connection. */
    this.#attempt = 1;
    /** True while an attempt has neither opened a connection nor failed. */
    this.#isAttempting = true;
    this.#handler = handler;
    this.#options = options;
    this.#start();
  }
  #handler;
  #options;
  #events;
  #outgoing;
  #attempt;
  #isAttempting;
  get retryCount() {
    const { state } = this.client;
    const isStable = state.type === "open" && state.duration >= this.#options.stableAfter;
    return isStable ? 0 : this.#attempt - 1;
  }
  get bufferedAmount() {
    const queued = this.client.internals.delivery.queue.payloadBytes;
    return this.#outgoing.bytes + queued + (this.connection?.bufferedAmount ?? 0);
  }
  /** Sends data over the open connection, or as soon as there is one; discards it after `close`. */
  send(data) {
    if (this.shouldReconnect) this.#outgoing.push(data);
  }
  close({ code = core.NORMAL, reason }) {
    if (!this.shouldReconnect) return;
    this.shouldReconnect = false;
    if (this.state < CLOSING) this.state = CLOSING;
    const { client } = this;
    const close = () => void client.close(code, reason);
    if (this.#outgoing.idle) void this.#outgoing.idle.then(close);
    else close();
  }
  reconnect({ code = core.NORMAL, reason }) {
    const { client } = this;
    const { type } = client.state;
    if (this.shouldReconnect && type === "connecting") return;
    if (this.shouldReconnect && type === "waiting") {
      client.internals.reconnect();
      return;
    }
    void client.close(code, reason);
    this.shouldReconnect = true;
    this.#events.push(() => {
      if (this.connection) this.#end([closeEvent({ code, reason, wasClean: false })]);
      this.state = CONNECTING;
    });
    this.#start();
  }
  #start() {
    const isCurrent = () => this.client === client;
    const onMessage = (message) => this.#events.push(() => {
      if (isCurrent() && this.state === OPEN) this.#handler.dispatchMessage(message);
    });
    const client = new reconnect_core.ReconnectingClient({
      ...this.#options,
      inbox: new EventInbox(onMessage)
    });
    this.client = client;
    this.#attempt = 1;
    this.#isAttempting = true;
    client.internals.status.onChange((status) => {
      const { connection } = client;
      this.#events.push(() => {
        if (isCurrent()) this.#onStatus(status, connection);
      });
    });
  }
  #onStatus(status, connection) {
    if (status.type === "connecting") {
      this.#attempt = status.attempt;
      this.#isAttempting = true;
      if (this.shouldReconnect) this.state = CONNECTING;
    } else if (status.type === "open") {
      const { url } = this.connection = connection;
      this.url = url;
      this.origin = new URL(url).origin;
      this.#isAttempting = false;
      if (this.shouldReconnect) this.state = OPEN;
      this.#handler.dispatch(new Event("open"));
    } else {
      if (status.type === "closed") this.shouldReconnect = false;
      else this.#attempt = status.attempt;
      this.#end(this.#endEvents(status));
    }
  }
  /** Returns the events of the end of a connection or of a failed attempt; none if it ended before that. */
  #endEvents({ error }) {
    if (this.connection) return endEvents(this.connection.internals);
    if (!this.#isAttempting) return [];
    return error ? [errorEvent(error), closeEvent()] : [closeEvent()];
  }
  #end(events) {
    this.state = CLOSED;
    this.connection = void 0;
    this.#isAttempting = false;
    for (const event of events) this.#handler.dispatch(event);
  }
  #pass(payload) {
    this.client.send(payload).catch((cause) => {
      const error = cause;
      if (error.code === "CLOSED" || error.code === "ABORTED") return;
      this.#handler.dispatch(errorEvent(error));
    });
  }
}

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
function eventTargetClass() {
  const { EventTarget: Class } = globalThis;
  return Class ?? missingEventTarget;
}
function missingEventTarget() {
  core.platformClass("EventTarget");
}
function defineInterface(Class, name) {
  const { prototype } = Class;
  for (const key of Object.getOwnPropertyNames(prototype)) {
    if (key !== "constructor") Object.defineProperty(prototype, key, { enumerable: true });
  }
  for (const [key, value] of Object.entries(CONSTANTS)) {
    for (const owner of [Class, prototype]) {
      Object.defineProperty(owner, key, { value, enumerable: true });
    }
  }
  defineHandlers(prototype);
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}

const MAX_ATTEMPTS = 2147483647;
const FINAL_CODES = /^(INVALID_(URL|OPTION)|UNSUPPORTED|NO_CONTEXT|\w+_FORBIDDEN)$/;
function bindReconnectingWebSocket(platform) {
  class ReconnectingWebSocket extends eventTargetClass() {
    #session;
    #binaryType = "blob";
    constructor(url, ...[protocols, options = {}]) {
      super();
      requireArgument(arguments.length, "ReconnectingWebSocket");
      const given = withDefaults(protocols, options);
      const resolved = asSyntaxError(() => reconnect_core.resolveOptions(url, given, platform));
      initHandlers(this);
      this.#session = new ReconnectingSession(
        {
          dispatch: (event) => this.dispatchEvent(event),
          dispatchMessage: (message) => {
            const { origin } = this.#session;
            this.dispatchEvent(messageEvent(message, this.#binaryType, origin));
          }
        },
        resolved
      );
    }
    get url() {
      return this.#session.url;
    }
    get readyState() {
      return this.#session.state;
    }
    get bufferedAmount() {
      return this.#session.bufferedAmount;
    }
    get retryCount() {
      return this.#session.retryCount;
    }
    get shouldReconnect() {
      return this.#session.shouldReconnect;
    }
    get protocol() {
      return this.#session.connection?.protocol ?? "";
    }
    get extensions() {
      return this.#session.connection?.extensions ?? "";
    }
    get client() {
      return this.#session.client;
    }
    get binaryType() {
      return this.#binaryType;
    }
    set binaryType(value) {
      if (isBinaryType(value)) this.#binaryType = value;
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
  defineInterface(ReconnectingWebSocket, "ReconnectingWebSocket");
  return ReconnectingWebSocket;
}
function withDefaults(protocols, options) {
  rejectOptions("ReconnectingWebSocket", options, ["codec", "marker", "discardIncoming"]);
  const { shouldRetry, maxAttempts = MAX_ATTEMPTS } = options;
  return {
    ...options,
    ...protocolsOption(protocols),
    maxAttempts,
    shouldRetry: (error, attempt) => shouldRetry?.(error, attempt) ?? !FINAL_CODES.test(error.code)
  };
}
function protocolsOption(protocols) {
  if (protocols === void 0 || protocols === null) return {};
  if (typeof protocols !== "function") return { protocols: toProtocols(protocols) };
  return { protocols: async (info) => await protocols(info) ?? void 0 };
}

const PARSERS = { context: core.contextParser };
function bindWebSocket(createContext) {
  let shared;
  class WebSocket extends eventTargetClass() {
    #url;
    #session;
    #binaryType = "blob";
    constructor(url, ...[protocols, options = {}]) {
      super();
      requireArgument(arguments.length, "WebSocket");
      rejectOptions("WebSocket", options, ["codec"]);
      const { context = shared ??= createContext() } = options;
      const given = protocols === void 0 ? options : { ...options, protocols: toProtocols(protocols) };
      const prepared = asSyntaxError(() => context.prepare(url, given, PARSERS, "WebSocket"));
      initHandlers(this);
      this.#url = prepared.url;
      const { origin } = this.#url;
      this.#session = new Session(
        {
          dispatch: (event) => this.dispatchEvent(event),
          dispatchMessage: (message) => this.dispatchEvent(messageEvent(message, this.#binaryType, origin))
        },
        (signal) => prepared.open(this.#url, prepared.options, { signal }),
        prepared.options.signal
      );
    }
    get url() {
      return this.#url.href;
    }
    get readyState() {
      return this.#session.state;
    }
    get bufferedAmount() {
      return this.#session.bufferedAmount;
    }
    get protocol() {
      return this.#session.client?.protocol ?? "";
    }
    get extensions() {
      return this.#session.client?.extensions ?? "";
    }
    get client() {
      return this.#session.client;
    }
    get binaryType() {
      return this.#binaryType;
    }
    set binaryType(value) {
      if (isBinaryType(value)) this.#binaryType = value;
    }
    send(data) {
      requireArgument(arguments.length, "send");
      const sendable = toSendable(data);
      if (this.#session.state === CONNECTING) {
        throw new DOMException("send: the connection is not open yet", "InvalidStateError");
      }
      this.#session.send(sendable);
    }
    close(...[code, reason]) {
      this.#session.close(toCloseArguments(code, reason));
    }
  }
  defineInterface(WebSocket, "WebSocket");
  return WebSocket;
}
function bindWebSocketClass(Base) {
  return (preset) => class WebSocket extends Base {
    constructor(url, ...[protocols, options]) {
      super(url, protocols, { ...preset, ...options });
    }
  };
}

exports.bindReconnectingWebSocket = bindReconnectingWebSocket;
exports.bindWebSocket = bindWebSocket;
exports.bindWebSocketClass = bindWebSocketClass;
//# sourceMappingURL=core.cjs.map
