import { O as Outbox, R as ReconnectingClient, r as resolveOptions } from '../reconnect/core.mjs';
import { W as WsError, t as toBytes, N as NORMAL, M as MAX_REASON_BYTES, F as invalid, P as PARSERS$1, G as utf8Size, h as payloadSize, p as platformClass, H as ABNORMAL_CLOSURE, I as Inbox, D as DONE, q as onAbort, J as nextTurn, K as INTERNAL_ERROR, L as NO_STATUS, C as Context, f as contextParser } from '../core.mjs';

const syntaxError = (text) => new DOMException(text, "SyntaxError");
function requireArgument(count, what) {
  if (count === 0) throw new TypeError(`${what}: 1 argument required, but only 0 present`);
}
function asSyntaxError(parse) {
  try {
    return parse();
  } catch (error) {
    if (WsError.is(error) && error.code === "INVALID_URL") throw syntaxError(error.message);
    throw error;
  }
}
function rejectOptions(where, options, names) {
  for (const [name, value] of Object.entries(options)) {
    if (value !== void 0 && names.includes(name)) {
      throw invalid(`${where}: option ${name}`, "left out", value);
    }
  }
}
function toProtocols(value) {
  const isList = typeof value === "object" && value !== null && Symbol.iterator in value;
  const list = (isList ? [...value] : [value]).map(toDomString);
  try {
    PARSERS$1.protocols(list, "WebSocket: protocols");
  } catch (error) {
    throw syntaxError(error.message);
  }
  return list;
}
function isBlob(data) {
  return ["Blob", "File"].includes(tagOf(data));
}
function toSendable(data) {
  if (isBlob(data)) return data;
  if (!ArrayBuffer.isView(data) && tagOf(data) !== "ArrayBuffer") return toDomString(data);
  const { byteLength } = data;
  const buffer = ArrayBuffer.isView(data) ? data.buffer : data;
  if (buffer.resizable || tagOf(buffer) !== "ArrayBuffer") {
    throw new TypeError("send: the buffer is shared or resizable; copy the bytes");
  }
  return byteLength === 0 ? new Uint8Array() : toBytes(data);
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
        setHandler(this, type, value);
      }
    });
  }
}
function setHandler(target, type, value) {
  const map = mapOf(target);
  const handler = map.get(type);
  if (!(typeof value === "function" || typeof value === "object" && value !== null)) {
    if (handler) target.removeEventListener(type, handler.listener);
    map.delete(type);
  } else if (handler) handler.value = value;
  else {
    const added = { value, listener: (event) => call(target, added.value, event) };
    map.set(type, added);
    target.addEventListener(type, added.listener);
  }
}
function call(target, handler, event) {
  if (typeof handler !== "function") return;
  const result = handler.call(target, event);
  if (result === false) event.preventDefault();
}

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
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
function defineInterface(Class, name) {
  const { prototype } = Class;
  makeEnumerable(prototype);
  for (const [key, value] of Object.entries(CONSTANTS)) {
    for (const owner of [Class, prototype]) {
      Object.defineProperty(owner, key, { value, enumerable: true });
    }
  }
  defineHandlers(prototype);
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}

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
function closeEvent(init) {
  const { CloseEvent: Class = ownClass ??= createClass() } = globalThis;
  return new Class("close", init);
}
const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
let ownClass;
function createClass() {
  class CloseEvent extends Event {
    #code;
    #reason;
    #wasClean;
    constructor(type, ...[init = {}]) {
      super(type, init);
      requireArgument(arguments.length, "CloseEvent");
      const { code = 0, reason = "", wasClean } = init;
      this.#code = code & 65535;
      this.#reason = toDomString(reason).replace(LONE_SURROGATES, "\uFFFD");
      this.#wasClean = Boolean(wasClean);
    }
    get code() {
      return this.#code;
    }
    get reason() {
      return this.#reason;
    }
    get wasClean() {
      return this.#wasClean;
    }
    get [Symbol.toStringTag]() {
      return "CloseEvent";
    }
  }
  makeEnumerable(CloseEvent.prototype);
  return CloseEvent;
}
function endEvents({ info, end }) {
  const { clean: wasClean = false, by, error } = info ?? {};
  const { code, reason } = end ?? NO_CLOSE_FRAME;
  const close = { code, reason: code === ABNORMAL_CLOSURE ? "" : reason, wasClean };
  return failureEvents(by === "peer" ? void 0 : error, close);
}
function failureEvents(error, close = NO_CLOSE_FRAME) {
  return error ? [errorEvent(error, close), closeEvent(close)] : [closeEvent(close)];
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
  const { setImmediate, queueMicrotask } = globalThis;
  return setImmediate ?? queueMicrotask;
})();

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
    const previous = this.idle ?? DONE;
    this.bytes += size;
    const idle = this.idle = previous.then(async () => {
      this.#pass(isBlob(copy) ? new Uint8Array(await copy.arrayBuffer()) : copy);
    }).catch(
      (cause) => this.#onUnreadable(new WsError("INVALID_MESSAGE", "send: cannot read the Blob", { cause }))
    ).then(() => {
      this.bytes -= size;
      if (this.idle === idle) this.idle = void 0;
    });
  }
}

