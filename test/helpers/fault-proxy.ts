import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { Condition } from "./condition.js";
import { Random } from "./unit-random.js";

/** About how many bytes one direction holds at most; what is over waits in its source. */
export const WINDOW = 65_536;

/** How long a throttled direction sends in one write, in milliseconds. */
const THROTTLE_STEP = 10;

/**
 * What becomes of a connection at some byte:
 * - `"stall"`: the direction forwards nothing more, and nobody is told;
 * - `"half"`: the direction ends (FIN) and drops what still comes; the other one goes on;
 * - `"fin"`: both sides are ended (FIN), and what they still send is dropped;
 * - `"reset"`: both sides are reset (RST).
 */
export type Ending = "stall" | "half" | "fin" | "reset";

/** The size of the next piece of a read, of which `offset` bytes have gone. */
export type PieceSize = (random: Random, offset: number) => number;

/** What one direction does to its bytes; all of it can be combined. It never changes or reorders any. */
export interface Faults {
  /** How long what was read travels, in milliseconds. */
  readonly delay?: number;
  /** How much longer at most: drawn for each read. */
  readonly jitter?: number;
  /** Collects what comes within so many milliseconds into one write, up to {@link WINDOW} or so. */
  readonly join?: number;
  /** The size of the pieces, each of which is a write, and a turn of the event loop, of its own. */
  readonly pieces?: number | PieceSize;
  /** In bytes per second. */
  readonly rate?: number;
  /** What happens when so many bytes of the connection have passed: `0` for before the first. */
  readonly at?: { readonly byte: number; readonly then: Ending };
}

/** The faults of both directions. */
export interface Link {
  readonly toServer?: Faults;
  readonly toClient?: Faults;
}

/** The same faults in both directions. */
export function both(faults: Faults): Link {
  return { toServer: faults, toClient: faults };
}

/** Accepts and never answers: as if all behind it were dead. */
export const SILENT: Link = both({ at: { byte: 0, then: "stall" } });

/** One direction of one connection. */
export class Direction {
  /** How many bytes have passed. */
  bytes = 0;

  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #random: Random;
  readonly #endBoth: (how: "fin" | "reset") => void;
  readonly #changed = new Condition();
  /** What was read and not yet passed on, and when it is to be. */
  readonly #queue: { readonly chunk: Buffer; readonly due: number }[] = [];
  #held = 0;
  #faults: Faults = {};
  #stalled = false;
  /** The source has no more. */
  #drained = false;
  /** Nothing more can pass. */
  #over = false;
  /** Until when the bytes that have passed use up the rate. */
  #busyUntil = 0;

