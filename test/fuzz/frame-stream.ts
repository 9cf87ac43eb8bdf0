import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { closeFrame, deflate, frame, OPCODE } from "../helpers/frames.js";
import type { Deflation } from "../helpers/reference-reader.js";
import { Random } from "../helpers/unit-random.js";

/** A control frame between the fragments of a message. */
interface Control {
  readonly opcode: number;
  readonly size: number;
}

/** Form of the end of a compressed message (RFC 7692 sections 7.2.1 and 7.2.3.4). */
type Form = (typeof FORMS)[number];

const FORMS = ["flushed", "final", "final without a block after it", "two final blocks"] as const;

/** A message, and the frames in which it is sent. */
interface MessageSpec {
  readonly isText: boolean;
  readonly size: number;
  readonly seed: number;
  /** Places at which the message is split into fragments. */
  readonly cuts: readonly number[];
  readonly isCompressed: boolean;
  readonly form: Form;
  /** Control frames, one after each fragment. */
  readonly controls: readonly Control[];
}

/** Everything that a server sends on one connection. */
export interface StreamSpec {
  readonly deflation: Deflation | undefined;
  readonly messages: readonly MessageSpec[];
  readonly close: { readonly code: number | undefined; readonly reason: string } | undefined;
}

/** Sizes around those at which the length field of a frame changes, and some others. */
const SIZES = [0, 1, 2, 125, 126, 127, 300, 4_096, 65_535, 65_536, 70_000];

/** A size above which a message is inflated in parts, however small its compressed form is. */
const LARGE_BYTES = 600_000;

/** Places in a byte sequence, from 0 at its start to 1 at its end. */
export const places = fc.double({ min: 0, max: 1, noNaN: true });

const size = fc.oneof(
  { weight: 60, arbitrary: fc.nat(130) },
  { weight: 20, arbitrary: fc.constantFrom(...SIZES) },
  { weight: 1, arbitrary: fc.constant(LARGE_BYTES) },
);

const messages: fc.Arbitrary<MessageSpec> = fc.record({
  isText: fc.boolean(),
  size,
  seed: fc.nat(),
  cuts: fc.array(places, { maxLength: 4 }),
  isCompressed: fc.boolean(),
  form: fc.oneof(
    { weight: 6, arbitrary: fc.constant("flushed" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...FORMS) },
  ),
  controls: fc.array(
    fc.record({ opcode: fc.constantFrom(OPCODE.PING, OPCODE.PONG), size: fc.nat(125) }),
    { maxLength: 3 },
  ),
});

const deflations: fc.Arbitrary<Deflation> = fc.record({
  serverNoContextTakeover: fc.boolean(),
  // zlib cannot compress with a window of 8 bits.
  serverMaxWindowBits: fc.option(fc.integer({ min: 9, max: 15 }), { nil: undefined }),
  clientNoContextTakeover: fc.boolean(),
  clientMaxWindowBits: fc.option(fc.integer({ min: 8, max: 15 }), { nil: undefined }),
});

export const streams: fc.Arbitrary<StreamSpec> = fc.record({
  deflation: fc.option(deflations, { nil: undefined, freq: 2 }),
  messages: fc.array(messages, { maxLength: 8, size: "max" }),
  close: fc.option(
    fc.record({
      code: fc.constantFrom(undefined, 1000, 1001, 1008, 1011, 1012, 3000, 4999),
      reason: fc.constantFrom("", "bye", "\u00e4\u{1f600}"),
    }),
    { nil: undefined, freq: 2 },
  ),
});

/** Returns the bytes of a stream, and the offsets at which its frames begin. */
export function serialise({ deflation, messages, close }: StreamSpec): [Buffer, number[]] {
  const frames: Buffer[] = [];
  const encode = encoder(deflation);
  for (const spec of messages) {
    const { isText, cuts, controls } = spec;
    const payload = isText ? text(spec) : noise(spec);
    const compressed = spec.isCompressed && deflation !== undefined;
    const pieces = cut(compressed ? encode(payload, spec.form) : payload, cuts);
    pieces.forEach((piece, index) => {
      const opcode = isText ? OPCODE.TEXT : OPCODE.BINARY;
      frames.push(
        frame({
          opcode: index === 0 ? opcode : OPCODE.CONTINUATION,
          rsv1: compressed && index === 0,
          fin: index === pieces.length - 1,
          payload: piece,
        }),
      );
      const control = controls[index];
      if (control) {
        frames.push(
          frame({ opcode: control.opcode, payload: noise({ ...control, seed: frames.length }) }),
        );
      }
    });
  }
  if (close) frames.push(closeFrame(close.code, close.reason));
  let at = 0;
  const heads = frames.map(({ length }) => (at += length) - length);
  return [Buffer.concat(frames), heads];
}

