import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../helpers/root.js";

const readText = (path: string) => readFileSync(join(ROOT, path), "utf8");

const manifest = JSON.parse(readText("package.json")) as {
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
};

/** Returns the scripts that a text runs by `npm run <name>` or `npm test`. */
function scriptsIn(text: string): string[] {
  const names = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(test)\b)/g)];
  return [...new Set(names.map(([, name, test]) => name ?? test ?? ""))];
}

describe("CONTRIBUTING.md", () => {
  const text = readText("CONTRIBUTING.md");

  test("names only scripts that exist in package.json", () => {
    const names = scriptsIn(text);
    expect(names).toEqual(expect.arrayContaining(["check", "dev", "coverage", "demo", "test"]));
    expect(names.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  test("names each project of the test suite", () => {
    const config = readText("vitest.config.ts");
    const projects = [...config.matchAll(/^ +(?:project|browser)\("(\w+)"/gm)].map(
      ([, name = ""]) => name,
    );
    expect(projects).toEqual(expect.arrayContaining(["unit", "webkit", "e2e"]));
    expect(projects.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

test(".ci/run runs exactly npm ci and npm test", () => {
  const lines = readText(".ci/run").split("\n");
  expect(lines.filter((line) => line.startsWith("npm "))).toEqual(["npm ci", "npm test"]);
  const rest = lines.filter((line) => !/^(npm |#|set |cd |export CI=true$|$)/.test(line));
  expect(rest).toEqual([]);
});

test(".nvmrc names the oldest version of Node that engines allows", () => {
  const version = readText(".nvmrc").trim();
  expect(version).toMatch(/^\d+$/);
  expect(manifest.engines.node).toBe(`>=${version}`);
});

describe("the workflows", () => {
  const ci = readText(".github/workflows/ci.yml");

  test("test on Node 20, 22, 24 and 26, wherever they run", () => {
    const matrices = [...ci.matchAll(/^ +node: (.*)$/gm)].map(([, versions]) => versions);
    expect(matrices).toEqual(["[20, 22, 24, 26]", "[20, 22, 24, 26]"]);
  });

  test("run .ci/run and the tests of the site on Linux, and unit and transport tests elsewhere", () => {
    const commands = [...ci.matchAll(/^ +- run: (.*)$/gm)].map(([, command]) => command);
    const elsewhere = ["npm ci", "npm run test:unit", "npm run test:transport"];
    expect(commands).toEqual([".ci/run", "npm run test:site", ...elsewhere]);
    expect(ci).toContain("os: [macos-latest, windows-latest]");
  });

  test("run only scripts that exist in package.json", () => {
    const folder = ".github/workflows";
    const texts = readdirSync(join(ROOT, folder)).map((name) => readText(join(folder, name)));
    const commands = texts.flatMap((text) =>
      [...text.matchAll(/(?:run|version|publish): (npm .*)$/gm)].map(([, command = ""]) => command),
    );
    const names = commands.flatMap(scriptsIn);
    expect(names).toEqual(expect.arrayContaining(["release:publish", "release:version"]));
    expect(names.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});
