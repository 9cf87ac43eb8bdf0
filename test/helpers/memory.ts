/** What memory a run has taken, in bytes. */
export interface Growth {
  /** The most that the process grew by while it ran, with all garbage. */
  readonly peak: number;
  /** What is still held when it is over and the garbage is collected. */
  readonly kept: number;
}

/** How much the memory of this process grows while something runs. Needs `--expose-gc`. */
export async function growthOf(run: () => Promise<unknown>): Promise<Growth> {
  await collect();
  const rssBefore = process.memoryUsage.rss();
  const heldBefore = held();
  let peak = 0;
  const look = (): void => {
    const rss = process.memoryUsage.rss();
    // Both: what was once taken and is free again hides growth from the one, native code from the other.
    peak = Math.max(peak, rss - rssBefore, held() - heldBefore);
  };
  const timer = setInterval(look, 5);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  look();
  await collect();
  return { peak, kept: held() - heldBefore };
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function collect(): Promise<void> {
  if (gc === undefined) throw new Error("this needs --expose-gc");
  // What one collection finds others may have to wait for: handles that close in a later turn.
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
