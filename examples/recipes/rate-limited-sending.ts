import { Channel, ticker } from "wschan";
import type { ClientLike, Data, WaitOptions } from "wschan";

/** Sends at most `perSecond` messages per second on average, and at most `burst` at once. */
export class RateLimitedSender {
  readonly #client: ClientLike;
  /** The bucket: each send takes one token. */
  readonly #tokens: Channel<true>;

  constructor(client: ClientLike, { perSecond, burst }: { perSecond: number; burst: number }) {
    this.#client = client;
    this.#tokens = new Channel(burst);
    for (let i = 0; i < burst; i++) this.#tokens.trySend(true);
    void this.#refill(1_000 / perSecond);
  }

  /** Sends in call order. If `timeout` or `signal` ends the wait for a token, nothing is sent. */
  async send(data: Data, wait?: WaitOptions): Promise<void> {
    await this.#tokens.receive(wait);
    await this.#client.send(data);
  }

  async #refill(interval: number): Promise<void> {
    const refills = ticker(interval);
    void this.#client.closed.then(() => refills.stop());
    // A token that does not fit into the bucket is dropped.
    while ((await refills.channel.receive()).ok) this.#tokens.trySend(true);
    // Sends that still wait for a token now fail with the error of the ended connection.
    this.#tokens.close();
  }
}
