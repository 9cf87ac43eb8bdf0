import type * as Zlib from "node:zlib";

/** A raw deflate stream, with the private handle that holds zlib's memory until it is closed. */
type RawStream = (Zlib.DeflateRaw | Zlib.InflateRaw) & { readonly _handle: unknown };

/** The raw streams that the tested code has created, with {@link recordStreams} in place of `node:zlib`. */
export const streams: RawStream[] = [];

/** The factory of a mock of `node:zlib`. */
export async function recordStreams(importOriginal: () => Promise<unknown>): Promise<typeof Zlib> {
  const zlib = (await importOriginal()) as typeof Zlib;
  const record = <T>(stream: T): T => {
    streams.push(stream as unknown as RawStream);
    return stream;
  };
  return {
    ...zlib,
    createDeflateRaw: (options) => record(zlib.createDeflateRaw(options)),
    createInflateRaw: (options) => record(zlib.createInflateRaw(options)),
  };
}

/** True if all of them have been freed. */
export function areFreed(): boolean {
  return streams.every(({ _handle }) => _handle === null);
}