/** Splits bytes at some places, which may be equal. */
export function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = at.map((place) => Math.round(place * bytes.length)).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Returns a function that compresses consecutive messages, with or without context takeover. */
function encoder(deflation: Deflation | undefined): (payload: Buffer, form: Form) => Buffer {
  const { serverNoContextTakeover = false, serverMaxWindowBits: windowBits = 15 } = deflation ?? {};
  let dictionary = Buffer.alloc(0);
  return (payload, form) => {
    const options = { windowBits, ...(dictionary.length > 0 && { dictionary }) };
    if (form === "flushed") {
      if (!serverNoContextTakeover) {
        dictionary = Buffer.concat([dictionary, payload]).subarray(-(2 ** windowBits));
      }
      return deflate(payload, options);
    }
    dictionary = Buffer.alloc(0);
    const middle = form === "two final blocks" ? payload.length >> 1 : payload.length;
    return Buffer.concat([
      deflateRawSync(payload.subarray(0, middle), options),
      ...(form === "two final blocks"
        ? [deflateRawSync(payload.subarray(middle), { windowBits })]
        : []),
      ...(form === "final without a block after it" ? [] : [Buffer.of(0)]),
    ]);
  };
}

/** Returns random bytes, some with many repetitions. */
function noise({ size, seed }: { readonly size: number; readonly seed: number }): Buffer {
  if (size === LARGE_BYTES) return Buffer.alloc(size, seed);
  const random = new Random(seed);
  const range = random.pick([2, 16, 256]);
  return Buffer.from(Array.from({ length: size }, () => random.below(range)));
}

/** Returns `size` bytes of UTF-8, with characters of one to four bytes. */
function text({ size, seed }: { readonly size: number; readonly seed: number }): Buffer {
  if (size === LARGE_BYTES) return Buffer.alloc(size, "\u20ac");
  const random = new Random(seed);
  const parts: string[] = [];
  let left = size;
  while (left >= 4) {
    const character = random.pick(["a", "b", "\0", "\u00e4", "\u20ac", "\ufeff", "\u{1f600}"]);
    parts.push(character);
    left -= Buffer.byteLength(character);
  }
  return Buffer.from(parts.join("") + "x".repeat(left));
}

/** Damage to a stream by a fault of the server or of the network. */
interface DamageSpec {
  readonly kind: "changed" | "lost" | "added" | "repeated";
  /** A place, or an offset from the start of a frame. Most bytes are not in headers, where damage matters more. */
  readonly at: number | { readonly head: number; readonly offset: number };
  readonly change: number;
  readonly size: number;
}

export const damages: fc.Arbitrary<DamageSpec> = fc.record({
  kind: fc.constantFrom("changed", "changed", "changed", "lost", "added", "repeated"),
  at: fc.oneof(places, fc.record({ head: places, offset: fc.nat(3) })),
  change: fc.integer({ min: 1, max: 255 }),
  size: fc.integer({ min: 1, max: 40 }),
});

/** Returns the damaged bytes. `heads` are the offsets at which frames begin. */
export function damage(
  { kind, at, change, size }: DamageSpec,
  [bytes, heads]: readonly [Buffer, readonly number[]],
): Buffer {
  const index = Math.min(
    bytes.length,
    typeof at === "number"
      ? Math.floor(at * bytes.length)
      : (heads[Math.floor(at.head * heads.length)] ?? 0) + at.offset,
  );
  const [before, after] = [bytes.subarray(0, index), bytes.subarray(index)];
  if (kind === "lost") return Buffer.concat([before, after.subarray(size)]);
  if (kind === "added") return Buffer.concat([before, noise({ size, seed: change }), after]);
  if (kind === "repeated") return Buffer.concat([before, after.subarray(0, size), after]);
  return Buffer.concat([
    before,
    after.subarray(0, 1).map((byte) => byte ^ change),
    after.subarray(1),
  ]);
}
