import { Inflate } from "fflate";
import { WsError } from "wschan";
import { corrupt } from "./failure.js";
import type { Output } from "./output.js";

/**
 * What fflate's `Inflate` keeps to itself. There is no other way to learn where a stream has ended, nor to
 * begin anew without new buffers; package.json therefore names one version of fflate.
 */
interface Engine {
  /** The bits of `p` that are used, whether the last block has begun, a block under way, what `o` holds. */
  s: { i: number; p?: number; f?: number; l?: unknown; b?: number };
  /** Input that is not used up. */
  p: Uint8Array;
  /** The window, and room behind it. */
  o: Uint8Array;
  push(bytes: Uint8Array): void;
}

/** The most bytes that one decodes to, by 258 for every two bits: RFC 1951 section 3.2.5. */
const RATIO = 1_033;

/** The fewest bytes that are handed to fflate at once, unless there are no more. */
const SLICE = 256;

/** How far back a stream refers (RFC 1951 section 2), and what fflate wants free to go on, in bytes. */
const WINDOW = 32_768;
const SPARE = 131_072;

/** As room grows it doubles, then it is copied: of each decoded byte there are up to four. */
const COPIES = 4;

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array();

/** Where all inflaters decode to, one after the other: as much as the smallest slice may need. */
let room: Uint8Array | undefined;

/**
 * Inflates a stream of raw deflate (RFC 1951). fflate decodes all that it is given at once, whatever it
 * comes to: so it is given so little at once that it cannot go much beyond the output's limit.
 */
export class Inflater {
  /** Whether the stream has ended. */
  hasEnded = false;

  readonly #engine: Engine = new Inflate((chunk) => this.#output?.add(chunk)) as unknown as Engine;
  #output: Output | undefined;

  /** Begins another stream. */
  reset(): void {
    this.hasEnded = false;
    this.#engine.s = { i: 0 };
    this.#engine.p = NOTHING;
  }

  /**
   * Inflates `bytes` from `at` on. Returns where it ended, which is behind the last one unless the stream
   * has ended. Throws `INVALID_MESSAGE` and `MESSAGE_TOO_BIG`, and must be reset after that.
   */
  feed(bytes: Uint8Array, at: number, output: Output): number {
    while (at < bytes.length && !this.hasEnded) {
      const left = output.limit - output.size;
      const slice = bytes.subarray(at, at + Math.max(SLICE, left / (RATIO * COPIES)));
      at += this.#push(slice, at, output);
    }
    return at;
  }

  /** Inflates a slice, and returns how much of it belongs to the stream. */
  #push(slice: Uint8Array, position: number, output: Output): number {
    const engine = this.#engine;
    const start = position - engine.p.length;
    room ??= new Uint8Array(WINDOW + RATIO * SLICE + SPARE);
    if (engine.s.b) room.set(engine.o.subarray(0, engine.s.b));
    engine.o = room;
    this.#output = output;
    try {
      engine.push(slice);
    } catch (cause) {
      if (WsError.is(cause)) throw cause;
      const used = (engine.s.p ?? 0) >> 3;
      throw corrupt(output.codec, (cause as Error).message, Math.max(0, start + used), cause);
    }
    const { f: isLast, l: block, p: bits } = engine.s;
    this.hasEnded = !!isLast && !block;
    // A byte that is used in part is used.
    return this.hasEnded ? slice.length - engine.p.length + (bits ? 1 : 0) : slice.length;
  }
}
