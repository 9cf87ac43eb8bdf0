// @ts-check
import { setTimeout } from "node:timers/promises";

/** Returns the memory of this process in bytes: V8's heap and its external memory. */
export function held() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Returns the same after garbage collections. There are several, because closed handles release their
 * memory in later turns of the event loop.
 */
export async function heldForGood() {
  if (globalThis.gc === undefined) throw new Error("this needs --expose-gc");
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await setTimeout(20);
  }
  globalThis.gc();
  return held();
}
