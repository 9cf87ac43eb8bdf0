import type { Buffer } from "node:buffer";

/** The same bytes without the methods of a Buffer, whose `slice` shares memory. */
export function plainView({ buffer, byteOffset, length }: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

/** A part in a buffer of its own: a view would keep the socket's chunk alive while the message waits. */
export function ownBytes(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  const isWhole = end > start && end - start === bytes.buffer.byteLength;
  return isWhole ? bytes : bytes.slice(start, end);
}
