// @ts-check
// `npm run check:dist`: fails unless dist/ consists of exactly the files that a build of src/ makes. Builds in memory,
// and does not use git. Source maps are not committed, so they are written instead of compared.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { loadConfigFile } from "rollup/loadConfigFile";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** Builds src/ in memory. Returns the files by their paths in dist/. */
async function build() {
  /** @type {Map<string, string | Uint8Array>} */
  const files = new Map();
  const { options } = await loadConfigFile("rollup.config.mjs", {});
  for (const config of options) {
    const bundle = await rollup(config);
    for (const output of config.output) {
      const result = await bundle.generate(output);
      for (const file of result.output) {
        const path = join(output.dir ?? dirname(output.file ?? ""), file.fileName);
        files.set(relative("dist", path), file.type === "chunk" ? file.code : file.source);
      }
    }
    await bundle.close();
  }
  return files;
}

/** Returns the paths of the files in dist/. */
async function list() {
  const entries = await readdir("dist", { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return new Set(files.map((entry) => relative("dist", join(entry.parentPath, entry.name))));
}

const [built, found] = await Promise.all([build(), list()]);
const problems = [...found].flatMap((name) =>
  built.has(name) ? [] : [`dist/${name}: no build makes this file`],
);
for (const [name, content] of built) {
  if (name.endsWith(".map")) await writeFile(join("dist", name), content);
  else if (!found.has(name)) problems.push(`dist/${name}: missing`);
  else if (!Buffer.from(content).equals(await readFile(join("dist", name)))) {
    problems.push(`dist/${name}: differs from the build of src/`);
  }
}
if (problems.length > 0) {
  console.error([...problems, "Run `npm run build` and commit dist/."].join("\n"));
  process.exitCode = 1;
}
