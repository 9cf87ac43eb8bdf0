/** Counter of the steps of in-memory connections and timers. A clock detects by it that nothing happens any more. */
export const activity = { count: 0 };
