import { expect, test } from "vitest";
import { createMessageConnection } from "vscode-jsonrpc/node";
import type { MessageConnection } from "vscode-jsonrpc/node";
import { openLanguageServer } from "../../examples/recipes/language-server.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { SocketReader, SocketWriter } from "../helpers/json-rpc-socket.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

interface Opened {
  readonly textDocument: { readonly uri: string };
}

/** Starts a language server of vscode-jsonrpc. Returns what it is told, in order. */
async function startServer(
  prepare: (connection: MessageConnection) => void = () => {},
): Promise<{ server: EchoServer; log: unknown[] }> {
  const log: unknown[] = [];
  const server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      const connection = createMessageConnection(new SocketReader(ws), new SocketWriter(ws));
      connection.onRequest("initialize", () => ({ capabilities: { hoverProvider: true } }));
      connection.onNotification("initialized", () => void log.push("initialized"));
      connection.onRequest("textDocument/hover", () => ({ contents: "a number" }));
      connection.onRequest("shutdown", () => {
        log.push("shutdown");
        return null;
      });
      connection.onNotification("exit", () => void log.push("exit"));
      connection.onNotification("textDocument/didOpen", async ({ textDocument }: Opened) => {
        // As many servers do, it asks for settings before it checks a document.
        log.push(
          await connection.sendRequest("workspace/configuration", { items: [{ section: "lint" }] }),
        );
        const { uri } = textDocument;
        await connection.sendNotification("textDocument/publishDiagnostics", {
          uri,
          diagnostics: [],
        });
      });
      prepare(connection);
      connection.listen();
      ws.on("close", () => connection.dispose());
    },
  });
  return { server, log };
}

test("initializes, answers the server's requests, gets diagnostics and ends", async () => {
  const { server: started, log } = await startServer();
  await using server = started;
  const { rpc, capabilities, diagnostics, open, close } = await openLanguageServer(
    server.url,
    null,
  );
  expect(capabilities).toEqual({ hoverProvider: true });
  const uri = "file:///a.ts";
  await open(uri, "typescript", "let a = 1;");
  expect((await diagnostics.receive()).value).toEqual({ uri, diagnostics: [] });
  const position = { line: 0, character: 4 };
  const hover = await rpc.call("textDocument/hover", { textDocument: { uri }, position });
  expect(hover).toEqual({ contents: "a number" });
  await close();
  await server.connections[0]?.closed;
  expect(log).toEqual(["initialized", [null], "shutdown", "exit"]);
});

test("rejects a pending request and ends the diagnostics if the connection is cut", async () => {
  const { server: started } = await startServer((connection) => {
    connection.onRequest("textDocument/hover", () => {
      server.connections[0]?.ws.terminate();
      return new Promise(() => {});
    });
  });
  await using server = started;
  const { rpc, diagnostics } = await openLanguageServer(server.url, null);
  const position = { line: 0, character: 0 };
  const hover = rpc.call("textDocument/hover", { textDocument: { uri: "file:///a" }, position });
  expect((await failure(hover)).code).toBe("CLOSED");
  const read = async () => {
    for await (const one of diagnostics) return one;
  };
  expect((await failure(read())).code).toBe("CONNECTION_LOST");
});
