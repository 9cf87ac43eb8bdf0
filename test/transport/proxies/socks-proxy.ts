import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Condition } from "../../helpers/condition.js";

/** The request that a SOCKS proxy got. */
export interface SocksRequest {
  readonly version: number;
  /** The kind of the target's address in the request. */
  readonly kind: "IPv4" | "IPv6" | "name";
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface SocksProxyOptions {
  /** Requires these credentials, as "user:password". Default: none. */
  readonly credentials?: string;
  /** The code with which the proxy answers each request. Default: that of success, which opens the tunnel. */
  readonly reply?: number;
  /** Written together with a reply of success. */
  readonly glued?: Uint8Array | string;
  /** Called for each connection, in place of the protocol. */
  readonly onConnection?: (socket: Socket) => void;
}

/** A SOCKS 4, 4a and 5 proxy on a free port of 127.0.0.1, whose tunnels all lead to 127.0.0.1. */
export interface SocksProxy extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly SocksRequest[];
  /** Resolves when no client is connected. */
  idle(): Promise<void>;
}

export async function startSocksProxy(options: SocksProxyOptions = {}): Promise<SocksProxy> {
  const requests: SocksRequest[] = [];
  const sockets = new Set<Socket>();
  const changed = new Condition();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      changed.notify();
    });
    if (options.onConnection) {
      options.onConnection(socket);
      // Without reading, the end of the connection would not be noticed.
      socket.resume();
    } else void serve(socket, options, (request) => requests.push(request)).catch(() => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    idle: () => changed.until(() => sockets.size === 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function serve(
  socket: Socket,
  options: SocksProxyOptions,
  onRequest: (request: SocksRequest) => void,
): Promise<void> {
  const reader = new ByteReader(socket);
  const [version = 0] = await reader.read(1);
  const request = await (version === 5
    ? readVersion5(reader, socket, options)
    : readVersion4(reader));
  if (request === undefined) return;
  onRequest(request);
  const success = version === 5 ? 0 : 90;
  const { reply = success } = options;
  const answer =
    version === 5 ? [5, reply, 0, 1, 127, 0, 0, 1, 0, 0] : [0, reply, 0, 0, 127, 0, 0, 1];
  if (reply !== success) {
    socket.end(Uint8Array.from(answer));
    return;
  }
  const target = connect(request.port, "127.0.0.1");
  target.on("error", () => socket.destroy());
  await once(target, "connect");
  socket.write(Buffer.concat([Uint8Array.from(answer), Buffer.from(options.glued ?? "")]));
  reader.pipe(target);
  target.pipe(socket);
  socket.on("close", () => target.destroy());
  target.on("close", () => socket.destroy());
}

async function readVersion5(
  reader: ByteReader,
  socket: Socket,
  { credentials }: SocksProxyOptions,
): Promise<SocksRequest | undefined> {
  const [methodCount = 0] = await reader.read(1);
  const methods = await reader.read(methodCount);
  const method = credentials === undefined ? 0 : 2;
  socket.write(Uint8Array.of(5, methods.includes(method) ? method : 0xff));
  let [user, password] = ["", ""];
  if (method === 2) {
    await reader.read(1);
    user = (await reader.readCounted()).toString();
    password = (await reader.readCounted()).toString();
    const isRight = `${user}:${password}` === credentials;
    socket.write(Uint8Array.of(1, isRight ? 0 : 1));
    if (!isRight) return undefined;
  }
  const [, , , type] = await reader.read(4);
  const kind = type === 1 ? "IPv4" : type === 4 ? "IPv6" : "name";
  const host =
    kind === "IPv4"
      ? [...(await reader.read(4))].join(".")
      : kind === "IPv6"
        ? (await reader.read(16)).toString("hex")
        : (await reader.readCounted()).toString();
  return { version: 5, kind, host, port: (await reader.read(2)).readUInt16BE(), user, password };
}

async function readVersion4(reader: ByteReader): Promise<SocksRequest> {
  await reader.read(1);
  const port = (await reader.read(2)).readUInt16BE();
  const address = [...(await reader.read(4))].join(".");
  const user = await reader.readText();
  const isName = address === "0.0.0.1";
  const host = isName ? await reader.readText() : address;
  return { version: 4, kind: isName ? "name" : "IPv4", host, port, user, password: "" };
}

/** Reads the bytes of a socket one after the other. */
class ByteReader {
  readonly #socket: Socket;
  readonly #changed = new Condition();
  #bytes = Buffer.alloc(0);
  #target: Socket | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      if (this.#target) this.#target.write(chunk);
      else this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#changed.notify();
    });
    socket.on("close", () => this.#changed.notify());
  }

  async read(count: number): Promise<Buffer> {
    await this.#changed.until(() => this.#bytes.length >= count || this.#socket.destroyed);
    if (this.#bytes.length < count) throw new Error("the client has hung up");
    const read = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return read;
  }

  /** Reads a byte that is a count, and then so many bytes. */
  async readCounted(): Promise<Buffer> {
    const [count = 0] = await this.read(1);
    return this.read(count);
  }

  /** Reads up to a NUL. */
  async readText(): Promise<string> {
    let text = "";
    for (;;) {
      const byte = await this.read(1);
      if (byte[0] === 0) return text;
      text += byte.toString("latin1");
    }
  }

  /** Passes on what has been read already, and everything after it. */
  pipe(target: Socket): void {
    target.write(this.#bytes);
    this.#target = target;
  }
}
