import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "./root.js";

/** Returns the TypeScript examples of a page. Those in `tsx` are React components. */
export function examplesOf(page: string, language: "ts" | "tsx" = "ts"): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm");
  return [...page.matchAll(pattern)].map(([, block = ""]) => block);
}

/** Compiles examples, each as a module of its own, and returns the problems. */
export function problemsOf(examples: readonly string[], language: "ts" | "tsx" = "ts"): string[] {
  // Below the root, so that the name of the package and the types of Node are found.
  const dir = mkdtempSync(join(ROOT, "node_modules/.docs-"));
  try {
    const files = examples.map((_, index) => join(dir, `${index}.${language}`));
    for (const [index, path] of files.entries()) writeFileSync(path, examples[index] as string);
    const read = (path: string): string | undefined => ts.sys.readFile(path);
    const tsconfig = ts.readConfigFile(join(ROOT, "tsconfig.json"), read);
    const { options } = ts.parseJsonConfigFileContent(tsconfig.config, ts.sys, ROOT);
    const program = ts.createProgram(files, {
      ...options,
      jsx: ts.JsxEmit.ReactJSX,
      noUnusedLocals: false,
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
