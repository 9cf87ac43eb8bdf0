'use strict';

var fflate = require('fflate');
var wschan = require('wschan');

const STEP = 8;
const MANY = 128;
let tables;
function makeTables() {
  const made = new Int32Array(STEP * 256);
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
  if (length >= MANY) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const four = (word, zeros) => table[(zeros + 3 << 8) + (word & 255)] ^ table[(zeros + 2 << 8) + (word >>> 8 & 255)] ^ table[(zeros + 1 << 8) + (word >>> 16 & 255)] ^ table[(zeros << 8) + (word >>> 24)];
    for (; at + STEP <= length; at += STEP) {
      crc = four(crc ^ view.getInt32(at, true), 4) ^ four(view.getInt32(at + 4, true), 0);
    }
  }
  while (at < length) crc = table[(crc ^ bytes[at++]) & 255] ^ crc >>> 8;
  return ~crc >>> 0;
};
const BASE = 65521;
const RUN = 3850;
const adler32 = (bytes, value = 1) => {
  let low = value & 65535;
  let high = value >>> 16;
  for (let at = 0; at < bytes.length; ) {
    for (const end = Math.min(at + RUN, bytes.length); at < end; at++) {
      low += bytes[at];
      high += low;
    }
    low %= BASE;
    high %= BASE;
  }
  return high * 65536 + low;
};

function corrupt(codec, problem, position, cause) {
  const isKnown = position !== void 0;
  const text = `receive: ${codec}: ${problem}${isKnown ? ` at byte ${position}` : ""}`;
  const details = { codec, ...isKnown && { position } };
  return new wschan.WsError("INVALID_MESSAGE", text, { details, cause });
}
function orSkip(onInvalid, run) {
  try {
    return run();
  } catch (error) {
    if (!wschan.WsError.is(error) || error.code !== "INVALID_MESSAGE") throw error;
    if ((typeof onInvalid === "function" ? onInvalid(error) : onInvalid) !== "skip") throw error;
    return void 0;
  }
}

const SMALL = 4096;
class Output {
  constructor(codec, limit, checksum) {
    this.size = 0;
    this.#chunks = [];
    this.codec = codec;
    this.limit = limit;
    this.#checksum = checksum;
  }
  #checksum;
  #chunks;
  /** Takes over a chunk, which owns its buffer. Throws `MESSAGE_TOO_BIG`. */
  add(chunk) {
    const { codec, limit } = this;
    this.size += chunk.length;
    if (this.size > limit) {
      const text = `receive: ${codec}: decoded, it is over readLimit ${limit}: raise it`;
      throw new wschan.WsError("MESSAGE_TOO_BIG", text, { details: { codec, limit } });
    }
    this.sum = this.#checksum?.(chunk, this.sum);
    const chunks = this.#chunks;
    const last = chunks.at(-1);
    const both = (last?.length ?? SMALL) + chunk.length;
    chunks.push(both < SMALL ? join([...chunks.splice(-1), chunk], both) : chunk);
  }
  /** Hands it out in one piece, and begins anew. */
  take() {
    const { size } = this;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.size = 0;
    return chunks[0]?.length === size ? chunks[0] : join(chunks, size);
  }
}
function join(chunks, size) {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function unpack(format, bytes, limit, inflater) {
  const { name, checksum, isConcatenable } = format;
  const output = new Output(name, limit, checksum);
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
  if (at < bytes.length) throw corrupt(name, "it is over, and more follows", at);
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
  if (flags & FDICT) throw corrupt(codec, "it needs a dictionary", at);
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

const RATIO = 1033;
const SLICE = 256;
const WINDOW = 32768;
const SPARE = 131072;
const COPIES = 4;
const NOTHING = /* @__PURE__ */ new Uint8Array();
let room;
class Inflater {
  constructor() {
    /** Whether the stream has ended. */
    this.hasEnded = false;
    this.#engine = new fflate.Inflate((chunk) => this.#output?.add(chunk));
  }
  #engine;
  #output;
  /** Begins another stream. */
  reset() {
    this.hasEnded = false;
    this.#engine.s = { i: 0 };
    this.#engine.p = NOTHING;
  }
  /**
   * Inflates `bytes` from `at` on. Returns where it ended, which is behind the last one unless the stream
   * has ended. Throws `INVALID_MESSAGE` and `MESSAGE_TOO_BIG`, and must be reset after that.
   */
  feed(bytes, at, output) {
    while (at < bytes.length && !this.hasEnded) {
      const left = output.limit - output.size;
      const slice = bytes.subarray(at, at + Math.max(SLICE, left / (RATIO * COPIES)));
      at += this.#push(slice, at, output);
    }
    return at;
  }
  /** Inflates a slice, and returns how much of it belongs to the stream. */
  #push(slice, position, output) {
    const engine = this.#engine;
    const start = position - engine.p.length;
    room ??= new Uint8Array(WINDOW + RATIO * SLICE + SPARE);
    if (engine.s.b) room.set(engine.o.subarray(0, engine.s.b));
    engine.o = room;
    this.#output = output;
    try {
      engine.push(slice);
    } catch (cause) {
      if (wschan.WsError.is(cause)) throw cause;
      const used = (engine.s.p ?? 0) >> 3;
      throw corrupt(output.codec, cause.message, Math.max(0, start + used), cause);
    }
    const { f: isLast, l: block, p: bits } = engine.s;
    this.hasEnded = !!isLast && !block;
    return this.hasEnded ? slice.length - engine.p.length + (bits ? 1 : 0) : slice.length;
  }
}

const utf8 = /* @__PURE__ */ new TextDecoder("utf-8", {
  fatal: true,
  ignoreBOM: true
});
function toText(codec, bytes) {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw corrupt(codec, "not UTF-8", void 0, cause);
  }
}
function toMessage(codec, type, bytes) {
  if (type === "binary") return { type, data: bytes };
  return { type: "text", data: toText(codec, bytes) };
}
function sizeOf({ type, data }) {
  return data.length * (type === "text" ? 2 : 1);
}

