import { held } from "./held.mjs";

/** What memory a run has taken, in bytes. */
export interface Growth {
  /** The most that the process grew by while it ran, with all garbage. */
  readonly peak: number;
  /** What is held for good when it is over. */
  readonly kept: number;
}

/**
 * How much the memory of this process grows while something runs; `slack` bytes for good are not worth a
 * wait. Needs `--expose-gc`.
 */
export async function growthOf(run: () => Promise<unknown>, slack: number): Promise<Growth> {
  const heldBefore = await collect(0);
  const rssBefore = process.memoryUsage.rss();
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
  return { peak, kept: (await collect(heldBefore + slack)) - heldBefore };
}

/** Collects garbage until no more than this is held: handles close, and let go, in later turns. */
async function collect(goal: number): Promise<number> {
  if (gc === undefined) throw new Error("this needs --expose-gc");
  for (let i = 0; i < ROUNDS; i++) {
    gc();
    if (held() <= goal) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return held();
}

/** As many as a loaded machine may need to be through with what was under way. */
const ROUNDS = 200;
