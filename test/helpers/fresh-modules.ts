// Set-up of each file in projects whose files share a process (`isolate: false`), because starting a process takes
// longer than most of these files.
import { afterAll, expect, vi } from "vitest";

// Each file loads its own instances of all modules, as it would in a process of its own.
vi.resetModules();

const before = globals();

afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  const after = globals();
  const changed = [...before].filter(([name, value]) => !Object.is(after.get(name), value));
  expect(changed.map(([name]) => name)).toEqual([]);
});

/** Returns the values of all global variables, except those that Node creates when they are first read. */
function globals(): Map<string, unknown> {
  const all = Object.entries(Object.getOwnPropertyDescriptors(globalThis));
  const values = all.flatMap(([name, own]) => ("value" in own ? [[name, own.value] as const] : []));
  return new Map<string, unknown>(values);
}
