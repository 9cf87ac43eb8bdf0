import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ms } from "../helpers/time.js";

export interface ServerProcessOptions {
  readonly command: string;
  /** Returns the arguments. `dir` is the working directory of the server, which holds its files. */
  readonly args: (dir: string) => readonly string[];
  /** Returns the contents of the files to create in the directory `dir`, by name. */
  readonly files?: (dir: string) => Readonly<Record<string, string>>;
  /** Resolves when the server accepts connections. */
  readonly ready: (server: ServerProcess) => Promise<unknown>;
  /** Time limit of `wrote` and `listens`, in milliseconds. Default: 10 s. */
  readonly waitLimit?: number;
}

/**
 * Shell script that runs the program of its arguments. When file descriptor 3 reaches its end, because the test
 * closes it or because the test run was killed, the script kills all processes of the program.
 */
const GUARD_SCRIPT = '(cat; kill -KILL 0) <&3 >/dev/null 2>&1 & exec "$@" 3<&-';

/** A server program in its own process, with a temporary working directory. */
export class ServerProcess implements AsyncDisposable {
  /** Resolves when the process has ended, for any reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #command: string;
  readonly #waitLimit: number;
  #output = "";
  #hasEnded = false;

  private constructor(child: ChildProcess, dir: string, options: ServerProcessOptions) {
    this.#child = child;
    this.#dir = dir;
    this.#command = options.command;
    this.#waitLimit = options.waitLimit ?? ms(10_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
    child.once("exit", () => this.#kill());
    this.ended = once(child, "close").then(() => {
      this.#hasEnded = true;
    });
  }

  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const { command, args, files, ready } = options;
    const dir = await mkdtemp(join(tmpdir(), "wschan-peer-"));
    for (const [name, text] of Object.entries(files?.(dir) ?? {})) {
      await writeFile(join(dir, name), text);
    }
    const child = spawn("sh", ["-c", GUARD_SCRIPT, "sh", command, ...args(dir)], {
      cwd: dir,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      // The process leads a process group, so that the script can kill the whole group.
      detached: true,
    });
    await once(child, "spawn");
    const server = new ServerProcess(child, dir, options);
    try {
      await ready(server);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Waits until the output on stdout or stderr matches the pattern. Resolves to the match. */
  async wrote(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(`output that matches ${String(pattern)}`, () => pattern.exec(this.#output));
  }

  /** Waits until a server listens on this port of 127.0.0.1. */
  async listens(port: number): Promise<void> {
    await this.#until(`a server on port ${port}`, async () => (await canConnect(port)) || null);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Sends the signal and waits until the process has ended. */
  async stop(name: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.signal(name);
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.ended;
    await rm(this.#dir, { recursive: true, force: true });
  }

  #kill(): void {
    (this.#child.stdio[3] as Duplex).destroy();
  }

  async #until<T>(goal: string, look: () => T | null | Promise<T | null>): Promise<T> {
    const end = performance.now() + this.#waitLimit;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (this.#hasEnded || performance.now() > end) {
        throw new Error(
          `${this.#command}: waited for ${goal}, but its output was:\n${this.#output}`,
        );
      }
      await sleep(10);
    }
  }
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connectTcp(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
