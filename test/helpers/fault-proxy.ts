import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { Condition } from "./condition.js";
import { Random } from "./unit-random.js";

/** Approximate buffer size of one direction, in bytes. When it is full, the source is not read. */
export const WINDOW = 65_536;

/** Size of one write of a throttled direction: as much as its rate allows in this time. */
const THROTTLE_STEP_MS = 10;

/**
 * The fault that occurs at a byte of a connection:
 * - `"stall"`: the direction stops forwarding, and neither side is notified;
 * - `"half"`: the direction ends (FIN) and discards further bytes; the other direction continues;
 * - `"fin"`: both sides are ended (FIN), and further bytes are discarded;
 * - `"reset"`: both sides are reset (RST).
 */
export type Ending = "stall" | "half" | "fin" | "reset";

/** Returns the size of the next piece of a chunk of which `offset` bytes have been forwarded. */
export type PieceSize = (random: Random, offset: number) => number;

/** Faults of one direction, which can be combined. They never change or reorder bytes. */
export interface Faults {
  /** Latency of each chunk that was read, in milliseconds. */
  readonly delay?: number;
  /** Largest random latency added to `delay`, in milliseconds. Drawn for each chunk. */
  readonly jitter?: number;
  /** Interval in milliseconds whose bytes are joined into one write, up to about {@link WINDOW}. */
  readonly join?: number;
  /** Size of the pieces. Each is a separate write in a separate turn of the event loop. */
  readonly pieces?: number | PieceSize;
  /** Throughput limit in bytes per second. */
  readonly rate?: number;
  /** The fault `then` occurs when `byte` bytes of the connection have passed: 0 is before the first. */
  readonly at?: { readonly byte: number; readonly then: Ending };
}

/** The faults of both directions. */
export interface Link {
  readonly toServer?: Faults;
  readonly toClient?: Faults;
}

/** Returns a link with the same faults in both directions. */
export function both(faults: Faults): Link {
  return { toServer: faults, toClient: faults };
}

/** Accepts connections and forwards nothing, like a host whose processes hang. */
export const SILENT: Link = both({ at: { byte: 0, then: "stall" } });

/** One direction of one connection. */
export class Direction {
  /** Number of bytes that have passed. */
  bytes = 0;

  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #random: Random;
  readonly #endBoth: (how: "fin" | "reset") => void;
  readonly #changed = new Condition();
  /** Chunks that were read but not forwarded, and the times at which to forward them. */
  readonly #queue: { readonly chunk: Buffer; readonly due: number }[] = [];
  #held = 0;
  #faults: Faults = {};
  #stalled = false;
  /** True if the source has ended. */
  #drained = false;
  /** True if no more bytes can pass. */
  #over = false;
  /** Time at which `rate` allows the next bytes. */
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

  /** Number of bytes in the buffer. */
  get held(): number {
    return this.#held;
  }

  /** Replaces the faults. */
  set(faults: Faults): void {
    this.#faults = faults;
    this.#checkEnding();
    this.#changed.notify();
  }

  /** Makes the fault `then` occur after `bytes` more bytes. */
  endAfter(bytes: number, then: Ending): void {
    this.set({ ...this.#faults, at: { byte: this.bytes + bytes, then } });
  }

  /** Stops forwarding until {@link resume}. The source is blocked when {@link WINDOW} bytes are buffered. */
  stall(): void {
    this.#stalled = true;
  }

  /** Continues after a stall. */
  resume(): void {
    this.#stalled = false;
    this.#changed.notify();
  }

  /** Settles when `bytes` bytes have passed, or when no more can. */
  passed(bytes: number): Promise<void> {
    return this.#changed.until(() => this.bytes >= bytes || this.#over);
  }

  /** Stops forwarding for good: further bytes are discarded. */
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

  /** Waits for data and returns all of it, or `undefined` at the end of the source. */
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
        // The sink has to see the same kind of end as the proxy did.
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
      // Writes in the same turn could be received by a single read.
      if (pieces !== undefined) await turn();
      const piece = chunk.subarray(offset, offset + this.#pieceSize(offset));
      await new Promise<void>((resolve) => this.#sink.write(piece, () => resolve()));
      if (rate !== undefined) {
        const start = Math.max(performance.now(), this.#busyUntil);
        this.#busyUntil = start + (piece.length / rate) * 1_000;
      }
      const bytes = this.bytes + piece.length;
      // A reset discards unread bytes, so give the receiver time to read those that have passed.
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
    const step = Math.ceil((rate * THROTTLE_STEP_MS) / 1_000);
    return Math.min(size, step, (at?.byte ?? Infinity) - this.bytes);
  }

  /** Applies the fault `at` if its byte has been reached. */
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

/** Waits until bytes that were written have been read. */
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
  /** Settles when the client has ended or reset its side, even if that is not forwarded. */
  readonly clientLeft: Promise<void>;
  readonly #sockets: readonly [client: Socket, server: Socket];

  constructor(client: Socket, server: Socket, link: Link, random: Random) {
    this.#sockets = [client, server];
    const endBoth = (how: "fin" | "reset"): void => this[how]();
    this.toServer = new Direction(client, server, random, endBoth);
    this.toClient = new Direction(server, client, random, endBoth);
    for (const socket of this.#sockets) {
      socket.setNoDelay();
      // The direction that reads from this socket forwards the error to the other side.
      socket.on("error", () => {});
    }
    this.clientLeft = new Promise((resolve) => {
      for (const event of ["end", "close"]) client.once(event, resolve);
    });
    this.set(link);
    void this.toServer.run();
    void this.toClient.run();
  }

  /** Replaces the faults of both directions. */
  set({ toServer = {}, toClient = {} }: Link): void {
    this.toServer.set(toServer);
    this.toClient.set(toClient);
  }

  /** Makes the connection half-open: both sides stay connected, but nothing is forwarded. */
  silence(): void {
    this.toServer.stall();
    this.toClient.stall();
  }

  /** Continues after {@link silence}. */
  resume(): void {
    this.toServer.resume();
    this.toClient.resume();
  }

  /** Ends both sides with FIN. */
  fin(): void {
    for (const socket of this.#sockets) socket.end();
    this.#stop();
  }

  /** Ends both sides with RST. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#stop();
  }

  /** Destroys both sockets, even if a fault keeps them open. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #stop(): void {
    this.toServer.stop();
    this.toClient.stop();
  }
}

/** A TCP proxy that injects faults, on a free port of 127.0.0.1. */
export interface FaultProxy extends AsyncDisposable {
  /** The target's URL with the port of the proxy. */
  readonly url: string;
  /** All connections so far. */
  readonly connections: readonly ProxyConnection[];
  /** Resolves with the `n`th connection, counted from 0, as soon as it is accepted. */
  connection(n?: number): Promise<ProxyConnection>;
  /** Replaces the faults of all present and future connections. */
  set(link: Link): void;
}

/**
 * Starts a proxy in front of the server at `url` on 127.0.0.1. It forwards TCP, so TLS works as well.
 * Random values depend on `seed` only, so they are the same in each run.
 *
 * Its buffers are bounded: while a fault holds bytes back, their source is not read, so that
 * backpressure reaches the sender.
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
