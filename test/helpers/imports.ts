import { posix } from "node:path";
import ts from "typescript";

/**
 * DESIGN section 2: a file imports from its own group or an earlier one. A file that is not listed,
 * such as a utils.ts, has no place, which is a violation too.
 */
const GROUPS: readonly (readonly string[])[] = [
  [
    "errors.ts",
    "constants.ts",
    "extensions.ts",
    "message.ts",
    "codec.ts",
    "transport.ts",
    "waiters.ts",
  ],
  ["duration.ts", "close.ts", "url.ts", "deadline.ts", "channel.ts"],
  ["select.ts", "timer.ts", "policy.ts", "options.ts", "keepalive.ts", "inbox.ts"],
  ["client-like.ts", "streams.ts", "unread.ts"],
  ["client.ts"],
  ["kit.ts"],
  ["context.ts"],
  ["connect.ts"],
  ["public.ts"],
  ["node.ts", "browser.ts"],
];
const ENTRIES = ["node.ts", "browser.ts"];
/**
 * The folders of the sub-paths, which come after all of these, with groups of their own. At run time they
 * import the core by its name, or their bundles would hold a second copy: of its files they take types.
 */
const SUB_PATHS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  reconnect: [
    ["backoff.ts", "outbox.ts", "status.ts", "wake.ts"],
    ["options.ts"],
    ["reconnecting.ts"],
    ["public.ts"],
    ["node.ts", "browser.ts"],
  ],
  codec: [
    ["checksum.ts", "failure.ts", "huffman.ts", "options.ts"],
    ["message.ts", "output.ts"],
    ["bit-reader.ts"],
    ["inflater.ts", "format.ts"],
    ["inflating.ts"],
    ["auto.ts", "codecs.ts", "compose.ts", "deflating.ts", "json.ts", "native.ts", "stream.ts"],
    ["public.ts"],
    ["node.ts", "browser.ts"],
  ],
};
/** The only file of `transport/node/` that an entry imports. */
const NODE_DIAL = "transport/node/dial.ts";
const NODE_FOLDER = "transport/node/";
const WEB_TRANSPORTS = ["transport/browser.ts", "transport/stream.ts"];
/** What a transport may import: the first two groups. */
const TRANSPORT_REACH = 2;
/** Who may import which packages; nobody imports `ws` itself. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "isomorphic-ws": [NODE_FOLDER],
  "node:": [NODE_FOLDER, "codec/native.ts"],
  fflate: ["codec/browser.ts"],
};

/** What one module takes from others. */
interface ModuleImports {
  readonly specifiers: readonly string[];
  /** Those of them that are gone at run time. */
  readonly types: readonly string[];
  /** Whether it hands names of other modules on. */
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
    // `import(name)`: nobody can tell what it loads.
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

/** Every breach of the import rules in `files` (path below src/ to text), one line each. */
export function findViolations(files: ReadonlyMap<string, string>): string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();

  for (const [path, text] of files) {
    const { specifiers, types, isBarrel } = readImports(path, text);
    const targets: string[] = [];
    graph.set(path, targets);
    if (groupOf(path) < 0 && !isTransport(path)) violations.push(`${path}: has no group`);
    if (isBarrel && ![...ENTRIES, "public.ts"].includes(nameOf(path))) {
      violations.push(`${path}: hands on names of other modules`);
    }
    for (const specifier of specifiers) {
      const target = resolve(path, specifier);
      if (target === undefined) {
        if (!mayImportPackage(path, specifier)) violations.push(`${path}: imports ${specifier}`);
      } else if (!files.has(target)) {
        violations.push(`${path}: imports ${specifier}, which is not there`);
      } else {
        targets.push(target);
        const isType = types.includes(specifier);
        if (!mayImport(path, target, isType)) violations.push(`${path}: imports ${target}`);
      }
    }
  }
  return [...violations, ...findCycles(graph).map((cycle) => `cycle: ${cycle.join(" -> ")}`)];
}

/** The place of a file among those of the core; the files of a sub-path come after them. */
function groupOf(path: string): number {
  const [folder = "", name = ""] = path.split("/");
  const own = SUB_PATHS[folder]?.findIndex((group) => group.includes(name)) ?? -1;
  if (own >= 0) return GROUPS.length + own;
  return GROUPS.findIndex((group) => group.includes(path));
}

/** The path below its sub-path's folder, or below src/. */
function nameOf(path: string): string {
  return subPathOf(path) === undefined ? path : posix.basename(path);
}

/** The folder of the sub-path that a file belongs to. */
function subPathOf(path: string): string | undefined {
  return Object.keys(SUB_PATHS).find((folder) => path.startsWith(`${folder}/`));
}

/** The path below src/ that a relative specifier means; undefined for a package. */
function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

function mayImport(from: string, to: string, isType: boolean): boolean {
  const subPath = subPathOf(from);
  if (subPath !== subPathOf(to)) return isType && GROUPS.flat().includes(to);
  if (isNodeTransport(to) && isNodeTransport(from)) return true;
  if (isTransport(to)) {
    return ENTRIES.includes(from) && (to === NODE_DIAL || WEB_TRANSPORTS.includes(to));
  }
  if (isTransport(from)) return groupOf(to) < TRANSPORT_REACH;
  return groupOf(to) <= groupOf(from);
}

function mayImportPackage(from: string, specifier: string): boolean {
  if (specifier === "wschan") return subPathOf(from) !== undefined;
  const name = specifier.startsWith("node:") ? "node:" : specifier;
  return PACKAGES[name]?.some((place) => from.startsWith(place)) ?? false;
}

function isNodeTransport(path: string): boolean {
  return path.startsWith(NODE_FOLDER);
}

function isTransport(path: string): boolean {
  return isNodeTransport(path) || WEB_TRANSPORTS.includes(path);
}

/** One path around each cycle that a depth-first walk meets. */
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
