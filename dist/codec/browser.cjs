'use strict';

var fflate = require('fflate');
var codec_core = require('./core.cjs');

const toGzip = (bytes, level) => fflate.gzipSync(bytes, { level, mtime: 0 });
const toZlib = (bytes, level) => fflate.zlibSync(bytes, { level });
const toDeflateRaw = (bytes, level) => fflate.deflateSync(bytes, { level });
const gunzip = /* @__PURE__ */ codec_core.bindInflating(codec_core.GZIP);
const unzlib = /* @__PURE__ */ codec_core.bindInflating(codec_core.ZLIB);
const inflateRaw = /* @__PURE__ */ codec_core.bindInflating(codec_core.DEFLATE_RAW);
const auto = /* @__PURE__ */ codec_core.bindAuto();
const gzip = /* @__PURE__ */ codec_core.bindDeflating(codec_core.GZIP, toGzip);
const zlib = /* @__PURE__ */ codec_core.bindDeflating(codec_core.ZLIB, toZlib);
const deflateRaw = /* @__PURE__ */ codec_core.bindDeflating(codec_core.DEFLATE_RAW, toDeflateRaw);

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
//# sourceMappingURL=browser.cjs.map
