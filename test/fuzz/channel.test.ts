import fc from "fast-check";
import { afterEach, describe, test, vi } from "vitest";
import { Channel } from "../../src/channel/channel.js";
import { select } from "../../src/channel/select.js";
import { explore, RUNS, SEED } from "../helpers/fuzz.js";
import { conclude } from "../helpers/outcome.js";
import { startClock } from "../helpers/unit-clock.js";
import { Random } from "../helpers/unit-random.js";
import { calls, ends, pauses, settings, World } from "./channel-world.js";
import type { Setting } from "./channel-world.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a program in a new world with a fake clock. */
async function inWorld(
  setting: Setting,
  program: (world: World) => Promise<void>,
): Promise<ReadonlySet<string>> {
  startClock();
  try {
    const world = new World(setting);
    await program(world);
    await world.finish();
    return world.kinds;
  } finally {
    vi.useRealTimers();
  }
}

const MEETS = [
  "ABORTED",
  "CHANNEL_CLOSED",
  "CHANNEL_TIMEOUT",
  "INVALID_OPTION",
  "RECEIVE_TIMEOUT",
  "default",
  "drained",
  "received",
  "sent",
];

describe("channels, select and timers behave like those of Go", () => {
  test("for calls in any order, in one turn of the event loop or in several", (context) =>
    explore(context, {
      claim: "each call settles as in the model, and no waiter remains",
      runs: 6000,
      given: fc.record({
        setting: settings,
        steps: fc.array(
          fc.oneof(
            { weight: 12, arbitrary: calls },
            { weight: 4, arbitrary: pauses },
            { weight: 1, arbitrary: ends },
          ),
          { maxLength: 60, size: "max" },
        ),
      }),
      meets: MEETS,
      check: ({ setting, steps }) =>
        inWorld(setting, async (world) => {
          for (const step of steps) {
            // A call may wait, and the program continues meanwhile.
            const taken = world.step(step);
            if (step.do !== "call") await taken;
          }
        }),
    }));

  test("for concurrent tasks that await their calls, in any schedule", (context) =>
    explore(context, {
      claim: "each call settles as in the model, and no waiter remains",
      runs: 4000,
      given: fc.record({
        setting: settings,
        tasks: fc.array(
          fc.array(fc.oneof({ weight: 20, arbitrary: calls }, { weight: 1, arbitrary: ends }), {
            maxLength: 12,
            size: "max",
          }),
          { minLength: 2, maxLength: 6, size: "max" },
        ),
        scheduler: fc.scheduler(),
      }),
      meets: MEETS,
      check: ({ setting, tasks, scheduler }) =>
        inWorld(setting, async (world) => {
          const run = async (task: (typeof tasks)[number]): Promise<void> => {
            for (const step of task) {
              await scheduler.schedule(Promise.resolve());
              await world.step(step);
            }
          };
          tasks.forEach((task) => void run(task));
          // Wait until all tasks have finished or wait for each other.
          await scheduler.waitIdle();
        }),
    }));
});

describe("select", () => {
  /**
   * Values that chi-square exceeds with a probability of one in a million, by the number of degrees of
   * freedom (from R's `qchisq`).
   */
  const CRITICAL_VALUES = [0, 23.93, 27.63, 30.66, 33.38, 35.89, 38.26, 40.52];

  test.for([2, 3, 5, 8])("chooses each of %i ready cases equally often", async (count, context) => {
    const random = new Random(SEED + count);
    vi.spyOn(Math, "random").mockImplementation(() => random.next());
    const draws = 10_000 * RUNS;
    const idle = new Channel<number>();
    const roomy = new Channel<number>(2 ** 32 - 1);
    const drained = new Channel<number>();
    drained.close();
    // Every other case is not ready.
    const cases = Array.from({ length: count }, (_, i) => [
      idle.caseReceive(),
      i % 2 === 0 ? drained.caseReceive() : roomy.caseSend(i),
    ]).flat();
    const seen = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const { index } = await select(cases);
      seen.set(index, (seen.get(index) ?? 0) + 1);
    }
    const wanted = draws / count;
    const chiSquare = [...seen.values()].reduce((sum, n) => sum + (n - wanted) ** 2 / wanted, 0);
    const isEven = chiSquare < (CRITICAL_VALUES[count - 1] as number);
    conclude(context, {
      cases: draws,
      expected: `${count} ready cases chosen, equally often`,
      happened: `${seen.size} ready cases chosen, ${isEven ? "equally often" : `chi-square ${chiSquare}`}`,
    });
  });
});
