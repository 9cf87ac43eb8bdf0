import { json } from "wschan/codec";
import { reconnecting } from "wschan/reconnect";
import type { ReconnectingClient } from "wschan/reconnect";

/** The server answers each message with its number. */
interface Acknowledgement {
  readonly ack: number;
}

interface Pending {
  readonly message: unknown;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sends each value until the server has acknowledged it, over as many connections as that takes. */
export class AcknowledgedSender {
  readonly #client: ReconnectingClient<Acknowledgement, unknown>;
  /** The messages without an acknowledgement, by number, in order. */
  readonly #pending = new Map<number, Pending>();
  #lastNumber = 0;

  constructor(url: string) {
    this.#client = reconnecting(url, {
      codec: json<Acknowledgement>(),
      onConnect: async (connection) => {
        // Messages that wait in the queue are pending as well, and the loop sends them.
        this.#client.queue.clear();
        for (const { message } of this.#pending.values()) await connection.send(message);
      },
    });
    void this.#receive();
  }

  /** Resolves when the server has acknowledged the value. */
  send(value: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const number = ++this.#lastNumber;
      const message = { number, value };
      this.#pending.set(number, { message, resolve, reject });
      // Not awaited, because it resolves before the message has arrived.
      void this.#client.send(message);
    });
  }

  close(): Promise<unknown> {
    return this.#client.close();
  }

  async #receive(): Promise<void> {
    for await (const { ack } of this.#client.channel()) {
      this.#pending.get(ack)?.resolve();
      this.#pending.delete(ack);
    }
    const { error } = await this.#client.closed;
    for (const { reject } of this.#pending.values()) reject(error ?? new Error("closed"));
  }
}
