import { onTestFinished } from "vitest";

/**
 * Collects the exceptions that are reported as uncaught until the test ends. Vitest does not count them as
 * failures then.
 */
export function collectUncaught(): unknown[] {
  const reported: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  const listener = (error: unknown): void => void reported.push(error);
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", listener);
  onTestFinished(() => {
    process.off("uncaughtException", listener);
    for (const one of listeners) process.on("uncaughtException", one);
  });
  return reported;
}
