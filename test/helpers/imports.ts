import { posix } from "node:path";
import ts from "typescript";

/** The only file of Node's transport that an entry imports. */
const NODE_DIAL = "transport/node/dial.ts";
const NODE_FOLDER = "transport/node/";
/** Layers that a transport may import. From `channel/` it may import types only. */
const TRANSPORT_REACH = ["errors/", "time/", "protocol/"];
/** Folders and files that may import a package. No file imports `ws` directly. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "isomorphic-ws": [NODE_FOLDER],
  "node:": [NODE_FOLDER, "codec/native.ts"],
  fflate: ["codec/browser.ts"],
  react: ["react/"],
  socks: ["transport/node/proxies/"],
};

/**
 * Reads the layers of `src/`, in order, from the first code block after the heading "Layers" of
 * ARCHITECTURE.md. A line is one layer: a folder or the names of files, then a description.
 */
export function readLayers(architecture: string): string[][] {
  const block = /^## Layers$[^]*?^```text\n([^]*?)^```$/m.exec(architecture)?.[1];
  if (block === undefined) throw new Error("ARCHITECTURE.md: no list of layers");
  const lines = block.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => line.split(/ {2,}/, 1).join("").split(" "));
}

/** The imports of one module. */
interface ModuleImports {
  readonly specifiers: readonly string[];
  /** Specifiers of `import type` and `export type`, which the compiled module does not contain. */
  readonly types: readonly string[];
  /** True if the module re-exports names of other modules. */
  readonly isBarrel: boolean;
}

/** Reads the imports of a module: types, `import()`, `require` and re-exports included. */
export function readImports(path: string, text: string): ModuleImports {
  const specifiers: string[] = [];
  const types: string[] = [];
  const imported = new Set<string>();
  let isBarrel = false;

  const addSpecifier = (node: ts.Node | undefined, isType = false) => {
    if (isType && node !== undefined && ts.isStringLiteralLike(node)) types.push(node.text);
    if (node !== undefined && ts.isStringLiteralLike(node)) specifiers.push(node.text);
    // The module that `import(name)` loads is unknown, so the expression itself is reported.
    else if (node !== undefined) specifiers.push(`(${node.getText()})`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      addSpecifier(
        node.moduleSpecifier,
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
      );
    } else if (ts.isImportEqualsDeclaration(node)) {
      if (ts.isExternalModuleReference(node.moduleReference)) {
        addSpecifier(node.moduleReference.expression);
      }
    } else if (ts.isExportDeclaration(node)) {
      isBarrel ||= node.moduleSpecifier !== undefined;
      addSpecifier(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node)) {
      if (ts.isLiteralTypeNode(node.argument)) addSpecifier(node.argument.literal, true);
    } else if (ts.isCallExpression(node)) {
      const callee = node.expression;
      const isImport = callee.kind === ts.SyntaxKind.ImportKeyword;
      if (isImport || (ts.isIdentifier(callee) && callee.text === "require")) {
        addSpecifier(node.arguments[0]);
      }
    } else if (
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node) ||
      ts.isNamespaceImport(node)
    ) {
      if (node.name !== undefined) imported.add(node.name.text);
    } else if (ts.isExportSpecifier(node)) {
      // `import { x } from "./a.js"; export { x };`
      isBarrel ||= imported.has((node.propertyName ?? node.name).text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return { specifiers, types, isBarrel };
}

/**
 * Returns one line for every import in `files` (path below src/ to text) that goes from a layer to a later
 * one, or breaks another rule of imports.
 */
export function findViolations(
  files: ReadonlyMap<string, string>,
  layers: readonly (readonly string[])[],
): string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();
  const layerOf = (path: string): number =>
    layers.findIndex((names) =>
      names.some((name) => (name.endsWith("/") ? path.startsWith(name) : path === name)),
    );

  for (const [path, text] of files) {
    const { specifiers, types, isBarrel } = readImports(path, text);
    const targets: string[] = [];
    graph.set(path, targets);
    if (layerOf(path) < 0) violations.push(`${path}: belongs to no layer`);
    if (isBarrel && !isEntry(path) && posix.basename(path) !== "public.ts") {
      violations.push(`${path}: exports names of other modules`);
    }
    for (const specifier of specifiers) {
      const target = resolve(path, specifier);
      if (target === undefined) {
        if (!mayImportPackage(path, specifier)) violations.push(`${path}: imports ${specifier}`);
      } else if (!files.has(target)) {
        violations.push(`${path}: imports ${specifier}, which does not exist`);
      } else {
        targets.push(target);
        const isAllowed =
          layerOf(target) <= layerOf(path) && mayImport(path, target, types.includes(specifier));
        if (!isAllowed) violations.push(`${path}: imports ${target}`);
      }
    }
  }
  return [...violations, ...findCycles(graph).map((cycle) => `cycle: ${cycle.join(" -> ")}`)];
}

/** True for `node.ts` and `browser.ts`, of the core or a sub-path, and for `all.ts`. */
function isEntry(path: string): boolean {
  return ["node.ts", "browser.ts", "all.ts"].includes(posix.basename(path));
}

/** Returns the entry that a file belongs to. The script for pages contains the browser entries. */
function platformOf(path: string): string {
  return path === "all.ts" ? "browser.ts" : posix.basename(path);
}

/** Returns the path below src/ of a relative specifier, or undefined for a package. */
function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

/** True if an import obeys the rules that exist besides the order of layers. */
function mayImport(from: string, to: string, isType: boolean): boolean {
  if (isEntry(to)) return isEntry(from) && platformOf(from) === platformOf(to);
  if (isTransport(to) && !isTransport(from)) {
    return isEntry(from) && (!to.startsWith(NODE_FOLDER) || to === NODE_DIAL);
  }
  if (!isTransport(from)) return true;
  if (isTransport(to)) return platformFolder(to) === platformFolder(from);
  return (
    TRANSPORT_REACH.some((layer) => to.startsWith(layer)) || (isType && to.startsWith("channel/"))
  );
}

function mayImportPackage(from: string, specifier: string): boolean {
  const name = specifier.startsWith("node:") ? "node:" : specifier;
  return PACKAGES[name]?.some((place) => from.startsWith(place)) ?? false;
}

function isTransport(path: string): boolean {
  return path.startsWith("transport/");
}

/** Returns the folder of a transport: `transport/node` or `transport/web`. */
function platformFolder(path: string): string {
  return path.split("/", 2).join("/");
}

/** Returns one path around each cycle that a depth-first search finds. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return cycles;
}
