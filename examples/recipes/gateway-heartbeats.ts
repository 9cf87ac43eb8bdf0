// A gateway like Discord's: one zlib stream for all messages, heartbeats that are acknowledged, and sessions.
import { ticker } from "wschan";
import type { Client } from "wschan";
import { compose, json, zlibStream } from "wschan/codec";
import { createHub } from "wschan/hub";
import { reconnecting } from "wschan/reconnect";

export interface Payload {
  op: number;
  d?: unknown;
  s?: number | null;
  t?: string | null;
}

interface Session {
  session_id: string;
  resume_gateway_url: string;
}

const OP = { DISPATCH: 0, HEARTBEAT: 1, IDENTIFY: 2, RESUME: 6, RECONNECT: 7, INVALID: 9, ACK: 11 };
/** Close codes after which another attempt would fail in the same way, such as a wrong token. */
const FATAL_CODES = [4004, 4010, 4011, 4012, 4013, 4014];

/** Yields the events of a gateway. It resumes its session when a connection is lost. */
export async function* gatewayEvents(url: string, token: string, intents: number) {
  let session: Session | undefined;
  let seq: number | null = null;
  const client = reconnecting(() => session?.resume_gateway_url ?? url, {
    codec: compose(zlibStream(), json<Payload>()),
    onConnect: async (connection) => {
      const { value: hello } = await connection.receive();
      void beat(connection, (hello?.d as { heartbeat_interval: number }).heartbeat_interval);
      const resume = { token, session_id: session?.session_id, seq };
      const identify = { token, intents, properties: { os: "linux", browser: "wschan" } };
      await connection.send(
        session ? { op: OP.RESUME, d: resume } : { op: OP.IDENTIFY, d: identify },
      );
    },
    shouldRetry: ({ details: { closeCode = 0 } }) =>
      closeCode >= 4000 ? !FATAL_CODES.includes(closeCode) : undefined,
  });
  const hub = createHub(client);

  async function beat(connection: Client<Payload, unknown>, interval: number): Promise<void> {
    // Clients that have connected together must not beat together.
    const beats = ticker(interval * (0.5 + Math.random() / 2));
    void connection.closed.then(() => beats.stop());
    while ((await beats.channel.receive()).ok) {
      const message = { op: OP.HEARTBEAT, d: seq };
      const reply = hub.request(message, { match: ({ op }) => op === OP.ACK, timeout: interval });
      // A close frame with 1000 would end the session. Without one, it can be resumed.
      await reply.catch(() => connection.terminate());
    }
  }

  try {
    for await (const { op, d, s, t } of hub.subscribe(({ op }) => op !== OP.ACK)) {
      seq = s ?? seq;
      if (t === "READY") session = d as Session;
      if (op === OP.INVALID && d !== true) session = undefined;
      if (op === OP.RECONNECT || op === OP.INVALID) client.connection?.terminate();
      if (op === OP.DISPATCH) yield { type: t, data: d };
    }
  } finally {
    client.terminate();
  }
}
