import { getEventListeners } from "node:events";
import { afterAll, beforeAll, expect } from "vitest";
import { ms } from "./time.js";

/** What must not outlive a test file: everything that keeps a process alive. */
const WATCHED =
  /^(TCP|TLS|Pipe|Process|Timeout|Immediate|GetAddrInfo|DNS|FSReq|TTY|UDP|Zlib|Worker)/i;

/** Fails the file if, after its last test, a socket, a server, a timer or a listener is left. */
export function checkLeaks(): void {
  let before: Snapshot;
  beforeAll(() => {
    before = snapshot();
  });
  afterAll(async () => {
    // What is closing takes a few turns of the event loop.
    const end = performance.now() + ms(3_000);
    let left = newcomers(before, snapshot());
    while (left.length > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      left = newcomers(before, snapshot());
    }
    expect(left).toEqual([]);
  });
}

type Snapshot = ReadonlyMap<string, number>;

function snapshot(): Snapshot {
  const counts = new Map<string, number>();
  const add = (name: string, count = 1): void => {
    counts.set(name, (counts.get(name) ?? 0) + count);
  };
  for (const resource of process.getActiveResourcesInfo()) {
    if (WATCHED.test(resource)) add(resource);
  }
  for (const event of process.eventNames()) {
    add(`process.on(${String(event)})`, process.listenerCount(event));
  }
  return counts;
}

/** What there is more of than before. */
function newcomers(before: Snapshot, after: Snapshot): string[] {
  return [...after]
    .filter(([name, count]) => count > (before.get(name) ?? 0))
    .map(([name, count]) => `${name}: ${before.get(name) ?? 0} -> ${count}`);
}

/** How many listen to a signal. */
export function abortListeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}
