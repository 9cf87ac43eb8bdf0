// A Node server that relays each client to an upstream server, with backpressure in both directions.
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { connect } from "wschan";
import type { Data, Message } from "wschan";

/** The messages of a socket of `ws` as a stream. The socket is paused while the stream is not read. */
function readableOf(socket: WebSocket): ReadableStream<Data> {
  return new ReadableStream<Data>(
    {
      start(controller) {
        socket.on("message", (data: Buffer, isBinary) => {
          controller.enqueue(isBinary ? data : data.toString());
          if ((controller.desiredSize ?? 0) <= 0) socket.pause();
        });
        socket.on("close", () => controller.error(new Error("the client has left")));
      },
      pull: () => socket.resume(),
    },
    { highWaterMark: 16 },
  );
}

/** A stream that sends to a socket of `ws`. A write ends when the operating system has its bytes. */
function writableOf(socket: WebSocket): WritableStream<Message> {
  const send = (data: Data) =>
    new Promise<void>((resolve, reject) =>
      socket.send(data, (error) => (error ? reject(error) : resolve())),
    );
  return new WritableStream<Message>({ write: ({ data }) => send(data) });
}

/** Relays a client to `url` until one side ends. Then closes the other side with the same code. */
export async function relay(socket: WebSocket, url: string): Promise<void> {
  socket.on("error", () => {});
  // Reads at once: `ws` drops messages that arrive before there is a listener.
  const fromClient = readableOf(socket);
  const left = new Promise<number>((resolve) => socket.on("close", resolve));
  const gone = new AbortController();
  void left.then(() => gone.abort());
  try {
    const upstream = await connect(url, { signal: gone.signal });
    const keep = { preventClose: true, preventAbort: true, preventCancel: true };
    fromClient.pipeTo(upstream.writable, keep).catch(() => {});
    const relayed = upstream.readable.pipeTo(writableOf(socket), keep).catch(() => {});
    void left.then((code) => upstream.close(isSendable(code) ? code : 1001));
    const { code, reason } = await upstream.closed;
    // First everything that the upstream has sent, then its close code.
    await Promise.race([relayed, left]);
    socket.close(isSendable(code) ? code : 1014, isSendable(code) ? reason : "");
  } catch {
    socket.close(1014, "no upstream");
  }
}

/** 1005 and 1006 stand for a missing code. They cannot be sent (RFC 6455, section 7.4.1). */
const isSendable = (code: number): boolean => code !== 1005 && code !== 1006 && code !== 1015;

/** Starts a server that relays its clients. */
export function startRelay(port: number, url: string): WebSocketServer {
  const server = new WebSocketServer({ port });
  server.on("connection", (socket) => void relay(socket, url));
  return server;
}
