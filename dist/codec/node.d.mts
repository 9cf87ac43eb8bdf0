import { WsError, Codec, TextMessage } from 'wschan';
export { type Codec, type Decode } from 'wschan';

/**
 * Handling of a message that cannot be decoded: `"close"` ends the connection, `"skip"` discards the message. A
 * function is called with the error and returns one of these.
 */
type OnInvalid = "close" | "skip" | ((error: WsError) => "close" | "skip");

/** Options of the codecs that inflate one message at a time. */
interface InflateOptions {
    /**
     * Type of the decompressed messages. `"text"`: they are received as text; invalid UTF-8 is `INVALID_MESSAGE`.
     * `"binary"`: they are received as bytes. Messages that arrive as text are received unchanged.
     * Default: `"text"`.
     */
    readonly type?: "text" | "binary" | undefined;
    /**
     * Handling of a message that cannot be decoded: `"close"` ends the connection with `INVALID_MESSAGE`, `"skip"`
     * discards the message. A function is called with the error and returns one of these. A message that exceeds
     * `readLimit` after decompression always ends the connection, with `MESSAGE_TOO_BIG`. Default: `"close"`.
     */
    readonly onInvalid?: OnInvalid | undefined;
}
/** Options of {@link auto}. */
interface AutoOptions extends InflateOptions {
    /**
     * True if the first binary message determines the format of all messages of the connection; false to detect
     * the format of each message. Default: true.
     */
    readonly pin?: boolean | undefined;
}
/** A compression level: see option `level`. */
type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
/** Options of the codecs that also compress. */
interface DeflateOptions extends InflateOptions {
    /**
     * Texts smaller than this many bytes of UTF-8 are sent uncompressed, as text messages. Bytes are always
     * compressed, because the peer could not distinguish compressed from plain bytes. Default: 1024.
     * 0 to 104857600. 0: every text is compressed.
     */
    readonly threshold?: number | undefined;
    /** Compression level, from 0 (none) to 9 (smallest output, slowest). Default: 6. */
    readonly level?: Level | undefined;
}
/** Options of the codecs with one stream for all messages of a connection. */
interface StreamOptions {
    /**
     * Type of the decompressed messages. `"text"`: they are received as text; invalid UTF-8 is `INVALID_MESSAGE`.
     * `"binary"`: they are received as bytes. Messages that arrive as text are received unchanged.
     * Default: `"text"`.
     */
    readonly type?: "text" | "binary" | undefined;
    /**
     * The end of a message. `"flush"`: a message ends where the sender has made a sync flush, that is, where a
     * WebSocket message ends with the bytes `00 00 FF FF`; it may span several WebSocket messages. `"message"`:
     * each WebSocket message is one message. Default: `"flush"`.
     */
    readonly boundary?: "flush" | "message" | undefined;
}

/** Type of the functions that create codecs for compressed messages. */
interface Inflating<Options> {
    /**
     * Creates a codec that decompresses received binary messages, for option `codec` of `connect` and
     * `reconnecting`. Checksums and lengths are checked.
     *
     * | codec                         | format of a received binary message       |
     * | ----------------------------- | ----------------------------------------- |
     * | `gunzip`, `gzip`              | gzip (RFC 1952)                           |
     * | `unzlib`, `zlib`              | zlib (RFC 1950)                           |
     * | `inflateRaw`, `deflateRaw`    | raw deflate (RFC 1951)                    |
     * | `auto`                        | gzip, zlib or plain, by its first bytes   |
     * | `zlibStream`, `deflateStream` | part of one stream for all messages       |
     *
     * `gzip`, `zlib` and `deflateRaw` also compress sent messages, in the same format.
     *
     * Throws `INVALID_OPTION`.
     *
     * ```ts
     * const client = await connect("wss://api.example.com/feed", { codec: gunzip() });
     * ```
     */
    (options?: Options & {
        readonly type?: "text" | undefined;
    }): Codec<TextMessage>;
    /**
     * Creates a codec that decompresses received binary messages to bytes, with `type: "binary"`. Text messages
     * are received unchanged.
     *
     * Throws `INVALID_OPTION`.
     */
    (options: Options): Codec;
}

/**
 * Each binary message is a complete gzip file (RFC 1952) of one or several members. CRC-32 and length are
 * checked. Sent messages are not compressed.
 */
type Gunzip = Inflating<InflateOptions>;
/**
 * Each binary message is a complete zlib stream (RFC 1950). Adler-32 is checked; a message that needs a preset
 * dictionary is `INVALID_MESSAGE`. Sent messages are not compressed.
 */
