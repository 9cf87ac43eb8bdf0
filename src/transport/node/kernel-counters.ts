/** Reads how far the operating system has got with a socket's bytes. Node has no public interface for that. */
import { fstatSync, readFileSync } from "node:fs";
import type { Duplex } from "node:stream";

/** The private handle of a socket (Node's lib/net.js and src/stream_base.cc). */
interface Handle {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  /** Bytes that libuv holds because the kernel did not accept them yet. Absent on other streams. */
  readonly writeQueueSize?: number;
  readonly fd?: number;
  /** With TLS, the handle below. */
  readonly _parent?: Handle;
}

/** Linux lists its TCP sockets here, each with the bytes that its peer has not acknowledged. */
const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
const QUEUES_COLUMN = 4;
const INODE_COLUMN = 9;

/** Without a kernel's counts, progress within a write is not seen. So writes are not larger than this. */
const MAX_UNCOUNTED_WRITE_BYTES = 16_384;

/** Even a slow link sends this many bytes within about a second. To look them up would slow every close down. */
const NEGLIGIBLE_BYTES = 65_536;

/** A copy of the tables is used for at least this long. */
const MIN_TABLE_AGE_MS = 20;

/** Counts the bytes of one socket, or of any other Duplex by what it accepts and emits. */
export class KernelCounters {
  readonly #socket: Duplex;
  // Bytes that the owner has read from the stream and written to it.
  emitted = 0;
  given = 0;
  /** A copy of the tables that is older does not list the socket. */
  readonly #openedAt = performance.now();
  #inode: number | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** Bytes received. With TLS they count before the record they belong to is complete. */
  get received(): number {
    return this.#handle?.bytesRead ?? this.emitted;
  }

  /** True if the operating system has accepted all bytes; `undefined` if it does not say. */
  get isAccepted(): boolean | undefined {
    const waiting = this.#handle?.writeQueueSize;
    return waiting === undefined ? undefined : waiting === 0;
  }

  /** The most bytes to write at once, so that their progress can be seen. */
  get maxWriteBytes(): number {
    return this.#handle ? Infinity : MAX_UNCOUNTED_WRITE_BYTES;
  }

  /**
   * Changes whenever bytes have left. Linux accepts new bytes only when a third of its send buffer is free,
   * which takes seconds on a slow link. So while bytes wait, those count that the peer has acknowledged.
   */
  get sent(): number {
    const handle = this.#handle;
    if (!handle) return this.given - this.#socket.writableLength;
    const { bytesWritten = 0, writeQueueSize = 0 } = handle;
    const accepted = bytesWritten - writeQueueSize;
    return writeQueueSize > 0 ? accepted - this.#queueSize(handle) : accepted;
  }

  /**
   * Bytes that the operating system has accepted and the peer has not acknowledged; 0 if that is unknown, or
   * if so few were ever sent that they take no time worth knowing.
   */
  get unsent(): number {
    const handle = this.#handle;
    const { bytesWritten = 0 } = handle ?? {};
    return handle && bytesWritten > NEGLIGIBLE_BYTES ? this.#queueSize(handle) : 0;
  }

  /** The handle of TCP, if it counts: a Duplex has none, and TLS over a Duplex one that does not. */
  get #handle(): Handle | undefined {
    const { _handle } = this.#socket as Duplex & { readonly _handle?: Handle | null };
    const handle = _handle?._parent ?? _handle ?? undefined;
    return handle?.writeQueueSize === undefined ? undefined : handle;
  }

  /** Bytes in the kernel's send queue; 0 if that is unknown. */
  #queueSize({ fd = -1 }: Handle): number {
    try {
      this.#inode ??= fstatSync(fd).ino;
      return queueSizes(this.#openedAt).get(this.#inode) ?? 0;
    } catch {
      // Not Linux, or its tables may not be read.
      return 0;
    }
  }
}

let table: ReadonlyMap<number, number> = /* @__PURE__ */ new Map();
let tableReadAt = 0;
let tableExpires = 0;

/** The sizes of the kernel's send queues by the inode of their sockets, as they were after `since`. */
function queueSizes(since: number): ReadonlyMap<number, number> {
  const start = performance.now();
  if (start < tableExpires && tableReadAt > since) return table;
  tableReadAt = start;
  table = new Map(TABLES.flatMap((path) => readTable(path)));
  const end = performance.now();
  // Many sockets make a long table: then it is read less often.
  tableExpires = end + Math.max(MIN_TABLE_AGE_MS, 10 * (end - start));
  return table;
}

function readTable(path: string): [number, number][] {
  const [, ...lines] = readFileSync(path, "latin1").trimEnd().split("\n");
  return lines.map((line) => {
    const columns = line.trim().split(/\s+/);
    return [Number(columns[INODE_COLUMN]), parseInt(columns[QUEUES_COLUMN] ?? "", 16)];
  });
}
