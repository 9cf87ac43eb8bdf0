import { reconnecting } from "wschan/reconnect";
import type { ReconnectingClient } from "wschan/reconnect";

interface Pending {
  readonly message: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sends each value until the server has acknowledged it, over as many connections as that takes. */
export class AcknowledgedSender {
  readonly #client: ReconnectingClient;
  /** The messages without an acknowledgement, by number, in order. */
  readonly #pending = new Map<number, Pending>();
  #lastNumber = 0;

  constructor(url: string) {
    this.#client = reconnecting(url, {
      onConnect: async (connection) => {
        // Messages that wait in the queue are pending as well, and the loop sends them.
        this.#client.queue.clear();
        for (const { message } of this.#pending.values()) await connection.send(message);
      },
    });
    void this.#receive();
  }

  /** Resolves when the server has acknowledged the value. */
  async send(value: unknown): Promise<void> {
    if (this.#client.state.type === "closed") throw new Error("closed");
    const number = ++this.#lastNumber;
    const message = JSON.stringify({ number, value });
    await new Promise<void>((resolve, reject) => {
      this.#pending.set(number, { message, resolve, reject });
      // Not awaited, because it resolves before the message has arrived.
      void this.#client.send(message);
    });
  }

  close(): Promise<unknown> {
    return this.#client.close();
  }

  async #receive(): Promise<void> {
    for await (const { data } of this.#client.channel()) {
      const { ack } = JSON.parse(String(data)) as { ack: number };
      this.#pending.get(ack)?.resolve();
      this.#pending.delete(ack);
    }
    const { error } = await this.#client.closed;
    for (const { reject } of this.#pending.values()) reject(error ?? new Error("closed"));
  }
}
