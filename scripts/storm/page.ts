import { bucketsOf, CLIENTS, CONTESTANTS, loadOf, SCENARIOS, simulate } from "./simulation.js";

/** The place of the table in docs/guide/reconnecting.md. */
const TABLE = /(?<=<!-- Written by `npm run storm`. -->\n).*(?=<!-- That was it. -->)/s;

/** Returns the text of docs/guide/reconnecting.md with a new table. */
export function withTable(page: string): string {
  return page.replace(TABLE, () => `\n${renderTable()}\n\n`);
}

function renderTable(): string {
  const rows = SCENARIOS.flatMap((scenario) =>
    CONTESTANTS.map((contestant, i) => {
      const { busiest, firstSecond, most, mean } = loadOf(simulate(contestant, scenario));
      return [
        i === 0 ? scenario.name : "",
        contestant.name.replace(/min.*/, "`$&`"),
        count(busiest),
        count(firstSecond),
        `${(most / 1_000).toFixed(1)} s`,
        count(mean),
      ];
    }),
  );
  const header = [
    "the server",
    "client",
    "busiest 100 ms",
    "first second",
    "99 % have tried",
    "mean per second",
  ];
  return renderAligned([header, ...rows]);
}

/** Renders a Markdown table as Prettier formats it. */
function renderAligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[], filler = " "): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0, filler)).join(" | ")} |`;
  const [header = [], ...body] = rows;
  return [
    line(header),
    line(
      header.map(() => ""),
      "-",
    ),
    ...body.map((row) => line(row)),
  ].join("\n");
}

function count(n: number): string {
  return Math.round(n).toLocaleString("en");
}

const PANEL = { width: 250, height: 70 };
const GAP = { left: 170, between: 20, top: 40, below: 44 };
/** The time that the plot shows, and the width of a bar. */
const SPAN_MS = 32_000;
const BUCKET_MS = 250;

/** Renders the plot: one row for each client library, one column for each scenario. */
export function renderPlot(): string {
  const columns = SCENARIOS.length;
  const width = GAP.left + columns * (PANEL.width + GAP.between);
  const height = GAP.top + CONTESTANTS.length * (PANEL.height + GAP.below);
  const panels = SCENARIOS.flatMap((scenario, column) =>
    CONTESTANTS.map((contestant, row) => {
      const x = GAP.left + column * (PANEL.width + GAP.between);
      const y = GAP.top + row * (PANEL.height + GAP.below);
      return `<g transform="translate(${x} ${y})">${renderPanel(simulate(contestant, scenario))}</g>`;
    }),
  );
  const titles = SCENARIOS.map(({ name }, column) =>
    text(GAP.left + column * (PANEL.width + GAP.between), 20, name),
  );
  const names = CONTESTANTS.map(({ name }, row) =>
    text(10, GAP.top + row * (PANEL.height + GAP.below) + PANEL.height / 2, name),
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<title>Arrivals of ${count(CLIENTS)} clients, in 32 seconds, on a scale of powers of ten</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...titles,
    ...names,
    ...panels,
    "</svg>",
  ].join("\n")}\n`;
}

/** Renders a bar chart of arrivals over time, with a logarithmic scale. */
function renderPanel(arrivals: readonly number[]): string {
  const { width, height } = PANEL;
  const step = (width * BUCKET_MS) / SPAN_MS;
  const scale = height / Math.log10(CLIENTS);
  const bars = bucketsOf(arrivals, BUCKET_MS).map((n, i) => {
    const bar = n === 0 ? 0 : Math.max(Math.log10(n) * scale, 1);
    return `M${(i * step).toFixed(1)} ${height}v${(-bar).toFixed(1)}h${step.toFixed(1)}v${bar.toFixed(1)}`;
  });
  const seconds = [0, 10, 20, 30].map((s) =>
    text((s * 1_000 * width) / SPAN_MS, height + 15, s === 0 ? "0" : `${s} s`, 'fill="#777"'),
  );
  const { busiest } = loadOf(arrivals);
  return [
    `<path d="${bars.filter((bar) => !bar.includes("v-0.0")).join("")}" fill="#2a6fbb"/>`,
    `<path d="M0 ${height}h${width}" stroke="#999"/>`,
    text(width, 2, `busiest 100 ms: ${count(busiest)}`, 'fill="#777" text-anchor="end"'),
    ...seconds,
  ].join("");
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x}" y="${y}" ${attributes}>${content.replaceAll('"', "&quot;")}</text>`;
}
