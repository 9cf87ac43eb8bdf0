import type { Buffer } from "node:buffer";

/** Returns the same bytes as a plain `Uint8Array`: unlike a Buffer's, its `slice` copies. */
export function plainView({ buffer, byteOffset, length }: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

/**
 * Returns a part of `bytes` that does not share memory with other messages. A view would keep the whole
 * chunk of the socket alive while the message is queued.
 */
export function ownBytes(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  const isWhole = end > start && end - start === bytes.buffer.byteLength;
  return isWhole ? bytes : bytes.slice(start, end);
}
