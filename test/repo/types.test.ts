import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, inject, test } from "vitest";
import { ROOT } from "../helpers/root.js";
import { run } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

const { dir } = inject("packed");

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  types: [],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

/** Creates a program that compiles a user's module with the packed types. */
async function compile(name: string, source: string): Promise<ts.Program> {
  const file = join(dir, name);
  await writeFile(file, source);
  return ts.createProgram([file], OPTIONS);
}

const ENTRIES = [
  "wschan",
  "wschan/reconnect",
  "wschan/codec",
  "wschan/compat",
  "wschan/testing",
  "wschan/hub",
  "wschan/react",
];

describe("the documentation of the packed types", () => {
  test(
    "is on each call signature, where editors look for it",
    { timeout: ms(30_000) },
    async () => {
      const source = ENTRIES.map((name, index) => `export * as e${index} from "${name}";`).join(
        "\n",
      );
      const program = await compile("documented.mts", source);
      const checker = program.getTypeChecker();
      const module = program.getSourceFile(join(dir, "documented.mts"));
      const symbol = module && checker.getSymbolAtLocation(module);
      const namespaces = symbol ? checker.getExportsOfModule(symbol) : [];
      const exported = namespaces.flatMap((one) =>
        checker.getExportsOfModule(checker.getAliasedSymbol(one)),
      );
      const bare: string[] = [];
      const found: string[] = [];
      const look = (name: string, type: ts.Type): void => {
        for (const signature of type.getCallSignatures()) {
          found.push(name);
          const text = ts.displayPartsToString(signature.getDocumentationComment(checker));
          if (text === "") bare.push(`${name}: ${checker.signatureToString(signature)}`);
        }
      };
      for (const alias of exported) {
        const one = alias.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
        if (one.flags & ts.SymbolFlags.Value) look(alias.name, checker.getTypeOfSymbol(one));
        if (!(one.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) continue;
        for (const member of checker.getDeclaredTypeOfSymbol(one).getProperties()) {
          const isOwn = member.declarations?.some((node) =>
            node.getSourceFile().fileName.includes("wschan"),
          );
          const isMethod = member.flags & ts.SymbolFlags.Method && !member.name.startsWith("__@");
          if (isOwn && isMethod)
            look(`${alias.name}.${member.name}`, checker.getTypeOfSymbol(member));
        }
      }
      expect(found).toEqual(
        expect.arrayContaining(["connect", "createContext", "reconnecting", "gunzip", "json"]),
      );
      expect(found).toContain("Client.send");
      expect(bare).toEqual([]);
    },
  );
});

/** Calls with a misspelled option. */
const MISSPELLED = [
  `connect(url, { dialTimout: "1s" })`,
  `connect(url, { codec: json(), dialTimout: "1s" })`,
  `connect(url, { codec: compose(gunzip(), json({ schema })), dialTimout: "1s" })`,
  `createContext().connect(url, { codec: json(), dialTimout: "1s" })`,
  `createContext({ defaults: { dialTimout: "1s" } })`,
  `reconnecting(url, { dialTimout: "1s" })`,
  `reconnecting(url, { codec: json(), dialTimout: "1s" })`,
  `reconnecting(url, { codec: json(), marker: true, dialTimout: "1s" })`,
  `useReconnecting(url, { dialTimout: "1s" })`,
  `useReconnecting(null, { codec: json(), dialTimout: "1s" })`,
  `gunzip({ type: "binary", onInvalidd: "skip" })`,
  `json({ schema, onInvalidd: "skip" })`,
];

test(
  "the compiler names a misspelled option and suggests the correct one",
  { timeout: ms(30_000) },
  async () => {
    const imports = [
      `import { connect, createContext } from "wschan";`,
      `import { reconnecting } from "wschan/reconnect";`,
      `import { useReconnecting } from "wschan/react";`,
      `import { compose, gunzip, json, type StandardSchema } from "wschan/codec";`,
      `const url = ""; declare const schema: StandardSchema<{ price: number }>;`,
    ];
    const lines = [...imports, ...MISSPELLED.map((call) => `void ${call};`)];
    const program = await compile("misspelled.mts", lines.join("\n"));
    const texts = new Map(
      ts
        .getPreEmitDiagnostics(program)
        .map(({ file, start = 0, messageText }) => [
          lines[file?.getLineAndCharacterOfPosition(start).line ?? -1]?.replace(/^void |;$/g, ""),
          ts.flattenDiagnosticMessageText(messageText, "\n"),
        ]),
    );
    expect([...texts.keys()]).toEqual(MISSPELLED);
    for (const [call = "", text] of texts) {
      const wrong = call.includes("dialTimout") ? "dialTimout" : "onInvalidd";
      const right = wrong === "dialTimout" ? "dialTimeout" : "onInvalid";
      expect(text).toContain(`'${wrong}' does not exist`);
      expect(text).toContain(`Did you mean to write '${right}'?`);
    }
  },
);

/** A program that uses every export whose type needs the platform or a newer TypeScript. */
const PROGRAM = `
  import { after, connect, createContext, definePolicy, select } from "wschan";
  import type { Client, Message, PolicyRequest } from "wschan";
  import { reconnecting } from "wschan/reconnect";
  import { compose, gunzip, json } from "wschan/codec";

  export async function main(url: string): Promise<Message | undefined> {
    const context = createContext({ policy: definePolicy([{ actions: "*", effect: "allow" }]) });
    const client: Client = await context.connect(url, {
      policy: ({ url }: PolicyRequest) => url?.hostname === "a.test",
    });
    const bytes: Uint8Array[] = [];
    for await (const message of client) {
      if (message.type === "binary") bytes.push(message.data);
      else message.data.toUpperCase();
    }
    const next = await client[Symbol.asyncIterator]().next();
    const result = await select([client.channel().caseReceive(), after("1s").caseReceive()]);
    if (result.index === 0 && result.ok) return result.value;
    const tickers = await connect(url, { codec: json<{ price: number }>() });
    const { value } = await tickers.receive();
    value?.price.toFixed();
    reconnecting(url, { codec: compose(gunzip(), json()), marker: true });
    // @ts-expect-error: a number is not a URL
    await connect(1);
    // @ts-expect-error: an object without \`href\` is not a URL
    await connect({});
    // @ts-expect-error: an empty object is not an AbortSignal
    await client.receive({ signal: {} });
    return next.done ? next.value : undefined;
  }
`;

describe("the packed types compile without the DOM library and without @types/node", () => {
  test.each([
    // The oldest version that works, as stated in the README.
    ["typescript-5.0", "5.0"],
    ["typescript", ""],
  ])("with %s", { timeout: ms(60_000) }, async (compiler, version) => {
    await writeFile(join(dir, "portable.mts"), PROGRAM);
    await writeFile(join(dir, "portable.cts"), PROGRAM);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      target: "es2022",
      lib: ["es2022"],
      types: [],
      module: "nodenext",
      moduleResolution: "nodenext",
    };
    const config = join(dir, `${compiler}.json`);
    const files = ["portable.mts", "portable.cts"];
    await writeFile(config, JSON.stringify({ compilerOptions, files }));
    const tsc = join(ROOT, "node_modules", compiler, "bin/tsc");
    expect((await run(process.execPath, [tsc, "-v"], dir)).stdout).toContain(`Version ${version}`);
    const result = await run(process.execPath, [tsc, "-p", config], dir);
    expect(result).toEqual({ stdout: "", stderr: "", code: 0 });
  });
});
