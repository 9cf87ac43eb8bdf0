import { generate, parser } from "mqtt-packet";
import type { IConnackPacket, IConnectPacket, IPublishPacket, Packet, QoS } from "mqtt-packet";
import { Channel, connect, select, ticker } from "../../src/node.js";
import type { Client, Duration } from "../../src/node.js";

/** The protocol level: 4 is MQTT 3.1.1, 5 is MQTT 5. */
export type MqttVersion = 4 | 5;

export interface MqttOptions extends Partial<IConnectPacket> {
  readonly clientId: string;
  readonly protocolVersion: MqttVersion;
  /** The interval between PINGREQ packets. Default: a day. */
  readonly pingInterval?: Duration;
}

export function connectPacket({
  clientId,
  ...options
}: Partial<IConnectPacket> & { clientId: string }): IConnectPacket {
  return { cmd: "connect", protocolId: "MQTT", clean: true, keepalive: 60, clientId, ...options };
}

/** An MQTT session over a wschan client. It implements the part of MQTT that the tests need. */
export class MqttSession implements AsyncDisposable {
  readonly client: Client;
  /** The messages that are published to this session, each once. */
  readonly published = new Channel<IPublishPacket>(100);
  /** The numbers of received WebSocket messages, MQTT packets and PINGRESP packets. */
  readonly counts = { messages: 0, packets: 0, pongs: 0 };
  readonly #version: MqttVersion;
  /** The callbacks that wait for an answer, by the name and the id of the packet. */
  readonly #waiters = new Map<string, (packet: Packet) => void>();
  /** The messages with QoS 2 that the broker has not released yet. */
  readonly #held = new Map<number, IPublishPacket>();
  #lastId = 0;

  private constructor(client: Client, version: MqttVersion, pingInterval: Duration | undefined) {
    this.client = client;
    this.#version = version;
    void this.#run(pingInterval);
  }

  static async open(url: string, { pingInterval, ...options }: MqttOptions): Promise<MqttSession> {
    const client = await connect(url, { protocols: "mqtt" });
    const session = new MqttSession(client, options.protocolVersion, pingInterval);
    const { returnCode, reasonCode } = (await session.#ask(
      connectPacket(options),
      "connack",
    )) as IConnackPacket;
    if ((returnCode ?? reasonCode) !== 0) throw new Error("the broker refused the MQTT session");
    return session;
  }

  async subscribe(topic: string, qos: QoS): Promise<void> {
    const messageId = this.#newId();
    await this.#ask({ cmd: "subscribe", messageId, subscriptions: [{ topic, qos }] }, "suback");
  }

  /** Resolves when the broker has acknowledged the message, or when it is sent if the QoS is 0. */
  async publish(packet: Partial<IPublishPacket> & { topic: string; qos: QoS }): Promise<void> {
    const whole: IPublishPacket = {
      cmd: "publish",
      dup: false,
      retain: false,
      payload: "",
      ...packet,
    };
    if (packet.qos === 0) {
      await this.#send(whole);
      return;
    }
    const messageId = this.#newId();
    await this.#ask({ ...whole, messageId }, packet.qos === 1 ? "puback" : "pubrec");
    if (packet.qos === 2) await this.#ask({ cmd: "pubrel", messageId }, "pubcomp");
  }

  async ping(): Promise<void> {
    await this.#ask({ cmd: "pingreq" }, "pingresp");
  }

  /** Ends the session with DISCONNECT, so that the broker publishes no will. */
  async disconnect(): Promise<void> {
    await this.#send({ cmd: "disconnect" });
    await this.client.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.terminate();
    await this.client.closed;
  }

  /** Parses packets from the messages. Packet and message boundaries may differ (MQTT 5, section 6). */
  async #run(pingInterval: Duration | undefined): Promise<void> {
    const packets: Packet[] = [];
    const bytes = parser({ protocolVersion: this.#version });
    bytes.on("packet", (packet) => packets.push(packet));
    const messages = this.client.channel();
    const pings = ticker(pingInterval ?? "24h");
    for (;;) {
      const next = await select([messages.caseReceive(), pings.channel.caseReceive()]);
      if (next.index === 1) await this.#send({ cmd: "pingreq" });
      else if (next.ok) {
        this.counts.messages++;
        bytes.parse(Buffer.from(next.value.data as Uint8Array));
        for (const packet of packets.splice(0)) await this.#onPacket(packet);
      } else break;
    }
    pings.stop();
    this.published.close();
  }

  async #onPacket(packet: Packet): Promise<void> {
    this.counts.packets++;
    const { cmd, messageId = 0 } = packet;
    if (cmd === "pingresp") this.counts.pongs++;
    if (cmd === "publish") await this.#onPublish(packet, messageId);
    else if (cmd === "pubrel") {
      const held = this.#held.get(messageId);
      this.#held.delete(messageId);
      await this.#send({ cmd: "pubcomp", messageId });
      if (held) await this.published.send(held);
    } else this.#waiters.get(keyOf(cmd, packet.messageId))?.(packet);
  }

  async #onPublish(packet: IPublishPacket, messageId: number): Promise<void> {
    if (packet.qos === 2) {
      this.#held.set(messageId, packet);
      await this.#send({ cmd: "pubrec", messageId });
      return;
    }
    if (packet.qos === 1) await this.#send({ cmd: "puback", messageId });
    await this.published.send(packet);
  }

  async #ask(packet: Packet, answer: Packet["cmd"]): Promise<Packet> {
    const key = keyOf(answer, packet.messageId);
    const answered = new Promise<Packet>((resolve) => this.#waiters.set(key, resolve));
    await this.#send(packet);
    const ended = this.client.closed.then(() => {
      throw new Error(`the connection ended before ${key}`);
    });
    const found = await Promise.race([answered, ended]);
    this.#waiters.delete(key);
    return found;
  }

  #send(packet: Packet): Promise<void> {
    return this.client.send(generate(packet, { protocolVersion: this.#version }));
  }

  #newId(): number {
    return (this.#lastId = (this.#lastId % 65_535) + 1);
  }
}

function keyOf(cmd: string, messageId: number | undefined): string {
  return messageId === undefined ? cmd : `${cmd} ${messageId}`;
}
