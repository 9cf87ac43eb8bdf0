export type { Codec, Decode } from "../protocol/codec.js";
export type { Auto, DeflateRaw, Gunzip, Gzip, InflateRaw, Unzlib, Zlib } from "./codecs.js";
export { compose } from "./compose.js";
export type { OnInvalid } from "./failure.js";
export type { Inflating } from "./inflating.js";
export { json } from "./json.js";
export type { JsonOptions, SchemaIssue, SchemaResult, StandardSchema } from "./json.js";
export type {
  AutoOptions,
  DeflateOptions,
  InflateOptions,
  Level,
  StreamOptions,
} from "./options.js";
export { deflateStream, zlibStream } from "./stream.js";