class BufferedAmount {
  #messages = [];
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
    for (let first; (first = this.#messages[0]) && first.mark <= flushed; ) {
      this.#bytes -= first.size;
      this.#messages.shift();
    }
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
    this.#outgoing = new Outgoing(
      (payload) => this.#offer(payload),
      (error) => this.#fail(error)
    );
    this.#controller = new AbortController();
    this.#unflushed = new BufferedAmount();
    /** Number of messages that have arrived and were not dispatched. */
    this.#waitingMessages = 0;
    /** Bytes sent in this turn of the event loop: the standard counts them as buffered until it ends. */
    this.#turnBytes = 0;
    /** Bytes that will never leave, because the connection is closing or has ended. */
    this.#discardedBytes = 0;
    this.#handler = handler;
    const abort = () => this.#controller.abort(outer?.reason);
    const stop = outer && onAbort(outer, abort);
    if (outer?.aborted) abort();
    open(this.#controller.signal).finally(stop).then(
      (client) => this.#onOpen(client),
      (error) => this.#end(failureEvents(error))
    );
  }
  #handler;
  #outgoing;
  #controller;
  #unflushed;
  #waitingMessages;
  #turnBytes;
  #discardedBytes;
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
  /** Sends data, or discards it if the connection is closing or has ended. */
  send(data) {
    if (this.state === OPEN) this.#outgoing.push(data);
    else this.#discardedBytes += sizeOf(data);
  }
  close({ code, reason }) {
    const wasOpen = this.state === OPEN;
    if (this.state < CLOSING) this.state = CLOSING;
    this.#controller.abort();
    const frameCode = code ?? (reason ? NORMAL : NO_STATUS);
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
    void client.closed.then(() => enqueue(() => this.#end(endEvents(internals))));
  }
  #onMessage(message) {
    this.#waitingMessages++;
    enqueue(() => {
      this.#waitingMessages--;
      if (this.state !== OPEN) return;
      try {
        this.#handler.dispatchMessage(message);
      } catch (cause) {
        const text = "receive: cannot create the event";
        this.#fail(new WsError("UNSUPPORTED", text, { cause }));
      }
    });
  }
  #offer(payload) {
    const size = sizeOf(payload);
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
  #fail(error) {
    this.client?.internals.fail(INTERNAL_ERROR, error);
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
    this.#outgoing = new Outgoing(
      (payload) => this.#send(payload),
      (error) => this.#handler.dispatch(errorEvent(error))
    );
    /** Number of failed attempts and lost connections since the last stable connection. */
    this.#retries = 0;
    /** True while an attempt has neither opened a connection nor failed. */
    this.#isAttempting = false;
    /** True in the turn in which the client was created: its first attempt has not dialled yet. */
    this.#isNew = false;
    this.#handler = handler;
    this.#options = options;
    this.#outbox = new Outbox(options.queue, options.onLost);
    this.#start();
  }
  #handler;
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
    if (this.#outgoing.idle) void this.#outgoing.idle.then(() => this.#closeClient(given));
    else this.#closeClient(given);
  }
  reconnect(given) {
    const { code = NORMAL, reason } = this.#closeArguments ?? given;
    const { type } = this.client.state;
    this.#retries = 0;
    if (this.shouldReconnect && type !== "open") {
      if (!this.#isNew) this.client.internals.reconnect();
      return;
    }
    this.#closeClient({ code, reason });
    this.shouldReconnect = true;
    this.#closeArguments = void 0;
    enqueue(() => {
      if (this.connection) this.#end([closeEvent({ code, reason, wasClean: false })]);
      this.state = CONNECTING;
    });
    this.#start();
  }
  /** Ends the client. An open connection still sends what is queued. */
  #closeClient({ code = NORMAL, reason }) {
    this.client.internals.delivery.drainNow();
    void this.client.close(code, reason);
  }
  #start() {
    const isCurrent = () => this.client === client;
    const onMessage = (message) => enqueue(() => {
      if (isCurrent() && this.state === OPEN) this.#handler.dispatchMessage(message);
    });
    const client = new ReconnectingClient({
      ...this.#options,
      inbox: new EventInbox(onMessage),
      outbox: this.#outbox,
      resumed: this.url !== ""
    });
    this.client = client;
    this.#openStatus = void 0;
    this.#isAttempting = true;
    this.#isNew = true;
    enqueue(() => this.#isNew = false);
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
      if (this.#isAttempting) this.#end(failureEvents(void 0));
      this.#isAttempting = true;
      if (this.shouldReconnect) this.state = CONNECTING;
    } else if (status.type === "open") {
      const { url } = this.connection = connection;
      this.url = url;
      this.origin = new URL(url).origin;
      this.#isAttempting = false;
      if (!this.shouldReconnect) return;
      this.state = OPEN;
      this.#handler.dispatch(new Event("open"));
    } else {
      if (status.type === "closed") this.shouldReconnect = false;
      this.#end(this.#endEvents(status));
    }
  }
  /** Returns the events of the end of a connection or of a failed attempt; none if it ended before that. */
  #endEvents({ error }) {
    if (this.connection) return endEvents(this.connection.internals);
    return this.#isAttempting ? failureEvents(error) : [];
  }
  #end(events) {
    this.state = CLOSED;
    this.connection = void 0;
    this.#isAttempting = false;
    for (const event of events) this.#handler.dispatch(event);
  }
  #send(payload) {
    this.client.internals.delivery.send(payload, {}).catch((cause) => {
      const error = cause;
      if (error.code === "CLOSED" || error.code === "ABORTED") return;
      this.#handler.dispatch(errorEvent(error));
    });
  }
}

