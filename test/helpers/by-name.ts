/** Turns rows into the pairs of a test table. A title with `%s` shows the name of the row, without quotes. */
export function byName<Row extends { readonly name: string }>(
  rows: readonly Row[],
): readonly (readonly [string, Row])[] {
  return rows.map((row) => [row.name, row]);
}
