import { bindAuto } from "./auto.js";
import type { Auto, DeflateRaw, Gunzip, Gzip, InflateRaw, Unzlib, Zlib } from "./codecs.js";
import { bindDeflating } from "./deflating.js";
import { DEFLATE_RAW, GZIP, ZLIB } from "./format.js";
import { bindInflating } from "./inflating.js";
import { toDeflateRaw, toGzip, toZlib, unpackAtOnce } from "./native.js";

export * from "./public.js";

export const gunzip: Gunzip = /* @__PURE__ */ bindInflating(GZIP, unpackAtOnce);

export const unzlib: Unzlib = /* @__PURE__ */ bindInflating(ZLIB, unpackAtOnce);

export const inflateRaw: InflateRaw = /* @__PURE__ */ bindInflating(DEFLATE_RAW, unpackAtOnce);

export const auto: Auto = /* @__PURE__ */ bindAuto(unpackAtOnce);

export const gzip: Gzip = /* @__PURE__ */ bindDeflating(GZIP, toGzip, unpackAtOnce);

export const zlib: Zlib = /* @__PURE__ */ bindDeflating(ZLIB, toZlib, unpackAtOnce);

export const deflateRaw: DeflateRaw = /* @__PURE__ */ bindDeflating(
  DEFLATE_RAW,
  toDeflateRaw,
  unpackAtOnce,
);
