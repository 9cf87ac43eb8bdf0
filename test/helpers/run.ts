import { spawn } from "node:child_process";
import { ms } from "./time.js";

/** Exit code and output of a child process. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code, or null if the process was killed, for example after the timeout. */
  readonly code: number | null;
}

/** Runs a program until it exits. Its standard input is empty, and it is killed after `timeoutMs`: one minute. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  timeoutMs: number = ms(60_000),
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      // Variables that Vitest sets for itself would change the behaviour of the program.
      env: { ...process.env, NODE_ENV: undefined, NODE_OPTIONS: undefined, FORCE_COLOR: undefined },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...output, code }));
  });
}

/** Like {@link run}, but throws an error with the complete output if the exit code is not 0. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  cwd: string,
  timeoutMs?: number,
): Promise<RunResult> {
  const result = await run(command, args, cwd, timeoutMs);
  if (result.code === 0) return result;
  throw new Error(
    `${command} ${args.join(" ")}: exit code ${result.code}\n${result.stdout}${result.stderr}`,
  );
}
