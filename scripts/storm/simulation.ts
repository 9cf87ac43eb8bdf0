// Simulates how clients reconnect that have all lost their server at the same time, without waiting in real time.
import { WebSocket as PartySocket } from "partysocket";
import ReconnectingWebSocket from "reconnecting-websocket";
import { pauseAfter } from "../../src/reconnect/backoff.js";
import { DEFAULTS } from "../../src/reconnect/options.js";
import { Random } from "../../test/helpers/unit-random.js";

export const CLIENTS = 10_000;

/** An event by which a server loses all of its clients. */
export interface Scenario {
  readonly name: string;
  /** The time for which the server refuses connections, in milliseconds. */
  readonly down: number;
  /** The close code that its clients received; absent after a crash. */
  readonly closeCode?: number;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "crashed, back at once", down: 0 },
  { name: "down for a minute", down: 60_000 },
  { name: "closed with 1012, back at once", down: 0, closeCode: 1012 },
];

/** Makes a client with random properties: a function that returns its wait after each failure, in milliseconds. */
type Schedule = (random: Random) => (failures: number, closeCode?: number) => number;

export interface Contestant {
  readonly name: string;
  readonly schedule: Schedule;
}

const wschan =
  (min = DEFAULTS.backoff.min): Schedule =>
  (random) =>
  (failures, closeCode) => {
    const details = closeCode === undefined ? {} : { closeCode };
    const [minimum, jitter] = pauseAfter(
      failures,
      { ...DEFAULTS.backoff, min },
      DEFAULTS.retryAfterMax,
      details,
    );
    return minimum + jitter * random.next();
  };

/** The private method of the other libraries that computes the wait from the options and the number of failures. */
interface DelayingClass {
  readonly prototype: { readonly _getNextDelay: (this: object) => number };
}

/** The schedule of a published library, with the options that `draw` returns for each client. */
const published =
  (socket: unknown, draw: (random: Random) => object): Schedule =>
  (random) => {
    const _options = draw(random);
    const { _getNextDelay } = (socket as DelayingClass).prototype;
    return (failures) =>
      _getNextDelay.call({ _options, _retryCount: failures + 1, _debug: () => {} });
  };

export const CONTESTANTS: readonly Contestant[] = [
  { name: "wschan", schedule: wschan() },
  { name: 'wschan, min: "20s"', schedule: wschan(20_000) },
  { name: "partysocket", schedule: published(PartySocket, () => ({})) },
  {
    name: "reconnecting-websocket",
    // The library draws its default once, on import, which each client does once.
    schedule: published(ReconnectingWebSocket, (random) => ({
      minReconnectionDelay: 1_000 + random.next() * 4_000,
    })),
  },
];

/** Returns the sorted times at which the clients arrive, in milliseconds after the server is back. */
export function simulate({ schedule }: Contestant, { down, closeCode }: Scenario): number[] {
  const random = new Random(1);
  const arrivals = Array.from({ length: CLIENTS }, () => {
    const delayAfter = schedule(random);
    let time = delayAfter(0, closeCode);
    for (let failures = 1; time < down; failures++) time += delayAfter(failures);
    return time - down;
  });
  return arrivals.sort((a, b) => a - b);
}

/** Counts the arrivals, which are sorted, in intervals of `widthMs` milliseconds. */
export function bucketsOf(arrivals: readonly number[], widthMs: number): number[] {
  const last = arrivals.at(-1) ?? 0;
  const buckets = new Array<number>(Math.floor(last / widthMs) + 1).fill(0);
  for (const time of arrivals) (buckets[Math.floor(time / widthMs)] as number)++;
  return buckets;
}

/** A row of the table. */
export interface Load {
  /** Arrivals in the busiest 100 ms. */
  readonly busiest: number;
  readonly firstSecond: number;
  /** The time at which 99 % have arrived, in milliseconds. */
  readonly most: number;
  /** Arrivals per second between the first and the last arrival. */
  readonly mean: number;
}

/** Computes a row of the table from sorted arrivals. */
export function loadOf(arrivals: readonly number[]): Load {
  const [first, last] = [arrivals[0], arrivals.at(-1)] as [number, number];
  return {
    busiest: Math.max(...bucketsOf(arrivals, 100)),
    firstSecond: arrivals.filter((time) => time < 1_000).length,
    most: arrivals[Math.ceil(arrivals.length * 0.99) - 1] as number,
    mean: (arrivals.length * 1_000) / Math.max(last - first, 100),
  };
}
