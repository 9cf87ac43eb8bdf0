import type * as Zlib from "node:zlib";

/** A raw deflate stream with its private handle, which owns zlib's memory until it is closed. */
type RawStream = (Zlib.DeflateRaw | Zlib.InflateRaw) & { readonly _handle: unknown };

/** The raw streams that the tested code has created while {@link recordStreams} mocks `node:zlib`. */
export const streams: RawStream[] = [];

/** Creates a mock of `node:zlib` that records the raw streams. */
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

/** True if all recorded streams have been freed. */
export function areFreed(): boolean {
  return streams.every(({ _handle }) => _handle === null);
}
