import fc from "fast-check";
import { closeFrame, deflate, frame, OPCODE } from "../helpers/frames.js";
import type { Deflation } from "../helpers/reference-reader.js";
import { Random } from "../helpers/unit-random.js";

/** A control frame between the fragments of a message. */
interface Control {
  readonly opcode: number;
  readonly size: number;
}

/** One message, and how it travels. */
interface MessageSpec {
  readonly isText: boolean;
  readonly size: number;
  readonly seed: number;
  /** Where it is cut into fragments. */
  readonly cuts: readonly number[];
  readonly isCompressed: boolean;
  /** One for behind each fragment, as far as there are any. */
  readonly controls: readonly Control[];
}

/** All that a server sends on one connection. */
export interface StreamSpec {
  readonly deflation: Deflation | undefined;
  readonly messages: readonly MessageSpec[];
  readonly close: { readonly code: number | undefined; readonly reason: string } | undefined;
}

/** The sizes at which the form of a frame's length changes, and some others. */
const SIZES = [0, 1, 2, 125, 126, 127, 300, 4_096, 65_535, 65_536, 70_000];

/** A place in a row of bytes: from 0 at its start to 1 at its end. */
export const places = fc.double({ min: 0, max: 1, noNaN: true });

const size = fc.oneof(
  { weight: 3, arbitrary: fc.nat(130) },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES) },
);

const messages: fc.Arbitrary<MessageSpec> = fc.record({
  isText: fc.boolean(),
  size,
  seed: fc.nat(),
  cuts: fc.array(places, { maxLength: 4 }),
  isCompressed: fc.boolean(),
  controls: fc.array(
    fc.record({ opcode: fc.constantFrom(OPCODE.PING, OPCODE.PONG), size: fc.nat(125) }),
    { maxLength: 3 },
  ),
});

const deflations: fc.Arbitrary<Deflation> = fc.record({
  serverNoContextTakeover: fc.boolean(),
  // zlib cannot deflate with 8.
  serverMaxWindowBits: fc.option(fc.integer({ min: 9, max: 15 }), { nil: undefined }),
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

/** The bytes of a stream, and where its frames begin. */
export function serialise({ deflation, messages, close }: StreamSpec): [Buffer, number[]] {
  const frames: Buffer[] = [];
  const encode = encoder(deflation);
  for (const spec of messages) {
    const { isText, cuts, controls } = spec;
    const payload = isText ? text(spec) : noise(spec);
    const compressed = spec.isCompressed && deflation !== undefined;
    const pieces = cut(compressed ? encode(payload) : payload, cuts);
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

/** Cuts bytes at some places, which may fall together. */
export function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = at.map((place) => Math.round(place * bytes.length)).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Compresses message after message, in one context or in many. */
function encoder(deflation: Deflation | undefined): (payload: Buffer) => Buffer {
  const { serverNoContextTakeover = false, serverMaxWindowBits = 15 } = deflation ?? {};
  let dictionary = Buffer.alloc(0);
  return (payload) => {
    const compressed = deflate(payload, {
      windowBits: serverMaxWindowBits,
      ...(dictionary.length > 0 && { dictionary }),
    });
    if (!serverNoContextTakeover) {
      dictionary = Buffer.concat([dictionary, payload]).subarray(-(2 ** serverMaxWindowBits));
    }
    return compressed;
  };
}

/** Bytes, of which some repeat. */
function noise({ size, seed }: { readonly size: number; readonly seed: number }): Buffer {
  const random = new Random(seed);
  const range = random.pick([2, 16, 256]);
  return Buffer.from(Array.from({ length: size }, () => random.below(range)));
}

/** UTF-8 of so many bytes, with characters of one to four of them. */
function text({ size, seed }: { readonly size: number; readonly seed: number }): Buffer {
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
