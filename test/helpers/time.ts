/** What all times of the tests are multiplied by: raise `WSCHAN_TIME_SCALE` on a slow machine. */
export const SCALE = Number(process.env.WSCHAN_TIME_SCALE ?? 1);

/** `n` milliseconds of test time. */
export function ms(n: number): number {
  return n * SCALE;
}
