import { Channel } from "wschan";
import type { ClientLike } from "wschan";

/**
 * Iterates over the newest message of each key. While your loop is busy, a new message replaces an unread one with the
 * same key. At most `maxKeys` messages wait; further keys slow the server down.
 */
export async function* latestByKey<T>(
  client: ClientLike<T, never>,
  keyOf: (message: T) => string,
  maxKeys = 1_000,
): AsyncGenerator<T, void> {
  const newest = new Map<string, T>();
  /** The keys of `newest`, in the order in which they are read. */
  const keys = new Channel<string>(maxKeys);
  const left = new AbortController();

  async function read(): Promise<void> {
    try {
      for await (const message of client.messages({ signal: left.signal })) {
        const key = keyOf(message);
        const isWaiting = newest.has(key);
        newest.set(key, message);
        if (!isWaiting) await keys.send(key);
      }
    } finally {
      keys.close();
    }
  }

  const reading = read();
  reading.catch(() => {}); // Awaited below, when the messages before the failure have been read.
  try {
    for await (const key of keys) {
      const message = newest.get(key) as T;
      newest.delete(key);
      yield message;
    }
    await reading;
  } finally {
    left.abort();
    keys.close();
  }
}
