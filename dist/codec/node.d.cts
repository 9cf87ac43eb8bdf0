import { WsError, Codec, TextMessage } from 'wschan';
export { type Codec, type Decode } from 'wschan';

/** What becomes of a message that cannot be decoded; a function is asked. */
type OnInvalid = "close" | "skip" | ((error: WsError) => "close" | "skip");

/** Options of the codecs that inflate one message at a time. */
interface InflateOptions {
    /**
     * What the bytes are that come out: UTF-8 for `"text"`, which else is `INVALID_MESSAGE`, or `"binary"`.
     * Text messages are not compressed, and pass as they are. Default: `"text"`.
     */
    readonly type?: "text" | "binary" | undefined;
    /**
     * What becomes of a message that cannot be decoded: `"close"` ends the connection with
     * `INVALID_MESSAGE`, `"skip"` goes on with the next one. A function is called with the error, and returns
     * one of the two. One over `readLimit` always ends it. Default: `"close"`.
     */
    readonly onInvalid?: OnInvalid | undefined;
}
/** Options of {@link auto}. */
interface AutoOptions extends InflateOptions {
    /** Whether the first binary message tells the format of all; or each its own. Default: true. */
    readonly pin?: boolean | undefined;
}
/** Levels of compression. */
type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
/** Options of the codecs that deflate as well. */
interface DeflateOptions extends InflateOptions {
    /**
     * Texts smaller than this many bytes of UTF-8 go out as they are. Bytes are always compressed, for the
     * peer could not tell. Default: 1024. 0 to 104857600; 0: none.
     */
    readonly threshold?: number | undefined;
    /** How hard to try: 0 (not at all) to 9. Default: 6. */
    readonly level?: Level | undefined;
}
/** Options of the codecs of one stream for all messages. */
interface StreamOptions {
    /** As of {@link InflateOptions}. Default: `"text"`. */
    readonly type?: "text" | "binary" | undefined;
    /**
     * Where a message ends: where the sender has flushed, at `00 00 FF FF`, be it several WebSocket messages
     * later, or with each WebSocket `"message"`. Default: `"flush"`.
     */
    readonly boundary?: "flush" | "message" | undefined;
}

/** The type of the functions that make codecs of compressed messages. */
interface Inflating<Options> {
    /**
     * Makes a codec for option `codec` of `connect` and `reconnecting`, which decompresses what is received: for
     * `gunzip` and `gzip` each message is gzip (RFC 1952), for `unzlib` and `zlib` zlib (RFC 1950), for
     * `inflateRaw` and `deflateRaw` raw deflate (RFC 1951), for `auto` what its first bytes tell; for
     * `zlibStream` and `deflateStream` all messages of a connection are one stream. Checksums and lengths are
     * checked. `gzip`, `zlib` and `deflateRaw` also compress what is sent. Throws `INVALID_OPTION`.
     *
     * ```ts
     * const client = await connect("wss://api.example.com/feed", { codec: gunzip() });
     * ```
     */
    (options?: Options & {
        readonly type?: "text" | undefined;
    }): Codec<TextMessage>;
    /**
     * The same with `type: "binary"`: what was compressed is received as bytes. Messages that arrive as text
     * stay text.
     */
    (options: Options): Codec;
}

/** What the codecs are that each entry binds to its platform. Types only. */

/**
 * Every message is gzip (RFC 1952) by itself, of one member or several. CRC-32 and length are checked.
 * What is sent goes out as it is.
 */
type Gunzip = Inflating<InflateOptions>;
/**
 * Every message is zlib (RFC 1950) by itself. Adler-32 is checked; one that needs a dictionary is
 * `INVALID_MESSAGE`. What is sent goes out as it is.
 */
type Unzlib = Inflating<InflateOptions>;
/** Every message is raw deflate (RFC 1951) by itself. What is sent goes out as it is. */
type InflateRaw = Inflating<InflateOptions>;
/**
 * Every message is gzip, zlib or plain, by its first bytes: all as the first binary one, unless option
 * `pin` is false. What is sent goes out as it is.
 */
type Auto = Inflating<AutoOptions>;
/** As {@link Gunzip}; and what is sent is compressed as gzip, from option `threshold` on. */
type Gzip = Inflating<DeflateOptions>;
/** As {@link Unzlib}; and what is sent is compressed as zlib, from option `threshold` on. */
type Zlib = Inflating<DeflateOptions>;
/** As {@link InflateRaw}; and what is sent is compressed as raw deflate, from option `threshold` on. */
type DeflateRaw = Inflating<DeflateOptions>;

