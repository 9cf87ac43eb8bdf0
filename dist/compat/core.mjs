import { O as Outbox, R as ReconnectingClient, r as resolveOptions } from '../reconnect/core.mjs';
import { c as object, h as invalid, W as WsError, t as toBytes, N as NORMAL, L as utf8Size, O as MAX_REASON_BYTES, S as PARSERS$1, k as payloadSize, I as Inbox, n as microtask, A as ABNORMAL_CLOSURE, D as DONE, s as startTimer, U as INTERNAL_ERROR, p as platformClass, V as Backlog, v as onAbort, X as NO_STATUS, z as deliverTo, Y as nextTurn, d as contextOf, g as contextParser, Z as isObject } from '../core.mjs';

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
  asSyntaxError(() => PARSERS$1.protocols(list, "WebSocket: protocols"), "INVALID_OPTION");
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
function sizeOf(data) {
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
    const size = sizeOf(data);
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
    this.connection?.internals.fail(INTERNAL_ERROR, error);
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
    const error = errorOf(client.state);
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
      else if (this.#isAttempting) this.end({ close: NO_CLOSE_FRAME, error: errorOf(status) });
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
function errorOf(status) {
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
    else this.#discardedBytes += sizeOf(data);
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

const PARSERS = { context: contextParser };
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
      const prepared = asSyntaxError(() => context.prepare(text, given, PARSERS, "WebSocket"));
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
    return { headers: { ...lowerCase(preset), ...lowerCase(given) } };
  } catch {
    return { headers: given };
  }
}
function lowerCase(headers) {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

export { bindReconnectingWebSocket as a, bindWebSocket as b, bindWebSocketClass as c };
//# sourceMappingURL=core.mjs.map
