/** Counts the bytes that the operating system has received, accepted and sent. Node has no public interface for it. */
import { fstatSync, readFileSync } from "node:fs";
import type { Duplex } from "node:stream";

/** The private handle of a socket (Node's lib/net.js and src/stream_base.cc). */
interface Handle {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  /** Bytes that libuv holds because the kernel has not accepted them yet. Absent on other streams. */
  readonly writeQueueSize?: number;
  readonly fd?: number;
  /** With TLS, the handle below: that of the TCP socket, or of TLS with a proxy. */
  readonly _parent?: Handle | null;
}

/** The lists of TCP sockets on Linux, with the number of bytes that the peer has not acknowledged. */
const SOCKET_TABLE_PATHS = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
const QUEUES_COLUMN = 4;
const INODE_COLUMN = 9;

/** The largest write to a stream without kernel counters, where progress within a write cannot be observed. */
const MAX_UNCOUNTED_WRITE_BYTES = 16_384;

/**
 * Up to this many bytes in total, the send queue counts as empty: even a slow link sends them within about a
 * second, and looking them up would slow down every close.
 */
const NEGLIGIBLE_BYTES = 65_536;

/** The minimum time between two reads of the tables. */
const MIN_TABLE_AGE_MS = 20;

/** The maximum age of a table. Reading one can appear to take hours, if the process is suspended meanwhile. */
const MAX_TABLE_AGE_MS = 1_000;

/** Counts the bytes of a socket. Any other Duplex is counted by the bytes that it emits and accepts. */
export class KernelCounters {
  readonly #socket: Duplex;
  /** Bytes that the owner has read from the stream. */
  emittedBytes = 0;
  /** Bytes that the owner has written to the stream. */
  writtenBytes = 0;
  /** When the socket was opened, in milliseconds. A table that was read earlier does not list it. */
  readonly #openedAt = performance.now();
  #inode: number | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** The number of bytes received. With TLS it includes bytes of incomplete records. */
  get received(): number {
    return this.#handle?.bytesRead ?? this.emittedBytes;
  }

  /** True if the kernel has accepted all bytes; `undefined` if that is unknown. */
  get isAccepted(): boolean | undefined {
    const queued = this.#handle?.writeQueueSize;
    return queued === undefined ? undefined : queued === 0;
  }

  /** The largest write, in bytes, whose progress can be observed. */
  get maxWriteBytes(): number {
    return this.#handle ? Infinity : MAX_UNCOUNTED_WRITE_BYTES;
  }

  /**
   * A number that changes whenever bytes have been sent. Linux accepts new bytes only when a third of its
   * send buffer is free, which takes seconds on a slow link. So while libuv holds bytes, only those that the
   * peer has acknowledged are counted.
   */
  get sent(): number {
    const handle = this.#handle;
    if (!handle) return this.writtenBytes - this.#socket.writableLength;
    const { bytesWritten = 0, writeQueueSize = 0 } = handle;
    const accepted = bytesWritten - writeQueueSize;
    return writeQueueSize > 0 ? accepted - this.#queueSize(handle) : accepted;
  }

  /**
   * The number of bytes that the kernel has accepted and the peer has not acknowledged; 0 if that is unknown
   * or at most {@link NEGLIGIBLE_BYTES} were ever written.
   */
  get unsent(): number {
    const handle = this.#handle;
    const { bytesWritten = 0 } = handle ?? {};
    return handle && bytesWritten > NEGLIGIBLE_BYTES ? this.#queueSize(handle) : 0;
  }

  /** The handle of the TCP socket. A Duplex has none, and TLS over a Duplex has one without counters. */
  get #handle(): Handle | undefined {
    let { _handle: handle } = this.#socket as Duplex & { readonly _handle?: Handle | null };
    while (handle?._parent) handle = handle._parent;
    return handle?.writeQueueSize === undefined ? undefined : handle;
  }

  /** Returns the number of bytes in the kernel's send queue; 0 if that is unknown. */
  #queueSize({ fd = -1 }: Handle): number {
    try {
      this.#inode ??= fstatSync(fd).ino;
      return queueSizes(this.#openedAt).get(this.#inode) ?? 0;
    } catch {
      // The system is not Linux, or does not permit reading its tables.
      return 0;
    }
  }
}

let cachedTable: ReadonlyMap<number, number> = /* @__PURE__ */ new Map();
/** When the table was read, and when it must be read again, in milliseconds. */
let readAt = 0;
let expiresAt = 0;

/** Returns the sizes of the kernel's send queues by the inode of the socket, read after the time `since`. */
function queueSizes(since: number): ReadonlyMap<number, number> {
  const start = performance.now();
  if (start < expiresAt && readAt > since) return cachedTable;
  readAt = start;
  cachedTable = new Map(SOCKET_TABLE_PATHS.flatMap((path) => readTable(path)));
  const end = performance.now();
  // A system with many sockets has a long table, which is read less often.
  const age = Math.min(10 * (end - start), MAX_TABLE_AGE_MS);
  expiresAt = end + Math.max(MIN_TABLE_AGE_MS, age);
  return cachedTable;
}

function readTable(path: string): [number, number][] {
  const [, ...lines] = readFileSync(path, "latin1").trimEnd().split("\n");
  return lines.map((line) => {
    const columns = line.trim().split(/\s+/);
    return [Number(columns[INODE_COLUMN]), parseInt(columns[QUEUES_COLUMN] ?? "", 16)];
  });
}
