import { reconnecting } from "wschan/reconnect";

/**
 * Sends texts to a server that counts them. Each text arrives exactly once and in order, even if
 * connections break.
 */
export class Mailer {
  #client;
  /**
   * Texts that the server has not acknowledged, by number.
   *
   * @type {Map<number, { message: string, resolve: () => void, reject: (error: unknown) => void }>}
   */
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
        // Each queued message is also unacknowledged, so the loop below sends it.
        this.#client.queue.clear();
        for (const { message } of this.#unacknowledged.values()) await connection.send(message);
      },
    });
    void this.#receive();
  }

  /**
   * Sends a text. The promise resolves when the server has acknowledged it.
   *
   * @param {string} text
   * @returns {Promise<void>}
   */
  send(text) {
    return new Promise((resolve, reject) => {
      const number = ++this.#number;
      const message = JSON.stringify({ number, text });
      this.#unacknowledged.set(number, { message, resolve, reject });
      // Not awaited, because only the acknowledgement proves that the text has arrived.
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
