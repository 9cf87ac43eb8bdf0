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
  /** Given the folder of its own, where its files are. */
  readonly args: (dir: string) => readonly string[];
  /** The files of its folder, by name, given the folder. */
  readonly files?: (dir: string) => Readonly<Record<string, string>>;
  /** Settles when it can be talked to. */
  readonly ready: (server: ServerProcess) => Promise<unknown>;
}

/**
 * Starts the program that its arguments name. When file 3 ends, because it is closed here or because a run
 * was broken off, all of the program's processes are killed.
 */
const GUARD = '(cat; kill -KILL 0) <&3 >/dev/null 2>&1 & exec "$@" 3<&-';

/** A server that is a program of its own, in a temporary folder of its own. */
export class ServerProcess implements AsyncDisposable {
  /** Settles when it has ended, however that came. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #command: string;
  #output = "";
  #hasEnded = false;

  private constructor(child: ChildProcess, command: string, dir: string) {
    this.#child = child;
    this.#command = command;
    this.#dir = dir;
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
    const child = spawn("sh", ["-c", GUARD, "sh", command, ...args(dir)], {
      cwd: dir,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      // The leader of a group, which is what is killed.
      detached: true,
    });
    await once(child, "spawn");
    const server = new ServerProcess(child, command, dir);
    try {
      await ready(server);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Settles when it has written something that matches, on either stream, with the match. */
  async wrote(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(`it has written ${String(pattern)}`, () => pattern.exec(this.#output));
  }

  /** Settles when something listens on this port of 127.0.0.1. */
  async listens(port: number): Promise<void> {
    await this.#until(`it listens on ${port}`, async () => (await canConnect(port)) || null);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks it to end and waits for it. */
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

  async #until<T>(what: string, look: () => T | null | Promise<T | null>): Promise<T> {
    const end = performance.now() + ms(10_000);
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (this.#hasEnded || performance.now() > end) {
        throw new Error(`${this.#command}: not seen that ${what}:\n${this.#output}`);
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
