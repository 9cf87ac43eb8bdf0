import { spawn } from "node:child_process";
import { ms } from "./time.js";

/** How a child process ended and what it wrote. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when it was killed, as it is when it takes too long. */
  readonly code: number | null;
}

/** Runs a program to its end; it has nothing to read and is killed after a minute. */
export function run(command: string, args: readonly string[], cwd: string): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      // Without what Vitest sets for itself, so that the program runs as a user's does.
      env: { ...process.env, NODE_ENV: undefined, NODE_OPTIONS: undefined, FORCE_COLOR: undefined },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: ms(60_000),
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...output, code }));
  });
}

/** Like {@link run}, and an error with all that was written when it does not end with 0. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<RunResult> {
  const result = await run(command, args, cwd);
  if (result.code === 0) return result;
  throw new Error(`${command} ${args.join(" ")}: ${result.code}\n${result.stdout}${result.stderr}`);
}