const oneOf = (...values) => [
  (value) => values.includes(value),
  values.join(" or ")
];
const integer = (max) => [
  (value) => Number.isInteger(value) && value >= 0 && value <= max,
  `an integer from 0 to ${max}`
];
const TYPE = /* @__PURE__ */ oneOf("text", "binary");
const ON_INVALID = [
  (value) => value === "close" || value === "skip" || typeof value === "function",
  "close, skip or a function"
];
function checkOptions(codec, given, checks) {
  const fail = (text) => {
    throw new wschan.WsError("INVALID_OPTION", `${codec}: ${text}`);
  };
  const options = given;
  if (typeof options !== "object" || !options || Array.isArray(options)) {
    return fail("options must be an object");
  }
  const known = Object.keys(checks);
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) fail(`unknown option ${name}: the options are ${known.join(", ")}`);
    const [passes, wanted] = checks[name];
    if (value !== void 0 && !passes(value)) fail(`option ${name} must be ${wanted}`);
  }
  return { ...given };
}

function inflating(name, { type, onInvalid }, newChoice, unpackAtOnce) {
  return {
    name,
    decoder(readLimit) {
      const choose = newChoice();
      const inflater = new Inflater();
      return (message, emit) => {
        const decoded = orSkip(onInvalid, () => {
          if (message.type === "text") return message;
          const format = choose(message.data);
          const bytes = format ? unpackAtOnce?.(format, message.data, readLimit) ?? unpack(format, message.data, readLimit, inflater) : message.data;
          return toMessage(name, type, bytes);
        });
        if (decoded) emit(decoded, sizeOf(decoded));
      };
    }
  };
}
const CHECKS$4 = { type: TYPE, onInvalid: ON_INVALID };
function bindInflating(format, unpackAtOnce) {
  const { name } = format;
  const make = (given = {}) => inflating(name, checkOptions(name, given, CHECKS$4), () => () => format, unpackAtOnce);
  return make;
}

const sniff = ([first = 0, second = 0]) => {
  if (first === 31 && second === 139) return GZIP;
  return isZlib(first, second) && !(second & FDICT) ? ZLIB : void 0;
};
function pinned() {
  let format = null;
  return (bytes) => format === null ? format = sniff(bytes) : format;
}
const CHECKS$3 = {
  type: TYPE,
  onInvalid: ON_INVALID,
  pin: /* @__PURE__ */ oneOf(true, false)
};
function bindAuto(unpackAtOnce) {
  const make = (given = {}) => {
    const { pin, ...options } = checkOptions("auto", given, CHECKS$3);
    return inflating("auto", options, pin === false ? () => sniff : pinned, unpackAtOnce);
  };
  return make;
}

const CHECKS$2 = {
  type: TYPE,
  onInvalid: ON_INVALID,
  threshold: /* @__PURE__ */ integer(104857600),
  level: /* @__PURE__ */ integer(9)
};
function bindDeflating(format, deflate, unpackAtOnce) {
  const { name } = format;
  const make = (given = {}) => {
    const options = checkOptions(name, given, CHECKS$2);
    const { threshold = 1024, level = 6 } = options;
    return {
      ...inflating(name, options, () => () => format, unpackAtOnce),
      encode(value, type) {
        const bytes = toBytes(value);
        const isString = typeof value === "string";
        const isText = type ? type === wschan.TEXT : isString;
        if (isText && !isString) toText(name, bytes);
        return isText && bytes.length < threshold ? value : deflate(bytes, level);
      }
    };
  };
  return make;
}
function toBytes(data) {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  ArrayBuffer.prototype.slice.call(data, 0, 0);
  return new Uint8Array(data);
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
const CHECKS$1 = {
  onInvalid: ON_INVALID,
  schema: [
    (value) => typeof value?.["~standard"]?.validate === "function",
    "a schema by the Standard Schema interface"
  ]
};
function json(options = {}) {
  const { schema, onInvalid } = checkOptions(NAME, options, CHECKS$1);
  return {
    name: NAME,
    decoder: () => (message, emit) => {
      const decoded = orSkip(onInvalid, () => {
        const value = parse(message.type === "text" ? message.data : toText(NAME, message.data));
        return { value: schema ? validate(schema, value) : value };
      });
      if (decoded) emit(decoded.value, sizeOf(message));
    },
    encode(value) {
      const text = JSON.stringify(value);
      if (text === void 0) throw new TypeError("it has no JSON");
      return text;
    }
  };
}
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(NAME, "no JSON", void 0, cause);
  }
}
function validate(schema, value) {
  const result = schema["~standard"].validate(value);
  if ("then" in result) {
    result.then(void 0, () => {
    });
    throw new wschan.WsError("UNSUPPORTED", "receive: json: the schema is asynchronous");
  }
  if (!result.issues) return result.value;
  const [first] = result.issues;
  throw corrupt(NAME, `not as its schema: ${first?.message ?? ""}`, void 0, result.issues);
}

