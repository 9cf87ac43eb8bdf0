/** What the codecs are that each entry binds to its platform. Types only. */
import type { Inflating } from "./inflating.js";
import type { AutoOptions, DeflateOptions, InflateOptions } from "./options.js";

/**
 * Every message is gzip (RFC 1952) by itself, of one member or several. CRC-32 and length are checked.
 * What is sent goes out as it is.
 */
export type Gunzip = Inflating<InflateOptions>;

/**
 * Every message is zlib (RFC 1950) by itself. Adler-32 is checked; one that needs a dictionary is
 * `INVALID_MESSAGE`. What is sent goes out as it is.
 */
export type Unzlib = Inflating<InflateOptions>;

/** Every message is raw deflate (RFC 1951) by itself. What is sent goes out as it is. */
export type InflateRaw = Inflating<InflateOptions>;

/**
 * Every message is gzip, zlib or plain, by its first bytes: all as the first binary one, unless option
 * `pin` is false. What is sent goes out as it is.
 */
export type Auto = Inflating<AutoOptions>;

/** As {@link Gunzip}; and what is sent is compressed as gzip, from option `threshold` on. */
export type Gzip = Inflating<DeflateOptions>;

/** As {@link Unzlib}; and what is sent is compressed as zlib, from option `threshold` on. */
export type Zlib = Inflating<DeflateOptions>;

/** As {@link InflateRaw}; and what is sent is compressed as raw deflate, from option `threshold` on. */
export type DeflateRaw = Inflating<DeflateOptions>;
