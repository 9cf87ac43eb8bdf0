// @ts-check
import { setTimeout } from "node:timers/promises";

/** Returns the memory that this process uses, in bytes: V8's heap and its external memory. */
export function memoryInUse() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Collects garbage, and then returns {@link memoryInUse}. Collects several times, because closed handles
 * release their memory in later turns of the event loop.
 */
export async function memoryInUseAfterGc() {
  if (globalThis.gc === undefined) throw new Error("start this process with --expose-gc");
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await setTimeout(20);
  }
  globalThis.gc();
  return memoryInUse();
}
