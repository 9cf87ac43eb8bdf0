import { startWsServer } from "./ws-server.js";
import type { WsServer } from "./ws-server.js";

/** The character that ends each record. */
const RECORD_SEPARATOR = "\u001e";

const enum Type {
  Invocation = 1,
  StreamItem = 2,
  Completion = 3,
  StreamInvocation = 4,
  Ping = 6,
  Close = 7,
}

interface Message {
  readonly type: Type;
  readonly invocationId?: string;
  readonly target?: string;
  readonly arguments?: readonly unknown[];
}

export interface SignalrServer extends WsServer {
  /** Number of pings that clients have sent. */
  readonly pings: number;
  /** Invokes a method at all clients. */
  invoke(target: string, ...args: readonly unknown[]): void;
  /** Sends all clients the message that the connection is closed, and closes it. */
  close(allowReconnect: boolean): void;
}

/**
 * A hub with the methods `add(a, b)`, `fail()` and `count(to)`, which streams. It speaks the JSON hub protocol of
 * SignalR, and sends a ping each `pingInterval` milliseconds.
 */
export async function startSignalrServer(pingInterval: number): Promise<SignalrServer> {
  let pings = 0;
  const server = await startWsServer({
    onConnection: (socket) => {
      const send = (message: object): void =>
        socket.send(JSON.stringify(message) + RECORD_SEPARATOR);
      let isReady = false;
      const timer = setInterval(() => {
        if (isReady) send({ type: Type.Ping });
      }, pingInterval);
      socket.on("close", () => clearInterval(timer));
      socket.on("message", (data: Buffer) => {
        for (const record of data.toString().split(RECORD_SEPARATOR).slice(0, -1)) {
          if (!isReady) {
            const { protocol } = JSON.parse(record) as { readonly protocol: string };
            isReady = protocol === "json";
            send(isReady ? {} : { error: `no protocol ${protocol}` });
            continue;
          }
          const message = JSON.parse(record) as Message;
          if (message.type === Type.Ping) pings++;
          else for (const answer of answersOf(message)) send(answer);
        }
      });
    },
  });
  const broadcast = (message: object): void =>
    server.wss.clients.forEach((socket) => socket.send(JSON.stringify(message) + RECORD_SEPARATOR));
  return {
    ...server,
    url: `http://${server.host}/hub`,
    get pings() {
      return pings;
    },
    invoke: (target, ...args) => broadcast({ type: Type.Invocation, target, arguments: args }),
    close: (allowReconnect) => {
      broadcast({ type: Type.Close, allowReconnect });
      server.wss.clients.forEach((socket) => socket.close(1000));
    },
  };
}

function* answersOf({ invocationId, target, arguments: args = [] }: Message): Generator<object> {
  const completion = { type: Type.Completion, invocationId };
  const [a, b] = args as readonly number[];
  if (target === "add") yield { ...completion, result: (a ?? 0) + (b ?? 0) };
  else if (target === "count") {
    for (let item = 1; item <= (a ?? 0); item++)
      yield { type: Type.StreamItem, invocationId, item };
    yield completion;
  } else yield { ...completion, error: `${target} failed` };
}
