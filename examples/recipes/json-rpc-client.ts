// A typed client of a JSON-RPC 2.0 service, over a connection that comes back.
import { WsError } from "wschan";
import type { Duration } from "wschan";
import { jsonRpc } from "wschan/hub";
import type { JsonRpc, Subscription } from "wschan/hub";
import { reconnecting } from "wschan/reconnect";
import type { ReconnectingClient } from "wschan/reconnect";

interface Methods {
  balance(params: { account: string }): number;
  transfer(params: { from: string; to: string; amount: number }): { id: string };
  watch(account: string): void;
}

interface Events {
  changed: { account: string; balance: number };
}

export class BankClient {
  readonly #client: ReconnectingClient;
  readonly #rpc: JsonRpc<Methods, Events>;

  /** A call that waits for a connection for longer than `queueTime` fails, and is not sent. */
  constructor(url: string, queueTime: Duration = "4s") {
    this.#client = reconnecting(url, { queue: { ttl: queueTime } });
    this.#rpc = jsonRpc(this.#client);
  }

  /** Reading twice does no harm, so a call whose connection is lost is sent again. */
  balance(account: string): Promise<number> {
    return this.#rpc.call("balance", { account }, { timeout: "5s", retry: true });
  }

  /** Returns the id, or `undefined` if the service refuses (its error 1). */
  async transfer(from: string, to: string, amount: number): Promise<string | undefined> {
    try {
      // Without `retry`: if the connection is lost, the caller must find out whether it was made.
      const { id } = await this.#rpc.call("transfer", { from, to, amount }, { timeout: "30s" });
      return id;
    } catch (error) {
      if (WsError.is(error) && error.details.rpc?.code === 1) return undefined;
      throw error;
    }
  }

  /** Returns the changes of an account as a channel. Only the latest 100 wait in it. */
  watch(account: string): Subscription<Events["changed"]> {
    const changes = this.#rpc.on("changed", { capacity: 100, whenFull: "drop-oldest" });
    void this.#rpc.notify("watch", [account]);
    return changes;
  }

  close(): Promise<unknown> {
    return this.#client.close();
  }
}
