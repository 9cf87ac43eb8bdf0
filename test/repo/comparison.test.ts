import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { byEsbuild, formatSize, gzipSize } from "../helpers/size.mjs";
import { readTable } from "../helpers/tables.js";
import type { Row } from "../helpers/tables.js";
import { ms } from "../helpers/time.js";

/** The columns, with the package of each. The platform's class has none. */
const COLUMNS = {
  wschan: undefined,
  "`WebSocket`": undefined,
  "`ws`": "ws",
  "reconnecting-websocket": "reconnecting-websocket",
  partysocket: "partysocket",
  "rxjs/webSocket": "rxjs",
  "socket.io-client": "socket.io-client",
} as const;

type Column = keyof typeof COLUMNS;

const GROUPS = ["Receiving", "Connecting", "Staying connected", "Sending", "Errors", "Project"];

const page = readFileSync(join(ROOT, "docs/comparison.md"), "utf8");
const [, sources = ""] = page.split(/^## Sources$/m);

/** The source notes by the name of their row. */
const notes = new Map(
  sources
    .split(/^### /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf("\n")), part] as const),
);

const rows = GROUPS.flatMap((group) => readTable(page, `## ${group}`)).map((row) => ({
  name: /^\[(.*)\]\(#.*\)$/.exec(row.ability ?? "")?.[1] ?? "",
  link: /\(#(.*)\)$/.exec(row.ability ?? "")?.[1] ?? "",
  row,
}));

/** Returns the cell of a column. */
const cellOf = (row: Row | undefined, column: Column): string =>
  row?.[column.toLowerCase()] ?? "no such cell";

const rowOf = (name: string): Row | undefined => rows.find((one) => one.name === name)?.row;

/** Reads a package.json below `node_modules`, or that of this package. */
const manifestOf = (name: string | undefined) =>
  JSON.parse(
    readFileSync(join(ROOT, name ? `node_modules/${name}/package.json` : "package.json"), "utf8"),
  ) as { readonly version: string; readonly dependencies?: Readonly<Record<string, string>> };

describe("each row", () => {
  test("has its own source note, and each note a row", () => {
    expect(rows.map(({ name }) => name)).toEqual([...notes.keys()]);
    expect(rows.length).toBeGreaterThan(25);
  });

  test.each(rows)("links to its note: $name", ({ name, link }) => {
    const anchor = name.toLowerCase().replaceAll(/[^\w\- ]/g, "");
    expect(link).toBe(anchor.replaceAll(" ", "-"));
  });

  test.each(rows)("has a cell and a source for every column: $name", ({ name, row }) => {
    const owners = [...(notes.get(name) ?? "").matchAll(/^- \*\*(.+?)\*\*: \S/gm)]
      .flatMap(([, names = ""]) => names.split(", "))
      .sort();
    expect(owners).toEqual(Object.keys(COLUMNS).sort());
    for (const column of Object.keys(COLUMNS) as Column[]) {
      expect(cellOf(row, column), column).not.toMatch(/^$|no such cell/);
    }
  });
});

describe("each source", () => {
  const tests = [...sources.matchAll(/`((?:test|e2e)\/[^`]+)` "([^"]+)"/g)];

  test("of wschan that is a test is named by its file and title", () => {
    // Sizes, dependencies and times are computed below, and a few rows are not about the code.
    const untested = [...notes].filter(([, note]) => {
      const [line = ""] = /^- \*\*wschan.*$/m.exec(note) ?? [];
      return !/`(?:test|e2e)\/[^`]+\.ts`/.test(line);
    });
    expect(untested.map(([name]) => name)).toEqual([
      "Server",
      "HTTP fallback, rooms, namespaces",
      "Version",
    ]);
    expect(tests.length).toBeGreaterThan(30);
  });

  test.each(tests.map(([, file = "", title = ""]) => ({ file, title })))(
    "names a test that exists: $file $title",
    ({ file, title }) => {
      expect(readFileSync(join(ROOT, file), "utf8")).toContain(JSON.stringify(title));
    },
  );

  const quotes = [...sources.matchAll(/`([\w.-]+\/[^`\s]+)` \(((?:`[^`]+`(?:, )?)+)\)/g)];

  test.each(
    quotes.flatMap(([, file = "", words = ""]) =>
      [...words.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => ({ file, word })),
    ),
  )("quotes a file that has these words: $file $word", ({ file, word }) => {
    // Manifests are searched for names of their fields.
    const text = readFileSync(join(ROOT, "node_modules", file), "utf8");
    expect(text).toContain(word);
  });

  test("of the packages is quoted in most rows", () => {
    expect(quotes.length).toBeGreaterThan(80);
  });
});

