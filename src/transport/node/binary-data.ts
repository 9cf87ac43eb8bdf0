import type { Buffer } from "node:buffer";

/** The bytes in a buffer of their own: a view would keep the socket's chunk alive while the message waits. */
export function ownBytes(payload: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = payload;
  // `ws` shares one empty buffer among its connections.
  const isWhole = payload.length > 0 && buffer.byteLength === payload.length;
  return isWhole && buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(payload);
}

/** The bytes as a view on the chunk that holds them: see option `node.binaryViews`. */
export function viewOf({ buffer, byteOffset, length }: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
