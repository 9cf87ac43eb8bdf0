// @ts-check

/**
 * The reason of a lost connection: the code of the `WsError`, or the server's close code if the server closed
 * normally without a request by the user.
 *
 * @typedef {{ code: string, message: string }} Loss
 */

/** @typedef {"connecting" | "open" | "closing" | "closed" | "lost"} Phase */

/**
 * Opens connections one after the other, each at the request of the user. It never reconnects by itself.
 * The phase is `"closed"` after an end that the user requested, and `"lost"` after any other end.
 */
export class Connection {
  /**
   * The last client that opened. Its counters stay readable after its end.
   *
   * @type {import("wschan").Client | undefined}
   */
  client;
  /** @type {Loss | undefined} */
  loss;
  #url;
  #onOpen;
  #onChange;
  /** @type {"connecting" | "open" | "ended"} */
  #stage = "ended";
  #cancel = new AbortController();
  #run = Promise.resolve();

  /**
   * @param {string} url
   * @param {object} handlers
   * @param {(client: import("wschan").Client) => void} handlers.onOpen
   * @param {() => void} handlers.onChange called when the phase may have changed
   */
  constructor(url, { onOpen, onChange }) {
    this.#url = url;
    this.#onOpen = onOpen;
    this.#onChange = onChange;
  }

  /** @returns {Phase} */
  get phase() {
    if (this.#stage === "connecting") return "connecting";
    if (this.#stage === "open" && this.client?.state !== "closed") {
      return this.client?.state ?? "closed";
    }
    return this.loss ? "lost" : "closed";
  }

  /**
   * @param {import("wschan").ConnectOptions} options
   * @returns {Promise<void>} resolves when the connection has ended
   */
  open(options) {
    return (this.#run = this.#live(options));
  }

  /** Aborts a dial, closes an open connection, or terminates one whose close handshake hangs. */
  async close() {
    this.#cancel.abort();
    if (this.#stage === "open") {
      if (this.client?.state === "closing") this.client.terminate();
      else void this.client?.close();
      this.#onChange();
    }
    await this.#run;
  }

  /** @param {import("wschan").ConnectOptions} options */
  async #live(options) {
    this.#stage = "connecting";
    this.loss = undefined;
    this.#cancel = new AbortController();
    const { signal } = this.#cancel;
    this.#onChange();
    try {
      this.client = await wschan.connect(this.#url, { ...options, signal });
      this.#stage = "open";
      this.#onOpen(this.client);
      this.#onChange();
      this.loss = describeEnd(await this.client.closed);
    } catch (error) {
      if (!signal.aborted) this.loss = describeError(error);
    }
    this.#stage = "ended";
    this.#onChange();
  }
}

/**
 * @param {import("wschan").CloseInfo} info
 * @returns {Loss | undefined} `undefined` if this side closed it and no error occurred
 */
export function describeEnd({ error, by, code, reason }) {
  if (error) return describeError(error);
  if (by === "local") return undefined;
  return {
    code: String(code),
    message: `the server closed the connection: ${reason || "no reason"}`,
  };
}

/**
 * @param {unknown} error
 * @returns {Loss}
 */
export function describeError(error) {
  if (wschan.WsError.is(error)) return { code: error.code, message: error.message };
  throw error;
}
