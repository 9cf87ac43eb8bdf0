import { Buffer } from "node:buffer";
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import type { DeflateRaw, InflateRaw } from "node:zlib";

/** A raw deflate or inflate stream of Node, whose private handle can run synchronously. */
export type ZlibStream = DeflateRaw | InflateRaw;

/** The private parts of a zlib stream (Node's lib/zlib.js and src/node_zlib.cc). */
interface PrivateZlib {
  readonly _handle?: {
    /** Returns when the output is full or the input is consumed. */
    writeSync(
      flush: number,
      input: Uint8Array,
      inputOffset: number,
      inputSize: number,
      output: Uint8Array,
      outputOffset: number,
      outputSize: number,
    ): void;
  } | null;
  /** After a write: the unused bytes of the output, then those of the input. */
  readonly _writeState?: Uint32Array;
}

/** The largest input of {@link runSync}: 64 KiB deflate in about 1 ms. */
export const MAX_SYNC_INPUT_BYTES = 65_536;

/** Space after the input for the tail of a message. */
const TAIL_BYTES = 4;

/** More than the largest input can deflate to (zlib's `deflateBound`). */
const MAX_OUTPUT_BYTES = 81_920;

/** Buffers shared by all connections: runs never overlap, and their output is copied immediately. */
export interface ScratchBuffers {
  readonly input: Buffer;
  readonly output: Buffer;
}

let sharedBuffers: ScratchBuffers | undefined;

/** Returns the shared buffers, and allocates them on first use. */
export function scratchBuffers(): ScratchBuffers {
  return (sharedBuffers ??= {
    input: Buffer.allocUnsafeSlow(MAX_SYNC_INPUT_BYTES + TAIL_BYTES),
    output: Buffer.allocUnsafeSlow(MAX_OUTPUT_BYTES),
  });
}

/** The result of a synchronous run, in bytes. */
export interface ZlibRun {
  readonly produced: number;
  readonly consumed: number;
}

/**
 * Inflates or deflates on this thread, through the stream's handle, until the input is consumed or `output`
 * is full. Invalid input destroys the stream.
 *
 * Node's public interface, an asynchronous write and flush, costs 20 to 100 times as much per small message.
 */
export function runSync(
  stream: ZlibStream,
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
): ZlibRun {
  const { _handle, _writeState } = stream as unknown as Required<PrivateZlib>;
  const size = end - start;
  _handle?.writeSync(constants.Z_SYNC_FLUSH, input, start, size, output, 0, output.length);
  const room = _writeState[0] as number;
  const unused = _writeState[1] as number;
  return { produced: output.length - room, consumed: size - unused };
}

/** The result of the check, which runs at most once. */
let isUsable: boolean | undefined;

/** True if the zlib streams of this runtime have the handle that {@link runSync} needs. Tries it on first use. */
export function canRunSync(): boolean {
  return (isUsable ??= checkRoundTrip());
}

function checkRoundTrip(): boolean {
  // A handle with another interface may produce invalid data, whose error must not become an exception.
  const deflate = createDeflateRaw().on("error", () => {});
  const inflate = createInflateRaw().on("error", () => {});
  try {
    const text = Buffer.from("wschan wschan");
    const deflated = Buffer.alloc(64);
    const inflated = Buffer.alloc(64);
    // Twice, because the second message refers to the first (context takeover).
    return [1, 2].every(() => {
      const { produced } = runSync(deflate, text, 0, text.length, deflated);
      const { produced: size, consumed } = runSync(inflate, deflated, 0, produced, inflated);
      return consumed === produced && inflated.subarray(0, size).equals(text);
    });
  } catch {
    return false;
  } finally {
    deflate.close();
    inflate.close();
  }
}
