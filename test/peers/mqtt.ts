import { generate, parser } from "mqtt-packet";
import type { IConnackPacket, IConnectPacket, IPublishPacket, Packet, QoS } from "mqtt-packet";
import { Channel, connect, select, ticker } from "../../src/node.js";
import type { Client, Duration } from "../../src/node.js";

/** MQTT 3.1.1 and MQTT 5. */
export type MqttVersion = 4 | 5;

export interface MqttOptions extends Partial<IConnectPacket> {
  readonly clientId: string;
  readonly protocolVersion: MqttVersion;
  /** Sends a PINGREQ so often. Default: once a day. */
  readonly pingEvery?: Duration;
}

export function connectPacket({
  clientId,
  ...options
}: Partial<IConnectPacket> & { clientId: string }): IConnectPacket {
  return { cmd: "connect", protocolId: "MQTT", clean: true, keepalive: 60, clientId, ...options };
}

/** An MQTT session over a connection of ours: as much of the protocol as its tests need. */
export class MqttSession implements AsyncDisposable {
  readonly client: Client;
  /** What is published to this session, each message once. */
  readonly published = new Channel<IPublishPacket>(100);
  /** How many WebSocket messages and MQTT packets have come, and pings been answered. */
  readonly counts = { messages: 0, packets: 0, pongs: 0 };
  readonly #version: MqttVersion;
  /** Called with the packet that answers, by its name and number. */
  readonly #waiting = new Map<string, (packet: Packet) => void>();
  /** Messages of QoS 2 that have not been released. */
  readonly #held = new Map<number, IPublishPacket>();
  #lastId = 0;

  private constructor(client: Client, version: MqttVersion, pingEvery: Duration | undefined) {
    this.client = client;
    this.#version = version;
    void this.#run(pingEvery);
  }

  static async open(url: string, { pingEvery, ...options }: MqttOptions): Promise<MqttSession> {
    const client = await connect(url, { protocols: "mqtt" });
    const session = new MqttSession(client, options.protocolVersion, pingEvery);
    const { returnCode, reasonCode } = (await session.#ask(
      connectPacket(options),
      "connack",
    )) as IConnackPacket;
    if ((returnCode ?? reasonCode) !== 0) throw new Error("the broker refuses the session");
    return session;
  }

  async subscribe(topic: string, qos: QoS): Promise<void> {
    const messageId = this.#newId();
    await this.#ask({ cmd: "subscribe", messageId, subscriptions: [{ topic, qos }] }, "suback");
  }

  /** Settles when the broker has taken it over, as far as its QoS says so. */
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

  /** Ends the session in good order: no will is published. */
  async disconnect(): Promise<void> {
    await this.#send({ cmd: "disconnect" });
    await this.client.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.terminate();
    await this.client.closed;
  }

  /** Puts the packets together from the messages, which need not be one each (MQTT 5, section 6). */
  async #run(pingEvery: Duration | undefined): Promise<void> {
    const packets: Packet[] = [];
    const bytes = parser({ protocolVersion: this.#version });
    bytes.on("packet", (packet) => packets.push(packet));
    const messages = this.client.channel();
    const pings = ticker(pingEvery ?? "24h");
    for (;;) {
      const next = await select([messages.caseReceive(), pings.channel.caseReceive()]);
      if (next.index === 1) await this.#send({ cmd: "pingreq" });
      else if (next.ok) {
        this.counts.messages++;
        bytes.parse(Buffer.from(next.value.data as Uint8Array));
        for (const packet of packets.splice(0)) await this.#take(packet);
      } else break;
    }
    pings.stop();
    this.published.close();
  }

  async #take(packet: Packet): Promise<void> {
    this.counts.packets++;
    const { cmd, messageId = 0 } = packet;
    if (cmd === "pingresp") this.counts.pongs++;
    if (cmd === "publish") await this.#takePublished(packet, messageId);
    else if (cmd === "pubrel") {
      const held = this.#held.get(messageId);
      this.#held.delete(messageId);
      await this.#send({ cmd: "pubcomp", messageId });
      if (held) await this.published.send(held);
    } else this.#waiting.get(keyOf(cmd, packet.messageId))?.(packet);
  }

  async #takePublished(packet: IPublishPacket, messageId: number): Promise<void> {
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
    const answered = new Promise<Packet>((resolve) => this.#waiting.set(key, resolve));
    await this.#send(packet);
    const ended = this.client.closed.then(() => {
      throw new Error(`the connection ended before ${key}`);
    });
    const found = await Promise.race([answered, ended]);
    this.#waiting.delete(key);
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
