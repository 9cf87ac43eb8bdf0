import { Server } from "socket.io";
import { ms } from "../../helpers/time.js";
import { startHttpServer } from "./http-server.js";
import type { HttpServer } from "./http-server.js";

export interface SocketIoServer extends HttpServer {
  readonly url: string;
  readonly io: Server;
}

/** A server that acknowledges the event "echo" with its arguments. */
export async function startSocketIoServer(): Promise<SocketIoServer> {
  const io = new Server({ pingInterval: ms(20), pingTimeout: ms(1_000) });
  io.on("connection", (socket) => {
    socket.on("echo", (...args: unknown[]) => {
      const acknowledge = args.pop() as (...args: unknown[]) => void;
      acknowledge(...args);
    });
  });
  const server = await startHttpServer((http) => io.attach(http));
  return {
    ...server,
    io,
    url: `http://${server.host}`,
    async [Symbol.asyncDispose]() {
      io.engine.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
