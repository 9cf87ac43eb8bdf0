// @ts-check

/**
 * How a connection was lost: by the `WsError`'s code, or by the server's close code where that is a normal
 * end, which we had not asked for.
 *
 * @typedef {{ code: string, message: string }} Loss
 */

/** @typedef {"connecting" | "open" | "closing" | "closed" | "lost"} Phase */

/**
 * One connection after the other, each opened because the user asked for it: nothing here reconnects by
 * itself. `"closed"` is an end that the user asked for, `"lost"` every other.
 */
export class Connection {
  /**
   * The last one that opened; its numbers remain when it has ended.
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
   * @param {() => void} handlers.onChange the phase may be another one
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

  /** Gives up a connection that is being opened, closes an open one, cuts one that hangs in closing. */
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
 * @returns {Loss | undefined} nothing when this side closed it, and no error came in between
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
