import { deflateSync, gzipSync, zlibSync } from "fflate";
import { bindAuto } from "./auto.js";
import type { Auto, DeflateRaw, Gunzip, Gzip, InflateRaw, Unzlib, Zlib } from "./codecs.js";
import { bindDeflating } from "./deflating.js";
import type { Deflate } from "./deflating.js";
import { DEFLATE_RAW, GZIP, ZLIB } from "./format.js";
import { bindInflating } from "./inflating.js";

export * from "./public.js";

// `mtime: 0`, so that equal messages compress to equal bytes.
const toGzip: Deflate = (bytes, level) => gzipSync(bytes, { level, mtime: 0 });
const toZlib: Deflate = (bytes, level) => zlibSync(bytes, { level });
const toDeflateRaw: Deflate = (bytes, level) => deflateSync(bytes, { level });

export const gunzip: Gunzip = /* @__PURE__ */ bindInflating(GZIP);

export const unzlib: Unzlib = /* @__PURE__ */ bindInflating(ZLIB);

export const inflateRaw: InflateRaw = /* @__PURE__ */ bindInflating(DEFLATE_RAW);

export const auto: Auto = /* @__PURE__ */ bindAuto();

export const gzip: Gzip = /* @__PURE__ */ bindDeflating(GZIP, toGzip);

export const zlib: Zlib = /* @__PURE__ */ bindDeflating(ZLIB, toZlib);

export const deflateRaw: DeflateRaw = /* @__PURE__ */ bindDeflating(DEFLATE_RAW, toDeflateRaw);
