import { json } from "wschan/codec";
import { reconnecting } from "wschan/reconnect";

type Level = readonly [price: number, amount: number];

/** The whole book, as it is after the change `seq`; or one change. An amount of 0 removes the price. */
export type Update =
  | { readonly type: "snapshot"; readonly seq: number; readonly levels: readonly Level[] }
  | { readonly type: "delta"; readonly seq: number; readonly level: Level };

export class OrderBook {
  readonly levels = new Map<number, number>();
  /** Number of the last change that was applied. */
  seq = 0;

  /** Applies an update. Returns false if a change before it is missing. */
  apply(update: Update): boolean {
    if (update.seq <= this.seq) return true; // Arrives again after a reconnect.
    if (update.type === "delta" && update.seq !== this.seq + 1) return false;
    if (update.type === "snapshot") this.levels.clear();
    for (const [price, amount] of update.type === "snapshot" ? update.levels : [update.level]) {
      if (amount === 0) this.levels.delete(price);
      else this.levels.set(price, amount);
    }
    this.seq = update.seq;
    return true;
  }
}

/** Keeps the book up to date, until the client is closed. */
export function followBook(url: string, book: OrderBook, onChange: () => void) {
  const client = reconnecting(url, {
    codec: json<Update>(),
    // The server continues after this number, or sends a snapshot if it has forgotten the changes since then.
    onConnect: (connection) => connection.send({ op: "subscribe", after: book.seq }),
    marker: true,
  });
  async function read(): Promise<void> {
    let isWaitingForSnapshot = false;
    for await (const update of client) {
      if (update.type === "reconnected") {
        isWaitingForSnapshot = false; // The new connection has subscribed instead.
      } else if (book.apply(update)) {
        isWaitingForSnapshot = false;
        onChange();
      } else if (!isWaitingForSnapshot) {
        isWaitingForSnapshot = true;
        void client.send({ op: "snapshot" });
      }
    }
  }
  return { client, ended: read() };
}
