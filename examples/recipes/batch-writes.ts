import { select, ticker } from "wschan";
import type { ClientLike } from "wschan";

interface BatchOptions {
  /** Write when so many messages have been collected. Default: 100. */
  readonly size?: number;
  /** Write what there is after this time. Default: `"1s"`. */
  readonly every?: number | string;
}

/** Writes the messages of a client in batches. Resolves at a normal end, after the last batch. */
export async function writeInBatches<T>(
  client: ClientLike<T, never>,
  write: (batch: readonly T[]) => Promise<unknown>,
  { size = 100, every = "1s" }: BatchOptions = {},
): Promise<void> {
  const ticks = ticker(every);
  let batch: T[] = [];
  async function writeBatch(): Promise<void> {
    if (batch.length > 0) await write(batch);
    batch = [];
    ticks.reset(every);
  }
  try {
    for (;;) {
      const next = await select([client.channel().caseReceive(), ticks.channel.caseReceive()]);
      if (next.index === 0) {
        if (!next.ok) break;
        batch.push(next.value);
      }
      // Nothing is received during a write, so a slow database slows the server down.
      if (next.index === 1 || batch.length >= size) await writeBatch();
    }
    await writeBatch();
  } finally {
    ticks.stop();
  }
  const { error } = await client.closed;
  if (error) throw error;
}
