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

/** The upgrade request. */
export interface RawRequest {
  readonly line: string;
  readonly path: string;
  /** Header values by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One connection of a {@link RawServer}. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the TCP connection has ended in both directions, in whatever way. */
  readonly closed: Promise<void>;
  /** All frames received so far. */
  readonly frames: Frame[] = [];
  /** Number of bytes received after the request, and the number of reads that returned them. */
  bytesReceived = 0;
  reads = 0;
  request: RawRequest | undefined;
  /** The error of the socket, such as ECONNRESET. */
  error: (Error & { code?: string }) | undefined;
  /** Called with each chunk received after the request. Default: parses it into `frames`. */
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

  /** The `Sec-WebSocket-Accept` for the key of the request (RFC 6455 section 4.2.2). */
  get acceptance(): string {
    const key = this.request?.headers["sec-websocket-key"] ?? "";
    return createHash("sha1")
      .update(key + GUID)
      .digest("base64");
  }

  /**
   * Accepts the request. `headers` overrides the headers of RFC 6455, and `null` omits one. `glued` is
   * written together with the response.
   */
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

  /** Answers the request with another status than 101. */
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

  /** Waits for the `n`th frame with this opcode, counted from 0. Rejects if the connection ends first. */
  async frame(opcode: number, n = 0): Promise<Frame> {
    const find = (): Frame | undefined => this.frames.filter((one) => one.opcode === opcode)[n];
    await this.until(() => find() !== undefined || this.socket.destroyed);
    const found = find();
    if (found === undefined) {
      throw new Error(`the connection ended before frame ${n} with opcode ${opcode}`);
    }
    return found;
  }

  closeFrame(): Promise<Frame> {
    return this.frame(OPCODE.CLOSE);
  }

  /** Resolves when `holds` returns true. It is called again after each read. */
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
  /** Called for each TCP connection, before anything is read from it. */
  readonly onConnection?: (connection: RawConnection) => void;
  readonly tls?: TlsOptions;
  /** Listens on this Unix socket in place of a port. */
  readonly unix?: string;
}

/** A server whose tests control every byte that it sends, on a free port of 127.0.0.1. */
export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** All connections so far. */
  readonly connections: readonly RawConnection[];
  /** Number of open TCP connections. */
  readonly live: number;
  /** Resolves with the `n`th connection, counted from 0, as soon as it has sent its request. */
  connection(n?: number): Promise<RawConnection>;
  /** Resolves when no TCP connection is open. */
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
  // These are the sockets below TLS, so that connections with a failed TLS handshake are counted too.
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    // `allowHalfOpen` is on, so this side has to be ended too, unless a test keeps it half-open.
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

/** Keeps the server's side of the connection open when the client ends its side. */
export function keepHalfOpen(connection: RawConnection): void {
  halfOpen.add(connection.socket);
}

export function isKeptHalfOpen(connection: RawConnection): boolean {
  return halfOpen.has(connection.socket);
}
