import { requirePeer } from "../helpers/find-peers.mjs";
import { freePort } from "../helpers/ports.js";
import { ms } from "../helpers/time.js";
import { ServerProcess } from "./server-process.js";

/** The time that RabbitMQ may need to start. On an idle machine it needs 5 s. */
export const RABBITMQ_START_MS = ms(60_000);

/** A RabbitMQ broker that accepts STOMP over WebSocket, from the user "guest" with the password "guest". */
export interface RabbitMq extends AsyncDisposable {
  readonly url: string;
}

export async function startRabbitMq(): Promise<RabbitMq> {
  const rabbitmq = requirePeer("rabbitmq");
  const [port, nodePort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const process = await ServerProcess.start({
    command: "sh",
    args: (dir) => [`${dir}/start.sh`],
    files: (dir) => ({
      "start.sh": startScript(rabbitmq, dir, nodePort, epmdPort),
      "rabbitmq.conf": configure(port),
      enabled_plugins: "[rabbitmq_web_stomp].\n",
    }),
    ready: (server) => server.wrote(/Server startup complete/),
    waitLimit: RABBITMQ_START_MS,
  });
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** Returns a script that keeps all files of the node in `dir`, and its sockets on 127.0.0.1. */
function startScript(rabbitmq: string, dir: string, nodePort: number, epmdPort: number): string {
  return `
export HOME=${dir}
export RABBITMQ_NODENAME=wschan@localhost
export RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_CONFIG_FILE=${dir}/rabbitmq.conf
export RABBITMQ_ENABLED_PLUGINS_FILE=${dir}/enabled_plugins
export RABBITMQ_MNESIA_BASE=${dir}/mnesia
export RABBITMQ_LOG_BASE=${dir}/log
export RABBITMQ_PID_FILE=${dir}/pid
export RABBITMQ_DIST_PORT=${nodePort}
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
export ERL_EPMD_PORT=${epmdPort}
export ERL_EPMD_ADDRESS=127.0.0.1
# RabbitMQ would start this daemon outside its process group, where it would go on after the test.
epmd &
exec ${rabbitmq}
`;
}

function configure(port: number): string {
  return `
web_stomp.tcp.ip = 127.0.0.1
web_stomp.tcp.port = ${port}
# By default it puts bytes into text messages, even if they are not UTF-8.
web_stomp.ws_frame = binary
listeners.tcp = none
stomp.listeners.tcp = none
log.console = true
log.file = false
`;
}
