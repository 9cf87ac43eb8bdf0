// @ts-check
// Rounds and ratios. It knows nothing of Node, so that pages use it as well.

/** Rounds that go before those that count, until the optimizer is done. */
export const WARM_UP = 3;

/**
 * Runs all contestants round by round, in the same order: so each has rested as long. Who goes twice in a
 * row is slower the second time, by up to a quarter.
 *
 * @template T
 * @param {readonly string[]} contestants
 * @param {number} rounds
 * @param {(contestant: string) => Promise<T>} runOnce
 * @returns {Promise<Record<string, T[]>>} what came of each, by round
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
 * The median of some values, and the least and the greatest of them.
 *
 * @typedef {{ median: number, low: number, high: number }} Spread
 */

/**
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
 * How often one goes into the other, round by round.
 *
 * @param {readonly number[]} peer
 * @param {readonly number[]} ours
 */
export function ratio(peer, ours) {
  return spread(peer.map((value, round) => value / (ours[round] ?? NaN)));
}
