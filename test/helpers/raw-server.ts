import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TlsOptions } from "node:tls";
import { Condition } from "./condition.js";
import { FrameParser, OPCODE } from "./frames.js";
import type { Frame } from "./frames.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The request that wants to upgrade. */
export interface RawRequest {
  readonly line: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One connection of a {@link RawServer}. */
export class RawConnection {
  readonly socket: Socket;
  /** Settles when the TCP connection has ended both ways, however that came. */
  readonly closed: Promise<void>;
  /** All frames that have come. */
  readonly frames: Frame[] = [];
  /** How many bytes have come behind the request, and in how many reads. */
  bytesReceived = 0;
  reads = 0;
  request: RawRequest | undefined;
  /** The error of the socket, such as ECONNRESET. */
  error: (Error & { code?: string }) | undefined;
  /** Called with what comes behind the request; by default it is taken apart into frames. */
  onData: (chunk: Buffer) => void = (chunk) => {
    for (const one of this.#parser.push(chunk)) {
      this.frames.push(one);
      this.onFrame?.(one);
    }
    this.#changed.notify();
  };
  onFrame: ((frame: Frame) => void) | undefined;

  readonly #parser = new FrameParser();
  readonly #changed = new Condition();
  #head = Buffer.alloc(0);

  constructor(socket: Socket, onRequest: (connection: RawConnection) => void) {
    this.socket = socket;
    socket.on("error", (error) => (this.error = error));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#changed.notify();
        resolve();
      });
    });
    socket.on("data", (chunk) => {
      if (this.request !== undefined) {
        this.#receive(chunk);
        return;
      }
      this.#head = Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.request = parseRequest(this.#head.toString("latin1", 0, end));
      const rest = this.#head.subarray(end + 4);
      onRequest(this);
      this.#changed.notify();
      if (rest.length > 0) this.#receive(rest);
    });
  }

  /** The `Sec-WebSocket-Accept` that the request wants (RFC 6455 section 4.2.2). */
  get acceptance(): string {
    const key = this.request?.headers["sec-websocket-key"] ?? "";
    return createHash("sha1")
      .update(key + GUID)
      .digest("base64");
  }

  /** Answers the request as RFC 6455 has it, but for what `headers` changes; `null` leaves one out. */
  accept(headers: Readonly<Record<string, string | null>> = {}, glued?: Uint8Array): void {
    const all: Record<string, string | null> = {
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Accept": this.acceptance,
      ...headers,
    };
    const lines = Object.entries(all)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const head = Buffer.from(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`, "latin1");
    this.write(glued ? Buffer.concat([head, glued]) : head);
  }

  /** Answers the request with another status. */
  refuse(status: string, headers: Readonly<Record<string, string>> = {}, body = ""): void {
    const all = { "Content-Length": String(Buffer.byteLength(body)), ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.write(`HTTP/1.1 ${status}\r\n${lines.join("")}\r\n${body}`);
  }

  write(...parts: readonly (Uint8Array | string)[]): void {
    if (this.socket.destroyed) return;
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  }

  /** Ends the TCP connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** The first frame that came with this opcode, as soon as it is there; `n` skips so many. */
  async frame(opcode: number, n = 0): Promise<Frame> {
    const find = (): Frame | undefined => this.frames.filter((one) => one.opcode === opcode)[n];
    await this.until(() => find() !== undefined || this.socket.destroyed);
    const found = find();
    if (found === undefined) throw new Error(`the connection ended without frame ${opcode}`);
    return found;
  }

  closeFrame(): Promise<Frame> {
    return this.frame(OPCODE.CLOSE);
  }

  /** Settles when the condition, looked at after each read, holds. */
  until(holds: () => boolean): Promise<void> {
    return this.#changed.until(holds);
  }

  #receive(chunk: Buffer): void {
    this.reads++;
    this.bytesReceived += chunk.length;
    this.onData(chunk);
  }
}

function parseRequest(text: string): RawRequest {
  const [line = "", ...lines] = text.split("\r\n");
  const headers: Record<string, string> = {};
  for (const header of lines) {
    const at = header.indexOf(":");
    headers[header.slice(0, at).toLowerCase()] = header.slice(at + 1).trim();
  }
  return { line, path: line.split(" ")[1] ?? "", headers };
}

export interface RawServerOptions {
  /** Answers a request. Default: accepts it. */
  readonly onRequest?: (connection: RawConnection) => void;
  /** Called for each TCP connection, before anything of it is read. */
  readonly onConnection?: (connection: RawConnection) => void;
  readonly tls?: TlsOptions;
  /** Listens on this Unix socket in place of a port. */
  readonly unix?: string;
}

/** A server that speaks what it is told, byte by byte, on a free port of 127.0.0.1. */
export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** All connections there have ever been. */
  readonly connections: readonly RawConnection[];
  /** How many TCP connections are open. */
  readonly live: number;
  /** The `n`th connection, as soon as it has sent its request. */
  connection(n?: number): Promise<RawConnection>;
  /** Settles when no TCP connection is open any more. */
  idle(): Promise<void>;
}

export async function startRawServer(options: RawServerOptions = {}): Promise<RawServer> {
  const { onRequest = (connection) => connection.accept(), onConnection, tls, unix } = options;
  const connections: RawConnection[] = [];
  const changed = new Condition();
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    const connection = new RawConnection(socket, (asked) => {
      onRequest(asked);
      changed.notify();
    });
    connections.push(connection);
    onConnection?.(connection);
    changed.notify();
  };
  const server: Server = tls
    ? createTlsServer(tls, onSocket)
    : createServer({ allowHalfOpen: true }, onSocket);
  // Beneath TLS, so that handshakes that fail are seen as well.
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    // What ends its side is ended here, too, unless a test keeps it half open.
    socket.on("end", () => {
      if (!tls && !halfOpen.has(socket)) socket.end();
    });
    socket.on("close", () => {
      sockets.delete(socket);
      changed.notify();
    });
  });
  server.on("tlsClientError", () => {});
  if (unix === undefined) server.listen(0, "127.0.0.1");
  else server.listen(unix);
  await once(server, "listening");
  const port = unix === undefined ? (server.address() as AddressInfo).port : 0;

  return {
    url: unix === undefined ? `${tls ? "wss" : "ws"}://127.0.0.1:${port}/` : `ws+unix://${unix}`,
    port,
    connections,
    get live() {
      return sockets.size;
    },
    async connection(n = 0) {
      await changed.until(() => connections[n]?.request !== undefined);
      return connections[n] as RawConnection;
    },
    idle: () => changed.until(() => sockets.size === 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const halfOpen = new WeakSet<Socket>();

/** Keeps this side of the connection open when the other ends. */
export function keepHalfOpen(connection: RawConnection): void {
  halfOpen.add(connection.socket);
}

export function isKeptHalfOpen(connection: RawConnection): boolean {
  return halfOpen.has(connection.socket);
}
