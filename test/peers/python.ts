import { join } from "node:path";
import { requirePeer } from "../helpers/find-peers.mjs";
import { ROOT } from "../helpers/root.js";
import { ServerProcess } from "./server-process.js";

/** The options of `serve` in Python's `websockets` that these tests use. */
export interface PythonOptions {
  /** The options of permessage-deflate. Default: no compression. */
  readonly deflate?: Readonly<Record<string, number | boolean>>;
  readonly max_size?: number;
  /** The interval between pings, in seconds. Default: no pings. */
  readonly ping_interval?: number;
  readonly ping_timeout?: number;
}

/** Servers of Python's `websockets`, in one process. They are documented in test/peers/python/server.py. */
export interface Python extends AsyncDisposable {
  /** The URL of the server of this name, without a `/` at its end. */
  url(name: string): string;
  readonly process: ServerProcess;
}

export async function startPython(
  servers: Readonly<Record<string, PythonOptions>>,
): Promise<Python> {
  const given = Object.entries(servers).map(([name, options]) => [
    name,
    { ping_interval: null, ...options },
  ]);
  let ports: Readonly<Record<string, number>> = {};
  const process = await ServerProcess.start({
    command: requirePeer("python"),
    args: () => [
      join(ROOT, "test/peers/python/server.py"),
      JSON.stringify(Object.fromEntries(given)),
    ],
    ready: async (server) => {
      const [, text = ""] = await server.wrote(/^ports (.*)$/m);
      ports = JSON.parse(text) as Record<string, number>;
    },
  });
  return {
    url: (name) => `ws://127.0.0.1:${ports[name]}`,
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
