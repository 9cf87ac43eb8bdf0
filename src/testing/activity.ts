/** Counts the steps of in-memory connections and of a clock's timers, so that a clock notices when all is quiet. */
export const activity = { count: 0 };
