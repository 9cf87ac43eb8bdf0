// @ts-check
import { setTimeout } from "node:timers/promises";

/** What this process holds: V8's heap, and what stands beside it. */
export function held() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same after a collection; what handles hold is let go of in later turns. */
export async function heldForGood() {
  if (globalThis.gc === undefined) throw new Error("this needs --expose-gc");
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await setTimeout(20);
  }
  globalThis.gc();
  return held();
}