const MAX_ATTEMPTS = 2147483647;
function bindReconnectingWebSocket(platform) {
  class ReconnectingWebSocket extends eventTargetClass() {
    #session;
    #binaryType = "blob";
    constructor(url, ...[protocols, options = {}]) {
      super();
      requireArgument(arguments.length, "ReconnectingWebSocket");
      const given = withDefaults(protocols, options);
      const resolved = asSyntaxError(() => resolveOptions(url, given, platform));
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
      this.#binaryType = toBinaryType(value) ?? this.#binaryType;
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
    shouldRetry: (error, attempt) => shouldRetry?.(error, attempt) ?? !error.code.endsWith("_FORBIDDEN")
  };
}
function protocolsOption(protocols) {
  if (protocols === void 0 || protocols === null) return {};
  if (typeof protocols !== "function") return { protocols: toProtocols(protocols) };
  return { protocols: async (info) => await protocols(info) ?? void 0 };
}

const PARSERS = { context: contextParser };
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
      const context = options.context instanceof Context ? options.context : shared ??= createContext();
      const given = protocols === void 0 ? options : { ...options, protocols: toProtocols(protocols) };
      const text = toDomString(url);
      const prepared = asSyntaxError(() => context.prepare(text, given, PARSERS, "WebSocket"));
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
      return this.#session.readyState;
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
      this.#binaryType = toBinaryType(value) ?? this.#binaryType;
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
      super(url, protocols, { ...preset, ...options, ...mergeHeaders(preset, options) });
    }
  };
}
function mergeHeaders({ headers: preset }, { headers: given } = {}) {
  if (!preset || !given) return {};
  return { headers: { ...lowerCase(preset), ...lowerCase(given) } };
}
function lowerCase(headers) {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

export { bindWebSocket as a, bindReconnectingWebSocket as b, bindWebSocketClass as c };
//# sourceMappingURL=core.mjs.map
