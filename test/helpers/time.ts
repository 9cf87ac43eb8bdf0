/** Factor of all times in tests. Set `WSCHAN_TIME_SCALE` to a larger one on a slow machine. */
export const SCALE = Number(process.env.WSCHAN_TIME_SCALE ?? 1);

/** Converts milliseconds of test time to real milliseconds. */
export function ms(n: number): number {
  return n * SCALE;
}
