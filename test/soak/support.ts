import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ROOT } from "../helpers/root.js";

export interface SoakServer extends AsyncDisposable {
  /** Ends with a `/`. */
  readonly url: string;
}

/** Starts fixtures/server.mjs in its own process. */
export async function startSoakServer(): Promise<SoakServer> {
  const child = fork(join(ROOT, "test/soak/fixtures/server.mjs"), { execArgv: [] });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    url: `ws://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      const exit = once(child, "exit");
      child.kill();
      await exit;
    },
  };
}

/** Runs `task` `count` times, up to `concurrency` at a time. */
export async function repeat(
  count: number,
  concurrency: number,
  task: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, run));
}
