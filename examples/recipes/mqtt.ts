// MQTT by the package mqtt (mqtt.js), over the WebSocket class of wschan.
import mqtt from "mqtt";
import type { MqttClient } from "mqtt";
import { Channel } from "wschan";
import { webSocketClass } from "wschan/compat";

/** Connects to a broker, such as wss://broker.example.com/mqtt. `headers` work in Node only. */
export function connectMqtt(url: string, headers?: Record<string, string>): MqttClient {
  const WebSocket = webSocketClass({ dialTimeout: "10s", ...(headers && { headers }) });
  return mqtt.connect(url, {
    createWebsocket: (address, protocols) => new WebSocket(address, protocols),
    // For Node, where mqtt.js would otherwise call methods that only the package `ws` has.
    forceNativeWebSocket: true,
    keepalive: 30,
    reconnectPeriod: 1_000,
  });
}

/** Returns the messages of a topic as a channel, for `for await` and `select`. It ends with the client. */
export async function subscribe(client: MqttClient, topic: string): Promise<Channel<string>> {
  const messages = new Channel<string>(1_000);
  client.on("message", (from, payload) => {
    // A channel that is full drops the message. MQTT itself cannot slow one topic down.
    if (from === topic) messages.trySend(payload.toString());
  });
  client.on("end", () => messages.close());
  await client.subscribeAsync(topic, { qos: 1 });
  return messages;
}