/**
 * One codec behind another: `compose(gzip(), json())` inflates what arrives and parses what comes out,
 * and stringifies what is sent and compresses that.
 *
 * @param outer What messages on the wire go through; it decodes to messages.
 * @param inner What makes values of them.
 */
declare function compose<In, Out>(outer: Codec, inner: Codec<In, Out>): Codec<In, Out>;

/** A schema by the Standard Schema interface, version 1: https://standardschema.dev. */
interface StandardSchema<Out = unknown> {
    readonly "~standard": {
        readonly version: 1;
        readonly vendor: string;
        readonly validate: (value: unknown) => SchemaResult<Out> | Promise<SchemaResult<Out>>;
        readonly types?: {
            readonly input: unknown;
            readonly output: Out;
        } | undefined;
    };
}
/** The result of a schema for a value. */
type SchemaResult<Out> = {
    readonly value: Out;
    readonly issues?: undefined;
} | {
    readonly issues: readonly SchemaIssue[];
};
/** A problem that a schema reports. */
interface SchemaIssue {
    readonly message: string;
    /** The keys that lead to it. */
    readonly path?: readonly (PropertyKey | {
        readonly key: PropertyKey;
    })[] | undefined;
}
/** Options of {@link json}. */
interface JsonOptions<Out = unknown> {
    /**
     * What each message has to be, by the Standard Schema interface, as of Zod, Valibot or ArkType; what it
     * makes of a message is received. One that is asynchronous is `UNSUPPORTED`, and ends the connection:
     * messages keep their order. Default: none.
     */
    readonly schema?: StandardSchema<Out> | undefined;
    /** As of `InflateOptions`: what is no JSON, or not what the schema wants. Default: `"close"`. */
    readonly onInvalid?: OnInvalid | undefined;
}
/**
 * Makes a codec of JSON: text messages, and binary ones as UTF-8, are parsed, and values are sent as texts.
 * Without a schema, received values are not checked, and are `unknown`.
 *
 * A message that is not JSON is `INVALID_MESSAGE`. A value that has no JSON rejects the send with
 * `INVALID_MESSAGE`.
 */
declare function json(options?: JsonOptions & {
    readonly schema?: undefined;
}): Codec<unknown, unknown>;
/**
 * Makes a codec of JSON: text messages, and binary ones as UTF-8, are parsed, and values are sent as texts.
 *
 * With a schema, received values are validated and have its type; what it refuses is `INVALID_MESSAGE`, with
 * the schema's issues as its `cause`. Without one nothing is checked: `json<Ticker>()` is a cast, as in
 * `JSON.parse(text) as Ticker`.
 *
 * A message that is not JSON is `INVALID_MESSAGE`. A value that has no JSON rejects the send with
 * `INVALID_MESSAGE`.
 *
 * @typeParam Out The type of received values.
 */
declare function json<Out>(options?: JsonOptions<Out>): Codec<Out, unknown>;

/**
 * One zlib stream (RFC 1950) for all messages of a connection, as of Discord's `zlib-stream`. What is
 * sent goes out as it is. A stream that is broken cannot go on: it ends the connection with
 * `INVALID_MESSAGE`.
 */
declare const zlibStream: Inflating<StreamOptions>;
/** The same as {@link zlibStream} for raw deflate (RFC 1951), which has no header and no trailer. */
declare const deflateStream: Inflating<StreamOptions>;

declare const gunzip: Gunzip;
declare const unzlib: Unzlib;
declare const inflateRaw: InflateRaw;
declare const auto: Auto;
declare const gzip: Gzip;
declare const zlib: Zlib;
declare const deflateRaw: DeflateRaw;

export { auto, compose, deflateRaw, deflateStream, gunzip, gzip, inflateRaw, json, unzlib, zlib, zlibStream };
export type { Auto, AutoOptions, DeflateOptions, DeflateRaw, Gunzip, Gzip, InflateOptions, InflateRaw, Inflating, JsonOptions, Level, OnInvalid, SchemaIssue, SchemaResult, StandardSchema, StreamOptions, Unzlib, Zlib };
