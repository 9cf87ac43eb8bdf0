// What a server meets when all its clients have lost it at the same moment, by a clock that is only counted.
import { WebSocket as PartySocket } from "partysocket";
import ReconnectingWebSocket from "reconnecting-websocket";
import { pauseAfter } from "../../src/reconnect/backoff.js";
import { DEFAULTS } from "../../src/reconnect/options.js";
import { Random } from "../../test/helpers/unit-random.js";

export const CLIENTS = 10_000;

/** What has happened to the server. */
export interface Scenario {
  readonly name: string;
  /** For how long it refuses, in milliseconds. */
  readonly down: number;
  /** What it told its clients, if it could. */
  readonly closeCode?: number;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "crashed, back at once", down: 0 },
  { name: "down for a minute", down: 60_000 },
  { name: "closed with 1012, back at once", down: 0, closeCode: 1012 },
];

/** Draws a client, which says how long it waits after each failure. */
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
    const [least, spread] = pauseAfter(
      failures,
      { ...DEFAULTS.backoff, min },
      DEFAULTS.retryAfterMax,
      details,
    );
    return least + spread * random.next();
  };

/** What both of the others have inside: their own waits, by what they are told of options and failures. */
interface Delaying {
  readonly prototype: { readonly _getNextDelay: (this: object) => number };
}

const published =
  (socket: unknown, draw: (random: Random) => object): Schedule =>
  (random) => {
    const _options = draw(random);
    const { _getNextDelay } = (socket as Delaying).prototype;
    return (failures) =>
      _getNextDelay.call({ _options, _retryCount: failures + 1, _debug: () => {} });
  };

export const CONTESTANTS: readonly Contestant[] = [
  { name: "wschan", schedule: wschan() },
  { name: 'wschan, min: "20s"', schedule: wschan(20_000) },
  { name: "partysocket", schedule: published(PartySocket, () => ({})) },
  {
    name: "reconnecting-websocket",
    // Its default is drawn once, on import: once in each client.
    schedule: published(ReconnectingWebSocket, (random) => ({
      minReconnectionDelay: 1_000 + random.next() * 4_000,
    })),
  },
];

/** When the clients arrive, in milliseconds since the server is back; in order. */
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

/** How many arrive in each bucket of so many milliseconds; `arrivals` are in order. */
export function bucketsOf(arrivals: readonly number[], width: number): number[] {
  const last = arrivals.at(-1) ?? 0;
  const buckets = new Array<number>(Math.floor(last / width) + 1).fill(0);
  for (const time of arrivals) (buckets[Math.floor(time / width)] as number)++;
  return buckets;
}

/** A row of the table. */
export interface Load {
  /** Arrivals in the busiest 100 ms. */
  readonly busiest: number;
  readonly firstSecond: number;
  /** When 99 % have come, in milliseconds. */
  readonly most: number;
  /** Arrivals per second between the first of them and the last. */
  readonly mean: number;
}

export function loadOf(arrivals: readonly number[]): Load {
  const [first, last] = [arrivals[0], arrivals.at(-1)] as [number, number];
  return {
    busiest: Math.max(...bucketsOf(arrivals, 100)),
    firstSecond: arrivals.filter((time) => time < 1_000).length,
    most: arrivals[Math.ceil(arrivals.length * 0.99) - 1] as number,
    mean: (arrivals.length * 1_000) / Math.max(last - first, 100),
  };
}
