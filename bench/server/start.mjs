// @ts-check
import { Child } from "../child.mjs";

const SCRIPT = new URL("./server.mjs", import.meta.url);

/**
 * Starts the server. `url` makes the URL of a job; `cpu` resolves with the CPU time that the server has used, in
 * milliseconds.
 */
export async function startServer() {
  const child = new Child(SCRIPT, []);
  const { port } = await child.next();
  return {
    /** @param {object} job */
    url: (job) => `ws://127.0.0.1:${port}/?${encodeURIComponent(JSON.stringify(job))}`,
    async cpu() {
      const { user, system } = await child.ask("cpu");
      return (user + system) / 1000;
    },
    stop: () => child.stop(),
  };
}

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */
