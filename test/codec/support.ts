import { constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { ZlibOptions } from "node:zlib";
import { WsError } from "../../src/node.js";
import type { Codec, Data, Message, TextMessage } from "../../src/node.js";
import * as browser from "../../src/codec/browser.js";
import * as node from "../../src/codec/node.js";
import type { DeflateOptions, InflateOptions } from "../../src/codec/node.js";

/** The entries: for Node, with its zlib, and for browsers, without. */
export const ENTRIES = [
  { name: "Node", codecs: node },
  { name: "browser", codecs: browser },
] as const;

export type FormatName = "gzip" | "zlib" | "deflateRaw";
export type StreamName = "zlibStream" | "deflateStream";

/** A compressed format, and how to produce it with Node's zlib. */
export interface Format {
  readonly format: FormatName;
  /** Names of the codecs that decode it. */
  readonly names: readonly ["gunzip" | "unzlib" | "inflateRaw", FormatName];
  /** Sizes of the header and trailer around the deflate data, in bytes. */
  readonly header: number;
  readonly trailer: number;
  /** Compresses data. The result does not share its buffer. */
  readonly pack: (data: string | Uint8Array, options?: ZlibOptions) => Uint8Array<ArrayBuffer>;
}

export const FORMATS: readonly Format[] = [
  {
    format: "gzip",
    names: ["gunzip", "gzip"],
    header: 10,
    trailer: 8,
    pack: (data, options) => Uint8Array.from(gzipSync(data, options)),
  },
  {
    format: "zlib",
    names: ["unzlib", "zlib"],
    header: 2,
    trailer: 4,
    pack: (data, options) => Uint8Array.from(deflateSync(data, options)),
  },
  {
    format: "deflateRaw",
    names: ["inflateRaw", "deflateRaw"],
    header: 0,
    trailer: 0,
    pack: (data, options) => Uint8Array.from(deflateRawSync(data, options)),
  },
];

type Make<Options> = (options?: Options) => Codec;

/** A codec of one entry, and the format that it decodes. */
export interface Case extends Format {
  /** Part of test names: "gunzip (browser)". */
  readonly name: string;
  /** Name of the codec in errors. */
  readonly codec: FormatName;
  readonly make: Make<InflateOptions>;
}

/** Every codec that decodes each message separately, of both entries. */
export const CASES: readonly Case[] = ENTRIES.flatMap(({ name, codecs }) =>
  FORMATS.flatMap((format) =>
    format.names.map((codec) => ({
      ...format,
      codec: format.format,
      name: `${codec} (${name})`,
      make: codecs[codec] as Make<InflateOptions>,
    })),
  ),
);

/** The {@link CASES} that compress when they encode. */
export const DEFLATING: readonly (Case & { readonly make: Make<DeflateOptions> })[] = CASES.filter(
  ({ format, name }) => name.startsWith(`${format} `),
);

/** The stream codecs of both entries, and how to produce their format with Node's zlib. */
export const STREAMS = ENTRIES.flatMap(
  ({ name, codecs }) =>
    [
      {
        name: `zlibStream (${name})`,
        codec: "zlibStream",
        make: codecs.zlibStream,
        pack: FORMATS[1]?.pack as Format["pack"],
        isZlib: true,
      },
      {
        name: `deflateStream (${name})`,
        codec: "deflateStream",
        make: codecs.deflateStream,
        pack: FORMATS[2]?.pack as Format["pack"],
        isZlib: false,
      },
    ] as const,
);

/** The default of option `readLimit`, in bytes. */
export const READ_LIMIT = 16_777_216;

/** The data of a received message: a string of a text message, bytes of a binary one. */
export type Arrival = string | Uint8Array<ArrayBuffer>;

export const toMessage = (data: Arrival): Message =>
  typeof data === "string" ? { type: "text", data } : { type: "binary", data };

/** Creates a decoder of one connection. It returns the values of a message and the sizes reported for them. */
export function startDecoding<In>(
  codec: Codec<In, never>,
  readLimit = READ_LIMIT,
): (data: Arrival) => { readonly values: In[]; readonly sizes: number[] } {
  const decode = codec.decoder(readLimit);
  return (data) => {
    const values: In[] = [];
    const sizes: number[] = [];
    decode(toMessage(data), (value, size) => {
      values.push(value);
      sizes.push(size);
    });
    return { values, sizes };
  };
}

/** Decodes messages of one connection into all their values. */
export function decodeAll<In>(
  codec: Codec<In, never>,
  messages: readonly Arrival[],
  readLimit?: number,
): In[] {
  const decode = startDecoding(codec, readLimit);
  return messages.flatMap((data) => decode(data).values);
}

/** Decodes data into one message and returns its data. Throws if the number of messages is not one. */
export function decodeOne<T extends Message>(
  codec: Codec<T>,
  data: Arrival,
  readLimit?: number,
): T["data"] {
  const values = decodeAll(codec, [data], readLimit);
  const [message] = values;
  if (values.length !== 1 || !message) {
    throw new Error(`expected one decoded message, got ${values.length}`);
  }
  return message.data;
}

/** Returns the result of `attempt`, or the `WsError` that it throws. */
export function resultOf<T>(attempt: () => T): T | WsError {
  try {
    return attempt();
  } catch (error) {
    if (WsError.is(error)) return error;
    throw error;
  }
}

/** Returns the `WsError` that a call throws. Fails if there is none. */
export function errorOf(attempt: () => unknown): WsError {
  const result = resultOf(attempt);
  if (WsError.is(result)) return result;
  throw new Error(`expected a WsError, got the value ${JSON.stringify(result)}`);
}

/** Returns a decoded text message. */
export const text = (data: string): TextMessage => ({ type: "text", data });

/** Encodes a value. Throws if the codec cannot encode. */
export function encode<Out>(codec: Codec<unknown, Out>, value: Out, type?: 1 | 2): Data {
  if (!codec.encode) throw new Error(`codec ${codec.name} does not encode`);
  return codec.encode(value, type);
}

/** Encodes a text as UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(text, "utf8"));

export const concat = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat(parts));

/** Returns a copy of `bytes` with the byte at `at` replaced by the result of `change`. */
export function changed(
  bytes: Uint8Array,
  at: number,
  change: (byte: number) => number,
): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

/** Options of zlib that end a message with a sync flush and do not end the stream. */
export const SYNC_FLUSH: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH };

