import { MessageChannel } from "node:worker_threads";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { TestClock } from "../../src/testing/node.js";
import { fastTurn } from "../../src/testing/fast-turn.js";
import { after } from "../../src/node.js";
import { platformTurn } from "../../src/time/clock.js";

/** A `MessageChannel` whose ports are closed at the end of the test, because they keep a process alive. */
class TestChannel extends MessageChannel {
  constructor() {
    super();
    onTestFinished(() => this.port1.close());
  }
}

/** Calls `run` with the globals of a platform without `setImmediate`. */
function withoutSetImmediate<T>(globals: Readonly<Record<string, unknown>>, run: () => T): T {
  const hidden = { setImmediate: undefined, MessageChannel: undefined };
  for (const [name, value] of Object.entries({ ...hidden, ...globals })) vi.stubGlobal(name, value);
  try {
    return run();
  } finally {
    vi.unstubAllGlobals();
  }
}

afterEach(() => void vi.unstubAllGlobals());

const PLATFORMS = [
  ["Node", () => fastTurn()],
  ["Jest with jsdom", () => withoutSetImmediate({}, fastTurn)],
  [
    "a browser",
    () =>
      withoutSetImmediate(
        { process: undefined, document: {}, MessageChannel: TestChannel },
        fastTurn,
      ),
  ],
] as const;

test.each(PLATFORMS)("in %s turns run in order, after microtasks", async (_, create) => {
  const turn = create();
  const log: string[] = [];
  turn(() => log.push("first turn"));
  turn(() => log.push("second turn"));
  const microtasks = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) await Promise.resolve();
    log.push("microtasks");
  };
  void microtasks();
  log.push("call");
  await new Promise<void>((resolve) => turn(resolve));
  expect(log).toEqual(["call", "microtasks", "first turn", "second turn"]);
});

test.each(PLATFORMS.slice(1))("in %s a turn takes no timer", async (_, create) => {
  const turn = create();
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  await new Promise<void>((resolve) => turn(resolve));
});

test("workerd, which has no document, uses the turns of the core", () => {
  const globals = { process: undefined, MessageChannel: TestChannel };
  expect(withoutSetImmediate(globals, fastTurn)).toBe(platformTurn);
});

test("a platform that has nothing better uses the turns of the core", () => {
  const turn = withoutSetImmediate({ process: undefined }, fastTurn);
  expect(turn).toBe(fastTurn());
});

test("a clock works with a MessageChannel", async () => {
  const globals = { process: undefined, MessageChannel: TestChannel };
  const clock = withoutSetImmediate(globals, () => new TestClock());
  onTestFinished(() => clock.dispose());
  const received = after("1h").receive();
  await clock.advance("1h");
  expect((await received).ok).toBe(true);
});
