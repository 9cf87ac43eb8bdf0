import { readFileSync } from "node:fs";
import { format } from "prettier";
import ts from "typescript";

/**
 * Returns the set-up that a test of a library shows to users: the lines between `// #region setup` and
 * `// #endregion`, after the imports that they use.
 */
export async function setupIn(path: string): Promise<string> {
  const text = readFileSync(path, "utf8");
  const regions = [...text.matchAll(/^ *\/\/ #region setup\n([^]*?)^ *\/\/ #endregion$/gm)];
  if (regions.length === 0) throw new Error(`${path}: has no region "setup"`);
  const setup = regions.map(([, lines = ""]) => lines).join("");
  const imports = importsOf(text, path, (name) => new RegExp(`\\b${name}\\b`).test(setup));
  const code = `${imports.join("\n")}\n\n${setup}`;
  // In the test, an object may take several lines, because of properties that only the test needs.
  return format(code, { parser: "typescript", printWidth: 100, objectWrap: "collapse" });
}

/** Returns the imports of values, without the names that are not used, as a user writes them. */
function importsOf(text: string, path: string, isUsed: (name: string) => boolean): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  return source.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
    const clause = statement.importClause;
    const module = (statement.moduleSpecifier as ts.StringLiteral).text;
    if (clause === undefined || clause.phaseModifier !== undefined) return [];
    const names: string[] = [];
    if (clause.name && isUsed(clause.name.text)) names.push(clause.name.text);
    const bindings = clause.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings) && isUsed(bindings.name.text)) {
      names.push(`* as ${bindings.name.text}`);
    } else if (bindings && ts.isNamedImports(bindings)) {
      const used = bindings.elements.filter(({ name }) => isUsed(name.text));
      if (used.length > 0) {
        names.push(`{ ${used.map((one) => one.getText(source)).join(", ")} }`);
      }
    }
    if (names.length === 0) return [];
    const from = module === "../class.js" ? "wschan/compat" : module;
    return `import ${names.join(", ")} from "${from}";`;
  });
}
