import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { ROOT } from "./root.js";

/** A code block of a page, as a module. */
export interface CodeBlock {
  /** The path of the page, and the line on which the block begins. */
  readonly where: string;
  /** The name of the file that other blocks of the page import, or a number. */
  readonly file: string;
  /** The code that readers see. */
  readonly code: string;
  /** Code before it that they do not see: `declare`s the names that the block takes from a reader's program. */
  readonly prelude: string;
  /** True if the block is marked `run`: it must end by itself, and print what its comments say. */
  readonly isRunnable: boolean;
}

/** A comment `<!-- with ... -->` or `<!-- as name.tsx -->` directly before a fence, and the fenced block. */
const BLOCK =
  /(?:<!-- with\n(?<prelude>[^]*?)-->\n+)?(?:<!-- as (?<name>\S+) -->\n+)?^(?<fence>`{3,})(?<language>tsx?|jsx?|mjs|html)(?<run> run)?\n(?<code>[^]*?)^\k<fence>$/gm;

/** Readers see parts of programs, which need not use all of their names. */
const LOOSE: ts.CompilerOptions = {
  jsx: ts.JsxEmit.ReactJSX,
  noUnusedLocals: false,
  noUnusedParameters: false,
};

/** Declares the global that the script for pages defines. */
const UMD_GLOBAL = `import * as exported from "wschan";
declare global {
  const wschan: typeof exported;
}
`;

/** Declares modules that pages import and that are not installed, because nothing here runs them. */
const MODULES = `declare module "https://*";
declare module "react-native-url-polyfill/auto";
declare module "react-native" {
  export const AppState: {
    addEventListener(type: "change", listener: (state: string) => void): { remove(): void };
  };
}
declare module "@react-native-community/netinfo" {
  const NetInfo: {
    addEventListener(listener: (state: { isConnected: boolean | null }) => void): () => void;
  };
  export default NetInfo;
}
`;

/** Returns the pages of the documentation, relative to the root: the README and all of docs/ but what is generated. */
export function pagesOf(): string[] {
  const files = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  const isPage = (path: string): boolean =>
    path.endsWith(".md") && !/^(api|\.vitepress)\b/.test(path.replaceAll("\\", "/"));
  return ["README.md", ...files.filter(isPage).map((path) => join("docs", path))].sort();
}

/** Returns the TypeScript and JavaScript blocks of a page, and the inline scripts of its HTML blocks. */
export function blocksOf(path: string): CodeBlock[] {
  const page = readFileSync(join(ROOT, path), "utf8");
  return [...page.matchAll(BLOCK)].flatMap((match, index) => {
    const { prelude = "", name, language = "", run, code = "" } = match.groups ?? {};
    const line = page.slice(0, match.index + match[0].indexOf("```")).split("\n").length;
    const block = { where: `${path}:${line}`, prelude, isRunnable: run !== undefined };
    if (language !== "html") {
      return [{ ...block, file: name ?? `${index}.${language}`, code }];
    }
    const scripts = [
      ...code.matchAll(/<script(?![^>]*(?:\ssrc=|importmap))[^>]*>([^]*?)<\/script>/g),
    ];
    return scripts.map(([, script = ""], part) => ({
      ...block,
      file: `${index}-${part}.js`,
      code: script,
    }));
  });
}

/**
 * Compiles blocks, each as a module of its own, and returns the problems. TypeScript is checked as strictly as the
 * repository; in JavaScript, parameters need no types.
 */
export function problemsOf(blocks: readonly CodeBlock[]): string[] {
  // Below the root, so that the name of the package and the types of Node are found.
  const dir = mkdtempSync(join(ROOT, "node_modules/.docs-"));
  try {
    const places = new Map(blocks.map((block) => [writeBlock(dir, block), block]));
    const read = (path: string): string | undefined => ts.sys.readFile(path);
    const tsconfig = ts.readConfigFile(join(ROOT, "tsconfig.json"), read);
    const { options } = ts.parseJsonConfigFileContent(tsconfig.config, ts.sys, ROOT);
    const declarations = Object.entries({
      "globals.ts": UMD_GLOBAL,
      "modules.d.ts": MODULES,
    }).map(([name, text]) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    });
    const diagnose = (files: string[], changes: ts.CompilerOptions) =>
      ts.getPreEmitDiagnostics(
        ts.createProgram([...declarations, ...files], { ...options, ...LOOSE, ...changes }),
      );
    const isScript = (path: string): boolean => /\.m?jsx?$/.test(path);
    const paths = [...places.keys()];
    const found = [
      ...diagnose(
        paths.filter((path) => !isScript(path)),
        {},
      ),
      ...diagnose(paths.filter(isScript), {
        checkJs: true,
        noImplicitAny: false,
        strictFunctionTypes: false,
        useUnknownInCatchVariables: false,
        noUncheckedIndexedAccess: false,
      }),
    ];
    return found.map(({ file, start = 0, messageText }) => {
      const block = file && places.get(file.fileName);
      const text = ts.flattenDiagnosticMessageText(messageText, "\n");
      if (!block) return `${relative(ROOT, file?.fileName ?? "")}: ${text}`;
      const line = file.text.slice(block.prelude.length, start).split("\n").length;
      return `${block.where}, line ${line} of the block: ${text}`;
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Writes a block into the folder of its page, and returns its path. */
function writeBlock(dir: string, { where, file, prelude, code }: CodeBlock): string {
  const path = join(dir, where.replace(/:\d+$/, ""), file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, prelude + code);
  return path.replaceAll("\\", "/");
}
