import { current } from "./settings.js";

/**
 * Stands for what your code does with a message: resolves after the time that the visitor has chosen under "Time per
 * message".
 */
export async function work(): Promise<void> {
  if (current.work > 0) await new Promise((resolve) => setTimeout(resolve, current.work));
}