/** Returns `size` characters of lines of JSON, which compress well. */
export function prose(size: number): string {
  let lines = "";
  for (let n = 0; lines.length < size; n++) lines += `{"id":${n},"price":${(n * n) % 9_973}}\n`;
  return lines.slice(0, size);
}

/** A codec that inflates, and how to produce messages for it. */
export interface Inflating {
  readonly name: string;
  /** Name of the codec in errors. */
  readonly codec: FormatName | StreamName;
  readonly make: () => Codec;
  readonly pack: (plain: Uint8Array) => Uint8Array<ArrayBuffer>;
}

/** Every codec that inflates, of both entries. */
export const INFLATING: readonly Inflating[] = [
  ...CASES.map(({ name, codec, make, pack }) => ({
    name,
    codec,
    make: (): Codec => make({ type: "binary" }),
    pack: (plain: Uint8Array) => pack(plain),
  })),
  ...STREAMS.map(({ name, codec, make, pack }) => ({
    name,
    codec,
    make: (): Codec => make({ type: "binary" }),
    pack: (plain: Uint8Array) => pack(plain, SYNC_FLUSH),
  })),
  ...ENTRIES.flatMap(({ name, codecs }) =>
    FORMATS.slice(0, 2).map(({ format, pack }) => ({
      name: `auto (${name}) with ${format}`,
      codec: format,
      make: (): Codec => codecs.auto({ type: "binary" }),
      pack: (plain: Uint8Array) => pack(plain),
    })),
  ),
];
