// @ts-check
// Rounds and ratios. Uses no API of Node, because pages import it as well.

/** The number of uncounted rounds at the beginning, in which the engine optimizes the code. */
export const WARM_UP = 3;

/**
 * Runs all contestants round by round in the same order, so that each has been idle for the same time. A
 * contestant that runs twice in a row is slower the second time, by up to a quarter.
 *
 * @template T
 * @param {readonly string[]} contestants
 * @param {number} rounds
 * @param {(contestant: string) => Promise<T>} runOnce
 * @returns {Promise<Record<string, T[]>>} the results of each contestant, by round
 */
export async function takeTurns(contestants, rounds, runOnce) {
  /** @type {Record<string, T[]>} */
  const samples = Object.fromEntries(contestants.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of contestants) samples[name]?.push(await runOnce(name));
  }
  return samples;
}

/**
 * The median, the minimum and the maximum of some values.
 *
 * @typedef {{ median: number, low: number, high: number }} Spread
 */

/**
 * Computes the spread of values.
 *
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? NaN;
  const last = sorted.length - 1;
  return { median: (at(last >> 1) + at((last + 1) >> 1)) / 2, low: at(0), high: at(last) };
}

/**
 * Divides the values of the peer by those of wschan, round by round, and returns the spread of the quotients.
 *
 * @param {readonly number[]} peer
 * @param {readonly number[]} ours
 */
export function ratio(peer, ours) {
  return spread(peer.map((value, round) => value / (ours[round] ?? NaN)));
}