type Unzlib = Inflating<InflateOptions>;
/** Each binary message is a complete raw deflate stream (RFC 1951). Sent messages are not compressed. */
type InflateRaw = Inflating<InflateOptions>;
/**
 * Each binary message is gzip, zlib or plain. The first bytes of the first binary message determine the format
 * of all messages, or, if option `pin` is false, each message's own do. Sent messages are not compressed.
 */
type Auto = Inflating<AutoOptions>;
/** Receives as {@link Gunzip}; sends bytes, and texts of `threshold` bytes or more, as gzip. */
type Gzip = Inflating<DeflateOptions>;
/** Receives as {@link Unzlib}; sends bytes, and texts of `threshold` bytes or more, as zlib. */
type Zlib = Inflating<DeflateOptions>;
/** Receives as {@link InflateRaw}; sends bytes, and texts of `threshold` bytes or more, as raw deflate. */
type DeflateRaw = Inflating<DeflateOptions>;

/**
 * Combines two codecs: `compose(gzip(), json())` inflates and then parses received messages, and stringifies and
 * then compresses sent values.
 *
 * @param outer The codec next to the wire. It decodes messages to messages.
 * @param inner The codec that decodes the messages of `outer` to values.
 */
declare function compose<In, Out>(outer: Codec, inner: Codec<In, Out>): Codec<In, Out>;

/** A schema that implements Standard Schema, version 1: https://standardschema.dev. */
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
/** The result of validating a value. */
type SchemaResult<Out> = {
    readonly value: Out;
    readonly issues?: undefined;
} | {
    readonly issues: readonly SchemaIssue[];
};
/** A problem that a schema reports. */
interface SchemaIssue {
    readonly message: string;
    /** The keys that lead to the invalid part of the value. */
    readonly path?: readonly (PropertyKey | {
        readonly key: PropertyKey;
    })[] | undefined;
}
/** Options of {@link json}. */
interface JsonOptions<Out = unknown> {
    /**
     * A schema of Zod, Valibot, ArkType or another implementation of Standard Schema. It validates each message,
     * and its output is received. It must be synchronous, because messages keep their order: an asynchronous
     * schema ends the connection with `UNSUPPORTED`. Default: none.
     */
    readonly schema?: StandardSchema<Out> | undefined;
    /**
     * Handling of a message that is not JSON or does not match the schema: `"close"` ends the connection with
     * `INVALID_MESSAGE`, `"skip"` discards the message. A function is called with the error and returns one of
     * these. Default: `"close"`.
     */
    readonly onInvalid?: OnInvalid | undefined;
}
/**
 * Creates a JSON codec. It parses received messages, binary ones as UTF-8, and sends values as text messages.
 * Without a schema, received values are not checked and have type `unknown`.
 *
 * A received message that is not JSON is `INVALID_MESSAGE`: see option `onInvalid`. Sending a value that JSON
 * cannot represent rejects with `INVALID_MESSAGE`. Throws `INVALID_OPTION`.
 */
declare function json(options?: JsonOptions & {
    readonly schema?: undefined;
}): Codec<unknown, unknown>;
/**
 * Creates a JSON codec. It parses received messages, binary ones as UTF-8, and sends values as text messages.
 *
 * With a schema, received values are validated and have the schema's output type. A value that does not match is
 * `INVALID_MESSAGE`, with the schema's issues as its `cause`. Without a schema nothing is checked:
 * `json<Ticker>()` is a cast, like `JSON.parse(text) as Ticker`.
 *
 * A received message that is not JSON is `INVALID_MESSAGE`: see option `onInvalid`. Sending a value that JSON
 * cannot represent rejects with `INVALID_MESSAGE`. Throws `INVALID_OPTION`.
 *
 * @typeParam Out The type of received values.
 */
declare function json<Out>(options?: JsonOptions<Out>): Codec<Out, unknown>;

/**
 * Creates a codec for connections whose binary messages together form one zlib stream (RFC 1950), such as
 * Discord's `zlib-stream`. Sent messages are not compressed. Invalid data ends the connection with
 * `INVALID_MESSAGE`, because the rest of the stream cannot be decoded.
 */
declare const zlibStream: Inflating<StreamOptions>;
/**
 * Creates a codec like {@link zlibStream} for one raw deflate stream (RFC 1951), which has no header, trailer or
 * checksum.
 */
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
