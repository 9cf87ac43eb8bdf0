import { requirePeer } from "../helpers/find-peers.mjs";
import { freePort } from "../helpers/ports.js";
import { ServerProcess } from "./server-process.js";

/** A Mosquitto broker that accepts MQTT over WebSocket. */
export interface Mosquitto extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The path of the Unix socket on which it accepts MQTT without WebSocket. */
  readonly socket: string;
  readonly process: ServerProcess;
}

export async function startMosquitto(port?: number): Promise<Mosquitto> {
  const listenPort = port ?? (await freePort());
  let socket = "";
  const process = await ServerProcess.start({
    command: requirePeer("mosquitto"),
    args: (dir) => ["-c", `${dir}/mosquitto.conf`],
    files: (dir) => {
      socket = `${dir}/mqtt.sock`;
      return { "mosquitto.conf": configure(listenPort, socket) };
    },
    ready: (server) => server.listens(listenPort),
  });
  return {
    url: `ws://127.0.0.1:${listenPort}/mqtt`,
    port: listenPort,
    socket,
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

function configure(port: number, socket: string): string {
  return `
# If root starts Mosquitto, it would switch to a user that cannot use this directory.
user root
# Mosquitto does not start with a WebSocket listener only.
listener 0 ${socket}
listener ${port} 127.0.0.1
protocol websockets
allow_anonymous true
persistence false
log_dest stderr
# The queue is unlimited, so that no message is dropped for a slow subscriber.
max_queued_messages 0
`;
}
