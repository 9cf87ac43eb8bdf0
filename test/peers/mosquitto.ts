import { requirePeer } from "../helpers/find-peers.mjs";
import { freePort } from "../helpers/ports.js";
import { ServerProcess } from "./server-process.js";

/** A broker that speaks MQTT over WebSocket. */
export interface Mosquitto extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The Unix socket on which it speaks MQTT alone. */
  readonly socket: string;
  readonly process: ServerProcess;
}

export async function startMosquitto(port?: number): Promise<Mosquitto> {
  const own = port ?? (await freePort());
  let socket = "";
  const process = await ServerProcess.start({
    command: requirePeer("mosquitto"),
    args: (dir) => ["-c", `${dir}/mosquitto.conf`],
    files: (dir) => {
      socket = `${dir}/mqtt.sock`;
      return { "mosquitto.conf": configure(own, socket) };
    },
    ready: (server) => server.listens(own),
  });
  return {
    url: `ws://127.0.0.1:${own}/mqtt`,
    port: own,
    socket,
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

function configure(port: number, socket: string): string {
  return `
# Started by root, it would become somebody who may not use this folder.
user root
# With WebSocket alone it does not start.
listener 0 ${socket}
listener ${port} 127.0.0.1
protocol websockets
allow_anonymous true
persistence false
log_dest stderr
# No message is dropped because its subscriber is behind.
max_queued_messages 0
`;
}
