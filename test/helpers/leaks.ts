import { getEventListeners } from "node:events";
import { afterAll, beforeAll, expect } from "vitest";
import { ms } from "./time.js";

/** Resources that must not outlive a test file, because they keep the process alive. */
const WATCHED =
  /^(TCP|TLS|Pipe|Process|Timeout|Immediate|GetAddrInfo|DNS|FSReq|TTY|UDP|Zlib|Worker)/i;

/** Fails the test file if a socket, server, timer or listener remains after its last test. */
export function checkLeaks(): void {
  let before: Snapshot;
  beforeAll(() => {
    before = snapshot();
  });
  afterAll(async () => {
    // Handles take a few turns of the event loop to close.
    const end = performance.now() + ms(3_000);
    let left = increases(before, snapshot());
    while (left.length > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      left = increases(before, snapshot());
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

/** Describes the resources of which there are more than before. */
function increases(before: Snapshot, after: Snapshot): string[] {
  return [...after]
    .filter(([name, count]) => count > (before.get(name) ?? 0))
    .map(([name, count]) => `${name}: ${before.get(name) ?? 0} -> ${count}`);
}

/** Returns the number of abort listeners of a signal. */
export function abortListeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}
