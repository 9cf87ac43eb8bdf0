import { reconnecting } from "wschan/reconnect";

/** Sends texts that each arrive exactly once, and in order, at a server that numbers along. */
export class Mailer {
  #client;
  /** What the server has not acknowledged, by number.
   * @type {Map<number, { message: string, resolve: () => void, reject: (error: unknown) => void }>} */
  #unacknowledged = new Map();
  #number = 0;

  /**
   * @param {string} url
   * @param {import("wschan/reconnect").ReconnectOptions} [options]
   */
  constructor(url, options) {
    this.#client = reconnecting(url, {
      ...options,
      marker: false,
      onConnect: async (connection) => {
        // All that waits is among what comes now.
        this.#client.queue.clear();
        for (const { message } of this.#unacknowledged.values()) await connection.send(message);
      },
    });
    void this.#receive();
  }

  /**
   * Resolves when the server has it.
   *
   * @param {string} text
   * @returns {Promise<void>}
   */
  send(text) {
    return new Promise((resolve, reject) => {
      const number = ++this.#number;
      const message = JSON.stringify({ number, text });
      this.#unacknowledged.set(number, { message, resolve, reject });
      // Whether that gets through, only the acknowledgement tells.
      void this.#client.send(message);
    });
  }

  close() {
    return this.#client.close();
  }

  async #receive() {
    for await (const { data } of this.#client.channel()) {
      for (const [number, { resolve }] of this.#unacknowledged) {
        if (number > Number(data)) break;
        this.#unacknowledged.delete(number);
        resolve();
      }
    }
    const { error } = await this.#client.closed;
    for (const { reject } of this.#unacknowledged.values()) reject(error ?? new Error("closed"));
  }
}
