import { microtask } from "../../time/clock.js";

/** A task for the end of the current turn of the event loop. */
export interface TurnEndTask {
  /** Must not throw, because the tasks of other connections follow. */
  onTurnEnd(): void;
}

/** Captured on import, so that fake timers that replace it later do not delay frames. */
const nextTick: (run: () => void) => void = /* @__PURE__ */ (() =>
  process.nextTick.bind(process))();

let tasks: TurnEndTask[] = [];
let connectionCount = 0;

/** Registers an open connection: while there is one, tasks also run when the process exits. */
export function flushOnExit(): void {
  if (connectionCount++ === 0) process.on("exit", endTurn);
}

/** Removes a connection that {@link flushOnExit} has registered. */
export function stopFlushingOnExit(): void {
  if (--connectionCount === 0) process.off("exit", endTurn);
}

/**
 * Runs a task after all microtasks of this turn, or when the process exits before that. In a turn that is
 * itself a microtask, `process.nextTick` would run it too early, so a microtask calls `process.nextTick`.
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
