import { afterEach, describe, expect, test, vi } from "vitest";
import { nextTurn } from "../../../../src/time/clock.js";
import {
  atTurnEnd,
  flushOnExit,
  stopFlushingOnExit,
} from "../../../../src/transport/node/turn-end.js";
import { microtasks } from "../../../helpers/failure.js";
import { checkLeaks } from "../../../helpers/leaks.js";

checkLeaks();

// Captured here, because fake timers replace the global.
const { setImmediate } = globalThis;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const log: string[] = [];
const task = (name: string): { onTurnEnd(): void } => ({ onTurnEnd: () => log.push(name) });

afterEach(() => {
  vi.useRealTimers();
  log.length = 0;
});

describe("the end of a turn", () => {
  test("comes after all pending microtasks and ticks, and before the next turn", async () => {
    const chain = async (): Promise<void> => {
      await microtasks();
      log.push("microtasks");
    };
    nextTurn(() => log.push("next turn"));
    process.nextTick(() => log.push("tick"));
    atTurnEnd(task("end"));
    void chain();
    expect(log).toEqual([]);
    await turn();
    expect(log.slice(0, -2).sort()).toEqual(["microtasks", "tick"]);
    expect(log.slice(-2)).toEqual(["end", "next turn"]);
  });

  test("comes after all microtasks if it is requested in a microtask", async () => {
    await microtasks();
    atTurnEnd(task("end"));
    await microtasks();
    expect(log).toEqual([]);
    await turn();
    expect(log).toEqual(["end"]);
  });

  test("runs the tasks of all connections once, in order", async () => {
    for (const name of ["a", "b", "c"]) atTurnEnd(task(name));
    await turn();
    expect(log).toEqual(["a", "b", "c"]);
    await turn();
    expect(log).toHaveLength(3);
    atTurnEnd(task("d"));
    await turn();
    expect(log).toEqual(["a", "b", "c", "d"]);
  });

  test("that a task requests is the next one", async () => {
    atTurnEnd({
      onTurnEnd() {
        log.push("first");
        atTurnEnd(task("second"));
      },
    });
    atTurnEnd(task("other"));
    await turn();
    await turn();
    expect(log).toEqual(["first", "other", "second"]);
  });
});

test("fake timers that are installed after the import delay no task", async () => {
  vi.useFakeTimers({ toFake: ["queueMicrotask", "setImmediate", "clearImmediate", "setTimeout"] });
  // Jest fakes `nextTick` like this; Vitest can fake it only in threads.
  const nextTick = vi.spyOn(process, "nextTick").mockImplementation(() => {});
  atTurnEnd(task("end"));
  nextTurn(() => log.push("next turn"));
  await turn();
  nextTick.mockRestore();
  expect(log).toEqual(["end", "next turn"]);
  expect(vi.getTimerCount()).toBe(0);
});

describe("the exit of the process", () => {
  const exitListeners = (): NodeJS.ExitListener[] => process.listeners("exit");
  const before = exitListeners();
  const own = (): NodeJS.ExitListener[] =>
    exitListeners().filter((listener) => !before.includes(listener));

  test("has one listener while a connection is open", () => {
    expect(own()).toHaveLength(0);
    flushOnExit();
    flushOnExit();
    expect(own()).toHaveLength(1);
    stopFlushingOnExit();
    expect(own()).toHaveLength(1);
    stopFlushingOnExit();
    expect(own()).toHaveLength(0);
    flushOnExit();
    expect(own()).toHaveLength(1);
    stopFlushingOnExit();
    expect(own()).toHaveLength(0);
  });

  test("runs the pending tasks of the turn's end, at once and only once", async () => {
    flushOnExit();
    atTurnEnd(task("end"));
    own()[0]?.call(process, 0);
    expect(log).toEqual(["end"]);
    await turn();
    expect(log).toEqual(["end"]);
    stopFlushingOnExit();
  });
});
