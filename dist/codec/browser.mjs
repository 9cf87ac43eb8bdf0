import { gzipSync, zlibSync, deflateSync } from 'fflate';
import { b as bindAuto, a as bindDeflating, c as bindInflating, G as GZIP, Z as ZLIB, D as DEFLATE_RAW } from './core.mjs';
export { d as compose, e as deflateStream, j as json, z as zlibStream } from './core.mjs';

const toGzip = (bytes, level) => gzipSync(bytes, { level, mtime: 0 });
const toZlib = (bytes, level) => zlibSync(bytes, { level });
const toDeflateRaw = (bytes, level) => deflateSync(bytes, { level });
const gunzip = /* @__PURE__ */ bindInflating(GZIP);
const unzlib = /* @__PURE__ */ bindInflating(ZLIB);
const inflateRaw = /* @__PURE__ */ bindInflating(DEFLATE_RAW);
const auto = /* @__PURE__ */ bindAuto();
const gzip = /* @__PURE__ */ bindDeflating(GZIP, toGzip);
const zlib = /* @__PURE__ */ bindDeflating(ZLIB, toZlib);
const deflateRaw = /* @__PURE__ */ bindDeflating(DEFLATE_RAW, toDeflateRaw);

export { auto, deflateRaw, gunzip, gzip, inflateRaw, unzlib, zlib };
//# sourceMappingURL=browser.mjs.map
