'use strict';

var codec_core = require('./core.cjs');
var node_zlib = require('node:zlib');

const INFLATE = { gzip: node_zlib.gunzipSync, zlib: node_zlib.inflateSync, deflateRaw: node_zlib.inflateRawSync };
const MIN_NATIVE_BYTES = 128;
const unpackAtOnce = ({ name }, bytes, limit) => {
  if (bytes.length < MIN_NATIVE_BYTES) return void 0;
  try {
    const result = INFLATE[name](bytes, { info: true, maxOutputLength: limit });
    const { buffer, engine } = result;
    return engine?.bytesWritten === bytes.length ? toOwn(buffer) : void 0;
  } catch (error) {
    if (error.code === "ERR_BUFFER_TOO_LARGE") throw codec_core.tooBig(name, limit);
    return void 0;
  }
};
function toOwn(bytes) {
  const isOwner = bytes.buffer.byteLength === bytes.length;
  return isOwner ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
}
const toGzip = (bytes, level) => node_zlib.gzipSync(bytes, { level });
const toZlib = (bytes, level) => node_zlib.deflateSync(bytes, { level });
const toDeflateRaw = (bytes, level) => node_zlib.deflateRawSync(bytes, { level });

const gunzip = /* @__PURE__ */ codec_core.bindInflating(codec_core.GZIP, unpackAtOnce);
const unzlib = /* @__PURE__ */ codec_core.bindInflating(codec_core.ZLIB, unpackAtOnce);
const inflateRaw = /* @__PURE__ */ codec_core.bindInflating(codec_core.DEFLATE_RAW, unpackAtOnce);
const auto = /* @__PURE__ */ codec_core.bindAuto(unpackAtOnce);
const gzip = /* @__PURE__ */ codec_core.bindDeflating(codec_core.GZIP, toGzip, unpackAtOnce);
const zlib = /* @__PURE__ */ codec_core.bindDeflating(codec_core.ZLIB, toZlib, unpackAtOnce);
const deflateRaw = /* @__PURE__ */ codec_core.bindDeflating(
  codec_core.DEFLATE_RAW,
  toDeflateRaw,
  unpackAtOnce
);

exports.compose = codec_core.compose;
exports.deflateStream = codec_core.deflateStream;
exports.json = codec_core.json;
exports.zlibStream = codec_core.zlibStream;
exports.auto = auto;
exports.deflateRaw = deflateRaw;
exports.gunzip = gunzip;
exports.gzip = gzip;
exports.inflateRaw = inflateRaw;
exports.unzlib = unzlib;
exports.zlib = zlib;
//# sourceMappingURL=node.cjs.map
