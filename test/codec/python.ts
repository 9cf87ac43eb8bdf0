import { join } from "node:path";
import { onPath } from "../helpers/programs.mjs";
import { ROOT } from "../helpers/root.js";
import { runOrThrow } from "../helpers/run.js";
import type { FormatName, StreamName } from "./support.js";

/** What Python has made: bytes in base64. */
export interface MadeByPython {
  /** What all is made of. */
  readonly text: string;
  readonly packed: readonly {
    readonly format: FormatName;
    readonly what: string;
    readonly bytes: string;
  }[];
  /** Each line of the text is a message; by what it is. */
  readonly streams: Readonly<
    Record<string, { readonly codec: StreamName; readonly messages: readonly string[] }>
  >;
  /** The text as zlib, with a dictionary. */
  readonly withDictionary: string;
}

/** Runs fixtures/pack.py. */
export async function packByPython(): Promise<MadeByPython> {
  const python = onPath("python3");
  if (python === undefined) throw new Error("python3: not found");
  const { stdout } = await runOrThrow(python, [join(ROOT, "test/codec/fixtures/pack.py")], ROOT);
  return JSON.parse(stdout) as MadeByPython;
}

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(text, "base64"));
