import { Buffer } from "node:buffer";
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import type { DeflateRaw, InflateRaw } from "node:zlib";

/** A raw deflate stream of Node, whose private handle can run synchronously. */
export type ZlibStream = DeflateRaw | InflateRaw;

/** The private parts of a zlib stream (Node's lib/zlib.js and src/node_zlib.cc). */
interface PrivateZlib {
  readonly _handle?: {
    /** Returns when the output is full or the input is used up. */
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
  /** The room in the output, then the unused input, after a write. */
  readonly _writeState?: Uint32Array;
}

/** The largest input of {@link runSync}, in bytes: 64 KiB deflate in about 1 ms. */
export const MAX_SYNC_INPUT_BYTES = 65_536;

/** Room for the tail of a message, after the input. */
const TAIL_BYTES = 4;

/** More than what the largest input deflates to (zlib's `deflateBound`). */
const OUTPUT_BYTES = 81_920;

/** Shared by all connections: a run is over before another begins, and its output is copied at once. */
export interface Scratch {
  readonly input: Buffer;
  readonly output: Buffer;
}

let shared: Scratch | undefined;

export function scratch(): Scratch {
  return (shared ??= {
    input: Buffer.allocUnsafeSlow(MAX_SYNC_INPUT_BYTES + TAIL_BYTES),
    output: Buffer.allocUnsafeSlow(OUTPUT_BYTES),
  });
}

/** How far a run got, in bytes. */
export interface ZlibRun {
  readonly produced: number;
  readonly consumed: number;
}

/**
 * Inflates or deflates on the stream's handle, on this thread, up to the end of the input or of the room in
 * `output`. With invalid input the stream is destroyed afterwards.
 *
 * The public way, an asynchronous write and flush, costs 20 to 100 times as much for a small message.
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

/** The result of the check; `undefined` before it. */
let isUsable: boolean | undefined;

/** True if this runtime's zlib streams have the handle that {@link runSync} needs. Checked once, by using it. */
export function canRunSync(): boolean {
  return (isUsable ??= checkRoundTrip());
}

function checkRoundTrip(): boolean {
  // A handle that works otherwise may inflate what is not deflate data: that is a result, not an exception.
  const deflate = createDeflateRaw().on("error", () => {});
  const inflate = createInflateRaw().on("error", () => {});
  try {
    const text = Buffer.from("wschan wschan");
    const deflated = Buffer.alloc(64);
    const inflated = Buffer.alloc(64);
    // Twice, because the second message refers to the first.
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
