import { javascriptLanguage } from "@codemirror/lang-javascript";

/**
 * Returns the code of a snippet with the names of modules replaced by their URLs. Lines keep their numbers. Throws for a
 * module that the playground does not have.
 */
export function rewriteImports(code: string, urls: Readonly<Record<string, string>>): string {
  let result = "";
  let end = 0;
  javascriptLanguage.parser.parse(code).iterate({
    enter({ name, from, to, node }) {
      const parent = node.parent?.name ?? "";
      if (name !== "String") return;
      if (!["ImportDeclaration", "ExportDeclaration", "DynamicImport"].includes(parent)) return;
      const module = code.slice(from + 1, to - 1);
      const url = Object.hasOwn(urls, module) ? urls[module] : undefined;
      if (url === undefined) {
        const names = Object.keys(urls).map((known) => `"${known}"`);
        throw new Error(
          `Line ${lineAt(code, from)} imports "${module}". A snippet can import ${names.join(", ")}.`,
        );
      }
      result += `${code.slice(end, from)}${JSON.stringify(url)}`;
      end = to;
    },
  });
  return result + code.slice(end);
}

/** Returns the number of the line with the first syntax error, if the parser of the editor finds one. */
export function findSyntaxError(code: string): number | undefined {
  let line: number | undefined;
  javascriptLanguage.parser.parse(code).iterate({
    enter({ type, from }) {
      if (type.isError) line ??= lineAt(code, from);
    },
  });
  return line;
}

function lineAt(code: string, position: number): number {
  return code.slice(0, position).split("\n").length;
}
