/** The part of Deno that the test uses. Deno has its own types, which this file replaces for editors without them. */
declare const Deno: { test(name: string, run: () => Promise<void>): void };
