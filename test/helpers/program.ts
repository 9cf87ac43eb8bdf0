import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { text as readText } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { ROOT } from "./root.js";
import type { RunResult } from "./run.js";

/** A Node program that runs until it exits or the test ends. */
export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<RunResult>;
  #stdout = "";

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, args, { cwd: ROOT, env: {} });
    onTestFinished(() => void this.child.kill("SIGKILL"));
    const stderr = readText(this.child.stderr);
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.ended = once(this.child, "close").then(async ([code]) => ({
      stdout: this.#stdout,
      stderr: await stderr,
      code: code as number | null,
    }));
  }

  /** Resolves when the program has written `text` to its standard output. */
  async wrote(text: string): Promise<void> {
    while (!this.#stdout.includes(text)) await once(this.child.stdout, "data");
  }

  /** Resolves with the match when the program's standard output matches `pattern`. */
  async wroteMatch(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout);
      if (match) return match;
      await once(this.child.stdout, "data");
    }
  }
}