  constructor(
    source: Socket,
    sink: Socket,
    random: Random,
    endBoth: (how: "fin" | "reset") => void,
  ) {
    this.#source = source;
    this.#sink = sink;
    this.#random = random;
    this.#endBoth = endBoth;
    for (const event of ["readable", "end", "close"]) source.on(event, this.#changed.notify);
    sink.on("close", () => this.stop());
  }

  /** How many bytes it holds back. */
  get held(): number {
    return this.#held;
  }

  /** Takes these faults from now on, in place of those it had. */
  set(faults: Faults): void {
    this.#faults = faults;
    this.#checkEnding();
    this.#changed.notify();
  }

  /** Lets so many more bytes pass, and then ends like this. */
  endAfter(bytes: number, then: Ending): void {
    this.set({ ...this.#faults, at: { byte: this.bytes + bytes, then } });
  }

  /** Forwards nothing more, until {@link resume}. Its source notices when the window is full. */
  stall(): void {
    this.#stalled = true;
  }

  /** Goes on after a stall. */
  resume(): void {
    this.#stalled = false;
    this.#changed.notify();
  }

  /** Settles when so many bytes have passed, or when no more can. */
  passed(bytes: number): Promise<void> {
    return this.#changed.until(() => this.bytes >= bytes || this.#over);
  }

  /** Passes nothing more: what still comes is dropped. */
  stop(): void {
    this.#over = true;
    this.#changed.notify();
  }

  async run(): Promise<void> {
    await Promise.all([this.#receive(), this.#forward()]);
  }

  async #receive(): Promise<void> {
    for (let chunk = await this.#read(); chunk; chunk = await this.#read()) {
      if (this.#over) continue;
      const { delay = 0, jitter = 0 } = this.#faults;
      const due = performance.now() + delay + jitter * this.#random.next();
      this.#queue.push({ chunk, due });
      this.#held += chunk.length;
      this.#changed.notify();
      await this.#changed.until(() => this.#held < WINDOW || this.#over);
    }
    this.#drained = true;
    this.#changed.notify();
  }

  /** All that is there, as soon as there is something; nothing at the end. */
  async #read(): Promise<Buffer | undefined> {
    const source = this.#source;
    let chunk: Buffer | null = null;
    const { join = 0 } = this.#faults;
    const isOver = (): boolean => source.readableEnded || source.destroyed;
    if (join > 0) {
      await this.#changed.until(() => source.readableLength > 0 || isOver());
      await wait(join, undefined, { ref: false });
    }
    await this.#changed.until(() => (chunk = source.read() as Buffer | null) !== null || isOver());
    return chunk ?? undefined;
  }

  async #forward(): Promise<void> {
    for (;;) {
      await this.#changed.until(
        () => this.#over || (!this.#stalled && (this.#queue.length > 0 || this.#drained)),
      );
      const next = this.#queue.shift();
      if (this.#over) return;
      if (next === undefined) {
        // A reset is passed on as one.
        if (this.#source.errored) this.#sink.resetAndDestroy();
        else this.#sink.end();
        this.stop();
        return;
      }
      await waitUntil(next.due);
      await this.#pass(next.chunk);
    }
  }

  async #pass(chunk: Buffer): Promise<void> {
    for (let offset = 0; offset < chunk.length;) {
      await waitUntil(this.#busyUntil);
      await this.#changed.until(() => !this.#stalled || this.#over);
      if (this.#over) return;
      const { pieces, rate } = this.#faults;
      // Behind this turn's reads and before the next one's, or several pieces would be read together.
      if (pieces !== undefined) await turn();
      const piece = chunk.subarray(offset, offset + this.#pieceSize(offset));
      await new Promise<void>((resolve) => this.#sink.write(piece, () => resolve()));
      if (rate !== undefined) {
        const start = Math.max(performance.now(), this.#busyUntil);
        this.#busyUntil = start + (piece.length / rate) * 1_000;
      }
      const bytes = this.bytes + piece.length;
      // What has passed is read first: a reset would throw it away.
      if (this.#faults.at?.byte === bytes) await settle();
      this.bytes = bytes;
      this.#held -= piece.length;
      offset += piece.length;
      this.#checkEnding();
      this.#changed.notify();
    }
  }

  #pieceSize(offset: number): number {
    const { pieces = Infinity, rate = Infinity, at } = this.#faults;
    const size = typeof pieces === "number" ? pieces : pieces(this.#random, offset);
    const step = Math.ceil((rate * THROTTLE_STEP) / 1_000);
    return Math.min(size, step, (at?.byte ?? Infinity) - this.bytes);
  }

  /** Ends if its last byte has passed. */
  #checkEnding(): void {
    const { at, ...faults } = this.#faults;
    if (at === undefined || this.bytes < at.byte) return;
    this.#faults = faults;
    if (at.then === "stall") {
      this.stall();
    } else if (at.then === "half") {
      this.#sink.end();
      this.stop();
    } else {
      this.#endBoth(at.then);
    }
  }
}

/** Lets what was written be read. */
export async function settle(): Promise<void> {
  await turn();
  await turn();
}

async function waitUntil(due: number): Promise<void> {
  const left = due - performance.now();
  if (left > 0) await wait(left, undefined, { ref: false });
}

/** One connection through the proxy. */
export class ProxyConnection {
  readonly toServer: Direction;
  readonly toClient: Direction;
  /** Settles when the client has ended or reset its side, be that passed on or not. */
  readonly clientLeft: Promise<void>;
  readonly #sockets: readonly [client: Socket, server: Socket];

  constructor(client: Socket, server: Socket, link: Link, random: Random) {
    this.#sockets = [client, server];
    const endBoth = (how: "fin" | "reset"): void => this[how]();
    this.toServer = new Direction(client, server, random, endBoth);
    this.toClient = new Direction(server, client, random, endBoth);
    for (const socket of this.#sockets) {
      socket.setNoDelay();
      // Its other side is told by the direction that reads from it.
      socket.on("error", () => {});
    }
    this.clientLeft = new Promise((resolve) => {
      for (const event of ["end", "close"]) client.once(event, resolve);
    });
    this.set(link);
    void this.toServer.run();
    void this.toClient.run();
  }

  /** Takes these faults from now on, in place of those it had. */
  set({ toServer = {}, toClient = {} }: Link): void {
    this.toServer.set(toServer);
    this.toClient.set(toClient);
  }

  /** Half open: forwards nothing either way while both sides stay connected, as after a pulled cable. */
  silence(): void {
    this.toServer.stall();
    this.toClient.stall();
  }

  /** The cable is plugged in again. */
  resume(): void {
    this.toServer.resume();
    this.toClient.resume();
  }

  /** Ends both sides, by FIN. */
  fin(): void {
    for (const socket of this.#sockets) socket.end();
    this.#stop();
  }

  /** Ends both sides, by RST. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#stop();
  }

  /** Lets go of both sides; a fault that holds them ends with it. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #stop(): void {
    this.toServer.stop();
    this.toClient.stop();
  }
}

/** A TCP proxy with faults, on a free port of 127.0.0.1. */
export interface FaultProxy extends AsyncDisposable {
  /** The target's URL, but through the proxy. */
  readonly url: string;
  /** All connections there have ever been. */
  readonly connections: readonly ProxyConnection[];
  /** The `n`th connection, as soon as it is there. */
  connection(n?: number): Promise<ProxyConnection>;
  /** Takes these faults from now on, for all connections there are and will be. */
  set(link: Link): void;
}

/**
 * Starts a proxy before the server at `url`, on 127.0.0.1. It is TCP, so it stands before TLS as well.
 * What it draws, by `seed`, is the same in each run.
 *
 * It never buffers without bound: where a fault holds bytes back, their source is no longer read, so
 * that backpressure goes through it.
 */
export async function startFaultProxy(url: string, link: Link = {}, seed = 1): Promise<FaultProxy> {
  const target = { port: Number(new URL(url).port), host: "127.0.0.1", allowHalfOpen: true };
  const connections: ProxyConnection[] = [];
  const changed = new Condition();
  let current = link;
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect(target);
    const random = new Random(seed + connections.length);
    connections.push(new ProxyConnection(client, server, current, random));
    changed.notify();
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  return {
    url: url.replace(`:${target.port}`, `:${port}`),
    connections,
    async connection(n = 0) {
      await changed.until(() => connections[n] !== undefined);
      return connections[n] as ProxyConnection;
    },
    set(next) {
      current = next;
      for (const connection of connections) connection.set(next);
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}
