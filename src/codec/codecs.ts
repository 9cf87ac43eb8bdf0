// Types of the codecs that each entry binds to its platform.
import type { Inflating } from "./inflating.js";
import type { AutoOptions, DeflateOptions, InflateOptions } from "./options.js";

/**
 * Each binary message is a complete gzip file (RFC 1952) of one or several members. CRC-32 and length are
 * checked. Sent messages are not compressed.
 */
export type Gunzip = Inflating<InflateOptions>;

/**
 * Each binary message is a complete zlib stream (RFC 1950). Adler-32 is checked; a message that needs a preset
 * dictionary is `INVALID_MESSAGE`. Sent messages are not compressed.
 */
export type Unzlib = Inflating<InflateOptions>;

/** Each binary message is a complete raw deflate stream (RFC 1951). Sent messages are not compressed. */
export type InflateRaw = Inflating<InflateOptions>;

/**
 * Each binary message is gzip, zlib or plain. The first bytes of the first binary message determine the format
 * of all messages, or, if option `pin` is false, each message's own do. Sent messages are not compressed.
 */
export type Auto = Inflating<AutoOptions>;

/** Receives as {@link Gunzip}; sends bytes, and texts of `threshold` bytes or more, as gzip. */
export type Gzip = Inflating<DeflateOptions>;

/** Receives as {@link Unzlib}; sends bytes, and texts of `threshold` bytes or more, as zlib. */
export type Zlib = Inflating<DeflateOptions>;

/** Receives as {@link InflateRaw}; sends bytes, and texts of `threshold` bytes or more, as raw deflate. */
export type DeflateRaw = Inflating<DeflateOptions>;
