import { constants, createDeflate, createDeflateRaw } from "node:zlib";
import type { ZlibOptions } from "node:zlib";

/** Compresses messages with one zlib stream for all of them, which is flushed after each message. */
export async function packStream(
  isZlib: boolean,
  messages: readonly (string | Uint8Array)[],
  options: ZlibOptions & { readonly flushBy?: number } = {},
): Promise<Uint8Array<ArrayBuffer>[]> {
  const { flushBy = constants.Z_SYNC_FLUSH, ...rest } = options;
  const stream = isZlib ? createDeflate(rest) : createDeflateRaw(rest);
  let chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const packed: Uint8Array<ArrayBuffer>[] = [];
  for (const message of messages) {
    stream.write(message);
    await new Promise<void>((resolve) => stream.flush(flushBy, resolve));
    packed.push(Uint8Array.from(Buffer.concat(chunks)));
    chunks = [];
  }
  stream.destroy();
  return packed;
}
