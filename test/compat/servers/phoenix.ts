import { startWsServer } from "./ws-server.js";
import type { WsServer } from "./ws-server.js";

/** A message of the JSON serializer, version 2. */
type Message = readonly [
  joinRef: string | null,
  ref: string | null,
  topic: string,
  event: string,
  payload: unknown,
];

export interface PhoenixServer extends WsServer {
  /** Number of heartbeats that clients have sent. */
  readonly heartbeats: number;
}

/**
 * A server that speaks Phoenix channels, version 2. A client may join each topic but "secret". The event "shout" is
 * broadcast, the event "echo" answered with its payload, and any other event is an error.
 */
export async function startPhoenixServer(): Promise<PhoenixServer> {
  let heartbeats = 0;
  /** The topics that each connection has joined, with the reference of the join. */
  const joined = new Map<unknown, Map<string, string | null>>();
  const server = await startWsServer({
    onConnection: (socket) => {
      const topics = new Map<string, string | null>();
      joined.set(socket, topics);
      socket.on("close", () => joined.delete(socket));
      socket.on("message", (data: Buffer, isBinary) => {
        if (isBinary) {
          socket.send(binaryReply(data));
          return;
        }
        const message = JSON.parse(data.toString()) as Message;
        const [joinRef, ref, topic, event, payload] = message;
        const reply = (status: "ok" | "error", response: unknown = {}): void =>
          socket.send(JSON.stringify([joinRef, ref, topic, "phx_reply", { status, response }]));
        if (topic === "phoenix" && event === "heartbeat") {
          heartbeats++;
          reply("ok");
        } else if (event === "phx_join") {
          if (topic === "secret") reply("error", { reason: "unauthorized" });
          else {
            topics.set(topic, joinRef);
            reply("ok", { joined: topic });
          }
        } else if (event === "phx_leave") {
          topics.delete(topic);
          reply("ok");
        } else if (event === "echo") reply("ok", payload);
        else if (event === "shout") {
          reply("ok");
          server.wss.clients.forEach((one) => {
            if (!joined.get(one)?.has(topic)) return;
            one.send(JSON.stringify([null, null, topic, event, payload]));
          });
        } else reply("error", { reason: `no event ${event}` });
      });
    },
  });
  return {
    ...server,
    get heartbeats() {
      return heartbeats;
    },
  };
}

/** Returns the reply to a binary push: status "ok", and the same payload. */
function binaryReply(push: Buffer): Buffer {
  const KIND_REPLY = 1;
  const [joinRefSize = 0, refSize = 0, topicSize = 0, eventSize = 0] = push.subarray(1, 5);
  const refs = push.subarray(5, 5 + joinRefSize + refSize + topicSize);
  const payload = push.subarray(5 + refs.length + eventSize);
  const header = Buffer.from([KIND_REPLY, joinRefSize, refSize, topicSize, "ok".length]);
  return Buffer.concat([header, refs, Buffer.from("ok"), payload]);
}
