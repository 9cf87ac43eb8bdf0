/** One row of a Markdown table: the text of the cells by lower-case column name. */
export type Row = Readonly<Record<string, string>>;

/** Parses the first table after a heading, which is given as its whole line: `## Options`. */
export function readTable(markdown: string, heading: string): Row[] {
  const lines = markdown.split("\n");
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`no heading "${heading}"`);
  const end = lines.findIndex((line, index) => index > start && /^#{1,2} /.test(line));
  const section = lines.slice(start + 1, end < 0 ? undefined : end);
  const first = section.findIndex((line) => line.startsWith("|"));
  if (first < 0) throw new Error(`no table below "${heading}"`);
  const after = section.findIndex((line, index) => index > first && !line.startsWith("|"));
  const [header, rule, ...rows] = section
    .slice(first, after < 0 ? undefined : after)
    .map(readCells);
  if (header === undefined || !rule?.every((cell) => /^:?-+:?$/.test(cell))) {
    throw new Error(`the table below "${heading}" has no header`);
  }
  return rows.map((cells) => {
    if (cells.length !== header.length)
      throw new Error(
        `table below "${heading}": ${cells.length} cells instead of ${header.length}: ${cells.join(" | ")}`,
      );
    return Object.fromEntries(
      header.map((name, index) => [name.toLowerCase(), cells[index] ?? ""]),
    );
  });
}

function readCells(line: string): string[] {
  // An escaped pipe is part of the cell's text.
  const cells = line.trim().split(/(?<!\\)\|/);
  return cells.slice(1, -1).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** Returns the texts in backticks of a cell. */
export function codesOf(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/**
 * Parses a cell of the column "default": `30 s`, `16 MiB`, `32`, `"auto"`, `true` or a name in
 * `constants`. Returns `undefined` for `off`, `none` and `the platform's`. Ignores backticks.
 */
export function parseDefault(cell: string, constants: Readonly<Record<string, unknown>>): unknown {
  const text = cell.replaceAll("`", "").trim();
  if (["off", "none", "the platform's"].includes(text)) return undefined;
  if (Object.hasOwn(constants, text)) return constants[text];
  if (/^(".*"|true|false|\d+)$/.test(text)) return JSON.parse(text);
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?) (\w+)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (amount === undefined || factor === undefined) throw new Error(`not a default: ${cell}`);
  return Number(amount) * factor;
}
