import { k as payloadSize, h as invalid, a as parseBy, f as duration, m as must, V as Backlog, q as now, s as startTimer, Y as nextTurn, X as NO_STATUS, A as ABNORMAL_CLOSURE, a6 as compressionMode, W as WsError, a7 as Queue, R as ReceiveChannel, K as toPayload, w as waitFor, N as NORMAL, E as checkClose, J as waitForStarted, a8 as unixProblem, a9 as displayUrl, v as onAbort, aa as parseRetryAfter, ab as refusalError, ac as compileResource, ad as interceptDials, ae as toSubject, af as publicUrl, o as oneOf, a1 as isToken, Z as isObject, i as integer, ag as bindConnect, e as callable, ah as bindCreateContext, n as microtask, ai as platformTurn, aj as epoch, ak as setTimeSource, j as parseDuration } from '../core.mjs';
import { b as bindWebSocket } from '../compat/core.mjs';
import { n as nodeParsers } from '../node-options.mjs';

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

export { BaseTestServer as B, TestClock as T, TestPeer as a };
//# sourceMappingURL=core.mjs.map
