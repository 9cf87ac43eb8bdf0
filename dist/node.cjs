'use strict';

Object.defineProperty(exports, '__esModule', { value: true });

var core = require('./core.cjs');
var node_buffer = require('node:buffer');
var node_zlib = require('node:zlib');
var node_crypto = require('node:crypto');
var node_fs = require('node:fs');
var node_dns = require('node:dns');
var node_net = require('node:net');
var node_tls = require('node:tls');
var node_url = require('node:url');
var require$$0 = require('ws');
var node_querystring = require('node:querystring');
var node_util = require('node:util');

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
    clientContext: asked !== core.COMPRESSION.NO_CONTEXT && !has("client_no_context_takeover"),
    serverWindowBits: bits("server"),
    clientWindowBits: bits("client")
  };
}

function faultError(label, readLimit, fault) {
  const { closeCode, problem, size, cause } = fault;
  const operation = `receive ${label}`;
  if (closeCode !== core.MESSAGE_TOO_BIG) {
    return new core.WsError("PROTOCOL_ERROR", `${operation}: ${problem}`, { cause });
  }
  const what = size === void 0 ? "a message" : `a message of ${size} bytes`;
  return new core.WsError(
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

const nextTick = /* @__PURE__ */ (() => process.nextTick.bind(process))();
let tasks = [];
let connections = 0;
function flushOnExit() {
  if (connections++ === 0) process.on("exit", endTurn);
}
function stopFlushingOnExit() {
  if (--connections === 0) process.off("exit", endTurn);
}
function atTurnEnd(task) {
  if (tasks.push(task) === 1) core.microtask(scheduleTick);
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
const rotatedWord = /* @__PURE__ */ (() => new Uint32Array(rotatedKey.buffer))();
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
  if (core.WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const why = textOf(cause);
  if (response !== void 0 || code.startsWith("HPE_")) {
    const hint = code === "HPE_HEADER_OVERFLOW" ? `its header exceeds node.maxHeaderSize (${maxHeaderSize} bytes): raise it, to 1 MiB at most` : why;
    return new core.WsError(
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
    return new core.WsError("DIAL_FAILED", `dial ${label}: certificate not trusted: ${why}: ${hint}`, {
      retryable: false,
      cause
    });
  }
  return new core.WsError("DIAL_FAILED", `dial ${label}: ${why}`, { cause });
}
function startError(label, error) {
  if (error instanceof TypeError || error.code?.startsWith("ERR_")) {
    const why = `option node, or a part of it, cannot be used: ${textOf(error)}`;
    return new core.WsError("INVALID_OPTION", `dial ${label}: ${why}`);
  }
  return new core.WsError("DIAL_FAILED", `dial ${label}: node.agent failed: ${textOf(error)}`, {
    cause: error
  });
}
function tlsFaultError(label, name, cause) {
  const why = `node.tls.${name} failed, so nothing was sent: ${textOf(cause)}`;
  return new core.WsError("DIAL_FAILED", `dial ${label}: ${why}`, { retryable: false, cause });
}
function textOf(error) {
  const { message, code, errors } = Object(error);
  const parts = errors?.map(textOf).join(", ");
  const text = [message, parts, code].find(Boolean) ?? core.show(error);
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
  return new core.WsError("HANDSHAKE_REJECTED", `dial ${label}: ${answer}`, {
    ...core.parseTraits(traits),
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
      this.#fail(core.PROTOCOL_ERROR, problem);
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
      this.#fail(core.MESSAGE_TOO_BIG, "a message is too big", message.isCompressed ? void 0 : size);
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
    const code = isEmpty ? core.NO_STATUS : payload.length < 2 ? 0 : payload.readUInt16BE();
    if (!isEmpty && !core.isFrameCode(code)) {
      this.#fail(core.PROTOCOL_ERROR, `a close frame with the invalid code ${code}`);
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
    this.#fail(core.INVALID_PAYLOAD, `${what} is not valid UTF-8`);
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
      closeCode: core.INVALID_PAYLOAD,
      problem: `a compressed message is no valid deflate data${why}`,
      cause
    });
  }
  #failTooBig() {
    this.#fail({ closeCode: core.MESSAGE_TOO_BIG, problem: "a message is too big" });
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
    else this.onFault({ closeCode: core.INVALID_PAYLOAD, problem: "a text message is not valid UTF-8" });
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
    const payload = node_buffer.Buffer.alloc(code === core.NO_STATUS ? 0 : 2 + node_buffer.Buffer.byteLength(reason));
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
    const ping = { id, payload, start: core.now(), isFlushed: false, frame, done };
    payload.writeUInt32BE(id);
    this.#waiting = [...this.#waiting, ping];
    return ping;
  }
  /** So many frames have been flushed: the round trips of the pings among them begin. */
  onFlushed(frames) {
    for (const ping of this.#waiting) {
      if (ping.isFlushed || ping.frame > frames) continue;
      ping.isFlushed = true;
      ping.start = core.now();
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
    this.compression = core.compressionMode(this.extensions, compression);
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
    for (const { start, done } of this.#pings.answeredBy(payload)) done(core.now() - start);
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
    if (this.#deferred.push(task) === 1) core.nextTurn(() => this.#runDeferred());
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
    if (code === core.ABNORMAL_CLOSURE || !canSend) {
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
    const { code, reason } = this.#peerClose ?? { code: core.ABNORMAL_CLOSURE, reason: "" };
    const echoed = code === core.NO_STATUS || code === core.ABNORMAL_CLOSURE ? void 0 : code;
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
  const label = core.displayUrl(url);
  const rival = findRival(url, options);
  if (rival) {
    const why = "it connects where the guard cannot see the address: leave it out";
    throw new core.WsError(
      "UNSUPPORTED",
      `dial ${label}: ${rival} cannot be used with denyPrivateNetworks: ${why}`
    );
  }
  const check = (address) => {
    const problem = guard.problem(url.hostname, address);
    if (!problem) return;
    throw new core.WsError(
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
  if (!core.isObject(value)) throw core.invalid(name, "true, false or { allow }", value);
  const { allow = [] } = core.pickKnown(name, value, ["allow"]);
  if (!Array.isArray(allow)) throw core.invalid(`${name}.allow`, "an array", allow);
  return new NetworkGuard(
    // Not `map`, which would pass over holes.
    Array.from(allow, (entry, index) => {
      const parsed = typeof entry === "string" && (parseBlock(entry) ?? parseName(entry));
      if (parsed) return parsed;
      const wanted = "a host name, an IP address or a CIDR block";
      const problem = `must be ${wanted}, not ${core.quote(core.maskUrl(entry))}`;
      throw new core.WsError("INVALID_OPTION", `${name}.allow[${index}] ${problem}`);
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
  const label = core.displayUrl(from.url);
  if (hops >= maxRedirects) {
    throw new core.WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: redirected again after node.maxRedirects (${maxRedirects}) redirects`,
      { details: refusal.details }
    );
  }
  const url = parseLocation(from.url, location, refusal);
  const operation = `dial ${label}: not allowed: ${core.displayUrl(url)}`;
  if (url.protocol.endsWith("+unix:")) {
    throw forbidden(operation, "a redirect may not lead to a Unix socket");
  }
  if (from.url.protocol.startsWith("wss") && url.protocol === "ws:") {
    throw forbidden(operation, "a redirect may not lead from TLS to a connection without it");
  }
  if (!core.sameOrigin(from.url, url)) return { url, options: strip(from.options, operation) };
  url.username = from.url.username;
  url.password = from.url.password;
  return { url, options: from.options };
}
function forbidden(operation, why) {
  return new core.WsError("URL_FORBIDDEN", `${operation}: ${why}`);
}
function redirectLocation(refusal) {
  if (!core.WsError.is(refusal)) return void 0;
  const { status = 0, headers } = refusal.details;
  const location = headers?.location;
  return [301, 302, 303, 307, 308].includes(status) && typeof location === "string" ? location : void 0;
}
function parseLocation(from, location, refusal) {
  try {
    const url = core.parseUrl(new URL(location, from), { unix: core.unixProblem, credentials: true });
    url.username = url.password = "";
    return url;
  } catch {
    throw new core.WsError(
      "HANDSHAKE_REJECTED",
      `dial ${core.displayUrl(from)}: redirected to what is not a ws: or wss: URL: see details.headers`,
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
  if (!node_util.types.isPromise(answer)) return new Error(`it returned ${core.show(answer)}, not ${wanted}`);
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
  const compresses = compression !== core.COMPRESSION.DISABLED;
  const noContext = compression === core.COMPRESSION.NO_CONTEXT;
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
    throw startError(core.displayUrl(url), error);
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
  WS_ERR_INVALID_UTF8: core.INVALID_PAYLOAD,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: core.MESSAGE_TOO_BIG,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: core.MESSAGE_TOO_BIG
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
    this.compression = core.compressionMode(this.extensions, options.compression);
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
      for (const { start, done } of this.#pings.answeredBy(payload)) done(core.now() - start);
      this.#regulate();
    });
    ws.on("error", (error) => this.#onError(error));
    ws.on("close", (code, reason) => {
      const echoed = code === core.NO_STATUS || code === core.ABNORMAL_CLOSURE ? void 0 : code;
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
    if (code === core.ABNORMAL_CLOSURE || !(isOpen || this.#isFaulty)) {
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
    const closeCode = ERROR_CLOSE_CODES[cause.code ?? ""] ?? core.PROTOCOL_ERROR;
    const problem = cause.message;
    const error = faultError(this.#label, this.#options.readLimit, { closeCode, problem, cause });
    core.nextTurn(() => this.#handler?.onError(error, closeCode));
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
  unix: core.unixProblem,
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
    const label = core.displayUrl(url);
    const { maxHeaderSize = DEFAULT_MAX_HEADER_BYTES } = options.node;
    let request;
    let response;
    let takeSocket;
    const ws = createWebSocket(url, options, {
      createConnection: guard && guardConnection(guard, url, options, signal),
      maxHeaderSize,
      timeLeft: due - core.now(),
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

const native = { ...nodePlatform, parsers: core.nodeParsers };
const custom = /* @__PURE__ */ core.webSocketPlatform(() => void 0);
const platformFor = (webSocket) => webSocket ? custom : native;
const connect = /* @__PURE__ */ core.bindConnect(platformFor);
const createContext = /* @__PURE__ */ core.bindCreateContext(platformFor);
const websocket = /* @__PURE__ */ (() => Object.freeze({ ...core.shared, connect, createContext }))();

exports.BINARY = core.BINARY;
exports.CLOSE_CODES = core.CLOSE_CODES;
exports.COMPRESSION = core.COMPRESSION;
exports.Channel = core.Channel;
exports.ReceiveChannel = core.ReceiveChannel;
exports.TEXT = core.TEXT;
exports.TYPE_BINARY = core.TYPE_BINARY;
exports.TYPE_CLOSE = core.TYPE_CLOSE;
exports.TYPE_PING = core.TYPE_PING;
exports.TYPE_PONG = core.TYPE_PONG;
exports.TYPE_TEXT = core.TYPE_TEXT;
exports.WsError = core.WsError;
exports.after = core.after;
exports.definePolicy = core.definePolicy;
exports.errors = core.errors;
exports.parseDuration = core.parseDuration;
exports.select = core.select;
exports.ticker = core.ticker;
exports.connect = connect;
exports.createContext = createContext;
exports.default = websocket;
//# sourceMappingURL=node.cjs.map
