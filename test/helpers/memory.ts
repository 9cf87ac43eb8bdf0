import { memoryInUse } from "./memory-in-use.mjs";

/** Memory growth during a run, in bytes. */
export interface Growth {
  /** Largest growth of the process during the run, garbage included. */
  readonly peak: number;
  /** Growth that remains after the run and garbage collections. */
  readonly kept: number;
}

/**
 * Measures how much the memory of this process grows during a run. It stops collecting garbage as soon
 * as no more than `slack` bytes remain. Needs `--expose-gc`.
 */
export async function growthOf(run: () => Promise<unknown>, slack: number): Promise<Growth> {
  const inUseBefore = await collectAll();
  const rssBefore = process.memoryUsage.rss();
  let peak = 0;
  const look = (): void => {
    const rss = process.memoryUsage.rss();
    // RSS misses growth into pages that were freed before; the heap figures miss native allocations.
    peak = Math.max(peak, rss - rssBefore, memoryInUse() - inUseBefore);
  };
  const timer = setInterval(look, 5);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  look();
  return { peak, kept: (await collectAll(inUseBefore + slack)) - inUseBefore };
}

/**
 * Collects garbage until at most `goalBytes` are in use, or by default until collections free nothing more.
 * Returns the bytes in use. Collects repeatedly, because handles release memory in later turns.
 */
async function collectAll(goalBytes?: number): Promise<number> {
  if (gc === undefined) throw new Error("start this process with --expose-gc");
  let leastBytes = Infinity;
  let futile = 0;
  for (let i = 0; i < MAX_COLLECTIONS; i++) {
    gc();
    const bytes = memoryInUse();
    futile = bytes < leastBytes ? 0 : futile + 1;
    leastBytes = Math.min(leastBytes, bytes);
    if (goalBytes === undefined ? futile === MAX_FUTILE_COLLECTIONS : bytes <= goalBytes) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return memoryInUse();
}

/** Number of collections that even a slow machine needs at most until pending work has finished. */
const MAX_COLLECTIONS = 200;

/** Number of collections in a row that free nothing, after which no more garbage is expected. */
const MAX_FUTILE_COLLECTIONS = 10;
