import { javascriptLanguage } from "@codemirror/lang-javascript";

/** A snippet, ready to become the code of a worker. */
export interface ParsedSnippet {
  /** The import declarations, on one line. */
  readonly imports: string;
  /** The rest of the code, with the same lines and columns. */
  readonly body: string;
}

/** A part of the code, and the text that replaces it. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type SyntaxNode = ReturnType<typeof javascriptLanguage.parser.parse>["topNode"];

/**
 * Separates the imports of a snippet from the rest, and replaces the names of modules by their URLs. Throws for a module
 * that the playground does not have, and for an export.
 */
export function parseSnippet(code: string, urls: Readonly<Record<string, string>>): ParsedSnippet {
  const imports: string[] = [];
  const changes: Change[] = [];

  function urlOf({ from, to }: SyntaxNode): string {
    const module = code.slice(from + 1, to - 1);
    const url = Object.hasOwn(urls, module) ? urls[module] : undefined;
    if (url !== undefined) return JSON.stringify(url);
    const names = Object.keys(urls).map((known) => `"${known}"`);
    throw new Error(
      `Line ${lineAt(code, from)} imports "${module}". A snippet can import ${names.join(", ")}.`,
    );
  }

  javascriptLanguage.parser.parse(code).iterate({
    enter({ name, from, to, node }) {
      if (name === "ExportDeclaration") {
        throw new Error(`Line ${lineAt(code, from)}: a snippet cannot export anything.`);
      }
      if (name === "DynamicImport") {
        const string = node.getChild("String");
        if (string) changes.push({ from: string.from, to: string.to, text: urlOf(string) });
      }
      if (name !== "ImportDeclaration") return true;
      const tokens = tokensOf(node).map((token) =>
        token.name === "String" ? urlOf(token) : code.slice(token.from, token.to),
      );
      imports.push(tokens.join(" "));
      changes.push({ from, to, text: code.slice(from, to).replace(/[^\n]/g, " ") });
      return false;
    },
  });

  let body = "";
  let end = 0;
  for (const { from, to, text } of changes) {
    body += code.slice(end, from) + text;
    end = to;
  }
  return { imports: imports.map((one) => `${one};`).join(" "), body: body + code.slice(end) };
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

/** Returns the smallest parts of a node, without comments. */
function tokensOf(node: SyntaxNode): SyntaxNode[] {
  const tokens: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name.endsWith("Comment")) continue;
    tokens.push(...(child.firstChild ? tokensOf(child) : [child]));
  }
  return tokens;
}

function lineAt(code: string, position: number): number {
  return code.slice(0, position).split("\n").length;
}
