'use strict';

Object.defineProperty(exports, '__esModule', { value: true });

var core = require('./core.cjs');
var nodeOptions = require('./node-options.cjs');
var node_diagnostics_channel = require('node:diagnostics_channel');
var node_util = require('node:util');
var node_buffer = require('node:buffer');
var node_zlib = require('node:zlib');
var node_crypto = require('node:crypto');
var node_fs = require('node:fs');
var node_dns = require('node:dns');
var node_net = require('node:net');
var node_tls = require('node:tls');
var node_url = require('node:url');
var node_http = require('node:http');
var node_querystring = require('node:querystring');
var require$$0 = require('ws');

const debug = /* @__PURE__ */ node_util.debuglog("wschan");
function observerOf(type) {
  const events = node_diagnostics_channel.channel(`wschan:${type}`);
  if (!events.hasSubscribers && !debug.enabled) return void 0;
  return (event) => {
    debug("%O", event);
    events.publish(event);
  };
}

const OPEN = 0;
const CLOSING = 1;
const LINGERING = 2;
const DISCARDING = 3;
const MAX_LINGER_MS = 1e3;
class CloseHandshake {
  #socket;
  #sender;
  #state = OPEN;
  #sentCode;
  #received = { code: core.ABNORMAL_CLOSURE, reason: "" };
  #stopTimer;
  constructor(socket, sender) {
    this.#socket = socket;
    this.#sender = sender;
  }
  /** True until this side has sent a close frame. */
  get isOpen() {
    return this.#state === OPEN;
  }
  /** The server's close frame; code 1006 if none has arrived. */
  get received() {
    return this.#received;
  }
  /** The code of this side's close frame; `undefined` if it sent none, or one without a code. */
  get sentCode() {
    return sentCodeOf(this.#sentCode, this.#received.code);
  }
  /** Sends a close frame, and awaits the server's. */
  send(code, reason) {
    this.#state = CLOSING;
    this.#sentCode = code;
    this.#sender.close(code, reason);
  }
  /** Records the server's close frame. */
  receive(frame) {
    this.#received = frame;
  }
  /** Answers the server's close frame with the same code (RFC 6455 section 5.5.1), and awaits the end of TCP. */
  answer() {
    if (this.#state === OPEN) this.#sender.close(this.#received.code, "");
    if (this.#state !== DISCARDING) this.#state = LINGERING;
    this.linger();
  }
  /** Limits the wait for the server to close TCP, in state LINGERING and once all bytes are flushed. */
  linger() {
    if (this.#state !== LINGERING || this.#stopTimer) return;
    if (this.#sender.size + this.#socket.writableLength === 0) this.#destroyAfter(MAX_LINGER_MS);
  }
  /** Sends a close frame, and discards input for at most `timeoutMs` or until the server closes TCP. */
  discard(code, timeoutMs) {
    this.#state = DISCARDING;
    this.#sender.close(code, "");
    this.#destroyAfter(timeoutMs);
    this.#socket.resume();
  }
  /** Cancels the timer, because the socket has closed. */
  end() {
    this.#stopTimer?.();
  }
  #destroyAfter(delayMs) {
    this.#stopTimer = core.startTimer(delayMs, () => this.#socket.destroy());
  }
}
function sentCodeOf(ownCode, receivedCode) {
  const hasNoCode = receivedCode === core.NO_STATUS || receivedCode === core.ABNORMAL_CLOSURE;
  return ownCode ?? (hasNoCode ? void 0 : receivedCode);
}

class DeferredTasks {
  #tasks = [];
  add(task) {
    if (this.#tasks.push(task) === 1) core.nextTurn(() => this.run());
  }
  /** Runs the tasks now. */
  run() {
    for (const task of this.#tasks.splice(0)) task();
  }
}

const MAX_SYNC_INPUT_BYTES$1 = 65536;
const TAIL_BYTES = 4;
const MAX_OUTPUT_BYTES = 81920;
let sharedBuffers;
function scratchBuffers() {
  return sharedBuffers ??= {
    input: node_buffer.Buffer.allocUnsafeSlow(MAX_SYNC_INPUT_BYTES$1 + TAIL_BYTES),
    output: node_buffer.Buffer.allocUnsafeSlow(MAX_OUTPUT_BYTES)
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

const SYNC_FLUSH_TAIL_BYTES = 4;
class MessageDeflater {
  #windowBits;
  #keepsContext;
  #stream;
  // State of the message that is being deflated asynchronously.
  #done;
  #parts = [];
  constructor(windowBits, keepsContext) {
    this.#windowBits = windowBits;
    this.#keepsContext = keepsContext;
  }
  /**
   * Deflates a message of `size` bytes synchronously. Returns `undefined` if that would block the event loop
   * for too long: use {@link deflateAsync} instead. The result is valid until the next call.
   */
  deflateSync(data, size) {
    if (size > MAX_SYNC_INPUT_BYTES$1 || !canRunSync()) return void 0;
    const { input, output } = scratchBuffers();
    let bytes = input;
    if (typeof data === "string") input.write(data);
    else bytes = data;
    const stream = this.#open();
    const { produced } = runSync(stream, bytes, 0, size, output);
    if (!this.#keepsContext) stream.reset();
    return output.subarray(0, produced - SYNC_FLUSH_TAIL_BYTES);
  }
  /** Deflates a message on zlib's thread. Deflate no other message before `done` is called. */
  deflateAsync(bytes, done) {
    const stream = this.#open();
    this.#done = done;
    if (stream.listenerCount("data") === 0) {
      stream.on("data", (part) => void this.#parts.push(part));
    }
    stream.write(bytes);
    stream.flush(node_zlib.constants.Z_SYNC_FLUSH, () => {
      if (stream !== this.#stream) return;
      const deflated = node_buffer.Buffer.concat(this.#parts).subarray(0, -SYNC_FLUSH_TAIL_BYTES);
      if (!this.#keepsContext) stream.reset();
      this.#settle(void 0, deflated);
    });
  }
  /** Frees zlib's memory. Does not call `done` of a pending message. */
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
function readParameters(extensions, requested) {
  if (!/permessage-deflate/i.test(extensions)) return void 0;
  const has = (name) => extensions.toLowerCase().includes(name);
  const bits = (side) => Number(new RegExp(`${side}_max_window_bits="?(\\d+)`, "i").exec(extensions)?.[1]) || DEFAULT_WINDOW_BITS;
  return {
    serverContext: !has("server_no_context_takeover"),
    clientContext: requested !== core.COMPRESSION.NO_CONTEXT && !has("client_no_context_takeover"),
    serverWindowBits: bits("server"),
    clientWindowBits: bits("client")
  };
}

const MAX_TEXT_BYTES = /* @__PURE__ */ (() => node_buffer.constants.MAX_STRING_LENGTH)();
const SECOND_BYTE_RANGES = {
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
  /** An incomplete sequence at the end of the last part: at most 3 bytes. */
  #incomplete = NO_BYTES$1;
  /** Adds a part. Returns true if the parts so far can be the beginning of a text. */
  accepts(part) {
    const bytes = this.#incomplete.length > 0 ? node_buffer.Buffer.concat([this.#incomplete, part]) : part;
    const end = bytes.length - incompleteSize(bytes);
    this.#incomplete = end < bytes.length ? node_buffer.Buffer.from(bytes.subarray(end)) : NO_BYTES$1;
    return node_buffer.isUtf8(bytes.subarray(0, end)) && mayBeginSequence(this.#incomplete);
  }
  /** True if the parts so far are a complete text. */
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
  const [min, max] = SECOND_BYTE_RANGES[first] ?? [128, 191];
  return second >= min && second <= max;
}

function invalidUtf8(subject) {
  const problem = `the server sent a ${subject} that is not valid UTF-8 (RFC 6455 section 8.1)`;
  return { closeCode: core.INVALID_PAYLOAD, problem };
}
function messageTooBig(size) {
  const problem = "the message is too big";
  return { closeCode: core.MESSAGE_TOO_BIG, problem, ...size !== void 0 && { size } };
}
function textTooLong(size) {
  const problem = `text of ${size} bytes exceeds the longest string (${MAX_TEXT_BYTES}); ask the server to split it`;
  return { closeCode: core.MESSAGE_TOO_BIG, problem, size, limit: MAX_TEXT_BYTES };
}
function faultError(label, readLimit, fault) {
  const { closeCode, problem, size, limit, cause } = fault;
  const operation = `receive ${label}`;
  if (limit !== void 0) {
    const details = { limit, ...size !== void 0 && { size } };
    return new core.WsError("MESSAGE_TOO_BIG", `${operation}: ${problem}`, { details });
  }
  return closeCode === core.MESSAGE_TOO_BIG ? core.readLimitError(operation, readLimit, size === void 0 ? {} : { size }, cause) : new core.WsError("PROTOCOL_ERROR", `${operation}: ${problem}`, { cause });
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
let connectionCount = 0;
function flushOnExit() {
  if (connectionCount++ === 0) process.on("exit", endTurn);
}
function stopFlushingOnExit() {
  if (--connectionCount === 0) process.off("exit", endTurn);
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

const MASKING_KEY_BYTES = 4;
const MAX_HEADER_BYTES$1 = 14;
const MAX_BATCH_BYTES = 65536;
const FIRST_BATCH_BYTES = 1024;
const MIN_WORDWISE_BYTES = 64;
const KEY_POOL_BYTES = 8192;
const keyPool = /* @__PURE__ */ new Uint8Array(KEY_POOL_BYTES);
let keyPoolOffset = KEY_POOL_BYTES;
const rotatedKey = /* @__PURE__ */ new Uint8Array(MASKING_KEY_BYTES);
const rotatedWord = /* @__PURE__ */ (() => new Uint32Array(rotatedKey.buffer))();
class FrameWriter {
  #target;
  /** True from the first frame of a turn until the end of that turn. */
  #isBatching = false;
  #batch;
  #size = 0;
  #frames = 0;
  constructor(target) {
    this.#target = target;
  }
  /** The size of the batch in bytes. */
  get size() {
    return this.#size;
  }
  /**
   * Adds a frame; the payload is copied. Returns the payload's size in bytes.
   *
   * @param first - The first byte of the frame: FIN, RSV1 and the opcode.
   * @param counted - False for pongs and close frames, which the target does not count.
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
  /** Returns the buffer of the batch, with space for `more` bytes. */
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
  return end + MASKING_KEY_BYTES;
}
function mask(bytes, start, end) {
  const key = nextMaskingKey();
  bytes.set(key, start - MASKING_KEY_BYTES);
  let done = start;
  if (end - start >= MIN_WORDWISE_BYTES) {
    const first = start + (-(bytes.byteOffset + start) & 3);
    maskBytes(bytes, key, start, start, first);
    done = maskWords(bytes, key, start, first, end);
  }
  maskBytes(bytes, key, start, done, end);
}
function nextMaskingKey() {
  if (keyPoolOffset === KEY_POOL_BYTES) {
    node_crypto.randomFillSync(keyPool);
    keyPoolOffset = 0;
  }
  return keyPool.subarray(keyPoolOffset, keyPoolOffset += MASKING_KEY_BYTES);
}
function maskBytes(bytes, key, start, from, to) {
  for (let i = from; i < to; i++) {
    bytes[i] = bytes[i] ^ key[i - start & 3];
  }
}
function maskWords(bytes, key, start, from, to) {
  for (let i = 0; i < MASKING_KEY_BYTES; i++) rotatedKey[i] = key[from - start + i & 3];
  const word = rotatedWord[0];
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + from, to - from >> 2);
  for (let i = 0; i < words.length; i++) words[i] = words[i] ^ word;
  return from + words.length * 4;
}

const SOCKET_TABLE_PATHS = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
const QUEUES_COLUMN = 4;
const INODE_COLUMN = 9;
const MAX_UNCOUNTED_WRITE_BYTES = 16384;
const NEGLIGIBLE_BYTES = 65536;
const MIN_TABLE_AGE_MS = 20;
const MAX_TABLE_AGE_MS = 1e3;
class KernelCounters {
  constructor(socket) {
    /** Bytes that the owner has read from the stream. */
    this.emittedBytes = 0;
    /** Bytes that the owner has written to the stream. */
    this.writtenBytes = 0;
    /** When the socket was opened, in milliseconds. A table that was read earlier does not list it. */
    this.#openedAt = performance.now();
    this.#socket = socket;
  }
  #socket;
  #openedAt;
  #inode;
  /** The number of bytes received. With TLS it includes bytes of incomplete records. */
  get received() {
    return this.#handle?.bytesRead ?? this.emittedBytes;
  }
  /** True if the kernel has accepted all bytes; `undefined` if that is unknown. */
  get isAccepted() {
    const queued = this.#handle?.writeQueueSize;
    return queued === void 0 ? void 0 : queued === 0;
  }
  /** The largest write, in bytes, whose progress can be observed. */
  get maxWriteBytes() {
    return this.#handle ? Infinity : MAX_UNCOUNTED_WRITE_BYTES;
  }
  /**
   * A number that changes whenever bytes have been sent. Linux accepts new bytes only when a third of its
   * send buffer is free, which takes seconds on a slow link. So while libuv holds bytes, only those that the
   * peer has acknowledged are counted.
   */
  get sent() {
    const handle = this.#handle;
    if (!handle) return this.writtenBytes - this.#socket.writableLength;
    const { bytesWritten = 0, writeQueueSize = 0 } = handle;
    const accepted = bytesWritten - writeQueueSize;
    return writeQueueSize > 0 ? accepted - this.#queueSize(handle) : accepted;
  }
  /**
   * The number of bytes that the kernel has accepted and the peer has not acknowledged; 0 if that is unknown
   * or at most {@link NEGLIGIBLE_BYTES} were ever written.
   */
  get unsent() {
    const handle = this.#handle;
    const { bytesWritten = 0 } = handle ?? {};
    return handle && bytesWritten > NEGLIGIBLE_BYTES ? this.#queueSize(handle) : 0;
  }
  /** The handle of the TCP socket. A Duplex has none, and TLS over a Duplex has one without counters. */
  get #handle() {
    let { _handle: handle } = this.#socket;
    while (handle?._parent) handle = handle._parent;
    return handle?.writeQueueSize === void 0 ? void 0 : handle;
  }
  /** Returns the number of bytes in the kernel's send queue; 0 if that is unknown. */
  #queueSize({ fd = -1 }) {
    try {
      this.#inode ??= node_fs.fstatSync(fd).ino;
      return queueSizes(this.#openedAt).get(this.#inode) ?? 0;
    } catch {
      return 0;
    }
  }
}
let cachedTable = /* @__PURE__ */ new Map();
let readAt = 0;
let expiresAt = 0;
function queueSizes(since) {
  const start = performance.now();
  if (start < expiresAt && readAt > since) return cachedTable;
  readAt = start;
  cachedTable = new Map(SOCKET_TABLE_PATHS.flatMap((path) => readTable(path)));
  const end = performance.now();
  const age = Math.min(10 * (end - start), MAX_TABLE_AGE_MS);
  expiresAt = end + Math.max(MIN_TABLE_AGE_MS, age);
  return cachedTable;
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

const CODE_BYTES = 2;
function parseClosePayload(payload) {
  if (payload.length === 0) return { code: core.NO_STATUS, reason: "" };
  if (payload.length < CODE_BYTES) {
    return invalidClose(
      "a payload of 1 byte, which is too short for a code (RFC 6455 section 5.5.1)"
    );
  }
  const code = payload.readUInt16BE();
  if (!core.isFrameCode(code)) return invalidClose(`the invalid code ${code} (RFC 6455 section 7.4)`);
  const reason = decodeUtf8(payload, CODE_BYTES, payload.length);
  return reason === void 0 ? invalidUtf8("close reason") : { code, reason };
}
function invalidClose(content) {
  const problem = `the server sent a close frame with ${content}`;
  return { closeCode: core.PROTOCOL_ERROR, problem };
}
function makeClosePayload(code, reason) {
  if (code === core.NO_STATUS) return node_buffer.Buffer.alloc(0);
  const payload = node_buffer.Buffer.alloc(CODE_BYTES + node_buffer.Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, CODE_BYTES);
  return payload;
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
  if (second & MASKED) return "the server sent a masked frame (RFC 6455 section 5.1)";
  if (first & RSV & ~RSV1) {
    return "the server sent a frame with a reserved bit set (RFC 6455 section 5.2)";
  }
  if (first & RSV1 && (!isDeflateNegotiated || opcode > BINARY || opcode === CONTINUATION)) {
    return "the server set RSV1 on a frame that begins no compressed message (RFC 7692 section 6)";
  }
  if (opcode > PONG || opcode > BINARY && opcode < CLOSE) {
    return `the server sent a frame with the reserved opcode ${opcode} (RFC 6455 section 5.2)`;
  }
  return opcode >= CLOSE ? controlProblem(first, second) : dataProblem(opcode, isInMessage);
}
function controlProblem(first, length) {
  if (!(first & FIN)) return "the server sent a fragmented control frame (RFC 6455 section 5.5)";
  if (length <= MAX_CONTROL_BYTES) return void 0;
  return `the server sent a control frame of more than ${MAX_CONTROL_BYTES} bytes (RFC 6455 section 5.5)`;
}
function dataProblem(opcode, isInMessage) {
  if (opcode === CONTINUATION) {
    if (isInMessage) return void 0;
    return "the server sent a continuation frame outside a fragmented message (RFC 6455 section 5.4)";
  }
  if (!isInMessage) return void 0;
  return "the server began a message inside a fragmented message (RFC 6455 section 5.4)";
}

const MIN_KEPT_PART_BYTES = 8192;
const FIRST_BLOCK_BYTES = 256;
const MAX_BLOCK_BYTES = 65536;
class PayloadBuffer {
  /** @param declaredSize - The size of the whole payload in bytes, if it is known. It must not be exceeded. */
  constructor(declaredSize) {
    /** The number of bytes that have been added. */
    this.size = 0;
    this.#parts = [];
    this.#blockSize = 0;
    this.#declaredSize = declaredSize;
  }
  #declaredSize;
  /** The whole payload, allocated when half of the declared size has arrived. Later parts are copied into it. */
  #whole;
  #parts;
  /** The block that small parts are copied to. Its first `#blockSize` bytes are in use. */
  #block;
  #blockSize;
  /** Adds a part, which may be a view of a larger chunk. */
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
  /** Returns the payload in a buffer of its own. */
  finish() {
    return this.#whole ?? this.#join(this.size);
  }
  /** Moves all parts to the beginning of a new buffer of `size` bytes. */
  #join(size) {
    this.#endBlock();
    const whole = node_buffer.Buffer.allocUnsafeSlow(size);
    let offset = 0;
    for (const part of this.#parts) offset += part.copy(whole, offset);
    this.#parts = [];
    return whole;
  }
  /** Copies bytes of the part from `offset`, up to the end of the block. Returns the number of bytes copied. */
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

class PartialMessage {
  #payload;
  /** Validates an uncompressed text as it arrives. */
  #utf8;
  /** @param declaredSize - The size of the whole payload in bytes; `undefined` if the message is fragmented. */
  constructor(isText, isCompressed, declaredSize) {
    this.isText = isText;
    this.isCompressed = isCompressed;
    this.#payload = new PayloadBuffer(declaredSize);
    this.#utf8 = isText && !isCompressed ? new Utf8Validator() : void 0;
  }
  /** The number of payload bytes so far. */
  get size() {
    return this.#payload.size;
  }
  /** Adds a part of the payload. Returns false if it makes the text invalid UTF-8. */
  add(part) {
    if (this.#utf8?.accepts(part) === false) return false;
    this.#payload.add(part);
    return true;
  }
  /** Returns the payload of the complete message, or `undefined` if the text ends within a character. */
  finish() {
    return this.#utf8?.isComplete === false ? void 0 : this.#payload.finish();
  }
}

const HEADER = 0;
const CONTROL = 1;
const DATA = 2;
const ENDED = 3;
const NO_BYTES = /* @__PURE__ */ node_buffer.Buffer.alloc(0);
class FrameParser {
  constructor(limits, events) {
    /** True to parse no further message. If the handler of an event sets it, the parser stops after that event. */
    this.halted = false;
    /** True to parse no data. If the handler of an event sets it, the parser stops after that event. */
    this.isFull = false;
    this.#state = HEADER;
    this.#isParsing = false;
    /** The bytes to parse are those of `#chunk` from `#offset`, then those of `#chunks`. */
    this.#chunk = NO_BYTES;
    this.#offset = 0;
    this.#chunks = [];
    /** The beginning of a header that is still incomplete. */
    this.#headerStart = NO_BYTES;
    // State of the frame whose payload is expected.
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
  /** Parses a chunk, whose bytes must not change afterwards. */
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
  /** Parses the bytes that have been pushed, until it is halted. Has no effect in the handler of an event. */
  run() {
    if (this.#isParsing) return;
    this.#isParsing = true;
    try {
      while (this.#mayContinue() && this.#step()) ;
    } finally {
      this.#isParsing = false;
    }
  }
  /** Discards the bytes that have been pushed, and all further ones. */
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
  /** Takes one step of the state table. Returns false if it cannot. */
  #step() {
    if (this.#state !== HEADER) return this.#readPayload();
    if (this.#headerStart.length === 0) {
      this.#readShortMessages();
      if (this.halted || this.#offset === this.#chunk.length) return true;
    }
    return this.#readHeader();
  }
  /** Reads messages that are a single, complete frame in this chunk: the fast path. Stops at anything else. */
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
    if (text === void 0) this.#fail(invalidUtf8("text message"));
    else this.#events.onText(text, end - start);
  }
  /** Reads a header. Returns false if `isFull` forbids the frame. */
  #readHeader() {
    const start = this.#headerStart;
    const next = this.#chunk.subarray(this.#offset, this.#offset + MAX_HEADER_BYTES - start.length);
    const bytes = start.length > 0 ? node_buffer.Buffer.concat([start, next]) : next;
    const [first, second = 0] = bytes;
    const size = bytes.length < 2 ? 2 : headerSize(second);
    const problem = bytes.length < 2 ? void 0 : this.#problemOf(first, second);
    if (problem !== void 0) {
      this.#fail({ closeCode: core.PROTOCOL_ERROR, problem });
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
    const declaredSize = this.#isFinal ? length : void 0;
    const message = this.#message ??= new PartialMessage(isText, isCompressed, declaredSize);
    const size = message.size + length;
    const { message: limit, compressed = limit } = this.#limits;
    if (size > (message.isCompressed ? compressed : limit)) {
      this.#fail(messageTooBig(message.isCompressed ? void 0 : size));
    } else if (message.isText && !message.isCompressed && size > MAX_TEXT_BYTES) {
      this.#fail(textTooLong(size));
    }
  }
  /** Reads payload up to the end of the frame or of the chunk. Returns false if it is not valid UTF-8. */
  #readPayload() {
    const end = Math.min(this.#offset + this.#remaining, this.#chunk.length);
    const part = this.#chunk.subarray(this.#offset, end);
    this.#offset = end;
    this.#remaining -= part.length;
    if (this.#state === CONTROL) {
      this.#control?.add(part);
    } else if (!this.#message.add(part)) {
      this.#fail(invalidUtf8("text message"));
      return false;
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
  #endMessage(message) {
    const { isText, isCompressed, size } = message;
    const payload = message.finish();
    if (!payload) this.#fail(invalidUtf8("text message"));
    else if (isCompressed) this.#events.onCompressed(isText, payload);
    else if (isText) this.#events.onText(payload.toString(), size);
    else this.#events.onBinary(plainView(payload), 0, size);
  }
  #endControl(payload) {
    if (this.#opcode === PING) this.#events.onPing(payload);
    else if (this.#opcode === PONG) this.#events.onPong(payload);
    else this.#endClose(payload);
  }
  #endClose(payload) {
    const close = parseClosePayload(payload);
    if ("problem" in close) {
      this.#fail(close);
    } else {
      this.end();
      this.#events.onClose(close.code, close.reason);
    }
  }
  #fail(fault) {
    this.end();
    this.#events.onFault(fault);
  }
}

const MAX_SYNC_INPUT_BYTES = 32768;
const MAX_SYNC_OUTPUT_BYTES = 524288;
const SYNC_FLUSH_TAIL = /* @__PURE__ */ node_buffer.Buffer.from([0, 0, 255, 255]);
class MessageInflater {
  #windowBits;
  #keepsContext;
  #limit;
  #events;
  #stream;
  /** The inflated bytes of the current message so far. */
  #parts = [];
  #size = 0;
  /** @param limit - The size of the largest message after inflating, in bytes. */
  constructor(windowBits, keepsContext, limit, events) {
    this.#windowBits = windowBits;
    this.#keepsContext = keepsContext;
    this.#limit = limit;
    this.#events = events;
  }
  /** Inflates a message. Reports it during the call or later. */
  inflate(isText, payload) {
    if (payload.length === 0) {
      this.#finish(isText, payload);
      return;
    }
    if (payload.length > MAX_SYNC_INPUT_BYTES || !canRunSync()) {
      this.#runAsync(isText, node_buffer.Buffer.concat([payload, SYNC_FLUSH_TAIL]));
      return;
    }
    const { input } = scratchBuffers();
    const end = payload.copy(input) + SYNC_FLUSH_TAIL.copy(input, payload.length);
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
    const { output } = scratchBuffers();
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
  /** Inflates the rest of a message through Node's public interface, which runs on another thread. */
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
      problem: `the server sent a compressed message that is not valid deflate data${why}`,
      cause
    });
  }
  #failTooBig() {
    this.#fail(messageTooBig());
  }
  #fail(fault) {
    this.close();
    this.#events.onFault(fault);
  }
}
function isOnlyTail(size) {
  return size === SYNC_FLUSH_TAIL.length;
}

const MAX_DELAY_MS = 2147483647;
class PausableSocket {
  constructor(socket) {
    this.isPaused = false;
    this.#isRef = true;
    this.#socket = socket;
  }
  #socket;
  #isRef;
  /** Keeps the process alive while the socket is paused. */
  #hold;
  pause() {
    this.isPaused = true;
    this.#socket.pause();
    this.#updateHold();
  }
  resume() {
    this.isPaused = false;
    this.#socket.resume();
    this.#updateHold();
  }
  /** Sets whether the socket keeps the process alive. */
  setRef(isRef) {
    this.#isRef = isRef;
    const socket = this.#socket;
    if (isRef) socket.ref?.();
    else socket.unref?.();
    this.#updateHold();
  }
  #updateHold() {
    clearTimeout(this.#hold);
    this.#hold = this.isPaused && this.#isRef ? setTimeout(() => this.#updateHold(), MAX_DELAY_MS) : void 0;
  }
}

class MessageReader {
  constructor(socket, { readLimit, node }, deflate, pings, events) {
    /** The number of times that a slow consumer has paused the socket. */
    this.timesPaused = 0;
    this.#isInflating = false;
    this.#pressure = 0;
    /** True if a slow consumer has paused the socket, not only zlib. */
    this.#isPauseCounted = false;
    /** True once no more bytes can arrive: the remaining messages are delivered even if the consumer is behind. */
    this.#isFlushing = false;
    this.#socket = new PausableSocket(socket);
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
  #isPauseCounted;
  #isFlushing;
  /** True while a message is incomplete or is being inflated. */
  get isInMessage() {
    return this.#isInflating || this.#parser.isInMessage;
  }
  /** True if all bytes that have arrived are parsed and their messages delivered. */
  get isDrained() {
    return !this.#isInflating && this.#parser.isDrained;
  }
  /** Reads a chunk of the socket. */
  read(chunk) {
    this.#parser.push(chunk);
    this.#afterParsing();
  }
  /** Sets the pressure of the inbox, and pauses or resumes accordingly. */
  pause(pressure) {
    this.#pressure = pressure;
    this.regulate();
  }
  /** Sets whether the socket keeps the process alive. */
  setRef(isRef) {
    this.#socket.setRef(isRef);
  }
  /** Delivers the messages that have arrived, even to a consumer that is behind. */
  flush() {
    this.#isFlushing = true;
    this.regulate();
  }
  /** Discards the bytes that have arrived, and all further ones. No event follows. */
  end() {
    this.#parser.end();
    this.#inflater?.close();
    this.#isInflating = false;
    this.#pressure = 0;
    this.#resume();
  }
  /** Parses as far as backpressure and zlib permit, and pauses or resumes the socket accordingly. */
  regulate() {
    this.#parser.halted = this.#isInflating;
    this.#parser.isFull = this.#isPauseDue;
    this.#parser.run();
    this.#afterParsing();
  }
  #afterParsing() {
    if (this.#isBlocked) {
      if (!this.#socket.isPaused) atTurnEnd(this);
    } else {
      this.#resume();
    }
    this.#events.onParsed();
  }
  /** Pauses the socket if the consumer or zlib is still behind after the microtasks of this turn. */
  onTurnEnd() {
    if (this.#socket.isPaused || !this.#isBlocked) return;
    this.#socket.pause();
    if (!this.#isPauseDue) return;
    this.timesPaused++;
    this.#isPauseCounted = true;
    this.#events.onPaused(true);
  }
  #resume() {
    if (!this.#socket.isPaused) return;
    this.#socket.resume();
    if (!this.#isPauseCounted) return;
    this.#isPauseCounted = false;
    this.#events.onPaused(false);
  }
  get #isPauseDue() {
    const mayPause = this.#pressure > 1 || this.#pings.size === 0;
    return this.#pressure > 0 && mayPause && !this.#isFlushing;
  }
  /**
   * True if there are bytes that must not be parsed yet. A full channel alone does not block: the
   * parser goes on to the next data frame, so pings are answered and a close frame or a fault is found.
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
    if (isText) this.#deliverInflatedText(bytes);
    else this.#deliverBinary(ownBytes(plainView(bytes), 0, bytes.length));
    this.regulate();
  }
  #deliverInflatedText(bytes) {
    const { length } = bytes;
    const text = length > MAX_TEXT_BYTES ? void 0 : decodeUtf8(bytes, 0, length);
    if (text !== void 0) this.onText(text, length);
    else this.onFault(length > MAX_TEXT_BYTES ? textTooLong(length) : invalidUtf8("text message"));
  }
  /** Halts the parser while a message is being inflated, so that later messages stay in order. */
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
  /** The frames after the message that is being deflated; `undefined` if none is. */
  #queue;
  #pendingBytes = 0;
  #onDrained;
  /**
   * @param threshold - The size in bytes below which messages are sent uncompressed.
   * @param onError - Called if zlib fails. Nothing can be sent afterwards.
   */
  constructor(writer, deflater, threshold, onError) {
    this.#writer = writer;
    this.#deflater = deflater;
    this.#threshold = threshold;
    this.#onError = onError;
  }
  /** The number of bytes that have not been written to the socket. */
  get size() {
    return this.#writer.size + this.#pendingBytes;
  }
  /** Sends a message and returns its size in bytes. `data` may be changed afterwards. */
  send(data) {
    const opcode = typeof data === "string" ? TEXT : BINARY;
    if (!this.#deflater) return this.#writer.add(FIN | opcode, data);
    if (!this.#queue) return this.#sendNow(this.#deflater, opcode, data);
    const payload = node_buffer.Buffer.from(data);
    this.#enqueue(opcode, payload);
    return payload.length;
  }
  /** Sends a close frame; code 1005 sends one without a code. Nothing may be sent afterwards. */
  close(code, reason) {
    const payload = makeClosePayload(code, reason);
    if (this.#queue) this.#enqueue(CLOSE, payload);
    else this.#writeClose(payload);
  }
  /** Calls back when all frames have been written to the socket: immediately if none is queued. */
  drain(done) {
    this.#onDrained = done;
    if (!this.#queue) this.#endDrain();
  }
  /** Frees zlib's memory and discards the queued frames. */
  end() {
    this.#deflater?.close();
    this.#queue = this.#onDrained = void 0;
    this.#pendingBytes = 0;
  }
  #enqueue(opcode, payload) {
    this.#queue?.push({ opcode, payload });
    this.#pendingBytes += payload.length;
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
    this.#queue ??= [];
    this.#pendingBytes += payload.length;
    deflater.deflateAsync(payload, (error, deflated) => {
      this.#pendingBytes -= payload.length;
      if (error) {
        this.end();
        this.#onError(error);
        return;
      }
      const queued = this.#queue ?? [];
      this.#queue = void 0;
      this.#writer.add(FIN | RSV1 | opcode, deflated);
      this.#resume(deflater, queued);
    });
  }
  /** Sends the queued frames, up to the next message that has to be deflated asynchronously. */
  #resume(deflater, frames) {
    for (const { opcode, payload } of frames) {
      if (this.#queue) {
        this.#queue.push({ opcode, payload });
        continue;
      }
      this.#pendingBytes -= payload.length;
      if (opcode === CLOSE) this.#writeClose(payload);
      else this.#sendNow(deflater, opcode, payload);
    }
    if (!this.#queue) this.#endDrain();
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
  #pending = [];
  #lastId = 0;
  get size() {
    return this.#pending.length;
  }
  /** Adds a new ping, which is the counted frame number `frame` of the connection. */
  add(frame, done) {
    const payload = node_buffer.Buffer.alloc(PAYLOAD_BYTES);
    const id = ++this.#lastId;
    const ping = { id, payload, start: core.now(), isFlushed: false, frame, done };
    payload.writeUInt32BE(id);
    this.#pending = [...this.#pending, ping];
    return ping;
  }
  /** Starts the round trip of each ping that is among the first `frames` frames. */
  onFlushed(frames) {
    for (const ping of this.#pending) {
      if (ping.isFlushed || ping.frame > frames) continue;
      ping.isFlushed = true;
      ping.start = core.now();
    }
  }
  /** Removes a ping without calling its `done`. */
  remove(ping) {
    this.#pending = this.#pending.filter((other) => other !== ping);
  }
  /**
   * Removes and returns the ping that a pong answers, and all earlier ones: a server may answer only the
   * latest ping (RFC 6455 section 5.5.3).
   */
  answeredBy(payload) {
    if (payload.length !== PAYLOAD_BYTES) return [];
    const id = node_buffer.Buffer.from(payload).readUInt32BE();
    if (id > this.#lastId) return [];
    const answered = this.#pending.filter((ping) => ping.id <= id);
    this.#pending = this.#pending.filter((ping) => ping.id > id);
    return answered;
  }
  /** Removes all pings because the connection has ended. */
  end() {
    const pending = this.#pending;
    this.#pending = [];
    for (const { done } of pending) done(void 0);
  }
}

function responseDetails(response) {
  const { statusCode = 0, statusMessage = "" } = response;
  const retryAfter = core.parseRetryAfter(response.headers["retry-after"]);
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

class SocketWriter {
  #socket;
  #counters;
  #events;
  constructor(socket, counters, events) {
    this.#socket = socket;
    this.#counters = counters;
    this.#events = events;
  }
  write(bytes, frames) {
    const { maxWriteBytes } = this.#counters;
    const { length } = bytes;
    const onWritten = (error) => {
      if (!error && !this.#socket.destroyed) this.#events.onFlushed(frames);
    };
    this.#counters.writtenBytes += length;
    try {
      if (length <= maxWriteBytes) this.#socket.write(bytes, onWritten);
      else this.#writeInParts(bytes, maxWriteBytes, onWritten);
    } catch (error) {
      this.#events.onWriteError(error);
    }
  }
  #writeInParts(bytes, partBytes, onWritten) {
    let start = 0;
    for (; start + partBytes < bytes.length; start += partBytes) {
      this.#socket.write(bytes.subarray(start, start + partBytes));
    }
    this.#socket.write(bytes.subarray(start), onWritten);
  }
}

const MAX_BYTES_BEFORE_PONG = 65536;
class SocketConnection {
  /** @param label - The URL as errors show it. */
  constructor(socket, response, options, label) {
    /** The number of messages and pings that were sent, and of those that were flushed. */
    this.accepted = 0;
    this.flushed = 0;
    this.#pings = new Pings();
    this.#deferred = new DeferredTasks();
    /** True if the server has closed its half of TCP and that has not been reported yet. */
    this.#isEndPending = false;
    this.#isSocketClosed = false;
    const { headers } = response;
    const { compression, compressionThreshold } = options;
    this.#socket = socket;
    this.#options = options;
    this.#label = label;
    this.#headers = headers;
    this.protocol = headers["sec-websocket-protocol"] ?? "";
    this.extensions = headers["sec-websocket-extensions"] ?? "";
    this.backpressure = options.backpressure === "buffer" ? "buffer" : "socket";
    const deflate = readParameters(this.extensions, compression);
    this.compression = core.compressionMode(this.extensions, compression);
    this.#counters = new KernelCounters(socket);
    this.#reader = new MessageReader(socket, options, deflate, this.#pings, this);
    this.#writer = new FrameWriter(new SocketWriter(socket, this.#counters, this));
    this.#sender = new MessageSender(
      this.#writer,
      deflate && new MessageDeflater(deflate.clientWindowBits, deflate.clientContext),
      compressionThreshold,
      (error) => this.#fail(error)
    );
    this.#closeHandshake = new CloseHandshake(socket, this.#sender);
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
  #closeHandshake;
  #deferred;
  #handshake;
  #handler;
  /** The payload of the latest ping that has not been answered. */
  #unansweredPing;
  #cause;
  #isEndPending;
  #isSocketClosed;
  get handshake() {
    return this.#handshake ??= { status: 101, headers: copyHeaders(this.#headers) };
  }
  /** Starts reading, and reports events to `handler`. */
  attach(handler) {
    this.#handler = handler;
    flushOnExit();
    const socket = this.#socket;
    socket.allowHalfOpen = true;
    socket.on("data", (chunk) => {
      this.#counters.emittedBytes += chunk.length;
      this.#reader.read(chunk);
    }).on("end", () => {
      this.#isEndPending = true;
      this.onParsed();
    }).on("error", (error) => this.#cause ??= error).on("close", () => this.#onSocketClose());
  }
  get bufferedAmount() {
    return this.#sender.size + this.#socket.writableLength;
  }
  get progress() {
    const isIdle = this.#counters.isAccepted ?? this.#socket.writableLength === 0;
    return isIdle ? void 0 : this.#counters.sent;
  }
  get unsent() {
    return this.#counters.unsent;
  }
  get activity() {
    return this.#counters.received + this.#counters.sent;
  }
  get isReceiving() {
    return this.#reader.isInMessage;
  }
  get timesPaused() {
    return this.#reader.timesPaused;
  }
  get received() {
    return this.#counters.received;
  }
  // Sending
  send(data) {
    if (!this.#canSend) return void 0;
    this.accepted++;
    return this.#sender.send(data);
  }
  get #canSend() {
    return this.#closeHandshake.isOpen && this.#socket.writable;
  }
  onFlushed(frames) {
    this.flushed += frames;
    this.#pings.onFlushed(this.flushed);
    this.#answerPing();
    this.#closeHandshake.linger();
    this.#handler?.onProgress();
  }
  onWriteError(error) {
    this.#fail(error);
  }
  ping(done) {
    const { isOpen } = this.#closeHandshake;
    const ping = this.#pings.add(isOpen ? ++this.accepted : Infinity, done);
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
    if (!payload || !this.#closeHandshake.isOpen) return;
    if (this.bufferedAmount > MAX_BYTES_BEFORE_PONG) return;
    this.#unansweredPing = void 0;
    this.#writer.add(FIN | PONG, payload, false);
  }
  // Receiving
  onMessage(message, size) {
    this.#handler?.onMessage(message, size);
  }
  onPaused(isPaused) {
    this.#handler?.onPaused(isPaused);
  }
  setRef(isRef) {
    this.#reader.setRef(isRef);
  }
  warn(text) {
    process.emitWarning(text);
  }
  pause(pressure) {
    this.#reader.pause(pressure);
  }
  /** Reports the end of the socket once all earlier messages have been delivered. */
  onParsed() {
    if (!this.#reader.isDrained) return;
    if (this.#isEndPending) {
      this.#isEndPending = false;
      this.#deferred.add(() => this.#endHalf());
    }
    if (this.#isSocketClosed) this.#end();
  }
  onClose(code, reason) {
    this.#deferred.add(() => {
      this.#closeHandshake.receive({ code, reason });
      this.#handler?.onClosing();
      this.#closeHandshake.answer();
    });
  }
  onFault(fault) {
    const error = faultError(this.#label, this.#options.readLimit, fault);
    this.#deferred.add(() => this.#handler?.onError(error, fault.closeCode));
  }
  // Ending
  close(code, reason) {
    if (this.#canSend) this.#closeHandshake.send(code, reason);
  }
  terminate(code) {
    this.#detach();
    if (code === core.ABNORMAL_CLOSURE || !this.#canSend) {
      this.#socket.destroy();
      return void 0;
    }
    const wasIdle = this.bufferedAmount === 0;
    this.#closeHandshake.discard(code, this.#options.closeTimeout);
    this.onParsed();
    return this.#counters.isAccepted ?? wasIdle ? code : void 0;
  }
  destroy() {
    this.#socket.destroy();
    this.#onSocketClose();
  }
  /** Closes this side's half of TCP after the server has closed its half. */
  #endHalf() {
    this.#handler?.onClosing();
    this.#sender.drain(() => this.#socket.end());
  }
  /** Ends the connection because of an error on this side. */
  #fail(cause) {
    this.#cause ??= cause;
    this.#deferred.add(() => this.destroy());
  }
  #onSocketClose() {
    this.#isSocketClosed = true;
    this.#reader.flush();
  }
  #end() {
    this.#deferred.run();
    this.#closeHandshake.end();
    this.#sender.end();
    const { received, sentCode } = this.#closeHandshake;
    this.#detach()?.onEnd({ ...received, sentCode, cause: this.#cause });
  }
  /** Stops reporting, and discards all further input. */
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
    callLookup(lookup, host, options).then((result) => {
      const found = [result].flat().map((entry) => toAddress(host, entry));
      for (const { address } of found) check(address);
      const family = options.family;
      const usable = found.filter((address) => !family || address.family === family);
      if (usable[0]) return usable;
      throw new Error(
        `the lookup of ${host} returned no ${family ? `IPv${family} ` : ""}address`
      );
    }).then(
      (addresses) => {
        if (options.all) done(null, addresses);
        else done(null, addresses[0].address, addresses[0].family);
      },
      (error) => done(error, "")
    );
  };
}
function callLookup(lookup, host, options) {
  return new Promise((resolve, reject) => {
    const call = lookup;
    const returned = call(host, options, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
    Promise.resolve(returned).catch(reject);
  });
}
function toAddress(host, entry) {
  const { address } = Object(typeof entry === "string" ? { address: entry } : entry);
  const family = typeof address === "string" ? node_net.isIP(address) : 0;
  if (!family) throw new Error(`the lookup of ${host} returned something other than IP addresses`);
  return { address, family };
}

function openTcp({ host, port }, options, lookup) {
  const { family, localAddress, autoSelectFamily, autoSelectFamilyAttemptTimeout } = options;
  return node_net.connect({
    port,
    ...host !== void 0 && { host },
    ...family !== void 0 && { family },
    ...localAddress !== void 0 && { localAddress },
    ...autoSelectFamily !== void 0 && { autoSelectFamily },
    ...autoSelectFamilyAttemptTimeout !== void 0 && { autoSelectFamilyAttemptTimeout },
    lookup
  });
}
function startTls(socket, options) {
  const { host = "" } = options;
  const { servername = node_net.isIP(host) ? "" : host } = options;
  return node_tls.connect({ ...options, host, servername, socket });
}

function guardConnection(guard, url, options, signal) {
  checkOptions(url, options);
  const check = (address) => checkAddress(guard, url, address);
  check();
  const isSecure = url.protocol === "wss:";
  const lookup = safeLookup(options.node.lookup ?? node_dns.lookup, check);
  return (requested, done) => {
    const socket = openTcp(requested, requested, lookup);
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
        if (!remoteAddress) throw new Error("the connection closed before the request was sent");
        check(remoteAddress);
        settle(null, isSecure ? startTls(socket, requested) : socket);
      } catch (error) {
        settle(error);
      }
    });
    return void 0;
  };
}
function checkOptions(url, options) {
  const conflict = findConflict(url, options);
  if (!conflict) return;
  const problem = "it opens the connection itself, so the address cannot be checked; omit it";
  throw new core.WsError(
    "UNSUPPORTED",
    `dial ${core.displayUrl(url)}: ${conflict} cannot be used with denyPrivateNetworks: ${problem}`
  );
}
function checkAddress(guard, url, address) {
  const problem = guard.problem(url.hostname, address);
  if (!problem) return;
  throw new core.WsError(
    "URL_FORBIDDEN",
    `dial ${core.displayUrl(url)}: not allowed: ${problem}; to allow it, add it to denyPrivateNetworks.allow`
  );
}
function findConflict({ protocol }, { webSocket, node }) {
  if (webSocket) return "option webSocket";
  if (node.agent) return "option node.agent";
  if (node.tls?.socket) return "option node.tls.socket";
  return protocol.endsWith("+unix:") ? `a ${protocol} URL` : void 0;
}

const CERTIFICATE_ERROR = /CERT|CRL|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH/;
function dialError(cause, facts) {
  const { label, maxHeaderSize, request, response } = facts;
  const { code = "" } = cause;
  if (core.WsError.is(cause) && code === "URL_FORBIDDEN") return cause;
  const text = textOf(cause);
  if (response !== void 0 || code.startsWith("HPE_")) {
    delete cause.rawPacket;
    const problem = code === "HPE_HEADER_OVERFLOW" ? `the header exceeds node.maxHeaderSize (${maxHeaderSize} bytes); raise it, to 1 MiB at most` : text;
    return new core.WsError("HANDSHAKE_REJECTED", `dial ${label}: invalid response: ${problem}`, {
      details: response ? responseDetails(response) : {},
      cause
    });
  }
  const socket = request?.socket;
  if (socket?.authorizationError || isCertificateError(cause)) {
    const advice = "if the server is yours, pass the certificate of its authority as node.tls.ca";
    const message = `dial ${label}: certificate not trusted: ${text}; ${advice}`;
    return new core.WsError("DIAL_FAILED", message, { retryable: false, cause });
  }
  return new core.WsError("DIAL_FAILED", `dial ${label}: ${text}`, { cause });
}
function isCertificateError(error) {
  const { code } = Object(error);
  return CERTIFICATE_ERROR.test(code ?? "");
}
function startError(label, error) {
  if (error instanceof TypeError || error.code?.startsWith("ERR_")) {
    const problem = `Node.js rejected a value of option node: ${textOf(error)}`;
    return new core.WsError("INVALID_OPTION", `dial ${label}: ${problem}`);
  }
  return new core.WsError("DIAL_FAILED", `dial ${label}: node.agent failed: ${textOf(error)}`, {
    cause: error
  });
}
function tlsFaultError(label, option, cause) {
  const problem = `${option} failed, so no request was sent: ${textOf(cause)}`;
  return new core.WsError("DIAL_FAILED", `dial ${label}: ${problem}`, { retryable: false, cause });
}
function textOf(error) {
  const { message, code, errors } = Object(error);
  const parts = errors?.map(textOf).join(", ");
  const text = [message, parts, code].find(Boolean) ?? core.show(error);
  return text.replace(/[,.;]? Received .*/s, "").trim();
}
function responseError(label, response, body) {
  return core.refusalError(label, { ...responseDetails(response), body });
}

const MAPPED_PREFIX = "::ffff:";
class AddressSet {
  // One list per family, because versions of Node differ in how a common list treats IPv4-mapped addresses.
  #lists = { 4: new node_net.BlockList(), 6: new node_net.BlockList() };
  /** @param prefixes - IPv6 prefixes of 96 bits: IPv4 blocks are also added as IPv6 blocks with each of them. */
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
function parseBlock(entry) {
  const [, network = "", bits] = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
  const maxLength = { 4: 32, 6: 128 }[node_net.isIP(network)] ?? -1;
  const length = Number(bits ?? maxLength);
  return length >= 0 && length <= maxLength ? `${network}/${length}` : void 0;
}

function parseName(entry) {
  const isName = /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u.test(entry);
  const host = isName ? node_url.domainToASCII(entry) : "";
  return node_net.isIP(host) ? void 0 : withoutDot(host);
}
function withoutDot(host) {
  return host.replace(/\.$/, "");
}

const ENTRY_WITH_PORT = /^(?:\[([^\]]*)\](\/\d+)?|([^:]*))(?::(\d+))?$/;
function isExempt(list, host, port) {
  return list.split(/[\s,]+/).some((entry) => matches(entry, host, port));
}
function matches(entry, host, port) {
  const [, network, bits = "", other, onlyPort] = ENTRY_WITH_PORT.exec(entry) ?? [];
  if (onlyPort !== void 0 && Number(onlyPort) !== port) return false;
  const name = network === void 0 ? other ?? entry : network + bits;
  if (name === "*") return true;
  if (!node_net.isIP(host)) return matchesName(name, host);
  const block = parseBlock(name);
  return block !== void 0 && new AddressSet([block], MAPPED_PREFIX).has(host);
}
function matchesName(name, host) {
  const domain = parseName(name.replace(/^\*?\.+/, "")) ?? "";
  return domain !== "" && `.${withoutDot(host)}`.endsWith(`.${domain}`);
}

function toProxy(url, name, { headers = {}, tls = {} } = {}) {
  const parsed = nodeOptions.parseProxyUrl(url, name);
  const { scheme, host, port } = parsed;
  const label = `proxy ${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { ...parsed, label, headers, tls };
}
function isSocks({ scheme }) {
  return scheme.startsWith("socks");
}

async function targetOf(url, { scheme }, { mustResolve, lookup, family }) {
  const host = unbracketed(url.hostname);
  const port = portOf(url);
  const isResolvedHere = mustResolve || scheme === "socks5" || scheme === "socks4";
  const isVersion4 = scheme.startsWith("socks4");
  if (isVersion4 && node_net.isIP(host) === 6) {
    const text = `dial ${core.displayUrl(url)}: ${scheme}: has no IPv6 addresses; use socks5: or socks5h:`;
    throw new core.WsError("INVALID_OPTION", text);
  }
  if (node_net.isIP(host) || !isResolvedHere) return { host, port };
  const address = await firstAddress(host, isVersion4 ? 4 : family, lookup);
  return { host: address, port };
}
function firstAddress(host, family, lookup) {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, family }, (error, addresses) => {
      if (error) reject(error);
      else {
        const [{ address }] = addresses;
        resolve(address.replace(/%.*/, ""));
      }
    });
  });
}
function authorityOf({ host, port }) {
  return `${node_net.isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
function portOf({ port, protocol }) {
  if (port !== "") return Number(port);
  return protocol === "wss:" ? 443 : 80;
}
function unbracketed(hostname) {
  return hostname.replace(/^\[|\]$/g, "");
}

function proxyFromEnvironment(url, env) {
  const name = findVariable(url.protocol, env);
  if (name === void 0) return void 0;
  const noProxy = [env.no_proxy, env.NO_PROXY].find(Boolean) ?? "";
  if (isExempt(noProxy, unbracketed(url.hostname), portOf(url))) return void 0;
  const value = env[name] ?? "";
  const proxyUrl = value.includes("://") ? value : `http://${value}`;
  return toProxy(proxyUrl, `dial ${core.displayUrl(url)}: environment variable ${name}`);
}
function findVariable(protocol, env) {
  const schemes = protocol === "wss:" ? ["wss", "https", "all"] : ["ws", "http", "all"];
  return schemes.flatMap((scheme) => [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase()]).find((name) => env[name] && !isForgeable(name, env));
}
function isForgeable(name, env) {
  return name === "HTTP_PROXY" && env.REQUEST_METHOD !== void 0;
}

function usesEnvironmentByDefault() {
  const { options } = node_http.globalAgent;
  return options?.proxyEnv !== void 0;
}

function chooseProxy(url, { node, webSocket }) {
  const opensItself = webSocket ?? node.agent ?? node.tls?.socket;
  if (opensItself || url.protocol.endsWith("+unix:")) return void 0;
  const { proxy = usesEnvironmentByDefault() && "env" } = node;
  if (proxy === false) return void 0;
  if (proxy === "env") return proxyFromEnvironment(url, { ...process.env });
  const given = typeof proxy === "string" ? { url: proxy } : proxy;
  return toProxy(given.url, `dial ${core.displayUrl(url)}: option node.proxy`, given);
}

const MAX_PSK_BYTES = 512;
const MAX_IDENTITY_BYTES = 256;
function safeTlsOptions(tls, onFault) {
  const wrap = (name, parse, resultOnError) => {
    const callback = tls[name];
    if (!callback) return {};
    const wrapped = function(...args) {
      try {
        return parse(callback.apply(this, args));
      } catch (error) {
        onFault(name, error);
        return resultOnError;
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
function parseVerdict(result) {
  if (!result || node_util.types.isNativeError(result)) return result;
  throw unexpected(result, "an Error or undefined");
}
function parsePsk(result) {
  if (result === null || result === void 0) return null;
  const { psk, identity } = Object(result);
  const isValid = ArrayBuffer.isView(psk) && psk.byteLength <= MAX_PSK_BYTES && typeof identity === "string" && node_buffer.Buffer.byteLength(identity) <= MAX_IDENTITY_BYTES;
  if (isValid) return { psk, identity };
  const limits = `${MAX_PSK_BYTES} and ${MAX_IDENTITY_BYTES} bytes`;
  throw unexpected(result, `null or { psk, identity } of at most ${limits}`);
}
function unexpected(result, wanted) {
  if (!node_util.types.isPromise(result)) return new Error(`it returned ${core.show(result)}, not ${wanted}`);
  result.catch(() => {
  });
  return new Error(`it returned a promise, but Node needs a synchronous result: ${wanted}`);
}

function withoutCredentials(url) {
  const copy = new URL(url);
  copy.username = copy.password = "";
  return copy;
}
function authorization(url, headers) {
  const isGiven = hasHeader(headers, "authorization");
  if (isGiven || !(url.username || url.password)) return {};
  return { Authorization: basicAuth(url) };
}
function basicAuth({ username, password }) {
  const credentials = node_buffer.Buffer.from(`${node_querystring.unescape(username)}:${node_querystring.unescape(password)}`);
  return `Basic ${credentials.toString("base64")}`;
}
function hasHeader(headers, lowerName) {
  return Object.keys(headers).some((name) => name.toLowerCase() === lowerName);
}

function waitFor(socket, event, whatFailed) {
  return new Promise((resolve, reject) => {
    const settle = (error) => {
      socket.off(event, onEvent).off("error", settle).off("close", onClose);
      if (error) reject(error);
      else resolve();
    };
    const onEvent = () => settle();
    const onClose = () => settle(closeError(socket, whatFailed));
    socket.once(event, onEvent).once("error", settle).once("close", onClose);
    if (socket.destroyed) onClose();
  });
}
function closeError({ errored }, whatFailed) {
  return errored ?? new Error(`the connection closed before ${whatFailed}`);
}

class InvalidAnswer extends Error {
}
const HEADER_END = /\r?\n\r?\n/;
const MAX_HEADER_END_LENGTH = 4;
const PROTOCOL = "HTTP/1.";
async function readConnectAnswer(socket, maxBytes) {
  for (let bytesLeft = maxBytes; ; ) {
    const header = await readHeader(socket, bytesLeft, maxBytes);
    const answer = parseAnswer(header);
    if (answer.status >= 200 || answer.status === 101) return answer;
    bytesLeft -= header.length;
  }
}
function readHeader(socket, maxBytes, limit) {
  return new Promise((resolve, reject) => {
    let text = "";
    let tail = "";
    const settle = (error) => {
      socket.off("readable", read).off("end", onEnd).off("error", settle).off("close", onEnd);
      if (error) reject(error);
      else resolve(text);
    };
    const onEnd = () => settle(closeError(socket, "the proxy answered"));
    const read = () => {
      let chunk;
      while ((chunk = socket.read()) !== null) {
        const joined = tail + chunk.toString("latin1");
        const found = HEADER_END.exec(joined);
        const end = found ? found.index + found[0].length - tail.length : chunk.length;
        text += chunk.toString("latin1", 0, end);
        tail = joined.slice(1 - MAX_HEADER_END_LENGTH);
        const problem = problemOf(text, maxBytes, limit);
        if (problem !== void 0) {
          settle(new InvalidAnswer(problem));
          return;
        }
        if (found) {
          if (end < chunk.length) socket.unshift(chunk.subarray(end));
          settle(void 0);
          return;
        }
      }
    };
    socket.on("readable", read).on("end", onEnd).on("error", settle).on("close", onEnd);
    if (socket.destroyed) onEnd();
  });
}
function problemOf(text, maxBytes, limit) {
  const isHttp = PROTOCOL.startsWith(text.slice(0, PROTOCOL.length));
  if (!isHttp) return "it is not HTTP/1.1";
  if (text.length <= maxBytes) return void 0;
  return `the header exceeds node.maxHeaderSize (${limit} bytes)`;
}
function parseAnswer(header) {
  const [, status] = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |\r?\n)/.exec(header) ?? [];
  if (status === void 0) throw new InvalidAnswer("it has no valid status line");
  const [, retryAfter] = /\nretry-after:[ \t]*(.*?)[ \t]*\r?\n/i.exec(header) ?? [];
  return { status: Number(status), retryAfter: core.parseRetryAfter(retryAfter) };
}

const WRONG_CREDENTIALS = { kind: "PERMISSION_DENIED", retryable: false };
const UNAVAILABLE = { kind: "UNAVAILABLE", retryable: true };
const NOT_ALLOWED = { kind: "INTERNAL", retryable: false };
function statusError(dial, status, retryAfter) {
  const isServerError = status >= 500 && status < 600;
  const refusal = status === 407 ? WRONG_CREDENTIALS : isServerError ? UNAVAILABLE : NOT_ALLOWED;
  const details = { status, ...retryAfter !== void 0 && { retryAfter } };
  const answer = `${status} ${node_http.STATUS_CODES[status] ?? ""}`.trimEnd();
  return refusedError(dial, answer, refusal, details);
}
function refusedError({ proxy, label }, reason, refusal, details = {}) {
  const hasCredentials = proxy.username !== "" || proxy.password !== "";
  const advice = hasCredentials ? "; check the credentials in the URL of the proxy" : "; put the credentials into the URL of the proxy: user:password@host";
  const message = `dial ${label}: ${proxy.label} refused: ${reason}`;
  return new core.WsError("PROXY_REJECTED", refusal === WRONG_CREDENTIALS ? message + advice : message, {
    ...refusal,
    details
  });
}
function invalidAnswerError({ proxy, label }, problem) {
  return new core.WsError("PROXY_REJECTED", `dial ${label}: ${proxy.label}: invalid answer: ${problem}`);
}
function unreachableError({ proxy, label }, cause) {
  if (cause instanceof TypeError) return startError(label, cause);
  const where = `dial ${label}: ${proxy.label}`;
  if (isCertificateError(cause)) {
    const advice = "if the proxy is yours, pass the certificate of its authority as node.proxy.tls.ca";
    const message = `${where}: certificate not trusted: ${textOf(cause)}; ${advice}`;
    return new core.WsError("DIAL_FAILED", message, { retryable: false, cause });
  }
  return new core.WsError("DIAL_FAILED", `${where}: ${textOf(cause)}`, { cause });
}

async function requestTunnel(socket, dial, target, maxHeaderSize) {
  socket.write(connectRequest(dial.proxy, authorityOf(target)), "latin1");
  const { status, retryAfter } = await readConnectAnswer(socket, maxHeaderSize).catch(
    (error) => {
      throw error instanceof InvalidAnswer ? invalidAnswerError(dial, error.message) : unreachableError(dial, error);
    }
  );
  if (status < 200 || status > 299) throw statusError(dial, status, retryAfter);
}
function connectRequest(proxy, authority) {
  const { headers, username, password } = proxy;
  const hasOwn = hasHeader(headers, "proxy-authorization");
  const all = {
    Host: authority,
    ...!hasOwn && (username || password) && { "Proxy-Authorization": basicAuth(proxy) },
    ...headers
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r
`);
  return `CONNECT ${authority} HTTP/1.1\r
${lines.join("")}\r
`;
}

async function loadSocks({ proxy, label }) {
  try {
    const loaded = await import(
      /* webpackIgnore: true */
      'socks'
    );
    return "SocksClient" in loaded ? loaded : loaded.default;
  } catch (cause) {
    const problem = "a SOCKS proxy needs the package socks, which cannot be loaded";
    throw new core.WsError(
      "UNSUPPORTED",
      `dial ${label}: ${proxy.label}: ${problem}; run npm install socks`,
      { cause }
    );
  }
}

const MAX_CREDENTIAL_BYTES = 255;
const GRACE_MS = 1e3;
const MAX_TIMER_MS = 2147483647;
const REFUSALS = [
  [/authentication/i, "the credentials are missing or wrong", WRONG_CREDENTIALS],
  [/\(Rejected(Ident)?\)/, "it cannot identify the user", WRONG_CREDENTIALS],
  [/NotAllowed/, "not allowed by its rules", NOT_ALLOWED],
  [/CommandNotSupported/, "it does not support connections", NOT_ALLOWED],
  [/AddressNotSupported/, "it does not support this kind of address", NOT_ALLOWED],
  [/NetworkUnreachable/, "network unreachable", UNAVAILABLE],
  [/HostUnreachable/, "host unreachable", UNAVAILABLE],
  [/ConnectionRefused/, "connection refused", UNAVAILABLE],
  [/TTLExpired/, "TTL expired", UNAVAILABLE],
  [/rejected connection/i, "general failure", UNAVAILABLE]
];
async function prepareSocks(dial) {
  const proxy = socksProxy(dial);
  const { SocksClient } = await loadSocks(dial);
  return async (socket, target, due) => {
    let lost;
    socket.once("error", (error) => lost = error);
    socket.once("close", () => lost ??= closeError(socket, "the proxy answered"));
    try {
      await SocksClient.createConnection({
        proxy,
        command: "connect",
        destination: { ...target },
        existing_socket: socket,
        // Later than the deadline of the dial, which aborts it. By default, the package waits for 30 s.
        timeout: Math.min(Math.max(0, due - core.now()) + GRACE_MS, MAX_TIMER_MS)
      });
    } catch (error) {
      throw lost ? unreachableError(dial, lost) : refusalOf(dial, error.message);
    }
  };
}
function socksProxy({ proxy, label }) {
  const { scheme, host, port } = proxy;
  const [userId, password] = [node_querystring.unescape(proxy.username), node_querystring.unescape(proxy.password)];
  const isTooLong = [userId, password].some(
    (text) => node_buffer.Buffer.byteLength(text) > MAX_CREDENTIAL_BYTES
  );
  if (isTooLong || userId.includes("\0")) {
    const rule = `at most ${MAX_CREDENTIAL_BYTES} bytes and no NUL`;
    throw new core.WsError(
      "INVALID_OPTION",
      `dial ${label}: ${proxy.label}: its user name and password must have ${rule}`
    );
  }
  return { host, port, type: scheme.startsWith("socks4") ? 4 : 5, userId, password };
}
function refusalOf(dial, message) {
  const [, reason, refusal] = REFUSALS.find(([name]) => name.test(message)) ?? [];
  if (reason === void 0 || refusal === void 0) {
    return invalidAnswerError(dial, "it does not follow the SOCKS protocol");
  }
  return refusedError(dial, reason, refusal);
}

function tunnelConnection(proxy, hop, hooks) {
  if (hooks.guard) checkAddress(hooks.guard, hop.url);
  const isSecure = hop.url.protocol === "wss:";
  return (requested, done) => {
    void openTunnel(proxy, hop, hooks, requested).then((socket) => {
      try {
        done(null, isSecure ? startTls(socket, requested) : socket);
      } catch (error) {
        socket.destroy();
        done(error);
      }
    }, hooks.onFailure);
    return void 0;
  };
}
async function openTunnel(proxy, { url, options }, { guard, dial, maxHeaderSize }, requested) {
  const context = { proxy, label: core.displayUrl(url) };
  const requestBySocks = isSocks(proxy) ? await prepareSocks(context) : void 0;
  const lookup = options.node.lookup ?? node_dns.lookup;
  const check = (address) => guard && checkAddress(guard, url, address);
  const target = await targetOf(url, proxy, {
    mustResolve: guard !== void 0,
    lookup: safeLookup(lookup, check),
    family: options.node.family ?? 0
  }).catch((error) => {
    if (core.WsError.is(error)) throw error;
    throw dialError(error, { label: context.label, maxHeaderSize });
  });
  dial.signal.throwIfAborted();
  let latest;
  const destroy = () => void latest?.destroy();
  dial.signal.addEventListener("abort", destroy);
  try {
    const onSocket = (socket2) => void (latest = socket2);
    const socket = await connectToProxy(context, requested, safeLookup(lookup), onSocket);
    if (requestBySocks) await requestBySocks(socket, target, dial.due);
    else await requestTunnel(socket, context, target, maxHeaderSize);
    return socket;
  } catch (error) {
    destroy();
    throw error;
  } finally {
    dial.signal.removeEventListener("abort", destroy);
  }
}
async function connectToProxy(context, requested, lookup, onSocket) {
  const { scheme, host, tls } = context.proxy;
  let fault;
  const track = (socket) => {
    socket.on("error", () => {
    });
    onSocket(socket);
    return socket;
  };
  try {
    const tcp = track(openTcp(context.proxy, requested, lookup));
    await waitFor(tcp, "connect", "it was open");
    if (scheme !== "https") return tcp;
    const safeTls = safeTlsOptions(tls, (name, error) => {
      fault = tlsFaultError(context.label, `node.proxy.tls.${name}`, error);
    });
    const secure = track(startTls(tcp, { ...safeTls, host }));
    await waitFor(secure, "secureConnect", "TLS with the proxy was established");
    if (fault) throw fault;
    return secure;
  } catch (error) {
    throw fault ?? unreachableError(context, error);
  }
}

const MAX_BODY_BYTES = 65536;
const MAX_BODY_WAIT_MS = 1e3;
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
    const timer = setTimeout(done, MAX_BODY_WAIT_MS);
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
const WS_CLOSE_TIMEOUT_MS = 6e5;
const MAX_CHUNKS_PER_FRAME = 262144;
const MAX_PENDING_PONGS = 32768;
const MIN_CONNECT_ATTEMPT_MS = 250;
function createWebSocket(url, options, hooks) {
  const unix = parseUnixTarget(url);
  const target = withoutCredentials(unix?.url ?? url);
  const clientOptions = {
    // First, so that it cannot replace any option below.
    ...options.node.tls && safeTlsOptions(options.node.tls, hooks.onTlsFault),
    ...fixedOptions(hooks),
    ...connectionOptions(url, unix, options, hooks),
    headers: {
      ...authorization(url, options.headers),
      ...options.headers,
      ...unix && { Host: UNIX_HOST }
    },
    origin: options.node.origin,
    maxPayload: options.readLimit,
    perMessageDeflate: deflateOptions(options.compression)
  };
  try {
    return new WebSocket(target, [...options.protocols], clientOptions);
  } catch (error) {
    throw startError(core.displayUrl(url), error);
  }
}
function fixedOptions({ maxHeaderSize, onRequest }) {
  return {
    allowSynchronousEvents: true,
    auth: void 0,
    autoPong: true,
    generateMask: void 0,
    handshakeTimeout: void 0,
    maxBufferedChunks: MAX_CHUNKS_PER_FRAME,
    onread: void 0,
    protocolVersion: 13,
    skipUTF8Validation: false,
    // Node rejects a header that reaches its limit.
    maxHeaderSize: maxHeaderSize + 1,
    followRedirects: false,
    maxFragments: MAX_FRAGMENTS,
    maxPendingAutoPongs: MAX_PENDING_PONGS,
    // The deadline of the core allows for a suspended process; the timer of `ws` does not.
    closeTimeout: WS_CLOSE_TIMEOUT_MS,
    finishRequest(request) {
      request.maxHeadersCount = 0;
      onRequest(request);
      request.end();
    }
  };
}
function connectionOptions(url, unix, { node }, { createConnection, timeLeftMs }) {
  const { agent, lookup, family, localAddress } = node;
  const { autoSelectFamily, autoSelectFamilyAttemptTimeout } = node;
  const isSecure = url.protocol.startsWith("wss");
  return {
    createConnection: unix ? unixConnection(unix.path, isSecure) : createConnection,
    agent: unix && agent ? unixAgent(agent, unix.path) : agent,
    lookup: lookup && safeLookup(lookup),
    family,
    localAddress,
    autoSelectFamily,
    autoSelectFamilyAttemptTimeout: Math.ceil(
      autoSelectFamilyAttemptTimeout ?? Math.max(MIN_CONNECT_ATTEMPT_MS, timeLeftMs / 3)
    )
  };
}
function deflateOptions(compression) {
  if (compression === core.COMPRESSION.DISABLED) return false;
  if (compression === core.COMPRESSION.NO_CONTEXT) {
    return { serverNoContextTakeover: true, clientNoContextTakeover: true };
  }
  return {};
}

const EXTENSION_HEADER = /^[ \t]*permessage-deflate([ \t]*;[ \t]*\w+(="?([89]|1[0-5])"?)?)*[ \t]*$/;
function upgradeProblem({ httpVersion, headers }) {
  if (httpVersion !== "1.1") return `expected version HTTP/1.1, not ${httpVersion}`;
  const extensions = headers["sec-websocket-extensions"];
  if (extensions === void 0 || EXTENSION_HEADER.test(extensions)) return void 0;
  return "invalid Sec-WebSocket-Extensions header";
}

const ERROR_CLOSE_CODES = {
  WS_ERR_INVALID_UTF8: core.INVALID_PAYLOAD,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: core.MESSAGE_TOO_BIG,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: core.MESSAGE_TOO_BIG
};
class WsConnection {
  constructor(ws, response, options, label) {
    this.timesPaused = 0;
    /** The number of messages and pings that were sent, and of those that were flushed. */
    this.accepted = 0;
    this.flushed = 0;
    this.#pings = new Pings();
    this.#hasFailed = false;
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
  #hasFailed;
  #pressure;
  #isPaused;
  /** Starts reporting events to `handler`. */
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
      const sentCode = sentCodeOf(this.#sentCode, code);
      this.#detach()?.onEnd({ code, reason: reason.toString(), sentCode });
    });
  }
  get bufferedAmount() {
    return this.#ws.bufferedAmount;
  }
  get progress() {
    return this.bufferedAmount > 0 ? this.flushed - this.bufferedAmount : void 0;
  }
  send(data) {
    if (this.#ws.readyState !== WebSocket.OPEN) return void 0;
    const isText = typeof data === "string";
    const size = isText ? node_buffer.Buffer.byteLength(data) : data.length;
    const compress = size >= this.#options.compressionThreshold;
    this.accepted++;
    this.#ws.send(
      isText ? data : data.slice(),
      { binary: !isText, compress },
      (error) => this.#onFlushed(error)
    );
    return size;
  }
  ping(done) {
    const isOpen = this.#ws.readyState === WebSocket.OPEN;
    const ping = this.#pings.add(isOpen ? ++this.accepted : Infinity, done);
    this.#regulate();
    if (isOpen) this.#ws.ping(ping.payload, true, (error) => this.#onFlushed(error));
    return () => {
      this.#pings.remove(ping);
      this.#regulate();
    };
  }
  #onFlushed(error) {
    if (error) return;
    this.flushed++;
    this.#pings.onFlushed(this.flushed);
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
    this.#handler?.onPaused(isPauseDue);
  }
  close(code, reason) {
    if (this.#ws.readyState === WebSocket.OPEN) this.#sentCode = code;
    this.#ws.close(code, reason);
  }
  terminate(code) {
    const ws = this.#ws;
    this.#detach();
    const isOpen = ws.readyState === WebSocket.OPEN;
    if (code === core.ABNORMAL_CLOSURE || !(isOpen || this.#hasFailed)) {
      ws.terminate();
      return void 0;
    }
    this.pause(0);
    if (isOpen) ws.close(code);
    ws.once(
      "close",
      core.startTimer(this.#options.closeTimeout, () => ws.terminate())
    );
    return code;
  }
  destroy() {
    this.#ws.terminate();
  }
  #onError(cause) {
    this.#hasFailed = true;
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
function attemptDial(request, hop, guard, takeover) {
  return new Promise((resolve, reject) => {
    new DialAttempt(request, hop, guard, takeover, reject).listen(resolve);
  });
}
class DialAttempt {
  #dial;
  #hop;
  #takeover;
  #reject;
  /** The URL as errors show it. */
  #label;
  #maxHeaderSize;
  #ws;
  #request;
  #response;
  #takeSocket;
  constructor(dial, hop, guard, takeover, reject) {
    const { url, options } = hop;
    this.#dial = dial;
    this.#hop = hop;
    this.#takeover = takeover;
    this.#reject = reject;
    this.#label = core.displayUrl(url);
    this.#maxHeaderSize = options.node.maxHeaderSize ?? DEFAULT_MAX_HEADER_BYTES;
    this.#ws = createWebSocket(url, options, {
      createConnection: this.#connector(guard),
      maxHeaderSize: this.#maxHeaderSize,
      timeLeftMs: dial.due - core.now(),
      onRequest: (request) => this.#request = request,
      onTlsFault: (name, error) => this.#end(tlsFaultError(this.#label, `node.tls.${name}`, error))
    });
  }
  /** Returns a function that opens the connection through a proxy or with the guard; `undefined` if Node opens it. */
  #connector(guard) {
    const { url, options } = this.#hop;
    const proxy = chooseProxy(url, options);
    if (!proxy) return guard && guardConnection(guard, url, options, this.#dial.signal);
    return tunnelConnection(proxy, this.#hop, {
      guard,
      dial: this.#dial,
      maxHeaderSize: this.#maxHeaderSize,
      onFailure: (error) => this.#end(error)
    });
  }
  /** Listens to the result of the handshake. Calls `onOpen` after the transport has been attached. */
  listen(onOpen) {
    const { signal } = this.#dial;
    const ws = this.#ws;
    signal.addEventListener("abort", this.#onAbort);
    ws.on("error", (error) => this.#failBy(error));
    ws.once("close", () => this.#failBy(new Error("the connection closed before the response")));
    ws.once("upgrade", (response) => this.#onUpgrade(response));
    ws.once("unexpected-response", (request, response) => {
      void this.#onRefusal(request, response);
    });
    ws.once("open", () => {
      this.#onOpen();
      onOpen();
    });
    if (signal.aborted) this.#onAbort();
  }
  #onAbort = () => this.#end(this.#dial.signal.reason);
  #stopListeningToAbort() {
    this.#dial.signal.removeEventListener("abort", this.#onAbort);
  }
  #onUpgrade(response) {
    this.#response = response;
    this.#takeSocket = this.#takeover(response);
    const problem = upgradeProblem(response);
    if (problem === void 0) return;
    this.#failBy(new Error(problem));
    this.#ws.terminate();
  }
  async #onRefusal(request, response) {
    const { signal } = this.#dial;
    this.#stopListeningToAbort();
    this.#ws.removeAllListeners().on("error", () => {
    });
    const body = await readBody(response, signal);
    const hasTimedOut = signal.reason?.code === "DIAL_TIMEOUT";
    const isRefused = !signal.aborted || hasTimedOut;
    this.#fail(isRefused ? responseError(this.#label, response, body) : signal.reason);
    if (this.#hop.options.node.agent) request.destroy();
    else this.#ws.terminate();
  }
  #onOpen() {
    const { url, options } = this.#hop;
    const ws = this.#ws;
    const response = this.#response;
    this.#stopListeningToAbort();
    ws.removeAllListeners();
    const socket = this.#takeSocket?.();
    const transport = socket && response ? new SocketConnection(socket, response, options, this.#label) : new WsConnection(ws, response, options, this.#label);
    transport.attach(this.#dial.open(transport, url));
  }
  /** Rejects with `error`, and ends the connection. */
  #end(error) {
    this.#fail(error);
    this.#ws.terminate();
  }
  /** Rejects with the error of a dial that `cause` has ended. */
  #failBy(cause) {
    const facts = {
      label: this.#label,
      maxHeaderSize: this.#maxHeaderSize,
      request: this.#request,
      response: this.#response
    };
    this.#fail(dialError(cause, facts));
  }
  #fail(error) {
    this.#stopListeningToAbort();
    this.#reject(error);
  }
}

const BLOCKS = {
  "cloud metadata": [
    "169.254.169.254/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
    // Azure's, a single address in a public block.
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
  // These contain an IPv4 address that a relay or translator of the local network would connect to.
  Teredo: ["2001::/32"],
  "6to4": ["192.88.99.0/24", "2002::/16"],
  "local NAT64": ["64:ff9b:1::/48"],
  "IPv4-compatible": ["::/96"],
  discard: ["100::/64"],
  "protocol assignments": ["192.0.0.0/24", "2001::/23"],
  reserved: ["240.0.0.0/4"]
};
const NAT64_PREFIX = "64:ff9b::";
const PUBLIC_BLOCKS = ["0.0.0.0/0", "2000::/3", "::ffff:0:0/96", "64:ff9b::/96"];
const LOCALHOST_NAME = /(^|\.)localhost\.*$/;
class NetworkGuard {
  #blocks = Object.entries(BLOCKS).map(
    ([name, blocks]) => [name, new AddressSet(blocks, MAPPED_PREFIX, NAT64_PREFIX)]
  );
  #public = new AddressSet(PUBLIC_BLOCKS);
  #names;
  #allowed;
  /** @param allow - Host names and CIDR blocks that are not denied. */
  constructor(allow = []) {
    this.#names = new Set(allow);
    this.#allowed = new AddressSet(
      allow.filter((entry) => entry.includes("/")),
      MAPPED_PREFIX
    );
  }
  /**
   * Returns the reason why the host of a URL must not be dialled, if there is one: because of `address`, if it
   * is an address that the name was resolved to, or because of the host itself.
   */
  problem(hostname, address = hostname.replace(/^\[|\]$/g, "")) {
    if (this.#names.has(withoutDot(hostname))) return void 0;
    const block = this.#blockOf(LOCALHOST_NAME.test(address) ? "127.0.0.1" : address);
    return block && `${address} is a private address (${block})`;
  }
  /** Returns the name of the block that denies an address; `undefined` if it is allowed or not an address. */
  #blockOf(addressWithZone) {
    const address = addressWithZone.replace(/%.*/, "");
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
    // `Array.from` also visits holes, which `map` skips.
    Array.from(allow, (entry, index) => {
      const parsed = typeof entry === "string" && (parseBlock(entry) ?? parseName(entry));
      if (parsed) return parsed;
      const expected = "a host name, an IP address or a CIDR block";
      const problem = `must be ${expected}, not ${core.quote(core.maskUrl(entry))}`;
      throw new core.WsError("INVALID_OPTION", `${name}.allow[${index}] ${problem}`);
    })
  );
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
function crossOriginProblem({ protocols, node }) {
  if (protocols.length > 0) {
    return "option protocols may contain a token, so it is not sent to another origin; dial that URL directly, or omit protocols";
  }
  const agentOptions = node.agent?.options ?? {};
  const secret = PRIVATE_AGENT_OPTIONS.find((name) => name in agentOptions);
  if (secret === void 0) return void 0;
  return `option ${secret} of node.agent is not used for another origin; dial that URL directly`;
}
function withoutPrivateOptions(options) {
  const { tls = {} } = options.node;
  const node = Object.entries(options.node).filter(([name]) => name !== "origin");
  const publicTls = Object.entries(tls).filter(([name]) => PUBLIC_TLS_OPTIONS.includes(name));
  return {
    ...options,
    headers: {},
    node: { ...Object.fromEntries(node), tls: Object.fromEntries(publicTls) }
  };
}

const DEFAULT_MAX_REDIRECTS = 5;
function followRedirect(from, rejection, redirectCount) {
  const { followRedirects = false, maxRedirects = DEFAULT_MAX_REDIRECTS } = from.options.node;
  const location = core.WsError.is(rejection) ? core.redirectLocation(rejection.details) : void 0;
  if (location === void 0 || !followRedirects) throw rejection;
  const label = core.displayUrl(from.url);
  if (redirectCount >= maxRedirects) {
    throw new core.WsError(
      "HANDSHAKE_REJECTED",
      `dial ${label}: more redirects than node.maxRedirects (${maxRedirects}); raise it, or dial the final URL`,
      { details: rejection.details }
    );
  }
  const url = parseLocation(from.url, location, rejection);
  const isSameOrigin = core.sameOrigin(from.url, url);
  const problem = targetProblem(from.url, url) ?? (isSameOrigin ? void 0 : crossOriginProblem(from.options));
  if (problem !== void 0) {
    const operation = `dial ${label}: redirect to ${core.displayUrl(url)} not allowed`;
    throw new core.WsError("URL_FORBIDDEN", `${operation}: ${problem}`);
  }
  if (!isSameOrigin) return { url, options: withoutPrivateOptions(from.options) };
  url.username = from.url.username;
  url.password = from.url.password;
  return { url, options: from.options };
}
function parseLocation(from, location, rejection) {
  try {
    const url = core.parseUrl(new URL(location, from), { unix: core.unixProblem, credentials: true });
    url.username = url.password = "";
    return url;
  } catch {
    throw new core.WsError(
      "HANDSHAKE_REJECTED",
      `dial ${core.displayUrl(from)}: redirect to a Location that is not a ws: or wss: URL; see details.headers`,
      { details: rejection.details }
    );
  }
}
function targetProblem(from, to) {
  if (to.protocol.endsWith("+unix:")) return "a redirect must not lead to a Unix socket";
  if (from.protocol.startsWith("wss") && to.protocol === "ws:") {
    return "a redirect must not lead from TLS to a connection without TLS";
  }
  return void 0;
}

function prepareTakeover(response) {
  const socket = response.socket;
  if (typeof socket?.rawListeners !== "function") return () => void 0;
  const before = listenersOf(socket);
  return () => {
    const added = [...listenersOf(socket)].map(([event, listeners]) => {
      const earlier = before.get(event) ?? [];
      return [event, listeners.filter((listener) => !earlier.includes(listener))];
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

const dialBy = (guard, takeover = prepareTakeover) => async (request) => {
  const { signal } = request;
  let hop = { url: request.url, options: request.options };
  for (let redirectCount = 0; ; redirectCount++) {
    try {
      await attemptDial(request, hop, guard, takeover);
      return;
    } catch (error) {
      hop = followRedirect(hop, error, redirectCount);
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
  observerOf,
  contextParsers: {
    denyPrivateNetworks(value, name) {
      const guard = parseGuard(value, name);
      return guard && dialBy(guard);
    }
  }
};

const native = { ...nodePlatform, parsers: nodeOptions.nodeParsers };
const custom = /* @__PURE__ */ core.webSocketPlatform(() => void 0, nodePlatform.observerOf);
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