describe("each version", () => {
  const versions = readTable(page, "## Sources");

  test.each(versions)("is the installed one: $package", (row) => {
    const name = (row.package ?? "").replaceAll("`", "");
    expect(row.version).toBe(manifestOf(name).version);
  });

  test("of a quoted package is listed", () => {
    const listed = versions.map((row) => (row.package ?? "").replaceAll("`", ""));
    const quoted = [...page.matchAll(/`([\w.-]+)\/[^`\s]*\.(?:m?js|json|ts|md)`/g)]
      .map(([, name = ""]) => name)
      .filter((name) => existsSync(join(ROOT, "node_modules", name)) && name !== "test");
    expect([...new Set(quoted)].filter((name) => !listed.includes(name))).toEqual([]);
  });

  test.each(Object.entries(COLUMNS) as [Column, string | undefined][])(
    "in the row of versions is the installed one: %s",
    (column, name) => {
      const version = column === "`WebSocket`" ? "–" : manifestOf(name).version;
      expect(cellOf(rowOf("Version"), column)).toBe(version);
    },
  );
});

describe("a measured cell", () => {
  /** The largest difference between a stated and a measured size, in bytes: versions of zlib differ by less. */
  const SIZE_TOLERANCE = 100;

  /** The bytes of a cell such as "11.9 kB; reconnecting 19.0 kB". */
  const statedSizes = (column: Column): number[] =>
    [...cellOf(rowOf("Size in a page"), column).matchAll(/([\d.]+) kB/g)].map(
      ([, size]) => Number(size) * 1_000,
    );

  test.each<[Column, string[]]>([
    [
      "wschan",
      [`export { connect } from "wschan";`, `export { reconnecting } from "wschan/reconnect";`],
    ],
    ["reconnecting-websocket", [`export { default } from "reconnecting-websocket";`]],
    ["partysocket", [`export { WebSocket } from "partysocket";`]],
    ["rxjs/webSocket", [`export { webSocket } from "rxjs/webSocket";`]],
    ["socket.io-client", [`export { io } from "socket.io-client";`]],
  ])("states the size of %s", { timeout: ms(30_000) }, async (column, scripts) => {
    const stated = statedSizes(column);
    expect(stated).toHaveLength(scripts.length);
    for (const [index, script] of scripts.entries()) {
      const bytes = gzipSize(await byEsbuild(ROOT, script));
      // The page rounds up, as formatSize does.
      const difference = (stated[index] ?? NaN) - bytes;
      expect(difference, formatSize(bytes)).toBeGreaterThan(-SIZE_TOLERANCE);
      expect(difference, formatSize(bytes)).toBeLessThan(2 * SIZE_TOLERANCE);
    }
  });

  test.each(Object.entries(COLUMNS).filter(([column]) => column !== "`WebSocket`"))(
    "states the number of dependencies of %s",
    (column, name) => {
      const { dependencies = {} } = manifestOf(name);
      const count = String(Object.keys(dependencies).length);
      expect(cellOf(rowOf("Dependencies"), column as Column)).toBe(count);
    },
  );

  /** The columns of the tables of docs/PERFORMANCE.md. */
  const PEERS: readonly [Column, string][] = [
    ["`WebSocket`", "node's `websocket`"],
    ["`ws`", "bare `ws`"],
    ["reconnecting-websocket", "`reconnecting-websocket`"],
    ["partysocket", "`partysocket`"],
    ["rxjs/webSocket", "`rxjs/websocket`"],
  ];

  test.each([
    ["Time to receive 1 KiB binary, in Node", "## Receiving", "receive 1 KiB binary"],
    ["Time to send 64 B text, in Node", "## Sending", "send 64 B text, un-awaited"],
  ])("has the median of docs/PERFORMANCE.md: %s", (name, heading, workload) => {
    const performance = readFileSync(join(ROOT, "docs/PERFORMANCE.md"), "utf8");
    const measured = readTable(performance, heading).find((row) => row.workload === workload);
    for (const [column, peer] of PEERS) {
      const [median] = (measured?.[peer] ?? "not measured").split(" ");
      expect(cellOf(rowOf(name), column), column).toBe(median);
    }
    expect(cellOf(rowOf(name), "wschan")).toBe("1");
  });
});
