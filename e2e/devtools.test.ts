// The example of docs/guide/hub.md drives a real Chromium, from the packed package.
import ts from "typescript";
import { expect, test } from "vitest";
import { blocksOf } from "../test/helpers/code-blocks.js";
import { installPacked } from "../test/helpers/pack.js";
import { freePort } from "../test/helpers/ports.js";
import { launch, launchOptions } from "./helpers/browsers.js";

test("JSON-RPC over the DevTools protocol loads a page", async () => {
  const port = await freePort();
  const { args = [] } = launchOptions("chromium");
  await using browser = await launch("chromium", {
    args: [...args, `--remote-debugging-port=${port}`],
  });
  await browser.newPage();
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await response.json()) as [{ webSocketDebuggerUrl: string }];
  const examples = blocksOf("docs/guide/hub.md").filter(({ file }) => file.endsWith(".ts"));
  const example = examples.at(-1)?.code ?? "";
  const source = example
    .replace(/ws:\/\/[^"]+/, target.webSocketDebuggerUrl)
    .replace("https://example.com/", "data:text/html,<title>driven</title>");
  const title = `
    const { result } = await rpc.call("Runtime.evaluate", { expression: "document.title" });
    const unknown = await rpc.call("No.such").catch(({ details }) => details.rpc.code);
    console.log(result.value, unknown);
    await client.close();`;
  const { outputText } = ts.transpileModule(source + title, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const { stdout, stderr } = await (await installPacked()).run("devtools.mjs", outputText);
  expect({ stdout, stderr }).toEqual({ stdout: "driven -32601\n", stderr: "" });
});