const FLUSHED = 65535;
const HEADER = 2;
const TRAILER = 4;
class StreamReader {
  constructor(name, isZlib, limit) {
    /** Whether all so far has been flushed, or is over. */
    this.isFlushed = false;
    this.#inflater = new Inflater();
    /** Header and trailer, as far as they have come. */
    this.#frame = [];
    /** The last four bytes. */
    this.#last = -1;
    this.#name = name;
    this.#isZlib = isZlib;
    this.output = new Output(name, limit, isZlib ? adler32 : void 0);
  }
  #name;
  #isZlib;
  #inflater;
  #frame;
  #last;
  read(bytes) {
    const wasOver = this.#inflater.hasEnded;
    const body = this.#readHeader(bytes);
    const end = this.#inflater.feed(bytes, body, this.output);
    const isOver = this.#inflater.hasEnded;
    const rest = isOver ? this.#readTrailer(bytes, end) : end;
    if (rest < bytes.length)
      throw corrupt(this.#name, "the stream is over, and more follows", rest);
    for (const byte of bytes.subarray(-4)) this.#last = this.#last << 8 | byte;
    this.isFlushed = isOver ? !wasOver : bytes.length > 0 && this.#last === FLUSHED;
  }
  #readHeader(bytes) {
    const at = this.#readFrame(bytes, 0, HEADER);
    if (at > 0 && this.#frame.length === HEADER) {
      readZlibHeader(this.#name, Uint8Array.from(this.#frame), 0);
    }
    return at;
  }
  #readTrailer(bytes, start) {
    const at = this.#readFrame(bytes, start, HEADER + TRAILER);
    if (at > start && this.#frame.length === HEADER + TRAILER) {
      const sum = this.#frame.slice(HEADER).reduce((sum2, byte) => sum2 * 256 + byte);
      if (sum !== this.output.sum) throw corrupt(this.#name, "wrong Adler-32", start);
    }
    return at;
  }
  /** Takes bytes of header or trailer, up to so many; returns where it stopped. */
  #readFrame(bytes, start, size) {
    let at = start;
    while (this.#isZlib && this.#frame.length < size && at < bytes.length) {
      this.#frame.push(bytes[at++]);
    }
    return at;
  }
}
const CHECKS = { type: TYPE, boundary: /* @__PURE__ */ oneOf("flush", "message") };
function bindStream(name, isZlib) {
  const make = (given = {}) => {
    const { type, boundary } = checkOptions(name, given, CHECKS);
    return {
      name,
      decoder(readLimit) {
        const reader = new StreamReader(name, isZlib, readLimit);
        return (message, emit) => {
          let decoded = message;
          if (message.type === "binary") {
            reader.read(message.data);
            if (!reader.isFlushed && boundary !== "message") return;
            decoded = toMessage(name, type, reader.output.take());
          }
          emit(decoded, sizeOf(decoded));
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

const toGzip = (bytes, level) => fflate.gzipSync(bytes, { level, mtime: 0 });
const toZlib = (bytes, level) => fflate.zlibSync(bytes, { level });
const toDeflateRaw = (bytes, level) => fflate.deflateSync(bytes, { level });
const gunzip = /* @__PURE__ */ bindInflating(GZIP);
const unzlib = /* @__PURE__ */ bindInflating(ZLIB);
const inflateRaw = /* @__PURE__ */ bindInflating(DEFLATE_RAW);
const auto = /* @__PURE__ */ bindAuto();
const gzip = /* @__PURE__ */ bindDeflating(GZIP, toGzip);
const zlib = /* @__PURE__ */ bindDeflating(ZLIB, toZlib);
const deflateRaw = /* @__PURE__ */ bindDeflating(DEFLATE_RAW, toDeflateRaw);

exports.auto = auto;
exports.compose = compose;
exports.deflateRaw = deflateRaw;
exports.deflateStream = deflateStream;
exports.gunzip = gunzip;
exports.gzip = gzip;
exports.inflateRaw = inflateRaw;
exports.json = json;
exports.unzlib = unzlib;
exports.zlib = zlib;
exports.zlibStream = zlibStream;
//# sourceMappingURL=browser.cjs.map
