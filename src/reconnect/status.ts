import { Channel } from "../channel/channel.js";
import { callListener } from "../connection/call-listener.js";
import type { WsError } from "../errors/ws-error.js";

/** Status of a reconnecting client. `type` tells the variants apart. */
export type Status =
  | {
      /** The client calls functions for URL and credentials, dials, or runs `onConnect`. */
      readonly type: "connecting";
      /** Number of this attempt, counted from 1 since the last stable connection. */
      readonly attempt: number;
    }
  | {
      readonly type: "open";
      /** Number of the attempt that opened the connection. */
      readonly attempt: number;
      /** Time since the connection opened, in milliseconds. Each read computes it anew. */
      readonly duration: number;
    }
  | {
      readonly type: "waiting";
      /** Number of the next attempt. */
      readonly attempt: number;
      /** Length of the pause before the next attempt, in milliseconds; events of a page can cut it short. */
      readonly delay: number;
      /** Error that ended the last attempt or connection. */
      readonly error: WsError;
    }
  | {
      /** The client waits for `start()`: after `suspend()`, or because of `autoStart: false`. */
      readonly type: "suspended";
    }
  | {
      readonly type: "closed";
      /** Error for which the client gave up; none after a local close or a normal close by the peer. */
      readonly error?: WsError | undefined;
    };

/** Capacity of a watcher's channel. If the watcher falls behind, only the latest changes are kept. */
const MAX_PENDING_CHANGES = 100;

/** The status of a client, and the iterators that watch it. */
export class StatusFeed {
  value: Status = { type: "connecting", attempt: 1 };

  readonly #watchers = new Set<Channel<Status>>();
  readonly #listeners = new Set<(status: Status) => void>();

  set(status: Status): void {
    this.value = status;
    for (const watcher of this.#watchers) {
      // A full channel loses its oldest change.
      while (!watcher.trySend(status)) watcher.tryReceive();
      if (status.type === "closed") watcher.close();
    }
    for (const listener of this.#listeners) listener(status);
  }

  /**
   * Calls `listener` at each change, during the change. An exception that it throws is reported as uncaught. Returns
   * a function that removes it.
   */
  onChange(listener: (status: Status) => void): () => void {
    // A function of its own, because the set would ignore a listener that is added a second time.
    const call = (status: Status): void => callListener(listener, status);
    this.#listeners.add(call);
    return () => void this.#listeners.delete(call);
  }

  /** Resolves with the next status. */
  next(): Promise<Status> {
    return new Promise((resolve) => {
      const stop = this.onChange((status) => {
        stop();
        resolve(status);
      });
    });
  }

  /** Iterates over the current status and then over each change, until the status is `closed`. */
  watch(): AsyncGenerator<Status, void> {
    const watcher = new Channel<Status>(MAX_PENDING_CHANGES);
    const changes = this.#iterate(watcher);
    // `return()` of a generator waits for a pending `next()`, which settles once the channel is closed.
    const leave = changes.return.bind(changes);
    changes.return = () => {
      this.#watchers.delete(watcher);
      watcher.close();
      return leave();
    };
    return changes;
  }

  async *#iterate(watcher: Channel<Status>): AsyncGenerator<Status, void> {
    this.#watchers.add(watcher);
    watcher.trySend(this.value);
    if (this.value.type === "closed") watcher.close();
    yield* watcher;
  }
}
