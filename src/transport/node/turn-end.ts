import { microtask } from "../../time/clock.js";

/** A connection that has bytes to write, or to stop reading, when the current turn of the event loop ends. */
export interface TurnEndTask {
  /** Must not throw: the tasks of other connections follow. */
  onTurnEnd(): void;
}

/** Captured on import: fake timers that replace it later must not hold back frames. */
const nextTick: (run: () => void) => void = /* @__PURE__ */ (() =>
  process.nextTick.bind(process))();

let tasks: TurnEndTask[] = [];
let connections = 0;

/** A connection has opened: until `stopFlushingOnExit`, tasks run when the process exits. */
export function flushOnExit(): void {
  if (connections++ === 0) process.on("exit", endTurn);
}

/** A connection that called `flushOnExit` has ended. */
export function stopFlushingOnExit(): void {
  if (--connections === 0) process.off("exit", endTurn);
}

/**
 * Runs the task once all microtasks of this turn are done, or when the process exits before that. A tick
 * alone would run too early where the turn itself is a microtask, so a microtask schedules the tick.
 */
export function atTurnEnd(task: TurnEndTask): void {
  if (tasks.push(task) === 1) microtask(scheduleTick);
}

function scheduleTick(): void {
  nextTick(endTurn);
}

function endTurn(): void {
  const due = tasks;
  tasks = [];
  for (const task of due) task.onTurnEnd();
}
