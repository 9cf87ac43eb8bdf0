import { join } from "node:path";
import { onPath } from "../helpers/programs.mjs";
import { ROOT } from "../helpers/root.js";
import { runOrThrow } from "../helpers/run.js";
import type { FormatName, StreamName } from "./support.js";

/** Output of fixtures/pack.py. Bytes are in base64. */
export interface MadeByPython {
  /** The text that was compressed. */
  readonly text: string;
  readonly packed: readonly {
    readonly format: FormatName;
    readonly description: string;
    readonly bytes: string;
  }[];
  /** Streams in which each line of the text is a message, by description. */
  readonly streams: Readonly<
    Record<string, { readonly codec: StreamName; readonly messages: readonly string[] }>
  >;
  /** The text in zlib format with a preset dictionary. */
  readonly withDictionary: string;
}

/** Runs fixtures/pack.py and returns its output. */
export async function packByPython(): Promise<MadeByPython> {
  const python = onPath("python3");
  if (python === undefined) throw new Error("python3: not found");
  const { stdout } = await runOrThrow(python, [join(ROOT, "test/codec/fixtures/pack.py")], ROOT);
  return JSON.parse(stdout) as MadeByPython;
}

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(text, "base64"));
